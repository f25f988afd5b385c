"""The fold: what may differ between a quotation and the record while the words are the same.

Quotations are set by typesetters, wrapped by editors and copied from web pages.  Two texts are the same words when
they are equal after this fold, and nothing else is forgiven:

- white space: a run of any of it (line ends, no-break and thin spaces, tabs) is one space;
- marks that cannot be seen (soft hyphens, zero-width spaces, marks of direction) are nothing;
- quotation marks and apostrophes, straight or curly, single or double, English, German or French, are one mark, since
  a quotation within a quotation changes its marks;
- dashes and hyphens of any length, "--" too, with or without white space beside them, are one mark;
- "…", "..." and ". . .", with or without white space beside them, are one mark;
- letters with accents are composed (Unicode NFC), and the ligatures ﬀ ﬁ ﬂ ﬃ ﬄ ﬅ ﬆ are their letters.

Two freedoms more belong to a quotation as a whole (`Wording`): its first letter may be a capital or not, and a comma or
full stop at its very end may be the article's own.  It begins and ends with whole words: "we can" is not said in "we
can't", nor "£9" in "£9.4", nor "nine" in "quarter-to-nine".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

_UNSEEN = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
_QUOTATION_MARKS = "'\"`´ʼ‘’‚‛“”„‟«»‹›′″〝〞〟＂＇"
_DASHES = "\\-‐‑‒–—―−﹘﹣－"
_ELLIPSIS = r"(?:…|\.{3,}|\.(?: \.){2,})\.*"

DASH, ELLIPSIS, MARK = "-", "…", "'"
"""What dashes, ellipses and quotation marks are folded to."""

_MARKS = str.maketrans(dict.fromkeys(_QUOTATION_MARKS, MARK))
# White space, dashes and ellipses that stand together are folded together.
_GAP = re.compile(rf"(?P<gap>(?:[\s{_UNSEEN}{_DASHES}]|{_ELLIPSIS})+)|(?P<ligature>[ﬀ-ﬆ])")
_PLAIN_GAP = re.compile(rf"(?! [^\s{_UNSEEN}{_DASHES}….])(?:{_GAP.pattern})")  # all but the common single space
_MARK_IN_GAP = re.compile(rf"(?P<dash>[{_DASHES}])|(?P<ellipsis>{_ELLIPSIS})")

# A word as it is written, with its signs: "don't", "quarter-to-nine", "£9.4", "10:30", "18%", "-5", "Node.js".
_IN_WORD = rf"[^\W_]|[\u0300-\u036f{_UNSEEN}]"
_WORD = re.compile(
    rf"(?:(?<!\S)[-−+](?=[£$€¥]?\d))?[£$€¥]?(?:{_IN_WORD})+"
    rf"(?:(?:[.'’ʼ/@&_‐‑-]|(?<=\d)[,:–−](?=\d))(?:{_IN_WORD})+)*[%°]?"
)
_TOKEN = re.compile(rf"[^ {ELLIPSIS}{DASH}]+[{ELLIPSIS}{DASH}]*|[{ELLIPSIS}{DASH}]+")


def letters_of(folded: str) -> list[str]:
    """The words of a folded text without their marks and capitals, cut as in `Folded.tokens`."""
    return [_letters(word) for word in _TOKEN.findall(folded)]


def _letters(word: str) -> str:
    return "".join(char for char in word if char.isalnum()).casefold() or word


@dataclass(frozen=True)
class Token:
    """A word of a folded text: its letters, and where they stand in the original (characters)."""

    text: str
    start: int
    end: int

    @cached_property
    def letters(self) -> str:
        """The word without its marks and capitals: words that differ in these only are alike."""
        return _letters(self.text)


@dataclass(frozen=True)
class Folded:
    """A folded text that knows the original: character `i` of `text` stands at `original[starts[i]:ends[i]]`."""

    original: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, original: str) -> Folded:
        chars, starts, ends = [], [], []
        for char, start, end in _folded_chars(original):
            chars.append(char)
            starts.append(start)
            ends.append(end)
        return cls(original, "".join(chars), tuple(starts), tuple(ends))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the folded characters [start:end] stand in the original, without white space at either end."""
        first, last = self.starts[start], self.ends[end - 1]
        body = self.original[first:last]
        return last - len(body.lstrip()), first + len(body.rstrip())

    def slice(self, start: int, end: int) -> str:
        """The original of the folded characters [start:end]."""
        return self.original[slice(*self.span(start, end))]

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The words, cut at white space and after dashes and ellipses."""
        found = _TOKEN.finditer(self.text)
        return tuple(Token(match.group(), *self.span(*match.span())) for match in found)


def fold(text: str) -> str:
    """The text folded; equal to `Folded.of(text).text`, and much faster."""
    if not unicodedata.is_normalized("NFC", text):
        text = "".join(unicodedata.normalize("NFC", text[start:end]) for start, end in _clusters(text))
    return _PLAIN_GAP.sub(_fold_match, text.translate(_MARKS))


def _fold_match(match: re.Match[str]) -> str:
    return "".join(char for char, _, _ in _fold_gap(match))


def _folded_chars(text: str) -> Iterator[tuple[str, int, int]]:
    """(folded character, start, end) with the offsets of the original."""
    composed, starts, ends = text, list(range(len(text))), list(range(1, len(text) + 1))
    if not unicodedata.is_normalized("NFC", text):
        spans = [
            (char, span) for span in _clusters(text) for char in unicodedata.normalize("NFC", text[span[0] : span[1]])
        ]
        composed = "".join(char for char, _ in spans)
        starts, ends = [span[0] for _, span in spans], [span[1] for _, span in spans]
    plain = composed.translate(_MARKS)
    position = 0
    for match in _GAP.finditer(plain):
        yield from zip(
            plain[position : match.start()],
            starts[position : match.start()],
            ends[position : match.start()],
            strict=True,
        )
        for char, start, end in _fold_gap(match):
            yield char, starts[start], ends[end - 1]
        position = match.end()
    yield from zip(plain[position:], starts[position:], ends[position:], strict=True)


def _fold_gap(match: re.Match[str]) -> Iterator[tuple[str, int, int]]:
    """What stands for a stretch of white space and marks, or for a ligature."""
    start, end = match.span()
    if match["ligature"]:
        for char in unicodedata.normalize("NFKC", match.group()):
            yield char, start, end
        return
    marks: list[tuple[str, int, int]] = []
    for mark in _MARK_IN_GAP.finditer(match.string, start, end):
        char = DASH if mark["dash"] else ELLIPSIS
        if marks and marks[-1][0] == char:  # "--" is one dash
            marks[-1] = (char, marks[-1][1], mark.end())
        else:
            marks.append((char, *mark.span()))
    if not marks and any(char.isspace() for char in match.group()):
        marks = [(" ", start, end)]
    yield from marks


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """The text in stretches that compose by themselves."""
    start, composed = 0, ""
    for at, char in enumerate(text):
        joined = unicodedata.normalize("NFC", composed + char)
        if composed and not unicodedata.combining(char) and joined == composed + unicodedata.normalize("NFC", char):
            yield start, at
            start, composed = at, unicodedata.normalize("NFC", char)
        else:
            composed = joined
    if text:
        yield start, len(text)


def cuts_word(text: str, at: int) -> bool:
    """Whether a slice of a text that begins or ends at this offset cuts a word in two."""
    # No word has white space in it, so the stretch without any that ends here is where one could begin.
    begin = max((space.end() for space in re.finditer(r"\s", text[:at])), default=0)
    for word in _WORD.finditer(text, begin):
        if word.end() > at:
            return word.start() < at
    return False


@dataclass(frozen=True)
class Wording:
    """The words of a quotation, ready to be found.

    `core` is the folded quotation without quotation marks around it and without a final comma or full stop; `final` is
    that mark, or "".
    """

    core: str
    final: str

    @classmethod
    def of(cls, text: str) -> Wording | None:
        """None when the text has no letter or digit."""
        folded = fold(text).strip(" ")
        if len(folded) > 1 and folded[0] == folded[-1] == MARK:
            folded = folded[1:-1].strip(" ")
        if not any(char.isalnum() for char in folded):
            return None
        final = folded[-1] if folded[-1] in ",." else ""
        return cls(folded.removesuffix(final).rstrip(" "), final)

    @cached_property
    def spellings(self) -> tuple[str, ...]:
        """The core with its first letter as it is, and as a capital or not."""
        at = next(at for at, char in enumerate(self.core) if char.isalnum())
        first = dict.fromkeys((self.core[at], self.core[at].lower(), self.core[at].upper()))
        return tuple(self.core[:at] + char + self.core[at + 1 :] for char in first if len(char) == 1)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(
            f"(?:{'|'.join(map(re.escape, self.spellings))})" + (f"(?:{re.escape(self.final)})?" if self.final else "")
        )

    def spans_in(self, folded: Folded, begin: int = 0) -> Iterator[tuple[int, int]]:
        """Where an original text says these words: character offsets, none before `begin`."""
        position = 0
        while match := self._pattern.search(folded.text, position):
            start, end = folded.span(*match.span())
            whole = not cuts_word(folded.original, start) and not cuts_word(folded.original, end)
            if whole and start >= begin:
                yield start, end
            # What was no whole word may overlap what is: "an an" in "man an an".
            position = match.end() if whole else match.start() + 1
