"""Taking transcripts in: a file that was read becomes a record, stored text and rows of the indexes, a batch at a time.

    Source ─ read_source ─► Reading ─ take ─► Batch ─ commit ─► Added

A file that is there already changes nothing; one that has changed takes the place of its old self.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bot.config import Chunking
from bot.errors import TranscriptError
from bot.speakers.labelling import Label, relabelled, still_true
from bot.speakers.registry import JOINERS, Record, call
from bot.store.commits import Commits
from bot.store.encoders import Encoding
from bot.store.indexes import OpenIndexes, Progress
from bot.store.manifest import Manifest, ManifestFile
from bot.store.reports import Added, FileReport
from bot.store.revisions import Revisions
from bot.transcripts.attributed import Attributed
from bot.transcripts.finding import Source
from bot.transcripts.formats import ASKED_FOR, LABELLED, read_bytes, read_file, slug
from bot.transcripts.formats.text import speaker_named
from bot.transcripts.languages import checked_language
from bot.transcripts.transcript import Transcript
from embeddings.lexical import stemmer_of

_BATCH_SECONDS = 5.0  # of work that may be lost when a writer is killed
_UPLOADED = "uploaded:"  # what the paths of transcripts begin with that came from no file on disk
_LONGEST_STEM, _LONGEST_SUFFIX = 150, 10  # characters of the name of a file from elsewhere


@dataclass(frozen=True)
class Reading:
    """A file that was read, where it is from, and the title and day (ISO) that a feed tells of it."""

    path: str
    transcript: Transcript
    data: bytes
    title: str | None = None
    date: str | None = None


class Batch:
    """Records of the manifest, and those that are to be committed together with them.

    `pending` are the groups that may be left over when it comes to nothing.
    """

    def __init__(self, manifest: Manifest) -> None:
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


@dataclass(frozen=True)
class Adding:
    """Takes transcripts into one library."""

    manifests: ManifestFile
    revisions: Revisions
    indexes: OpenIndexes
    encoding: Encoding
    commits: Commits
    chunking: Chunking

    def add_all(
        self, reads: Iterable[Reading | Added], progress: Progress | None, language: str | None, strict: bool = False
    ) -> Iterator[Added]:
        """Take in what was read, a batch at a time.  What could not be read is passed on.

        `strict`: what has words that may be somebody else's is not taken in.

        Files are committed together that are taken in within a few seconds, since a commit writes the whole manifest.
        """
        rest = iter(reads)
        read = next(rest, None)
        while read is not None:
            if isinstance(read, Added):
                yield read
                read = next(rest, None)
                continue
            started = time.monotonic()
            done: list[tuple[str, Record, Transcript] | Added] = []
            with self.commits.writing():
                batch = Batch(self.manifests.read())
                try:
                    while read is not None and (not done or time.monotonic() - started < _BATCH_SECONDS):
                        if isinstance(read, Added):
                            done.append(read)
                        else:
                            done.append(self._take(read, batch, progress, language, strict))
                        read = next(rest, None)
                finally:  # what is whole stays when the next one breaks off
                    self.commit(batch)
                manifest = self.manifests.read()
            yield from (item if isinstance(item, Added) else _added(*item, manifest) for item in done)

    def _take(
        self, read: Reading, batch: Batch, progress: Progress | None, language: str | None, strict: bool
    ) -> tuple[str, Record, Transcript] | Added:
        """What becomes of one file ("added", "replaced", "unchanged"), its record, and its transcript as its file says.

        A new transcript is stored and indexed, and in the library with the commit of the batch.
        """
        transcript, path = read.transcript, read.path
        same_path = batch.by_path.get(path)
        twin = same_path or batch.by_content.get(transcript.sha256)
        labels = self._labels_of(twin, transcript)
        if strict and (failed := refused(relabelled(transcript, labels))):
            return failed
        if twin and twin.sha256 == transcript.sha256:
            known = twin.told(read.title, read.date)
            if twin.path and twin.path.startswith(_UPLOADED) and Path(path).is_absolute():
                # It was dropped on the page before; a recording may lie beside this file.
                known = replace(known, path=path)
            known = known.spoken_in(language)
            stored = self.revisions.held(twin.group).transcript
            if _read_alike(stored, transcript):
                batch.put(known, twin)
                if stemmer_of(known.language) == stemmer_of(twin.language):
                    return "unchanged", known, stored
                # In another language its words are other stems, so it is indexed anew, under the same name.  Killed in
                # the middle of that, some of its words are not found until it is added again.
                self._index(known, stored, batch, progress)
                return "replaced", known, stored
            # Another format was asked for, or this version reads such files otherwise.
            transcript = replace(transcript, reading=_reading_of(transcript))
            same_path = known
        id = same_path.id if same_path else _free_id(transcript.id, batch.records)
        transcript = replace(transcript, id=id)
        record = Record.of(transcript, same_path.path if same_path else path)
        record = record.told(read.title, read.date).spoken_in(language)
        if same_path:
            record = record.with_labels(transcript, labels).taking_over(same_path)
        self.store_and_index(record, transcript, read.data, batch, progress)
        batch.put(record, same_path)
        told = _with_lost_labels(transcript, same_path.labelled, labels) if same_path else transcript
        return "replaced" if same_path else "added", record, told

    def _labels_of(self, old: Record | None, transcript: Transcript) -> tuple[Label, ...]:
        """The labels of its old self that hold for what was read: all for the same bytes, else where its words stay."""
        if old is None or not old.labelled or old.sha256 == transcript.sha256:
            return old.labelled if old else ()
        return still_true(old.labelled, self.revisions.held(old.group).transcript, transcript)

    def store_and_index(
        self, record: Record, transcript: Transcript, data: bytes, batch: Batch, progress: Progress | None
    ) -> None:
        """Write a transcript as its file says, and its rows as the record's labels have it.

        It is in the library with the commit of the batch.
        """
        batch.pending.append(record.group)
        if old := batch.records.get(record.id):
            batch.pending.append(old.group)
        self.commits.set_pending(batch.pending)
        self.revisions.store(record.group, transcript, data)
        self._index(record, transcript, batch, progress)

    def _index(self, record: Record, transcript: Transcript, batch: Batch, progress: Progress | None) -> None:
        with self.indexes.guard:
            indexes = self.indexes.current()
        # Outside the guard, so that questions are answered meanwhile.  Nobody else can close these indexes: only
        # a new generation does, and only the one writer makes one.
        encoder = self.encoding.load()
        indexes.put(relabelled(transcript, record.labelled), record, encoder, self.chunking, progress)
        # The name it was first made with stays: another runtime or path of the same encoder changes nothing.
        batch.encoder = batch.encoder or asdict(encoder.fingerprint())

    def commit(self, batch: Batch) -> None:
        """Commit the records of a batch; what the manifest no longer has, or never had, is swept."""
        manifest = replace(batch.manifest, entries=tuple(batch.records.values()), encoder=batch.encoder)
        if manifest != batch.manifest:
            self.commits.commit(manifest)
        self.commits.sweep()


# --- what is taken in --------------------------------------------------------------------------------------------


def read_source(source: Source, format: str | None) -> Reading | Added:
    """A file, read; or what is told of one that cannot be read."""
    try:
        transcript, data = read_file(source.path, format)
    except TranscriptError as error:
        return Added(str(source.path), "failed", error=str(error))
    return Reading(str(source.path.resolve()), transcript, data, source.title, source.date)


def refused(transcript: Transcript) -> Added | None:
    """What is told of a file that is not added because it is doubtful who speaks; None where it is not."""
    attributed = Attributed.of(transcript)
    if not attributed.doubts:
        return None
    error = (
        f"{transcript.source}: {attributed.doubtful_in_words}; name each speaker in the file, or add it without "
        "--strict and say who speaks with `onrecord label`"
    )
    return Added(transcript.source, "failed", error=error)


def would_add(source: Source, format: str | None = None, language: str | None = None, strict: bool = False) -> Added:
    """What `Store.add_found` would say of a file: "readable" or "failed".  No library is asked."""
    read = read_source(source, format)
    if isinstance(read, Added):
        return read
    if strict and (failed := refused(read.transcript)):
        return failed
    record = Record.of(read.transcript, read.path).told(read.title, read.date)
    record = record.spoken_in(language and checked_language(language))
    return Added(read.transcript.source, "readable", None, FileReport.of(read.transcript, record))


def uploaded(data: bytes, name: str, format: str | None) -> Reading:
    """The content of a file that is not on disk.  Raises TranscriptError for what cannot be read."""
    name = _plain_name(name)
    transcript = read_bytes(data, name, format)
    return Reading(f"{_UPLOADED}{transcript.sha256[:12]}/{name}", transcript, data)


def made(transcript: Transcript) -> Reading:
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
    return Reading(f"made:{id}", replace(read, id=id, **about), data)


def _plain_name(name: str) -> str:
    """The last part of a path from elsewhere, on one line, no longer than file systems allow."""
    base = " ".join(re.split(r"[/\\]", name)[-1].split())
    path = Path("".join(char for char in base if char.isprintable() or char in JOINERS).strip() or "transcript")
    return f"{path.stem[:_LONGEST_STEM]}{path.suffix[:_LONGEST_SUFFIX]}"


def _read_alike(stored: Transcript, read: Transcript) -> bool:
    """Whether the same bytes, read again, are what is stored; a format that was asked for holds until another is."""
    kept = stored.report.why == ASKED_FOR and read.report.why != ASKED_FOR
    return kept or stored.utterances == read.utterances


def _reading_of(transcript: Transcript) -> str:
    turns = [
        (turn.label, turn.text, str(turn.place), turn.doubt, [piece.carried for piece in turn.pieces])
        for turn in transcript.utterances
    ]
    return hashlib.sha256(json.dumps(turns).encode()).hexdigest()[:6]


def _with_lost_labels(transcript: Transcript, labels: Sequence[Label], kept: Sequence[Label]) -> Transcript:
    """A transcript of a file that has changed, with a remark on labels whose words do not stand there any longer."""
    lost = [f"{place} ({speaker or 'nobody'})" for place, speaker in labels if (place, speaker) not in kept]
    if not lost:
        return transcript
    remark = f"labels given to other words than stand there now, and gone: {', '.join(lost)}"
    return replace(transcript, report=replace(transcript.report, remarks=(*transcript.report.remarks, remark)))


def _added(outcome: str, record: Record, transcript: Transcript, manifest: Manifest) -> Added:
    """What is told of a transcript once it is in the library."""
    entry = manifest.by_id[record.id]
    called = call(relabelled(transcript, entry.labelled), entry.title, entry.called, entry.language)
    return Added(transcript.source, outcome, entry, FileReport.of(called, entry))


def _free_id(wanted: str, taken: Mapping[str, object]) -> str:
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"
