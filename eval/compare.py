"""Two runs of one set side by side: paired differences, and the questions that flipped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.answers import ANSWERED
from eval import metrics
from eval.report import BY_TAG, MAIN_METRICS, number, read_json
from eval.runner import SEED, Row, RunError, read_rows

MOST_FLIPPED = 20
"""Questions that are listed each way in a terminal; `compare` has them all."""

_WIDTH = 100
_FLIPS = {
    "found": "evidence quoted now, not before",
    "lost": "evidence quoted before, not now",
    "answered": "refused before, answered now",
    "refused": "answered before, refused now",
}


def compare(before: Path, after: Path) -> dict[str, Any]:
    """Paired differences (after - before) over the questions that both runs graded, and the questions that flipped.

        {"set", "questions", "before", "after",          # the last two: {"run", "system"}
         "metrics": {"all" or TAG: {METRIC: {before, after, difference, count, low, high or no_interval}}},
         "flipped": {"found", "lost", "answered", "refused": [{"id", "question", "kind"}]}}

    A metric is compared over the questions that have it in both runs.  Beside the metrics of a run, "refused KIND" is
    the share of a kind of question that is refused.  "found" and "lost" are by quote_recall, from 0 to more or back.
    Raises RunError when a folder is no run, or the two have no graded question of one set in common.
    """
    configs = [read_json(run, "config.json") for run in (before, after)]
    if configs[0].get("set_sha256") != configs[1].get("set_sha256"):
        names = [f"{run} ({config.get('set')})" for run, config in zip((before, after), configs, strict=True)]
        raise RunError(f"{names[0]} and {names[1]} are runs of different sets; run both on the same one")
    old, new = _graded(before), _graded(after)
    common = [id for id in old if id in new]
    if not common:
        raise RunError(f"{before} and {after} have no graded question in common; let both run to their end")
    tags = dict.fromkeys(tag for id in common for tag in new[id]["tags"])
    parts = {"all": common} | {tag: [id for id in common if tag in new[id]["tags"]] for tag in tags}
    return {
        "set": configs[1].get("set"),
        "questions": len(common),
        "before": {"run": str(before), "system": configs[0].get("system")},
        "after": {"run": str(after), "system": configs[1].get("system")},
        "metrics": {part: _differences([(old[id], new[id]) for id in ids]) for part, ids in parts.items()},
        "flipped": _flipped([(old[id], new[id]) for id in common]),
    }


def _graded(run: Path) -> dict[str, Row]:
    return {row["id"]: row for row in read_rows(run) if not row["failed"]}


def _values(row: Row) -> dict[str, float]:
    return {**row["scores"], f"refused {row['kind']}": float(row["status"] != ANSWERED)}


Pairs = Sequence[tuple[Row, Row]]
"""The rows of a question before and after."""


def _differences(pairs: Pairs) -> dict[str, Any]:
    old = {row["id"]: _values(row) for row, _ in pairs}
    new = {row["id"]: _values(row) for _, row in pairs}
    groups = {row["id"]: row["group"] for _, row in pairs}
    result: dict[str, Any] = {}
    for name in dict.fromkeys(name for values in new.values() for name in values):
        ids = [id for id in new if name in old[id] and name in new[id]]
        if not ids:
            continue
        was, now = {id: old[id][name] for id in ids}, {id: new[id][name] for id in ids}
        change = metrics.paired_difference(was, now, groups, seed=SEED)
        low, high = change.interval.low, change.interval.high
        result[name] = {
            "before": round(sum(was.values()) / len(ids), 4),
            "after": round(sum(now.values()) / len(ids), 4),
            "difference": round(change.value or 0.0, 4),
            "count": change.count,
        } | (
            {"no_interval": change.interval.reason}
            if low is None or high is None
            else {"low": round(low, 4), "high": round(high, 4)}
        )
    return result


def _flipped(pairs: Pairs) -> dict[str, list[dict[str, str]]]:
    flips: dict[str, list[dict[str, str]]] = {name: [] for name in _FLIPS}
    for old, new in pairs:
        told = {"id": new["id"], "question": new["question"], "kind": new["kind"]}
        was, now = (row["scores"].get("quote_recall") for row in (old, new))
        if was is not None and now is not None and (was > 0) != (now > 0):
            flips["found" if now > 0 else "lost"].append(told)
        answered_before, answered_now = (row["status"] == ANSWERED for row in (old, new))
        if answered_before != answered_now:
            flips["answered" if answered_now else "refused"].append(told)
    return flips


def compare_text(before: Path, after: Path) -> str:
    """`compare` for a terminal: at most 100 columns, but for the names of the runs."""
    found = compare(before, after)
    overall = found["metrics"]["all"]
    wanted = [*MAIN_METRICS, *(name for name in overall if name.startswith("refused "))]
    lines = [f"{when:<7} {found[when]['run']} ({found[when]['system']})" for when in ("before", "after")]
    lines += [f"{found['questions']:,} questions of {found['set']} graded in both", ""]
    lines += _table("metric", ((name, name, overall[name]) for name in wanted if name in overall))
    if name := next((name for name in ("quote_f1", *BY_TAG) if name in overall), ""):
        tags = ((tag, name, figures[name]) for tag, figures in found["metrics"].items() if name in figures)
        by_tag = [row for row in tags if row[0] != "all"]
        lines += ["", *_table(f"{name} by tag", by_tag)] if by_tag else []
    lines += ["", "* the 95% interval excludes zero"]
    for flip, meaning in _FLIPS.items():
        questions = found["flipped"][flip]
        answerable = sum(told["kind"] == "answerable" for told in questions)
        lines += ["", f"{meaning}: {len(questions):,} ({answerable:,} answerable)"]
        lines += [_told(told) for told in questions[:MOST_FLIPPED]]
        lines += [f"  and {len(questions) - MOST_FLIPPED:,} more"] if len(questions) > MOST_FLIPPED else []
    return "\n".join(lines)


def _told(told: Mapping[str, str]) -> str:
    kind = "" if told["kind"] == "answerable" else f"[{told['kind']}] "
    return _cut(f"  {told['id']}  {kind}{told['question']}")


def _table(head: str, rows: Iterable[tuple[str, str, Mapping[str, Any]]]) -> list[str]:
    """Lines of (label, metric, figure); a star where the interval excludes zero."""
    lines = [f"{head:<30}{'before':>9}{'after':>9}{'difference':>12}   {'95% interval':<20}{'count':>7}"]
    for label, name, figure in rows:
        low, high = figure.get("low"), figure.get("high")
        bounds = "" if low is None or high is None else f"[{_signed(name, low)}, {_signed(name, high)}]"
        star = "*" if low is not None and high is not None and (low > 0 or high < 0) else " "
        values = f"{number(name, figure['before']):>9}{number(name, figure['after']):>9}"
        change = f"{_signed(name, figure['difference']):>12}"
        lines.append(f"{_cut(label, 29):<30}{values}{change} {star} {bounds:<20}{figure['count']:>7,}")
    return lines


def _signed(name: str, value: float) -> str:
    shown = number(name, value)
    return f"+{shown}" if value > 0 else shown


def _cut(line: str, width: int = _WIDTH) -> str:
    """One line of a terminal: what cannot be printed, such as an escape sequence, is not sent to it."""
    shown = "".join(character if character.isprintable() else " " for character in line)
    return shown if len(shown) <= width else shown[: width - 1] + "…"
