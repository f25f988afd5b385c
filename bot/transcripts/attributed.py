"""How the speakers of a transcript are known, counted in words: named, carried over, unnamed, given, doubtful."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from bot.transcripts.transcript import CARRIED, GIVEN, NAMED, UNNAMED, Place, Transcript, Utterance
from bot.words.phrases import plural


@dataclass(frozen=True)
class Doubtful:
    """A turn that may be somebody else's, and why."""

    place: Place
    speaker: str
    words: int
    reason: str

    def __str__(self) -> str:
        return f"{self.place}, {self.speaker}: {self.reason}"


@dataclass(frozen=True)
class Attributed:
    """The words of a transcript by how it is known who says them.

    `named`, `carried`, `unnamed` and `given` (by a person) add up to all words; those of `doubts`, in reading order,
    are among the first two.
    """

    named: int
    carried: int
    unnamed: int
    given: int
    doubts: tuple[Doubtful, ...]

    @classmethod
    def of(cls, transcript: Transcript) -> Attributed:
        counts: Counter[str] = Counter()
        for turn in transcript.utterances:
            counts += _words_of(turn)
        doubts = tuple(
            Doubtful(turn.place, turn.speaker, len(turn.text.split()), turn.doubt)
            for turn in transcript.utterances
            if turn.doubtful
        )
        return cls(counts[NAMED], counts[CARRIED], counts[UNNAMED], counts[GIVEN], doubts)

    @property
    def doubtful(self) -> int:
        """Words that may be somebody else's."""
        return sum(doubt.words for doubt in self.doubts)

    @property
    def sure(self) -> bool:
        """Whether every word stands under the name that the file gives there."""
        return not (self.carried or self.unnamed or self.given or self.doubts)

    def __str__(self) -> str:
        """In one line, with the first place that is doubtful."""
        counts = {
            "named where they are said": self.named,
            "carried over from a name above": self.carried,
            "under no name": self.unnamed,
            "named by a person": self.given,
        }
        kinds = [f"{count:,} {what}" for what, count in counts.items() if count]
        return f"words: {', '.join(kinds)}{f'; {self.doubtful_in_words}' if self.doubts else ''}"

    @property
    def doubtful_in_words(self) -> str:
        """How many words are doubtful, and where first; "" where none are."""
        if not self.doubts:
            return ""
        first = self.doubts[0]
        return f"{plural(self.doubtful, 'word')} doubtful, first at {first.place} ({first.speaker}: {first.reason})"

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "named": self.named,
            "carried": self.carried,
            "unnamed": self.unnamed,
            "given": self.given,
            "doubtful": self.doubtful,
            "doubts": [
                {"place": str(item.place), "speaker": item.speaker, "words": item.words, "reason": item.reason}
                for item in self.doubts
            ],
        }


def _words_of(turn: Utterance) -> Counter[str]:
    """The words of a turn by how their speaker is known; only where the name is carried over do its pieces differ."""
    if turn.given or not turn.label:
        return Counter({GIVEN if turn.given else UNNAMED: len(turn.text.split())})
    if not any(piece.carried for piece in turn.pieces):
        return Counter({NAMED: len(turn.text.split())})
    counts: Counter[str] = Counter()
    ends = [piece.offset for piece in turn.pieces[1:]] + [len(turn.text)]
    for piece, end in zip(turn.pieces, ends, strict=True):
        counts[CARRIED if piece.carried else NAMED] += len(turn.text[piece.offset : end].split())
    return counts
