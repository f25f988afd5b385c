"""What may say otherwise: sentences that are shown beside the chosen ones, so that a conflict is not averaged away.

Of a question for a number, a sentence with another number of the same thing ("340 serious incidents" and "about 330
serious incidents").  Of a question for a yes or a no, a sentence of the other polarity: one negates and the other does
not.  Neither proves a conflict; the reader sees both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.questions import forms
from bot.questions.forms import Form
from bot.words.quantities import Quantity, asked_units, quantities_of

_NEGATES = re.compile(
    r"\b(?:not|never|no|nobody|no one|none|nothing|neither|nor|without|hardly|cannot|refus\w+|denie[sd])\b|n['’]t\b",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"\b(?:[a-z]+n['’]t|can['’]t) (?:it|they|he|she|we|you|i)\?|\bnot only\b|\bno (?:doubt|question|problem|wonder)\b",
    re.IGNORECASE,
)


_LOOSE = {"#duration", "#distance", "#weight", "#clock", "#part"}


def negates(text: str) -> bool:
    """Whether a sentence holds a negation; a question tag ("isn't it?"), "not only" and "no doubt" are none."""
    return bool(_NEGATES.search(_NONE.sub("", text)))


def otherwise(question: str, form: Form, chosen: Sequence[str], others: Sequence[str]) -> int | None:
    """Which of the other sentences, best first, may say otherwise than the chosen ones; None where none does."""
    if not chosen:
        return None
    if form.name == forms.YES_NO:
        sides = {negates(text) for text in chosen}
        return (
            next((at for at, text in enumerate(others) if negates(text) not in sides), None)
            if len(sides) == 1
            else None
        )
    if form.name == forms.NUMBER:
        units = asked_units(question)
        said = [quantity for text in chosen for quantity in quantities_of(text) if quantity.units & units]
        return next((at for at, text in enumerate(others) if said and _differs(text, said)), None)
    return None


def _differs(text: str, said: Sequence[Quantity]) -> bool:
    """Whether a text has numbers of what was counted, and none of those said."""
    of_that = [quantity for quantity in quantities_of(text) if any(_same_thing(quantity, other) for other in said)]
    return bool(of_that) and not {quantity.value for quantity in of_that} & {quantity.value for quantity in said}


def _same_thing(one: Quantity, other: Quantity) -> bool:
    """Whether two numbers count the same: in the same words; of money or a share the measure is enough."""
    shared = one.units & other.units
    return len(shared) > 1 or bool(shared and not shared <= _LOOSE)
