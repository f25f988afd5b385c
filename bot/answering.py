"""A question to an answer, top to bottom.

    standalone_question  →  retriever  →  quotes  →  answer

These four are the named steps of one LangChain chain (`build_chain`), and `answer` and `stream` run that chain.
Without a language model the quotes are the answer: the few sentences, among those read, that answer the question.  What
is asked to be counted is counted (`bot.counting`), and the sides of a comparison are searched and quoted one by one.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda

from bot import forms
from bot.choosing import choose
from bot.counting import Counted, count
from bot.quoting import Quote, is_in_source
from bot.retrieval import Passage
from bot.speakers import join_names
from bot.understanding import Leg, Understood, understand

if TYPE_CHECKING:
    from bot.config import Refusing
    from bot.library import Library

ANSWERED, NOT_FOUND, NOT_BY_SPEAKER, UNCLEAR = "answered", "not_found", "not_by_speaker", "unclear"

REFUSAL = "The transcripts do not say."
"""The one sentence for `not_found`."""

UNVERIFIED = "Something was found, but not again in the file itself, so it is not quoted."
"""Said in place of REFUSAL where quotes were chosen and none stood the check against the source."""

_CLOSEST = 3  # passages shown under a refusal


@dataclass(frozen=True)
class Citation:
    """A numbered quote under an answer.

    `side` says which side of the answer it stands on where there are several: a speaker or a transcript of those
    compared, "another figure", "may say otherwise".
    """

    number: int
    quote: Quote
    side: str = ""


@dataclass(frozen=True)
class Answer:
    """What came back.

    `status` is "answered", "not_found", "not_by_speaker" or "unclear".  `text` is readable as it stands: the `lead`,
    which says who speaks to the question, and the quotes with their numbers in brackets.  `passages` are what was
    read; under a refusal the closest ones, which are no evidence.  Where those asked about do not say it but somebody
    else does, `elsewhere` has at most three places; they are no citations.  `unverified` lists what did not stand the
    check against the source.  `form` is the kind of question (`bot.forms`); `counted` the whole count where it asks for
    one.  `choices` are the people whom an unclear name may mean.  `confidence` is between 0 and 1.  A draft seen while
    streaming has `final=False` and no citations.  `timings` are seconds by stage.
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
    form: str = forms.FACT
    speakers: tuple[str, ...] = ()
    """Those whose words were asked for; empty: anyone's."""
    excluded: tuple[str, ...] = ()
    """Those whose words were not wanted; `speakers` are all others then."""
    transcripts: tuple[str, ...] = ()
    """Ids of the transcripts that were asked, as given or as the question names them; empty: all."""
    choices: tuple[str, ...] = ()
    counted: Counted | None = None
    timings: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text

    @property
    def limits(self) -> str:
        """What it was limited to, in words; "" when everything was searched."""
        parts = [f"without {join_names(self.excluded)}"] if self.excluded else []
        if self.speakers and not self.excluded:
            parts.append(f"only {join_names(self.speakers)}")
        if self.transcripts:
            parts.append(f"only in {join_names(self.transcripts)}")
        return ", ".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """The answer as plain values, for JSON."""
        return {
            "question": self.question,
            "standalone": self.standalone,
            "status": self.status,
            "text": self.text,
            "lead": self.lead,
            "form": self.form,
            "speakers": list(self.speakers),
            "excluded": list(self.excluded),
            "transcripts": list(self.transcripts),
            "choices": list(self.choices),
            "counted": self.counted.as_dict() if self.counted else None,
            "confidence": round(self.confidence, 4),
            "citations": [
                {"number": item.number, "side": item.side, **item.quote.as_dict()} for item in self.citations
            ],
            "elsewhere": [quote.as_dict() for quote in self.elsewhere],
            "passages": [asdict(passage) for passage in self.passages],
            "unverified": list(self.unverified),
            "final": self.final,
            "model": self.model,
            "timings": {stage: round(seconds, 4) for stage, seconds in self.timings.items()},
        }


@dataclass(frozen=True)
class Asked:
    """What travels down the chain; each step fills in its part.  `quotes` are (side, quote)."""

    understood: Understood
    legs: tuple[Leg, ...]
    status: str = NOT_FOUND
    quotes: tuple[tuple[str, Quote], ...] = ()
    elsewhere: tuple[Quote, ...] = ()
    unverified: tuple[str, ...] = ()
    counted: Counted | None = None
    confidence: float = 0.0
    timings: Mapping[str, float] = field(default_factory=dict)

    @property
    def passages(self) -> tuple[Passage, ...]:
        return tuple(passage for leg in self.legs for passage in leg.passages)


