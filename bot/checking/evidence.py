"""What a language model is shown: sentences of the passages, under small numbers, inside a fence.

    passages ─► sentences, numbered in the order in which they are read ─► as many as fit ─► fenced text

The model answers with the numbers, so that a citation it makes up is a number that there is not; the words of a quote
never pass through it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.quotes.quoting import Quote
from bot.retrieval.passages import Passage
from bot.store.store import Store
from bot.words.sentences import sentence_spans

_BRACKETS = str.maketrans("<>[]＜＞［］【】", "‹›()‹›()()")
_SPACES = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029], " ")  # line breaks and other controls
_AROUND = 2  # sentences on either side that tell who "he" is

Count = Callable[[str], int]
"""How many tokens a text is."""


def defused(text: str) -> str:
    """The text as a model may see it, character for character as long.

    Every sign that models take for structure is made of angle or square brackets: a fence, a marker, <|im_start|>,
    [INST], </s>, <<SYS>>.  Others take their places, so that nothing that was said can be any of these.
    """
    return text.translate(_BRACKETS).translate(_SPACES)


@dataclass(frozen=True)
class Sentence:
    """A sentence of a transcript under the number that the model sees.

    `shown` is what the model sees of it, as long as `quote.text`: offsets in one hold in the other.  `around` are the
    sentences beside it in what the model reads, with their speakers.  `opens`: it is the first of its passage.
    """

    number: int
    quote: Quote
    shown: str
    around: str = ""
    opens: bool = False


@dataclass(frozen=True)
class Evidence:
    """The sentences that a model may cite, under the numbers 1 to n; `fence` is the name of their fence."""

    sentences: tuple[Sentence, ...]
    fence: str

    def text(self) -> str:
        """Them as the model reads them, a line each, below lines that name the transcript and who speaks."""
        lines: list[str] = []
        before: Quote | None = None
        for sentence in self.sentences:
            quote = sentence.quote
            same = before is not None and before.revision == quote.revision
            if not same:
                lines.append(f"{'' if before is None else chr(10)}Transcript: {defused(quote.title)}")
            elif sentence.opens:
                lines.append("…")  # what stands between is not shown
            if before is None or not same or sentence.opens or quote.utterance != before.utterance:
                lines.append(f"{defused(quote.speaker)}:")
            lines.append(f"[{sentence.number}] {sentence.shown}")
            before = quote
        return "\n".join(lines)


def new_fence() -> str:
    """A name that no transcript can have guessed."""
    return f"transcripts-{secrets.token_hex(4)}"


def gather(passages: Sequence[Passage], library: Store, budget: int, count: Count) -> Evidence:
    """The sentences of as many of the passages, best first, as `budget` tokens hold; none where not one fits.

    A passage that does not fit whole is left out, and smaller ones after it are still taken; of the best, as many
    sentences as fit, beginning with the one that was found.
    """
    chosen: list[list[Quote]] = []
    seen: set[tuple[str, int, int]] = set()
    left = budget
    for passage in passages:
        quotes = [quote for quote in _sentences(passage, library) if _key(quote) not in seen]
        cost = _cost(quotes, count)
        if cost > left and not chosen:
            quotes = _nearest(quotes, passage, left, count)
            cost = _cost(quotes, count)
        if not quotes or cost > left:
            continue
        chosen.append(quotes)
        seen |= {_key(quote) for quote in quotes}
        left -= cost
    return Evidence(tuple(numbered(chosen)), new_fence())


def _key(quote: Quote) -> tuple[str, int, int]:
    return quote.revision, quote.utterance, quote.start


def _sentences(passage: Passage, library: Store) -> Iterator[Quote]:
    """The sentences of a passage as quotes, in reading order."""
    transcript = library.revision(passage.revision)
    for stretch in passage.stretches:
        for start, end in sentence_spans(transcript.utterances[stretch.utterance].text):
            if start < stretch.end and end > stretch.start:
                yield Quote.locate(transcript, stretch.utterance, start, end)


def _cost(quotes: Sequence[Quote], count: Count) -> int:
    """Tokens of these sentences with their numbers and their speakers' names."""
    return count(Evidence(tuple(numbered([quotes])), "").text()) + len(quotes)  # higher numbers have more digits


def _nearest(quotes: Sequence[Quote], passage: Passage, budget: int, count: Count) -> list[Quote]:
    """As many sentences around what was found as fit, in reading order."""
    hit = passage.hits[0]
    at = next(
        (n for n, q in enumerate(quotes) if q.utterance == hit.utterance and q.start <= hit.start < q.end),
        0,
    )
    taken: list[int] = []
    for n in sorted(range(len(quotes)), key=lambda n: (abs(n - at), n)):
        if _cost([quotes[m] for m in sorted([*taken, n])], count) > budget:
            break
        taken.append(n)
    return [quotes[n] for n in sorted(taken)]


def numbered(passages: Sequence[Sequence[Quote]]) -> Iterator[Sentence]:
    """The sentences of passages under the numbers from 1, each with those beside it in its passage."""
    number = 0
    for quotes in passages:
        shown = [Sentence(0, quote, defused(quote.text)) for quote in quotes]
        for at, sentence in enumerate(shown):
            number += 1
            beside = [*shown[max(0, at - _AROUND) : at], *shown[at + 1 : at + 1 + _AROUND]]
            around = " ".join(f"{defused(other.quote.speaker)}: {other.shown}" for other in beside)
            yield replace(sentence, number=number, around=around, opens=at == 0)
