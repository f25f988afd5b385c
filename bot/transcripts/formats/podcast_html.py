"""HTML transcripts: Podcasting 2.0 (`<cite>Kevin:</cite> <time>0:09</time> <p>words</p>`) and pages with names in them.

A page is its text nodes.  They stand in blocks (paragraphs, list items, lines broken by `<br>`), and a block is what a
line is in labelled text: `<p><strong>Kevin:</strong> words</p>` is read as `**Kevin:** words`, and what is a label is
decided there, by evidence across the page.  Podcasting 2.0's `<cite>` is one by itself.

Places are text nodes, counted from 1 through the whole page, those of white space alone left out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.errors import TranscriptError
from bot.transcripts.formats import hearing
from bot.transcripts.formats.inside import heard_inside, speak_inside
from bot.transcripts.formats.labelled import cut_at_labels, is_direction, said_by, strip_label
from bot.transcripts.formats.labels import accept_labels, candidate_of, split_at_labels
from bot.transcripts.formats.text import Turn, decode, fold_white, parse_time, peek, speaker_named, utterances
from bot.transcripts.transcript import UNNAMED_SPEAKER, Contents, Item, Place, Reading, Unspoken

NAME = "HTML"

_BEGINS = re.compile(
    r"\s*+(?:(?:<!--.{0,2000}?-->|<\?xml.{0,200}?\?>)\s*+)*"
    r"<(?:!doctype\s+html|html|head|body|main|article|section|div|p|cite|time|span|ul|ol|dl|h[1-6]|table|blockquote)\b",
    re.IGNORECASE | re.DOTALL,
)
# What a page holds beside its words, by element.
_NOT_WORDS = {
    "title": "page title",
    "script": "script",
    "style": "style",
    "noscript": "script",
    "template": "script",
    "svg": "picture",
    "nav": "navigation",
    "header": "page header",
    "footer": "page footer",
    "aside": "beside the text",
    "form": "form",
    "button": "form",
    "select": "form",
    "textarea": "form",
    "figcaption": "caption of a picture",
} | {f"h{level}": "heading" for level in range(1, 7)}
_INLINE = frozenset(
    "a abbr b bdi bdo big cite code data del dfn em font i ins kbd mark q s samp small span strike strong sub sup time "
    "tt u var wbr".split()
)
_BOLD = frozenset(("b", "strong"))
# Elements whose end tags may be left out, or that have none: they do not nest by themselves.
_NEVER_DEEP = frozenset(
    "p li dd dt tr td th tbody thead tfoot option colgroup area base br col embed hr img input link meta source track "
    "wbr".split()
)
_TIME = re.compile(r"[\[(]?\s*((?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?)\s*[\])]?")
# Deeper than any page; parsers of HTML take a time that grows with the square of the depth.
_DEEPEST = 400


@dataclass
class _Block:
    """Words that stand together: text nodes `first` to `last`."""

    first: int
    parts: list[tuple[str, str]] = field(default_factory=list)  # (innermost telling element, text)
    in_paragraph: bool = False
    last: int = 0

    @property
    def place(self) -> Item:
        return Item(f"text node {self.first}" if self.first == self.last else f"text nodes {self.first}-{self.last}")

    @property
    def words(self) -> str:
        return fold_white("".join(text for _, text in self.parts))

    @property
    def line(self) -> str:
        """The block as a line of labelled text: bold or cited words at its head are marked."""
        head = ""
        for at, (tag, text) in enumerate(self.parts):
            if tag not in ("strong", "cite"):
                rest = "".join(text for _, text in self.parts[at:])
                return f"**{head.strip()}**{rest}" if head.strip() else fold_white(rest)
            head += text
        return f"**{head.strip()}**" if head.strip() else ""


def recognises(data: bytes) -> bool:
    """Markup of a page where the text begins, after comments; not the text of a record that is wrapped in a page."""
    return bool(_BEGINS.match(peek(data)[:20_000].lstrip("\ufeff"))) and not hearing.recognises(data)


def read(data: bytes) -> Contents:
    """Utterances and the account of every text node that is not white space alone.

    Raises TranscriptError for tags nested beyond any page.
    """
    text = decode(data).lstrip("\ufeff")
    _refuse_deep(text)
    tree = LexborHTMLParser(text)
    blocks, left_out, count = _blocks(tree)
    if any(tag == "cite" and _is_label(block, at) for block in blocks for at, (tag, _) in enumerate(block.parts)):
        turns, reported = _cited(blocks)
    else:
        turns, reported = _labelled(blocks)
    left_out += [
        Unspoken(reason, Item(f"text node {number}"), block.words if number == block.first else "")
        for block, reason in reported
        for number in range(block.first, block.last + 1)
    ]
    left_out.sort(key=lambda item: int(str(item.place).split()[-1]))
    remarks = []
    if any(turn.spoken and not turn.label for turn in turns):
        remarks.append(f"words without a name are by one {UNNAMED_SPEAKER.lower()}")
    report = Reading(NAME, "text node", count, count - len(left_out), tuple(left_out), tuple(remarks))
    title, page = tree.css_first("title"), tree.css_first("html")
    said = speak_inside(Contents(utterances(turns), report.check()))
    return replace(
        said,
        title=fold_white(title.text()) or None if title else None,
        language=(page.attributes.get("lang") or None) if page else None,
    )


def _refuse_deep(text: str) -> None:
    depth = 0
    for tag in re.finditer(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)", text):
        if tag[2].lower() not in _NEVER_DEEP:
            depth = max(0, depth - 1) if tag[1] else depth + 1
            if depth > _DEEPEST:
                raise TranscriptError(
                    f"its tags are nested more than {_DEEPEST} deep at character {tag.start()}, as in no page; "
                    "close them, or save the transcript as text"
                )


def _blocks(tree: LexborHTMLParser) -> tuple[list[_Block], list[Unspoken], int]:
    """The blocks of a page in order, the text nodes that hold no words, and how many text nodes there are."""
    blocks: list[_Block] = []
    left_out: list[Unspoken] = []
    count, block = 0, None
    for node, reason, telling, in_paragraph in _walk(tree.root):
        if node is None:
            block = None
            continue
        text = node.text_content or ""
        if not text.strip():
            if block and not reason:
                block.parts.append((telling, text))
            continue
        count += 1
        if reason:
            left_out.append(Unspoken(reason, Item(f"text node {count}"), fold_white(text)[:200]))
            block = None
            continue
        if telling == "cite" and text.rstrip().endswith((":", "：")):
            block = None  # a name begins anew, though the paragraph before it was not closed
        if block is None:
            block = _Block(count, in_paragraph=in_paragraph)
            blocks.append(block)
        block.parts.append((telling, text))
        block.last = count
    return blocks, left_out, count


def _walk(root: LexborNode | None) -> Iterator[tuple[LexborNode | None, str, str, bool]]:
    """(text node, why it holds no words, telling element around it, whether in a paragraph); (None, …) parts blocks."""
    # An element's end stands on the stack as None.
    stack: list[tuple[LexborNode | None, str, str, bool]] = [(root, "", "", False)] if root else []
    while stack:
        node, reason, telling, in_paragraph = stack.pop()
        if node is None or node.tag == "-text":
            yield node, reason, telling, in_paragraph
            continue
        tag = node.tag or ""
        reason = reason or _NOT_WORDS.get(tag, "")
        telling = "strong" if tag in _BOLD and not telling else tag if tag in ("cite", "time") else telling
        in_paragraph = in_paragraph or tag == "p"
        if tag not in _INLINE:
            yield None, "", "", False
            stack.append((None, "", "", False))
        children = []
        child = node.first_child
        while child:
            children.append((child, reason, telling, in_paragraph))
            child = child.next
        stack += reversed(children)


def _is_label(block: _Block, at: int) -> bool:
    """Whether the `<cite>` at this part of a block names a speaker: nothing is said in the block before it, and it
    stands alone, or before a time, or ends in a colon."""
    before = "".join(text for tag, text in block.parts[:at] if tag != "time")
    after = "".join(text for tag, text in block.parts[at + 1 :] if tag not in ("time", "cite"))
    text = block.parts[at][1].rstrip()
    has_time = any(tag == "time" for tag, _ in block.parts[at + 1 : at + 3])
    return not before.strip() and (not after.strip() or has_time or text.endswith((":", "：")))


def _cited(blocks: Sequence[_Block]) -> tuple[list[Turn], list[tuple[_Block, str]]]:
    """The turns of a page whose speakers stand in `<cite>`, and the blocks that hold no speech."""
    turns: list[Turn] = []
    reported: list[tuple[_Block, str]] = []
    in_paragraphs = any(block.in_paragraph and not _heads(block) for block in blocks)
    start: float | None = None
    for block in blocks:
        heads = _heads(block)
        words = fold_white("".join(text for _, text in block.parts[heads:]))
        for tag, text in block.parts[:heads]:
            if tag == "cite" and (label := fold_white(text).rstrip(":： ")):
                turns.append(Turn(label, speaker_named(label)))
                start = None
            elif tag == "time" and (time := _TIME.fullmatch(text.strip())):
                start = parse_time(time[1])
        if not words:
            continue
        if not turns and not heads:
            reported.append((block, "before the first speaker"))
        elif not heads and in_paragraphs and not block.in_paragraph:
            reported.append((block, "outside of a paragraph"))
        elif not heads and is_direction(words):
            reported.append((block, "stage direction"))
        else:
            if not turns:
                turns.append(Turn("", UNNAMED_SPEAKER))
            turns[-1].add(words, block.place, start)
            start = None
    return turns, reported


def _heads(block: _Block) -> int:
    """How many parts at the head of a block are a speaker's name and a time."""
    heads = 0
    for at, (tag, text) in enumerate(block.parts):
        if (tag == "cite" and _is_label(block, at)) or (tag == "time" and _TIME.fullmatch(text.strip())):
            heads = at + 1
        elif text.strip(" \t\r\n:：-–—") or not heads:
            break
        elif text.strip():
            heads = at + 1  # the colon between a name and the words
    return heads


