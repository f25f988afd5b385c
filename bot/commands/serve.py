"""`onrecord serve`: the page, on this machine only."""

from __future__ import annotations

import argparse

from bot.commands.shared import Commands, add_model_option, open_to_search

SAMPLE_QUESTIONS = {
    "harbour-lights-ferry.txt": "How many days was the ferry cancelled last winter?",
    "allotment-committee.txt": "What did Desmond say about the rain tanks?",
    "night-shift-radio.vtt": "How far away is Corley Vale?",
}
"""Questions that the page offers, by the sample that they are about."""


def add_parser(commands: Commands) -> None:
    """The command and its options."""
    parser = commands.add("serve", run, "open the chat window on 127.0.0.1")
    parser.add_argument("--port", type=_port, default=7860, help="default: 7860")
    parser.add_argument("--open", action="store_true", help="open the page in a browser")
    add_model_option(parser)


def run(options: argparse.Namespace) -> None:
    """Serve the library until it is interrupted; a sample that is in it brings a question to begin with."""
    from ui.app import launch

    library = open_to_search(options)
    offered = [
        question for sample, question in SAMPLE_QUESTIONS.items() if any(e.source == sample for e in library.entries)
    ]
    launch(library, port=options.port, examples=offered, open_browser=options.open, model=options.model)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; a number from 1 to 65535 was expected")
    return int(text)
