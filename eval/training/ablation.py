"""What each kind of pair, and each loss, is worth: all-MiniLM-L6-v2 tuned for a few minutes on a few pairs.

    python -m eval.training.ablation DATA --guide FOLDER [--pairs N] [--from ROW] [--sets FOLDER]

Each row is a training of its own from the same start, N queries seen once in batches of 64.  The first rows see one
family of kinds, then all, a like number of each.  In the rows after that the losses of `eval.training.train` are added
one after the other, over replies and made questions alone: windows, three times as long, would make hours of it.
Vectors alone are measured, on LoCoMo and on some of what is held out.  Small enough for two cores, so rows tell which
way a thing pulls, not how far it goes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer

from eval.training import dense
from eval.training.episodes import Episode
from eval.training.train import (
    Columns,
    Recipe,
    check_model,
    in_halves,
    installed_start,
    load,
    mine,
    pair_columns,
    read_pairs,
    read_recipe,
    tune_guide,
    tune_student,
)
from eval.training.validation import Validation

_REPLIES = ("reply", "reply_window")
_TAKEN = ("sentence", "window", "about")
_BESIDE = ("neighbour", "subject")
_MARKED = ("marked", "marked_window")
_SINGLE = ("reply", "asked")
_ALL = (*_REPLIES, *_TAKEN, *_BESIDE, "asked", *_MARKED)
_BATCH = 64
_LISTS = 5  # one batch in so many is of lists, where there are any
_EPISODES = 8  # podcasts that lists are made of
_HELD_OUT = 3  # podcasts, and as many meetings, that are measured
_SHORT = 128  # dimensions


@dataclass(frozen=True)
class _Row:
    name: str
    kinds: tuple[str, ...] = _SINGLE
    negatives: bool = True
    gist: bool = True
    lists: str = ""
    dimensions: tuple[int, ...] = (384,)


_UNTUNED, _TUNED = "untuned", "tuned"
ROWS = (
    _Row("question and reply", _REPLIES, negatives=False, gist=False),
    _Row("question made of a statement", ("asked",), negatives=False, gist=False),
    _Row("sentence or phrase, and where it was taken out", _TAKEN, negatives=False, gist=False),
    _Row("neighbours, same subject", _BESIDE, negatives=False, gist=False),
    _Row("questions of qmsum-train", _MARKED, negatives=False, gist=False),
    _Row("all kinds", _ALL, negatives=False, gist=False),
    _Row("replies and made questions", negatives=False, gist=False),
    _Row("… with a hard negative each", gist=False),
    _Row("… and gte-small to say which negatives are none (GIST)"),
    _Row("… and lists with gte-small's scores (KL)", lists=_UNTUNED),
    _Row("… gte-small tuned on the same pairs before, as judge and for the scores", lists=_TUNED),
    _Row(f"… and the losses at {_SHORT} dimensions too (Matryoshka)", lists=_TUNED, dimensions=(384, _SHORT)),
)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.training.ablation")
    parser.add_argument("data", type=Path)
    parser.add_argument("--guide", type=Path, required=True, help="folder of gte-small for sentence-transformers")
    parser.add_argument("--pairs", type=int, default=1280)
    parser.add_argument(
        "--from", type=int, default=0, dest="first", metavar="ROW", help="0: nothing trained, then ROWS"
    )
    parser.add_argument("--sets", type=Path, default=Path("../shared/evalsets"))
    options = parser.parse_args(arguments)
    least = _BATCH * len(_ALL) * _LISTS // (_LISTS - 1)  # a batch of each kind beside the lists
    if options.pairs < least:
        raise SystemExit(f"--pairs {options.pairs}: {least} or more were expected, so that each kind has a batch")
    check_model("--guide", options.guide)
    recipe = read_recipe([])
    seed = recipe["data"]["seed"]
    episodes = read_pairs(options.data)
    shown = [episode for episode in episodes if not episode.held_out]
    columns = pair_columns(shown, seed, recipe["data"])
    _check_pairs(options.data, columns, options.pairs // _BATCH)
    validation = Validation([episode for episode in episodes if episode.held_out], _HELD_OUT, _HELD_OUT)
    tests = dense.read_tests(options.sets, ["locomo"])
    steps = options.pairs // _BATCH
    _head()
    if not options.first:
        _tell("nothing", load(str(installed_start())), tests, validation)
    with tempfile.TemporaryDirectory() as folder:
        guides = {_UNTUNED: load(str(options.guide))}
        lists: dict[str, Columns] = {}
        for number, row in list(enumerate(ROWS, 1))[max(0, options.first - 1) :]:
            if row.lists == _TUNED and _TUNED not in guides:
                tuning = recipe["guide"] | _settings(steps)
                pairs = _some(columns, row.kinds, steps, negatives=True)
                guides[_TUNED] = tune_guide(Path(folder) / "guide", str(options.guide), pairs, tuning, seed)
                _tell("the guide itself, tuned so", guides[_TUNED], tests, validation)
            if row.lists and row.lists not in lists:
                wanted = steps // _LISTS * _BATCH
                lists[row.lists] = _lists(Path(folder) / row.lists, shown, guides[row.lists], recipe, wanted, seed)
            guide = guides[row.lists or _UNTUNED]
            model = _tune(row, columns, lists.get(row.lists, {}), guide, Path(folder) / str(number), recipe, steps)
            _tell(row.name, model, tests, validation)
    return 0


def _check_pairs(data: Path, columns: Mapping[str, Columns], steps: int) -> None:
    for row in ROWS:
        for kind, batches in _shares(row.kinds, steps).items():
            if len(columns.get(kind, {}).get("anchor", ())) < batches * _BATCH:
                raise SystemExit(f"{data}: fewer pairs of the kind {kind} to train on than {batches * _BATCH}")


def _settings(steps: int) -> dict[str, Any]:
    return {"steps": steps, "batch": _BATCH, "every": steps + 1}


def _tune(
    row: _Row, columns: Mapping[str, Columns], lists: Columns, guide: SentenceTransformer, out: Path, recipe: Recipe,
    steps: int,
) -> SentenceTransformer:  # fmt: skip
    seed = recipe["data"]["seed"]
    torch.manual_seed(seed)
    varied = {"gist": row.gist, "lists": recipe["student"]["lists"] * bool(row.lists), "dimensions": row.dimensions}
    pairs = _some(columns, row.kinds, steps - (steps // _LISTS if row.lists else 0), row.negatives)
    settings = recipe["student"] | _settings(steps) | varied
    return tune_student(out, str(installed_start()), guide, pairs, lists, None, settings, seed)[0]


def _some(columns: Mapping[str, Columns], kinds: Sequence[str], batches: int, negatives: bool) -> dict[str, Columns]:
    """The first pairs of each kind, in whole batches of one kind, so many in all."""
    names = ("anchor", "positive", "negative") if negatives else ("anchor", "positive")
    return {
        kind: {name: columns[kind][name][: count * _BATCH] for name in names}
        for kind, count in _shares(kinds, batches).items()
    }


def _shares(kinds: Sequence[str], batches: int) -> dict[str, int]:
    return {kind: batches // len(kinds) + (at < batches % len(kinds)) for at, kind in enumerate(kinds)}


def _lists(
    path: Path, episodes: Sequence[Episode], guide: SentenceTransformer, recipe: Recipe, wanted: int, seed: int
) -> Columns:
    """So many lists, with the scores of a guide."""
    per_episode = -(-wanted * 3 // (2 * _EPISODES))  # half more than needed: some find too few wrong texts
    few = {"podcasts": _EPISODES, "meetings": 0, "per_episode": per_episode, "kinds": _SINGLE}
    found = mine(path, episodes, guide, recipe["mining"] | few, seed)
    if len(found["anchor"]) < wanted:
        raise SystemExit(f"only {len(found['anchor'])} lists of the {wanted} wanted could be made")
    return {name: values[:wanted] for name, values in found.items()}


def _head() -> None:
    titles = ["LoCoMo @5/10/25/50", f"its first {_SHORT} dimensions", "reply", "asked", "marked", "marked_window"]
    print(f"| trained on | {' | '.join(titles)} |\n| --- | --- | --- | ---: | ---: | ---: | ---: |", flush=True)


def _tell(name: str, model: SentenceTransformer, tests: Sequence[dense.Test], validation: Validation) -> None:
    with in_halves(model):
        encoded, figures = dense.encode(model, tests), validation.measure(model)
    cells = []
    for dimensions in (None, _SHORT):
        found = dense.recall(tests, encoded, dimensions)["locomo"]
        cells.append("/".join(_short(found[at]) for at in dense.AT))
    cells += [_short(figures[kind]) for kind in ("reply", "asked", "marked", "marked_window")]
    print(f"| {name} | {' | '.join(cells)} |", flush=True)


def _short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
