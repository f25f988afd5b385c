"""Laws that hold for any input, tried on generated transcripts."""

from __future__ import annotations

import itertools
import string

from hypothesis import given
from hypothesis import strategies as st

from bot.config import Chunking
from bot.errors import TranscriptError
from bot.store.chunking import Chunk, chunk_turns, chunk_windows
from bot.transcripts.formats import FORMATS, Format, detect, read_bytes
from bot.transcripts.formats.text import decode, split_lines
from bot.transcripts.transcript import Lines, Transcript
from bot.words.sentences import sentence_spans
from embeddings.encoder import Encoder

LABELS = ["HOST", "Ana Silva", "Dr. O'Neil", "SPEAKER_01", "José Pérez (Guest)", "田中"]
WORDS = st.text(string.ascii_letters + string.digits + " ,.?!'\"-—é&<>#*:[]()", min_size=1, max_size=60)
# A line break in the middle and odd white space at the ends are the writer's business, not the words'.
SENTENCES = WORDS.map(lambda text: " ".join(text.split())).filter(lambda text: text and "-->" not in text)
TALK = st.lists(st.tuples(st.sampled_from(LABELS), SENTENCES), min_size=1, max_size=12)
NOISE = st.lists(st.sampled_from(["", "   ", "\t", "[00:01:02]", "## Part", "Stray words.", "Note: cut."]), max_size=3)


def as_labelled(talk: list[tuple[str, str]], noise: list[str], end: str) -> bytes:
    lines = [f"{label}: {words}" for label, words in talk]
    for at, line in enumerate(noise):
        lines.insert(at * 3 % (len(lines) + 1), line)
    return (end.join(lines) + end).encode()


