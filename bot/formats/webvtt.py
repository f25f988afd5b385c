"""WebVTT captions, with speakers in voice tags (`<v Ana Silva>words`).

Follows the block structure of the W3C recommendation (https://www.w3.org/TR/webvtt1/), with named tolerances.
Captions cut sentences mid-way, so neighbouring cues of one speaker are one turn; each line keeps its cue's times.

webvtt-py is not used for reading: it does not say on which line a cue stands, keeps only the first of two voices in a
cue and leaves entities as they are.  Tests compare this reader with it.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.errors import TranscriptError
from bot.formats.text import Turn, decode, fold_white, group_unspoken, parse_time, peek, split_lines, utterances
from bot.transcript import UNNAMED_SPEAKER, Contents, Lines, Place, Reading

NAME = "WebVTT"

# Tolerated beyond the recommendation: hours of one or many digits, times without minutes ("0.860"; Podnews) or without
# a fraction ("00:00:05"), a comma for the decimal point.
_TIME = r"(?:(?:(?:\d+:)?\d{1,2}:)?\d{1,2}[.,]\d{1,3}|(?:\d+:)?\d{1,2}:\d{2})"
_TIMINGS = re.compile(rf"\s*(?P<start>{_TIME})\s*-->\s*(?P<end>{_TIME})(?=\s|$)")
# Tolerated: a capital V, which no other tag could be.
_VOICE = re.compile(r"<[vV](?:\.[^\s<>]*)?(?:\s+(?P<name>[^<>]*))?>|(?P<end></[vV]>)")
# The recommendation's tags and time stamps within a cue.  Any other "<" is a character that somebody wrote.
_TAG = re.compile(r"</?(?:[vV]|c|i|b|u|ruby|rt|lang)(?:[.\s][^<>]*)?>|<(?:\d{2,}:)?\d{2}:\d{2}\.\d{3}>")

# The habit of tagging a voice only when it changes: at least this share of the cues has no tag, and of the neighbours
# that both have one, at most this share repeats it.
_UNTAGGED = 1 / 3
_REPEATED = 0.1


@dataclass(frozen=True)
class _Said:
    """Words of one voice on one line of a cue.

    `label` is None before any tag of the cue, and "" where the tags name nobody: after `</v>`, within `<v>`.
    """

    line: int
    cue: int
    label: str | None
    words: str
    start: float
    end: float


def recognises(data: bytes) -> bool:
    """The signature that the recommendation demands, a byte-order mark before it allowed."""
    return peek(data)[:7].rstrip() in ("WEBVTT", "WEBVTT-")


def read(data: bytes) -> Contents:
    """Utterances and the account of every line.  Raises TranscriptError for a file without the WEBVTT signature."""
    lines = split_lines(decode(data))
    if not lines or not lines[0].startswith("WEBVTT"):
        first = lines[0][:40] if lines else ""
        raise TranscriptError(f"line 1 is {first!r}, but a WebVTT file begins with WEBVTT; add that line")
    said: list[_Said] = []
    left_out: list[tuple[int, str, str]] = []
    cue_lines = 0
    for numbers in _blocks(lines):
        reason = _not_a_cue(lines, numbers)
        cue = [] if reason else list(_voices(lines, *_split_cue(lines, numbers)))
        said += cue
        if cue:
            cue_lines += len(numbers)
        else:
            left_out += [(number, reason or "cue without words", lines[number - 1]) for number in numbers]
    left_out += [(number, "blank", "") for number, line in enumerate(lines, 1) if not line.strip()]
    carried, said = _carry_voices(said)
    turns: list[Turn] = []
    for item in said:
        label = item.label or ""
        if not turns or turns[-1].label != label:
            turns.append(Turn(label, label or UNNAMED_SPEAKER))
        turns[-1].add(item.words, item.line, item.start, item.end)
    remarks = []
    if carried:
        remarks.append(f"{carried} cues without a voice tag continue the speaker before them, as this file's habit is")
    if any(not turn.label for turn in turns):
        remarks.append(f"words without a voice tag are by one {UNNAMED_SPEAKER.lower()}")
    report = Reading(NAME, "line", len(lines), cue_lines, group_unspoken(sorted(left_out)), tuple(remarks))
    return Contents(utterances(turns), report.check())


def _blocks(lines: Sequence[str]) -> Iterator[list[int]]:
    """Line numbers of each header, cue, note and so on; lines of white space alone are in none.

    An empty line ends a block, and a line of white space does not: words after it are still the cue's.  Timings begin
    a cue wherever they stand, though no blank line comes before (tolerated), and with the line above if that is their
    identifier.
    """
    above_first = next((above for above, line in itertools.pairwise(lines) if _TIMINGS.match(line)), "").strip()
    block: list[int] = []
    for number, line in enumerate(lines, 1):
        if not line:
            if block:
                yield block
            block = []
        elif _TIMINGS.match(line):
            above = block[-1:] if _is_identifier(lines, block, above_first) else []
            if rest := block[: len(block) - len(above)]:
                yield rest
            block = [*above, number]
        elif line.strip():
            # Tolerated: a line of white space between a cue and a note.
            if block and block[-1] < number - 1 and _no_speech(line):
                yield block
                block = []
            block.append(number)
    if block:
        yield block


def _is_identifier(lines: Sequence[str], block: Sequence[int], above_first: str) -> bool:
    """Whether the last line of a block is the identifier of the cue whose timings follow it.

    On a line of its own it is.  Glued to the lines of a cue it may be words, and words must not be lost: a file that
    gives its cues identifiers gives one to the first cue, and then it is an integer if that is one (`above_first`), or
    a line of white space divides it from the words.
    """
    if not block or block[-1] == 1:
        return False
    above = lines[block[-1] - 1]
    if len(block) == 1:
        return not _TIMINGS.match(above)
    if block[0] == 1:
        return ":" not in above  # not "Kind: captions"
    if block[-1] > block[-2] + 1:
        return bool(above_first)
    return above.strip().isdigit() and above_first.isdigit()


def _not_a_cue(lines: Sequence[str], numbers: Sequence[int]) -> str | None:
    """Why a block holds no speech, or None if it is a cue."""
    first = lines[numbers[0] - 1]
    if numbers[0] == 1:
        return "header"
    if any(_TIMINGS.match(lines[number - 1]) for number in numbers[:2]):
        return None
    return _no_speech(first) or "no timings"


def _no_speech(first: str) -> str | None:
    """What kind of block without speech begins with this line, if one does."""
    keyword = re.match(r"(NOTE|STYLE|REGION)(?=[ \t]|$)", first)
    return keyword[1].lower() if keyword else None


def _split_cue(lines: Sequence[str], numbers: Sequence[int]) -> tuple[int, Sequence[int]]:
    """The line number of a cue's timings and those of its words."""
    at = 0 if _TIMINGS.match(lines[numbers[0] - 1]) else 1
    return numbers[at], numbers[at + 1 :]


