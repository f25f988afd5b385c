"""Settings, grouped by stage.  One set serves every library and every evaluation; `dataclasses.replace` varies it."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.fitted import Fitted


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

    hits: int = 1000
    """Chunks taken from each of the four rankings (vectors and words, over turns and over windows)."""
    transcripts: int = 64
    """The best transcripts of those, which are looked into."""
    chunks: int = 16
    """Best chunks that are read, each with its surroundings; sentences are chosen from these."""
    others: int = 4
    """Of a question that names somebody, the best chunks of others that are read too."""
    context_sentences: int = 3
    """Sentences before and after a hit that are read with it."""
    fact_head: int = 50
    """Chunks of the ranking that answer best, of a question about a fact in talks of two; the region where they stand
    follows."""
    fact_head_of_many: int = 15
    """The same in talks of more than two: in meetings and broadcasts what else is said of it stands near."""
    discussion_head: int = 12
    """The same of a question about a discussion, whose answer is spread over its region."""


@dataclass(frozen=True)
class Size:
    """How much an answer quotes: at most so many quotes, none scoring less than `margin` below the best.

    Scores are logits.
    """

    quotes: int
    margin: float


@dataclass(frozen=True)
class Quoting:
    """How many sentences are quoted."""

    fact: Size = Size(3, 0.7)
    list: Size = Size(6, 1.2)
    """A question for several things."""
    discussion: Size = Size(5, 1.2)
    """A question about what was said of a subject."""
    side: int = 2
    """Quotes of each side of a comparison."""
    otherwise_cover: float = 0.5
    """What may say otherwise must hold this share of the question's words, by rarity."""
    shown_again: float = 1.0
    """A sentence that the answer before quoted scores so much less for a question that leans on it."""
    near_tie: float = 0.2
    """A sentence right beside a quoted one must score no less than this below the best: only a near tie may make the
    quote longer."""


@dataclass(frozen=True)
class Refusing:
    """When no answer is better than a wrong one."""

    said: float = 0.5
    """Below this probability that the transcripts say it, the answer is `not_found`."""
    theirs: float = 0.5
    """Below this probability that it is those asked about who say it, the answer is `not_by_speaker`."""


@dataclass(frozen=True)
class Modelling:
    """What a language model is given, and when it must end.  Only of use where there is one."""

    evidence_tokens: int = 3000
    """Tokens of passages that are put before it at most; fewer where its context is smaller."""
    local_evidence_tokens: int = 800
    """The same of a model that runs on this machine: without a GPU it reads about a hundred a second."""
    answer_tokens: int = 500
    """Tokens after which an answer is cut off."""
    thinking_tokens: int = 2000
    """Tokens more for a model that thinks before it answers, where its provider counts that as output."""
    timeout_s: float = 120.0
    """Seconds of silence after which it is given up."""
    total_s: float = 300.0
    """Seconds that an answer may take in all."""
    retries: int = 1
    """How often a provider is asked again after an error that may pass (a rate limit, an overload)."""
    context: int = 4096
    """Tokens that a model which runs on this machine takes in all, where it was trained for as many."""
    parallel: int = 2
    """Answers that a model file writes at a time; each has a context of its own, and further ones wait."""


@dataclass(frozen=True)
class Settings:
    """Everything that can be set.  `fitted` are the weights that `make fit` fits, the others were set by hand."""

    chunking: Chunking = field(default_factory=Chunking)
    retrieval: Retrieval = field(default_factory=Retrieval)
    quoting: Quoting = field(default_factory=Quoting)
    refusing: Refusing = field(default_factory=Refusing)
    modelling: Modelling = field(default_factory=Modelling)
    fitted: Fitted = field(default_factory=Fitted.packaged)
