"""Reading labelled text: what is a label, what is not, and what becomes of the other lines."""

from __future__ import annotations

import pytest

from bot.errors import TranscriptError
from bot.transcripts.formats import detect, read_bytes
from bot.transcripts.transcript import UNNAMED_SPEAKER, Lines, Transcript
from tests.conftest import shared
from tests.transcripts.formats.locating import named


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
        "ACTION ITEM: Send the plan to Tom.",
        "Key points: the ferry is late.",
    ],
)
def test_a_colon_does_not_make_a_label(line: str) -> None:
    """A colon does not make a label: such a line goes on with the turn before it."""
    text = f"Ana Silva: I began.\nIt went on.\n{line}\nTom Farrant: Did you?\nAna Silva: I did.\nTom Farrant: Well.\n"
    assert turns(text)[0] == ("Ana Silva", f"I began. It went on. {line}")


def located(text: str) -> bool:
    """Whether the locator finds every turn under its own label and, where turns share no words, under no other."""
    transcript, data = read(text), text.encode()
    labels = {turn.label for turn in transcript.utterances}
    holds = detect(data, "talk.txt")[0].holds
    return all(
        holds(data, turn.place, turn.text, label, labels) == (label == turn.label)
        for turn in transcript.utterances
        for label in labels
        if label == turn.label or named(turn)
    )


@pytest.mark.parametrize(
    "text",
    [
        "00:00:00:00 - 00:00:03:21\nAna Silva\nGood morning.\n\n00:00:03:21 - 00:00:05:00\nTom Roe\nAnd you.\n",
        "Ana Silva:\t00:00\tGood morning.\n\nTom Roe:\t00:03\tAnd you.\n",
        "Ana Silva - 00:00\nGood morning.\n\nTom Roe - 00:03\nAnd you.\n",
    ],
    ids=["Premiere", "Temi", "Fireflies"],
)
def test_exporters_that_put_times_beside_names(text: str) -> None:
    said = [(turn.label, turn.text, turn.start) for turn in read(text).utterances]
    assert said == [("Ana Silva", "Good morning.", 0.0), ("Tom Roe", "And you.", 3.0)]
    assert located(text)


def test_a_date_in_brackets_is_no_span() -> None:
    """WhatsApp's exports are read as words, and found again as such."""
    assert located("[06.03.23, 10:00:01] Ana: Good morning.\n[06.03.23, 10:00:09] Tom: And you.\n")


TALK = "HOST: Welcome to it.\nAna Silva: Thank you, all.\nHOST: So we begin.\nAna Silva: Indeed so.\n"


@pytest.mark.parametrize(
    "label",
    [
        "Sarah K.",
        "Martin Luther King Jr.",
        'DWAYNE "THE ROCK" JOHNSON',
        "van Dijk",
        "de la Cruz",
        "Mr. Chris d'Entremont",
        "16175551234",
        "+1 617 555 1234",
        "1617*****34",
        "Tom Roe [BBC]",
        "Caller 1",
        "Ana Silva (laughing)",
        "ana silva",
    ],
)
def test_labels_of_unusual_shape(label: str) -> None:
    """A label that repeats never ends as words of the speaker before."""
    text = f"{TALK}{label}: I took the money.\nHOST: Oh, really?\n{label}: I mean it.\nHOST: Hm.\n"
    assert turns(text)[4:] == [
        (label, "I took the money."),
        ("HOST", "Oh, really?"),
        (label, "I mean it."),
        ("HOST", "Hm."),
    ]
    assert located(text)


def test_labels_in_lower_case() -> None:
    """`bell hooks:` names herself so; it takes more evidence than a capital would."""
    text = "HOST: Well, then?\nIt is late.\nbell hooks: It is.\n" * 4
    assert turns(text)[:2] == [("HOST", "Well, then? It is late."), ("bell hooks", "It is.")]


