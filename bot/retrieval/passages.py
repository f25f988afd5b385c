"""What is read: a found stretch of a transcript with the sentences around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from langchain_core.documents import Document

from bot.transcripts.transcript import Lines, Transcript, span_of_places


@dataclass(frozen=True)
class Stretch:
    """Characters [start:end] of one utterance."""

    utterance: int
    start: int
    end: int


@dataclass(frozen=True)
class Hit:
    """A chunk that was found: characters [start:end] of one utterance, by `speaker`.

    `score` is the weighted sum of everything known of it, `content` the same without who speaks: what it says, whoever
    says it.  `signals` are the figures by which it is judged whether the question is answered at all.
    """

    utterance: int
    start: int
    end: int
    speaker: str
    score: float
    content: float
    signals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Passage:
    """What is read: a found stretch of a transcript with the sentences around it.

    `stretches` are in reading order, one an utterance; `hits` are the chunks found in it, best first.  `revision` names
    the reading of the file that the stretches are cut from.
    """

    transcript: str
    revision: str
    stretches: tuple[Stretch, ...]
    hits: tuple[Hit, ...]

    @property
    def score(self) -> float:
        """The score of the best chunk in it."""
        return self.hits[0].score

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
        place = span_of_places([begin.place, finish.place])
        metadata: dict[str, Any] = {
            "transcript": self.transcript,
            "revision": self.revision,
            "source": transcript.source,
            "title": transcript.title,
            "speakers": list(dict.fromkeys(turn.speaker for turn in turns)),
            "speaker": self.hits[0].speaker,
            "place": str(place),
            "score": self.score,
            "stretches": [[s.utterance, s.start, s.end] for s in self.stretches],
            "hits": [asdict(hit) for hit in self.hits],
        }
        if isinstance(place, Lines):
            metadata["lines"] = [place.first, place.last]
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
            tuple(Stretch(*item) for item in data["stretches"]),
            tuple(Hit(**item) for item in data["hits"]),
        )
