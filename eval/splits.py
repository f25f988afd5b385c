"""What may be fitted on what.  Made before anything is tuned: no figure is reported on what it was fitted to.

- LoCoMo: one friendship is left out, and what is fitted on the others is reported on it; five folds, pooled and shown
  singly.
- QMSum: fitted on qmsum-train, reported on qmsum; no meeting is in both.
- FriendsQA: by episode, with a fixed hash: even ones for fitting, odd ones for reporting.
- Any other set is for reporting only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from eval.sets import Question

FIT_ONLY = frozenset({"qmsum-train"})


@dataclass(frozen=True)
class Fold:
    """Questions to fit on, and questions to report on; no group stands on both sides."""

    name: str
    fit: tuple[Question, ...]
    report: tuple[Question, ...]


def folds(name: str, questions: Sequence[Question]) -> list[Fold]:
    """The folds of a set by its name."""
    if name in FIT_ONLY:
        return [Fold(name, tuple(questions), ())]
    if name == "locomo":
        groups = dict.fromkeys(question.group for question in questions)
        return [
            Fold(
                group,
                tuple(question for question in questions if question.group != group),
                tuple(question for question in questions if question.group == group),
            )
            for group in groups
        ]
    if name == "friendsqa":
        fit = tuple(question for question in questions if _is_even(episode(question.group)))
        report = tuple(question for question in questions if not _is_even(episode(question.group)))
        return [Fold(name, fit, report)]
    return [Fold(name, (), tuple(questions))]


def episode(group: str) -> str:
    """The episode of a FriendsQA scene: "s01_e24_c11" is a scene of "s01_e24"."""
    found = re.match(r"s\d+_e\d+", group)
    return found.group() if found else group


def _is_even(text: str) -> bool:
    """A fixed hash; Python's own changes from run to run."""
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 0
