"""The command line.  The composition root: heavy parts are imported inside the commands that need them, so that
`onrecord --help` answers at once.

stdout is the answer, stderr is progress.  Exit 0: done; 1: a one-line error that says what to do; 2: usage.
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
import os
import shlex
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.commands import terminal
from bot.commands.progress import Meter
from bot.errors import LibraryError, OnRecordError
from bot.words.phrases import listed, plural

if TYPE_CHECKING:
    from bot.counts.mentioning import Mentions
    from bot.counts.roster import SpeakerRecord
    from bot.library import Library
    from bot.quotes.quoting import Quote
    from bot.speakers.registry import Renamed
    from bot.store.manifest import Entry
    from bot.store.reports import Added
    from bot.transcripts.finding import Found
    from bot.transcripts.talk import Talk
    from bot.transcripts.transcript import Transcript
    from bot.verifying.article import ArticleReport
    from bot.verifying.verification import Verification

DEFAULT_LIBRARY = "onrecord-library"

_DESCRIPTION = """\
Ask your transcripts. Get the answer in the speakers' own words, with receipts.

  onrecord add interview.txt          take a transcript into the library
  onrecord ask "Who chairs the panel?"
  onrecord serve                      the same in a chat window, on this machine only

Nothing leaves this machine, and no key, GPU or network is needed, unless you name a language model elsewhere."""

_EPILOG = f"""\
The library is a folder: --library, else the environment variable ONRECORD_LIBRARY, else ./{DEFAULT_LIBRARY}.
The language model is --model, else the environment variable ONRECORD_MODEL, else none: quotes are the answer.
Exit status: 0 done, 1 an error in one line that says what to do, 2 wrong usage."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status."""
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a character still gets the rest
    # The encoder comes with the installation.  No library underneath may look for another on a model hub, or send
    # usage statistics; who wants a hub's model sets these variables to 0.
    for switch in ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        os.environ.setdefault(switch, "1")
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    try:
        options.run(options)
        sys.stdout.flush()
    except OnRecordError as error:
        print(f"onrecord: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # `onrecord show ID | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    except OSError as error:  # a full disk, a folder without permission: whatever the system says, in one line
        print(f"onrecord: {error.filename or 'the system'}: {error.strerror or error}; check it", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("onrecord", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=raw)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--library", metavar="FOLDER", help=f"the library folder (default: ./{DEFAULT_LIBRARY})")
    shared.add_argument(
        "--encoder",
        metavar="NAME",
        help="onrecord-speech, onrecord-fast (for thousands of hours of talk), all-MiniLM-L6-v2, or a "
        "sentence-transformers model by name or path (default: the library's; onrecord-speech for a new one)",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: object, summary: str, more: str = "") -> argparse.ArgumentParser:
        made = commands.add_parser(
            name, parents=[shared], help=summary, description=f"{summary[0].upper()}{summary[1:]}.\n\n{more}".strip(),
            formatter_class=raw,
        )  # fmt: skip
        made.set_defaults(run=run)
        return made

    def narrowed(made: argparse.ArgumentParser) -> None:
        made.add_argument(
            "--in", dest="transcripts", metavar="ID", action="append", default=[], help="only in this one"
        )

    add = command("add", _add, "add transcripts: files, folders or globs", _ADD_MORE)
    add.add_argument("files", nargs="*", metavar="FILE|FOLDER")
    add.add_argument("--format", metavar="KEY", help=f"read all as this format: {_FORMAT_KEYS}")
    add.add_argument("--language", metavar="CODE", help="the language of all of them, such as de; else it is noticed")
    add.add_argument("--dry-run", action="store_true", help="show the reports, and add nothing")
    add.add_argument("--verbose", action="store_true", help="show the whole reports, every place that was left out")
    add.add_argument("--samples", action="store_true", help="add the three invented transcripts that come with it")

    listing = command("list", _list, "list the transcripts in the library")
    listing.add_argument("--json", action="store_true", help="as JSON, one transcript a line")

    show = command("show", _show, "show a transcript, or lines of its original file")
    show.add_argument("id", metavar="ID")
    show.add_argument("--report", action="store_true", help="show how the file was read, and what was left out")
    show.add_argument("--json", action="store_true", help="with --report: as JSON")
    show.add_argument("--lines", metavar="A-B", help="print these lines of the original file, as they are")

    speakers = command("speakers", _speakers, "list who speaks, with words, talk time and sample lines", _SPEAKERS_MORE)
    narrowed(speakers)
    speakers.add_argument("--json", action="store_true", help="as JSON, one speaker a line")

    rename = command("rename", _rename, "say who a label of a transcript is", _RENAME_MORE)
    rename.add_argument("id", metavar="ID")
    rename.add_argument("label", metavar="LABEL", help="what the file calls the speaker, or what they are called now")
    rename.add_argument("name", metavar="NAME")

    merge = command("merge", _merge, "say that several speakers are one person, in all transcripts", _MERGE_MORE)
    merge.add_argument("name", metavar="NAME", help="what the person is called from now on")
    merge.add_argument("others", nargs="+", metavar="SPEAKER", help="a name as `onrecord speakers` shows it")

    edit = command("edit", _edit, "give a transcript a title or the date of its recording", _EDIT_MORE)
    edit.add_argument("id", metavar="ID")
    edit.add_argument("--title", metavar="TITLE", help="one line; '' takes back the file's own")
    edit.add_argument("--date", metavar="DATE", help="YYYY-MM-DD; `none` takes back what was given")

    remove = command("remove", _remove, "take a transcript out of the library")
    remove.add_argument("id", metavar="ID")

    command("reindex", _reindex, "build the indexes anew, with --encoder another one if you like", _REINDEX_MORE)

    command("doctor", _doctor, "say which encoder the library has, and whether it can be asked")

    def asking(made: argparse.ArgumentParser) -> None:
        made.add_argument("--speaker", metavar="NAME", help="only what this speaker says; a first name will do")
        narrowed(made)
        made.add_argument(
            "--no-filters",
            action="store_true",
            help="search everything, whomever and whichever transcript the question names",
        )
        written(made)

    def written(made: argparse.ArgumentParser) -> None:
        made.add_argument("--model", metavar="MODEL", help="a language model that writes the answer; `none` for none")

    ask = command("ask", _ask, "ask a question; the answer is verbatim quotes", _ASK_MORE)
    ask.add_argument("question", metavar="QUESTION")
    asking(ask)
    ask.add_argument("--json", action="store_true", help="the whole answer as JSON")

    chatting = command("chat", _chat, "hold a conversation in the terminal", _CHAT_MORE)
    asking(chatting)

    verify = command("verify", _verify, "say whether a quote is exact, by whom it is said, and where", _VERIFY_MORE)
    verify.add_argument("quote", nargs="?", metavar="QUOTE")
    verify.add_argument("--file", metavar="ARTICLE", help="every quotation of an article; - reads standard input")
    verify.add_argument("--speaker", metavar="NAME", help="the speaker to whom the quote is ascribed")
    narrowed(verify)
    verify.add_argument("--json", action="store_true", help="as JSON")

    counting = command("mentions", _mentions, "find and count every place where words are said", _MENTIONS_MORE)
    counting.add_argument("words", metavar="WORDS")
    counting.add_argument("--speaker", metavar="NAME", help="only what this speaker says; a first name will do")
    narrowed(counting)
    counting.add_argument("--exact", action="store_true", help="the words as written, not other forms of them")
    shape = counting.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="counts and places as JSON")
    shape.add_argument("--csv", action="store_true", help="the places as CSV, one a row")

    talk = command("talk", _talk, "tell who talks how much", _TALK_MORE)
    narrowed(talk)
    talk.add_argument("--each", action="store_true", help="a table for each transcript besides")
    talk.add_argument("--json", action="store_true", help="as JSON, in all and by transcript")

    evaluate = command("eval", _eval, "run an evaluation set: how good are the answers?", _EVAL_MORE)
    evaluate.add_argument("set", nargs="?", metavar="SET", help='a folder, or "samples", the packaged set')
    evaluate.add_argument("--out", metavar="RUN", help="the run folder (default: eval-runs/SET-SYSTEM)")
    evaluate.add_argument(
        "--baseline", choices=["stock", "bm25"], help="run LangChain's tutorial recipe, or plain BM25"
    )
    evaluate.add_argument("--open", action="store_true", help="search the whole set rather than the named files")
    evaluate.add_argument("--limit", type=int, metavar="N", help="ask N of them, chosen by a hash of their ids")
    written(evaluate)
    evaluate.add_argument("--timeout", type=float, default=120.0, metavar="S", help="seconds a question (default: 120)")
    evaluate.add_argument("--new", metavar="FOLDER", help="write a commented starter set from the library")
    evaluate.add_argument("--compare", nargs=2, metavar="RUN", help="what changed from one run to another")

    serve = command("serve", _serve, "open the chat window on 127.0.0.1")
    serve.add_argument("--port", type=_port, default=7860, help="default: 7860")
    serve.add_argument("--open", action="store_true", help="open the page in a browser")
    written(serve)
    return parser


# Written out, since the readers take a while to import; a test holds it to them.
_FORMAT_KEYS = (
    "vtt, srt, html, docx, podcast-json, openai-diarized, assemblyai, deepgram, rev, aws, "
    "fireflies, gong, read-ai, oyez, whisper, json, hearing, labelled"
)

_ADD_MORE = """\
Takes files, folders, patterns ("talks/**/*.vtt") and podcast feeds, which name the transcripts beside them and tell
their titles and dates.  Reads labelled text, WebVTT, SubRip, the JSON of transcription services and podcast hosts, HTML
and Word; the format is told by the content, then by the suffix, unless --format says it.

A file that is already there changes nothing; a changed file takes the place of its old self.  Says for each file what
was left out, and why.  A file that cannot be read stops no other; the last line names it, and the exit status is 1."""

_SPEAKERS_MORE = """\
Equal names in several transcripts are one person.  Labels that a machine made (SPEAKER_00, Speaker 1) are not: each is
somebody of its own transcript, until `onrecord rename` says who."""

_RENAME_MORE = """\
The name holds from the next question on, everywhere; the file stays as it is and nothing is indexed again.  Renaming to
the label itself undoes it."""

_MERGE_MORE = """\
  onrecord merge "Ana Silva" "A. Silva" ANA"""

_EDIT_MORE = """\
Without a date given, the one in the name of the file or the title counts (2025-03-17 minutes.txt)."""

_REINDEX_MORE = """\
Without --encoder, with the one that the library was made with.  Transcripts, names and dates stay as they are; whoever
asks meanwhile gets the old indexes."""

_ASK_MORE = """\
The answer is made of the speakers' own words, each with speaker, file and lines, or a refusal when the transcripts do
not say. "What did Jenny say about …" looks only at what Jenny says, "in the May meeting" only at what was recorded
then; --no-filters searches everything.

Beside facts it answers "how often did Tom mention …", "who first said …" and "who talked most?" by counting; puts the
sides of "do Ana and Tom agree about …?" side by side; and shows another figure or the opposite beside a quote.

With --model or ONRECORD_MODEL a language model writes the answer: a GGUF file, the URL of an OpenAI-compatible server
(http://127.0.0.1:8080/v1#NAME), or what LangChain knows (openai:NAME, anthropic:NAME, ollama:NAME).  Each sentence is
checked against the quotes that it cites; what does not stand is marked [unverified]."""

_CHAT_MORE = f"""\
A question may lean on those before it ("Why?", "And what did Tom say?"); how it was read is shown, and can be edited.

{terminal.COMMANDS}"""

_VERIFY_MORE = """\
The words must stand in one turn, exactly.  What may differ: white space and line ends; curly or straight quotation
marks and apostrophes; hyphens and dashes of any length; "…" or "..."; how accents and ligatures are encoded; whether
the first letter is a capital; a comma or full stop at the very end.  A changed word, number or negation is never found,
however near: the nearest places are shown, [-what the quote says-] {+what the record says+}.  An ellipsis or brackets
that the record does not have say that words were left out: such a quote is not found, and its parts are looked for.

--file checks every quotation of three words or more in an article (plain text or Markdown, in UTF-8) and says for each
its line and status.  Where the sentence names one of the speakers as saying it, by a whole name or a surname that is
nobody else's, the quotation must be that speaker's; --speaker ascribes all others.

Exit status 0 whatever is found: the statuses and the summary tell."""

_MENTIONS_MORE = """\
Reads every turn, so nothing is left out.  "silo" finds "silos" too; several words are a phrase, said one after another
in one turn; "rain tank | water butt" finds either.  With --exact only the words as written, in capitals or not.

In order of the dates in the names of the files; transcripts without a date come last, in the library's order."""

_TALK_MORE = """\
Words, turns, questions (places with question marks), the longest turn, and the time where the file says when each
caption or turn begins."""

_EVAL_MORE = """\
A set is a folder of transcripts and questions with the lines that answer them; `--new` writes one to start from, and
docs/evaluation.md explains it.  The run folder gets every result, a summary, and report.html.  A run that was stopped
goes on when it is started again."""


def _open(options: argparse.Namespace) -> Library:
    from bot.library import Library

    folder = options.library or os.environ.get("ONRECORD_LIBRARY") or DEFAULT_LIBRARY
    return Library.open(folder, encoder=options.encoder)


def _open_to_search(options: argparse.Namespace) -> Library:
    """The library, for commands that search it or add to it: says where its encoder is no longer the default."""
    library = _open(options)
    if said := library.older_encoder:
        print(said, file=sys.stderr)
    return library


def _add(options: argparse.Namespace) -> None:
    if not options.files and not options.samples:
        raise OnRecordError("nothing to add; name a transcript file or a folder of them, or use --samples")
    from bot.transcripts.finding import Found, find

    library = _open(options) if options.dry_run else _open_to_search(options)
    found = find(options.files) if options.files else Found(())
    if options.dry_run and options.samples:
        raise OnRecordError("--dry-run reads files; leave --samples out")
    if options.dry_run:
        _tell_summary(_dry_run(found, options), found, library)
        return
    meter = Meter([_size(source.path) for source in found.files], sys.stderr)
    files = list(library.add_samples(meter.chunks).files) if options.samples else []

    def tell(file: Added) -> None:
        meter.file_done()
        meter.clear()
        _tell_file(file, found, options)

    for file in files:
        print(_describe(file, options.verbose))
    given = {"format": options.format, "language": options.language}
    files += library.add_found(found, meter.chunks, tell=tell, **given).files
    meter.clear()
    _tell_summary(files, found, library)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # it is told when the file is read
        return 0


def _dry_run(found: Found, options: argparse.Namespace) -> list[Added]:
    """The reports of what would be added.  Reading is all there is to do, so all processors do it."""
    from concurrent.futures import ProcessPoolExecutor
    from functools import partial
    from multiprocessing import get_context

    from bot.store.adding import would_add
    from bot.store.reports import Added

    meter = Meter([_size(source.path) for source in found.files], sys.stderr)
    look = partial(would_add, format=options.format, language=options.language)
    files = [Added(name, "failed", error=error) for name, error in found.failed]
    for file in files:
        print(_describe(file, options.verbose))

    def tell(file: Added) -> None:
        files.append(file)
        meter.file_done()
        meter.clear()
        _tell_file(file, found, options)

    if len(found.files) < _FEW_FILES:
        for source in found.files:
            tell(look(source))
        return files
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for file in pool.map(look, found.files, chunksize=8):
            tell(file)
    return files


_FEW_FILES = 40  # that one process reads in the time in which others start


def _tell_file(file: Added, found: Found, options: argparse.Namespace) -> None:
    """What became of a file.  Raises OnRecordError where it is the only one and could not be added."""
    if found.alone and file.error:
        raise OnRecordError(file.error)
    print(_describe(file, options.verbose), flush=True)


def _describe(file: Added, verbose: bool = False) -> str:
    if file.report is None:
        return f"failed     {file.error}"
    name = file.entry.id if file.entry else file.source
    if file.outcome == "unchanged":
        return f"{file.outcome:<10} {name}: {file.report.counted}"
    first, *rest = file.report.whole() if verbose else file.report.short()
    return "\n".join([f"{file.outcome:<10} {name}: {first}", *(f"           {line}" for line in rest)])


def _tell_summary(files: Sequence[Added], found: Found, library: Library) -> None:
    """What became of the files, where there are several, and what is to be known of them.  Raises OnRecordError, naming
    them, where some could not be added."""
    if found.skipped:
        kinds = ", ".join(sorted({path.suffix or path.name for path in found.skipped}))
        print(f"passed over {plural(len(found.skipped), 'file')} of other kinds: {kinds}", file=sys.stderr)
    if found.absent:
        names = listed([f"“{title}”" for title in found.absent], _NAMED)
        episodes = plural(len(found.absent), "episode")
        print(f"{episodes} of the feed without a transcript beside it: {names}", file=sys.stderr)
    if len(files) > 1:
        counts = Counter(file.outcome for file in files)
        print(", ".join(f"{count:,} {outcome}" for outcome, count in counts.items()), file=sys.stderr)
    _tell_of_languages(files, library)
    failed = [file for file in files if file.outcome == "failed"]
    if failed:
        raise OnRecordError(
            f"{len(failed)} of {plural(len(files), 'file')} could not be added: "
            f"{listed([Path(file.source).name for file in failed], _NAMED)}; the reasons stand above"
        )


_NAMED = 5  # names in a line of a summary


def _tell_of_languages(files: Sequence[Added], library: Library) -> None:
    """What an encoder that knows only English means for transcripts in other languages."""
    from embeddings.lexical import ENGLISH, stemmer_of

    languages = (file.report.language for file in files if file.report)
    others = sorted({language for language in languages if language and stemmer_of(language) != ENGLISH})
    if not others:
        return
    from embeddings.encoder import knows_only_english

    if knows_only_english(library.encoder_name):
        print(
            f"the encoder {library.encoder_name} knows only English: in other languages ({', '.join(others)}) only "
            "the words of a question are found, and hardly what is said in other words; a multilingual encoder does "
            f"better: `onrecord reindex --encoder {MULTILINGUAL}` (a download; HF_HUB_OFFLINE=0 allows it)",
            file=sys.stderr,
        )


MULTILINGUAL = "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2"


def _list(options: argparse.Namespace) -> None:
    library = _open(options)
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


def _speakers(options: argparse.Namespace) -> None:
    from bot.counts.roster import perhaps_one

    library = _open(options)
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


_NAMED_TRANSCRIPTS = 4  # ids that are shown of a speaker's transcripts


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


def _rename(options: argparse.Namespace) -> None:
    _tell_renamed(_open(options).rename(options.id, options.label, options.name))


def _merge(options: argparse.Namespace) -> None:
    _tell_renamed(_open(options).merge(options.name, *options.others))


def _tell_renamed(changes: Sequence[Renamed]) -> None:
    for change in changes:
        of_file = f" (in the file: {change.label})" if change.label not in (change.before, change.after) else ""
        print(f"{change.transcript}: {change.before} is {change.after} now{of_file}")
    if not changes:
        print("nothing to change: that is what they are called")


def _edit(options: argparse.Namespace) -> None:
    if options.title is None and options.date is None:
        raise OnRecordError("nothing to edit; give --title TITLE or --date YYYY-MM-DD")
    date = "" if options.date == "none" else options.date
    entry = _open(options).edit(options.id, title=options.title, date=date)
    print(f"{entry.id}: “{entry.title}”, {entry.date.isoformat() if entry.date else 'no date'}")


def _show(options: argparse.Namespace) -> None:
    library = _open(options)
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
        print(f"[{utterance.place}] {utterance.speaker}: {utterance.text}\n")
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


def _remove(options: argparse.Namespace) -> None:
    entry = _open(options).remove(options.id)
    print(f"removed {entry.id}")


def _reindex(options: argparse.Namespace) -> None:
    library = _open(options)
    library.reindex(options.encoder, Meter([0] * len(library.entries), sys.stderr).chunks)
    print(f"reindexed {len(library.entries)} transcripts with {library.encoder.name}")


def _doctor(options: argparse.Namespace) -> None:
    from embeddings.encoder import BUNDLED

    library = _open_to_search(options)
    print(f"library   {library.folder}: {plural(len(library.entries), 'transcript')}")
    print(f"encoder   {library.encoder_name} (the default is {BUNDLED})", flush=True)
    encoder = library.encoder  # an error says what is wrong
    print(f"          loads: {encoder.dimension} dimensions, {encoder.max_tokens} tokens at most")
    if library.entries:
        with library.searching() as indexes:
            print(f"index     opens: {indexes.folder}")


def _limits(options: argparse.Namespace) -> dict[str, Any]:
    """What `ask` and `chat` hand to `bot.answering.stream` beside the question."""
    return {
        "speaker": options.speaker,
        "transcripts": options.transcripts,
        "filters": not options.no_filters,
        "model": options.model,
    }


def _ask(options: argparse.Namespace) -> None:
    library = _open_to_search(options)
    reply = terminal.ask(
        options.question,
        library,
        **_limits(options),
    )
    if options.json:
        print(json.dumps(reply.as_dict(), ensure_ascii=False, indent=1))
        return
    terminal.print_answer(reply, library)
    if reply.limits and not (options.speaker or options.transcripts):
        print(f"({reply.limits}; --no-filters searches everything)", file=sys.stderr)


def _chat(options: argparse.Namespace) -> None:
    from bot.models.model import load_model

    library = _open_to_search(options)
    library.need_transcripts()
    load_model(options.model, library.settings.modelling)  # what cannot be loaded is said before the first question
    if sys.stdin.isatty():
        print("Ask about what was said; /help lists what else can be typed, Ctrl-D ends.", file=sys.stderr)
    terminal.chat(
        library,
        terminal.typed,
        **_limits(options),
    )


def _verify(options: argparse.Namespace) -> None:
    from bot.verifying.article import verify_article
    from bot.verifying.verification import Verifier

    if (options.quote is None) == (options.file is None):
        raise OnRecordError("one thing to verify was expected: name a QUOTE, or an article with --file")
    library = _open(options)
    found: Verification | ArticleReport
    if options.file is None:
        found = Verifier(library, options.transcripts, _folding).verify(options.quote, options.speaker)
        lines = _describe_verification(found)
    else:
        article = _read_article(options.file)
        found = verify_article(article, library, options.speaker, options.transcripts, _folding)
        lines = _describe_article(found)
    print(json.dumps(found.as_dict(), ensure_ascii=False, indent=1) if options.json else "\n".join(lines))


def _folding(done: int, total: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        print(f"\rpreparing the texts, once: {done}/{total}", end=end, file=sys.stderr, flush=True)


def _read_article(name: str) -> str:
    data = sys.stdin.buffer.read() if name == "-" else Path(name).expanduser().read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise OnRecordError(
            f"{name}: the article is not UTF-8 text (byte {error.start}); save it as plain text or Markdown in UTF-8"
        ) from None


_STATUS = {"found": "found", "said_by_other": "said by someone else", "not_found": "not found"}


def _describe_verification(found: Verification) -> list[str]:
    lines = [_STATUS[found.status]]
    for quote in found.quotes:
        lines += _describe_place(quote)
    if found.more:
        lines.append(f"and up to {found.more:,} more turns that have these words")
    if found.parts:
        lines += _describe_parts(found)
    if found.near:
        lines.append("closest, and not the same: [-the quote-] {+the record+}")
    for miss in found.near:
        lines += [f"  {miss}", *_describe_place(miss.quote)]
    return lines


def _describe_place(quote: Quote) -> list[str]:
    lines = [f"— {quote.where()}"]
    for name, neighbour in (("before", quote.before), ("after", quote.after)):
        if neighbour:
            lines.append(f"    {name + ':':<8}{neighbour.speaker}: {neighbour.text}")
    if quote.cautions:
        lines.append(f"    beware: {', '.join(quote.cautions)}")
    return lines


def _describe_parts(found: Verification) -> list[str]:
    whole = "they stand in one turn, in this order" if found.together else "they do not stand together"
    said = {
        "words left out": f"words are left out or put in; its parts, by themselves ({whole}):",
        "more than one turn": "it runs over more than one turn:",
        "more than one place": "it is put together from more than one place:",
    }
    lines = [said[found.split or "words left out"]]
    for part in found.parts:
        lines.append(f"  “{' '.join(part.text.split())}”")
        lines += [f"  — {quote.where()}" for quote in part.quotes] or ["  — nowhere"]
    return lines


def _describe_article(report: ArticleReport) -> list[str]:
    lines = []
    for item in report.checked:
        quotation = item.quotation
        status, *rest = _describe_verification(item.verification)
        ascribed = f" (ascribed to {quotation.speaker})" if quotation.speaker else ""
        lines += [f"line {quotation.line}: {status}{ascribed}: “{' '.join(quotation.text.split())}”"]
        lines += [*(f"  {line}" for line in rest), ""]
    for skipped in report.skipped:
        lines.append(f"line {skipped.line}: skipped, {skipped.skipped}: “{' '.join(skipped.text.split())[:80]}”")
    counts = ", ".join(f"{count} {_STATUS[status]}" for status, count in report.counts.items())
    lines.append(f"{len(report.checked)} quotations checked: {counts}; {len(report.skipped)} skipped")
    return lines


def _mentions(options: argparse.Namespace) -> None:
    from bot.counts.mentioning import mentions, mentions_csv

    library = _open(options)
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
        _table(
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
        parts.append(_table(("transcript", "date", "times"), rows))
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
            print(f"\n“{place[0].quote.text}”\n— {place[0].quote.where()}{often}")
        else:
            doubted += len(place)
    _tell_doubted(doubted)


def _tell_doubted(count: int) -> None:
    if count:
        print(f"{plural(count, 'time')} the words were not found again in the file itself: not shown", file=sys.stderr)


def _talk(options: argparse.Namespace) -> None:
    from bot.counts.talking import talk_time

    spoken = talk_time(_open(options), options.transcripts)
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
    table = _table(("speaker", "words", "share", "turns", "questions", "time", "longest turn"), rows, left=(0, 6))
    untimed, turns = sum(talk.untimed for talk in talks), sum(talk.turns for talk in talks)
    return f"{table}\n\n{untimed:,} of {turns:,} turns have no times" if untimed else table


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> str:
    """Columns two spaces apart; `left` are those that hold words, the others are numbers."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(w) if at in left else cell.rjust(w) for at, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in (head, *rows)
    ]
    return "\n".join(line.rstrip() for line in lines)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; a number from 1 to 65535 was expected")
    return int(text)


def _serve(options: argparse.Namespace) -> None:
    from ui.app import launch

    library = _open_to_search(options)
    offered = [
        question for sample, question in SAMPLE_QUESTIONS.items() if any(e.source == sample for e in library.entries)
    ]
    launch(library, port=options.port, examples=offered, open_browser=options.open, model=options.model)


def _eval(options: argparse.Namespace) -> None:
    from eval import compare, report, runner, sets

    if options.new:
        count = sets.write_starter(Path(options.new), _open(options))
        print(f"wrote {count} questions to {options.new}/questions.jsonl; edit them, then: onrecord eval {options.new}")
        return
    if options.compare:
        print(compare.compare_text(*(Path(run) for run in options.compare)))
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


SAMPLE_QUESTIONS = {
    "harbour-lights-ferry.txt": "How many days was the ferry cancelled last winter?",
    "allotment-committee.txt": "What did Desmond say about the rain tanks?",
    "night-shift-radio.vtt": "How far away is Corley Vale?",
}
"""Questions that the page offers, by the sample that they are about."""

if __name__ == "__main__":
    sys.exit(main())
