"""Which transcripts a question names."""

from __future__ import annotations

import datetime

import pytest

from bot.questions.scope import narrow
from bot.store.manifest import Entry


def entry(id: str, title: str, date: str | None, *speakers: str) -> Entry:
    day = datetime.date.fromisoformat(date) if date else None
    return Entry(id, title, f"{id}.txt", None, "", f"{id}@0", 1, 1, speakers, date=day)


ENTRIES = (
    entry("ferry", "Harbour Lights: the ferry", "2024-05-03", "HOST", "Ana Silva"),
    entry("plots", "Allotment committee", "2024-05-20", "HOST", "Tom Roe"),
    entry("radio", "Night shift radio", "2023-11-02", "HOST", "Ida Holm"),
)


@pytest.mark.parametrize(
    ("question", "named", "left"),
    [
        ("What was decided in the allotment meeting?", ["plots"], "What was decided?"),
        ("What did the host ask in the episode with Ana?", ["ferry"], "What did the host ask?"),
        ("Who spoke in the May meeting?", ["ferry", "plots"], "Who spoke?"),
        ("Who spoke in the meeting of 20 May 2024?", ["plots"], "Who spoke?"),
        ("What did Tom say about rain in May?", ["ferry", "plots"], "What did Tom say about rain?"),
        ("what did tom say about rain in may 2024", ["ferry", "plots"], "what did tom say about rain"),
        ("What was said about boats in 2023?", ["radio"], "What was said about boats?"),
        ("What was said in the last episode?", ["plots"], "What was said?"),
        ("What was said in the first episode?", ["radio"], "What was said?"),
        ("In the episode with Ana, who spoke?", ["ferry"], "who spoke?"),
        ("Who talked most in ferry?", ["ferry"], "Who talked most?"),
        ("How often is rain said in night shift radio?", ["radio"], "How often is rain said?"),
        ("What is said of winter in “Night shift radio”?", ["radio"], "What is said of winter?"),
    ],
)
def test_named_transcripts(question: str, named: list[str], left: str) -> None:
    """By title, speaker, date and order; what names them is not searched for."""
    found = narrow(question, ENTRIES)
    assert list(found.transcripts) == named
    assert found.question == left


@pytest.mark.parametrize(
    "question",
    [
        "When did the ferry stop in May?",  # the day of an event
        "What happened in the meeting?",
        "What happened in the meeting with the council?",
        "What may the host say in the meeting?",
        "What did Tom say about rain in June?",  # nothing was recorded then
        "Who chairs the panel in the hearing with Zoe?",
    ],
)
def test_what_names_none_narrows_nothing(question: str) -> None:
    """A wrong filter hides the answer."""
    assert narrow(question, ENTRIES).transcripts == ()
    assert narrow(question, ENTRIES).question == question


def test_undated_recordings_have_no_order() -> None:
    """Then "the last episode" means none in particular."""
    undated = (*ENTRIES, entry("x", "Another", None))
    assert narrow("What was said in the last episode?", undated).transcripts == ()
