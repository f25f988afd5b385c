"""A question to an answer, top to bottom.

    standalone_question  →  retriever  →  quotes  →  answer

These four are the named steps of one LangChain chain (`build_chain`), and `answer` and `stream` run that chain.
Without a language model the quotes are the answer: the few sentences, among those read, that answer the question.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda

from bot.choosing import choose
from bot.conversation import standalone_question
from bot.errors import LibraryError, QuestionError
from bot.quoting import Quote, is_in_source
from bot.retrieval import Passage
from bot.speakers import SpeakerQuestion, find_speakers, read_question

if TYPE_CHECKING:
    from bot.library import Library

ANSWERED, NOT_FOUND, NOT_BY_SPEAKER, UNCLEAR = "answered", "not_found", "not_by_speaker", "unclear"

REFUSAL = "The transcripts do not say."
"""The one sentence for `not_found`."""

UNVERIFIED = "Something was found, but not again in the file itself, so it is not quoted."
"""Said in place of REFUSAL where quotes were chosen and none stood the check against the source."""

_CLOSEST = 3  # passages shown under a refusal


@dataclass(frozen=True)
class Citation:
    """A numbered quote under an answer."""

    number: int
    quote: Quote


@dataclass(frozen=True)
class Answer:
    """What came back.

    `status` is "answered", "not_found", "not_by_speaker" or "unclear".  `text` is readable as it stands: the `lead`,
    which says who speaks to the question, and the quotes with their numbers in brackets.  `passages` are what was
    read; under a refusal the closest ones, which are no evidence.  Where those asked about do not say it but somebody
    else does, `elsewhere` has at most three places; they are no citations.  `unverified` lists what did not stand the
    check against the source.  `confidence` is between 0 and 1.  A draft seen while streaming has `final=False` and no
    citations.  `timings` are seconds by stage.
    """

    question: str
    standalone: str
    status: str
    text: str
    lead: str = ""
    citations: tuple[Citation, ...] = ()
    elsewhere: tuple[Quote, ...] = ()
    passages: tuple[Passage, ...] = ()
    unverified: tuple[str, ...] = ()
    confidence: float = 0.0
    final: bool = True
    model: str | None = None
    speakers: tuple[str, ...] = ()
    """Those whose words were asked for; empty: anyone's."""
    timings: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text

    def as_dict(self) -> dict[str, Any]:
        """The answer as plain values, for JSON."""
        return {
            "question": self.question,
            "standalone": self.standalone,
            "status": self.status,
            "text": self.text,
            "lead": self.lead,
            "speakers": list(self.speakers),
            "confidence": round(self.confidence, 4),
            "citations": [{"number": item.number, **item.quote.as_dict()} for item in self.citations],
            "elsewhere": [quote.as_dict() for quote in self.elsewhere],
            "passages": [asdict(passage) for passage in self.passages],
            "unverified": list(self.unverified),
            "final": self.final,
            "model": self.model,
            "timings": {stage: round(seconds, 4) for stage, seconds in self.timings.items()},
        }


@dataclass(frozen=True)
class Asked:
    """What travels down the chain; each step fills in its part."""

    question: str
    standalone: str
    named: SpeakerQuestion
    transcripts: tuple[str, ...]
    passages: tuple[Passage, ...] = ()
    status: str = NOT_FOUND
    quotes: tuple[Quote, ...] = ()
    elsewhere: tuple[Quote, ...] = ()
    unverified: tuple[str, ...] = ()
    confidence: float = 0.0
    timings: Mapping[str, float] = field(default_factory=dict)


def answer(
    question: str,
    library: Library,
    history: Sequence[Answer | tuple[str, str]] = (),
    speaker: str | None = None,
    transcripts: Sequence[str] = (),
) -> Answer:
    """Answer a question from a library: the last item of `stream`.

    `history`: earlier answers, or (question, answer) pairs, oldest first.  `speaker`: only what they say, by whole,
    first or last name.  `transcripts`: only what is said in these (ids).  Raises QuestionError for an empty question
    or a speaker whom nobody has heard, LibraryError for a library without transcripts.
    """
    *_, last = stream(question, library, history, speaker, transcripts)
    return last


def stream(
    question: str,
    library: Library,
    history: Sequence[Answer | tuple[str, str]] = (),
    speaker: str | None = None,
    transcripts: Sequence[str] = (),
) -> Iterator[Answer]:
    """Growing drafts of an answer; the last item is final and verified.  Arguments and errors as for `answer`."""
    asked = {"question": question, "history": list(history), "speaker": speaker, "transcripts": list(transcripts)}
    yield from build_chain(library).stream(asked)


def build_chain(library: Library) -> Runnable[Any, Answer]:
    """The chain: a question, or {"question", "history", "speaker", "transcripts"}, to an Answer.

    Its steps are named runnables, so callbacks see each; the retriever is `library.as_retriever()`.
    """
    retriever = library.as_retriever()

    def stand_alone(question: str | Mapping[str, Any]) -> Asked:
        started = time.perf_counter()
        return _timed(understand(question, library), "standalone_question", started)

    def retrieve(asked: Asked, config: RunnableConfig) -> Asked:
        started = time.perf_counter()
        documents = retriever.invoke(asked.standalone, config, named=asked.named, transcripts=asked.transcripts)
        passages = tuple(Passage.from_document(document) for document in documents)
        return _timed(replace(asked, passages=passages), "retriever", started)

    def quote(asked: Asked) -> Asked:
        started = time.perf_counter()
        return _timed(_choose_quotes(asked, library), "quotes", started)

    def write(asked: Asked) -> Iterator[Answer]:
        yield from _write(asked, library)

    async def write_async(asked: Asked) -> AsyncIterator[Answer]:
        for draft in _write(asked, library):
            yield draft

    return cast(
        "Runnable[Any, Answer]",
        RunnableLambda(stand_alone, name="standalone_question")
        | RunnableLambda(retrieve, name="retrieve")
        | RunnableLambda(quote, name="quotes")
        | RunnableLambda(write, write_async, name="answer"),
    ).with_config(run_name="onrecord")


