"""The ablation of the training, for real and very small."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.training import ablation, pairs, train
from eval.training.train import Columns
from tests.eval.training import invented

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ablation")
    recipe = train.read_recipe(["data.held_out=3"])["data"]
    recipe["corpus"] = str(invented.corpus(folder / "corpus.tar.zst", ("Sellin", "Quend", "Rybna", "Oland", "Vardo")))
    recipe["questions"] = str(invented.meetings(folder / "qmsum-train", ("budget", "remote", "battery", "logo")))
    pairs._make(recipe, folder / "pairs.jsonl.xz")
    invented.meetings(folder / "sets" / "locomo", ("budget", "logo"), "locomo")
    invented.tiny_model(folder / "tiny")
    return folder


@pytest.fixture
def trainings(data: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Mapping[str, Columns], Columns, Any]]:
    """Batches of two over a tiny model; what each training is given is written down here."""
    given: list[tuple[Mapping[str, Columns], Columns, Any]] = []
    tune = train.tune_student

    def listening(out: Path, start: str, guide: Any, columns: Any, lists: Any, *rest: Any) -> Any:
        given.append((columns, lists, rest[1]))
        return tune(out, start, guide, columns, lists, *rest)

    monkeypatch.setattr(ablation, "_BATCH", 2)
    monkeypatch.setattr(ablation, "_SHORT", 16)
    monkeypatch.setattr(ablation, "installed_start", lambda: data / "tiny")
    monkeypatch.setattr(ablation, "tune_student", listening)
    rows = [
        replace(
            row,
            dimensions=(32, 16)[: len(row.dimensions)],
            kinds=("neighbour",) if "subject" in row.kinds[:2] else row.kinds,
        )
        for row in ablation.ROWS
    ]  # the invented podcasts have four pairs of the kind subject
    monkeypatch.setattr(ablation, "ROWS", rows)
    return given


def run(data: Path, *more: str) -> int:
    arguments = [data / "pairs.jsonl.xz", "--guide", data / "tiny", "--sets", data / "sets", "--pairs", "26", *more]
    return ablation.main([str(argument) for argument in arguments])


def test_every_row_is_a_training_of_its_own(
    data: Path, trainings: list[tuple[Mapping[str, Columns], Columns, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Of as many queries, of its kinds, with its losses; each is measured, and so are the start and the guide."""
    assert run(data) == 0
    table = [line.strip("| ").split(" | ") for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    names = [cells[0] for cells in table]
    assert names[:3] == ["trained on", "---", "nothing"]
    assert names[-2:] == [row.name for row in ablation.ROWS[-2:]]
    assert names[-3] == "the guide itself, tuned so"
    assert len(names) == 2 + 1 + len(ablation.ROWS) + 1
    for cells in table[2:]:
        assert len(cells) == 7
        assert all(0 <= float(figure) <= 1 for cell in cells[1:] for figure in cell.split("/"))
    assert len(trainings) == len(ablation.ROWS)
    for row, (columns, lists, settings) in zip(ablation.ROWS, trainings, strict=True):
        assert set(columns) == set(row.kinds)
        assert all(("negative" in column) == row.negatives for column in columns.values())
        queries = sum(len(column["anchor"]) for column in columns.values())
        assert queries + len(lists.get("anchor", [])) == 26
        assert (settings["steps"], settings["gist"], bool(settings["lists"])) == (13, row.gist, bool(row.lists))
        assert bool(lists) == bool(row.lists)
    untuned, tuned = (lists["label"] for _, lists, _ in trainings[-3:-1])
    assert untuned != tuned


def test_the_order_of_rows_changes_none(
    data: Path, trainings: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row alone has the figures that it has after others: nothing of one training is left in the next."""
    row = next(row for row in ablation.ROWS if row.gist and not row.lists)

    def figures(rows: list[Any]) -> str:
        monkeypatch.setattr(ablation, "ROWS", rows)
        assert run(data) == 0
        return capsys.readouterr().out.splitlines()[-1]

    assert figures([row]) == figures([ablation.ROWS[0], row])


def test_the_weights_move(data: Path, trainings: list[Any], tmp_path: Path) -> None:
    recipe = train.read_recipe([])
    columns = train.pair_columns(
        [e for e in train.read_pairs(data / "pairs.jsonl.xz") if not e.held_out], 1, recipe["data"]
    )
    model = ablation._tune(ablation.ROWS[0], columns, {}, train.load(str(data / "tiny")), tmp_path, recipe, 2)
    start = dict(train.load(str(data / "tiny")).named_parameters())
    assert max(float((start[name] - weight).abs().max().detach()) for name, weight in model.named_parameters()) > 1e-5


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--pairs", "10"], "--pairs 10: 25 or more were expected"),
        (["--pairs", "80"], "fewer pairs of the kind asked to train on than 80"),
        (["--guide", "nowhere"], "--guide nowhere: no modules.json"),
        (["--sets", "nowhere"], "--sets nowhere has no locomo"),
    ],
)
def test_bad_input_ends_with_one_line(data: Path, trainings: list[Any], more: list[str], words: str) -> None:
    """Before anything is trained."""
    with pytest.raises(SystemExit, match=words) as refused:
        run(data, *more)
    assert "\n" not in str(refused.value)
    assert not trainings
