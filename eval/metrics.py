"""How good rankings, quotes, answers and refusals are: pure functions over plain data.

The definitions are those of docs/evaluation.md.  In short: gold is a set of utterances; a *word* is a whitespace token
of an utterance's text, its label not counted; a metric that does not apply to a question has no value, says why, and
is left out of the macro mean.  Every share is between 0 and 1.

`evidence_mode` is the same argument everywhere: `spans` are the evidence spans of a question, each a collection of
utterances, and `mode` says how they go together.  Recall in mode

- "all": every span is wanted, so gold is their union;
- "any": one span will do (several annotators marked the same answer), so it is the recall of the span that fares best.

For quotes the definition is looser: in mode "any" recall is 1 as soon as one gold utterance is quoted.  The two agree
where spans are one utterance long.
"""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

Key = tuple[str, int]  # (transcript, utterance index)
Row = TypeVar("Row")

NO_GOLD = "no gold utterance"
NO_QUOTES = "no quotes"
NO_ACCEPTED = "no accepted answer"
NOTHING_NEW = "no content word beyond the question's and the history's"
NO_VALUES = "no values"
ONE_GROUP = "one group: resampling it says nothing about others"


@dataclass(frozen=True)
class Score:
    """A value, what it was counted over (gold utterances, quotes, accepted answers, questions ...), and why it does
    not apply.

    `value` is None exactly where `reason` is given.
    """

    value: float | None
    count: int
    reason: str = ""


@dataclass(frozen=True)
class Interval:
    """A bootstrap interval over `groups` groups; `low` and `high` are None exactly where `reason` is given."""

    low: float | None
    high: float | None
    groups: int
    reason: str = ""


@dataclass(frozen=True)
class Difference:
    """The mean paired difference of `count` questions, with its interval; None where no question is in both."""

    value: float | None
    count: int
    interval: Interval
    reason: str = ""


# Retrieval


def _wanted(spans: Sequence[Collection[Key]], mode: str) -> list[frozenset[Key]]:
    """The sets of which one is to be found: the union, or each span.  Empty spans ask for nothing."""
    if mode not in ("all", "any"):
        raise ValueError(f"evidence mode {mode!r}: must be 'all' or 'any'")
    filled = [frozenset(span) for span in spans if span]
    return [frozenset().union(*filled)] if mode == "all" and filled else filled


def _best_recall(found: Collection[Key], wanted: Sequence[frozenset[Key]]) -> Score:
    """The recall of the set that fares best (the first of equals), over its utterances."""
    if not wanted:
        return Score(None, 0, NO_GOLD)
    read = set(found)
    return max((Score(len(gold & read) / len(gold), len(gold)) for gold in wanted), key=lambda score: score.value or 0)


def _read_within(words: Iterable[int], budget: int) -> int:
    """How many texts of these lengths are read within a budget of words: reading stops before the text that crosses
    it, but the first is always read."""
    if budget < 1:
        raise ValueError(f"budget of {budget} words: must be at least 1")
    total = read = 0
    for length in words:
        total += length
        if read and total > budget:
            break
        read += 1
    return read


def recall_at(ranking: Sequence[Key], spans: Sequence[Collection[Key]], k: int, mode: str) -> Score:
    """`recall@k`: share of the gold utterances among the first k of the ranking; the best span's in mode "any".

    An utterance that the ranking repeats takes its first place only.  Counted over the gold utterances of the union or
    of the best span.  Raises ValueError for k < 1 or an unknown mode.
    """
    if k < 1:
        raise ValueError(f"recall at {k}: must be at least 1")
    return _best_recall(list(dict.fromkeys(ranking))[:k], _wanted(spans, mode))


def reciprocal_rank(ranking: Sequence[Key], spans: Sequence[Collection[Key]], mode: str) -> Score:
    """`mrr`: 1 / the place of the first gold utterance; 0 where none is ranked.

    The first gold utterance is the same in both modes, so `mode` is only checked.  Counted over the gold utterances of
    all spans.  Raises ValueError for an unknown mode.
    """
    gold = frozenset().union(*_wanted(spans, mode))
    if not gold:
        return Score(None, 0, NO_GOLD)
    places = (place for place, key in enumerate(dict.fromkeys(ranking), 1) if key in gold)
    first = next(places, None)
    return Score(1 / first if first else 0.0, len(gold))


def recall_within_words(
    ranking: Sequence[tuple[Key, int]], spans: Sequence[Collection[Key]], budget: int, mode: str
) -> Score:
    """`evidence_recall@Nw` and `read_recall@Nw`: recall of what is read until `budget` words.

    `ranking` holds (utterance, words) in reading order: for evidence_recall the retriever's ranking with each
    utterance's words; for read_recall the passages flattened in the order of their rank, with the words of the part
    that is read.  The utterance that crosses the budget does not count, the first always does, and reading stops
    there.  An utterance that comes again was read already: it costs nothing more.  An utterance counts as read when
    any part of it is.  Raises ValueError for a budget < 1 or an unknown mode.
    """
    first: dict[Key, int] = {}
    for key, words in ranking:
        first.setdefault(key, words)
    return _best_recall(list(first)[: _read_within(first.values(), budget)], _wanted(spans, mode))