def test_heads_of_lines_that_are_read_as_words_are_said() -> None:
    """What repeats at the head of lines and is not taken for a label may be one, so the report names it."""
    answer = "HOST: And then?\nAna Silva: We went on.\nRemember: it was cold.\n"
    transcript = read(answer * 3)
    assert transcript.speakers == ("HOST", "Ana Silva")
    assert transcript.report.remarks == ("3 lines begin with 'Remember:', read as words of the turn before",)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (
            "In two steps.\nStep 1: Open the lid.\nStep 2: Close it.\n",
            "In two steps. Step 1: Open the lid. Step 2: Close it.",
        ),
        ("We went to the city of\nNew York: it was cold.\n", "We went to the city of New York: it was cold."),
        ("It is there.\n\nChapter Three: I left.\n", "It is there. Chapter Three: I left."),
        ("It is there.\n- On Friday: a talk.\n", "It is there. - On Friday: a talk."),
        ("The train left at\nWaterloo 10:15\nand was full.\n", "The train left at Waterloo 10:15 and was full."),
    ],
)
def test_no_invented_speakers(lines: str, words: str) -> None:
    """A head that occurs once, in the middle of a sentence or numbered like a list, is part of the turn."""
    text = f"HOST: How is it made?\nAna Silva: {lines}HOST: So then, off\nwe go.\nAna Silva: Indeed so.\nHOST: Hm.\n"
    told = [(label, words) for label, words in turns(text) if label != "HOST"]
    assert " ".join(words for _, words in told[:-1]) == words
    assert {label for label, _ in told} <= {"Ana Silva", ""}
    assert located(text)


def test_speakers_who_occur_once() -> None:
    """Accepted where a turn can begin, and named in the report."""
    text = f"{TALK}It is true,\nI think.\nCaller 1: Hello, all.\nHOST: Who is it?\n\nTom Roe: It is me.\n"
    transcript = read(text)
    assert transcript.speakers == ("HOST", "Ana Silva", "Caller 1", "Tom Roe")
    assert transcript.report.remarks == ("read as speakers though they occur once: Caller 1, Tom Roe",)


def test_bold_heads_that_are_remarks() -> None:
    """Where labels are bold, another bold head is a speaker, unless it is known to name nobody."""
    text = "**Mat Ryer:** Hello.\n\n**Ana Silva:** Hi.\n\n**Mat Ryer:** So.\n\n**{}:** do it.\n\n**Ana Silva:** Yes.\n"
    assert turns(text.format("Pro tip"))[2:4] == [("Mat Ryer", "So."), ("", "Pro tip: do it.")]
    assert turns(text.format("Goat boy"))[3] == ("Goat boy", "do it.")


def test_a_list_of_links_is_no_conversation() -> None:
    """`[name]: https://…` is a Markdown link; somebody may still begin with one."""
    text = "[Ana]: https://example.org is it.\n[Tom]: Is it?\n[Ana]: It is.\n\n[docs]: https://example.org/a\n"
    assert read(text).speakers == ("Ana", "Tom")


def test_two_speakers_on_one_line() -> None:
    """A label of the file after the end of a sentence begins a turn; the words are nobody else's."""
    text = f"{TALK}HOST: Did you do it? Ana Silva: I never did. HOST: “Never?” Ana Silva: No.\n"
    assert turns(text)[4:] == [
        ("HOST", "Did you do it?"),
        ("Ana Silva", "I never did."),
        ("HOST", "“Never?”"),
        ("Ana Silva", "No."),
    ]
    assert located(text)


@pytest.mark.parametrize(
    "words", ["He said to Ana Silva: come here.", 'I read "Who Is She? Ana Silva: A Life" at home.']
)
def test_a_name_within_a_sentence_is_no_label(words: str) -> None:
    """Nor is one inside quotation marks."""
    text = f"{TALK}HOST: {words}\n"
    assert turns(text)[4:] == [("HOST", words)]
    assert located(text)


@pytest.mark.parametrize(
    "text",
    [
        "ANA: It fell by\nANA: 18 per cent and the\nAdvertisement\nANA: cause is not known.\nTOM: Why\nTOM: not?\n",
        "Ana Silva: It fell and then\n## Part two\nit rose.\nTom Roe: No.\nAna Silva: Yes.\n---\nTom Roe: Why?\n",
        "Ana: It fell.\nAna:foo is the code.\nTom: No.\nAna: Yes.\nTom: Why?\nAna: Oh.\nTom: Ah.\n",
        "**Ana**: One.\n**Ana Silva**: Two.\n**Ana**: Three.\n**Ana Silva**: Four.\n",
        "Ana  0:15\nOne here.\n\nTom 1:02:03\nTwo at\nTomorrow 10:30\n\nAna  0:30\nThree.\n\nTom  0:40\nFour.\n",
    ],
)
def test_quotes_around_lines_that_are_not_speech_are_located(text: str) -> None:
    """The locator leaves out the lines that the file's habit leaves out, and no others."""
    assert located(text)


