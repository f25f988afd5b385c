"""Whose words captions are where a voice tag or `Ana: words` does not say it: each kind, and a neighbour."""

from __future__ import annotations

import pytest

from tests.transcripts.formats.sentences import read_each, said


def srt(*cues: str, touching: bool = False) -> str:
    """Captions of half a second each, or of a whole one without a gap."""
    ends = [f"00:00:{at + 1:02d},000" if touching else f"00:00:{at:02d},500" for at in range(len(cues))]
    return "\n".join(
        f"{at + 1}\n00:00:{at:02d},000 --> {end}\n{words}\n"
        for at, (words, end) in enumerate(zip(cues, ends, strict=True))
    )


def vtt(*cues: str, head: str = "WEBVTT") -> str:
    blocks = (f"00:00:{at:02d}.000 --> 00:00:{at:02d}.500\n{words}\n" for at, words in enumerate(cues))
    return f"{head}\n\n" + "\n".join(blocks)


# ---- Names wrapped over two lines


def test_a_name_over_two_lines_of_a_cue_is_one_name() -> None:
    """It names the cue below, which its own cue leaves without words."""
    text = vtt(
        "Nora Quill: Is the ferry late?",
        "Pat Dunmore: It left at nine.",
        "Theodora Vance-Ashby (Lower Quay and\nIsland Ward):",
        "Did anybody ask the pilot?",
        "Pat Dunmore: I asked him.",
        "Theodora Vance-Ashby (Lower Quay and\nIsland Ward): And he said?",
        "Pat Dunmore: Nothing at all.",
    )
    transcript = read_each(text, "ferry.vtt")
    label = "Theodora Vance-Ashby (Lower Quay and Island Ward)"
    assert said(transcript) == [
        ("Nora Quill", "Is the ferry late?"),
        ("Pat Dunmore", "It left at nine."),
        (label, "Did anybody ask the pilot?"),
        ("Pat Dunmore", "I asked him."),
        (label, "And he said?"),
        ("Pat Dunmore", "Nothing at all."),
    ]
    assert [piece.carried for turn in transcript.utterances for piece in turn.pieces] == [0, 0, 1, 0, 0, 0]


def test_words_above_a_colon_are_no_name() -> None:
    """A sentence that runs on to a colon, and somebody's name below another's last word."""
    text = vtt(
        "Nora Quill: Is the ferry late?",
        "Today we sail to Lower\nQuay: come along.",
        "Pat Dunmore: It left\nNora Quill: When?\nPat Dunmore: At nine.",
        "Not before.",
    )
    assert said(read_each(text, "ferry.vtt")) == [
        ("Nora Quill", "Is the ferry late? Today we sail to Lower Quay: come along."),
        ("Pat Dunmore", "It left"),
        ("Nora Quill", "When?"),
        ("Pat Dunmore", "At nine. Not before."),
    ]


def test_a_cue_that_only_names_is_followed_by_that_persons_words() -> None:
    """Even where all other cues name somebody, so that a cue without a name is nobody's."""
    cues = [f"{who} Quill: Word {at} of it." for at, who in enumerate(["Nora", "Tom"] * 4)]
    text = vtt(*cues, "Pat Dunmore:", "It left at nine.", "Who was that?", "Nora Quill: Nobody.", *cues)
    transcript = read_each(text, "ferry.vtt")
    assert said(transcript)[8:11] == [
        ("Pat Dunmore", "It left at nine."),
        ("", "Who was that?"),
        ("Nora Quill", "Nobody. Word 0 of it."),
    ]


# ---- Names in brackets


