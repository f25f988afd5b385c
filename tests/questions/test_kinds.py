"""What kind of answer a question wants."""

from __future__ import annotations

import datetime

import pytest

from bot.questions.kinds import read_kind, subject_of
from bot.words.dates import AskedDate, date_of


@pytest.mark.parametrize(
    "question",
    [
        "Summarize the discussion about the budget.",
        "What did the group think about the new logo?",
        "What was said about overlaps?",
        "Why did Tom disagree with the proposal?",
        "What was the committee's opinion of the draft?",
    ],
)
def test_questions_about_a_discussion(question: str) -> None:
    """Their answers are spread over many turns."""
    assert read_kind(question).discussion


@pytest.mark.parametrize(
    "question",
    [
        "Who chairs the panel?",
        "How much was the water bill?",
        "When did Ana go to the coast?",
        "Where was the key kept?",
    ],
)
def test_questions_about_a_fact(question: str) -> None:
    """A turn or two answer them."""
    assert not read_kind(question).discussion


@pytest.mark.parametrize(
    ("question", "number", "reason", "time"),
    [
        ("How many people came?", True, False, False),
        ("Why did they leave?", False, True, False),
        ("When did the ferry sail?", True, False, True),
        ("Who came?", False, False, False),
    ],
)
def test_what_a_sentence_that_answers_will_hold(question: str, number: bool, reason: bool, time: bool) -> None:
    kind = read_kind(question)
    assert (kind.number, kind.reason, kind.time) == (number, reason, time)


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Summarize the discussion about the budget.", "the budget"),
        ("What did the group discuss about the remote control?", "the remote control"),
        ("Who chairs the panel?", "Who chairs the panel"),
        ("What did they say?", "What did they say?"),  # nothing would be left
    ],
)
def test_the_subject_is_left(question: str, subject: str) -> None:
    """What a request says of itself is cut, and never all of it."""
    assert subject_of(question) == subject


@pytest.mark.parametrize(
    ("question", "date"),
    [
        ("What did Ana paint in July 2023?", AskedDate(2023, 7, None)),
        ("Where was Tom on 21 November, 2023?", AskedDate(2023, 11, 21)),
        ("What did he cook on October 13th?", AskedDate(None, 10, 13)),
        ("How often did she swim in 2022?", AskedDate(2022, None, None)),
        ("May I ask who came?", AskedDate(None, None, None)),
        ("Who came in May?", AskedDate(None, 5, None)),
        ("Who came?", AskedDate(None, None, None)),
    ],
)
def test_dates_in_a_question(question: str, date: AskedDate) -> None:
    assert read_kind(question).date == date


def test_how_a_date_fits() -> None:
    """Things are spoken of on the day or soon after, never before; the verb "may" is no month."""
    asked = AskedDate(2023, 11, 21)
    assert asked.fits(datetime.date(2023, 11, 21)) == 1.0
    assert asked.fits(datetime.date(2023, 12, 1)) == pytest.approx(0.3679, abs=1e-4)  # exp(-10/10)
    assert asked.fits(datetime.date(2023, 11, 20)) == 0.0
    assert AskedDate(2023, 11, None).fits(datetime.date(2023, 12, 1)) == 0.5
    assert AskedDate(2023, 11, None).fits(datetime.date(2022, 11, 5)) == 0.0
    assert AskedDate(None, 6, 31).fits(datetime.date(2023, 6, 30)) == 0.0  # there is no such day
    assert asked.fits(None) == 0.0
    assert AskedDate(None, None, None).fits(datetime.date(2023, 1, 1)) == 0.0


def test_the_date_of_a_recording() -> None:
    """From the name of its file; a number that is no date is none."""
    assert date_of("2023-05-08 session 01.txt") == datetime.date(2023, 5, 8)
    assert date_of("episode-12.txt") is None
    assert date_of("2023-19-08.txt") is None
    assert date_of("2023-00-15 x") is None
