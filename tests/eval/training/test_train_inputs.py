"""What training takes: the file of pairs, columns and lists made of it, the recipe, and one line for bad input."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.transcripts.formats import read_bytes
from eval.training import pairs, train
from eval.training.episodes import Episode, Pair, read, write
from tests.eval.training import invented

ROOT = Path(__file__).resolve().parents[3]
KINDS = ("reply", "reply_window", "sentence", "window", "neighbour", "subject", "asked", "about")

# --- columns and lists -------------------------------------------------------------------------------------------

PLAIN = {"most": {}, "times": {}}


def episode(*given: Pair, count: int = 12) -> Episode:
    chunks = tuple(f"<{number}>" for number in range(count))
    return Episode("talk", False, chunks, tuple((row, row + 2) for row in range(count - 2)), given)


def test_a_negative_holds_nothing_of_what_is_asked_for(tmp_path: Path) -> None:
    """Not the text, not another that answers, not a window that overlaps it, not the question that was asked."""
    talk = pairs.podcast(
        read_bytes(invented.podcast(), "talk.md"), "talk.md", invented.WordCounter(), dict.fromkeys(KINDS, 99), 20, 0
    )
    meeting = pairs.meetings(invented.meetings(tmp_path / "set", ["budget"]), invented.WordCounter(), 3, 0)
    for one in (talk, *meeting):
        assert one.pairs
        for pair in one.pairs:
            for columns in train.pair_columns([one.only([pair])], 0, PLAIN).values():
                (negative,) = columns["negative"]
                for row in {*range(pair.first, pair.last + 1), *pair.others}:
                    assert one.chunks[row] not in negative, pair
                if pair.kind.startswith("reply"):
                    assert one.chunks[pair.first - 1] not in negative


def test_a_window_has_a_window_as_negative() -> None:
    """Of the rivals the one whose three chunks are free of it; where there is none, any other place."""
    free = Pair("window", "q", 5, 7, rivals=(3, 4, 8))
    assert train.pair_columns([episode(free)], 0, PLAIN)["window"]["negative"] == ["<8> <9> <10>"]
    none = Pair("window", "q", 0, 8, rivals=(8,))
    found = {train._rival(episode(none), none, random.Random(seed)) for seed in range(30)}
    assert found == {"<9> <10> <11>", "<10> <11>", "<11>"}


def test_a_pair_without_any_wrong_chunk_is_left_out() -> None:
    everything = Pair("marked", "q", 0, 0, others=tuple(range(12)))
    usual = Pair("marked", "r", 1, 1, others=(1, 2))
    assert train.pair_columns([episode(everything, usual)], 0, PLAIN)["marked"]["anchor"] == ["r"]


def test_as_many_and_as_often_as_the_recipe_says() -> None:
    given = [Pair(kind, f"{kind} {row}", row, row) for kind in ("reply", "asked") for row in range(1, 9)]
    columns = train.pair_columns([episode(*given)], 0, {"most": {"reply": 3}, "times": {"reply": 2}})
    assert list(columns) == ["asked", "reply"]
    assert len(columns["asked"]["anchor"]) == 8
    assert len(columns["reply"]["anchor"]) == 6
    assert len(set(columns["reply"]["anchor"])) == 3
    assert columns == train.pair_columns([episode(*given)], 0, {"most": {"reply": 3}, "times": {"reply": 2}})


def test_negatives_of_a_list() -> None:
    """The nearest by the guide, then those by words; not the reply, nor its question, nor what overlaps."""
    nearness = np.linspace(1, 0, 12)
    reply = Pair("reply", "q", 2, 2, rivals=(11, 0, 2))
    assert train._negatives(episode(), reply, nearness, 5) == [0, 3, 4, 11]
    marked = Pair("marked", "q", 2, 2, others=(2, 4), rivals=(4,))
    assert train._negatives(episode(), marked, nearness, 5) == [0, 1, 3]
    window = Pair("window", "q", 4, 6)
    assert train._negatives(episode(), window, nearness[:10], 9) == [0, 1, 7, 8]


# --- the recipe and its changes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("gpu", [False, True])
def test_a_cpu_has_its_own_values(gpu: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under those that are asked for."""
    monkeypatch.setattr(train, "_CUDA", gpu)
    changes = ["student.batch=7", """data.without=['reply', "about"]""", "data.most.about = 9"]
    changed = train.read_recipe(changes)
    assert changed["guide"]["batch"] == (512 if gpu else 64)
    assert changed["student"]["batch"] == 7
    assert changed["data"]["without"] == ["reply", "about"]
    assert changed["data"]["most"]["about"] == 9
    assert train.read_recipe(["student.lists=2"])["student"]["lists"] == 2  # a whole number will do for a fraction


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("student.stepz=3", "the recipe has no student.stepz"),
        ("students.steps=3", "the recipe has no students.steps"),
        ("steps=3", "the recipe has no steps"),
        ("student.steps.more=3", "the recipe has no student.steps.more"),
        ("student.steps", "'' is no value in TOML; one like 1300"),
        ("student.steps=many", "'many' is no value in TOML"),
        ("student.steps=1.5", "a value like 1300 was expected"),
        ("student.gist=1", "a value like True was expected"),
    ],
)
def test_a_change_that_cannot_be_made(change: str, words: str) -> None:
    with pytest.raises(SystemExit, match=words) as refused:
        train.read_recipe([change])
    assert "\n" not in str(refused.value)


