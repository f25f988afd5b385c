"""What the families of captions share (WebVTT, SubRip): cues become turns.

A reader finds the cues of its file and what each line of them says; here is decided who says it and what is
said twice.

- *Voices*: a tag (`<v Ana>`), else names in brackets (`caption_voices`), else names written as text (`Ana: words`,
  `[SPEAKER_00]: words`), told from other words by evidence across the file, as in labelled text.
- *Habits*: a name in every cue, or only when the speaker changes; then cues without one continue the speaker.
- *Signs of a change* (`- Never.`, `>> Never.`) begin a turn of somebody who is not named.
- *Rolling captions* show a line again while the next one grows (YouTube, broadcast): it is said once.
- *Captions that overlapped* and were cut by a converter show everything twice: it is said once.

Captions cut sentences mid-way, so neighbouring cues of one speaker are one turn; each line keeps its cue's times.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from bot.transcripts.formats.caption_voices import (
    Said,
    announced,
    in_capitals,
    labels_among_capitals,
    laid_over,
    marked,
    renamed,
    wrapped_heads,
)
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
_NEVER_AGAIN = 6
_EVERY_CUE = 0.8  # a file that names so many cues names every one
# Captions roll if this share of the cues (and more than one) begins with the lines that the cue before ends with, when
# that one is no longer over (seconds) than this.  In a file that rolls, the lines are shown again after a pause too.
_ROLLING = 0.4
_APART = 0.1
_PAUSE = 8.0
_CUT = 0.002  # seconds between cues that a converter has made of one: rounding
_TIME_ALONE = re.compile(r"\[(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?\]")


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
    title: str | None = None,
) -> Contents:
    """The turns of a file of captions, and the account of every line.

    `cues` are the line numbers of each cue that says something, `left_out` what the reader has reported otherwise.
    """
    tagged = any(item.label is not None for item in said)
    said = _changes(laid_over(renamed(said))) if tagged else marked(said)
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
    if not tagged:
        in_brackets = any(item.label for item in said)
        said = _changes(said)
        said = announced(said if in_brackets else _named(said))
    carried, said = _carried(said, 0 if not tagged else _UNTAGGED)
    turns: list[Turn] = []
    for item in said:
        label = item.label or ""
        if not turns or turns[-1].label != label or item.begins:
            turns.append(Turn(label, speaker_named(label)))
        turns[-1].add(item.words, item.line, item.start, item.end, item.carried)
    kind = "voice tag" if tagged else "name"
    remarks = []
    if carried:
        remarks.append(f"{carried} cues without a {kind} continue the speaker before them, as this file's habit is")
    if any(not turn.label for turn in turns):
        remarks.append(f"words without a {kind} are by one {UNNAMED_SPEAKER.lower()}")
    speech = sum(map(len, cues)) - len(dropped)
    report = Reading(name, "line", len(lines), speech, group_unspoken(sorted([*left_out, *dropped])), tuple(remarks))
    found = Contents(utterances(turns), report.check(), title=title, language=language)
    return speak_inside(found)


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
    shown_lines = [[line for _, line in shown] for shown in cues] if count else []
    for at, count_of_lines in _cut_apart(shown_lines, gaps):
        again = {number: "repeated where captions overlap" for number, _ in cues[at][:count_of_lines]}
        reasons |= {number: reason for number, reason in again.items() if number not in reasons}
    for shown in cues:
        if all(words[:1] == "[" and _TIME_ALONE.fullmatch(words) for _, line in shown for _, words in line):
            reasons |= {number: "time" for number, _ in shown if number not in reasons}
        if all(not label and is_direction(words) for _, line in shown for label, words in line):
            reasons |= {number: "stage direction" for number, _ in shown if number not in reasons}
    return reasons


def _cut_apart(cues: Sequence[Sequence[object]], gaps: Sequence[float]) -> Iterator[tuple[int, int]]:
    """(cue, how many lines at its head were shown before) where a converter has cut cues that overlapped.

    Of two cues that overlap it makes three without a gap: the one alone, both, and the other one alone, or the first
    again where it lasts longer.  `gaps` are the seconds from the cue before.
    """
    for at in range(1, len(cues) - 1):
        before, both, after = cues[at - 1 : at + 2]
        if max(abs(gaps[at]), abs(gaps[at + 1])) > _CUT or len(both) < 2:
            continue
        first = _overlap(before, both)
        rest = both[first:]
        if not first or not rest:
            continue
        if after[: len(rest)] == rest and len(rest) < len(both):
            yield at, first
            yield at + 1, len(rest)
        elif before == after == both[:first]:
            yield at, first
            yield at + 1, first


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
        sign = _CHANGE.match(item.words) if not item.label else None
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
    if in_capitals(lines):
        labels = labels_among_capitals(said, candidates, labels)
    heads = {candidate.line: candidate for candidate in candidates if candidate.name in labels}
    wrapped = wrapped_heads(said, labels)
    heads |= wrapped
    labels = {head.name for head in heads.values()}
    result: list[Said] = []
    for number, item in enumerate(said, 1):
        if number + 1 in wrapped:
            result.append(replace(item, label=wrapped[number + 1].name, words=""))
            continue
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
    cues = [list(cue) for _, cue in itertools.groupby(said, key=lambda item: item.cue)]
    firsts = [cue[0] for cue in cues if any(item.words for item in cue)]  # a name alone is that of the next one
    names_every_cue = sum(1 for item in firsts if item.label) >= _EVERY_CUE * len(firsts)
    if names_every_cue or not _only_changes([item.label for item in firsts], untagged_share):
        return 0, list(said)
    carried: set[int] = set()
    speaking: str | None = None
    named, count, cue = 0, 0, 0  # the cue that names who is speaking, how many there are, the one at hand
    result = []
    for item in said:
        count += item.cue != cue
        cue = item.cue
        if item.label is not None:
            speaking, named = item.label, count - item.carried
        elif speaking:
            carried.add(item.cue)
            item = replace(item, label=speaking, carried=count - named)
        result.append(item)
    return len(carried), result


def _only_changes(firsts: Sequence[str | None], untagged_share: float) -> bool:
    neighbours = [(a, b) for a, b in itertools.pairwise(firsts) if a and b]
    repeats = sum(1 for a, b in neighbours if a == b)
    # Fewer without a name will do where many named neighbours never repeat one: each cue's name would.
    enough = firsts.count(None) >= untagged_share * len(firsts) or (len(neighbours) >= _NEVER_AGAIN and not repeats)
    return enough and repeats <= _REPEATED * len(neighbours)


# ---- The locator: it is given what is heard on each line, and shares none of the reader's patterns.


_ABOVE = 30  # lines


def located(heard: Sequence[tuple[int, str, str]], place: Place, text: str, label: str) -> bool:
    """Whether one voice says these words on these lines; `heard` is (line, voice, words).

    Lines that only repeat those before them, as rolling captions do, may be left out.
    """
    assert isinstance(place, Lines)
    named = [said for said in heard if place.first <= said[0] <= place.last]
    if said_by(named, text, label):
        return True
    # With some lines above, which those that repeat them may need.
    above = [said for said in heard if place.first - _ABOVE <= said[0] <= place.last]
    return said_by([said for said in _without_echoes(above) if said[0] >= place.first], text, label)


def _without_echoes(heard: Sequence[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    """What is heard, less the lines (one to four) that are the same as those right before them."""
    kept: list[tuple[int, str, str]] = []
    at, echoed = 0, range(0)  # the lines kept that were echoed last
    while at < len(heard):
        last = [s[1:] for s in kept[echoed.start : echoed.stop]]
        # Once more after a few lines that came between, as what lasts longer than what overlaps it.
        if last and 0 < len(kept) - echoed.stop <= 4 and last == [s[1:] for s in heard[at : at + len(last)]]:
            at += len(last)
            continue
        for size in (4, 3, 2, 1):
            if 0 < size <= len(kept) and [s[1:] for s in kept[-size:]] == [s[1:] for s in heard[at : at + size]]:
                at, echoed = at + size, range(len(kept) - size, len(kept))
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
    found = list(_under_tags(found, labels) if tagged else _at_labels(_in_brackets(found, labels), labels))
    found = found if tagged else _announced(found)
    begins: dict[int, str | None] = {}
    for _, cue, voice, words in found:
        if not words:
            continue
        if voice or words[:1] not in tuple("[(♪♫") or words[-1:] not in tuple("])♪♫"):  # no stage direction
            begins.setdefault(cue, voice)
    unnamed = [cue for cue, voice in begins.items() if not voice]
    # Where four cues in five are named, one without a name was recognised as nobody's.
    carry = len(unnamed) * 5 > len(begins) and _only_changes(list(begins.values()), _UNTAGGED if tagged else 0)
    speaking: str | None = None
    heard = []
    for number, _, voice, words in found:
        speaking = voice if voice is not None else speaking if carry else None
        if words:
            heard.append((number, speaking or "", words))
    return heard_inside(heard, labels)


def _announced(found: Sequence[tuple[int, int, str | None, str]]) -> list[tuple[int, int, str | None, str]]:
    """What is found, with the voice of a cue that has a name and no words for the cue below it."""
    words_of: dict[int, str] = {}
    last: dict[int, str | None] = {}
    for _, cue, voice, words in found:
        words_of[cue] = words_of.get(cue, "") + words
        last[cue] = voice
    above = dict(zip([*words_of][1:], words_of, strict=False))
    silent = {cue for cue, before in above.items() if last[before] and not words_of[before]}
    first = dict(reversed([(cue, voice) for _, cue, voice, _ in found]))
    return [
        (number, cue, last[above[cue]], words)
        if cue in silent and first[cue] is None and voice is None
        else (number, cue, voice, words)
        for number, cue, voice, words in found
    ]


def _at_labels(
    found: Sequence[tuple[int, int, str | None, str]], labels: frozenset[str]
) -> Iterator[tuple[int, int, str | None, str]]:
    """Lines cut at the labels; a line that begins with a sign of a change and has no label is nobody's."""
    dashed = [cue for _, cue, _, words in found if words[:1] in ("-", "–", "—")]
    dialogue = len(set(dashed)) < len(dashed)
    in_cue, voice = 0, None
    found = _unwrapped(found, labels)
    for number, cue, marked_voice, words in found:
        voice = voice if cue == in_cue else None
        in_cue = cue
        if marked_voice is not None:
            voice = marked_voice
        bare = words.lstrip(">" if not dialogue else "->–—").lstrip() if words[:2] != "--" else words
        if bare != words and (words.startswith(">>") or words[0] in "-–—"):
            voice, words = "", bare
        head, rest = strip_label(words, labels)
        voice = head or voice
        for at, (label, part) in enumerate(cut_at_labels(rest, labels)):
            voice = label if at else voice
            yield number, cue, voice, part


