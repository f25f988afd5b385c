"""Lines and the labels on them become turns: whose each paragraph is, and what nobody says.

    lines, labels ─► paragraphs ─► what the file does with those that have no label (`carrying`) ─► turns

Three habits of files decide what a line without a label is:

- *The label on every line* (text wrapped at a short width, the label repeated on each line): a turn is a run of lines
  with one label; a line without one is nobody's, and behind the last label no speech.
- *The label once a turn*: lines below it continue its paragraph; further paragraphs are the speaker's only where the
  file shows that its labels carry over, and with a doubt where it does so faintly.
- *No labels*: one unnamed speaker, a paragraph a turn.

Paragraphs before the first label, behind a heading, and where labels do not carry over are an unnamed speaker's.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bot.transcripts.formats.carrying import Block, Habit, habit_of
from bot.transcripts.formats.labels import (
    HEADING,
    SAID_SO,
    SENTENCE_END,
    TIME,
    TURN_END,
    Candidate,
    may_be_a_label,
    shape_of,
    split_at_labels,
)
from bot.transcripts.formats.text import Turn, group_unspoken, parse_time, speaker_named, utterances
from bot.transcripts.formats.unsaid import is_aside, is_direction, is_head, is_sound, word_count
from bot.transcripts.transcript import BLANK, UNNAMED_SPEAKER, Contents, Reading
from bot.words.phrases import listed, plural

NAME = "labelled text"
_TIME_ALONE = re.compile(rf"\s*+\\?[\[(]?({TIME})\\?[\])]?\s*$")
_TIMES_ALONE = 3  # so many lines that are only a time, and they are no words
_NAMES_SHOWN = 10  # of the labels that a remark lists
# The habit of a label on every line: this share of labelled lines follow one with the same label, and of these pairs
# this share is cut in mid-sentence.
REPEATS = 0.3
CUT = 0.3
_ALL_TIMED = 0.8  # share of the lines that have times of their own, from which on a line is a paragraph
_ENOUGH_TURNS = 4  # turns of one paragraph before paragraphs at the end count as a trailer
_WIDEST = 200  # characters of a line that was cut by wrapping
_NOTE = re.compile(r"\s*(\(\d{1,3}\)|\[\d{1,3}\])\s+\S")
_POINTER = re.compile(r"(?<=\S)(\(\d{1,3}\)|\[\d{1,3}\])")
_PUNCTUATED = 0.95  # share of the labelled lines that end as sentences do
_HEADING_WORDS = 8
_OFTEN_WITHIN = 3  # lines that hold two people
_AT_STARTS = 0.6  # share of the labels that begin paragraphs
_SHOWN = 40  # characters of what stands between
_SELDOM = 2  # lines that a word heads which may be no name
_PAGE = re.compile(r"[\W_]{0,3}(\d{1,4})[\W_]{0,3}")
_GOES_ON = re.compile(r"[.!?…。！？,;—–-][\"'”’)\]*_]*(?:$|\s)")  # the end of a sentence, or of a part of one
_TAIL = 20  # characters in which the end of a sentence is looked for
_FURNITURE = 3  # times that a line of a page's head or foot is repeated
_FURNITURE_WORDS = (3, 12)  # so many words without a figure, and at most so many
_HEADING = "heading"
_APART = frozenset({BLANK, _HEADING, "header", "page head or foot"})
"""What ends a paragraph; a stage direction or a time within it does not."""


@dataclass
class _Paragraph:
    """Lines (numbers) that are read together, and the label at their head.  `apart`: a heading stands above them."""

    numbers: list[int]
    label: Candidate | None
    apart: bool
    between: str = ""
    """What stands between it and the paragraph above and may be somebody else's sign; "" for nothing."""
    within: bool = False
    """Whether its label stands where a paragraph goes on."""
    reason: str = ""
    """Why it is no speech; "" where it is."""
    below: int = 0
    """Paragraphs from the label that carries over to it; 0 where it has its own, or none."""
    doubt: str = ""


