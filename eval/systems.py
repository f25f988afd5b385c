"""What is measured: the product, the stock recipe that a user would have got instead, and plain BM25.

Both answer a question of a set with an Outcome, in the units of the definitions: utterances and words.
"""

from __future__ import annotations

import bisect
import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any, Protocol

from bot.answering import answer
from bot.answers import ANSWERED, Answer
from bot.checking.check import Statement
from bot.config import Settings
from bot.fitted import Fitted
from bot.library import Library
from bot.models.model import Model
from bot.questions.understanding import understand
from bot.quotes.quoting import is_in_source
from bot.retrieval.search import Found, search
from bot.store.chunking import Chunk
from bot.transcripts.formats.text import LINE_END, decode, fold_white
from bot.transcripts.transcript import Lines, Transcript
from embeddings.encoder import Encoder
from embeddings.lexical import stems
from embeddings.vectors import VectorIndex
from eval.sets import EvalSet, Key, Question

STOCK_CHUNK, STOCK_OVERLAP, STOCK_QUOTES = 1000, 200, 4
"""LangChain's tutorial recipe: characters of a chunk and of its overlap, and the chunks that it hands to the model."""
_STOCK_HITS = 200  # chunks; enough to read on to 50 utterances and 3,000 words

FOLDS = Path(__file__).parent / "folds"
"""Weights that were fitted without one group, by "SET-GROUP.json"; that group is asked with them."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class QuoteShown:
    """A quote as it was shown; `verbatim` and `speaker_true` by the independent locator (None: does not apply)."""

    utterance: Key
    text: str
    speaker: str
    lines: tuple[int, int] | None
    verbatim: bool | None
    speaker_true: bool | None


@dataclass(frozen=True)
class Outcome:
    """What a system did with a question.

    `ranking` holds each utterance once with its words, best first; `read` what was read in order: (utterance, words,
    text of the part that was read).  `pointed` are the places that a refusal points at, at most three.  `confidence`
    is higher for questions that it thinks are answered; `timings` are seconds by stage.
    """

    status: str
    confidence: float
    answer: str
    ranking: tuple[tuple[Key, int], ...]
    read: tuple[tuple[Key, int, str], ...]
    quotes: tuple[QuoteShown, ...]
    pointed: tuple[Key, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)
    standalone: str = ""
    statements: tuple[Statement, ...] = ()
    """What a language model wrote; empty where the quotes are the answer."""
    notice: str = ""
    """Why they are, where a model was asked."""
    unverified: tuple[str, ...] = ()


class System(Protocol):
    """What the runner needs of whatever is measured."""

    name: str

    def describe(self) -> dict[str, Any]:
        """Everything needed to do it again."""

    def ask(self, question: Question, open_search: bool) -> Outcome:
        """Answer from the question's own files, or with `open_search` from the whole set."""


