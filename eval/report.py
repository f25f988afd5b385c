"""A run folder to one HTML page, and its figures to a terminal or a Markdown table.

The page needs nothing else: no script, no network, no other file.  Whatever comes from a set or from a system (words,
speakers, file names, tags, errors) passes through `escape` before it stands in it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answers import ANSWERED
from bot.transcripts.transcript import Utterance
from eval import plots
from eval.plots import escape
from eval.runner import EVIDENCE_WORDS, READ_WORDS, RECALL_AT, Row, RunError, read_rows
from eval.sets import EvalSet, Key, Question

GROUPS = {
    "Finding": (
        *(f"recall@{k}" for k in RECALL_AT),
        "mrr",
        *(f"evidence_recall@{words}w" for words in EVIDENCE_WORDS),
        *(f"read_recall@{words}w" for words in READ_WORDS),
        "central_recall@10",
        "central_evidence_recall@1000w",
    ),
    "Quoting": (
        *("quote_precision", "quote_recall", "quote_f1", "quoted_words"),
        *("verbatim_rate", "speaker_true", "speaker_right"),
    ),
    "Answering": ("token_f1", "exact_match", "rouge_l", *(f"answer_cover@{words}w" for words in READ_WORDS)),
    "Refusing": ("points_right",),
}
MAIN_METRICS = tuple(name for names in GROUPS.values() for name in names)
BY_TAG = (
    *("recall@10", "mrr", "evidence_recall@1000w", "read_recall@1000w"),
    *("quote_precision", "quote_recall", "quote_f1", "quoted_words", "token_f1", "rouge_l", "answer_cover@1000w"),
)
_MEANING = {
    "recall": "evidence among the first k utterances of the ranking",
    "mrr": "one over the place of the first evidence utterance",
    "evidence_recall": "evidence in the ranking, read until N words",
    "read_recall": "evidence in the passages as read, until N words",
    "central_recall": "the same of the central lines only",
    "central_evidence_recall": "the same of the central lines only",
    "quote_precision": "quotes that are evidence, of all quotes",
    "quote_recall": "evidence that is quoted, of all evidence",
    "quote_f1": "their harmonic mean; no quote counts 0",
    "quoted_words": "words quoted in an answer: quoting everything would otherwise pay",
    "verbatim_rate": "quotes found word for word at their place in the file",
    "speaker_true": "quotes whose speaker is who the file says",
    "speaker_right": "quotes by a speaker that the question asks for",
    "token_f1": "words of the quotes against the best accepted answer",
    "exact_match": "quotes that are an accepted answer and nothing else",
    "rouge_l": "longest common words with the best accepted answer",
    "answer_cover": "new content words of the accepted answer in what was read",
    "points_right": "refusals that point at the words of the speaker who did say it",
}
MOST_WORST, MOST_WRONGLY_ANSWERED = 25, 10
_MOST_TURNS = 30
"""The most turns shown of one question's evidence or quotes; a meeting's evidence can be hundreds."""


# --- a run folder ------------------------------------------------------------------------------------------------


def read_json(run: Path, name: str) -> dict[str, Any]:
    """config.json or summary.json of a run.  Raises RunError where the folder is no run."""
    path = run / name
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise RunError(f"{run} has no {name}; name a folder that `onrecord eval SET --out RUN` has finished") from None
    except ValueError as error:
        raise RunError(f"{path} is damaged ({error}); run the set again into a new folder") from None
    if not isinstance(data, dict):
        raise RunError(f"{path} holds no JSON object; run the set again into a new folder")
    return data


def write(run: Path, evalset: EvalSet) -> Path:
    """Write `report.html` into a finished run of `evalset`, and return its path.

    The same run gives the same bytes.  Raises RunError when the folder is no finished run, or one of another set.
    """
    config, summary = read_json(run, "config.json"), read_json(run, "summary.json")
    if config.get("set_sha256") != evalset.sha256:
        raise RunError(f"{run} is a run of another set, or of {evalset.name} before it changed; run it again")
    page = _page(config, summary, read_rows(run), evalset)
    path = run / "report.html"
    draft = path.with_suffix(".draft")
    draft.write_text(page, encoding="utf-8", errors="replace", newline="\n")  # a lone surrogate must not end it
    os.replace(draft, path)
    return path


# --- the terminal, and Markdown ----------------------------------------------------------------------------------


def number(name: str, value: float | None) -> str:
    """A figure as people read it: shares with three decimals, words with one."""
    if value is None:
        return "–"
    return f"{value:,.1f}" if name == "quoted_words" else f"{value:.3f}"


def interval(name: str, figure: Mapping[str, Any]) -> str:
    """ "[0.335, 0.475]", or nothing where there is none."""
    return f"[{number(name, figure['low'])}, {number(name, figure['high'])}]" if "low" in figure else ""


def summary_text(summary: Mapping[str, Any]) -> str:
    """The figures of a run as a plain table, at most 100 columns wide."""
    figures = summary["metrics"]["all"]
    lines = [f"{'metric':<30}{'value':>8}  {'95% interval':<18}{'count':>7}"]
    lines += [_line(name, figures[name]) for name in MAIN_METRICS if name in figures]
    for kind, statistics in summary["refusals"].items():
        lines += [_line(name, figure, f"{kind} {name}") for name, figure in statistics.items()]
    cost = summary["cost"]
    seconds = cost["latency_s"].get("total", {})
    lines += [
        "",
        f"asked {summary['asked']:,} of {summary['questions']:,}, failed {summary['failed']:,}",
        ", ".join(
            [f"{q} {_seconds(seconds[q])}" for q in ("p50", "p95") if q in seconds]
            + [f"{cost['words_read']:,} words read a question"]
            + ([f"peak memory {cost['peak_memory_mb']:,.0f} MB"] if "peak_memory_mb" in cost else [])
        ),
    ]
    return "\n".join(lines)


def _line(name: str, figure: Mapping[str, Any], label: str = "") -> str:
    value = number(name, figure["value"])
    return f"{label or name:<30}{value:>8}  {interval(name, figure):<18}{figure['count']:>7,}"


def _seconds(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


def markdown_table(summaries: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """Metrics down, systems across: `.571 [.530, .610]`, and over how many questions."""
    figures = [(label, _figures(summary)) for label, summary in summaries]
    rows = []
    for name in dict.fromkeys(name for _, found in figures for name in found):
        cells = [found.get(name) for _, found in figures]
        counts = dict.fromkeys(str(cell["count"]) for cell in cells if cell and "count" in cell)
        rows.append([name, *(_cell(name, cell) for cell in cells), " / ".join(counts)])
    labels = [" ".join(label.replace("|", "\\|").split()) for label, _ in summaries]
    lines = [["", *labels, "n"], ["---"] * (len(labels) + 2), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _figures(summary: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Every figure of a run by the name it has in a table."""
    found: dict[str, Mapping[str, Any]] = {f"`{name}`": it for name, it in summary["metrics"]["all"].items()}
    for kind, figures in summary["refusals"].items():
        for name, figure in figures.items():
            found["answerable, but refused" if kind == "answerable" else f"{kind}: {name}"] = figure
    cost = summary.get("cost", {})
    for name, quantile in (("p50", "median"), ("p95", "95%")):
        if seconds := cost.get("latency_s", {}).get("total"):
            found[f"seconds a question, {quantile}"] = {"value": seconds[name]}
    if "words_read" in cost:
        found["words read"] = {"value": cost["words_read"]}
    return found


