"""One person under several names: a surname beside the whole name, a slip of a letter.  By evidence, never by likeness
alone: both names speak in one transcript, where nobody else could be meant.

    the speakers of each transcript ─► spellings ─► whom a name means besides

Capitals, accents and titles are no matter here: `bot.speakers.names` folds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from bot.speakers.names import fold_name, is_machine_label, surnames_of
from bot.speakers.registry import Listed
from bot.transcripts.transcript import UNNAMED_SPEAKER

_LONG = 6  # letters of a name in which a slip can be told from another name; one less behind a first name
_LONGEST = 40  # letters; longer ones are no names


@dataclass(frozen=True)
class Spellings:
    """Names that are one person: `same` has by folded name the folded names of that person, itself among them.

    `several` has by a surname that speaks by itself, beside different people of that name, their folded names.
    """

    same: Mapping[str, frozenset[str]]
    several: Mapping[str, frozenset[str]]

    def of(self, names: Iterable[str], speakers: Sequence[str]) -> tuple[str, ...]:
        """These speakers and all others who are the same people, those first who were named."""
        named = tuple(dict.fromkeys(names))
        wanted = {folded for name in named for folded in self.same.get(fold_name(name), ())}
        others = (name for name in speakers if wanted and _is_name(name) and fold_name(name) in wanted)
        return tuple(dict.fromkeys((*named, *others)))

    def asked_back(self, names: Iterable[str], speakers: Sequence[str]) -> tuple[str, ...]:
        """The people whom the first of these names may mean that may mean several; none where each means one."""
        wanted = next((self.several[folded] for name in names if (folded := fold_name(name)) in self.several), None)
        return tuple(name for name in speakers if wanted and _is_name(name) and fold_name(name) in wanted)

    def key(self, name: str) -> str:
        """The same for all names of a person."""
        folded = fold_name(name)
        return max(self.same.get(folded, {folded}), key=lambda one: (len(one), one))

    def are_one(self, names: Sequence[str]) -> bool:
        """Whether all these are names of one person."""
        return len({self.key(name) for name in names}) == 1

    def groups(self) -> list[frozenset[str]]:
        """The folded names of each person who has several."""
        return list(dict.fromkeys(self.same.values()))


def spellings_of(entries: Iterable[Listed]) -> Spellings:
    """The names that are one person, as far as these transcripts tell."""
    return spellings(tuple(entry.speakers for entry in entries))


@lru_cache(maxsize=16)
def spellings(transcripts: tuple[tuple[str, ...], ...]) -> Spellings:
    """The names that are one person, by the speakers of each transcript."""
    whole_of: dict[str, set[str]] = {}  # by surname that speaks by itself, the whole names that speak beside it
    slips: set[tuple[str, str]] = set()
    folded_of: dict[str, str] = {}  # the same people speak in many transcripts
    for speakers in transcripts:
        for name in speakers:
            if name not in folded_of:
                folded_of[name] = fold_name(name) if _is_name(name) else ""
        folds = {folded: name for name in speakers if (folded := folded_of[name])}
        for folded, name in folds.items():
            tails = [folded[at + 1 :] for at, char in enumerate(folded) if char == " "]
            for part in set(surnames_of(name)) & folds.keys() if any(tail in folds for tail in tails) else ():
                whole_of.setdefault(part, set()).add(folded)
        slips |= set(_slips(folds))
    same: dict[str, frozenset[str]] = {}

    def join(one: str, other: str) -> None:
        both = same.get(one, frozenset({one})) | same.get(other, frozenset({other}))
        same.update(dict.fromkeys(both, both))

    for one, other in sorted(slips):
        join(one, other)
    several = {}
    for part, wholes in whole_of.items():
        if len({same.get(whole, frozenset({whole})) for whole in wholes}) == 1:
            join(part, next(iter(wholes)))
        else:
            several[part] = frozenset(wholes)
    return Spellings(same, several)


def _is_name(speaker: str) -> bool:
    return speaker != UNNAMED_SPEAKER and not is_machine_label(speaker)


def _slips(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of folded names that differ by one letter of a long last name.

    First names are often a letter apart and two people's, so they must be the same; of a name of one word the last
    letter too ("Daniel", "Daniela").  Names without one of their letters are looked up, so it takes no time.
    """
    lasts: dict[str, list[str]] = {}
    for name in sorted(names):
        first, _, last = name.rpartition(" ")
        if (_LONG - 1 if first else _LONG) <= len(last) <= _LONGEST and last.isalpha():
            lasts.setdefault(first, []).append(last)
    for first, beside in lasts.items():
        near: dict[str, list[str]] = {}
        for last in beside if len(beside) > 1 else ():
            for left in {last, *(last[:at] + last[at + 1 :] for at in range(len(last)))}:
                near.setdefault(left, []).append(last)
        for alike in near.values():
            for one, other in combinations(alike, 2):
                if _a_slip_apart(one, other) and (first or one[-1] == other[-1]):
                    yield (f"{first} {one}".strip(), f"{first} {other}".strip())


def _a_slip_apart(one: str, other: str) -> bool:
    """Whether one letter was left out, put in, changed, or changed places with the next."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[at:], other[at:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[1::-1] == b[:2] and a[2:] == b[2:])
