"""Metrics against values worked by hand, against maintained libraries, and laws that hold for any input."""

from __future__ import annotations

import random
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

from eval.metrics import (
    NO_ACCEPTED,
    NO_GOLD,
    NO_QUOTES,
    NO_VALUES,
    NOTHING_NEW,
    ONE_GROUP,
    Key,
    Score,
    answer_cover,
    auroc,
    bootstrap_interval,
    bootstrap_statistic,
    exact_match,
    macro_mean,
    normalise_answer,
    oracle_within_words,
    paired_difference,
    percentile,
    points_at,
    quote_scores,
    recall_at,
    recall_within_words,
    reciprocal_rank,
    refused_at,
    rouge_l,
    share_true,
    token_f1,
)


def keys(*utterances: int) -> list[Key]:
    return [("talk", utterance) for utterance in utterances]


def with_words(*rows: tuple[int, int]) -> list[tuple[Key, int]]:
    return [(("talk", utterance), words) for utterance, words in rows]


UTTERANCES = st.integers(0, 11)
SPANS = st.lists(st.sets(UTTERANCES, max_size=4).map(lambda span: keys(*span)), max_size=4)
RANKINGS = st.lists(UTTERANCES, max_size=15).map(lambda ranking: keys(*ranking))
LENGTHS = st.lists(st.integers(0, 9), min_size=12, max_size=12)
MODES = st.sampled_from(["all", "any"])
# Few values, so that ties are common.
CONFIDENCES = st.lists(st.integers(0, 8).map(lambda eighths: eighths / 8), min_size=1, max_size=12)

# Retrieval

TWO_SPANS = [keys(1, 2, 3, 4), keys(4, 5)]  # the union is 1..5


@pytest.mark.parametrize(
    ("k", "mode", "expected"),
    [
        # Ranking 9 4 1 5 8 2.
        (1, "all", Score(0 / 5, 5)),
        (3, "all", Score(2 / 5, 5)),  # 4 and 1, of 1 2 3 4 5
        (6, "all", Score(4 / 5, 5)),  # 4 1 5 2
        (50, "all", Score(4 / 5, 5)),
        (2, "any", Score(1 / 2, 2)),  # 4: a quarter of the first span, a half of the second
        (4, "any", Score(2 / 2, 2)),  # 4 and 5: all of the second span
    ],
)
def test_recall_at(k: int, mode: str, expected: Score) -> None:
    """recall@k is of the union in mode "all" and of the span that fares best in mode "any"."""
    assert recall_at(keys(9, 4, 1, 5, 8, 2), TWO_SPANS, k, mode) == expected


def test_recall_any_takes_the_better_share_not_the_greater_number() -> None:
    """Two of four utterances (1/2) lose to one of one (1)."""
    assert recall_at(keys(1, 2, 7), [keys(1, 2, 3, 4), keys(7)], 3, "any") == Score(1.0, 1)


def test_a_repeated_utterance_takes_one_place() -> None:
    """In 9 9 9 4 the gold utterance 4 has the second place."""
    ranking = keys(9, 9, 9, 4)
    assert recall_at(ranking, [keys(4)], 2, "all").value == 1
    assert recall_at(ranking, [keys(4)], 1, "all").value == 0
    assert reciprocal_rank(ranking, [keys(4)], "all").value == 1 / 2


def test_utterances_of_two_transcripts_are_two() -> None:
    """Utterance 4 of another transcript is not gold."""
    assert recall_at([("other", 4)], [keys(4)], 1, "all").value == 0


@pytest.mark.parametrize("mode", ["all", "any"])
def test_reciprocal_rank(mode: str) -> None:
    """mrr is 1 over the first gold place, whichever span it is of; 0 where there is none."""
    assert reciprocal_rank(keys(9, 8, 5, 1), TWO_SPANS, mode) == Score(1 / 3, 5)  # 5 stands third
    assert reciprocal_rank(keys(9, 8), TWO_SPANS, mode) == Score(0.0, 5)


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        # 1 has 30 words, 9 has 20, 2 has 25, 3 has 1; gold is 1 2 3.
        (10, 1 / 3),  # 1 is longer than the budget; the first always counts
        (30, 1 / 3),
        (49, 1 / 3),
        (74, 1 / 3),  # 30 + 20 + 25 = 75 crosses; 3 would fit (51), but reading stopped
        (75, 2 / 3),  # exactly the budget is within it
        (76, 3 / 3),
    ],
)
def test_recall_within_words(budget: int, expected: float) -> None:
    """The utterance that crosses the budget does not count and ends the reading; the first always counts."""
    ranking = with_words((1, 30), (9, 20), (2, 25), (3, 1))
    assert recall_within_words(ranking, [keys(1, 2, 3)], budget, "all") == Score(expected, 3)