def _cell(name: str, figure: Mapping[str, Any] | None) -> str:
    if figure is None or figure["value"] is None:
        return "–"
    bounds = f" [{_short(name, figure['low'])}, {_short(name, figure['high'])}]" if "low" in figure else ""
    return _short(name, figure["value"]) + bounds


def _short(name: str, value: float) -> str:
    if name.strip("`") in ("quoted_words", "words read"):
        return f"{value:,.0f}"
    return f"{value:.2f}" if name.startswith("seconds") else f"{value:.3f}".removeprefix("0")


# --- the page ----------------------------------------------------------------------------------------------------


def _page(config: Mapping[str, Any], summary: Mapping[str, Any], rows: Sequence[Row], evalset: EvalSet) -> str:
    by_id = {row["id"]: row for row in rows}
    # In the order of the set: a run that was stopped and went on has the same rows in the same order or another.
    asked = [(question, by_id[question.id]) for question in evalset.questions if question.id in by_id]
    failed = [(question, row) for question, row in asked if row["failed"]]
    graded = [(question, row) for question, row in asked if not row["failed"]]
    sections = {
        "What was run": _run_html(config, evalset),
        "Figures": _figures_html(summary),
        "Plots": _plots_html(summary, [row for _, row in graded]),
        "By tag": _by_tag_html(summary),
        "Refusals": _refusals_html(summary),
        "Cost": _cost_html(summary),
        "Failed questions": _failed_html(failed),
        "Worst questions": _worst_html(graded, evalset),
        "Wrongly answered": _wrongly_answered_html(graded, evalset),
    }
    ids = {title: title.lower().replace(" ", "-") for title in sections}
    links = " ".join(f'<a href="#{id}">{title}</a>' for title, id in ids.items())
    body = "".join(f'<section id="{ids[title]}"><h2>{title}</h2>{html}</section>' for title, html in sections.items())
    title = f"{escape(str(config.get('system', '')))} on {escape(str(summary['set']))}"
    groups = len({row["group"] for _, row in asked})
    counts = f"{summary['asked']:,} of {summary['questions']:,} questions asked, in {groups:,} groups"
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        # Nothing can be loaded, whatever stands in the page.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{title}: evaluation</title><style>{_CSS}</style></head><body>"
        f'<header><p class="brand">On Record, evaluation</p><h1><bdi>{title}</bdi></h1>'
        f"<p>{counts}; {summary['failed']:,} failed and are not graded.</p><nav>{links}</nav></header>"
        f"<main>{body}</main></body></html>\n"
    )


