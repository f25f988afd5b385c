"""Words with times and speakers: found in the text that they are, divided by speaker, and put together again."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.transcripts.formats.json_shapes.shape import Node, Said

_PAUSE = 1.0  # seconds of silence that end a phrase
PHRASE_END = re.compile(r"[.!?…。！？]$")


def align(text: str, words: Sequence[str]) -> list[int] | None:
    """Where each word begins in a text that is these words, with or without white space between; None if it is not."""
    starts: list[int] = []
    at = 0
    for word in words:
        while text[at : at + 1].isspace():
            at += 1
        if not text.startswith(word, at):
            return None
        starts.append(at)
        at += len(word)
    return None if text[at:].strip() else starts


def align_letters(text: str, words: Sequence[str]) -> list[int] | None:
    """As `align`, by letters and digits alone: the text may have other punctuation than the words.

    The signs right before a word belong to it if white space stands before them ("it? “No").
    """
    places = [at for at, sign in enumerate(text) if sign.isalnum()]
    spelt = ["".join(filter(str.isalnum, word)) for word in words]
    if "".join(text[at] for at in places) != "".join(spelt):
        return None
    starts: list[int] = []
    count = 0
    for word in spelt:
        if not word:
            starts.append(places[count - 1] + 1 if count else 0)
            continue
        at = places[count]
        after = places[count - 1] + 1 if count else 0
        white = max((n for n in range(after, at) if text[n].isspace()), default=None)
        starts.append(at if white is None else white + 1)
        count += len(word)
    return starts


def close_as_in(said: list[Said], text: str) -> list[Said]:
    """Words joined as the whole text joins them: some languages put no space between.  Unchanged if it is not them."""
    starts = align(text, [item.text.strip() for item in said])
    if starts is None:
        return said
    return [replace(item, close=at > 0 and not text[at - 1].isspace()) for item, at in zip(said, starts, strict=True)]


_WORD_KEYS = ("punctuated_word", "word", "text")


def by_speaker(item: Said, words: Node, label: Callable[[Node], str], unit: float = 1.0) -> list[Said]:
    """An item divided where its words name another speaker than the words before them.

    A word without a speaker is by that of the word before it.  An item whose words are not those of its text, letter by
    letter, stays whole; one that has no text is its words.
    """
    if not item.text and words.any_has(*_WORD_KEYS):
        item = replace(
            item,
            text=" ".join(word.text(*_WORD_KEYS).strip() for word in words),
            start=_first_start(list(words), unit) if item.start is None else item.start,
            end=_last_end(list(words), unit) if item.end is None else item.end,
        )
    if not isinstance(words.value, list) or not any(label(word) not in ("", item.label) for word in words):
        return [item]
    kept = [word for word in words if word.text(*_WORD_KEYS)]
    starts = align(item.text, [word.text(*_WORD_KEYS).strip() for word in kept])
    if not starts:
        kept = [word for word in kept if any(map(str.isalnum, word.text(*_WORD_KEYS)))]
        starts = align_letters(item.text, [word.text(*_WORD_KEYS) for word in kept])
    if not starts:
        return [replace(item, undivided=True)]
    speaking = item.label
    runs: list[tuple[str, int, list[Node]]] = []
    for word, at in zip(kept, starts, strict=True):
        speaking = label(word) or speaking
        if not runs or runs[-1][0] != speaking:
            runs.append((speaking, at, []))
        runs[-1][2].append(word)
    cuts = [0, *(at for _, at, _ in runs[1:]), len(item.text)]
    return [
        replace(item, text=item.text[at:end], label=who, start=_first_start(said, unit), end=_last_end(said, unit))
        for (who, _, said), (at, end) in zip(runs, itertools.pairwise(cuts), strict=True)
    ]


def _first_start(words: Sequence[Node], unit: float) -> float | None:
    return next((time for word in words if (time := word.seconds("start", unit=unit)) is not None), None)


def _last_end(words: Sequence[Node], unit: float) -> float | None:
    return next((time for word in reversed(words) if (time := word.seconds("end", unit=unit)) is not None), None)


def interleave(channels: Sequence[Sequence[Said]]) -> list[Said]:
    """The words of several channels in order of time, by phrases: people talk at once, and words would alternate."""
    phrases: list[tuple[float, list[Said]]] = []
    for channel in channels:
        latest, before = 0.0, None
        for item in channel:
            ended = before is None or (
                not item.close
                and bool(
                    PHRASE_END.search(before.text)
                    or (item.start is not None and before.end is not None and item.start - before.end > _PAUSE)
                )
            )
            latest = max(latest, item.start or 0.0)  # so that no channel is put out of its own order
            if ended:
                phrases.append((latest, []))
            phrases[-1][1].append(item)
            before = item
    return [item for _, phrase in sorted(phrases, key=lambda phrase: phrase[0]) for item in phrase]
