"""The locator's own way past times and codes: lines as `LABEL: words`, by the labels that the record has.

It knows no shapes of exporters.  What is written in figures and stands where other lines have such figures as well is
peeled off; behind it (or before it) stands a label, or nothing does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

_FIGURES = "0123456789:.,-/; \u00a0\u202f"
_PAIRS = {"[": "]", "(": ")", "<": ">", "{": "}", "#": "#"}
_SOME = 0.4  # of the paragraphs: so many begin with figures alike


def peeled(lines: Sequence[str], labels: Collection[str]) -> list[str]:
    """The lines without what is written in figures before and behind their words, with a colon behind their labels."""
    parted = [_peel(line) for line in lines]
    filled = [number for number, line in enumerate(lines) if line.strip()]
    paragraphs = [number for number in filled if not number or not lines[number - 1].strip()]
    kinds = Counter(kind for kind, _ in parted if kind)
    common = {
        kind
        for kind, count in kinds.items()
        if count > 1 and (kind[0] in _PAIRS or count >= _SOME * min(len(filled), len(paragraphs)))
    }
    rest = [words if kind in common else line for line, (kind, words) in zip(lines, parted, strict=True)]
    tails = [_without_tail(line) for line in rest]
    if sum(1 for line, cut in zip(rest, tails, strict=True) if line != cut) > 1:
        rest = [line if cut.strip() in labels else cut for line, cut in zip(rest, tails, strict=True)]
    rest = ["" if _is_length(line) or _is_only_figures(line) or _is_note(line) else line for line in rest]
    fields = _fields(rest, labels)
    ordered = sorted(labels, key=len, reverse=True)
    return [_labelled(line, ordered, fields) for line in rest]


def _peel(line: str) -> tuple[str, str]:
    """What kind of figures begin a line ("" where none do), and the words behind them."""
    rest, kind = line.lstrip(" \t\u00a0\u200b\u200e\u200f\ufeff\\"), ""
    for _ in range(5):
        if kind and rest[:2] in ("- ", "-\t"):
            rest = rest[1:].lstrip()
            continue
        token, words = _first(rest)
        if not _is_figures(token.strip("[](){}<>#\\")) and not (kind and token in ("AM", "PM", "am", "pm")):
            break
        kind, rest = kind or (token[0] if token[0] in _PAIRS else ":" if ":" in token or "/" in token else "."), words
    return kind, rest


def _first(text: str) -> tuple[str, str]:
    """The first token of a text, brackets being one, and what follows."""
    close = _PAIRS.get(text[:1])
    at = text.find(close, 1) + 1 if close else 0
    if not at:
        token, _, words = text.partition("\t" if "\t" in text[:24] and " " not in text[: text.find("\t")] else " ")
        return token, words.lstrip()
    return text[:at], text[at:].lstrip()


def _is_figures(token: str) -> bool:
    """Whether a token is a time, a day or a number with decimals."""
    half = token[-2:].casefold() in ("am", "pm")
    token = token[:-2].rstrip() if half else token.rstrip(",")
    return (
        len(token) > 2
        and token[0].isdigit()
        and token[-1].isdigit()
        and not token.strip(_FIGURES)
        and any(sign in token for sign in ":./")
    )


def _without_tail(line: str) -> str:
    bare = line.rstrip()
    opening = {"#": "#", "]": "[", ")": "("}.get(bare[-1:])
    at = bare.rfind(opening, 0, len(bare) - 1) if opening else -1
    return bare[:at] if at > 0 and _is_figures(bare[at + 1 : -1]) else line


def _is_length(line: str) -> bool:
    """Whether a line is numbers and words in turn: "0 minutes 3 seconds"."""
    tokens = line.split()
    return len(tokens) in (2, 4, 6) and all(
        token.isdigit() if at % 2 == 0 else token.strip(",").isalpha() for at, token in enumerate(tokens)
    )


def _is_only_figures(line: str) -> bool:
    """Whether a line is a day, a time or two of them, and no words."""
    return any(sign in line for sign in ":-/") and not line.strip(_FIGURES + "[]()–—to")


def _is_note(line: str) -> bool:
    return line.split()[-2:] in (["started", "transcription"], ["stopped", "transcription"])


def _fields(lines: Sequence[str], labels: Collection[str]) -> set[str]:
    """The words before a colon behind which always one of the labels stands, and nothing else."""
    values: dict[str, list[str]] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon and name.isalpha():
            values.setdefault(name, []).append(value.strip())
    return {name for name, found in values.items() if name not in labels and all(value in labels for value in found)}


def _labelled(line: str, labels: Sequence[str], fields: Collection[str]) -> str:
    """The line with a colon behind the label that heads it, where it stands in brackets, alone or before a time."""
    bare = line.strip(" \t\u00a0\u200b\u200e\u200f\ufeff")
    name, colon, value = bare.partition(":")
    if colon and name in fields:
        return f"{value.strip()}:"
    bracketed = bare[:1] in ("[", "(", "<")
    body = bare[1:] if bracketed else bare
    for label in labels:
        if not body.startswith(label):
            continue
        after = body[len(label) :]
        if bracketed:
            if after[:1] in ("]", ")", ">") and not after[1:2].strip():
                return f"{label}: {after[1:].strip()}"
        elif not after.strip():
            return f"{label}:"
        elif after[0] in " \t\u00a0":
            kind, words = _peel(after)
            if kind:
                return f"{label}: {words}"
            tokens = after.split()
            for count in (6, 4, 2):
                if _is_length(" ".join(tokens[:count])) and len(tokens) >= count:
                    return f"{label}: {after.split(None, count)[count] if len(tokens) > count else ''}"
    return line