def _table(caption: str, head: Sequence[str], bodies: Iterable[str]) -> str:
    """A table that scrolls by itself where the screen is narrow.  `head` and `bodies` are HTML."""
    columns = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    return (
        f'<div class="scroll" role="region" aria-label="{caption}" tabindex="0"><table><caption>{caption}</caption>'
        f"<thead><tr>{columns}</tr></thead>{''.join(bodies)}</table></div>"
    )


def _row(head: str, cells: Iterable[str]) -> str:
    return f'<tr><th scope="row">{head}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _run_html(config: Mapping[str, Any], evalset: EvalSet) -> str:
    about = {key: evalset.about[key] for key in ("about", "split", "source", "licence") if evalset.about.get(key)}
    facts = list(_flat({**config, "set": {"name": evalset.name, **about, "sha256": evalset.sha256}}))
    rows = "".join(_row(escape(name), [escape(value)]) for name, value in facts if name != "set_sha256")
    encoder = config.get("encoder") or {}
    short = f"{config.get('system')}, encoder {encoder.get('name')}, set {evalset.name}"
    table = _table("Everything needed to repeat it", ["what", "value"], [f"<tbody>{rows}</tbody>"])
    return f'<details class="facts"><summary>{escape(short)}</summary>{table}</details>'


def _flat(data: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key} ")
        else:
            yield f"{prefix}{key}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _figures_html(summary: Mapping[str, Any]) -> str:
    figures, ceiling = summary["metrics"]["all"], summary["ceiling"]
    bodies = []
    for group, names in GROUPS.items():
        if rows := _figure_rows([name for name in names if name in figures], figures, ceiling):
            bodies.append(f'<tbody><tr><th scope="rowgroup" colspan="6">{group}</th></tr>{rows}</tbody>')
    if not bodies:
        return "<p>No question was graded.</p>"
    head = ["metric", "value", "95% interval", "0 to 1", "questions", "what it is"]
    rest = _figure_rows([name for name in figures if name not in MAIN_METRICS], figures, ceiling)
    main = _table("Means over the questions that each applies to", head, bodies)
    more = _table("The other metrics", head, [f"<tbody>{rest}</tbody>"])
    return main + (f"<details><summary>The other metrics</summary>{more}</details>" if rest else "")


