"""A folder of transcripts, and the indexes over it: what everything that answers stands on.

The parts that it is made of each do one thing: `manifest` says what is in it, `revisions` holds the texts, `indexes`
finds in them, `commits` writes, `adding` takes in.  `bot.library.Library` is this with the doors to asking.
"""

from __future__ import annotations

import datetime
import re
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from bot.config import Settings
from bot.errors import LibraryError, TranscriptError
from bot.speakers.labelling import Label, place_in, relabelled, words_at
from bot.speakers.registry import (
    NOTICED,
    Change,
    Record,
    Renamed,
    differences,
    editing,
    merging,
    renaming,
    speaker_meant,
    speakers_of,
)
from bot.store.adding import Adding, Batch, Reading, made, read_source, uploaded
from bot.store.commits import Commits
from bot.store.encoders import Encoding, load_encoder
from bot.store.indexes import Indexes, OpenIndexes, Progress
from bot.store.manifest import Entry, ManifestFile
from bot.store.reports import Added, FileReport, IngestReport
from bot.store.revisions import Revisions
from bot.transcripts.finding import MANIFEST, Found, find
from bot.transcripts.formats import SUFFIXES, read_bytes
from bot.transcripts.languages import checked_language, noticed_language
from bot.transcripts.transcript import Transcript

if TYPE_CHECKING:
    from embeddings.encoder import Encoder
    from embeddings.lexical import WordIndex

PAGE_SECRET = "page-secret"
"""What the page seals with what it leaves in browsers; made by `ui.conversations`."""
_OWN_FILES = re.compile(rf"lock|{PAGE_SECRET}(?:\.\w+)?|transcripts|index-\d+|(?:pending|library)\.json(?:\.draft)?")
"""What may lie in a library whose first add was killed before it made the manifest."""
_SAMPLES = "samples"


@dataclass(frozen=True)
class Kept:
    """A transcript that is to be removed and may come back (`Store.keep`, `Store.restore`).

    `position` counts the transcripts before it.
    """

    record: Record
    position: int
    transcript: Transcript = field(repr=False)
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Relabelled:
    """A place of a transcript whose words are somebody else's now than they were `before`; both as they are called."""

    transcript: str
    place: str
    words: int
    before: tuple[str, ...]
    after: tuple[str, ...]


