"""Right files changed so that the truth changes in a known way.

python -m eval.attribution.mutations [FILE ...] [--seeds N] [--into FOLDER] [--worst N]

The files are labelled text that is read rightly (the packaged samples, where none is named): a truth is made of the
reading of the file as it is, then the file is changed, and the reading of the changed file is held against that truth.
`--into` writes the changed files with their truths, for `python -m eval.attribution`.

Where a label is taken away nobody can know who speaks: the words are nobody's.  Only where the speaker of the paragraph
above goes on, and where the words stand right below a line of one who is named once for several lines, is that one
right as well.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from bot.errors import TranscriptError
from bot.transcripts.formats import read_bytes
from bot.transcripts.formats.text import decode, split_lines
from bot.transcripts.transcript import Lines, Transcript, Utterance
from eval.attribution.__main__ import as_markdown, worst
from eval.attribution.measure import Judged, judge
from eval.attribution.truths import ENDING, truth_of

_SENTENCE = re.compile(r"(?<=[.?!])\s+")


@dataclass(frozen=True)
class Paragraph:
    """A turn as it stands in the file; without `lines`, what is no speech.

    `above` are the lines between the turn before and its words, which may name the speaker or tell the time; `lines`
    what stands before, the words, and what stands behind them on each line.  `owners` are the names that are right,
    none for nobody; `label` is what the file calls the speaker.
    """

    above: tuple[str, ...]
    lines: tuple[tuple[str, str, str], ...] = ()
    label: str = ""
    owners: tuple[str, ...] = ()
    sure: bool = True

    @property
    def words(self) -> str:
        return " ".join(words for _, words, _ in self.lines if words)

    @property
    def labelled(self) -> bool:
        """Whether the file names the speaker here, above the words or before them."""
        named = (*self.above, *(before for before, _, _ in self.lines))
        return bool(self.label) and any(self.label in text for text in named)

    @property
    def labelled_throughout(self) -> bool:
        return len(self.lines) > 1 and all(self.label in before for before, _, _ in self.lines)


def paragraphs_of(text: str, transcript: Transcript) -> list[Paragraph]:
    """The turns of a file that was read line by line; what stands behind the last is the last paragraph.

    Raises ValueError where the words of a line do not stand on it as they were read, or a line has two speakers.
    """
    source, paragraphs, done = split_lines(text), [], 0
    for utterance in transcript.utterances:
        words = dict(_words_by_line(utterance))
        first, last = min(words), max(words)
        if first <= done:
            raise ValueError(f"line {first} has several speakers")
        lines = []
        for number in range(first, last + 1):
            before, found, behind = source[number - 1].partition(words.get(number, ""))
            if number in words and not found:
                raise ValueError(f"line {number} is read otherwise than it stands there")
            lines.append((before, found, behind) if number in words else (source[number - 1], "", ""))
        owners = (utterance.label,) if utterance.label else ()
        paragraphs.append(Paragraph(tuple(source[done : first - 1]), tuple(lines), utterance.label, owners))
        done = last
    return [*paragraphs, Paragraph(tuple(source[done:]))]


def _words_by_line(utterance: Utterance) -> Iterator[tuple[int, str]]:
    ends = [piece.offset for piece in utterance.pieces[1:]] + [len(utterance.text)]
    for piece, end in zip(utterance.pieces, ends, strict=True):
        if not isinstance(piece.place, Lines) or piece.place.first != piece.place.last:
            raise ValueError(f"{piece.place} is not a line")
        yield piece.place.first, utterance.text[piece.offset : end].strip()


def written(paragraphs: Sequence[Paragraph]) -> str:
    """The file; it begins with something."""
    lines = [line for part in paragraphs for line in (*part.above, *("".join(line) for line in part.lines))]
    return "\n".join(lines).lstrip("\n") + "\n"


def truth_in(paragraphs: Sequence[Paragraph], kind: str) -> dict[str, Any]:
    """The truth of the file, as JSON."""
    blocks = [
        {
            "text": " ".join(part.words.split()),
            "speaker": part.owners[0] if part.owners else None,
            "sure": part.sure,
            "also": list(part.owners[1:]),
        }
        for part in paragraphs
        if part.lines
    ]
    return {"kind": kind, "why": "a right file, changed", "blocks": blocks, "not_speech": []}


# --- mutations ---------------------------------------------------------------------------------------------------

Mutation = Callable[[list[Paragraph], random.Random], list[Paragraph]]


def as_it_is(paragraphs: list[Paragraph], chosen: random.Random) -> list[Paragraph]:
    return paragraphs


def unlabelled(paragraphs: list[Paragraph], chosen: random.Random, share: float) -> list[Paragraph]:
    """The label taken away from so many of the turns; the first keeps its own."""
    turns = [number for number, part in enumerate(paragraphs) if part.labelled][1:]
    taken = set(chosen.sample(turns, round(share * len(turns))))
    throughout = any(part.labelled_throughout for part in paragraphs)
    known: tuple[str, ...] = ()  # who is known to speak up to here
    changed = []
    for number, part in enumerate(paragraphs):
        if number in taken:
            bare = _without_label(part)
            goes_on = known == part.owners
            adjoining = not throughout and (not bare.above or bare.above[0].strip() != "")
            known = known if goes_on or adjoining else ()
            part = replace(bare, owners=known, sure=not known)
        elif part.lines:
            known = part.owners
        changed.append(part)
    return changed


def headings(paragraphs: list[Paragraph], chosen: random.Random, style: str) -> list[Paragraph]:
    """A heading between turns here and there."""
    changed, number = list(paragraphs[:2]), 0
    for part in paragraphs[2:]:
        if part.lines and chosen.random() < 0.15:
            heading = style.format(words=_HEADINGS[number % len(_HEADINGS)], number=number + 1)
            number += 1
            changed.append(Paragraph(("", heading)))
            part = _apart(part)
        changed.append(part)
    return changed


_HEADINGS = ("The early years", "What the water took", "Money and nails", "On being late", "A question of paint")


def title_page(paragraphs: list[Paragraph], chosen: random.Random) -> list[Paragraph]:
    """A title, who takes part, where and when, and whose rights they are."""
    names = _names(paragraphs)
    page = [
        "Voices of the Estuary: An Oral History",
        "",
        f"Interviewee: {names[-1]}",
        f"Interviewer: {names[0]}",
        "Date: 4 May 2019",
        "Place: the old customs house, upstairs",
        "",
        "All rights in this transcript are kept by the society. It may be quoted for study.",
    ]
    return [Paragraph(tuple(page)), _apart(paragraphs[0]), *paragraphs[1:]]


def show_notes(paragraphs: list[Paragraph], chosen: random.Random) -> list[Paragraph]:
    """What a podcast's page has before and behind the transcript."""
    names = _names(paragraphs)
    before = [
        f"{names[0]} and {names[-1]} talk about boats, bills and a very large umbrella.",
        "",
        "In this episode:",
        "- Why nobody paints on a Friday",
        "- The price of rope (12:40)",
        "",
        "Links:",
        "- The rope museum: https://rope.example.org",
        "",
        "Transcript",
    ]
    behind = ["", "Credits: recorded at Studio Four.", "Music: The Tin Whales", "", "Subscribe wherever you listen."]
    return [Paragraph(tuple(before)), _apart(paragraphs[0]), *paragraphs[1:], Paragraph(tuple(behind))]


