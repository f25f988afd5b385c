"""The figures that the tests of attribution hold down, and the command that lowers them.

python -m tests.eval.attribution_bounds      after a change that is meant to lower them; none is ever raised

`bounds.json` holds, for the invented files, the cases of ../shared and each mutation of right files, how many words may
go to a wrong named speaker without a caution; for files whose truth is in words also how many may be dropped.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from eval.attribution import mutations
from eval.attribution.measure import DROPPED, SILENT, Judged, added, measure, total
from eval.attribution.truths import truths_beside, truths_listed
from tests.conftest import SHARED
from tests.episode import EPISODE
from tests.eval.training.invented import podcast
from tests.writers import UNNAMED, WRITERS

FOLDER = Path(__file__).resolve().parents[1] / "attribution"
BOUNDS = FOLDER / "bounds.json"
CASES = SHARED / "cases" / "reading"
REFUSED = "refused wrongly"

RIGHT_FILES = [
    *mutations.samples(),
    ("podcast.md", podcast()),
    *(
        (f"{writer.name}{Path(writer.file).suffix}", writer.write(EPISODE))
        for writer in WRITERS
        if writer.file.endswith((".txt", ".md")) and not writer.format and writer.speakers != UNNAMED
    ),
]
"""Labelled text that is read rightly: the samples, an invented podcast, and an episode in each writer's habit."""


def invented() -> list[Judged]:
    return measure(truths_beside(FOLDER))


def cases() -> list[Judged]:
    return measure(truths_listed(CASES, FOLDER / "shared-cases.json"))


def changed() -> dict[str, Counter[str]]:
    """The words of all right files by mutation."""
    return {kind: file.counts for kind, file in added(mutations.measure(RIGHT_FILES), "kind").items()}


def figures_of(judged: list[Judged]) -> dict[str, int]:
    told = total(judged)
    refused = sum(bool(file.refusal) and not file.refused_rightly for file in judged)
    return {SILENT: told[SILENT], DROPPED: told[DROPPED], REFUSED: refused}


def bounds(name: str) -> dict[str, int]:
    return dict(json.loads(BOUNDS.read_text(encoding="utf-8"))[name])


def main() -> None:
    """Lower what has become lower."""
    kept = json.loads(BOUNDS.read_text(encoding="utf-8"))
    found = {"invented": figures_of(invented())} | {
        f"mutation: {kind}": {SILENT: counts[SILENT], DROPPED: counts[DROPPED]} for kind, counts in changed().items()
    }
    if CASES.is_dir():
        found["shared cases"] = figures_of(cases())
        del found["shared cases"][DROPPED]  # a word read at a place that is named otherwise is no dropped one
    for name, figures in found.items():
        before = kept.get(name, figures)
        kept[name] = {key: min(figure, before.get(key, figure)) for key, figure in figures.items()}
    BOUNDS.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
