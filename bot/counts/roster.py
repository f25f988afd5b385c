"""Who speaks in a library: words, turns, talk time, and lines by which a voice is recognised."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.quotes.quoting import Quote
from bot.speakers.names import fold_name, is_machine_label
from bot.speakers.spellings import spellings
from bot.transcripts.talk import talks_in
from bot.transcripts.transcript import UNNAMED_SPEAKER, Transcript
from bot.words.sentences import Span, sentence_spans

if TYPE_CHECKING:
    from bot.store.manifest import Entry

_EARLY = 40  # sentences of a speaker among which sample lines are looked for
_GREETING = 4  # words; a shorter first line ("Good morning, everyone") tells nobody apart
_READABLE = 40  # words of a line that can still be taken in at a glance

_INTRODUCES = re.compile(
    r"\bmy name(?:['’]s| is)\b|\bI(?:['’]m| am) (?:[A-Z][a-z]+|your host|the \w+|an? \w+)"
    r"|\bI work (?:at|for|as|in|with)\b"
    r"|\b[Tt]his is [A-Z][a-z]+(?: [A-Z][a-z]+)? (?:here|speaking)\b"
)


@dataclass(frozen=True)
class SpeakerRecord:
    """A speaker, over the transcripts that were asked about.

    `labels` are (transcript id, label) pairs: what the files call them.  `seconds` is the talk time in those files that
    have times (`bot.counts.talking`), None where none has.  `samples` are at most two
    lines in reading order: the one in which they introduce themselves, or their first, and the longest early one.
    """

    name: str
    labels: tuple[tuple[str, str], ...]
    words: int
    turns: int
    seconds: float | None
    samples: tuple[Quote, ...]

    @property
    def machine(self) -> bool:
        """Whether the name is a label that a machine made, and so of this one transcript only."""
        return is_machine_label(self.name)

    @property
    def nameless(self) -> bool:
        """Whether nobody has said yet who it is."""
        return self.machine or self.name == UNNAMED_SPEAKER

    @property
    def transcripts(self) -> tuple[str, ...]:
        """Ids of the transcripts in which they speak."""
        return tuple(dict.fromkeys(id for id, _ in self.labels))

    def as_dict(self) -> dict[str, Any]:
        """The record as plain values, for JSON."""
        return {
            "name": self.name,
            "machine": self.machine,
            "labels": [{"transcript": id, "label": label} for id, label in self.labels],
            "words": self.words,
            "turns": self.turns,
            "seconds": None if self.seconds is None else round(self.seconds, 3),
            "samples": [quote.as_dict() for quote in self.samples],
        }


def speaker_records(entries: Sequence[Entry], transcript_of: Callable[[str], Transcript]) -> tuple[SpeakerRecord, ...]:
    """The speakers of these transcripts, most words first; see `Library.speaker_records`."""
    tallies: dict[str, _Tally] = {}
    for entry in entries:
        for label, name in entry.called.items():
            tallies.setdefault(name, _Tally()).labels.append((entry.id, label))
        transcript = transcript_of(entry.revision)
        for talk in talks_in(transcript):
            tally = tallies[talk.speaker]
            tally.turns += talk.turns
            tally.words += talk.words
            if talk.seconds is not None:
                tally.seconds = (tally.seconds or 0.0) + talk.seconds
        for turn in transcript.utterances:
            tallies[turn.speaker].look_at(transcript, turn.index)
    records = [
        SpeakerRecord(name, tuple(t.labels), t.words, t.turns, t.seconds, tuple(_samples(t.early)))
        for name, t in tallies.items()
    ]
    return tuple(sorted(records, key=lambda record: -record.words))


def perhaps_one(names: Iterable[str], transcripts: Iterable[tuple[str, ...]] = ()) -> tuple[tuple[str, ...], ...]:
    """Names that are probably one person, which only a person can tell, the fullest spelling first.

    They differ only in capitals, accents, titles or what stands in parentheses; or they are a surname and a whole name,
    or a letter apart, in one of the `transcripts`, the speakers of each (`bot.speakers.spellings`).  Machine labels are
    never among them.
    """
    one = spellings(tuple(transcripts))
    alike: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        if name != UNNAMED_SPEAKER and not is_machine_label(name) and fold_name(name):
            alike.setdefault(one.key(name), []).append(name)
    return tuple(tuple(sorted(group, key=_plainness)) for group in alike.values() if len(group) > 1)


def _plainness(name: str) -> tuple[int, bool, int, bool]:
    """Sorts "José Ruiz" before "Jose Ruiz", both before "JOSE RUIZ", and all before "Ruiz"."""
    return -len(fold_name(name).split()), name.isupper() or name.islower(), -len(name), name.isascii()


# --- counting ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Line:
    """A sentence of somebody's."""

    transcript: Transcript
    utterance: int
    span: Span

    @property
    def text(self) -> str:
        return self.transcript.utterances[self.utterance].text[slice(*self.span)]

    @property
    def words(self) -> int:
        return len(self.text.split())


@dataclass
class _Tally:
    """A speaker record in the making."""

    labels: list[tuple[str, str]] = field(default_factory=list)
    words: int = 0
    turns: int = 0
    seconds: float | None = None
    early: list[_Line] = field(default_factory=list)

    def look_at(self, transcript: Transcript, utterance: int) -> None:
        if len(self.early) < _EARLY:
            spans = sentence_spans(transcript.utterances[utterance].text)[: _EARLY - len(self.early)]
            self.early += [_Line(transcript, utterance, span) for span in spans]


def _samples(lines: Sequence[_Line]) -> Iterator[Quote]:
    """At most two lines that help to recognise somebody, in reading order."""
    if not lines:
        return
    short = [line for line in lines if line.words <= _READABLE] or [min(lines, key=lambda line: line.words)]
    telling = next((line for line in short if _INTRODUCES.search(line.text)), None) or next(
        (line for line in short if line.words >= _GREETING), short[0]
    )
    longest = max(short, key=lambda line: line.words)
    for line in lines:
        if line in (telling, longest):
            yield Quote.locate(line.transcript, line.utterance, *line.span)