def answer(
    question: str,
    library: Library,
    history: Sequence[Answer | tuple[str, str]] = (),
    speaker: str | None = None,
    transcripts: Sequence[str] = (),
    filters: bool = True,
) -> Answer:
    """Answer a question from a library: the last item of `stream`.

    `history`: earlier answers, or (question, answer) pairs, oldest first.  `speaker`: only what they say, by whole,
    first or last name.  `transcripts`: only what is said in these (ids).  `filters`: whether the speakers and
    transcripts that the question itself names limit what is searched; the answer says which did.  Raises QuestionError
    for an empty question or a speaker whom nobody has heard, LibraryError for a library without transcripts.
    """
    *_, last = stream(question, library, history, speaker, transcripts, filters)
    return last


def stream(
    question: str,
    library: Library,
    history: Sequence[Answer | tuple[str, str]] = (),
    speaker: str | None = None,
    transcripts: Sequence[str] = (),
    filters: bool = True,
) -> Iterator[Answer]:
    """Growing drafts of an answer; the last item is final and verified.  Arguments and errors as for `answer`."""
    asked = {
        "question": question,
        "history": list(history),
        "speaker": speaker,
        "transcripts": list(transcripts),
        "filters": filters,
    }
    yield from build_chain(library).stream(asked)


def build_chain(library: Library) -> Runnable[Any, Answer]:
    """The chain: a question, or {"question", "history", "speaker", "transcripts", "filters"}, to an Answer.

    Its steps are named runnables, so callbacks see each; the retriever is `library.as_retriever()`.
    """
    retriever = library.as_retriever()

    def stand_alone(question: str | Mapping[str, Any]) -> Asked:
        started = time.perf_counter()
        understood = understand(question, library)
        return _timed(Asked(understood, understood.legs), "standalone_question", started)

    def retrieve(asked: Asked, config: RunnableConfig) -> Asked:
        started = time.perf_counter()
        legs = []
        for leg in asked.legs:
            standalone = asked.understood.standalone
            documents = retriever.invoke(standalone, config, named=leg.named, transcripts=leg.transcripts)
            legs.append(replace(leg, passages=tuple(Passage.from_document(document) for document in documents)))
        return _timed(replace(asked, legs=tuple(legs)), "retriever", started)

    def quote(asked: Asked) -> Asked:
        started = time.perf_counter()
        return _timed(_choose_quotes(asked, library), "quotes", started)

    def write(asked: Asked) -> Iterator[Answer]:
        yield from _write(asked)

    async def write_async(asked: Asked) -> AsyncIterator[Answer]:
        for draft in _write(asked):
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


# --- 3. the quotes -----------------------------------------------------------------------------------------------

_OTHERWISE = {forms.YES_NO: "may say otherwise", forms.NUMBER: "another figure"}


def _choose_quotes(asked: Asked, library: Library) -> Asked:
    understood = asked.understood
    if understood.named.choices:
        return replace(asked, status=UNCLEAR)
    counted = count(understood, library)
    if counted:
        quotes, unverified = _checked([("", quote) for quote in counted.quotes], library)
        status = ANSWERED if quotes or counted.talk else NOT_FOUND
        confidence = float(status == ANSWERED)
        return replace(
            asked, status=status, quotes=quotes, unverified=unverified, counted=counted, confidence=confidence
        )
    several = len(asked.legs) > 1
    legs = tuple(
        replace(leg, choice=choose(understood.standalone, understood.form, leg.named, leg.read(several), library))
        for leg in asked.legs
    )
    asked = replace(asked, legs=legs, confidence=max(leg.choice.confidence for leg in legs))
    limits = library.settings.refusing
    if not several:
        legs = (_in_their_words(legs[0], limits),)
    said = [leg for leg in legs if leg.choice.said >= limits.said]
    answering = [leg for leg in said if leg.choice.quotes and (several or leg.choice.theirs >= limits.theirs)]
    if not answering:
        others = [quote for leg in said if not several for quote in leg.choice.elsewhere]
        elsewhere, _ = _checked([("", quote) for quote in others], library)
        status = NOT_BY_SPEAKER if elsewhere else NOT_FOUND
        return replace(asked, status=status, elsewhere=tuple(quote for _, quote in elsewhere))
    chosen: list[tuple[str, Quote]] = []
    for leg in answering:
        most = library.settings.quoting.side if several else None
        theirs = [quote for quote in leg.choice.quotes if not several or quote.speaker in leg.speaking]
        chosen += [(leg.name, quote) for quote in theirs[:most]]
        chosen += [(_OTHERWISE.get(understood.form.name, ""), quote) for quote in leg.choice.otherwise]
    quotes, unverified = _checked(chosen, library)
    return replace(asked, status=ANSWERED if quotes else NOT_FOUND, quotes=quotes, unverified=unverified)


