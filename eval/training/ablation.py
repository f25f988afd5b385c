"""What each kind of pair, and the loss, is worth: all-MiniLM-L6-v2 tuned for a few minutes on a few pairs.

    python -m eval.training.ablation DATA --guide FOLDER [--pairs N] [--sets FOLDER]

Each row sees N pairs once, in batches of 64, all of one family of kinds or a like number of each; then vectors alone
are measured on LoCoMo and on some of what is held out.  Small enough for two cores, so rows tell which way a kind
pulls, not how far it goes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from datasets import Dataset
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer import losses

from eval.training import dense
from eval.training.episodes import read
from eval.training.train import Columns, fit, installed_start, load, pair_columns, read_recipe
from eval.training.validation import Validation

_REPLIES = ("reply", "reply_window")
_TAKEN = ("sentence", "window", "about")
_BESIDE = ("neighbour", "subject")
_MARKED = ("marked", "marked_window")
_BATCH = 64
_HELD_OUT = 3  # podcasts, and as many meetings


@dataclass(frozen=True)
class _Row:
    name: str
    kinds: tuple[str, ...]
    gist: bool = False
    negatives: bool = False


_ALL = (*_REPLIES, *_TAKEN, *_BESIDE, "asked", *_MARKED)
ROWS = (
    _Row("question and reply", _REPLIES),
    _Row("question made of a statement", ("asked",)),
    _Row("sentence or phrase, and where it was taken out", _TAKEN),
    _Row("neighbours, same subject", _BESIDE),
    _Row("questions of qmsum-train", _MARKED),
    _Row("everything", _ALL),
    _Row("everything, with hard negatives", _ALL, negatives=True),
    _Row("everything, with hard negatives, gte-small as guide", _ALL, gist=True, negatives=True),
)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.training.ablation")
    parser.add_argument("data", type=Path)
    parser.add_argument("--guide", type=Path, required=True)
    parser.add_argument("--pairs", type=int, default=1280)
    parser.add_argument("--sets", type=Path, default=Path("../shared/evalsets"))
    options = parser.parse_args(arguments)
    recipe = read_recipe([])
    seed = recipe["data"]["seed"]
    episodes = read(options.data)
    columns = pair_columns([episode for episode in episodes if not episode.held_out], seed, recipe["data"])
    validation = Validation([episode for episode in episodes if episode.held_out], _HELD_OUT, _HELD_OUT)
    del episodes
    tests = dense.read_tests(options.sets, ["locomo"])
    kinds = ("reply", "asked", "marked", "marked_window")
    print(f"| trained on {options.pairs} pairs | LoCoMo @5/10/25/50 | {' | '.join(kinds)} |")
    print(f"| --- | --- | {' | '.join('---:' for _ in kinds)} |")
    for row in (None, *ROWS):
        torch.manual_seed(seed)
        model = load(str(installed_start()))
        if row:
            _tune(model, _some(columns, row, options.pairs), row, str(options.guide), options.pairs // _BATCH, seed)
        found = dense.measure(model, tests)["locomo"]
        figures = validation.measure(model)
        cells = ["/".join(_short(found[at]) for at in dense.AT), *(_short(figures[kind]) for kind in kinds)]
        print(f"| {row.name if row else 'nothing'} | {' | '.join(cells)} |", flush=True)
    return 0


def _some(columns: dict[str, Columns], row: _Row, pairs: int) -> dict[str, Dataset]:
    """So many pairs of each kind that all together are `pairs`, in whole batches of one kind."""
    batches = pairs // _BATCH
    names = ("anchor", "positive", "negative") if row.negatives else ("anchor", "positive")
    shares = {kind: batches // len(row.kinds) + (at < batches % len(row.kinds)) for at, kind in enumerate(row.kinds)}
    return {
        kind: Dataset.from_dict({name: columns[kind][name][: count * _BATCH] for name in names})
        for kind, count in shares.items()
        if count
    }


def _tune(
    model: SentenceTransformer, datasets: dict[str, Dataset], row: _Row, guide: str, steps: int, seed: int
) -> None:
    loss: torch.nn.Module
    if row.gist:
        loss = losses.GISTEmbedLoss(model, load(guide), temperature=0.05)
    else:
        loss = losses.MultipleNegativesRankingLoss(model, scale=20)
    settings = {"steps": steps, "batch": _BATCH, "learning_rate": 5e-5, "warmup": 0.1, "every": steps + 1}
    with tempfile.TemporaryDirectory() as folder:
        fit(model, datasets, dict.fromkeys(datasets, loss), settings, Path(folder), seed)


def _short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
