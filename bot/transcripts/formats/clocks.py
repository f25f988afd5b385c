"""When words are said, and by what code: the marks before and behind the words of a line, which are never words.

    00:00:41 words             #00:00:03-0# words        words #00:00:03-0#       [00:12.00]words
    S1 00:00:01.7 words        [00:00] [m1] words        [SPEAKER_00] words       SPEAKER: S1
    0.000<TAB>3.000<TAB>words  0:00:00.000,0:00:01.500   Ana Roe 0 minutes 3 seconds
    [05/01/2026, 10:15:32] Ana Roe: words                [10:37 AM] Ana Roe

No one line tells: "10:30 is when we met." is something said.  A mark is taken for one where the file as a whole shows
it: the same shape stands at the head (or the end) of nearly all lines or paragraphs, or is one that nobody speaks (in
brackets, between number signs), and the times do not run backwards.  Codes are few that repeat.

    lines ─ without_marks ─► Unmarked: lines of words, their times, who is named beyond doubt, what is no speech
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.transcripts.formats.labels import A_NAME, INVISIBLE, TIME, Candidate, candidate_of, shape_of
from bot.transcripts.formats.text import parse_time

_TSV = "start\tend\ttext"  # Whisper's table, in milliseconds
_TSV_SPAN = re.compile(r"(\d{1,12})\t(\d{1,12})\t")
# When a line is said: Whisper on a terminal "[00:00.000 --> 00:03.700]  words", Descript "[00:00:01 - 00:00:05] words".
_SPAN = re.compile(rf"\s*+\[({TIME})\s(?:-->|[-–—])\s({TIME})\]\s*")

_CLOCK = r"\d{1,3}(?::\d{2}){1,2}(?:[.,:;]\d{1,6})?"
_HALF = r"[ \u00a0\u202f]?[AaPp]\.?[Mm]\.?"  # of the day
_DATE = r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})"
_LENGTH = r"\d{1,4}[ \u00a0]?[^\W\d_]{1,10}(?:,?[ \u00a0]\d{1,2}[ \u00a0]?[^\W\d_]{1,10}){0,2}"  # "1 hour 2 minutes"
# What may stand before the words.
_HEAD = re.compile(
    rf"""[\s{INVISIBLE}]*+(?:
        \#(?P<number_signs>{_CLOCK})(?:-\d)?\#
      | (?P<opening>\\?[\[(<{{])(?:(?P<day>{_DATE}),?[ ])?(?P<bracketed>{_CLOCK})(?P<half>{_HALF})?\\?[\])>}}]
      | (?P<dated>{_DATE}),?[ ]{_CLOCK}(?:{_HALF})?(?=\s-\s)
      | (?P<plain>{_CLOCK})(?=[\s])
      | (?P<start>\d{{1,7}}\.\d{{1,9}})[ \t]+(?P<end>\d{{1,7}}\.\d{{1,9}})(?=[ \t])
    )(?:\s+-(?=\s))?\s*""",
    re.VERBOSE,
)
_TAIL = re.compile(rf"\s+(?:\#(?P<number_signs>{_CLOCK})(?:-\d)?\#|[\[(](?P<bracketed>{_CLOCK})[\])])\s*$")
_NAME_THEN_CLOCK = re.compile(
    rf"\s*+(?P<name>[^\s\d:.!?,;\[(#][^:.!?,;\t\[\](]{{0,39}}?)[ \t]+[\[(]?(?P<clock>{_CLOCK})[\])]?"
    rf"(?P<half>{_HALF})?(?:\s-)?(?P<words>[ \t]+\S|\s*$)"
)
_NAME_THEN_LENGTH = re.compile(rf"\s*+(?P<name>(?!\d){A_NAME}[ \t]+)?(?P<length>{_LENGTH})(?P<words>\s+\S|\s*$)")
_TWO_CLOCKS = re.compile(rf"\s*+[\[(]?({_CLOCK})\s?(?:,|-|–|—|to|\s)\s?({_CLOCK})[\])]?\s*$")
_CODE = re.compile(r"\s*+(?P<opening>[\[(<])(?P<code>[^\W_][^\[\]()<>:\n]{0,39})[\])>](?!\()(?:\s+|$)")
_HEARD = re.compile(
    r"\b(?:laugh|music|applause|cross-?talk|inaudible|silence|pause|cheer|clap|sigh|cough|chuckl|cry|crie|sob|gasp|whisper|"
    r"sing|noise|ring|overlap|unintelligible|indistinct|chorus|verse|bridge|sic\b)",
    re.IGNORECASE,
)
_VALUE = re.compile(r"\s*+(?P<field>[^\W\d_]{2,20}):[ \t]*(?P<value>[^\s:][^:]{0,39}?)\s*$")
_FIELDS = frozenset(
    "speaker name voice participant sprecher sprecherin locuteur locutrice orateur hablante interlocutor falante "
    "orador parlante relatore spreker talare puhuja".split()
)
_BEGUN = re.compile(r"[^:]{1,80} (?:started|stopped) transcription\s*")
_REACTION = re.compile(r"[a-z]{3,12} \d{1,3}")
# What stands on top and is no words: a day, a length, the name of a file, a comment.
_ON_TOP = re.compile(
    rf"\s*(?:<!--.*-->|(?:\d{{1,2}}\.? [^\W\d_]{{3,10}} \d{{4}}|[^\W\d_]{{3,10}} \d{{1,2}}, \d{{4}}|{_DATE})"
    rf"(?:,? {_CLOCK}(?:{_HALF})?)?|{_CLOCK}|(?P<length>{_LENGTH})|.{{0,200}}\d{{8}}[_-]\d{{6}}.{{0,40}})\s*"
)
_TOP = 12  # lines that are not blank, of which those on top are
_HOURS = re.compile(r"h|hrs?|hours?|heures?|horas?|stunden?|std|uur|uren|or[ae]|timm\w{1,3}|godz\w*|час\w*")
_MINUTES = re.compile(r"m|min\w{0,6}|мин\w*")
_SECONDS = re.compile(r"s|se[ckg]\w{0,7}|сек\w*")
_UNITS = ((_HOURS, 3600.0), (_MINUTES, 60.0), (_SECONDS, 1.0))

_FIGURE = re.compile(r"\d")
_NEAR = 100  # characters in which a mark at the head of a line begins

# Evidence.  Shares are of lines that are not blank, or of paragraphs where the file has some.
_NEARLY_ALL = 0.8
_HALF_OF = 0.5
_IN_ORDER = 0.9  # of neighbours: times do not run backwards
_SEVERAL = 3
_FEW = 0.5  # different codes, as a share of all


@dataclass
class Unmarked:
    """What is left of lines without their marks.  Keys are the numbers of lines, 1-based.

    `spans` are start and end in seconds, `labels` who is named before words or above them, `known` the names that are
    labels beyond doubt, `not_speech` the lines that nobody says, and why.
    """

    lines: list[str]
    spans: dict[int, tuple[float, float | None]] = field(default_factory=dict)
    labels: dict[int, Candidate] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    not_speech: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Mark:
    """A mark on a line: where the words begin (at the end of a line: where they end), its times, whom it names."""

    at: int
    start: float | None
    end: float | None = None
    name: str = ""


def without_marks(lines: Sequence[str]) -> Unmarked:
    """The lines without the marks that the whole file shows to be marks."""
    bare = Unmarked(list(lines))
    if lines and lines[0].strip() == _TSV:
        bare.not_speech[1] = "header"
        for number, line in enumerate(lines, 1):
            if match := _TSV_SPAN.match(line):
                bare.spans[number] = int(match[1]) / 1000, int(match[2]) / 1000
                bare.lines[number - 1] = line[match.end() :]
        return bare
    for number, line in enumerate(lines, 1):
        if "[" in line and (match := _SPAN.match(line)):
            bare.spans[number] = parse_time(match[1]), parse_time(match[2])
            bare.lines[number - 1] = line[match.end() :]
    file = _File(lines)
    _take_two_clocks(bare, file)
    _take_heads(bare, file)
    _take_lengths(bare, file)
    _take_names_before_clocks(bare, file)
    _take_codes(bare, file)
    _take_fields(bare, file)
    _take_tails(bare, file)
    _leave_out_notes(bare, file)
    return bare


class _File:
    """What shares are taken of: the numbers of the lines that are not blank, and of those that begin a paragraph.

    And what may have marks, since most lines have none: lines with `figures` near their head, those that begin with a
    bracket or end with one, and `short` ones.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self.filled: list[int] = []
        self.figures: list[int] = []
        self.bracketed: list[int] = []
        self.closed: list[int] = []
        self.short: list[int] = []
        begins, ends = [], []
        before = 0
        for number, line in enumerate(lines, 1):
            bare = line.strip()
            if not bare:
                continue
            self.filled.append(number)
            if before != number - 1 or number == 1:
                begins.append(number)
                ends += [before] if before else []
            before = number
            if _FIGURE.search(line, 0, _NEAR):
                self.figures.append(number)
            if bare[0] in "[(<{":
                self.bracketed.append(number)
            if bare[-1] in "#])":
                self.closed.append(number)
            if len(bare) < _NEAR:
                self.short.append(number)
        ends += [before] if before else []
        self.alone = set(begins) & set(ends)  # paragraphs of one line
        self.begins, self.ends = (begins, ends) if len(begins) > 1 else (self.filled, self.filled)

    def share_of(self, numbers: Collection[int], at_ends: bool = False) -> float:
        """The larger of two shares: of all lines, and of paragraphs."""
        paragraphs = self.ends if at_ends else self.begins
        of_paragraphs = sum(1 for number in paragraphs if number in numbers) / max(1, len(paragraphs))
        return max(len(numbers) / max(1, len(self.filled)), of_paragraphs)


