"""Names that stand beside words without a colon: on a line of their own above or below them, in a column, or bold.

    Vera Stock                BEATRIX     We lost both basses.        It was called dinner.
    Who took the call?        OSWIN       And so they asked me.       — Bogdan Illic

Nothing but repetition tells such a name from a short line: most paragraphs must have one, and the same few again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from bot.transcripts.formats.labels import A_NAME, HEADING, Candidate, shape_of

_MOST = 0.6  # share of the paragraphs that have a name above their words
_COLUMNS = 0.9  # share of the lines that keep to the column
_NAME_WORDS = 4
_AGAIN = 0.5  # at most so many different names, of all places where one stands
_FEWEST = 4  # places
_COLUMN = re.compile(rf"(?P<name>{A_NAME})(?:[ ]{{2,}}|\t+)(?=\S)")
_BOLD = re.compile(rf"\s*(?:\*\*|__)(?P<name>{A_NAME})(?:\*\*|__)[ \t]+(?=[^\s:])")
_BEHIND = re.compile(rf"\s*(?:[—–]|--)\s*(?P<name>{A_NAME})[*_\s]*")
_RULE = re.compile(r"[\W_]+")


def names_without_colon(lines: Sequence[str]) -> dict[int, Candidate]:
    """The labels (by line) of a file that writes names so; none where it does not show that."""
    return _in_a_column(lines) or _above_words(lines) or bold_names(lines, ())


def bold_names(lines: Sequence[str], known: Collection[str]) -> dict[int, Candidate]:
    """Bold names that words follow: those that are labels of the file elsewhere, or all where they head most of its
    paragraphs."""
    found = {number: match for number, line in enumerate(lines, 1) if "**" in line and (match := _BOLD.match(line))}
    folded = {name.casefold() for name in known}
    heads = {
        number: Candidate(number, match["name"].strip(), True, False, None, lines[number - 1][match.end() :].strip())
        for number, match in found.items()
        if _is_name(match["name"].strip()) and (not known or match["name"].strip().casefold() in folded)
    }
    names = {candidate.name for candidate in heads.values()}
    filled = sum(1 for line in lines if line.strip())
    throughout = len(heads) >= max(_FEWEST, _MOST * filled) and len(names) <= _AGAIN * len(heads)
    return heads if known or throughout else {}


def names_behind(lines: Sequence[str]) -> tuple[dict[int, Candidate], set[int]]:
    """The labels of a file whose names stand below the words, "— Bogdan Illic", by the line on which their words begin,
    and the lines (numbers) of the names.

    Only the paragraph right above is surely theirs.
    """
    names = {
        number: match["name"].strip()
        for number, line in enumerate(lines, 1)
        if (match := _BEHIND.fullmatch(line)) and _is_name(match["name"].strip())
    }
    if len(names) < _FEWEST - 1:
        return {}, set()
    labelled: dict[int, Candidate] = {}
    for number, name in names.items():
        last = next((at for at in range(number - 1, 0, -1) if lines[at - 1].strip()), 0)
        first = last
        while first > 1 and lines[first - 2].strip() and first - 1 not in names:
            first -= 1
        if first and last not in names and not HEADING.match(lines[first - 1]):
            labelled[first] = Candidate(first, name, False, False, None, lines[first - 1].strip())
    return labelled, set(names)


def _above_words(lines: Sequence[str]) -> dict[int, Candidate]:
    """First lines of paragraphs that are names, the same few again and again."""
    starts = [
        number
        for number, line in enumerate(lines, 1)
        if line.strip() and (number == 1 or not lines[number - 2].strip())
    ]
    heads = {
        number: lines[number - 1].strip()
        for number in starts
        if number < len(lines) and lines[number].strip() and _is_name(lines[number - 1].strip())
    }
    counts = Counter(heads.values())
    few = len(counts) <= _AGAIN * len(heads)
    repeated = {number: name for number, name in heads.items() if few or counts[name] > 1}
    if len(repeated) < max(_FEWEST, _MOST * len(starts)) or len(set(repeated.values())) > _AGAIN * len(repeated):
        return {}
    return {number: Candidate(number, name, False, False, None, "") for number, name in repeated.items()}


def _in_a_column(lines: Sequence[str]) -> dict[int, Candidate]:
    """Names in a first column, words in a second that begins at one place, also where the first is empty."""
    matches = {number: match for number, line in enumerate(lines, 1) if (match := _COLUMN.match(line))}
    column, _ = (Counter(match.end() for match in matches.values()).most_common(1) or [(0, 0)])[0]
    kept = [
        line
        for line in lines
        if line.strip() and not _RULE.fullmatch(line.strip())
        if column and line[column : column + 1].strip() and not line[column - 1 : column].strip()
    ]
    filled = [line for line in lines if line.strip() and not _RULE.fullmatch(line.strip())]
    named = {
        number: match["name"].strip()
        for number, match in matches.items()
        if match.end() == column and _is_name(match["name"].strip())
    }
    counts = Counter(named.values())
    people = {number: name for number, name in named.items() if counts[name] > 1}
    few = len(set(people.values())) <= _AGAIN * len(people)
    if len(people) < _FEWEST or not few or len(kept) < _COLUMNS * len(filled) or len(people) < _AGAIN * len(named):
        return {}
    first = min(people)
    return {
        number: Candidate(number, name, False, False, None, lines[number - 1][column:].strip())
        for number, name in named.items()
        if number >= first
    }


def _is_name(text: str) -> bool:
    return (
        ":" not in text
        and "：" not in text
        and len(text.split()) <= _NAME_WORDS
        and shape_of(text, emphasised=False) in ("name", "word")
    )