def test_the_locator_keeps_speakers_apart() -> None:
    """Words joined over another's turn, or under another's label, are not in the file."""
    data = f"{TALK}HOST: Did you? Ana Silva: Never. HOST: Oh.\n".encode()
    holds, labels = detect(data, "talk.txt")[0].holds, {"HOST", "Ana Silva"}
    assert holds(data, Lines(5, 5), "Never.", "Ana Silva", labels)
    assert not holds(data, Lines(5, 5), "Never.", "HOST", labels)
    assert not holds(data, Lines(5, 5), "Did you? Oh.", "HOST", labels)
    assert not holds(data, Lines(1, 3), "Welcome to it. So we begin.", "HOST", labels)


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


def test_otter_header_and_trailer() -> None:
    """Title and date above, the maker's line below; neither is speech."""
    text = (
        "Budget review\nMon, Nov 20, 2023 10:00AM • 52:13\n\nSUMMARY KEYWORDS\nbudget, money\n\nSPEAKERS\nAna, Tom\n\n"
        "Ana  0:03\nIt fell.\n\nTom  0:09\nOh.\n\nAna  0:12\nYes.\n\nTom  0:15\nSo.\n\nTranscribed by https://otter.ai\n"
    )
    transcript = read(text)
    assert [(turn.label, turn.text) for turn in transcript.utterances][2:] == [("Ana", "Yes."), ("Tom", "So.")]
    assert (transcript.title, transcript.date) == ("Budget review", "2023-11-20")
    assert transcript.report.by_reason() == {"header": 6, "blank": 7, "boilerplate": 1}
    assert located(text)


@pytest.mark.parametrize(
    "turn",
    [
        "[{time}] - {name}\n{words}\n\n",  # Happy Scribe
        "{time} - {name}\n{words}\n\n",  # Fathom
        "{time} {name}\n{words}\n\n",  # Word's Transcribe
        "{name} ({time})\n{words}\n\n",  # Riverside
        "{name}: [{time}] {words}\n",  # Sonix
        "[{time}] {name}: {words}\n",
        "{name}  {time}\n{words}\n\n",
        "**{name}:** \\[{time}\\] {words}\n\n",  # Changelog
    ],
)
@pytest.mark.parametrize("time", ["0:0{}", "00:00:0{}", "00:00:0{}.190", "00:0{}.5"])
def test_times_beside_names(turn: str, time: str) -> None:
    """The layouts of exporters: a time before or behind the name, on its line or above the words."""
    said = [("Ana Silva", "It fell."), ("Tom", "Did it?"), ("Ana Silva", "By 18 per cent."), ("Tom", "Oh.")]
    text = "".join(turn.format(time=time.format(at), name=name, words=words) for at, (name, words) in enumerate(said))
    transcript = read(text)
    assert [(turn.label, turn.text) for turn in transcript.utterances] == said
    assert [int(turn.start or 0) for turn in transcript.utterances] == [0, 1, 2, 3]
    assert located(text)


def test_what_zoom_saves_has_times_of_day() -> None:
    """They are no times within a recording."""
    text = (
        "[Ana Silva] 10:02:15\nIt fell.\n\n[Tom] 10:02:19\nOh.\n\n[Ana Silva] 10:02:20\nYes.\n\n[Tom] 10:03:00\nSo.\n"
    )
    assert turns(text) == [("Ana Silva", "It fell."), ("Tom", "Oh."), ("Ana Silva", "Yes."), ("Tom", "So.")]
    assert [turn.start for turn in read(text).utterances] == [None] * 4
    assert located(text)


def test_times_on_lines_of_their_own() -> None:
    """The transcript that is copied from a page: a time, then words; a lone time within sentences is words."""
    transcript = read("0:01\nit fell by\n0:04\neighteen per cent\n1:00:07\nand that is that\n")
    assert [turn.text for turn in transcript.utterances] == ["it fell by eighteen per cent and that is that"]
    assert [piece.start for piece in transcript.utterances[0].pieces] == [1.0, 4.0, 3607.0]
    assert located("0:01\nit fell by\n0:04\neighteen per cent\n0:07\nand that is that\n")
    assert turns("The train left at\n10:30\nand was full.\n") == [("", "The train left at 10:30 and was full.")]


