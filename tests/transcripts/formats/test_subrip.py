"""Reading SubRip captions: cues, their tolerances, and names that are only text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import srt

from bot.errors import TranscriptError
from bot.transcripts.formats import read_bytes
from bot.transcripts.formats.text import fold_white
from bot.transcripts.transcript import UNNAMED_SPEAKER, Lines
from tests.conftest import SHARED, shared
from tests.transcripts.formats.locating import read_and_locate, turns


def cues(*said: str, number: bool = True, point: str = ",") -> str:
    """Captions of half a second each."""
    blocks = []
    for at, words in enumerate(said):
        head = f"{at + 1}\n" if number else ""
        blocks.append(f"{head}00:00:{at:02d}{point}000 --> 00:00:{at:02d}{point}500\n{words}\n")
    return "\n".join(blocks)


def test_names_only_when_they_change() -> None:
    """Podcasting 2.0: a name where somebody begins, and cues without one go on; each line has its own time."""
    text = cues(
        "Sarah: It fell by", "18 per cent\nand I know why.", "Tom: Do you?", "Sarah: I do.", "Tom: Oh.", "Well."
    )
    transcript = read_and_locate(text.encode(), "talk.srt")
    assert [(turn.label, turn.text, turn.start) for turn in transcript.utterances] == [
        ("Sarah", "It fell by 18 per cent and I know why.", 0.0),
        ("Tom", "Do you?", 2.0),
        ("Sarah", "I do.", 3.0),
        ("Tom", "Oh. Well.", 4.0),
    ]
    first = transcript.utterances[0]
    assert first.place_of(first.text.index("18"), first.text.index("18") + 11) == Lines(7, 7)
    assert first.time_of(first.text.index("18"), first.text.index("18") + 11) == (1.0, 1.5)
    assert "2 cues without a name continue" in transcript.report.remarks[0]
    assert transcript.report.by_reason() == {"blank": 5}


def test_a_name_alone_on_a_line() -> None:
    """`John Smith:` above the words, or in a cue of its own."""
    said = ["John Smith:\nGood morning.", "All of you.", "Ana Roe:\nThank you.", "John Smith:", "So then."]
    assert turns(cues(*said), "talk.srt") == [
        ("John Smith", "Good morning. All of you."),
        ("Ana Roe", "Thank you."),
        ("John Smith", "So then."),
    ]


def test_a_name_on_every_cue() -> None:
    """WhisperX: a cue without one was recognised as nobody's, and is not given to the speaker before."""
    said = ["[SPEAKER_00]: One.", "[SPEAKER_00]: Two.", "Three.", "[SPEAKER_01]: Four.", "[SPEAKER_01]: Five."]
    assert turns(cues(*said), "talk.srt") == [
        ("SPEAKER_00", "One. Two."),
        ("", "Three."),
        ("SPEAKER_01", "Four. Five."),
    ]


def test_a_cue_that_is_nobodys_among_named_ones() -> None:
    """WhisperX leaves the name out of a cue that it gives to nobody, also where no speaker has two cues in a row."""
    said = [
        f"[SPEAKER_0{at % 2}]: {words}" for at, words in enumerate(("Who then?", "Ask.", "Me?", "Yes.", "No.", "So."))
    ]
    who = [(f"SPEAKER_0{at % 2}", line.partition(": ")[2]) for at, line in enumerate(said)]
    said.insert(1, "I stole the money.")
    who.insert(1, ("", "I stole the money."))
    assert turns(cues(*said), "talk.srt") == who


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (["♪", "[door opens]", "♪ la la ♪", "Who is it?"], "♪ la la ♪ Who is it?"),
        (["So a < b > c.", "<b>Quite</b>."], "So a < b > c. Quite."),
    ],
)
def test_notes_and_signs_are_located(said: list[str], read: str) -> None:
    """Notes alone are no words, though a song has them; comparisons are no tags."""
    assert turns(cues(*said), "talk.srt") == [("", read)]


