"""What the encoder is trained on, in the file between `eval.training.pairs`, which makes it, and `eval.training.train`.

Needs the standard library alone: a machine with an accelerator then needs no more than sentence-transformers.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

RECIPE = Path(__file__).parent / "recipe.toml"
WINDOW = 3  # chunks, as `bot.config.Chunking` has them


@dataclass(frozen=True)
class Pair:
    """`query` asks for chunks [first, last] of its episode, without characters [start, end) of the first's text.

    `others` are chunks that answer it too, so that none of them is taken for a wrong one; `rivals` those
    whose words are nearest to the query's (TF-IDF), the nearest first.
    """

    kind: str
    query: str
    first: int
    last: int
    start: int = 0
    end: int = 0
    others: tuple[int, ...] = ()
    rivals: tuple[int, ...] = ()

    @property
    def is_window(self) -> bool:
        return self.last > self.first

    @property
    def right(self) -> frozenset[int]:
        """The chunks that must not be taken for wrong ones: what is asked for, and what was said to ask for it."""
        # A reply's question is the nearest of all to itself, and no answer.
        asks = {self.first - 1} if self.kind.startswith("reply") else set()
        return frozenset({*range(self.first, self.last + 1), *self.others, *asks})


@dataclass(frozen=True)
class Episode:
    """The chunks of a transcript in order, its windows as [first, last] of chunks, and the pairs made of it."""

    name: str
    held_out: bool
    chunks: tuple[str, ...]
    windows: tuple[tuple[int, int], ...]
    pairs: tuple[Pair, ...]

    def text(self, pair: Pair) -> str:
        """What a pair's query asks for."""
        first = self.chunks[pair.first]
        parts = [f"{first[: pair.start]}{first[pair.end :]}".strip(), *self.chunks[pair.first + 1 : pair.last + 1]]
        return " ".join(part for part in parts if part)

    def window(self, number: int) -> str:
        """The text of a window."""
        first, last = self.windows[number]
        return " ".join(self.chunks[first : last + 1])

    def from_chunk(self, row: int) -> str:
        """The text of as many chunks from this one on as a window has."""
        return " ".join(self.chunks[row : row + WINDOW])

    def only(self, pairs: Sequence[Pair]) -> Episode:
        """The same episode with these pairs."""
        return replace(self, pairs=tuple(pairs))


def write(episodes: Iterable[Episode], path: Path) -> None:
    """Episodes to a compressed file, a line an episode."""
    part = path.with_suffix(".part")
    with lzma.open(part, "wt", encoding="utf-8", preset=6) as out:
        for episode in episodes:
            out.write(json.dumps(asdict(episode), ensure_ascii=False) + "\n")
    part.replace(path)


def read(path: Path) -> list[Episode]:
    """The episodes that `write` wrote."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [_episode(json.loads(line)) for line in lines]


def _episode(data: dict[str, Any]) -> Episode:
    pairs = [
        Pair(**{**pair, "others": tuple(pair["others"]), "rivals": tuple(pair["rivals"])}) for pair in data["pairs"]
    ]
    windows = tuple((first, last) for first, last in data["windows"])
    return Episode(data["name"], data["held_out"], tuple(data["chunks"]), windows, tuple(pairs))
