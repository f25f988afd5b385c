"""What reading a folder of transcripts keeps and leaves out, and how fast.

python -m eval.ingest FOLDER        a Markdown table: every file of the folder and below is read, on one core

Hidden files and files that are no transcripts by their name's ending are passed over.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import TranscriptError
from bot.transcripts.formats import SUFFIXES, read_file


@dataclass
class Tally:
    """What the files of one family came to.

    `units` are counted in the unit of the family; `left_out` by (unit, reason).  `seconds` are of CPU time, which does
    not depend on what else the machine does.
    """

    files: int = 0
    megabytes: float = 0.0
    units: int = 0
    speech: int = 0
    turns: int = 0
    words: int = 0
    seconds: float = 0.0
    speakers: set[str] = field(default_factory=set)
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass
class Ingest:
    """All files of a folder, by family (the reader's name for it), and the files that were refused with the reason."""

    families: dict[str, Tally]
    refused: dict[str, str]


def measure(paths: Iterable[Path]) -> Ingest:
    """Read every file once.  Nothing is kept but counts."""
    ingest = Ingest({}, {})
    for path in paths:
        began = time.process_time()
        try:
            transcript, data = read_file(path)
        except TranscriptError as error:
            ingest.refused[str(path)] = str(error)
            continue
        report = transcript.report
        tally = ingest.families.setdefault(report.family, Tally())
        tally.seconds += time.process_time() - began
        tally.files += 1
        tally.megabytes += len(data) / 1e6
        tally.units += report.units
        tally.speech += report.speech
        tally.turns += len(transcript.utterances)
        tally.words += transcript.words
        tally.speakers |= transcript.labels
        tally.left_out.update({(report.unit, reason): count for reason, count in report.by_reason().items()})
    return ingest


def transcripts_of(folder: Path) -> list[Path]:
    """Every file of the folder and below whose name ends as a transcript's does."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    )


def as_markdown(ingest: Ingest) -> str:
    """Two tables, families and what was left out, and the files that were refused."""
    lines = [
        "| family | files | MB | turns | speakers | words | units | speech | left out | files per CPU second |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for family, tally in sorted(ingest.families.items()):
        rate = tally.files / tally.seconds
        lines.append(
            f"| {family} | {tally.files:,} | {tally.megabytes:,.1f} | {tally.turns:,} | {len(tally.speakers):,} | "
            f"{tally.words:,} | {tally.units:,} | {tally.speech:,} | {tally.units - tally.speech:,} | {rate:,.0f} |"
        )
    lines += ["", "| family | unit | left out because | units |", "| --- | --- | --- | ---: |"]
    for family, tally in sorted(ingest.families.items()):
        lines += [f"| {family} | {unit} | {why} | {count:,} |" for (unit, why), count in tally.left_out.most_common()]
    if ingest.refused:
        lines += ["", "Refused:", "", *(f"- {why}" for why in ingest.refused.values())]
    return "\n".join(lines)


def main() -> int:
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        print("usage: python -m eval.ingest FOLDER", file=sys.stderr)
        return 2
    paths = transcripts_of(Path(sys.argv[1]))
    if not paths:
        print(f"{sys.argv[1]}: no file here ends as a transcript does ({', '.join(sorted(SUFFIXES))})", file=sys.stderr)
        return 1
    print(as_markdown(measure(paths)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
