"""A question to an answer, top to bottom.

    standalone_question  →  retriever  →  quotes  →  answer

These four are the named steps of one LangChain chain (`build_chain`), and `answer` and `stream` run that chain.
Without a language model the quotes are the answer: the few sentences, among those read, that answer the question.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda

from bot.config import Quoting, Refusing
from bot.conversation import standalone_question
from bot.errors import LibraryError, QuestionError
from bot.quoting import Quote, is_in_source
from bot.retrieval import Passage
from bot.sentences import Span, sentence_spans
from bot.speakers import find_speakers, read_question
from bot.transcript import Transcript

if TYPE_CHECKING:
    from bot.library import Library

ANSWERED, NOT_FOUND, NOT_BY_SPEAKER, UNCLEAR = "answered", "not_found", "not_by_speaker", "unclear"

REFUSAL = "The transcripts do not say."
"""The one sentence for `not_found`."""

_CLOSEST = 3  # passages shown under a refusal
_SHORT = 4  # words; a shorter quote ("Yes, absolutely.") is read with the sentence after it
_REPLY_SENTENCES = 3  # of a reply that profit from the question before it


@dataclass(frozen=True)
class Citation:
    """A numbered quote under an answer."""

    number: int
    quote: Quote


@dataclass(frozen=True)
class Answer:
    """What came back.

    `status` is "answered", "not_found", "not_by_speaker" or "unclear".  `text` is readable as it stands, with citation
    numbers in brackets.  `passages` are what was read; under a refusal the closest ones, which are no evidence.
    `unverified` lists what did not stand the check against the source.  `confidence` is between 0 and 1.  A draft seen
    while streaming has `final=False` and no citations.  `timings` are seconds by stage.
    """

    question: str
    standalone: str
    status: str
    text: str
    citations: tuple[Citation, ...] = ()
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


@dataclass(frozen=True)
class _Asked:
    """What travels down the chain; each step fills in its part."""

    question: str
    standalone: str
    topic: str
    speakers: tuple[str, ...]
    transcripts: tuple[str, ...]
    passages: tuple[Passage, ...] = ()
    quotes: tuple[Quote, ...] = ()
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

    def understand(question: str | Mapping[str, Any]) -> _Asked:
        started = time.perf_counter()
        return _timed(_understand(question, library), "standalone_question", started)

    def retrieve(asked: _Asked, config: RunnableConfig) -> _Asked:
        started = time.perf_counter()
        documents = retriever.invoke(asked.topic, config, speakers=asked.speakers, transcripts=asked.transcripts)
        passages = tuple(Passage.from_document(document) for document in documents)
        return _timed(replace(asked, passages=passages), "retriever", started)

    def choose(asked: _Asked) -> _Asked:
        started = time.perf_counter()
        return _timed(_choose_quotes(asked, library), "quotes", started)

    def write(asked: _Asked) -> Iterator[Answer]:
        yield from _write(asked, library)

    return cast(
        "Runnable[Any, Answer]",
        RunnableLambda(understand, name="standalone_question")
        | RunnableLambda(retrieve, name="retrieve")
        | RunnableLambda(choose, name="quotes")
        | RunnableLambda(write, name="answer"),
    ).with_config(run_name="onrecord")


def _timed(asked: _Asked, stage: str, started: float) -> _Asked:
    return replace(asked, timings={**asked.timings, stage: time.perf_counter() - started})


# --- 1. what is asked --------------------------------------------------------------------------------------------


def _understand(question: str | Mapping[str, Any], library: Library) -> _Asked:
    asked = {"question": question} if isinstance(question, str) else question
    text = str(asked.get("question") or "").strip()
    if not any(char.isalnum() for char in text):
        raise QuestionError(f"the question is {text!r}; ask something in words, e.g. \"Who chairs the panel?\"")
    if not library.entries:
        raise LibraryError(f"the library {library.folder} has no transcripts; add some first: `onrecord add FILE`")
    transcripts = tuple(asked.get("transcripts") or ())
    entries = [library.entry(id) for id in transcripts] or library.entries
    known = tuple(dict.fromkeys(name for entry in entries for name in entry.speakers))
    standalone = standalone_question(text, asked.get("history") or ())
    named = read_question(standalone, known)
    speakers = named.speakers
    if asked.get("speaker"):
        speakers = find_speakers(str(asked["speaker"]), known)
        if not speakers:
            raise QuestionError(f"no speaker is called {asked['speaker']!r}; the transcripts have {', '.join(known)}")
    return _Asked(text, standalone, named.topic, speakers, transcripts)


# --- 3. the sentences that answer --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sentence:
    """A sentence that was read.  `place` is 1 for the best passage's hit and less for others and for context."""

    transcript: Transcript
    utterance: int
    span: Span
    place: float

    @property
    def text(self) -> str:
        return self.transcript.utterances[self.utterance].text[slice(*self.span)]

    @property
    def speaker(self) -> str:
        return self.transcript.utterances[self.utterance].speaker

    @property
    def asks(self) -> bool:
        return self.text.rstrip("\"'”’)]").endswith("?")

    @property
    def key(self) -> tuple[str, int, int]:
        return self.transcript.id, self.utterance, self.span[0]


