"""`onrecord mentions`: every place where words are said, counted."""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from typing import TYPE_CHECKING

from bot.commands.shared import Commands, add_speaker_option, add_transcripts_option, open_library, table
from bot.words.phrases import plural

if TYPE_CHECKING:
    from bot.counts.mentioning import Mentions

MORE = """\
Reads every turn, so nothing is left out.  "silo" finds "silos" too; several words are a phrase, said one after another
in one turn; "rain tank | water butt" finds either.  With --exact only the words as written, in capitals or not.

In order of the dates in the names of the files; transcripts without a date come last, in the library's order."""


def add_parser(commands: Commands) -> None:
    """The command and its options."""
    parser = commands.add("mentions", run, "find and count every place where words are said", MORE)
    parser.add_argument("words", metavar="WORDS")
    add_speaker_option(parser)
    add_transcripts_option(parser)
    parser.add_argument("--exact", action="store_true", help="the words as written, not other forms of them")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="counts and places as JSON")
    shape.add_argument("--csv", action="store_true", help="the places as CSV, one a row")


def run(options: argparse.Namespace) -> None:
    """The counts, and below them the places."""
    from bot.counts.mentioning import mentions, mentions_csv

    library = open_library(options)
    found = mentions(options.words, library, options.speaker, options.transcripts, options.exact)
    if options.json:
        print(json.dumps(found.as_dict(), ensure_ascii=False, indent=1))
    elif options.csv:
        sys.stdout.write(mentions_csv(found))
        _tell_doubted(found.count - len(found.in_source))
    else:
        print(_count_text(found))
        _print_places(found)


def _count_text(found: Mentions) -> str:
    """How often, by whom and where; without the places."""
    if not found.first or not found.last:
        return found.summary
    parts = [
        found.summary,
        f"as: {found.counted}",
        f"first: {found.first.quote.where()}\nlast: {found.last.quote.where()}",
        table(
            ("speaker", "times", "words", "per 1,000"),
            [
                (speaker, f"{count:,}", f"{found.spoken[speaker]:,}", f"{found.per_thousand[speaker]:.2f}")
                for speaker, count in found.by_speaker.items()
            ],
        ),
    ]
    if len(found.transcripts) > 1:
        dates = {mention.transcript: mention.date for mention in found.mentions}
        rows = [(id, str(dates[id] or "—"), f"{count:,}") for id, count in found.by_transcript.items()]
        parts.append(table(("transcript", "date", "times"), rows))
        if found.order_note:
            parts.append(found.order_note)
    return "\n\n".join(parts)


def _print_places(found: Mentions) -> None:
    """Every sentence once, however often it has the words."""
    places = [list(same) for _, same in itertools.groupby(found.mentions, key=lambda mention: mention.quote)]
    doubted = 0
    for place in places:
        if place[0].in_source:
            often = f" ({len(place)} times)" if len(place) > 1 else ""
            doubt = place[0].quote.attribution.doubt
            note = f" (note: {doubt})" if doubt else ""
            print(f"\n“{place[0].quote.text}”\n— {place[0].quote.where()}{often}{note}")
        else:
            doubted += len(place)
    _tell_doubted(doubted)


def _tell_doubted(count: int) -> None:
    if count:
        print(f"{plural(count, 'time')} the words were not found again in the file itself: not shown", file=sys.stderr)
