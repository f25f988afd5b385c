"""What each part of finding is worth: `make ablation`.

    python -m eval.ablation [SETS] [ENCODER]

Fits the weights that rank chunks again without one family of features at a time, and ranks the reported questions:
LoCoMo out of fold, the odd episodes of FriendsQA, and qmsum.  Beside them the searches alone and their fusion, which
fit nothing.  Prints a Markdown table of `recall@k` of utterances, and of the share of QMSum's span in 1,500 words.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from bot.fitted import Fitted
from bot.retrieval import ranking
from bot.retrieval.search import with_head
from embeddings.encoder import Encoder
from eval import benchmarks, metrics, runner, sets
from eval.fitting import Looked, fit_ranking, look, questions, understood
from eval.sets import Key

_ALL = 100_000
_FUSION = 20  # k of reciprocal rank fusion: a chunk at rank r counts 1 / (k + r)
FAMILIES: dict[str, Callable[[str], bool]] = {
    "who speaks": lambda name: name.startswith("named"),
    "the date of the recording": lambda name: name == "date",
    "share of the question's words": lambda name: name in ("cover", "around"),
    "smoothed signals": lambda name: "smooth" in name,
    "the chunks beside it": lambda name: name.endswith(("_before", "_after")) and not name.startswith("named"),
    "windows of turns": lambda name: name.startswith("window"),
    "cosine": lambda name: "meaning" in name,
    "BM25": lambda name: name.startswith(("words", "window_words")),
    "length, place, first person, asks": lambda name: (
        name in ("length", "length_before", "place", "first_person", "asks")
    ),
}
COLUMNS = (
    *(("locomo", f"recall@{k}") for k in (5, 10, 25, 50)),
    *(("friendsqa", f"recall@{k}") for k in (3, 5)),
    ("qmsum", "central@10"),
    ("qmsum", "span in 1,500 words"),
)


def main(arguments: list[str]) -> int:
    source = Path(arguments[0] if arguments else "../shared/evalsets")
    encoder = Encoder.load(arguments[1]) if len(arguments) > 1 else Encoder.load()
    tell = runner.tell_terminal
    names: list[str] = []
    fitting = [seen for asked in questions(source, encoder, tell) if (seen := look(asked, names))]
    reported = [
        seen
        for name in ("locomo", "friendsqa", "qmsum")
        for asked in understood(benchmarks.reported(sets.load(source / name)), encoder, tell)
        if (seen := look(asked, names, near=_ALL))
    ]
    print(f"| | {' | '.join(f'{name} {metric}' for name, metric in COLUMNS)} |\n| --- |{' ---: |' * len(COLUMNS)}")
    for label, signal in (
        ("cosine of turns alone", "meaning"),
        ("cosine of windows alone", "window_meaning"),
        ("BM25 of turns alone", "words"),
        ("BM25 of windows alone", "window_words"),
    ):
        _row(label, reported, [item.features[:, names.index(signal)] for item in reported])
    signals = [names.index(name) for name in ranking.SIGNALS]
    _row("the four fused by reciprocal rank", reported, [_fused(item.features[:, signals]) for item in reported])
    for label, in_family in {"everything": lambda name: False, **FAMILIES}.items():
        spare = [name for name in names if in_family(name)]
        groups = dict.fromkeys(item.asked.group for item in reported if item.asked.set == "locomo")
        fitted = {group: fit_ranking(fitting, names, group, spare) for group in ("", *groups)}
        _row(
            label if label == "everything" else f"without {label}",
            reported,
            [_scores(item, names, fitted.get(item.asked.group, fitted[""])) for item in reported],
        )
    return 0


def _fused(signals: np.ndarray) -> np.ndarray:
    """Reciprocal rank fusion of the columns (Cormack, Clarke and Büttcher, SIGIR 2009)."""
    ranks = np.argsort(np.argsort(-signals, axis=0, kind="stable"), axis=0)
    return np.asarray((1.0 / (_FUSION + 1 + ranks)).sum(axis=1))


def _scores(item: Looked, names: Sequence[str], fitted: Fitted) -> np.ndarray:
    found = {name: item.features[:, at].astype(float) for at, name in enumerate(names)}
    turns = ranking.weigh(found, fitted.discussion if item.discussion else fitted.fact)
    return with_head(turns, ranking.weigh(found, fitted.region), item.head)


def _row(label: str, reported: Sequence[Looked], scores: Sequence[np.ndarray]) -> None:
    found: dict[tuple[str, str], list[float]] = {}
    for item, of_rows in zip(reported, scores, strict=True):
        for metric, value in _measure(item, of_rows).items():
            found.setdefault((item.asked.set, metric), []).append(value)
    cells = [f"{np.mean(found[column]):.3f}".removeprefix("0") for column in COLUMNS]
    print(f"| {label} | {' | '.join(cells)} |", flush=True)


def _measure(item: Looked, scores: np.ndarray) -> Mapping[str, float]:
    order = [item.keys[at] for at in np.argsort(-scores, kind="stable")]
    ranked: list[Key] = list(dict.fromkeys(order))
    question, files = item.asked.question, item.asked.product.evalset.files
    found = {f"recall@{k}": metrics.recall_at(ranked, question.evidence, k, question.mode) for k in (3, 5, 10, 25, 50)}
    if question.central:
        found["central@10"] = metrics.recall_at(ranked, question.central, 10, question.mode)
        lengths = [(key, len(files[key[0]].utterances[key[1]].text.split())) for key in ranked]
        found["span in 1,500 words"] = metrics.recall_within_words(lengths, question.evidence, 1500, question.mode)
    return {name: figure.value for name, figure in found.items() if figure.value is not None}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
