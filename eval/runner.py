"""A set through a system, into a run folder.

    config.json      everything needed to repeat it: versions, encoder, settings, hash of the set, seed
    results.jsonl    one line a question: what was asked, ranked, read, quoted; scores; timings
    summary.json     the figures, in all and by tag, each with its interval

A run that was killed goes on where it stopped when it is started again with the same folder: results are appended a
question at a time, and the summary is made of the results alone.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import re
import resource
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TimedOut
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bot.answers import ANSWERED
from bot.config import Settings
from bot.errors import EncoderError, OnRecordError
from bot.models.model import load_model
from eval import metrics
from eval.sets import EvalSet, Question
from eval.systems import SYSTEMS, Outcome, System, cut

RECALL_AT = (5, 10, 25, 50)
EVIDENCE_WORDS = (250, 500, 1000, 1500, 2000, 3000)
READ_WORDS = (500, 1000, 2000)
FALSE_REFUSALS = (0.05, 0.10)
SEED = 0
_PACKAGES = (
    "onrecord",
    "torch",
    "sentence-transformers",
    "chromadb",
    "langchain-core",
    "tantivy",
    "sentencex",
    "numpy",
)

_IN_MARKS = re.compile(r"“([^”]+)”")

Tell = Callable[[str], None]
Row = dict[str, Any]


class RunError(OnRecordError):
    """A run that cannot begin or go on."""


def run(
    evalset: EvalSet,
    system: System,
    out: Path,
    *,
    encoder: Mapping[str, Any],
    open_search: bool = False,
    timeout: float = 120.0,
    tell: Tell = lambda line: None,
) -> dict[str, Any]:
    """Ask every question of a set, write the run folder, and return the summary.

    `encoder` describes the encoder for config.json; `timeout` is in seconds a question.  A question that fails or
    takes longer is counted as failed and never graded.  Raises RunError when `out` holds another run.
    """
    config = _config(evalset, system, encoder, open_search, timeout)
    done = _begin(out, config, evalset)
    waiting = [question for question in evalset.questions if question.id not in done]
    if done:
        tell(f"going on after {len(done)} of {len(evalset.questions)} questions")
    started = time.perf_counter()
    with (out / "results.jsonl").open("a", encoding="utf-8") as results:
        for number, question in enumerate(waiting, 1):
            row = _ask(system, question, open_search, timeout)
            results.write(json.dumps(row, ensure_ascii=False) + "\n")
            results.flush()
            rate = number / (time.perf_counter() - started)
            left = (len(waiting) - number) / rate
            tell(f"{len(done) + number}/{len(evalset.questions)}  {rate:.1f} a second, {left / 60:.0f} min left")
    summary = summarise(evalset, read_rows(out))
    summary["cost"]["peak_memory_mb"] = round(_peak_memory_mb(), 0)
    _write(out / "summary.json", summary)
    return summary


def run_system(
    evalset: EvalSet,
    system: str,
    out: Path,
    *,
    encoder: str | None = None,
    settings: Settings | None = None,
    open_search: bool = False,
    timeout: float = 120.0,
    model: str | None = None,
    tell: Tell = lambda line: None,
) -> dict[str, Any]:
    """`run` with a system by name ("onrecord" or "stock"), its index kept in the cache between runs.

    `model` names the language model that writes the product's answers (see `bot.models.model.load_model`); unlike
    everywhere else the environment names none, so that a figure does not depend on it.
    """
    from embeddings.encoder import BUNDLED, Encoder, EncoderUnavailable

    try:
        loaded = Encoder.load(encoder or BUNDLED)
    except EncoderUnavailable as error:
        raise EncoderError(f"the encoder cannot be loaded ({error}); install it or name another") from None
    writer = load_model(model or "none")
    kwargs = {"model": writer} if writer else {}
    made = SYSTEMS[system](evalset, cache_folder(), loaded, settings or Settings(), tell, **kwargs)
    fingerprint = loaded.fingerprint()
    described = {"name": fingerprint.name, "probe_sha256": hashlib.sha256(str(fingerprint.probe).encode()).hexdigest()}
    return run(evalset, made, out, encoder=described, open_search=open_search, timeout=timeout, tell=tell)


def tell_terminal(line: str) -> None:
    """Progress on one line of a terminal; elsewhere nothing, so that logs stay readable."""
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)


def cache_folder() -> Path:
    """Where indexes of evaluation sets are kept between runs; it can be deleted."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "onrecord" / "eval"