def no_recipe(folder: Path, patch: pytest.MonkeyPatch) -> None:
    (folder / "recipe.toml").write_text("[data\n")
    patch.setattr(train, "RECIPE", folder / "recipe.toml")


def nothing_held_out(folder: Path, patch: pytest.MonkeyPatch) -> None:
    write([episode(Pair("reply", "q", 1, 1))], folder / "data")


def no_episodes(folder: Path, patch: pytest.MonkeyPatch) -> None:
    (folder / "data").write_bytes(b"not compressed")


def no_guide(folder: Path, patch: pytest.MonkeyPatch) -> None:
    (folder / "guide" / "modules.json").unlink()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (no_recipe, r"recipe\.toml: .*the recipe was expected"),
        (nothing_held_out, "1 of 1 episodes to train on"),
        (no_episodes, r"data: LZMAError: .*eval\.training\.pairs"),
        (no_guide, "--guide guide: no modules.json"),
        (lambda folder, patch: None, r"data: FileNotFoundError: .*eval\.training\.pairs"),
    ],
)
def test_bad_input_ends_with_one_line(
    spoil: Callable[[Path, pytest.MonkeyPatch], None], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is trained, and nothing is left behind."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "guide").mkdir()
    (tmp_path / "guide" / "modules.json").write_text("[]")
    spoil(tmp_path, monkeypatch)
    with pytest.raises(SystemExit, match=words) as refused:
        train.main(["data", "out", "--guide", "guide"])
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.processes
def test_as_a_user_calls_it(tmp_path: Path) -> None:
    """From another folder, with a guide that is none: one line and exit code 1."""
    done = subprocess.run(
        [sys.executable, "-m", "eval.training.train", "data", "out", "--guide", "nowhere"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == ("--guide nowhere: no modules.json; a folder that sentence-transformers saved was expected\n")


# --- the file ----------------------------------------------------------------------------------------------------


def test_written_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl.xz"
    one = episode(Pair("asked", "Whô?", 1, 2, 3, 4, (5,), (6, 7)))
    other = replace(episode(), name="ü", held_out=True)
    write([one, other], path)
    assert read(path) == [one, other]


def test_half_a_file_does_not_take_the_name(tmp_path: Path) -> None:
    """What was there before stays."""
    path = tmp_path / "pairs.jsonl.xz"
    write([episode()], path)

    def broken() -> Iterator[Episode]:
        yield episode(Pair("reply", "q", 1, 1))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(broken(), path)
    assert read(path) == [episode()]


@pytest.mark.parametrize(("arguments", "code", "words"), [([], 2, "FILE"), (["out"], 1, "no pairs: ")])
def test_the_command_says_what_is_missing(
    arguments: list[str],
    code: int,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert pairs.main(arguments) == code
    said = capsys.readouterr().err
    assert words in said
    assert code == 2 or said.count("\n") == 1
