"""Times and codes before and behind the words are never words: each shape that is written, and its neighbours that are
said.
"""

from __future__ import annotations

import re

import pytest

from bot.transcripts.formats import family_of
from bot.transcripts.transcript import Transcript
from tests.transcripts.formats.locating import named, read_and_locate
from tests.writers import docx, paragraph, run

RUNA, BRAM = "Runa Teller", "Bram Osei"
SAID = (
    (RUNA, "The ferry left an hour late. I saw it go."),
    (BRAM, "Nobody had wound the clock."),
    (RUNA, "Who winds it, then?"),
    (BRAM, "My aunt did. She stopped in the spring."),
    (RUNA, "And since the spring?"),
    (BRAM, "It is four minutes slow."),
)
CODES = {RUNA: "S1", BRAM: "S2"}


def read(text: str, name: str = "ferry.txt") -> Transcript:
    """The transcript; every turn and every sentence of it is held where it stands, by its speaker alone."""
    data = text.encode()
    transcript = read_and_locate(data, name)
    holds = family_of(data, transcript).holds
    for turn in transcript.utterances:
        for match in re.finditer(r"\S[^.!?]*[.!?]", turn.text):
            place = turn.place_of(match.start(), match.end())
            assert holds(data, place, match.group(), turn.label, transcript.labels), match.group()
            # Whether a label carries over to words that have none is for the reader alone to say.
            others = transcript.labels - {turn.label} if named(turn) else set()
            assert not any(holds(data, place, match.group(), other, transcript.labels) for other in others)
    return transcript


def said(transcript: Transcript) -> list[tuple[str, str]]:
    return [(turn.label, turn.text) for turn in transcript.utterances]


def starts(transcript: Transcript) -> list[float | None]:
    return [piece.start for turn in transcript.utterances for piece in turn.pieces]


def written(shape: str, between: str = "\n") -> str:
    """The talk with each turn in a shape: {h} is hh:mm:ss, {m} mm:ss, {n} the number of the turn, ten seconds apart."""
    return between.join(
        shape.format(
            h=f"00:00:{at * 10:02}",
            m=f"00:{at * 10:02}",
            s=at * 10,
            e=at * 10 + 9,
            ends=f"00:00:{at * 10 + 9:02}",
            who=who,
            code=CODES[who],
            words=words,
        )
        for at, (who, words) in enumerate(SAID)
    )


CODED = [(CODES[who], words) for who, words in SAID]
TENS = [at * 10.0 for at in range(len(SAID))]


@pytest.mark.parametrize("between", ["\n", "\n\n"], ids=["lines", "paragraphs"])
@pytest.mark.parametrize(
    ("shape", "wanted", "times"),
    [
        ("#{h}-0# {who}: {words}", SAID, TENS),
        ("{who}: {words} #{ends}-5#", SAID, [0.0, 9.0, 19.0, 29.0, 39.0, 49.0]),
        ("{who}: {words} [{ends}]", SAID, [0.0, 9.0, 19.0, 29.0, 39.0, 49.0]),
        ("{code} {h}.5 {words}", CODED, [at + 0.5 for at in TENS]),
        ("{who} {h} {words}", SAID, TENS),
        ("[{m}] [{code}] {words}", CODED, TENS),
        ("[{h}.000] [SPEAKER_0{code}] {words}", [(f"SPEAKER_0{code}", words) for code, words in CODED], TENS),
        ("[SPEAKER_0{code}] {words}", [(f"SPEAKER_0{code}", words) for code, words in CODED], [None] * 6),
        ("[{who}] {words}", SAID, [None] * 6),
        ("({code}) {words}", CODED, [None] * 6),
        ("[{code}]\n{words}", CODED, [None] * 6),
        ("SPEAKER: {code}\n{words}", CODED, [None] * 6),
        ("Speaker: {who}\n{words}", SAID, [None] * 6),
        ("{who}   0 minutes {s} seconds\n{words}", SAID, TENS),
        ("{who} 0 minutes {s} seconds {words}", SAID, TENS),
        ("{who}\n0 Minuten {s} Sekunden\n{words}", SAID, TENS),
        ("{who}\n0 minutes {s} seconds\n0:{s:02}\n{who} 0 minutes {s} seconds\n{words}", SAID, TENS),
        ("{s}.000000\t{e}.500000\t{who}: {words}", SAID, TENS),
        ("{h}.000,{ends}.500\n{who}: {words}", SAID, TENS),
        ("[{m}.00]{who}: {words}", SAID, TENS),
        ("{m} {who}: {words}", SAID, TENS),
        ("05/06/2031, {m} - {who}: {words}", SAID, [None] * 6),
        ("[05/06/2031, {h}] {who}: {words}", SAID, [None] * 6),
        ("5/6/31, 9:{s:02} AM - {who}: {words}", SAID, [None] * 6),
        ("[9:{s:02} AM] {who}\n\n{words}\n\nlike 1", SAID, [None] * 6),
        ("{who}  9:{s:02} AM\n{words}", SAID, [None] * 6),
    ],
)
def test_who_speaks_and_when(
    shape: str, between: str, wanted: list[tuple[str, str]], times: list[float | None]
) -> None:
    """The mark is no word, the speaker is the one it names, and the time is the time."""
    transcript = read(written(shape, between))
    assert said(transcript) == list(wanted)
    assert starts(transcript) == times


