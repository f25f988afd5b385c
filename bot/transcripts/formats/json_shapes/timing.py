"""Which members of records are times, and in which unit: by how they grow, and how fast the words would be spoken."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.transcripts.formats.json_shapes.records import UP, Column
from bot.transcripts.formats.json_shapes.shape import seconds_of
from bot.transcripts.formats.json_shapes.speaking import words_in

_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")
_PACE = 2.5  # words a second, between the slowest talk and the fastest
_PLAUSIBLE = (0.01, 30.0)  # words a second where the key says the unit
_TALKING = (0.7, 8.0)  # words a second while somebody speaks
_UNITS = (1.0, 1e-3, 1e-6, 1e-7, 1e-9)
_SAMPLES = 1 / 16000
_SAID = (  # what keys say of their unit
    (("ms", "msec", "millis", "milliseconds", "millisecond"), 1e-3),
    (("us", "micros", "microseconds"), 1e-6),
    (("ticks",), 1e-7),
    (("ns", "nanos", "nanoseconds"), 1e-9),
    (("s", "sec", "secs", "seconds", "sekunden"), 1.0),
)
_GROWS, _GROWS_NAMED = 0.95, 0.8  # of the steps from one record to the next; of what is called a start or a time
_SINCE_1970 = 1e8  # seconds; a recording is not that long


@dataclass(frozen=True, slots=True)
class Times:
    """Start and end of each record in seconds, None where it has none; and what is to be told of the unit."""

    starts: Sequence[float | None]
    ends: Sequence[float | None]
    remarks: tuple[str, ...] = ()


def times_of(
    columns: Mapping[str, Column], spoken: Collection[str], counts: Sequence[int], groups: Sequence[int]
) -> Times | None:
    """The times of records that say so many words each (`counts`); None where no member is a time.

    `groups` numbers the lists that the records stand in: those of channels begin anew.
    """
    found: list[tuple[str, dict[int, float], bool]] = []
    for member, column in columns.items():
        if member in spoken:
            continue
        values, is_clock = _numbers(column)
        if len(values) * 2 > len(counts):
            found.append((member, values, is_clock))
    grown = {item[0]: _grown(item, groups) for item in found}
    starts = [item for item in found if grown[item[0]]]
    if not starts:
        return None
    member, begin, is_clock = min(starts, key=lambda item: (-grown[item[0]], *_order(item, columns)))
    ends, lasts = _ends(member, begin, found)
    unit = 1.0 if is_clock else _unit(member, begin, ends, lasts, counts)
    first = min(begin.values())
    zero = first if first * unit >= _SINCE_1970 else 0.0
    told = [] if not zero else ["times are counted from the first one"]
    if unit != 1.0:
        told.append(f"“{member.lstrip(UP)}” is taken for {_called(unit)}")
    every = range(len(counts))
    return Times(
        [seconds_of((begin[at] - zero) * unit) if at in begin else None for at in every],
        [_end(at, begin, ends, lasts, zero, unit) for at in every],
        tuple(told),
    )


def _end(
    at: int, begin: Mapping[int, float], ends: Mapping[int, float], lasts: Mapping[int, float], zero: float, unit: float
) -> float | None:
    if at in ends:
        return seconds_of(round((ends[at] - zero) * unit, 6))
    return seconds_of(round((begin[at] + lasts[at] - zero) * unit, 6)) if at in lasts and at in begin else None


def _called(unit: float) -> str:
    names = {1e-3: "milliseconds", 1e-6: "microseconds", 1e-7: "ticks of 100 ns", 1e-9: "nanoseconds"}
    return names.get(unit, "samples, 16000 a second")


def _numbers(column: Column) -> tuple[dict[int, float], bool]:
    """The values of a member as numbers, by record, and whether they are clock times or dates; {} if they are not."""
    numbers: dict[int, float] = {}
    clocks = 0
    for at, value in zip(column.at, column.values, strict=True):
        if value is None or value == "":
            continue
        number = _number(value)
        if number is None:
            return {}, False
        clocks += isinstance(value, str) and (":" in value or value.strip().endswith("s"))
        numbers[at] = number
    return numbers, clocks * 2 > len(numbers)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e20 else None  # nor NaN
    text = value.strip()
    if _ISO.fullmatch(text):
        try:
            return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
        except (ValueError, OverflowError):
            return None
    if re.fullmatch(r"\d{1,18}(?:\.\d{1,9})?", text):
        return float(text)
    if re.fullmatch(r"\d+:\d\d:\d\d[:;]\d\d", text):  # frames
        text = text[:-3]
    return seconds_of(text)


def _grown(item: tuple[str, dict[int, float], bool], groups: Sequence[int]) -> int:
    """Whether values grow as times of what is said one after another do: 2, along the whole list; 1, along the part
    that each channel has of it; 0, not."""
    member, values, is_clock = item
    words = set(words_in(member))
    named = bool(words & _BEGIN) or is_clock
    if words & (_END | _LASTS | {"confidence", "index"}):
        return 0
    steps = [(b[1] - a[1], groups[a[0]] == groups[b[0]]) for a, b in itertools.pairwise(values.items())]
    if not steps:
        return 2 * named
    # Records counted one by one have an id, not a time.
    if not any(step > 0 for step, _ in steps) or (not named and ("id" in words or all(s == 1 for s, _ in steps))):
        return 0
    if sum(step >= 0 for step, _ in steps) >= (_GROWS if not named else _GROWS_NAMED) * len(steps):
        return 2
    within = [step for step, same in steps if same]
    return int(named and bool(within) and sum(step >= 0 for step in within) >= _GROWS_NAMED * len(within))


_END = frozenset("end stop to ende fin bis finish until".split())
_LASTS = frozenset("duration dauer length len durée dur".split())
_BEGIN = frozenset(
    "start begin begins from time timestamp offset ts t timecode beginn anfang von zeit inicio début debut at".split()
)


def _order(item: tuple[str, dict[int, float], bool], columns: Mapping[str, Column]) -> tuple[float, ...]:
    """The best first: what is called a start, of the records themselves, of the most, the finest."""
    member, values, is_clock = item
    words = set(words_in(member))
    called = 0 if words & {"start", "begin", "from", "offset", "beginn", "von"} else 1 if words & _BEGIN else 2
    return member.count(UP), called, not isinstance(columns[member].values[0], int | float), is_clock, -len(values)


def _ends(
    member: str, begin: Mapping[int, float], found: Sequence[tuple[str, dict[int, float], bool]]
) -> tuple[dict[int, float], dict[int, float]]:
    """Ends by record; or durations, where the file has those."""
    depth = member.count(UP)
    for other, values, _ in found:
        words = set(words_in(other))
        if other == member or other.count(UP) != depth:
            continue
        pairs = [(begin[at], value) for at, value in values.items() if at in begin]
        if words & _END and pairs and _are_near(begin, values):
            return dict(values), {}
        if words & _LASTS and pairs:
            return {}, dict(values)
    for other, values, _ in found:
        if other == member or other.count(UP) != depth or words_in(other)[-1:] == ["id"]:
            continue
        at = [number for number in values if number in begin]
        following = dict(itertools.pairwise(at))
        after = all(begin[n] <= values[n] for n in at) and any(begin[n] < values[n] for n in at)
        if at and after and all(values[n] <= begin[after_it] * 1.05 + 1 for n, after_it in following.items()):
            return dict(values), {}
    return {}, {}


def _are_near(begin: Mapping[int, float], ends: Mapping[int, float]) -> bool:
    """Whether ends are of the same clock as starts: behind them, and not further than the recording is long."""
    last, span = max(begin.values()), max(begin.values()) - min(begin.values())
    behind = sum(1 for at, end in ends.items() if end >= begin.get(at, end))
    return behind * 2 >= len(ends) and (len(begin) < 2 or not span or max(ends.values()) - last <= 2 * span)


def _unit(
    member: str,
    begin: Mapping[int, float],
    ends: Mapping[int, float],
    lasts: Mapping[int, float],
    counts: Sequence[int],
) -> float:
    """The unit of times in seconds: what the key says, if anybody could speak so; else the likeliest pace."""
    spans = [(lasts.get(at, ends.get(at, time) - time), counts[at]) for at, time in begin.items()]
    talked, spoken = sum(span for span, _ in spans if span > 0), sum(count for span, count in spans if span > 0)
    whole, said = max(begin.values()) - min(begin.values()), sum(counts[at] for at in list(begin)[:-1])
    pace = spoken / talked if talked and spoken else said / whole if whole and said else 0.0
    words = set(words_in(member))
    hinted = next((unit for names, unit in _SAID if words & set(names)), None)
    if not pace:
        return hinted or 1.0
    if hinted and _PLAUSIBLE[0] <= pace / hinted <= _PLAUSIBLE[1]:
        return hinted
    likely = min(_UNITS, key=lambda unit: abs(math.log(pace / unit / _PACE)))
    if not _TALKING[0] <= pace / likely <= _TALKING[1] and talked and _TALKING[0] <= pace / _SAMPLES <= _TALKING[1]:
        return _SAMPLES
    if likely == 1e-3 and any(value % 1 for value in (*begin.values(), *ends.values())) and pace > 0.005:
        return 1.0  # fractions are of seconds
    return likely
