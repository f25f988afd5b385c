"""Dates in texts: the day in the name of a file or a title, and the year, month and day that a question names."""

from __future__ import annotations

import datetime
import math
import re
from dataclasses import dataclass

_MONTHS = {
    name: number
    for number, name in enumerate(
        "january february march april may june july august september october november december".split(), 1
    )
}
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})\b", re.IGNORECASE)
_MAY = re.compile(  # the month, not the verb or the name
    r"\b(?:in|of|since|during|early|late|by|on|\d{1,2}(?:st|nd|rd|th)?)\s+May\b|\bMay,?\s+(?:\d|of\b)"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_NUMBERED_YEAR = r"(?P<year>(?:19|20)\d\d)(?!\d)"
_MONTH_NAME = rf"(?P<name>{'|'.join(_MONTHS)}|{'|'.join(name[:3] for name in _MONTHS)}|sept)(?![a-z])"
_DATES_IN_NAMES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<year>(?:19|20)\d\d)[-_. ](?P<month>\d\d)[-_. ](?P<day>\d\d)(?!\d)",  # 2023-05-08
        # 20230508, and GMT20230508-140512 of Zoom
        r"(?:GMT|(?<!\d))(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?:[-_T]\d{4,6}(?!\d)|(?!\d))",
        rf"(?<!\d)(?P<day>\d\d?)\.(?P<month>\d\d?)\.{_NUMBERED_YEAR}",  # 8.5.2023: with dots the day is first
        rf"(?<!\d)(?P<day>\d\d?)(?:st|nd|rd|th)?[-_., ]*{_MONTH_NAME}[-_., ]*{_NUMBERED_YEAR}",  # 8 May 2023
        rf"(?<![a-z]){_MONTH_NAME}[-_. ]*(?P<day>\d\d?)(?:st|nd|rd|th)?[-_., ]+{_NUMBERED_YEAR}",  # May 8, 2023
        # 25-12-2023 and 12-25-2023 say which is the day; 05-08-2023 does not.
        rf"(?<!\d)(?P<day>1[3-9]|[23]\d)[-_/ ](?P<month>\d\d?)[-_/ ]{_NUMBERED_YEAR}",
        rf"(?<!\d)(?P<month>\d\d?)[-_/ ](?P<day>1[3-9]|[23]\d)[-_/ ]{_NUMBERED_YEAR}",
    )
)
_DAYS_FADE = 10.0  # days after the day asked about by which talk of it has become e times less likely


@dataclass(frozen=True)
class AskedDate:
    """A date in a question; what it leaves open is None."""

    year: int | None
    month: int | None
    day: int | None

    def fits(self, date: datetime.date | None) -> float:
        """How well a recording of that date fits, from 0 to 1: things are spoken of when they happen, or soon after."""
        if date is None or (self.year, self.month) == (None, None):
            return 0.0
        if self.month and self.day:
            try:
                asked = datetime.date(self.year or date.year, self.month, self.day)
            except ValueError:  # 31 June
                return 0.0
            days = (date - asked).days
            return math.exp(-days / _DAYS_FADE) if days >= 0 else 0.0
        if self.year and self.year != date.year:
            return 0.0
        if self.month:
            return {0: 1.0, 1: 0.5}.get(date.month - self.month, 0.0)
        return 1.0

    def names(self, date: datetime.date) -> bool:
        """Whether it is that date, as far as it says."""
        said = (self.year, self.month, self.day)
        return any(said) and all(a in (None, b) for a, b in zip(said, (date.year, date.month, date.day), strict=True))


def date_of(name: str) -> datetime.date | None:
    """The date in the name of a file or a title ("2023-05-08 session 01.txt"), None where there is none, or where it
    could be one of two ("05-08-2023")."""
    found = _dated(name)
    return found[0] if found else None


def title_of(name: str) -> str:
    """The name of a file, without its suffix, as a title: "2023-05-08_session-01" is "session 01"."""
    found = _dated(name)
    start, end = found[1] if found else (0, 0)
    left = re.sub(r"\(\s*\)|\[\s*\]|\.transcript$", " ", f"{name[:start]} {name[end:]}")
    title = re.sub(r"[-_\s]+", " ", left).strip(" .,")
    return title if not found or any(char.isalpha() for char in title) else name.strip()


def _dated(name: str) -> tuple[datetime.date, tuple[int, int]] | None:
    """The date in a name, and the characters that say it."""
    for pattern in _DATES_IN_NAMES:
        for found in pattern.finditer(name):
            parts = found.groupdict()
            month = int(parts.get("month") or 0) or _month(parts.get("name") or "")
            try:
                return datetime.date(int(parts["year"]), month, int(parts["day"])), found.span()
            except ValueError:  # 2023-19-08
                continue
    return None


def _month(name: str) -> int:
    """The number of a month; 0 for none."""
    return next((number for known, number in _MONTHS.items() if name and known.startswith(name.lower()[:3])), 0)


def read_date(question: str) -> AskedDate:
    """The date in a text: its year, month and day, as far as they are there."""
    year = _YEAR.search(question)
    month = next((m for m in _MONTH.finditer(question) if m.group().lower() != "may" or _MAY.search(question)), None)
    day = None
    if month:
        name = re.escape(month.group())
        day = re.search(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+{name}\b", question, re.IGNORECASE) or re.search(
            rf"\b{name}\s+(\d{{1,2}})(?:st|nd|rd|th)?\b", question, re.IGNORECASE
        )
    return AskedDate(
        int(year.group()) if year else None,
        _MONTHS[month.group().lower()] if month else None,
        int(day.group(1)) if day else None,
    )