def _in_order(times: Iterable[float | None]) -> bool:
    """Whether times hardly ever run backwards, and are not all the same."""
    known = [time for time in times if time is not None]
    pairs = list(itertools.pairwise(known))
    return len(set(known)) > 1 and sum(1 for a, b in pairs if a <= b) >= _IN_ORDER * len(pairs)


def _seconds(clock: str) -> float:
    """Seconds of a clock: of four parts, the last are frames or hundredths and are left out."""
    parts = re.split("[:;]", clock)
    return parse_time(":".join(parts[:3]))


def _take_heads(bare: Unmarked, file: _File) -> None:
    """Times before the words, shape by shape."""
    shapes: dict[str, dict[int, _Mark]] = {}
    alone: dict[str, dict[int, _Mark]] = {}
    for number in file.figures:
        line = bare.lines[number - 1]
        if not _may_be_head(line) or number in bare.not_speech or number in bare.spans:
            continue
        if match := _HEAD.match(line):
            shape, mark = _shape_of(match)
            (shapes if line[mark.at :].strip() else alone).setdefault(shape, {})[number] = mark
    for shape, marks in shapes.items():
        share, times = file.share_of(marks), [mark.start for mark in marks.values()]
        if shape == "day":
            accepted = share >= _HALF_OF or len(marks) >= _SEVERAL
        elif shape in ("bracketed", "number signs"):
            accepted = _in_order(times) and (len(marks) >= _SEVERAL or share >= _NEARLY_ALL)
        elif shape == "hours":
            accepted = _in_order(times) and share >= (_HALF_OF if len(marks) >= _SEVERAL else _NEARLY_ALL)
        else:  # "10:30 is when we met", "1.5 2.5"
            accepted = _in_order(times) and share >= _NEARLY_ALL and len(marks) >= _SEVERAL
        if accepted and shape == "day":
            _take_messages(bare, file, marks)
        elif accepted:
            _take_times(bare, marks)
            for number, mark in alone.get(shape, {}).items():
                bare.not_speech[number] = "time"
                below = file.filled[bisect.bisect_right(file.filled, number) :][:1]
                bare.spans |= {n: (mark.start or 0.0, mark.end) for n in below if n not in bare.spans}