def test_after_a_first_utterance_over_the_budget_nothing_is_read() -> None:
    """Not even an utterance of no words."""
    assert recall_within_words(with_words((9, 30), (1, 0)), [keys(1)], 10, "all").value == 0


def test_reading_twice_costs_once() -> None:
    """1 (10 words) comes again with 40: 2 is within 10 + 5 = 15 words."""
    ranking = with_words((1, 10), (1, 40), (2, 5))
    assert recall_within_words(ranking, [keys(1, 2)], 15, "all").value == 1
    assert recall_within_words(ranking, [keys(1, 2)], 14, "all").value == 1 / 2


def test_recall_within_words_any() -> None:
    """Within 20 words 4 and 5 are read: 1/4 of the first span, 2/2 of the second; in all 2/5."""
    ranking = with_words((4, 10), (5, 10), (1, 10))
    assert recall_within_words(ranking, TWO_SPANS, 20, "any") == Score(1.0, 2)
    assert recall_within_words(ranking, TWO_SPANS, 20, "all") == Score(2 / 5, 5)


def test_oracle() -> None:
    """Of 8, 5, 5 and 40 words 18 hold three; 17 hold two; 3 hold the first alone."""
    words = dict(with_words((1, 8), (2, 5), (3, 40), (4, 5)))
    spans = [keys(1, 2, 3, 4)]
    assert oracle_within_words(spans, words, 18, "all") == Score(3 / 4, 4)
    assert oracle_within_words(spans, words, 17, "all") == Score(2 / 4, 4)
    assert oracle_within_words(spans, words, 3, "all") == Score(1 / 4, 4)
    assert oracle_within_words([keys(1, 3), keys(2, 4)], words, 10, "any") == Score(1.0, 2)  # 5 + 5


def test_no_gold_has_no_value() -> None:
    """Where nothing is gold, a metric does not apply, and says so; an empty span is no span."""
    none = Score(None, 0, NO_GOLD)
    assert recall_at(keys(1), [], 5, "all") == none
    assert recall_at(keys(1), [[]], 5, "any") == none
    assert reciprocal_rank(keys(1), [[], []], "all") == none
    assert recall_within_words(with_words((1, 3)), [], 5, "any") == none
    assert oracle_within_words([], {}, 5, "all") == none
    assert points_at(keys(1), []) == none
    assert recall_at([], [keys(1)], 5, "all") == Score(0.0, 1)  # an empty ranking is a bad one
    assert recall_at(keys(1), [[], keys(1)], 5, "any") == Score(1.0, 1)


def test_wrong_arguments_are_named() -> None:
    """An unknown mode, k = 0 and an empty budget are mistakes of the caller, not low scores."""
    with pytest.raises(ValueError, match="'some': must be 'all' or 'any'"):
        recall_at(keys(1), TWO_SPANS, 5, "some")
    with pytest.raises(ValueError, match="'some'"):
        reciprocal_rank(keys(1), TWO_SPANS, "some")
    with pytest.raises(ValueError, match="recall at 0"):
        recall_at(keys(1), TWO_SPANS, 0, "all")
    with pytest.raises(ValueError, match="budget of 0 words"):
        recall_within_words(with_words((1, 3)), TWO_SPANS, 0, "all")


def test_points_at() -> None:
    """A refusal points at the evidence when one of its first three places is in it."""
    assert points_at(keys(7, 8, 5, 9), TWO_SPANS) == Score(1.0, 5)
    assert points_at(keys(7, 8, 9, 5), TWO_SPANS) == Score(0.0, 5)  # a fourth place is one too many


@given(RANKINGS, SPANS, st.integers(1, 16), MODES)
def test_recall_grows_with_k(ranking: list[Key], spans: list[list[Key]], k: int, mode: str) -> None:
    """Law: recall@k never falls as k grows; of one span both modes are the same; a reciprocal rank means recall."""
    here, further = recall_at(ranking, spans, k, mode), recall_at(ranking, spans, k + 1, mode)
    assert (here.value or 0) <= (further.value or 0)
    assert recall_at(ranking, spans[:1], k, "all") == recall_at(ranking, spans[:1], k, "any")
    found = bool(recall_at(ranking, spans, 16, mode).value)
    assert found == bool(reciprocal_rank(ranking, spans, mode).value)


