"""Passages to the few sentences that answer.

Every sentence that was read gets a score from what it says (cosine and shared words with the question), from where
retrieval placed it, from who says it, and from what it replies to.  Sentences that ask are marked down, and what they
would have scored passes on to the reply: the answer stands in the turn that answers, not in the one that asks.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from bot.config import Quoting, Refusing
from bot.quoting import Quote
from bot.retrieval import Passage
from bot.sentences import Span, sentence_spans
from bot.speakers import SpeakerQuestion
from bot.transcript import Transcript
from embeddings.lexical import stems

if TYPE_CHECKING:
    from bot.library import Library

_SHORT = 4  # words; a shorter quote ("Yes, absolutely.") is read with the sentence after it
_REPLY_SENTENCES = 3  # of a reply that profit from the question before it

_LEANING_STEMS = 2  # content words; a question with no more means little without the sentence before it

_ASKS_NUMBER = re.compile(
    r"\b(?:how (?:much|many|long|old|often|far|big|large|tall|high|fast|late|soon)|when|what (?:percentage|per ?cent|"
    r"share|proportion|number|fraction|year|time|age|date|day|month|price|cost|rate))\b",
    re.IGNORECASE,
)
_HAS_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|"
    r"seventy|eighty|ninety|hundred|thousand|million|billion|half|quarter|third|dozen|twice|percent|per cent|monday|"
    r"tuesday|wednesday|thursday|friday|saturday|sunday|january|february|april|june|july|august|september|october|"
    r"november|december|yesterday|tomorrow|noon|midnight|o'clock)\b",
    re.IGNORECASE,
)
_ASKS_WHY = re.compile(r"\bwhy\b|\bwhat (?:is|was|are|were) the reason", re.IGNORECASE)
_HAS_REASON = re.compile(r"\b(?:because|since|so that|in order to|the reason|that's why|which is why|due to)\b", re.I)


@dataclass(frozen=True)
class Sentence:
    """A sentence that was read.  `place` is 1 for the best passage's hit and less for others and for context."""

    transcript: Transcript
    utterance: int
    number: int
    """Its number in its turn, from 0."""
    place: float

    @property
    def turn_spans(self) -> tuple[Span, ...]:
        return sentence_spans(self.transcript.utterances[self.utterance].text)

    @property
    def span(self) -> Span:
        return self.turn_spans[self.number]

    @property
    def text(self) -> str:
        return self.transcript.utterances[self.utterance].text[slice(*self.span)]

    @property
    def in_context(self) -> str:
        """The sentence with the one before and the one after it in its turn; the first one with the end of the turn
        before, which may be the question that it answers."""
        turns, spans = self.transcript.utterances, self.turn_spans
        first, last = max(0, self.number - 1), min(len(spans) - 1, self.number + 1)
        text = turns[self.utterance].text[spans[first][0] : spans[last][1]]
        if self.number == 0 and self.utterance > 0:
            before = turns[self.utterance - 1].text
            text = f"{before[slice(*sentence_spans(before)[-1])]} {text}"
        return text

    @property
    def speaker(self) -> str:
        return self.transcript.utterances[self.utterance].speaker

    @property
    def asks(self) -> bool:
        return _ends_with_question_mark(self.text)

    @property
    def leads_up(self) -> bool:
        """Whether the next sentence is a short question that leans on this one: "You called it X. Why that?" """
        turn = self.transcript.utterances[self.utterance].text
        following = self.turn_spans[self.number + 1 : self.number + 2]
        return any(
            _ends_with_question_mark(turn[start:end]) and len(stems(turn[start:end])) <= _LEANING_STEMS
            for start, end in following
        )

    @property
    def key(self) -> tuple[str, int, int]:
        return self.transcript.id, self.utterance, self.number


def _ends_with_question_mark(text: str) -> bool:
    return text.rstrip("\"'”’)] ").endswith(("?", "？"))


@dataclass(frozen=True)
class Choice:
    """The quotes chosen, best first, none if the confidence is too low; `confidence` is between 0 and 1."""

    quotes: tuple[Quote, ...]
    confidence: float


def choose(named: SpeakerQuestion, passages: Sequence[Passage], library: Library) -> Choice:
    """The sentences of the passages that answer a question, as located quotes, and how sure it is that they do."""
    settings = library.settings.quoting
    candidates = _candidates(passages, library, settings.candidates)
    if not candidates:
        return Choice((), 0.0)
    texts = [sentence.text for sentence in candidates] + [sentence.in_context for sentence in candidates]
    vectors = library.encoder.encode([named.topic, *texts])
    cosines = (vectors[1:] @ vectors[0]).tolist()
    alone, around = cosines[: len(candidates)], cosines[len(candidates) :]
    wanted = set(stems(named.words)) or set(stems(named.topic))
    with library.searching() as indexes:
        rarity = indexes.words["turns"].weights(sorted(wanted))
    meaning = [(1 - settings.context) * a + settings.context * b for a, b in zip(alone, around, strict=True)]
    held = [_share(wanted & set(stems(sentence.text)), rarity) for sentence in candidates]
    scores = _score(candidates, meaning, held, named, settings)

    quotable = [
        at for at, sentence in enumerate(candidates) if named.speakers == () or sentence.speaker in named.speakers
    ]
    if not quotable:
        return Choice((), 0.0)
    confidence = confidence_of(
        max(alone[at] for at in quotable),
        max(_share(wanted & set(stems(candidates[at].in_context)), rarity) for at in quotable),
        library.settings.refusing,
    )
    if confidence < library.settings.refusing.threshold:
        return Choice((), confidence)
    return Choice(tuple(_pick([(scores[at], candidates[at]) for at in quotable], settings)), confidence)


