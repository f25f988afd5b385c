"""Words of somebody else that stand inside a turn, behind a mark with a name."""

from __future__ import annotations

import io

import docx
import pytest

from bot.transcripts.formats import read_bytes
from bot.transcripts.formats.inside import split_inside
from tests.transcripts.formats.locating import read_and_locate, turns

SLASHED = """I: So you kept bees on the roof. //B: Geese. // Geese, then.
B: Four of them, and a swan. //I: A swan? // He came by himself.
I: And who fed them?
B: My brother did, mostly.
"""
BRACKETED = """Nora Field: The ferry left at six. {mark} And nobody waved.
Tom Ash: I waved from the bridge.
Nora Field: Did you hear the horn?
Tom Ash: All the way up the hill.
"""


def test_words_between_slashes_are_those_of_the_name_behind_the_first() -> None:
    """The main speaker goes on behind the mark; all stand on the one line, each named there."""
    transcript = read_and_locate(SLASHED.encode(), "bees.txt")
    assert [(turn.label, turn.text) for turn in transcript.utterances] == [
        ("I", "So you kept bees on the roof."),
        ("B", "Geese."),
        ("I", "Geese, then."),
        ("B", "Four of them, and a swan."),
        ("I", "A swan?"),
        ("B", "He came by himself."),
        ("I", "And who fed them?"),
        ("B", "My brother did, mostly."),
    ]
    assert [str(turn.place) for turn in transcript.utterances[:4]] == ["line 1", "line 1", "line 1", "line 2"]
    assert {piece.carried for turn in transcript.utterances for piece in turn.pieces} == {0}
    assert [turn.index for turn in transcript.utterances] == list(range(8))


@pytest.mark.parametrize(
    ("mark", "label"),
    [
        ("[Tom Ash: Did it?]", "Tom Ash"),
        ("(Tom Ash: Did it?)", "Tom Ash"),
        ("((Tom Ash: Did it?))", "Tom Ash"),
        ("//Tom Ash: Did it?//", "Tom Ash"),
        ("[Tom: Did it?]", "Tom"),
        ("[Ash: Did it?]", "Ash"),
    ],
)
def test_a_mark_has_a_label_of_the_file_or_a_part_of_exactly_one(mark: str, label: str) -> None:
    """Slashes, brackets and parentheses alike."""
    said = turns(BRACKETED.format(mark=mark), "ferry.txt")
    assert said[:3] == [
        ("Nora Field", "The ferry left at six."),
        (label, "Did it?"),
        ("Nora Field", "And nobody waved."),
    ]
    assert len(said) == 6


@pytest.mark.parametrize(
    "aside",
    [
        "[Applause: long]",
        "[laughs]",
        "[Tom Ash: laughs]",
        "[Note: the horn is a tape]",
        "//mm//",
        "See http://Tom.example//x: it is all there.",
        "[Tom Ash: never closed",
        "(Mark: six)",
    ],
)
def test_what_names_no_speaker_or_has_no_words_stays_in_the_turn(aside: str) -> None:
    """Brackets and slashes with anything else are as the file has them."""
    said = turns(BRACKETED.format(mark=aside), "ferry.txt")
    assert said[0] == ("Nora Field", f"The ferry left at six. {aside} And nobody waved.")
    assert len(said) == 4


def test_a_code_like_those_of_the_file_speaks_though_it_has_no_turn_of_its_own() -> None:
    """`S03` beside `S01` and `S02`."""
    text = "S01: The bus was late. //S03: Again.// It was.\nS02: We walked.\nS01: Far?\nS02: To the lake.\n"
    assert turns(text, "bus.txt")[:3] == [("S01", "The bus was late."), ("S03", "Again."), ("S01", "It was.")]


def test_a_mark_may_be_wrapped_over_lines() -> None:
    """It ends where it closes; each speaker's words keep their lines."""
    text = "I: It rained for a week. //B: For ten\ndays. // Ten days, then, and\nthe road went.\nB: It did.\n" * 2
    transcript = read_and_locate(text.encode(), "rain.txt")
    assert [(turn.label, turn.text, str(turn.place)) for turn in transcript.utterances[:4]] == [
        ("I", "It rained for a week.", "line 1"),
        ("B", "For ten days.", "lines 1-2"),
        ("I", "Ten days, then, and the road went.", "lines 2-3"),
        ("B", "It did.", "line 4"),
    ]


def test_a_mark_that_is_not_closed_ends_with_its_line_and_is_doubtful() -> None:
    """The other speaker is named, but not where their words end."""
    text = SLASHED.replace("Geese. // Geese, then.", "Geese.")
    second = read_and_locate(text.encode(), "bees.txt").utterances[1]
    assert (second.label, second.text) == ("B", "Geese.")
    assert second.doubt == "the mark before these words (//B:) is not closed, so where they end is not sure"


def test_captions_have_such_marks_too() -> None:
    """noScribe writes them inside of a voice, and before the name of a voice that begins inside another's."""
    text = (
        "WEBVTT\n\n00:00.000 --> 00:04.000\n<v S01>The kiln was cold. //S00: Stone cold. // We lit it at dawn.\n\n"
        "00:04.000 --> 00:06.000\n<v S00>At five.\n\n"
        "00:06.000 --> 00:09.000\n<v //S02>Who had the key? //S00: I had.//\n"
    )
    assert turns(text, "kiln.vtt") == [
        ("S01", "The kiln was cold."),
        ("S00", "Stone cold."),
        ("S01", "We lit it at dawn."),
        ("S00", "At five."),
        ("S02", "Who had the key?"),
        ("S00", "I had."),
    ]


def test_pages_and_documents_have_such_marks_too() -> None:
    """What is told by one family is told by all."""
    lines = BRACKETED.format(mark="[Tom: Did it?]").splitlines()
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    stored = io.BytesIO()
    document.save(stored)
    page = "<html><body>" + "".join(f"<p>{line}</p>" for line in lines) + "</body></html>"
    for data, name in ((stored.getvalue(), "ferry.docx"), (page.encode(), "ferry.html")):
        assert turns(data, name)[:3] == [
            ("Nora Field", "The ferry left at six."),
            ("Tom", "Did it?"),
            ("Nora Field", "And nobody waved."),
        ]


def test_tags_with_names_are_labels_and_never_words() -> None:
    """Two voices on a line, a closing tag on the next."""
    text = (
        "<Person1>The tram ran along the quay.</Person1><Person2>Until the war?</Person2>\n"
        "<Person1>Until the flood.\n</Person1><Person2>Which one?</Person2>\n"
    )
    assert turns(text, "tram.txt") == [
        ("Person1", "The tram ran along the quay."),
        ("Person2", "Until the war?"),
        ("Person1", "Until the flood."),
        ("Person2", "Which one?"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<Speaker>Ana</Speaker><Text>We left at six in the morning.</Text>\n" * 3,
        "We said <b>never</b> and <b>always</b>, and went home.\n",
        "Use <Enter> to go on and </Enter> never.\n",
    ],
)
def test_tags_that_are_fields_or_markup_name_nobody(text: str) -> None:
    """A record's fields are not people."""
    transcript = read_bytes(text.encode(), "record.txt")
    assert transcript.labels == {""}


def test_the_split_says_where_each_one_speaks() -> None:
    """Ends are those of the words; the main speaker's label is left out."""
    words = "Yes. //B: No. // Yes."
    assert split_inside(words, {"B"}) == [("", 0, 5, ""), ("B", 10, 14, ""), ("", 16, 21, "")]
