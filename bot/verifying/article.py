"""The quotations of an article: found in its text, ascribed where the article says plainly whose they are, verified.

Quotations stand in double quotation marks, curly or straight, in „German“ and in «French» marks; in single curly ones
where no apostrophe could be taken for the end.  One that goes on for several paragraphs opens each of them with a mark
and closes the last.  Marks in code, and inch marks (6"), are none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.speakers.ascribing import Names, says
from bot.transcripts.formats.text import split_lines
from bot.verifying.verification import FOUND, NOT_FOUND, SAID_BY_OTHER, Verification, Verifier
from bot.words.marks import Marked, Paragraph, masked, scan
from bot.words.sentences import sentence_spans

if TYPE_CHECKING:
    from bot.store.store import Store
    from bot.verifying.scanning import Folding

_FEWEST_WORDS = 3  # of a quotation that is checked: two words stand nearly everywhere
_LONGEST_QUOTE = 5_000  # characters of a text that may be one quote; to tell what comes closest to it takes a second
TOO_SHORT = "too short"


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
    library: Store,
    speaker: str | None = None,
    transcripts: Sequence[str] = (),
    folding: Folding | None = None,
) -> ArticleReport:
    """Verify every quotation of three words or more in an article, plain text or Markdown.

    A quotation is ascribed to a speaker when the article names one in the same sentence, by a whole name or a surname
    that is nobody else's, as the one who says it ("…," said Ana Silva; Silva told us: "…"); `speaker` ascribes all that
    the article does not.  Raises QuestionError for a speaker that the library does not have.
    """
    return _report(text, Verifier(library, transcripts, folding), speaker)


def verify_text(
    text: str,
    library: Store,
    speaker: str | None = None,
    transcripts: Sequence[str] = (),
    folding: Folding | None = None,
) -> Verification | ArticleReport:
    """Verify a text that is a quote or an article: what it is, is told by what is found.

    A text that somebody says as a whole is a quote.  Else, where quotations stand in it, it is an article, unless it is
    one quotation and nothing besides; and else a quote that is not found.  A long text is always an article, even when
    there is nothing to check in it.  A quote with its citation, as the page copies it (“…” — NAME, FILE, or that as
    Markdown), is ascribed to the one it names.  Raises QuestionError for a text without words, or a speaker that the
    library does not have.
    """
    verifier = Verifier(library, transcripts, folding)
    if copied := _copied(text, verifier.speakers):
        return verifier.verify(copied[0], speaker or copied[1])
    whole = verifier.places(text, speaker)
    if whole.status != NOT_FOUND:
        return whole
    report = _report(text, verifier, speaker)
    if len(text) > _LONGEST_QUOTE or any(len(item.quotation.text) < len(text.strip()) - 2 for item in report.checked):
        return report
    return verifier.closest(text)


_CITED = re.compile(
    r"""\s*(?:“(?P<curly>[^“”]+)”|"(?P<straight>[^"]+)")\s*(?:\[\d+\]\s*)?[—–]\s*(?P<who>[^\n]{1,300})\s*"""
)
_CITED_BLOCK = re.compile(r"(?P<words>.+)\n\s*[—–]\s*(?P<who>[^\n]{1,300})", re.DOTALL)
_ESCAPED = re.compile(r"\\([^\w\s])")


def _copied(text: str, speakers: Sequence[str]) -> tuple[str, str | None] | None:
    """A quote and whom its citation names, where a text is just that; None where it is anything else.

    A Markdown block quote needs no quotation marks.
    """
    lines = [line.strip() for line in text.strip().splitlines()]
    block = all(line.startswith(">") for line in lines)
    plain = "\n".join(_ESCAPED.sub(r"\1", line[1:].strip()) for line in lines) if block else text
    found = (_CITED_BLOCK if block else _CITED).fullmatch(plain)
    if not found:
        return None
    named = [name for name in speakers if found["who"].casefold().startswith(name.casefold())]
    quote = found["words"] if block else found["curly"] or found["straight"]
    return quote.strip(), max(named, key=len, default=None)


def _report(text: str, verifier: Verifier, speaker: str | None) -> ArticleReport:
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
    marked = scan(paragraphs)
    names = Names.of(speakers)
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


def _paragraphs(text: str) -> list[Paragraph]:
    paragraphs: list[Paragraph] = []
    lines: list[str] = []
    in_code = False
    for number, line in enumerate([*split_lines(text), ""], 1):
        fence = bool(_FENCE.match(line))
        plain = "" if fence or in_code else _plain(line)
        in_code ^= fence
        if plain.strip():
            lines.append(plain)
        elif lines:
            paragraphs.append(Paragraph(number - len(lines), "\n".join(lines)))
            lines = []
    return paragraphs


def _plain(line: str) -> str:
    """A line without the marks of Markdown: quoted blocks, lists, headings, emphasis, links, code."""
    mark = _LINE_MARKS.match(line)
    return _INLINE.sub(lambda match: match["link"] or match["escaped"] or "", line[mark.end() :] if mark else line)


# --- whose words -------------------------------------------------------------------------------------------------


def _ascribed(item: Marked, marked: Sequence[Marked], paragraphs: Sequence[Paragraph], names: Names) -> str | None:
    """The one speaker whom the sentence around a quotation names as saying it; None when it names none, or two."""
    said = set()
    for at, start, end in dict.fromkeys((item.pieces[0], item.pieces[-1])):
        text = masked(paragraphs[at].text, [piece for other in marked for piece in other.pieces if piece[0] == at])
        spans = [(a, b) for a, b in sentence_spans(text) if a <= end and b >= start]
        if not spans:
            continue
        first, last = spans[0][0], spans[-1][1]
        for begin, stop, speaker in names.find(text[first:last]):
            before, after = text[first : first + begin], text[first + stop : last]
            if says(before, after, first + stop, start, text):
                said.add(speaker)
    return said.pop() if len(said) == 1 else None
