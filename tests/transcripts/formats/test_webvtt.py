"""Reading WebVTT: voices, cues cut in mid-sentence, and lines that are not speech."""

from __future__ import annotations

from pathlib import Path

import pytest
import webvtt

from bot.errors import TranscriptError
from bot.transcripts.formats import detect, read_bytes
from bot.transcripts.formats.text import fold_white
from bot.transcripts.transcript import UNNAMED_SPEAKER, Lines, Transcript
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


def cues(*said: str) -> str:
    return "WEBVTT\n\n" + "".join(
        f"00:00:{at:02d}.000 --> 00:00:{at:02d}.500\n{words}\n\n" for at, words in enumerate(said)
    )


def turns(text: str) -> list[tuple[str, str]]:
    """Label and words of each turn, each found again by the locator under its label and no other."""
    transcript, data = read(text), text.encode()
    labels = {turn.label for turn in transcript.utterances}
    for turn in transcript.utterances:
        held = {
            label for label in labels if detect(data, "talk.vtt")[0].holds(data, turn.place, turn.text, label, labels)
        }
        assert held == {turn.label}
    return [(turn.label, turn.text) for turn in transcript.utterances]


def test_voice_only_when_it_changes() -> None:
    """Where the habit is to tag only changes, a cue without a tag continues the speaker, on all its lines."""
    text = cues("<v Ana>I never took", "the money and I\nnever will.", "<v Tom>Sure.", "You did,\ntwice.")
    assert turns(text) == [("Ana", "I never took the money and I never will."), ("Tom", "Sure. You did, twice.")]
    assert "2 cues without a voice tag" in read(text).report.remarks[0]


def test_a_missing_voice_is_not_guessed() -> None:
    """Where nearly every cue is tagged, or tags repeat, one without a tag is nobody's."""
    repeated = cues("<v Ana>One", "<v Ana>two.", "Three.", "<v Tom>Four.", "Five.")
    assert [t.speaker for t in read(repeated).utterances] == ["Ana", UNNAMED_SPEAKER, "Tom", UNNAMED_SPEAKER]
    alternating = cues("<v Ana>One.", "<v Tom>Two.", "I took it,\nI did.", "<v Ana>Four?")
    assert turns(alternating) == [("Ana", "One."), ("Tom", "Two."), ("", "I took it, I did."), ("Ana", "Four?")]


def test_zoom_names_every_cue() -> None:
    """Names in the words, phrases cut mid-way, a dial-in that is a number."""
    said = [
        "Samson Zhang: So it",
        "Samson Zhang: fell by 18.",
        "16175551234: Did it?",
        "Samson Zhang: Yes:",
        "Tom Roe: Oh.",
    ]
    assert turns(cues(*said)) == [
        ("Samson Zhang", "So it fell by 18."),
        ("16175551234", "Did it?"),
        ("Samson Zhang", "Yes:"),
        ("Tom Roe", "Oh."),
    ]


def test_names_are_not_looked_for_where_voices_are_tagged() -> None:
    """A colon behind a voice tag is somebody's words."""
    assert turns(cues("<v Ana>Tom: come here.", "<v Tom>Ana: no.")) == [("Ana", "Tom: come here."), ("Tom", "Ana: no.")]


YOUTUBE = """WEBVTT
Kind: captions
Language: en-GB

00:00:00.000 --> 00:00:02.000 align:start position:0%
 
it<00:00:00.500><c> fell</c><00:00:01.000><c> by</c>

00:00:02.000 --> 00:00:02.010 align:start position:0%
it fell by
 

00:00:02.010 --> 00:00:04.000 align:start position:0%
it fell by
eighteen<00:00:03.000><c> per</c><00:00:03.500><c> cent</c>

00:00:04.000 --> 00:00:04.010 align:start position:0%
eighteen per cent
 

00:00:05.500 --> 00:00:07.000 align:start position:0%
eighteen per cent
[Music]
"""


def test_youtube_rolls() -> None:
    """Each line is said once, at its own time, across pauses too; the language is in the header."""
    transcript = read(YOUTUBE)
    assert turns(YOUTUBE) == [("", "it fell by eighteen per cent [Music]")]
    assert [piece.start for piece in transcript.utterances[0].pieces] == [0.0, 2.01, 5.5]
    assert transcript.report.by_reason()["repeated by rolling captions"] == 6
    assert transcript.language == "en-GB"


@pytest.mark.parametrize("said", [("Never.", "Never.", "Never."), ("Never.\nI did.", "I did.", "Oh.", "So.", "Well.")])
def test_what_is_said_twice_stays(said: tuple[str, ...]) -> None:
    """Repeats alone do not make rolling captions."""
    assert turns(cues(*said).replace(".500\n", ".999\n")) == [("", fold_white(" ".join(said)))]


