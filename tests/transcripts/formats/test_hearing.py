"""Reading hearings: names before a full stop, when the family is named."""

from __future__ import annotations

import pytest

from bot.errors import TranscriptError
from bot.transcripts.formats import read_bytes
from tests.transcripts.formats.locating import read_and_locate, turns

HEARING = """                     HEARING ON HOUSING

                              ----------

    The committee met, pursuant to notice, at 10 a.m.
    Present: Representatives Waters, Garcia.

    The Chairwoman. The committee will come to order. I thank
Mr. Garcia. The gentleman is recognized for 5
minutes.
    Mr. Garcia of Illinois. Thank you, Madam Chair. It fell
by 18 percent.
    [The prepared statement of Mr. Garcia can be found on page
50 of the appendix.]
    And I yield back.

                                  (12)

    Ms. O'Neil-Sanchez, Jr. No. I did not.
    [Laughter.]
    Mr. Garcia of Illinois. "Never?"
    Senator CRUZ [presiding]. So ordered.
    Dr. de la Cruz. Mr. Chairman, we measured it.
    Voice. Louder.
    The CLERK. Mr. Garcia?
"""


def test_a_hearing() -> None:
    """Names with titles and offices; what is printed around the speech is reported with its reason."""
    transcript = read_and_locate(HEARING.encode(), "hearing.txt", "hearing")
    assert [(turn.label, turn.text) for turn in transcript.utterances] == [
        (
            "The Chairwoman",
            "The committee will come to order. I thank Mr. Garcia. The gentleman is recognized for 5 minutes.",
        ),
        ("Mr. Garcia of Illinois", "Thank you, Madam Chair. It fell by 18 percent. And I yield back."),
        ("Ms. O'Neil-Sanchez, Jr.", "No. I did not."),
        ("Mr. Garcia of Illinois", '"Never?"'),
        ("Senator CRUZ", "So ordered."),
        ("Dr. de la Cruz", "Mr. Chairman, we measured it."),
        ("Voice", "Louder."),
        ("The CLERK", "Mr. Garcia?"),
    ]
    assert transcript.report.by_reason() == {
        "heading": 2,
        "blank": 5,
        "header": 2,
        "stage direction": 3,
        "page number": 1,
    }


def test_not_indented() -> None:
    """Where paragraphs are not indented, a name begins a turn after the end of a sentence only."""
    text = "The CHAIRMAN. I thank\nMr. Garcia. He knows.\nMr. GARCIA. I do.\nThe CHAIRMAN. Good.\n"
    assert turns(text, "hearing.txt", "hearing") == [
        ("The CHAIRMAN", "I thank Mr. Garcia. He knows."),
        ("Mr. GARCIA", "I do."),
        ("The CHAIRMAN", "Good."),
    ]


def test_never_one_persons_prose() -> None:
    """Without its name such a text is refused in one line that tells of it, and other text is refused by the family."""
    with pytest.raises(TranscriptError, match=r"8 paragraphs begin with a title.* read it with --format hearing"):
        read_bytes(HEARING.encode(), "hearing.txt")
    with pytest.raises(TranscriptError, match="without --format hearing"):
        read_bytes(b"Ana: It fell.\nTom: Did it?\n", "talk.txt", "hearing")
