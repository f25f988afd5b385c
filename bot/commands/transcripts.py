"""`onrecord list`, `show`, `edit` and `remove`: the transcripts of a library."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from bot.commands.shared import Commands, open_library
from bot.errors import LibraryError, OnRecordError
from bot.words.phrases import plural

if TYPE_CHECKING:
    from bot.library import Library
    from bot.store.manifest import Entry
    from bot.transcripts.transcript import Transcript

_EDIT_MORE = """\
Without a date given, the one in the name of the file or the title counts (2025-03-17 minutes.txt)."""


def add_list_parser(commands: Commands) -> None:
    """The command `list` and its options."""
    parser = commands.add("list", run_list, "list the transcripts in the library")
    parser.add_argument("--json", action="store_true", help="as JSON, one transcript a line")


def run_list(options: argparse.Namespace) -> None:
    """Each transcript in a line; on stderr what to do where there is none."""
    library = open_library(options)
    for entry in library.entries:
        if options.json:
            fields = ("id", "title", "source", "words", "utterances", "speakers", "sha256", "language")
            date = {"date": entry.date and entry.date.isoformat()}
            print(json.dumps({name: getattr(entry, name) for name in fields} | date, ensure_ascii=False))
        else:
            about = "".join(f"{part}, " for part in _title_and_date(entry))
            size = f"{plural(entry.words, 'word')}, {plural(entry.utterances, 'turn')}"
            print(f"{entry.id}  {about}{size}: {', '.join(entry.speakers)}")
    if not library.entries:
        print(f"the library {library.folder} has no transcripts; add some with `onrecord add FILE`", file=sys.stderr)


def _title_and_date(entry: Entry) -> list[str]:
    """The title, where it says more than the id, and the date, where it is known."""
    from bot.transcripts.formats import slug

    title = [f"“{entry.title}”"] if slug(entry.title) != entry.id else []
    return [*title, *([entry.date.isoformat()] if entry.date else []), *([entry.language] if entry.language else [])]


def add_show_parser(commands: Commands) -> None:
    """The command `show` and its options."""
    parser = commands.add("show", run_show, "show a transcript, or lines of its original file")
    parser.add_argument("id", metavar="ID")
    parser.add_argument("--report", action="store_true", help="show how the file was read, and what was left out")
    parser.add_argument("--json", action="store_true", help="with --report: as JSON")
    parser.add_argument("--lines", metavar="A-B", help="print these lines of the original file, as they are")


def run_show(options: argparse.Namespace) -> None:
    """The report, lines of the file, or the transcript as it was read with what was left out."""
    library = open_library(options)
    if options.json and not options.report:
        raise OnRecordError("--json shows a report; add --report")
    if options.report:
        report = library.report(options.id)
        print(json.dumps(report.as_dict(), ensure_ascii=False) if options.json else "\n".join(report.whole()))
        return
    if options.lines:
        print("\n".join(_source_lines(library, options.id, options.lines)))
        return
    transcript = library.transcript(options.id)
    date = library.entry(options.id).date
    about = "".join(f", {part}" for part in (date and date.isoformat(), transcript.language) if part)
    print(f"{transcript.title}  ({transcript.source}, {transcript.words:,} words{about})\n")
    for utterance in transcript.utterances:
        doubt = f" (doubtful: {utterance.doubt})" if utterance.doubtful else ""
        print(f"[{utterance.place}] {utterance.speaker}{doubt}: {utterance.text}\n")
    _print_unspoken(transcript)


def _print_unspoken(transcript: Transcript) -> None:
    from bot.transcripts.formats.exported_json import AGAIN
    from bot.transcripts.transcript import BLANK

    # What only says the same again would be the whole transcript once more; --report has it.
    left_out = [item for item in transcript.report.unspoken if item.reason not in (BLANK, *AGAIN)]
    if left_out:
        print("Left out:")
    for item in left_out:
        print(f"[{item.place}] {item.reason}: {item.text}")


def _source_lines(library: Library, id: str, wanted: str) -> list[str]:
    from bot.transcripts.formats.text import decode, split_lines

    entry = library.entry(id)
    unit = library.transcript(id).report.unit
    if unit != "line":
        raise LibraryError(f"the places of {entry.source} are {unit}s, not lines; `onrecord show {id}` names each")
    lines = split_lines(decode(library.source(entry.group)))
    first, _, last = wanted.partition("-")
    if (
        not first.isdecimal()
        or not (last or first).isdecimal()
        or not 1 <= int(first) <= int(last or first) <= len(lines)
    ):
        raise LibraryError(f"--lines {wanted}: expected A-B within 1-{len(lines)}, the lines of this file")
    return [f"{number:>6}  {lines[number - 1]}" for number in range(int(first), int(last or first) + 1)]


def add_edit_parser(commands: Commands) -> None:
    """The command `edit` and its options."""
    parser = commands.add("edit", run_edit, "give a transcript a title or the date of its recording", _EDIT_MORE)
    parser.add_argument("id", metavar="ID")
    parser.add_argument("--title", metavar="TITLE", help="one line; '' takes back the file's own")
    parser.add_argument("--date", metavar="DATE", help="YYYY-MM-DD; `none` takes back what was given")


def run_edit(options: argparse.Namespace) -> None:
    """Change the title, the date or both, and say what they are now."""
    if options.title is None and options.date is None:
        raise OnRecordError("nothing to edit; give --title TITLE or --date YYYY-MM-DD")
    date = "" if options.date == "none" else options.date
    entry = open_library(options).edit(options.id, title=options.title, date=date)
    print(f"{entry.id}: “{entry.title}”, {entry.date.isoformat() if entry.date else 'no date'}")


def add_remove_parser(commands: Commands) -> None:
    """The command `remove` and its options."""
    parser = commands.add("remove", run_remove, "take a transcript out of the library")
    parser.add_argument("id", metavar="ID")


def run_remove(options: argparse.Namespace) -> None:
    """Take the transcript out; the file that it was read from stays where it is."""
    entry = open_library(options).remove(options.id)
    print(f"removed {entry.id}")