@dataclass
class _Sheet:
    """A file of labelled lines while it is read.  `reasons`: lines (numbers) that are no speech, and why."""

    lines: Sequence[str]
    labelled: Mapping[int, Candidate]
    reasons: dict[int, str]
    times: Mapping[int, float]
    timed: Collection[int]
    """The lines that begin with a time, where nearly all do: each may be another's."""
    others: Mapping[int, str]
    """The lines that begin like a label which is not read as one."""
    on_every_line: bool
    paragraphs: list[_Paragraph] = field(default_factory=list)

    @cached_property
    def spaced(self) -> bool:
        """Whether blank lines or times part its paragraphs."""
        between = range(min(self.labelled), max(self.labelled))
        return bool(self.timed) or any(self.reasons.get(number) == BLANK for number in between)

    def text(self, number: int) -> str:
        return self.lines[number - 1]

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each label heads a line."""
        return Counter(candidate.name for candidate in self.labelled.values())

    def doubt_of(self, name: str) -> str:
        """Why a label may be none: one word such as sentences begin with, seldom, where others have whole names."""
        count = self.counts[name]
        if count == 1 and word_count(name) != len(name.split()):
            return f"“{name}” heads one line of the file and may be no name"  # in a script that does not show names
        if count > _SELDOM or shape_of(name, emphasised=False) not in ("word", "lower case"):
            return ""
        whole = sum(number for other, number in self.counts.items() if shape_of(other, False) == "name")
        if count > 1 and 2 * whole < sum(self.counts.values()):
            return ""
        often = "one line" if count == 1 else f"{count} lines"
        return f"“{name}” heads {often} of the file and may be no name"

    def is_head(self, paragraph: _Paragraph) -> bool:
        lines = [self.text(number) for number in paragraph.numbers]
        # Where lines are wrapped, one that is no sentence shows nothing; all of them together do.
        return is_head([" ".join(lines)] if self.on_every_line else lines)

    def last_line(self, paragraph: _Paragraph) -> str:
        """The last line of a paragraph, without the label."""
        *_, last = paragraph.numbers
        return paragraph.label.words if paragraph.label and paragraph.label.line == last else self.text(last)


def read_turns(
    lines: Sequence[str],
    labelled: Mapping[int, Candidate],
    others: Mapping[int, str],
    not_speech: Mapping[int, str],
    spans: Mapping[int, tuple[float, float | None]] | None = None,
    fold: Callable[[str], str] = str,
    carry: bool = True,
) -> Contents:
    """The turns of a file with labels, which stand on the lines of `labelled`.

    `others` are heads of lines that are not taken for labels, `not_speech` lines that are left out for a reason,
    `spans` start and end (seconds) of lines; `fold` gives the words that are shown.  `carry`: labels may carry over to
    paragraphs without one.
    """
    times = times_alone(lines)
    reasons = _never_said(lines, labelled, not_speech, times)
    timed = frozenset(spans or ()) if all_timed(spans or (), lines) else frozenset()
    sheet = _Sheet(lines, labelled, reasons, times, timed, others, _labels_every_line(labelled))
    sheet.paragraphs = _paragraphs(sheet)
    habit = _ascribe(sheet, carry)
    turns, spoken = _turns(sheet, spans or {}, fold)
    left_out = [(number, reason, lines[number - 1].strip() and lines[number - 1]) for number, reason in
                sorted(sheet.reasons.items())]  # fmt: skip
    told = _remarks(sheet, turns, habit)
    told += doubts({number: others[number] for number in spoken if number in others}, " of the turn before")
    read_as = "label on every line" if sheet.on_every_line else "label once a turn"
    report = Reading(f"{NAME} ({read_as})", "line", len(lines), len(spoken), group_unspoken(left_out), tuple(told))
    return Contents(utterances(turns), report.check())


def all_timed(timed: Collection[int], lines: Sequence[str]) -> bool:
    """Whether nearly all lines begin with a time; `timed` are the numbers of those that do."""
    return len(timed) >= _ALL_TIMED * sum(1 for line in lines if line.strip())


def read_unlabelled(
    lines: Sequence[str],
    others: Mapping[int, str],
    not_speech: Mapping[int, str],
    spans: Mapping[int, tuple[float, float | None]],
    fold: Callable[[str], str],
) -> Contents:
    """The turns of a file without labels: one unnamed speaker, a paragraph a turn.  Arguments as for `read_turns`."""
    turns = [Turn("", UNNAMED_SPEAKER)]
    left_out: list[tuple[int, str, str]] = []
    times = times_alone(lines)
    time: float | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            left_out.append((number, BLANK, ""))
            if turns[-1].spoken:
                turns.append(Turn("", UNNAMED_SPEAKER))
        elif number in not_speech or is_direction(line):
            left_out.append((number, not_speech.get(number, "stage direction"), line))
        elif HEADING.match(line):
            left_out.append((number, _HEADING, line))
        elif number in times:
            time = times[number]
            left_out.append((number, "time", line))
        else:
            start, end = spans.get(number, (time, None))
            turns[-1].add(fold(line), number, start, end)
            time = None
    told = (
        f"no speaker labels were found, so all words are by one {UNNAMED_SPEAKER.lower()}",
        *doubts(others, ""),
    )
    speech = len(lines) - len(left_out)
    report = Reading(
        "text without speaker labels", "line", len(lines), speech, group_unspoken(left_out), told
    )  # fmt: skip
    return Contents(utterances(turns), report.check())


def times_alone(lines: Sequence[str]) -> dict[int, float]:
    """The lines (numbers) that are only a time, in seconds, in a file that has several."""
    matches = {
        number: match for number, line in enumerate(lines, 1) if ":" in line and (match := _TIME_ALONE.match(line))
    }
    return {number: parse_time(match[1]) for number, match in matches.items()} if len(matches) >= _TIMES_ALONE else {}


def doubts(others: Mapping[int, str], where: str) -> list[str]:
    """Remarks on heads of lines that are read as words, so that a speaker who was missed can be seen."""
    counts = Counter(others.values())
    remarks = [
        f"{count} lines begin with '{name}:', read as words{where}"
        for name, count in counts.items()
        if count >= SAID_SO
    ]
    like_names = [
        name for name, count in counts.items() if count < SAID_SO and shape_of(name, False) in ("name", "word")
    ]
    if like_names:
        remarks.append(f"lines that begin like a label, read as words{where}: {listed(like_names, _NAMES_SHOWN)}")
    return remarks


# --- paragraphs --------------------------------------------------------------------------------------------------


def _never_said(
    lines: Sequence[str],
    labelled: Mapping[int, Candidate],
    not_speech: Mapping[int, str],
    times: Mapping[int, float],
) -> dict[int, str]:
    """The lines (numbers) that are no speech wherever they stand, and why."""
    bare = {number: line for number, line in enumerate(lines, 1) if number not in labelled and line.strip()}
    # Short paragraphs of one line; longer ones are words, whatever they look like.
    alone = {
        number: line.strip()
        for number, line in bare.items()
        if len(line) <= _WIDEST
        and not any(beside.strip() for beside in (*lines[max(0, number - 2) : number - 1], *lines[number : number + 1]))
    }
    furniture, headings, notes = _furniture(alone), _plain_headings(alone, labelled), _footnotes(bare, lines)
    reasons = {number: BLANK for number, line in enumerate(lines, 1) if not line.strip()}
    for number, line in bare.items():
        if number in not_speech:
            reasons[number] = not_speech[number]
        elif number in times:
            reasons[number] = "time"
        elif number in headings or HEADING.match(line):
            reasons[number] = _HEADING
        elif is_direction(line) or (number in alone and is_aside(line)):
            reasons[number] = "stage direction"
        elif number in furniture:
            reasons[number] = "page head or foot"
        elif number in notes:
            reasons[number] = "footnote"
    return reasons


def _furniture(alone: Mapping[int, str]) -> set[int]:
    """Lines that stand on every page: the same but for the figures, and no sentence; numbers alone that grow."""
    found: dict[str, list[int]] = {}
    for number, line in alone.items():
        if not SENTENCE_END.search(line[-_TAIL:]):
            found.setdefault(re.sub(r"\d+", "0", line), []).append(number)
    pages = {number: int(match[1]) for number, line in alone.items() if (match := _PAGE.fullmatch(line))}
    numbered = list(pages) if len(pages) > 1 and list(pages.values()) == sorted(set(pages.values())) else []
    least, most = _FURNITURE_WORDS
    return set(numbered) | {
        number
        for line, numbers in found.items()
        if len(numbers) >= _FURNITURE and word_count(line) <= most and ("0" in line or word_count(line) >= least)
        for number in numbers
    }


def _plain_headings(alone: Mapping[int, str], labelled: Mapping[int, Candidate]) -> set[int]:
    """Short lines without the end of a sentence, where everything that is said has one."""
    first = min(labelled)
    short = {
        number
        for number, line in alone.items()
        if number > first and line[0].isupper() and not _GOES_ON.search(line)
        if word_count(line) <= _HEADING_WORDS
    }
    said = [candidate.words for candidate in labelled.values() if candidate.words] if short else []
    ended = sum(1 for words in said if TURN_END.search(words[-_TAIL:]))
    return short if len(said) >= _ENOUGH_TURNS and ended >= _PUNCTUATED * len(said) else set()


def _footnotes(bare: Mapping[int, str], lines: Sequence[str]) -> set[int]:
    """Lines that begin with the mark of a note, "(1)", to which other words of the file point."""
    marks = {number: match[1] for number, line in bare.items() if (match := _NOTE.match(line))}
    pointed = {mark for line in lines for mark in _POINTER.findall(line)} if marks else set()
    return {number for number, mark in marks.items() if mark in pointed}


def _paragraphs(sheet: _Sheet) -> list[_Paragraph]:
    """What stands together: between blank lines, or, in a file without any, what was wrapped into several lines."""
    width = max((len(line) for line in sheet.lines), default=0)
    found: list[_Paragraph] = []
    apart, above, between = False, BLANK, ""
    for number in range(1, len(sheet.lines) + 1):
        reason = sheet.reasons.get(number, "")
        if reason:
            apart = apart or reason == _HEADING
            if reason == "stage direction" and not is_sound(sheet.text(number)):
                between = f"“{sheet.text(number).strip()[:_SHOWN]}” stands above"
            above = reason if reason in _APART else above
            continue
        label = sheet.labelled.get(number)
        goes_on = not above and number not in sheet.timed and (sheet.spaced or _wrapped(sheet, number, width))
        if sheet.on_every_line:
            goes_on = not above and bool(found) and not found[-1].label
        elif found and not goes_on:
            goes_on = _one_sentence(sheet, found[-1], number)
        if not label and found and goes_on and not _begins_anew(sheet, number):
            found[-1].numbers.append(number)
        else:
            found.append(_Paragraph([number], label, apart, between, within=bool(found) and not above))
        apart, above, between = False, "", ""
    return found


def _wrapped(sheet: _Sheet, number: int, width: int) -> bool:
    """Whether a line goes on where the one above was cut: in mid-sentence, or where its first word had no room."""
    above, line = sheet.text(number - 1).rstrip(), sheet.text(number)
    if number - 1 in sheet.labelled and not sheet.labelled[number - 1].words:
        return True  # the label has a line of its own
    fits = len(above) + 1 + len(line.split(maxsplit=1)[0]) <= width
    return width <= _WIDEST and (not fits or not TURN_END.search(above[-_TAIL:]))


def _begins_anew(sheet: _Sheet, number: int) -> bool:
    """Whether a line that only a line end parts from the one above begins like a label, where that one has ended."""
    above = sheet.text(number - 1).rstrip()
    return not sheet.spaced and may_be_a_label(sheet.others.get(number, "")) and bool(TURN_END.search(above[-_TAIL:]))


def _one_sentence(sheet: _Sheet, above: _Paragraph, number: int) -> bool:
    """Whether a paragraph is the rest of a sentence that a page's end cut, or the words of a label on its own line."""
    last = above.numbers[-1]
    if last in sheet.labelled and not sheet.labelled[last].words:
        return True
    before, line = sheet.text(last).rstrip(), sheet.text(number).lstrip()
    return bool(before) and not TURN_END.search(before[-_TAIL:]) and before[-1] not in ":;" and line[:1].islower()


