"""The prose of a language model, cut into statements: plain sentences, each with the numbers that it cites.

Models write markers in many ways: [1], [1][2], [1, 2], [1; 3], [2-4], 【1】, [^1], before the full stop or after it, at
the beginning of a line; they write lists, headings, Markdown and HTML although nobody asks for it.  All of that is read
here, and what remains is plain text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bot.words.marks import NOT_CLOSED, Marked, Paragraph, masked, scan
from bot.words.sentences import sentence_spans

_LONGEST_RANGE = 30  # [1-9999] cites nothing in particular, so it is not written out


@dataclass(frozen=True)
class Claim:
    """A sentence as a model wrote it, in plain text on one line, without its markers.

    `numbers` are those it cites, in order, each once; they need not exist.  `heading` is what stands above it and leads
    up to it ("Tom Farrant:"), "" for most.  `leads` is true of such a line itself.
    """

    text: str
    numbers: tuple[int, ...]
    heading: str = ""
    leads: bool = False


def plain(text: str) -> str:
    """A text on one line without HTML, Markdown, control characters or the tokens of chat templates.

    Angle and square brackets that are left become ‹ › and ( ), as in what a model is shown.
    """
    return _without_brackets(_line_of_words(" ".join(_strip_line(line)[1] for line in _clean(text).splitlines())))


def read_statements(text: str) -> tuple[Claim, ...]:
    """The statements of a text, in order.  A marker after the full stop belongs to the sentence before it."""
    return tuple(_claims(text))


# --- plain text --------------------------------------------------------------------------------------------------

_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_TEMPLATE = re.compile(
    r"<[|｜][^<>\n]{0,60}[|｜]>|<</?SYS>>|\[/?INST\]|</?s>|<(?:start|end)_of_(?:turn|text)>|<(?:bos|eos|pad|unk)>",
    re.IGNORECASE,
)
_HIDDEN_HTML = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/?p|/?div|/?li|/?ul|/?ol|/?h[1-6]|/?tr)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<![^<>]*>")
_LINK = re.compile(r"!?\[(?P<label>[^\[\]\n]*)\]\([^()\s]*(?:\s+\"[^\"\n]*\")?\)")
_EMPHASIS = re.compile(
    r"`+|~~|\\(?=[!-/:-@\[-`{-~])|(?<![*\w])\*{1,3}(?=\S)|(?<=\S)\*{1,3}(?!\w)|(?<![\w_])_{1,3}(?=\S)|"
    r"(?<=\S)_{1,3}(?!\w)"
)
_FENCE = re.compile(r"\s*(?:```|~~~)\w*\s*$")
_RULE = re.compile(r"\s*(?:[-*_=]\s*){3,}$")
_HEADING = re.compile(r"\s*#{1,6}\s+(?P<body>.*?)\s*#*\s*$")
_BOLD_LINE = re.compile(r"\s*(?P<mark>\*\*|__)(?P<body>(?:(?!(?P=mark)).)+?)(?P=mark)\s*:?\s*$")
_ITEM = re.compile(r"\s*(?:>\s?)*\s*(?:[-*+•·–]|\d{1,2}[.)](?!\d))\s+")
_BLOCK_QUOTE = re.compile(r"\s*(?:>\s?)+")
_BRACKETS = str.maketrans("<>[]【】［］", "‹›()()()")


def without_thoughts(text: str) -> str:
    """The text without what a model thinks aloud before it answers, ended or not."""
    return _THOUGHT.sub(" ", text).strip()


def _clean(text: str) -> str:
    """Without markup that spans words and without what cannot be seen; line breaks stay."""
    text = _TEMPLATE.sub(" ", without_thoughts(text))
    for _ in range(2):  # "&amp;lt;b&amp;gt;" is a tag to a page that reads it twice
        text = html.unescape(text)
    text = _THOUGHT.sub(" ", text)
    text = _TEMPLATE.sub(" ", _HIDDEN_HTML.sub(" ", text))
    text = _TAG.sub("", _BREAK.sub("\n", text))
    text = re.sub(r"\r\n?|[\v\f\x85\u2028\u2029]", "\n", text)
    return "".join(char for char in text if char in "\n\t" or not _is_hidden(char))


def _is_hidden(char: str) -> bool:
    """Controls, marks of direction, lone surrogates, private and unassigned characters; joiners within words stay."""
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn") and char not in "\u200c\u200d"


def _strip_line(line: str) -> tuple[str, str]:
    """What a line is ("", "heading", "item", "rule"), and its words without the marks of Markdown."""
    if _FENCE.match(line) or _RULE.match(line):
        return "rule", ""
    if heading := _HEADING.match(line) or _BOLD_LINE.match(line):
        return "heading", _inline(heading["body"])
    if item := _ITEM.match(line):
        return "item", _inline(line[item.end() :])
    if block := _BLOCK_QUOTE.match(line):
        return "", _inline(line[block.end() :])
    return "", _inline(line)


def _inline(text: str) -> str:
    # "[1](#one)" is a marker that links somewhere, not a link that is called 1.
    linked = _LINK.sub(lambda m: f"[{m['label']}]" if _MARKER.fullmatch(f"[{m['label']}]") else m["label"], text)
    return _EMPHASIS.sub("", linked)


def _line_of_words(text: str) -> str:
    return " ".join(text.split())


def _without_brackets(text: str) -> str:
    return text.translate(_BRACKETS)


# --- markers -----------------------------------------------------------------------------------------------------

_ONE = r"\^?\s*(?:(?:sentences?|nos?\.?|#)\s*)?\d{1,6}(?:\s*[-–—−]\s*\^?\d{1,6})?"
_MARKER = re.compile(
    rf"[\[【［]\s*{_ONE}(?:\s*(?:[,;&，、]|\band\b)\s*{_ONE})*\s*(?:†[^\]】］]*)?[\]】］]", re.IGNORECASE
)
_RUN = re.compile(rf"(?:{_MARKER.pattern})(?:\s*(?:[,;&]|\band\b)?\s*(?:{_MARKER.pattern}))*", re.IGNORECASE)
# "According to [3], …": the words that only lead up to a marker go with it.
_LEADING_UP = re.compile(
    rf"(?:\b(?:according to|as (?:said|stated|seen|shown|noted|mentioned|described) in|in|from|per|see|and)\s+)"
    rf"(?:(?:the )?sentences?\s+)?(?P<run>{_RUN.pattern})(?P<comma>\s*,)?",
    re.IGNORECASE,
)
_CUT_OFF = re.compile(r"\s*[\[【［]\^?[\d,;\s–-]*\Z")
_EMPTY = re.compile(r"\s*\(\s*(?:(?:see|sources?|cf\.?|quotes?|sentences?)\s*:?)?[\s,;.&]*\)")
_RANGE = re.compile(r"(\d+)(?:\s*[-–—−]\s*\^?(\d+))?")


def _numbers(marker: str) -> tuple[int, ...]:
    numbers: list[int] = []
    for first, last in _RANGE.findall(re.sub(r"†[^\]】］]*", "", marker)):
        low, high = sorted((int(first), int(last or first)))
        numbers += range(low, high + 1) if high - low <= _LONGEST_RANGE else (low, high)
    return tuple(numbers)


def _take_markers(text: str) -> tuple[str, list[tuple[int, tuple[int, ...]]]]:
    """The text without its markers, and (offset in it, numbers) of each."""
    text = _LEADING_UP.sub(lambda match: match["run"], _CUT_OFF.sub("", text))
    pieces: list[str] = []
    found: list[tuple[int, tuple[int, ...]]] = []
    length = done = 0
    for match in _RUN.finditer(text):
        piece = text[done : match.start()].rstrip()
        pieces.append(piece)
        length += len(piece)
        found.append((length, _numbers(match.group())))
        done = match.end()
        if piece[-1:] in tuple(".?!") and text[done : done + 1] == ".":  # "It rose. [2]." has one full stop too many
            done += 1
        following = text[done : done + 1]
        if following and (following.isalnum() or following in "“\"'‘«„("):
            pieces.append(" ")
            length += 1
    return "".join([*pieces, text[done:]]), found


# --- statements --------------------------------------------------------------------------------------------------


@dataclass
class _Block:
    """Lines that belong together: a paragraph, an item of a list, a heading."""

    kind: str
    text: str


def _blocks(text: str) -> Iterator[_Block]:
    block: _Block | None = None
    for line in _clean(text).splitlines():
        kind, words = _strip_line(line)
        words = _line_of_words(words)
        if block is not None and not kind and words and _goes_on(block, words):
            block.text += f" {words}"
            continue
        if block is not None:
            yield block
        block = _Block(kind, words) if words else None
    if block is not None:
        yield block


def _goes_on(block: _Block, line: str) -> bool:
    """Whether a line goes on with a block: models break lines between sentences, and hardly ever within one."""
    if block.kind == "heading" or block.text.endswith(":"):
        return False
    return line[0].islower() if block.kind or line.endswith(":") else block.text[-1] not in ".!?"


def _claims(text: str) -> Iterator[Claim]:
    heading = ""
    for block in _blocks(text):
        claims = list(_sentences(block.text))
        if not claims:
            continue
        if not block.kind:
            heading = ""  # what stands above a list does not stand above the paragraph after it
        last = claims[-1]
        leads = block.kind == "heading" or (last.text.endswith(":") and not last.numbers)
        for claim in claims[:-1] if leads else claims:
            yield Claim(claim.text, claim.numbers, heading)
        if leads:
            yield Claim(last.text, last.numbers, "", leads=True)
            heading = last.text


def _sentences(text: str) -> Iterator[Claim]:
    """The sentences of a block with their numbers; quotation marks hold sentences together."""
    words, markers = _take_markers(text)
    spans = list(_spans(words))
    if not spans:
        return
    cited: list[list[int]] = [[] for _ in spans]
    # "[1] The fare rose. [2] The boat is late.": markers lead where the first does and none closes the block.
    leading = bool(markers) and not words[: markers[0][0]].strip() and markers[-1][0] < len(words.rstrip())
    for offset, numbers in markers:
        if leading:
            at = next((at for at, (_, end) in enumerate(spans) if offset < end), len(spans) - 1)
        else:
            at = max((at for at, (start, _) in enumerate(spans) if start < offset), default=0)
        cited[at] += numbers
    for (start, end), numbers_of in zip(spans, cited, strict=True):
        sentence = _line_of_words(_EMPTY.sub("", words[start:end]))
        yield Claim(_without_brackets(sentence).lstrip(":.,; "), tuple(dict.fromkeys(numbers_of)))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of the sentences, what holds no letter or digit left out."""
    closed = [piece for item in quotations(text) if item.doubt != NOT_CLOSED for piece in item.pieces]
    for start, end in sentence_spans(masked(text, closed)):
        if any(char.isalnum() for char in text[start:end]):
            yield start, end


def quotations(text: str) -> list[Marked]:
    """What stands between double or single curly quotation marks in one paragraph."""
    return scan([Paragraph(1, text)])