def oracle_within_words(spans: Sequence[Collection[Key]], words: Mapping[Key, int], budget: int, mode: str) -> Score:
    """The ceiling of `recall_within_words`: what a retriever would get that knew the gold.

    The shortest gold utterances first is optimal: every utterance is worth the same, and the one that is always read
    is worth no more for being long.  `words` gives each gold utterance's length (KeyError where it lacks one).
    Raises ValueError as `recall_within_words` does.
    """
    wanted = _wanted(spans, mode)
    scores = []
    for gold in wanted:
        read = _read_within(sorted(words[key] for key in gold), budget)
        scores.append(Score(read / len(gold), len(gold)))
    return max(scores, key=lambda score: score.value or 0, default=Score(None, 0, NO_GOLD))


def points_at(places: Sequence[Key], spans: Sequence[Collection[Key]], most: int = 3) -> Score:
    """1 where an evidence utterance is among the first `most` places that a refusal points at, else 0."""
    gold = frozenset().union(*_wanted(spans, "any"))
    if not gold:
        return Score(None, 0, NO_GOLD)
    return Score(float(any(key in gold for key in places[:most])), len(gold))


# Quotes


def quote_scores(quoted: Sequence[Key], spans: Sequence[Collection[Key]], mode: str, words: int) -> dict[str, Score]:
    """`quote_precision`, `quote_recall`, `quote_f1` and `quoted_words` of an answerable question.

    `quoted` is the utterance of each quote (two quotes of one utterance are two entries), `words` their length in all.
    Precision: quotes whose utterance is in any span, of all quotes.  Recall: gold utterances quoted, of gold; in mode
    "any" 1 if one is.  No quote: all three are 0.  Raises ValueError for an unknown mode.
    """
    length = {"quoted_words": Score(float(words), len(quoted))}
    gold = frozenset().union(*_wanted(spans, mode))
    if not gold:
        return dict.fromkeys(("quote_precision", "quote_recall", "quote_f1"), Score(None, 0, NO_GOLD)) | length
    right = sum(key in gold for key in quoted)
    found = len(gold & set(quoted))
    precision = right / len(quoted) if quoted else 0.0
    recall = float(found > 0) if mode == "any" else found / len(gold)
    return {
        "quote_precision": Score(precision, len(quoted)),
        "quote_recall": Score(recall, len(gold)),
        "quote_f1": Score(_f1(precision, recall), len(gold)),
    } | length


def share_true(flags: Sequence[bool]) -> Score:
    """`verbatim_rate`, `speaker_true`, `speaker_right`: share of the quotes for which it holds."""
    return Score(sum(flags) / len(flags), len(flags)) if flags else Score(None, 0, NO_QUOTES)


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


# Answers

_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise_answer(text: str) -> str:
    """An answer as SQuAD compares it: lower case, without ASCII punctuation, articles and extra white space.

    Source: Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text" (2016), evaluate-v2.0.py.
    """
    return " ".join(re.sub(r"\b(?:a|an|the)\b", " ", text.lower().translate(_PUNCTUATION)).split())


def _normalised(accepted: Sequence[str]) -> list[str]:
    """The accepted answers of which something is left; SQuAD's script drops the others too."""
    return [words for words in map(normalise_answer, accepted) if words]


def exact_match(answer: str, accepted: Sequence[str]) -> Score:
    """1 where the normalised answer is one of the normalised accepted answers, else 0; counted over these."""
    golds = _normalised(accepted)
    return Score(float(normalise_answer(answer) in golds), len(golds)) if golds else Score(None, 0, NO_ACCEPTED)


def token_f1(answer: str, accepted: Sequence[str]) -> Score:
    """F1 of the normalised words, with multiplicity, against the accepted answer that fits best; over these answers."""
    golds = _normalised(accepted)
    if not golds:
        return Score(None, 0, NO_ACCEPTED)
    given = Counter(normalise_answer(answer).split())

    def against(gold: str) -> float:
        tokens = Counter(gold.split())
        return 2 * (tokens & given).total() / (tokens.total() + given.total())

    return Score(max(map(against, golds)), len(golds))


