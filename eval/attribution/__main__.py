"""How many words of the files of a folder go to the right speaker.

python -m eval.attribution FOLDER                     files with a truth beside them (NAME.truth.json)
python -m eval.attribution FOLDER --truths FILE       the files that this JSON names, with their truths
    --by kind      a row a kind of file, not a family
    --worst N      the N files with the most wrong words, with these words
    --json         counts, for machines
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from eval.attribution.measure import (
    CAUTIONED,
    DOUBTED,
    DROPPED,
    NOBODY,
    RIGHT,
    SILENT,
    SPEECH,
    TAKEN,
    UNTOLD,
    Judged,
    added,
    as_json,
    measure,
    total,
)
from eval.attribution.truths import truths_beside, truths_listed

_COLUMNS = (RIGHT, DOUBTED, SILENT, CAUTIONED, UNTOLD, NOBODY, DROPPED, TAKEN)


def as_markdown(judged: list[Judged], by: str = "family") -> str:
    """A row a family or kind, shares of the words of speech in percent; and the files that were refused."""
    rows = [(key, int(file.name), file.counts) for key, file in added(judged, by).items()]
    rows.append(("all", sum(files for _, files, _ in rows), total(judged)))
    lines = [f"| {by} | files | words | {' | '.join(_COLUMNS)} |", f"| --- |{' ---: |' * (len(_COLUMNS) + 2)}"]
    for key, files, counts in rows:
        words = sum(counts[outcome] for outcome in SPEECH)
        shown = [_percent(counts, outcome, words) for outcome in _COLUMNS]
        lines.append(f"| {key} | {files:,} | {words:,} | {' | '.join(shown)} |")
    refused = [file for file in judged if file.refusal]
    if refused:
        wrongly = sum(not file.refused_rightly for file in refused)
        lines += ["", f"Refused: {len(refused)}, of which {wrongly} should have been read", ""]
        lines += [f"- {'' if file.refused_rightly else '**wrongly** '}{file.refusal}" for file in refused]
    return "\n".join(lines)


def _percent(counts: Counter[str], outcome: str, words: int) -> str:
    count = counts[outcome]
    if not count:
        return ""
    return f"{100 * count / words:.1f}" if words else f"{count:,} words"


def worst(judged: list[Judged], most: int) -> str:
    """The files with the most wrong words, those without a caution first, and all that is not right in them."""
    bad = sorted(judged, key=lambda file: (-file.counts[SILENT], -file.wrong, -file.counts[TAKEN], file.name))
    lines = []
    for file in bad[:most]:
        said = ", ".join(f"{file.counts[name]} {name}" for name in _COLUMNS if file.counts[name])
        lines += ["", f"{file.name} [{file.family}; {file.kind}]: {said}"]
        lines += [f"    {mistake}"[:200] for mistake in file.mistakes]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.attribution", description="Whose words: how many are right.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--truths", type=Path, metavar="FILE", help="truths by file name in one JSON object")
    parser.add_argument("--by", choices=("family", "kind"), default="family")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="the worst files, with their wrong words")
    parser.add_argument("--json", action="store_true", help="counts, for machines")
    chosen = parser.parse_args(arguments)
    truths = truths_listed(chosen.folder, chosen.truths) if chosen.truths else truths_beside(chosen.folder)
    if not truths:
        print(f"{chosen.folder}: no file here has a truth beside it (NAME.truth.json)", file=sys.stderr)
        return 1
    judged = measure(truths)
    if chosen.json:
        print(json.dumps(as_json(judged), ensure_ascii=False, indent=1))
        return 0
    print(as_markdown(judged, chosen.by))
    if chosen.worst:
        print(worst(judged, chosen.worst))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
