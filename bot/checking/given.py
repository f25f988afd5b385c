"""What every check of a text looks at beside the statement and what it cites."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from bot.checking.evidence import Sentence

_ENOUGH_WORDS, _NOUNS = 40, 0.2  # words that tell a language, and the share of nouns among them

Support = Callable[[str, str], float]
"""How near two texts are in meaning, between -1 and 1: the cosine of an encoder."""


@dataclass(frozen=True)
class Given:
    """What is the same for all statements of a text."""

    evidence: tuple[Sentence, ...]
    people: tuple[str, ...]
    question: str
    support: Support | None

    @cached_property
    def capitals(self) -> bool:
        """Whether it is in a language that writes all nouns with capitals, which are no sign of a name there."""
        words = re.findall(r"(?<=[^\W_] )[^\W\d_]+", " ".join(sentence.shown for sentence in self.evidence))
        return len(words) >= _ENOUGH_WORDS and sum(word[0].isupper() for word in words) > _NOUNS * len(words)
