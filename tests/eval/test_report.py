"""Reports and comparisons, on small made-up runs whose figures were worked by hand."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from bot.transcripts.transcript import Lines, Piece, Reading, Transcript, Utterance
from eval import plots, report
from eval.compare import compare, compare_text
from eval.runner import RunError, summarise
from eval.sets import EvalSet, Question

HOSTILE = "<img src=x onerror=alert(1)> </details></svg><script>alert('http://evil.example')</script> $a$ & \"b\" 'c'"
FILE = '<b>&amp; harbour\'s "minutes".txt'
VOID = {"meta", "circle", "br"}


class Page(HTMLParser):
    """What a browser would make of a page: its elements, ids, texts and the cells of its tables."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.rows: list[list[str]] = []
        self.summaries: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        elif tag == "summary":
            self.summaries.append("")

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += data
        if "summary" in self.open:
            self.summaries[-1] += data

    @property
    def text(self) -> str:
        return "".join(self.texts)


def transcript(name: str, *turns: tuple[str, str]) -> Transcript:
    utterances = tuple(
        Utterance(at, speaker, speaker, words, (Piece(0, Lines(at + 1, at + 1)),))
        for at, (speaker, words) in enumerate(turns)
    )
    return Transcript(name, name, name, "0" * 64, utterances, Reading("made up", "line", len(turns), len(turns), ()))


TALK = transcript(
    FILE,
    ("Ada", "We open with the lamp."),
    ("Ben", "The ferry was late."),
    (f"Eve {HOSTILE}", f"Nine days it was cancelled. {HOSTILE}"),
    ("Ben", "Nine, you say."),
    ("Ada", "And now the weather."),
    ("Ben", "It rained on the far side."),
)


def question(id: str, **fields: Any) -> Question:
    made = Question(
        id=id, question=f"{id}: how long?", files=(FILE,), answerable=True, mode="all", group=f"group {id[-1]}",
        evidence=(frozenset({(FILE, 2)}),), answers=("nine days",), tags=("long",),
    )  # fmt: skip
    return replace(made, **fields)


def row(asked: Question, scores: Mapping[str, float], status: str = "answered", **fields: Any) -> dict[str, Any]:
    quote = {"utterance": [FILE, 3], "text": "Nine, you say.", "speaker": "Ben", "lines": [4, 4]}
    return {
        "id": asked.id, "question": asked.question, "group": asked.group, "tags": list(asked.tags),
        "kind": asked.kind, "failed": None, "standalone": asked.question, "status": status, "confidence": 0.5,
        "answer": "Nine, you say." if status == "answered" else "",
        "ranking": [[FILE, 3, 3], [FILE, 2, 5]], "read": [[FILE, 3, 3]],
        "quotes": [quote | {"verbatim": True, "speaker_true": True}] if status == "answered" else [],
        "pointed": [] if status == "answered" else [[FILE, 4]],
        "evidence": [], "central": [], "mode": asked.mode, "scores": dict(scores), "timings": {"total": 0.25},
    } | fields  # fmt: skip


def evalset(*questions: Question) -> EvalSet:
    return EvalSet("made-up", Path("made-up"), Path("made-up"), {"about": HOSTILE}, questions, {FILE: TALK}, "ab" * 32)


