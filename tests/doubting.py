"""Files some of whose turns are doubtful, whatever the readers think of them: a reader that doubts what is marked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.store import adding
from bot.transcripts.transcript import Transcript

MARK = "at noon"
REASON = "named 14 paragraphs above; others may speak between"

FERRY = (
    "Ana Silva: The ferry sails at nine.\nTom Roe: It is often late.\n"
    f"Ana Silva: The wind was bad on Monday {MARK}.\nTom Roe: In any wind.\n"
    "Ana Silva: The quay wall was mended in stone.\nTom Roe: Good.\n"
)


def doubted(transcript: Transcript) -> Transcript:
    """The transcript, in which each turn that is marked is doubtful."""
    turns = (replace(turn, doubt=REASON) if MARK in turn.text else turn for turn in transcript.utterances)
    return replace(transcript, utterances=tuple(turns))


def doubting(patch: pytest.MonkeyPatch) -> None:
    """From now on whoever adds a file reads it so."""
    read_file, read_bytes = adding.read_file, adding.read_bytes

    def from_file(path: Path, format: str | None = None) -> tuple[Transcript, bytes]:
        transcript, data = read_file(path, format)
        return doubted(transcript), data

    patch.setattr(adding, "read_file", from_file)
    patch.setattr(adding, "read_bytes", lambda *of: doubted(read_bytes(*of)))