def _unwrapped(
    found: Sequence[tuple[int, int, str | None, str]], labels: frozenset[str]
) -> list[tuple[int, int, str | None, str]]:
    """Lines of a cue put together where only both hold a whole label and its colon."""
    whole = list(found)
    known = sorted(labels)
    for at in range(len(whole) - 1):
        (number, cue, voice, above), (_, next_cue, _, words) = whole[at : at + 2]
        if cue != next_cue or ":" not in words:
            continue
        nearest = bisect.bisect_left(known, above)
        if not above or nearest == len(known) or not known[nearest].startswith(above):
            continue
        both = f"{above} {words}"
        label = both.partition(":")[0].rstrip()
        if label in labels and len(label) > len(above):
            whole[at] = (number, cue, voice, "")
            whole[at + 1] = (whole[at + 1][0], cue, label, both.partition(":")[2].strip())
    return whole


def _in_brackets(
    found: Sequence[tuple[int, int, str | None, str]], labels: frozenset[str]
) -> list[tuple[int, int, str | None, str]]:
    """Lines cut at the labels that stand in brackets without a colon, if some lines begin so."""
    marks = {f"{opening}{label}{closing}": label for label in labels for opening, closing in ("[]", "()", "<>")}
    bare = [words.lstrip("->–— ") if words[:1] in tuple("->–—") else words for _, _, _, words in found]
    if sum(1 for words in bare if _bracket(words) in marks) < 2:
        return list(found)
    cut: list[tuple[int, int, str | None, str]] = []
    for (number, cue, voice, whole), words in zip(found, bare, strict=True):
        if _bracket(words) not in marks:
            words = whole
        begin = at = 0
        while (at := min((place for sign in "[(<" if (place := words.find(sign, at)) >= 0), default=-1)) >= 0:
            mark = _bracket(words[at:])
            # Within a line only what ends in a number, as machines write it.
            if mark in marks and (at == 0 or mark[-2].isdigit()):
                if said := words[begin:at].strip():
                    cut.append((number, cue, voice, said))
                voice, begin = marks[mark], at + len(mark)
            at += max(1, len(mark))
        cut.append((number, cue, voice, words[begin:].strip()))
    return cut