@given(RANKINGS, SPANS, LENGTHS, st.integers(1, 60), MODES)
def test_recall_grows_with_the_budget(
    ranking: list[Key], spans: list[list[Key]], lengths: list[int], budget: int, mode: str
) -> None:
    """Law: recall never falls as the budget grows, and never passes the oracle's."""
    words = dict(zip(keys(*range(12)), lengths, strict=True))
    rows = [(key, words[key]) for key in ranking]
    here, further = (recall_within_words(rows, spans, n, mode) for n in (budget, budget + 1))
    ceiling = oracle_within_words(spans, words, budget, mode)
    assert (here.value or 0) <= (further.value or 0)
    assert (here.value or 0) <= (ceiling.value or 0)
    assert (here.value is None) == (ceiling.value is None)


# Quotes


def test_quote_scores_all() -> None:
    """Quotes of 1, 1, 4 and 9: 3 of 4 are gold; 1 and 4 of five gold utterances; F1 = 2 · .75 · .4 / 1.15."""
    scores = quote_scores(keys(1, 1, 4, 9), TWO_SPANS, "all", 61)
    assert scores["quote_precision"] == Score(3 / 4, 4)
    assert scores["quote_recall"] == Score(2 / 5, 5)
    assert scores["quote_f1"].value == pytest.approx(0.6 / 1.15)
    assert scores["quoted_words"] == Score(61.0, 4)


def test_quote_scores_any() -> None:
    """One gold utterance quoted is enough for recall; precision is against all spans: 2 of 3; F1 = 2 · 2/3 / (5/3)."""
    scores = quote_scores(keys(1, 5, 9), TWO_SPANS, "any", 30)
    assert scores["quote_precision"] == Score(2 / 3, 3)
    assert scores["quote_recall"] == Score(1.0, 5)
    assert scores["quote_f1"].value == pytest.approx(4 / 5)


@pytest.mark.parametrize("mode", ["all", "any"])
@pytest.mark.parametrize("quoted", [[], [9]])
def test_no_right_quote_is_zero(mode: str, quoted: list[int]) -> None:
    """On an answerable question no quote, or none that is right, gives 0 and not "does not apply"."""
    scores = quote_scores(keys(*quoted), TWO_SPANS, mode, 0)
    assert [scores[f"quote_{name}"].value for name in ("precision", "recall", "f1")] == [0, 0, 0]


def test_quotes_without_gold() -> None:
    """Without gold there is no precision, but the words are counted all the same."""
    scores = quote_scores(keys(1), [], "all", 12)
    assert {scores[f"quote_{name}"] for name in ("precision", "recall", "f1")} == {Score(None, 0, NO_GOLD)}
    assert scores["quoted_words"] == Score(12.0, 1)


def test_share_true() -> None:
    """Three of four; of no quotes there is no share."""
    assert share_true([True, False, True, True]) == Score(3 / 4, 4)
    assert share_true([]) == Score(None, 0, NO_QUOTES)


# Answers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  Cat, a dog;\tand AN owl!", "cat dog and owl"),
        ("7 May 2023.", "7 may 2023"),
        ("theatre", "theatre"),  # an article within a word stays
        ("the-end", "theend"),  # punctuation goes first, as in SQuAD's script
        ("A", ""),
    ],
)
def test_normalise_answer(text: str, expected: str) -> None:
    """Lower case, no punctuation, no articles, single spaces."""
    assert normalise_answer(text) == expected


def test_exact_match() -> None:
    """Any accepted answer will do, after normalisation."""
    assert exact_match("The Jordie.", ["Jamie", "jordie"]) == Score(1.0, 2)
    assert exact_match("Jordie Geller", ["Jamie", "jordie"]) == Score(0.0, 2)


def test_token_f1() -> None:
    """Of "Ross and Ross" and "Ross Geller" one Ross is common: P = 1/3, R = 1/2, F1 = 2/5."""
    assert token_f1("Ross and Ross", ["Ross Geller"]).value == pytest.approx(2 / 5)
    # The second fits better: P = 2/3, R = 2/2, F1 = 4/5.
    assert token_f1("Ross and Ross", ["Ross Geller", "Ross, Ross"]).value == pytest.approx(4 / 5)
    assert token_f1("Monica", ["Ross Geller"]) == Score(0.0, 1)
    assert token_f1("", ["Ross Geller"]) == Score(0.0, 1)


