"""Settings, grouped by stage.  One set serves every library and every evaluation; `dataclasses.replace` varies it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Chunking:
    """Sizes of the units that are embedded, in tokens of the encoder."""

    turn_tokens: int = 96
    """A turn longer than this is split between sentences."""
    window_chunks: int = 3
    """Neighbouring chunks of turns that make a window."""


@dataclass(frozen=True)
class Retrieval:
    """How passages are found."""

    hits: int = 60
    """Chunks taken from each of the four rankings (vectors and words, over turns and over windows)."""
    fusion_constant: int = 20
    """k of reciprocal rank fusion: a chunk at rank r counts 1 / (k + r)."""
    passages: int = 8
    """Passages read."""
    context_sentences: int = 3
    """Sentences before and after a hit that are read with it."""


@dataclass(frozen=True)
class Quoting:
    """How the sentences that answer are chosen.  Weights were set by hand; docs/benchmarks.md says on what."""

    candidates: int = 48
    """Best-placed sentences that are compared with the question itself."""
    quotes: int = 3
    """At most so many quotes."""
    near_best: float = 0.82
    """Further quotes must reach this share of the best one's score."""
    neighbour: float = 0.985
    """A sentence right beside a better one must reach this share: only a near tie may make the quote longer."""
    meaning: float = 1.0
    """Weight of the cosine between question and sentence."""
    context: float = 0.4
    """Share of that cosine that is taken of the sentence with its neighbours rather than alone."""
    words: float = 0.7
    """Weight of the share of the question's words, by their rarity, that a sentence holds."""
    place: float = 0.15
    """Weight of the sentence's place in the fused ranking, 1 at the top."""
    kind: float = 0.15
    """For a sentence with a number where the question asks for one, or with a reason where it asks why."""
    named: float = 0.4
    """For a sentence by a speaker whom the question names."""
    question: float = 0.5
    """What is left of the score of a sentence that asks rather than tells."""
    leads_up: float = 0.85
    """What is left of the score of a sentence that a short question leans on ("You called it X. Why that?")."""
    reply: float = 0.7
    """How much of a question's score passes on to the first sentence of the reply."""
    reply_fade: float = 0.6
    """Each further sentence of the reply gets this share of what the one before it got."""


@dataclass(frozen=True)
class Refusing:
    """When no answer is better than a wrong one: a logistic of two signals, see `bot.choosing.confidence_of`."""

    bias: float = -8.2
    meaning: float = 13.5
    """Weight of the best cosine between the question and a sentence read."""
    words: float = 3.9
    """Weight of the best share of the question's words, by rarity, that one sentence and its neighbours hold."""
    threshold: float = 0.5
    """Below this confidence the answer is `not_found`."""


@dataclass(frozen=True)
class Settings:
    """Everything that can be set."""

    chunking: Chunking = field(default_factory=Chunking)
    retrieval: Retrieval = field(default_factory=Retrieval)
    quoting: Quoting = field(default_factory=Quoting)
    refusing: Refusing = field(default_factory=Refusing)
