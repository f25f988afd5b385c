"""The locator of JSON: a second way through a file, which knows no shape and shares nothing with the readers.

It walks to the items by their path.  First it takes as words what the likeliest member of each holds, and as speakers
what it, or what is around it, names; then any member that all of them have, and as speakers whichever of the labels of
the transcript stand in the items, in what is around them, or in an object elsewhere that has an id of theirs.
"""

from __future__ import annotations

import bisect
import itertools
import json
import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any

from bot.transcripts.formats.json_locator_names import (
    SAID_BY,
    Located,
    Naming,
    member_of,
    members_of,
    plain_words,
)
from bot.transcripts.formats.text import decode, fold_white
from bot.transcripts.transcript import Place

_SAID_AS = (
    "body",
    "sentence",
    "text",
    "transcript",
    "punctuated_word",
    "word",
    "value",
    "content",
    "raw_text",
    "Content",
    "words",
)
_CALLED = ("name", "display_name", "emailAddress")


def holds(data: bytes, place: Place, text: str, label: str, labels: Collection[str]) -> bool:
    """Whether the file has these words at this place by this speaker.

    Independent of `read`: it walks to the items by their path, takes as words what the likeliest member of each holds
    and as speakers what it, or what is around it, names, and finds the words in what neighbours say; then any member.
    """
    file = _file(data)
    naming = _naming(data, frozenset(labels))
    first, _, last = str(place).partition(" to ")
    items = list(file.items(first, last or first))
    heard = [(naming.of(names, item), words) for item in items for names, words in file.voices(*item) if words.strip()]
    if _said_by(heard, text, label):
        return True
    if _says([words for _, words in heard], text):
        return False  # it is said here, but by somebody else
    told = [(naming.of(frozenset({""}), item), item[0]) for item in items]
    members = dict.fromkeys(
        name for _, value in told[:50] for name, member in members_of(value) if isinstance(member, str)
    )
    return any(
        _said_by([(names, words) for names, value in told if (words := member_of(value, name)).strip()], text, label)
        for name in members
    )


def _said_by(heard: Sequence[tuple[frozenset[str], str]], text: str, label: str) -> bool:
    """Whether neighbours that are by this speaker say the text together; signs are by whoever spoke before them."""
    named: list[tuple[bool, str]] = []
    for names, words in heard:
        sign = not (names - {""}) and not any(map(str.isalnum, words)) and bool(named)
        named.append((named[-1][0] if sign else label in names, words))
    runs = itertools.groupby(named, key=lambda voice: voice[0])
    return any(is_theirs and _says([words for _, words in run], text) for is_theirs, run in runs)


@lru_cache(maxsize=2)  # many quotes of one file are checked in a row
def _file(data: bytes) -> _File:
    text = decode(data).lstrip("\ufeff")
    try:
        return _File(json.loads(text, strict=False))
    except json.JSONDecodeError:
        return _File(_several(text))


@lru_cache(maxsize=2)
def _naming(data: bytes, labels: frozenset[str]) -> Naming:
    return Naming(_file(data).root, labels)


def _several(text: str) -> list[Any]:
    """The values of a file that has one after another."""
    decoder, values, at = json.JSONDecoder(strict=False), [], 0
    while at < len(text):
        if text[at].isspace() or text[at] == "\x1e":
            at += 1
        else:
            value, at = decoder.raw_decode(text, at)
            values.append(value)
    return values


def _says(texts: Sequence[str], wanted: str) -> bool:
    """Whether neighbouring items say these words: letter for letter, and white space where an item has it within, or
    between two items, where it is free to stand or not."""
    inside: list[int] = []  # how many letters stand before each white space within an item
    between = {0}
    letters: list[str] = []
    length = 0
    for text in texts:
        for at, word in enumerate(text.split()):
            inside += [length] if at else []
            letters.append(word)
            length += len(word)
        between.add(length)
    said, words = "".join(letters), wanted.split()
    gaps = list(itertools.accumulate(map(len, words)))[:-1]
    at = said.find("".join(words))
    while at >= 0:
        end = at + sum(map(len, words))
        here = {space - at for space in inside[bisect.bisect_right(inside, at) : bisect.bisect_left(inside, end)]}
        if here <= set(gaps) and all(gap in here or at + gap in between for gap in gaps):
            return True
        at = said.find("".join(words), at + 1)
    return False