# --- whose they are ----------------------------------------------------------------------------------------------


def _ascribe(sheet: _Sheet, carry: bool) -> Habit:
    """Say of each paragraph without a label whether it is speech, and whose; returns the file's habit."""
    first = next(at for at, paragraph in enumerate(sheet.paragraphs) if paragraph.label)
    last = max(at for at, paragraph in enumerate(sheet.paragraphs) if paragraph.label)
    before = sum(1 for paragraph in sheet.paragraphs[:first] if not sheet.is_head(paragraph))
    habit = habit_of([_block(sheet, paragraph) for paragraph in sheet.paragraphs[first:]], before)
    carries = carry and not sheet.on_every_line and (habit.carries or not (sheet.spaced or habit.sure))
    end = last if _has_trailer(sheet, last) else len(sheet.paragraphs)
    # Where turns begin paragraphs, a label within one may be part of what somebody reads out.
    labelled = [paragraph for paragraph in sheet.paragraphs if paragraph.label]
    at_start = sum(1 for paragraph in labelled if not paragraph.within)
    starts = len(labelled) > _ENOUGH_TURNS and at_start >= _AT_STARTS * len(labelled)
    below, named, sign = 0, False, ""
    for at, paragraph in enumerate(sheet.paragraphs):
        if paragraph.label:
            below, named, sign = 0, carries, ""
            paragraph.doubt = _doubt_within(paragraph) if starts else ""
            continue
        below += 1
        named = named and not paragraph.apart and at < end
        sign = paragraph.between or _like_a_label(sheet, paragraph) or sign
        if (
            below == 1
            and named
            and sheet.spaced
            and _asks(sheet, sheet.paragraphs[at - 1])
            and not _asks(sheet, paragraph)
        ):
            sign = sign or "a question stands above"
        if named:
            paragraph.below = below
            # Where nothing but line ends parts them, lines below a label are hardly ever somebody else's.
            doubt = habit.doubt_of(below) if sheet.spaced else ""
            paragraph.doubt = doubt or (sign and f"{sign}; somebody else may speak")
        elif at < first and sheet.is_head(paragraph):
            paragraph.reason = "header"
        elif ((at > last or sheet.on_every_line) and sheet.is_head(paragraph)) or (at > last and sheet.on_every_line):
            paragraph.reason = "unlabelled"
    for paragraph in sheet.paragraphs:
        if paragraph.reason:
            sheet.reasons |= dict.fromkeys(paragraph.numbers, paragraph.reason)
    return habit


