"""Follow-ups: what rewriting is worth, against the bare question and against the last three questions joined.

    python -m eval.followups [SETS...]

SETS are folders of evaluation sets, or zips of them; the packaged set is always among them.  Only the questions with a
history are asked.  Prints one Markdown table a set.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.config import Settings
from embeddings.encoder import Encoder
from eval import benchmarks, report, runner, sets
from eval.sets import EvalSet, Question
from eval.systems import Product

_JOINED = 3  # questions, with the one that is asked
METRICS = (
    *(f"evidence_recall@{words}w" for words in (250, 500)),
    *(f"recall@{k}" for k in (5, 10)),
    *(f"answer_cover@{words}w" for words in (500, 1000)),
    "quote_f1",
    "verbatim_rate",
)


class Bare(Product):
    """The product without the history: the question as it was typed."""

    name = "bare"

    def typed(self, question: Question) -> tuple[str, Sequence[tuple[str, str]]]:
        return question.question, ()


class Joined(Product):
    """The product asked the last three questions as one, the strong simple way."""

    name = "joined"

    def typed(self, question: Question) -> tuple[str, Sequence[tuple[str, str]]]:
        earlier = [asked for asked, _ in question.history]
        return " ".join([*earlier[1 - _JOINED :], question.question]), ()


SYSTEMS = {"bare": Bare, "last three joined": Joined, "rewritten": Product}


def main(arguments: list[str]) -> int:
    encoder = Encoder.load()
    for folder in (Path("samples"), *map(Path, arguments)):
        evalset = followups(sets.load(benchmarks.unpack(folder) if folder.suffix == ".zip" else folder))
        with tempfile.TemporaryDirectory() as out:
            summaries = [(label, _measure(system, evalset, encoder, Path(out))) for label, system in SYSTEMS.items()]
        print(
            f"\n### {evalset.name}: {len(evalset.questions)} follow-ups\n\n{report.markdown_table(summaries)}",
            flush=True,
        )
    return 0


def followups(evalset: EvalSet) -> EvalSet:
    """The questions of a set that were asked after others."""
    return replace(evalset, questions=tuple(question for question in evalset.questions if question.history))


def _measure(system: type[Product], evalset: EvalSet, encoder: Encoder, out: Path) -> Mapping[str, Any]:
    """The figures that tell the ways apart."""
    made = system(evalset, runner.cache_folder(), encoder, Settings(), runner.tell_terminal)
    summary = runner.run(evalset, made, out / system.name, encoder={"name": encoder.name}, tell=runner.tell_terminal)
    every = summary["metrics"]["all"]
    return {
        "metrics": {"all": {name: every[name] for name in METRICS if name in every}},
        "refusals": summary["refusals"],
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
