"""Does a label carry over to what stands below it without one?  A habit of the whole file decides.

    blocks of speech in order, each with the label that heads it or none ─► Habit

A file that names a speaker only when the speaker changes hardly ever names the same one again behind words that have no
label.  A file in which somebody is nameless does: the named one speaks again.  So what comes next tells who spoke:

    Ana: …        Ana: …
    …             …
    Tom: …        Ana: …      Why name her again, if she had not stopped?

Labelled text, hearings and Word ask here; captions (`captions._only_changes`), HTML (`html_names.carries`) and JSON
(`json_shapes.segments.carry`) ask the same of cues, elements and records, whose labels are tags.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_ENOUGH = 3  # stretches without a label from which on what follows them is evidence by itself
_OFTEN = 0.05  # so many of the turns must have some,
_MANY_TIMES = 8  # or so many, however many turns there are
_SOME = 0.3  # the same, where they are fewer
_SAME_AGAIN = 0.1  # at most this share of them may be followed by the label that stands before them
_NAMELESS = 0.34  # from this share on somebody else speaks in them
_EVERY_BLOCK = 0.2  # this share of neighbours with one label says that each block is labelled, whoever goes on
_MANY = 0.6  # this share of labelled blocks, where nothing else tells
_FEW = 0.3
_ASKING = 0.4  # share of the blocks without a label that ask, of somebody who hardly asks where named
_HARDLY = 0.15
_REPLIES = 2  # so many, and
_REPLYING = 0.5  # this share of the stretches without a label follow a question that a labelled block ends with
_LONG = 5  # blocks from which on a stretch may be too long for the file's habit
_LONGER = 2  # times as long as any other


@dataclass(frozen=True)
class Block:
    """What stands between two places where the speaker may change: a paragraph, a caption.

    `label` is "" where none heads it.  `asks`: it ends with a question.  `apart`: a heading or a rule stands between it
    and the block before.
    """

    label: str
    asks: bool = False
    apart: bool = False


@dataclass(frozen=True)
class Habit:
    """What a file does with blocks that have no label.

    `carries`: the label above holds; else nobody is named for them.  `sure`: the file shows it; of labels that carry no
    doubt is left then but of a stretch of more than `longest` blocks.
    """

    carries: bool
    sure: bool
    longest: int

    def doubt_of(self, blocks: int, noun: str = "paragraph") -> str:
        """Why somebody else may say what stands so many blocks below a label; "" where the habit leaves no doubt."""
        if self.sure and blocks <= self.longest:
            return ""
        return f"named {blocks} {noun}{'' if blocks == 1 else 's'} above; others may speak between"


def habit_of(blocks: Sequence[Block], before: int = 0) -> Habit:
    """The habit of a file, by its blocks from the first with a label on, in order.

    `before` counts the blocks of speech above them: a file that begins so has a speaker whom it does not name.
    """
    labelled = [at for at, block in enumerate(blocks) if block.label]
    if not labelled:
        return Habit(carries=False, sure=True, longest=0)
    blocks = blocks[labelled[0] :]
    runs = _runs(blocks)
    between = [run for run in runs[:-1] if run.below]  # behind the last one no label tells who spoke
    beside = [(run, after) for run, after in itertools.pairwise(runs) if not run.below]
    again = sum(1 for run, after in itertools.pairwise(runs) if run.below and run.label == after.label)
    every_block = sum(1 for run, after in beside if run.label == after.label) > _EVERY_BLOCK * max(len(beside), _ENOUGH)
    longest = _longest([len(run.below) for run in runs])
    share = len(runs) / len(blocks)
    nameless = (again >= 2 and again >= _NAMELESS * len(between)) or (
        len({run.label for run in runs}) == 1 and share < _MANY
    )
    # Named and nameless by turns: whoever goes on does not go on for one block each time.
    by_turns = len(runs) > _ENOUGH and not beside and all(len(run.below) == 1 for run in runs[:-1])
    asking = by_turns or _others_reply(runs) or (again > 0 and _others_ask(runs))
    if every_block or nameless or asking or before >= max(2, len(runs)):
        return Habit(carries=False, sure=True, longest=0)
    clean = again <= round(_SAME_AGAIN * len(between))
    if clean and len(between) >= min(_MANY_TIMES, max(_ENOUGH, _OFTEN * len(runs))):
        return Habit(carries=True, sure=True, longest=longest)
    # Once is no habit: in a file where turns have one paragraph, another one is hardly theirs.
    carries = share >= _FEW and len(between) >= min(_ENOUGH, _SOME * len(runs))
    return Habit(carries=carries, sure=False, longest=longest)


@dataclass(frozen=True)
class _Run:
    """A labelled block and the blocks below it that have no label, up to a heading."""

    label: str
    asks: bool
    below: tuple[Block, ...]


def _runs(blocks: Sequence[Block]) -> list[_Run]:
    starts = [at for at, block in enumerate(blocks) if block.label]
    runs = []
    for start, stop in itertools.pairwise([*starts, len(blocks)]):
        below = itertools.takewhile(lambda block: not block.apart, blocks[start + 1 : stop])
        runs.append(_Run(blocks[start].label, blocks[start].asks, tuple(below)))
    return runs


def _longest(lengths: Sequence[int]) -> int:
    """How many blocks a stretch may have before it stands out from all others of the file."""
    *others, _ = sorted(lengths)
    return max(_LONG, _LONGER * max(others, default=0))


def _others_reply(runs: Sequence[_Run]) -> bool:
    """Whether those who are named ask and what has no label replies: who goes on does not end with a question."""
    asking = [run for run in runs if run.below and run.asks and not run.below[0].asks]
    return len(asking) >= _REPLIES and len(asking) >= _REPLYING * sum(1 for run in runs if run.below)


def _others_ask(runs: Sequence[_Run]) -> bool:
    """Whether what has no label asks, and those who are named hardly do: then whoever asks is never named."""
    asked, named = Counter[bool](), Counter[bool]()
    for run in runs:
        named[run.asks and not run.below] += 1
        if run.below:
            asked[run.below[-1].asks] += 1
    few = asked.total() < _ENOUGH
    return not few and asked[True] >= _ASKING * asked.total() and named[True] <= _HARDLY * named.total()
