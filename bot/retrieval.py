"""A question to the passages worth reading.

Four rankings (vectors and BM25, over turns and over windows of turns) are fused by reciprocal rank (Cormack, Clarke and
Büttcher, "Reciprocal Rank Fusion outperforms Condorcet", SIGIR 2009).  What is fused are sentences: each takes, from
every ranking, the rank of the best chunk that holds it.  The unit that is read is not the unit that is found: a
passage is a found chunk with the sentences around it, across turns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from bot.chunking import Chunk
from bot.errors import LibraryError
from bot.library import Indexes, Library, RevisionGone
from bot.sentences import sentence_spans
from bot.speakers import read_question
from bot.transcript import UNNAMED_SPEAKER, Lines, Transcript
from embeddings.lexical import stems

Hits = list[tuple[str, float]]


@dataclass(frozen=True)
class Stretch:
    """Characters [start:end] of one utterance."""

    utterance: int
    start: int
    end: int


@dataclass(frozen=True)
class Passage:
    """What is read: a found stretch of a transcript with the sentences around it.

    `stretches` are in reading order, one an utterance; `hit` says which characters were found, again one stretch an
    utterance; `score` is the fused score of the best sentence in it.  `revision` names the reading of the file that
    the stretches are cut from.
    """

    transcript: str
    revision: str
    score: float
    stretches: tuple[Stretch, ...]
    hit: tuple[Stretch, ...]

    def text(self, transcript: Transcript) -> str:
        """The passage as labelled text, a line a turn."""
        return "\n".join(
            f"{transcript.utterances[s.utterance].speaker}: {transcript.utterances[s.utterance].text[s.start : s.end]}"
            for s in self.stretches
        )

    def to_document(self, transcript: Transcript) -> Document:
        """As a LangChain document; its metadata are plain values that `from_document` reads back."""
        turns = [transcript.utterances[s.utterance] for s in self.stretches]
        first, last = self.stretches[0], self.stretches[-1]
        begin = turns[0].pieces_of(first.start, first.end)[0]
        finish = turns[-1].pieces_of(last.start, last.end)[-1]
        metadata: dict[str, Any] = {
            "transcript": self.transcript,
            "revision": self.revision,
            "source": transcript.source,
            "title": transcript.title,
            "speakers": list(dict.fromkeys(turn.speaker for turn in turns)),
            "speaker": transcript.utterances[self.hit[0].utterance].speaker,
            "place": f"{begin.place} to {finish.place}",
            "score": self.score,
            "stretches": [[s.utterance, s.start, s.end] for s in self.stretches],
            "hit": [[s.utterance, s.start, s.end] for s in self.hit],
        }
        if isinstance(begin.place, Lines) and isinstance(finish.place, Lines):
            lines = Lines(begin.place.first, finish.place.last)
            metadata |= {"place": str(lines), "lines": [lines.first, lines.last]}
        if begin.start is not None:
            metadata |= {"start": begin.start, "end": finish.end}
        return Document(
            id=f"{self.transcript}/{first.utterance}.{first.start}",
            page_content=self.text(transcript),
            metadata=metadata,
        )

    @classmethod
    def from_document(cls, document: Document) -> Passage:
        """The passage that `to_document` wrote."""
        data = document.metadata
        return cls(
            data["transcript"],
            data["revision"],
            data["score"],
            tuple(Stretch(*item) for item in data["stretches"]),
            tuple(Stretch(*item) for item in data["hit"]),
        )


@dataclass(frozen=True)
class Found:
    """What a search found: `ranking` places utterances (transcript id, utterance, score), each once, best first."""

    ranking: tuple[tuple[str, int, float], ...]
    passages: tuple[Passage, ...]


def search(
    library: Library,
    text: str,
    speakers: Sequence[str] = (),
    transcripts: Sequence[str] = (),
) -> Found:
    """Utterances ranked for a question, and the passages to read.

    `speakers` keeps only what they say; `transcripts` (ids) only what is said in these.  Raises LibraryError for an
    unknown transcript.
    """
    try:
        return _search(library, text, speakers, transcripts)
    except RevisionGone:  # a transcript was replaced between finding it and opening it; the new one is there now
        return _search(library, text, speakers, transcripts)


def _search(library: Library, text: str, speakers: Sequence[str], transcripts: Sequence[str]) -> Found:
    settings = library.settings.retrieval
    chosen = {library.entry(id).group for id in transcripts}
    vector = library.encoder.embed_query(text)
    words = stems(text)
    with library.searching() as indexes:
        known = {group: entry for group, entry in indexes.entries.items() if not chosen or group in chosen}
        where = {"group": sorted(known)} if chosen else {}
        labels = sorted(_label(speaker) for speaker in speakers)
        by_speaker = where | ({"speaker": labels} if speakers else {})
        if not known:
            return Found((), ())
        rankings = [
            _known_hits(fetch, settings.hits, known)
            for kind, condition in (("turns", by_speaker), ("windows", where))
            for fetch in (_by_vector(indexes, kind, vector, condition), _by_words(indexes, kind, words, condition))
        ]
    found = {Chunk.from_id(id).group for ranking in rankings for id, _ in ranking}
    texts = {group: library.revision(group) for group in known if group in found}
    scores = _fuse(rankings, texts, settings.fusion_constant)
    if speakers:
        scores = {key: score for key, score in scores.items() if _speaker(texts, key) in speakers}
    return Found(
        _rank_utterances(scores, texts),
        _passages(scores, texts, settings.passages, settings.context_sentences),
    )


SentenceKey = tuple[str, int, int, int]
"""(group, utterance, start, end) of a sentence."""


def _by_vector(
    indexes: Indexes, kind: str, vector: Sequence[float], where: Mapping[str, Sequence[str]]
) -> Callable[[int], Hits]:
    return lambda count: indexes.vectors.nearest(kind, vector, count, where)


def _by_words(
    indexes: Indexes, kind: str, words: Sequence[str], where: Mapping[str, Sequence[str]]
) -> Callable[[int], Hits]:
    return lambda count: indexes.words[kind].nearest(words, count, where)


def _known_hits(fetch: Callable[[int], Hits], count: int, known: Mapping[str, Any]) -> Hits:
    """The best `count` hits that are in the library.

    A writer that is at work, or was killed, leaves rows of transcripts that are not (yet) in it; ask for more then.
    """
    asked = count
    while True:
        hits = fetch(asked)
        kept = [hit for hit in hits if Chunk.from_id(hit[0]).group in known]
        if len(kept) >= count or len(hits) < asked:
            return kept[:count]
        asked *= 2


def _label(speaker: str) -> str:
    """What the index calls a speaker: the file's label."""
    return "" if speaker == UNNAMED_SPEAKER else speaker