def _timed(asked: Asked, stage: str, started: float) -> Asked:
    return replace(asked, timings={**asked.timings, stage: time.perf_counter() - started})


# --- 1. what is asked --------------------------------------------------------------------------------------------


def understand(question: str | Mapping[str, Any], library: Library) -> Asked:
    """The chain's first step: what to search for, and by whom.  Errors as for `answer`."""
    asked: Mapping[str, Any] = {"question": question} if isinstance(question, str) else question
    if not isinstance(asked, Mapping):
        raise QuestionError(f'the question is a {type(asked).__name__}; expected words, or {{"question": words, …}}')
    # A lone surrogate, from a terminal of another encoding, is in no transcript and chokes tokenizers.
    text = str(asked.get("question") or "").encode(errors="replace").decode().strip()
    if not any(char.isalnum() for char in text):
        raise QuestionError(f'the question is {text!r}; ask something in words, e.g. "Who chairs the panel?"')
    if not library.entries:
        raise LibraryError(f"the library {library.folder} has no transcripts; add some first: `onrecord add FILE`")
    ids = asked.get("transcripts") or ()
    transcripts = (ids,) if isinstance(ids, str) else tuple(ids)
    known = tuple(dict.fromkeys(name for entry in library.entries_of(transcripts) for name in entry.speakers))
    standalone = standalone_question(text, asked.get("history") or ())
    named = read_question(standalone, known)
    if asked.get("speaker"):
        speakers = find_speakers(str(asked["speaker"]), known)
        if not speakers:
            raise QuestionError(f"no speaker is called {asked['speaker']!r}; the transcripts have {', '.join(known)}")
        named = replace(named, speakers=speakers)
    return Asked(text, standalone, named, transcripts)


# --- 3. the quotes -----------------------------------------------------------------------------------------------


def _choose_quotes(asked: Asked, library: Library) -> Asked:
    choice = choose(asked.standalone, asked.named, asked.passages, library)
    limits = library.settings.refusing
    asked = replace(asked, confidence=choice.confidence)
    if choice.said < limits.said or not (choice.quotes or choice.elsewhere):
        return asked
    if choice.theirs < limits.theirs or not choice.quotes:
        elsewhere = tuple(quote for quote in choice.elsewhere if is_in_source(quote, library))
        return replace(asked, status=NOT_BY_SPEAKER if elsewhere else NOT_FOUND, elsewhere=elsewhere)
    quotes, unverified = [], []
    for quote in choice.quotes:
        if is_in_source(quote, library):
            quotes.append(quote)
        else:
            unverified.append(f"{quote.where()}: the words are not found again in the source file")
    status = ANSWERED if quotes else NOT_FOUND
    return replace(asked, status=status, quotes=tuple(quotes), unverified=tuple(unverified))


# --- 4. the answer -----------------------------------------------------------------------------------------------


def _write(asked: Asked, library: Library) -> Iterator[Answer]:
    """Drafts that grow quote by quote, then the answer."""
    base = Answer(
        question=asked.question,
        standalone=asked.standalone,
        status=asked.status,
        text="",
        lead=_lead(asked),
        elsewhere=asked.elsewhere,
        passages=asked.passages if asked.quotes else _closest(asked.passages),
        unverified=asked.unverified,
        confidence=asked.confidence,
        speakers=asked.named.speakers,
        timings=asked.timings,
    )
    text = base.lead
    for number, quote in enumerate(asked.quotes, 1):
        yield replace(base, text=text, final=False)
        text += f"\n\n“{quote.text}” [{number}]\n— {_where(quote)}"
    for quote in asked.elsewhere:
        text += f"\n\n“{quote.text}”\n— {_where(quote)}"
    citations = tuple(Citation(number, quote) for number, quote in enumerate(asked.quotes, 1))
    yield replace(base, text=text, citations=citations)


def _closest(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """What comes nearest to a question that is refused, whoever says it."""
    return tuple(sorted(passages, key=lambda passage: -max(hit.content for hit in passage.hits))[:_CLOSEST])


def _lead(asked: Asked) -> str:
    """One line that says who speaks to the question, or that nobody does."""
    if asked.status == NOT_BY_SPEAKER:
        people = asked.named.speakers or asked.named.mentioned
        others = list(dict.fromkeys(quote.speaker for quote in asked.elsewhere))
        verb = "speaks" if len(others) == 1 else "speak"
        return f"Not said by {_names(people, 'or')} as far as the transcripts go; {_names(others)} {verb} to this:"
    if not asked.quotes:
        return UNVERIFIED if asked.unverified else REFUSAL
    names = list(dict.fromkeys(quote.speaker for quote in asked.quotes))
    sources = len({quote.transcript for quote in asked.quotes})
    where = f" in {asked.quotes[0].title}" if sources == 1 else f" in {sources} transcripts"
    return f"{_names(names)} {'speaks' if len(names) == 1 else 'speak'} to this{where}."


def _where(quote: Quote) -> str:
    """Its place, and how it could mislead."""
    return quote.where() + (f" (note: {', '.join(quote.cautions)})" if quote.cautions else "")


def _names(names: Sequence[str], link: str = "and") -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {link} {names[-1]}"
