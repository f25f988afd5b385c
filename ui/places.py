"""Where a click leads: a place in a transcript as one line of text, and back.

    quote:GROUP:UTTERANCE:START:END      these characters of a turn, marked
    passage:GROUP:UTTERANCE:START:END    the same, marked as no evidence
    transcript:ID                        a transcript from its beginning

A place names the reading of the file (its group), so it is found again exactly, or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import OnRecordError
from bot.quotes.quoting import Quote
from ui.wording import WORDING

if TYPE_CHECKING:
    from bot.library import Library

QUOTE, PASSAGE, TRANSCRIPT = "quote", "passage", "transcript"


@dataclass(frozen=True)
class Spot:
    """Characters [start:end] of an utterance in a reading of a file."""

    kind: str
    group: str
    utterance: int
    start: int
    end: int

    @classmethod
    def of(cls, quote: Quote, kind: str = QUOTE) -> Spot:
        return cls(kind, quote.revision.partition("+")[0], quote.utterance, quote.start, quote.end)

    @classmethod
    def read(cls, key: str) -> Spot | None:
        """The place that a `data-show` names; None for anything else, since browsers send what they like."""
        kind, *parts = key.split(":")
        if kind not in (QUOTE, PASSAGE) or len(parts) != 4:
            return None
        group, *numbers = parts
        if not all(number.isascii() and number.isdecimal() and len(number) < 10 for number in numbers):
            return None
        return cls(kind, group, *map(int, numbers))

    def __str__(self) -> str:
        return f"{self.kind}:{self.group}:{self.utterance}:{self.start}:{self.end}"

    def quote(self, library: Library) -> Quote:
        """What stands there today, under the names of today.  Raises OnRecordError where that is gone."""
        transcript = library.revision(self.group)
        if not 0 <= self.utterance < len(transcript.utterances):
            raise OnRecordError(WORDING.gone)
        try:
            return Quote.locate(transcript, self.utterance, self.start, self.end)
        except ValueError:
            raise OnRecordError(WORDING.gone) from None