def _may_be_head(line: str) -> bool:
    return line.lstrip(f" \t\u00a0{INVISIBLE}")[:1] in tuple("0123456789[(<{#\\")


def _shape_of(match: re.Match[str]) -> tuple[str, _Mark]:
    """What kind of mark it is, and the mark; the time of a day is no time of a recording."""
    if match["day"] or match["dated"] or match["half"]:
        return "day", _Mark(match.end(), None)
    if match["start"]:
        return "numbers", _Mark(match.end(), float(match["start"]), float(match["end"]))
    clock = match["number_signs"] or match["bracketed"] or match["plain"]
    plain = "hours" if clock.count(":") > 1 or "." in clock or "," in clock else "minutes"
    shape = "number signs" if match["number_signs"] else "bracketed" if match["bracketed"] else plain
    return shape, _Mark(match.end(), _seconds(clock))


def _take_times(bare: Unmarked, marks: Mapping[int, _Mark]) -> None:
    """Take times off their lines.  A name with a colon behind one is a label with a time.

    Where most lines with a time have no such name, the time says nothing for one: "[05:00] The thing is: it rained."
    """
    heads: dict[int, Candidate] = {}
    for number, mark in marks.items():
        line = bare.lines[number - 1]
        head = candidate_of(number, line)
        if head is None or not head.timed:
            head = candidate_of(number, line[mark.at :])
        if head is not None:
            heads[number] = replace(head, time=mark.start if head.time is None else head.time)
        bare.spans[number] = mark.start or 0.0, mark.end
        bare.lines[number - 1] = line[mark.at :]
    named = sum(1 for head in heads.values() if shape_of(head.name, head.emphasised) in ("name", "word"))
    by_names = named >= _HALF_OF * len(marks) or len(heads) >= _NEARLY_ALL * len(marks)
    bare.labels |= {number: replace(head, timed=by_names) for number, head in heads.items()}


