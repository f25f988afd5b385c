"""The turns of files as hashes, so that a later reading can be held against an earlier one without copying the files.

python -m eval.attribution.frozen FOLDER > frozen.json      after a change that is meant to move some turns

A turn is its place in the file, who speaks and the words, folded.  The hash is short: it tells turns apart, and nothing
can be read from it.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path

from bot.errors import TranscriptError
from bot.transcripts.formats import SUFFIXES, read_file
from bot.transcripts.transcript import Transcript, Utterance
from eval.attribution.truths import folded
from eval.attribution.words import words_of

_LENGTH = 5  # hex digits


def frozen(folder: Path) -> dict[str, str]:
    """The turns of every file in the folders below, by its path; "" for one that is refused.  Beside these folders
    there are lists and readmes."""
    paths = [path for path in sorted(folder.glob("*/**/*")) if path.is_file() and path.suffix.lower() in SUFFIXES]
    return {path.relative_to(folder).as_posix(): _turns_in(path) for path in paths}


def turns_of(transcript: Transcript) -> str:
    """The hash of each turn, one behind the other."""
    return "".join(map(_hash, transcript.utterances))


def changed(before: str, transcript: Transcript) -> list[str]:
    """The turns that were not so before, in words, and how many are no more."""
    hashes = [before[at : at + _LENGTH] for at in range(0, len(before), _LENGTH)]
    told: list[str] = []
    now = [_hash(turn) for turn in transcript.utterances]
    for what, first, last, begin, end in SequenceMatcher(None, hashes, now, autojunk=False).get_opcodes():
        if what != "equal":
            news = [f"{turn.label or 'nobody'}: {turn.text[:60]}" for turn in transcript.utterances[begin:end]]
            told.append(f"{transcript.source}: {last - first} turns are now {news}")
    return told


def _turns_in(path: Path) -> str:
    try:
        return turns_of(read_file(path)[0])
    except TranscriptError:
        return ""


def _hash(turn: Utterance) -> str:
    told = "\t".join((str(turn.place), folded(turn.label), *words_of(turn.text)))
    return hashlib.sha256(told.encode()).hexdigest()[:_LENGTH]


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("usage: python -m eval.attribution.frozen FOLDER", file=sys.stderr)
        return 2
    print(json.dumps(frozen(Path(arguments[0])), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
