"""Which stretches answer: signals of the searches and of the text, weighed by fitted weights.

The unit is a chunk of a turn.  Four signals come from the searches: cosine and BM25, of the chunk itself and of the
best window of turns that holds it.  They are read absolutely, against the other chunks found (z), beside their
neighbours and smoothed along the transcript, since people stay on a subject.  What the text adds is who speaks, who
spoke before, when it was recorded, and plain properties of the turn: its length, whether it asks, how much "I" it says.

A score is a weighted sum of these features, so each weight can be read and explained.  The weights maximise the
likelihood of the evidence among the candidates of a question (the listwise loss of ListNet: Cao et al., "Learning to
Rank: From Pairwise Approach to Listwise Approach", ICML 2007); `make fit` fits them, docs/benchmarks.md says on what.
Two kinds of question have weights of their own: facts and discussions.  A third set ranks regions: where a discussion
is, rather than which of its turns matter most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Rows = np.ndarray
"""One value a row; rows are chunks."""

SIGNALS = ("meaning", "window_meaning", "words", "window_words")
"""What the searches say of a chunk."""

_SCALES = (2.0, 6.0, 15.0, 40.0)  # standard deviations, in chunks, of the kernels that smooth along a transcript


@dataclass(frozen=True)
class Evidence:
    """What is known of the chunks of the transcripts that a search touched, in the order of each transcript.

    `bounds` are the rows [start, stop) of each transcript; `pool` the rows that a search found.  Rows that were not
    found have the lowest cosine found and no BM25; text features are only known in the pool.  Shapes: (rows,).
    """

    bounds: tuple[tuple[int, int], ...]
    pool: Rows
    meaning: Rows
    """Cosine of the question and the chunk."""
    window_meaning: Rows
    """Cosine of the question and the best window that holds the chunk."""
    words: Rows
    window_words: Rows
    """BM25, likewise."""
    cover: Rows
    """Share of the question's words, by rarity, that the chunk holds.  BM25 grows with the length of the question, this
    does not: the one word of "about silos" counts as much as all the words of a long question."""
    around: Rows
    """The same of the chunk with its two neighbours."""
    named: Rows
    """1 where a speaker whom the question names speaks."""
    two_party: Rows
    """1 in conversations of two."""
    date: Rows
    """How well the date of the recording fits one in the question."""
    length: Rows
    """Characters."""
    asks: Rows
    """1 where the chunk ends with a question."""
    first_person: Rows
    """Share of its words that are "I", "we" and their kin."""

    def per_transcript(self) -> Iterator[slice]:
        for start, stop in self.bounds:
            yield slice(start, stop)


def features(evidence: Evidence) -> dict[str, Rows]:
    """Every feature by name, each of shape (rows,)."""
    pool = evidence.pool
    found: dict[str, Rows] = {}
    for name in SIGNALS:
        signal = getattr(evidence, name)
        found[name] = signal
        found[f"{name}_z"] = standardise(signal, pool)
        if name == "window_words":
            continue
        if name != "window_meaning":
            found[f"{name}_before"] = _shift(found[f"{name}_z"], 1, evidence)
            found[f"{name}_after"] = _shift(found[f"{name}_z"], -1, evidence)
        for scale in _SCALES:
            found[f"{name}_smooth{scale:.0f}"] = standardise(_smooth(signal, scale, evidence), pool)
    found["cover"], found["around"] = evidence.cover, evidence.around
    found["named"], found["named_of_two"] = evidence.named, evidence.named * evidence.two_party
    before = _shift(evidence.named, 1, evidence)
    found["named_before"], found["named_of_two_before"] = before, before * evidence.two_party
    found["date"] = evidence.date
    found["length"] = np.log1p(evidence.length)
    found["length_before"] = _shift(found["length"], 1, evidence)
    found["asks"] = evidence.asks
    found["first_person"] = evidence.first_person
    found["place"] = np.concatenate([np.arange(b - a) / max(1, b - a) for a, b in evidence.bounds])
    return found


SPEAKER_FEATURES = ("named", "named_of_two", "named_before", "named_of_two_before")
REGION_FEATURES = tuple(
    f"{name}_smooth{scale:.0f}" for name in ("meaning", "window_meaning", "words") for scale in _SCALES
)
_WIDEST = tuple(f"{name}_smooth{_SCALES[-1]:.0f}" for name in ("meaning", "window_meaning", "words"))


def turn_features(found: Iterable[str]) -> list[str]:
    """Of the names of all features those that rank turns."""
    return [name for name in found if name not in _WIDEST]


def weigh(found: Mapping[str, Rows], weights: Mapping[str, float], without: Sequence[str] = ()) -> Rows:
    """The weighted sum of features, of shape (rows,); `without` leaves some out."""
    total = np.zeros(len(next(iter(found.values()))))
    for name, weight in weights.items():
        if name not in without:
            total += weight * found[name]
    return total


def standardise(signal: Rows, pool: Rows) -> Rows:
    """Standard scores against the pool; 0 where all are alike."""
    inside = signal[pool]
    spread = float(inside.std()) if inside.size else 0.0
    if spread < 1e-9:
        return np.zeros_like(signal)
    return np.asarray((signal - inside.mean()) / spread)


def _shift(signal: Rows, by: int, evidence: Evidence) -> Rows:
    """The signal of the chunk before (1) or after (-1) in the same transcript; its least value where there is none."""
    shifted = np.empty_like(signal)
    for part in evidence.per_transcript():
        values = signal[part]
        moved = np.full_like(values, values.min(initial=np.inf)) if len(values) else values
        if by > 0:
            moved[by:] = values[:-by]
        else:
            moved[:by] = values[-by:]
        shifted[part] = moved
    return shifted


def _smooth(signal: Rows, scale: float, evidence: Evidence) -> Rows:
    """The signal under a Gaussian kernel, transcript by transcript; the ends are continued."""
    from scipy.ndimage import gaussian_filter1d

    smoothed = np.empty_like(signal)
    for part in evidence.per_transcript():
        smoothed[part] = gaussian_filter1d(signal[part], scale, mode="nearest")
    return smoothed