def as_webvtt(talk: list[tuple[str, str]], shape: list[int], end: str) -> bytes:
    """A turn a cue, or in the cue of the turn before, wrapped over one to three lines, as `shape` says.

    `shape` has a number for each turn: its bits are one for the number of lines, one for a cue of its own.
    """
    lines = ["WEBVTT", ""]
    for at, ((label, words), bits) in enumerate(zip(talk, itertools.cycle(shape), strict=False)):
        # What WebVTT itself asks of a writer; "--" + ">" would be timings.
        escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split(" ")
        size = -(-len(escaped) // (1 + bits % 3))
        wrapped = [" ".join(escaped[part : part + size]) for part in range(0, len(escaped), size)]
        if bits >= 3 or not at:
            lines += ["", f"00:{at:02d}:00.000 --> 00:{at:02d}:05.000"]
        lines += [f"<v {label}>{wrapped[0]}", *wrapped[1:]]
    return end.join([*lines, ""]).encode()


def as_webvtt_of_changes(talk: list[tuple[str, str]], shape: list[int], end: str) -> bytes:
    """As `as_webvtt`, with each turn repeated in a cue without a voice tag: the habit of tagging changes only."""
    lines = as_webvtt(talk, [bits % 3 + 3 for bits in shape], end).decode().split(end)
    result: list[str] = []
    for line in lines:
        if "-->" in line and any("-->" in earlier for earlier in result):
            result += ["01:00:00.000 --> 01:00:01.000", "and so", "on it went", ""]
        result.append(line)
    return end.join(result).encode()


SHAPE = st.lists(st.integers(0, 8), min_size=1, max_size=12)
FILES = st.one_of(
    st.builds(as_labelled, TALK, NOISE, st.sampled_from(["\n", "\r\n"])),
    st.builds(as_webvtt, TALK, SHAPE, st.sampled_from(["\n", "\r\n"])),
    st.builds(as_webvtt_of_changes, TALK, SHAPE, st.sampled_from(["\n", "\r\n"])),
)


def read(data: bytes) -> tuple[Transcript, Format] | None:
    try:
        return read_bytes(data, "talk"), detect(data, "talk")[0]
    except TranscriptError:
        return None  # a file of which nothing is speech


@given(FILES)
def test_every_line_is_accounted_for_once(data: bytes) -> None:
    """The lines of the utterances and those of the report are all the lines of the file, and no line is in both."""
    if (found := read(data)) is None:
        return
    transcript, family = found
    left_out = [n for item in transcript.report.unspoken for n in _numbers(item.place)]
    spoken = {n for turn in transcript.utterances for piece in turn.pieces for n in _numbers(piece.place)}
    count = len(split_lines(decode(data)))
    assert len(left_out) == len(set(left_out))
    assert not spoken & set(left_out)
    silent = set(range(1, count + 1)) - spoken - set(left_out)
    # A label without words and a cue's timings are part of the speech around them, and nothing else may be silent.
    lines = split_lines(decode(data))
    assert all("-->" in lines[n - 1] or lines[n - 1].rstrip().endswith((":", ":**")) for n in silent), family.name


def _numbers(place: object) -> range:
    assert isinstance(place, Lines)
    return range(place.first, place.last + 1)


@given(FILES, st.data())
def test_every_slice_is_found_again_by_the_locator(data: bytes, draws: st.DataObject) -> None:
    """Any stretch of whole words of any turn stands at its place under its label, and under no other label."""
    if (found := read(data)) is None:
        return
    transcript, family = found
    labels = {turn.label for turn in transcript.utterances}
    turn = draws.draw(st.sampled_from(transcript.utterances))
    sentence = draws.draw(st.sampled_from(sentence_spans(turn.text)))
    words, place = turn.text[slice(*sentence)], turn.place_of(*sentence)
    assert family.holds(data, place, words, turn.label, labels)
    others = [label for label in labels if label != turn.label]
    # Another label may say the same words on the same line range only if it truly stands there.
    for other in others:
        said_there = any(
            other == t.label and words in t.text and _numbers(t.place) and set(_numbers(t.place)) & set(_numbers(place))
            for t in transcript.utterances
        )
        assert said_there or not family.holds(data, place, words, other, labels)
    assert not family.holds(data, place, words + " never", turn.label, labels) or words + " never" in turn.text


@given(TALK)
def test_labelled_text_round_trip(talk: list[tuple[str, str]]) -> None:
    """What is written as one labelled line a turn, each label twice, is read back word for word."""
    twice = [*talk, *[(label, "Again, then.") for label in dict.fromkeys(label for label, _ in talk)]]
    twice += [(label, "And out.") for label in dict.fromkeys(label for label, _ in reversed(talk))]
    if any(a[0] == b[0] for a, b in itertools.pairwise(twice)):
        return  # neighbours with one label may be wrapped text; that habit has tests of its own
    transcript = read_bytes(as_labelled(twice, [], "\n"), "talk")
    assert [(turn.label, turn.text) for turn in transcript.utterances] == twice


@given(TALK, SHAPE)
def test_webvtt_round_trip(talk: list[tuple[str, str]], shape: list[int]) -> None:
    """What is written in cues of any shape is read back word for word, neighbours of one voice joined."""
    expected: list[tuple[str, str]] = []
    for label, words in talk:
        if expected and expected[-1][0] == label:
            expected[-1] = (label, f"{expected[-1][1]} {words}")
        else:
            expected.append((label, words))
    transcript = read_bytes(as_webvtt(talk, shape, "\n"), "talk")
    assert [(turn.label, turn.text) for turn in transcript.utterances] == expected


@given(TALK, SHAPE)
def test_webvtt_of_changes_round_trip(talk: list[tuple[str, str]], shape: list[int]) -> None:
    """Cues without a tag, of two lines, are by the speaker before them where tags mark changes."""
    talk = [next(same) for _, same in itertools.groupby(talk, key=lambda turn: turn[0])]
    transcript = read_bytes(as_webvtt_of_changes(talk, shape, "\n"), "talk")
    expected = [(label, f"{words} and so on it went") for label, words in talk[:-1]] + talk[-1:]
    assert [(turn.label, turn.text) for turn in transcript.utterances] == expected


@given(FILES)
def test_json_round_trip(data: bytes) -> None:
    """A stored transcript is the one that was read."""
    if (found := read(data)) is not None:
        assert Transcript.from_json(found[0].to_json()) == found[0]


@given(st.text(max_size=400))
def test_sentences_cover_the_text(text: str) -> None:
    """Every character that is not white space lies in exactly one sentence, in order."""
    spans = sentence_spans(text)
    assert all(a < b for a, b in spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
    assert "".join(text[a:b] for a, b in spans).split() == text.split() or "".join(
        "".join(text[a:b].split()) for a, b in spans
    ) == "".join(text.split())


@given(FILES, st.integers(8, 40))
def test_chunks_cover_every_utterance_and_fit_the_encoder(tiny_encoder: Encoder, data: bytes, limit: int) -> None:
    """Turn chunks hold all words of every turn once and in order; no chunk or window is longer than is read."""

    class Narrow:
        max_tokens = limit
        count_tokens = staticmethod(tiny_encoder.count_tokens)

    if (found := read(data)) is None:
        return
    transcript = found[0]
    settings = Chunking(turn_tokens=limit // 2)
    chunks = chunk_turns(transcript, "g", Narrow(), settings)
    for turn in transcript.utterances:
        own = [chunk for chunk in chunks if chunk.first == turn.index]
        assert "".join("".join(chunk.text.split()) for chunk in own) == "".join(turn.text.split())
        assert all(chunk.text == turn.text[chunk.start : chunk.end] and chunk.label == turn.label for chunk in own)
    windows = chunk_windows(chunks, Narrow(), settings)
    assert all(count <= limit for count in tiny_encoder.count_tokens([chunk.text for chunk in chunks]))
    assert all(count <= limit for count in tiny_encoder.count_tokens([chunk.text for chunk in windows]))
    assert all(Chunk.from_id(chunk.id).id == chunk.id for chunk in [*chunks, *windows])


def test_every_format_is_known_by_its_suffixes() -> None:
    """No two families claim one suffix."""
    suffixes = [suffix for family in FORMATS for suffix in family.suffixes]
    assert len(suffixes) == len(set(suffixes))
