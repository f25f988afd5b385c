"""Reading labelled text: what is a label, what is not, and what becomes of the other lines."""

from __future__ import annotations

import pytest

from bot.errors import TranscriptError
from bot.formats import read_bytes
from bot.transcript import UNNAMED_SPEAKER, Lines, Transcript
from tests.conftest import shared


def read(text: str, name: str = "talk.txt") -> Transcript:
    return read_bytes(text.encode(), name)


def turns(text: str) -> list[tuple[str, str]]:
    return [(turn.label, turn.text) for turn in read(text).utterances]


def test_the_seed_is_read_exactly() -> None:
    """Five labels, every line accounted for, turns with their true lines, the boilerplate at the end left out."""
    path = shared("seed/nspcc-learning-podcast.txt")
    transcript = read_bytes(path.read_bytes(), path.name)
    assert transcript.speakers == ("INTRO", "HOST", "JENNY COLES", "ANNIE HUDSON", "OUTRO")
    assert (transcript.report.units, transcript.report.speech) == (603, 600)
    assert [(item.reason, item.place) for item in transcript.report.unspoken] == [("unlabelled", Lines(601, 603))]
    # Compared with a second way of finding the turns: runs of lines with the same text before the colon.
    expected: list[tuple[str, int, int]] = []
    for number, line in enumerate(path.read_text().splitlines()[:600], 1):
        label = line.split(":")[0]
        if expected and expected[-1][0] == label:
            expected[-1] = (label, expected[-1][1], number)
        else:
            expected.append((label, number, number))
    assert [(turn.label, turn.place) for turn in transcript.utterances] == [
        (label, Lines(first, last)) for label, first, last in expected
    ]
    assert transcript.utterances[-1].text.endswith("nspcc.org.uk/learning.")


@pytest.mark.parametrize(
    ("line", "label", "words"),
    [
        ("Speaker 1: Good morning.", "Speaker 1", "Good morning."),
        ("JOSÉ PÉREZ: Good morning.", "JOSÉ PÉREZ", "Good morning."),
        ("Jane Doe (Guest): Good morning.", "Jane Doe (Guest)", "Good morning."),
        ("The Chair (Hon. Ann Roe (North, Ind.)): Order.", "The Chair (Hon. Ann Roe (North, Ind.))", "Order."),
        ("DR. O'NEIL: Good morning.", "DR. O'NEIL", "Good morning."),
        ("[SPEAKER_00]: Good morning.", "SPEAKER_00", "Good morning."),
        ("SPEAKER_00: Good morning.", "SPEAKER_00", "Good morning."),
        ("田中: おはよう", "田中", "おはよう"),
        ("田中：おはよう", "田中", "おはよう"),
        ("**Mat Ryer:** Good morning.", "Mat Ryer", "Good morning."),
        ("**Mat Ryer**: Good morning.", "Mat Ryer", "Good morning."),
        ("[00:01:02] Ana Silva: Good morning.", "Ana Silva", "Good morning."),
        ("Ana Silva (00:01:02): Good morning.", "Ana Silva", "Good morning."),
        ("00:01 Ana Silva: Good morning.", "Ana Silva", "Good morning."),
    ],
)
def test_labels(line: str, label: str, words: str) -> None:
    """The shapes of labels that writers and exporters use."""
    other = "Tom Farrant: And to you."
    assert turns(f"{line}\n{other}\n{line}\n{other}\n") == [(label, words), ("Tom Farrant", "And to you.")] * 2


@pytest.mark.parametrize(
    "line",
    [
        "Note: this was cut short.",
        "Here is the thing: nobody came.",
        "10:30: the meeting began again.",
        "https://example.org: see there.",
        "Remember: it was raining.",
    ],
)
def test_not_labels(line: str) -> None:
    """A colon does not make a label: such a line goes on with the turn before it."""
    text = f"Ana Silva: I began.\nIt went on.\n{line}\nTom Farrant: Did you?\nAna Silva: I did.\nTom Farrant: Well.\n"
    assert turns(text)[0] == ("Ana Silva", f"I began. It went on. {line}")


def test_times_become_seconds() -> None:
    """A time in the label is the start of the words on that line."""
    transcript = read("[00:01:02] Ana: Yes, I do.\n[01:00:00] Tom: No, I do not.\n[1:00:05.5] Ana: Oh.\n")
    assert [turn.start for turn in transcript.utterances] == [62.0, 3600.0, 3605.5]