def _choose_quotes(asked: _Asked, library: Library) -> _Asked:
    from embeddings.lexical import stems

    settings = library.settings.quoting
    read = _sentences_read(asked.passages, library)
    best_placed = sorted(read, key=lambda sentence: -sentence.place)[: settings.candidates]
    candidates = sorted(best_placed, key=lambda sentence: sentence.key)
    if not candidates:
        return asked
    encoder = library.encoder
    vectors = encoder.encode([asked.topic, *(sentence.text for sentence in candidates)])
    meaning = [float(cosine) for cosine in vectors[1:] @ vectors[0]]
    wanted = set(stems(asked.topic))
    with library.searching() as indexes:
        rarity = indexes.words["turns"].weights(sorted(wanted))
    held = [_share(wanted & set(stems(sentence.text)), rarity) for sentence in candidates]
    scores = _score(candidates, meaning, held, settings)

    together = [
        _share(wanted & set(stems(passage.text(library.transcript(passage.transcript)))), rarity)
        for passage in asked.passages
    ]
    confidence = confidence_of(max(meaning), max(together), library.settings.refusing)
    if confidence < library.settings.refusing.threshold:
        return replace(asked, confidence=confidence)

    allowed = [
        (score, sentence)
        for score, sentence in zip(scores, candidates, strict=True)
        if not asked.speakers or sentence.speaker in asked.speakers
    ]
    quotes, unverified = [], []
    for quote in _pick(allowed, settings):
        if is_in_source(quote, library):
            quotes.append(quote)
        else:
            unverified.append(f"{quote.where()}: the words are not found again in the source file")
    return replace(asked, quotes=tuple(quotes), unverified=tuple(unverified), confidence=confidence)


def confidence_of(meaning: float, words: float, settings: Refusing) -> float:
    """How sure it is, between 0 and 1, that what was read answers the question: a logistic of two signals.

    `meaning`: the best cosine between the question and a sentence; `words`: the best share of the question's words,
    weighted by rarity, that one passage holds.
    """
    return 1 / (1 + math.exp(-(settings.bias + settings.meaning * meaning + settings.words * words)))


def _sentences_read(passages: Sequence[Passage], library: Library) -> list[_Sentence]:
    """Every sentence of the passages once; what was found is placed above what was read around it."""
    if not passages:
        return []
    top = max(passage.score for passage in passages)
    found: dict[tuple[str, int, int], _Sentence] = {}
    for passage in passages:
        transcript = library.transcript(passage.transcript)
        hits = {hit.utterance: (hit.start, hit.end) for hit in passage.hit}
        for stretch in passage.stretches:
            begin, finish = hits.get(stretch.utterance, (0, 0))
            for start, end in sentence_spans(transcript.utterances[stretch.utterance].text):
                if start >= stretch.end or end <= stretch.start:
                    continue
                place = passage.score / top * (1.0 if start < finish and end > begin else 0.5)
                sentence = _Sentence(transcript, stretch.utterance, (start, end), place)
                if sentence.key not in found or found[sentence.key].place < place:
                    found[sentence.key] = sentence
    return list(found.values())


def _share(held: set[str], rarity: Mapping[str, float]) -> float:
    """The share of the question's words that is held, weighted by rarity."""
    total = sum(rarity.values())
    return sum(rarity[word] for word in held) / total if total else 0.0


