"""Labels that a person gives: who speaks at a place of a transcript, whatever its file says.

    Transcript as its file says, labels ─► relabelled ─► Transcript as the library reads it

A label is a place ("lines 120-134", or an item as it is cited, "segments[12]") and a speaker, "" for nobody that is
known.  Labels are applied in their order, so the last one of two for the same words holds.  Nothing else is kept of
them: the file, and what was read from it, stay as they are, and taking a label back is applying the others.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from bot.errors import LibraryError
from bot.transcripts.transcript import UNNAMED_SPEAKER, Item, Lines, Piece, Transcript, Utterance

Label = tuple[str, str]
"""(place, speaker)."""

_LINES = re.compile(r"(?:lines?\s+)?(\d{1,9})(?:\s*[-–]\s*(\d{1,9}))?", re.IGNORECASE)
_TO = " to "  # between the items of a place that is cited from one to another
_FILES = None  # in place of a speaker: whoever the file says


def relabelled(transcript: Transcript, labels: Sequence[Label]) -> Transcript:
    """A transcript as its file says, under these labels.

    Turns are split where a label begins or ends within them, at the border of a piece: what stands on one line, or in
    one caption or paragraph, is one person's.  The file's own label stays on every turn, since the locator finds the
    words under it.  The reading is one of its own, so that what was found in another is not looked up in this one.
    """
    if not labels:
        return transcript
    pieces = [piece for turn in transcript.utterances for piece in turn.pieces]
    given: list[str | None] = [_FILES] * len(pieces)
    for place, speaker in labels:
        for at in _standing_at(pieces, place):
            given[at] = speaker
    turns: list[Utterance] = []
    done = 0
    for turn in transcript.utterances:
        for part in _parts_of(turn, given[done : done + len(turn.pieces)]):
            turns.append(replace(part, index=len(turns)))
        done += len(turn.pieces)
    return replace(transcript, utterances=tuple(turns), reading=_reading_of(transcript.reading, labels))


def place_in(transcript: Transcript, place: str) -> str:
    """A place as labels keep it, of what somebody typed: "3-5" is "lines 3-5".

    Raises LibraryError, saying what places look like there, where nothing is said at it.
    """
    place = place.strip()
    pieces = [piece for turn in transcript.utterances for piece in turn.pieces]
    found = _standing_at(pieces, place)
    if not found:
        raise LibraryError(
            f"nothing is said at {place!r} in {transcript.id}; its words stand from {pieces[0].place} to "
            f"{pieces[-1].place}, and a place is named like these, or as lines A-B"
        )
    lines = _lines_of(place)
    return str(lines) if lines and isinstance(pieces[found[0]].place, Lines) else place


def words_at(transcript: Transcript, place: str) -> tuple[tuple[str, str], ...]:
    """(speaker, text) of each piece at a place; none where nothing is said at it."""
    said = [(turn.speaker, text) for turn in transcript.utterances for text in _texts_of(turn)]
    pieces = [piece for turn in transcript.utterances for piece in turn.pieces]
    return tuple(said[at] for at in _standing_at(pieces, place))


def still_true(labels: Sequence[Label], before: Transcript, after: Transcript) -> tuple[Label, ...]:
    """The labels at whose places the file says today, word for word, what it said when they were given."""

    def texts(transcript: Transcript, place: str) -> list[str]:
        return [text for _, text in words_at(transcript, place)]

    return tuple(label for label in labels if texts(before, label[0]) == texts(after, label[0]) != [])


def moved(before: Transcript, after: Transcript, utterance: int, start: int) -> tuple[int, int]:
    """Where a character of a turn stands after labels were given or taken back: (utterance, start)."""
    at = sum(len(turn.pieces) for turn in before.utterances[:utterance])
    own = before.utterances[utterance].pieces
    number = max(number for number, piece in enumerate(own) if piece.offset <= start)
    within = start - own[number].offset
    at += number
    for turn in after.utterances:
        if at < len(turn.pieces):
            return turn.index, min(turn.pieces[at].offset + within, len(turn.text) - 1)
        at -= len(turn.pieces)
    raise ValueError(f"utterance {utterance} of another transcript")


# --- places ------------------------------------------------------------------------------------------------------


def _standing_at(pieces: Sequence[Piece], place: str) -> list[int]:
    """The pieces at a place, by number: those that share a line with it, or that are cited so."""
    names = [piece.place.name if isinstance(piece.place, Item) else "" for piece in pieces]
    if found := [at for at, name in enumerate(names) if name and name == place]:
        return found
    for cut in re.finditer(_TO, place):
        first, last = place[: cut.start()], place[cut.end() :]
        if first in names and last in names:
            return list(range(names.index(first), len(names) - names[::-1].index(last)))
    if wanted := _lines_of(place):
        return [at for at, piece in enumerate(pieces) if _overlap(piece, wanted)]
    return []


def _lines_of(place: str) -> Lines | None:
    match = _LINES.fullmatch(place)
    return Lines(int(match[1]), int(match[2] or match[1])) if match else None


def _overlap(piece: Piece, lines: Lines) -> bool:
    return isinstance(piece.place, Lines) and piece.place.first <= lines.last and lines.first <= piece.place.last


# --- turns -------------------------------------------------------------------------------------------------------


def _texts_of(turn: Utterance) -> list[str]:
    """The text of each piece."""
    ends = [*(piece.offset for piece in turn.pieces[1:]), len(turn.text)]
    return [turn.text[piece.offset : end].strip() for piece, end in zip(turn.pieces, ends, strict=True)]


def _parts_of(turn: Utterance, given: list[str | None]) -> Iterator[Utterance]:
    """A turn, cut where another speaks; `given` has who speaks in each of its pieces."""
    if not any(speaker is not _FILES for speaker in given):
        yield turn
        return
    for at, text in enumerate(_texts_of(turn)):
        if not text and at:  # no turn is made of white space
            given[at] = given[at - 1]
    runs = [(speaker, len(list(run))) for speaker, run in groupby(given)]
    first = 0
    for speaker, count in runs:
        pieces = turn.pieces[first : first + count]
        stop = turn.pieces[first + count].offset if first + count < len(turn.pieces) else len(turn.text)
        start = stop - len(turn.text[pieces[0].offset : stop].lstrip())
        part = replace(
            turn,
            text=turn.text[start:stop].rstrip(),
            pieces=tuple(replace(piece, offset=max(0, piece.offset - start)) for piece in pieces),
        )
        yield part if speaker is _FILES else replace(part, speaker=speaker or UNNAMED_SPEAKER, doubt="", given=True)
        first += count


def _reading_of(reading: str, labels: Sequence[Label]) -> str:
    """A name for a reading under labels: other labels, another name."""
    given = hashlib.sha256(json.dumps([list(label) for label in labels]).encode()).hexdigest()[:8]
    return "-".join(part for part in (reading, given) if part)
