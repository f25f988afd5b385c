"""Near misses: the place in a turn that comes closest to a quotation, and how the two differ word by word.

The quotation is aligned as a whole to any stretch of the turn, with the fewest words changed, added or left out
(Sellers, "The theory and computation of evolutionary distances: pattern recognition", 1980).
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from bot.words.folding import Folded, Token, letters_of

SAME, CHANGED, ADDED, LEFT_OUT = "same", "changed", "added", "left out"
_ALIKE = 0.25  # what it costs that two words differ in marks or capitals only; another, missing or added word costs 1


@dataclass(frozen=True)
class Difference:
    """A stretch of a quotation beside what the record has there, each as it is written, "" where it has nothing.

    `op` is "same", "changed", "added" (only the quotation has it) or "left out" (only the record has it).
    """

    op: str
    quoted: str
    recorded: str

    def __str__(self) -> str:
        """What the quotation says as [-this-], what the record says as {+this+}."""
        quoted, recorded = " ".join(self.quoted.split()), " ".join(self.recorded.split())
        if self.op == SAME:
            return recorded
        return " ".join([f"[-{quoted}-]"] * bool(quoted) + [f"{{+{recorded}+}}"] * bool(recorded))


@dataclass(frozen=True)
class Alignment:
    """A quotation laid beside the characters [start:end] of a turn; `similarity` is 1 less the cost for each word."""

    start: int
    end: int
    similarity: float
    differences: tuple[Difference, ...]


def align(quoted: Folded, recorded: Folded) -> Alignment | None:
    """The stretch of a turn that is closest to a quotation; None when they share no word."""
    words = quoted.tokens
    turn = _densest(words, recorded.tokens)
    costs = [[_cost(words, at, other) for other in turn] for at in range(len(words))]
    cost, pairs = _cheapest(costs)
    matched = [b for a, b in pairs if b is not None and (a is None or costs[a][b] < 1)]
    if not matched:
        return None
    reached = [b for _, b in pairs if b is not None]
    differences = tuple(_differences(quoted, recorded, turn, costs, pairs))
    return Alignment(turn[reached[0]].start, turn[reached[-1]].end, 1 - cost / len(words), differences)


def overlap(quoted: Folded, turn: str) -> int:
    """How many words of a quotation a stretch of a folded turn has; cheap, to tell what is worth aligning."""
    wanted = {word.letters for word in quoted.tokens}
    return max(_shared(wanted, letters_of(turn), _width(quoted.tokens)), default=0)


def _shared(wanted: Collection[str], turn: Sequence[str], width: int) -> Iterator[int]:
    """For each word of the turn, how many of the `width` words from there on are wanted."""
    sums = [0, *itertools.accumulate(word in wanted for word in turn)]
    return (sums[min(at + width, len(turn))] - sums[at] for at in range(len(turn)))


def _width(words: Sequence[Token]) -> int:
    return len(words) + len(words) // 2


def _densest(words: Sequence[Token], turn: Sequence[Token]) -> Sequence[Token]:
    """The part of a long turn around the stretch with most of the words: aligning takes words times words."""
    width = _width(words)
    if len(turn) <= 2 * width:
        return turn
    shared = list(_shared({word.letters for word in words}, [word.letters for word in turn], width))
    best = shared.index(max(shared))
    return turn[max(0, best - width) : best + 2 * width]


Pair = tuple[int | None, int | None]
"""Numbers of a word of the quotation and of the word of the turn that stands for it; None where there is none."""


def _cheapest(costs: Sequence[Sequence[float]]) -> tuple[float, list[Pair]]:
    """The cost of the best alignment of all words to any stretch of the turn, and its pairs in order.

    `costs[a][b]` is the cost of word `b` of the turn standing for word `a` of the quotation.
    """
    size = len(costs[0]) if costs else 0
    totals = [[0.0] * (size + 1)]  # words of the turn before the quotation begins cost nothing
    for at, costs_of_word in enumerate(costs):
        above, row = totals[-1], [at + 1.0]
        for b, cost in enumerate(costs_of_word):
            row.append(min(above[b] + cost, above[b + 1] + 1, row[b] + 1))
        totals.append(row)
    a, b = len(costs), min(range(size + 1), key=lambda end: (totals[-1][end], -end))
    total, pairs = totals[a][b], list[Pair]()
    while a:
        if b and totals[a][b] == totals[a - 1][b - 1] + costs[a - 1][b - 1]:
            a, b = a - 1, b - 1
            pairs.append((a, b))
        elif totals[a][b] == totals[a - 1][b] + 1:
            a -= 1
            pairs.append((a, None))
        else:
            b -= 1
            pairs.append((None, b))
    return total, pairs[::-1]


def _cost(words: Sequence[Token], at: int, other: Token) -> float:
    """0 for the same word, with the freedoms that the first and the last word of a quotation have."""
    word, said = words[at].text, other.text
    if at == 0:
        word, said = _decapitalised(word), _decapitalised(said)
    if at == len(words) - 1:
        word = word[:-1] if word[-1] in ",." and len(word) > 1 else word
        said = word if said.startswith(word) and not any(char.isalnum() for char in said[len(word) :]) else said
    if word == said:
        return 0.0
    return _ALIKE if words[at].letters == other.letters else 1.0


def _decapitalised(word: str) -> str:
    """From the first letter on, which is made small: a quotation may begin after a mark."""
    at = next((at for at, char in enumerate(word) if char.isalnum()), 0)
    return word[at : at + 1].lower() + word[at + 1 :]


def _differences(
    quoted: Folded, recorded: Folded, turn: Sequence[Token], costs: Sequence[Sequence[float]], pairs: Sequence[Pair]
) -> Iterator[Difference]:
    """Neighbouring words that are the same, and neighbouring words that are not, together."""

    def same(pair: Pair) -> bool:
        return pair[0] is not None and pair[1] is not None and costs[pair[0]][pair[1]] == 0

    for equal, group in itertools.groupby(pairs, key=same):
        run = list(group)
        left = _written(quoted.original, [quoted.tokens[a] for a, _ in run if a is not None])
        right = _written(recorded.original, [turn[b] for _, b in run if b is not None])
        yield Difference(SAME if equal else CHANGED if left and right else ADDED if left else LEFT_OUT, left, right)


def _written(text: str, words: Sequence[Token]) -> str:
    return text[words[0].start : words[-1].end] if words else ""
