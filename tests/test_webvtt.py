"""Reading WebVTT: voices, cues cut in mid-sentence, and lines that are not speech."""

from __future__ import annotations

from pathlib import Path

import pytest
import webvtt

from bot.errors import TranscriptError
from bot.formats import read_bytes
from bot.formats.text import fold_white
from bot.transcript import UNNAMED_SPEAKER, Lines, Transcript
from tests.conftest import SHARED, shared


def read(text: str) -> Transcript:
    return read_bytes(text.encode(), "talk.vtt")


CUES = """WEBVTT - A talk
Kind: captions
Language: en

NOTE made by hand
on two lines

STYLE
::cue { color: red }

1
00:00:01.000 --> 00:00:04.000 align:start
<v.loud Mary Ann>It fell by

00:04.000 --> 00:06.500
<v Mary Ann>18 per cent &amp; <i>nobody</i> knows why.</v>

guid-7
00:00:06.500 --> 00:00:09.000
<v Mary Ann>Do we?
<v Tom Roe>No.

00:00:09.000 --> 00:00:10.000
<v Tom Roe>We 2 < 3 <00:00:09.500>never did.
"""


def test_voices_and_times() -> None:
    """A turn runs over cues of one voice; two voices in a cue are two turns; tags and entities are undone."""
    transcript = read(CUES)
    assert [(t.label, t.text, t.place, t.start, t.end) for t in transcript.utterances] == [
        ("Mary Ann", "It fell by 18 per cent & nobody knows why. Do we?", Lines(13, 20), 1.0, 9.0),
        ("Tom Roe", "No. We 2 < 3 never did.", Lines(21, 24), 6.5, 10.0),
    ]
    assert transcript.report.by_reason() == {"header": 3, "blank": 6, "note": 2, "style": 2}


def test_a_slice_knows_its_own_lines_and_times() -> None:
    """The words of one cue are placed at that cue, not at the whole turn."""
    turn = read(CUES).utterances[0]
    start = turn.text.index("18")
    assert turn.place_of(start, start + 11) == Lines(16, 16)
    assert turn.time_of(start, start + 11) == (4.0, 6.5)


def test_voice_only_when_it_changes() -> None:
    """Where no neighbouring cues repeat a tag, an untagged cue continues the speaker before it, and that is said."""
    cue = "00:00:0{}.000 --> 00:00:0{}.500\n{}\n\n"
    text = "WEBVTT\n\n" + "".join(
        cue.format(at, at, words) for at, words in enumerate(["<v Ana>One", "and two.", "<v Tom>Three.", "Four."])
    )
    transcript = read(text)
    assert [(t.label, t.text) for t in transcript.utterances] == [("Ana", "One and two."), ("Tom", "Three. Four.")]
    assert "2 cues without a voice tag" in transcript.report.remarks[0]


def test_a_missing_voice_is_not_guessed() -> None:
    """Where every cue is tagged, one without a tag is nobody's."""
    cue = "00:00:0{}.000 --> 00:00:0{}.500\n{}\n\n"
    text = "WEBVTT\n\n" + "".join(
        cue.format(at, at, words) for at, words in enumerate(["<v Ana>One", "<v Ana>two.", "Three.", "<v Tom>Four."])
    )
    assert [t.speaker for t in read(text).utterances] == ["Ana", UNNAMED_SPEAKER, "Tom"]


def test_cues_without_a_blank_line_between() -> None:
    """Tolerated: timings in mid-block begin the next cue, and no words are lost."""
    transcript = read("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ana>One.\n00:02.000 --> 00:03.000\n<v Tom>Two.\n")
    assert [(t.label, t.text) for t in transcript.utterances] == [("Ana", "One."), ("Tom", "Two.")]


def test_without_its_signature() -> None:
    """Refused with what was seen and what to do."""
    with pytest.raises(TranscriptError, match="begins with WEBVTT"):
        read("00:01.000 --> 00:02.000\nHello.\n")


@pytest.mark.parametrize(
    "name", ["podcastindex_example.vtt", "podnews_daily_2024-01-25.vtt", "kde_express-16_kde_en_telegram.vtt"]
)
def test_real_files_against_webvtt_py(name: str) -> None:
    """The same words in the same order as a maintained parser finds, where it reads the file at all."""
    path = shared(f"formats/vtt-voice/{name}")
    ours = fold_white(" ".join(turn.text for turn in read_bytes(path.read_bytes(), name).utterances))
    # webvtt-py leaves out cues whose times have no minutes; ours must then hold all of its words and more.
    theirs = [fold_white(caption.text.replace("&amp;", "&")) for caption in webvtt.read(str(path))]
    position = 0
    for words in theirs:
        position = ours.index(words, position) + len(words)
    if name != "podnews_daily_2024-01-25.vtt":
        assert ours == " ".join(theirs)


@pytest.mark.parametrize(
    "path",
    sorted((SHARED / "formats" / "edge-cases").glob("*.vtt")) if SHARED.exists() else [],
    ids=lambda path: path.name,
)
def test_edge_cases_are_read_or_refused_in_one_line(path: Path) -> None:
    """Malformed files either account for every line or are refused with a TranscriptError."""
    try:
        transcript = read_bytes(path.read_bytes(), path.name)
    except TranscriptError as error:
        assert "\n" not in str(error)
    else:
        assert transcript.words > 0
        transcript.report.check()