def _figure_rows(names: Sequence[str], figures: Mapping[str, Any], ceiling: Mapping[str, Any]) -> str:
    rows = []
    explained = ""
    for name in names:
        family, figure = name.partition("@")[0], figures[name]
        meaning = _MEANING.get(family, "") if family != explained else ""  # once for recall@5, recall@10 ...
        explained = family
        if name in ceiling and ceiling[name]["value"] < 1:
            meaning += f" (ceiling {number(name, ceiling[name]['value'])})"
        bounds = interval(name, figure) or f'<span class="none">{escape(figure.get("no_interval", ""))}</span>'
        bar = "" if name == "quoted_words" else _bar(figure)
        rows.append(
            _row(escape(name), [number(name, figure["value"]), bounds, bar, f"{figure['count']:,}", meaning.strip()])
        )
    return "".join(rows)


def _bar(figure: Mapping[str, Any]) -> str:
    """A value and its interval on a line from 0 to 1, beside the numbers that say the same."""
    low, high = (100 * figure.get(end, figure["value"]) for end in ("low", "high"))
    at = 100 * figure["value"]
    return (
        '<svg class="bar" viewBox="-3 0 106 10" aria-hidden="true"><path class="axis" d="M0 5H100"/>'
        f'<path class="range" d="M{low:.1f} 5H{high:.1f}"/><circle cx="{at:.1f}" cy="5" r="3.2"/></svg>'
    )


def _plots_html(summary: Mapping[str, Any], rows: Sequence[Row]) -> str:
    drawn = {
        "Recall": (
            plots.recall_curves(summary),
            "Bands are 95% intervals. The ceiling is what a ranking that knew the evidence would reach.",
        ),
        "Refusals": (
            plots.refusal_curve(summary, rows),
            "The line is what other thresholds on confidence would give; the dot is what users get, "
            "which can lie off the line, because refusals have more grounds than confidence.",
        ),
        "By tag": (plots.tag_bars(summary), f"Lines are 95% intervals; at most {plots.MOST_TAGS} tags, by size."),
    }
    parts = []
    for title, (plot, caption) in drawn.items():
        panels = f'<div class="panels">{"".join(plot.panels)}</div><figcaption>{caption}</figcaption>'
        shown = (
            f'<figure class="panels-{len(plot.panels)}">{panels}</figure>'
            if plot.panels
            else f'<p class="none">Not drawn: {escape(plot.reason)}.</p>'
        )
        parts.append(f"<h3>{title}</h3>{shown}")
    return "".join(parts)


def _by_tag_html(summary: Mapping[str, Any]) -> str:
    by_tag = summary["metrics"]
    names = [name for name in BY_TAG if name in by_tag["all"]]
    if len(by_tag) < 2 or not names:
        return '<p class="none">The questions have no tags.</p>' if len(by_tag) < 2 else ""

    def count(tag: str) -> int:
        return max((figure["count"] for figure in by_tag[tag].values()), default=0)

    tags = ["all", *sorted((tag for tag in by_tag if tag != "all"), key=lambda tag: (-count(tag), tag))]
    rows = "".join(
        _row(
            f"<bdi>{escape(tag)}</bdi>", [f"{count(tag):,}", *(_stacked(name, by_tag[tag].get(name)) for name in names)]
        )
        for tag in tags
        if by_tag[tag].keys() & set(names)
    )
    return _table("Main metrics by tag", ["tag", "questions", *names], [f"<tbody>{rows}</tbody>"])


def _stacked(name: str, figure: Mapping[str, Any] | None) -> str:
    if figure is None:
        return "–"
    return f"{number(name, figure['value'])}<small>{interval(name, figure)}</small>"


def _refusals_html(summary: Mapping[str, Any]) -> str:
    refusals = summary["refusals"]
    names = list(dict.fromkeys(name for statistics in refusals.values() for name in statistics))
    if len(refusals) < 2:
        aside = '<p class="none">Every question of the set is answerable: only false refusals can be counted.</p>'
    else:
        aside = ""
    rows = "".join(
        _row(escape(kind), [*(_stacked(name, statistics.get(name)) for name in names), f"{_count(statistics):,}"])
        for kind, statistics in refusals.items()
    )
    heads = [{"refused": "refused (what users get)"}.get(name, name) for name in names]
    return aside + (
        _table("By kind of question", ["kind", *heads, "questions"], [f"<tbody>{rows}</tbody>"]) if rows else ""
    )