def _like_a_label(sheet: _Sheet, paragraph: _Paragraph) -> str:
    """What a paragraph begins with, where that looks like a label and is not read as one; else ""."""
    name = sheet.others.get(paragraph.numbers[0], "")
    return f"“{name}:” may be somebody" if may_be_a_label(name) else ""


def _doubt_within(paragraph: _Paragraph) -> str:
    name = paragraph.label.name if paragraph.label else ""
    return f"“{name}:” stands within a paragraph and may be read out" if paragraph.within else ""


def _block(sheet: _Sheet, paragraph: _Paragraph) -> Block:
    label = paragraph.label.name if paragraph.label else ""
    return Block(label, _asks(sheet, paragraph), paragraph.apart)


def _asks(sheet: _Sheet, paragraph: _Paragraph) -> bool:
    """Whether a paragraph ends with a question."""
    return sheet.last_line(paragraph)[-_TAIL:].rstrip("\"'”’)*_ ").endswith(("?", "？"))


def _has_trailer(sheet: _Sheet, last: int) -> bool:
    """Whether paragraphs behind the last label are nobody's: no other turn has a second one."""
    body = itertools.dropwhile(lambda paragraph: not paragraph.label, sheet.paragraphs[:last])
    return all(paragraph.label for paragraph in body) and len(sheet.labelled) >= _ENOUGH_TURNS


