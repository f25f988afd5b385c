"""A question to an answer, top to bottom.

    standalone_question  →  retriever  →  quotes  →  answer

These four are the named steps of one LangChain chain (`build_chain`), and `answer` and `stream` run that chain.
Without a language model the quotes are the answer: the few sentences, among those read, that answer the question.  What
is asked to be counted is counted (`bot.counts.counting`), and the sides of a comparison are searched and quoted one by
one. With one, the last step is its prose, each sentence of it checked (`bot.models.writing`); where it fails, the
quotes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda

from bot.answers import (
    ANSWERED,
    LOST,
    NO_MARKS,
    NOT_BY_SPEAKER,
    NOT_FOUND,
    REFUSAL,
    UNCLEAR,
    UNVERIFIED,
    Answer,
    Citation,
    listed_quotes,
    opening_of,
    text_of,
)
from bot.checking.check import Statement
from bot.counts.counting import Counted, count
from bot.errors import OnRecordError, QuestionError
from bot.models.model import Model, load_model
from bot.models.rewriting import rewritten
from bot.models.writing import Written, write
from bot.questions import forms
from bot.questions.understanding import Leg, Rewriter, Understood, understand
from bot.quotes.choosing import Choice, choose
from bot.quotes.quoting import Quote, is_in_source
from bot.retrieval.passages import Passage
from bot.retrieval.retriever import TranscriptRetriever
from bot.words.phrases import join_names

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.tools import BaseTool

    from bot.config import Refusing
    from bot.store.store import Store

    Asking = str | Model | BaseChatModel | None  # a language model, as `load_model` takes it

_CLOSEST = 3  # passages shown under a refusal


@dataclass(frozen=True)
class Searched:
    """A leg of the question, and what was found and chosen for it."""

    leg: Leg
    passages: tuple[Passage, ...] = ()
    choice: Choice = field(default_factory=Choice)

    @property
    def speaking(self) -> Collection[str]:
        """Whose words stand on this side."""
        return self.leg.named.speakers or {hit.speaker for passage in self.passages for hit in passage.hits}

    def read(self, several: bool) -> tuple[Passage, ...]:
        """What it is chosen and judged by: of one side of several, only what those on it say."""
        if not several:
            return self.passages
        own = [
            replace(passage, hits=tuple(hit for hit in passage.hits if hit.speaker in self.speaking))
            for passage in self.passages
        ]
        return tuple(passage for passage in own if passage.hits)


@dataclass(frozen=True)
class Asked:
    """What travels down the chain; each step fills in its part.  `quotes` are (side, quote)."""

    understood: Understood
    searched: tuple[Searched, ...] = ()
    status: str = NOT_FOUND
    quotes: tuple[tuple[str, Quote], ...] = ()
    elsewhere: tuple[Quote, ...] = ()
    unverified: tuple[str, ...] = ()
    counted: Counted | None = None
    confidence: float = 0.0
    timings: Mapping[str, float] = field(default_factory=dict)

    @property
    def passages(self) -> tuple[Passage, ...]:
        return tuple(passage for one in self.searched for passage in one.passages)


def answer(
    question: str,
    library: Store,
    history: Sequence[Answer | tuple[str, str]] = (),
    speaker: str | Sequence[str] | None = None,
    transcripts: Sequence[str] = (),
    filters: bool = True,
    rewrite: bool = True,
    model: Asking = None,
) -> Answer:
    """Answer a question from a library: the last item of `stream`.

    `history`: earlier answers, or (question, answer) pairs, oldest first.  `speaker`: only what they say, by whole,
    first or last name; or several speakers.  `transcripts`: only what is said in these (ids).  `filters`: whether the
    speakers and transcripts that the question itself names limit what is searched; the answer says which did.
    `rewrite`: whether a question that leans on the history is made to stand alone; `False` asks it as it is, with
    nothing from the history.  `model`: the language model that writes the answer (see `bot.models.model.load_model`);
    None for the one that ONRECORD_MODEL names, "none" for quotes alone.

    Raises QuestionError for an empty question or a speaker whom nobody has heard, LibraryError for a library without
    transcripts, ModelError for a model that cannot be loaded; one that fails later ends in quotes.
    """
    *_, last = stream(question, library, history, speaker, transcripts, filters, rewrite, model)
    return last


def stream(
    question: str,
    library: Store,
    history: Sequence[Answer | tuple[str, str]] = (),
    speaker: str | Sequence[str] | None = None,
    transcripts: Sequence[str] = (),
    filters: bool = True,
    rewrite: bool = True,
    model: Asking = None,
) -> Generator[Answer, None, None]:
    """Growing drafts of an answer; the last item is final and verified.  Arguments and errors as for `answer`.

    Closing the iterator stops a language model that is writing.
    """
    asked = {
        "question": question,
        "history": list(history),
        "speaker": speaker,
        "transcripts": list(transcripts),
        "filters": filters,
        "rewrite": rewrite,
    }
    yield from build_chain(library, model).stream(asked)


def build_chain(library: Store, model: Asking = None) -> Runnable[Any, Answer]:
    """The chain: a question, or {"question", "history", "speaker", "transcripts", "filters", "rewrite"} to an Answer.

    Its steps are named runnables, so callbacks see each, the language model's too; the retriever is
    a `TranscriptRetriever`.
    """
    retriever = TranscriptRetriever(library=library)
    writer = load_model(model, library.settings.modelling)

    def stand_alone(question: str | Mapping[str, Any], config: RunnableConfig) -> Asked:
        started = time.perf_counter()
        understood = understand(question, library, _rewriter(library, writer, config))
        return _timed(Asked(understood), "standalone_question", started)

    def retrieve(asked: Asked, config: RunnableConfig) -> Asked:
        started = time.perf_counter()
        searched = []
        for leg in asked.understood.legs:
            standalone = asked.understood.standalone
            documents = retriever.invoke(standalone, config, named=leg.named, transcripts=leg.transcripts)
            searched.append(Searched(leg, tuple(Passage.from_document(document) for document in documents)))
        return _timed(replace(asked, searched=tuple(searched)), "retriever", started)

    def quote(asked: Asked) -> Asked:
        started = time.perf_counter()
        return _timed(_choose_quotes(asked, library), "quotes", started)

    def tell(asked: Asked, config: RunnableConfig) -> Iterator[Answer]:
        yield from _write(asked, library, writer, config)

    async def tell_async(asked: Asked, config: RunnableConfig) -> AsyncIterator[Answer]:
        drafts = _write(asked, library, writer, config)
        # A model is waited for beside the event loop.  Cancelled, the drafts are dropped, which stops it.
        while draft := await asyncio.to_thread(next, drafts, None):
            yield draft

    return cast(
        "Runnable[Any, Answer]",
        RunnableLambda(stand_alone, name="standalone_question")
        | RunnableLambda(retrieve, name="retrieve")
        | RunnableLambda(quote, name="quotes")
        | RunnableLambda(tell, cast("Any", tell_async), name="answer"),
    ).with_config(run_name="onrecord")


def _rewriter(library: Store, model: Model | None, config: RunnableConfig) -> Rewriter | None:
    """How a language model makes a question stand alone; None without one."""
    if model is None:
        return None
    return lambda question, history: rewritten(question, history, model, library.settings.modelling, config)


def build_tool(library: Store) -> BaseTool:
    """A LangChain tool that answers a question with quotes, for `langchain.agents.create_agent`.

    Its text is what the agent's model reads; the artifact is the Answer.  A question that cannot be asked comes back as
    its one-line error, so that the agent can ask another.
    """
    from langchain_core.tools import StructuredTool

    def ask_transcripts(question: str, speaker: str | None = None) -> tuple[str, Answer | None]:
        try:
            reply = answer(question, library, speaker=speaker, model="none")
        except QuestionError as error:
            return str(error), None
        return reply.text, reply

    return StructuredTool.from_function(
        ask_transcripts,
        description=(
            "Ask the transcripts of people talking. The answer is verbatim quotes with speaker, file and place, or "
            "says that the transcripts do not say. `speaker` limits it to what one speaker says."
        ),
        response_format="content_and_artifact",
    )


def _timed(asked: Asked, stage: str, started: float) -> Asked:
    return replace(asked, timings={**asked.timings, stage: time.perf_counter() - started})


# --- 3. the quotes -----------------------------------------------------------------------------------------------

_OTHERWISE = {forms.YES_NO: "may say otherwise", forms.NUMBER: "another figure"}


def _choose_quotes(asked: Asked, library: Store) -> Asked:
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
    several = len(asked.searched) > 1
    searched = tuple(_chosen(one, understood, library, several) for one in asked.searched)
    asked = replace(asked, searched=searched, confidence=max(one.choice.confidence for one in searched))
    limits = library.settings.refusing
    if not several:
        searched = (_in_their_words(searched[0], limits),)
    said = [one for one in searched if one.choice.said >= limits.said]
    answering = [one for one in said if one.choice.quotes and (several or one.choice.theirs >= limits.theirs)]
    if not answering:
        others = [quote for one in said if not several for quote in one.choice.elsewhere]
        elsewhere, _ = _checked([("", quote) for quote in others], library)
        status = NOT_BY_SPEAKER if elsewhere else NOT_FOUND
        return replace(asked, status=status, elsewhere=tuple(quote for _, quote in elsewhere))
    chosen: list[tuple[str, Quote]] = []
    for one in answering:
        most = library.settings.quoting.side if several else None
        theirs = [quote for quote in one.choice.quotes if not several or quote.speaker in one.speaking]
        chosen += [(one.leg.name, quote) for quote in theirs[:most]]
        chosen += [(_OTHERWISE.get(understood.form.name, ""), quote) for quote in one.choice.otherwise]
    quotes, unverified = _checked(chosen, library)
    return replace(asked, status=ANSWERED if quotes else NOT_FOUND, quotes=quotes, unverified=unverified)


def _chosen(one: Searched, understood: Understood, library: Store, several: bool) -> Searched:
    """With the sentences that answer."""
    standalone, form, named = understood.standalone, understood.form, one.leg.named
    return replace(one, choice=choose(standalone, form, named, one.read(several), library, understood.shown))


def _in_their_words(one: Searched, limits: Refusing) -> Searched:
    """Where a refusal would be false: whoever says the very words that were asked for is quoted with them."""
    choice = one.choice
    if choice.spoken and (choice.said < limits.said or choice.theirs < limits.theirs):
        return replace(one, choice=replace(choice, quotes=choice.spoken, said=1.0, theirs=1.0))
    return one


def _checked(
    quotes: Sequence[tuple[str, Quote]], library: Store
) -> tuple[tuple[tuple[str, Quote], ...], tuple[str, ...]]:
    """The quotes whose words are found again in the source, and a line for each of the others."""
    found = [(side, quote) for side, quote in quotes if is_in_source(quote, library)]
    lost = [quote for side, quote in quotes if (side, quote) not in found]
    return tuple(found), tuple(f"{quote.where()}: the words are not found again in the source file" for quote in lost)


# --- 4. the answer -----------------------------------------------------------------------------------------------


def _write(asked: Asked, library: Store, model: Model | None, config: RunnableConfig | None) -> Iterator[Answer]:
    """Drafts that grow, then the answer: a model's prose where there is a model and something to write of, else quotes.

    What is refused, counted or unclear needs no model.
    """
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
    if model is None or asked.status != ANSWERED or asked.counted:
        yield from _as_quotes(base, asked)
        return
    base = replace(base, model=model.name)
    written = Written("")
    passages = _quoted_first(asked)
    for written in write(understood.standalone, passages, library, model, REFUSAL, config):
        if not written.final:
            yield replace(base, text=written.text, lead="", final=False)
    base = replace(base, timings={**base.timings, **written.seconds}, usage=written.usage)
    written = _sourced(written, library, model)
    if written.failure:
        told = (*base.unverified, *(_told(item, written.quotes) for item in written.statements if not item.verified))
        notice = f"{written.failure}; these are the speakers’ own words."
        yield from _as_quotes(replace(base, notice=notice, unverified=told), asked)
    else:
        yield _as_prose(base, written, asked)


def _sourced(written: Written, library: Store, model: Model) -> Written:
    """What was written, cited as far as it is found again in the source files; a failure where nothing stands then."""
    if written.failure:
        return written
    quotes = written.quotes
    cited = {number for statement in written.statements for number in statement.numbers}
    try:
        lost = {number for number in cited if not is_in_source(quotes[number], library)}
    except OnRecordError as error:  # a source that cannot be read
        return replace(written, statements=(), failure=str(error))
    statements = tuple(
        replace(
            statement,
            text=statement.text.translate(NO_MARKS),
            numbers=tuple(number for number in statement.numbers if number not in lost),
            problems=(*statement.problems, LOST),
        )
        if lost & set(statement.numbers)
        else statement
        for statement in written.statements
    )
    stands = any(statement.numbers and statement.verified for statement in statements)
    failure = "" if stands else f"nothing that {model.name} wrote stands the check"
    return replace(written, statements=statements, failure=failure)


def _quoted_first(asked: Asked) -> tuple[Passage, ...]:
    """The passages as a model reads them: those of the quotes first, since what does not fit is left out."""

    def place(passage: Passage) -> int:
        for at, (_, quote) in enumerate(asked.quotes):
            if passage.revision == quote.revision and any(
                part.utterance == quote.utterance and part.start < quote.end and part.end > quote.start
                for part in passage.stretches
            ):
                return at
        return len(asked.quotes)

    return tuple(sorted(asked.passages, key=place))


def _as_quotes(base: Answer, asked: Asked) -> Iterator[Answer]:
    """Drafts that grow quote by quote, then the answer that the quotes are."""
    citations = _numbered(asked.quotes)
    whole = replace(base, citations=citations)
    text = opening_of(whole)
    for piece in listed_quotes(citations):
        yield replace(base, text=text, final=False)
        text += piece
    yield replace(whole, text=text_of(whole))


def _as_prose(base: Answer, written: Written, asked: Asked) -> Answer:
    """A model's statements, and what they cite as quotes, in the order in which they are cited.

    What may say otherwise than the quotes that were chosen stands below them, whether or not the model cites it.
    """
    quote_of = written.quotes
    cited = list(dict.fromkeys(number for statement in written.statements for number in statement.numbers))
    numbers = {number: at for at, number in enumerate(cited, 1)}
    statements = tuple(
        replace(statement, numbers=tuple(numbers[number] for number in statement.numbers))
        for statement in written.statements
    )
    quotes = [("", quote_of[number]) for number in cited]
    known = {(q.revision, q.utterance, q.start) for _, q in quotes}
    for side, quote in asked.quotes:
        if side in _OTHERWISE.values() and (quote.revision, quote.utterance, quote.start) not in known:
            quotes.append((side, quote))
    citations = _numbered(quotes)
    prose = replace(
        base,
        lead="",
        notice=_doubt_of(asked, [citation.quote for citation in citations]),
        statements=statements,
        citations=citations,
        unverified=(*base.unverified, *(_told(statement) for statement in statements if not statement.verified)),
    )
    return replace(prose, text=text_of(prose))


def _told(statement: Statement, quote_of: Mapping[int, Quote] | None = None) -> str:
    """A statement and why it is not verified, on one line; with what it cites, where that stands nowhere else."""
    cited = [quote_of[number] for number in statement.numbers] if quote_of else []
    places = [f"it cites “{' '.join(quote.text.split())}” — {quote.where()}" for quote in cited]
    return f"{statement.text} ({'; '.join([*statement.problems, *places])})"


def _numbered(quotes: Sequence[tuple[str, Quote]]) -> tuple[Citation, ...]:
    return tuple(Citation(number, quote, side) for number, (side, quote) in enumerate(quotes, 1))


def _closest(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """What comes nearest to a question that is refused, whoever says it."""
    return tuple(sorted(passages, key=lambda passage: -max(hit.content for hit in passage.hits))[:_CLOSEST])


def _lead(asked: Asked) -> str:
    """One line that says who speaks to the question, or that nobody does; and where their words may be others'."""
    doubt = _doubt_of(asked, [quote for _, quote in asked.quotes])
    return " ".join(part for part in (_who_speaks(asked), doubt) if part)


def _doubt_of(asked: Asked, shown: Sequence[Quote]) -> str:
    """Says that words of those whom the question names may be somebody else's, where such a quote is shown."""
    named = [leg.named for leg in asked.understood.legs]
    people = {name for one in named for name in (*one.speakers, *one.mentioned) if not one.excluded}
    doubtful = dict.fromkeys(q.speaker for q in shown if q.attribution.doubt and q.speaker in people)
    if not doubtful:
        return ""
    return f"Some of what stands under {join_names(list(doubtful))} may be somebody else's: see the notes."


def _who_speaks(asked: Asked) -> str:
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
    sides = {side for side, _ in asked.quotes}
    silent = [leg.name for leg in asked.understood.legs if leg.name and leg.name not in sides]
    nothing = f" Nothing is found on the side of {join_names(silent)}." if silent else ""
    return f"{join_names(names)} {'speaks' if len(names) == 1 else 'speak'} to this{where}.{nothing}"