def _count(statistics: Mapping[str, Any]) -> int:
    return int(max(figure["count"] for figure in statistics.values()))


def _cost_html(summary: Mapping[str, Any]) -> str:
    cost = summary["cost"]
    rows = "".join(
        _row(escape(stage), [_seconds(seconds.get("p50")), _seconds(seconds.get("p95"))])
        for stage, seconds in cost["latency_s"].items()
    )
    memory = f"; peak memory {cost['peak_memory_mb']:,.0f} MB" if "peak_memory_mb" in cost else ""
    table = _table("Time a question takes, by stage", ["stage", "p50", "p95"], [f"<tbody>{rows}</tbody>"])
    return f"{table}<p>{cost['words_read']:,} words read a question, in the mean{memory}.</p>"


def _failed_html(failed: Sequence[tuple[Question, Row]]) -> str:
    if not failed:
        return "<p>None.</p>"
    rows = "".join(
        _row(escape(question.id), [_words(question.question), escape(str(row["failed"]))]) for question, row in failed
    )
    return _table("Not graded", ["id", "question", "reason"], [f'<tbody class="words">{rows}</tbody>'])


# --- single questions --------------------------------------------------------------------------------------------


def _worst_html(graded: Sequence[tuple[Question, Row]], evalset: EvalSet) -> str:
    answerable = [(question, row) for question, row in graded if question.answerable]
    judges = ("quote_f1", "rouge_l", "token_f1")
    by = next((name for name in judges if any(name in row["scores"] for _, row in answerable)), None)
    if by is None:
        return '<p class="none">No answerable question has evidence or an accepted answer to be judged by.</p>'

    def badness(pair: tuple[Question, Row]) -> tuple[float, ...]:
        scores = pair[1]["scores"]
        return scores[by], scores.get("recall@50", 0.0), scores.get("recall@10", 0.0)

    worst = sorted((pair for pair in answerable if by in pair[1]["scores"]), key=badness)[:MOST_WORST]
    shown = "".join(_question_html(question, row, by, evalset, not at) for at, (question, row) in enumerate(worst))
    return f"<p>The {len(worst)} answerable questions with the lowest {by}, then the lowest recall.</p>{shown}"


def _wrongly_answered_html(graded: Sequence[tuple[Question, Row]], evalset: EvalSet) -> str:
    unanswerable = [(question, row) for question, row in graded if not question.answerable]
    if not unanswerable:
        return '<p class="none">No unanswerable question was graded.</p>'
    wrong = [(question, row) for question, row in unanswerable if row["status"] == ANSWERED]
    if not wrong:
        return "<p>None: every unanswerable question was refused.</p>"
    shown = sorted(wrong, key=lambda pair: -pair[1]["confidence"])[:MOST_WRONGLY_ANSWERED]
    most = "" if len(shown) == len(wrong) else f"; the {len(shown)} with the most confidence"
    html = "".join(_question_html(question, row, "", evalset, False) for question, row in shown)
    return f"<p>{len(wrong):,} of {len(unanswerable):,} unanswerable questions were answered{most}.</p>{html}"


def _question_html(question: Question, row: Row, by: str, evalset: EvalSet, is_open: bool) -> str:
    """One question: what was quoted beside the evidence in its context."""
    judged = question.central or question.evidence
    gold = frozenset().union(*judged)
    ranked = _rank(row, gold) if gold and question.answerable else ""
    status = row["status"].replace("_", " ")
    score = ", ".join(filter(None, [f"{by} {number(by, row['scores'][by])}" if by else question.kind, status, ranked]))
    facts = [question.id, f"confidence {row['confidence']:.2f}", *question.tags]
    chips = "".join(f"<li><bdi>{escape(fact)}</bdi></li>" for fact in facts)
    earlier = "".join(f"<dt>{_words(asked)}</dt><dd>{_words(answer)}</dd>" for asked, answer in question.history)
    standalone = str(row.get("standalone") or "")
    asides = [
        f'<dl class="history">{earlier}</dl>' if earlier else "",
        f"<p>Read as: {_words(standalone)}</p>" if standalone not in ("", question.question) else "",
        f"<p>Accepted: {'; '.join(_words(answer) for answer in question.answers)}</p>" if question.answers else "",
    ]
    return (
        f'<details class="question"{" open" if is_open else ""}>'
        f'<summary>{_words(question.question)} <span class="score">{escape(score)}</span></summary>'
        f'<ul class="chips">{chips}</ul>{"".join(asides)}<div class="beside">'
        f"<div><h3>Quoted</h3>{_quoted_html(row, gold, evalset)}</div>"
        f"<div><h3>Evidence in context</h3>{_evidence_html(question, row, gold, evalset)}</div></div></details>"
    )


