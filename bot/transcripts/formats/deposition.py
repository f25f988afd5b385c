"""Testimony as court reporters type it, and interviews typed the same way: `Q.` asks and `A.` answers.

     3   BY MS. MARLOW:                               Q. The pump house was flooded twice.
     4        Q.   Who rebuilt the wall?
     5        A.   We did, in stone.                  A. We rebuilt the wall in stone.
     6             MR. PELL:  Objection.
     7             THE WITNESS:  The parish paid.

The label is who asks or answers where the file says it: "BY MS. MARLOW:" until the next such line or heading of an
examination, "O. BRANDT, having been duly sworn" until the next witness; else it is `Q` and `A`.

Numbers of lines that run on, times in the margin, and what stands between the pages are no speech.  Some programs cut
words at a fixed width; where all lines that go on are of one length, they are joined as they were cut.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from bot.errors import TranscriptError
from bot.transcripts.formats.labelled import said_by
from bot.transcripts.formats.text import decode, fold_white, group_unspoken, peek, split_lines
from bot.transcripts.transcript import UNNAMED_SPEAKER, Contents, Lines, Piece, Place, Reading, Utterance

NAME = "testimony (Q. and A.)"

_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?(?:[ ]?[AaPp]\.?[Mm]\.?)?"
_NUMBER = re.compile(rf"[ \t]*(?:{_CLOCK}[ \t]+)?(?P<number>\d{{1,2}})(?:[ \t]+{_CLOCK})?(?=[ \t]|$)")
_NUMBER_ALONE = re.compile(rf"\s*(?:{_CLOCK}\s+)?(?P<number>\d{{1,3}})(?:\s+{_CLOCK})?\s*")
_CLOCK_ALONE = re.compile(rf"\s*{_CLOCK}\s*")
_CLOCK_BEFORE = re.compile(r"[ \t]*\d{1,2}:\d\d:\d\d[ \t]+(?=\S)")
_PAGE = re.compile(r"\s*(?:Page\s\d{1,4}(?:\s(?:of|to|-)\s\d{1,4})?|-\s?\d{1,4}\s?-)\s*", re.IGNORECASE)
_TURN = re.compile(
    r"[ \t]*(?P<mark>[QA])(?:\.(?=\s|$)|[ \t]{2,}(?=\S)|[ \t]*$)[ \t]*(?:\(\s?B[Yy]\s(?P<by>[^()\n]{2,60}?)\)[ \t]*)?"
)
_QUESTION = re.compile(r"^[\d:AaPpMm. \t]{0,40}Q(?:\.|\s|$)", re.MULTILINE)
_OTHER_LETTER = re.compile(r"[ \t]*[B-D]\.\s+\S")
_BY = re.compile(r"[ \t]*(?:EXAMINATION\s|.{0,20}EXAMINATION\s)?BY\s(?P<name>[^:a-z\n]{2,60})[:.]?\s*")
_VOICE = re.compile(
    r"[ \t]*(?P<name>[A-ZÀ-Þ][A-ZÀ-Þ0-9 .,'’‑-]{1,50}?|[A-ZÀ-Þ][A-ZÀ-Þ .'’-]{1,40}\([^()\n]{1,30}\))[ \t]?:(?=\s|$)"
)
_TITLED = re.compile(r"(?:THE|MR|MS|MRS|MISS|DR|JUDGE|JUSTICE|ATTORNEY|COUNSEL|PROF|HON)\b")
_SWORN = re.compile(r"\b(?:duly|first|been|was)\s+(?:\w+\s+){0,3}(?:sworn|affirmed)\b", re.IGNORECASE)
_WITNESS = re.compile(r"\s*(?P<name>[A-ZÀ-Þ][A-ZÀ-Þ.'’‑-]*(?:\s[A-ZÀ-Þ][A-ZÀ-Þ.'’‑-]*){1,4})\s*,")
_HEADING = re.compile(r"(?=(?:[^A-ZÀ-Þ]*[A-ZÀ-Þ]){4})[^a-zß-ÿ.?!:;,]{4,70}")
_ENDS = re.compile(r"[.!?…:)\]—-][\"'”’)]*\s*$")

# Evidence.
_NUMBERED = 0.6  # of the lines begin with a number
_RUNS_ON = 0.8  # of the numbers are one more than the one before, or 1
_ALONE_RUNS_ON = 0.6
_ALONE = 0.2  # of the lines are numbers of lines and no more
_LEAST_NUMBERS = 3
_CLOCKS = 0.3  # of the lines begin with a time
_TURNS = 2  # questions at least, and answers
_ALTERNATE = 0.6  # of the neighbours are a question and an answer
_SHARE = 0.15  # of the paragraphs begin with one of them
_WIDTHS = 3  # lines at least that go on, all of one length: they were cut there
_ASIDE = 8  # lines that a remark in parentheses may run over


@dataclass
class _Row:
    """A line: its words where they stood, with blanks for what was before them; and why it holds no speech."""

    number: int
    text: str
    reason: str = ""


@dataclass
class _Said:
    """A turn in the making: (line, what it says from the column on, paragraphs since the label)."""

    label: str
    parts: list[tuple[int, str, int]] = field(default_factory=list)


def recognises(data: bytes) -> bool:
    """Questions and answers that alternate, each behind `Q.` and `A.` at the head of a line, in most of the text."""
    text = peek(data)
    if text.count("Q") < _TURNS or len(_QUESTION.findall(text)) < _TURNS:
        return False
    lines = split_lines(text.lstrip("\ufeff"))
    rows = [row for row in _rows(lines) if not row.reason]
    marks = [match["mark"] for row in rows if (match := _TURN.match(row.text))]
    if min(marks.count("Q"), marks.count("A")) < _TURNS:
        return False
    if 2 * sum(1 for row in rows if _OTHER_LETTER.match(row.text)) >= marks.count("A"):
        return False  # a list of choices
    if sum(1 for a, b in itertools.pairwise(marks) if a != b) < _ALTERNATE * (len(marks) - 1):
        return False
    if _columns(lines) or _alone(lines) == "line number":
        return True
    paragraphs = sum(1 for a, b in itertools.pairwise(["", *lines]) if b.strip() and (not a.strip() or _TURN.match(b)))
    return len(marks) + sum(1 for row in rows if _VOICE.match(row.text)) >= _SHARE * paragraphs


def read(data: bytes) -> Contents:
    """Utterances and the account of every line.  Raises TranscriptError for a text without `Q.` and `A.`."""
    lines = split_lines(decode(data).lstrip("\ufeff"))
    rows = _rows(lines)
    voices = _voices(rows)
    _mark_asides(rows)
    said, remarks = _said(rows, voices, apart=_alone(lines) != "line number")
    if not any(turn.label for turn in said):
        raise TranscriptError("no line begins with Q. or A., as in testimony; try without --format deposition")
    width, column = _fixed_width(said, rows)
    witnesses = {row.text for row in rows if row.reason == "oath"}
    known = _speakers(said, rows)
    turns = [turn for turn in said if any(words.strip() for _, words, _ in turn.parts)]
    utterances = tuple(
        _utterance(index, turn, known.get(turn.label, turn.label), width, column) for index, turn in enumerate(turns)
    )
    left_out = [(row.number, row.reason, lines[row.number - 1]) for row in rows if row.reason]
    spoken = len(rows) - len(left_out)
    if len(witnesses) > 1:
        remarks.append(f"{len(witnesses)} oaths: who answers changes with each")
    report = Reading(NAME, "line", len(lines), spoken, group_unspoken(left_out), tuple(remarks))
    return Contents(utterances, report.check())


# ---- What is no speech on a page


def _rows(lines: Sequence[str]) -> list[_Row]:
    """Each line without its number and time; numbers, times and what stands between pages have a reason."""
    columns, alone = _columns(lines), _alone(lines)
    filled = sum(1 for line in lines if line.strip())
    clocks = sum(1 for line in lines if _CLOCK_BEFORE.match(line)) >= _CLOCKS * max(1, filled)
    rows = []
    expected = 0
    for number, line in enumerate(lines, 1):
        text = line.replace("\f", " ").expandtabs()
        reason = "" if text.strip() else "blank"
        match = _NUMBER.match(text) if columns else None
        if match and match.start("number") <= columns:
            text = " " * match.end() + text[match.end() :]
            reason = "" if text.strip() else "line number"
        elif match and match.end() == len(text.rstrip()):
            reason = "page number"
        elif alone and (match := _NUMBER_ALONE.fullmatch(text)):
            runs_on = int(match["number"]) in (expected, 1) or not expected
            expected = int(match["number"]) + 1 if runs_on else expected
            reason = alone if runs_on else "page number"
        elif _CLOCK_ALONE.fullmatch(text) and ":" in text:
            reason = "time"
        elif _PAGE.fullmatch(text):
            reason = "page number"
        if clocks and not reason and (match := _CLOCK_BEFORE.match(text)):
            text = " " * match.end() + text[match.end() :]
        rows.append(_Row(number, text, reason))
    if columns:
        _between_pages(rows, lines, columns)
    return rows


@lru_cache(maxsize=2)
def _columns_of(lines: tuple[str, ...]) -> int:
    matches = [match for line in lines if line.strip() and (match := _NUMBER.match(line.expandtabs()))]
    filled = sum(1 for line in lines if line.strip())
    if len(matches) < max(_LEAST_NUMBERS, _NUMBERED * filled):
        return 0
    starts = sorted(match.start("number") for match in matches)
    usual = starts[len(starts) // 2] + 4
    numbers = [int(match["number"]) for match in matches if match.start("number") <= usual]
    runs = sum(1 for a, b in itertools.pairwise(numbers) if b in (a + 1, 1))
    with_words = sum(1 for match in matches if match.end() < len(match.string.rstrip()))
    return usual if runs >= _RUNS_ON * (len(numbers) - 1) and with_words * 2 >= len(matches) else 0


def _columns(lines: Sequence[str]) -> int:
    """The column up to which numbers of lines may begin that stand before the words; 0 where there are none."""
    return _columns_of(tuple(lines))


def _alone(lines: Sequence[str]) -> str:
    """What numbers on lines of their own are that run on: "line number" where there are many, as programs leave them
    that take text out of a PDF, else "page number"; "" where none run on."""
    numbers = [int(match["number"]) for line in lines if line and (match := _NUMBER_ALONE.fullmatch(line))]
    runs = sum(1 for a, b in itertools.pairwise(numbers) if b in (a + 1, 1))
    if len(numbers) < _LEAST_NUMBERS or runs < _ALONE_RUNS_ON * (len(numbers) - 1):
        return ""
    filled = sum(1 for line in lines if line.strip())
    return "line number" if len(numbers) >= _ALONE * filled else "page number"


def _between_pages(rows: Sequence[_Row], lines: Sequence[str], columns: int) -> None:
    """Give a reason to lines without a number between the last of a page and the first of the next."""
    numbers = [
        int(match["number"])
        if (match := _NUMBER.match(line.expandtabs())) and match.start("number") <= columns
        else None
        for line in lines
    ]
    following: int | None = 1
    below = []
    for number in reversed(numbers):
        below.append(following)
        following = number if number is not None else following
    for row, number, after in zip(rows, numbers, reversed(below), strict=True):
        if number is None and not row.reason and after == 1:
            row.reason = "page head or foot"


def _mark_asides(rows: Sequence[_Row]) -> None:
    """Give a reason to remarks in parentheses that are whole lines, and to headings in capitals."""
    spoken = [row for row in rows if not row.reason]
    ended, at = True, 0
    while at < len(spoken):
        bare = spoken[at].text.strip()
        end = _end_of_aside(spoken, at) if ended and bare[:1] in ("(", "[") else 0
        for row in spoken[at : at + end]:
            row.reason = "stage direction"
        if not end and ended and _HEADING.fullmatch(bare) and not _TURN.match(bare) and not _BY.fullmatch(bare):
            spoken[at].reason = "heading"
        elif not end:
            ended = bool(_ENDS.search(bare)) or bool(_BY.fullmatch(bare))
        at += end or 1


def _end_of_aside(rows: Sequence[_Row], at: int) -> int:
    """How many lines a remark in parentheses has that begins on one; 0 if words follow it."""
    close = {"(": ")", "[": "]"}[rows[at].text.strip()[0]]
    for count, row in enumerate(rows[at : at + _ASIDE], 1):
        bare = row.text.strip()
        if count > 1 and (_TURN.match(row.text) or _VOICE.match(row.text)):
            return 0
        if close in bare:
            return count if bare.rstrip(".")[-1:] == close else 0
    return 0


# ---- Who speaks


def _voices(rows: Sequence[_Row]) -> Mapping[int, re.Match[str]]:
    """The lines (numbers) that begin with a name in capitals and a colon: a title, an office, or a name that recurs."""
    found = {row.number: match for row in rows if not row.reason and (match := _VOICE.match(row.text))}
    names = Counter(fold_white(match["name"]) for match in found.values())
    return {
        number: match
        for number, match in found.items()
        for name in [fold_white(match["name"])]
        if not name.startswith("BY ") and (_TITLED.match(name) or names[name] > 1)
    }


def _said(rows: Sequence[_Row], voices: Mapping[int, re.Match[str]], apart: bool) -> tuple[list[_Said], list[str]]:
    """The turns, and remarks.  Lines that only tell who speaks, and what comes before any speaker, get a reason."""
    asks, answers = "Q", "A"
    said: list[_Said] = []
    blocks, blank, head_seen, swearing = 0, False, False, False
    for at, row in enumerate(rows):
        if row.reason:
            blank = blank or (apart and row.reason == "blank")
            if row.reason == "heading":
                asks = "Q" if "EXAMINATION" in row.text.replace(" ", "") else asks
                if said:
                    said.append(_Said(""))
                    blocks = 0
            continue
        turn, voice, by = _TURN.match(row.text), voices.get(row.number), _BY.fullmatch(row.text)
        sworn = "" if turn or voice else _sworn(rows, at)
        swearing = swearing and not (turn or voice or by)
        if sworn or swearing:
            row.reason, answers = "oath", sworn or answers
            swearing = row.text.rstrip()[-1:] not in (".", ":")
            said += [_Said("")] if head_seen else []
        elif by:
            row.reason, asks = "says who asks", fold_white(by["name"]).rstrip(":")
            said += [_Said("")] if head_seen else []
        elif turn or voice:
            if turn:
                asks = fold_white(turn["by"]).upper() if turn["by"] else asks
                label = asks if turn["mark"] == "Q" else answers
            else:
                assert voice
                label = fold_white(voice["name"])
            head = turn or voice
            assert head
            said.append(_Said(label, [(row.number, " " * head.end() + row.text[head.end() :], 0)]))
            blocks, head_seen = 0, True
        elif not head_seen:
            row.reason = "header"
        else:
            blocks += blank
            said[-1].parts.append((row.number, row.text, blocks if said[-1].label else 0))
        blank = blank and bool(row.reason)
    remarks = []
    if any(not turn.label and turn.parts for turn in said):
        remarks.append(f"words below a heading that nobody is named for are by one {UNNAMED_SPEAKER.lower()}")
    return said, remarks


def _sworn(rows: Sequence[_Row], at: int) -> str:
    """The witness whose oath a line tells of; their name stands on it, or ends one of the two lines above."""
    text = rows[at].text
    if not _SWORN.search(text):
        following = next((row for row in rows[at + 1 : at + 3] if not row.reason), None)
        if not (following and _SWORN.search(following.text) and text.rstrip().endswith(",")):
            return ""
    name = _WITNESS.match(text) or next(
        (match for row in reversed(rows[max(0, at - 2) : at]) if (match := _WITNESS.match(row.text))), None
    )
    return fold_white(name["name"]) if name else ""


def _speakers(said: Sequence[_Said], rows: Sequence[_Row]) -> dict[str, str]:
    """Who a label is: THE WITNESS is the one who was sworn, where that is one."""
    sworn = {name for at, row in enumerate(rows) if row.reason == "oath" and (name := _sworn(rows, at))}
    answers = sworn & {turn.label for turn in said}
    known = {"": UNNAMED_SPEAKER}
    if len(sworn) == 1 and answers:
        known["THE WITNESS"] = next(iter(answers))
    return known


# ---- Words


def _fixed_width(said: Sequence[_Said], rows: Sequence[_Row]) -> tuple[int, int]:
    """The width at which lines were cut, in words too, and the column where they begin; (0, 0) where they were not."""
    width = {row.number: len(row.text.rstrip()) for row in rows}
    goes_on = [width[a[0]] for turn in said for a, b in itertools.pairwise(turn.parts) if b[2] == a[2]]
    widest = max((width[number] for turn in said for number, _, _ in turn.parts), default=0)
    # A blank at a cut may have been lost.
    if len(goes_on) < _WIDTHS or min(goes_on) < widest - 1 or goes_on.count(widest) < 0.5 * len(goes_on):
        return 0, 0
    more = [words for turn in said for _, words, _ in turn.parts[1:]]
    return widest, min(len(words) - len(words.lstrip()) for words in more)


def _utterance(index: int, turn: _Said, speaker: str, width: int, column: int) -> Utterance:
    """A turn with its lines joined by a space, or as they were cut."""
    text, pieces = "", []
    for at, (number, words, blocks) in enumerate(turn.parts):
        if width and at:
            words = words[column:]
        part = re.sub(r"\s+", " ", (words if at else words.lstrip()) if width else words.strip())
        if not part.strip():
            continue
        if width and at + 1 < len(turn.parts) and part[-1] != " " and len(turn.parts[at][1].rstrip()) < width:
            part += " "
        if text and not width:
            text += " "
        if part[0] == " ":
            text, part = text.rstrip(" ") + (" " if text else ""), part[1:]
        pieces.append(Piece(len(text), Lines(number, number), carried=blocks))
        text += part
    return Utterance(index, speaker, turn.label, text.rstrip(), tuple(pieces))


# ---- The locator: led by the labels that the record has, and by no pattern of the reader.


_MARKS = ("Q.", "A.", "Q", "A")


def holds(data: bytes, place: Place, text: str, label: str, labels: Collection[str]) -> bool:
    """Whether the file has these words on these lines under this label, undoing line wrap and cuts in words.

    Independent of `read`: it takes figures off the heads of lines, follows `Q.`, `A.`, names before a colon and lines
    that say who asks or was sworn, and finds the words in what one voice says.
    """
    assert isinstance(place, Lines)
    for between_pages in (False, True):
        heard = _heard(data, frozenset(labels) - {""}, between_pages)
        within = [said for said in heard if place.first <= said[0] <= place.last]
        if said_by(within, text, label) or (place.first < place.last and _is_in_cut_lines(within, text, label)):
            return True
    return False


def _is_in_cut_lines(heard: Sequence[tuple[int, str, str]], text: str, label: str) -> bool:
    """Whether one voice says a text whose words are cut at the ends of lines: there white space may differ."""
    wanted = "".join(text.split())
    return any(
        voice == label and wanted in "".join("".join(words.split()) for _, _, words in run)
        for voice, run in itertools.groupby(heard, key=lambda said: said[1])
    )


@lru_cache(maxsize=8)  # many quotes of one file are checked in a row
def _heard(data: bytes, labels: frozenset[str], between_pages: bool) -> tuple[tuple[int, str, str], ...]:
    """(line, voice, words) of a file; the voice is "" where nobody is named.

    `between_pages` says whether lines without a number are heard in a file that numbers its lines.
    """
    lines = split_lines(decode(data).lstrip("\ufeff"))
    starts = [line.split()[:2] for line in lines if line.strip()]
    numbered = sum(1 for start in starts if any(map(_is_figure, start))) * 2 > len(starts)
    heard: list[tuple[int, str, str]] = []
    who = _Who(labels)
    for number, line in enumerate(lines, 1):
        words = _without_figures(line.split(), numbered)
        bare = " ".join(words)
        has_number = len(words) < len(line.split())
        if not bare.strip("0123456789:- ") and (not numbered or not bare):
            continue
        if bare.lower().startswith("page ") and bare[5:].strip(" 0123456789") in ("", "of"):
            continue
        if numbered and not has_number and not between_pages:
            continue
        near = " ".join(" ".join(lines[max(0, number - 3) : number]).split())
        said = who.hears(words, bare, near, _is_apart(line, words[0]))
        if said.strip():
            heard.append((number, who.speaking, said))
    return tuple(heard)


def _without_figures(words: list[str], numbered: bool) -> list[str]:
    """The words of a line behind its number and its time."""
    counted = False
    while words and _is_figure(words[0]) and (numbered or len(words) == 1 or words[0].count(":") == 2):
        if counted and ":" not in words[0]:
            break
        counted = counted or ":" not in words[0]
        words = words[1:]
    return words


class _Who:
    """Follows who speaks from line to line."""

    def __init__(self, labels: frozenset[str]) -> None:
        self._labels = labels
        self._asks, self._answers = "Q", "A"
        self.speaking = ""
        self._ended, self._swearing, self._closing = True, False, ""

    def hears(self, words: Sequence[str], bare: str, near: str, apart: bool) -> str:
        """What is said on a line; `near` are the line and those above it, `apart` says that blanks follow its mark."""
        head, colon, rest = bare.partition(":")
        marked = words[0] in _MARKS and (len(words[0]) == 2 or len(words) == 1 or apart)
        named = bool(colon) and head.rstrip() in self._labels
        if self._closing or (self._ended and bare[0] in "(["):
            return self._remark(bare)
        self._swearing = self._swearing and not (marked or named)
        sworn = (
            [label for label in self._labels if f"{label}," in near] if "sworn" in bare or "affirmed" in bare else []
        )
        if (sworn or self._swearing) and not (marked or named):
            self._answers = max(sworn, key=near.rfind, default=self._answers)
            self.speaking, self._swearing = "", bare[-1] not in ".:"
            return ""
        asking = bare.rstrip(":.").rpartition("BY ")[2] if "BY " in bare else ""
        if marked:
            by = bare.partition("(")[2].partition(")")[0].upper()
            self._asks = next((label for label in self._labels if by and by.endswith(label.upper())), self._asks)
            self.speaking = self._asks if words[0][0] == "Q" else self._answers
            bare = " ".join(words[1:])
        elif asking in self._labels and bare.isupper():
            self._asks, self.speaking = asking, ""
            return ""
        elif named:
            self.speaking, bare = head.rstrip(), rest
        elif self._ended and bare.isupper() and len(bare) > 3 and not any(sign in bare for sign in ".?!:;,"):
            self._asks = "Q" if "EXAMINATION" in bare.replace(" ", "") else self._asks
            self.speaking = ""
            return ""
        if bare.strip():
            self._ended = bare.rstrip("\"'”’ )")[-1:] in tuple(".!?…:—-]") or bare.endswith(")")
        return bare

    def _remark(self, bare: str) -> str:
        """What is said on a line of a remark in brackets: nothing, unless words go on behind it."""
        self._closing = self._closing or {"(": ")", "[": "]"}[bare[0]]
        if self._closing not in bare:
            return ""
        ends = bare.rstrip(".").endswith(self._closing)
        self._closing = ""
        return "" if ends else bare


def _is_figure(word: str) -> bool:
    """Whether a word is a number of a line or a time."""
    return word.replace(":", "").isdigit() and (len(word) < 3 or ":" in word)


def _is_apart(line: str, mark: str) -> bool:
    """Whether two blanks or a tab follow a mark without a full stop."""
    behind = line.partition(mark)[2]
    return behind[:2] == "  " or behind[:1] == "\t"