def _labelled(blocks: Sequence[_Block]) -> tuple[list[Turn], list[tuple[_Block, str]]]:
    """The turns of a page whose speakers stand in its words, if anywhere, and the blocks that hold no speech."""
    lines = [line for block in blocks for line in (block.line, "")]
    candidates = [found for number, line in enumerate(lines, 1) if (found := candidate_of(number, line))]
    labels = accept_labels(candidates, lines)
    heads = {candidate.line: candidate for candidate in candidates if candidate.name in labels}
    turns: list[Turn] = []
    reported: list[tuple[_Block, str]] = []
    start: float | None = None
    for at, block in enumerate(blocks):
        head = heads.get(2 * at + 1)
        if not head and (time := _TIME.fullmatch(block.words)):
            start = parse_time(time[1])
            continue
        if not head and is_direction(block.words):
            reported.append((block, "stage direction"))
            continue
        if not head and labels and not turns:
            reported.append((block, "before the first speaker"))
            continue
        if head:
            turns.append(Turn(head.name, speaker_named(head.name)))
            start = head.time if head.time is not None else start
        elif not labels:
            turns.append(Turn("", UNNAMED_SPEAKER))
        (_, words), *more = split_at_labels(head.words if head else block.words, labels)
        turns[-1].add(fold_white(words), block.place, start)
        start = None
        for label, said in more:
            turns.append(Turn(label, speaker_named(label)))
            turns[-1].add(fold_white(said), block.place)
    return turns, reported


