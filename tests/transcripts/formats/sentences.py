"""Reading an invented file and locating every sentence of it."""

from __future__ import annotations

from bot.transcripts.formats import family_of, read_bytes
from bot.transcripts.transcript import Transcript
from bot.words.sentences import sentence_spans
from tests.transcripts.formats.locating import read_and_locate


def read_each(text: str, name: str, format: str | None = None) -> Transcript:
    """The transcript; each sentence is held under its label at its place, and under no other unless it says so too."""
    data = text.encode()
    transcript = read_and_locate(data, name, format)
    holds, labels = family_of(data, transcript).holds, transcript.labels
    for turn in transcript.utterances:
        for start, end in sentence_spans(turn.text):
            place, words = turn.place_of(start, end), turn.text[start:end]
            assert holds(data, place, words, turn.label, labels), (turn.label, words, str(place))
            others = {other.label for other in transcript.utterances if words in other.text}
            held = {label for label in labels - others if holds(data, place, words, label, labels)}
            assert not held, (words, held)
            assert words not in labels
    return read_bytes(data, name, format)


def said(transcript: Transcript) -> list[tuple[str, str]]:
    """Label and words of each turn."""
    return [(turn.label, turn.text) for turn in transcript.utterances]