@pytest.mark.parametrize(
    "mark", ["[Speaker {}]\n", "[Speaker {}] ", "(SPEAKER_0{}) ", "<Speaker {}>\n", ">> [Speaker {}] "]
)
def test_machine_marks_in_brackets(mark: str) -> None:
    """Without a colon, on a line of their own or before the words; the cue below goes on, as the file's habit is."""
    one, two = mark.format(1), mark.format(2)
    text = srt(f"{one}The ferry is late.", "It always is.", f"{two}Who says so?", f"{one}The pilot does.")
    transcript = read_each(text, "ferry.srt")
    a, b = (name.strip("[]()<> \n") for name in (one, two))
    assert said(transcript) == [
        (a, "The ferry is late. It always is."),
        (b, "Who says so?"),
        (a, "The pilot does."),
    ]
    assert [piece.carried for piece in transcript.utterances[0].pieces] == [0, 1]


def test_a_machine_mark_within_a_line_and_one_in_a_cue_of_its_own() -> None:
    """Words never contain it; nobody is given a cue of brackets as a stage direction that names who speaks next."""
    text = srt("[S1] The ferry is late. [S2] Again?", "[S1]", "Again, yes.", "[S2] Right.")
    assert said(read_each(text, "ferry.srt")) == [
        ("S1", "The ferry is late."),
        ("S2", "Again?"),
        ("S1", "Again, yes."),
        ("S2", "Right."),
    ]


def test_a_sign_of_a_change_ends_a_name_in_brackets() -> None:
    """Who speaks behind it is not the one that the mark names."""
    text = srt("[Speaker 1] The ferry is late.", ">> Who is it?", "[Speaker 2] The pilot.", "[Speaker 1] Come in.")
    assert said(read_each(text, "ferry.srt"))[:2] == [("Speaker 1", "The ferry is late."), ("", "Who is it?")]


def test_who_speaks_once_in_a_file_of_names_in_brackets_is_somebody_too() -> None:
    """Never the one before; but where sounds are written so as well, one word that occurs once may be a sound."""
    cues = ["[Nora] The ferry is late.", "[Pat] It left at nine.", "[Nora] Did it?", "[Pat] Yes.", "[Pilot] I saw it."]
    assert said(read_each(srt(*cues), "ferry.srt"))[-1] == ("Pilot", "I saw it.")
    sounds = srt(*cues[:4], "[Laughter] Oh.", "[Exhales] Right.")
    assert {label for label, _ in said(read_each(sounds, "ferry.srt"))} <= {"Nora", "Pat", ""}


def test_names_in_brackets_among_sounds() -> None:
    """A few names that repeat before words are who speaks; sounds and what is described are none."""
    text = srt(
        "(NORA) The ferry is late.",
        "[Music]",
        "(PAT) It left at nine.",
        "[door creaks] It did.",
        "(NORA) Did it?",
        "(laughter)",
        "(PAT) It did, yes.",
        "And the pilot saw it.",
    )
    transcript = read_each(text, "ferry.srt")
    assert said(transcript) == [
        ("NORA", "The ferry is late."),
        ("PAT", "It left at nine. [door creaks] It did."),
        ("NORA", "Did it?"),
        ("PAT", "It did, yes. And the pilot saw it."),
    ]
    assert transcript.report.by_reason() == {"blank": 7, "stage direction": 6}


@pytest.mark.parametrize(
    "cues",
    [
        ("[Music]", "The ferry is late.", "[Applause] It left.", "[Music] At nine.", "[Applause] It did."),
        ("[Verse 1] The ferry is late.", "[Verse 2] It left at nine.", "[Verse 3] It did.", "Oh."),
        ("[Later] The ferry is late.", "Much later.", "[Nora] It left at nine.", "And so on."),
        ("(So I thought.) The ferry is late.", "(Or so they say.) It left.", "At nine."),
        ("The ferry [S1] is late.", "It left at nine (S2).", "At nine."),
    ],
)
def test_brackets_that_name_nobody(cues: tuple[str, ...]) -> None:
    """Sounds that repeat, parts of a song, what occurs once, asides, and codes that head no line."""
    transcript = read_each(srt(*cues), "ferry.srt")
    assert transcript.labels == {""}
    assert transcript.words >= sum(len(cue.split()) for cue in cues) - 1


