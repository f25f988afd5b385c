"""The indexes over the transcripts: vectors (Chroma), words (BM25), and where each transcript was cut into chunks.

They can be deleted and rebuilt.  Their rows carry the name of a transcript's reading ("group"), so readers can tell the
rows of transcripts that the manifest does not list, which a killed or running writer left.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import Chunking
from bot.errors import LibraryError
from bot.speakers.registry import Record
from bot.store.chunking import Chunk, chunk_turns, chunk_windows
from bot.store.disk import write_durably
from bot.store.encoders import Encoding
from bot.store.manifest import Entry, Manifest, ManifestFile
from bot.transcripts.transcript import Transcript
from embeddings.lexical import stemmer_of

if TYPE_CHECKING:
    from embeddings.encoder import Encoder
    from embeddings.lexical import WordIndex
    from embeddings.vectors import VectorIndex

_KINDS = ("turns", "windows")

Progress = Callable[[str, int, int], None]
"""Told (name, chunks done, chunks in all) while a transcript is indexed."""


@dataclass(frozen=True)
class Indexes:
    """The open indexes and the transcripts they serve, for the length of one search."""

    vectors: VectorIndex
    words: Mapping[str, WordIndex]
    entries: Mapping[str, Entry]
    """By group."""
    folder: Path
    _chunks: dict[str, tuple[Chunk, ...]] = field(default_factory=dict)

    @classmethod
    def at(cls, folder: Path, encoder: Encoder | None, entries: Mapping[str, Entry]) -> Indexes:
        """Those in a folder, made where there are none.  Raises LibraryError when they cannot be opened."""
        from embeddings.lexical import WordIndex
        from embeddings.vectors import VectorIndex

        try:
            words = {kind: WordIndex(folder / "words" / kind) for kind in _KINDS}
            (folder / "chunks").mkdir(exist_ok=True)
            return cls(VectorIndex(folder / "vectors", encoder), words, entries, folder)
        except (OSError, ValueError, RuntimeError) as error:  # tantivy and Chroma say it in several ways
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise LibraryError(
                f"the index {folder} cannot be opened ({reason}); asking needs write access to it, "
                "and `onrecord reindex` builds it again"
            ) from None

    def chunks(self, group: str) -> tuple[Chunk, ...]:
        """All turn chunks of a revision in order, without their texts: what stands beside a hit is known by it."""
        if group not in self._chunks:
            ids = json.loads(self._chunks_file(group).read_text(encoding="utf-8"))
            self._chunks[group] = tuple(Chunk.from_id(id) for id in ids)
        return self._chunks[group]

    def put(
        self,
        transcript: Transcript,
        record: Record,
        encoder: Encoder,
        chunking: Chunking,
        progress: Progress | None,
    ) -> None:
        """Cut a transcript into chunks and take them in, in place of what the indexes have of this group."""
        group, stemmer = record.group, stemmer_of(record.language)
        turns = chunk_turns(transcript, group, encoder, chunking)
        chunks = {"turns": turns, "windows": chunk_windows(turns, encoder, chunking)}
        total, done = sum(len(batch) for batch in chunks.values()), 0

        def tell(count: int) -> None:
            nonlocal done
            done += count
            if progress:
                progress(transcript.source, done, total)

        write_durably(self._chunks_file(group), json.dumps([chunk.id for chunk in turns]).encode())
        for kind, batch in chunks.items():
            ids, texts = [chunk.id for chunk in batch], [chunk.text for chunk in batch]
            fields = [{"group": group, "speaker": chunk.label} for chunk in batch]
            self.words[kind].replace(group, ids, texts, fields, stemmer)
            self.vectors.add(kind, ids, texts, fields, tell)

    def drop(self, group: str) -> None:
        """Delete every row of a group.  Needs no encoder."""
        for kind in _KINDS:
            self.words[kind].replace(group, [], [], [])
            self.vectors.delete(kind, "group", group)
        self._chunks_file(group).unlink(missing_ok=True)

    def _chunks_file(self, group: str) -> Path:
        return self.folder / "chunks" / f"{group}.json"


class OpenIndexes:
    """The indexes of a library, kept open until another process commits something."""

    def __init__(self, manifests: ManifestFile, encoding: Encoding, guard: threading.RLock) -> None:
        self._manifests = manifests
        self._encoding = encoding
        self.guard = guard
        self._open: tuple[int, Indexes] | None = None  # the generation that they serve, and the indexes

    @property
    def folder(self) -> Path:
        return self._manifests.folder / self._manifests.read().index

    @property
    def are_there(self) -> bool:
        """Whether every part of the index is on disk."""
        words = [self.folder / "words" / kind / "meta.json" for kind in _KINDS]
        parts = [self.folder / "vectors" / "chroma.sqlite3", *words, self.folder / "chunks"]
        return all(path.exists() for path in parts)

    def current(self) -> Indexes:
        """The indexes as of the newest commit.  Call it, and use what it returns, under the guard.

        Raises LibraryError when they are missing, EncoderError when they were made with another encoder.
        """
        manifest = self._manifests.read()
        if self._open and self._open[0] == manifest.generation:
            return self._open[1]
        self.close()
        if manifest.entries and not self.are_there:
            raise LibraryError(self._missing())
        indexes = Indexes.at(self.folder, self._encoding.checked(), manifest.by_group)
        self._open = (manifest.generation, indexes)
        return indexes

    @contextmanager
    def words(self) -> Iterator[WordIndex]:
        """The word index of turns of the newest commit; needs no encoder.  Raises LibraryError when it is missing."""
        from embeddings.lexical import WordIndex

        with self.guard:
            if self._open and self._open[0] == self._manifests.read().generation:
                yield self._open[1].words["turns"]
                return
            folder = self.folder / "words" / "turns"
            if not (folder / "meta.json").exists():
                raise LibraryError(self._missing())
            try:
                index = WordIndex(folder)
            except (OSError, ValueError) as error:
                raise LibraryError(
                    f"the index {folder} cannot be opened ({error}); `onrecord reindex` builds it again"
                ) from None
            yield index

    def drop(self, group: str) -> None:
        """Delete every row of a group, where there is an index."""
        if not self.are_there:
            return
        with self.guard:
            # Deleting needs no encoder, so a library with the wrong one can still be put in order.
            opened = self._open[1] if self._open else None
            indexes = opened or Indexes.at(self.folder, None, {})
            indexes.drop(group)
            if not opened:
                indexes.vectors.close()

    def committed(self, before: int, manifest: Manifest) -> None:
        """This process sees its own writes, so indexes of the generation before are those of the new one."""
        if self._open and self._open[0] == before:
            self._open = (manifest.generation, replace(self._open[1], entries=manifest.by_group))

    def close_if_stale(self) -> None:
        """Let go of them where another process has changed the library since."""
        with self.guard:
            if self._open and self._open[0] != self._manifests.read().generation:
                self.close()

    def close(self) -> None:
        with self.guard:
            if self._open:
                self._open[1].vectors.close()
                self._open = None

    def _missing(self) -> str:
        return f"the index of {self._manifests.folder} is missing; run `onrecord reindex` to build it again"
