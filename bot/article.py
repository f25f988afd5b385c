"""The quotations of an article: found in its text, ascribed where the article says plainly whose they are, verified.

Quotations stand in double quotation marks, curly or straight, in „German“ and in «French» marks; in single curly ones
where no apostrophe could be taken for the end.  One that goes on for several paragraphs opens each of them with a mark
and closes the last.  Marks in code, and inch marks (6"), are none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.formats.text import split_lines
from bot.sentences import sentence_spans
from bot.speakers import find_speakers, fold_name
from bot.transcript import UNNAMED_SPEAKER
from bot.verifying import FOUND, NOT_FOUND, SAID_BY_OTHER, Verification, Verifier

if TYPE_CHECKING:
    from bot.library import Library
    from bot.scanning import Folding

_FEWEST_WORDS = 3  # of a quotation that is checked: two words stand nearly everywhere
TOO_SHORT, NOT_CLOSED, UNCLEAR = "too short", "not closed", "unclear single marks"


@dataclass(frozen=True)
class Quotation:
    """A quotation in an article.

    `text` is what stands between the marks, `line` that of the opening mark (1-based).  `speaker` is the speaker of the
    library to whom the article ascribes it, None where it does not say so plainly.  `skipped` says why it is not
    checked, None for one that is.
    """

    text: str
    line: int
    speaker: str | None = None
    skipped: str | None = None


@dataclass(frozen=True)
class Checked:
    """A quotation and what became of it."""

    quotation: Quotation
    verification: Verification

    def as_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        quotation = self.quotation
        return {"line": quotation.line, "text": quotation.text, "speaker": quotation.speaker} | (
            self.verification.as_dict()
        )


@dataclass(frozen=True)
class ArticleReport:
    """Every quotation of an article, in order: those that were checked, and those that were not."""

    checked: tuple[Checked, ...]
    skipped: tuple[Quotation, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many quotations have each status."""
        statuses = Counter(item.verification.status for item in self.checked)
        return {status: statuses[status] for status in (FOUND, SAID_BY_OTHER, NOT_FOUND)}

    def as_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {
            "counts": self.counts | {"skipped": len(self.skipped)},
            "quotations": [item.as_dict() for item in self.checked],
            "skipped": [{"line": item.line, "text": item.text, "reason": item.skipped} for item in self.skipped],
        }


def verify_article(
    text: str,
    library: Library,
    speaker: str | None = None,
    transcripts: Sequence[str] = (),
    folding: Folding | None = None,
) -> ArticleReport:
    """Verify every quotation of three words or more in an article, plain text or Markdown.

    A quotation is ascribed to a speaker when the article names one in the same sentence, by a whole name or a surname
    that is nobody else's, as the one who says it ("…," said Ana Silva; Silva told us: "…"); `speaker` ascribes all that
    the article does not.  Raises QuestionError for a speaker that the library does not have.
    """
    verifier = Verifier(library, transcripts, folding)
    found = [
        item if item.speaker else replace(item, speaker=speaker) for item in find_quotations(text, verifier.speakers)
    ]
    return ArticleReport(
        checked=tuple(Checked(item, verifier.verify(item.text, item.speaker)) for item in found if not item.skipped),
        skipped=tuple(item for item in found if item.skipped),
    )


def find_quotations(text: str, speakers: Sequence[str] = ()) -> tuple[Quotation, ...]:
    """The quotations of an article in order, ascribed to the speakers where it says so."""
    paragraphs = _paragraphs(text)
    marked = _scan(paragraphs)
    names = _Names.of(speakers)
    return tuple(
        Quotation(
            text=(words := item.text(paragraphs)),
            line=item.line(paragraphs),
            speaker=_ascribed(item, marked, paragraphs, names) if names else None,
            skipped=item.doubt or (TOO_SHORT if len(re.findall(r"\S*\w\S*", words)) < _FEWEST_WORDS else None),
        )
        for item in marked
    )


# --- the text ----------------------------------------------------------------------------------------------------

_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_LINE_MARKS = re.compile(r" {0,3}(?:>[ \t]?)+|\s*(?:[-*+]|\d{1,3}[.)]|#{1,6})[ \t]+")
_INLINE = re.compile(
    r"`[^`\n]+`|!?\[(?P<link>[^\[\]\n]*)\]\([^()\s]*(?:\s+\"[^\"\n]*\")?\)|\\(?P<escaped>[!-/:-@\[-`{-~])|"
    r"(?P<emphasis>(?<![*\w])\*{1,3}(?=\S)|(?<=\S)\*{1,3}(?!\w)|(?<![\w_])_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w))"
)


