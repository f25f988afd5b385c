"""Figures in prose: numbers, dates, times and amounts, so that "11 weeks" is found in "eleven weeks".

    "half past six"  ─►  6:30          "two and a half hours"  ─►  2.5 hours, 150 minutes
    "the third of February"  ─►  3     "a quarter"  ─►  0.25, 25%

A figure of a statement is held by a text when one of the text's figures has the same value in a measure that fits.
Rounding is allowed only where the statement says that it rounds ("over 300", "about 330").
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.words.quantities import MAGNITUDES, NUMBER_WORDS, spoken

_ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        1,
    )
} | {"thirtieth": 30, "fortieth": 40, "fiftieth": 50, "hundredth": 100}
_FRACTIONS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5, "sixth": 6,
    "sixths": 6, "eighth": 8, "eighths": 8, "tenth": 10, "tenths": 10,
}  # fmt: skip
_SECONDS = {
    "second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "night": 86_400, "week": 604_800, "fortnight": 1_209_600,
    "month": 2_629_800, "year": 31_557_600, "decade": 315_576_000, "century": 3_155_760_000, "centurie": 3_155_760_000,
    "min": 60, "hr": 3_600, "sec": 1,
}  # fmt: skip
_LOOSE_COUNTS = {"both": 2, "couple": 2, "pair": 2, "twice": 2, "double": 2, "doubled": 2, "dozen": 12, "once": 1}
_MONTHS = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b"
)

_CARDINAL = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
_SPOKEN = rf"(?:{_CARDINAL})(?:(?:[\s-]+(?:and\s+)?)(?:{_CARDINAL}))*"
_SMALL = "|".join(word for word, value in NUMBER_WORDS.items() if value < 100)
_HOUR = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,2})"
_UNIT = (
    r"(?:seconds?|minutes?|hours?|days?|nights?|weeks?|fortnights?|months?|years?|decades?|centur(?:y|ies)|mins?|hrs?|"
    r"secs?)\b"
)

_FIGURE = re.compile(
    r"(?P<clock>(?<![\w.,:])(?P<hour>\d{1,2})[:.](?P<minute>[0-5]\d)(?![\d%:]|"
    r"[.,]\d)(?:\s?(?P<half_day>[ap])\.?m\b\.?)?)"
    rf"|\b(?P<past>(?:(?:a\s+)?(?P<part_hour>half|quarter)|(?P<minutes>{_SMALL}|\d{{1,2}}(?:[\s-](?:{_SMALL}))?|"
    rf"twenty[\s-]five)"
    rf"(?:\s+minutes)?)\s+(?P<side>past|to|after|before)\s+(?P<of_hour>{_HOUR}|noon|midnight)\b)"
    rf"|\b(?P<oclock>(?P<full>{_HOUR})(?:\s?(?:(?P<half_of_day>[ap])\.?m\b\.?|o['’]clock)|(?=\s+(?:in the (?:morning|"
    r"afternoon|evening)|at night)\b)))"
    r"|\b(?P<noon>noon|midday|midnight)\b"
    rf"|\b(?P<fraction>(?:(?P<parts>a|an|one|two|three|four|five|seven|\d{{1,2}})[\s-]+)?(?P<fraction_of>half|"
    rf"{'|'.join(_FRACTIONS)}))\b"
    rf"(?!\s+(?:hand|time|place|party|of\s+{_MONTHS}|{_MONTHS}))"
    r"|(?P<money>[£$€¥]\s?)?(?<![\w.])(?P<digits>\d+(?:,\d{3})*(?:\.\d+)?)"
    r"(?:(?P<ordinal>st|nd|rd|th)\b|(?P<magnitude>\s?(?:thousand|million|billion|bn|m|k)\b)?)"
    rf"|\b(?P<words>{_SPOKEN})(?:\s+point\s+(?P<decimals>(?:{_SMALL})(?:\s+(?:{_SMALL}))*))?"
    rf"(?:\s+(?P<scale>thousand|million|billion)\b)?(?![\w])(?:[\s-](?P<last>{'|'.join(_ORDINALS)})\b)?"
    rf"|\b(?P<ordinal_word>{'|'.join(_ORDINALS)})\b"
    rf"|\b(?P<loose>{'|'.join(_LOOSE_COUNTS)})\b"
    rf"|\b(?P<article>an?)\s+(?={_UNIT})",
    re.IGNORECASE,
)
_AND_PART = re.compile(r"\s+and\s+(?:a\s+)?(half|quarter|three[\s-]quarters)\b", re.IGNORECASE)
_THEN_UNIT = re.compile(rf"[\s-]*(?:(?:of\s+)?an?\s+)?({_UNIT})", re.IGNORECASE)
_PERCENT = re.compile(r"\s?%|[\s-]*(?:per ?cent\b|percentage)", re.IGNORECASE)
_MONEY = re.compile(
    r"\s*(?:(?:thousand|million|billion)\s+)?(?:pounds?|dollars?|euros?|quid|pence|cents?|bucks)\b", re.IGNORECASE
)
_THEN_SCALE = re.compile(r"\s+(?:of\s+)?(?:a\s+)?(thousand|million|billion)\b", re.IGNORECASE)
_BESIDE_MONTH = re.compile(rf"^(?:\s+of)?\s+{_MONTHS}", re.IGNORECASE)
_AFTER_MONTH = re.compile(rf"\b{_MONTHS}\.?\s+(?:the\s+)?$", re.IGNORECASE)
_ROUNDING = re.compile(
    r"\b(?:(?P<near>about|around|roughly|approximately|some|nearly|almost|close to|an estimated|or so)|"
    r"(?P<over>over|more than|at least|above|upwards of)|(?P<under>(?:just )?under|less than|fewer than|below|up to|"
    r"at most))"
    r"\s+(?:an?\s+)?[£$€¥]?$",
    re.IGNORECASE,
)
_PAYING = re.compile(
    r"[£$€¥]|\b(?:pounds?|dollars?|euros?|quid|cents?|pence|grand|money|budget|funds?|price\w*|fees?|fares?|wages?|"
    r"salar\w+|"
    r"cost\w*|pay\w*|paid|spen[dt]\w*|earn\w*|charg\w*|rais\w*|worth|s[eo]ld?l?|b[ou][uy]\w*|offer\w*|left|need\w*)\b",
    re.IGNORECASE,
)
RATIO, MONEY, CLOCK, TIME = "ratio", "money", "clock", "time"


@dataclass(frozen=True)
class Figure:
    """A figure at characters [start:end] of a text.

    `values` are what it may be worth as a plain number; `measure` is RATIO, MONEY, CLOCK, TIME or "", and `measured`
    its worth in that (a part of one, an amount, minutes of the half day, seconds).  `firm` is false of words that are
    often no figures ("one", "a second", "both"): these hold a figure, and are not asked for.  `dated` is true of a
    year, or of a day beside its month.  `half_day` is "a" or "p" where a time says so.
    """

    values: frozenset[float]
    start: int
    end: int
    measure: str = ""
    measured: float | None = None
    firm: bool = True
    dated: bool = False
    half_day: str = ""

    def says(self, other: Figure) -> bool:
        """Whether another figure is this one."""
        if self.measure and self.measure == other.measure and self.measured is not None and other.measured is not None:
            if self.measure == CLOCK:
                halves = {self.half_day, other.half_day} - {""}
                return len(halves) < 2 and math.isclose(self.measured, other.measured)
            return math.isclose(self.measured, other.measured, rel_tol=0.011 if self.measure == RATIO else 1e-6)
        if self.measure and other.measure and {self.measure, other.measure} != {CLOCK, RATIO}:
            return False
        if self.measure == RATIO or (other.measure == RATIO and 0 < min(other.values) < 1):
            return False  # "40%" is not said by "40"
        return any(math.isclose(a, b, rel_tol=1e-9) for a in self.values for b in other.values)


def missing_figures(text: str, *sources: str, dates: str = "") -> tuple[str, ...]:
    """The figures of a text that none of the sources has, as they are written; `dates` may hold years and days too."""
    held = [(figure, source) for source in sources for figure in figures_of(source)]
    dated = figures_of(dates) if dates else ()
    return tuple(
        text[figure.start : figure.end]
        for figure in figures_of(text)
        if figure.firm
        and not any(_holds(text, figure, other, source) for other, source in held)
        and not (figure.dated and any(figure.says(other) for other in dated))
    )


def _holds(text: str, figure: Figure, other: Figure, source: str) -> bool:
    if figure.measure == MONEY and not other.measure and not _PAYING.search(source):
        return False  # "30,000 litres" are no 30,000 pounds
    if figure.says(other):
        return True
    rounding = _ROUNDING.search(text[: figure.start])
    if not rounding or figure.measure == CLOCK:
        return False
    if figure.measure and figure.measure == other.measure and figure.measured and other.measured:
        exact, told = other.measured, figure.measured
    elif not figure.measure or not other.measure:
        exact, told = max(other.values), max(figure.values)
    else:
        return False
    if rounding["over"]:
        return told <= exact <= 1.25 * told
    if rounding["under"]:
        return 0.8 * told <= exact <= told
    return abs(exact - told) <= 0.05 * told


@lru_cache(maxsize=8_192)
def figures_of(text: str) -> tuple[Figure, ...]:
    """The figures of a text, in order."""
    return tuple(_figures(text))


def _figures(text: str) -> Iterator[Figure]:
    at = 0
    while found := _FIGURE.search(text, at):
        figure = _read(text, found)
        yield figure
        at = max(figure.end, found.end(), at + 1)


def _read(text: str, found: re.Match[str]) -> Figure:
    start, end = found.span()
    if found["clock"]:
        return _clock_or_decimal(found)
    if found["past"]:
        return _past(found)
    if found["oclock"]:
        return _clock(int(_small(found["full"])), 0, found)
    if found["noon"]:
        return _clock(12, 0, found)
    if found["fraction"]:
        return _fraction(text, found)
    if found["article"]:
        return _measured(text, start, end, 1.0, firm=False)
    if found["loose"]:
        return Figure(frozenset({float(_LOOSE_COUNTS[found["loose"].lower()])}), start, end, firm=False)
    if found["ordinal_word"]:
        value = float(_ORDINALS[found["ordinal_word"].lower()])
        beside = _beside_month(text, start, end)
        return Figure(frozenset({value}), start, end, firm=value > 3 or beside, dated=beside)
    if found["digits"]:
        value = float(found["digits"].replace(",", ""))
        if found["ordinal"]:
            return Figure(frozenset({value}), start, end, dated=_beside_month(text, start, end))
        magnitude = (found["magnitude"] or "").strip().lower()
        if len(magnitude) > 1 or found["money"] or magnitude == "k":
            value *= MAGNITUDES.get(magnitude, 1.0)
        figure = _measured(text, start, end, value, money=bool(found["money"]))
        short = magnitude == "k" and not found["money"]
        return replace(figure, values=figure.values | {value / 1000}) if short else figure  # "a 5K run" is of five
    words = re.findall(r"\w+", found["words"].lower())
    value = spoken(words)
    if found["last"]:
        return Figure(frozenset({value + _ORDINALS[found["last"].lower()]}), start, end)
    if found["decimals"]:
        value += float("0." + "".join(str(NUMBER_WORDS[word]) for word in found["decimals"].lower().split()))
    if found["scale"]:
        value *= MAGNITUDES[found["scale"].lower()]
    return _measured(text, start, end, value, firm=words != ["one"])


def _measured(text: str, start: int, end: int, value: float, money: bool = False, firm: bool = True) -> Figure:
    """A number with what follows it: a half, a unit, a percent sign."""
    if part := _AND_PART.match(text, end):
        value, end = value + _part(part[1]), part.end()
        if scale := _THEN_SCALE.match(text, end):
            value, end = value * MAGNITUDES[scale[1].lower()], scale.end()
    if _PERCENT.match(text, end):
        return Figure(frozenset({value}), start, end, RATIO, value / 100)
    if unit := _THEN_UNIT.match(text, end):
        if (late := _AND_PART.match(text, unit.end())) and value == int(value):  # "an hour and a half"
            value, end, firm = value + _part(late[1]), late.end(), True
        firm = firm or text[start:end].lower() == "one"
        return Figure(
            frozenset({value}), start, end, TIME, value * _SECONDS[unit[1].lower().rstrip("s") or "second"], firm
        )
    if money or _MONEY.match(text, end):
        return Figure(frozenset({value}), start, end, MONEY, value)
    year = 1500 <= value < 2100 and value == int(value)
    return Figure(frozenset({value}), start, end, firm=firm, dated=year or _beside_month(text, start, end))


def _fraction(text: str, found: re.Match[str]) -> Figure:
    """ "A third", "half a million", "half an hour", "three quarters of an hour"; "the third" is an ordinal."""
    start, end = found.span()
    name, parts = found["fraction_of"].lower(), (found["parts"] or "").lower()
    whole = _FRACTIONS[name]
    halves = whole in (2, 4)
    if not halves and not parts:
        value = float(_ORDINALS.get(name, whole))
        beside = _beside_month(text, start, end)
        return Figure(frozenset({value}), start, end, firm=value > 3 or beside, dated=beside)
    value = (1.0 if parts in ("", "a", "an") else _small(parts)) / whole
    if scale := _THEN_SCALE.match(text, end):
        return Figure(frozenset({value * MAGNITUDES[scale[1].lower()]}), start, scale.end())
    if unit := _THEN_UNIT.match(text, end):
        return Figure(frozenset({value}), start, end, TIME, value * _SECONDS[unit[1].lower().rstrip("s")])
    ordinal = {float(whole)} if parts in ("a", "an", "one") and not halves else set()  # "a fifth" of several
    return Figure(frozenset({value, *ordinal}), start, end, RATIO, value)


def _part(words: str) -> float:
    return {"half": 0.5, "quarter": 0.25}.get(words.lower(), 0.75)


def _small(word: str) -> float:
    return float(word) if word.isdecimal() else spoken(re.findall(r"\w+", word.lower()))


def _clock_or_decimal(found: re.Match[str]) -> Figure:
    hour, minute = int(found["hour"]), int(found["minute"])
    if ":" not in found["clock"] and not found["half_day"]:
        return _measured(found.string, *found.span(), float(found["clock"]))
    return _clock(hour, minute, found)


def _past(found: re.Match[str]) -> Figure:
    part = (found["part_hour"] or "").lower()
    minutes = {"half": 30, "quarter": 15}[part] if part else int(_small(found["minutes"]))
    of_hour = found["of_hour"].lower()
    hour = 12 if of_hour in ("noon", "midnight") else int(_small(of_hour))
    ahead = found["side"].lower() in ("to", "before")
    clock = _clock(hour - 1 if ahead else hour, 60 - minutes if ahead else minutes, found)
    return replace(clock, values=clock.values | {float(minutes), float(hour)})  # "ten to twelve people"


_HALF_DAY = re.compile(
    r"\s+(?:in the (?P<a>morning)|(?:in the (?P<p>afternoon|evening)|at night|tonight))\b", re.IGNORECASE
)


def _clock(hour: int, minute: int, found: re.Match[str]) -> Figure:
    """A time of the day; "ten thirty" may be read as 1,030, so that it holds 10:30."""
    half_day = (found["half_day"] or found["half_of_day"] or "").lower()
    if not half_day and (words := _HALF_DAY.match(found.string, found.end())):
        half_day = "a" if words["a"] else "p"
    if not half_day and hour > 12:
        half_day = "p"
    spelled = frozenset({float(100 * hour + minute), float(hour)} if not minute else {float(100 * hour + minute)})
    return Figure(spelled, *found.span(), CLOCK, float((60 * hour + minute) % 720), half_day=half_day)


def _beside_month(text: str, start: int, end: int) -> bool:
    return bool(_BESIDE_MONTH.match(text[end:]) or _AFTER_MONTH.search(text[:start]))
