"""What is right for a file: by its words, or by place where its words may not be copied.

A truth lies beside its file as NAME.truth.json, or several do in one JSON object by the names of their files:

    {"kind", "why", "blocks": [{"text", "speaker", "sure", "also"}], "not_speech": [texts]}
    {"kind", "places": [{"lines": [first, last], "speaker", "sure", "also", "words"}]}
    {"kind", "refused": true}

`blocks` are the exact words of the file, in its order.  `speaker` is null where the file ascribes the words to nobody;
`also` lists other names that are right, and where `sure` is false nobody is right too.  A place is a range of lines or
an `item` ("segments[2]", "text node 4"); `words` counts the words of speech there, so that dropped words and labels
taken for speech can be told; without it, all that is read there is speech.  Where `refusable` is true a file may be
refused as well; where `refused` is, it holds no speech that can be read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.speakers.names import fold_name
from bot.transcripts.transcript import Lines, Place
from eval.attribution.words import words_of

ENDING = ".truth.json"

_NUMBERED = re.compile(
    r"(?P<kind>.*?)s? (?P<first>\d+)(?:-(?P<last>\d+))?"  # "lines 3-4", "text node 4"
    r"|(?:[^.\[\]]+\.)*(?P<list>[^.\[\]]*)\[(?P<from>\d+)(?:-(?P<to>\d+))?\].*"  # "data.words[3-9]", "segments[2].text"
)


@dataclass(frozen=True)
class Owner:
    """Whose words they are: folded names, each of which is right; none where nobody is named."""

    names: frozenset[str]
    sure: bool = True
    shown: str = ""


@dataclass(frozen=True)
class Block:
    """Words of one speaker."""

    words: tuple[str, ...]
    owner: Owner


@dataclass(frozen=True)
class Spot:
    """A place where one speaker speaks; `words` is None where nobody has counted."""

    place: str
    owner: Owner
    words: int | None


@dataclass(frozen=True)
class Truth:
    """What is right for one file: its `blocks`, or its `spots`."""

    kind: str
    blocks: tuple[Block, ...] = ()
    spots: tuple[Spot, ...] = ()
    refused: bool = False
    refusable: bool = False

    @property
    def words(self) -> int:
        return sum(len(block.words) for block in self.blocks) + sum(spot.words or 0 for spot in self.spots)


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """A name for comparing; one of signs alone ("№") stays as it is."""
    return fold_name(name) or name.casefold().strip()


def truth_of(data: Mapping[str, Any]) -> Truth:
    """The truth in a JSON object.  Raises KeyError or TypeError for one that is none."""
    return Truth(
        data["kind"],
        tuple(Block(tuple(words_of(block["text"])), _owner(block)) for block in data.get("blocks", ())),
        tuple(Spot(_place(spot), _owner(spot), spot.get("words")) for spot in data.get("places", ())),
        data.get("refused", False),
        data.get("refusable", False),
    )


def truths_beside(folder: Path) -> dict[Path, Truth]:
    """The files of a folder and below that have a truth beside them."""
    return {
        path.with_name(path.name.removesuffix(ENDING)): truth_of(json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(folder.rglob(f"*{ENDING}"))
    }


def truths_listed(folder: Path, listed: Path) -> dict[Path, Truth]:
    """The files of a folder whose truths are in one JSON object by name."""
    data = json.loads(listed.read_text(encoding="utf-8"))
    return {folder / name: truth_of(truth) for name, truth in data.items()}


def _owner(data: Mapping[str, Any]) -> Owner:
    names = [name for name in (data["speaker"], *data.get("also", ())) if name]
    return Owner(frozenset(map(folded, names)), data.get("sure", True), data["speaker"] or "nobody")


def _place(data: Mapping[str, Any]) -> str:
    if "item" in data:
        return str(data["item"])
    first, last = data["lines"]
    return str(Lines(first, last))


def meets(place: Place, wanted: str) -> bool:
    """Whether a place of a reading and one of a truth have something in common.

    Numbered places of one kind are ranges: "lines 3-4", "text node 4", "words[0-7]".  Of a place in JSON the outermost
    list tells, whatever it lies in: "words[3]" is in "results.words[3]", and holds "words[3].text".
    """
    here, there = _range(str(place)), _range(wanted)
    if here and there:
        return here[0] == there[0] and here[1] <= there[2] and there[1] <= here[2]
    return str(place) == wanted


@lru_cache(maxsize=65536)
def _range(place: str) -> tuple[str, int, int] | None:
    numbered = _NUMBERED.fullmatch(place)
    if not numbered:
        return None
    if numbered["from"]:
        return f"{numbered['list']}[]", int(numbered["from"]), int(numbered["to"] or numbered["from"])
    return numbered["kind"], int(numbered["first"]), int(numbered["last"] or numbered["first"])
