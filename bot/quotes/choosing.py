"""Passages to the few sentences that answer.

    hits ─► sentences, each with features ─► weighed ─► quotes, as few as answer
         └► signals of the best hits and sentences ─► confidence: is it said at all, and by whom?

The weights are fitted like those of `bot.retrieval.ranking`, on the sentences of the evidence; a sentence keeps what
its chunk scored, and adds what it says by itself.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.config import Quoting, Size
from bot.questions import forms
from bot.questions.forms import Form
from bot.questions.kinds import read_kind, subject_of
from bot.questions.whose import SpeakerQuestion
from bot.quotes.opposing import otherwise
from bot.quotes.quoting import Quote
from bot.retrieval import ranking
from bot.retrieval.passages import Hit, Passage
from bot.retrieval.search import SPOKEN, content_words
from bot.transcripts.transcript import Transcript
from bot.words.quantities import asked_units, holds_unit
from bot.words.sentences import Span, sentence_spans
from bot.words.traits import ends_with_question, traits_of
from embeddings.lexical import stemmer_of, stems

if TYPE_CHECKING:
    from bot.store.store import Store

_SHORT = 4  # words; a shorter sentence means little alone
_REPLY_SENTENCES = 3  # of a reply that may answer the question before it
_LEANING_STEMS = 2  # content words; a question with no more means little without the sentence before it
_SURE = 0.5  # probability that it is those asked about who say it, from which on it counts as certain in talks of many
_LEAD = 4.0  # scores are logits; a lead beyond this says no more


SENTENCE_FEATURES = (
    "chunk",
    "matched",
    "asks",
    "leads_up",
    "replies",
    "first",
    "wanted_number",
    "wanted_unit",
    "wanted_reason",
    "wanted_time",
)
"""What ranks sentences; "chunk" is what the chunk scored below the best."""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a chunk that was found."""

    transcript: Transcript
    utterance: int
    number: int
    """Its number in its turn, from 0."""
    hit: Hit

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
    def speaker(self) -> str:
        return self.transcript.utterances[self.utterance].speaker

    @property
    def leads_up(self) -> bool:
        """Whether the next sentence is a short question that leans on this one: "You called it X. Why that?" """
        turn = self.transcript.utterances[self.utterance].text
        following = self.turn_spans[self.number + 1 : self.number + 2]
        return any(
            ends_with_question(turn[start:end]) and len(stems(turn[start:end])) <= _LEANING_STEMS
            for start, end in following
        )

    @property
    def replies(self) -> bool:
        """Whether it is among the first of a turn that follows a question."""
        before = self.transcript.utterances[self.utterance - 1].text if self.utterance else ""
        return self.number < _REPLY_SENTENCES and ends_with_question(before)

    @property
    def key(self) -> tuple[str, int, int]:
        return self.transcript.id, self.utterance, self.number


@dataclass(frozen=True)
class Choice:
    """What was chosen.

    `quotes` are by those who are asked about, best first, `elsewhere` by others.  `otherwise` may say the opposite of
    the quotes, or another figure (`bot.quotes.opposing`).  `spoken` are by those whose words are asked for, in the very
    words of the question.  `said` is the probability that the transcripts say it, `theirs` that it is those asked about
    who do (1 where nobody is named).
    """

    quotes: tuple[Quote, ...] = ()
    elsewhere: tuple[Quote, ...] = ()
    otherwise: tuple[Quote, ...] = ()
    spoken: tuple[Quote, ...] = ()
    said: float = 0.0
    theirs: float = 1.0
    two_party: bool = False
    """Whether it was found in conversations of two."""

    @property
    def confidence(self) -> float:
        """How sure it is that the quotes answer the question, from 0 to 1.

        In talks of many, what others say of the same subject always leaves some doubt whose it is; above `_SURE` that
        doubt would only blur whether it is said at all.
        """
        return self.said * (self.theirs if self.two_party else min(1.0, self.theirs / _SURE))


def choose(
    question: str,
    form: Form,
    named: SpeakerQuestion,
    passages: Sequence[Passage],
    library: Store,
    shown: Collection[tuple[str, int]] = (),
) -> Choice:
    """The sentences of the passages that answer a question, as located quotes, and how sure it is that they do.

    `shown` are turns, (revision, utterance), that the answer before quoted; who goes on asking wants another.
    """
    fitted, settings = library.settings.fitted, library.settings.quoting
    sentences, features = weigh_up(question, named, passages, library)
    if not sentences:
        return Choice()
    again = np.array([(one.transcript.revision, one.utterance) in shown for one in sentences])
    scores = ranking.weigh(features, fitted.sentence) - settings.shown_again * again
    people = {*named.speakers, *named.mentioned}
    # A name that is only mentioned filters nothing: "Why did Tom leave?" may be answered by anybody.
    quotable = [at for at, sentence in enumerate(sentences) if not named.speakers or sentence.speaker in people]
    others = [at for at, sentence in enumerate(sentences) if people and sentence.speaker not in people]
    signals = signals_of(named, [hit for passage in passages for hit in passage.hits], features)
    size = _size_of(form, settings)
    picked = _pick([(scores[at], sentences[at]) for at in quotable], size, settings, replies=not named.speakers)
    quotes = [quote for quote in picked if quote.speaker not in named.excluded]
    cover = features["held"].sum(axis=1)
    about = [(scores[at], sentences[at]) for at in quotable if cover[at] >= settings.otherwise_cover]
    # Who asks in these words does not speak to it.
    in_words = [(scores[at], sentences[at]) for at in quotable if cover[at] >= SPOKEN and not features["asks"][at]]
    return Choice(
        quotes=tuple(quotes),
        elsewhere=tuple(_pick([(features["content"][at], sentences[at]) for at in others], settings.fact, settings)),
        otherwise=tuple(_otherwise(question, form, quotes, about)),
        spoken=tuple(_pick(in_words, settings.fact, settings)) if named.speakers and in_words else (),
        said=logistic(signals, fitted.said),
        theirs=logistic(signals, fitted.theirs) if people else 1.0,
        two_party=bool(signals["best_two_party"]),
    )


