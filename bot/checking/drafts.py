"""A statement as a model wrote it, with what it puts in quotation marks, of whatever kind they are.

What is quoted is checked word by word against the record; the other checks read only the words around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.checking.statements import quotations
from bot.words.marks import NOT_CLOSED, Marked, masked

_ODD_MARKS = str.maketrans("＂〝〞〟「」『』‟❝❞《》", '"“””“”“”““”“”')
_SINGLE = re.compile(r"(?<![\w’'])(?P<mark>['‘‚‹])(?=[^\W\d])")
_SINGLE_ENDS = {"'": r"(?<=\S)['’](?!\w)", "‘": r"(?<=\S)[’'](?!\w)", "‚": r"[‘’](?!\w)", "‹": r"›"}


@dataclass(frozen=True)
class Quoted:
    """A quotation of a statement: [start:end] with its marks, and where its words may end when it has single marks."""

    start: int
    end: int
    inner: tuple[int, int]
    ends: tuple[int, ...] = ()
    closed: bool = True


@dataclass(frozen=True)
class Draft:
    """A claim with its quotations found; `masked` has X for what is quoted."""

    text: str
    quotations: tuple[Quoted, ...]
    masked: str

    @classmethod
    def of(cls, text: str) -> Draft:
        text = text.translate(_ODD_MARKS).replace("``", "“").replace("''", '"')
        doubles = [item for item in quotations(text) if text[item.pieces[0][1] - 1] != "‘"]
        found = [_double(text, item) for item in doubles]
        taken = [(item.start, item.end) for item in found if item.closed]
        found = sorted([*found, *_singles(text, taken)], key=lambda item: item.start)
        closed = [(0, *item.inner) for item in found if item.closed]
        return cls(text, tuple(found), masked(text, closed))


def _double(text: str, item: Marked) -> Quoted:
    _, start, end = item.pieces[0]
    closed = item.doubt != NOT_CLOSED
    return Quoted(start - 1, min(end + 1, len(text)) if closed else start, (start, end), closed=closed)


def _singles(text: str, taken: Sequence[tuple[int, int]]) -> Iterator[Quoted]:
    """What stands between single marks; a mark that nothing closes is an apostrophe."""
    at = 0
    while match := _SINGLE.search(text, at):
        at = match.end()
        if any(start <= match.start() < end for start, end in taken):
            continue
        stop = min((start for start, _ in taken if start >= at), default=len(text))
        ends = [end.start() for end in re.finditer(_SINGLE_ENDS[match["mark"]], text[:stop]) if end.start() > at]
        if ends:
            yield Quoted(match.start(), ends[0] + 1, (at, ends[0]), tuple(ends))
            at = ends[0] + 1


def without_marks(words: str) -> str:
    """The words without any mark in which they could pass for a quotation."""
    return re.sub(r"[“”„«»\"‘‚‹›]", "", words)


def short(words: str, most: int = 60) -> str:
    """The first words of a text, on one line."""
    words = " ".join(words.split())
    return words if len(words) <= most else words[: most - 1].rsplit(" ", 1)[0] + "…"