# ---- Capitals


CAPITALS = (
    "male narrator:\nTHE FERRY WAS LATE.",
    ">> IT LEFT AT NINE.",
    "NOBODY TOLD THE PILOT.",
    "narrator: AND THE CREW\nSLEPT ON.",
    "IT CAME DOWN TO THIS:",
    "TWO CREWS, ONE FERRY.",
    ">> AND THE PILOT KNEW.",
    "narrator: SO IT WAS.",
)


def test_lower_case_names_in_a_file_of_capitals() -> None:
    """What is written small there is a name, though it occurs once; a phrase before a colon is none, and `>>` begins
    a turn of somebody unnamed that goes on to the next name."""
    assert said(read_each(srt(*CAPITALS), "ferry.srt")) == [
        ("male narrator", "THE FERRY WAS LATE."),
        ("", "IT LEFT AT NINE. NOBODY TOLD THE PILOT."),
        ("narrator", "AND THE CREW SLEPT ON. IT CAME DOWN TO THIS: TWO CREWS, ONE FERRY."),
        ("", "AND THE PILOT KNEW."),
        ("narrator", "SO IT WAS."),
    ]


def test_names_in_capitals_in_a_file_of_capitals() -> None:
    """Names that repeat or stand behind a sign of a change are still names."""
    text = srt(">> NORA: THE FERRY WAS LATE.", ">> PAT: WHO TOLD YOU?", ">> NORA: THE PILOT.", ">> TIM LEE: HE DID.")
    assert said(read_each(text, "ferry.srt")) == [
        ("NORA", "THE FERRY WAS LATE."),
        ("PAT", "WHO TOLD YOU?"),
        ("NORA", "THE PILOT."),
        ("TIM LEE", "HE DID."),
    ]


def test_small_words_before_a_colon_in_a_file_that_is_not_in_capitals() -> None:
    text = srt("The ferry was late.", "my point: it always is.", "Nobody told the pilot.", "It was so.")
    assert {label for label, _ in said(read_each(text, "ferry.srt"))} == {""}


# ---- Names beneath machines' voices


def test_names_in_the_text_win_over_codes_in_the_tags() -> None:
    """A name and a time in cues of their own: the name is whose words follow under the same tag, the time is none."""
    text = vtt(
        "<v >(9 seconds pause)",
        "<v S02>Nora Quill: ",
        "<v S02>[00:00:16]",
        "<v S02>The ferry is late.",
        "<v S02>It left at nine.",
        "<v S03>Pat Dunmore: ",
        "<v S03>[00:00:28]",
        "<v S03>Who says so?",
        "<v S02>Nora Quill: The pilot does.",
        head="WEBVTT ferry",
    )
    transcript = read_each(text, "talk.vtt")
    assert said(transcript) == [
        ("Nora Quill", "The ferry is late. It left at nine."),
        ("Pat Dunmore", "Who says so?"),
        ("Nora Quill", "The pilot does."),
    ]
    assert transcript.report.by_reason() == {"header": 1, "blank": 9, "stage direction": 2, "time": 4}
    assert transcript.title == "ferry"


@pytest.mark.parametrize(
    "cues",
    [
        ("<v Nora>Tom: come here.", "<v Pat>Lee: why?", "<v Nora>Tom: now."),
        ("<v S01>Tom: come here.", "<v S02>Why is that?", "<v S01>Because.", "<v S02>Tom: no."),
        ("<v S01>Question: was it late?", "<v S02>Question: who says so?", "<v S01>Question: why?"),
    ],
)
def test_names_that_tagged_voices_say(cues: tuple[str, ...]) -> None:
    """Beneath a person's name, at the head of few stretches, or beneath several codes, a name is words."""
    wanted = [(cue[3 : cue.index(">")], cue[cue.index(">") + 1 :]) for cue in cues]
    assert said(read_each(vtt(*cues), "ferry.vtt")) == wanted


