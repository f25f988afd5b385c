"""The encoder of a library: the one that was named, else the one that the library was made with.

An encoder is known by where it puts one probe sentence, not by its name or files (`embeddings.encoder.Fingerprint`).
"""

from __future__ import annotations

import shlex
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import EncoderError
from bot.store.manifest import ManifestFile

if TYPE_CHECKING:
    from embeddings.encoder import Encoder, Fingerprint


class Encoding:
    """The encoder, loaded once when it is needed.  `wanted` is what the library was opened with: None, a name or path,
    or an Encoder."""

    def __init__(self, manifests: ManifestFile, wanted: Encoder | str | None, guard: threading.RLock) -> None:
        self.wanted = wanted
        self._manifests = manifests
        self._guard = guard
        self._encoder: Encoder | None = None

    @property
    def name(self) -> str:
        """The name of the encoder, without loading it."""
        from embeddings.encoder import BUNDLED

        if self._encoder or (self.wanted and not isinstance(self.wanted, str)):
            return self.load().name
        return str(self.wanted or self._made_with().get("name") or BUNDLED)

    @property
    def older(self) -> str | None:
        """One line, with the commands for staying and for moving over, where the library was made with the encoder that
        was the default before; None where it was not, or where the encoder to use was named.
        """
        from embeddings.encoder import BUNDLED, MINILM

        if self.wanted or self._made_with().get("name") != MINILM:
            return None
        folder = self._manifests.folder
        return (
            f"{folder} was made with the encoder {MINILM}; the default is {BUNDLED} now: "
            f"`{_reindex_command(folder, BUNDLED)}` moves it over, and no transcript is lost; "
            f"`--encoder {MINILM}` goes on with the old one, without this line"
        )

    def load(self) -> Encoder:
        """The encoder, whatever the library was made with.  Raises EncoderError when it cannot be loaded."""
        with self._guard:
            if self._encoder is None:
                self._encoder = load_encoder(self.wanted or self._made_with().get("name"))
            return self._encoder

    def checked(self) -> Encoder:
        """The encoder, loaded.  Raises EncoderError when it is not the one that the library was made with."""
        with self._guard:
            encoder = self.load()
            made_with = self._made_with()
            if made_with and self.wanted is None and not _known(made_with).matches(encoder.fingerprint()):
                # Another process has indexed the library anew, with another encoder.
                self._encoder = None
                encoder = self.load()
        if made_with:
            _check(self._manifests.folder, made_with, encoder.fingerprint())
        return encoder

    def use(self, encoder: Encoder) -> None:
        """Go on with this one, since the library has been indexed with it."""
        self._encoder = encoder

    def _made_with(self) -> dict[str, Any]:
        return self._manifests.read().encoder or {}


def load_encoder(encoder: Encoder | str | None) -> Encoder:
    """An encoder by name or path; the bundled one for None.  Raises EncoderError when it cannot be loaded."""
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


def _check(folder: Path, made_with: dict[str, Any], fingerprint: Fingerprint) -> None:
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
