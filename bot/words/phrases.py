"""Words that lines for people share."""

from __future__ import annotations

from collections.abc import Sequence


def plural(count: int, noun: str) -> str:
    """A count and what is counted, such as "1 turn" or "1,200 turns"; the noun takes an s."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def listed(names: Sequence[str], most: int) -> str:
    """Names with commas between, no more than `most` of them, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def join_names(names: Sequence[str], link: str = "and") -> str:
    """Names in a sentence: "Ana, Tom and Ida"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {link} {names[-1]}"


def clock(seconds: float) -> str:
    """Seconds as "1:02:03" or "2:03"."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"
