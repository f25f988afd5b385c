"""One invented episode in every format that exporters write: always the same utterances, found again by the
locator.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Sequence

import pytest

from bot.transcripts.formats import family_of, read_bytes
from bot.transcripts.transcript import Transcript, Utterance
from tests.episode import EPISODE, Turn
from tests.writers import CODED, NAMED, UNNAMED, WRITERS, Writer, hearing_name


def merged(said: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """(speaker, words) with neighbours by one speaker joined: how they are cut into turns is the file's."""
    return [
        (speaker, " ".join(" ".join(words for _, words in run).split()))
        for speaker, run in itertools.groupby(said, key=lambda item: item[0])
    ]


def read(writer: Writer, turns: Sequence[Turn]) -> tuple[Transcript, bytes]:
    data = writer.write(turns)
    return read_bytes(data, writer.file, writer.format), data


def speakers(writer: Writer, transcript: Transcript) -> dict[str, str]:
    """What the file calls each speaker of the episode, who must be told apart."""
    names = list(dict.fromkeys(turn.speaker for turn in EPISODE))
    if writer.speakers == UNNAMED:
        assert transcript.labels == {""}
        return dict.fromkeys(names, transcript.speakers[0])
    read = transcript.speakers
    assert len(read) == len(names)
    if writer.speakers == NAMED:
        wanted = [hearing_name(name) if writer.name == "hearing" else name for name in names]
        assert [name.casefold() for name in read] == [name.casefold() for name in wanted]
    return dict(zip(names, read, strict=True))


@pytest.mark.parametrize("writer", WRITERS, ids=str)
def test_the_same_utterances(writer: Writer) -> None:
    """Speakers and words are those of the episode, and nothing of the file is unaccounted for."""
    transcript, _ = read(writer, EPISODE)
    name = speakers(writer, transcript)
    assert merged((turn.speaker, turn.text) for turn in transcript.utterances) == merged(
        (name[turn.speaker], turn.text) for turn in EPISODE
    )
    transcript.report.check()


def said_in(transcript: Transcript, turns: Sequence[Turn]) -> list[tuple[Turn, list[tuple[Utterance, int, int]]]]:
    """Each turn of the episode with the slices of utterances that hold its words, sentence by sentence."""
    spoken = [
        (utterance, at, at + len(word)) for utterance in transcript.utterances for word, at in _words(utterance.text)
    ]
    found, position = [], 0
    for turn in turns:
        slices = []
        for sentence in turn.sentences:
            count = len(sentence.text.split())
            words = spoken[position : position + count]
            position += count
            assert words[0][0] is words[-1][0], "a sentence is cut across utterances"
            assert words[0][0].text[words[0][1] : words[-1][2]].split() == sentence.text.split()
            slices.append((words[0][0], words[0][1], words[-1][2]))
        found.append((turn, slices))
    return found


def _words(text: str) -> list[tuple[str, int]]:
    words, at = [], 0
    for word in text.split():
        at = text.index(word, at)
        words.append((word, at))
        at += len(word)
    return words


@pytest.mark.parametrize("writer", [writer for writer in WRITERS if writer.starts is not None], ids=str)
def test_the_same_times(writer: Writer) -> None:
    """Turns begin and end when the file says, as exactly as it does; and so do sentences where it times them."""
    transcript, _ = read(writer, EPISODE)
    for turn, slices in said_in(transcript, EPISODE):
        times = [utterance.time_of(start, end) for utterance, start, end in slices]
        near = pytest.approx(turn.start, abs=writer.starts)
        if writer.speakers != UNNAMED or writer.sentences:
            assert (times[0] or ())[:1] == (near,), turn
        if writer.ends and writer.speakers != UNNAMED:
            assert (times[-1] or ())[1:] == (pytest.approx(turn.end, abs=writer.starts),), turn
        if writer.sentences:
            for sentence, time in zip(turn.sentences, times, strict=True):
                assert time == pytest.approx((sentence.start, sentence.end), abs=writer.starts)
    last = transcript.utterances[-1]
    if writer.ends:
        assert last.end == pytest.approx(EPISODE[-1].end, abs=max(0.02, writer.starts or 0))


@pytest.mark.parametrize("writer", WRITERS, ids=str)
def test_the_locator_finds_each_sentence_by_its_speaker_alone(writer: Writer) -> None:
    """Every sentence is held at its place by the one who said it; not by another, not changed, not elsewhere."""
    transcript, data = read(writer, EPISODE)
    holds, labels = family_of(data, transcript).holds, transcript.labels
    found = [item for _, slices in said_in(transcript, EPISODE) for item in slices]
    for utterance, start, end in found:
        place, text = utterance.place_of(start, end), utterance.text[start:end]
        assert {label for label in labels if holds(data, place, text, label, labels)} == {utterance.label}, text
        assert not holds(data, place, f"{text} never", utterance.label, labels)
    (first, start, end), (last, *at) = found[0], found[-1]
    assert not holds(data, last.place_of(at[0], at[1]), first.text[start:end], first.label, labels)


@pytest.mark.parametrize("writer", [writer for writer in WRITERS if writer.speakers != UNNAMED], ids=str)
def test_a_whole_turn_is_held_and_no_two_are(writer: Writer) -> None:
    """Each utterance is held where it stands; the words of two speakers are never held as one quote."""
    transcript, data = read(writer, EPISODE)
    holds, labels = family_of(data, transcript).holds, transcript.labels
    for utterance in transcript.utterances:
        assert holds(data, utterance.place, utterance.text, utterance.label, labels)
    for before, after in itertools.pairwise(transcript.utterances):
        if before.label != after.label:
            both = dataclasses.replace(
                before, text=f"{before.text} {after.text}", pieces=(*before.pieces, *after.pieces)
            )
            for label in (before.label, after.label):
                assert not holds(data, both.place, both.text, label, labels)


def test_the_writers_differ() -> None:
    """No writer is listed twice, and each kind of naming is tried."""
    assert len({writer.name for writer in WRITERS}) == len(WRITERS)
    assert {writer.speakers for writer in WRITERS} == {NAMED, CODED, UNNAMED}
