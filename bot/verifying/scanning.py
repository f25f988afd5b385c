"""The folded text of every turn of a library, scanned from end to end: an exact search that needs no index.

A search that misses nothing is wanted here, and reading is fast: the folded text of 2,000 episodes is 120 MB, which is
scanned in a twentieth of a second once it is in memory.  Folding is what takes time, so each revision keeps its folded
text in a file beside its transcript:

    transcripts/ID@HASH/folded-1.txt        a turn a line

The file is disposable: one that is missing, damaged or older than its transcript is made again, and nothing is shown
from it.  What it finds is looked for again in the transcript.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import TranscriptError
from bot.words.folding import Wording, fold

if TYPE_CHECKING:
    from bot.store.manifest import Entry
    from bot.store.store import Store

_FILE = "folded-1.txt"  # the number grows when the fold changes

Folding = Callable[[int, int], None]
"""Told (transcripts done, transcripts in all) while texts are folded for the first time."""


@dataclass(frozen=True)
class Turn:
    """One turn of one transcript: the utterance with this index in the entry's revision."""

    entry: Entry
    utterance: int

    def __hash__(self) -> int:
        """Of the revision's name only: common words stand in ten thousands of turns, and entries are large."""
        return hash((self.entry.group, self.utterance))


class FoldedTexts:
    """The folded turns of some transcripts, read when they are first asked for and held as long as this object."""

    def __init__(self, library: Store, entries: Sequence[Entry], folding: Folding | None = None) -> None:
        self._library = library
        self._entries = tuple(entries)
        self._folding = folding

    @cached_property
    def _texts(self) -> dict[Entry, bytes]:
        """UTF-8, each turn ended by a line end."""
        texts: dict[Entry, bytes] = {}
        for entry in self._entries:
            folder = os.path.join(self._library.folder, "transcripts", entry.group)
            data = _read_kept(folder, entry.utterances)
            if data is None:
                data = _fold_transcript(self._library, entry, Path(folder))
                if self._folding:
                    self._folding(len(texts) + 1, len(self._entries))
            texts[entry] = data
        return texts

    def text_of(self, turn: Turn) -> str:
        """The folded text of a turn."""
        return self._texts[turn.entry].split(b"\n")[turn.utterance].decode()

    def turns_with(self, wording: Wording) -> list[Turn]:
        """The turns whose folded text has these words, in order; the ends of the words are yet to be checked."""
        needles = [spelling.encode("utf-8", "replace") for spelling in wording.spellings]
        return [
            Turn(entry, line)
            for entry, data in self._texts.items()
            for line in sorted({line for needle in needles for line in _lines_with(data, needle)})
        ]

    def across_turns(self, wording: Wording) -> tuple[Entry, tuple[tuple[int, str], ...]] | None:
        """The first place where neighbouring turns have these words together: (utterance, its folded part) of each."""
        for entry, data in self._texts.items():
            joined = data.replace(b"\n", b" ")
            for needle in (spelling.encode("utf-8", "replace") for spelling in wording.spellings):
                for start in _occurrences(joined, needle):
                    parts = data[start : start + len(needle)].split(b"\n")
                    if len(parts) > 1:
                        first = data.count(b"\n", 0, start)
                        numbered = [(first + at, part.decode()) for at, part in enumerate(parts)]
                        return entry, tuple((line, part) for line, part in numbered if part.strip())
        return None


def _occurrences(data: bytes, needle: bytes) -> Iterator[int]:
    """Where the needle stands without a letter or digit right beside it.

    ASCII only, so that no place is lost: what is no ASCII letter is judged later, on the original.
    """
    start = data.find(needle)
    while start >= 0:
        end = start + len(needle)
        inside = (needle[:1].isalnum() and data[max(start - 1, 0) : start].isalnum()) or (
            needle[-1:].isalnum() and data[end : end + 1].isalnum()
        )
        if not inside:
            yield start
        start = data.find(needle, start + 1)


def _lines_with(data: bytes, needle: bytes) -> Iterator[int]:
    line = counted = 0
    for start in _occurrences(data, needle):
        line += data.count(b"\n", counted, start)
        counted = start
        yield line


def _read_kept(folder: str, turns: int) -> bytes | None:
    """The kept file, if it is whole and not older than the transcript.  Thousands are read, and Paths are slow."""
    kept = f"{folder}/{_FILE}"
    try:
        if os.stat(kept).st_mtime_ns < os.stat(f"{folder}/transcript.json").st_mtime_ns:
            return None
        with open(kept, "rb") as file:
            data = file.read()
    except OSError:  # not made yet, or not ours to read: the transcript is
        return None
    return data if data.count(b"\n") == turns else None


def _fold_transcript(library: Store, entry: Entry, folder: Path) -> bytes:
    """Fold a transcript and keep the result if the folder can be written to.

    Only the texts are read from the stored transcript: making whole Utterances takes four times as long.
    """
    try:
        if entry.labelled:  # what is stored has the turns of the file
            raise FileNotFoundError
        stored = json.loads((folder / "transcript.json").read_text(encoding="utf-8"))
        texts = [str(item["text"]) for item in stored["utterances"]]
    except FileNotFoundError:
        texts = [turn.text for turn in library.revision(entry.group).utterances]  # in memory, or gone: it says so
    except (KeyError, TypeError, ValueError) as error:
        raise TranscriptError(f"{entry.id}: its stored transcript is damaged ({error}); add its file again") from None
    # The fold leaves no white space but single spaces; a lone surrogate cannot be written, nor found.
    data = "".join(f"{fold(text)}\n" for text in texts).encode("utf-8", "replace")
    with contextlib.suppress(OSError):  # a library that may only be read is folded anew each time
        _keep(folder, data)
    return data


def _keep(folder: Path, data: bytes) -> None:
    """Two processes may do this at once: each writes a file of its own, and the last rename stays."""
    draft = folder / f"{_FILE}.{os.getpid()}-{threading.get_ident()}"
    try:
        draft.write_bytes(data)
        draft.replace(folder / _FILE)
    finally:
        draft.unlink(missing_ok=True)