def _take_messages(bare: Unmarked, file: _File, marks: Mapping[int, _Mark]) -> None:
    """Messages with their days: who writes stands before a colon, or alone above the words; other lines are notes."""
    heads = {number: bare.lines[number - 1][mark.at :] for number, mark in marks.items()}
    names = Counter(head.partition(": ")[0].strip() for head in heads.values() if ": " in head)
    alone = Counter(head.strip() for head in heads.values() if re.fullmatch(A_NAME, head.strip()))
    above = sum(alone.values()) >= _NEARLY_ALL * len(heads)
    people = {
        name
        for name, count in (alone if above else names).items()
        if len(name) <= 60 and not name.endswith((".", "!", "?")) and (count > 1 or shape_of(name, False))
    }
    for number, head in heads.items():
        if not people:
            bare.lines[number - 1] = head
            continue
        name, _, words = (head, "", "") if above else head.partition(": ")
        name = name.strip(f" {INVISIBLE}")
        if name not in people or words.startswith("\u200e"):  # which WhatsApp writes before its own words
            bare.not_speech[number] = "note of the program"
            continue
        bare.lines[number - 1] = head
        bare.labels[number] = Candidate(number, name, True, True, None, words.strip())
        bare.known.add(name)
    if above and people:
        ends = [number for number in file.filled if number == len(bare.lines) or number + 1 in heads]
        last = [n for n in (*file.alone, *ends) if n > min(heads) and not bare.lines[n - 2].strip()]
        bare.not_speech |= {n: "reaction" for n in last if _REACTION.fullmatch(bare.lines[n - 1].strip())}


