"""`onrecord eval`: an evaluation set through the product, a starter for one, and two runs side by side."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bot.commands.shared import Commands, add_model_option, open_library
from bot.errors import OnRecordError

MORE = """\
A set is a folder of transcripts and questions with the lines that answer them; `--new` writes one to start from, and
docs/evaluation.md explains it.  The run folder gets every result, a summary, and report.html.  A run that was stopped
goes on when it is started again."""


def add_parser(commands: Commands) -> None:
    """The command and its options."""
    parser = commands.add("eval", run, "run an evaluation set: how good are the answers?", MORE)
    parser.add_argument("set", nargs="?", metavar="SET", help='a folder, or "samples", the packaged set')
    parser.add_argument("--out", metavar="RUN", help="the run folder (default: eval-runs/SET-SYSTEM)")
    parser.add_argument("--baseline", choices=["stock", "bm25"], help="run LangChain's tutorial recipe, or plain BM25")
    parser.add_argument("--open", action="store_true", help="search the whole set rather than the named files")
    parser.add_argument("--limit", type=int, metavar="N", help="ask N of them, chosen by a hash of their ids")
    add_model_option(parser)
    parser.add_argument("--timeout", type=float, default=120.0, metavar="S", help="seconds a question (default: 120)")
    parser.add_argument("--new", metavar="FOLDER", help="write a commented starter set from the library")
    parser.add_argument("--compare", nargs=2, metavar="RUN", help="what changed from one run to another")


def run(options: argparse.Namespace) -> None:
    """Write a starter, compare two runs, or run a set and say how good the answers are."""
    from eval import compare, report, runner, sets

    if options.new:
        count = sets.write_starter(Path(options.new), open_library(options))
        print(f"wrote {count} questions to {options.new}/questions.jsonl; edit them, then: onrecord eval {options.new}")
        return
    if options.compare:
        print(compare.compare_text(*(Path(folder) for folder in options.compare)))
        return
    if options.model and options.baseline:
        raise OnRecordError("--model goes with the product, not with a baseline; leave one of them out")
    if not options.set:
        raise OnRecordError("no set was named; name a set's folder, or `samples`, or use --new or --compare")
    evalset = sets.sample(sets.load(options.set), options.limit)
    for warning in evalset.warnings:
        print(f"onrecord: {warning}", file=sys.stderr)
    written = f"-{Path(options.model).stem}" if options.model else ""
    out = Path(options.out or f"eval-runs/{evalset.name}-{options.baseline or 'onrecord'}{written}")
    summary = runner.run_system(
        evalset,
        options.baseline or "onrecord",
        out,
        encoder=options.encoder,
        open_search=options.open,
        timeout=options.timeout,
        model=options.model,
        tell=runner.tell_terminal,
    )
    report.write(out, evalset)
    print(report.summary_text(summary))
    print(f"\nthe whole report: {out / 'report.html'}", file=sys.stderr)