def confidence_of(meaning: float, words: float, settings: Refusing) -> float:
    """How sure it is, between 0 and 1, that what was read answers the question: a logistic of two signals.

    `meaning`: the best cosine between the question and a sentence; `words`: the best share of the question's words,
    weighted by rarity, that one sentence and its neighbours hold.
    """
    return 1 / (1 + math.exp(-(settings.bias + settings.meaning * meaning + settings.words * words)))


def _candidates(passages: Sequence[Passage], library: Library, count: int) -> list[Sentence]:
    """The best placed sentences, each once, in reading order; what was found is placed above what stands around it."""
    top = max((passage.score for passage in passages), default=1.0)
    found: dict[tuple[str, int, int], Sentence] = {}
    for passage in passages:
        transcript = library.revision(passage.revision)
        hits = {hit.utterance: (hit.start, hit.end) for hit in passage.hit}
        for stretch in passage.stretches:
            begin, finish = hits.get(stretch.utterance, (0, 0))
            for number, (start, end) in enumerate(sentence_spans(transcript.utterances[stretch.utterance].text)):
                if start >= stretch.end or end <= stretch.start:
                    continue
                place = passage.score / top * (1.0 if start < finish and end > begin else 0.5)
                sentence = Sentence(transcript, stretch.utterance, number, place)
                if sentence.key not in found or found[sentence.key].place < place:
                    found[sentence.key] = sentence
    best = sorted(found.values(), key=lambda sentence: (-sentence.place, sentence.key))[:count]
    return sorted(best, key=lambda sentence: sentence.key)


def _share(held: set[str], rarity: Mapping[str, float]) -> float:
    """The share of the question's words that is held, weighted by rarity."""
    total = sum(rarity.values())
    return sum(rarity[word] for word in held) / total if total else 0.0


def _score(
    candidates: Sequence[Sentence],
    meaning: Sequence[float],
    held: Sequence[float],
    named: SpeakerQuestion,
    settings: Quoting,
) -> list[float]:
    """How well each sentence answers: what it says by itself, and whether it replies to a question like this one."""
    wants_number = bool(_ASKS_NUMBER.search(named.topic))
    wants_reason = bool(_ASKS_WHY.search(named.topic))
    own = []
    for sentence, cosine, share in zip(candidates, meaning, held, strict=True):
        score = settings.meaning * cosine + settings.words * share + settings.place * sentence.place
        fits = (wants_number and _HAS_NUMBER.search(sentence.text)) or (
            wants_reason and _HAS_REASON.search(sentence.text)
        )
        score += settings.kind * bool(fits) + settings.named * (sentence.speaker in named.mentioned)
        own.append(score)
    usual = median(own)
    asking: dict[tuple[str, int], float] = {}
    for sentence, score in zip(candidates, own, strict=True):
        if sentence.asks or sentence.leads_up:
            turn = (sentence.transcript.id, sentence.utterance)
            asking[turn] = max(score, asking.get(turn, 0.0))
    scores = []
    for sentence, score in zip(candidates, own, strict=True):
        replied_to = asking.get((sentence.transcript.id, sentence.utterance - 1))
        if sentence.asks:
            score *= settings.question
        elif sentence.leads_up:
            score *= settings.leads_up
        elif replied_to is not None and sentence.number < _REPLY_SENTENCES:
            score += settings.reply * settings.reply_fade**sentence.number * max(0.0, replied_to - usual)
        scores.append(score)
    return scores


def _pick(scored: Sequence[tuple[float, Sentence]], settings: Quoting) -> list[Quote]:
    """The best sentences as quotes, best first; chosen neighbours in one turn become one quote."""
    ranked = sorted(scored, key=lambda item: (-item[0], item[1].key))
    best = ranked[0][0]
    runs: list[tuple[Transcript, int, set[int]]] = []
    for score, sentence in ranked[: settings.quotes]:
        if score < best * settings.near_best:
            break
        numbers = {sentence.number}
        if len(sentence.text.split()) < _SHORT and sentence.number + 1 < len(sentence.turn_spans):
            numbers.add(sentence.number + 1)
        turn = (sentence.transcript.id, sentence.utterance)
        beside = next((run for t, utterance, run in runs if (t.id, utterance) == turn and _touch(run, numbers)), None)
        if beside is None:
            runs.append((sentence.transcript, sentence.utterance, numbers))
        elif score >= best * settings.neighbour:
            beside |= numbers
    quotes = []
    for transcript, utterance, run in runs:
        spans = sentence_spans(transcript.utterances[utterance].text)
        quotes.append(Quote.locate(transcript, utterance, spans[min(run)][0], spans[max(run)][1]))
    return quotes


def _touch(a: set[int], b: set[int]) -> bool:
    """Whether two runs of sentence numbers overlap or are neighbours."""
    return min(b) <= max(a) + 1 and max(b) >= min(a) - 1
