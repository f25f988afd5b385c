"""What the families of captions share (WebVTT, SubRip): cues become turns.

A reader finds the cues of its file and what each line of them says; here is decided who says it and what is
said twice.

- *Voices*: a tag (`<v Ana>`), else names written as text (`Ana: words`, `[SPEAKER_00]: words`), told from other words
  by evidence across the file, as in labelled text.
- *Habits*: a name in every cue, or only when the speaker changes; then cues without one continue the speaker.
- *Signs of a change* (`- Never.`, `>> Never.`) begin a turn of somebody who is not named.
- *Rolling captions* show a line again while the next one grows (YouTube, broadcast): it is said once.

Captions cut sentences mid-way, so neighbouring cues of one speaker are one turn; each line keeps its cue's times.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.transcripts.formats.inside import heard_inside, speak_inside
from bot.transcripts.formats.labelled import cut_at_labels, said_by, strip_label
from bot.transcripts.formats.labels import (
    TURN_END,
    Candidate,
    accept_labels,
    candidate_of,
    lower_case_words,
    shape_of,
    split_at_labels,
)
from bot.transcripts.formats.text import Turn, fold_white, group_unspoken, parse_time, speaker_named, utterances
from bot.transcripts.formats.unsaid import is_direction
from bot.transcripts.transcript import UNNAMED_SPEAKER, Contents, Lines, Place, Reading

# Tolerated: hours of one or many digits, times without minutes ("0.860"; Podnews) or without a fraction ("00:00:05"), a
# comma or a dot for the decimal point in either family, hour-less times ("00:02,760").
_TIME = r"(?:(?:(?:\d{1,6}:)?\d{1,2}:)?\d{1,2}[.,]\d{1,6}|(?:\d{1,6}:)?\d{1,2}:\d{2})"
TIMINGS = re.compile(rf"\s{{0,80}}(?P<start>{_TIME})\s{{0,80}}-->\s{{0,80}}(?P<end>{_TIME})(?=\s|$)", re.ASCII)
# Tolerated: a capital V, which no other tag could be.
_VOICE = re.compile(r"<[vV](?:\.[^\s<>]*)?(?:\s(?P<name>[^<>]*+))?>|(?P<end></[vV]>)")
# A dash or chevrons at the head of a line: somebody else speaks.
_CHANGE = re.compile(r"(?P<dash>[-–—]\s*(?=[^\s\d–—-]))|>>+\s*")

# The habit of tagging a voice only when it changes: at least this share of the cues has no tag, and of the neighbours
# that both have one, at most this share repeats it.
_UNTAGGED = 1 / 3
_REPEATED = 0.1
_EVERY_CUE = 0.8  # a file that names so many cues names every one
# Captions roll if this share of the cues (and more than one) begins with the lines that the cue before ends with, when
# that one is no longer over (seconds) than this.  In a file that rolls, the lines are shown again after a pause too.
_ROLLING = 0.4
_APART = 0.1
_PAUSE = 8.0


@dataclass(frozen=True)
class Said:
    """Words of one voice on one line of a cue.

    `cue` is the line of its timings.  `label` is None before any name in the cue, and "" where it is known that the
    file names nobody: after `</v>`, within `<v>`, behind a dash.  `begins`: a sign says that the speaker changes.
    """

    line: int
    cue: int
    label: str | None
    words: str
    start: float
    end: float
    begins: bool = False


def voices(lines: Sequence[str], cue: int, words: Sequence[int], undo: Callable[[str], str]) -> Iterator[Said]:
    """What each voice says on each line of a cue.

    `cue` is the number of its line of timings, `words` those of its words; `undo` takes tags and entities away.  A
    voice lasts until the next one, its end tag, or the cue's end.
    """
    times = TIMINGS.match(lines[cue - 1])
    assert times is not None
    start, end = parse_time(times["start"]), parse_time(times["end"])
    label: str | None = None
    for number in words:
        line = lines[number - 1]
        position = 0
        for voice in [*_VOICE.finditer(line), None] if "<" in line else [None]:
            spoken = undo(line[position : voice.start() if voice else len(line)]).strip()
            if spoken:
                yield Said(number, cue, label, spoken, start, end)
            if voice:
                label = fold_white(undo(voice["name"] or ""))
                position = voice.end()


def contents(
    name: str,
    lines: Sequence[str],
    cues: Collection[Sequence[int]],
    said: Sequence[Said],
    left_out: Sequence[tuple[int, str, str]],
    language: str | None = None,
) -> Contents:
    """The turns of a file of captions, and the account of every line.

    `cues` are the line numbers of each cue that says something, `left_out` what the reader has reported otherwise.
    """
    reasons = _not_said(said)
    said = [item for item in said if item.line not in reasons]
    heard = {item.cue for item in said}
    dropped = [
        (number, reasons.get(number, silent), lines[number - 1])
        for numbers in cues
        for silent in [next((reasons[n] for n in numbers if n in reasons), "")]
        for number in numbers
        if number in reasons or heard.isdisjoint(numbers)
    ]
    tagged = any(item.label is not None for item in said)
    if not tagged:
        said = _named(_changes(said))
    carried, said = _carried(said, 0 if not tagged else _UNTAGGED)
    turns: list[Turn] = []
    for item in said:
        label = item.label or ""
        if not turns or turns[-1].label != label or item.begins:
            turns.append(Turn(label, speaker_named(label)))
        turns[-1].add(item.words, item.line, item.start, item.end)
    kind = "voice tag" if tagged else "name"
    remarks = []
    if carried:
        remarks.append(f"{carried} cues without a {kind} continue the speaker before them, as this file's habit is")
    if any(not turn.label for turn in turns):
        remarks.append(f"words without a {kind} are by one {UNNAMED_SPEAKER.lower()}")
    speech = sum(map(len, cues)) - len(dropped)
    report = Reading(name, "line", len(lines), speech, group_unspoken(sorted([*left_out, *dropped])), tuple(remarks))
    return speak_inside(Contents(utterances(turns), report.check(), language=language))


def _not_said(said: Sequence[Said]) -> dict[int, str]:
    """Lines (numbers) that hold no speech of their own, and why."""
    # Each cue as what its lines show: (line, ((voice, words), ...)).
    cues: list[list[tuple[int, tuple[tuple[str | None, str], ...]]]] = []
    gaps: list[float] = []
    ended = 0.0
    for _, items in itertools.groupby(said, key=lambda item: item.cue):
        cue = list(items)
        gaps.append(cue[0].start - ended)
        ended = cue[0].end
        by_line = itertools.groupby(cue, key=lambda item: item.line)
        cues.append([(line, tuple((item.label, item.words) for item in shown)) for line, shown in by_line])
    repeats = [0] + [
        _overlap([line for _, line in before], [line for _, line in after])
        for before, after in itertools.pairwise(cues)
    ]
    at_once = [repeat if gap <= _APART else 0 for repeat, gap in zip(repeats, gaps, strict=False)]
    grown = any(0 < repeat < len(shown) for repeat, shown in zip(at_once, cues, strict=False))
    count = sum(1 for repeat in at_once if repeat)
    reasons: dict[int, str] = {}
    if grown and count >= 2 and count >= _ROLLING * (len(cues) - 1):
        for repeat, gap, shown in zip(repeats, gaps, cues, strict=True):
            if gap <= _PAUSE:
                reasons |= {number: "repeated by rolling captions" for number, _ in shown[:repeat]}
    for shown in cues:
        if all(not label and is_direction(words) for _, line in shown for label, words in line):
            reasons |= {number: "stage direction" for number, _ in shown if number not in reasons}
    return reasons


def _overlap(before: Sequence[object], cue: Sequence[object]) -> int:
    """How many lines at the head of a cue are those at the end of the one before."""
    # Captions show two or three lines; one that shows more is not compared further.
    return next((n for n in range(min(len(before), len(cue), 4), 0, -1) if before[-n:] == cue[:n]), 0)


def _changes(said: Sequence[Said]) -> list[Said]:
    """Signs of a change of speaker undone.  A dash is one where some cue has two lines that begin with one."""
    dashes = [(item.cue, item.line) for item in said if (sign := _CHANGE.match(item.words)) and sign["dash"]]
    dialogue = len({cue for cue, _ in dashes}) < len(dashes)
    if not dashes and not any(item.words.startswith(">>") for item in said):
        return list(said)
    changed = []
    for item in said:
        sign = _CHANGE.match(item.words)
        if sign and (dialogue or not sign["dash"]):
            item = replace(item, words=item.words[sign.end() :], label="", begins=True)
        changed.append(item)
    return changed


def _named(said: Sequence[Said]) -> list[Said]:
    """Names at the head of lines, and after sentences within them, taken for labels where the file shows that they are.

    A name lasts until the next one or the end of its cue.
    """
    lines = [item.words for item in said]
    candidates = [found for number, line in enumerate(lines, 1) if (found := candidate_of(number, line))]
    if not candidates:
        return list(said)
    labels = accept_labels(candidates, lines)
    labels |= _heads_of_cues(said, candidates, labels)
    heads = {candidate.line: candidate for candidate in candidates if candidate.name in labels}
    result: list[Said] = []
    for number, item in enumerate(said, 1):
        head = heads.get(number)
        same_cue = result and result[-1].cue == item.cue and not item.begins
        label = head.name if head else result[-1].label if same_cue else item.label
        (_, words), *more = split_at_labels(head.words if head else item.words, labels)
        words = words.strip()
        unchanged = label == item.label and words == item.words
        result.append(item if unchanged else replace(item, label=label, words=words))
        result += [replace(item, label=name, words=words.strip(), begins=False) for name, words in more]
    return result


def _heads_of_cues(said: Sequence[Said], candidates: Sequence[Candidate], labels: Collection[str]) -> set[str]:
    """More names: those at the head of a cue after the end of a sentence, where names are written so.

    Exporters that name a speaker only when they change begin a cue there, so somebody who speaks once or twice is found
    too: in a file that has other labels, or whose first cue begins with one.  Where nearly every cue is named, phrases
    are cut anywhere (Zoom).
    """
    lines = [item.words for item in said]
    in_lower_case = lower_case_words(lines)
    firsts = {number for number, item in enumerate(said, 1) if number == 1 or said[number - 2].cue != item.cue}
    named = sum(1 for candidate in candidates if candidate.line in firsts and candidate.name in labels)
    every_cue = named >= _EVERY_CUE * len(firsts)
    heads = {
        candidate.line: candidate.name
        for candidate in candidates
        for at in [candidate.line - 1]
        if candidate.line in firsts
        if not at or every_cue or said[at].begins or TURN_END.search(lines[at - 1])
        if (shape := shape_of(candidate.name, False)) == "name"
        or (shape == "word" and candidate.name.casefold() not in in_lower_case)
    }
    names = set(heads.values())
    bare = not all(candidate.emphasised for candidate in candidates if candidate.name in labels)
    return names if (labels and bare) or (1 in heads and len(names) >= 2) else set()


def _carried(said: Sequence[Said], untagged_share: float) -> tuple[int, list[Said]]:
    """Give cues without a name the speaker before them, in files that name a voice only when it changes.

    Podcasting 2.0 allows the tag "when they change"; other exporters tag every cue and leave it out where nobody was
    recognised (WhisperX writes its text so too).  A file of the first kind has many cues without a name (at least
    `untagged_share`, and more than files that name every cue), and neighbours with one hardly ever repeat it; else
    words without a name are nobody's.  Returns the count of carried cues and what is said.
    """
    firsts = [next(items) for _, items in itertools.groupby(said, key=lambda item: item.cue)]
    names_every_cue = sum(1 for item in firsts if item.label) >= _EVERY_CUE * len(firsts)
    if names_every_cue or not _only_changes([item.label for item in firsts], untagged_share):
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


def _only_changes(firsts: Sequence[str | None], untagged_share: float) -> bool:
    neighbours = [(a, b) for a, b in itertools.pairwise(firsts) if a and b]
    repeats = sum(1 for a, b in neighbours if a == b)
    return firsts.count(None) >= untagged_share * len(firsts) and repeats <= _REPEATED * len(neighbours)


# ---- The locator: it is given what is heard on each line, and shares none of the reader's patterns.


def located(heard: Sequence[tuple[int, str, str]], place: Place, text: str, label: str) -> bool:
    """Whether one voice says these words on these lines; `heard` is (line, voice, words).

    Lines that only repeat those before them, as rolling captions do, may be left out.
    """
    assert isinstance(place, Lines)
    named = [said for said in heard if place.first <= said[0] <= place.last]
    return said_by(named, text, label) or said_by(_without_echoes(named), text, label)


def _without_echoes(heard: Sequence[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    """What is heard, less the lines (one to four) that are the same as those right before them."""
    kept: list[tuple[int, str, str]] = []
    at = 0
    while at < len(heard):
        for size in (4, 3, 2, 1):
            if 0 < size <= len(kept) and [s[1:] for s in kept[-size:]] == [s[1:] for s in heard[at : at + size]]:
                at += size
                break
        else:
            kept.append(heard[at])
            at += 1
    return kept


def attributed(
    found: Sequence[tuple[int, int, str | None, str]], labels: frozenset[str]
) -> tuple[tuple[int, str, str], ...]:
    """(line, voice, words) of what is found in a file: (line, cue, voice or None, words).

    Where no voice is tagged, the labels that the record knows are looked for at the heads of lines; either way a voice
    may go on where this is the file's habit.
    """
    tagged = any(voice is not None for _, _, voice, _ in found)
    if not tagged:
        found = list(_at_labels(found, labels))
    begins: dict[int, str | None] = {}
    for _, cue, voice, words in found:
        if voice or words[:1] not in tuple("[(♪♫") or words[-1:] not in tuple("])♪♫"):  # no stage direction
            begins.setdefault(cue, voice)
    unnamed = [cue for cue, voice in begins.items() if not voice]
    # Where four cues in five are named, one without a name was recognised as nobody's.
    carry = len(unnamed) * 5 > len(begins) and _only_changes(list(begins.values()), _UNTAGGED if tagged else 0)
    speaking: str | None = None
    heard = []
    for number, _, voice, words in found:
        speaking = voice if voice is not None else speaking if carry else None
        heard.append((number, speaking or "", words))
    return heard_inside(heard, labels)


def _at_labels(
    found: Sequence[tuple[int, int, str | None, str]], labels: frozenset[str]
) -> Iterator[tuple[int, int, str | None, str]]:
    """Lines cut at the labels; a line that begins with a sign of a change and has no label is nobody's."""
    dashed = [cue for _, cue, _, words in found if words[:1] in ("-", "–", "—")]
    dialogue = len(set(dashed)) < len(dashed)
    in_cue, voice = 0, None
    for number, cue, _, words in found:
        voice = voice if cue == in_cue else None
        in_cue = cue
        bare = words.lstrip(">" if not dialogue else "->–—").lstrip() if words[:2] != "--" else words
        if bare != words and (words.startswith(">>") or words[0] in "-–—"):
            voice, words = "", bare
        head, rest = strip_label(words, labels)
        voice = head or voice
        for at, (label, part) in enumerate(cut_at_labels(rest, labels)):
            voice = label if at else voice
            yield number, cue, voice, part
