"""The manifest: which transcripts are in the library, under which names, and which index serves them.

It is the truth.  It is replaced by one atomic rename, and that rename is the commit: a transcript is in the library
from then on, and whatever lies in the folder or the indexes without being in the manifest is not.
"""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.errors import LibraryError
from bot.speakers.labelling import Label
from bot.speakers.registry import Listed, Record, edition_of, speakers_by_label
from bot.store.disk import write_durably
from bot.transcripts.finding import MANIFEST

_FORMAT = 1


@dataclass(frozen=True)
class Entry(Listed):
    """A transcript of the library, with the title, date and names that it goes by.

    `revision` names its reading under these names.  `called` has what each label's speaker is called, the label being
    UNNAMED_SPEAKER where the file names nobody.  `date` is the day of the recording, where it is known;
    `language`, `language_by` and `labelled` are as in `Record`.
    """

    called: Mapping[str, str] = field(default_factory=dict, hash=False)
    date: datetime.date | None = None
    language: str | None = None
    language_by: str = ""
    labelled: tuple[Label, ...] = ()

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
            labelled=record.labelled,
        )

    @property
    def shown_title(self) -> str:
        return self.title

    @property
    def revision(self) -> str:
        return f"{self.group}+{edition_of(self.title, self.called, self.language)}"


@dataclass(frozen=True)
class Manifest:
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
    def from_json(cls, text: str) -> Manifest:
        data = json.loads(text)
        if data.pop("format") != _FORMAT:
            raise ValueError("another format")
        return cls(**data | {"entries": tuple(map(_record, data["entries"]))})


def _record(item: dict[str, Any]) -> Record:
    labels = tuple((str(place), str(speaker)) for place, speaker in item.get("labelled", ()))
    return Record(**item | {"speakers": tuple(item["speakers"]), "labelled": labels})


class ManifestFile:
    """The manifest on disk, read anew when the file has changed."""

    def __init__(self, folder: Path, guard: threading.RLock) -> None:
        self.folder = folder
        self._guard = guard
        self._read: Manifest | None = None
        self._stamp: tuple[int, int] | None = None

    def read(self) -> Manifest:
        """As it is on disk now; an empty one where there is none.  Raises LibraryError for one that cannot be read."""
        path = self.folder / MANIFEST
        with self._guard:
            try:
                status = path.stat()
                stamp = (status.st_mtime_ns, status.st_ino)
                if self._read is None or stamp != self._stamp:
                    self._read, self._stamp = Manifest.from_json(path.read_text(encoding="utf-8")), stamp
                return self._read
            except FileNotFoundError:
                return Manifest(0, "index-1", None, ())
            except (ValueError, KeyError, TypeError) as error:
                raise LibraryError(
                    f"{path} cannot be read ({error}); it was expected to be written by this version of On Record"
                ) from None

    def write(self, manifest: Manifest) -> None:
        """Commit: after this the library is what the manifest says."""
        write_durably(self.folder / MANIFEST, manifest.to_json().encode())