def rouge_l(answer: str, accepted: Sequence[str]) -> Score:
    """ROUGE-L F-measure against the accepted answer that fits best; counted over the accepted answers.

    Equals `rouge_score.rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)`: tokens are runs of a-z and 0-9 in
    lower case, beta is 1.  Without its Porter stemmer, which would ask for nltk at run time.
    Accepted answers without such a token (in another script, say) cannot be compared and are left out.
    Source: Lin, "ROUGE: A Package for Automatic Evaluation of Summaries" (2004).
    """
    golds = [tokens for tokens in map(_rouge_tokens, accepted) if tokens]
    if not golds:
        return Score(None, 0, NO_ACCEPTED)
    given = _rouge_tokens(answer)
    return Score(max(2 * _common_length(gold, given) / (len(gold) + len(given)) for gold in golds), len(golds))


def _rouge_tokens(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _common_length(first: Sequence[str], second: Sequence[str]) -> int:
    """The length of the longest common subsequence.

    A row of the usual table is one integer, in which a zero bit marks where the length grows: one addition a token in
    place of a loop.  Source: Hyyrö, "Bit-parallel LCS-length computation revisited" (2004).
    """
    places: dict[str, int] = {}
    for at, token in enumerate(first):
        places[token] = places.get(token, 0) | 1 << at
    full = (1 << len(first)) - 1
    row = full
    for token in second:
        matches = row & places.get(token, 0)
        row = (row + matches | row - matches) & full
    return len(first) - row.bit_count()


def answer_cover(
    accepted: Sequence[str], question: str, history: Sequence[str], read: Sequence[str], budgets: Sequence[int]
) -> dict[str, Score]:
    """`answer_cover@Nw` for each budget N: how much of a written answer stands in what was read.

    Share of the distinct stemmed content words of the accepted answer, less those of the question and of the history
    (earlier questions and answers), that occur in `read` within N words.  `read` holds the utterances, or the parts of
    them that are read, in reading order, each once and without its label; the budget works as in
    `recall_within_words`.  Of several accepted answers the one that is covered best; counted over its words.
    An accepted answer that adds no word to the question is left out.  Raises ValueError for a budget < 1.
    """
    from embeddings.lexical import stems  # loads tantivy

    known = {word for text in (question, *history) for word in stems(text)}
    wanted = [words for words in (frozenset(stems(text)) - known for text in accepted) if words]
    reason = NOTHING_NEW if any(text.strip() for text in accepted) else NO_ACCEPTED
    lengths = [len(text.split()) for text in read]
    stops = {budget: _read_within(lengths, budget) for budget in budgets}
    texts = [frozenset(stems(text)) for text in read[: max(stops.values(), default=0)]]
    scores = {}
    for budget, stop in stops.items():
        seen = frozenset[str]().union(*texts[:stop])
        covers = [Score(len(words & seen) / len(words), len(words)) for words in wanted]
        best = max(covers, key=lambda score: score.value or 0, default=Score(None, 0, reason))
        scores[f"answer_cover@{budget}w"] = best
    return scores


# Refusals


def auroc(answerable: Sequence[float], unanswerable: Sequence[float]) -> Score:
    """`auroc`: how often an answerable question has more confidence than an unanswerable one; ties count half.

    Counted over the questions of both kinds.  Raises ValueError where a confidence is not a number.
    """
    positive, negative = _numbers(answerable), np.sort(_numbers(unanswerable))
    count = len(positive) + len(negative)
    if not len(positive):
        return Score(None, count, "no answerable questions")
    if not len(negative):
        return Score(None, count, "no unanswerable questions")
    below = np.searchsorted(negative, positive, "left") + np.searchsorted(negative, positive, "right")
    return Score(float(below.sum()) / (2 * len(positive) * len(negative)), count)


def refused_at(answerable: Sequence[float], unanswerable: Sequence[float], false_refusals: float) -> Score:
    """Share of the unanswerable questions refused where at most `false_refusals` (0 to 1) of the answerable are.

    A question is refused when its confidence is below the threshold; the highest threshold that keeps the limit is
    used.  Questions of one confidence are refused together or not at all: answerable questions that tie at the limit
    all stay, and so does an unanswerable one that ties with them.  Counted over the unanswerable questions.
    Raises ValueError where a confidence is not a number or the share is not from 0 to 1.
    """
    if not 0 <= false_refusals <= 1:
        raise ValueError(f"false refusals {false_refusals}: must be from 0 to 1")
    positive, negative = np.sort(_numbers(answerable)), _numbers(unanswerable)
    if not len(positive):
        return Score(None, len(negative), "no answerable questions")
    if not len(negative):
        return Score(None, 0, "no unanswerable questions")
    # 0.29 * 100 is 28.999999999999996: what is a whole number of questions must stay one.
    allowed = math.floor(false_refusals * len(positive) + 1e-9)
    refused = negative < positive[allowed] if allowed < len(positive) else np.ones(len(negative), bool)
    return Score(float(refused.mean()), len(negative))


# Over a set


def macro_mean(scores: Sequence[Score]) -> Score:
    """The mean over the questions to which a metric applies, each question counting the same; counted over these."""
    values = [score.value for score in scores if score.value is not None]
    return Score(math.fsum(values) / len(values), len(values)) if values else Score(None, 0, NO_VALUES)


def percentile(values: Sequence[float], q: float) -> Score:
    """The q-th percentile (0 to 100), linear between neighbours; in the unit of the values."""
    numbers = _numbers(values)
    return Score(float(np.percentile(numbers, q)), len(numbers)) if len(numbers) else Score(None, 0, NO_VALUES)


def bootstrap_interval(
    values: Sequence[float], groups: Sequence[str], rounds: int = 1000, seed: int = 0, level: float = 0.95
) -> Interval:
    """The percentile-bootstrap interval of the mean of `values`, resampling whole `groups` with replacement.

    `groups` names the group of each value: questions of one meeting move together, so the groups are drawn, and the
    mean is over the questions of those drawn.  The order of the rows does not matter; the same seed gives the same
    interval.  With one group there is no interval, only a reason: every sample would be the same.
    Raises ValueError where the lengths differ or a value is not a number.
    Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
    """
    members = _grouped(_numbers(values).tolist(), groups)
    if reason := _too_few(members):
        return Interval(None, None, len(members), reason)
    # A sample's mean needs only the sum and the size of each group drawn.  fsum: the same in any order of rows.
    sums = np.array([math.fsum(rows) for rows in members])
    sizes = np.array([len(rows) for rows in members])
    draws = _draws(len(members), rounds, seed)
    return _interval(sums[draws].sum(axis=1) / sizes[draws].sum(axis=1), len(members), level)


def bootstrap_statistic(
    rows: Sequence[Row],
    groups: Sequence[str],
    statistic: Callable[[Sequence[Row]], float | None],
    rounds: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """`bootstrap_interval` for any statistic of the rows, such as auroc of (confidence, answerable) pairs.

    Samples of which the statistic is None (no unanswerable question was drawn, say) are left out; where more than half
    are, the rest would be a chosen few and there is no interval.  Calls `statistic` `rounds` times.
    Raises ValueError where the lengths differ.
    """
    members = _grouped(rows, groups)
    if reason := _too_few(members):
        return Interval(None, None, len(members), reason)
    samples = ([row for group in draw for row in members[group]] for draw in _draws(len(members), rounds, seed))
    values = [value for value in map(statistic, samples) if value is not None]
    if 2 * len(values) < rounds:
        return Interval(None, None, len(members), f"only {len(values)} of {rounds} samples have a value")
    return _interval(np.array(values), len(members), level)


def paired_difference(
    before: Mapping[str, float],
    after: Mapping[str, float],
    groups: Mapping[str, str],
    rounds: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Difference:
    """Mean of after - before over the question ids that both have, with its bootstrap interval.

    More than 0: `after` has the higher values.  Raises ValueError where a question has no group.
    """
    ids = sorted(before.keys() & after.keys())
    if lost := [id for id in ids if id not in groups]:
        raise ValueError(f"question {lost[0]!r} has no group ({len(lost)} of {len(ids)} have none)")
    changes = [after[id] - before[id] for id in ids]
    interval = bootstrap_interval(changes, [groups[id] for id in ids], rounds, seed, level)
    if not ids:
        return Difference(None, 0, interval, "no question is in both")
    return Difference(math.fsum(changes) / len(ids), len(ids), interval)


def _numbers(values: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The values as a vector; NaN would be sorted and averaged without a word."""
    numbers = np.array(values, np.float64)
    if np.isnan(numbers).any():
        raise ValueError(f"value {int(np.isnan(numbers).argmax())} of {len(numbers)} is not a number")
    return numbers


def _grouped(rows: Sequence[Row], groups: Sequence[str]) -> list[list[Row]]:
    """The rows of each group, groups by name."""
    if len(rows) != len(groups):
        raise ValueError(f"{len(rows)} rows with {len(groups)} groups: each row needs its group")
    members: dict[str, list[Row]] = {group: [] for group in sorted(set(groups))}
    for row, group in zip(rows, groups, strict=True):
        members[group].append(row)
    return list(members.values())


def _too_few(members: Sequence[object]) -> str:
    return (NO_VALUES, ONE_GROUP)[len(members)] if len(members) < 2 else ""


def _draws(groups: int, rounds: int, seed: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Which groups each sample holds: an array of shape (rounds, groups)."""
    return np.random.default_rng(seed).integers(0, groups, (rounds, groups))


def _interval(values: np.ndarray[tuple[int], np.dtype[np.float64]], groups: int, level: float) -> Interval:
    low, high = np.percentile(values, [50 * (1 - level), 50 * (1 + level)])
    return Interval(float(low), float(high), groups)
