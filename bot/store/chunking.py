"""Transcripts to chunks, the units that are searched.

Two kinds.  *Turns*: whole sentences of one utterance, so that a chunk has one speaker; a long turn is split between
sentences.  *Windows*: a few neighbouring turn chunks, so that a reply is found together with the question it replies
to.  No chunk is longer than the encoder reads; its own tokenizer counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.config import Chunking
from bot.speakers.registry import row_label
from bot.transcripts.transcript import Transcript
from bot.words.sentences import Span, sentence_spans

_WORD = re.compile(r"\S+")


class TokenCounter(Protocol):
    """What chunking needs of an encoder."""

    @property
    def max_tokens(self) -> int: ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]: ...


@dataclass(frozen=True)
class Chunk:
    """A stretch of a transcript that is searched as one.

    It runs from character `start` of utterance `first` to character `end` of utterance `last`.  `group` names the
    transcript and its revision; the id spells out the stretch, so a hit can be placed without looking it up.
    """

    group: str
    first: int
    start: int
    last: int
    end: int
    text: str = ""
    label: str = ""
    """Whoever speaks, under the label of the registry; empty for nobody that is named, and for windows."""

    @property
    def id(self) -> str:
        return f"{self.group}/{self.first}.{self.start}-{self.last}.{self.end}"

    @classmethod
    def from_id(cls, id: str) -> Chunk:
        """The chunk with this id, without its text."""
        group, _, stretch = id.rpartition("/")
        first, start, last, end = (int(number) for number in re.split(r"[.-]", stretch))
        return cls(group, first, start, last, end)


def group_of(id: str) -> str:
    """The group of the chunk with this id; of thousands of hits often nothing else is asked."""
    return id.rpartition("/")[0]


def chunk_turns(transcript: Transcript, group: str, counter: TokenCounter, settings: Chunking) -> list[Chunk]:
    """Every utterance, without gap and in order, in chunks of whole sentences of one utterance.

    A sentence that is by itself longer than the encoder reads is cut between words.
    """
    limit = counter.max_tokens
    chunks = []
    for utterance in transcript.utterances:
        units = _measure(utterance.text, _units(utterance.text, counter, limit), counter)
        for start, end in _pack(units, min(settings.turn_tokens, limit)):
            text = utterance.text[start:end]
            label = row_label(utterance.speaker)
            chunks.append(Chunk(group, utterance.index, start, utterance.index, end, text, label))
    return chunks


def chunk_windows(turns: Sequence[Chunk], counter: TokenCounter, settings: Chunking) -> list[Chunk]:
    """A window beginning at every turn chunk: it and those after it, as many as set and as the encoder reads.

    A turn chunk that fills the encoder, or is the last, makes no window of its own.
    """
    sizes = counter.count_tokens([chunk.text + " " for chunk in turns])
    windows = []
    for at in range(len(turns) - 1):
        stop, total = at, 0
        while stop < min(at + settings.window_chunks, len(turns)) and total + sizes[stop] <= counter.max_tokens:
            total += sizes[stop]
            stop += 1
        if stop - at < 2:
            continue
        parts = turns[at:stop]
        text = " ".join(part.text for part in parts)
        windows.append(Chunk(parts[0].group, parts[0].first, parts[0].start, parts[-1].last, parts[-1].end, text))
    return windows


def _pack(pieces: Sequence[tuple[Span, int]], limit: int) -> Iterator[Span]:
    """Neighbouring pieces joined as long as their sizes stay within the limit."""
    current: Span | None = None
    total = 0
    for (start, end), size in pieces:
        if current and total + size <= limit:
            current, total = (current[0], end), total + size
            continue
        if current:
            yield current
        current, total = (start, end), size
    if current:
        yield current


def _units(text: str, counter: TokenCounter, limit: int) -> list[Span]:
    """The sentences of a text; of one that is longer than the limit its words, and of such a word its parts."""
    units: list[Span] = []
    for sentence, size in _measure(text, sentence_spans(text), counter):
        if size <= limit:
            units.append(sentence)
            continue
        words = [
            (sentence[0] + word.start(), sentence[0] + word.end()) for word in _WORD.finditer(text[slice(*sentence)])
        ]
        for (start, end), word_size in _measure(text, words, counter):
            # A character is at most four byte-level tokens, and two special tokens stand around them.
            step = end - start if word_size <= limit else max(1, (limit - 2) // 4)
            units += [(at, min(at + step, end)) for at in range(start, end, step)]
    return units


def _measure(text: str, spans: Sequence[Span], counter: TokenCounter) -> list[tuple[Span, int]]:
    """Spans with their sizes in tokens, each with the white space up to the next: some tokenizers count that too."""
    ends = [*(start for start, _ in spans[1:]), spans[-1][1] if spans else 0]
    sizes = counter.count_tokens([text[start:end] for (start, _), end in zip(spans, ends, strict=True)])
    return list(zip(spans, sizes, strict=True))
