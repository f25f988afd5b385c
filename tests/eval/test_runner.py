"""Runs: resumed as if never stopped, failures counted and never graded, the stock recipe checked a second way."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from langchain_text_splitters import RecursiveCharacterTextSplitter

from bot.answers import ANSWERED, NOT_FOUND
from bot.config import Settings
from embeddings.encoder import Encoder
from eval import followups, gate
from eval.runner import RunError, read_rows, run, score_question
from eval.sets import EvalSet, Question, load
from eval.systems import Outcome, QuoteShown, Stock
from tests.conftest import shared

KEY = ("harbour-lights-ferry.txt", 3)


@pytest.fixture(scope="module")
def small() -> EvalSet:
    """Every tenth question of the packaged set."""
    evalset = load("samples")
    return replace(evalset, questions=evalset.questions[::10])


class Scripted:
    """A system that does what the test says; it writes down what it was asked."""

    name = "scripted"

    def __init__(self, stop_after: int = 10**6, fail: str = "", slow: str = "") -> None:
        self.asked: list[str] = []
        self._stop_after, self._fail, self._slow = stop_after, fail, slow

    def describe(self) -> dict[str, Any]:
        return {"system": self.name}

    def ask(self, question: Question, open_search: bool) -> Outcome:
        if len(self.asked) == self._stop_after:
            raise KeyboardInterrupt
        self.asked.append(question.id)
        if question.id == self._fail:
            raise ValueError("broken on purpose")
        if question.id == self._slow:
            time.sleep(2)
        seed = sum(map(ord, question.id))
        ranking = tuple(((question.files[0], (seed + at) % 20), 10) for at in range(20))
        status = ANSWERED if seed % 4 else NOT_FOUND
        quote = QuoteShown(ranking[0][0], "words", "HOST", (1, 1), True, True)
        quotes = (quote,) if status == ANSWERED else ()
        return Outcome(status, seed % 7 / 7, "words", ranking, (), quotes, (), {"total": 0.01})


def go(evalset: EvalSet, system: Any, out: Path, **more: Any) -> dict[str, Any]:
    return run(evalset, system, out, encoder={"name": "none"}, **more)


def without_memory(summary: dict[str, Any]) -> dict[str, Any]:
    return {**summary, "cost": {**summary["cost"], "peak_memory_mb": None}}


def test_a_stopped_run_ends_like_one_that_was_not(small: EvalSet, tmp_path: Path) -> None:
    """Stopped in the middle, half a line left at the end, started again: the same results and the same figures."""
    whole = go(small, Scripted(), tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        go(small, Scripted(stop_after=7), tmp_path / "stopped")
    results = tmp_path / "stopped" / "results.jsonl"
    assert len(read_rows(tmp_path / "stopped")) == 7
    results.write_text(results.read_text() + '{"id": "half')
    second = Scripted()
    resumed = go(small, second, tmp_path / "stopped")
    assert second.asked == [question.id for question in small.questions[7:]]
    assert without_memory(resumed) == without_memory(whole)
    assert results.read_text() == (tmp_path / "whole" / "results.jsonl").read_text()


def test_another_run_is_not_taken_up(small: EvalSet, tmp_path: Path) -> None:
    """Other questions or another system in the same folder are refused, and so is a folder of something else."""
    go(small, Scripted(), tmp_path / "run")
    with pytest.raises(RunError, match="holds a run with other open; name a new folder"):
        go(small, Scripted(), tmp_path / "run", open_search=True)
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "notes.txt").write_text("x")
    with pytest.raises(RunError, match="has files but no run"):
        go(small, Scripted(), tmp_path / "thesis")


def test_failures_are_counted_and_never_graded(small: EvalSet, tmp_path: Path) -> None:
    """One raises, one is too slow: both are failed, the rest is graded without them."""
    fails, sleeps = small.questions[1].id, small.questions[2].id
    summary = go(small, Scripted(fail=fails, slow=sleeps), tmp_path / "run", timeout=0.5)
    rows = {row["id"]: row for row in read_rows(tmp_path / "run")}
    assert (rows[fails]["failed"], rows[sleeps]["failed"]) == ("ValueError: broken on purpose", "no answer within 0 s")
    assert "scores" not in rows[fails]
    assert (summary["asked"], summary["failed"]) == (len(small.questions), 2)
    graded = [row for row in rows.values() if not row["failed"] and "quote_f1" in row["scores"]]
    assert summary["metrics"]["all"]["quote_f1"]["count"] == len(graded)


def test_figures_by_hand(small: EvalSet) -> None:
    """One question, gold at places 2 and 4 of the ranking, one of two quotes right."""
    gold = frozenset({("t", 1), ("t", 3)})
    question = Question("q", "?", ("t",), True, "all", "g", evidence=(gold,), speakers=("Ana",), answers=("the tide",))
    ranking = tuple((("t", at), 100) for at in (0, 1, 2, 3, 4))
    quotes = (
        QuoteShown(("t", 1), "The tide", "Ana", (1, 1), True, True),
        QuoteShown(("t", 2), "was out", "Tom", (2, 2), True, True),
    )
    outcome = Outcome(ANSWERED, 0.9, "The tide was out", ranking, ranking_as_read(ranking), quotes)
    scores = {name: score.value for name, score in score_question(question, outcome).items()}
    assert scores["recall@5"] == 1.0
    assert scores["mrr"] == 0.5
    assert scores["evidence_recall@250w"] == 0.5  # 100 + 100 words; the third would make 300
    assert scores["evidence_recall@500w"] == 1.0
    assert (scores["quote_precision"], scores["quote_recall"], scores["quote_f1"]) == (0.5, 0.5, 0.5)
    assert scores["quoted_words"] == 4
    assert (scores["verbatim_rate"], scores["speaker_true"], scores["speaker_right"]) == (1.0, 1.0, 0.5)
    # "tide was out" against "tide" after SQuAD's normalisation: precision 1/3, recall 1, F1 1/2
    assert scores["token_f1"] == pytest.approx(0.5)


def ranking_as_read(ranking: Any) -> Any:
    return tuple((key, words, "") for key, words in ranking)


@pytest.mark.slow
def test_the_gate(encoder: Encoder, tmp_path: Path) -> None:
    """Quotes are true without exception, and the right ones are found no less often than is known."""
    summary = gate.measure(encoder, tmp_path)
    figures = summary["metrics"]["all"]
    assert summary["failed"] == 0
    assert figures["verbatim_rate"]["value"] == 1.0
    assert figures["speaker_true"]["value"] == 1.0
    assert figures["quote_f1"]["value"] >= gate.kept()["low"]


def test_the_gate_sees_every_kind() -> None:
    """The small part has answerable, absent and wrong-speaker questions, follow-ups, and all three transcripts."""
    questions = gate.part().questions
    assert {question.kind for question in questions} == {"answerable", "absent", "not-by-speaker"}
    assert any(question.history for question in questions)
    assert len({name for question in questions for span in question.evidence for name, _ in span}) == 3


@pytest.mark.slow
def test_follow_ups_three_ways(encoder: Encoder, tmp_path: Path) -> None:
    """Bare, with the two questions before it, and with a history, are asked of one library."""
    evalset = followups.followups(load("samples"))
    assert all(question.history for question in evalset.questions)
    question = next(question for question in evalset.questions if question.question == "Why so much more?")
    few = replace(evalset, questions=(question,))
    read = {}
    for label, system in followups.SYSTEMS.items():
        made = system(few, tmp_path / "cache", encoder, Settings(), lambda line: None)
        read[label] = made.ask(question, False).standalone
    earlier = [asked for asked, _ in question.history]
    assert read["bare"] == question.question
    assert read["last three joined"] == read["rewritten"] == " ".join([*earlier, question.question])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["friendsqa", "locomo", "qmsum"])
def test_the_stock_row_a_second_way(name: str, encoder: Encoder, tmp_path: Path) -> None:
    """A few lines of numpy over one group of a real set: the same utterances in the same order."""
    evalset = load(shared(f"evalsets/{name}"))
    group = evalset.questions[0].group
    questions = [question for question in evalset.questions if question.group == group][:12]
    files = {file: evalset.files[file] for question in questions for file in question.files[:3]}
    questions = [replace(question, files=tuple(f for f in question.files if f in files)) for question in questions]
    system = Stock(replace(evalset, files=files), tmp_path, encoder, Settings(), lambda line: None)

    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    chunks: list[tuple[str, str]] = []
    for file in files:
        text = (evalset.transcripts / file).read_text()
        chunks += [(file, chunk) for chunk in splitter.split_text(text)]
    vectors = encoder.encode([chunk for _, chunk in chunks])
    for question in questions:
        outcome = system.ask(question, open_search=False)
        similarity = vectors @ encoder.encode([question.question])[0]
        best = [at for at in np.argsort(-similarity) if chunks[at][0] in question.files]
        assert outcome.confidence == pytest.approx(float(similarity[best[0]]), abs=1e-4)
        # Of the best chunk: the lines that it runs over are the utterances that come first.  "Yeah ." in it stands on
        # other lines of the file too, so its place decides.
        file, chunk = chunks[best[0]]
        text = (evalset.transcripts / file).read_text()
        above = text[: text.index(chunk)].count("\n")
        lines = text.splitlines()[above : above + chunk.count("\n") + 1]
        touched = [at for at, line in enumerate(lines, above) if line.strip() and line.strip() in chunk]
        first = [at for (_, at), _ in outcome.ranking[: len(touched) + 2]]
        places = {turn.index: turn.place for turn in files[file].utterances}
        named = {number - 1 for at in first for number in range(places[at].first, places[at].last + 1)}  # type: ignore[union-attr]
        assert set(touched) <= named
