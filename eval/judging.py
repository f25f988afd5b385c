"""How well the check tells true sentences of a language model from false ones, against a person's judgement.

    onrecord eval samples --model FILE.gguf --limit 60        answers of a model
    python -m eval.judging sheet RUN... > SHEET.jsonl         their statements, with what they cite, to be judged
    python -m eval.judging score SHEET.jsonl...               the table

A line of a sheet is a statement of a run: the id of its question, its text, the quotes that it cites, whether the
product marked it and why, and `supported`, which is null until a person has written true or false there: whether the
cited quotes, read with the sentences around them, say what the statement says.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from eval.runner import read_rows

Line = dict[str, Any]


def main(arguments: list[str]) -> int:
    if len(arguments) < 2 or arguments[0] not in ("sheet", "score"):
        print((__doc__ or "").strip(), file=sys.stderr)
        return 2
    files = [Path(name) for name in arguments[1:]]
    if arguments[0] == "sheet":
        for run in files:
            for line in sheet(run):
                print(json.dumps(line, ensure_ascii=False))
    else:
        print(table([(file.stem, read(file)) for file in files]))
    return 0


def sheet(run: Path) -> Iterator[Line]:
    """The statements of a run, to be judged."""
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    for row in read_rows(run):
        quotes = dict(enumerate(row.get("quotes", []), 1))
        for number, statement in enumerate(row.get("statements", []), 1):
            yield {
                "model": config["model"],
                "set": config["set"],
                "id": row["id"],
                "statement": number,
                "question": row["standalone"],
                "text": statement["text"],
                "cites": [f"{quotes[n]['speaker']}: {quotes[n]['text']}" for n in statement["quotes"]],
                "problems": statement["problems"],
                "supported": None,
            }
        # Where nothing stood, the quotes are the answer, and a line tells each sentence with what it cites.
        for number, told in enumerate(row.get("unverified", []) if row.get("notice") else [], 1):
            yield {
                "model": config["model"],
                "set": config["set"],
                "id": row["id"],
                "statement": number,
                "question": row["standalone"],
                "text": told,
                "cites": [],
                "problems": ["marked"],
                "supported": None,
            }


def read(path: Path) -> list[Line]:
    """The judged lines of a sheet."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [line for line in lines if line["supported"] is not None]


def table(sheets: Sequence[tuple[str, Sequence[Line]]]) -> str:
    """Of each sheet: statements, those without support, how many of them were marked, and supported ones marked."""
    lines = [
        "| sheet | statements | unsupported | of them marked | supported | of them marked by mistake |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, judged in sheets:
        false = [line for line in judged if not line["supported"]]
        true = [line for line in judged if line["supported"]]
        caught, mistaken = (sum(bool(line["problems"]) for line in group) for group in (false, true))
        lines.append(
            f"| {name} | {len(judged)} | {len(false)} | {caught} ({_share(caught, len(false))}) "
            f"| {len(true)} | {mistaken} ({_share(mistaken, len(true))}) |"
        )
    return "\n".join(lines)


def _share(count: int, total: int) -> str:
    return f"{count / total:.0%}" if total else "–"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
