"""Quotes: slices of stored transcripts, made only by locating, and checked against the original bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.quotes.cautions import cautions
from bot.transcripts.formats import family_of
from bot.transcripts.transcript import NAMED, Attribution, Lines, Place, Transcript
from bot.words.phrases import clock
from bot.words.sentences import sentence_spans

if TYPE_CHECKING:
    from bot.store.store import Store

_LOCATED = object()
_NAMED = Attribution(NAMED)


@dataclass(frozen=True)
class Neighbour:
    """The sentence before or after a quote, for display: what its speaker goes on to say, or somebody else does."""

    speaker: str
    text: str


@dataclass(frozen=True)
class Quote:
    """Exact words of one speaker.

    Invariant: `text == transcript.utterances[utterance].text[start:end]`.  A Quote can only be made by `locate`, so
    there is none that is not a slice.  `lines` is the line range where the file has lines; `time` the seconds (start,
    end) where it has times.  `revision` names the reading of the file that it is a slice of, since a file can change.

    `before` and `after` are the sentences around it, None at the ends of the transcript.  `cautions` say how the words
    could mislead by themselves (`bot.quotes.cautions`): that they ask, report what others say, or stand beside a
    negation or a hedge; and why it may be somebody else who says them.  `attribution` is how the speaker is known.
    """

    transcript: str
    revision: str
    title: str
    source: str
    utterance: int
    start: int
    end: int
    text: str
    speaker: str
    label: str
    place: Place
    time: tuple[float, float | None] | None
    attribution: Attribution = _NAMED
    before: Neighbour | None = None
    after: Neighbour | None = None
    cautions: tuple[str, ...] = ()
    _proof: object = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self._proof is not _LOCATED:
            raise TypeError("a Quote is made by Quote.locate(transcript, utterance, start, end), not by hand")

    @classmethod
    def locate(cls, transcript: Transcript, utterance: int, start: int, end: int) -> Quote:
        """The characters [start:end] of an utterance.  Raises ValueError for a slice that is empty or outside."""
        said = transcript.utterances[utterance]
        place = said.place_of(start, end)  # a slice that is empty or outside ends here
        around = _Surroundings.of(transcript, utterance, start, end)
        attribution = said.attribution_of(start, end)
        doubt = (attribution.doubt,) if attribution.doubt else ()
        return cls(
            transcript=transcript.id,
            revision=transcript.revision,
            title=transcript.title,
            source=transcript.source,
            utterance=utterance,
            start=start,
            end=end,
            place=place,
            text=said.text[start:end],
            speaker=said.speaker,
            label=said.label,
            time=said.time_of(start, end),
            before=around.before,
            after=around.after,
            cautions=(*doubt, *around.cautions_of(said.text[start:end], said.speaker)),
            attribution=attribution,
            _proof=_LOCATED,
        )

    @property
    def lines(self) -> Lines | None:
        return self.place if isinstance(self.place, Lines) else None

    def where(self) -> str:
        """Speaker, file, place and time on one line: "ANNIE HUDSON, panel.txt, lines 418-421"."""
        parts = [self.speaker, self.source, str(self.place)]
        if self.time:
            parts.append(clock(self.time[0]))
        return ", ".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """The quote as plain values, for JSON; `lines` and `time` are [first, last] and [start, end], or null."""
        return {
            "text": self.text,
            "speaker": self.speaker,
            "label": self.label,
            "transcript": self.transcript,
            "title": self.title,
            "source": self.source,
            "place": str(self.place),
            "lines": [self.lines.first, self.lines.last] if self.lines else None,
            "time": list(self.time) if self.time else None,
            "before": vars(self.before) if self.before else None,
            "after": vars(self.after) if self.after else None,
            "cautions": list(self.cautions),
            "attribution": vars(self.attribution),
            "utterance": self.utterance,
            "start": self.start,
            "end": self.end,
        }


@dataclass(frozen=True)
class _Surroundings:
    """What stands around a slice: the rest of the sentences that it cuts, and the sentences before and after these."""

    before: Neighbour | None
    lead_in: str
    rest: str
    after: Neighbour | None

    @classmethod
    def of(cls, transcript: Transcript, utterance: int, start: int, end: int) -> _Surroundings:
        text = transcript.utterances[utterance].text
        spans = sentence_spans(text)
        touched = [at for at, (a, b) in enumerate(spans) if a < end and b > start]
        if not touched:  # a slice of white space
            return cls(None, "", "", None)
        first, last = touched[0], touched[-1]
        return cls(
            before=_sentence(transcript, utterance, first - 1),
            lead_in=text[spans[first][0] : start].strip(),
            rest=text[end : spans[last][1]].strip(),
            after=_sentence(transcript, utterance, last + 1),
        )

    def cautions_of(self, text: str, speaker: str) -> tuple[str, ...]:
        """Only what the speaker says takes the speaker's words back."""
        before, after = (n.text if n and n.speaker == speaker else "" for n in (self.before, self.after))
        return cautions(text, self.lead_in, self.rest, before, after)


def _sentence(transcript: Transcript, utterance: int, number: int) -> Neighbour | None:
    """Sentence `number` of a turn; the last of the turn before for -1, the first of the next for one too many."""
    spans = sentence_spans(transcript.utterances[utterance].text)
    if number < 0:
        utterance, number = utterance - 1, -1
    elif number >= len(spans):
        utterance, number = utterance + 1, 0
    if not 0 <= utterance < len(transcript.utterances):
        return None
    turn = transcript.utterances[utterance]
    return Neighbour(turn.speaker, turn.text[slice(*sentence_spans(turn.text)[number])])


def is_in_source(quote: Quote, library: Store) -> bool:
    """Whether the original bytes have the quote's words at its place, under its label.

    The family's own locator decides, which does not use the reader that made the transcript.
    """
    transcript, data = library.revision(quote.revision), library.source(quote.revision)
    family = family_of(data, transcript)
    return family.holds(data, quote.place, quote.text, quote.label, transcript.labels)