def _speaker(texts: Mapping[str, Transcript], key: SentenceKey) -> str:
    return texts[key[0]].utterances[key[1]].speaker


def _fuse(rankings: Sequence[Hits], texts: Mapping[str, Transcript], constant: int) -> dict[SentenceKey, float]:
    """Reciprocal rank fusion of sentences: from each ranking the best chunk that holds the sentence counts."""
    scores: dict[SentenceKey, float] = {}
    for ranking in rankings:
        seen: set[SentenceKey] = set()
        for rank, (id, _) in enumerate(ranking, 1):
            for key in _sentences_of(Chunk.from_id(id), texts):
                if key not in seen:
                    seen.add(key)
                    scores[key] = scores.get(key, 0.0) + 1 / (constant + rank)
    return scores


def _sentences_of(chunk: Chunk, texts: Mapping[str, Transcript]) -> list[SentenceKey]:
    """The sentences that a chunk holds or, where a sentence is longer than a chunk, touches."""
    utterances = texts[chunk.group].utterances
    keys = []
    for index in range(chunk.first, chunk.last + 1):
        text = utterances[index].text
        begin = chunk.start if index == chunk.first else 0
        finish = chunk.end if index == chunk.last else len(text)
        keys += [(chunk.group, index, a, b) for a, b in sentence_spans(text) if a < finish and b > begin]
    return keys