def test_what_whisper_prints() -> None:
    """A range of times before each line, with names or without."""
    text = "[00:00.000 --> 00:03.700]  It fell.\n[00:03.700 --> 00:05.000]  By 18.\n"
    transcript = read(text)
    assert [(p.start, p.end) for p in transcript.utterances[0].pieces] == [(0.0, 3.7), (3.7, 5.0)]
    assert turns(text) == [("", "It fell. By 18.")]
    assert located(text)
    named = "[00:00.000 --> 00:03.700] SPEAKER_00: It fell.\n[00:03.700 --> 00:05.000] SPEAKER_01: By 18.\n" * 2
    assert turns(named)[:2] == [("SPEAKER_00", "It fell."), ("SPEAKER_01", "By 18.")]
    assert located(named)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("See [the *first* page](https://example.org/a_(b)) of it.", "See the first page of it."),
        ("AT&amp;T &#39;did&#39; it, &copy or not.", "AT&T 'did' it, &copy or not."),
        ("I *never* said **that** or _this_ at all.", "I never said that or this at all."),
        (r"It is \[laughs\] 5 \* 3, \#1.", "It is [laughs] 5 * 3, #1."),
        ("snake_case_name and 2 * 3 * 4 stay.", "snake_case_name and 2 * 3 * 4 stay."),
        ("`**kwargs**` is code, *this* is not.", "`**kwargs**` is code, this is not."),
        ("A picture ![of us](a.png) here.", "A picture of us here."),
        ("[1] and (2) and a](b stay.", "[1] and (2) and a](b stay."),
    ],
)
def test_markdown_is_read_as_it_is_shown(words: str, shown: str) -> None:
    """Only in a file that is Markdown by its bold labels: elsewhere every sign is somebody's."""
    text = "**Mat Ryer:** Hello.\n\n**Ana Silva:** {}\n\n**Mat Ryer:** So.\n\n**Ana Silva:** Yes.\n"
    assert turns(text.format(words))[1] == ("Ana Silva", shown)
    assert located(text.format(words))
    plain = text.replace("**", "").format(words)
    assert turns(plain)[1] == ("Ana Silva", words)
    assert located(plain)


@pytest.mark.parametrize("direction", ["*[laughter]*", "[music]", "(crosstalk)", r"\[Applause\]", "♪♪", "(laughing)"])
def test_stage_directions_on_lines_of_their_own(direction: str) -> None:
    """They are reported, and words around them stay one turn; within a line they stay."""
    text = f"ANA: It fell.\n{direction}\nBy 18.\nTOM: {direction} Oh.\nANA: Yes.\nWell.\nTOM: So.\n"
    assert turns(text)[:2] == [("ANA", "It fell. By 18."), ("TOM", f"{direction} Oh.")]
    assert read(text).report.by_reason() == {"stage direction": 1}
    assert located(text)


@pytest.mark.parametrize("line", ["(I was not there.)", "[10:30]", "(and so on)"])
def test_asides_are_words(line: str) -> None:
    text = f"ANA: It fell.\n{line}\nBy 18.\nTOM: Oh.\nANA: Yes.\nWell.\nTOM: So.\n"
    assert turns(text)[0] == ("ANA", f"It fell. {line} By 18.")
    assert located(text)


def test_front_matter() -> None:
    """YAML on top is a header, and says what the recording is called."""
    talk = "**Ana:** It fell.\n\n**Tom:** Oh.\n\n**Ana:** Yes.\n\n**Tom:** So.\n"
    transcript = read(f'---\ntitle: "Budget: a review"\ndate: 2023-05-08\nlang: en_GB\ntags: [a, b]\n---\n\n{talk}')
    assert (transcript.title, transcript.date, transcript.language) == ("Budget: a review", "2023-05-08", "en-GB")
    assert transcript.report.by_reason() == {"header": 6, "blank": 4}
    assert read(f"# Budget *review*\n\n{talk}").title == "Budget review"
    assert read(f"---\n{talk}---\n").title == "talk"


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
    """A paragraph without a label goes on with the turn before it where the file has that habit, here faintly."""
    text = "Minutes\n\nAna Silva: First.\n\nMore of it.\n\nTom Roe: Second.\nAna Silva: Third.\n\nAnd its end.\n"
    transcript = read(text)
    doubt = "named 1 paragraph above; others may speak between"
    assert [(t.label, t.text, t.place, t.doubt) for t in transcript.utterances] == [
        ("Ana Silva", "First.", Lines(3, 3), ""),
        ("Ana Silva", "More of it.", Lines(5, 5), doubt),
        ("Tom Roe", "Second.", Lines(7, 7), ""),
        ("Ana Silva", "Third.", Lines(8, 8), ""),
        ("Ana Silva", "And its end.", Lines(10, 10), doubt),
    ]
    assert transcript.report.by_reason() == {"header": 1, "blank": 4}