@pytest.mark.parametrize("metric", [exact_match, token_f1, rouge_l])
def test_nothing_accepted(metric: object) -> None:
    """Without an accepted answer, or with one of which nothing is left, saying nothing is not right."""
    assert callable(metric)
    assert metric("", []) == Score(None, 0, NO_ACCEPTED)
    assert metric("", ["?!"]) == Score(None, 0, NO_ACCEPTED)
    assert metric("yes", ["?!", "Yes."]) == Score(1.0, 1)


def test_rouge_l() -> None:
    """Words in common count in their order: 3 of 4 and 4 make 3/4; with the order turned about 2 are left."""
    assert rouge_l("police kill the gunman", ["police killed the gunman"]) == Score(3 / 4, 1)
    # Lin's third candidate: "the gunman" is the longest in order; P = R = 2/4.
    assert rouge_l("the gunman kill police", ["police killed the gunman"]) == Score(2 / 4, 1)
    # "a b" against "a b c d": P = 2/2, R = 2/4, F = 2/3; the best of two.
    assert rouge_l("a b", ["x y", "a-B c d"]).value == pytest.approx(2 / 3)
    assert rouge_l("", ["a b"]) == Score(0.0, 1)


@pytest.fixture(scope="module")
def rouge() -> Any:
    """Google's scorer, loaded once: its import takes longer than Hypothesis gives an example."""
    scoring = pytest.importorskip("rouge_score.rouge_scorer", reason="rouge-score is only a check")
    return scoring.RougeScorer(["rougeL"], use_stemmer=False)


@given(st.text("abAB 1-.é", max_size=60), st.lists(st.text("abAB 1-.é", max_size=60), min_size=1, max_size=3))
def test_rouge_l_equals_rouge_score(rouge: Any, answer: str, accepted: list[str]) -> None:
    """The same number as Google's rouge-score without its stemmer, for the best of the accepted answers."""
    expected = max(rouge.score(gold, answer)["rougeL"].fmeasure for gold in accepted)
    assert (rouge_l(answer, accepted).value or 0.0) == pytest.approx(expected)


def test_rouge_l_of_long_answers_is_quick(rouge: Any) -> None:
    """200 answers of 200 words against 200: more than 64 bits a row, and within two seconds."""
    draw = random.Random(3)
    texts = [" ".join(draw.choices("one two three four five six seven".split(), k=200)) for _ in range(201)]
    start = time.process_time()
    values = [rouge_l(texts[0], [text]).value for text in texts[1:]]
    assert time.process_time() - start < 2
    expected = [rouge.score(text, texts[0])["rougeL"].fmeasure for text in texts[1:6]]
    assert values[:5] == pytest.approx(expected)


ACCEPTED = ["The remote will have rubber buttons and a kinetic battery, said Laura."]
QUESTION = "What will the remote look like?"
HISTORY = ["Who spoke?", "Laura."]
READ = [
    "We want rubber on it.",  # 5 words: rubber
    "The battery dies, batteries always do.",  # 6: battery, once
    "Press a button.",  # 3: button
]


def test_answer_cover() -> None:
    """Beyond question and history the answer has rubber, button, kinetic, batteri: 4 stems.  5 words hold one of them,
    11 two, 14 three."""
    scores = answer_cover(ACCEPTED, QUESTION, HISTORY, READ, [1, 10, 11, 13, 14, 2000])
    assert {name: score.value for name, score in scores.items()} == {
        "answer_cover@1w": 1 / 4,  # the first is read though it has 5 words
        "answer_cover@10w": 1 / 4,
        "answer_cover@11w": 2 / 4,
        "answer_cover@13w": 2 / 4,
        "answer_cover@14w": 3 / 4,
        "answer_cover@2000w": 3 / 4,
    }
    assert {score.count for score in scores.values()} == {4}


def test_answer_cover_without_history_counts_its_words() -> None:
    """Laura is a fifth word when she was not named before."""
    assert answer_cover(ACCEPTED, QUESTION, [], READ, [20]) == {"answer_cover@20w": Score(3 / 5, 5)}


