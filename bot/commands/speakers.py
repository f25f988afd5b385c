"""`onrecord speakers`, `rename` and `merge`: who speaks, and who they are."""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.commands.shared import Commands, add_transcripts_option, open_library
from bot.words.phrases import listed

if TYPE_CHECKING:
    from bot.counts.roster import SpeakerRecord
    from bot.speakers.registry import Renamed

_SPEAKERS_MORE = """\
Equal names in several transcripts are one person.  Labels that a machine made (SPEAKER_00, Speaker 1) are not: each is
somebody of its own transcript, until `onrecord rename` says who."""

_RENAME_MORE = """\
The name holds from the next question on, everywhere; the file stays as it is and nothing is indexed again.  Renaming to
the label itself undoes it."""

_MERGE_MORE = """\
  onrecord merge "Ana Silva" "A. Silva" ANA"""

_NAMED_TRANSCRIPTS = 4  # ids that are shown of a speaker's transcripts


def add_speakers_parser(commands: Commands) -> None:
    """The command `speakers` and its options."""
    parser = commands.add(
        "speakers", run_speakers, "list who speaks, with words, talk time and sample lines", _SPEAKERS_MORE
    )
    add_transcripts_option(parser)
    parser.add_argument("--json", action="store_true", help="as JSON, one speaker a line")


def run_speakers(options: argparse.Namespace) -> None:
    """Each speaker, and which of them may be one person."""
    from bot.counts.roster import perhaps_one

    library = open_library(options)
    library.need_transcripts()
    records = library.speaker_records(options.transcripts)
    if options.json:
        for record in records:
            print(json.dumps(record.as_dict(), ensure_ascii=False))
        return
    width = min(40, max(len(record.name) for record in records))
    print("\n\n".join(_speaker_text(record, width) for record in records))
    for names in perhaps_one(record.name for record in records):
        print(f"\nperhaps one person: {', '.join(names)}\n    {_command('merge', *names)}")


def _speaker_text(record: SpeakerRecord, width: int) -> str:
    from bot.words.phrases import clock

    counts = [f"{record.words:,} words", f"{record.turns:,} turn{'' if record.turns == 1 else 's'}"]
    if record.seconds is not None:
        counts.append(f"{clock(record.seconds)} of talk")
    lines = [f"{record.name:<{width}}  {', '.join(counts)}; in {listed(record.transcripts, _NAMED_TRANSCRIPTS)}"]
    renamed = [f"{label} in {id}" for id, label in record.labels if label != record.name and not record.nameless]
    if renamed:
        lines.append(f"    in the file: {listed(renamed, _NAMED_TRANSCRIPTS)}")
    lines += [f"    “{quote.text}” ({quote.source}, {quote.place})" for quote in record.samples]
    if record.nameless:
        lines.append(f"    who is it?  {_command('rename', *record.labels[0], 'NAME')}")
    return "\n".join(lines)


def _command(name: str, *arguments: str) -> str:
    """A command to type.  Labels are anybody's text, so they are quoted for the shell."""
    return f"onrecord {name} {shlex.join(arguments)}"


def add_rename_parser(commands: Commands) -> None:
    """The command `rename` and its options."""
    parser = commands.add("rename", run_rename, "say who a label of a transcript is", _RENAME_MORE)
    parser.add_argument("id", metavar="ID")
    parser.add_argument("label", metavar="LABEL", help="what the file calls the speaker, or what they are called now")
    parser.add_argument("name", metavar="NAME")


def run_rename(options: argparse.Namespace) -> None:
    """Give a speaker of one transcript a name, and say what changed."""
    _tell_renamed(open_library(options).rename(options.id, options.label, options.name))


def add_merge_parser(commands: Commands) -> None:
    """The command `merge` and its options."""
    parser = commands.add(
        "merge", run_merge, "say that several speakers are one person, in all transcripts", _MERGE_MORE
    )
    parser.add_argument("name", metavar="NAME", help="what the person is called from now on")
    parser.add_argument("others", nargs="+", metavar="SPEAKER", help="a name as `onrecord speakers` shows it")


def run_merge(options: argparse.Namespace) -> None:
    """Give several speakers one name, and say what changed."""
    _tell_renamed(open_library(options).merge(options.name, *options.others))


def _tell_renamed(changes: Sequence[Renamed]) -> None:
    for change in changes:
        of_file = f" (in the file: {change.label})" if change.label not in (change.before, change.after) else ""
        print(f"{change.transcript}: {change.before} is {change.after} now{of_file}")
    if not changes:
        print("nothing to change: that is what they are called")
