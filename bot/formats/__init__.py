"""Files to transcripts: a registry of readers, one module a family.

A family joins by one line in FORMATS.  Its module has a NAME and three functions:

    recognises(data) -> bool                          by content
    read(data) -> (utterances, Reading)               accounts for every unit of the file
    holds(data, place, text, label, labels) -> bool   the locator: are these words at this place, by this label?

`holds` never uses `read`: it is the second opinion that makes a quote true.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from bot.errors import TranscriptError
from bot.formats import labelled, webvtt
from bot.transcript import Place, Reading, Transcript, Utterance


@dataclass(frozen=True)
class Format:
    """A family of transcript files."""

    name: str
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    read: Callable[[bytes], tuple[tuple[Utterance, ...], Reading]]
    holds: Callable[[bytes, Place, str, str, Collection[str]], bool]


# In order: the first family that recognises a file reads it.
FORMATS = (
    Format(webvtt.NAME, (".vtt",), webvtt.recognises, webvtt.read, webvtt.holds),
    Format(labelled.NAME, (".txt", ".text", ".md"), labelled.recognises, labelled.read, labelled.holds),
)

SUFFIXES = frozenset(suffix for family in FORMATS for suffix in family.suffixes)


def read_file(path: Path) -> tuple[Transcript, bytes]:
    """The transcript in a file, and the file's bytes.

    Raises TranscriptError, naming the file, when it is missing or cannot be read as a transcript.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise TranscriptError(f"{path}: no such file; name a transcript file or a folder of them") from None
    except OSError as error:
        raise TranscriptError(f"{path}: cannot be read ({error.strerror}); check the file") from None
    return read_bytes(data, path.name), data


def read_bytes(data: bytes, name: str) -> Transcript:
    """The transcript in the bytes of a file called `name`.  Raises TranscriptError, naming the file."""
    try:
        if not data.strip():
            raise TranscriptError("the file is empty; a transcript with words was expected")
        utterances, report = family_of(data, name).read(data)
        if not utterances:
            raise TranscriptError("no words were found in it; a transcript with speech was expected")
    except TranscriptError as error:
        raise TranscriptError(f"{name}: {error}") from None
    return Transcript(
        id=slug(Path(name).stem),
        title=re.sub(r"[-_\s]+", " ", Path(name).stem).strip() or name,
        source=name,
        sha256=hashlib.sha256(data).hexdigest(),
        utterances=utterances,
        report=report,
    )


def family_of(data: bytes, name: str) -> Format:
    """The family that reads these bytes: by content, except that a suffix claims what no content contradicts."""
    for family in FORMATS[:-1]:
        if family.recognises(data) or Path(name).suffix.lower() in family.suffixes:
            return family
    return FORMATS[-1]


def slug(text: str) -> str:
    """An id that is safe as a folder name and easy to type: lower-case letters and digits joined by hyphens."""
    plain = re.sub(r"[\W_]+", "-", text.casefold().encode("utf-8", "ignore").decode()).strip("-")
    # File systems allow 255 bytes in a name, and a revision adds its hash.
    return plain.encode()[:120].decode(errors="ignore").rstrip("-") or "transcript"
