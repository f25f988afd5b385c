"""Whom the items of a JSON file name, for its locator: in themselves, in what is around them, or by an id elsewhere.

Like `json_locator` it knows no shape and shares nothing with the readers.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from bot.transcripts.formats.text import fold_white

SAID_BY = (
    "speaker_info",
    "speaker_name",
    "speaker",
    "speaker_label",
    "speakerId",
    "speaker_id",
    "channel_label",
    "ParticipantRole",
)
Located = tuple[Any, list[Any], list[int], list[str | int]]
"""A value, the lists around it, where it stands in them, and the steps that lead to it."""


def plain_words(text: str) -> str:
    """A string as text: what could not be written to a file, and controls, are U+FFFD."""
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return "".join(c if c >= " " or c in "\t\n\r\x0b\x0c\x1b" else "\ufffd" for c in text).translate(
        {0x7F: 0xFFFD, 0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD}
    )


def members_of(value: Any, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The texts and numbers of an item by path: its own, those of objects in it and of the first object in a list."""
    if isinstance(value, dict):
        members: Iterator[tuple[Any, Any]] = iter(value.items())
    elif isinstance(value, list) and not depth:
        members = iter(enumerate(value))
    else:
        members = iter([("", value)])
    for key, member in members:
        if isinstance(member, dict):
            if depth < 4:
                yield from members_of(member, f"{prefix}{key}.", depth + 1)
        elif isinstance(member, list):
            if member and isinstance(member[0], dict) and depth < 4 and (len(member) == 1 or "confidence" in member[0]):
                yield from members_of(member[0], f"{prefix}{key}.", depth + 1)
            elif member and all(isinstance(part, str) for part in member):
                yield f"{prefix}{key}", plain_words(" ".join(member))
        elif isinstance(member, str):
            yield f"{prefix}{key}", plain_words(member)
        elif member is not None and not isinstance(member, bool):
            yield f"{prefix}{key}", member


def member_of(value: Any, name: str) -> str:
    return next((member for key, member in members_of(value) if key == name and isinstance(member, str)), "")


def called_as(value: Any) -> str:
    return fold_white(str(int(value) if isinstance(value, float) and value.is_integer() else value))


_START = frozenset("start begin begins offset from time timestamp ts t at beginn von anfang".split())
_END = frozenset("end stop to duration dauer ende bis finish".split())
_SPEAKS = re.compile(
    r"(?i)speak|spk|sprech|name|participant|attendee|member|person|who|user|author|voice|sender|talker"
)


def _is_any(name: str, words: frozenset[str]) -> bool:
    """Whether one of these words stands in the last step of a name: startTime, end_ms."""
    return not words.isdisjoint(part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name.split(".")[-1]))


def _is_id(name: str, text: str) -> bool:
    is_time = _is_any(name, (_START | _END) - {"from", "to"}) and not any(map(str.isalpha, text))
    return len(text) <= 60 and not is_time and "confidence" not in name