def save(run: Path, made: EvalSet, rows: Sequence[Mapping[str, Any]], **config: Any) -> Path:
    """A finished run folder, as the runner writes one."""
    run.mkdir()
    summary = summarise(made, [dict(row) for row in rows])
    summary["cost"]["peak_memory_mb"] = 1234.0
    described = {"set": made.name, "set_sha256": made.sha256, "system": "onrecord", "encoder": {"name": "tiny"}}
    (run / "config.json").write_text(json.dumps(described | config))
    (run / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (run / "summary.json").write_text(json.dumps(summary))
    return run


def scores(f1: float, recall: float) -> dict[str, float]:
    named = {"quote_precision": f1, "quote_recall": f1, "quote_f1": f1, "quoted_words": 12 * f1, "mrr": recall}
    budgets = {f"evidence_recall@{words}w": recall for words in (250, 1000)}
    return {"recall@5": recall / 2, "recall@10": recall, "recall@50": recall} | budgets | named


GOOD = question("q1")
HALF = question("q2", tags=("long", HOSTILE), history=((f"Before? {HOSTILE}", "The ferry."),))
BAD = question("q3", question=f"What of it? {HOSTILE}", group=HOSTILE)
BROKEN = question("q4")
WRONG = question("u1", answerable=False, tags=("not-by-speaker",), answers=())
RIGHT = question("u2", answerable=False, tags=("absent",), answers=(), evidence=())
SET = evalset(GOOD, HALF, BAD, BROKEN, WRONG, RIGHT)
ROWS = [
    row(GOOD, scores(1.0, 1.0), confidence=0.9),
    row(HALF, scores(0.5, 0.5), confidence=0.7, standalone="How long was the ferry cancelled?"),
    row(BAD, scores(0.0, 0.0), "not_found", confidence=0.2),
    {key: value for key, value in row(BROKEN, {}).items() if key in ("id", "question", "group", "tags", "kind")}
    | {"failed": f"ValueError: {HOSTILE}"},
    row(WRONG, {}, confidence=0.6),
    row(RIGHT, {}, "not_found", confidence=0.1),
]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    return report.write(save(tmp_path_factory.mktemp("report") / "run", SET, ROWS), SET).read_text(encoding="utf-8")


def test_the_figures_are_those_of_the_summary(source: str) -> None:
    """Each main metric of the summary stands in the first table with its value, interval and count."""
    figures = summarise(SET, ROWS)["metrics"]["all"]
    rows = {cells[0]: cells[1:] for cells in reversed(Page(source).rows) if cells}
    assert figures["quote_f1"]["value"] == 0.5
    assert rows["quote_f1"][:2] == ["0.500", f"[{figures['quote_f1']['low']:.3f}, {figures['quote_f1']['high']:.3f}]"]
    assert rows["quoted_words"][0] == "6.0"
    for name in set(figures) & set(report.MAIN_METRICS):
        assert rows[name][0] == report.number(name, figures[name]["value"])
        assert rows[name][3] == "3"


def test_a_metric_without_an_interval_says_why(tmp_path: Path) -> None:
    """One group cannot be resampled, and the page says so in place of an interval."""
    made = evalset(GOOD)
    page = Page(report.write(save(tmp_path / "run", made, ROWS[:1]), made).read_text())
    cells = next(cells for cells in page.rows if cells[0] == "quote_f1")
    assert cells[1] == "1.000"
    assert "one group" in cells[2]


def test_what_comes_from_outside_stays_text(source: str) -> None:
    """Markup in questions, history, speakers, words, file names, groups, tags, reasons and the set is shown as such."""
    page = Page(source)
    assert not {"img", "script", "iframe", "link", "object"} & {tag for tag, _ in page.elements}
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert not page.open[2:]  # nothing of it closed or opened an element
    for shown in (BAD.question, f"Before? {HOSTILE}", TALK.utterances[2].label, TALK.utterances[2].text, FILE,
                  f"ValueError: {HOSTILE}"):  # fmt: skip
        assert shown in page.text
    assert sum(cells[0] == HOSTILE for cells in page.rows) == 1  # the tag
    assert [HOSTILE] in [cells[1:] for cells in page.rows if cells[0] == "set about"]


def test_the_page_needs_nothing_else(source: str) -> None:
    """No address, no other file, no script and no import; and nothing could be loaded if there were."""
    for reference in ("http:", "https:", "src=", "@import", "xmlns", "<link", "<script", "javascript:", "data:"):
        assert reference not in source
    assert all(target.startswith("#") for target in re.findall(r'href="([^"]*)"', source))
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", source))
    assert "default-src 'none'" in source


def test_ids_are_unique_and_every_reference_is_met(source: str) -> None:
    """Plots share no id with each other or with the page, and what they refer to is there."""
    ids = [attributes["id"] for _, attributes in Page(source).elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    referred = set(re.findall(r'(?:href="|url\()#([^")]+)', source))
    assert referred
    assert referred <= set(ids)


def test_the_same_run_gives_the_same_bytes(tmp_path: Path, source: str) -> None:
    """In another folder, with the questions asked in another order; and nothing else is left behind."""
    run = save(tmp_path / "elsewhere", SET, ROWS[::-1])
    assert report.write(run, SET).read_text(encoding="utf-8") == source
    assert sorted(path.name for path in run.iterdir()) == [
        "config.json",
        "report.html",
        "results.jsonl",
        "summary.json",
    ]


def test_the_page_is_marked_up_for_reading_aloud(source: str) -> None:
    """Every header cell has a scope, every plot a role and words that carry its figures, headings do not skip."""
    elements = Page(source).elements
    assert all("scope" in attributes for tag, attributes in elements if tag == "th")
    alts = [str(attributes["aria-label"]) for tag, attributes in elements if tag == "svg" and "role" in attributes]
    assert len(alts) == 5
    assert "0.50 at 10" in alts[0]
    assert "absent: AUROC 1.00" in alts[2]
    levels = [int(tag[1]) for tag, _ in elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([row(question("a1", evidence=()), {"rouge_l": 0.5}), row(question("a2", evidence=()), {"rouge_l": 0.1})],
         "the set has no evidence"),
        ([row(GOOD, scores(1, 1)), row(HALF, scores(0, 0))], "every question of the set is answerable"),
        ([row(WRONG, {})], "no question of the set is answerable"),
        ([row(question("a1", tags=()), scores(1, 1))], "the questions have no tags"),
    ],
)  # fmt: skip
def test_a_plot_without_data_is_left_out_with_a_reason(tmp_path: Path, rows: list[dict[str, Any]], reason: str) -> None:
    """A set may have no evidence, nothing unanswerable, nothing answerable, or no tags."""
    known = {asked.id: asked for asked in (*SET.questions, question("a1"), question("a2"))}
    made = evalset(*(replace(known[row["id"]], tags=tuple(row["tags"])) for row in rows))
    text = Page(report.write(save(tmp_path / "run", made, rows), made).read_text()).text
    assert f"Not drawn: {reason}" in text


def test_tags_are_drawn_as_they_are() -> None:
    """Dollar signs are no formula, a line break stays on the line, another script is drawn, a long tag is cut."""
    tags = ("$x_1$", "two\nlines", "会議", "long " * 20)
    rows = [row(replace(GOOD, tags=tags), scores(1, 1))]
    panel = plots.tag_bars(summarise(SET, rows)).panels[0]
    for shown in ("$x_1$", "two�lines", "会議", "long long long long long …"):
        assert f">{shown}</text>" in panel


def test_operating_point_and_curve_agree_with_the_confidences() -> None:
    """The answerable question at .2 is refused; the wrong-speaker one at .6 lies above it and below the others."""
    alt = Page(plots.refusal_curve(summarise(SET, ROWS), ROWS).panels[0]).elements[0][1]["aria-label"]
    assert alt is not None
    assert "not-by-speaker: AUROC 0.67; users get 0% refused at 33% false refusals" in alt
    assert "absent: AUROC 1.00; users get 100% refused at 33% false refusals" in alt


def test_worst_questions_come_in_order(tmp_path: Path) -> None:
    """Lowest quote F1 first, then lowest recall, then the order of the set; at most 25; no failed one."""
    asked = [question(f"w{at}") for at in range(30)]
    made = evalset(*asked)
    rows = [row(one, scores(0.0 if at % 2 else 0.5, (at % 3) / 2)) for at, one in enumerate(asked)]
    rows[1] |= {"failed": "TimeoutError"}
    page = Page(report.write(save(tmp_path / "run", made, rows), made).read_text())
    shown = [int(found[1]) for line in page.summaries if (found := re.match(r"w(\d+): how", line))]
    expected = sorted((at for at in range(30) if at != 1), key=lambda at: (0.0 if at % 2 else 0.5, (at % 3) / 2, at))
    assert shown == expected[:25]


def test_quotes_stand_beside_the_evidence_in_its_context(source: str) -> None:
    """The evidence turn is marked, with one turn on either side; a refusal shows where it pointed."""
    half = source[source.index("q2&#58; how long?") :]
    half = half[: half.index("</details>")]
    quoted, evidence = half.split("Evidence in context")
    assert "Nine, you say." in quoted
    assert "line 4" in quoted
    assert "Read as" in quoted
    assert re.findall(r'<blockquote class="([^"]*)"', evidence) == ["", "evidence", "quoted"]
    assert "The ferry was late." in evidence
    assert "We open" not in evidence
    assert "the weather" not in evidence
    assert "first evidence at rank 2" in quoted
    bad = source[source.index("What of it?") :]
    assert "it pointed at" in bad[: bad.index("</details>")]
    assert "And now the weather." in bad[: bad.index("</details>")]


def test_wrong_answers_and_failures_are_listed(source: str) -> None:
    """The unanswerable question that was answered is shown, the refused one is not; failures give their reason."""
    page = Page(source)
    assert "1 of 2 unanswerable questions were answered" in page.text
    assert [line for line in page.summaries if line.startswith("u")] == ["u1: how long? not-by-speaker, answered"]
    assert ["q4", BROKEN.question, f"ValueError: {HOSTILE}"] in page.rows


def test_only_a_finished_run_of_the_same_set_is_reported(tmp_path: Path) -> None:
    """A folder without a run, a run of a set that has changed, and a damaged summary are refused, each in one line."""
    with pytest.raises(RunError, match=r"has no config\.json"):
        report.write(tmp_path, SET)
    run = save(tmp_path / "run", SET, ROWS)
    with pytest.raises(RunError, match="another set"):
        report.write(run, replace(SET, sha256="cd" * 32))
    (run / "summary.json").write_text("{")
    with pytest.raises(RunError, match=r"summary\.json is damaged"):
        report.write(run, SET)
    assert not (run / "report.html").exists()


def test_summary_for_a_terminal() -> None:
    """Values, intervals and counts in columns, refusals, failures and cost below; nothing wider than 100."""
    summary = summarise(SET, ROWS)
    lines = report.summary_text(summary).splitlines()
    figure = summary["metrics"]["all"]["quote_f1"]
    words = {line.split()[0]: line.split() for line in lines if line}
    bounds = [f"[{figure['low']:.3f},", f"{figure['high']:.3f}]"]
    assert words["quote_f1"] == ["quote_f1", "0.500", *bounds, "3"]
    assert any(line.startswith("not-by-speaker auroc") and "0.667" in line for line in lines)
    assert "asked 6 of 6, failed 1" in lines
    assert lines[-1] == "p50 250 ms, p95 250 ms, 3 words read a question"
    assert max(map(len, lines)) <= 100


def test_markdown_table() -> None:
    """Metrics down, systems across; a dash where one has no such metric; a bar in a name does not split a cell."""
    figure = {"value": 0.571, "low": 0.53, "high": 1.0, "count": 9}
    one = {"metrics": {"all": {"recall@10": figure, "quoted_words": {"value": 61.6, "count": 9}}}, "refusals": {}}
    two = {
        "metrics": {"all": {}},
        "refusals": {"absent": {"auroc": figure}, "answerable": {"refused": figure}},
        "cost": {"latency_s": {"total": {"p50": 0.5, "p95": 1.25}}, "words_read": 700},
    }
    assert report.markdown_table([("a|b", one), ("two", two)]).splitlines() == [
        r"|  | a\|b | two | n |",
        "| --- | --- | --- | --- |",
        "| `recall@10` | .571 [.530, 1.000] | – | 9 |",
        "| `quoted_words` | 62 | – | 9 |",
        "| absent: auroc | – | .571 [.530, 1.000] | 9 |",
        "| answerable, but refused | – | .571 [.530, 1.000] | 9 |",
        "| seconds a question, median | – | 0.50 |  |",
        "| seconds a question, 95% | – | 1.25 |  |",
        "| words read | – | 700 |  |",
    ]


# --- two runs ----------------------------------------------------------------------------------------------------


Runs = Callable[[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]], tuple[Path, Path]]


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    def make(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> tuple[Path, Path]:
        return save(tmp_path / "old", SET, old, system="stock"), save(tmp_path / "new", SET, new)

    return make


OLD = [
    row(GOOD, {"quote_recall": 1.0, "quote_f1": 0.2, "quote_precision": 0.0, "mrr": 1.0}),
    row(HALF, {"quote_recall": 0.0, "quote_f1": 0.0, "quote_precision": 0.0}),
    row(BAD, {"quote_recall": 0.5, "quote_f1": 0.4}),
    row(BROKEN, {"quote_recall": 0.5, "quote_f1": 0.4}),
    row(WRONG, {}),
    row(RIGHT, {}, "not_found"),
]
NEW = [
    row(GOOD, {"quote_recall": 1.0, "quote_f1": 0.5, "quote_precision": 0.5}),
    row(HALF, {"quote_recall": 0.5, "quote_f1": 0.3, "quote_precision": 0.0, "mrr": 1.0}),
    row(BAD, {"quote_recall": 0.0, "quote_f1": 0.7}, "not_found"),
    row(BROKEN, {}) | {"failed": "TimeoutError"},
    row(WRONG, {}, "not_by_speaker"),
    row(RIGHT, {}),
]


def test_differences_are_paired(runs: Runs) -> None:
    """quote_f1 rises by .3 in each of three questions; what failed, or has no value before or after, is left out."""
    found = compare(*runs(OLD, NEW))
    assert found["questions"] == 5
    assert found["metrics"]["all"]["quote_f1"] == {
        "before": 0.2, "after": 0.5, "difference": 0.3, "count": 3, "low": 0.3, "high": 0.3,
    }  # fmt: skip
    assert found["metrics"]["all"]["quote_recall"]["difference"] == 0.0
    assert found["metrics"]["all"]["refused answerable"]["difference"] == round(1 / 3, 4)
    assert "mrr" not in found["metrics"]["all"]
    by_tag = found["metrics"][HOSTILE]["quote_f1"]
    assert (by_tag["difference"], by_tag["count"]) == (0.3, 1)
    assert "one group" in by_tag["no_interval"]


def test_flips_are_named_both_ways(runs: Runs) -> None:
    """Evidence found and lost, and questions answered and refused, each in its own list."""
    flipped = compare(*runs(OLD, NEW))["flipped"]
    assert {name: [told["id"] for told in questions] for name, questions in flipped.items()} == {
        "found": ["q2"], "lost": ["q3"], "answered": ["u2"], "refused": ["q3", "u1"],
    }  # fmt: skip


def test_comparison_for_a_terminal(runs: Runs) -> None:
    """A star where the interval excludes zero, not where it ends at zero; no line over 100 columns."""
    lines = compare_text(*runs(OLD, NEW)).splitlines()
    starred = {line.split()[0]: "*" in line for line in lines if re.match(r"quote_\w+ +\d", line)}
    assert starred == {"quote_f1": True, "quote_recall": False, "quote_precision": False}
    changed = next(line for line in lines if line.startswith("quote_f1"))
    assert changed.split() == ["quote_f1", "0.200", "0.500", "+0.300", "*", "[+0.300,", "+0.300]", "3"]
    assert "  q2  q2: how long?" in lines
    assert "answered before, refused now: 2 (1 answerable)" in lines
    assert "  u1  [not-by-speaker] u1: how long?" in lines
    assert max(map(len, lines[2:])) <= 100


def test_long_lists_of_flips_are_cut_and_escape_sequences_are_not_sent(tmp_path: Path) -> None:
    """Of 23 flips 20 are listed and 3 counted; a question cannot colour or clear the terminal."""
    asked = [question(f"f{at}", question="\x1b[2J\nWhy? " + "very " * 30) for at in range(23)]
    made = evalset(*asked)
    old = save(tmp_path / "old", made, [row(one, {"quote_recall": 0.0}) for one in asked])
    new = save(tmp_path / "new", made, [row(one, {"quote_recall": 1.0}) for one in asked])
    text = compare_text(old, new)
    assert "evidence quoted now, not before: 23 (23 answerable)" in text
    assert text.count("Why?") == 20
    assert "  and 3 more" in text
    assert "\x1b" not in text
    assert max(map(len, text.splitlines()[2:])) <= 100


def test_only_runs_of_one_set_can_be_compared(tmp_path: Path) -> None:
    """A folder that is no run, another set, or no graded question in common: one line each."""
    run = save(tmp_path / "run", SET, ROWS)
    other = save(tmp_path / "other", SET, ROWS, set_sha256="cd" * 32)
    apart = save(tmp_path / "apart", SET, [ROWS[3]])
    for pair, message in (
        ((run, tmp_path / "nowhere"), "has no config.json"),
        ((run, other), "different sets"),
        ((run, apart), "no graded question in common"),
    ):
        with pytest.raises(RunError, match=message) as caught:
            compare(*pair)
        assert "\n" not in str(caught.value)
