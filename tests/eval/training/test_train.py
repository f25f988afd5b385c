"""The training of the encoder, for real and very small: two steps a stage, over an invented podcast and meetings."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from embeddings.encoder import Encoder, sha256_of
from eval.training import dense, pairs, train
from eval.training.episodes import read, write
from eval.training.train import Recipe
from eval.training.validation import Validation
from tests.eval.training import invented

pytestmark = pytest.mark.training

ROOT = Path(__file__).resolve().parents[3]
PLACES = ("Sellin", "Quend", "Rybna", "Oland", "Vardo", "Tonge")
SUBJECTS = ("budget", "remote", "battery", "logo")
SMALL = (
    "data.held_out=3", "mining.per_episode=10", "mining.negatives=2", "mining.podcasts=9", "mining.meetings=9",
    "guide.steps=2", "guide.batch=4", "student.steps=2", "student.batch=4", "student.every=1",
    "static.steps=1", "static.batch=4",
)  # fmt: skip
TINY = ("student.dimensions=[32, 16]", "static.dimension=16")


class Watched(dict[str, Any]):
    """A table of the recipe that remembers which of its keys were asked for."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        super().__init__(content)
        self.seen: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.seen.add(key)
        return super().__getitem__(key)


def recipe(*changes: str) -> Recipe:
    return train.read_recipe([*SMALL, *changes])


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    """The recipe for a tiny training, with the corpus and the meetings that are invented."""
    folder = tmp_path_factory.mktemp("sources")
    changed = recipe(*TINY)
    changed["data"]["corpus"] = str(invented.corpus(folder / "corpus.tar.zst", PLACES))
    changed["data"]["questions"] = str(invented.meetings(folder / "qmsum-train", SUBJECTS))
    return {name: Watched(table) for name, table in changed.items()}


