"""Writing to a library: one writer at a time, one rename a commit, and nothing left over from a writer that was killed.

`pending.json` names the groups that a writer is at; the next writer deletes those that the manifest does not list.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from bot.errors import LibraryError
from bot.store.disk import write_durably
from bot.store.indexes import OpenIndexes
from bot.store.manifest import Manifest, ManifestFile
from bot.store.revisions import Revisions

_LOCK_SECONDS = 60.0  # how long a writer waits for another


class Commits:
    """The commits of a library.  Everything but `writing` is called within it."""

    def __init__(
        self, manifests: ManifestFile, revisions: Revisions, indexes: OpenIndexes, guard: threading.RLock
    ) -> None:
        self._folder = manifests.folder
        self._manifests = manifests
        self._revisions = revisions
        self._indexes = indexes
        self._guard = guard

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one writer, with the manifest as it is now and nothing left over from a writer that was killed.

        Raises LibraryError when the folder cannot be written to, or another process writes for too long.
        """
        from filelock import FileLock, Timeout

        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self._folder / "lock", timeout=_LOCK_SECONDS):
                self._indexes.close_if_stale()
                self.sweep()
                yield
        except Timeout:
            raise LibraryError(
                f"another process has been writing to {self._folder} for {_LOCK_SECONDS:.0f} seconds; try again later"
            ) from None
        except PermissionError as error:
            raise LibraryError(
                f"{error.filename or self._folder} cannot be written to; check its permissions"
            ) from None

    def commit(self, manifest: Manifest) -> None:
        """Make the library what this manifest says, as its next generation."""
        before, manifest = manifest.generation, replace(manifest, generation=manifest.generation + 1)
        with self._guard:
            self._manifests.write(manifest)
            self._indexes.committed(before, manifest)

    def set_pending(self, groups: Sequence[str]) -> None:
        """Say what may be left over if this writer is killed before its commit, or must go after it."""
        write_durably(self._folder / "pending.json", json.dumps(list(groups)).encode())

    def sweep(self) -> None:
        """Delete what pending.json names and the manifest does not: replaced, removed, or never committed."""
        pending = self._folder / "pending.json"
        for draft in self._folder.glob("*.json.draft"):
            draft.unlink()
        if not pending.exists():
            return
        kept = {entry.group for entry in self._manifests.read().entries}
        for group in json.loads(pending.read_text(encoding="utf-8")):
            if group not in kept:
                self._indexes.drop(group)
                self._revisions.drop(group)
        pending.unlink()
