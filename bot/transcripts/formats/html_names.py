"""Which blocks of a page name who speaks, where no colon says so: inferred from shapes that repeat.

A shape is an element with its class (`div.speaker`, `dt`, `h4`), a column of a table, or what is bold at the head of a
paragraph.  Its contents are names where they are short and written as names, few different ones that repeat, and stand
in turn with blocks of words.

A name may stand before its words or behind them.  Where a name shares a smaller part of the page with the words on one
side of it than with those on the other, it is theirs.  Else headings, terms and bold names stand before, and for others
the ends of the page tell: whether the first words have a name above them, and the last ones a name below.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.transcripts.formats.html_blocks import Block
from bot.transcripts.formats.labels import SENTENCE_END, TIME, lower_case_words, shape_of

BEFORE, BEHIND, UNDECIDED = "before", "behind", "undecided"

_TIMES = re.compile(rf"[\[(]?{TIME}[\])]?")
_DIFFERENT = 2 / 3  # of so many names at most, one each: others repeat
_ENOUGH = 3  # names
_SHAPES = 20  # that occur most are looked at
_LIKE_NAMES = 0.9  # so many contents of a shape are written as names
_IN_TURN = 0.9  # so many names have words between them and the next one
_SENTENCES = 0.5  # so many of the words between names end a sentence
_CLOSER = 0.9  # so many names are closer to the words on one side than to those on the other
_STANDS_BEFORE = re.compile(r"h[1-6]\b|dt\b|.*>strong$")
_LONGEST_NAME = 80  # characters
# The habit of naming a speaker only where they begin.  Of neighbours that are both named at most this share repeats the
# name: else every block is named, and one without a name is somebody else's.
_REPEATED = 0.1
_HABITUAL = 4  # so many named blocks show whether others go on between them


@dataclass(frozen=True)
class Names:
    """The blocks (by index) that name who speaks, as `named`: alone, or at the head of their words (`heads`: how many
    parts that is).  `side`: whether names that stand alone do so before their words or behind; `reach`: of each, the
    depth of the part of the page that it shares with its words, where that decides."""

    named: Mapping[int, str]
    heads: Mapping[int, int]
    side: str
    reach: Mapping[int, int]


def shared_depth(one: Sequence[int], other: Sequence[int]) -> int:
    """How deep the smallest part of the page is that holds both."""
    depth = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        depth += 1
    return depth


def name_in(text: str) -> str:
    """A name without the time, the dash or the colon that may stand beside it."""
    return _TIMES.sub("", text).strip(" \t\r\n:：–—-|·•")


def inferred(blocks: Sequence[Block], enough: int) -> Names | None:
    """The names of the shape that has most of them, at least `enough`, or None."""
    shapes: dict[str, dict[int, str]] = {}
    heads: dict[int, int] = {}
    for at, block in enumerate(blocks):
        told, parts = block.head
        if told and parts < len(block.parts) and not block.reason:
            heads[at] = parts
            head = "".join(text for _, text in block.parts[:parts])
            shapes.setdefault(f"head {told}", {})[at] = name_in(head)
        else:
            shapes.setdefault(block.shape, {})[at] = name_in(block.words)
    in_lower_case: set[str] | None = None
    best: dict[int, str] = {}
    for shape, contents in sorted(shapes.items(), key=lambda item: -len(item[1]))[:_SHAPES]:
        if len(contents) < max(_ENOUGH, enough, len(best) + 1):
            break
        header = _header_rows(blocks, contents) if shape.startswith("column") else frozenset()
        named = {at: name for at, name in contents.items() if name and at not in header}
        if not _are_few(named):
            continue
        in_lower_case = lower_case_words([b.words for b in blocks]) if in_lower_case is None else in_lower_case
        if _like_names(named, in_lower_case) and _in_turn(blocks, named, heads) and len(named) > len(best):
            best = named
    if len(best) < max(_ENOUGH, enough):
        return None
    heads = {at: parts for at, parts in heads.items() if at in best}
    return Names(best, heads, *_side(blocks, best, heads))


def alone(blocks: Sequence[Block], named: Mapping[int, str]) -> Names:
    """Names with a colon, each in a block of its own."""
    side, reach = _side(blocks, named, {})
    return Names(named, {}, BEFORE, reach if side == BEFORE else {})


def _header_rows(blocks: Sequence[Block], column: Collection[int]) -> frozenset[int]:
    """The cell of a column that is in the first row of its table, if there is one that says what the columns are."""
    first = min(column)
    row = [block for block in blocks if block.row == blocks[first].row]
    short = all(len(block.words.split()) <= 3 and not SENTENCE_END.search(block.words) for block in row)
    once = sum(1 for at in column if blocks[at].words == blocks[first].words) == 1
    return frozenset({first}) if short and once else frozenset()


def _are_few(named: Mapping[int, str]) -> bool:
    """Whether contents are few different ones that repeat."""
    counts = Counter(named.values())
    return len(named) >= _ENOUGH and 2 <= len(counts) <= _DIFFERENT * len(named)


def _like_names(named: Mapping[int, str], in_lower_case: Collection[str]) -> bool:
    counts = Counter(named.values())
    like = 0
    for name in named.values():
        shape = shape_of(name, False) if len(name) <= _LONGEST_NAME else None
        # One word that the text has in lower case too is a name if it comes back.
        like += shape == "name" or (shape is not None and (counts[name] > 1 or name.casefold() not in in_lower_case))
    return like >= _LIKE_NAMES * len(named)


def _in_turn(blocks: Sequence[Block], named: Mapping[int, str], heads: Mapping[int, int]) -> bool:
    """Whether names and words take turns, and the words are sentences."""
    spoken: list[str] = [""]  # between one name and the next
    for at, block in enumerate(blocks):
        if at in named:
            spoken.append("".join(text for _, text in block.parts[heads.get(at, len(block.parts)) :]))
        elif is_words(block):
            spoken[-1] += f" {block.words}"
    between = spoken[1:-1]
    filled = [words for words in between if words.strip()]
    sentences = sum(1 for words in filled if SENTENCE_END.search(words.rstrip()))
    return len(filled) >= _IN_TURN * len(between) and sentences >= _SENTENCES * len(filled)


def _side(blocks: Sequence[Block], named: Mapping[int, str], heads: Collection[int]) -> tuple[str, dict[int, int]]:
    """On which side of their words names stand, and how far each reaches where the page's parts tell."""
    if heads:
        return BEFORE, {}
    first, last = min(named), max(named)
    above, below = _beside(blocks, named)
    depth_above = {at: shared_depth(blocks[at].path, blocks[up].path) for at, up in above.items()}
    depth_below = {at: shared_depth(blocks[at].path, blocks[down].path) for at, down in below.items()}
    both = depth_above.keys() & depth_below.keys()
    closer_above = sum(1 for at in both if depth_above[at] > depth_below[at])
    closer_below = sum(1 for at in both if depth_above[at] < depth_below[at])
    if closer_above and closer_above >= _CLOSER * len(both):
        return BEHIND, depth_above
    if closer_below and closer_below >= _CLOSER * len(both):
        return BEFORE, depth_below
    # Words of another shape than those beside names are no turn that lacks its name.
    shapes_above = {blocks[up].shape for at, up in above.items() if at != first}
    shapes_below = {blocks[down].shape for at, down in below.items() if at != last}
    leads = any(is_words(block) and block.shape in shapes_below for block in blocks[:first])
    trails = any(is_words(block) and block.shape in shapes_above for block in blocks[last + 1 :])
    if leads and not trails:
        return BEHIND, {}
    ends_in_colon = sum(1 for at in named if blocks[at].words.endswith((":", "：")))
    if _STANDS_BEFORE.match(blocks[first].shape) or ends_in_colon * 2 > len(named) or (trails and not leads):
        return BEFORE, {}
    return UNDECIDED, {}


