"""A page of HTML cut into blocks: words that stand together, and where in the page they do.

A block is what a line is in labelled text: a paragraph, a list item, a cell, a line broken by `<br>`.  It knows its
element, class and column, what stands first in it and what is bold; what it is, name or words, is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.errors import TranscriptError
from bot.transcripts.formats.text import fold_white
from bot.transcripts.transcript import Item, Unspoken

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
# Of these, what may be where a turn names its speaker.
_MAY_NAME = frozenset(("heading", "page header", "page footer", "caption of a picture"))
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
_COLUMNS = 100  # those further right are one
# Deeper than any page; parsers of HTML take a time that grows with the square of the depth.
_DEEPEST = 400


class _Around(NamedTuple):
    """What stands around a text node."""

    reason: str = ""  # why it holds no words
    telling: str = ""  # the telling element within the line: "strong", "cite", "time", or what `_telling` gives
    in_paragraph: bool = False
    element: str = ""  # the innermost element that parts blocks, with its class or its column
    path: tuple[int, ...] = ()  # the elements that part blocks, from the outermost, numbered
    row: int = 0  # the number of the table's row, as in `path`; 0 outside of tables
    linked: bool = False


@dataclass
class Block:
    """Words that stand together: text nodes `first` to `last`.

    `parts` are (telling element, text); `reason` says why it holds no words, unless it names a speaker; `path` and
    `row` as in what is around it; `linked`, whether all of it is links; `after_rule`, whether a rule stands above it.
    """

    first: int
    around: _Around
    parts: list[tuple[str, str]] = field(default_factory=list)
    last: int = 0
    linked: bool = True
    after_rule: bool = False

    @property
    def place(self) -> Item:
        return Item(f"text node {self.first}" if self.first == self.last else f"text nodes {self.first}-{self.last}")

    @property
    def words(self) -> str:
        return fold_white("".join(text for _, text in self.parts))

    @property
    def in_paragraph(self) -> bool:
        return self.around.in_paragraph

    @property
    def reason(self) -> str:
        return self.around.reason

    @property
    def path(self) -> tuple[int, ...]:
        return self.around.path

    @property
    def row(self) -> int:
        return self.around.row

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

    @property
    def head(self) -> tuple[str, int]:
        """(telling element, how many parts) of what is told apart at the head of the block; ("", 0) if nothing is."""
        told = ""
        for at, (tag, text) in enumerate(self.parts):
            if text.strip() and tag != told:
                if told:
                    return told, at
                if not tag or tag == "time":
                    return "", 0
                told = tag
        return told, len(self.parts)

    @property
    def shape(self) -> str:
        """The element that it stands in; and what all of its words stand in, if one thing."""
        told, parts = self.head
        return f"{self.around.element}>{told}" if told and parts == len(self.parts) else self.around.element


def refuse_deep(text: str) -> None:
    """Raises TranscriptError for tags nested beyond any page."""
    depth = 0
    for tag in re.finditer(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)", text):
        if tag[2].lower() not in _NEVER_DEEP:
            depth = max(0, depth - 1) if tag[1] else depth + 1
            if depth > _DEEPEST:
                raise TranscriptError(
                    f"its tags are nested more than {_DEEPEST} deep at character {tag.start()}, as in no page; "
                    "close them, or save the transcript as text"
                )


def blocks_of(tree: LexborHTMLParser) -> tuple[list[Block], list[Unspoken], int]:
    """The blocks of a page in order, the text nodes that hold no words, and how many text nodes there are.

    Headings and the like are blocks too, with their reason: they may name who speaks.
    """
    blocks: list[Block] = []
    left_out: list[Unspoken] = []
    count, block, rule = 0, None, False
    for node, around in _walk(tree.root):
        if node is None:
            block = None
            rule = rule or around.element == "hr"
            continue
        text = node.text_content or ""
        if not text.strip():
            if block and not around.reason:
                block.parts.append((around.telling, text))
            continue
        count += 1
        if around.reason and around.reason not in _MAY_NAME:
            left_out.append(Unspoken(around.reason, Item(f"text node {count}"), fold_white(text)[:200]))
            block = None
            continue
        if around.telling == "cite" and text.rstrip().endswith((":", "：")):
            block = None  # a name begins anew, though the paragraph before it was not closed
        if block is None:
            block = Block(count, around, after_rule=rule)
            blocks.append(block)
            rule = False
        block.parts.append((around.telling, text))
        block.last = count
        block.linked = block.linked and around.linked
    return blocks, left_out, count


def _walk(root: LexborNode | None) -> Iterator[tuple[LexborNode | None, _Around]]:
    """(text node, what stands around it); without a node, where blocks part."""
    nothing = _Around()
    # An element's end stands on the stack as None.
    stack: list[tuple[LexborNode | None, _Around]] = [(root, nothing)] if root else []
    number = 0
    while stack:
        node, around = stack.pop()
        if node is None or node.tag == "-text":
            yield node, around
            continue
        tag = node.tag or ""
        number += 1
        if tag not in _INLINE:
            around = _inside(around, node, tag, number)
            yield None, around if tag == "hr" else nothing
            stack.append((None, nothing))
        elif tag in _BOLD and around.telling not in ("cite", "time"):
            around = around._replace(telling="strong")
        elif tag in ("cite", "time"):
            around = around._replace(telling=tag)
        else:
            linked = around.linked or tag == "a"
            around = around._replace(linked=linked, telling=around.telling or _telling(node, tag))
        children = []
        child = node.first_child
        while child:
            children.append((child, around))
            child = child.next
        stack += reversed(children)


def _telling(node: LexborNode, tag: str) -> str:
    """What an element within a line may tell of its words: its class, or that they are stressed or linked."""
    name = node.attributes.get("class")
    return f"{tag}.{name}" if name else tag if tag in ("em", "i", "u", "mark", "a") else ""


def _inside(around: _Around, node: LexborNode, tag: str, number: int) -> _Around:
    """What stands around the words of an element that parts blocks."""
    if tag in ("td", "th"):
        column, before = 0, node.prev
        while before and column < _COLUMNS:
            column += before.tag in ("td", "th")
            before = before.prev
        element = f"column {column}"
    else:
        name = node.attributes.get("class")
        element = f"{tag}.{name}" if name else tag
        if tag in ("header", "footer"):
            element = f"{around.element}/{element}"  # that of the page is not that of a turn
    return around._replace(
        reason=around.reason or _NOT_WORDS.get(tag, ""),
        in_paragraph=around.in_paragraph or tag == "p",
        element=element,
        path=(*around.path, number),
        row=number if tag == "tr" else around.row,
    )
