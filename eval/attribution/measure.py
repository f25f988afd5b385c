"""A reading against a truth, word by word; files added up by family and by kind.

Every word of speech has one outcome.  "Wrong" is a named speaker other than the right one, or any where the file names
nobody; it is worst where the reading has no doubt of it (`Utterance.doubt`), since a quote is then shown without a
caution.  Where the truth is not sure of a speaker, that one and nobody are both right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from bot.errors import TranscriptError
from bot.transcripts.formats import read_file
from bot.transcripts.transcript import Transcript, Utterance
from eval.attribution.truths import Owner, Spot, Truth, folded, meets
from eval.attribution.words import align, words_of

RIGHT = "right"
SILENT = "wrong, no caution"
CAUTIONED = "wrong, with a caution"
UNTOLD = "nobody's, but the file tells"
NOBODY = "nobody's, rightly"
DROPPED = "dropped"
SPEECH = (RIGHT, SILENT, CAUTIONED, UNTOLD, NOBODY, DROPPED)
"""The outcomes of a word of speech."""

TAKEN = "no speech, taken for it"
"""The outcome of other words."""

DOUBTED = "right, with a caution"
"""Counted beside RIGHT, of which it is a part: cautions that nobody needed."""


@dataclass(frozen=True)
class Mistake:
    """Words in a row with one outcome that is not right."""

    outcome: str
    given: str
    wanted: str
    words: str

    def __str__(self) -> str:
        return f"{self.outcome} ({self.given}, not {self.wanted}): {self.words}"


@dataclass
class Judged:
    """A file: what its words came to, or why it was refused."""

    name: str
    kind: str
    family: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    mistakes: tuple[Mistake, ...] = ()
    refusal: str = ""
    refused_rightly: bool = False

    @property
    def wrong(self) -> int:
        return self.counts[SILENT] + self.counts[CAUTIONED]


@dataclass(frozen=True)
class _Fate:
    """One word, what became of it, and who was named and should have been."""

    word: str
    outcome: str
    given: str = ""
    wanted: str = ""
    doubted: bool = False


def measure(truths: Mapping[Path, Truth]) -> list[Judged]:
    """Read every file once and judge it."""
    judged = []
    for path, truth in truths.items():
        try:
            transcript, _ = read_file(path)
        except TranscriptError as error:
            rightly = truth.refused or truth.refusable
            judged.append(Judged(path.name, truth.kind, refusal=str(error), refused_rightly=rightly))
            continue
        judged.append(judge(transcript, truth))
    return judged


def judge(transcript: Transcript, truth: Truth) -> Judged:
    """What the words of a reading came to.  Where the truth is by place, the words read at each place are counted."""
    fates = list(_by_place(transcript, truth) if truth.spots else _by_words(transcript, truth))
    counts = Counter(fate.outcome for fate in fates) + Counter(DOUBTED for fate in fates if fate.doubted)
    mistakes = tuple(
        Mistake(*key, " ".join(fate.word for fate in run if fate.word))
        for key, run in groupby(fates, lambda fate: (fate.outcome, fate.given, fate.wanted))
        if key[0] not in (RIGHT, NOBODY)
    )
    return Judged(transcript.source, truth.kind, transcript.report.family, counts, mistakes)


def _by_words(transcript: Transcript, truth: Truth) -> Iterator[_Fate]:
    read = [(word, utterance) for utterance in transcript.utterances for word in words_of(utterance.text)]
    found = align([block.words for block in truth.blocks], [word for word, _ in read])
    used = {index for indexes in found for index in indexes if index is not None}
    for block, indexes in zip(truth.blocks, found, strict=True):
        for word, index in zip(block.words, indexes, strict=True):
            yield _dropped(word, block.owner) if index is None else _fate(*read[index], block.owner)
    yield from (_taken(word, utterance) for index, (word, utterance) in enumerate(read) if index not in used)


def _by_place(transcript: Transcript, truth: Truth) -> Iterator[_Fate]:
    """The words of each piece under the spots that its place meets, as many as there are to be; a label that is read
    as speech stands before its words, so the first words are those too many."""
    left = {spot: spot.words for spot in truth.spots}
    for utterance in transcript.utterances:
        ends = [piece.offset for piece in utterance.pieces[1:]] + [len(utterance.text)]
        for piece, end in zip(utterance.pieces, ends, strict=True):
            words = words_of(utterance.text[piece.offset : end])
            spots = [spot for spot in truth.spots if meets(piece.place, spot.place)]
            shares = _shares(spots, left, len(words))
            extra = len(words) - sum(shares)
            yield from (_taken(word, utterance) for word in words[:extra])
            for spot, share in zip(spots, shares, strict=True):
                yield from (_fate(word, utterance, spot.owner) for word in words[extra : extra + share])
                extra += share
    for spot, words_left in left.items():
        yield from (_dropped("" if number else f"[{spot.place}]", spot.owner) for number in range(words_left or 0))


def _shares(spots: list[Spot], left: dict[Spot, int | None], words: int) -> list[int]:
    """How many of so many words belong to each spot; takes them from what is left there."""
    shares = []
    for spot in spots:
        here = left[spot]
        share = words if here is None else min(here, words)
        if here is not None:
            left[spot] = here - share
        words -= share
        shares.append(share)
    return shares


def _fate(word: str, utterance: Utterance, owner: Owner) -> _Fate:
    if not utterance.label:
        return _Fate(word, UNTOLD if owner.names and owner.sure else NOBODY, "nobody", owner.shown)
    doubted = bool(utterance.doubt)
    if owner.names & {folded(utterance.label), folded(utterance.speaker)}:
        return _Fate(word, RIGHT, utterance.label, owner.shown, doubted)
    return _Fate(word, CAUTIONED if doubted else SILENT, utterance.label, owner.shown)


def _dropped(word: str, owner: Owner) -> _Fate:
    return _Fate(word, DROPPED, "no speech", owner.shown)


def _taken(word: str, utterance: Utterance) -> _Fate:
    return _Fate(word, TAKEN, utterance.label or "nobody", "speech")


def added(judged: list[Judged], by: str) -> dict[str, Judged]:
    """The files that were read added up by "family" or "kind"; the name of each sum is its number of files."""
    sums: dict[str, list[Judged]] = {}
    for file in judged:
        if not file.refusal:
            sums.setdefault(getattr(file, by), []).append(file)
    return {
        key: Judged(str(len(files)), key, key, sum((file.counts for file in files), Counter()))
        for key, files in sorted(sums.items())
    }


def total(judged: list[Judged]) -> Counter[str]:
    """The counts of all files that were read."""
    return sum((file.counts for file in judged), Counter())


def as_json(judged: list[Judged]) -> dict[str, Any]:
    """Counts in all, by family, by kind and by file, and the line of each file that was refused."""
    return {
        "all": total(judged),
        "families": {key: file.counts for key, file in added(judged, "family").items()},
        "kinds": {key: file.counts for key, file in added(judged, "kind").items()},
        "files": {file.name: file.counts for file in judged if not file.refusal},
        "refused": {file.name: file.refusal for file in judged if file.refusal},
        "refused wrongly": [file.name for file in judged if file.refusal and not file.refused_rightly],
    }