class Store:
    """Transcripts in a folder.  Safe to use from several threads; several processes may open one folder."""

    def __init__(self, folder: Path, encoder: Encoder | str | None, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        self._guard = threading.RLock()
        self._manifests = ManifestFile(folder, self._guard)
        self._revisions = Revisions(self._manifests)
        self._encoding = Encoding(self._manifests, encoder, self._guard)
        self._indexes = OpenIndexes(self._manifests, self._encoding, self._guard)
        self._commits = Commits(self._manifests, self._revisions, self._indexes, self._guard)
        self._adding = Adding(
            self._manifests, self._revisions, self._indexes, self._encoding, self._commits, settings.chunking
        )

    @classmethod
    def open(cls, folder: str | Path, encoder: Encoder | str | None = None, settings: Settings | None = None) -> Self:
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
        library._manifests.read()  # one that cannot be read is an error here
        return library

    # --- what is in it -------------------------------------------------------------------------------------------

    @property
    def generation(self) -> int:
        """Grows with every change; 0 for a library that nothing was added to."""
        return self._manifests.read().generation

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The transcripts in the order in which they were first added."""
        return self._manifests.read().listed

    @property
    def speakers(self) -> tuple[str, ...]:
        """The speakers of all transcripts, each once."""
        return speakers_of(self.entries)

    def entry(self, id: str) -> Entry:
        """Raises LibraryError, naming what is there, when no transcript has this id."""
        entries = self._manifests.read().by_id
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
        return self._revisions.transcript(revision)

    def source(self, revision: str) -> bytes:
        """The original bytes of the file of a revision.  Raises RevisionGone when it has been replaced or removed."""
        return self._revisions.held(revision.partition("+")[0]).data

    def turns(self, revision: str) -> tuple[tuple[str, str], ...]:
        """(speaker, text) of the utterances of a revision, and nothing else: a quarter of the time of `revision`.

        For counting over a whole library; nothing is kept in memory.  Raises like `revision`.
        """
        return self._revisions.turns(revision)

    # --- changing it ---------------------------------------------------------------------------------------------

    def add(
        self,
        what: str | Path | Transcript | Sequence[str | Path],
        progress: Progress | None = None,
        *,
        format: str | None = None,
        language: str | None = None,
        strict: bool = False,
    ) -> IngestReport:
        """Add a file, the readable files of a folder, a glob, a feed, several of these, or a Transcript made in Python.

        `format` is the key of the family of files that all of them are read as (`bot.transcripts.formats`), `language`
        the tag of the language that all are in ("de"); by default the files tell.  A file that is there already changes
        nothing; one that was added before and has changed takes the place of its old self.  `strict`: a file some of
        whose words may be somebody else's than the file seems to say counts as one that cannot be read.  Raises
        TranscriptError when the only file named cannot be read; of several, those that cannot are listed in the report
        as failed and the others are added.
        """
        if isinstance(what, Transcript):
            return IngestReport((self._add_one(made(what), progress, language),))
        found = find([what] if isinstance(what, str | Path) else list(what))
        report = self.add_found(found, progress, format=format, language=language, strict=strict)
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
        strict: bool = False,
        tell: Callable[[Added], None] | None = None,
    ) -> IngestReport:
        """Add the files that `find` found; `tell` hears of each once it is in the library, or has failed.

        Files are committed together that are taken in within a few seconds, since a commit writes the whole manifest.
        """
        files = [Added(name, "failed", error=error) for name, error in found.failed]
        for file in files:
            if tell:
                tell(file)
        reads = (read_source(source, format) for source in found.files)
        for added in self._adding.add_all(reads, progress, language and checked_language(language), strict):
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
                files.append(self._add_one(Reading(path, read_bytes(data, item.name), data), progress))
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
        return self._add_one(uploaded(data, name, format), progress, language)

    def report(self, id: str) -> FileReport:
        """What became of every unit of the file of a transcript.  Raises LibraryError when there is none."""
        entry = self.entry(id)
        return FileReport.of(self.revision(entry.revision), entry)

    def keep(self, id: str) -> Kept:
        """All that `restore` needs after `remove`.  Raises LibraryError when there is none with this id."""
        entry = self.entry(id)
        records = self._manifests.read().entries
        position = next(number for number, record in enumerate(records) if record.group == entry.group)
        held = self._revisions.held(entry.group)
        return Kept(records[position], position, held.transcript, held.data)

    def restore(self, kept: Kept, progress: Progress | None = None) -> Entry:
        """Take in again what was removed: under its id, with its path, title, date and names, where it stood.

        Its revision is the one that it had, so quotes of it can be opened again.  Raises LibraryError when its id, its
        path or its content is in the library meanwhile.
        """
        record = kept.record
        with self._commits.writing():
            manifest = self._manifests.read()
            if record.id in manifest.by_id:
                raise LibraryError(f"{record.id} cannot come back: another transcript has its id now; remove that")
            same_path = record.path and any(item.path == record.path for item in manifest.entries)
            if same_path or any(item.sha256 == record.sha256 for item in manifest.entries):
                raise LibraryError(f"{record.id} cannot come back: its file has been added again meanwhile")
            batch = Batch(manifest)
            try:
                self._adding.store_and_index(record, kept.transcript, kept.data, batch, progress)
                batch.insert(record, kept.position)
            finally:
                self._adding.commit(batch)
            return self.entry(record.id)

    def remove(self, id: str) -> Entry:
        """Take a transcript out.  Raises LibraryError when there is none with this id."""
        self.entry(id)  # an unknown id is an error before anything is locked or made
        with self._commits.writing():
            entry = self.entry(id)
            manifest = self._manifests.read()
            self._commits.set_pending([entry.group])
            self._commits.commit(replace(manifest, entries=tuple(item for item in manifest.entries if item.id != id)))
            self._commits.sweep()
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

    def label(self, id: str, place: str, name: str | None, progress: Progress | None = None) -> Relabelled:
        """Say who speaks at a place of a transcript, whatever its file says; None for nobody that is known.

        `place` is "120-134" for lines, or an item as quotes cite it ("segments[12]").  `name` is anybody's; whoever is
        called so in the transcript is the same person.  It is kept beside the file, like names of speakers, and holds
        until `unlabel`; of two labels for the same words the later holds.  Turns are split where they have to be, and
        this transcript is indexed anew, whole or not at all.  Raises LibraryError for an unknown transcript, a place
        where nothing is said, and a name as `rename` does.
        """

        def labels(record: Record, transcript: Transcript) -> tuple[Label, ...]:
            given = place_in(transcript, place), speaker_meant(record, self.entry(id).called, name and name.strip())
            return (*record.labelled, given)

        return self._relabel(id, labels, progress)

    def unlabel(self, id: str, progress: Progress | None = None) -> Relabelled:
        """Take back the last label that was given in a transcript.  Raises LibraryError where there is none."""

        def labels(record: Record, transcript: Transcript) -> tuple[Label, ...]:
            if not record.labelled:
                raise LibraryError(f"nobody has said who speaks in {id}, so there is nothing to take back")
            return record.labelled[:-1]

        return self._relabel(id, labels, progress)

    def _relabel(
        self, id: str, labels_of: Callable[[Record, Transcript], tuple[Label, ...]], progress: Progress | None
    ) -> Relabelled:
        """Give a transcript other labels.  Until the commit it is read as before, and nothing is left of that after."""
        entry = self.entry(id)
        labels_of(self._record(id), self._revisions.held(entry.group).transcript)  # an error before anything is locked
        with self._commits.writing():
            record = self._record(id)
            held = self._revisions.held(record.group)
            labels = labels_of(record, held.transcript)
            place, _ = max(labels, record.labelled, key=len)[-1]  # the one that is given, or taken back
            before = words_at(self.transcript(id), place)
            batch = Batch(self._manifests.read())
            try:
                changed = record.with_labels(held.transcript, labels)
                self._adding.store_and_index(changed, held.transcript, held.data, batch, progress)
                batch.put(changed, record)
            finally:
                self._adding.commit(batch)
            after = words_at(self.transcript(id), place)
        words = sum(len(text.split()) for _, text in after)
        who = (tuple(dict.fromkeys(speaker for speaker, _ in said)) for said in (before, after))
        return Relabelled(id, place, words, *who)

    def _record(self, id: str) -> Record:
        self.entry(id)
        return next(record for record in self._manifests.read().entries if record.id == id)

    def _change(self, change: Change) -> tuple[Renamed, ...]:
        """Commit what a person says of the transcripts; nothing else of the library is written."""
        change(self._manifests.read().entries)  # what cannot be done is an error before anything is locked or made
        with self._commits.writing():
            manifest = self._manifests.read()
            changed = change(manifest.entries)
            if changed != manifest.entries:
                self._commits.commit(replace(manifest, entries=changed))
            return differences(manifest.entries, changed)

    def reindex(self, encoder: Encoder | str | None = None, progress: Progress | None = None) -> None:
        """Build the indexes anew from the stored transcripts, with another encoder if one is named.

        The old index serves until the new one is whole.  Raises LibraryError for a library without transcripts.
        """
        self.need_transcripts()
        new_encoder = self._encoding.load() if encoder is None else load_encoder(encoder)
        with self._commits.writing():
            manifest = self._manifests.read()
            index = f"index-{int(manifest.index.rpartition('-')[2]) + 1}"
            shutil.rmtree(self.folder / index, ignore_errors=True)  # what a killed reindex left
            indexes = Indexes.at(self.folder / index, new_encoder, {})
            entries: list[Record] = []
            try:
                for record in manifest.entries:
                    transcript = relabelled(self._revisions.held(record.group).transcript, record.labelled)
                    entries.append(record if record.language else _noticed(record, transcript))
                    indexes.put(transcript, entries[-1], new_encoder, self.settings.chunking, progress)
            finally:
                indexes.vectors.close()
            with self._guard:
                self._encoding.use(new_encoder)
                encoder_now = asdict(new_encoder.fingerprint())
                self._commits.commit(replace(manifest, index=index, encoder=encoder_now, entries=tuple(entries)))
                self._indexes.close()
            shutil.rmtree(self.folder / manifest.index, ignore_errors=True)

    def _add_one(self, read: Reading, progress: Progress | None, language: str | None = None) -> Added:
        return next(self._adding.add_all([read], progress, language and checked_language(language)))

    # --- searching it --------------------------------------------------------------------------------------------

    @contextmanager
    def searching(self) -> Iterator[Indexes]:
        """The indexes as of the newest commit, kept open until the block ends.

        Raises LibraryError when the indexes are missing, EncoderError when they were made with another encoder.
        """
        with self._guard:
            yield self._indexes.current()

    def searching_words(self) -> AbstractContextManager[WordIndex]:
        """The word index of turns as of the newest commit; unlike `searching` it needs no encoder.

        Raises LibraryError when it is missing.
        """
        return self._indexes.words()

    @property
    def encoder_name(self) -> str:
        """The name of the encoder, without loading it."""
        return self._encoding.name

    @property
    def older_encoder(self) -> str | None:
        """One line, with the commands for staying and for moving over, where the library was made with the encoder that
        was the default before; None where it was not, or where the encoder to use was named.
        """
        return self._encoding.older

    @property
    def encoder(self) -> Encoder:
        """The encoder, loaded.  Raises EncoderError when it is not the one the library was made with."""
        return self._encoding.checked()

    def __reduce__(self) -> tuple[Any, ...]:
        """Copied and pickled as what it was opened with; the copy opens its own indexes and encoder."""
        wanted = self._encoding.wanted
        return type(self).open, (self.folder, wanted if isinstance(wanted, str) else None, self.settings)

    def close(self) -> None:
        """Let go of the index files.  A closed library opens them again at the next question."""
        self._indexes.close()


def _noticed(record: Record, transcript: Transcript) -> Record:
    """A transcript of an older version, with its language."""
    language = noticed_language(transcript)
    return replace(record, language=language, language_by=NOTICED if language else "")
