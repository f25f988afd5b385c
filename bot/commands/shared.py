"""What several commands share: how a command gets its parser, the options that mean the same in each, the library that
the options name, and tables."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.library import Library

DEFAULT_LIBRARY = "onrecord-library"
HELP_FORMATTER = argparse.RawDescriptionHelpFormatter
"""Keeps the lines of a description as they are written."""


class Commands:
    """The commands of a parser.  Each takes the options that name a library, `--library` and `--encoder`."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._parsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
        self._library = argparse.ArgumentParser(add_help=False)
        self._library.add_argument(
            "--library", metavar="FOLDER", help=f"the library folder (default: ./{DEFAULT_LIBRARY})"
        )
        self._library.add_argument(
            "--encoder",
            metavar="NAME",
            help="onrecord-speech, onrecord-fast (for thousands of hours of talk), all-MiniLM-L6-v2, or a "
            "sentence-transformers model by name or path (default: the library's; onrecord-speech for a new one)",
        )

    def add(
        self, name: str, run: Callable[[argparse.Namespace], None], summary: str, more: str = ""
    ) -> argparse.ArgumentParser:
        """The parser of one more command, after those that were added before.  `summary` is its line in the list of
        commands, `more` what its own help says besides; `run` is called with its options.
        """
        parser = self._parsers.add_parser(
            name,
            parents=[self._library],
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.\n\n{more}".strip(),
            formatter_class=HELP_FORMATTER,
        )
        parser.set_defaults(run=run)
        return parser


def add_transcripts_option(parser: argparse.ArgumentParser) -> None:
    """`--in`, as often as one likes: `options.transcripts`, ids; empty for all."""
    parser.add_argument("--in", dest="transcripts", metavar="ID", action="append", default=[], help="only in this one")


def add_speaker_option(parser: argparse.ArgumentParser) -> None:
    """`--speaker`: `options.speaker`, None for everybody."""
    parser.add_argument("--speaker", metavar="NAME", help="only what this speaker says; a first name will do")


def add_model_option(parser: argparse.ArgumentParser) -> None:
    """`--model`: `options.model`, None for what ONRECORD_MODEL says."""
    parser.add_argument("--model", metavar="MODEL", help="a language model that writes the answer; `none` for none")


def open_library(options: argparse.Namespace) -> Library:
    """The library that the options name, else the environment, else the default one."""
    from bot.library import Library

    folder = options.library or os.environ.get("ONRECORD_LIBRARY") or DEFAULT_LIBRARY
    return Library.open(folder, encoder=options.encoder)


def open_to_search(options: argparse.Namespace) -> Library:
    """The library, for commands that search it or add to it: says where its encoder is no longer the default."""
    library = open_library(options)
    if said := library.older_encoder:
        print(said, file=sys.stderr)
    return library


def table(head: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> str:
    """Columns two spaces apart; `left` are those that hold words, the others are numbers."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(w) if at in left else cell.rjust(w) for at, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in (head, *rows)
    ]
    return "\n".join(line.rstrip() for line in lines)