def test_answer_cover_takes_the_best_accepted_answer() -> None:
    """Solar panels are not covered, the rubber button is."""
    scores = answer_cover(["solar panels", "rubber button"], QUESTION, [], READ, [20])
    assert scores == {"answer_cover@20w": Score(1.0, 2)}


def test_answer_cover_does_not_apply() -> None:
    """An answer that only says the question again is no measure; nothing read covers nothing."""
    assert answer_cover(["Remote."], QUESTION, [], READ, [9]) == {"answer_cover@9w": Score(None, 0, NOTHING_NEW)}
    assert answer_cover([], QUESTION, [], READ, [9]) == {"answer_cover@9w": Score(None, 0, NO_ACCEPTED)}
    assert answer_cover(ACCEPTED, QUESTION, HISTORY, [], [9]) == {"answer_cover@9w": Score(0.0, 4)}


# Refusals


def test_auroc() -> None:
    """.9 beats .1 and .5 (2); .5 beats .1 and ties with .5 (1.5): 3.5 of 4 pairs."""
    assert auroc([0.9, 0.5], [0.1, 0.5]) == Score(3.5 / 4, 4)


def test_auroc_of_one_kind() -> None:
    """It takes both kinds of question."""
    assert auroc([], [0.1]) == Score(None, 1, "no answerable questions")
    assert auroc([0.1], []) == Score(None, 1, "no unanswerable questions")


@given(CONFIDENCES, CONFIDENCES)
def test_auroc_equals_scikit_learn(answerable: list[float], unanswerable: list[float]) -> None:
    """The same number as scikit-learn, and the two sides mirror each other."""
    value = auroc(answerable, unanswerable).value
    labels = [1] * len(answerable) + [0] * len(unanswerable)
    assert value == pytest.approx(roc_auc_score(labels, answerable + unanswerable))
    assert value == pytest.approx(1 - (auroc(unanswerable, answerable).value or 0))


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        # Answerable .2 .4 .6 .8 and ten more at .9; unanswerable .1 .2 .3 .5 .6.
        (0, 1 / 5),  # threshold .2: only .1 is below
        (0.07, 1 / 5),  # .07 · 14 = .98: none may be refused
        (1 / 14, 3 / 5),  # one may: threshold .4
        (2 / 14, 4 / 5),  # threshold .6: the unanswerable .6 ties with an answerable one and stays
        (3 / 14, 5 / 5),
        (1, 5 / 5),
    ],
)
def test_refused_at(share: float, expected: float) -> None:
    """The highest threshold that refuses no more than the share of the answerable questions."""
    assert refused_at([0.8, 0.2, 0.6, 0.4, *[0.9] * 10], [0.1, 0.2, 0.3, 0.5, 0.6], share) == Score(expected, 5)


def test_refused_at_ties() -> None:
    """Three of ten answerable at .3, two may be refused: none of the three is, nor an unanswerable one at .3."""
    assert refused_at([0.3] * 3 + [0.9] * 7, [0.3, 0.29], 0.2).value == 1 / 2


def test_refused_at_whole_numbers() -> None:
    """29% of 100 are 29 questions, though .29 · 100 is 28.999999999999996: the threshold is .29, so .285 is refused."""
    assert refused_at([at / 100 for at in range(100)], [0.285], 0.29).value == 1


def test_refused_at_does_not_apply() -> None:
    """It takes both kinds of question, and a share."""
    assert refused_at([], [0.1], 0.05) == Score(None, 1, "no answerable questions")
    assert refused_at([0.1], [], 0.05) == Score(None, 0, "no unanswerable questions")
    with pytest.raises(ValueError, match="false refusals 5"):
        refused_at([0.1], [0.1], 5)


@given(CONFIDENCES, CONFIDENCES, st.integers(0, 12))
def test_refused_at_equals_trying_every_threshold(
    answerable: list[float], unanswerable: list[float], allowed: int
) -> None:
    """The same as the best over all thresholds that refuse at most so many of the answerable."""
    allowed = min(allowed, len(answerable))
    tried = [
        sum(confidence < threshold for confidence in unanswerable) / len(unanswerable)
        for threshold in [*answerable, *unanswerable, 2.0]
        if sum(confidence < threshold for confidence in answerable) <= allowed
    ]
    assert refused_at(answerable, unanswerable, allowed / len(answerable)).value == pytest.approx(max(tried))


