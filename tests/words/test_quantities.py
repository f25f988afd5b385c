"""Numbers in speech and what they count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions.forms import Form
from bot.quotes.opposing import negates, otherwise
from bot.words.quantities import asked_units, holds_unit, quantities_of


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("three hundred and forty serious incidents", [340]),
        ("340 serious incidents, and 330 the year before", [340, 330]),
        ("one million two hundred thousand", [1_200_000]),
        ("nineteen eighty-four", [1984]),
        ("twenty twenty-one", [2021]),
        ("two thousand and six", [2006]),
        ("£3.5 million", [3_500_000]),
        ("1,200 people", [1200]),
        ("half of them", [0.5]),
        ("nobody at all", []),
        ("someone weighty", []),
    ],
)
def test_digits_and_words_have_values(text: str, values: list[float]) -> None:
    """Digits and words, scales and years."""
    assert [quantity.value for quantity in quantities_of(text)] == values


@given(st.integers(min_value=0, max_value=999_999))
def test_digits_and_their_slices(number: int) -> None:
    """A number in digits is read as it is, and stands where it says."""
    text = f"we saw {number:,} boats go by"
    (found,) = quantities_of(text)
    assert found.value == number
    assert text[found.start : found.end] == f"{number:,}"
    assert "boat" in found.units


@pytest.mark.parametrize(
    ("question", "answering", "beside"),
    [
        ("How many serious incidents were there?", "about 340 serious incidents", "18 local authorities"),
        ("How much does a ticket cost?", "it is four pounds now", "four tickets a day"),
        ("What percentage of staff left?", "nearly 40% of them", "forty of them"),
        ("How long is the crossing?", "twenty-five minutes", "twenty-five boats"),
        ("How far is Corley Vale?", "nine miles", "nine houses"),
        ("What year did it open?", "in 1987", "at 10"),
        ("What is the panel's budget?", "£2 million a year", "two panels"),
    ],
)
def test_the_unit_asked_for(question: str, answering: str, beside: str) -> None:
    """A number of the thing asked for, not just any number."""
    units = asked_units(question)
    assert holds_unit(answering, units)
    assert not holds_unit(beside, units)


def test_a_question_for_no_number_asks_for_no_unit() -> None:
    """Then nothing holds it."""
    assert asked_units("Who chairs the panel?") == frozenset()
    assert not holds_unit("340 incidents", frozenset())


def test_another_figure_of_the_same_thing() -> None:
    """Not a figure of something else, and not the same figure again."""
    number = Form("number")
    question = "How many serious incidents were there?"
    chosen = ["It was about 340 serious incidents."]
    others = [
        "We have 18 members.",
        "Those 340 serious incidents again.",
        "This was looking at about 330 serious incidents.",
    ]
    assert otherwise(question, number, chosen, others) == 2
    assert otherwise(question, number, chosen, others[:2]) is None
    assert otherwise(question, Form("fact"), chosen, others) is None


def test_the_other_way() -> None:
    """For a yes or no question, one that negates beside one that does not, and the other way round."""
    asked = Form("yes_no")
    assert otherwise("Is it safe?", asked, ["It is safe."], ["It is quite safe.", "I would not call it safe."]) == 1
    assert otherwise("Is it safe?", asked, ["It isn't safe."], ["It’s never safe.", "It is safe."]) == 1
    assert otherwise("Is it safe?", asked, ["It is.", "It is not."], ["It is not safe."]) is None
    assert otherwise("Is it safe?", asked, [], ["It is not safe."]) is None
    assert not negates("It is safe, isn't it?")
