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
from dataclasses import dataclass

from bot.errors import TranscriptError
from bot.formats.text import Turn, decode, fold_white, group_unspoken, parse_time, split_lines, utterances
from bot.transcript import UNNAMED_SPEAKER, Lines, Place, Reading, Utterance

NAME = "WebVTT"

# Tolerated beyond the recommendation: hours of one or many digits, times without minutes ("0.860"; Podnews), a comma
# for the decimal point.
_TIME = r"(?:(?:\d+:)?\d{1,2}:)?\d{1,2}[.,]\d{1,3}"
_TIMINGS = re.compile(rf"\s*(?P<start>{_TIME})\s*-->\s*(?P<end>{_TIME})(?=\s|$)")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^<>]*)>|</v>")
# Tags of the recommendation and time stamps within a cue.  Any other "<" is a character that somebody wrote.
_TAG = re.compile(r"</?(?:v|c|i|b|u|ruby|rt|lang)?(?:\.[^\s<>]*)?(?:\s[^<>]*)?>|<\d[\d:.]*>")


@dataclass(frozen=True)
class _Said:
    """Words of one voice on one line of a cue; `label` is None where no voice tag names a speaker."""

    line: int
    label: str | None
    words: str
    start: float
    end: float
    opens: bool  # the first words of their cue


def recognises(data: bytes) -> bool:
    """The signature that the recommendation demands, a byte-order mark before it allowed."""
    return data.removeprefix(b"\xef\xbb\xbf")[:7].rstrip() in (b"WEBVTT", b"WEBVTT-")


def read(data: bytes) -> tuple[tuple[Utterance, ...], Reading]:
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
        if reason:
            left_out += [(number, reason, lines[number - 1]) for number in numbers]
            continue
        timing, words = _split_cue(lines, numbers)
        cue = list(_voices(lines, timing, words))
        said += cue
        if cue:
            cue_lines += len(numbers)
        else:
            left_out += [(number, "cue without words", lines[number - 1]) for number in numbers]
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
    return utterances(turns), report.check()


def holds(data: bytes, place: Place, text: str, label: str, labels: Collection[str]) -> bool:
    """Whether the file has these words at this place in this voice.

    Independent of `read`: it walks the lines named, keeps those between timings and a blank line, cuts them at voice
    tags, undoes the family's fold (line wrap, tags, entities) and finds the words inside what one voice says.  Above
    the lines it looks for the voice that is still speaking.
    """
    assert isinstance(place, Lines)
    lines = split_lines(decode(data))
    voice: str | None = None
    for line in reversed(lines[: place.first - 1]):
        names = re.findall(r"<v[^\s>]*\s+([^>]*)>", line)
        if names:
            voice = names[-1]
            break
    wanted = fold_white(text)
    heard = ""
    speaking = True  # the place begins on words; a blank line ends them, and timings begin the next
    for line in lines[place.first - 1 : place.last]:
        if not line.strip() or "-->" in line:
            speaking = "-->" in line
            continue
        if not speaking:
            continue  # a cue identifier, a note, a style
        for part in re.split(r"(?=<v[\s.])", line):
            name = re.match(r"<v[^\s>]*\s+([^>]*)>", part)
            if name and name[1] != voice:
                voice, heard = name[1], ""
            heard = f"{heard} {html.unescape(re.sub(r'<[^<>]*>', '', part))}"
            if wanted in fold_white(heard) and html.unescape(voice or "").strip() == label:
                return True
    # Words outside any voice tag in a file that tags every cue: nobody is named on those lines.
    return not label and "<v" not in "".join(lines[place.first - 1 : place.last]) and wanted in fold_white(heard)


def _blocks(lines: Sequence[str]) -> Iterator[list[int]]:
    """Line numbers of each run of lines that are not blank; a line of timings in mid-run begins a new block."""
    block: list[int] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            if block:
                yield block
            block = []
            continue
        # Tolerated: no blank line between two cues.  The line above the timings may be the next cue's identifier,
        # but it may also be words, and words must not be lost, so it stays with the words.
        if _TIMINGS.match(line) and any(_TIMINGS.match(lines[earlier - 1]) for earlier in block):
            yield block
            block = []
        block.append(number)
    if block:
        yield block


def _not_a_cue(lines: Sequence[str], numbers: Sequence[int]) -> str | None:
    """Why a block holds no speech, or None if it is a cue."""
    first = lines[numbers[0] - 1]
    if numbers[0] == 1:
        return "header"
    if any(_TIMINGS.match(lines[number - 1]) for number in numbers[:2]):
        return None
    for keyword, reason in (("NOTE", "note"), ("STYLE", "style"), ("REGION", "region")):
        if first == keyword or first.startswith((keyword + " ", keyword + "\t")):
            return reason
    return "no timings"


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
    opens = True
    for number in words:
        line = lines[number - 1]
        position = 0
        for tag in [*_VOICE.finditer(line), None]:
            spoken = html.unescape(_TAG.sub("", line[position : tag.start() if tag else len(line)])).strip()
            if spoken:
                yield _Said(number, label, spoken, start, end, opens)
                opens = False
            if tag:
                label = html.unescape(tag[1]).strip() or None if tag[1] is not None else None
                position = tag.end()


def _carry_voices(said: Sequence[_Said]) -> tuple[int, list[_Said]]:
    """Give cues without a voice the speaker before them, in files that tag a voice only when it changes.

    Podcasting 2.0 allows the tag "when they change"; other exporters tag every cue and leave it out where nobody was
    recognised.  A file whose neighbouring cues repeat a tag is of the second kind.  Returns the count and the cues.
    """
    openers = [item for item in said if item.opens]
    repeats = any(a.label is not None and a.label == b.label for a, b in itertools.pairwise(openers))
    if repeats:
        return 0, list(said)
    carried = 0
    speaking: str | None = None
    result = []
    for item in said:
        if item.opens and item.label is None and speaking is not None:
            carried += 1
            item = _Said(item.line, speaking, item.words, item.start, item.end, True)
        elif item.label is not None:
            speaking = item.label
        result.append(item)
    return carried, result