def _take_names_before_clocks(bare: Unmarked, file: _File) -> None:
    """`S1 00:00:01.7 words`; and `Ana Roe  10:37 AM`, whose words stand below."""
    marks: dict[int, _Mark] = {}
    days: dict[int, _Mark] = {}
    for number in file.figures:
        line = bare.lines[number - 1]
        if ":" not in line[:60] or number in bare.labels or not (match := _NAME_THEN_CLOCK.match(line)):
            continue
        name = match["name"].strip()
        if match["words"].strip() and not match["half"]:
            marks[number] = _Mark(match.end() - 1, _seconds(match["clock"]), None, name)
        elif match["half"] and not match["words"].strip():
            days[number] = _Mark(match.end(), None, None, name)
    if file.share_of(marks) >= _NEARLY_ALL and _in_order(m.start for m in marks.values()) and _are_names(marks):
        _name(bare, marks)
    if len(days) >= _SEVERAL and _are_few(days.values()):
        _name(bare, days)


def _are_few(marks: Iterable[_Mark]) -> bool:
    """Whether names repeat as those of speakers do: few, again and again."""
    names = [mark.name for mark in marks]
    return len(names) > 1 and len(set(names)) <= max(1, _FEW * len(names))


def _name(bare: Unmarked, marks: Mapping[int, _Mark]) -> None:
    """Take marks that name who speaks off their lines."""
    for number, mark in marks.items():
        words = bare.lines[number - 1][mark.at :].strip()
        time = bare.spans[number][0] if mark.start is None and number in bare.spans else mark.start
        bare.labels[number] = Candidate(number, mark.name, True, True, time, words)
        bare.known.add(mark.name)


def _take_codes(bare: Unmarked, file: _File) -> None:
    """`[m1] words`, `[SPEAKER_00] words`, `[Ana] words`: few codes in brackets that repeat at the head of the words."""
    marks: dict[str, dict[int, _Mark]] = {}
    for number in sorted({*file.bracketed, *bare.spans}):
        line = bare.lines[number - 1]
        if line.lstrip()[:1] not in ("[", "(", "<") or number in bare.not_speech:
            continue
        head = bare.labels.get(number) or candidate_of(number, line)
        if (match := _CODE.match(line)) and not (head and (head.words or head.timed)):
            alone = not line[match.end() :].strip()
            machine = bool(re.search(r"\d", match["code"]))
            # A word alone in brackets is a stage direction, and so is what is heard.
            if machine or not (alone or _HEARD.search(match["code"])):
                marks.setdefault(match["opening"], {})[number] = _Mark(match.end(), None, None, match["code"].strip())
    for found in marks.values():
        counts = Counter(mark.name for mark in found.values())
        repeated = {name for name, count in counts.items() if count > 1}
        shapes = {re.sub(r"\d+", "0", name) for name in repeated if re.search(r"\d", name)}
        codes = {n: m for n, m in found.items() if m.name in repeated or re.sub(r"\d+", "0", m.name) in shapes}
        by_machine = sum(1 for mark in codes.values() if re.search(r"\d", mark.name)) >= _NEARLY_ALL * len(codes)
        if len(repeated) < 2 and not (by_machine and repeated and len(codes) >= _SEVERAL):
            continue
        if file.share_of(codes) < (_HALF_OF if by_machine else _NEARLY_ALL) or not _are_few(codes.values()):
            continue
        if not by_machine:
            codes |= {n: m for n, m in found.items() if shape_of(m.name, False) == "name"}
        _name(bare, codes)


def _take_fields(bare: Unmarked, file: _File) -> None:
    """`SPEAKER: S1` above the words: what is behind the colon is the label, for it is always one of few."""
    found: dict[str, dict[int, _Mark]] = {}
    for number in file.short:
        line = bare.lines[number - 1]
        match = _VALUE.match(line) if ":" in line and len(line) < 80 else None
        if match and (match["field"].casefold() in _FIELDS or match["value"][0].isalpha()):
            found.setdefault(match["field"], {})[number] = _Mark(match.end(), None, None, match["value"])
    for name, marks in found.items():
        said = sum(1 for number in file.filled if bare.lines[number - 1].lstrip().startswith(f"{name}:"))
        below = sum(
            1 for a, b in itertools.pairwise([*file.filled, 0]) if a in marks and 0 < b <= a + 2 and b not in marks
        )
        values = {mark.name for mark in marks.values()}
        machine = all(re.search(r"\d", value) for value in values)
        like_names = machine or all(shape_of(value, False) == "name" for value in values)
        if name.casefold() in _FIELDS:
            sure = machine or (len(marks) > 1 and all(shape_of(value, False) for value in values))
        else:
            sure = len(marks) >= _SEVERAL and like_names and _are_few(marks.values())
        if sure and said == len(marks) == below:
            _name(bare, marks)


