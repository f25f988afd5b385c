"""Fitting: on data whose right weights are known."""

from __future__ import annotations

import json

import numpy as np
import pytest

from eval import fitting
from eval.fitting import Candidates, fit_listwise, fit_logistic
from eval.systems import FOLDS


def test_listwise_finds_what_is_right() -> None:
    """Of two features one tells the right candidate and one is noise."""
    draw = np.random.default_rng(0)
    lists = []
    for _ in range(60):
        table = draw.normal(size=(8, 2))
        right = np.zeros(8)
        right[table[:, 0].argmax()] = 1.0
        lists.append(Candidates(table, right))
    weights = fit_listwise(lists, ["tells", "noise"])
    assert weights["tells"] > 10 * abs(weights["noise"])
    assert fit_listwise(lists, ["tells", "noise"]) == weights  # the same data, the same weights


def test_listwise_by_hand() -> None:
    """With two candidates the loss is the logistic one: its minimum under the penalty solves one equation."""
    lists = [Candidates(np.array([[1.0], [-1.0]]), np.array([1.0, 0.0]))]
    found = fit_listwise(lists, ["x"])["x"]
    # d/dw [log(1 + exp(-2w)) + penalty w^2] = 0, the feature having mean 0 and spread 1
    assert -2 / (1 + np.exp(2 * found)) + 2 * fitting._PENALTY * found == pytest.approx(0, abs=1e-4)


def test_lists_weigh_what_they_are_given() -> None:
    """Two lists that contradict each other: the heavier one decides."""
    one, other = (np.array(right, dtype=float) for right in ([1, 0], [0, 1]))
    table = np.array([[1.0], [-1.0]])
    assert fit_listwise([Candidates(table, one, 3.0), Candidates(table, other, 1.0)], ["x"])["x"] > 0
    assert fit_listwise([Candidates(table, one, 1.0), Candidates(table, other, 3.0)], ["x"])["x"] < 0


def test_logistic_refuses_the_share_it_may() -> None:
    """One in twenty of the answerable is refused at one half."""
    draw = np.random.default_rng(0)
    kinds = ["yes"] * 200 + ["absent"] * 40 + ["near"] * 10
    signals = [{"x": float(draw.normal(2.0 if kind == "yes" else 0.0))} for kind in kinds]
    weights = fit_logistic(signals, kinds, ["x"], {"x": 1})
    assert weights["x"] > 0
    answered = [weights["bias"] + weights["x"] * signal["x"] >= 0 for signal in signals]
    assert sum(answered[:200]) == 190
    assert fit_logistic(signals, kinds, ["x"], {"x": -1})["x"] == 0.0  # no weight against its sign


def test_each_friendship_has_weights_that_have_not_seen_it() -> None:
    """What is reported of LoCoMo is out of fold, and the folds say so."""
    folds = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDS.glob("*.json")}
    assert len(folds) == 5
    assert all(data["about"]["without"] == f"locomo/{name.removeprefix('locomo-')}" for name, data in folds.items())
    packaged = json.loads(fitting.PACKAGED.read_text(encoding="utf-8"))
    assert "without" not in packaged["about"]
    assert all(data["weights"] != packaged["weights"] for data in folds.values())
