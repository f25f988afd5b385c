"""The records of any JSON file, whatever it calls them, and the members that all records of one kind have.

A record is an object in a list, a list in a list, an entry of a map from ids, or one row of columns that stand beside
each other.  Records at the same path, whatever their numbers, are of one kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.transcripts.formats.json_shapes.shape import ALTERNATIVES

Scalar = str | int | float | bool | None

KEY = "{}"
"""The member that stands for the key of an entry in a map."""

UP = "^"
"""Before a member of the record around a record; twice, of the one around that."""

_PEOPLE = frozenset("speakers users participants people persons voices".split())  # a list of the one who speaks
_DEEP = 3  # objects within a record whose members are the record's
_VOICES = re.compile(
    r"(?i)(?:agent|customer|caller|callee|client|host|guest|left|right|mic(?:rophone)?|system|user|assistant|"
    r"interview(?:er|ee)|(?:speaker|spk|channel|ch|track)[ _-]?\d+)$|\w+ \w+$"
)


@dataclass(slots=True, eq=False)
class Record:
    """`path` is its place in the file, `kind` the path of all of its kind, `field` that path as a survey of the texts
    of the file has it.  `up` is the record around it; `row` its number where it is a row of columns."""

    path: str
    kind: str
    field: str
    value: dict[str, Any]
    up: Record | None = None
    key: str = ""
    row: int | None = None
    bare: bool = False  # a list, whose members are numbered
    flat: dict[str, Scalar] | None = None

    def members(self) -> dict[str, Scalar]:
        """All members that are no lists or objects, by path; those of objects within it too."""
        if self.flat is None:
            self.flat = {KEY: self.key} if self.key else {}
            self.flat.update(_flatten(self.value, "", 0))
        return self.flat

    def place_of(self, member: str) -> tuple[str, str]:
        """The place of what a member says, and its field."""
        if self.row is not None:
            path = f"{self.path}.{member}" if self.path else member
            return f"{path}[{self.row}]", f"{self.field}.{member}[]" if self.field else f"{member}[]"
        return self.path, f"{self.field}[]" if self.bare else f"{self.field}.{member}"


def _flatten(value: dict[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, Scalar]]:
    for key, member in value.items():
        if isinstance(member, dict):
            if depth < _DEEP:
                yield from _flatten(member, f"{prefix}{key}.", depth + 1)
        elif not isinstance(member, list):
            yield f"{prefix}{key}", member
        elif (member and key.casefold() in ALTERNATIVES and isinstance(member[0], dict)) or (
            len(member) == 1 and isinstance(member[0], dict) and key.casefold() in _PEOPLE
        ):
            yield from _flatten(member[0], f"{prefix}{key}[0].", depth + 1)
        elif member and all(isinstance(text, str) for text in member):
            yield f"{prefix}{key}[]", " ".join(member)


@dataclass(slots=True)
class Survey:
    """The records of a file by kind, and what may tell names: maps from texts to texts and lists of texts, by key."""

    kinds: dict[str, list[Record]]
    maps: list[tuple[str, dict[str, str]]]
    lists: list[tuple[str, list[str]]]


_LONG = 500  # people whom a table of names may have


def survey(root: Any, skipped: Any = None, longest: int | None = None) -> Survey:
    """All records of a file, but not those in the list `skipped` nor in lists longer than `longest`.

    Without recursion: a file may be nested deeply.
    """
    found = Survey({}, [], [])
    # (value, its path, kind and field, the record around it, its key)
    stack: list[tuple[Any, str, str, str, Record | None, str]] = [(root, "", "", "", None, "")]
    while stack:
        value, path, kind, texts, up, key = stack.pop()
        if isinstance(value, dict):
            if rows := _columns(value, path, kind, texts, up):
                found.kinds.setdefault(rows[0].kind, []).extend(rows)
                continue
            if 0 < len(value) <= _LONG and all(isinstance(member, str) for member in value.values()):
                found.maps.append((key, value))
            inside = []
            is_map = _is_map(value)
            for name, member in value.items():
                if not isinstance(member, dict | list) or not member:
                    continue
                at = f"{path}.{name}" if path else name
                of = f"{kind}.{KEY if is_map else name}" if kind else KEY if is_map else name
                fields = f"{texts}.{name}" if texts else name
                around = up
                if is_map:
                    around = Record(at, of, fields, member if isinstance(member, dict) else {}, up, name)
                    found.kinds.setdefault(of, []).append(around)
                inside.append((member, at, of, fields, around, name))
            stack += reversed(inside)
        elif value is not skipped and (longest is None or len(value) <= longest):
            if value and isinstance(value[0], str) and len(value) <= _LONG:
                found.lists += [(key, value)] if all(isinstance(item, str) for item in value) else []
            stack += reversed(_items(value, (path, kind, texts), up, key, found.kinds))
    return found


def _items(
    value: list[Any], at: tuple[str, str, str], up: Record | None, key: str, kinds: dict[str, list[Record]]
) -> list[tuple[Any, str, str, str, Record | None, str]]:
    """Add the records of a list to `kinds`, and give what is to be looked at within them."""
    path, kind, texts = at
    if key.casefold() in ALTERNATIVES:  # they are members of the record around them; the first one is
        return [(value[0], f"{path}[0]", f"{kind}[0]", f"{texts}[0]", up, "")] if isinstance(value[0], dict) else []
    inside: list[tuple[Any, str, str, str, Record | None, str]] = []
    for number, item in enumerate(value):
        place = f"{path}[{number}]"
        if isinstance(item, dict):
            record = Record(place, f"{kind}[]", f"{texts}[]", item, up)
        elif isinstance(item, list) and len(item) > 1 and not any(isinstance(part, dict | list) for part in item):
            numbered = {f"[{at}]": part for at, part in enumerate(item)}
            record = Record(place, f"{kind}[]", f"{texts}[]", numbered, up, bare=True)
        else:
            if isinstance(item, list) and item:
                inside.append((item, place, f"{kind}[]", f"{texts}[]", up, ""))
            continue
        kinds.setdefault(record.kind, []).append(record)
        if not record.bare:
            inside.append((item, place, record.kind, record.field, record, ""))
    return inside


def _is_map(value: dict[str, Any]) -> bool:
    """Whether the keys are ids: of objects that have the same members, or voices, each with its list of records."""
    if len(value) < 2:
        return False
    members = list(value.values())
    if all(isinstance(member, dict) for member in members):
        return bool(set(members[0]).intersection(*members[1:]))
    return all(_VOICES.match(name) for name in value) and all(
        isinstance(member, list) and member and isinstance(member[0], dict) for member in members
    )


def _columns(value: dict[str, Any], path: str, kind: str, texts: str, up: Record | None) -> list[Record]:
    """The rows of an object that holds columns of one length; none where it does not."""
    columns = {
        name: column
        for name, column in value.items()
        if isinstance(column, list) and len(column) > 1 and not any(isinstance(cell, dict | list) for cell in column)
    }
    if len(columns) < 2 or len({len(column) for column in columns.values()}) != 1:
        return []
    if not any(isinstance(cell, str) and " " in cell for column in columns.values() for cell in column):
        return []
    rows = zip(*columns.values(), strict=True)
    return [
        Record(path, f"{kind}(columns)", texts, dict(zip(columns, row, strict=True)), up, row=number)
        for number, row in enumerate(rows)
    ]


@dataclass(slots=True)
class Column:
    """The values of one member, of the records (by number) that have it."""

    at: list[int]
    values: list[Any]


def columns_of(records: Sequence[Record]) -> dict[str, Column]:
    """All members of records, and of those around them, by path."""
    columns: dict[str, Column] = {}
    for number, record in enumerate(records):
        prefix, owner = "", record
        while owner is not None:
            for member, value in owner.members().items():
                column = columns.setdefault(prefix + member, Column([], []))
                column.at.append(number)
                column.values.append(value)
            prefix, up = prefix + UP, owner.up
            if up is None:
                break
            owner = up
    return columns