class Naming:
    """Which labels of a transcript items name: by texts and numbers in them, or by what an object elsewhere links."""

    def __init__(self, root: Any, labels: frozenset[str]) -> None:
        self.labels = labels - {""}
        self.root = root
        self.habits: dict[int, list[frozenset[str]]] = {}
        self.constant: dict[int, frozenset[str]] = {}
        self.composed = any(label.startswith("channel ") for label in labels)
        self.full = any(" " in label for label in labels)

    @cached_property
    def links(self) -> dict[str, dict[str, set[str]]]:
        """Labels by the ids that stand with them, and by the key of the list that they stand in."""
        self.look()
        return self._links

    @cached_property
    def spans(self) -> list[tuple[float, float, str]]:
        """When somebody speaks, by objects that have no words."""
        self.look()
        return self._spans

    @cached_property
    def listed(self) -> list[list[str]]:
        """The lists of names."""
        self.look()
        return self._listed

    def look(self) -> None:
        """Look through the whole file, once, and only where an item does not name a label itself."""
        if hasattr(self, "_links"):
            return
        self._links: dict[str, dict[str, set[str]]] = {}
        self._strange: set[str] = set()
        self._listed: list[list[str]] = []
        self._spans: list[tuple[float, float, str]] = []
        stack = [(self.root, "", "")]  # (value, its key, the last key around it)
        while stack:
            value, key, table = stack.pop()
            if isinstance(value, dict):
                self._note(value, key, table)
                inside = [(name, member) for name, member in value.items() if isinstance(member, dict | list)]
                entries = value is not self.root and _alike(value)
                stack += [(m, name, table if entries and isinstance(m, dict) else name) for name, m in inside]
            elif isinstance(value, list):
                if value and all(isinstance(item, str) for item in value) and self.labels & set(map(called_as, value)):
                    self._listed.append(value)
                stack += [(item, "", table) for item in value if isinstance(item, dict | list)]

    def _note(self, value: dict[str, Any], key: str, table: str) -> None:
        """Remember the ids of an object that names somebody, and when they speak if it says no words."""
        flat = [(name, member) for name, member in members_of(value) if isinstance(member, str | int | float)]
        members = [(name, called_as(member)) for name, member in flat]
        texts = [text for _, text in members if any(map(str.isalpha, text))][:12]
        few = texts if self.full and len(texts) <= 6 else []
        named = self.labels & {*(f"{a} {b}" for a, b in itertools.permutations(few, 2)), *(text for _, text in members)}
        prose = any(text.count(" ") > 3 for text in texts)
        ids = [text for name, text in members if _is_id(name, text) and (not prose or _SPEAKS.search(name))]
        for number in [*ids, key] if key else ids:
            owners = named - {number} | ({f"{text} ({number})" for text in few} & self.labels)
            if owners:
                self._links.setdefault(number, {}).setdefault(table, set()).update(owners)
        if ids and not named and not prose:
            self._strange.add(table)
        for name, member in value.items():  # a map from ids to names
            if isinstance(member, str) and (called := called_as(member)) in self.labels:
                self._links.setdefault(name, {}).setdefault(table, set()).add(called)
        times = [(name, member) for name, member in flat if not isinstance(member, str)]
        begin = next((time for name, time in times if _is_any(name, _START) and not _is_any(name, _END)), None)
        end = next(((name, time) for name, time in times if _is_any(name, _END)), None)
        if named and begin is not None and end and not prose:
            lasts = re.search(r"(?i)duration|dauer", end[0])
            self._spans.append((begin, begin + end[1] if lasts else end[1], min(named)))

    def of(self, names: frozenset[str], item: Located) -> frozenset[str]:
        """The labels of an item: those of the names that it goes by; else those that it or what is around it names."""
        value, around, _, steps = item
        found = names & self.labels
        if found and self._constant(around[0] if around else None) & {*SAID_BY}:
            found = frozenset()  # a room or an account, which the file says of all
        if found or not self.labels:
            several = len(found) > 1 and self._named(value, around, steps)
            return (several or found or names) if self.labels else names
        if heads := {label for _, text in members_of(value) if isinstance(text, str) for label in self._heads(text)}:
            return frozenset(heads)
        if found := self._named(value, around, steps):
            return found
        # Whether a name carries over to what has none is the reader's to say.
        return self._by_time(value) or frozenset({""}) | self._carried(around, steps)

    def _heads(self, text: str) -> set[str]:
        """The label that stands before the words of a text."""
        head = fold_white(text.partition(":")[0]) if ":" in text else ""
        return {head} & self.labels

    def _named(self, value: Any, around: Sequence[Any], steps: Sequence[str | int]) -> frozenset[str]:
        """What the nearest record names: the item, or what is around it and stands in a list or a map."""
        chain = [value, *around]
        if isinstance(value, str) and len(around) > 1 and (found := self._in(_row(around, steps), around[0])):
            return found
        for up, owner in enumerate(chain[:-1]):
            parent, step = chain[up + 1], steps[len(steps) - 1 - up]
            if not isinstance(owner, dict | list) or not (isinstance(parent, list) or _alike(parent)):
                continue
            if isinstance(step, str) and (found := self._resolve(step, None)):
                return found
            is_record = isinstance(owner, dict) or not any(isinstance(part, dict | list) for part in owner)
            if is_record and (found := self._in(owner, parent)):
                return found
        return frozenset()

    def _in(self, owner: Any, siblings: Any) -> frozenset[str]:
        """The labels that an item names: as they stand in it before those of ids; by a member that says who speaks
        before any other."""
        members = [
            (name, called_as(member)) for name, member in members_of(owner) if isinstance(member, str | int | float)
        ]
        if constant := self._constant(siblings):
            members = [(name, text) for name, text in members if name.split(".")[0] not in constant]
        direct = [(name, text) for name, text in members if text in self.labels]
        texts = [text for _, text in members if len(text) <= 40][:12] if self.composed else []
        composed = {f"channel {a}, speaker {b}" for a, b in itertools.permutations(texts, 2)} & self.labels
        if composed:
            return frozenset(composed)
        ids = [
            (name, label)
            for name, text in members
            if _is_id(name, text)
            and not (name == "id" and self.spans)  # where a list says when somebody speaks, ids are numbers of items
            for label in self._resolve(text, (name, siblings))
        ]
        for found in (direct, ids):
            if found:
                spoken = {label for name, label in found if _SPEAKS.search(name)}
                others = {label for name, label in found if name != "id"}
                return frozenset(spoken or others or {label for _, label in found})
        return frozenset()

    def _resolve(self, text: str, where: tuple[str, Any] | None) -> frozenset[str]:
        """The label that a text is, or that one id has everywhere."""
        if where is None and text in self.labels:
            return frozenset({text})
        linked = self._linked(text, where[0] if where else "")
        apart = {label for label in linked if label.endswith(f"({text})")}
        if linked:
            return frozenset(apart or (linked if len(linked) == 1 else ()))
        if where and text.isdecimal() and self.listed:
            name, siblings = where
            numbers = {called_as(member) for item in siblings for key, member in members_of(item) if key == name}
            at = int(text) - (0 if "0" in numbers else 1)  # counted from 0, or from 1
            return frozenset(names[at] for names in self.listed if 0 <= at < len(names)) & self.labels
        return frozenset()

    def _linked(self, text: str, member: str) -> set[str]:
        """The labels that one id has: where tables differ, in that which is called like the member, else in those that
        have nobody who is no label."""
        tables = self.links.get(text, {})
        every = set().union(*tables.values())
        if len(tables) < 2 or len(every) < 2:
            return every
        stem = member.split(".")[0].lower().removesuffix("id").rstrip("_")
        like = [table for table in tables if stem and table.lower().startswith(stem[: max(3, len(stem) - 1)])]
        full = [table for table in tables if table not in self._strange]
        return set().union(*(tables[table] for table in like or full or tables))

    def _constant(self, siblings: Any) -> frozenset[str]:
        """The members of items in a list that are not who speaks, as another member names several labels: what is the
        same in all items, and what is a label here and something else there, where the other one is a label always."""
        if not isinstance(siblings, list) or len(siblings) < 2 or len(self.labels) < 2:
            return frozenset()
        if id(siblings) not in self.constant:
            self.constant[id(siblings)] = frozenset()  # while it is looked at
            values: dict[str, list[str]] = {}
            for item in siblings:
                for name, member in members_of(item) if isinstance(item, dict) else ():
                    if isinstance(member, str | int | float) and (called := called_as(member)):
                        values.setdefault(name, []).append(called)
            often = {name: set(texts) for name, texts in values.items() if len(texts) * 2 > len(siblings)}
            same = {
                name.split(".")[0]
                for name, texts in often.items()
                if len(texts) == 1
                and _SPEAKS.search(name)
                and len(values[name]) >= 0.9 * len(siblings)
                # Of an object, {"name": …, "confidence": 0.5}, its name or id must be the same.
                and ("." not in name or re.search(r"name|label|id$", name.split(".")[-1], re.IGNORECASE))
            }
            named = {name: self._share(name, texts, siblings) for name, texts in often.items()}
            found = same if any(share > 0.5 for share in named.values()) else set()
            if any(share == 1 for share in named.values()):
                found |= {
                    name.split(".")[0]
                    for name, texts in often.items()
                    if 0 < len(texts & self.labels) < len(texts) and named[name] < 1
                }
            if found:  # only members that name several are asked
                able = {name.split(".")[0] for name, share in named.items() if share > 0.5} - found
                found |= {name.split(".")[0] for name in often} - able
            self.constant[id(siblings)] = frozenset(found)
        return self.constant[id(siblings)]

    def _share(self, name: str, texts: set[str], siblings: list[Any]) -> float:
        """The share of the values of a member that name a label; 0 if they do not name several."""
        if not 1 < len(texts) <= 200 or not all(_is_id(name, text) for text in texts):
            return 0.0
        named = [{text} & self.labels or self._resolve(text, (name, siblings)) for text in texts]
        several = len(set().union(*named)) > 1
        return sum(1 for labels in named if labels) / len(texts) if several else 0.0

    def _carried(self, around: Sequence[Any], steps: Sequence[str | int]) -> frozenset[str]:
        """Who spoke last, in lists that name a speaker only when it changes."""
        if not around or not isinstance(around[0], list) or not isinstance(steps[-1], int):
            return frozenset()
        siblings = around[0]
        if id(siblings) not in self.habits:
            named = [self._in(item, siblings) if isinstance(item, dict | list) else frozenset() for item in siblings]
            both = [(a, b) for a, b in itertools.pairwise(named) if a and b]
            rare = sum(1 for a, b in both if a == b) * 10 <= len(both)
            nobody = named.count(frozenset())
            self.habits[id(siblings)] = named if rare and len(named) <= nobody * 3 <= 3 * (len(named) - 3) else []
        named = self.habits[id(siblings)]
        return next((names for names in reversed(named[: steps[-1]]) if names), frozenset())

    def _by_time(self, value: Any) -> frozenset[str]:
        """Who speaks at the time of an item, where objects without words say when somebody does."""
        times = [m for name, m in members_of(value) if isinstance(m, int | float) and _is_any(name, _START)]
        if not self.spans or not times:
            return frozenset()
        ends = [m for name, m in members_of(value) if isinstance(m, int | float) and _is_any(name, _END)]
        begin = times[0]
        end = ends[0] if ends and ends[0] > begin else begin
        shares: dict[str, float] = {}
        for start, stop, label in self.spans:
            if start <= begin < stop or begin <= start < end:
                shares[label] = shares.get(label, 0.0) + max(min(end, stop) - max(begin, start), 1e-6)
        most = max(shares.values(), default=0.0)
        return frozenset(label for label, share in shares.items() if share >= most - 1e-3)


def _row(around: Sequence[Any], steps: Sequence[str | int]) -> dict[str, Any]:
    """What stands beside a text of a column in the other columns."""
    table, number = around[1], steps[-1]
    if not isinstance(table, dict) or not isinstance(number, int):
        return {}
    size = len(around[0])
    return {key: column[number] for key, column in table.items() if isinstance(column, list) and len(column) == size}


def _alike(value: dict[str, Any]) -> bool:
    """Whether the members of an object are of one kind, as those of a map are."""
    members = list(itertools.islice(value.values(), 50))
    return len(members) > 1 and (
        all(isinstance(member, dict) for member in members) or all(isinstance(member, list) for member in members)
    )