def _length_of(text: str) -> float | None:
    """Seconds of "1 hour 2 minutes 14 seconds", "27m 42s"; None where a word is no unit, or they do not descend."""
    seconds, last = 0.0, 1e9
    for number, unit in re.findall(r"(\d+)[ \u00a0]?([^\W\d_]+)", text):
        worth = next((worth for units, worth in _UNITS if units.fullmatch(unit.casefold())), None)
        if worth is None or worth >= last:
            return None
        seconds, last = seconds + int(number) * worth, worth
    return seconds


def _lengths(bare: Unmarked, file: _File) -> tuple[dict[int, _Mark], dict[int, _Mark]]:
    """The lines that begin with a length behind a name, and those that are nothing but a length."""
    heads: dict[int, _Mark] = {}
    alone: dict[int, _Mark] = {}
    for number in file.figures:
        line = bare.lines[number - 1]
        if not (match := _NAME_THEN_LENGTH.match(line)):
            continue
        seconds = _length_of(match["length"])
        if seconds is None or " " not in match["length"].strip():
            continue
        if match["name"]:
            at = match.end() - (1 if match["words"].strip() else 0)
            heads[number] = _Mark(at, seconds, None, match["name"].strip())
        elif not match["words"].strip():
            alone[number] = _Mark(match.end(), seconds)
    return heads, alone


def _take_lengths(bare: Unmarked, file: _File) -> None:
    """`Ana Roe   0 minutes 3 seconds`, before the words or above them; the length alone below the name."""
    heads, alone = _lengths(bare, file)
    order = {number: at for at, number in enumerate(file.filled)}

    def near(number: int, steps: int) -> int:
        """The line that stands some lines below (above where negative), blank ones not counted; 0 for none."""
        at = order[number] + steps
        return file.filled[at] if 0 <= at < len(file.filled) else 0

    owners = {number: near(number, -1) for number in alone}
    above = {
        owner: _Mark(len(bare.lines[owner - 1]), alone[number].start, None, bare.lines[owner - 1].strip())
        for number, owner in owners.items()
        if 0 < owner >= number - 2 and re.fullmatch(A_NAME, bare.lines[owner - 1].strip()) and owner not in heads
    }
    share = file.share_of({n for n, mark in heads.items() if bare.lines[n - 1][mark.at :].strip()})
    if share < _NEARLY_ALL:  # "It took 3 minutes to get there"
        heads = {n: mark for n, mark in heads.items() if not bare.lines[n - 1][mark.at :].strip()}
    if not _are_names(heads) or not _in_order(mark.start for mark in heads.values()):
        heads = {}
    if len(above) < _HALF_OF * len(alone) or not _are_names(above) or not _in_order(m.start for m in above.values()):
        above = {}
    for number, owner in owners.items():
        if owner not in above:
            continue
        bare.not_speech[number] = "time"
        once_more = [near(number, 1), near(number, 2)]  # as screen readers have it: by a clock, with the name
        if once_more[0] and re.fullmatch(rf"\s*{_CLOCK}\s*", bare.lines[once_more[0] - 1]):
            bare.not_speech[once_more[0]] = "time"
        if any(n in heads and heads[n].name == above[owner].name for n in once_more):
            bare.not_speech[owner] = "name of the line below"
            del above[owner]
    _name(bare, above | heads)