# ---- The locator: a second way through a page, which splits it at its brackets and builds no tree.

_MARKUP = re.compile(r"(<!--.{0,20000}?-->|<[!?][^>]{0,500}>|<[a-zA-Z/][^<>]*>)", re.DOTALL)
_BETWEEN_WORDS = frozenset(
    "a abbr b bdi bdo big cite code data del dfn em font i ins kbd mark q s samp small span strike strong sub sup time "
    "tt u var wbr".split()
)
_RAW = frozenset(("script", "style", "title", "textarea"))


def holds(data: bytes, place: Place, text: str, label: str, labels: Collection[str]) -> bool:
    """Whether the page has these words in these text nodes under this label.

    Independent of `read`: it splits the page at angle brackets, counts what stands between them, cuts it at the labels
    that the record knows, undoes the family's folds (line wrap, tags, entities) and finds the words in one voice's.
    """
    numbers = [int(number) for number in re.findall(r"\d+", str(place))]
    within = [
        (begin, voice, words)
        for begin, end, voice, words in _heard(data, frozenset(labels) - {""})
        if min(numbers) <= end and begin <= max(numbers)
    ]
    # What looks like a time is not heard, unless the words are found only with it: somebody may say "10:30."
    without_times = [said for said in within if ":" not in said[2] or said[2].strip("0123456789:., []()")]
    return said_by(without_times, text, label) or said_by(within, text, label)