@pytest.mark.parametrize("between", ["\n", "\n\n"], ids=["lines", "paragraphs"])
@pytest.mark.parametrize(
    ("shape", "ends"),
    [
        ("{h} {words}", None),
        ("{m} {words}", None),
        ("[{m}.00]{words}", None),
        ("#{h}-0# {words}", None),
        ("{s}.000\t{e}.500\t{words}", 9.5),
        ("{s}.000 {e}.500 {words}", 9.5),
        ("{h}.000,{ends}.500\n{words}", 9.5),
    ],
)
def test_times_without_names(shape: str, ends: float | None, between: str) -> None:
    transcript = read(written(shape, between))
    assert " ".join(words for _, words in said(transcript)) == " ".join(words for _, words in SAID)
    assert transcript.labels == {""}
    assert starts(transcript) == TENS
    last = transcript.utterances[-1].pieces[-1]
    assert last.end == (None if ends is None else 50 + ends)


@pytest.mark.parametrize(
    "shape",
    [
        "{who}: {words} #{ends}-5#",
        "{code} {h}.5 {words}",
        "[{m}] [{code}] {words}",
        "SPEAKER: {code}\n{words}",
        "{who}\n0 minutes {s} seconds\n0:{s:02}\n{who} 0 minutes {s} seconds\n{words}",
    ],
)
def test_the_same_in_word(shape: str) -> None:
    """A paragraph of a document is what a line of a text is."""
    data = docx([paragraph(run(line)) for line in written(shape).split("\n")])
    words = said(read_and_locate(data, "ferry.docx"))
    assert [text for _, text in words] == [text for _, text in SAID]
    assert len({label for label, _ in words}) == 2


def test_a_time_begins_some_paragraphs_of_a_long_turn() -> None:
    """Times in brackets, every few minutes, are no words wherever they stand."""
    text = (
        f"{RUNA}: It began in the dark.\n\n[05:00] We had a lamp.\n\nIt went out.\n\n[10:00] Then we sang.\n\n"
        f"{BRAM}: All night?\n\n{RUNA}: All night.\n\n[15:00] Until the ferry came.\n\n{BRAM}: Ah.\n"
    )
    transcript = read(text)
    told = ["It began in the dark.", "We had a lamp.", "It went out.", "Then we sang."]
    assert said(transcript)[:4] == [(RUNA, words) for words in told]
    assert [bool(turn.doubt) for turn in transcript.utterances[:4]] == [False, True, True, True]
    assert starts(transcript)[:4] == [None, 300.0, None, 600.0]


def test_what_a_program_writes_beside_the_words() -> None:
    """A day, a length, the name of a file, the beginning and the end of a recording: left out, and said so."""
    text = (
        "<!-- from ferry.docx -->\n\nFerry-20310605_090000-Meeting Transcript\n5 June 2031, 09:00am\n12m 30s\n"
        f"{RUNA} started transcription\n" + written("{who}   0:{s:02}\n{words}") + f"\n{RUNA} stopped transcription\n"
    )
    transcript = read(text)
    assert said(transcript) == list(SAID)
    assert transcript.report.by_reason() == {"header": 4, "note of the recording": 2, "blank": 1}