def test_bare_labels_of_machines_get_a_name() -> None:
    """`A:` is who the file says; the speaker is called "Speaker A"."""
    transcript = read_bytes(cues("A: One here.", "A: Two.", "B: Three.", "A: Four.", "B: Five.").encode(), "talk.srt")
    assert {(turn.label, turn.speaker) for turn in transcript.utterances} == {("A", "Speaker A"), ("B", "Speaker B")}


def test_a_remark_before_a_colon_is_no_name() -> None:
    """What heads one cue and is a word of the language stays in the words."""
    said = ["Sarah: I have a question.", "Question: was it cold?", "Tom: It was,", "as it can be."]
    said += ["Sarah: Note: nobody", "came to us,", "not one.", "Tom: So it", "was then.", "Sarah: It was."]
    assert turns(cues(*said), "talk.srt")[0] == ("Sarah", "I have a question. Question: was it cold?")
    assert ("Sarah", "Note: nobody came to us, not one.") in turns(cues(*said), "talk.srt")


@pytest.mark.parametrize(
    "text",
    [
        cues("Hello there,\nall.", "Good."),
        "\ufeff" + cues("Hello there,\nall.", "Good."),
        cues("Hello there,\nall.", "Good.").replace("\n", "\r\n"),
        cues("Hello there,\nall.", "Good.").replace("\n", "\r"),
        cues("Hello there,\nall.", "Good.", number=False),
        cues("Hello there,\nall.", "Good.", point="."),
        cues("Hello there,\n\nall.", "Good."),
        cues("Hello there,\nall.", "Good.").replace("\n\n", "\n"),
        cues("Hello there,\nall.", "Good.").replace("00:00:", "00:"),
        cues("Hello there,\nall.", "Good.").replace(" --> ", "-->"),
        cues("Hello there,\nall.", "Good.").replace(",500\n", ",500  X1:10 X2:20 Y1:1 Y2:2\n"),
        cues("{\\an8}<i>Hello</i> there,\nall.", '<font color="#fff">Good</font>.'),
        cues("Hello there,<br />all.", "Good."),
        cues("Hello there,\nall.", "", "Good."),
    ],
)
def test_what_players_forgive_is_read(text: str) -> None:
    """The same two captions in the shapes that players take."""
    assert [" ".join(words for _, words in turns(text, "talk.srt"))] == ["Hello there, all. Good."]
    assert read_bytes(text.encode(), "talk.txt").report.family == "srt"


def test_times_without_hours() -> None:
    """`00:02,760` is under three seconds, where the library srt reads 880."""
    transcript = read_bytes(b"1\n00:02,760 --> 00:04,000\nHello.\n\n2\n01:00:05,5 --> 01:00:06,0\nBye.\n", "talk.srt")
    turn = transcript.utterances[0]
    assert [piece.start for piece in turn.pieces] == [2.76, 3605.5]


def test_numbers_that_somebody_says() -> None:
    """A number above timings is the cue's in a file that numbers its cues, and words in one that does not."""
    assert turns(cues("How many?", "42", "Good."), "talk.srt") == [("", "How many? 42 Good.")]
    assert turns(cues("How many?\n42", "Good.", number=False), "talk.srt") == [("", "How many? 42 Good.")]


def test_dialogue_dashes_part_speakers() -> None:
    """Two dashes in a cue are two people; a lone dash or a negative number is words."""
    said = ["- Did you do it?\n- I never did.", "At all."]
    assert turns(cues(*said), "talk.srt") == [("", "Did you do it?"), ("", "I never did. At all.")]
    assert turns(cues("- So I went", "- 5 degrees."), "talk.srt") == [("", "- So I went - 5 degrees.")]
    assert turns(cues(">> Did you?", ">> No."), "talk.srt") == [("", "Did you?"), ("", "No.")]


def test_names_behind_signs_of_a_change() -> None:
    """Broadcast captions write `>> ANA:`; who follows without a name is nobody that is known."""
    said = [">> ANA: Did you?", ">> TOM: I did not.", ">> ANA: Oh.", ">> Never?", ">> TOM: No."]
    assert turns(cues(*said), "talk.srt") == [
        ("ANA", "Did you?"),
        ("TOM", "I did not."),
        ("ANA", "Oh."),
        ("", "Never?"),
        ("TOM", "No."),
    ]


