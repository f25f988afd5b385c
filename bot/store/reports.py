"""The ingest report: what a file is, how it was read, and what became of every unit of it.

It is computed from the transcript as it is stored, so it is the same at `onrecord add`, at `onrecord show ID --report`
and on the page.  An IngestReport tells what `add` did with several files.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bot.speakers.registry import GIVEN, NOTICED, Record
from bot.store.manifest import Entry
from bot.transcripts.attributed import Attributed
from bot.transcripts.talk import Talk, talks_in
from bot.transcripts.transcript import BLANK, Transcript, Unspoken, unspoken_units
from bot.words.phrases import clock, listed, plural

_EXPECTED = frozenset({BLANK, "header", "note", "style", "region", "time"})
"""Reasons that every file of a format gives; the short report counts them and shows no example."""
_NAMED = 6  # speakers of the short report
_EXAMPLES = 3  # of each reason, in the short report
_LONG_HEAD = 60  # words
_EXCERPT = 80  # characters


class Known(Protocol):
    """What a library knows of a transcript beside what is in it: an Entry or a Record."""

    @property
    def shown_title(self) -> str: ...
    @property
    def date(self) -> datetime.date | None: ...
    @property
    def language(self) -> str | None: ...
    @property
    def language_by(self) -> str: ...


@dataclass(frozen=True)
class LeftOut:
    """The units of a file that did not become speech for one reason; `items` are those with any text, in order."""

    reason: str
    units: int
    items: tuple[Unspoken, ...]

    @property
    def words(self) -> int:
        """White-space tokens of all items."""
        return sum(len(item.text.split()) for item in self.items)


@dataclass(frozen=True)
class FileReport:
    """What became of a file.

    `format`, `why` and `encoding` say how it was read, `language` its language and `language_by` who says so ("given",
    "file", "noticed").  `talks` are its speakers, most words first.  `span` is when the first words begin and the last
    end, in seconds of the recording; None where the file has no times.  `speech` and `left_out` add up to `units`, each
    a `unit` ("line", "cue").  `attributed` tells how it is known who speaks.
    """

    source: str
    title: str
    date: str | None
    format: str
    why: str
    encoding: str
    language: str | None
    language_by: str
    utterances: int
    words: int
    talks: tuple[Talk, ...]
    span: tuple[float, float] | None
    unit: str
    units: int
    speech: int
    left_out: tuple[LeftOut, ...]
    remarks: tuple[str, ...]
    attributed: Attributed

    @classmethod
    def of(cls, transcript: Transcript, known: Known | None = None) -> FileReport:
        """Of a transcript, under the title and date and in the language by which a library knows it."""
        known = known or Record.of(transcript, None)
        reading = transcript.report
        return cls(
            source=transcript.source,
            title=known.shown_title,
            date=known.date.isoformat() if known.date else None,
            format=reading.format,
            why=reading.why,
            encoding=reading.encoding,
            language=known.language,
            language_by=known.language_by,
            utterances=len(transcript.utterances),
            words=transcript.words,
            talks=talks_in(transcript),
            span=_span(transcript),
            unit=reading.unit,
            units=reading.units,
            speech=reading.speech,
            left_out=_by_reason(reading.unspoken),
            remarks=reading.remarks,
            attributed=Attributed.of(transcript),
        )

    @property
    def reasons(self) -> str:
        """What was left out, in one line: "3 header, 12 blank"."""
        return ", ".join(f"{part.units:,} {part.reason}" for part in self.left_out)

    @property
    def spoken_in(self) -> str:
        """The language and who says so, in words."""
        if not self.language:
            return "language not sure, taken for English"
        said = {GIVEN: "given", NOTICED: "noticed"}.get(self.language_by, "as the file says")
        return f"language {self.language} ({said})"

    @property
    def counted(self) -> str:
        """Words, turns, and the time that they take."""
        timed = f", {clock(self.span[0])} to {clock(self.span[1])}" if self.span else ""
        return f"{plural(self.words, 'word')} in {plural(self.utterances, 'turn')}{timed}"

    @property
    def kept(self) -> str:
        """How many units are speech, and how many are not and why."""
        said = f"{self.speech:,} of {plural(self.units, self.unit)} {'is' if self.units == 1 else 'are'} speech"
        return f"{said}, left out: {self.reasons or 'nothing'}"

    def short(self) -> list[str]:
        """A few lines for people; what is left out of every file of its format is counted and not shown."""
        names = [talk.speaker for talk in self.talks]
        lines = [f"{self.counted} by {listed(names, _NAMED)}", self._how_read(), self.kept]
        lines += [] if self.attributed.sure else [str(self.attributed)]
        for part in self.left_out:
            # A long head may be talk that was taken for one: its first words are shown.
            if part.reason not in _EXPECTED or (part.reason == "header" and part.words > _LONG_HEAD):
                lines += [_example(item) for item in part.items[:_EXAMPLES]]
                if len(part.items) > _EXAMPLES:
                    lines.append(f"and {len(part.items) - _EXAMPLES:,} more ({part.reason})")
        return [*lines, *self.remarks]

    def whole(self) -> list[str]:
        """Everything, every place that was left out included."""
        lines = [f"{self.title}{f', {self.date}' if self.date else ''} ({self.source})", self._how_read(), self.counted]
        for talk in self.talks:
            timed = f", {clock(talk.seconds)} of talk" if talk.seconds is not None else ""
            lines.append(f"{talk.speaker}: {plural(talk.words, 'word')} in {plural(talk.turns, 'turn')}{timed}")
        lines += [str(self.attributed), *(f"doubtful: {doubt}" for doubt in self.attributed.doubts)]
        lines += [self.kept, *self.remarks]
        return lines + [_example(item, whole=True) for part in self.left_out for item in part.items]

    def _how_read(self) -> str:
        return "; ".join(part for part in (self.format, self.why, self.encoding, self.spoken_in) if part)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "source": self.source,
            "title": self.title,
            "date": self.date,
            "format": self.format,
            "why": self.why,
            "encoding": self.encoding,
            "language": self.language,
            "language_by": self.language_by or None,
            "utterances": self.utterances,
            "words": self.words,
            "speakers": [
                {
                    "speaker": talk.speaker,
                    "words": talk.words,
                    "turns": talk.turns,
                    "seconds": None if talk.seconds is None else round(talk.seconds, 3),
                }
                for talk in self.talks
            ],
            "start": self.span and self.span[0],
            "end": self.span and self.span[1],
            "unit": self.unit,
            "units": self.units,
            "speech": self.speech,
            "left_out": [
                {
                    "reason": part.reason,
                    "units": part.units,
                    "items": [{"place": str(item.place), "text": item.text} for item in part.items],
                }
                for part in self.left_out
            ],
            "remarks": list(self.remarks),
            "attribution": self.attributed.as_dict(),
        }


@dataclass(frozen=True)
class Added:
    """What `add` did with one file: "added", "replaced", "unchanged" or "failed"; `error` says why it failed.

    "readable" is what would be added (`would_add`)."""

    source: str
    outcome: str
    entry: Entry | None = None
    report: FileReport | None = None
    error: str | None = None


@dataclass(frozen=True)
class IngestReport:
    """What `add` did, file by file."""

    files: tuple[Added, ...]
    skipped: tuple[Path, ...] = ()
    """Files of a folder whose suffix no reader claims."""
    absent: tuple[str, ...] = ()
    """Titles of episodes of a feed whose transcripts are not there."""

    @property
    def failed(self) -> tuple[Added, ...]:
        return tuple(file for file in self.files if file.outcome == "failed")


def _by_reason(unspoken: Sequence[Unspoken]) -> tuple[LeftOut, ...]:
    groups: dict[str, list[Unspoken]] = {}
    for item in unspoken:
        groups.setdefault(item.reason, []).append(item)
    return tuple(
        LeftOut(
            reason,
            sum(unspoken_units(item.place) for item in items),
            tuple(item for item in items if item.text.strip()),
        )
        for reason, items in groups.items()
    )


def _span(transcript: Transcript) -> tuple[float, float] | None:
    pieces = [piece for turn in transcript.utterances for piece in turn.pieces]
    starts = [piece.start for piece in pieces if piece.start is not None]
    ends = [piece.end for piece in pieces if piece.end is not None]
    return (min(starts), max([*starts, *ends])) if starts else None


def _example(item: Unspoken, whole: bool = False) -> str:
    plain = " ".join(item.text.split())
    cut = plain if whole or len(plain) <= _EXCERPT else f"{plain[:_EXCERPT]}…"
    return f"{item.place} ({item.reason}): {cut}"