def _bracket(words: str) -> str:
    """What stands in brackets at the head of words, and is no label with a colon; else ""."""
    end = min((at for sign in "])>" if (at := words.find(sign)) > 0), default=0) if words[:1] in tuple("[(<") else 0
    return words[: end + 1] if end and words[end + 1 :].lstrip()[:1] not in (":", "：") else ""


def _under_tags(
    found: Sequence[tuple[int, int, str | None, str]], labels: frozenset[str]
) -> Iterator[tuple[int, int, str | None, str]]:
    """What tagged voices say: under the name that the words give to a voice, where the record knows names that no tag
    has, and cut where a label between slashes is laid over them."""
    names = labels - {voice for _, _, voice, _ in found if voice}
    tag: str | None = None
    name, over, in_cue = "", "", 0
    for number, cue, voice, words in found:
        if voice != tag:
            tag, name, over = voice, "", ""
        voice = voice.lstrip("/ ") if voice else voice
        head, rest = strip_label(words, names) if names else ("", words)
        if head and voice:
            name, words = head, rest
        if "//" not in words:
            over = over if cue == in_cue else ""
        elif cue != in_cue and any(
            f"//{space}{label}" in words.split("// ")[0] for label in labels for space in ("", " ")
        ):
            over = ""
        in_cue = cue
        said = ""
        for part_at, part in enumerate(re.split("(?<!:)//", words)):
            laid, colon, _ = part.partition(":")
            label = laid.strip() if colon and laid.strip() in labels else ""
            if part_at and (over or label):
                yield number, cue, over or name or voice, said.strip()
                # The sign closes what is laid over, or else opens it.
                over, said = ("", part) if over else (label, part.partition(":")[2])
            else:
                said += f"//{part}" if part_at else part
        yield number, cue, over or name or voice, said.strip()