def test_bare_labels_get_a_name() -> None:
    """`<v 0>` is called "Speaker 0"; the file's label stays."""
    assert [(turn.label, turn.speaker) for turn in read(cues("<v 0>One.", "<v 1>Two.")).utterances] == [
        ("0", "Speaker 0"),
        ("1", "Speaker 1"),
    ]


def test_words_after_a_closed_or_nameless_voice_are_nobodys() -> None:
    """`</v>` and `<v>` end a voice, and what follows is not carried over either."""
    assert turns(cues("<v Ana>Hello.</v> Laughter.", "more.", "<v Tom>Bye.", "<v>Who?")) == [
        ("Ana", "Hello."),
        ("", "Laughter. more."),
        ("Tom", "Bye."),
        ("", "Who?"),
    ]


@pytest.mark.parametrize(
    "words",
    [
        "count is < 5 and never when it is > 9",
        "use the <div> tag, <I think> so",
        "I <3 you -> there",
        "see A --> B, or 1 --> 2",
        "<00:00:06> is a time",
        "1",
    ],
)
def test_signs_that_are_not_tags_are_words(words: str) -> None:
    """Only the recommendation's tags and time stamps are markup."""
    assert turns(cues(f"<v Ana>{words}", "<v Tom>So?")) == [("Ana", words), ("Tom", "So?")]
    tagged = f"<c.loud>{words}</c> <00:00:06.000>and <lang en><b>so</b></lang> on"
    assert turns(cues(f"<v Ana>{tagged}", "<v Tom>So?"))[0] == ("Ana", f"{words} and so on")


def test_voices_in_a_note_do_not_speak() -> None:
    """Neither reader nor locator takes a name from a note, a style or a header."""
    text = cues("<v Ana>One.", "NOTE_", "two.", "<v Tom>Three.", "Four.")
    text = text.replace("00:00:01.000 --> 00:00:01.500\nNOTE_", "NOTE <v Bob>edited\n<v Bob>twice")
    assert turns(text) == [("Ana", "One. two."), ("Tom", "Three. Four.")]
    assert read(text).report.by_reason()["note"] == 2


@pytest.mark.parametrize("header", ["WEBVTT\n", "WEBVTT\nKind: captions\n", "WEBVTT\n1\n", "\ufeffWEBVTT - x\n"])
def test_a_cue_directly_under_the_header(header: str) -> None:
    """Timings end the header, with their identifier."""
    assert turns(f"{header}00:01.000 --> 00:02.000\n<v Ana>One.\n") == [("Ana", "One.")]


def test_identifiers_are_not_words() -> None:
    """An integer above timings numbers the cue, in a file that numbers its cues; elsewhere it is somebody's words."""
    glued = "00:01.000 --> 00:02.000\n<v Ana>How many?\n{}00:03.000 --> 00:04.000\n<v Ana>Good.\n"
    assert turns("WEBVTT\n\n1\n" + glued.format("2\n")) == [("Ana", "How many? Good.")]
    assert turns("WEBVTT\n\n" + glued.format("42\n")) == [("Ana", "How many? 42 Good.")]
    report = read("WEBVTT\n\n1\n" + glued.format("2\n")).report
    assert (report.speech, report.by_reason()) == (6, {"header": 1, "blank": 1})


def test_only_an_empty_line_ends_a_cue() -> None:
    """A line of white space is part of the cue; tolerated is one that parts it from a note or an identifier."""
    assert turns("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ana>One.\n \nTwo.\n") == [("Ana", "One. Two.")]
    text = (
        "WEBVTT\n\na-1\n00:01.000 --> 00:02.000\n<v Ana>One.\n \nNOTE <v Bob>\n \na-2\n00:03.000 --> 00:04.000\nTwo.\n"
    )
    assert turns(text) == [("Ana", "One. Two.")]


def test_cues_without_a_blank_line_between() -> None:
    """Tolerated: timings in mid-block begin the next cue, and no words are lost."""
    transcript = read("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ana>One.\n00:02.000 --> 00:03.000\n<v Tom>Two.\n")
    assert [(t.label, t.text) for t in transcript.utterances] == [("Ana", "One."), ("Tom", "Two.")]


def test_without_its_signature() -> None:
    """Read as SubRip, which has none; as WebVTT it is refused with what was seen and what to do."""
    text = "00:01.000 --> 00:02.000\nHello.\n"
    assert (read(text).report.family, read(text).utterances[0].text) == ("srt", "Hello.")
    with pytest.raises(TranscriptError, match="begins with WEBVTT"):
        read_bytes(text.encode(), "talk.vtt", "vtt")


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