def test_confidences_are_numbers() -> None:
    """NaN sorts last and would count as the surest of all."""
    with pytest.raises(ValueError, match="value 1 of 2 is not a number"):
        auroc([0.5, float("nan")], [0.1])
    with pytest.raises(ValueError, match="value 0 of 1 is not a number"):
        refused_at([0.5], [float("nan")], 0.1)
    with pytest.raises(ValueError, match="value 0 of 2 is not a number"):
        bootstrap_interval([float("nan"), 1], ["a", "b"])


# Over a set


def test_macro_mean() -> None:
    """(1 + 0 + .5) / 3: each question counts the same, those without a value not at all."""
    scores = [Score(1.0, 40), Score(0.0, 1), Score(None, 0, NO_GOLD), Score(0.5, 2)]
    assert macro_mean(scores) == Score(0.5, 3)
    assert macro_mean([Score(None, 0, NO_GOLD)]) == Score(None, 0, NO_VALUES)


def test_percentile() -> None:
    """Of 10 20 30 40 the median is 25; the 95th stands at place .95 · 3 = 2.85: 30 + .85 · 10."""
    assert percentile([40, 10, 30, 20], 50) == Score(25.0, 4)
    assert percentile([40, 10, 30, 20], 95).value == pytest.approx(38.5)
    assert percentile([7], 95) == Score(7.0, 1)
    assert percentile([], 95) == Score(None, 0, NO_VALUES)


def test_interval_of_two_groups() -> None:
    """Groups (0, 0, 0) and (1): a sample is a a (1/4), a b or b a (1/2), b b (1/4), with means 0, 1/4 and 1.
    So the 10th percentile is 0, the 90th 1; 30 to 70 is 1/4 alone."""
    values, groups = [0, 0, 0, 1], ["a", "a", "a", "b"]
    wide = bootstrap_interval(values, groups, level=0.8)
    narrow = bootstrap_interval(values, groups, level=0.4)
    assert (wide.low, wide.high, wide.groups) == (0, 1, 2)
    assert (narrow.low, narrow.high) == (0.25, 0.25)


def test_interval_is_as_wide_as_theory_says() -> None:
    """100 groups of one value, half 0 and half 1: the mean's standard error is .05, so .5 ± 1.96 · .05."""
    interval = bootstrap_interval([0, 1] * 50, [str(at) for at in range(100)], rounds=4000)
    assert interval.low == pytest.approx(0.402, abs=0.015)
    assert interval.high == pytest.approx(0.598, abs=0.015)


def test_groups_are_drawn_and_not_questions() -> None:
    """Ten copies of each value in its group say nothing new: the interval stays as it is with one of each."""
    once = bootstrap_interval([0, 1, 1, 0, 1], list("abcde"))
    often = bootstrap_interval([0, 1, 1, 0, 1] * 10, list("abcde") * 10)
    assert once == often
    assert bootstrap_interval([0, 1, 1, 0, 1] * 10, [str(at) for at in range(50)]).high < (once.high or 0)  # type: ignore[operator]


GROUPED = st.lists(st.tuples(st.floats(0, 1), st.sampled_from("abcd")), min_size=2, max_size=20)


@given(GROUPED, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list[tuple[float, str]], shuffler: random.Random) -> None:
    """Law: the same rows in another order have the same interval, and it lies within the values."""
    interval = bootstrap_interval([value for value, _ in rows], [group for _, group in rows], rounds=50)
    other = list(rows)
    shuffler.shuffle(other)
    assert bootstrap_interval([value for value, _ in other], [group for _, group in other], rounds=50) == interval
    if interval.low is not None and interval.high is not None:
        values = [value for value, _ in rows]
        assert min(values) - 1e-12 <= interval.low <= interval.high <= max(values) + 1e-12


@given(GROUPED)
def test_both_bootstraps_agree(rows: list[tuple[float, str]]) -> None:
    """The general path with the mean as its statistic gives the interval of the short one."""
    values, groups = [value for value, _ in rows], [group for _, group in rows]
    short = bootstrap_interval(values, groups, rounds=50)
    general = bootstrap_statistic(values, groups, lambda sample: sum(sample) / len(sample), rounds=50)
    assert (general.groups, general.reason) == (short.groups, short.reason)
    assert [general.low or 0, general.high or 0] == pytest.approx([short.low or 0, short.high or 0])