def lower_case(paragraphs: list[Paragraph], chosen: random.Random) -> list[Paragraph]:
    """One speaker's labels in lower case, everywhere."""
    name = chosen.choice(_names(paragraphs))

    def lowered(text: str) -> str:
        return text.replace(name, name.lower())

    return [
        replace(
            part,
            above=tuple(map(lowered, part.above)),
            lines=tuple((lowered(before), words, behind) for before, words, behind in part.lines),
        )
        if part.label == name
        else part
        for part in paragraphs
    ]


def name_behind(paragraphs: list[Paragraph], chosen: random.Random) -> list[Paragraph]:
    """The words, and below them a dash and the name."""
    changed = []
    for part in paragraphs:
        if part.labelled:
            bare = _apart(_without_label(part))
            part = replace(bare, lines=(*bare.lines, (f"— {part.label}", "", "")))
        changed.append(part)
    return changed


def doubled_blanks(paragraphs: list[Paragraph], chosen: random.Random) -> list[Paragraph]:
    """Two blank lines for each; where there are none, two between turns."""
    any_blank = any(not line.strip() for part in paragraphs[1:] for line in part.above)
    changed = []
    for part in paragraphs:
        above = tuple(line for text in part.above for line in ([text] if text.strip() else [text, text]))
        changed.append(replace(part, above=above if any_blank or not part.lines else ("", "", *above)))
    return changed