@dataclass(frozen=True)
class _Paragraph:
    """Lines of an article up to an empty one, without the marks of Markdown; `first` is the number of the first."""

    first: int
    text: str


def _paragraphs(text: str) -> list[_Paragraph]:
    paragraphs: list[_Paragraph] = []
    lines: list[str] = []
    in_code = False
    for number, line in enumerate([*split_lines(text), ""], 1):
        fence = bool(_FENCE.match(line))
        plain = "" if fence or in_code else _plain(line)
        in_code ^= fence
        if plain.strip():
            lines.append(plain)
        elif lines:
            paragraphs.append(_Paragraph(number - len(lines), "\n".join(lines)))
            lines = []
    return paragraphs


def _plain(line: str) -> str:
    """A line without the marks of Markdown: quoted blocks, lists, headings, emphasis, links, code."""
    mark = _LINE_MARKS.match(line)
    return _INLINE.sub(lambda match: match["link"] or match["escaped"] or "", line[mark.end() :] if mark else line)


# --- quotation marks ---------------------------------------------------------------------------------------------

_CLOSERS = {"“": '”"', '"': '"”', "„": '“”"', "«": "»", "»": "«", "”": "”"}  # »German books«, ”Swedish”
_MAY_STAND_BEFORE = frozenset("([{/—–-“”„«»\"'‘*_")


@dataclass(frozen=True)
class _Marked:
    """What stands between quotation marks: (paragraph, start, end) of its piece in each paragraph, without the marks.

    `doubt` says why it may be no quotation.
    """

    pieces: tuple[tuple[int, int, int], ...]
    doubt: str | None = None

    def text(self, paragraphs: Sequence[_Paragraph]) -> str:
        return "\n".join(paragraphs[at].text[start:end] for at, start, end in self.pieces).strip()

    def line(self, paragraphs: Sequence[_Paragraph]) -> int:
        at, start, _ = self.pieces[0]
        return paragraphs[at].first + paragraphs[at].text.count("\n", 0, start)


def _scan(paragraphs: Sequence[_Paragraph]) -> list[_Marked]:
    """Everything between quotation marks, in order."""
    found: list[_Marked] = []
    opener, pieces = "", list[tuple[int, int, int]]()
    for number, paragraph in enumerate(paragraphs):
        text, at, start = paragraph.text, 0, 0
        if opener:
            begin = len(text) - len(text.lstrip())
            if text[begin] == opener:  # the quotation goes on
                at = start = begin + 1
            else:
                found.append(_Marked(tuple(pieces), NOT_CLOSED))
                opener, pieces = "", []
        while at < len(text):
            char = text[at]
            if opener and char in _CLOSERS[opener] and _may_close(text, at):
                found.append(_Marked((*pieces, (number, start, at))))
                opener, pieces = "", []
            elif char in _CLOSERS and _may_open(text, at):
                if opener and char == opener and _begins_line(text, at):  # paragraphs without empty lines
                    pieces.append((number, start, at))
                elif opener and char == opener:  # the one before was never closed
                    found.append(_Marked((*pieces, (number, start, at)), NOT_CLOSED))
                    pieces = []
                if not opener or char == opener:
                    opener, start = char, at + 1
            elif char == "‘" and not opener and _may_open(text, at):
                single = _single(text, at)
                if single:
                    end, doubt = single
                    found.append(_Marked(((number, at + 1, end),), doubt))
                    at = end
            at += 1
        if opener:
            pieces.append((number, start, len(text)))
    if opener:
        found.append(_Marked(tuple(pieces), NOT_CLOSED))
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


# --- whose words -------------------------------------------------------------------------------------------------

