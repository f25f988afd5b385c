"""Follow-ups: a question that leans on what was asked before becomes one that stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.answering import Answer

# A question that opens like this, or points at something with one of these words, means little by itself.
_OPENS = re.compile(
    r"^\s*(?:and|but|so|then|or|what about|how about|why\s*\?|who else|what else|anything else)\b", re.I
)
_POINTS = re.compile(
    r"\b(?:he|she|they|him|her|them|his|hers|their|theirs|it|its|that|those|this|these|one|ones)\b", re.I
)


def standalone_question(question: str, history: Sequence[Answer | Sequence[str]]) -> str:
    """The question as it can be searched for: joined to the one before it when it leans on it.

    Joining is the simple baseline that rewriting has to beat; nothing is dropped and nothing is invented.
    """
    if not history or not (_OPENS.search(question) or _POINTS.search(question)):
        return question
    last = history[-1]
    before = str(last[0]) if isinstance(last, Sequence) else last.standalone
    return f"{before.strip()} {question.strip()}"