def _voices(lines: Sequence[str], timing: int, words: Sequence[int]) -> Iterator[_Said]:
    """What each voice says on each line of a cue.  A voice lasts until the next tag, its end tag, or the cue's end."""
    times = _TIMINGS.match(lines[timing - 1])
    assert times is not None
    start, end = parse_time(times["start"]), parse_time(times["end"])
    label: str | None = None
    for number in words:
        line = lines[number - 1]
        position = 0
        for tag in [*_VOICE.finditer(line), None]:
            spoken = html.unescape(_TAG.sub("", line[position : tag.start() if tag else len(line)])).strip()
            if spoken:
                yield _Said(number, timing, label, spoken, start, end)
            if tag:
                label = fold_white(html.unescape(tag["name"] or ""))
                position = tag.end()


def _carry_voices(said: Sequence[_Said]) -> tuple[int, list[_Said]]:
    """Give cues without a tag the speaker before them, in files that tag a voice only when it changes.

    Podcasting 2.0 allows the tag "when they change"; other exporters tag every cue and leave it out where nobody was
    recognised.  A file of the first kind has many cues without a tag, and neighbours with one hardly ever repeat it;
    else words without a tag are nobody's.  Returns the count of carried cues and what is said.
    """
    firsts = [next(items) for _, items in itertools.groupby(said, key=lambda item: item.cue)]
    untagged = sum(1 for item in firsts if item.label is None)
    neighbours = [(a, b) for a, b in itertools.pairwise(firsts) if a.label is not None and b.label is not None]
    repeats = sum(1 for a, b in neighbours if a.label == b.label)
    if untagged < _UNTAGGED * len(firsts) or repeats > _REPEATED * len(neighbours):
        return 0, list(said)
    carried: set[int] = set()
    speaking: str | None = None
    result = []
    for item in said:
        if item.label is not None:
            speaking = item.label
        elif speaking:
            carried.add(item.cue)
            item = replace(item, label=speaking)
        result.append(item)
    return len(carried), result