def test_a_trailer_is_not_speech() -> None:
    """Where every turn stands on its labelled line, what stands below the last is nobody's: words, or a foot."""
    text = "Ana: One.\nTom: Two.\nAna: Three.\nTom: Four.\n\nAnd so it went on all night.\n\nListen to more talks\n"
    transcript = read(text)
    assert [(turn.label, turn.text) for turn in transcript.utterances[-2:]] == [
        ("Tom", "Four."),
        ("", "And so it went on all night."),
    ]
    assert [item.text for item in transcript.report.unspoken if item.text] == ["Listen to more talks"]


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
        (b"ANA: caf\xe9 \x81.\n", "not UTF-8 (0xe9 on line 1), nor plainly UTF-16"),
        (b"ANA: Hi\0\n", "binary file"),
        (b"%PDF-1.7", "a PDF"),
        (b'{"segments": []}', "JSON"),
        (b"<?xml version='1.0'?><tt><p>Hello</p></tt>", "HTML or XML"),
    ],
)
def test_bad_input_says_what_was_seen(data: bytes, message: str) -> None:
    """One line that names the file, what was seen and what to do."""
    with pytest.raises(TranscriptError) as caught:
        read_bytes(data, "talk.txt")
    assert message in str(caught.value)
    assert str(caught.value).startswith("talk.txt: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("encoding", "mark", "said"),
    [
        ("utf-8", "", "UTF-8"),
        ("utf-8", "\ufeff", "UTF-8 with a byte-order mark"),
        ("utf-16-le", "\ufeff", "UTF-16"),
        ("utf-16-be", "\ufeff", "UTF-16"),
        ("utf-16-le", "", "UTF-16 without a byte-order mark"),
        ("utf-16-be", "", "UTF-16 without a byte-order mark"),
        ("utf-32-le", "\ufeff", "UTF-32"),
        ("cp1252", "", "Windows-1252"),
    ],
)
def test_the_encoding_is_found_from_the_bytes(encoding: str, mark: str, said: str) -> None:
    """What a file is written in is found from its bytes, and said."""
    text = "JOSÉ: Don’t sell the café – it’s worth €9.\r\nANA: Naïve, you are.\r\n"
    transcript = read_bytes((mark + text).encode(encoding), "talk.txt")
    assert [turn.text for turn in transcript.utterances] == [
        "Don’t sell the café – it’s worth €9.",
        "Naïve, you are.",
    ]
    assert transcript.report.encoding == said


@pytest.mark.parametrize(
    "data",
    [
        "ИВАН: Привет всем, начинаем.\n".encode("cp1251"),
        "田中: こんにちは、皆さん。\n".encode("shift-jis"),
        "ANA: I don’t know.\n".encode("mac-roman"),
        "ANA: The café is shut.\n".encode("mac-roman"),
        "ANA: şimdi başlıyoruz.\n".encode("cp1254"),
        "ANA: café, ".encode() + b"caf\xe9\n",  # two encodings in one file
        b"\xff\xfeA\0N\0A",
    ],
)
def test_an_encoding_is_not_guessed(data: bytes) -> None:
    with pytest.raises(TranscriptError, match="save the file as UTF-8"):
        read_bytes(data, "talk.txt")


@pytest.mark.parametrize("mark", ["* * *", "***", "---", "#", "# Part two"])
def test_marks_between_scenes_are_nobodys_words(mark: str) -> None:
    """They are reported; a sentence that one cuts is still one, and what begins behind one is nobody's."""
    text = f"Ana: One\nand more\n{mark}\nand on.\nTom: Two.\nAna: Three.\nTom: Four.\n"
    assert turns(text)[0] == ("Ana", "One and more and on.")
    behind = text.replace("and more", "And more.").replace("and on", "And on")
    assert turns(behind)[:2] == [("Ana", "One And more."), ("", "And on.")]
    assert read(text).report.by_reason() == {"heading": 1}
    assert located(text)


def test_where_names_are_bold_other_heads_are_words() -> None:
    """A reader of news quotes others by paragraphs that begin like labels."""
    text = (
        "**Jerry:** What happened this year.\n\nIn April: it rained. And it rained.\n\nRuben Schade: I like rain.\n\n"
        + "**Adam:** Did it?\n\n**Jerry:** It did.\n\n" * 5
    )
    assert turns(text)[:3] == [
        ("Jerry", "What happened this year."),
        ("", "In April: it rained. And it rained."),
        ("", "Ruben Schade: I like rain."),
    ]
    assert {label for label, _ in turns(text)} == {"Jerry", "Adam", ""}
