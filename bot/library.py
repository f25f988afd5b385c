"""The library: a folder of transcripts, and the indexes over it.

    my-library/
      library.json            the manifest: what is in the library, what its speakers are called (`bot.registry`), and
                              which index serves it
      transcripts/ID@HASH/    source.EXT (the original bytes) and transcript.json (as read)
      index-1/                vectors/ (Chroma), words/ (BM25) and chunks/ (where each transcript was cut); can be
                              deleted and rebuilt
      page-secret             seals the conversations that the page keeps in browsers; only its owner may read it
      pending.json            only while something is being written: what a killed writer may have left
      lock                    held by the one process that writes

The manifest is the truth.  It is replaced by one atomic rename, and that rename is the commit: a transcript is in the
library from then on, and whatever lies in the folder or the indexes without being in the manifest is not.  Rows of the
indexes carry the name of a transcript's revision ("group"), so readers can tell.  The manifest's generation grows with
every commit; a reader that sees a new one opens its indexes again.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import re
import shlex
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.chunking import Chunk, chunk_turns, chunk_windows
from bot.config import Settings
from bot.errors import EncoderError, LibraryError, TranscriptError
from bot.finding import MANIFEST, Found, Source, find
from bot.formats import ASKED_FOR, LABELLED, SUFFIXES, read_bytes, read_file, slug
from bot.formats.text import speaker_named
from bot.ingest import FileReport
from bot.languages import checked_language, noticed_language
from bot.registry import (
    JOINERS,
    NOTICED,
    Change,
    Listed,
    Record,
    Renamed,
    call,
    differences,
    editing,
    edition_of,
    merging,
    renaming,
    speakers_by_label,
    speakers_of,
)
from bot.transcript import Transcript
from embeddings.lexical import stemmer_of

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables import Runnable
    from langchain_core.tools import BaseTool

    from bot.answering import Answer, Asking
    from bot.roster import SpeakerRecord
    from embeddings.encoder import Encoder, Fingerprint
    from embeddings.lexical import WordIndex
    from embeddings.vectors import VectorIndex

PAGE_SECRET = "page-secret"
"""What the page seals with what it leaves in browsers; made by `ui.conversations`."""
_FORMAT = 1
_LOCK_SECONDS = 60.0  # how long a writer waits for another
_OWN_FILES = re.compile(rf"lock|{PAGE_SECRET}(?:\.\w+)?|transcripts|index-\d+|(?:pending|library)\.json(?:\.draft)?")
"""What may lie in a library whose first add was killed before it made the manifest."""
_KINDS = ("turns", "windows")
_SAMPLES = "samples"
_HELD = 256  # transcripts kept in memory
_BATCH_SECONDS = 5.0  # of work that may be lost when a writer is killed
_UPLOADED = "uploaded:"  # what the paths of transcripts begin with that came from no file on disk
_LONGEST_STEM, _LONGEST_SUFFIX = 150, 10  # characters of the name of a file from elsewhere

Progress = Callable[[str, int, int], None]
"""Told (name, chunks done, chunks in all) while a transcript is indexed."""


@dataclass(frozen=True)
class Entry(Listed):
    """A transcript of the library, with the title, date and names that it goes by.

    `revision` names its reading under these names.  `called` has what each label's speaker is called, the label being
    UNNAMED_SPEAKER where the file names nobody.  `date` is the day of the recording, where it is known;
    `language` and `language_by` are as in `Record`.
    """

    called: Mapping[str, str] = field(default_factory=dict, hash=False)
    date: datetime.date | None = None
    language: str | None = None
    language_by: str = ""

    @classmethod
    def of(cls, record: Record, called: Mapping[str, str]) -> Entry:
        return cls(
            id=record.id,
            title=record.shown_title,
            source=record.source,
            path=record.path,
            sha256=record.sha256,
            group=record.group,
            utterances=record.utterances,
            words=record.words,
            speakers=tuple(dict.fromkeys(called.values())),
            called=called,
            date=record.date,
            language=record.language,
            language_by=record.language_by,
        )

    @property
    def shown_title(self) -> str:
        return self.title

    @property
    def revision(self) -> str:
        return f"{self.group}+{edition_of(self.title, self.called, self.language)}"


@dataclass(frozen=True)
class Added:
    """What `add` did with one file: "added", "replaced", "unchanged" or "failed"; `error` says why it failed.

    "readable" is what would be added (`would_add`)."""

    source: str
    outcome: str
    entry: Entry | None = None
    report: FileReport | None = None
    error: str | None = None


@dataclass(frozen=True)
class IngestReport:
    """What `add` did, file by file."""

    files: tuple[Added, ...]
    skipped: tuple[Path, ...] = ()
    """Files of a folder whose suffix no reader claims."""
    absent: tuple[str, ...] = ()
    """Titles of episodes of a feed whose transcripts are not there."""

    @property
    def failed(self) -> tuple[Added, ...]:
        return tuple(file for file in self.files if file.outcome == "failed")


@dataclass(frozen=True)
class _Manifest:
    generation: int
    index: str
    encoder: dict[str, Any] | None
    entries: tuple[Record, ...]

    @cached_property
    def listed(self) -> tuple[Entry, ...]:
        """The entries under the names that they go by."""
        called = speakers_by_label(self.entries)
        return tuple(Entry.of(record, called[record.id]) for record in self.entries)

    @cached_property
    def by_id(self) -> dict[str, Entry]:
        return {entry.id: entry for entry in self.listed}

    @cached_property
    def by_group(self) -> dict[str, Entry]:
        return {entry.group: entry for entry in self.listed}

    def to_json(self) -> str:
        """A line an entry.  Without `asdict` and indentation: with thousands of entries they take a second a commit."""
        head = {"format": _FORMAT, "generation": self.generation, "index": self.index, "encoder": self.encoder}
        entries = ",\n".join(json.dumps(vars(record), ensure_ascii=False) for record in self.entries)
        return f'{json.dumps(head, ensure_ascii=False)[:-1]}, "entries": [\n{entries}\n]}}\n'

    @classmethod
    def from_json(cls, text: str) -> _Manifest:
        data = json.loads(text)
        if data.pop("format") != _FORMAT:
            raise ValueError("another format")
        entries = tuple(Record(**item | {"speakers": tuple(item["speakers"])}) for item in data["entries"])
        return cls(**data | {"entries": entries})


@dataclass(frozen=True)
class _Held:
    """A revision in memory."""

    transcript: Transcript
    data: bytes


@dataclass(frozen=True)
class Kept:
    """A transcript that is to be removed and may come back (`Library.keep`, `Library.restore`).

    `position` counts the transcripts before it.
    """

    record: Record
    position: int
    transcript: Transcript = field(repr=False)
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Indexes:
    """The open indexes and the transcripts they serve, for the length of one search."""

    vectors: VectorIndex
    words: Mapping[str, WordIndex]
    entries: Mapping[str, Entry]
    """By group."""
    folder: Path
    _chunks: dict[str, tuple[Chunk, ...]] = field(default_factory=dict)

    def chunks(self, group: str) -> tuple[Chunk, ...]:
        """All turn chunks of a revision in order, without their texts: what stands beside a hit is known by it."""
        if group not in self._chunks:
            ids = json.loads(_chunks_file(self.folder, group).read_text(encoding="utf-8"))
            self._chunks[group] = tuple(Chunk.from_id(id) for id in ids)
        return self._chunks[group]


@dataclass(frozen=True)
class _Read:
    """A file that was read, where it is from, and the title and day (ISO) that a feed tells of it."""

    path: str
    transcript: Transcript
    data: bytes
    title: str | None = None
    date: str | None = None


class _Batch:
    """Records of the manifest, and those that are to be committed together with them.

    `pending` are the groups that may be left over when it comes to nothing.
    """

    def __init__(self, manifest: _Manifest) -> None:
        self.manifest = manifest
        self.encoder = manifest.encoder
        self.records = {record.id: record for record in manifest.entries}
        self.by_path = {record.path: record for record in manifest.entries if record.path}
        self.by_content = {record.sha256: record for record in reversed(manifest.entries)}
        self.pending: list[str] = []

    def put(self, record: Record, old: Record | None) -> None:
        """Add a record, or put it in the place of an old one."""
        if old:
            self.by_path.pop(old.path or "", None)
            if self.by_content.get(old.sha256) is self.records[old.id]:
                del self.by_content[old.sha256]
        self.records[record.id] = record
        self.by_content.setdefault(record.sha256, record)
        if record.path:
            self.by_path[record.path] = record

    def insert(self, record: Record, position: int) -> None:
        """Add a record at a position, or last where there are fewer."""
        records = [*self.records.values()]
        records.insert(position, record)
        self.records = {item.id: item for item in records}


class RevisionGone(LibraryError):
    """A revision was replaced, renamed or removed while it was being read."""


class Library:
    """Transcripts that can be asked.  Safe to use from several threads; several processes may open one folder."""

    def __init__(self, folder: Path, encoder: Encoder | str | None, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        self._wanted = encoder
        self._encoder: Encoder | None = None
        self._guard = threading.RLock()
        self._manifest: _Manifest | None = None
        self._manifest_stamp: tuple[int, int] | None = None
        self._open: tuple[int, Indexes] | None = None
        self._held = lru_cache(maxsize=_HELD)(self._load_group)
        self._named = lru_cache(maxsize=_HELD)(self._load_revision)

    @classmethod
    def open(
        cls, folder: str | Path, encoder: Encoder | str | None = None, settings: Settings | None = None
    ) -> Library:
        """The library in a folder; an absent or empty folder becomes one at the first `add`.

        `encoder`: an Encoder, or a model's name or path; by default the one the library was made with.
        Raises LibraryError for a folder that holds something else.
        """
        folder = Path(folder).expanduser()
        try:
            if folder.exists() and not folder.is_dir():
                raise LibraryError(f"{folder} is a file; a library is a folder, so name another path")
            inside = [item.name for item in folder.iterdir()] if folder.is_dir() else []
        except OSError as error:
            raise LibraryError(f"{folder} cannot be opened ({error.strerror}); name another folder") from None
        if MANIFEST not in inside and not all(_OWN_FILES.fullmatch(name) for name in inside):
            raise LibraryError(
                f"{folder} is not an On Record library (it has files but no {MANIFEST}); name a new or empty folder"
            )
        library = cls(folder, encoder, settings or Settings())
        library._read_manifest()
        return library

    # --- what is in it -------------------------------------------------------------------------------------------

    @property
    def generation(self) -> int:
        """Grows with every change; 0 for a library that nothing was added to."""
        return self._read_manifest().generation

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The transcripts in the order in which they were first added."""
        return self._read_manifest().listed

    @property
    def speakers(self) -> tuple[str, ...]:
        """The speakers of all transcripts, each once."""
        return speakers_of(self.entries)

    def entry(self, id: str) -> Entry:
        """Raises LibraryError, naming what is there, when no transcript has this id."""
        entries = self._read_manifest().by_id
        if id not in entries:
            known = ", ".join(list(entries)[:5]) + (", …" if len(entries) > 5 else "")
            raise LibraryError(f"no transcript has the id {id!r}; the library has {known or 'none yet'}")
        return entries[id]

    def need_transcripts(self) -> None:
        """Raises LibraryError for a library that nothing was added to."""
        if not self.entries:
            raise LibraryError(f"the library {self.folder} has no transcripts; add some first: `onrecord add FILE`")

    def entries_of(self, ids: Sequence[str]) -> tuple[Entry, ...]:
        """The transcripts with these ids, all when none is named.  Raises LibraryError for an unknown one."""
        return tuple(self.entry(id) for id in ids) or self.entries

    def transcript(self, id: str) -> Transcript:
        """The transcript with this id.  Raises LibraryError when there is none."""
        return self.revision(self.entry(id).revision)

    def revision(self, revision: str) -> Transcript:
        """The transcript in a revision by name; a group stands for its newest revision.

        What was read lately is kept in memory, so that a question in progress is answered from the revision that it
        began with, under the names that it began with.  Raises RevisionGone when it has been replaced, renamed or
        removed.
        """
        if "+" not in revision and (entry := self._read_manifest().by_group.get(revision)):
            revision = entry.revision
        return self._named(revision)

    def source(self, revision: str) -> bytes:
        """The original bytes of the file of a revision.  Raises RevisionGone when it has been replaced or removed."""
        return self._held(revision.partition("+")[0]).data

    def speaker_records(self, transcripts: Sequence[str] = ()) -> tuple[SpeakerRecord, ...]:
        """Who speaks in these transcripts (ids; all when none is named): words, turns, talk time and sample lines, most
        words first.  Reads every transcript named.  Raises LibraryError for an unknown one."""
        from bot.roster import speaker_records

        return speaker_records(self.entries_of(transcripts), self.revision)

    def turns(self, revision: str) -> tuple[tuple[str, str], ...]:
        """(speaker, text) of the utterances of a revision, and nothing else: a quarter of the time of `revision`.

        For counting over a whole library; nothing is kept in memory.  Raises like `revision`.
        """
        entry = self._entry_of(revision)
        try:
            stored = json.loads((self.folder / "transcripts" / entry.group / "transcript.json").read_bytes())
            return tuple((entry.called[turn["speaker"]], turn["text"]) for turn in stored["utterances"])
        except FileNotFoundError:
            name = revision.partition("@")[0]
            raise RevisionGone(f"{name} is not there any more; it was replaced or removed, so ask again") from None
        except (KeyError, TypeError, ValueError) as error:
            raise TranscriptError(f"a stored transcript is damaged ({error}); add its file again") from error

    def _load_revision(self, revision: str) -> Transcript:
        entry = self._entry_of(revision)
        return call(self._held(entry.group).transcript, entry.title, entry.called, entry.language)

    def _entry_of(self, revision: str) -> Entry:
        entry = self._read_manifest().by_group.get(revision.partition("+")[0])
        if entry is None or revision not in (entry.revision, entry.group):
            name = revision.partition("@")[0]
            raise RevisionGone(f"{name} was changed, renamed or removed meanwhile; ask again")
        return entry

    def _load_group(self, group: str) -> _Held:
        folder = self.folder / "transcripts" / group
        try:
            text = (folder / "transcript.json").read_text(encoding="utf-8")
            data = (folder / "source").read_bytes()
        except FileNotFoundError:
            name = group.partition("@")[0]
            raise RevisionGone(f"{name} is not there any more; it was replaced or removed, so ask again") from None
        return _Held(Transcript.from_json(text), data)

    # --- changing it ---------------------------------------------------------------------------------------------

    def add(
        self,
        what: str | Path | Transcript | Sequence[str | Path],
        progress: Progress | None = None,
        *,
        format: str | None = None,
        language: str | None = None,
    ) -> IngestReport:
        """Add a file, the readable files of a folder, a glob, a feed, several of these, or a Transcript made in Python.

        `format` is the key of the family of files that all of them are read as (`bot.formats`), `language` the tag of
        the language that all are in ("de"); by default the files tell.  A file that is there already changes nothing;
        one that was added before and has changed takes the place of its old self.  Raises TranscriptError when the only
        file named cannot be read; of several, those that cannot are listed in the report as failed and the others are
        added.
        """
        if isinstance(what, Transcript):
            return IngestReport((self._add_one(_made(what), f"made:{slug(what.id)}", progress, language),))
        found = find([what] if isinstance(what, str | Path) else list(what))
        report = self.add_found(found, progress, format=format, language=language)
        if found.alone and report.failed:
            raise TranscriptError(report.failed[0].error)
        return report

    def add_found(
        self,
        found: Found,
        progress: Progress | None = None,
        *,
        format: str | None = None,
        language: str | None = None,
        tell: Callable[[Added], None] | None = None,
    ) -> IngestReport:
        """Add the files that `bot.finding.find` found; `tell` hears of each once it is in the library, or has failed.

        Files are committed together that are taken in within a few seconds, since a commit writes the whole manifest.
        """
        files = [Added(name, "failed", error=error) for name, error in found.failed]
        for file in files:
            if tell:
                tell(file)
        reads = (_read_source(source, format) for source in found.files)
        for added in self._add_all(reads, progress, language and checked_language(language)):
            files.append(added)
            if tell:
                tell(added)
        return IngestReport(tuple(files), found.skipped, found.absent)

    def add_samples(self, progress: Progress | None = None) -> IngestReport:
        """Add the invented transcripts that come with the package."""
        files = []
        for item in sorted(resources.files("bot").joinpath(_SAMPLES).iterdir(), key=lambda item: item.name):
            if Path(item.name).suffix in SUFFIXES:
                data = item.read_bytes()
                path = f"samples:{item.name}"  # not a path on disk: an installed wheel may not have one
                files.append(self._add_one((read_bytes(data, item.name), data), path, progress))
        return IngestReport(tuple(files))

    def add_bytes(
        self,
        data: bytes,
        name: str,
        progress: Progress | None = None,
        *,
        format: str | None = None,
        language: str | None = None,
    ) -> Added:
        """Add the content of a file that is not on disk, such as one that was dropped on the page.

        Of `name` only the last part counts, without characters that cannot be seen.  Different contents of one name are
        two transcripts; content that is there already changes nothing.  `format` and `language`: see `add`.  Raises
        TranscriptError for what cannot be read.
        """
        name = _plain_name(name)
        transcript = read_bytes(data, name, format)
        path = f"{_UPLOADED}{transcript.sha256[:12]}/{name}"
        return self._add_one((transcript, data), path, progress, language)

    def report(self, id: str) -> FileReport:
        """What became of every unit of the file of a transcript.  Raises LibraryError when there is none."""
        entry = self.entry(id)
        return FileReport.of(self.revision(entry.revision), entry)

    def keep(self, id: str) -> Kept:
        """All that `restore` needs after `remove`.  Raises LibraryError when there is none with this id."""
        entry = self.entry(id)
        records = self._read_manifest().entries
        position = next(number for number, record in enumerate(records) if record.group == entry.group)
        held = self._held(entry.group)
        return Kept(records[position], position, held.transcript, held.data)

    def restore(self, kept: Kept, progress: Progress | None = None) -> Entry:
        """Take in again what was removed: under its id, with its path, title, date and names, where it stood.

        Its revision is the one that it had, so quotes of it can be opened again.  Raises LibraryError when its id, its
        path or its content is in the library meanwhile.
        """
        record = kept.record
        with self._writing():
            manifest = self._read_manifest()
            if record.id in manifest.by_id:
                raise LibraryError(f"{record.id} cannot come back: another transcript has its id now; remove that")
            same_path = record.path and any(item.path == record.path for item in manifest.entries)
            if same_path or any(item.sha256 == record.sha256 for item in manifest.entries):
                raise LibraryError(f"{record.id} cannot come back: its file has been added again meanwhile")
            batch = _Batch(manifest)
            try:
                self._store_and_index(record, kept.transcript, kept.data, batch, progress)
                batch.insert(record, kept.position)
            finally:
                self._commit_batch(batch)
            return self.entry(record.id)

    def remove(self, id: str) -> Entry:
        """Take a transcript out.  Raises LibraryError when there is none with this id."""
        self.entry(id)  # an unknown id is an error before anything is locked or made
        with self._writing():
            entry = self.entry(id)
            manifest = self._read_manifest()
            self._set_pending([entry.group])
            self._commit(replace(manifest, entries=tuple(item for item in manifest.entries if item.id != id)))
            self._sweep()
            return entry

    def rename(self, id: str, label: str, name: str) -> tuple[Renamed, ...]:
        """Call the speaker with this label in this transcript `name` from now on; the label itself undoes it.

        `label` may also be what the speaker is called now, or UNNAMED_SPEAKER where the file names nobody.  Returns
        what is called otherwise, nothing where it was called so before.  Raises LibraryError for an unknown transcript
        or label, and for a name that is empty, too long, not one plain line, or names nobody ("Speaker 1").
        """
        self.entry(id)
        return self._change(renaming(id, label, name))

    def merge(self, name: str, *others: str) -> tuple[Renamed, ...]:
        """Call several speakers `name` in all transcripts, since they are one person; who is called so already is too.

        `others` are exactly as in `speakers`.  Returns what is called otherwise.  Errors as for `rename`.
        """
        return self._change(merging(name, others))

    def edit(self, id: str, title: str | None = None, date: datetime.date | str | None = None) -> Entry:
        """Give a transcript a title, and a day of recording (YYYY-MM-DD); "" takes back what was given.

        Raises LibraryError for an unknown transcript, a title that is not one plain line, or another kind of date.
        """
        self.entry(id)
        self._change(editing(id, title, date))
        return self.entry(id)

    def _change(self, change: Change) -> tuple[Renamed, ...]:
        """Commit what a person says of the transcripts; nothing else of the library is written."""
        change(self._read_manifest().entries)  # what cannot be done is an error before anything is locked or made
        with self._writing():
            manifest = self._read_manifest()
            changed = change(manifest.entries)
            if changed != manifest.entries:
                self._commit(replace(manifest, entries=changed))
            return differences(manifest.entries, changed)

    def reindex(self, encoder: Encoder | str | None = None, progress: Progress | None = None) -> None:
        """Build the indexes anew from the stored transcripts, with another encoder if one is named.

        The old index serves until the new one is whole.  Raises LibraryError for a library without transcripts.
        """
        self.need_transcripts()
        new_encoder = self._load_encoder() if encoder is None else _load(encoder)
        with self._writing():
            manifest = self._read_manifest()
            index = f"index-{int(manifest.index.rpartition('-')[2]) + 1}"
            shutil.rmtree(self.folder / index, ignore_errors=True)  # what a killed reindex left
            indexes = _new_indexes(self.folder / index, new_encoder, {})
            entries: list[Record] = []
            try:
                for record in manifest.entries:
                    transcript = self.transcript(record.id)
                    entries.append(record if record.language else _noticed(record, transcript))
                    self._index(indexes, transcript, entries[-1], new_encoder, progress)
            finally:
                indexes.vectors.close()
            with self._guard:
                self._encoder = new_encoder
                encoder_now = asdict(new_encoder.fingerprint())
                self._commit(replace(manifest, index=index, encoder=encoder_now, entries=tuple(entries)))
                self._close()
            shutil.rmtree(self.folder / manifest.index, ignore_errors=True)

    def _add_one(
        self, read: tuple[Transcript, bytes], path: str, progress: Progress | None, language: str | None = None
    ) -> Added:
        given = language and checked_language(language)
        return next(self._add_all([_Read(path, *read)], progress, given))

    def _add_all(
        self, reads: Iterable[_Read | Added], progress: Progress | None, language: str | None
    ) -> Iterator[Added]:
        """Take in what was read, a batch at a time.  What could not be read is passed on."""
        rest = iter(reads)
        read = next(rest, None)
        while read is not None:
            if isinstance(read, Added):
                yield read
                read = next(rest, None)
                continue
            started = time.monotonic()
            done: list[tuple[str, Record, Transcript] | Added] = []
            with self._writing():
                batch = _Batch(self._read_manifest())
                try:
                    while read is not None and (not done or time.monotonic() - started < _BATCH_SECONDS):
                        done.append(read if isinstance(read, Added) else self._take(read, batch, progress, language))
                        read = next(rest, None)
                finally:  # what is whole stays when the next one breaks off
                    self._commit_batch(batch)
                manifest = self._read_manifest()
            yield from (item if isinstance(item, Added) else _added(*item, manifest) for item in done)

    def _take(
        self, read: _Read, batch: _Batch, progress: Progress | None, language: str | None
    ) -> tuple[str, Record, Transcript]:
        """What becomes of one file ("added", "replaced", "unchanged"), its record, and its transcript.

        A new transcript is stored and indexed, and in the library with the commit of the batch.
        """
        transcript, path = read.transcript, read.path
        same_path = batch.by_path.get(path)
        twin = same_path or batch.by_content.get(transcript.sha256)
        if twin and twin.sha256 == transcript.sha256:
            known = twin.told(read.title, read.date)
            if twin.path and twin.path.startswith(_UPLOADED) and Path(path).is_absolute():
                # It was dropped on the page before; a recording may lie beside this file.
                known = replace(known, path=path)
            known = known.spoken_in(language)
            stored = self._held(twin.group).transcript
            if _read_alike(stored, transcript):
                batch.put(known, twin)
                if stemmer_of(known.language) == stemmer_of(twin.language):
                    return "unchanged", known, stored
                # In another language its words are other stems, so it is indexed anew, under the same name.  Killed in
                # the middle of that, some of its words are not found until it is added again.
                self._index_into(known, stored, batch, progress)
                return "replaced", known, stored
            # Another format was asked for, or this version reads such files otherwise.
            transcript = replace(transcript, reading=_reading_of(transcript))
            same_path = known
        id = same_path.id if same_path else _free_id(transcript.id, batch.records)
        transcript = replace(transcript, id=id)
        record = Record.of(transcript, same_path.path if same_path else path)
        record = record.told(read.title, read.date).spoken_in(language)
        if same_path:
            record = record.taking_over(same_path)
        self._store_and_index(record, transcript, read.data, batch, progress)
        batch.put(record, same_path)
        return "replaced" if same_path else "added", record, transcript

    def _store_and_index(
        self, record: Record, transcript: Transcript, data: bytes, batch: _Batch, progress: Progress | None
    ) -> None:
        batch.pending.append(record.group)
        if old := batch.records.get(record.id):
            batch.pending.append(old.group)
        self._set_pending(batch.pending)
        self._store(record.group, transcript, data)
        self._index_into(record, transcript, batch, progress)

    def _index_into(self, record: Record, transcript: Transcript, batch: _Batch, progress: Progress | None) -> None:
        with self._guard:
            indexes = self._open_indexes()
        # Outside the guard, so that questions are answered meanwhile.  Nobody else can close these indexes: only
        # a new generation does, and only the one writer makes one.
        encoder = self._load_encoder()
        self._index(indexes, transcript, record, encoder, progress)
        # The name it was first made with stays: another runtime or path of the same encoder changes nothing.
        batch.encoder = batch.encoder or asdict(encoder.fingerprint())

    def _commit_batch(self, batch: _Batch) -> None:
        """Commit the records of a batch; what the manifest no longer has, or never had, is swept."""
        manifest = replace(batch.manifest, entries=tuple(batch.records.values()), encoder=batch.encoder)
        if manifest != batch.manifest:
            self._commit(manifest)
        self._sweep()

    def _store(self, group: str, transcript: Transcript, data: bytes) -> None:
        folder = self.folder / "transcripts" / group
        folder.mkdir(parents=True, exist_ok=True)
        _write_durably(folder / "source", data)
        _write_durably(folder / "transcript.json", transcript.to_json().encode())

    def _index(
        self, indexes: Indexes, transcript: Transcript, record: Record, encoder: Encoder, progress: Progress | None
    ) -> None:
        group, stemmer = record.group, stemmer_of(record.language)
        turns = chunk_turns(transcript, group, encoder, self.settings.chunking)
        chunks = {"turns": turns, "windows": chunk_windows(turns, encoder, self.settings.chunking)}
        total, done = sum(len(batch) for batch in chunks.values()), 0

        def tell(count: int) -> None:
            nonlocal done
            done += count
            if progress:
                progress(transcript.source, done, total)

        _write_durably(_chunks_file(indexes.folder, group), json.dumps([chunk.id for chunk in turns]).encode())
        for kind, batch in chunks.items():
            ids, texts = [chunk.id for chunk in batch], [chunk.text for chunk in batch]
            fields = [{"group": group, "speaker": chunk.label} for chunk in batch]
            indexes.words[kind].replace(group, ids, texts, fields, stemmer)
            indexes.vectors.add(kind, ids, texts, fields, tell)

    # --- commits -------------------------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Be the one writer, with the manifest as it is now and nothing left over from a writer that was killed."""
        from filelock import FileLock, Timeout

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / "lock", timeout=_LOCK_SECONDS):
                with self._guard:
                    if self._open and self._open[0] != self._read_manifest().generation:
                        self._close()  # another process has changed the library since
                self._sweep()
                yield
        except Timeout:
            raise LibraryError(
                f"another process has been writing to {self.folder} for {_LOCK_SECONDS:.0f} seconds; try again later"
            ) from None
        except PermissionError as error:
            raise LibraryError(f"{error.filename or self.folder} cannot be written to; check its permissions") from None

    def _read_manifest(self) -> _Manifest:
        """The manifest as it is on disk now."""
        path = self.folder / MANIFEST
        with self._guard:
            try:
                status = path.stat()
                stamp = (status.st_mtime_ns, status.st_ino)
                if self._manifest is None or stamp != self._manifest_stamp:
                    self._manifest, self._manifest_stamp = _Manifest.from_json(path.read_text(encoding="utf-8")), stamp
                return self._manifest
            except FileNotFoundError:
                return _Manifest(0, "index-1", None, ())
            except (ValueError, KeyError, TypeError) as error:
                raise LibraryError(
                    f"{path} cannot be read ({error}); it was expected to be written by this version of On Record"
                ) from None

    def _commit(self, manifest: _Manifest) -> None:
        before, manifest = manifest.generation, replace(manifest, generation=manifest.generation + 1)
        with self._guard:
            _write_durably(self.folder / MANIFEST, manifest.to_json().encode())
            # This process sees its own writes, so indexes of the generation before are those of the new one.
            if self._open and self._open[0] == before:
                self._open = (manifest.generation, replace(self._open[1], entries=manifest.by_group))

    def _set_pending(self, groups: Sequence[str]) -> None:
        _write_durably(self.folder / "pending.json", json.dumps(list(groups)).encode())

    def _sweep(self) -> None:
        """Delete what pending.json names and the manifest does not: replaced, removed, or never committed."""
        pending = self.folder / "pending.json"
        for draft in self.folder.glob("*.json.draft"):
            draft.unlink()
        if not pending.exists():
            return
        kept = {entry.group for entry in self._read_manifest().entries}
        for group in json.loads(pending.read_text(encoding="utf-8")):
            if group in kept:
                continue
            if all(path.exists() for path in self._index_files()):
                with self._guard:
                    # Deleting needs no encoder, so a library with the wrong one can still be put in order.
                    opened = self._open[1] if self._open else None
                    indexes = opened or _new_indexes(self.folder / self._read_manifest().index, None, {})
                    for kind in _KINDS:
                        indexes.words[kind].replace(group, [], [], [])
                        indexes.vectors.delete(kind, "group", group)
                    _chunks_file(indexes.folder, group).unlink(missing_ok=True)
                    if not opened:
                        indexes.vectors.close()
            shutil.rmtree(self.folder / "transcripts" / group, ignore_errors=True)
        pending.unlink()

    # --- searching it --------------------------------------------------------------------------------------------

    @contextmanager
    def searching(self) -> Iterator[Indexes]:
        """The indexes as of the newest commit, kept open until the block ends.

        Raises LibraryError when the indexes are missing, EncoderError when they were made with another encoder.
        """
        with self._guard:
            yield self._open_indexes()

    @contextmanager
    def searching_words(self) -> Iterator[WordIndex]:
        """The word index of turns as of the newest commit; unlike `searching` it needs no encoder.

        Raises LibraryError when it is missing.
        """
        from embeddings.lexical import WordIndex

        with self._guard:
            manifest = self._read_manifest()
            if self._open and self._open[0] == manifest.generation:
                yield self._open[1].words["turns"]
                return
            folder = self.folder / manifest.index / "words" / "turns"
            if not (folder / "meta.json").exists():
                raise LibraryError(f"the index of {self.folder} is missing; run `onrecord reindex` to build it again")
            try:
                index = WordIndex(folder)
            except (OSError, ValueError) as error:
                raise LibraryError(
                    f"the index {folder} cannot be opened ({error}); `onrecord reindex` builds it again"
                ) from None
            yield index

    @property
    def encoder_name(self) -> str:
        """The name of the encoder, without loading it."""
        from embeddings.encoder import BUNDLED

        if self._encoder or (self._wanted and not isinstance(self._wanted, str)):
            return self._load_encoder().name
        return str(self._wanted or (self._read_manifest().encoder or {}).get("name") or BUNDLED)

    @property
    def older_encoder(self) -> str | None:
        """One line, with the commands for staying and for moving over, where the library was made with the encoder that
        was the default before; None where it was not, or where the encoder to use was named.
        """
        from embeddings.encoder import BUNDLED, MINILM

        if self._wanted or (self._read_manifest().encoder or {}).get("name") != MINILM:
            return None
        return (
            f"{self.folder} was made with the encoder {MINILM}; the default is {BUNDLED} now: "
            f"`{_reindex_command(self.folder, BUNDLED)}` moves it over, and no transcript is lost; "
            f"`--encoder {MINILM}` goes on with the old one, without this line"
        )

    @property
    def encoder(self) -> Encoder:
        """The encoder, loaded.  Raises EncoderError when it is not the one the library was made with."""
        with self._guard:
            encoder = self._load_encoder()
            made_with = self._read_manifest().encoder
            if made_with and self._wanted is None and not _known(made_with).matches(encoder.fingerprint()):
                # Another process has indexed the library anew, with another encoder.
                self._encoder = None
                encoder = self._load_encoder()
        if made_with:
            _check_encoder(self.folder, made_with, encoder.fingerprint())
        return encoder

    def _load_encoder(self) -> Encoder:
        with self._guard:
            if self._encoder is None:
                self._encoder = _load(self._wanted or (self._read_manifest().encoder or {}).get("name"))
            return self._encoder

    def _index_files(self) -> list[Path]:
        index = self.folder / self._read_manifest().index
        words = [index / "words" / kind / "meta.json" for kind in _KINDS]
        return [index / "vectors" / "chroma.sqlite3", *words, index / "chunks"]

    def _open_indexes(self) -> Indexes:
        """The indexes as of the newest commit.  Call it, and use what it returns, under the guard."""
        manifest = self._read_manifest()
        if self._open and self._open[0] == manifest.generation:
            return self._open[1]
        self._close()
        if manifest.entries and not all(path.exists() for path in self._index_files()):
            raise LibraryError(f"the index of {self.folder} is missing; run `onrecord reindex` to build it again")
        indexes = _new_indexes(self.folder / manifest.index, self.encoder, manifest.by_group)
        self._open = (manifest.generation, indexes)
        return indexes

    def _close(self) -> None:
        if self._open:
            self._open[1].vectors.close()
            self._open = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Copied and pickled as what it was opened with; the copy opens its own indexes and encoder."""
        name = self._wanted if isinstance(self._wanted, str) else None
        return Library.open, (self.folder, name, self.settings)

    def close(self) -> None:
        """Let go of the index files.  A closed library opens them again at the next question."""
        with self._guard:
            self._close()

    # --- asking it -----------------------------------------------------------------------------------------------

    def as_chain(self, model: Asking = None) -> Runnable[Any, Answer]:
        """Question to Answer as a LangChain chain; see `bot.answering.build_chain`."""
        from bot.answering import build_chain

        return build_chain(self, model)

    def as_tool(self) -> BaseTool:
        """Asking this library as a tool for agents; see `bot.answering.build_tool`."""
        from bot.answering import build_tool

        return build_tool(self)

    def as_retriever(self) -> BaseRetriever:
        """Question to passages as a LangChain retriever; see `bot.retrieval.TranscriptRetriever`."""
        from bot.retrieval import TranscriptRetriever

        return TranscriptRetriever(library=self)


def _new_indexes(folder: Path, encoder: Encoder | None, entries: Mapping[str, Entry]) -> Indexes:
    from embeddings.lexical import WordIndex
    from embeddings.vectors import VectorIndex

    try:
        words = {kind: WordIndex(folder / "words" / kind) for kind in _KINDS}
        (folder / "chunks").mkdir(exist_ok=True)
        return Indexes(VectorIndex(folder / "vectors", encoder), words, entries, folder)
    except (OSError, ValueError, RuntimeError) as error:  # tantivy and Chroma say it in several ways
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise LibraryError(
            f"the index {folder} cannot be opened ({reason}); asking needs write access to it, "
            "and `onrecord reindex` builds it again"
        ) from None


def _chunks_file(index: Path, group: str) -> Path:
    return index / "chunks" / f"{group}.json"


def _load(encoder: Encoder | str | None) -> Encoder:
    from embeddings.encoder import BUNDLED, Encoder, EncoderUnavailable

    if isinstance(encoder, Encoder):
        return encoder
    try:
        return Encoder.load(encoder or BUNDLED)
    except EncoderUnavailable as error:
        raise EncoderError(
            f"the encoder cannot be loaded ({error}); "
            "install it, or name one that is installed and run `onrecord reindex --encoder NAME`"
        ) from None


def _known(made_with: dict[str, Any]) -> Fingerprint:
    from embeddings.encoder import Fingerprint

    return Fingerprint(**made_with | {"probe": tuple(made_with["probe"])})


def _check_encoder(folder: Path, made_with: dict[str, Any], fingerprint: Fingerprint) -> None:
    made = _known(made_with)
    if made.matches(fingerprint):
        return
    reindex = _reindex_command(folder, fingerprint.name)
    if made.name == fingerprint.name:
        raise EncoderError(
            f"{folder} was made with other weights of the encoder {made.name} than are installed now; "
            f"`{reindex}` builds its indexes anew, and no transcript is lost"
        )
    raise EncoderError(
        f"{folder} was made with the encoder {made.name} ({made.dimension} dimensions), not with "
        f"{fingerprint.name} ({fingerprint.dimension}); go on with the first (`--encoder {shlex.quote(made.name)}`), "
        f"or run `{reindex}`: it builds the indexes anew, and no transcript is lost"
    )


def _reindex_command(folder: Path, encoder: str) -> str:
    return f"onrecord reindex {shlex.join(['--encoder', encoder, '--library', str(folder)])}"


def _plain_name(name: str) -> str:
    """The last part of a path from elsewhere, on one line, no longer than file systems allow."""
    base = " ".join(re.split(r"[/\\]", name)[-1].split())
    path = Path("".join(char for char in base if char.isprintable() or char in JOINERS).strip() or "transcript")
    return f"{path.stem[:_LONGEST_STEM]}{path.suffix[:_LONGEST_SUFFIX]}"


def _read_source(source: Source, format: str | None) -> _Read | Added:
    try:
        transcript, data = read_file(source.path, format)
    except TranscriptError as error:
        return Added(str(source.path), "failed", error=str(error))
    return _Read(str(source.path.resolve()), transcript, data, source.title, source.date)


def would_add(source: Source, format: str | None = None, language: str | None = None) -> Added:
    """What `Library.add_found` would say of a file: "readable" or "failed".  No library is asked."""
    read = _read_source(source, format)
    if isinstance(read, Added):
        return read
    record = Record.of(read.transcript, read.path).told(read.title, read.date)
    record = record.spoken_in(language and checked_language(language))
    return Added(read.transcript.source, "readable", None, FileReport.of(read.transcript, record))


def _made(transcript: Transcript) -> tuple[Transcript, bytes]:
    """A transcript made in Python is written as labelled text and read back, so that its quotes have a source."""
    id = slug(transcript.id)  # it becomes the name of a folder
    data = "".join(f"{turn.label}: {turn.text}\n" for turn in transcript.utterances).encode()
    read = read_bytes(data, f"{id}.txt", LABELLED.key)
    # A label alone ("A") is called Speaker A once it is read, whoever made the transcript.
    meant = [
        (turn.label, speaker_named(turn.label) if turn.speaker == turn.label else turn.speaker, turn.text, turn.start)
        for turn in transcript.utterances
    ]
    if [(turn.label, turn.speaker, turn.text, turn.start) for turn in read.utterances] != meant:
        raise TranscriptError(
            f"{id}: this transcript cannot be written as labelled text and read back the same; expected labels "
            "that look like names, texts on one line and no times; write a file and add that"
        )
    about = {name: getattr(transcript, name) for name in ("title", "date", "language")}
    return replace(read, id=id, **about), data


def _read_alike(stored: Transcript, read: Transcript) -> bool:
    """Whether the same bytes, read again, are what is stored; a format that was asked for holds until another is."""
    kept = stored.report.why == ASKED_FOR and read.report.why != ASKED_FOR
    return kept or stored.utterances == read.utterances


def _reading_of(transcript: Transcript) -> str:
    turns = [(turn.label, turn.text, str(turn.place)) for turn in transcript.utterances]
    return hashlib.sha256(json.dumps(turns).encode()).hexdigest()[:6]


def _added(outcome: str, record: Record, transcript: Transcript, manifest: _Manifest) -> Added:
    """What is told of a transcript once it is in the library."""
    entry = manifest.by_id[record.id]
    called = call(transcript, entry.title, entry.called, entry.language)
    return Added(transcript.source, outcome, entry, FileReport.of(called, entry))


def _noticed(record: Record, transcript: Transcript) -> Record:
    """A transcript of an older version, with its language."""
    language = noticed_language(transcript)
    return replace(record, language=language, language_by=NOTICED if language else "")


def _free_id(wanted: str, taken: Mapping[str, object]) -> str:
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"


def _write_durably(path: Path, data: bytes) -> None:
    """Replace a file's content in one step that a crash cannot halve."""
    draft = path.with_name(f"{path.name}.draft")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    if os.name == "posix":  # the rename itself is on disk only when its folder is
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
