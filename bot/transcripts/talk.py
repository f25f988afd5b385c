"""How much each speaker of a transcript says, in words, turns, questions and, where the file has times, seconds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.transcripts.transcript import Piece, Place, Transcript, Utterance

_QUESTION = re.compile(r"[?？][?？!！]*")  # a row of marks asks once: "You mean it??"


@dataclass(frozen=True)
class LongestTurn:
    """The turn of a speaker that has most words; the first of these."""

    transcript: str
    utterance: int
    words: int
    place: Place


@dataclass(frozen=True)
class Talk:
    """What one speaker says.

    `words` are white-space tokens, `share` those of all words, from 0 to 1.  `questions` are the places with question
    marks.  `seconds` is None where no turn has times; `untimed` counts the turns that have none and add no seconds.
    """

    speaker: str
    words: int
    share: float
    turns: int
    questions: int
    seconds: float | None
    untimed: int
    longest: LongestTurn

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "speaker": self.speaker,
            "words": self.words,
            "share": round(self.share, 4),
            "turns": self.turns,
            "questions": self.questions,
            "seconds": None if self.seconds is None else round(self.seconds, 3),
            "untimed": self.untimed,
            "longest": {
                "transcript": self.longest.transcript,
                "utterance": self.longest.utterance,
                "words": self.longest.words,
                "place": str(self.longest.place),
            },
        }


def talks_in(transcript: Transcript) -> tuple[Talk, ...]:
    """How much each speaker says in one transcript, most words first."""
    by_speaker: dict[str, list[tuple[Utterance, float | None]]] = {}
    starts = [*(turn.start for turn in transcript.utterances[1:]), None]
    for turn, following in zip(transcript.utterances, starts, strict=True):
        by_speaker.setdefault(turn.speaker, []).append((turn, _seconds(turn.pieces, following)))
    return _shared([_talk_of(speaker, turns, transcript.id) for speaker, turns in by_speaker.items()])


def _talk_of(speaker: str, timed_turns: Sequence[tuple[Utterance, float | None]], transcript: str) -> Talk:
    turns = [turn for turn, _ in timed_turns]
    words = [len(turn.text.split()) for turn in turns]
    seconds = [value for _, value in timed_turns]
    timed = [value for value in seconds if value is not None]
    longest = turns[words.index(max(words))]
    return Talk(
        speaker=speaker,
        words=sum(words),
        share=1.0,
        turns=len(turns),
        questions=sum(len(_QUESTION.findall(turn.text)) for turn in turns),
        seconds=sum(timed) if timed else None,
        untimed=len(turns) - len(timed),
        longest=LongestTurn(transcript, longest.index, max(words), longest.place),
    )


def added_up(talks: Iterable[Talk]) -> tuple[Talk, ...]:
    """One for each speaker, whatever these were counted in; most words first."""
    by_speaker: dict[str, list[Talk]] = {}
    for talk in talks:
        by_speaker.setdefault(talk.speaker, []).append(talk)
    return _shared([_sum(parts) for parts in by_speaker.values()])


def _sum(parts: Sequence[Talk]) -> Talk:
    timed = [talk.seconds for talk in parts if talk.seconds is not None]
    return replace(
        parts[0],
        words=sum(talk.words for talk in parts),
        turns=sum(talk.turns for talk in parts),
        questions=sum(talk.questions for talk in parts),
        seconds=sum(timed) if timed else None,
        untimed=sum(talk.untimed for talk in parts),
        longest=max((talk.longest for talk in parts), key=lambda turn: turn.words),
    )


def _shared(talks: Sequence[Talk]) -> tuple[Talk, ...]:
    """With the share of each in the words of all; most words first."""
    total = sum(talk.words for talk in talks)
    return tuple(replace(talk, share=talk.words / total) for talk in sorted(talks, key=lambda talk: -talk.words))


def _seconds(pieces: Sequence[Piece], following: float | None = None) -> float | None:
    """How many seconds the pieces of a turn cover, what overlaps counted once.

    Where a piece has no end, the turn lasts until `following`, when the next one begins; None where that is not known.
    """
    times = [(piece.start, piece.end) for piece in pieces if piece.start is not None and piece.end is not None]
    if len(times) < len(pieces):
        start = pieces[0].start
        # Clocks that begin anew make no negative time.
        return None if start is None or following is None else max(0.0, following - start)
    covered = done = 0.0
    for start, end in sorted(times):
        covered += max(0.0, end - max(start, done))
        done = max(done, end)
    return covered