def _labels_every_line(labelled: Mapping[int, Candidate]) -> bool:
    ordered = list(labelled.values())
    pairs = [(a, b) for a, b in itertools.pairwise(ordered) if a.name == b.name and b.line == a.line + 1]
    cut = sum(1 for a, _ in pairs if not SENTENCE_END.search(a.words))
    return len(pairs) >= REPEATS * len(ordered) and cut >= max(1, CUT * len(pairs))


# --- turns -------------------------------------------------------------------------------------------------------


def _turns(
    sheet: _Sheet, spans: Mapping[int, tuple[float, float | None]], fold: Callable[[str], str]
) -> tuple[list[Turn], list[int]]:
    """The turns, and the numbers of the lines that are spoken."""
    labels = {candidate.name for candidate in sheet.labelled.values()}
    turns: list[Turn] = []
    spoken: list[int] = []
    before = 0  # the line that was spoken last
    # Two people on one line are a habit, or what one of them reads out.
    often = sum(":" in text and len(split_at_labels(text, labels)) > 1 for text in sheet.lines) >= _OFTEN_WITHIN
    for paragraph in sheet.paragraphs:
        if paragraph.reason:
            continue
        name = paragraph.label.name if paragraph.label else ""
        goes_on = bool(turns) and (
            turns[-1].label == name if sheet.on_every_line and name else paragraph.below > 0 and not paragraph.doubt
        )
        if not goes_on:
            label = turns[-1].label if paragraph.below and turns else name
            turns.append(Turn(label, speaker_named(label), paragraph.doubt or sheet.doubt_of(name)))
        for number in paragraph.numbers:
            candidate = sheet.labelled.get(number)
            words, *more = split_at_labels(candidate.words if candidate else sheet.text(number), labels)
            time = next((sheet.times[n] for n in range(number - 1, before, -1) if n in sheet.times), None)
            start, end = spans.get(number, (time, None))
            if candidate and candidate.time is not None:
                start = candidate.time
            turns[-1].add(fold(words[1]), number, start, end, paragraph.below)
            for label, said in more:
                turns.append(Turn(label, speaker_named(label), "" if often else f"“{label}:” stands within a line"))
                turns[-1].add(fold(said), number)
                paragraph.below = 0  # the rest of the paragraph is theirs
            spoken.append(number)
            before = number
    return turns, spoken


def _remarks(sheet: _Sheet, turns: Sequence[Turn], habit: Habit) -> list[str]:
    told = []
    if silent := sum(1 for turn in turns if not turn.spoken):
        told.append(f"{silent} labels without words")
    if once := [name for name, count in sheet.counts.items() if count == 1]:
        told.append(f"read as speakers though they occur once: {listed(once, _NAMES_SHOWN)}")
    spoken = [paragraph for paragraph in sheet.paragraphs if not paragraph.reason]
    if carried := sum(1 for paragraph in spoken if paragraph.below):
        shown = "as this file's habit is" if habit.sure else "which the file does not show for sure"
        told.append(f"{plural(carried, 'paragraph')} without a label continue the speaker above, {shown}")
    if nameless := sum(1 for paragraph in spoken if not paragraph.label and not paragraph.below):
        told.append(f"{plural(nameless, 'paragraph')} without a label are by one {UNNAMED_SPEAKER.lower()}")
    return told
