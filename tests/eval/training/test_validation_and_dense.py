"""The figures that choose an encoder and that it is reported with, against values found by hand."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval import metrics, sets, splits
from eval.benchmarks import reported
from eval.training import dense
from eval.training.episodes import Episode, Pair
from eval.training.validation import Validation
from tests.eval.training import invented


class Circle:
    """An encoder of two dimensions that puts each text where it is told, in degrees; others stand opposite to 0."""

    device = SimpleNamespace(type="cpu")

    def __init__(self, degrees: Mapping[str, float]) -> None:
        self.degrees, self.asked = degrees, [""]
        self.options: dict[str, Any] = {}

    def encode(self, texts: Sequence[str], **options: Any) -> np.ndarray:
        self.asked, self.options = list(texts), options
        angles = [math.radians(self.degrees.get(text, 180.0)) for text in texts]
        return np.array([[math.cos(angle), math.sin(angle)] for angle in angles])


def measured(episodes: Sequence[Episode], degrees: Mapping[str, float], podcasts: int = 9) -> dict[str, float]:
    return Validation(episodes, podcasts, 9).measure(Circle(degrees))  # type: ignore[arg-type]


# --- validation --------------------------------------------------------------------------------------------------

CHUNKS = tuple(f"chunk {number}" for number in range(30))
BY_NUMBER = {chunk: float(number) for number, chunk in enumerate(CHUNKS)}  # the first is the nearest to 0 degrees
WINDOWS = tuple((row, row + 2) for row in range(28))


def talk(*pairs: Pair, name: str = "a", windows: tuple[tuple[int, int], ...] = WINDOWS) -> Episode:
    return Episode(name, True, CHUNKS, windows, pairs)


def test_replies_among_the_first_ten() -> None:
    """The tenth counts and the eleventh does not; a question is an item, not a pair."""
    pairs = (Pair("reply", "q", 9, 9), Pair("reply", "r", 10, 10), Pair("asked", "s", 0, 0), Pair("asked", "s", 29, 29))
    found = measured([talk(*pairs)], BY_NUMBER | {"q": 0, "r": 0, "s": 0})
    assert found == {"asked": 0.5, "reply": 0.5, "mean": 0.5}


def test_marked_is_a_share_of_the_central_chunks() -> None:
    """Two of three among the first ten; of twelve, ten are as many as there can be."""
    three = tuple(Pair("marked", "q", row, row, others=(2, 9, 10)) for row in (2, 9, 10))
    assert measured([talk(*three)], BY_NUMBER | {"q": 0})["marked"] == 0.6667
    twelve = tuple(Pair("marked", "q", row, row) for row in range(12))
    assert measured([talk(*twelve)], BY_NUMBER | {"q": 0})["marked"] == 1.0


def test_windows_that_are_wholly_evidence() -> None:
    """Of the first twenty, those that begin at 0 to 3 lie within the chunks 0 to 5: four of twenty."""
    pair = Pair("marked_window", "q", 0, 2, others=tuple(range(6)))
    degrees = {" ".join(CHUNKS[first : last + 1]): float(first) for first, last in WINDOWS} | {"q": 0.0}
    assert measured([talk(pair)], degrees)["marked_window"] == 0.2
    assert measured([talk(pair)], degrees | {"q": 180.0})["marked_window"] == 0.0


def test_the_mean_is_of_kinds() -> None:
    """A kind with many questions weighs no more than one with few."""
    pairs = (Pair("reply", "q", 0, 0), Pair("asked", "far 1", 0, 0), Pair("asked", "far 2", 1, 1))
    found = measured([talk(*pairs)], BY_NUMBER | {"q": 0.0})
    assert found == {"asked": 0.0, "reply": 1.0, "mean": 0.5}


def test_the_first_podcasts_and_meetings() -> None:
    """By name; kinds that are not measured are not encoded either, nor windows of podcasts."""
    meeting, other = (talk(Pair("marked", "m", 0, 0), name=name) for name in ("x", "y"))
    talks = [talk(Pair("reply", name, 0, 0), Pair("subject", "unused", 1, 1), name=name) for name in ("c", "a", "b")]
    validation = Validation([*talks, meeting, other], 2, 1)
    assert [episode.name for episode in validation.episodes] == ["a", "b", "x"]
    model = Circle(BY_NUMBER)
    validation.measure(model, 1)  # type: ignore[arg-type]
    assert model.asked == [*CHUNKS, "a", *CHUNKS, "b", *CHUNKS, "m"]
    assert model.options["truncate_dim"] == 1


# --- the check sets ----------------------------------------------------------------------------------------------


def test_dense_by_hand() -> None:
    """Recall at 5 of spans that lie at places 0, 4, 5 and 6: of all together, and of the best span."""
    texts = [f"text {number}" for number in range(60)]
    model = Circle({text: float(number) for number, text in enumerate(texts)} | {"q": 0.0})
    spans = [[0, 5], [4, 5, 6]]
    test = dense.Test("qmsum", texts, ["q", "q"], [spans, spans], [False, True])
    found = dense.measure(model, [test])["qmsum"]  # type: ignore[arg-type]
    assert found == {5: (2 / 4 + 1 / 2) / 2, 10: 1.0, 25: 1.0, 50: 1.0}


@given(st.data())
def test_dense_is_the_recall_of_the_metrics(data: st.DataObject) -> None:
    """In both modes, for any ranking and any spans."""
    count = data.draw(st.integers(1, 70))
    order = data.draw(st.permutations(range(count)))
    spans = data.draw(
        st.lists(st.lists(st.integers(0, count - 1), min_size=1, max_size=8, unique=True), min_size=1, max_size=4)
    )
    texts = [f"text {row}" for row in range(count)]
    model = Circle({texts[row]: float(place) for place, row in enumerate(order)} | {"q": 0.0})
    for any_span in (False, True):
        test = dense.Test("set", texts, ["q"], [spans], [any_span])
        found = dense.measure(model, [test])["set"]  # type: ignore[arg-type]
        keys = [("file", row) for row in order]
        gold = [{("file", row) for row in span} for span in spans]
        for at in dense.AT:
            assert found[at] == pytest.approx(
                metrics.recall_at(keys, gold, at, "any" if any_span else "all").value or 0.0
            )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("locomo", "qmsum"):
        invented.meetings(tmp_path / name, ["budget", "logo"], name)
    invented.meetings(tmp_path / "friendsqa", [f"s01_e0{number}_c01" for number in range(1, 9)], "friendsqa")
    return tmp_path


def test_the_questions_of_the_check_sets(folder: Path) -> None:
    """With evidence, by transcript; of FriendsQA only the half that nothing was fitted on."""
    tests = dense.read_tests(folder)
    assert [test.set for test in tests if test.set != "friendsqa"] == ["locomo", "locomo", "qmsum", "qmsum"]
    budget = tests[0]
    assert len(budget.texts) == 24
    assert budget.questions[0] == "Summarize the discussion about the budget."  # as it stands, not as it is searched
    assert budget.evidence == [[list(range(4, 16))], [[0, 1], [19, 20, 21, 22]]]
    assert budget.any_span == [False, True]
    friends = sets.load(folder / "friendsqa")
    kept = {file for question in reported(friends).questions for file in question.files}
    fitted = {file for question in splits.folds("friendsqa", friends.questions)[0].fit for file in question.files}
    said = {test.questions[0] for test in tests if test.set == "friendsqa"}
    assert {f"{question.removesuffix('.').split()[-1]}.txt" for question in said} == kept
    assert kept
    assert fitted
    assert not kept & fitted


def test_saved_questions_are_read_again(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A machine without the product measures the same."""
    saved = tmp_path / "tests.json"
    assert dense.main(["--sets", str(folder), "--save", str(saved)]) == 0
    assert dense._saved(saved) == dense.read_tests(folder)
    assert dense.main(["--tests", str(saved)]) == 0
    assert "locomo @5/10/25/50" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--sets", "nowhere"], "--sets nowhere has no locomo, friendsqa, qmsum"),
        (["--tests", "nowhere"], "what --save writes was expected"),
        (["--tests", "empty.json", "nowhere"], "nowhere is no encoder"),
    ],
)
def test_dense_refuses_in_one_line(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.json").write_text(json.dumps([]))
    with pytest.raises(SystemExit, match=words) as refused:
        dense.main(arguments)
    assert "\n" not in str(refused.value)
