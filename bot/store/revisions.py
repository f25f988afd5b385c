"""The stored transcripts: original bytes and parsed text, a folder for each reading of a file ("group").

What was read lately is kept in memory, so that a question in progress is answered from the revision that it began with,
under the names that it began with.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.errors import LibraryError, TranscriptError
from bot.speakers.labelling import relabelled
from bot.speakers.registry import call
from bot.store.disk import write_durably
from bot.store.manifest import Entry, ManifestFile
from bot.transcripts.transcript import Transcript

_HELD = 256  # transcripts kept in memory


class RevisionGone(LibraryError):
    """A revision was replaced, renamed or removed while it was being read."""


@dataclass(frozen=True)
class Held:
    """A reading in memory: the transcript under the labels of its file, and the bytes of the file."""

    transcript: Transcript
    data: bytes


class Revisions:
    """Transcripts by the names of their revisions."""

    def __init__(self, manifests: ManifestFile) -> None:
        self._manifests = manifests
        self.held = lru_cache(maxsize=_HELD)(self._load_group)
        """The reading with this group's name.  Raises RevisionGone when it has been replaced or removed."""
        self._named = lru_cache(maxsize=_HELD)(self._load_revision)

    def transcript(self, revision: str) -> Transcript:
        """See `Store.revision`."""
        if "+" not in revision and (entry := self._manifests.read().by_group.get(revision)):
            revision = entry.revision
        return self._named(revision)

    def turns(self, revision: str) -> tuple[tuple[str, str], ...]:
        """See `Store.turns`."""
        entry = self._entry_of(revision)
        if entry.labelled:
            return tuple((turn.speaker, turn.text) for turn in self.transcript(revision).utterances)
        try:
            stored = json.loads((self._folder(entry.group) / "transcript.json").read_bytes())
            return tuple((entry.called[turn["speaker"]], turn["text"]) for turn in stored["utterances"])
        except FileNotFoundError:
            raise _gone(revision) from None
        except (KeyError, TypeError, ValueError) as error:
            raise TranscriptError(f"a stored transcript is damaged ({error}); add its file again") from error

    def store(self, group: str, transcript: Transcript, data: bytes) -> None:
        """Write a reading.  It is in the library only once the manifest lists it."""
        folder = self._folder(group)
        folder.mkdir(parents=True, exist_ok=True)
        write_durably(folder / "source", data)
        write_durably(folder / "transcript.json", transcript.to_json().encode())

    def drop(self, group: str) -> None:
        """Delete a reading that the manifest does not list."""
        shutil.rmtree(self._folder(group), ignore_errors=True)

    def _folder(self, group: str) -> Path:
        return self._manifests.folder / "transcripts" / group

    def _load_revision(self, revision: str) -> Transcript:
        entry = self._entry_of(revision)
        said = relabelled(self.held(entry.group).transcript, entry.labelled)
        return call(said, entry.title, entry.called, entry.language)

    def _entry_of(self, revision: str) -> Entry:
        entry = self._manifests.read().by_group.get(revision.partition("+")[0])
        if entry is None or revision not in (entry.revision, entry.group):
            name = revision.partition("@")[0]
            raise RevisionGone(f"{name} was changed, renamed or removed meanwhile; ask again")
        return entry

    def _load_group(self, group: str) -> Held:
        folder = self._folder(group)
        try:
            text = (folder / "transcript.json").read_text(encoding="utf-8")
            data = (folder / "source").read_bytes()
        except FileNotFoundError:
            raise _gone(group) from None
        return Held(Transcript.from_json(text), data)


def _gone(revision: str) -> RevisionGone:
    name = revision.partition("@")[0]
    return RevisionGone(f"{name} is not there any more; it was replaced or removed, so ask again")