class _File:
    """A parsed file, and who is who in it."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.names: dict[str, set[str]] = {}
        self.at_time: dict[str, Any] = {}
        self.of_changes: set[int] = set()
        stack = [root]
        while stack:
            value = stack.pop()
            if isinstance(value, dict):
                self._note(value)
                stack += value.values()
            elif isinstance(value, list):
                stack += value
                self.of_changes |= {id(value)} if _of_changes(value) else set()

    def _note(self, value: dict[str, Any]) -> None:
        """Remember who an object says somebody is, or who speaks at a time."""
        called = next((value[key] for key in _CALLED if isinstance(value.get(key), str) and value[key].strip()), None)
        for key in ("id", *SAID_BY):
            number = value.get(key)
            if called and isinstance(number, str | int):
                self.names.setdefault(str(number), set()).add(fold_white(plain_words(called)))
        if "speaker_label" in value and value.get("start_time"):
            self.at_time[str(value["start_time"])] = value["speaker_label"]

    def items(self, first: str, last: str) -> Iterator[Located]:
        """All items between two, in the order of the file: (value, what is around it from the inside, its numbers, the
        steps that lead to it)."""
        begin, end = _steps_to(self.root, first), _steps_to(self.root, last)
        if begin is None or end is None or len(begin) != len(end):
            return
        # (value, what is around it, its steps, whether it is at the edge of the range)
        stack: list[tuple[Any, list[Any], list[str | int], bool, bool]] = [(self.root, [], [], True, True)]
        while stack:
            value, around, steps, low, high = stack.pop()
            at = len(steps)
            if at < len(begin) and not isinstance(value, list if isinstance(begin[at], int) else dict):
                continue
            if at == len(begin):
                yield value, around, [step for step in steps if isinstance(step, int)], steps
                continue
            inside: Sequence[str | int]
            if isinstance(value, list):
                inside = range(len(value))
                lowest, highest = begin[at] if low else 0, end[at] if high else len(value) - 1
            elif begin[at] == end[at]:
                inside = [begin[at]] if begin[at] in value else []
                lowest, highest = 0, len(inside) - 1
            else:
                inside = list(value)
                lowest = inside.index(begin[at]) if low else 0
                highest = inside.index(end[at]) if high else len(inside) - 1
            if isinstance(lowest, int) and isinstance(highest, int):
                stack += [
                    (
                        value[inside[n]],
                        [value, *around],
                        [*steps, inside[n]],
                        low and n == lowest,
                        high and n == highest,
                    )
                    for n in range(min(highest, len(inside) - 1), lowest - 1, -1)
                ]

    def voices(
        self, value: Any, around: Sequence[Any], numbers: Sequence[int], steps: Sequence[str | int]
    ) -> Iterator[tuple[frozenset[str], str]]:
        """(the names that a speaker goes by, words) of an item; several where its words name several speakers."""
        if isinstance(value, str) and isinstance(around[0], list):
            return  # the items of lists are objects
        names = self._speakers(value, around, numbers)
        words = value.get("words") if isinstance(value, dict) else None
        parts = [word for word in words if isinstance(word, dict) and _words(word)] if isinstance(words, list) else []
        whole = _words(value)
        same = "".join(whole.split()) == "".join("".join(map(_words, parts)).split())
        nearly = not same and bool(spelt := _letters(whole)) and spelt == _letters("".join(map(_words, parts)))
        if nearly:
            parts = [word for word in parts if _letters(_words(word))]
        named = [
            self._speakers({"channel": value.get("channel"), **word}, around, numbers)
            if self._called(word.get("speaker"))
            else None
            for word in parts
        ]
        if not parts or (whole and not same and not nearly) or all(own in (None, names) for own in named):
            yield names, whole or "".join(f" {_words(word)}" for word in parts)
            return
        said = list(map(_words, parts))
        for part, own in zip(_shares(whole, [len(_letters(p)) for p in said]) if nearly else said, named, strict=True):
            names = own or names
            yield names, part

    def _speakers(self, value: Any, around: Sequence[Any], numbers: Sequence[int]) -> frozenset[str]:
        owners = [owner for owner in (value, *around) if isinstance(owner, dict)]
        owner = next((owner for owner in owners if any(key in owner for key in SAID_BY)), None)
        names: set[str] = set()
        for key in SAID_BY:
            if owner is not None and key in owner:
                called = self._called(owner[key])
                # Where names are given, though null, a number is only what a name is looked up by.
                names |= called - {str(owner[key])} if key == "speaker_id" and "speaker_name" in owner else called
        if not names:
            names = self._by_time(value, around, numbers) or self._carried(value, around, numbers) or {""}
        number = value.get("channel") if isinstance(value, dict) else None
        if number is None and any(owner.get("channels") is part for owner in owners for part in around):
            number = numbers[0]
        if number is not None:
            names |= {f"channel {number}, speaker {name}" if name else f"channel {number}" for name in names}
        return frozenset(names)

    def _called(self, value: Any) -> set[str]:
        """All names of a speaker that an item names by a name, a number or an object."""
        if isinstance(value, dict):
            named = [value.get(key) for key in (*_CALLED, "label", "id")]
            return set().union(*(self._called(name) for name in named if isinstance(name, str | int)))
        if value is None or isinstance(value, bool | list):
            return set()
        own = fold_white(plain_words(str(int(value) if isinstance(value, float) and value.is_integer() else value)))
        return ({own} | self.names.get(str(value), set())) - {""}

    def _by_time(self, value: Any, around: Sequence[Any], numbers: Sequence[int]) -> set[str]:
        """Who speaks at the time of an item that names nobody; punctuation without a time is by the item before."""
        if not self.at_time or not around or not isinstance(around[0], list):
            return set()
        before = (item for item in reversed(around[0][: numbers[-1] + 1]) if isinstance(item, dict))
        time = next((str(time) for item in before if (time := item.get("start_time"))), "")
        return self._called(self.at_time.get(time))

    def _carried(self, value: Any, around: Sequence[Any], numbers: Sequence[int]) -> set[str]:
        """Who spoke last, in Podcasting 2.0 files that name a speaker only when it changes."""
        if not isinstance(value, dict) or not around or id(around[0]) not in self.of_changes:
            return set()
        before = (item for item in reversed(around[0][: numbers[-1]]) if isinstance(item, dict))
        return next((names for item in before if (names := self._called(item.get("speaker")))), set())


def _of_changes(items: list[Any]) -> bool:
    """Whether a list of segments is of that habit: a third names nobody, and hardly any names who was named before."""
    segments = [item for item in items if isinstance(item, dict) and ("body" in item or "startTime" in item)]
    named = [fold_white(str(item.get("speaker") or "")) for item in segments]
    both = [(a, b) for a, b in itertools.pairwise(named) if a and b]
    return named.count("") * 3 >= len(items) > 0 and len([1 for a, b in both if a == b]) * 10 <= len(both)


def _words(value: Any) -> str:
    """What an item says: itself, or its likeliest member, or that of its first alternative."""
    if isinstance(value, str):
        return plain_words(value)
    if not isinstance(value, dict):
        return ""
    for key in _SAID_AS:
        if isinstance(value.get(key), str) and value[key].strip():
            return plain_words(value[key])
    best = value.get("alternatives")
    return _words(best[0]) if isinstance(best, list) and best and isinstance(best[0], dict) else ""


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _shares(text: str, counts: Sequence[int]) -> list[str]:
    """A text cut into words of so many letters and digits; what follows one, up to the last white space, is its own."""
    shares: list[str] = []
    begin = 0
    for count in counts:
        end = begin
        while count:
            count -= text[end].isalnum()
            end += 1
        following = end
        while following < len(text) and not text[following].isalnum():
            following += 1
        signs = re.split(r"\s", text[end:following])
        cut = following - len(signs[-1]) if len(signs) > 1 else following
        shares.append(text[begin:cut])
        begin = cut
    return [*shares[:-1], shares[-1] + text[begin:]]


def _steps_to(root: Any, path: str) -> list[str | int] | None:
    """The keys and numbers that a path consists of; keys may have any signs in them."""
    stack: list[tuple[Any, str, list[str | int]]] = [(root, path, [])]
    while stack:
        value, rest, steps = stack.pop()
        if not rest:
            return steps
        if isinstance(value, list):
            if (number := re.match(r"\[(\d+)\]", rest)) and int(number[1]) < len(value):
                step = int(number[1])
                stack.append((value[step], rest[number.end() :], [*steps, step]))
        elif isinstance(value, dict):
            rest = rest.removeprefix(".") if steps else rest
            keys = [rest[:end] for end in range(1, len(rest) + 1) if end == len(rest) or rest[end] in ".["]
            stack += [(value[key], rest[len(key) :], [*steps, key]) for key in keys if key in value]
    return None


# ---- Who an item names, whatever the member
