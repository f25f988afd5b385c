"""Quantities in speech: the numbers a sentence holds and of what, and what a question asks for.

    "we had three hundred and forty serious incidents"  ─►  340, {"seriou", "incid"}
    "it takes twenty-five minutes"                      ─►  25, {"#duration", "minut"}

A unit is a measure (#percent, #money, #duration, #distance, #weight, #clock, #year, #part) or the stem of one of the
words that follow the number.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from embeddings.lexical import stems

_ONES = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * number for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_PARTS = {"half": 0.5, "quarter": 0.25, "third": 1 / 3, "dozen": 12, "once": 1, "twice": 2}
NUMBER_WORDS = {**_ONES, **_TENS, **_SCALES}

_NUMBER = re.compile(
    r"(?P<money>[£$€]\s?)?(?P<digits>\d+(?:,\d{3})*(?:\.\d+)?)(?P<magnitude>\s?(?:thousand|million|billion|bn|m|k)\b)?"
    rf"|\b(?P<words>(?:{'|'.join(NUMBER_WORDS)})(?:(?:[\s-]+(?:and\s+)?)(?:{'|'.join(NUMBER_WORDS)}))*)\b"
    rf"|\b(?P<part>{'|'.join(_PARTS)})\b",
    re.IGNORECASE,
)
MAGNITUDES = {"thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9}
_NOBODY = re.compile(r"\b(?:no|the|this|that|any|every|some|which|each|another)\s+$", re.IGNORECASE)
_AFTER = re.compile(r"[^\w%]*([\w'’%-]+)")
_FOLLOWING = 3  # words after a number that may say what is counted

_MEASURES = {
    "#percent": re.compile(r"^\W*(?:%|per ?cent\b|percentage)", re.IGNORECASE),
    "#money": re.compile(r"^\W*(?:pounds?|dollars?|euros?|quid|pence|cents?|grand|bucks)\b", re.IGNORECASE),
    "#clock": re.compile(r"^(?::\d\d|\s?(?:a\.?m\b|p\.?m\b|o['’]clock))", re.IGNORECASE),
    "#duration": re.compile(
        r"^[\s-]*(?:and a half\s+)?(?:second|minute|hour|day|night|week|month|year|decade|centur(?:y|ie))s?\b",
        re.IGNORECASE,
    ),
    "#distance": re.compile(
        r"^[\s-]*(?:(?:nautical|square)\s+)?(?:miles?|kilomet\w+|km|met(?:er|re)s?|foot|feet|inch(?:es)?|yards?|blocks?)\b",
        re.IGNORECASE,
    ),
    "#weight": re.compile(r"^[\s-]*(?:kg|kilos?|kilograms?|grams?|tonn?e?s?|ounces?|stone)\b", re.IGNORECASE),
}
_YEAR = re.compile(r"(?:1[6-9]|20)\d\d")

# What a question asks for, by its words; the first that fits.
_PAID = r"(?:cost|pay|paid|money|price|budget|spen[dt]|earn|worth|fund\w*|charge[ds]?|raise[ds]?)"
_ASKED: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), frozenset(units.split()))
    for pattern, units in (
        (r"\bwhat (?:percentage|per ?cent|share|proportion|fraction)\b", "#percent #part"),
        (r"\b(?:what|which) year\b", "#year"),
        (r"\bwhat time\b", "#clock"),
        (r"\bhow (?:long|old)\b|\bwhat age\b", "#duration"),
        (r"\bhow (?:far|tall|high|deep|wide)\b", "#distance"),
        (r"\bhow heavy\b|\bhow much\b.*\bweigh", "#weight"),
        (rf"\bhow much\b.*\b{_PAID}\b", "#money"),
        (r"\bwhat (?:[\w'’]+ ){0,4}(?:price|cost|budget|salary|wage|fee|fare)\b", "#money"),
    )
)
_NOT_COUNTED = (
    "do|does|did|is|are|was|were|has|have|had|will|would|can|could|should|of|in|on|at|there|by|to|for|the|an?|per"
)
_COUNTED = re.compile(
    r"\bhow (?:many|much)\s+(?:of\s+)?(?:(?:the|their|our)\s+)?"
    rf"(?P<what>(?:(?!(?:{_NOT_COUNTED})\b)[\w'’-]+\s*){{1,4}})",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Quantity:
    """A number in a text, at characters [start:end], and its units."""

    value: float
    units: frozenset[str]
    start: int
    end: int


def asked_units(question: str) -> frozenset[str]:
    """What a question wants a number of; empty where it wants none, or does not say."""
    for pattern, units in _ASKED:
        if pattern.search(question):
            return units
    counted = _COUNTED.search(question)
    return frozenset(stems(counted.group("what"))) if counted else frozenset()


def holds_unit(text: str, units: frozenset[str]) -> bool:
    """Whether a text holds a number of one of these units."""
    return bool(units) and any(units & quantity.units for quantity in quantities_of(text))


@lru_cache(maxsize=65_536)
def quantities_of(text: str) -> tuple[Quantity, ...]:
    """The numbers of a text, in order."""
    return tuple(_quantities(text))


def _quantities(text: str) -> Iterator[Quantity]:
    for found in _NUMBER.finditer(text):
        if found.group().lower() == "one" and _NOBODY.search(text[: found.start()]):
            continue  # "no one", "the one", "this one"
        after = text[found.end() :]
        units = {name for name, measure in _MEASURES.items() if measure.match(after)}
        if found.group("money"):
            units.add("#money")
        if found.group("part"):
            units.add("#part")
        if found.group("digits") and _YEAR.fullmatch(found.group("digits")) and not units:
            units.add("#year")
        following = [match.group(1) for match in itertools.islice(_AFTER.finditer(after), _FOLLOWING)]
        yield Quantity(_value(found), frozenset(units) | frozenset(stems(" ".join(following))), *found.span())


def _value(found: re.Match[str]) -> float:
    if found.group("part"):
        return _PARTS[found.group("part").lower()]
    if found.group("digits"):
        value = float(found.group("digits").replace(",", ""))
        magnitude = (found.group("magnitude") or "").strip().lower()
        if len(magnitude) == 1 and not found.group("money"):  # "5 m long"
            return value
        return value * MAGNITUDES.get(magnitude, 1.0)
    return spoken(re.findall(r"\w+", found.group("words").lower()))


def spoken(words: list[str]) -> float:
    """ "three hundred and forty" is 340; "nineteen eighty" is 1980."""
    total, current = 0, 0
    for word in words:
        if word in _SCALES:
            scale = _SCALES[word]
            if scale == 100:
                current = max(1, current) * scale
            else:
                total, current = total + max(1, current) * scale, 0
        elif word != "and":
            number = NUMBER_WORDS[word]
            room = 100 if current % 100 == 0 else 10 if current % 10 == 0 and current % 100 >= 20 else 0
            if number < room or current == 0:
                current += number
            else:  # a year in two halves, or figures one by one
                current = current * (100 if number >= 10 else 10) + number
    return float(total + current)
