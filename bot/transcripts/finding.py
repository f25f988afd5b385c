"""What paths, folders, patterns and feeds name: the files to read, and what a feed tells of them."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.errors import TranscriptError
from bot.transcripts import feeds
from bot.transcripts.formats import SUFFIXES

MANIFEST = "library.json"
"""The file by which a folder is known to be a library."""


@dataclass(frozen=True)
class Source:
    """A file to read, with the title and day (ISO) that a feed tells of it."""

    path: Path
    title: str | None = None
    date: str | None = None


@dataclass(frozen=True)
class Found:
    """What was named.  `alone`: it is one file, and no folder, pattern or feed.

    `skipped` are files of a folder whose suffix no reader claims, `absent` the titles of episodes of a feed whose
    transcripts are not there, `failed` what could not be found or read at all, each with the reason.
    """

    files: tuple[Source, ...]
    skipped: tuple[Path, ...] = ()
    absent: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    alone: bool = False


def find(named: Sequence[str | Path]) -> Found:
    """The files that these paths, folders, patterns and feeds name, each once.

    Raises TranscriptError when only one is named and it names no readable file.
    """
    found: list[Found] = []
    for item in named:
        try:
            found.append(_find(item))
        except TranscriptError as error:
            if len(named) == 1:
                raise
            found.append(Found((), failed=((str(item), str(error)),)))
    sources: dict[Path, Source] = {}
    for source in (source for one in found for source in one.files):
        key = source.path.resolve()
        known = sources.get(key, source)
        # A feed tells of a file that is also named by itself.
        sources[key] = replace(known, title=known.title or source.title, date=known.date or source.date)
    return Found(
        tuple(sources.values()),
        tuple(dict.fromkeys(path for one in found for path in one.skipped)),
        tuple(title for one in found for title in one.absent),
        tuple(failure for one in found for failure in one.failed),
        alone=len(found) == 1 and found[0].alone,
    )


def _find(item: str | Path) -> Found:
    path = Path(item).expanduser()
    if path.is_dir():
        return _in_folder(path)
    if not path.exists() and any(char in str(item) for char in "*?["):
        return _matching(item, path)
    if path.suffix.lower() in feeds.SUFFIXES and path.is_file() and feeds.is_feed(data := _read(path)):
        return _in_feed(path, data)
    return Found((Source(path),), alone=True)


def _in_folder(folder: Path) -> Found:
    inside = _files_below(folder)
    files = [file for file in inside if file.suffix.lower() in SUFFIXES]
    if not files:
        raise TranscriptError(
            f"{folder}: nothing readable in this folder; expected files ending in {', '.join(sorted(SUFFIXES))}"
        )
    told, failed, read = dict[Path, Source](), list[tuple[str, str]](), set[Path]()
    for file in (file for file in inside if file.suffix.lower() in feeds.SUFFIXES):
        try:
            if not feeds.is_feed(data := _read(file)):
                continue
            read.add(file)
            for episode, theirs in feeds.located(feeds.read_feed(data, str(file)), files):
                told |= {path: Source(path, episode.title, episode.date) for path in theirs}
        except TranscriptError as error:
            failed.append((str(file), str(error)))
    rest = {*files, *read, *(Path(name) for name, _ in failed)}
    skipped = tuple(file for file in inside if file not in rest)
    return Found(tuple(told.get(file, Source(file)) for file in files), skipped, failed=tuple(failed))


def _matching(item: str | Path, path: Path) -> Found:
    """The files that a pattern names, and those in the folders that it names."""
    # A bracket in the name of a folder that is there is no pattern.
    folder = glob.escape(str(path.parent)) if path.parent.is_dir() else str(path.parent)
    matches = [Path(match) for match in sorted(glob.glob(os.path.join(folder, path.name), recursive=True))]
    whole = "**" in path.parts  # below a folder everything matches, also what is in the folders that match
    # A pattern that names the suffix means just these files; "*" means those that can be read.
    any_suffix = bool(path.suffix) and not any(char in path.suffix for char in "*?[")
    sources: list[Source] = []
    for match in matches:
        if whole and any((parent / MANIFEST).exists() for parent in match.parents):
            continue  # of a library that lies there
        if match.is_file() and (any_suffix or match.suffix.lower() in SUFFIXES):
            sources.append(Source(match))
        elif match.is_dir() and not whole:
            sources += [Source(file) for file in _files_below(match) if file.suffix.lower() in SUFFIXES]
    if not sources:
        raise TranscriptError(f"{item}: no file matches; check the pattern")
    return Found(tuple(sources))


def _in_feed(path: Path, data: bytes) -> Found:
    """The transcripts beside a feed and below that it names; of an episode that has several the preferred one."""
    readable = [file for file in _files_below(path.parent) if file.suffix.lower() in SUFFIXES]
    located = feeds.located(feeds.read_feed(data, str(path)), readable)
    sources = tuple(Source(theirs[0], episode.title, episode.date) for episode, theirs in located if theirs)
    if not sources:
        raise TranscriptError(
            f"{path}: none of the {len(located)} episodes of this feed that have transcripts has one beside it; "
            "put the files where the feed is, under the names that its URLs end in"
        )
    return Found(sources, absent=tuple(episode.title or episode.urls[0] for episode, theirs in located if not theirs))


def _files_below(folder: Path) -> list[Path]:
    """The files in a folder and below, in order, without those of libraries."""
    libraries = {file.parent for file in folder.rglob(MANIFEST)}
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return [file for file in files if libraries.isdisjoint(file.parents)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TranscriptError(f"{path}: cannot be read ({error.strerror}); check the file") from None
