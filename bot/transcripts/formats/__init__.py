"""Files to transcripts: a registry of readers, one module a family.

A family joins by one line in FORMATS.  Its module has three functions (a family that is never guessed, two):

    recognises(data) -> bool                          by content, and only its own: other families are asked too
    read(data) -> Contents                            accounts for every unit of the file
    holds(data, place, text, label, labels) -> bool   the locator: are these words at this place, by this label?

`holds` never uses `read`: it is the second opinion that makes a quote true.  All three are pure.  `read` raises
TranscriptError for bytes that it cannot make sense of, `recognises` never raises.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from bot.errors import TranscriptError
from bot.transcripts.formats import (
    deposition,
    exported_json,
    hearing,
    labelled,
    podcast_html,
    subrip,
    turns,
    webvtt,
    word,
)
from bot.transcripts.formats.same_person import as_one
from bot.transcripts.formats.text import encoding_of
from bot.transcripts.transcript import Contents, Place, Transcript
from bot.words.dates import title_of


@dataclass(frozen=True)
class Format:
    """A family of transcript files.

    `key` is what `--format` takes.  `recognises` is None for a family that is read only when it is named.
    """

    key: str
    name: str
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes], bool] | None
    read: Callable[[bytes], Contents]
    holds: Callable[[bytes, Place, str, str, Collection[str]], bool]


ASKED_FOR = "as it was asked for"
"""Why a file was read as it was, when somebody named the format."""

LABELLED = Format(
    "labelled", turns.NAME, (".txt", ".text", ".md", ".tsv", ".sbv", ".lrc"), None, labelled.read, labelled.holds
)
"""The family of last resort: any text may be labelled text."""

FORMATS = (
    Format("vtt", webvtt.NAME, (".vtt",), webvtt.recognises, webvtt.read, webvtt.holds),
    Format("srt", subrip.NAME, (".srt",), subrip.recognises, subrip.read, subrip.holds),
    Format(
        "html",
        podcast_html.NAME,
        (".html", ".htm", ".xhtml"),
        podcast_html.recognises,
        podcast_html.read,
        podcast_html.holds,
    ),
    Format("docx", word.NAME, (".docx",), word.recognises, word.read, word.holds),
    # One family a shape, told apart by content alone; the last one says why a JSON of no shape is refused.
    *(
        Format(key, name, (), recognises, read, exported_json.holds)
        for key, name, recognises, read in exported_json.FAMILIES
    ),
    Format(
        "json",
        exported_json.NAME,
        (".json", ".jsonl", ".ndjson"),
        exported_json.recognises,
        exported_json.read,
        exported_json.holds,
    ),
    Format("deposition", deposition.NAME, (), deposition.recognises, deposition.read, deposition.holds),
    Format("hearing", "hearing of the U.S. Congress", (), hearing.recognises, hearing.read, hearing.holds),
    LABELLED,
)

TEXTS = frozenset(("labelled", "hearing", "deposition", "vtt", "srt", "html", "docx"))
"""Families in which people write who speaks: one person may have several labels."""

SUFFIXES = frozenset(suffix for family in FORMATS for suffix in family.suffixes)


def read_file(path: Path, format: str | None = None) -> tuple[Transcript, bytes]:
    """The transcript in a file, and the file's bytes.  `format`: see `read_bytes`.

    Raises TranscriptError, naming the file, when it is missing or cannot be read as a transcript.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise TranscriptError(f"{path}: no such file; name a transcript file or a folder of them") from None
    except OSError as error:
        raise TranscriptError(f"{path}: cannot be read ({error.strerror}); check the file") from None
    return read_bytes(data, path.name, format), data


def read_bytes(data: bytes, name: str, format: str | None = None) -> Transcript:
    """The transcript in the bytes of a file called `name`.

    `format` is the key of a family; by default the content tells, and the suffix where the content does not.
    Raises TranscriptError, naming the file, for what cannot be read, or could be read in several ways.
    """
    try:
        if not data.strip():
            raise TranscriptError("the file is empty; a transcript with words was expected")
        family, why = detect(data, name, format)
        contents = family.read(data)
        if not contents.utterances:
            raise TranscriptError("no words were found in it; a transcript with speech was expected")
        if family is LABELLED and not format and not any(turn.label for turn in contents.utterances):
            hearing.refuse(data)
    except TranscriptError as error:
        raise TranscriptError(f"{name}: {error}") from None
    stem, reading = Path(name).stem, contents.reading
    return Transcript(
        id=slug(stem),
        title=contents.title or title_of(stem) or name,
        source=name,
        sha256=hashlib.sha256(data).hexdigest(),
        utterances=as_one(contents.utterances) if family.key in TEXTS else contents.utterances,
        report=replace(reading, family=family.key, why=why, encoding=reading.encoding or encoding_of(data)),
        date=contents.date,
        language=contents.language,
    )


def detect(data: bytes, name: str, format: str | None = None) -> tuple[Format, str]:
    """The family that reads these bytes, and why: by content first, by suffix second.

    Raises TranscriptError when several families recognise the content and the suffix does not choose among them, and
    for an unknown `format`.
    """
    if format is not None:
        return format_of(format), ASKED_FOR
    suffix = Path(name).suffix.lower()
    found = [family for family in FORMATS if family.recognises and family.recognises(data)]
    if len(found) == 1:
        return found[0], "by its content"
    claiming = [family for family in found or FORMATS if suffix in family.suffixes]
    if len(claiming) == 1:
        return claiming[0], f"by its name, which ends in {suffix}"
    if found:
        candidates = " or ".join(f"{family.name} (--format {family.key})" for family in found)
        raise TranscriptError(f"this could be {candidates}; say which")
    return LABELLED, "as text, since its content is of no other family"


def format_of(key: str) -> Format:
    """The family with this key.  Raises TranscriptError, naming the keys, when there is none."""
    for family in FORMATS:
        if family.key == key:
            return family
    raise TranscriptError(f"no format is called {key!r}; expected one of {', '.join(f.key for f in FORMATS)}")


def family_of(data: bytes, transcript: Transcript) -> Format:
    """The family that a transcript was read by from these bytes."""
    key = transcript.report.family
    return format_of(key) if key else detect(data, transcript.source)[0]


def slug(text: str) -> str:
    """An id that is safe as a folder name and easy to type: lower-case letters and digits joined by hyphens."""
    plain = re.sub(r"[\W_]+", "-", text.casefold().encode("utf-8", "ignore").decode()).strip("-")
    # File systems allow 255 bytes in a name, and a revision adds its hash.
    return plain.encode()[:120].decode(errors="ignore").rstrip("-") or "transcript"
