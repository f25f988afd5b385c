"""The gate of `make test`: a small fixed part of the packaged set, and the figure that it must not drop below.

python -m eval.gate        measure it and keep the figure, after a change that is meant to move it
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

from bot.config import Settings
from embeddings.encoder import Encoder
from eval.runner import run
from eval.sets import EvalSet, load
from eval.systems import Product

_EVERY = 8  # so many questions apart; every kind and every transcript is in it


def part() -> EvalSet:
    """The small fixed part of the packaged set."""
    evalset = load("samples")
    return replace(evalset, questions=evalset.questions[::_EVERY])


def measure(encoder: Encoder, folder: Path) -> dict[str, Any]:
    """The summary of a run of that part; `folder` takes its index and its run."""
    evalset = part()
    system = Product(evalset, folder / "cache", encoder, Settings(), lambda line: None)
    return run(evalset, system, folder / "run", encoder={"name": encoder.name})


def kept() -> dict[str, float]:
    """The kept figure: {"quote_f1", "low"}; below `low`, the end of its interval, the gate is shut."""
    path = resources.files("eval").joinpath("sets", "samples", "kept.json")
    return dict(json.loads(path.read_text(encoding="utf-8")))


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        figure = measure(Encoder.load(), Path(folder))["metrics"]["all"]["quote_f1"]
    path = Path(__file__).parent / "sets" / "samples" / "kept.json"
    path.write_text(json.dumps({"quote_f1": figure["value"], "low": figure["low"]}) + "\n", encoding="utf-8")
    print(f"kept quote_f1 {figure['value']}, gate at {figure['low']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
