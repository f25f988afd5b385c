"""Texts to words, and the words of a truth found again among the words of a reading.

A word is what stands between white space or brackets, in lower case and without punctuation at its edges; in scripts
that put no space between words each character is one.  Punctuation alone is no word.

`align` keeps order, in four steps, each exact:

1. Every block of the truth is looked for as a whole, word by word, everywhere in the reading.
2. Of all the places found, the chain is taken that goes forward in both and holds the most words.  So a short block
   ("Yes.") that was dropped does not take the place of the next one like it, and drag everything behind it along.
3. What lies between two links of the chain (a block torn by a heading, or of which a sentence is missing) is aligned
   by the longest common subsequence of its words.  Of a block that is found so by less than half, only runs of three
   words and more count: single words meet by chance.
4. A block of three words and more of which nothing is found yet is looked for among the words that are left, since a
   reading may put overlapping captions in another order than the file.

No word of the reading is given to two words of the truth.  Words of the reading that are given to none are not speech.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

RUN = 3
"""So many words in a row meet for a reason; fewer do only within a block that is found by half."""

_DIRECT = 1 << 22  # cells of a table of which all rows are kept

# Chinese characters and Japanese kana: written without spaces between words.
_UNSPACED = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")
_BRACKETS = str.maketrans(dict.fromkeys("()[]{}<>", " "))  # "done.(1)": a note's number sticks to the word
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def words_of(text: str) -> list[str]:
    """The words of a text, folded."""
    spaced = _UNSPACED.sub(r" \1 ", unicodedata.normalize("NFC", text).casefold().translate(_BRACKETS))
    return [word for word in (_EDGES.sub("", token) for token in spaced.split()) if word]


def align(blocks: Sequence[Sequence[str]], read: Sequence[str]) -> list[list[int | None]]:
    """For each word of each block its index in `read`, or None where it is not there."""
    found: list[list[int | None]] = [[None] * len(block) for block in blocks]
    places: dict[str, list[int]] = defaultdict(list)
    for at, word in enumerate(read):
        places[word].append(at)
    chain = _chain(blocks, read, places)
    for block, start in chain:
        found[block] = list(range(start, start + len(blocks[block])))
    for first, last, begin, end in _gaps(chain, blocks, len(read)):
        _fill(blocks[first:last], read[begin:end], begin, found[first:last])
    used = {index for indexes in found for index in indexes if index is not None}
    for block, words in enumerate(blocks):
        if len(words) >= RUN and all(index is None for index in found[block]):
            for start in _occurrences(words, read, places):
                place = range(start, start + len(words))
                if used.isdisjoint(place):
                    found[block] = list(place)
                    used.update(place)
                    break
    return found


# --- whole blocks ------------------------------------------------------------------------------------------------


def _occurrences(block: Sequence[str], read: Sequence[str], places: Mapping[str, Sequence[int]]) -> list[int]:
    """Where the whole block stands in the reading: around each place of its rarest word."""
    if not block:
        return []
    rarest = min(range(len(block)), key=lambda at: len(places.get(block[at], ())))
    starts = [place - rarest for place in places.get(block[rarest], ()) if place >= rarest]
    wanted = list(block)
    return [start for start in starts if list(read[start : start + len(wanted)]) == wanted]


def _chain(
    blocks: Sequence[Sequence[str]], read: Sequence[str], places: Mapping[str, Sequence[int]]
) -> list[tuple[int, int]]:
    """(block, start): whole blocks in the order of both sides, as many words as there can be.

    The best chain up to each end in the reading is kept in a Fenwick tree of maxima.
    """
    links: list[tuple[int, int, int]] = []  # block, start, the link before it or -1
    best: list[tuple[int, int]] = [(0, -1)] * (len(read) + 1)  # words so far, last link
    for number, block in enumerate(blocks):
        news = []
        for start in _occurrences(block, read, places):
            words, before = _best_up_to(best, start)
            news.append((start + len(block), words + len(block), len(links)))
            links.append((number, start, before))
        for end, words, link in news:  # after all questions: a block is in the chain once
            while end < len(best):
                if words > best[end][0]:
                    best[end] = (words, link)
                end += end & -end
    chain, link = [], _best_up_to(best, len(read))[1]
    while link >= 0:
        number, start, link = links[link]
        chain.append((number, start))
    return chain[::-1]


def _best_up_to(best: Sequence[tuple[int, int]], end: int) -> tuple[int, int]:
    found = (0, -1)
    while end > 0:
        if best[end][0] > found[0]:
            found = best[end]
        end -= end & -end
    return found


def _gaps(
    chain: Sequence[tuple[int, int]], blocks: Sequence[Sequence[str]], length: int
) -> Iterator[tuple[int, int, int, int]]:
    """(first block, last + 1, first word read, last + 1) of what lies between the links of a chain, on both sides."""
    block, word = 0, 0
    for number, start in [*chain, (len(blocks), length)]:
        if block < number and word < start:
            yield block, number, word, start
        if number < len(blocks):
            block, word = number + 1, start + len(blocks[number])


# --- torn blocks -------------------------------------------------------------------------------------------------


def _fill(blocks: Sequence[Sequence[str]], read: Sequence[str], begin: int, found: list[list[int | None]]) -> None:
    """Find what there is of these blocks among these words, which begin at `begin`."""
    owners = [(number, at) for number, block in enumerate(blocks) for at in range(len(block))]
    for wanted, place in common([word for block in blocks for word in block], read):
        number, at = owners[wanted]
        found[number][at] = begin + place
    for indexes in found:
        if 2 * sum(index is not None for index in indexes) < len(indexes):
            _keep_runs(indexes)


def _keep_runs(indexes: list[int | None]) -> None:
    """Take out what is no run of at least RUN words."""
    start = 0
    for at in range(1, len(indexes) + 1):
        before, here = indexes[at - 1], indexes[at] if at < len(indexes) else None
        if before is None or here != before + 1:
            if at - start < RUN:
                indexes[start:at] = [None] * (at - start)
            start = at


def common(first: Sequence[str], second: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs of indexes of a longest common subsequence.

    Halved until a part is small enough to keep its table (Hirschberg 1975); a row of the table is one integer, in
    which a zero bit marks where the length grows (Hyyrö 2004), so a word costs one addition.
    """
    if not first or not second:
        return []
    if len(first) * len(second) <= _DIRECT or len(first) == 1:
        return _traced(first, second)
    half = len(first) // 2
    before = _lengths(first[:half], second)
    behind = _lengths(first[half:][::-1], second[::-1])[::-1]
    cut = max(range(len(second) + 1), key=lambda at: before[at] + behind[at])
    left = common(first[:half], second[:cut])
    return left + [(half + a, cut + b) for a, b in common(first[half:], second[cut:])]


def _rows(first: Sequence[str], second: Sequence[str]) -> Iterator[int]:
    places: dict[str, int] = defaultdict(int)
    for at, word in enumerate(second):
        places[word] |= 1 << at
    full = (1 << len(second)) - 1
    row = full
    for word in first:
        matches = row & places.get(word, 0)
        row = (row + matches | row - matches) & full
        yield row


def _lengths(first: Sequence[str], second: Sequence[str]) -> list[int]:
    """The length of the longest common subsequence of all of `first` and each beginning of `second`."""
    row = 0
    for row in _rows(first, second):  # noqa: B007 - the last one is wanted
        pass
    lengths = [0]
    for bit in reversed(f"{row:0{len(second)}b}"):
        lengths.append(lengths[-1] + (bit == "0"))
    return lengths


def _traced(first: Sequence[str], second: Sequence[str]) -> list[tuple[int, int]]:
    rows = list(_rows(first, second))
    pairs, row, column = [], len(first), len(second)
    while row and column:
        if rows[row - 1] >> column - 1 & 1:
            column -= 1
            continue
        row -= 1
        if not row or rows[row - 1] >> column - 1 & 1:
            column -= 1
            pairs.append((row, column))
    return pairs[::-1]