class Product:
    """The chain that people use, over a library of the set's transcripts."""

    name = "onrecord"

    def __init__(
        self,
        evalset: EvalSet,
        cache: Path,
        encoder: Encoder,
        settings: Settings,
        progress: Progress,
        model: Model | None = None,
    ) -> None:
        self.evalset = evalset
        self._settings = settings
        self._model = model
        self._encoder = encoder
        # The library depends on the transcripts as they are read, the encoder and the sizes of chunks.
        read = [(name, t.sha256, len(t.utterances), t.words) for name, t in evalset.files.items()]
        key = _digest([read, encoder.fingerprint().probe, asdict(settings.chunking)])
        self.library = Library.open(cache / f"{evalset.name}-{key}", encoder=encoder, settings=settings)
        known = {entry.path: entry.id for entry in self.library.entries}
        self._ids: dict[str, str] = {}
        for number, name in enumerate(evalset.files, 1):
            path = (evalset.transcripts / name).resolve()
            if str(path) not in known:
                progress(f"indexing {number}/{len(evalset.files)} {name}")
                added = self.library.add(path).files[0].entry  # of two files with one content the first serves both
                assert added is not None
                known[str(path)] = added.id
            self._ids[name] = known[str(path)]
        self._names = {id: name for name, id in reversed(self._ids.items())}
        self._libraries = {group: self._library_of(group) for group in {q.group for q in evalset.questions}}

    def _library_of(self, group: str) -> Library:
        """The library with the weights that were fitted without this group, where they were fitted on others of it."""
        path = FOLDS / f"{self.evalset.name}-{group}.json"
        return self.with_settings(replace(self._settings, fitted=Fitted.read(path))) if path.exists() else self.library

    def with_settings(self, settings: Settings) -> Library:
        """The same library under other settings."""
        return Library.open(self.library.folder, encoder=self._encoder, settings=settings)

    def describe(self) -> dict[str, Any]:
        written = {"model": self._model.name} if self._model else {}
        return {"system": self.name, "settings": asdict(self._settings), **written}

    def ids_of(self, question: Question) -> list[str]:
        """The ids of the transcripts that a question is asked of."""
        return [self._ids[name] for name in question.files]

    def name_of(self, id: str) -> str:
        """The set's file of a transcript."""
        return self._names[id]

    def typed(self, question: Question) -> tuple[str, Sequence[tuple[str, str]]]:
        """What is asked, and what was asked and answered before it."""
        return question.question, question.history

    def ask(self, question: Question, open_search: bool) -> Outcome:
        library = self._libraries[question.group]
        ids = [] if open_search else self.ids_of(question)
        text, history = self.typed(question)
        reply = answer(text, library, history, transcripts=ids, model=self._model or "none")
        # A language model may have made the question stand alone in its own way.
        rewriter = (lambda *_: reply.standalone) if self._model else None
        understood = understand({"question": text, "history": history, "transcripts": ids}, library, rewriter)
        # The same searches as the chain's, asked for their whole rankings, which an Answer does not carry.
        found = [search(library, understood.standalone, leg.named, leg.transcripts) for leg in understood.legs]
        quotes = []
        for citation in reply.citations:
            quote = citation.quote
            true = is_in_source(quote, library)
            labels = library.revision(quote.revision).labels
            verbatim = true or any(is_in_source(replace(quote, label=label), library) for label in labels)
            lines = (quote.lines.first, quote.lines.last) if quote.lines else None
            key = (self._names[quote.transcript], quote.utterance)
            quotes.append(QuoteShown(key, quote.text, quote.label, lines, verbatim, true))
        return Outcome(
            status=reply.status,
            confidence=reply.confidence,
            answer=" ".join(item.text for item in reply.statements or quotes),
            ranking=tuple(self._with_words(*key) for key in self._ranked(reply, found)),
            read=tuple(
                ((self._names[passage.transcript], part.utterance), len(text.split()), text)
                for passage in (passage for leg in found for passage in leg.passages)
                for part in passage.stretches
                for text in [self._text(passage.transcript, part.utterance)[part.start : part.end]]
            ),
            quotes=tuple(quotes),
            pointed=self._pointed(reply),
            timings=dict(reply.timings) | {"total": sum(reply.timings.values())},
            standalone=reply.standalone,
            statements=reply.statements,
            notice=reply.notice,
            unverified=reply.unverified,
        )

    def _ranked(self, reply: Answer, found: Sequence[Found]) -> list[Key]:
        """What was counted, then what was searched for; the sides of a comparison take turns."""
        counted = reply.counted.mentions.mentions if reply.counted and reply.counted.mentions else ()
        keys = [(self._names[mention.transcript], mention.utterance) for mention in counted]
        rankings = [[(self._names[id], at) for id, at, _ in leg.ranking] for leg in found]
        keys += [key for ranked in zip_longest(*rankings) for key in ranked if key]
        return list(dict.fromkeys(keys))

    def _pointed(self, reply: Answer) -> tuple[Key, ...]:
        """Where a refusal points: to those who say it, else to what comes closest."""
        if reply.status == ANSWERED:
            return ()
        if reply.elsewhere:
            return tuple((self._names[quote.transcript], quote.utterance) for quote in reply.elsewhere)
        return tuple((self._names[passage.transcript], passage.hits[0].utterance) for passage in reply.passages[:3])

    def _text(self, id: str, utterance: int) -> str:
        return self.library.transcript(id).utterances[utterance].text

    def _with_words(self, name: str, utterance: int) -> tuple[Key, int]:
        return (name, utterance), len(self.evalset.files[name].utterances[utterance].text.split())