def test_rolling_captions_are_said_once() -> None:
    """A line that is shown again while the next one grows is reported; what is truly said twice stays."""
    text = (
        "1\n00:00:00,000 --> 00:00:02,000\nit fell by\n\n2\n00:00:02,000 --> 00:00:02,010\nit fell by\n\n"
        "3\n00:00:02,010 --> 00:00:04,000\nit fell by\neighteen per cent\n\n"
        "4\n00:00:04,500 --> 00:00:06,000\neighteen per cent\nand that is that\n"
    )
    transcript = read_and_locate(text.encode(), "talk.srt")
    assert [turn.text for turn in transcript.utterances] == ["it fell by eighteen per cent and that is that"]
    assert transcript.report.by_reason() == {"blank": 3, "repeated by rolling captions": 5}
    assert turns(cues("Never.", "Never.", "Never."), "talk.srt") == [("", "Never. Never. Never.")]


def test_stage_directions_alone_in_a_cue() -> None:
    """`[Music]` is reported where it is all of a cue, and stays where somebody's words stand beside it."""
    text = cues("[Music]", "Hello [laughs] all.", "(crosstalk)", "(I left.)")
    transcript = read_and_locate(text.encode(), "talk.srt")
    assert [turn.text for turn in transcript.utterances] == ["Hello [laughs] all. (I left.)"]
    assert transcript.report.by_reason() == {"stage direction": 6, "blank": 3}


def test_overlapping_cues_keep_their_order() -> None:
    """Cues of two people that overlap are turns in the order of the file."""
    text = (
        "1\n00:00:00,000 --> 00:00:05,000\nAna Roe: One.\n\n2\n00:00:02,000 --> 00:00:03,000\nTom Lee: Two.\n\n"
        "3\n00:00:02,500 --> 00:00:06,000\nAna Roe: Three.\n\n4\n00:00:06,000 --> 00:00:07,000\nTom Lee: Four.\n"
    )
    assert [words for _, words in turns(text, "talk.srt")] == ["One.", "Two.", "Three.", "Four."]


def test_no_timings() -> None:
    """Refused with what was expected."""
    with pytest.raises(TranscriptError, match="no line of timings was found"):
        read_bytes(b"Hello.\n", "talk.srt", "srt")


@pytest.mark.parametrize("name", ["buzzcast.srt", "podcastindex_example.srt"])
def test_real_files_against_srt(name: str) -> None:
    """The same words and times as a maintained parser finds, and the names that stand at the heads of cues."""
    path = shared(f"formats/srt-speaker/{name}")
    transcript = read_and_locate(path.read_bytes(), name)
    captions = list(srt.parse(path.read_text(encoding="utf-8-sig")))
    heads = [match[1] for item in captions if (match := re.match(r"([A-Z][a-z]+) ?: ", item.content))]
    words = [re.sub(r"^[A-Z][a-z]+ ?: ", "", item.content) for item in captions]
    assert fold_white(" ".join(turn.text for turn in transcript.utterances)) == fold_white(" ".join(words))
    assert [turn.label for turn in transcript.utterances] == heads
    assert transcript.utterances[0].start == captions[0].start.total_seconds()
    assert transcript.utterances[-1].end == captions[-1].end.total_seconds()


@pytest.mark.parametrize(
    "path",
    sorted((SHARED / "formats" / "edge-cases").glob("*.srt")) if SHARED.exists() else [],
    ids=lambda path: path.name,
)
def test_malformed_files_hold_the_words_that_srt_finds(path: Path) -> None:
    """Malformed files hold the words that srt finds, by nobody that is named."""
    transcript = read_and_locate(path.read_bytes(), path.name)
    assert transcript.speakers == (UNNAMED_SPEAKER,)
    theirs = " ".join(item.content for item in srt.parse(path.read_text(), ignore_errors=True))
    assert transcript.utterances[0].text == fold_white(theirs)
