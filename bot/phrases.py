"""Words that lines for people share."""

from __future__ import annotations


def plural(count: int, noun: str) -> str:
    """A count and what is counted, such as "1 turn" or "1,200 turns"; the noun takes an s."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