def split_turns(paragraphs: list[Paragraph], chosen: random.Random) -> list[Paragraph]:
    """Each sentence of a turn a paragraph of its own, with the label only on the first."""
    changed = []
    for part in paragraphs:
        if not part.lines:
            changed.append(part)
            continue
        first, *others = _SENTENCE.split(part.words)
        changed.append(_apart(replace(part, lines=((part.lines[0][0], first, ""),))))
        changed += [
            Paragraph(("",), (("", sentence, ""),), owners=part.owners, sure=not part.owners) for sentence in others
        ]
    return changed


MUTATIONS: dict[str, Mutation] = {
    "as it is": as_it_is,
    "a tenth of the labels gone": partial(unlabelled, share=0.1),
    "a third of the labels gone": partial(unlabelled, share=1 / 3),
    "four fifths of the labels gone": partial(unlabelled, share=0.8),
    "headings": partial(headings, style="{words}"),
    "headings in capitals": partial(headings, style="PART {number}"),
    "headings of Markdown": partial(headings, style="## {words}"),
    "headings with a colon": partial(headings, style="Part {number}: {words}"),
    "a title page": title_page,
    "show notes": show_notes,
    "one label in lower case": lower_case,
    "the name behind the words": name_behind,
    "blank lines doubled": doubled_blanks,
    "turns of several paragraphs": split_turns,
}


def _names(paragraphs: Sequence[Paragraph]) -> list[str]:
    return list(dict.fromkeys(part.label for part in paragraphs if part.labelled))


def _apart(part: Paragraph) -> Paragraph:
    """With a blank line before it."""
    return part if part.above and not part.above[0].strip() else replace(part, above=("", *part.above))


def _without_label(part: Paragraph) -> Paragraph:
    above = tuple(line for line in part.above if part.label not in line)
    lines = tuple(("" if part.label in before else before, words, behind) for before, words, behind in part.lines)
    return replace(part, above=above, lines=lines)


# --- measuring ---------------------------------------------------------------------------------------------------


def mutated(data: bytes, name: str, mutation: str, seed: int) -> tuple[bytes, dict[str, Any]]:
    """A file changed by one of MUTATIONS, and its truth; the same each time for the same seed."""
    return _changed(paragraphs_of(decode(data), read_bytes(data, name)), name, mutation, seed)


def all_mutated(
    files: Sequence[tuple[str, bytes]], seeds: int
) -> Iterator[tuple[str, str, int, bytes, dict[str, Any]]]:
    """(name, mutation, seed, bytes, truth) of every mutation of each of these files, given as (name, bytes)."""
    for name, data in files:
        paragraphs = paragraphs_of(decode(data), read_bytes(data, name))
        for mutation in MUTATIONS:
            for seed in range(seeds):
                yield name, mutation, seed, *_changed(paragraphs, name, mutation, seed)


def _changed(paragraphs: list[Paragraph], name: str, mutation: str, seed: int) -> tuple[bytes, dict[str, Any]]:
    changed = MUTATIONS[mutation](paragraphs, random.Random(f"{name} {mutation} {seed}"))
    return written(changed).encode(), truth_in(changed, mutation)


def measure(files: Sequence[tuple[str, bytes]], seeds: int = 1) -> list[Judged]:
    """(name, bytes) of right files: every mutation of each, read and judged; its kind is the mutation."""
    judged = []
    for name, mutation, _, changed, truth in all_mutated(files, seeds):
        try:
            judged.append(judge(read_bytes(changed, name), truth_of(truth)))
        except TranscriptError as error:
            judged.append(Judged(name, mutation, refusal=str(error)))
    return judged


def samples() -> list[tuple[str, bytes]]:
    """The packaged transcripts that are labelled text."""
    folder = Path(__file__).resolve().parents[2] / "bot" / "samples"
    return [(path.name, path.read_bytes()) for path in sorted(folder.glob("*.txt"))]


def _write(files: Sequence[tuple[str, bytes]], seeds: int, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, mutation, seed, changed, truth in all_mutated(files, seeds):
        path = folder / f"{mutation.replace(' ', '-')}.{seed}.{name}"
        path.write_bytes(changed)
        told = json.dumps(truth, ensure_ascii=False, indent=1)
        path.with_name(path.name + ENDING).write_text(told, encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.attribution.mutations", description="Right files, changed.")
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE")
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="changed files of each mutation and file")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="write the changed files with their truths")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="the worst files, with their wrong words")
    chosen = parser.parse_args(arguments)
    files = [(path.name, path.read_bytes()) for path in chosen.files] or samples()
    if chosen.into:
        _write(files, chosen.seeds, chosen.into)
    judged = measure(files, chosen.seeds)
    print(as_markdown(judged, "kind"))
    if chosen.worst:
        print(worst(judged, chosen.worst))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