def _in_their_words(leg: Leg, limits: Refusing) -> Leg:
    """Where a refusal would be false: whoever says the very words that were asked for is quoted with them."""
    choice = leg.choice
    if choice.spoken and (choice.said < limits.said or choice.theirs < limits.theirs):
        return replace(leg, choice=replace(choice, quotes=choice.spoken, said=1.0, theirs=1.0))
    return leg


def _checked(
    quotes: Sequence[tuple[str, Quote]], library: Library
) -> tuple[tuple[tuple[str, Quote], ...], tuple[str, ...]]:
    """The quotes whose words are found again in the source, and a line for each of the others."""
    found = [(side, quote) for side, quote in quotes if is_in_source(quote, library)]
    lost = [quote for side, quote in quotes if (side, quote) not in found]
    return tuple(found), tuple(f"{quote.where()}: the words are not found again in the source file" for quote in lost)


# --- 4. the answer -----------------------------------------------------------------------------------------------


def _write(asked: Asked) -> Iterator[Answer]:
    """Drafts that grow quote by quote, then the answer."""
    understood = asked.understood
    base = Answer(
        question=understood.question,
        standalone=understood.standalone,
        status=asked.status,
        text="",
        lead=_lead(asked),
        elsewhere=asked.elsewhere,
        passages=asked.passages if asked.quotes else _closest(asked.passages),
        unverified=asked.unverified,
        confidence=asked.confidence,
        form=understood.form.name,
        speakers=tuple(dict.fromkeys(name for leg in understood.legs for name in leg.named.speakers)),
        excluded=understood.named.excluded,
        transcripts=understood.transcripts,
        choices=understood.named.choices,
        counted=asked.counted,
        timings=asked.timings,
    )
    text, side = base.lead, ""
    for number, (now, quote) in enumerate(asked.quotes, 1):
        yield replace(base, text=text, final=False)
        if now != side:
            text, side = f"{text}\n\n{side_heading(now)}" if now else text, now
        text += f"\n\n“{quote.text}” [{number}]\n— {_where(quote)}"
    for quote in asked.elsewhere:
        text += f"\n\n“{quote.text}”\n— {_where(quote)}"
    citations = tuple(Citation(number, quote, side) for number, (side, quote) in enumerate(asked.quotes, 1))
    yield replace(base, text=text, citations=citations)


def side_heading(side: str) -> str:
    """What stands above the quotes of one side: "INGRID PELL:", "Another figure:"."""
    return f"{side[:1].upper()}{side[1:]}:"


def _closest(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """What comes nearest to a question that is refused, whoever says it."""
    return tuple(sorted(passages, key=lambda passage: -max(hit.content for hit in passage.hits))[:_CLOSEST])


def _lead(asked: Asked) -> str:
    """One line that says who speaks to the question, or that nobody does."""
    named = asked.understood.named
    if asked.status == UNCLEAR:
        return f"It is not clear who is meant: {join_names(named.choices, 'or')}. Ask again with the whole name."
    if asked.counted:
        return asked.counted.lead
    if asked.status == NOT_BY_SPEAKER:
        people = f"anyone but {join_names(named.excluded, 'and')}" if named.excluded else ""
        people = people or join_names(named.speakers or named.mentioned, "or")
        others = list(dict.fromkeys(quote.speaker for quote in asked.elsewhere))
        verb = "speaks" if len(others) == 1 else "speak"
        return f"Not said by {people} as far as the transcripts go; {join_names(others)} {verb} to this:"
    if not asked.quotes:
        return UNVERIFIED if asked.unverified else REFUSAL
    quotes = [quote for _, quote in asked.quotes]
    names = list(dict.fromkeys(quote.speaker for quote in quotes))
    sources = len({quote.transcript for quote in quotes})
    where = f" in {quotes[0].title}" if sources == 1 else f" in {sources} transcripts"
    silent = [leg.name for leg in asked.legs if leg.name and leg.name not in {side for side, _ in asked.quotes}]
    nothing = f" Nothing is found on the side of {join_names(silent)}." if silent else ""
    return f"{join_names(names)} {'speaks' if len(names) == 1 else 'speak'} to this{where}.{nothing}"


def _where(quote: Quote) -> str:
    """Its place, and how it could mislead."""
    return quote.where() + (f" (note: {', '.join(quote.cautions)})" if quote.cautions else "")
