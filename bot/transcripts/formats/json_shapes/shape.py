"""What a shape is and what it gives, and the values of a JSON file as shapes look at them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.transcripts.formats.text import fold_white, parse_time

ALTERNATIVES = frozenset(("alternatives", "nbest", "hypotheses"))
"""Lists (their keys in small letters) of what may have been said: the first is read, the others are not."""


@dataclass(frozen=True)
class Said:
    """What one speaker says in one item of a file.

    `place` is the item ("segments[12]"), `field` the texts that were read, whatever the item ("segments[].text").
    `label` is "" where nobody is named; times are seconds.  `close` joins the text to that before it as it stands,
    with no space between.  `undivided`: its words name other speakers, but are not those of its text.  `turn` parts
    turns of one label where the file marks a change of speaker; `carried` counts the items from the one that names the
    speaker to this one; `doubt` says why it may be somebody else who speaks.
    """

    place: str
    field: str
    text: str
    label: str = ""
    start: float | None = None
    end: float | None = None
    close: bool = False
    undivided: bool = False
    turn: int = 0
    carried: int = 0
    doubt: str = ""


@dataclass(frozen=True)
class Found:
    """What a shape found in a file.  See `bot.transcripts.transcript.Contents`."""

    said: Sequence[Said]
    title: str | None = None
    date: str | None = None
    language: str | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shape:
    key: str
    name: str
    find: Callable[[Node], Found | None]


class Node:
    """A value of the file and the path to it.  What is missing or of another type is an empty node.

    `kind` is the path without the numbers of items, but for those of alternatives, which are not read alike.
    """

    __slots__ = ("kind", "path", "value")

    def __init__(self, value: Any, path: str = "", kind: str = "") -> None:
        self.value = value
        self.path = path
        self.kind = kind

    def __getitem__(self, key: str) -> Node:
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Node(value, f"{self.path}.{key}" if self.path else key, f"{self.kind}.{key}" if self.kind else key)

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def __iter__(self) -> Iterator[Node]:
        """The items of a list; nothing else has any."""
        if isinstance(self.value, list):
            numbered = self.kind.rpartition(".")[2].casefold() in ALTERNATIVES
            for at, value in enumerate(self.value):
                yield Node(value, f"{self.path}[{at}]", f"{self.kind}[{at}]" if numbered else f"{self.kind}[]")

    def first(self) -> Node:
        return next(iter(self), Node(None, f"{self.path}[0]"))

    def any_has(self, *keys: str) -> bool:
        """Whether some item of this list is an object with one of these keys."""
        items = self.value if isinstance(self.value, list) else []
        return any(isinstance(item, dict) and any(key in item for key in keys) for item in items)

    def text(self, *keys: str) -> str:
        """The value of the first of these keys that is a string with words, else ""."""
        return self._text(keys)[1]

    def said(self, *keys: str, label: str = "", start: float | None = None, end: float | None = None) -> Said:
        """The first of these keys that is a string with words, as said in this item."""
        key, text = self._text(keys)
        return Said(self.path, f"{self.kind}.{key}", text, label, start, end)

    def _text(self, keys: Sequence[str]) -> tuple[str, str]:
        for key in keys:
            value = self.value.get(key) if isinstance(self.value, dict) else None
            if isinstance(value, str) and value.strip():
                return key, value
        return keys[0], ""

    def label(self, *keys: str) -> str:
        """The first of these keys that names somebody: a string, a number, or an object with a name."""
        value = self.value if isinstance(self.value, dict) else {}
        return next((label for key in keys if key in value and (label := label_of(value[key]))), "")

    def seconds(self, *keys: str, unit: float = 1.0) -> float | None:
        """The first of these keys that is a time."""
        value = self.value if isinstance(self.value, dict) else {}
        return next((time for key in keys if key in value and (time := seconds_of(value[key], unit)) is not None), None)


def label_of(value: Any) -> str:
    """What a value calls a speaker: "" for nobody."""
    if isinstance(value, dict):
        return next(
            (label for key in ("name", "display_name", "label", "id") if (label := label_of(value.get(key)))), ""
        )
    if isinstance(value, str):
        return fold_white(value)
    if isinstance(value, float):
        return str(int(value)) if abs(value) < 1e15 and value == int(value) else ""  # 0.0, as table programs write 0
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


_CLOCK = re.compile(r"\d{1,9}(?::\d{1,2}){0,2}(?:[.,]\d{0,12})?s?")
_LONGEST = 1e7  # seconds, a hundred days: beyond it a number is no time in a recording


def seconds_of(value: Any, unit: float = 1.0) -> float | None:
    """Seconds of a number of `unit` seconds, or of a string ("0.49", "00:00:01,000"); None for anything else."""
    if isinstance(value, str) and _CLOCK.fullmatch(value.strip()):
        clock = value.strip().rstrip("s")
        value = parse_time(clock) / unit if ":" in clock else float(clock.replace(",", "."))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not abs(value) < _LONGEST / unit:  # nor NaN
        return None
    # 1234 ms are 1.234 s, not 1.2340000000000002.
    return round(max(value * unit, 0.0), 6) if unit != 1.0 else max(float(value), 0.0)


def segment(item: Node, unit: float = 1.0) -> Said:
    """{start, end, text, speaker}, as many services write it."""
    return item.said(
        "text",
        label=item.label("speaker"),
        start=item.seconds("start", unit=unit),
        end=item.seconds("end", unit=unit),
    )