class Stock:
    """LangChain's tutorial recipe: RecursiveCharacterTextSplitter 1000/200 over the file's text, the same encoder,
    Chroma, cosine.  A chunk counts as each utterance that it touches; its top four chunks are its quotes."""

    name = "stock"

    def __init__(self, evalset: EvalSet, cache: Path, encoder: Encoder, settings: Settings, progress: Progress) -> None:
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        self._set = evalset
        self._encoder = encoder
        self._chunks: dict[str, tuple[str, str, tuple[int, ...]]] = {}  # id: (file, text, utterances)
        texts = [(name, t.sha256) for name, t in evalset.files.items()]
        key = _digest([texts, encoder.fingerprint().probe, STOCK_CHUNK, STOCK_OVERLAP])
        self._index = VectorIndex(cache / f"{evalset.name}-stock-{key}", encoder)
        splitter = RecursiveCharacterTextSplitter(
            chunk_size=STOCK_CHUNK, chunk_overlap=STOCK_OVERLAP, add_start_index=True
        )
        for name, transcript in evalset.files.items():
            text, utterance_of_line = _as_text((evalset.transcripts / name).read_bytes(), transcript)
            touched = _Touched(text, utterance_of_line)
            for number, document in enumerate(splitter.create_documents([text])):
                start = document.metadata["start_index"]
                utterances = touched.between(start, start + len(document.page_content))
                self._chunks[f"{name}/{number}"] = (name, document.page_content, utterances)
        if self._index.count("stock") != len(self._chunks):
            progress(f"indexing {len(self._chunks)} stock chunks")
            ids = list(self._chunks)
            fields = [{"file": self._chunks[id][0]} for id in ids]
            self._index.add("stock", ids, [self._chunks[id][1] for id in ids], fields)

    def describe(self) -> dict[str, Any]:
        return {"system": self.name, "chunk": STOCK_CHUNK, "overlap": STOCK_OVERLAP, "quotes": STOCK_QUOTES}

    def ask(self, question: Question, open_search: bool) -> Outcome:
        started = time.perf_counter()
        where = None if open_search else {"file": list(question.files)}
        vector = self._encoder.embed_query(question.question)
        hits = self._index.nearest("stock", vector, min(_STOCK_HITS, len(self._chunks)), where)
        seconds = time.perf_counter() - started
        ranking: dict[Key, int] = {}
        read: list[tuple[Key, int, str]] = []
        for id, _ in hits:
            name, text, utterances = self._chunks[id]
            for at in utterances:
                ranking.setdefault((name, at), len(self._set.files[name].utterances[at].text.split()))
            if len(read) < _STOCK_HITS and utterances:
                read.append(((name, utterances[0]), len(text.split()), text))
                read += [((name, at), 0, "") for at in utterances[1:]]
        top = [self._chunks[id] for id, _ in hits[:STOCK_QUOTES]]
        quotes = [QuoteShown((name, at), "", "", None, None, None) for name, _, utterances in top for at in utterances]
        return Outcome(
            status=ANSWERED,
            confidence=hits[0][1] if hits else 0.0,
            answer=" ".join(text for _, text, _ in top),
            ranking=tuple(ranking.items()),
            read=tuple(read),
            quotes=tuple(dict.fromkeys(quotes)),
            timings={"retriever": seconds, "total": seconds},
        )


