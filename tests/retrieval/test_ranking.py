"""The features of chunks, on values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bot.config import Settings
from bot.fitted import Fitted
from bot.retrieval import ranking
from bot.retrieval.ranking import Evidence


def evidence(**columns: list[float]) -> Evidence:
    """Two transcripts of three chunks and one; what is not given is 0."""
    rows = 4
    names = [name for name in Evidence.__dataclass_fields__ if name not in ("bounds", "pool")]
    values = {name: np.array(columns.get(name, [0.0] * rows), dtype=float) for name in names}
    return Evidence(bounds=((0, 3), (3, 4)), pool=np.ones(rows, dtype=bool), **values)


def test_neighbours_stay_in_their_transcript() -> None:
    """The chunk before and after, and the least value of the transcript at its ends."""
    found = ranking.features(evidence(named=[1, 0, 1, 1], length=[1, 2, 3, 4]))
    assert found["named_before"].tolist() == [0, 1, 0, 1]
    assert found["length_before"].tolist() == pytest.approx(np.log1p([1, 1, 2, 4]).tolist())


def test_standard_scores_are_of_the_pool() -> None:
    """Rows that no search found do not move them."""
    signal, pool = np.array([1.0, 3.0, 100.0]), np.array([True, True, False])
    assert ranking.standardise(signal, pool).tolist() == [-1.0, 1.0, 98.0]
    assert ranking.standardise(np.ones(3), pool).tolist() == [0.0, 0.0, 0.0]


def test_smoothing_spreads_and_keeps_the_sum_apart() -> None:
    """A peak reaches its neighbours but not another transcript."""
    smooth = ranking._smooth(np.array([0.0, 9.0, 0.0, 0.0]), 2.0, evidence())
    assert smooth[1] > 0
    assert smooth[0] == pytest.approx(smooth[2])
    assert smooth[3] == 0.0


def test_a_score_is_a_weighted_sum() -> None:
    """And can be read without who speaks."""
    found = ranking.features(evidence(named=[1, 0, 0, 0], meaning=[0.5, 0.1, 0.1, 0.1]))
    weights = {"meaning": 2.0, "named": 3.0}
    assert ranking.weigh(found, weights).tolist() == pytest.approx([4.0, 0.2, 0.2, 0.2])
    assert ranking.weigh(found, weights, without=ranking.SPEAKER_FEATURES).tolist() == pytest.approx(
        [1.0, 0.2, 0.2, 0.2]
    )


def test_every_fitted_weight_is_of_a_feature_that_exists() -> None:
    """A feature that is renamed would otherwise fail at the first question, or be left out in silence."""
    found = ranking.features(evidence())
    fitted = Settings().fitted
    assert set(fitted.fact) == set(fitted.discussion) == set(ranking.turn_features(found))
    assert set(fitted.region) == set(ranking.REGION_FEATURES) <= set(found)


def test_weights_of_another_version_are_refused() -> None:
    """With what to do."""
    with pytest.raises(ValueError, match="expected 1: run `make fit`"):
        Fitted.from_json('{"version": 0, "weights": {}}')
    about = {"command": "make fit"}
    assert Fitted.from_json(Fitted.packaged().to_json(about)) == Fitted.packaged()
