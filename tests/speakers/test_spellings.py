"""One person under several names in a transcript: a surname and a whole name, a slip of a letter."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot import Library, answer, mentions, verify_quote
from bot.cli import main
from bot.counts.roster import perhaps_one
from bot.questions.understanding import understand
from bot.speakers.spellings import spellings
from embeddings.encoder import Encoder
from ui.listing import list_html

MINUTES = (
    "INES MARLOW: The pump house was flooded twice last winter.\nOtto Brandt: We rebuilt the wall after that.\n"
    "Marlow: The parish council paid for the stone of the wall.\nOtto Brandt: And the mill paid for the lanterns.\n"
    "INES MARLOW: We meet again in March.\nMarlow: At seven in the hall.\nOtto Brandt: Good.\nOtto Brant: So it is.\n"
    "Otto Brant: The minutes are closed.\n"
)


@pytest.mark.parametrize(
    ("transcripts", "people"),
    [
        ([("INES MARLOW", "Marlow", "Otto")], [{"ines marlow", "marlow"}]),
        ([("INES MARLOW", "Ms. Marlow")], [{"ines marlow", "marlow"}]),
        ([("Jan van Dijk", "van Dijk")], [{"jan van dijk", "van dijk"}]),
        ([("Ines Marlow", "Ines Marlowe")], [{"ines marlow", "ines marlowe"}]),
        ([("Otto Brandt", "Otto Brant")], [{"otto brandt", "otto brant"}]),
        ([("HARTLEY", "HARTELY", "Ann")], [{"hartley", "hartely"}]),
        ([("Ines Marlow", "Ines Marlowe", "Marlow")], [{"ines marlow", "ines marlowe", "marlow"}]),
        # Not in one transcript, a first name alone, two people of one name, roles, machine labels.
        ([("INES MARLOW",), ("Marlow",)], []),
        ([("Ines Marlow", "Ines")], []),
        ([("Ines Marlow", "Rosa Marlow", "Marlow")], []),
        ([("Ines Marlow", "Marlow"), ("Rosa Marlow", "Marlow")], []),
        ([("Project Manager", "Manager")], []),
        ([("Grad A", "A"), ("Speaker 1", "Speaker 2")], []),
        # First names a letter apart are two people's, and short names are.
        ([("Tim Hartley", "Tom Hartley")], []),
        ([("Daniel", "Daniela")], []),
        ([("Daniel Ruiz", "Daniela Ruiz")], []),
        ([("Ann Lee", "Ann Lea")], []),
        ([("Ann Hansson", "Ann Larsson")], []),
    ],
)
def test_who_is_one_person(transcripts: list[tuple[str, ...]], people: list[set[str]]) -> None:
    """By the speakers of each transcript; never by likeness alone."""
    assert [set(group) for group in spellings(tuple(transcripts)).groups()] == people


def test_they_are_proposed_for_merge() -> None:
    """The whole name first, since it is what they would be called."""
    beside = [("Marlow", "INES MARLOW", "Otto Brandt", "Otto Brant")]
    assert perhaps_one(beside[0], beside) == (("INES MARLOW", "Marlow"), ("Otto Brandt", "Otto Brant"))
    assert perhaps_one(beside[0]) == ()


def test_many_speakers_take_no_time() -> None:
    """Two thousand transcripts with some new names each; the second time nothing is reckoned."""
    many = tuple((f"Ana Sanderson{n:04d}", f"Marlow{n}", "Ines Marlow", "Marlow") for n in range(2000))
    started = time.perf_counter()
    assert spellings(many).same["marlow"] == {"ines marlow", "marlow"}
    assert time.perf_counter() - started < 4  # a tenth of it, where nothing else runs


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    folder = tmp_path_factory.mktemp("spellings")
    library = Library.open(folder / "library", encoder=encoder)
    (folder / "minutes.txt").write_text(MINUTES, encoding="utf-8")
    library.add(folder / "minutes.txt")
    return library


def test_a_question_about_one_is_about_both(library: Library) -> None:
    """Whichever name it has: never "not said by" one of them where the other says it."""
    assert set(library.speakers) == {"INES MARLOW", "Marlow", "Otto Brandt", "Otto Brant"}
    for question, people, words in (
        (
            "What did Ines Marlow say about who paid for the stone?",
            {"INES MARLOW", "Marlow"},
            "The parish council paid",
        ),
        ("What did Marlow say about the pump house?", {"INES MARLOW", "Marlow"}, "The pump house was flooded"),
        ("What did Otto Brant say about the lanterns?", {"Otto Brandt", "Otto Brant"}, "And the mill paid"),
    ):
        reply = answer(question, library, model="none")
        assert set(reply.speakers) == people
        assert reply.status == "answered"
        assert words in reply.citations[0].quote.text


def test_everything_that_takes_a_speaker_takes_the_person(library: Library) -> None:
    """`speaker=`, counts, verification, anyone but them, and a comparison, in which they are one side."""
    assert mentions("wall", library, "Ines Marlow").count == 1
    assert verify_quote("The parish council paid", library, "Ines Marlow").status == "found"
    assert verify_quote("We rebuilt the wall", library, "Ines Marlow").status == "said_by_other"
    assert set(answer("Who paid?", library, speaker="Marlow", model="none").speakers) == {"INES MARLOW", "Marlow"}
    others = understand("What did anyone but Marlow say about the wall?", library).named
    assert set(others.speakers) == {"Otto Brandt", "Otto Brant"}
    legs = understand("Do Ines Marlow and Otto Brandt agree about the wall?", library).legs
    assert [set(leg.named.speakers) for leg in legs] == [{"INES MARLOW", "Marlow"}, {"Otto Brandt", "Otto Brant"}]


def test_a_surname_of_two_is_asked_back(tmp_path: Path, tiny_encoder: Encoder) -> None:
    """Where two people have it, and somebody speaks under it alone."""
    library = Library.open(tmp_path / "library", encoder=tiny_encoder)
    (tmp_path / "minutes.txt").write_text(MINUTES.replace("Otto Brandt", "ROSA MARLOW"), encoding="utf-8")
    library.add(tmp_path / "minutes.txt")
    reply = answer("What did Marlow say about the stone?", library, model="none")
    assert (reply.status, set(reply.choices)) == ("unclear", {"INES MARLOW", "ROSA MARLOW"})
    assert answer("What did Ines Marlow say about it?", library, model="none").speakers == ("INES MARLOW",)


def test_the_command_and_the_page_propose_them(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    """With the command to type, and a button."""
    assert main(["speakers", "--library", str(library.folder)]) == 0
    said = capsys.readouterr().out
    assert "perhaps one person: INES MARLOW, Marlow\n    onrecord merge 'INES MARLOW' Marlow" in said
    assert "perhaps one person: Otto Brandt, Otto Brant\n" in said
    html = list_html(library.entries, "", "added", lambda entry: None)
    assert "They are one&#58; INES MARLOW" in html