def test_otter() -> None:
    """Otter's own lines for name and time, words on the next lines, one or two spaces, hours."""
    text = "Tom Pravda  0:15\nHello there.\nIt is me.\n\nUnknown Speaker 1:02:03\nWho?\n"
    transcript = read(text)
    assert [(t.label, t.text, t.start) for t in transcript.utterances] == [
        ("Tom Pravda", "Hello there. It is me.", 15.0),
        ("Unknown Speaker", "Who?", 3723.0),
    ]


def test_label_on_every_line() -> None:
    """Wrapped text with the label repeated: one turn a run of lines, and slices know their own lines."""
    text = "ANA: It fell by\nANA: 18 per cent. We\nANA: do not know why.\nTOM: Why\nTOM: not?\nStray words.\n"
    transcript = read(text)
    assert [(t.label, t.text) for t in transcript.utterances] == [
        ("ANA", "It fell by 18 per cent. We do not know why."),
        ("TOM", "Why not?"),
    ]
    ana = transcript.utterances[0]
    assert ana.place_of(ana.text.index("18"), ana.text.index("We")) == Lines(2, 2)
    assert ana.place_of(ana.text.index("We"), len(ana.text)) == Lines(2, 3)
    assert [(item.reason, item.text) for item in transcript.report.unspoken] == [("unlabelled", "Stray words.")]


def test_label_once_a_turn() -> None:
    """A line without a label goes on with the turn before it where the file has that habit."""
    text = "Minutes\n\nAna Silva: First.\n\nMore of it.\n\nTom Roe: Second.\nAna Silva: Third.\n\nAnd its end.\n"
    transcript = read(text)
    assert [(t.label, t.text, t.place) for t in transcript.utterances] == [
        ("Ana Silva", "First. More of it.", Lines(3, 5)),
        ("Tom Roe", "Second.", Lines(7, 7)),
        ("Ana Silva", "Third. And its end.", Lines(8, 10)),
    ]
    assert transcript.report.by_reason() == {"header": 1, "blank": 4}


def test_a_trailer_is_not_speech() -> None:
    """Where every turn stands on its labelled line, unlabelled lines at the end belong to nobody."""
    text = "Ana: One.\nTom: Two.\nAna: Three.\nTom: Four.\n\nSubscribe to our newsletter.\n"
    transcript = read(text)
    assert transcript.utterances[-1].text == "Four."
    assert transcript.report.by_reason() == {"blank": 1, "unlabelled": 1}


def test_each_labelled_line_is_a_turn_of_its_own() -> None:
    """Two labelled lines of one speaker stay two turns unless the file wraps its text."""
    assert turns("Ana: Yes.\nAna: Quite.\nTom: No.\nAna: Oh.\nTom: Hm.\nAna: Ah.\nTom: Eh.\n")[:2] == [
        ("Ana", "Yes."),
        ("Ana", "Quite."),
    ]


def test_text_without_labels_is_one_unnamed_speaker() -> None:
    """Read all the same, a paragraph a turn, and said so."""
    transcript = read("It was a cold day.\nThe boat was late.\n\nNobody came.\n")
    assert transcript.speakers == (UNNAMED_SPEAKER,)
    assert [turn.text for turn in transcript.utterances] == ["It was a cold day. The boat was late.", "Nobody came."]
    assert "no speaker labels" in transcript.report.remarks[0]


def test_windows_line_ends_and_byte_order_mark() -> None:
    """CRLF and a BOM change neither words nor line numbers; a form feed is not a line end."""
    transcript = read_bytes(b"\xef\xbb\xbfANA: One.\x0cStill one.\r\nTOM: Two.\r\nANA: Three.\r\n", "talk.txt")
    assert [(turn.text, turn.place.first) for turn in transcript.utterances if isinstance(turn.place, Lines)] == [
        ("One.\x0cStill one.", 1),
        ("Two.", 2),
        ("Three.", 3),
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b" \n\n", "the file is empty"),
        (b"ANA: caf\xe9.\n", "not UTF-8 (0xe9 on line 1)"),
        (b"ANA: Hi\0\n", "binary file"),
        (b"%PDF-1.7", "a PDF"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nHello.\n", "SubRip"),
        (b'{"segments": []}', "JSON"),
        (b"<!DOCTYPE html><p>Hello</p>", "HTML"),
    ],
)
def test_bad_input_says_what_was_seen(data: bytes, message: str) -> None:
    """One line that names the file, what was seen and what to do."""
    with pytest.raises(TranscriptError) as caught:
        read_bytes(data, "talk.txt")
    assert message in str(caught.value)
    assert str(caught.value).startswith("talk.txt: ")
    assert "\n" not in str(caught.value)
