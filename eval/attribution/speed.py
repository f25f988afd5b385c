"""How fast files are read in this tree and in another one, side by side.

python -m eval.attribution.speed [--against TREE] [--rounds N] FOLDER ...

Seconds of CPU for a MB.  The trees take turns in processes of their own, so that neither has the quieter machine, and
of each the fastest round counts: what else runs only ever adds.  Reading is measured, not importing.  With no FOLDER
the packaged samples are read, and the real files of ../shared/formats where they are.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Runs in the other tree too, which may be older: `formats` has moved since.
_ROUND = """
import json, sys, time
try:
    from bot.transcripts.formats import read_bytes
except ImportError:
    from bot.formats import read_bytes
from bot.errors import TranscriptError
from pathlib import Path

files = [(Path(name).read_bytes(), Path(name).name) for name in json.load(sys.stdin)]
for _ in range(2):  # the first warms what is compiled and loaded on demand
    began, size = time.process_time(), 0
    for data, name in files:
        try:
            read_bytes(data, name)
            size += len(data)
        except TranscriptError:
            pass
    seconds = time.process_time() - began
print(json.dumps([seconds, size / 1e6]))
"""


def seconds_per_megabyte(tree: Path, files: Sequence[Path]) -> float:
    """One round in this tree: every file is read once, after a first time that is not counted."""
    done = subprocess.run(
        [sys.executable, "-c", _ROUND],
        input=json.dumps([str(path.resolve()) for path in files]),
        capture_output=True,
        text=True,
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree)},
        check=True,
    )
    seconds, megabytes = json.loads(done.stdout)
    return float(seconds) / float(megabytes)


def fastest(trees: Sequence[Path], files: Sequence[Path], rounds: int) -> list[float]:
    """The fastest round of each tree; they take turns."""
    taken: list[list[float]] = [[] for _ in trees]
    for _ in range(rounds):
        for tree, times in zip(trees, taken, strict=True):
            times.append(seconds_per_megabyte(tree, files))
    return [min(times) for times in taken]


def files_of(folders: Sequence[Path]) -> list[Path]:
    """Every file of these folders and below."""
    return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.attribution.speed", description="How fast files are read.")
    parser.add_argument("folders", type=Path, nargs="*", metavar="FOLDER")
    parser.add_argument("--against", type=Path, metavar="TREE", help="another checkout of this project")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    chosen = parser.parse_args(arguments)
    files = files_of(chosen.folders or [ROOT / "bot" / "samples", ROOT.parent / "shared" / "formats"])
    trees = [ROOT] + ([chosen.against.resolve()] if chosen.against else [])
    times = fastest(trees, files, chosen.rounds)
    print(f"{len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:.2f} MB, {chosen.rounds} rounds")
    for tree, seconds in zip(trees, times, strict=True):
        print(f"{tree}: {seconds:.3f} s of CPU per MB")
    if len(times) == 2:
        print(f"ratio {times[0] / times[1]:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
