"""What stands between quotation marks in prose.

Double marks, curly or straight, „German“ and «French» ones; single curly ones where no apostrophe could be taken for
the end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

NOT_CLOSED, UNCLEAR = "not closed", "unclear single marks"


@dataclass(frozen=True)
class Paragraph:
    """Lines of an article up to an empty one, without the marks of Markdown; `first` is the number of the first."""

    first: int
    text: str


_CLOSERS = {"“": '”"', '"': '"”', "„": '“”"', "«": "»", "»": "«", "”": "”"}  # »German books«, ”Swedish”
_MAY_STAND_BEFORE = frozenset("([{/—–-“”„«»\"'‘*_")


@dataclass(frozen=True)
class Marked:
    """What stands between quotation marks: (paragraph, start, end) of its piece in each paragraph, without the marks.

    `doubt` says why it may be no quotation.
    """

    pieces: tuple[tuple[int, int, int], ...]
    doubt: str | None = None

    def text(self, paragraphs: Sequence[Paragraph]) -> str:
        return "\n".join(paragraphs[at].text[start:end] for at, start, end in self.pieces).strip()

    def line(self, paragraphs: Sequence[Paragraph]) -> int:
        at, start, _ = self.pieces[0]
        return paragraphs[at].first + paragraphs[at].text.count("\n", 0, start)


def scan(paragraphs: Sequence[Paragraph]) -> list[Marked]:
    """Everything between quotation marks, in order."""
    found: list[Marked] = []
    opener, pieces = "", list[tuple[int, int, int]]()
    for number, paragraph in enumerate(paragraphs):
        text, at, start = paragraph.text, 0, 0
        if opener:
            begin = len(text) - len(text.lstrip())
            if text[begin] == opener:  # the quotation goes on
                at = start = begin + 1
            else:
                found.append(Marked(tuple(pieces), NOT_CLOSED))
                opener, pieces = "", []
        while at < len(text):
            char = text[at]
            if opener and char in _CLOSERS[opener] and _may_close(text, at):
                found.append(Marked((*pieces, (number, start, at))))
                opener, pieces = "", []
            elif char in _CLOSERS and _may_open(text, at):
                if opener and char == opener and _begins_line(text, at):  # paragraphs without empty lines
                    pieces.append((number, start, at))
                elif opener and char == opener:  # the one before was never closed
                    found.append(Marked((*pieces, (number, start, at)), NOT_CLOSED))
                    pieces = []
                if not opener or char == opener:
                    opener, start = char, at + 1
            elif char == "‘" and not opener and _may_open(text, at):
                single = _single(text, at)
                if single:
                    end, doubt = single
                    found.append(Marked(((number, at + 1, end),), doubt))
                    at = end
            at += 1
        if opener:
            pieces.append((number, start, len(text)))
    if opener:
        found.append(Marked(tuple(pieces), NOT_CLOSED))
    return found


def _may_open(text: str, at: int) -> bool:
    """A mark opens at the beginning of a word; a French one has a space after it, and an inch mark a digit before."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    follows = bool(after) and (not after.isspace() or text[at] == "«")
    return follows and (not before or before.isspace() or before in _MAY_STAND_BEFORE)


def _may_close(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return text[at] in "»”“" or (not before.isspace() and not after.isalnum())


def _begins_line(text: str, at: int) -> bool:
    return not text[text.rfind("\n", 0, at) + 1 : at].strip()


def _single(text: str, at: int) -> tuple[int, str | None] | None:
    """Where the single mark at `at` closes, and the doubt when an apostrophe could be the end as well."""
    stop = text.find("‘", at + 1)
    ends = [
        match.start()
        for match in re.finditer(r"(?<=\S)’(?!\w)", text[: stop if stop >= 0 else None])
        if match.start() > at
    ]
    return (ends[0], UNCLEAR if len(ends) > 1 else None) if ends else None


def masked(text: str, pieces: Sequence[tuple[int, int, int]]) -> str:
    """The text with its quotations as words of x, so that neither names nor ends of sentences in them are seen.

    A full stop within the closing mark ends the sentence around the quotation if a capital follows; a question mark may
    go on either way, so it is taken for a comma.
    """
    chars = list(text)
    for _, start, end in pieces:
        last = text[start:end].rstrip()[-1:]
        begin, close = max(start - 1, 0), min(end, len(text) - 1)
        chars[begin : close + 1] = "X" + "x" * (close - begin)
        if last in ".,?!…" and last:
            follows = text[close + 1 :].lstrip()[:1]
            ends = last in ".…" and (not follows or not follows.islower())
            chars[close] = "." if ends else ","
    return "".join(chars)