def _score(
    candidates: Sequence[_Sentence], meaning: Sequence[float], held: Sequence[float], settings: Quoting
) -> list[float]:
    """How well each sentence answers: what it says by itself, and whether it replies to a question like the one asked."""
    own = [
        settings.meaning * cosine + settings.words * share + settings.place * sentence.place
        for sentence, cosine, share in zip(candidates, meaning, held, strict=True)
    ]
    asking: dict[tuple[str, int], float] = {}
    for sentence, score in zip(candidates, own, strict=True):
        if sentence.asks:
            turn = (sentence.transcript.id, sentence.utterance)
            asking[turn] = max(score, asking.get(turn, 0.0))
    scores = []
    for sentence, score in zip(candidates, own, strict=True):
        if sentence.asks:
            scores.append(score * settings.question)
            continue
        replied_to = asking.get((sentence.transcript.id, sentence.utterance - 1))
        position = _position(sentence)
        if replied_to is not None and position < _REPLY_SENTENCES:
            score += settings.reply * settings.reply_fade**position * replied_to
        scores.append(score)
    return scores


def _position(sentence: _Sentence) -> int:
    """The sentence's number in its turn, from 0."""
    return sentence_spans(sentence.transcript.utterances[sentence.utterance].text).index(sentence.span)


def _pick(scored: Sequence[tuple[float, _Sentence]], settings: Quoting) -> list[Quote]:
    """The best sentences as quotes, best first; neighbours in one turn become one quote."""
    ranked = sorted(scored, key=lambda item: (-item[0], item[1].key))
    if not ranked:
        return []
    enough = ranked[0][0] * settings.near_best
    chosen = [sentence for score, sentence in ranked[: settings.quotes] if score >= enough]
    spans: list[tuple[Transcript, int, Span]] = []
    for sentence in chosen:
        all_spans = sentence_spans(sentence.transcript.utterances[sentence.utterance].text)
        first = last = all_spans.index(sentence.span)
        # "Yes, absolutely." means little alone.
        if len(sentence.text.split()) < _SHORT and last + 1 < len(all_spans):
            last += 1
        span = (all_spans[first][0], all_spans[last][1])
        for at, (transcript, utterance, other) in enumerate(spans):
            gap = sentence.transcript.utterances[sentence.utterance].text[min(other[1], span[1]) : max(other[0], span[0])]
            if transcript.id == sentence.transcript.id and utterance == sentence.utterance and not gap.strip():
                spans[at] = (transcript, utterance, (min(other[0], span[0]), max(other[1], span[1])))
                break
        else:
            spans.append((sentence.transcript, sentence.utterance, span))
    return [Quote.locate(transcript, utterance, *span) for transcript, utterance, span in spans]


# --- 4. the answer -----------------------------------------------------------------------------------------------


def _write(asked: _Asked, library: Library) -> Iterator[Answer]:
    """Drafts that grow quote by quote, then the answer."""
    base = Answer(
        question=asked.question,
        standalone=asked.standalone,
        status=ANSWERED if asked.quotes else NOT_FOUND,
        text="",
        passages=asked.passages if asked.quotes else asked.passages[:_CLOSEST],
        unverified=asked.unverified,
        confidence=asked.confidence,
        speakers=asked.speakers,
        timings=asked.timings,
    )
    text = _lead(asked) if asked.quotes else REFUSAL
    for number, quote in enumerate(asked.quotes, 1):
        yield replace(base, text=text, final=False)
        text += f"\n\n“{quote.text}” [{number}]\n— {quote.where()}"
    citations = tuple(Citation(number, quote) for number, quote in enumerate(asked.quotes, 1))
    yield replace(base, text=text, citations=citations)


def _lead(asked: _Asked) -> str:
    """One line that says who speaks to the question."""
    names = list(dict.fromkeys(quote.speaker for quote in asked.quotes))
    sources = len({quote.transcript for quote in asked.quotes})
    who = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    where = f" in {asked.quotes[0].title}" if sources == 1 else f" in {sources} transcripts"
    return f"{who} {'speaks' if len(names) == 1 else 'speak'} to this{where}."