def _rank(row: Row, gold: frozenset[Key]) -> str:
    places = (place for place, (name, at, _) in enumerate(row["ranking"], 1) if (name, at) in gold)
    first = next(places, None)
    return f"first evidence at rank {first}" if first else "evidence not ranked"


@dataclass(frozen=True)
class _Turn:
    """A turn to be shown: `marks` are words such as "evidence", `text` its words or the part that was quoted."""

    key: Key
    text: str
    speaker: str
    place: str
    marks: tuple[str, ...] = ()


def _turn(evalset: EvalSet, key: Key, marks: tuple[str, ...] = ()) -> _Turn:
    turn: Utterance = evalset.files[key[0]].utterances[key[1]]
    return _Turn(key, turn.text, turn.label, str(turn.place), marks)


def _quoted_html(row: Row, gold: frozenset[Key], evalset: EvalSet) -> str:
    turns = []
    for quote in row["quotes"]:
        key = (quote["utterance"][0], quote["utterance"][1])
        whole = _turn(evalset, key, ("evidence",) if key in gold else ())
        lines = quote["lines"]
        place = (
            whole.place if not lines else f"lines {lines[0]}-{lines[1]}" if lines[0] != lines[1] else f"line {lines[0]}"
        )
        # A system that quotes chunks has no words of its own for the utterances that they touch.
        turns.append(_Turn(key, quote["text"] or whole.text, quote["speaker"] or whole.speaker, place, whole.marks))
    if turns:
        return f'<p class="none">{len(row["answer"].split()):,} words in all</p>{_turns_html(turns)}'
    pointed = [(name, at) for name, at in row["pointed"]]
    if not pointed:
        return '<p class="none">Nothing.</p>'
    closest = [_turn(evalset, key, ("evidence",) if key in gold else ()) for key in pointed]
    return f'<p class="none">Nothing; it pointed at</p>{_turns_html(closest)}'


def _evidence_html(question: Question, row: Row, gold: frozenset[Key], evalset: EvalSet) -> str:
    if not gold:
        said = "none was given for this question" if question.answerable else "the transcripts do not say"
        return f'<p class="none">None: {said}.</p>'
    around = {
        (name, near)
        for name, at in gold
        for near in (at - 1, at, at + 1)
        if 0 <= near < len(evalset.files[name].utterances)
    }
    quoted = {(quote["utterance"][0], quote["utterance"][1]) for quote in row["quotes"]}
    turns = []
    for key in sorted(around):
        marks = [mark for mark, keys in (("evidence", gold), ("quoted", quoted)) if key in keys]
        turns.append(_turn(evalset, key, tuple(marks)))
    mode = '<p class="none">Any one of these will do.</p>' if question.mode == "any" and len(gold) > 1 else ""
    return mode + _turns_html(turns)


def _turns_html(turns: Sequence[_Turn]) -> str:
    """Turns in order, the file named where it changes and a gap shown where turns are left out."""
    parts: list[str] = []
    before: Key | None = None
    for turn in turns[:_MOST_TURNS]:
        if before is None or before[0] != turn.key[0]:
            parts.append(f'<p class="file"><bdi>{escape(turn.key[0])}</bdi></p>')
        elif turn.key[1] != before[1] + 1:
            parts.append('<p class="gap" aria-label="turns left out">⋯</p>')
        before = turn.key
        marks = "".join(f"<b>{mark}</b> " for mark in turn.marks)
        parts.append(
            f'<blockquote class="{" ".join(turn.marks)}"><p class="who">{marks}<cite><bdi>{escape(turn.speaker)}</bdi>'
            f"</cite> {escape(turn.place)}</p><p>{_words(turn.text)}</p></blockquote>"
        )
    if len(turns) > _MOST_TURNS:
        parts.append(f'<p class="none">and {len(turns) - _MOST_TURNS:,} more turns</p>')
    return "".join(parts)


