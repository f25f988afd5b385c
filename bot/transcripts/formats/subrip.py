"""SubRip captions (.srt), which name speakers in their text if at all: `Ana: words`, `[SPEAKER_00]: words`.

There is no standard; what players take is a number, a line of timings, and words until the next number.  What the cues
say becomes turns in `captions`, which also tells a name from other words.

The library `srt` is not used for reading: it does not say on which line a cue stands, and takes the hour-less
`00:02,760` for 880 seconds.  Tests compare this reader with it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from bot.errors import TranscriptError
from bot.transcripts.formats.caption_voices import Said
from bot.transcripts.formats.captions import TIMINGS, attributed, contents, located, voices
from bot.transcripts.formats.text import decode, fold_white, peek, split_lines, unescape
from bot.transcripts.transcript import Contents, Place

NAME = "SubRip"

# Beside the tags of HTML that players know: styles in braces (`{\an8}` of SubStation, `{b}` of MicroDVD).
_TAG = re.compile(
    r"</?(?:i|b|u|s|font|ruby|rt|c|lang|span|em|strong)(?:[.\s][^<>]{0,200})?/?>|\{\\[^{}]{0,200}\}", re.IGNORECASE
)
_BREAK = re.compile(r"<br\s?/?>", re.IGNORECASE)
_HEAD_LINES = 60  # the first timings stand within so many lines of words
_NUMBERED = 0.5  # so many timings stand below a number: then a number above timings is never somebody's words


def recognises(data: bytes) -> bool:
    """A line of timings near the beginning, and no signature of WebVTT."""
    text = peek(data)
    if text.lstrip("\ufeff").startswith("WEBVTT"):
        return False
    head = (line for line in split_lines(text[:20_000]) if line.strip())
    return any(TIMINGS.match(line) for line in itertools.islice(head, _HEAD_LINES))


def read(data: bytes) -> Contents:
    """Utterances and the account of every line.  Raises TranscriptError for a text without a line of timings.

    Tolerated: a dot for the comma, no hours, numbers that are missing or wrong, no blank line between cues, blank lines
    within one.
    """
    lines = split_lines(decode(data))
    timings = [number for number, line in enumerate(lines, 1) if TIMINGS.match(line)]
    if not timings:
        raise TranscriptError(
            "no line of timings was found; SubRip captions have lines like 00:00:01,000 --> 00:00:02,500"
        )
    said: list[Said] = []
    left_out = [(number, "blank", "") for number, line in enumerate(lines, 1) if not line.strip()]
    cues = list(_cues(lines, timings))
    before = cues[0][0][0]
    left_out += [(number, "header", line) for number, line in enumerate(lines[: before - 1], 1) if line.strip()]
    spoken: list[Sequence[int]] = []
    for numbers, timing in cues:
        cue = list(voices(lines, timing, [n for n in numbers if n > timing], _undone))
        said += cue
        if cue:
            spoken.append(numbers)
        else:
            left_out += [(number, "cue without words", lines[number - 1]) for number in numbers]
    return contents(NAME, lines, spoken, said, left_out)


def _undone(line: str) -> str:
    """The words of a line without tags and entities."""
    if "<" in line or "{" in line:
        line = _TAG.sub("", _BREAK.sub(" ", line))
    return unescape(line).strip()


def _cues(lines: Sequence[str], timings: Sequence[int]) -> Iterator[tuple[list[int], int]]:
    """The line numbers of each cue (number, timings, words; no blank lines) and that of its timings."""
    above = [number > 1 and lines[number - 2].strip().isdigit() for number in timings]
    numbered = above.count(True) >= _NUMBERED * len(above)
    begins = [number - 1 if numbered and digits else number for number, digits in zip(timings, above, strict=True)]
    for timing, (begin, end) in zip(timings, itertools.pairwise([*begins, len(lines) + 1]), strict=True):
        yield [number for number in range(begin, end) if lines[number - 1].strip()], timing


# ---- The locator: a second way through a file, which shares none of the reader's patterns.

_TAG_NAMES = frozenset("i b u s font ruby rt c lang span em strong".split())


def holds(data: bytes, place: Place, text: str, label: str, labels: Collection[str]) -> bool:
    """Whether the file has these words at this place under this label.

    Independent of `read`: it walks the file line by line from one arrow to the next, cuts the lines at the labels that
    the record knows, undoes the family's folds (line wrap, tags, entities, signs of a change of speaker, rolling
    repeats) and finds the words inside what one voice says.
    """
    return located(_heard(data, frozenset(labels) - {""}), place, text, label)


@lru_cache(maxsize=4)  # many quotes of one file are checked in a row
def _heard(data: bytes, labels: frozenset[str]) -> tuple[tuple[int, str, str], ...]:
    """(line, voice, words) of a file; the voice is "" where nobody is named."""
    lines = split_lines(decode(data))
    arrows = [_is_arrow(line) for line in lines]
    under_numbers = sum(1 for at, arrow in enumerate(arrows) if arrow and at and lines[at - 1].strip().isdigit())
    numbered = under_numbers >= arrows.count(True) / 2
    found: list[tuple[int, int, str | None, str]] = []
    cue = 0  # the line of its timings; 0 before the first
    voice: str | None = None
    for at, line in enumerate(lines):
        is_number = numbered and line.strip().isdigit() and arrows[at + 1 : at + 2] == [True]
        if arrows[at]:
            cue, voice = at + 1, None
        elif cue and line.strip() and not is_number:
            for heard, words in _plain(line, voice):
                voice = heard
                if words:
                    found.append((at + 1, cue, voice, words))
    return attributed(found, labels)


def _is_arrow(line: str) -> bool:
    """Whether a line is two times with an arrow between, whatever follows."""
    before, arrow, after = line.partition("-->")
    times = [before.strip(), (after.split() or [""])[0]]
    return bool(arrow) and all(
        time and len(time) < 24 and set(time) <= set("0123456789:.,") and any(sign in time for sign in ":.,")
        for time in times
    )


def _plain(line: str, voice: str | None) -> Iterator[tuple[str | None, str]]:
    """The stretches of a line by voice, without tags and entities; the last is still speaking at its end."""
    words = ""
    for part in re.split(r"(<[^<>]*>|\{[^{}]*\})", line):
        name = (part[1:-1].strip("/").replace(".", " ").split() or [""])[0].lower() if part[:1] == "<" else ""
        name = "" if part[1:2].isspace() else name  # "a < b > c"
        if name == "v":
            yield voice, fold_white(unescape(words))
            voice, words = fold_white(unescape(part[1:-1].partition(" ")[2])), ""
        elif name == "br":
            words += " "
        elif name not in _TAG_NAMES and not (part.startswith("{\\") and part.endswith("}")):
            words += part
    yield voice, fold_white(unescape(words))