def logistic(signals: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """1 / (1 + exp(-(bias + the weighted sum of the signals)))."""
    total = weights["bias"] + sum(weight * signals[name] for name, weight in weights.items() if name != "bias")
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))


# --- sentences ---------------------------------------------------------------------------------------------------


def weigh_up(
    question: str, named: SpeakerQuestion, passages: Sequence[Passage], library: Store
) -> tuple[list[Sentence], dict[str, np.ndarray]]:
    """The sentences of all hits in reading order, and their features by name, each of shape (sentences,).

    One has a column for each of the question's stems, in each language, as well: "held", its weight by rarity where the
    sentence holds it; all of them weigh 1.
    """
    sentences = _candidates(passages, library)
    if not sentences:
        return [], {}
    kind, units, subject = read_kind(question), asked_units(question), subject_of(named.topic)
    asked, *vectors = library.encoder.encode_tokens([subject, *(sentence.text for sentence in sentences)])
    stemmers = [stemmer_of(sentence.transcript.language) for sentence in sentences]
    with library.searching() as indexes:
        rarity = {
            stemmer: indexes.words["turns"].weights(sorted(set(content_words(named, stemmer))))
            for stemmer in dict.fromkeys(stemmers)
        }
    total = {stemmer: sum(weights.values()) or 1.0 for stemmer, weights in rarity.items()}
    columns = [(stemmer, word) for stemmer, weights in rarity.items() for word in weights]
    traits = [traits_of(sentence.text, stemmer) for sentence, stemmer in zip(sentences, stemmers, strict=True)]
    score = np.array([sentence.hit.score for sentence in sentences])
    content = np.array([sentence.hit.content for sentence in sentences])
    cosine = np.array([float(asked.whole @ vector.whole) for vector in vectors])
    # How near the nearest word of the sentence comes to each word of the question, in their contexts (the "late
    # interaction" of ColBERT: Khattab and Zaharia, SIGIR 2020).
    matched = np.array([float((asked.tokens @ vector.tokens.T).max(axis=1).mean()) for vector in vectors])
    held = np.array(
        [
            [rarity[of][word] / total[of] * (of == stemmer and word in trait.stems) for of, word in columns]
            for trait, stemmer in zip(traits, stemmers, strict=True)
        ]
    )
    asks = np.array([float(trait.asks) for trait in traits])
    return sentences, {
        "chunk": score - score.max(),
        "content": content,
        "cosine": cosine,
        "matched": matched,
        "held": held,
        "asks": asks,
        "leads_up": np.array([float(sentence.leads_up) for sentence in sentences]),
        "replies": np.array([float(sentence.replies) for sentence in sentences]) * (1 - asks),
        "first": np.array([float(sentence.number == 0) for sentence in sentences]),
        "wanted_number": np.array([float(trait.number and kind.number) for trait in traits]),
        "wanted_unit": np.array([float(holds_unit(sentence.text, units)) for sentence in sentences]),
        "wanted_reason": np.array([float(trait.reason and kind.reason) for trait in traits]),
        "wanted_time": np.array([float(trait.time and kind.time) for trait in traits]),
    }


def _candidates(passages: Sequence[Passage], library: Store) -> list[Sentence]:
    """The sentences of the chunks that were found, each once, in reading order."""
    found: dict[tuple[str, int, int], Sentence] = {}
    for passage in passages:
        transcript = library.revision(passage.revision)
        for hit in passage.hits:
            for number, (start, end) in enumerate(sentence_spans(transcript.utterances[hit.utterance].text)):
                if start < hit.end and end > hit.start:
                    sentence = Sentence(transcript, hit.utterance, number, hit)
                    # A sentence that is longer than a chunk stands in several; the best counts.
                    known = found.get(sentence.key)
                    if known is None or known.hit.score < hit.score:
                        found[sentence.key] = sentence
    return [found[key] for key in sorted(found)]


# --- confidence --------------------------------------------------------------------------------------------------