def _words(raw: str) -> str:
    """What people said or asked; its direction is its own."""
    return f'<bdi class="words">{escape(raw)}</bdi>'


_CSS = """
:root{color-scheme:light dark;--ink:#1c2127;--soft:#5b6570;--line:#d9dee3;--page:#fff;--card:#f6f7f9;--mark:#fff1c2;
--edge:#c98a00;--link:#1f5fa8;--dot:#2f6fb5}
@media (prefers-color-scheme:dark){:root{--ink:#e4e7ea;--soft:#9aa5b1;--line:#353c44;--page:#14171a;--card:#1d2126;
--mark:#3b3213;--edge:#d9a520;--link:#84b6f0;--dot:#6aa5e6}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:78rem;padding:1.5rem clamp(.9rem,3vw,2.5rem) 4rem;background:var(--page);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.7rem;line-height:1.2;margin:.1rem 0 .3rem}h2{font-size:1.25rem;margin:0 0 .6rem}
h3{font-size:1rem;margin:1rem 0 .4rem}
section{margin-top:2.2rem;padding-top:1.2rem;border-top:1px solid var(--line)}
.brand,.none,figcaption,.file,.who,small,caption{color:var(--soft)}.brand{margin:0;font-size:.85rem}
nav{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem}a{color:var(--link)}
.scroll{overflow-x:auto;margin:.5rem 0}.scroll:focus-visible,summary:focus-visible{outline:2px solid var(--link)}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;overflow-wrap:normal}
caption{text-align:left;white-space:nowrap;font-size:.85rem;padding-bottom:.3rem}
th,td{padding:.28rem .8rem .28rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{font-weight:600;white-space:nowrap}tbody th{font-weight:400;white-space:nowrap}
th[scope=rowgroup]{font-weight:700;padding-top:.9rem}
td{white-space:nowrap}.words td,.facts td,.facts th{white-space:normal}
.facts td,.words td{overflow-wrap:anywhere;min-width:12rem}
small{display:block;font-size:.78rem}
.bar{width:7.5rem;height:.8rem;vertical-align:middle}.bar path{fill:none}.axis{stroke:var(--line)}
.range{stroke:var(--dot);stroke-width:2.4;opacity:.55}.bar circle{fill:var(--dot)}
figure{margin:0}.panels{display:grid;gap:1rem 2rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr))}
.panels svg{width:100%;max-width:37rem;height:auto;overflow:visible}
.panels text{font-family:inherit!important}.panels *{stroke-linejoin:round}
.panels-1{display:grid;gap:0 2rem;align-items:center;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr))}
figcaption{font-size:.85rem;margin-top:.4rem;max-width:65ch}
details{margin:.4rem 0}summary{cursor:pointer}
.question{border:1px solid var(--line);border-radius:.5rem;padding:.5rem .8rem}
.question>summary{font-weight:600}.score{font-weight:400;color:var(--soft);font-size:.85rem}
.words{white-space:pre-line}
.chips{display:flex;flex-wrap:wrap;gap:.3rem;list-style:none;padding:0;margin:.6rem 0}
.chips li{background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:0 .6rem;font-size:.82rem}
.history{border-left:3px solid var(--line);padding-left:.8rem;margin:.5rem 0}.history dd{margin:0 0 .4rem 1rem}
.beside{display:grid;gap:0 1.5rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr))}
/* The quotes stay in sight beside evidence that is longer than the window. */
@media (min-width:48rem){.beside>div:first-child{position:sticky;top:.5rem;align-self:start}}
.file{font-size:.82rem;margin:.6rem 0 .2rem}.gap{margin:.1rem 0 .1rem .8rem;color:var(--soft)}
blockquote{margin:.3rem 0;padding:.35rem .7rem;background:var(--card);border-left:3px solid var(--line);
border-radius:0 .3rem .3rem 0}
blockquote.evidence{background:var(--mark);border-left-color:var(--edge)}blockquote p{margin:0}
.who{font-size:.82rem}.who cite{font-style:normal;font-weight:600;color:var(--ink)}.who b{font-weight:600}
"""
