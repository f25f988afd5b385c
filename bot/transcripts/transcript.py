"""What a transcript is once it has been read: utterances by speakers, each tied to its place in the source file.

    Transcript
      └── Utterance        one speaker turn
            └── Piece      a stretch of its text that stands at one place (a line, a cue) of the file

A turn is often wrapped over many lines or captions.  Its text is the pieces joined with one space, and the pieces keep
where each began, so any slice of the text can be traced back to exact lines and times.
"""

from __future__ import annotations

import bisect
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.errors import TranscriptError

BLANK = "blank"
"""The reason of lines that are left out because nothing stands on them."""

UNNAMED_SPEAKER = "Unnamed speaker"
"""The speaker of words that the file ascribes to nobody."""


@dataclass(frozen=True, slots=True)  # a transcript has many
class Lines:
    """A range of lines of a line-based file; 1-based, inclusive."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"line {self.first}" if self.first == self.last else f"lines {self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Item:
    """A named part of a file that has no lines worth naming: "segments[12]", "paragraph 7"."""

    name: str

    def __str__(self) -> str:
        return self.name


Place = Lines | Item


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an utterance's text that stands at one place of the source.

    `offset` is where it begins in the utterance's text (characters); it ends where the next piece begins.
    `start` and `end` are seconds from the beginning of the recording, or None where the file has no times.  `carried`
    counts the blocks (paragraphs, captions) from the one where the file names the speaker to this one: 0 on that one.
    """

    offset: int
    place: Place
    start: float | None = None
    end: float | None = None
    carried: int = 0


NAMED, CARRIED, UNNAMED, GIVEN = "named", "carried", "unnamed", "given"


@dataclass(frozen=True)
class Attribution:
    """How it is known whose words these are.

    `how`: NAMED, the file names the speaker where the words stand; CARRIED, it does so `blocks` paragraphs or captions
    above; UNNAMED, it names nobody; GIVEN, a person has said who speaks.  `doubt` says why it may be somebody else all
    the same; "" where the file leaves no doubt.
    """

    how: str
    blocks: int = 0
    doubt: str = ""

    def __str__(self) -> str:
        said = {
            NAMED: "named where it is said",
            CARRIED: f"named {self.blocks} {'paragraph' if self.blocks == 1 else 'paragraphs'} above",
            UNNAMED: "the file names nobody here",
            GIVEN: "named by a person, not by the file",
        }[self.how]
        return f"{said}; {self.doubt}" if self.doubt else said


@dataclass(frozen=True)
class Utterance:
    """One speaker turn.

    `label` is what the file calls the speaker, "" where it names nobody; `speaker` what the library calls them.
    `doubt` says why it may be somebody else who speaks; `given`, that a person has said who it is.
    """

    index: int
    speaker: str
    label: str
    text: str
    pieces: tuple[Piece, ...]
    doubt: str = ""
    given: bool = False

    def attribution_of(self, start: int, end: int) -> Attribution:
        """How it is known whose words the slice `text[start:end]` is.  Raises like `pieces_of`."""
        blocks = max(piece.carried for piece in self.pieces_of(start, end))
        if self.given:
            return Attribution(GIVEN)
        if not self.label:
            return Attribution(UNNAMED)
        return Attribution(CARRIED if blocks else NAMED, blocks, self.doubt)

    def pieces_of(self, start: int, end: int) -> tuple[Piece, ...]:
        """The pieces that the slice `text[start:end]` touches.  Raises ValueError for an empty or outside slice."""
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"slice [{start}:{end}] of an utterance of {len(self.text)} characters")
        first, last = bisect.bisect_right(self._offsets, start) - 1, bisect.bisect_left(self._offsets, end)
        return self.pieces[first:last]

    @cached_property
    def _offsets(self) -> tuple[int, ...]:
        return tuple(piece.offset for piece in self.pieces)

    def place_of(self, start: int, end: int) -> Place:
        """Where the slice `text[start:end]` stands in the file."""
        return span_of_places([piece.place for piece in self.pieces_of(start, end)])

    def time_of(self, start: int, end: int) -> tuple[float, float | None] | None:
        """When the slice is said: seconds (start, end) of the pieces it touches; None where the file has no times."""
        pieces = self.pieces_of(start, end)
        if pieces[0].start is None:
            return None
        return pieces[0].start, pieces[-1].end

    @property
    def doubtful(self) -> bool:
        """Whether somebody else may speak than the one under whose name it stands."""
        return bool(self.label and self.doubt) and not self.given

    @property
    def place(self) -> Place:
        return self.place_of(0, len(self.text))

    @property
    def start(self) -> float | None:
        return self.pieces[0].start

    @property
    def end(self) -> float | None:
        return self.pieces[-1].end


def span_of_places(places: Sequence[Place]) -> Place:
    """From the first of these places to the last; lines are one range."""
    lines = [place for place in places if isinstance(place, Lines)]
    if len(lines) == len(places):
        return Lines(min(line.first for line in lines), max(line.last for line in lines))
    first, last = str(places[0]), str(places[-1])
    return Item(first if first == last else f"{first} to {last}")


