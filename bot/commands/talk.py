"""`onrecord talk`: who talks how much."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.commands.shared import Commands, add_transcripts_option, open_library, table
from bot.words.phrases import plural

if TYPE_CHECKING:
    from bot.transcripts.talk import Talk

MORE = """\
Words, turns, questions (places with question marks), the longest turn, and the time where the file says when each
caption or turn begins."""


def add_parser(commands: Commands) -> None:
    """The command and its options."""
    parser = commands.add("talk", run, "tell who talks how much", MORE)
    add_transcripts_option(parser)
    parser.add_argument("--each", action="store_true", help="a table for each transcript besides")
    parser.add_argument("--json", action="store_true", help="as JSON, in all and by transcript")


def run(options: argparse.Namespace) -> None:
    """A table of the speakers, who says most words first."""
    from bot.counts.talking import talk_time

    spoken = talk_time(open_library(options), options.transcripts)
    if options.json:
        print(json.dumps(spoken.as_dict(), ensure_ascii=False, indent=1))
        return
    print(_talk_table(spoken.speakers))
    for id, talks in spoken.by_transcript.items() if options.each else ():
        print(f"\n{id}\n{_talk_table(talks)}")


def _talk_table(talks: Sequence[Talk]) -> str:
    from bot.words.phrases import clock

    rows = [
        (
            talk.speaker,
            f"{talk.words:,}",
            f"{talk.share:.1%}",
            f"{talk.turns:,}",
            f"{talk.questions:,}",
            "—" if talk.seconds is None else clock(talk.seconds),
            f"{plural(talk.longest.words, 'word')}, {talk.longest.transcript}, {talk.longest.place}",
        )
        for talk in talks
    ]
    spoken = table(("speaker", "words", "share", "turns", "questions", "time", "longest turn"), rows, left=(0, 6))
    untimed, turns = sum(talk.untimed for talk in talks), sum(talk.turns for talk in talks)
    return f"{spoken}\n\n{untimed:,} of {turns:,} turns have no times" if untimed else spoken