_NAME_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_TITLE = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Sir|Dame|Lord|Lady|Councillor|Cllr|Rev)\.?\s+)$")
_SAYING = (
    "said|says|told|tells|asked|asks|added|adds|explained|explains|argued|argues|insisted|insists|claimed|claims|warned|"
    "warns|replied|replies|answered|answers|noted|notes|admitted|admits|recalled|recalls|stated|states|remarked|remarks|"
    "observed|observes|continued|continues|concluded|concludes|complained|complains|joked|jokes|promised|promises|"
    "puts it|put it|wrote|writes|commented|comments|responded|responds|declared|declares|confirmed|confirms"
)
# "Ana Silva, who chairs the panel, later told us", but not "Ana Silva never said".
_SAYS = re.compile(rf"(?:,[^,;:.]{{1,80}},)?\s+(?:(?:also|then|later|once|has|had|[a-z]+ly)\s+){{0,2}}(?:{_SAYING})\b")
_COLON = re.compile(r"(?:\s*\([^()]{1,60}\)|,[^,;:.]{1,80},?)?\s*:\s*$")
_NO_SUBJECT = re.compile(
    r"\b(?:of|to|with|by|about|for|from|and|or|than|against|behalf of|after|when|that)\s+$", re.IGNORECASE
)
# “…,” said the skipper Tom Farrant; "told Ana" tells who listened, and "said to Ana" too.
_SAID_BY = re.compile(
    rf"[Xx][.,?!]*\s+(?:{_SAYING.replace('told|tells|', '')})\s+"
    r"(?:(?!(?:to|of|about|that|by|from|with|against|for|after|when|and)\b)[a-z][\w'’-]*,?\s+){0,4}$"
)
_TOLD = re.compile(rf"\b(?:{_SAYING})\s+(?:[a-z]+\s+){{0,2}}$")
_ACCORDING = re.compile(r"\b(?:according to|in the words of)\s+$", re.IGNORECASE)
_LONGEST = 6  # words of a name


@dataclass(frozen=True)
class _Names:
    """Folded whole names, and surnames that are nobody else's, of the library's speakers."""

    whole: dict[str, str]
    surnames: dict[str, str]

    @classmethod
    def of(cls, speakers: Sequence[str]) -> _Names:
        whole = {fold_name(name): name for name in reversed(speakers) if name != UNNAMED_SPEAKER and fold_name(name)}
        surnames: dict[str, str] = {}
        for folded, name in whole.items():
            last = folded.split()[-1]
            if (
                last != folded
                and len(last) > 1
                and {fold_name(who) for who in find_speakers(last, speakers)} == {folded}
            ):
                surnames[last] = name
        return cls(whole, surnames)

    def __bool__(self) -> bool:
        return bool(self.whole)

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """(start, end, speaker) of the names in a text, the longest where several begin at one word."""
        words = [(match.start(), match.end(), fold_name(match.group())) for match in _NAME_WORD.finditer(text)]
        at = 0
        while at < len(words):
            size = next(
                (
                    size
                    for size in range(_LONGEST, 0, -1)
                    if " ".join(word for *_, word in words[at : at + size]) in self.whole
                ),
                1,
            )
            start, end = words[at][0], words[min(at + size, len(words)) - 1][1]
            name = " ".join(word for *_, word in words[at : at + size])
            # A name that goes on is another one: "Ana Silva Costa", and "Maria Silva" for Silva.
            alone = not _capital_after(text, end) and (size > 1 or not _capital_before(text, start))
            speaker = self.whole.get(name) or self.surnames.get(name)
            if speaker and alone and text[start].isupper():
                yield start, end, speaker
            at += size


def _capital_before(text: str, start: int) -> bool:
    before = text[:start]
    if _TITLE.search(before):
        return False
    return bool(re.search(r"\b[A-Z][^\W_]*\.?[ \n]+$", before))


def _capital_after(text: str, end: int) -> bool:
    return bool(re.match(r"[ \n]+[A-Z][a-z]|[ \n]+[A-Z]{2}", text[end:]))


def _ascribed(item: _Marked, marked: Sequence[_Marked], paragraphs: Sequence[_Paragraph], names: _Names) -> str | None:
    """The one speaker whom the sentence around a quotation names as saying it; None when it names none, or two."""
    said = set()
    for at, start, end in dict.fromkeys((item.pieces[0], item.pieces[-1])):
        masked = _masked(paragraphs[at].text, [piece for other in marked for piece in other.pieces if piece[0] == at])
        spans = [(a, b) for a, b in sentence_spans(masked) if a <= end and b >= start]
        if not spans:
            continue
        first, last = spans[0][0], spans[-1][1]
        for begin, stop, speaker in names.find(masked[first:last]):
            before, after = masked[first : first + begin], masked[first + stop : last]
            if _says(before, after, first + stop, start, masked):
                said.add(speaker)
    return said.pop() if len(said) == 1 else None


def _says(before: str, after: str, stop: int, start: int, masked: str) -> bool:
    """Whether a name with these words before and after it is the one who says the quotation at `start`."""
    if _NO_SUBJECT.search(before):
        return bool(_ACCORDING.search(before))
    if _SAYS.match(after) or _SAID_BY.search(before):
        return True
    if stop >= start or _TOLD.search(before):
        return False
    return bool(_COLON.fullmatch(masked[stop : max(stop, start - 1)]))


def _masked(text: str, pieces: Sequence[tuple[int, int, int]]) -> str:
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