# ---- Words laid over others


def test_words_between_slashes_are_that_voices() -> None:
    """Within a line, over a line's end and the next cue's, and unclosed to the cue's end; slashes of a tag are none of
    the name."""
    text = vtt(
        "<v S01>The ferry is late. //S00: Again? // It always is.",
        "<v S00>I waited //S01: you always\ndo // for an hour.",
        "<v //S02>So did I. //S00: Did you?",
        "<v S01>See https://example.org/S00: it //S00: is there",
        "<v S01>in print.// Read it.",
    )
    assert said(read_each(text, "ferry.vtt")) == [
        ("S01", "The ferry is late."),
        ("S00", "Again?"),
        ("S01", "It always is."),
        ("S00", "I waited"),
        ("S01", "you always do"),
        ("S00", "for an hour."),
        ("S02", "So did I."),
        ("S00", "Did you?"),
        ("S01", "See https://example.org/S00: it"),
        ("S00", "is there in print."),
        ("S01", "Read it."),
    ]


def test_slashes_that_lay_nothing_over() -> None:
    text = vtt("<v Nora>Either // or, you see.", "<v Pat>See http://example.org: it // is there.")
    assert said(read_each(text, "ferry.vtt")) == [
        ("Nora", "Either // or, you see."),
        ("Pat", "See http://example.org: it // is there."),
    ]


# ---- Captions that were cut where they overlap


def test_captions_cut_at_each_overlap_say_everything_once() -> None:
    """One alone, both, the other alone; and one that lasts longer than what overlaps it.  What repeats is reported."""
    text = srt(
        "NORA: The ferry is late.",
        "NORA: The ferry is late.\nPAT: It left at nine.",
        "PAT: It left at nine.",
        "NORA: Who says so?",
        "PAT: I told you so,\nand so did he.",
        "PAT: I told you so,\nand so did he.\nNORA: Did he?",
        "PAT: I told you so,\nand so did he.",
        "NORA: I see.",
        "PAT: You do.",
        "NORA: I do.",
        "PAT: Good.",
        touching=True,
    )
    transcript = read_each(text, "ferry.srt")
    assert said(transcript) == [
        ("NORA", "The ferry is late."),
        ("PAT", "It left at nine."),
        ("NORA", "Who says so?"),
        ("PAT", "I told you so, and so did he."),
        ("NORA", "Did he? I see."),
        ("PAT", "You do."),
        ("NORA", "I do."),
        ("PAT", "Good."),
    ]
    assert transcript.report.by_reason() == {"repeated where captions overlap": 10, "blank": 10}


@pytest.mark.parametrize(
    ("cues", "touching"),
    [
        (("Never.", "Never.\nI did.", "I did.", "Oh."), False),
        (("Never.", "Never.", "I did.", "I did."), True),
        (("Never.\nI did.", "I did.", "Never.\nI did.", "Oh."), True),
    ],
)
def test_what_is_said_twice_is_kept(cues: tuple[str, ...], touching: bool) -> None:
    """With pauses between, in a cue of its own each time, or not between two that were cut."""
    assert said(read_each(srt(*cues, touching=touching), "ferry.srt")) == [("", " ".join(" ".join(cues).split()))]


# ---- Titles


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("WEBVTT The late ferry", "The late ferry"),
        ("WEBVTT - The late ferry", "The late ferry"),
        ("WEBVTT", "talk"),
        ("WEBVTT FILE", "talk"),
        ("WEBVTT Kind: captions; Language: en", "talk"),
        ("WEBVTT - Generated by Some Program", "talk"),
        ("WEBVTT - 12:30", "talk"),
    ],
)
def test_the_text_behind_the_signature_is_the_title(head: str, title: str) -> None:
    """Unless it says what made the file, or is a header of its own."""
    assert read_each(vtt("<v Nora>The ferry is late.", head=head), "talk.vtt").title == title
