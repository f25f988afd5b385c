"""Every set through the product, the stock recipe and plain BM25: `make eval`.

    python -m eval.benchmarks [SETS] [OUT]

SETS is a folder of evaluation sets (default: ../shared/evalsets); a set in a zip is unpacked into the cache, never
here.  qmsum-train is for fitting only and is left out.  Prints the tables of docs/benchmarks.md.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from eval import report, runner, sets, splits
from eval.sets import EvalSet
from eval.splits import FIT_ONLY
from eval.systems import SYSTEMS

_PASSWORDS = {"elitr": b"utter"}  # given openly; its authors ask that it not be published unzipped


def main(arguments: list[str]) -> int:
    source = Path(arguments[0] if arguments else "../shared/evalsets")
    out = Path(arguments[1] if len(arguments) > 1 else "eval-runs")
    folders = [Path("samples"), *_folders(source)]
    if len(folders) == 1:
        print(f"{source} has no sets; only the packaged one is run", file=sys.stderr)
    for folder in folders:
        evalset = reported(sets.load(folder))
        summaries = []
        for system in SYSTEMS:
            run = out / f"{evalset.name}-{system}"
            summaries.append((system, runner.run_system(evalset, system, run, tell=runner.tell_terminal)))
            report.write(run, evalset)
        print(f"\n### {evalset.name}\n\n{report.markdown_table(summaries)}", flush=True)
    return 0


def reported(evalset: EvalSet) -> EvalSet:
    """The set without the questions that weights are fitted on (`eval.splits`)."""
    folds = splits.folds(evalset.name, evalset.questions)
    kept = {question.id for fold in folds for question in fold.report}
    return replace(evalset, questions=tuple(question for question in evalset.questions if question.id in kept))


def _folders(source: Path) -> Iterator[Path]:
    """The sets of a folder, those in zips unpacked."""
    for path in sorted(source.iterdir()) if source.is_dir() else []:
        if path.is_dir() and (path / "set.json").exists() and path.name not in FIT_ONLY:
            yield path
        elif path.suffix == ".zip":
            yield unpack(path)


def unpack(path: Path) -> Path:
    """The folder of a zipped set in the cache, without the questions over transcripts that are empty in the zip."""
    cache = runner.cache_folder() / "unpacked"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(cache, pwd=_PASSWORDS.get(path.stem))
    folder = cache / path.stem
    # elitr ships one meeting as an empty file; `sets.load` rightly refuses a set with that.
    empty = {file.name for file in (folder / "transcripts").iterdir() if not file.read_bytes().strip()}
    questions = folder / "questions.jsonl"
    lines = questions.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not empty & set(json.loads(line).get("transcripts", []))]
    if len(kept) < len(lines):
        print(f"{path.name}: {len(lines) - len(kept)} questions over {', '.join(sorted(empty))}, empty there, left out")
        questions.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
    return folder


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
