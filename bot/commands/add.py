"""`onrecord add`: transcripts into the library, and what became of each."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.progress import Meter
from bot.commands.shared import Commands, open_library, open_to_search
from bot.errors import OnRecordError
from bot.words.phrases import listed, plural

if TYPE_CHECKING:
    from bot.library import Library
    from bot.store.reports import Added
    from bot.transcripts.finding import Found

MORE = """\
Takes files, folders, patterns ("talks/**/*.vtt") and podcast feeds, which name the transcripts beside them and tell
their titles and dates.  Reads labelled text, WebVTT, SubRip, the JSON of transcription services and podcast hosts, HTML
and Word; the format is told by the content, then by the suffix, unless --format says it.

A file that is already there changes nothing; a changed file takes the place of its old self.  Says for each file what
was left out and why, and how it is known who speaks.  A file that cannot be read stops no other; the last line names
it, and the exit status is 1.  With --strict the same becomes of a file where it is doubtful who speaks."""

# Written out, since the readers take a while to import; a test holds it to them.
_FORMAT_KEYS = (
    "vtt, srt, html, docx, podcast-json, openai-diarized, assemblyai, deepgram, rev, aws, "
    "fireflies, gong, read-ai, oyez, whisper, json, deposition, hearing, labelled"
)
MULTILINGUAL = "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2"
_FEW_FILES = 40  # that one process reads in the time in which others start
_NAMED = 5  # names in a line of a summary


def add_parser(commands: Commands) -> None:
    """The command and its options."""
    parser = commands.add("add", run, "add transcripts: files, folders or globs", MORE)
    parser.add_argument("files", nargs="*", metavar="FILE|FOLDER")
    parser.add_argument("--format", metavar="KEY", help=f"read all as this format: {_FORMAT_KEYS}")
    parser.add_argument(
        "--language", metavar="CODE", help="the language of all of them, such as de; else it is noticed"
    )
    parser.add_argument("--strict", action="store_true", help="refuse a file where it is doubtful who speaks")
    parser.add_argument("--dry-run", action="store_true", help="show the reports, and add nothing")
    parser.add_argument("--verbose", action="store_true", help="show the whole reports, every place that was left out")
    parser.add_argument("--samples", action="store_true", help="add the three invented transcripts that come with it")


def run(options: argparse.Namespace) -> None:
    """Add what was named, telling of each file as it is done.  Raises OnRecordError where some could not be added."""
    if not options.files and not options.samples:
        raise OnRecordError("nothing to add; name a transcript file or a folder of them, or use --samples")
    from bot.transcripts.finding import Found, find

    library = open_library(options) if options.dry_run else open_to_search(options)
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
    given = {"format": options.format, "language": options.language, "strict": options.strict}
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
    look = partial(would_add, format=options.format, language=options.language, strict=options.strict)
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