@pytest.fixture(scope="module")
def data(watched: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of pairs, as the command makes it."""
    path = tmp_path_factory.mktemp("data") / "pairs.jsonl.xz"
    pairs._make(watched["data"], path)
    held_out = [episode.held_out for episode in read(path)]
    assert len(held_out) == len(PLACES) + len(SUBJECTS)
    assert 0 < sum(held_out[: len(PLACES)]) < len(PLACES)
    return path


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of one layer, as sentence-transformers saves it."""
    return invented.tiny_model(tmp_path_factory.mktemp("tiny") / "model")


def weights(folder: Path) -> dict[str, torch.Tensor]:
    """Of a model; older files hold a table of positions too, which is no weight."""
    found = load_file(folder / "model.safetensors")
    return {name: tensor.float() for name, tensor in found.items() if not name.endswith("position_ids")}


def distance(one: Path, other: Path) -> float:
    """The largest difference of a weight of two models."""
    a, b = weights(one), weights(other)
    assert a.keys() == b.keys()
    return max(float((a[name] - b[name]).abs().max()) for name in a)


def forbidden(*arguments: Any, **options: Any) -> Any:
    raise AssertionError("what was done is done again")


# --- as a user trains --------------------------------------------------------------------------------------------


def command(data: Path, out: Path) -> list[str]:
    # Without the table: a vector of each of 30,000 tokens takes most of a minute; the tiny BERT's is tested below.
    changes = (*SMALL, "static.steps=0")
    guide = str(train.installed_start())
    return [str(data), str(out), "--guide", guide, *(f"--set={change}" for change in changes)]


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """all-MiniLM-L6-v2, trained with itself as the guide."""
    out = tmp_path_factory.mktemp("trained") / "out"
    assert train.main(command(data, out)) == 0
    return out


def test_a_training_from_end_to_end(trained: Path) -> None:
    """Every stage leaves what the docstring says; the weights have moved, and not far in two steps."""
    record = json.loads((trained / "run.json").read_text())
    assert set(record["figures"]) == {"start", "guide", "student", "student, 128 dimensions"}
    for figures in record["figures"].values():
        assert set(figures) == {"asked", "marked", "marked_window", "reply", "mean"}
        assert all(0 <= figure <= 1 for figure in figures.values())
    assert record["recipe"] == recipe("static.steps=0")
    assert set(record["versions"]) == {"torch", "sentence-transformers", "transformers", "datasets"}
    assert list(record["seconds"]) == ["pairs", "guide", "lists", "student", "static and validation"]
    assert [entry["step"] for entry in record["history"] if "eval_mean" in entry] == [1, 2]
    for part in ("guide", "student/best"):
        assert 0 < distance(trained / part, train.installed_start()) < 0.1
    lists = json.loads((trained / "lists.json").read_text())
    assert len(lists["anchor"]) == record["lists"] > 0
    assert {len(scores) for scores in lists["label"]} == {3}  # the right text and two negatives


def test_the_best_model_is_an_encoder(trained: Path) -> None:
    """By its path, as users name one."""
    encoder = Encoder.load(str(trained / "student" / "best"))
    assert (encoder.dimension, encoder.max_tokens) == (384, 256)
    said, near, far = "The ferry sails at nine.", "When does the ferry sail?", "I like my soup with salt."
    assert encoder.nearness(said, near) > encoder.nearness(said, far)


def test_a_finished_training_says_so(
    trained: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (trained / "run.json").read_bytes()
    monkeypatch.setattr(train, "tune_guide", forbidden)
    assert train.main(command(data, trained)) == 0
    assert "is done" in capsys.readouterr().out
    assert (trained / "run.json").read_bytes() == before


def test_another_recipe_or_other_data_want_another_folder(trained: Path, data: Path, tmp_path: Path) -> None:
    """Otherwise run.json would tell of what its stages were not made with."""
    with pytest.raises(SystemExit, match=r"run\.json: another recipe than now"):
        train.main([*command(data, trained), "--set", "student.steps=3"])
    other = tmp_path / "pairs.jsonl.xz"
    write(read(data)[:-1], other)
    with pytest.raises(SystemExit, match=r"run\.json: another data_sha256 than now"):
        train.main(command(other, trained))


# --- stopped, and started again ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(watched: Recipe, data: Path, tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training of the tiny BERT, without a stop."""
    out = tmp_path_factory.mktemp("whole") / "out"
    train.train(data, out, str(tiny), str(tiny), watched)
    return out


def test_a_table_is_an_encoder(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It reads texts of any length, the last word too; and is measured as any other."""
    assert not list(whole.glob("*-checkpoints"))
    encoder = Encoder.load(str(whole / "static"))
    assert encoder.dimension == 16
    assert encoder.nearness("ferry " * 600, "ferry " * 600 + "soup") < 0.99999
    saved = whole / "tests.json"
    tests = [dense.Test(name, ["a", "b"], ["b"], [[[1]]], [True]) for name in dense.NAMES]
    saved.write_text(json.dumps([asdict(test) for test in tests]))
    assert dense.main([str(whole / "static"), "--tests", str(saved)]) == 0
    assert "| static | 1.000/1.000/1.000/1.000 |" in capsys.readouterr().out


def test_a_table_of_an_encoder_that_is_there(whole: Path, data: Path, tiny: Path, tmp_path: Path) -> None:
    """Nothing but lists and table is made; the encoder that ships needs no guide to get one."""
    out, student = tmp_path / "out", whole / "student" / "best"
    changes = [f"--set={change}" for change in (*SMALL, *TINY)]
    assert train.main([str(data), str(out), "--student", str(student), *changes]) == 0
    assert {path.name for path in out.iterdir()} == {"lists.json", "run.json", "static"}
    record = json.loads((out / "run.json").read_text())
    assert set(record["figures"]) == {"student", "student, 16 dimensions", "static"}
    assert record["history"] == []
    assert record["student_sha256"] == sha256_of(student / "model.safetensors")
    assert Encoder.load(str(out / "static")).dimension == 16
    with pytest.raises(SystemExit, match="another student_sha256 than now"):
        train.main([str(data), str(out), "--student", str(tiny), *changes])
    with pytest.raises(SystemExit, match="another student_sha256 than now"):
        train.main([str(data), str(out), "--guide", str(tiny), *changes])


def test_no_stage_is_done_again(
    whole: Path, watched: Recipe, data: Path, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A training that was stopped at its very end takes up all stages, and measures."""
    out = shutil.copytree(whole, tmp_path / "out")
    for name in ("fit", "_negatives"):
        monkeypatch.setattr(train, name, forbidden)
    before = json.loads((out / "run.json").read_text())
    (out / "run.json").write_text(json.dumps({name: before[name] for name in ("recipe", "data_sha256", "seconds")}))
    train.train(data, out, str(tiny), str(tiny), watched)
    after = json.loads((out / "run.json").read_text())
    assert after["figures"] == before["figures"]
    assert after["history"] == before["history"]
    assert after["seconds"]["student"] >= before["seconds"]["student"] > 0


def test_a_stop_within_a_stage_changes_nothing(
    whole: Path,
    watched: Recipe,
    data: Path,
    tiny: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Stopped in the second step of the student, it goes on from the checkpoint of the first to the same weights."""
    measure, calls = Validation.measure, []

    def stopped(self: Validation, *arguments: Any) -> dict[str, float]:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return measure(self, *arguments)

    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(Validation, "measure", stopped)
        with pytest.raises(KeyboardInterrupt):
            train.train(data, out, str(tiny), str(tiny), watched)
    assert [path.name for path in (out / "student").glob("checkpoint-*")] == ["checkpoint-1"]
    capsys.readouterr()
    guided = (out / "guide" / "model.safetensors").stat().st_mtime_ns
    train.train(data, out, str(tiny), str(tiny), watched)
    said = capsys.readouterr().out
    assert "step 2:" in said
    assert "step 1:" not in said
    assert (out / "guide" / "model.safetensors").stat().st_mtime_ns == guided
    assert distance(tiny, out / "student" / "best") > 1e-5
    for part in ("guide", "student/best", "static"):
        assert distance(whole / part, out / part) < 1e-6, part


def test_half_a_list_is_not_taken_for_one(whole: Path, data: Path, tmp_path: Path) -> None:
    """Only a whole file takes the name; and lists that are there are not made again."""
    path = tmp_path / "lists.json"
    with pytest.raises(TypeError):
        train._write(path, {"label": {1, 2}})
    assert not path.exists()
    lists = json.loads((whole / "lists.json").read_text())
    assert train.mine(whole / "lists.json", [], None, {}, 0) == lists  # type: ignore[arg-type]


def test_the_other_ways_of_the_recipe(data: Path, tiny: Path, tmp_path: Path) -> None:
    """Without guide, contrast by the guide, lists and table; and with all of the start mixed back in."""
    changes = ("guide.steps=0", "student.gist=false", "student.lists=0.0", "static.steps=0", "student.keep=1.0")
    out = tmp_path / "out"
    train.train(data, out, str(tiny), str(tiny), recipe(*TINY, *changes))
    assert distance(tiny, out / "guide") == 0
    assert distance(tiny, out / "student" / "best") < 1e-6
    assert distance(tiny, out / "student" / "checkpoint-2") > 1e-5
    assert "static" not in json.loads((out / "run.json").read_text())["figures"]
    assert not (out / "static").exists()


def test_every_key_of_the_recipe_is_used(whole: Path, watched: Recipe) -> None:
    """By the pairs or by the training: a key that nobody reads would promise something."""
    assert whole.exists()
    for name, table in watched.items():
        if name != "cpu":
            assert isinstance(table, Watched)
            assert table.seen == set(table), name
    assert all(key.split(".")[1] in watched[key.split(".")[0]] for key in watched["cpu"])


# --- what is held out stays out ----------------------------------------------------------------------------------


def test_nothing_held_out_is_trained_on(
    data: Path, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No text of theirs reaches a column or a list, as anchor, positive or negative."""
    given: list[str] = []
    columns_of = train.pair_columns

    def listening(*arguments: Any) -> Any:
        columns = columns_of(*arguments)
        given.extend(text for found in columns.values() for texts in found.values() for text in texts)
        return columns

    monkeypatch.setattr(train, "pair_columns", listening)
    monkeypatch.setattr(train, "tune_student", stop)
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        train.train(data, out, str(tiny), str(tiny), recipe(*TINY))
    lists = json.loads((out / "lists.json").read_text())
    given += [text for name, texts in lists.items() if name != "label" for text in texts]
    said = " ".join(given)
    for episode in read(data):
        word = Path(episode.name).stem
        assert (word in said) != episode.held_out, word


def stop(*arguments: Any) -> Any:
    raise KeyboardInterrupt