def _as_text(data: bytes, transcript: Transcript) -> tuple[str, dict[int, int]]:
    """What a text loader would load, and which utterance stands on each line: the file as it is, where it is one of
    lines, else a line a turn."""
    if transcript.report.unit != "line":
        turns = transcript.utterances
        lines = (fold_white(f"{turn.label}: {turn.text}") for turn in turns)
        return "\n".join(lines), {turn.index + 1: turn.index for turn in turns}
    places = [(turn.index, piece.place) for turn in transcript.utterances for piece in turn.pieces]
    spoken = [(index, place) for index, place in places if isinstance(place, Lines)]
    return decode(data), {line: index for index, place in spoken for line in range(place.first, place.last + 1)}


class _Touched:
    """Which utterances stand between two characters of a text."""

    def __init__(self, text: str, utterance_of_line: Mapping[int, int]) -> None:
        self._line_starts = [0, *(end.end() for end in LINE_END.finditer(text))]
        self._utterance_of_line = utterance_of_line

    def between(self, start: int, end: int) -> tuple[int, ...]:
        first = bisect.bisect_right(self._line_starts, start)
        last = bisect.bisect_left(self._line_starts, end)
        found = (self._utterance_of_line.get(line) for line in range(first, last + 1))
        return tuple(dict.fromkeys(at for at in found if at is not None))


class PlainWords:
    """BM25 over the product's windows of three turns, with its stemming and nothing else: what words alone can do.

    An utterance is placed by its best window; the top four windows are its quotes, the best BM25 its confidence.
    """

    name = "bm25"

    def __init__(self, evalset: EvalSet, cache: Path, encoder: Encoder, settings: Settings, progress: Progress) -> None:
        self._product = Product(evalset, cache, encoder, settings, progress)

    def describe(self) -> dict[str, Any]:
        return {
            "system": self.name,
            "windows": self._product.library.settings.chunking.window_chunks,
            "quotes": STOCK_QUOTES,
        }

    def ask(self, question: Question, open_search: bool) -> Outcome:
        started = time.perf_counter()
        library, files = self._product.library, self._product.evalset.files
        groups = [library.entry(id).group for id in self._product.ids_of(question)]
        with library.searching() as indexes:
            where = {} if open_search else {"group": groups}
            hits = indexes.words["windows"].nearest(stems(question.question), library.settings.retrieval.hits, where)
        seconds = time.perf_counter() - started
        ranking: dict[Key, int] = {}
        windows: list[list[tuple[Key, int, str]]] = []
        for id, _ in hits:
            chunk = Chunk.from_id(id)
            name = self._product.name_of(library.revision(chunk.group).id)
            window = []
            for at in range(chunk.first, chunk.last + 1):
                text = files[name].utterances[at].text
                part = text[chunk.start if at == chunk.first else 0 : chunk.end if at == chunk.last else len(text)]
                ranking.setdefault((name, at), len(text.split()))
                window.append(((name, at), len(part.split()), part))
            windows.append(window)
        quoted = [(key, text) for window in windows[:STOCK_QUOTES] for key, _, text in window]
        return Outcome(
            status=ANSWERED,
            confidence=hits[0][1] if hits else 0.0,
            answer=" ".join(text for _, text in quoted),
            ranking=tuple(ranking.items()),
            read=tuple(part for window in windows[:_STOCK_HITS] for part in window),
            quotes=tuple(QuoteShown(key, "", "", None, None, None) for key in dict.fromkeys(key for key, _ in quoted)),
            timings={"retriever": seconds, "total": seconds},
        )


def _digest(parts: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


SYSTEMS: dict[str, type[Product] | type[Stock] | type[PlainWords]] = {
    "onrecord": Product,
    "stock": Stock,
    "bm25": PlainWords,
}


def cut(outcome: Outcome, utterances: int, words: int) -> Outcome:
    """The outcome with its ranking cut after what any metric reads: so many utterances, and so many words."""
    total, kept = 0, 0
    for kept, (_, count) in enumerate(outcome.ranking, 1):
        total += count
        if kept >= utterances and total > words:
            break
    return replace(outcome, ranking=outcome.ranking[:kept])