def _config(
    evalset: EvalSet, system: System, encoder: Mapping[str, Any], open_search: bool, timeout: float
) -> dict[str, Any]:
    return {
        "set": evalset.name,
        "set_sha256": evalset.sha256,
        "questions": len(evalset.questions),
        "open": open_search,
        "timeout_s": timeout,
        "seed": SEED,
        "encoder": dict(encoder),
        **system.describe(),
        "versions": {package: _version(package) for package in _PACKAGES} | {"python": platform.python_version()},
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # On Record itself, run from a folder that was not installed
        return "not installed"


def _begin(out: Path, config: dict[str, Any], evalset: EvalSet) -> set[str]:
    """Make the run folder, or take up the run that is in it; the ids of the questions that are done."""
    path = out / "config.json"
    if not path.exists():
        if out.exists() and any(out.iterdir()):
            raise RunError(f"{out} has files but no run; name a new folder with --out")
        out.mkdir(parents=True, exist_ok=True)
        _write(path, config)
        return set()
    before = json.loads(path.read_text(encoding="utf-8"))
    changed = sorted(key for key in config.keys() | before.keys() if config.get(key) != before.get(key))
    if changed:
        raise RunError(f"{out} holds a run with other {', '.join(changed)}; name a new folder with --out")
    results = out / "results.jsonl"
    rows = read_rows(out)
    # A killed writer may have left half a line at the end.
    results.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    known = {question.id for question in evalset.questions}
    return {str(row["id"]) for row in rows} & known


def read_rows(out: Path) -> list[Row]:
    """The results of a run folder; half a line at the end is left out."""
    rows = []
    path = out / "results.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return rows


def _write(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _peak_memory_mb() -> float:
    unit = 1024**2 if sys.platform == "darwin" else 1024  # bytes there, kilobytes here
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


# --- one question ------------------------------------------------------------------------------------------------


def _ask(system: System, question: Question, open_search: bool, timeout: float) -> Row:
    row: Row = {
        "id": question.id,
        "question": question.question,
        "group": question.group,
        "tags": list(question.tags),
        "kind": question.kind,
        "failed": None,
    }
    # A thread cannot be stopped: after a time-out it is left to end by itself, and the next question gets a new one.
    worker = ThreadPoolExecutor(max_workers=1)
    try:
        outcome = worker.submit(system.ask, question, open_search).result(timeout)
    except TimedOut:
        return row | {"failed": f"no answer within {timeout:.0f} s"}
    except Exception as error:  # whatever a system under test raises is its failure, recorded as such
        return row | {"failed": f"{type(error).__name__}: {error}"}
    finally:
        worker.shutdown(wait=False)
    outcome = cut(outcome, max(RECALL_AT), max(EVIDENCE_WORDS))
    return row | {
        "standalone": outcome.standalone,
        "status": outcome.status,
        "confidence": outcome.confidence,
        "answer": outcome.answer,
        "ranking": [[name, at, words] for (name, at), words in outcome.ranking],
        "read": [[name, at, words] for (name, at), words, _ in outcome.read],
        "quotes": [asdict(quote) for quote in outcome.quotes],
        "pointed": [list(key) for key in outcome.pointed],
        "statements": [
            {"text": item.text, "quotes": list(item.numbers), "problems": list(item.problems)}
            for item in outcome.statements
        ],
        "notice": outcome.notice,
        "unverified": list(outcome.unverified),
        "evidence": [sorted(span) for span in question.evidence],
        "central": [sorted(span) for span in question.central],
        "mode": question.mode,
        "scores": {
            name: score.value for name, score in score_question(question, outcome).items() if score.value is not None
        },
        "timings": outcome.timings,
    }


def score_question(question: Question, outcome: Outcome) -> dict[str, metrics.Score]:
    """Every metric of one question; those that do not apply have no value."""
    scores: dict[str, metrics.Score] = {}
    if question.kind == "not-by-speaker" and outcome.status != ANSWERED:
        scores["points_right"] = metrics.points_at(outcome.pointed, question.evidence)
    if not question.answerable:
        return scores
    ranked = [key for key, _ in outcome.ranking]
    read = [(key, words) for key, words, _ in outcome.read]
    for prefix, spans in (("", question.evidence), ("central_", question.central)):
        if not spans:
            continue
        for k in RECALL_AT:
            scores[f"{prefix}recall@{k}"] = metrics.recall_at(ranked, spans, k, question.mode)
        scores[f"{prefix}mrr"] = metrics.reciprocal_rank(ranked, spans, question.mode)
        for budget in EVIDENCE_WORDS:
            scores[f"{prefix}evidence_recall@{budget}w"] = metrics.recall_within_words(
                outcome.ranking, spans, budget, question.mode
            )
        for budget in READ_WORDS:
            scores[f"{prefix}read_recall@{budget}w"] = metrics.recall_within_words(read, spans, budget, question.mode)
    quoted = [quote.utterance for quote in outcome.quotes]
    if judged := question.central or question.evidence:
        words = len(outcome.answer.split())
        scores |= metrics.quote_scores(quoted, judged, question.mode, words)
    flags = {
        "verbatim_rate": [quote.verbatim for quote in outcome.quotes if quote.verbatim is not None],
        "speaker_true": [quote.speaker_true for quote in outcome.quotes if quote.speaker_true is not None],
        "speaker_right": [quote.speaker in question.speakers for quote in outcome.quotes if quote.speaker]
        if question.speakers
        else [],
    }
    scores |= {name: metrics.share_true(values) for name, values in flags.items()}
    if outcome.statements or outcome.notice:  # a language model was asked
        scores["fell_back"] = metrics.share_true([not outcome.statements])
        scores["unverified_share"] = metrics.share_true([bool(item.problems) for item in outcome.statements])
        scores["prose_verbatim"] = metrics.share_true(
            [
                any(quoted in quote.text for quote in outcome.quotes)
                for item in outcome.statements
                for quoted in _IN_MARKS.findall(item.text)
            ]
        )
    if question.answers:
        scores["token_f1"] = metrics.token_f1(outcome.answer, question.answers)
        scores["exact_match"] = metrics.exact_match(outcome.answer, question.answers)
        if not question.evidence:  # written answers
            scores["rouge_l"] = metrics.rouge_l(outcome.answer, question.answers)
    if question.answers and not question.evidence and "names-only" not in question.tags:
        told = [turn for pair in question.history for turn in pair]
        scores |= metrics.answer_cover(
            question.answers, question.question, told, [text for _, _, text in outcome.read], READ_WORDS
        )
    return scores


# --- the whole run -----------------------------------------------------------------------------------------------


def summarise(evalset: EvalSet, rows: Sequence[Row]) -> dict[str, Any]:
    """The figures of a run, from its results alone: by metric, in all and by tag, each with a 95% interval."""
    by_id = {row["id"]: row for row in rows}
    ordered = [by_id[question.id] for question in evalset.questions if question.id in by_id]
    graded = [row for row in ordered if not row["failed"]]
    return {
        "set": evalset.name,
        "questions": len(evalset.questions),
        "asked": len(ordered),
        "failed": len(ordered) - len(graded),
        "metrics": {"all": _figures(graded)} | {tag: _figures(_tagged(graded, tag)) for tag in _tags(graded)},
        "ceiling": _ceilings(evalset),
        "refusals": _refusals(graded),
        "cost": _cost(graded),
    }


def _tags(rows: Iterable[Row]) -> list[str]:
    return list(dict.fromkeys(tag for row in rows for tag in row["tags"]))


def _tagged(rows: Iterable[Row], tag: str) -> list[Row]:
    return [row for row in rows if tag in row["tags"]]


def _figures(rows: Sequence[Row]) -> dict[str, Any]:
    """{metric: {value, low, high, count}}: macro mean over the questions to which it applies."""
    figures = {}
    for name in dict.fromkeys(name for row in rows for name in row["scores"]):
        having = [row for row in rows if name in row["scores"]]
        values = [float(row["scores"][name]) for row in having]
        figures[name] = _figure(sum(values) / len(values), len(values)) | _interval(
            values, [r["group"] for r in having]
        )
    return figures


def _figure(value: float, count: int) -> dict[str, Any]:
    return {"value": round(value, 4), "count": count}


def _interval(values: Sequence[float], groups: Sequence[str]) -> dict[str, Any]:
    return _bounds(metrics.bootstrap_interval(values, groups, seed=SEED))


def _bounds(interval: metrics.Interval) -> dict[str, Any]:
    if interval.low is None or interval.high is None:
        return {"no_interval": interval.reason}
    return {"low": round(interval.low, 4), "high": round(interval.high, 4)}


def _ceilings(evalset: EvalSet) -> dict[str, Any]:
    """The best that any ranking could reach within each budget of words."""
    ceilings = {}
    asked = [question for question in evalset.questions if question.answerable and question.evidence]
    for budget in EVIDENCE_WORDS:
        values = []
        for question in asked:
            words = {
                (name, at): len(evalset.files[name].utterances[at].text.split())
                for span in question.evidence
                for name, at in span
            }
            score = metrics.oracle_within_words(question.evidence, words, budget, question.mode)
            if score.value is not None:
                values.append(score.value)
        if values:
            ceilings[f"evidence_recall@{budget}w"] = _figure(sum(values) / len(values), len(values))
    return ceilings


def _refusals(rows: Sequence[Row]) -> dict[str, Any]:
    """By kind of unanswerable question: how well confidence tells it from the answerable ones."""
    answerable = [row for row in rows if row["kind"] == "answerable"]
    result: dict[str, Any] = {}
    for kind in dict.fromkeys(row["kind"] for row in rows):
        against = [row for row in rows if row["kind"] == kind]
        if kind == "answerable" or not answerable:
            continue
        pairs = [(float(row["confidence"]), row["kind"] == "answerable") for row in [*answerable, *against]]
        groups = [row["group"] for row in [*answerable, *against]]
        statistics = {"auroc": _auroc} | {
            f"refused@{share:.0%}": functools.partial(_refused_at, share=share) for share in FALSE_REFUSALS
        }
        result[kind] = {
            name: {"value": _rounded(statistic(pairs)), "count": len(against)}
            | _bounds(metrics.bootstrap_statistic(pairs, groups, statistic, seed=SEED))
            for name, statistic in statistics.items()
        } | {"refused": _share_refused(against)}
    if answerable:
        result["answerable"] = {"refused": _share_refused(answerable)}
    return result


Pairs = Sequence[tuple[float, bool]]
"""(confidence, answerable) of questions."""


def _auroc(pairs: Pairs) -> float | None:
    return metrics.auroc(*_sides(pairs)).value


def _refused_at(pairs: Pairs, share: float) -> float | None:
    return metrics.refused_at(*_sides(pairs), share).value


def _sides(pairs: Pairs) -> tuple[list[float], list[float]]:
    return [c for c, answerable in pairs if answerable], [c for c, answerable in pairs if not answerable]


def _share_refused(rows: Sequence[Row]) -> dict[str, Any]:
    """The operating point that users get."""
    values = [float(row["status"] != ANSWERED) for row in rows]
    return _figure(sum(values) / len(values), len(values)) | _interval(values, [row["group"] for row in rows])


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _cost(rows: Sequence[Row]) -> dict[str, Any]:
    stages = dict.fromkeys(stage for row in rows for stage in row["timings"])
    seconds = {stage: [float(row["timings"][stage]) for row in rows if stage in row["timings"]] for stage in stages}
    read = [sum(words for _, _, words in row["read"]) for row in rows]
    return {
        "latency_s": {
            stage: {f"p{q}": _rounded(metrics.percentile(values, q).value) for q in (50, 95)}
            for stage, values in seconds.items()
        },
        "words_read": round(sum(read) / len(read)) if read else 0,
    }
