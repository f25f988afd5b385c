"""What kind of words a stretch of speech holds: its stems, a number, a reason, a time, a question."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from embeddings.lexical import ENGLISH, stems

_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|"
    r"seventy|eighty|ninety|hundred|thousand|million|billion|half|quarter|third|dozen|twice|percent|per cent|monday|"
    r"tuesday|wednesday|thursday|friday|saturday|sunday|january|february|april|june|july|august|september|october|"
    r"november|december|yesterday|tomorrow|noon|midnight|o'clock)\b",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\b(?:because|since|so that|in order to|the reason|that's why|which is why|due to)\b", re.IGNORECASE
)
_TIME = re.compile(
    r"\b(?:yesterday|today|tomorrow|tonight|ago|last|next|this (?:week|month|year|morning|weekend)|week|weekend|month|"
    r"years?|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|april|june|july|august|"
    r"september|october|november|december|since|recently|soon|\d{4})\b",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"\b(?:i|i['’]m|i['’]ve|my|me|we|our|us)\b", re.IGNORECASE)
_HELD = 65_536  # texts whose traits are kept; those of a question's transcripts are asked for again and again


@dataclass(frozen=True)
class Traits:
    """Of a text: its content stems, and whether it ends with a question and holds a number, a reason or a time;
    `first_person` is the share of its words that are "I", "we" and their kin."""

    stems: frozenset[str]
    asks: bool
    number: bool
    reason: bool
    time: bool
    first_person: float


@lru_cache(maxsize=_HELD)
def traits_of(text: str, stemmer: str = ENGLISH) -> Traits:
    """The traits of a text; `stemmer` is that of its language."""
    return Traits(
        stems=frozenset(stems(text, stemmer)),
        asks=ends_with_question(text),
        number=bool(_NUMBER.search(text)),
        reason=bool(_REASON.search(text)),
        time=bool(_TIME.search(text)),
        first_person=len(_FIRST_PERSON.findall(text)) / max(1, len(text.split())),
    )


def ends_with_question(text: str) -> bool:
    """Whether its last mark, quotation marks and brackets left aside, asks."""
    return text.rstrip("\"'”’)] ").endswith(("?", "？"))