def _rank_utterances(
    scores: Mapping[SentenceKey, float], texts: Mapping[str, Transcript]
) -> tuple[tuple[str, int, float], ...]:
    best: dict[tuple[str, int], float] = {}
    for (group, utterance, _, _), score in scores.items():
        best[group, utterance] = max(score, best.get((group, utterance), 0.0))
    order = {group: position for position, group in enumerate(texts)}
    ranked = sorted(best.items(), key=lambda item: (-item[1], order[item[0][0]], item[0][1]))
    return tuple((texts[group].id, utterance, score) for (group, utterance), score in ranked)


def _passages(
    scores: Mapping[SentenceKey, float],
    texts: Mapping[str, Transcript],
    count: int,
    context: int,
) -> tuple[Passage, ...]:
    """The best chunks of turns, each with `context` sentences before and after; nothing is read twice."""
    order = {group: position for position, group in enumerate(texts)}
    best = sorted(scores.items(), key=lambda item: (-item[1], order[item[0][0]], item[0][1], item[0][2]))
    passages: list[Passage] = []
    sentences_of: dict[str, list[tuple[int, int, int]]] = {}
    covered: set[SentenceKey] = set()
    for key, score in best:
        if len(passages) == count:
            break
        if key in covered:
            continue
        group = key[0]
        if group not in sentences_of:
            sentences_of[group] = _all_sentences(texts[group])
        sentences = sentences_of[group]
        at = sentences.index(key[1:])
        # Neighbours with the same score were found by the same chunks: they are one hit.
        first = last = at
        while first > 0 and scores.get((group, *sentences[first - 1])) == score:
            first -= 1
        while last + 1 < len(sentences) and scores.get((group, *sentences[last + 1])) == score:
            last += 1
        begin, finish = max(0, first - context), min(len(sentences), last + 1 + context)
        read = [sentence for sentence in sentences[begin:finish] if (group, *sentence) not in covered]
        covered |= {(group, *sentence) for sentence in read}
        hit = _stretches(sentences[first : last + 1])
        passages.append(Passage(texts[group].id, group, score, _stretches(read), hit))
    return tuple(passages)


def _all_sentences(transcript: Transcript) -> list[tuple[int, int, int]]:
    return [(u.index, start, end) for u in transcript.utterances for start, end in sentence_spans(u.text)]


def _stretches(sentences: Sequence[tuple[int, int, int]]) -> tuple[Stretch, ...]:
    """Sentences joined to one stretch an utterance."""
    joined: dict[int, tuple[int, int]] = {}
    for utterance, start, end in sentences:
        begin, finish = joined.get(utterance, (start, end))
        joined[utterance] = (min(begin, start), max(finish, end))
    return tuple(Stretch(utterance, start, end) for utterance, (start, end) in sorted(joined.items()))


class TranscriptRetriever(BaseRetriever):
    """LangChain's door to the search: question in, passages out as documents.

    Metadata: transcript (id), source (file), title, speaker (of what was found), speakers, place, lines, start and end
    (seconds, where the file has times), score.  A question that asks for somebody's words finds only theirs.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    library: Library

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        speakers: Sequence[str] | None = None,
        transcripts: Sequence[str] = (),
    ) -> list[Document]:
        if not self.library.entries:
            raise LibraryError(f"{self.library.folder} is empty; add a transcript first: `onrecord add FILE`")
        if speakers is None:
            heard = dict.fromkeys(name for entry in self.library.entries_of(transcripts) for name in entry.speakers)
            asked = read_question(query, tuple(heard))
            query, speakers = asked.topic, asked.speakers
        found = search(self.library, query, speakers, transcripts)
        return [passage.to_document(self.library.revision(passage.revision)) for passage in found.passages]
