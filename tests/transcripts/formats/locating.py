"""Reading a file of a named family, with every turn found again by the locator: what the tests of families share."""

from __future__ import annotations

from bot.transcripts.formats import family_of, read_bytes
from bot.transcripts.transcript import NAMED, Transcript, Utterance


def read_and_locate(data: bytes, name: str, format: str | None = None) -> Transcript:
    """The transcript; every turn of it is held at its place by its own label, and by no other that shares no words."""
    transcript = read_bytes(data, name, format)
    transcript.report.check()
    holds = family_of(data, transcript).holds
    labels = {turn.label for turn in transcript.utterances}
    said = {label: [turn.text for turn in transcript.utterances if turn.label == label] for label in labels}
    for turn in transcript.utterances:
        for label in labels:
            if label == turn.label:
                assert holds(data, turn.place, turn.text, label, labels), (turn.label, turn.text[:200], str(turn.place))
            elif named(turn) and not any(turn.text in text for text in said[label]):
                assert not holds(data, turn.place, turn.text, label, labels), (label, turn.text[:200])
        assert not holds(data, turn.place, f"{turn.text} never", turn.label, labels)
    return transcript


def named(turn: Utterance) -> bool:
    """Whether a label stands where it is said.  Whether one carries over to words that have none is the reader's to
    say: there the locator denies no label above, and none at all."""
    return turn.attribution_of(0, len(turn.text)).how == NAMED


def turns(data: str | bytes, name: str, format: str | None = None) -> list[tuple[str, str]]:
    """Label and words of each turn, each located."""
    data = data.encode() if isinstance(data, str) else data
    return [(turn.label, turn.text) for turn in read_and_locate(data, name, format).utterances]