def _beside(blocks: Sequence[Block], named: Collection[int]) -> tuple[dict[int, int], dict[int, int]]:
    """The words right above each name and right below it, where no other name stands between."""
    above: dict[int, int] = {}
    below: dict[int, int] = {}
    words: int | None = None
    name: int | None = None
    for at, block in enumerate(blocks):
        if at in named:
            if words is not None:
                above[at] = words
            words, name = None, at
        elif is_words(block):
            if name is not None:
                below.setdefault(name, at)
            words = at
    return above, below


def is_words(block: Block) -> bool:
    """Whether a block is neither beside the words nor a time or a number alone."""
    return not block.reason and not _TIMES.fullmatch(block.words) and not block.words.rstrip(".").isdigit()


def carries(named: Sequence[str | None]) -> bool:
    """Whether blocks without a name continue the speaker before them: `named` are the labels of the blocks from the
    first that is named to the last.

    Where neighbours repeat a name every block would be named; where one name is all, or no block between names goes on,
    nothing shows that others do.
    """
    labels = [label for label in named if label]
    if len(labels) < _HABITUAL:
        return len(set(labels)) > 1 or len(labels) == len(named)
    pairs = [(a, b) for a, b in itertools.pairwise(named) if a and b]
    repeats = sum(1 for a, b in pairs if a == b)
    return len(set(labels)) > 1 and len(labels) < len(named) and repeats <= _REPEATED * len(pairs)