# ---- The locator: a second way through a file, which shares none of the reader's patterns.

_TAGS_THAT_ARE_NOT_WORDS = ("v", "c", "i", "b", "u", "ruby", "rt", "lang")


def holds(data: bytes, place: Place, text: str, label: str, labels: Collection[str]) -> bool:
    """Whether the file has these words at this place in this voice.

    Independent of `read`: it walks the file line by line, keeps those between timings and an empty line, cuts them at
    voice tags, undoes the family's fold (line wrap, tags, entities) and finds the words inside what one voice says.
    """
    assert isinstance(place, Lines)
    named = [said for said in _heard(data) if place.first <= said[0] <= place.last]
    runs = itertools.groupby(named, key=lambda said: said[1])
    wanted = fold_white(text)
    return any(voice == label and wanted in fold_white(" ".join(words for _, _, words in run)) for voice, run in runs)


@lru_cache(maxsize=4)  # many quotes of one file are checked in a row
def _heard(data: bytes) -> tuple[tuple[int, str, str], ...]:
    """(line, voice, words) of a file; the voice is "" where nobody is named."""
    lines = split_lines(decode(data))
    timings = [bool(re.match(r"\s*[\d:.,]*[.:,]\d+\s*-->\s*\d", line)) for line in lines]
    first_identifier = lines[timings.index(True) - 1].strip() if any(timings) else ""
    found: list[tuple[int, int, str | None, str]] = []
    cue = 0  # the line of its timings; 0 outside cues, in headers, notes and styles
    voice: str | None = None
    for at, line in enumerate(lines):
        if timings[at]:
            cue, voice = at + 1, None
        elif not line or (line.split()[:1] in (["NOTE"], ["STYLE"], ["REGION"]) and not lines[at - 1].strip()):
            cue = 0
        elif cue and line.strip():
            integer = line.strip().isdigit() and first_identifier.isdigit()
            apart = not lines[at - 1].strip() and first_identifier
            if (integer or apart) and timings[at + 1 : at + 2] == [True]:
                continue  # the identifier of the next cue
            for heard, words in _cut_at_voices(line, voice):
                voice = heard
                if words:
                    found.append((at + 1, cue, voice, words))
    return tuple((number, voice or "", words) for number, _, voice, words in _continued(found))


def _cut_at_voices(line: str, voice: str | None) -> Iterator[tuple[str | None, str]]:
    """The stretches of a line by voice; the last one, which may have no words, is still speaking at its end."""
    words = ""
    for part in re.split(r"(<[^<>]*>)", line):
        tag = re.match(r"<(/?)(\w+)(?:\.[^\s>]*)?(\s[^>]*)?>$", part)
        name = tag[2].replace("V", "v") if tag else ""
        if tag and name == "v":
            yield voice, fold_white(html.unescape(words))
            voice, words = fold_white(html.unescape(tag[3] or "")), ""
        elif not (name in _TAGS_THAT_ARE_NOT_WORDS or re.match(r"<[\d:]*\d\d:\d\d\.\d{3}>$", part)):
            words += part
    yield voice, fold_white(html.unescape(words))


def _continued(found: list[tuple[int, int, str | None, str]]) -> list[tuple[int, int, str | None, str]]:
    """Voices carried over, if so many cues begin without one and so few repeat one that this is the file's habit."""
    begins: dict[int, str | None] = {}
    for _, cue, voice, _ in found:
        begins.setdefault(cue, voice)
    voices = list(begins.values())
    both = [pair for pair in itertools.pairwise(voices) if None not in pair]
    if voices.count(None) < _UNTAGGED * len(voices) or sum(a == b for a, b in both) > _REPEATED * len(both):
        return found
    speaking: str | None = None
    continued = []
    for number, cue, voice, words in found:
        speaking = speaking if voice is None else voice
        continued.append((number, cue, speaking, words))
    return continued