def signals_of(named: SpeakerQuestion, hits: Sequence[Hit], features: Mapping[str, np.ndarray]) -> dict[str, float]:
    """By what it is judged whether the question is answered, and by those whom it asks about.

    The best of each signal over all that was found; of a question about somebody also how far the best that they say
    leads the best that others say, whoever is named.
    """
    people = {*named.speakers, *named.mentioned}
    signals = {f"best_{name}": max(hit.signals[name] for hit in hits) for name in hits[0].signals}
    signals |= {f"best_{name}": float(features[name].max()) for name in ("cosine", "matched")}
    # Words of the question that no sentence holds: near misses are about its subject, and lack what is asked of it.
    signals["all_cover"] = float(features["held"].max(axis=0).sum())
    theirs = [hit.content for hit in hits if hit.speaker in people]
    others = [hit.content for hit in hits if hit.speaker not in people]
    lead = 0.0
    if people:
        lead = max(theirs) - max(others) if theirs and others else _LEAD if theirs else -_LEAD
        lead = max(-_LEAD, min(_LEAD, lead))
    asked = float(bool(named.speakers))
    return signals | {
        "lead": lead,
        "asked": asked,
        "asked_lead": asked * lead,
        "two_party_lead": signals["best_two_party"] * lead,
    }


# --- quotes ------------------------------------------------------------------------------------------------------


def _size_of(form: Form, settings: Quoting) -> Size:
    return {forms.LIST: settings.list, forms.DISCUSSION: settings.discussion}.get(form.name, settings.fact)


def _pick(
    scored: Sequence[tuple[float, Sentence]], size: Size, settings: Quoting, replies: bool = False
) -> list[Quote]:
    """The best sentences as quotes, best first, at most one an utterance; near ties beside them in the turn join them.

    A reply that says nothing by itself comes after the question that it answers, and with `replies` a question comes
    before its reply, each a quote of its own.
    """
    if not scored:
        return []
    ranked = sorted(scored, key=lambda item: (-item[0], item[1].key))
    best = ranked[0][0]
    runs: dict[tuple[str, int], tuple[Sentence, set[int]]] = {}
    for score, sentence in ranked:
        if score < best - size.margin:
            break
        turn = (sentence.transcript.id, sentence.utterance)
        if turn in runs:
            numbers = runs[turn][1]
            beside = {sentence.number - 1, sentence.number + 1} & numbers
            if beside and score >= best - settings.near_tie:
                numbers.add(sentence.number)
        elif len(runs) < size.quotes:
            numbers = {sentence.number}
            if len(sentence.text.split()) < _SHORT and sentence.number + 1 < len(sentence.turn_spans):
                numbers.add(sentence.number + 1)
            runs[turn] = (sentence, numbers)
    quotes: list[Quote] = []
    for sentence, numbers in runs.values():
        spans = sentence.turn_spans
        quote = Quote.locate(sentence.transcript, sentence.utterance, spans[min(numbers)][0], spans[max(numbers)][1])
        unit = [quote]
        if sentence.replies and len(stems(quote.text)) <= _LEANING_STEMS:
            unit = [_question_before(sentence), quote]
        elif replies and max(numbers) == len(spans) - 1 and ends_with_question(quote.text):
            unit = [quote, *_reply_after(sentence)]
        # A question is not cut off from its reply.
        if not quotes or len({*quotes, *unit}) <= size.quotes:
            quotes += unit
    return list(dict.fromkeys(quotes))


def _question_before(sentence: Sentence) -> Quote:
    """The question that ends the turn before."""
    asking = sentence.utterance - 1
    start, end = sentence_spans(sentence.transcript.utterances[asking].text)[-1]
    return Quote.locate(sentence.transcript, asking, start, end)


def _reply_after(sentence: Sentence) -> list[Quote]:
    """What somebody else says first after a question that ends a turn; two sentences where the first is short."""
    at = sentence.utterance + 1
    turns = sentence.transcript.utterances
    if at >= len(turns) or turns[at].speaker == sentence.speaker:
        return []
    spans = sentence_spans(turns[at].text)
    last = 1 if len(turns[at].text[slice(*spans[0])].split()) < _SHORT and len(spans) > 1 else 0
    return [Quote.locate(sentence.transcript, at, spans[0][0], spans[last][1])]


def _otherwise(
    question: str, form: Form, quotes: Sequence[Quote], scored: Sequence[tuple[float, Sentence]]
) -> list[Quote]:
    """At most one quote that may say otherwise, of sentences about what was asked."""
    ranked = sorted(scored, key=lambda item: (-item[0], item[1].key))
    shown = {(quote.revision, quote.utterance) for quote in quotes}
    near = [
        sentence
        for _, sentence in ranked
        if (sentence.transcript.revision, sentence.utterance) not in shown and not ends_with_question(sentence.text)
    ]
    at = otherwise(question, form, [quote.text for quote in quotes], [sentence.text for sentence in near])
    return [] if at is None else [Quote.locate(near[at].transcript, near[at].utterance, *near[at].span)]
