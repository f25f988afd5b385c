"""What is a label, decided by evidence across a file: no one pattern can tell `Ana Silva: yes` from `Here is the
thing: yes`.  A label repeats, is short, and is capitalised, bold, bracketed or timed.

    lines ─ candidate_of ─► Candidates ─ accept_labels ─► the names that are labels ─ split_at_labels ─► who says what
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.transcripts.formats.text import fold_white, parse_time

TIME = r"(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
# Inside a name: a nickname in quotes, a remark in brackets.
_QUOTED = r"(?:\"[^\":\n]{1,40}\"|“[^”:\n]{1,40}”)"
_IN_BRACKETS = r"\[[^\[\]:\n]{1,40}\](?!\()"
# A name may carry a long parenthesis: "Hon. Ana Silva (Minister of Families, Children and Social Development)".
A_NAME = rf"(?:[^\s:：*_\[\]<>{{}}|\"“”]|{_QUOTED})(?:[^:：*\[\]<>{{}}|\"“”\t]|{_QUOTED}|{_IN_BRACKETS}){{0,159}}?"
_PHONE = r"\+?\(?\d(?:[\s().-]*[\d*]){8,18}"  # dial-ins, which Zoom may mask: "1617*****34"
INVISIBLE = "\u200b\u200e\u200f\ufeff"  # left by copying from web pages
_COLON = r"(?:：|:(?=\s|$|[^\x00-\x7f]))"
_LABEL_LINE = re.compile(
    rf"""[\s{INVISIBLE}]*+
    (?:(?:\[{TIME}\]|\({TIME}\)|{TIME})[ \t]+(?:-[ \t]+)?)?
    (?:
        (?P<mark>\*{{1,3}}|__?)(?P<bold>{A_NAME})\s*(?:[(\[]{TIME}[)\]])?\s*
        (?:[:：]\s*(?P=mark)|(?P=mark)\s*(?:[(\[]{TIME}[)\]])?\s*{_COLON})
      | (?P<unopened>{A_NAME})[:：](?:\*\*|__)(?=\s|$)  # the mark was opened a line above
      | \[(?P<bracketed>[^\[\]:\n]{{1,80}})\]\s*{_COLON}(?!\s*https?://\S+\s*$)  # not a Markdown link
      | (?P<plain>{_PHONE}|{A_NAME})\s*(?:[(\[]{TIME}[)\]])?\s*{_COLON}
      | (?:\*\*)?(?P<otter>{A_NAME})(?:\*\*)?[ ]{{1,3}}(?:[-–—][ ]{{1,3}})?(?:{TIME}|\({TIME}\))\s*$
      | (?P<trint>{A_NAME})[ ]{{1,3}}\[{TIME}\](?=\s+\S)
      | \[(?P<saved>[^\[\]:\n]{{1,80}})\][ ]{{1,3}}\d{{1,2}}:\d{{2}}:\d{{2}}\s*$
    )""",
    re.VERBOSE,
)
# A time, then a name alone, words below: Happy Scribe, Fathom, Word's Transcribe.
_TIME_THEN_NAME = re.compile(
    rf"\s*+(?:\[{TIME}\]|\({TIME}\)|{TIME})[ \t]+(?:-[ \t]+)?(?P<name>{A_NAME})(?<![.!?,;…])\s*$"
)
# A time behind the label (Sonix; Temi has tabs, Changelog escapes), or on a line of its own (YouTube's transcript).
_TIME_BEHIND = re.compile(
    r"\\?\[\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?\\?\]\s+(?!to \\?\[)|\d{1,3}:\d{2}(?::\d{2})?\t\s*"
)
# A label in the middle of a line, after the end of a sentence.
_LABEL_WITHIN = re.compile(
    r"(?<=[.!?…。！？\"'”’)\]])\s+(?=(?P<head>(?:\*\*|__|\[(?=[^\[\]:：]{1,160}\]))?(?P<label>[^:：]{1,160}?)"
    r"(?:\]\s*:|:\s*(?:\*\*|__)|(?:\*\*|__)?\s*[:：]))(?:\s|$))"
)
_TIME_IN_LABEL = re.compile(TIME)
HEADING = re.compile(r"#{1,6}\s|(?:-{3,}|\*{3,}|_{3,}|(?:\*\s){2,}\*|#)\s*$")  # "* * *" and "#" part scenes
# Words before a colon that head a remark and name nobody.
_NEVER_LABELS = frozenset(
    "note notes nb ps warning title date time source sources link links url http https email tel subject topic "
    "location duration recorded transcript summary keywords tags participants attendees speakers present apologies "
    "example edit update contents remember reminder tip disclaimer caution outline overview".split()
) | {
    *("pro tip", "fun fact", "spoiler alert", "grain of salt"),
    *("action item", "action items", "screen sharing", "meeting title", "key points"),  # Fathom, Granola
}
# "Step 1: Open the lid." is part of what somebody says; "Caller 1:" is somebody.
_NUMBER = r"\s*(?:no\.?\s*)?#?(?P<number>\d+[a-z]?|[ivx]+|one|two|three|four|five|six|seven|eight|nine|ten)"
_SECTION = re.compile(
    r"(?:step|item|chapter|part|section|number|no|point|figure|table|page|act|scene|episode|lesson|rule|tip|phase|slide|"
    rf"appendix|verse|day|week|month|year|round|option|example|exercise|agenda item|volume|book|season){_NUMBER}",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?P<whom>.*[^\W\d_])[\s#_-]*\d+[a-z]?$", re.IGNORECASE)
_NUMBERED_PEOPLE = frozenset(
    "speaker participant guest caller witness person interviewer interviewee host panelist panellist respondent man "
    "woman boy girl child student pupil teacher patient doctor nurse officer juror member user agent customer client "
    "voice male female moderator facilitator presenter reporter player parent audience delegate expert attendee".split()
)
_PARTICLES = frozenset("de da di do dos du del della der den van von la le les el al bin ibn of the and & y e".split())
_LEADING_PARTICLES = frozenset("de da di do dos du del della der den ter van von la le los las el al bin ibn".split())
# The full stop of a name: "Sarah K.", "Martin Luther King Jr."
_ABBREVIATION = re.compile(r"(?:[^\W\d_]\.){1,3}|(?:Jr|Sr|Esq|Ph\.?D|M\.?D)\.")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # scripts that put no spaces between words
_WIDE_MARKS = re.compile("[，。、；！？]")
_LABEL_WORDS = 8
_ROLE_WORDS = 8  # behind the comma after a name
_LONGER = 3  # characters that a name which occurs once may have more than any other, in such a script
_LIST_ITEM = re.compile(r"\s*[-*•]\s+\S")
# Evidence.  A share is of the lines that are not blank.
_DENSE = 0.5  # so many lines look labelled: single capitalised words may be labels
_VERY_DENSE = 0.9  # nearly every line looks labelled: even a word that occurs once may be
_LOWER_CASE_WORD = 0.1  # `interviewer:` must head this share of the labelled lines
_LOWER_CASE_WORDS = 0.3  # and so many `bell hooks:`, as `my point:` may occur often
# A single capitalised word must head this share of the labelled lines, or this if the text has it in lower case too.
_RARE_WORD = 0.01
_WORD = 0.05
_ALL_TIMED = 0.8
_BEGINS_TIMED = re.compile(rf"\s*[\[(]?{TIME}[\])]?\s+\S")
_TIME_END = re.compile(r"[:.,]0\W*$")  # a time or a sum ends the line, no number of a page
_ABOVE = 0.34  # share of the labels that may stand on a title page; where there are more, the habit changes
_FULL_LINE = 0.5  # of the longest line: shorter lines were not cut by wrapping
_MARKED = 0.6  # so many labels are bold or in brackets: others must occur often
SAID_SO = 3  # a head of a line that occurs so often and is read as words is named in the report
SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)\]]*$")
# Where a turn may end: a sentence, a speaker who is interrupted, a stage direction.
TURN_END = re.compile(r"(?:[.!?…。！？—–)\]]|--)[\s\"'”’)\]*_]*$")


@dataclass(frozen=True)
class Candidate:
    """A line that may begin with a label."""

    line: int
    name: str
    emphasised: bool  # bold or in brackets: a writer's mark that this is a label
    timed: bool  # a time of its own is another
    time: float | None
    words: str
    alone: bool = False  # nothing but the time before it says that this is no line of words


def candidate_of(number: int, line: str) -> Candidate | None:
    """What may be a label at the head of a line, and the words behind it."""
    if (":" not in line and "：" not in line) or HEADING.match(line):
        return None
    match = _LABEL_LINE.match(line)
    if not match:
        alone = _TIME_THEN_NAME.match(line)
        time = _TIME_IN_LABEL.search(line) if alone else None
        return (
            Candidate(number, alone["name"].strip(), False, True, parse_time(time.group()), "", True)
            if alone and time
            else None
        )
    name = next(
        name
        for name in match.group("bold", "unopened", "bracketed", "plain", "otter", "trint", "saved")
        if name is not None
    ).strip()
    words = line[match.end() :].strip()
    time = _TIME_IN_LABEL.search(match.group().replace(name, " ", 1))
    if not time and (behind := _TIME_BEHIND.match(words)):
        time, words = re.search(r"[\d:.,]+", behind.group()), words[behind.end() :]
    return Candidate(
        line=number,
        name=name,
        # Italics stress any word.
        emphasised=any(match[mark] is not None for mark in ("bracketed", "unopened")) or len(match["mark"] or "") >= 2,
        timed=time is not None,
        # What Zoom saves are times of day.
        time=parse_time(time.group()) if time and match["saved"] is None else None,
        words=words,
    )


def accept_labels(candidates: Sequence[Candidate], lines: Sequence[str]) -> set[str]:
    """The candidate names that the file as a whole shows to be labels."""
    evidence = _Evidence(candidates, lines)
    accepted = {name for name in evidence.counts if evidence.shows(name)}
    if not accepted and not evidence.very_dense:
        return set()
    # In a file that labels its turns somebody who speaks once is a speaker too, and so is somebody whose label varies.
    counts, shapes = evidence.counts, evidence.shapes
    repeated = frozenset(name for name in accepted if counts[name] > 1)
    known = {_same_name(name) for name in repeated}
    families = {numbered["whom"] for name in repeated if (numbered := _NUMBERED.match(name))}
    full_line = _FULL_LINE * max(map(len, lines), default=0) if evidence.very_dense else None
    wide = [len(name) for name in repeated if _WIDE.search(name)]
    longest = max(wide) if wide else max(map(len, lines), default=0)
    labels = {
        name
        for candidate in candidates
        if (name := candidate.name) in repeated
        or (name in accepted and name in evidence.marked)
        or (shapes[name] and _same_name(name) in known)
        or (
            (name in accepted or shapes[name] == "name")
            and _may_occur_once(candidate, lines, families, full_line, longest)
        )
    }
    marks = [candidate.emphasised for candidate in candidates if candidate.name in labels]
    if marks.count(True) < _MARKED * len(marks):
        return labels
    # Where names are bold, "In April:" heads a paragraph of somebody's.
    bold = {_same_name(name) for name in labels & evidence.emphasised}
    return {name for name in labels if _same_name(name) in bold or counts[name] >= SAID_SO}


class _Evidence:
    """What a file as a whole shows of the candidates for labels.

    `emphasised` are the names that are bold or in brackets somewhere, `marked` those that are or have a time of their
    own.  `dense` and `very_dense`: half or nearly all of the lines look labelled.
    """

    def __init__(self, candidates: Sequence[Candidate], lines: Sequence[str]) -> None:
        self.filled = max(1, sum(1 for line in lines if line.strip()))
        self.counts = Counter(candidate.name for candidate in candidates)
        self.emphasised = {candidate.name for candidate in candidates if candidate.emphasised}
        # Where every line has a time, a time says nothing of a label.
        timed = sum(1 for line in lines if _BEGINS_TIMED.match(line)) < _ALL_TIMED * self.filled
        self.marked = self.emphasised | {candidate.name for candidate in candidates if candidate.timed and timed}
        self.shapes = {name: shape_of(name, name in self.emphasised) for name in self.counts}
        self.labelled = sum(count for name, count in self.counts.items() if self.shapes[name])
        self.dense = self.labelled >= _DENSE * self.filled
        self.very_dense = self.labelled >= _VERY_DENSE * self.filled
        # Names are not written in lower case, words are.
        self.in_lower_case = lower_case_words(lines)
        self.in_paragraphs = Counter(c.name for c in candidates if c.line == 1 or not lines[c.line - 2].strip())
        first = next((number for number, line in enumerate(lines, 1) if line.strip()), 0)
        # One bold name at the head of a file is that of who holds a monologue.
        self.monologue = len(self.counts) == 1 and candidates[0].line == first

    def shows(self, name: str) -> bool:
        """Whether a name is shown to be a label by itself, whatever the others are."""
        count, shape = self.counts[name], self.shapes[name]
        match "name" if shape == "word" and name in self.marked else shape:
            case "name":
                marked = name in self.marked and len(self.marked) >= 2
                return count >= 2 or marked or (self.monologue and name in self.emphasised)
            case "word":
                share = _WORD if name.casefold() in self.in_lower_case else _RARE_WORD
                as_turns = self.dense and self.in_paragraphs[name] == count
                often = count >= (2 if self.dense else 3) and (as_turns or count >= share * self.labelled)
                return self.very_dense or often
            case "lower case":
                share = _LOWER_CASE_WORDS if " " in name else _LOWER_CASE_WORD
                often = count >= 4 and count >= share * self.labelled
                # `moderator:` once, where every line is `word: text`.
                throughout = self.labelled == self.filled and " " not in name
                return throughout or often or (count >= 2 and name in self.marked)
            case _:
                return False


def without_furniture(candidates: Sequence[Candidate], lines: Sequence[str]) -> list[Candidate]:
    """The candidates without lines that stand the same on every page ("Oral History     Interviewee: Edric Pound")."""
    folded = {item.line: re.sub(r"\d+", "0", lines[item.line - 1].strip()) for item in candidates}
    counts = Counter(candidate.name for candidate in candidates)
    shown: dict[str, set[str]] = {}
    for candidate in candidates:
        shown.setdefault(candidate.name, set()).add(folded[candidate.line])
    # The same but for a figure, on page after page: a head, whoever's name stands in it.
    different = Counter(folded[item.line] for item in candidates if item.words)
    pages = {
        line
        for line, count in different.items()
        if count >= SAID_SO and line.endswith("0") and not _TIME_END.search(line)
    }
    candidates = [item for item in candidates if item.timed or not item.words or folded[item.line] not in pages]
    return [
        candidate
        for candidate in candidates
        if not (counts[candidate.name] >= SAID_SO and len(shown[candidate.name]) == 1)
        or not candidate.words
        or SENTENCE_END.search(candidate.words)
    ]


def in_one_way(labelled: Mapping[int, Candidate], lines: Sequence[str]) -> dict[int, Candidate]:
    """The labels (by line) without those on lines that are the head of a file or of a list.

    All labels of a file are written in one way: on a line of their own or before words, bold or plain.  What stands
    above the first of that way and looks otherwise is on a title page.  A label that list items follow heads the list.
    In a file whose paragraphs are labelled throughout, a first paragraph of which only the
    first line looks labelled is a title and what belongs to it.
    """
    ways = Counter(_way(candidate) for candidate in labelled.values())
    way, count = ways.most_common(1)[0] if ways else (None, 0)
    first = min((number for number, candidate in labelled.items() if _way(candidate) == way), default=0)
    above = sum(1 for number in labelled if number < first)
    one_way = count >= SAID_SO and above <= _ABOVE * len(labelled)
    counts = Counter(candidate.name for candidate in labelled.values())
    title = _title_of(labelled, lines) if one_way else 0
    return {
        number: candidate
        for number, candidate in labelled.items()
        if not (one_way and number < first)
        and not (counts[candidate.name] < SAID_SO and not candidate.words and _LIST_ITEM.match(_below(number, lines)))
        and not (number == title and counts[candidate.name] == 1)
    }


def _way(candidate: Candidate) -> tuple[bool, bool]:
    return not candidate.words, candidate.emphasised


def _below(number: int, lines: Sequence[str]) -> str:
    return next((line for line in lines[number:] if line.strip()), "")


def _title_of(labelled: Mapping[int, Candidate], lines: Sequence[str]) -> int:
    """The first line of a first paragraph whose other lines have no label, where all lines below it have; else 0."""
    end = next((number for number, line in enumerate(lines, 1) if not line.strip()), len(lines))
    head = range(1, end)
    others = [number for number in range(end, len(lines) + 1) if lines[number - 1].strip()]
    bare = [number for number in head if number not in labelled]
    return 1 if bare and 1 in labelled and others and all(number in labelled for number in others) else 0


def lower_case_words(lines: Sequence[str]) -> set[str]:
    """The words that a text has in lower case."""
    return {word for word in set(re.findall(r"[^\W\d_]+", " ".join(lines))) if word.islower()}


def _same_name(name: str) -> str:
    """What `Ana`, `ANA` and `Ana (laughing)` share."""
    return fold_white(name.split("(")[0] or name).casefold()


def _may_occur_once(
    candidate: Candidate, lines: Sequence[str], families: Collection[str], full_line: float | None, longest: int
) -> bool:
    """Whether a name that the file has once begins a turn rather than a wrapped line or a list item.

    `families` are the repeated labels that are numbered, without their numbers; `full_line` is the length (characters)
    from which a line may have been cut by wrapping, in a file where nearly every line looks labelled, else None;
    `longest` that of the longest repeated label, in a script without spaces.
    """
    above = lines[candidate.line - 2].strip() if candidate.line > 1 else ""
    if len(candidate.name) > longest + _LONGER:
        return False  # a sentence before a colon, in a script that does not show its words
    if full_line is not None:
        # All lines are turns, and people leave out full stops; but a long line cut in mid-sentence was wrapped.
        return not above or bool(TURN_END.search(above)) or len(above) < full_line
    if candidate.name[0].islower() or candidate.name[0] in "-–—•#":
        return False
    if (numbered := _NUMBERED.match(candidate.name)) and not (
        numbered["whom"] in families or numbered["whom"].split()[-1].casefold() in _NUMBERED_PEOPLE
    ):
        return False
    return not above or bool(TURN_END.search(above))


def shape_of(name: str, emphasised: bool) -> str | None:
    """How much a candidate looks like a name: "name", "word" (one capitalised word), "lower case", or None."""
    if re.fullmatch(_PHONE, name):
        return "name"
    core = name.split("(")[0] if name.endswith(")") else re.sub(r"\([^()]*\)", " ", name)
    core = re.sub(rf"{_QUOTED}|{_IN_BRACKETS}", " ", core).strip() or name
    if (parted := core.partition(", ")) and parted[0].isupper() and len(parted[2].split()) <= _ROLE_WORDS:
        core = parted[0]  # "ROSA HARTLEY, lock warden"
    if core.casefold().replace(".", "") in _NEVER_LABELS or not re.search(r"(?<!\d)[^\W\d]", core):
        return None  # a remark; a number, a year ("1990s"), a price ("20k")
    if name.count("(") != name.count(")") or name.startswith("("):
        return None  # "(1) Papers", "(Ana Silva [Labour]"
    if _WIDE_MARKS.search(core):
        return None  # a sentence before a colon
    tokens = core.split()
    if core.endswith((".", "!", "?", ",", ";")) and not _ABBREVIATION.fullmatch(tokens[-1]):
        return None
    if len(tokens) > 8 or any("://" in token for token in tokens):
        return None
    if emphasised:
        return "name"
    if _SECTION.fullmatch(core):
        return None
    after_particles = list(itertools.dropwhile(_LEADING_PARTICLES.__contains__, tokens))
    capitalised = all(
        not token[0].islower() or token.casefold() in _PARTICLES or any(char.isupper() for char in token[:4])
        for token in after_particles
        if token[0].isalpha()
    )
    if not capitalised or not after_particles or after_particles[0][0].islower():
        return "lower case" if len(tokens) <= 3 else None
    if len(tokens) >= 2 or core != name or core.isupper() or not core[0].isupper() or re.search(r"\d", core):
        return "name"
    return "word"


def may_be_a_label(name: str) -> bool:
    """Whether what is not read as a label may be one all the same: "a woman", "The Minister for Hedges (Ana Roe)"."""
    if not name or name.split("(")[0].strip().casefold() in _NEVER_LABELS or _SECTION.fullmatch(name):
        return False
    capitals = sum(1 for token in name.split() if token.strip("(")[:1].isupper())
    return shape_of(name, emphasised=False) is not None or 2 <= capitals <= len(name.split()) <= _LABEL_WORDS


def split_at_labels(words: str, labels: Collection[str]) -> list[tuple[str, str]]:
    """(label, words) of each speaker on a line; the first is the one who was speaking, whose label is left "" here.

    Not after words that go on ("He said to Ana: come") nor inside quotation marks ("Who Is She? Ana: A Life").
    """
    if ":" not in words and "：" not in words:
        return [("", words)]
    parts: list[tuple[str, str]] = []
    label, begin, counted, straight, curly = "", 0, 0, 0, 0
    for match in _LABEL_WITHIN.finditer(words):
        if match["label"] not in labels:
            continue
        before = words[counted : match.start()]
        counted = match.start()
        straight += before.count('"')
        curly += before.count("“") - before.count("”")
        in_quotes = straight % 2 == 1 or curly != 0
        if SENTENCE_END.search(words, max(0, counted - 9), counted) and not in_quotes:
            parts.append((label, words[begin:counted]))
            label, begin = match["label"], match.end("head")
    return [*parts, (label, words[begin:])]