def test_the_notes_of_a_chat_are_nobodys() -> None:
    """What the program says has a day and no name, or its sign before the words."""
    chat = written("05/06/2031, {m} - {who}: {words}")
    notes = "05/06/2031, 08:59 - Messages are encrypted. Tap to learn more.\n{}\n05/06/2031, 09:30 - Runa Teller left\n"
    transcript = read(notes.format(chat))
    assert said(transcript) == list(SAID)
    assert transcript.report.by_reason() == {"note of the program": 2}
    chat = written("[05/06/2031, {h}] {who}: {words}")
    transcript = read(f"{chat}\n[05/06/2031, 00:01:00] {RUNA}: \u200eimage omitted\n")
    assert said(transcript) == list(SAID)


LABELLED = "\n".join(f"{who}: {words}" for who, words in SAID)


@pytest.mark.parametrize(
    "line",
    [
        "10:30 is when we met.",
        "10:30 we met, and 11:15 we left.",
        "It took 2 minutes 30 seconds.",
        "3 minutes 20 seconds later it was gone.",
        "It went at 10:30 in the dark.",
        "[sic] he wrote, and I read it.",
        "She said it was 12.5 3.5 times over.",
        "We met at (10:30)",
        "1984-01-31 was a Tuesday.",
    ],
)
def test_a_time_or_a_code_that_is_said(line: str) -> None:
    """One line of a kind is words, with speakers and without."""
    labelled = read(f"{LABELLED}\n{RUNA}: I knew.\n{line}\n{BRAM}: Oh.\n")
    assert " ".join(words for label, words in said(labelled) if label == RUNA).endswith(f"I knew. {line}")
    prose = read(f"It began in the dark.\n\n{line}\n\nWe had a lamp.\n\nIt went out.\n")
    assert [words for _, words in said(prose)] == ["It began in the dark.", line, "We had a lamp.", "It went out."]


@pytest.mark.parametrize(
    "line",
    [
        "10:30 comes before noon.",  # times that run backwards
        "[crying] She left.",
    ],
)
def test_lines_of_a_kind_that_are_few_or_out_of_order(line: str) -> None:
    other = line.replace("10:30", "09:15")
    text = f"{LABELLED}\n{RUNA}: I knew.\n{line}\nBut why?\n{other}\n{BRAM}: Oh.\n"
    assert said(read(text))[-2] == (RUNA, f"I knew. {line} But why? {other}")


def test_a_lone_time_within_a_sentence_is_said() -> None:
    """And so is a length, a day, on a line that is cut by wrapping."""
    for middle in ("10:30", "2 minutes", "5 June 2031"):
        assert said(read(f"The ferry left at\n{middle}\nand was full.\n")) == [
            ("", f"The ferry left at {middle} and was full.")
        ]


def test_fields_of_a_list_are_no_speakers() -> None:
    """`Speaker: Ana` once, on top, says who was there."""
    text = f"Speaker: Runa Teller\nDate: 5 June 2031\n\n{LABELLED}\n"
    assert said(read(text)) == list(SAID)


def test_a_time_before_every_paragraph_is_no_sign_of_a_name() -> None:
    """`[05:00] my point: …` is words where times stand before paragraphs and not before names."""
    points = ("my point: it rained.", "It did.", "my point: it blew.", "Hm.")
    timed = "\n\n".join(f"[0{at}:00] {words}" for at, words in enumerate(points, 1))
    transcript = read(f"{RUNA}: I knew.\n\n{timed}\n\n{LABELLED}\n")
    assert said(transcript)[:5] == [(RUNA, "I knew."), *(("", words) for words in points)]
    assert starts(transcript)[1:5] == [60.0, 120.0, 180.0, 240.0]


@pytest.mark.parametrize("heard", [("Music", "Applause"), ("laughing", "crying"), ("Chorus", "Verse")])
def test_what_is_heard_is_nobody(heard: tuple[str, str]) -> None:
    """Words in brackets before each line are no speakers where they are sounds, however often they repeat."""
    text = "\n".join(f"[{heard[at % 2]}] {words}" for at, (_, words) in enumerate(SAID))
    assert read(text).labels == {""}


def test_two_lines_that_begin_with_a_time() -> None:
    """Are too few to be a habit of the file."""
    text = "10:30 is when we met.\n11:15 is when we left.\n"
    assert said(read(text)) == [("", "10:30 is when we met. 11:15 is when we left.")]
