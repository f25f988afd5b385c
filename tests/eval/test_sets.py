"""Evaluation sets: what is read, what is refused with file and line, and what may be fitted on what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot import Library
from eval.sets import EvalSetError, Question, load, write_starter
from eval.splits import episode, folds
from tests.conftest import shared

TALK = "Ana: The ferry sails at nine.\nTom: It is often late.\nAna: Only in fog.\nTom: In any wind. And in rain.\n"


def make(folder: Path, *questions: dict[str, Any] | str, about: str = '{"name": "mine"}') -> Path:
    (folder / "transcripts").mkdir(parents=True)
    (folder / "transcripts" / "talk.txt").write_text(TALK)
    (folder / "set.json").write_text(about)
    lines = [line if isinstance(line, str) else json.dumps(line) for line in questions]
    (folder / "questions.jsonl").write_text("".join(f"{line}\n" for line in lines))
    return folder


def question(**more: Any) -> dict[str, Any]:
    return {"id": "q1", "question": "When does it sail?", "transcripts": ["talk.txt"]} | more


def test_evidence_by_lines_and_by_words(tmp_path: Path) -> None:
    """Both become the utterances they stand in; comments are passed over; absent keys have their defaults."""
    by_lines = question(evidence=[{"transcript": "talk.txt", "lines": [1, 2]}])
    by_words = question(
        id="q2", evidence=[{"transcript": "talk.txt", "quote": "In any  wind. And"}], evidence_mode="any"
    )
    evalset = load(make(tmp_path / "set", "// a comment", by_lines, by_words, {"id": "q3", "question": "Why?"}))
    first, second, third = evalset.questions
    assert first.evidence == (frozenset({("talk.txt", 0), ("talk.txt", 1)}),)
    assert second.evidence == (frozenset({("talk.txt", 3)}),)
    assert (first.mode, second.mode, first.line, second.line) == ("all", "any", 2, 3)
    assert (third.files, third.answerable, third.kind) == (("talk.txt",), True, "answerable")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("{", "questions.jsonl:1: not JSON"),
        ("[]", "questions.jsonl:1: a JSON object was expected"),
        (question(id=""), "questions.jsonl:1: 'id' is ''"),
        (question(transcripts=["gone.txt"]), "questions.jsonl:1: .*gone.txt: no such file"),
        (question(transcripts=["../set.json"]), "questions.jsonl:1: .* lies outside"),
        (question(evidence=[{"transcript": "talk.txt", "lines": [4, 9]}]), "lie beyond talk.txt, which has 4 lines"),
        (question(evidence=[{"transcript": "talk.txt", "lines": [2, 1]}]), r"\[first, last\] was expected"),
        (
            question(evidence=[{"transcript": "talk.txt", "quote": "The ferry sails at ten."}]),
            "not said in one turn of talk.txt; it has 'The ferry sails at nine.'",
        ),
        (question(evidence_mode="some"), '"all" or "any" was expected'),
        (question(answerable="yes"), "true or false was expected"),
    ],
)
def test_mistakes_name_file_and_line(tmp_path: Path, bad: Any, message: str) -> None:
    """And what was seen, and what was expected; nothing is run on half a set."""
    with pytest.raises(EvalSetError, match=message):
        load(make(tmp_path / "set", bad, question(id="good")))


def test_duplicate_ids(tmp_path: Path) -> None:
    """Named with both lines."""
    with pytest.raises(EvalSetError, match=r"questions\.jsonl:2: the id 'q1' stands on line 1 too"):
        load(make(tmp_path / "set", question(), question()))


def test_unknown_keys_are_warned_of(tmp_path: Path) -> None:
    """They are not used, and not an error."""
    evalset = load(make(tmp_path / "set", question(colour="red")))
    assert [warning.partition("questions.jsonl")[2] for warning in evalset.warnings] == [
        ":1: unknown keys colour are not used"
    ]


def test_sets_that_are_none(tmp_path: Path) -> None:
    """No folder, no set.json, broken set.json, no questions, an empty transcript."""
    with pytest.raises(EvalSetError, match="is not a folder"):
        load(tmp_path / "nowhere")
    (tmp_path / "bare").mkdir()
    with pytest.raises(EvalSetError, match=r"set\.json is missing"):
        load(tmp_path / "bare")
    with pytest.raises(EvalSetError, match="a JSON object was expected"):
        load(make(tmp_path / "list", question(), about="[]"))
    with pytest.raises(EvalSetError, match="has no questions"):
        load(make(tmp_path / "empty", "// nothing"))
    folder = make(tmp_path / "silent", question())
    (folder / "transcripts" / "talk.txt").write_text("")
    with pytest.raises(EvalSetError, match=r"questions\.jsonl:1: .*the file is empty"):
        load(folder)


def test_the_hash_covers_questions_and_transcripts(tmp_path: Path) -> None:
    """So that a run is never taken up with other questions or other words."""
    folder = make(tmp_path / "set", question())
    first = load(folder).sha256
    assert load(folder).sha256 == first
    (folder / "transcripts" / "talk.txt").write_text(TALK.replace("nine", "ten"))
    assert load(folder).sha256 != first


def test_a_starter_set_can_be_run_as_it_is(samples: Library, tmp_path: Path) -> None:
    """Written from a library, with comments; loads without a warning."""
    count = write_starter(tmp_path / "mine", samples)
    evalset = load(tmp_path / "mine")
    assert len(evalset.questions) == count >= 3
    assert evalset.warnings == ()
    assert (tmp_path / "mine" / "questions.jsonl").read_text().startswith("// One question a line.")
    assert {item.kind for item in evalset.questions} == {"answerable", "absent"}
    assert any(item.history for item in evalset.questions)
    with pytest.raises(EvalSetError, match="is not empty"):
        write_starter(tmp_path / "mine", samples)


def test_the_packaged_set() -> None:
    """It loads, and holds what it is meant to hold."""
    evalset = load("samples")
    assert evalset.warnings == ()
    assert len(evalset.questions) >= 120
    kinds = [item.kind for item in evalset.questions]
    assert min(kinds.count("answerable"), kinds.count("absent"), kinds.count("not-by-speaker")) >= 15
    assert sum(bool(item.history) for item in evalset.questions) >= 40


def _questions(*groups: str) -> list[Question]:
    return [Question(f"q{at}", "?", (), True, "all", group) for at, group in enumerate(groups)]


@pytest.mark.parametrize("name", ["locomo", "friendsqa", "qmsum", "qmsum-train", "somebody-elses"])
def test_no_group_stands_on_both_sides(name: str) -> None:
    """For every rule, on made-up groups, scenes of one episode among them."""
    questions = _questions(*(f"s01_e{n:02d}_c{n % 3}" for n in range(30)), "s01_e01_c9")
    for fold in folds(name, questions):
        fit = {episode(item.group) if name == "friendsqa" else item.group for item in fold.fit}
        report = {episode(item.group) if name == "friendsqa" else item.group for item in fold.report}
        assert not fit & report
    assert any(fold.fit or fold.report for fold in folds(name, questions))


def test_split_rules() -> None:
    """LoCoMo leaves one out in turn, qmsum-train is never reported, an unknown set is never fitted on."""
    locomo = folds("locomo", _questions("a", "b", "c", "a"))
    assert [(fold.name, len(fold.fit), len(fold.report)) for fold in locomo] == [("a", 2, 2), ("b", 3, 1), ("c", 3, 1)]
    assert folds("qmsum-train", _questions("a"))[0].report == ()
    assert folds("mine", _questions("a"))[0].fit == ()
    halves = folds("friendsqa", _questions(*(f"s01_e{n:02d}" for n in range(40))))[0]
    assert 10 <= len(halves.fit) <= 30


@pytest.mark.slow
def test_real_sets_split_cleanly() -> None:
    """The meetings of qmsum and qmsum-train are different ones."""
    reported = load(shared("evalsets/qmsum"))
    fitted = load(shared("evalsets/qmsum-train"))
    assert not {item.group for item in reported.questions} & {item.group for item in fitted.questions}
    assert not {t.sha256 for t in reported.files.values()} & {t.sha256 for t in fitted.files.values()}
