"""`onrecord speakers`, `rename`, `merge` and `label`: who speaks, who they are, and where."""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.commands.shared import Commands, add_transcripts_option, open_library, open_to_search
from bot.errors import OnRecordError
from bot.words.phrases import join_names, listed, plural

if TYPE_CHECKING:
    from bot.counts.roster import SpeakerRecord
    from bot.speakers.registry import Renamed
    from bot.store.store import Relabelled

_SPEAKERS_MORE = """\
Equal names in several transcripts are one person.  Labels that a machine made (SPEAKER_00, Speaker 1) are not: each is
somebody of its own transcript, until `onrecord rename` says who."""

_RENAME_MORE = """\
The name holds from the next question on, everywhere; the file stays as it is and nothing is indexed again.  Renaming to
the label itself undoes it."""

_MERGE_MORE = """\
  onrecord merge "Ana Silva" "A. Silva" ANA"""

_LABEL_MORE = """\
  onrecord label minutes 120-134 "Ana Silva"
  onrecord label call "segments[12]" --nobody
  onrecord label minutes --undo

LINES are lines of the file (`onrecord show ID --lines A-B` prints them), or an item as quotes cite it.  What stands on
one line, or in one caption or paragraph, is one person's.  It is kept beside the file, which stays as it is; adding the
file again keeps it.  Only this transcript is indexed again, and the next question is answered from it."""

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
    beside = (entry.speakers for entry in library.entries_of(options.transcripts))
    for names in perhaps_one((record.name for record in records), beside):
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


def add_label_parser(commands: Commands) -> None:
    """The command `label` and its options."""
    parser = commands.add("label", run_label, "say who speaks at a place of a transcript", _LABEL_MORE)
    parser.add_argument("id", metavar="ID")
    parser.add_argument("place", nargs="?", metavar="LINES", help='"120-134", or an item as cited: "segments[12]"')
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="who speaks there, whether or not they are named elsewhere"
    )
    parser.add_argument("--nobody", action="store_true", help="in place of NAME: it is not known who speaks")
    parser.add_argument("--undo", action="store_true", help="take back what was said last of this transcript")


def run_label(options: argparse.Namespace) -> None:
    """Say who speaks somewhere, or take that back, and say what changed."""
    if options.undo:
        if options.place or options.nobody:
            raise OnRecordError(
                "--undo takes back what was said last of the transcript; name nothing but its ID with it"
            )
        _tell_labelled(open_to_search(options).unlabel(options.id))
        return
    if not options.place or (options.name is None) == (not options.nobody):
        raise OnRecordError("say where and who: `onrecord label ID LINES NAME`, or --nobody in place of NAME")
    _tell_labelled(open_to_search(options).label(options.id, options.place, options.name))


def _tell_labelled(change: Relabelled) -> None:
    who, before = (join_names(names) if names else "nobody" for names in (change.after, change.before))
    print(f"{change.transcript}, {change.place}: {who} ({plural(change.words, 'word')}, before: {before})")