@lru_cache(maxsize=4)  # many quotes of one page are checked in a row
def _heard(data: bytes, labels: frozenset[str]) -> tuple[tuple[int, int, str, str], ...]:
    """(first and last text node, voice, words) of each block; the voice is "" where nobody is named."""
    heard: list[tuple[int, int, str, str]] = []
    speaking = ""
    for first, last, words in _runs(decode(data).lstrip("\ufeff")):
        bare = words.rstrip(":： ")
        head, rest = (bare, "") if bare in labels else strip_label(words, labels)
        speaking = head or speaking
        for at, (label, part) in enumerate(cut_at_labels(rest, labels)):
            speaking = label if at else speaking
            heard.append((first, last, speaking, part))
    return heard_inside(heard, labels)


def _runs(page: str) -> Iterator[tuple[int, int, str]]:
    """(first and last text node, words) of what stands together; a name or a time in tags of its own is apart."""
    count, first, words, pending, raw = 0, 0, "", "", ""
    open_tags: dict[str, int] = {}
    cite: tuple[int, int, str] | None = None  # where a cite began: what stands before it
    for part in [*_MARKUP.split(page), "<p>"]:
        markup = part[:1] == "<" and part[-1:] == ">" and _MARKUP.fullmatch(part)
        name = re.split(r"[\s/>]", part[1:].lstrip("/"), maxsplit=1)[0].lower() if markup else ""
        closing = part.startswith("</")
        if not markup or (raw and not (closing and name == raw)):
            pending += part
            continue
        if closing and name != "p" and not open_tags.get(name):
            continue  # closes nothing, so that text goes on
        if not part.startswith(("<!", "<?")):
            open_tags[name] = max(0, open_tags.get(name, 0) + (-1 if closing else 1))
        if pending.strip():
            count += 1
            first = first or count
        words += pending
        pending = ""
        raw = name if name in _RAW and not closing else ""
        if name == "cite" and not closing:
            cite = (first, count, words)
        elif name == "cite" and cite and cite[0] and words[len(cite[2]) :].rstrip().endswith((":", "：")):
            yield cite[0], cite[1], _shown(cite[2])
            first, words = cite[1] + 1, words[len(cite[2]) :]
        apart = name in ("cite", "time") and not words.strip() and not closing
        ends = name in ("cite", "time") and closing and (first == count)
        if part.startswith("<!") or (name in _BETWEEN_WORDS and not apart and not ends):
            continue
        if first:
            yield first, count, _shown(words)
        first, words = 0, ""


def _shown(words: str) -> str:
    """Words without entities.  The standard library drops references to control characters, which a page keeps."""
    return fold_white(html.unescape(re.sub(r"&#(?:(\d{1,9})|[xX]([0-9a-fA-F]{1,8}));", _character, words)))


def _character(reference: re.Match[str]) -> str:
    number = int(reference[1]) if reference[1] else int(reference[2], 16)
    if number == 0 or number > 0x10FFFF or 0xD800 <= number < 0xE000:
        return "\ufffd"
    return reference.group() if 0x80 <= number < 0xA0 or number in (13, 38) else chr(number)