def _are_names(marks: Mapping[int, _Mark]) -> bool:
    """Whether what stands beside times are names: they look like some, or repeat, and end no sentence."""
    names = [mark.name for mark in marks.values()]
    like = sum(1 for name in names if len(name) <= 60 and shape_of(name, False) in ("name", "word"))
    return len(names) > 1 and (like >= _NEARLY_ALL * len(names) or _are_few(marks.values()))


def _take_two_clocks(bare: Unmarked, file: _File) -> None:
    """Two times on a line of their own (`0:00:00.000,0:00:01.500`), which are those of the lines below."""
    found = {
        number: (_seconds(match[1]), _seconds(match[2]))
        for number in file.figures
        if bare.lines[number - 1].count(":") >= 2 and (match := _TWO_CLOCKS.match(bare.lines[number - 1]))
    }
    below = sum(1 for n in found if bare.lines[n : n + 1] and bare.lines[n].strip() and n + 1 not in found)
    if len(found) < 2 or below < _HALF_OF * len(found) or not _in_order(start for start, _ in found.values()):
        return
    bare.not_speech |= dict.fromkeys(found, "time")
    for number, span in found.items():
        for below in range(number + 1, len(bare.lines) + 1):
            if not bare.lines[below - 1].strip() or below in found:
                break
            bare.spans[below] = span


def _take_tails(bare: Unmarked, file: _File) -> None:
    """Times behind the words, at the end of paragraphs: they are said from the time before it to this one."""
    for shape in ("number_signs", "bracketed"):
        marks: dict[int, _Mark] = {}
        for number in file.closed:
            line = bare.lines[number - 1].rstrip()
            if line[-1:] not in ("#", "]", ")") or not (match := _TAIL.search(line[-40:])) or not match[shape]:
                continue
            head = candidate_of(number, line)
            if number in bare.not_speech or (head is not None and head.timed and not head.words):
                continue  # a name and a time, and no words
            marks[number] = _Mark(max(0, len(line) - 40) + match.start(), _seconds(match[shape]))
        share = file.share_of(marks, at_ends=True)
        enough = len(marks) >= _SEVERAL and (shape == "number_signs" or share >= _HALF_OF)
        if marks and _in_order(mark.start for mark in marks.values()) and (enough or share >= _NEARLY_ALL):
            _cut_tails(bare, marks)


def _cut_tails(bare: Unmarked, marks: Mapping[int, _Mark]) -> None:
    before = 0.0
    for number, mark in marks.items():
        bare.lines[number - 1] = bare.lines[number - 1][: mark.at]
        if head := bare.labels.get(number):
            bare.labels[number] = replace(head, words=_TAIL.sub("", f" {head.words}").strip())
        if number not in bare.spans and mark.start is not None:
            bare.spans[number] = min(before, mark.start), mark.start
        before = mark.start or before


def _leave_out_notes(bare: Unmarked, file: _File) -> None:
    """What a program writes beside the words: that it began, and on top the day, the length, the name of a file."""
    bare.not_speech |= {
        number: "note of the recording"
        for number in file.short
        if bare.lines[number - 1].rstrip().endswith("transcription") and _BEGUN.fullmatch(bare.lines[number - 1])
    }
    top: list[int] = []
    for number in file.filled[:_TOP]:
        line = bare.lines[number - 1]
        if number in bare.labels or number in bare.spans:
            break  # the talk has begun
        match = _ON_TOP.fullmatch(line) if len(line) < 300 and number not in bare.not_speech else None
        if match and (not match["length"] or _length_of(match["length"]) is not None):
            top.append(number)
    # "The train left at / 10:30 / and was full."
    beside = {number for a, b in itertools.pairwise(top) if b <= a + 2 for number in (a, b)}
    clocks = [number for number in top if re.fullmatch(rf"\s*{_CLOCK}\s*", bare.lines[number - 1])]
    for number in sorted(beside | (file.alone & set(top))):
        if number not in clocks or (len(clocks) == 1 and number in beside):
            bare.not_speech[number] = "header"
