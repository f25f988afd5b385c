"""`onrecord reindex` and `doctor`: the encoder of a library and its indexes."""

from __future__ import annotations

import argparse
import sys

from bot.commands.progress import Meter
from bot.commands.shared import Commands, open_library, open_to_search
from bot.words.phrases import plural

_REINDEX_MORE = """\
Without --encoder, with the one that the library was made with.  Transcripts, names and dates stay as they are; whoever
asks meanwhile gets the old indexes."""


def add_reindex_parser(commands: Commands) -> None:
    """The command `reindex`, which has no options of its own."""
    commands.add(
        "reindex", run_reindex, "build the indexes anew, with --encoder another one if you like", _REINDEX_MORE
    )


def run_reindex(options: argparse.Namespace) -> None:
    """Index every transcript again, and say with which encoder."""
    library = open_library(options)
    library.reindex(options.encoder, Meter([0] * len(library.entries), sys.stderr).chunks)
    print(f"reindexed {len(library.entries)} transcripts with {library.encoder.name}")


def add_doctor_parser(commands: Commands) -> None:
    """The command `doctor`, which has no options of its own."""
    commands.add("doctor", run_doctor, "say which encoder the library has, and whether it can be asked")


def run_doctor(options: argparse.Namespace) -> None:
    """Load the encoder and open the indexes, saying what works; the first thing that does not is the error."""
    from embeddings.encoder import BUNDLED

    library = open_to_search(options)
    print(f"library   {library.folder}: {plural(len(library.entries), 'transcript')}")
    print(f"encoder   {library.encoder_name} (the default is {BUNDLED})", flush=True)
    encoder = library.encoder  # an error says what is wrong
    print(f"          loads: {encoder.dimension} dimensions, {encoder.max_tokens} tokens at most")
    if library.entries:
        with library.searching() as indexes:
            print(f"index     opens: {indexes.folder}")
