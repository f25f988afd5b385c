"""One person under several labels, and pairs of speakers who may be one."""

from __future__ import annotations

import pytest

from bot.transcripts.formats import read_bytes
from bot.transcripts.formats.same_person import spellings
from tests.transcripts.formats.locating import read_and_locate, turns

NEWS = """LENA ORR, HOST: Good evening from the pier.

TOM VANE, FERRYMAN (voice-over): We walked across.

ORR: All of you?

VANE: All but one. (CROSSTALK)

VANE (on camera): The doctor stayed. (COMMERCIAL BREAK)

DALE (ph): He had the key.

(COMMERCIAL BREAK)

UNIDENTIFIED MALE: He lost it.

ORR: He did.
"""


def people(text: str) -> dict[str, str]:
    """Label to speaker."""
    return {turn.label: turn.speaker for turn in read_bytes(text.encode(), "news.txt").utterances}


def script(*labels: str) -> str:
    """A text in which each label speaks twice."""
    return "\n\n".join(f"{label}: The warden saw {n} of them." for n in (1, 2) for label in labels) + "\n"


def test_a_role_and_how_a_voice_is_heard_make_no_other_person() -> None:
    """Labels stay as the file has them; the speaker is the whole name."""
    assert people(NEWS) == {
        "LENA ORR, HOST": "LENA ORR",
        "TOM VANE, FERRYMAN (voice-over)": "TOM VANE",
        "ORR": "LENA ORR",
        "VANE": "TOM VANE",
        "VANE (on camera)": "TOM VANE",
        "DALE (ph)": "DALE (ph)",
        "UNIDENTIFIED MALE": "UNIDENTIFIED MALE",
    }


def test_what_happens_is_no_speech_at_the_end_of_a_line_either() -> None:
    """Breaks on their own lines are reported, those behind words are told in a remark."""
    transcript = read_and_locate(NEWS.encode(), "news.txt")
    assert ("VANE", "All but one.") in turns(NEWS, "news.txt")
    assert ("VANE (on camera)", "The doctor stayed.") in turns(NEWS, "news.txt")
    assert transcript.report.by_reason()["stage direction"] == 1
    assert "2 stage directions at the ends of lines are no words" in transcript.report.remarks


def test_an_abbreviation_at_the_end_of_a_line_is_words() -> None:
    """Capitals in parentheses alone do not make a stage direction of it."""
    text = "LENA ORR: We asked the harbour office (HBO)\nand nobody came.\nTOM VANE: They never do.\nLENA ORR: No.\n"
    assert turns(text, "news.txt")[0] == ("LENA ORR", "We asked the harbour office (HBO) and nobody came.")


@pytest.mark.parametrize(
    ("labels", "apart"),
    [
        (("Lena Orr", "Tom Orr", "Orr"), "Orr"),  # whose?
        (("Mrs. Orr", "Orr"), "Orr"),  # may be her husband
        (("Guest Host", "Host"), "Host"),
        (("Lena and Tom", "Tom"), "Tom"),
        (("Head Warden", "Warden"), "Warden"),
        (("Lena Orr", "Lena Vane"), "Lena Vane"),
        (("Speaker 1", "Speaker 2"), "Speaker 2"),
        (("Orr Lake", "Orr"), "Orr"),
    ],
)
def test_who_may_be_two_stays_two(labels: tuple[str, ...], apart: str) -> None:
    """A surname of two people, a title, two at once, a word for what somebody is, a first name."""
    text = script(*labels)
    assert people(text) == {label: label for label in labels}
    assert apart in people(text)


def test_a_surname_of_one_whole_name_is_that_person() -> None:
    """In capitals or not."""
    assert people(script("Lena Orr", "Tom Vane", "Orr"))["Orr"] == "Lena Orr"


def test_likely_pairs_are_proposed() -> None:
    """A surname or first name and the whole name, one slip of a letter; short names and other people are not."""
    text = script("Lena Marwick", "Lena Marwik", "Tomas", "Tomsa", "Vane", "Dane", "Ida Holm", "Ida")
    assert spellings(read_bytes(text.encode(), "news.txt")) == (
        ("Ida Holm", "Ida"),
        ("Lena Marwick", "Lena Marwik"),
        ("Tomas", "Tomsa"),
    )


def test_a_name_that_fits_two_is_not_proposed() -> None:
    """`Lena` beside two Lenas."""
    text = script("Lena Marwick", "Lena Orr", "Lena", "Speaker 11", "Speaker 12")
    assert spellings(read_bytes(text.encode(), "news.txt")) == ()