def test_seed_and_level() -> None:
    """The same seed repeats; another does not; a higher level is wider."""
    draw = random.Random(1)
    values, groups = [draw.random() for _ in range(60)], [str(at % 20) for at in range(60)]
    first = bootstrap_interval(values, groups)
    assert bootstrap_interval(values, groups, seed=0) == first
    assert bootstrap_interval(values, groups, seed=1) != first
    wider = bootstrap_interval(values, groups, level=0.99)
    assert wider.low is not None
    assert wider.high is not None
    assert wider.low < (first.low or 0)
    assert wider.high > (first.high or 1)


def test_intervals_that_cannot_be() -> None:
    """One group and no values have a reason in place of an interval; rows without a group are a mistake."""
    one = bootstrap_interval([0, 1], ["a", "a"])
    assert (one.low, one.high, one.groups, one.reason) == (None, None, 1, ONE_GROUP)
    assert bootstrap_interval([], []).reason == NO_VALUES
    assert bootstrap_statistic([0, 1], ["a", "a"], sum).reason == ONE_GROUP
    assert bootstrap_statistic([0, 1], ["a", "b"], lambda sample: None).reason == "only 0 of 1000 samples have a value"
    with pytest.raises(ValueError, match="2 rows with 1 groups"):
        bootstrap_interval([0, 1], ["a"])


def auroc_of(rows: object) -> float | None:
    pairs = list(rows)  # type: ignore[call-overload]
    return auroc([at for at, right in pairs if right], [at for at, right in pairs if not right]).value


def test_interval_of_auroc() -> None:
    """Six groups with both kinds, each with an auroc of its own: the interval holds the figure and is no point."""
    rows = [(0.9, True), (0.2, False), (0.4, True), (0.5, False), (0.8, True), (0.7, False)] * 2
    groups = [group for group in "abcdef" for _ in range(2)]
    whole = auroc_of(rows)
    interval = bootstrap_statistic(rows, groups, auroc_of)
    assert interval.low is not None
    assert interval.high is not None
    assert whole is not None
    assert interval.low < whole < interval.high <= 1


def test_samples_without_a_value_are_left_out() -> None:
    """Only group b is unanswerable: 8/27 of the samples lack it, 1/27 hold nothing else; the others have auroc 1."""
    rows = [(0.9, True), (0.2, False)] * 2
    interval = bootstrap_statistic(rows, ["a", "b", "c", "b"], auroc_of)
    assert (interval.low, interval.high) == (1, 1)


def test_paired_difference() -> None:
    """after - before over x, y, z: +.5, +.5, -.25 = .75 / 3; w and v are in one run only."""
    before = {"x": 0.0, "y": 0.5, "z": 0.5, "w": 1.0}
    after = {"y": 1.0, "x": 0.5, "z": 0.25, "v": 0.0}
    difference = paired_difference(before, after, {"x": "a", "y": "a", "z": "b"})
    assert difference.value == pytest.approx(0.25)
    assert difference.count == 3
    # Samples: a a .5, a b .25, b b -.25.
    assert (difference.interval.low, difference.interval.high) == (-0.25, 0.5)


def test_paired_difference_takes_out_what_both_share() -> None:
    """Questions differ a lot and the change is always .1: the interval is a point."""
    before = {str(at): at / 20 for at in range(10)}
    after = {id: value + 0.1 for id, value in before.items()}
    difference = paired_difference(before, after, {id: id for id in before})
    assert difference.interval.low == pytest.approx(0.1)
    assert difference.interval.high == pytest.approx(0.1)


def test_paired_difference_does_not_apply() -> None:
    """Two runs with no question in common; a question that has no group."""
    difference = paired_difference({"x": 1.0}, {"y": 1.0}, {"x": "a", "y": "a"})
    assert (difference.value, difference.count, difference.reason) == (None, 0, "no question is in both")
    assert difference.interval.reason == NO_VALUES
    with pytest.raises(ValueError, match=r"question 'x' has no group \(1 of 1"):
        paired_difference({"x": 1.0}, {"x": 1.0}, {})


def test_sixty_metrics_of_a_set_take_seconds() -> None:
    """1,200 questions in 136 groups, 60 metrics: within ten seconds even on a busy machine."""
    values = np.random.default_rng(0).random((60, 1200))
    groups = [str(at % 136) for at in range(1200)]
    start = time.process_time()
    intervals = [bootstrap_interval(row.tolist(), groups) for row in values]
    assert time.process_time() - start < 10
    assert len(set(intervals)) == 60