@dataclass(frozen=True)
class Unspoken:
    """Units of the file that did not become speech, and why."""

    reason: str
    place: Place
    text: str


@dataclass(frozen=True)
class Reading:
    """What a reader did with every unit of a file: kept it as speech, or left it out for a reason.

    `units` and `speech` count units of the kind named by `unit` ("line"); `unspoken` lists the rest, so that
    `speech + sum of the units of unspoken == units`.  Readers check that with `check`.

    `format` says in words how the file was read.  `bot.transcripts.formats` adds `family`, the key of the family that
    read it ("" in what an older version stored), and `why` that one; and the `encoding` of the text, unless the reader
    has.
    """

    format: str
    unit: str
    units: int
    speech: int
    unspoken: tuple[Unspoken, ...]
    remarks: tuple[str, ...] = ()
    family: str = ""
    why: str = ""
    encoding: str = ""

    def check(self) -> Reading:
        """Return itself.  Raises TranscriptError when a unit of the file is not accounted for: it is not read then."""
        reported = sum(unspoken_units(item.place) for item in self.unspoken)
        if self.speech + reported != self.units:
            raise TranscriptError(
                f"{self.format}: {self.speech} {self.unit}s of speech and {reported} reported are not {self.units}"
            )
        return self

    def by_reason(self) -> dict[str, int]:
        """Units left out, counted by reason."""
        counts: dict[str, int] = {}
        for item in self.unspoken:
            counts[item.reason] = counts.get(item.reason, 0) + unspoken_units(item.place)
        return counts


@dataclass(frozen=True)
class Contents:
    """What a reader found in a file: the utterances, what became of its units, and what the file says of itself.

    `title`, `date` (ISO) and `language` (a tag such as "en" or "pt-BR") are None where the file does not say.
    """

    utterances: tuple[Utterance, ...]
    reading: Reading
    title: str | None = None
    date: str | None = None
    language: str | None = None


def unspoken_units(place: Place) -> int:
    """How many units a place covers: its lines, or the one item."""
    return place.last - place.first + 1 if isinstance(place, Lines) else 1


@dataclass(frozen=True)
class Transcript:
    """A file of people talking, read.

    `source` is the name of the file, `sha256` the hash of its bytes (hex), `report` what became of each of its units.
    `date` is the day of the recording (ISO) and `language` a tag ("en", "pt-BR"); None where the file does not say.
    `reading` tells several readings of the same bytes apart, as by another format; "" of the first.  `edition` names
    the title and the names of speakers that a library gave it; "" as read from the file.
    """

    id: str
    title: str
    source: str
    sha256: str
    utterances: tuple[Utterance, ...]
    report: Reading
    date: str | None = None
    language: str | None = None
    reading: str = ""
    edition: str = ""

    @property
    def revision(self) -> str:
        """The name of this reading of this file: an id stays when a file changes or a speaker is renamed, a revision
        does not."""
        read = f".{self.reading}" if self.reading else ""
        return f"{self.id}@{self.sha256[:12]}{read}" + (f"+{self.edition}" if self.edition else "")

    @cached_property
    def speakers(self) -> tuple[str, ...]:
        """Speakers in order of their first words."""
        return tuple(dict.fromkeys(utterance.speaker for utterance in self.utterances))

    @cached_property
    def labels(self) -> frozenset[str]:
        """What the file calls its speakers; "" where it names nobody."""
        return frozenset(utterance.label for utterance in self.utterances)

    @property
    def words(self) -> int:
        """White-space tokens of all utterances; labels are not counted."""
        return sum(len(utterance.text.split()) for utterance in self.utterances)

    def to_json(self) -> str:
        """Everything but the edition, which is the library's."""
        data = _members(self)
        del data["edition"]
        return json.dumps(data, ensure_ascii=False, default=_members)

    @classmethod
    def from_json(cls, text: str) -> Transcript:
        """The transcript that `to_json` wrote.  Raises TranscriptError for anything else."""
        try:
            data = json.loads(text)
            report = data.pop("report")
            return cls(
                **data
                | {
                    "utterances": tuple(
                        Utterance(**item | {"pieces": tuple(_piece(piece) for piece in item["pieces"])})
                        for item in data["utterances"]
                    ),
                    "report": Reading(
                        **report
                        | {
                            "unspoken": tuple(
                                Unspoken(**item | {"place": _place(item["place"])}) for item in report["unspoken"]
                            ),
                            "remarks": tuple(report["remarks"]),
                        }
                    ),
                }
            )
        except (KeyError, TypeError, ValueError) as error:
            raise TranscriptError(f"a stored transcript is damaged ({error}); add its file again") from error


def _place(data: dict[str, Any]) -> Place:
    return Item(**data) if "name" in data else Lines(**data)


def _members(value: Any) -> dict[str, Any]:
    """A dataclass as a dictionary, its members as they are: `asdict` copies them deeply, in three times the time."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _piece(data: dict[str, Any]) -> Piece:
    return Piece(**data | {"place": _place(data["place"])})
