"""Labelled text: `SPEAKER NAME: words`, in the many shapes that people and exporters write it.

    HOST: Welcome back.                  [SPEAKER_00]: Welcome back.        **Mat Ryer:** Welcome back.
    [00:01:02] Ana Silva: Welcome.       Ana Silva (00:01:02): Welcome.     Tom Pravda  0:15
                                                                            Welcome back.

What is a label is decided by evidence across the file, because no one pattern can tell `Ana Silva: yes` from
`Here is the thing: yes`: a label repeats, is short, and is capitalised, bold or bracketed.

Two habits of files decide what the other lines are:

- *The label on every line* (text wrapped at a short width, the label repeated on each line): a turn is a run of lines
  with one label, and a line without a label is not speech.
- *The label once a turn*: every labelled line begins a turn, and a line without a label continues the turn before it,
  unless no turn but the last has such lines; then they are a trailer.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.errors import TranscriptError
from bot.formats.text import Turn, decode, fold_white, group_unspoken, parse_time, split_lines, utterances
from bot.transcript import UNNAMED_SPEAKER, Lines, Place, Reading, Utterance

NAME = "labelled text"

_TIME = r"(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
# A name may carry a long parenthesis: "Hon. Ana Silva (Minister of Families, Children and Social Development)".
_NAME = r"[^\s:：*_\[\]<>{}|\"“”][^:：*\[\]<>{}|\"“”\t]{0,159}?"
_COLON = r"(?:：|:(?=\s|$|[^\x00-\x7f]))"
_LABEL_LINE = re.compile(
    rf"""\s*
    (?:(?:\[{_TIME}\]|\({_TIME}\)|{_TIME})[ \t]+(?:-[ \t]+)?)?
    (?:
        (?:\*\*|__)(?P<bold>{_NAME})\s*(?:[(\[]{_TIME}[)\]])?\s*(?::\s*(?:\*\*|__)|(?:\*\*|__)\s*{_COLON})
      | \[(?P<bracketed>[^\[\]:\n]{{1,80}})\]\s*{_COLON}
      | (?P<plain>{_NAME})\s*(?:[(\[]{_TIME}[)\]])?\s*{_COLON}
      | (?:\*\*)?(?P<otter>{_NAME})(?:\*\*)?[ ]{{1,3}}{_TIME}\s*$
    )""",
    re.VERBOSE,
)
_TIMINGS = re.compile(r"\s*[\d:]+[.,]\d+\s*-->\s*[\d:]+[.,]\d+")
_TIME_IN_LABEL = re.compile(_TIME)
_HEADING = re.compile(r"#{1,6}\s|(?:-{3,}|\*{3,}|_{3,})\s*$")

# Words before a colon that head a remark and name nobody.
_NEVER_LABELS = frozenset(
    "note notes nb ps warning title date time source sources link links url http https email tel subject topic "
    "location duration recorded transcript summary keywords tags participants attendees speakers present apologies "
    "example edit update contents".split()
)
_PARTICLES = frozenset("de da di do dos du del della der den van von la le les el al bin ibn of the and & y e".split())

# Evidence.  A share is of the lines that are not blank.
_DENSE = 0.5  # so many lines look labelled: single capitalised words may be labels
_VERY_DENSE = 0.9  # nearly every line looks labelled: even a word that occurs once may be
_LOWER_CASE = 0.2  # `interviewer:` and the like must head this share of the lines
# The habit of a label on every line: this share of labelled lines follow one with the same label, and of these pairs
# this share is cut in mid-sentence.
_REPEATS = 0.3
_CUT = 0.3
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)\]]*$")
_ENOUGH_TURNS = 4  # turns on single lines before unlabelled lines at the end count as a trailer


@dataclass(frozen=True)
class _Candidate:
    """A line that may begin with a label."""

    line: int
    name: str
    marked: bool  # bold, bracketed or with a time of its own: a writer's mark that this is a label
    time: float | None
    words: str


def recognises(data: bytes) -> bool:
    """Any text may be labelled text: it is the family of last resort."""
    return True


def read(data: bytes) -> tuple[tuple[Utterance, ...], Reading]:
    """Utterances and the account of every line.  A text without labels is one unnamed speaker, a paragraph a turn.

    Raises TranscriptError for bytes that are not UTF-8 text, and for text that is plainly of another family: it would
    be read as one speaker saying time stamps or markup.
    """
    lines = split_lines(decode(data))
    _refuse_other_families(lines)
    candidates = [candidate for number, line in enumerate(lines, 1) if (candidate := _candidate(number, line))]
    labels = _accept_labels(candidates, filled=sum(1 for line in lines if line.strip()))
    labelled = {candidate.line: candidate for candidate in candidates if candidate.name in labels}
    if not labelled:
        return _read_unlabelled(lines)
    return _read_labelled(lines, labelled)


def holds(data: bytes, place: Place, text: str, label: str, labels: Collection[str]) -> bool:
    """Whether the file has these words at this place under this label.

    Independent of `read`: it looks only at the lines named, strips the labels that the record knows, undoes the
    family's one fold (line wrap) and finds the words; then it looks upwards for the label that they stand under.
    """
    assert isinstance(place, Lines)
    lines = split_lines(decode(data))
    named = lines[place.first - 1 : place.last]
    if not named:
        return False
    heads = [_strip_label(line, labels) for line in named]
    if any(head not in (None, label) for head, _ in heads[1:]):
        return False
    if fold_white(text) not in fold_white(" ".join(words for _, words in heads)):
        return False
    if not label:
        return all(head is None for head, _ in heads)
    for line in reversed(lines[: place.first]):
        head, _ = _strip_label(line, labels)
        if head is not None:
            return head == label
    return False


def _refuse_other_families(lines: Sequence[str]) -> None:
    start = "\n".join(lines[:5]).lstrip()
    seen = None
    if any("-->" in line and _TIMINGS.match(line) for line in lines):
        seen = "SubRip captions or WebVTT without its first line"
    elif re.match(r'\{\s*"|\[\s*[{"]', start):
        seen = "JSON"
    elif re.match(r"<(?:!doctype|html|\?xml|rss|head|body|div|p|cite|time|span)\b", start, re.IGNORECASE):
        seen = "HTML or XML"
    if seen:
        raise TranscriptError(
            f"this looks like {seen}, which is not read yet; expected labelled text (NAME: words) or WebVTT"
        )


def _strip_label(line: str, labels: Collection[str]) -> tuple[str | None, str]:
    """(label, words) of a line that begins with one of the known labels, else (None, line)."""
    bare = re.sub(rf"^\s*(?:[\[(]?{_TIME}[\])]?\s+(?:-\s+)?)?(?:\*\*|__|\[)?", "", line)
    for label in sorted(labels, key=len, reverse=True):
        if label and bare.startswith(label):
            rest = re.match(rf"[\]*_\s]*(?:[(\[]{_TIME}[)\]])?[*_\s]*(?:[:：]|\s{_TIME}\s*$)", bare[len(label) :])
            if rest:
                return label, bare[len(label) + rest.end() :].lstrip("*_ \t")
    return None, line


def _candidate(number: int, line: str) -> _Candidate | None:
    match = _LABEL_LINE.match(line)
    if not match:
        return None
    name = next(name for name in match.group("bold", "bracketed", "plain", "otter") if name is not None).strip()
    head = match.group()
    time = _TIME_IN_LABEL.search(head.replace(name, " ", 1))
    return _Candidate(
        line=number,
        name=name,
        marked=match["plain"] is None or time is not None,
        time=parse_time(time.group()) if time else None,
        words=line[match.end() :].strip(),
    )


def _accept_labels(candidates: Sequence[_Candidate], filled: int) -> set[str]:
    """The candidate names that the file as a whole shows to be labels.  `filled`: lines that are not blank."""
    counts = Counter(candidate.name for candidate in candidates)
    marked = {candidate.name for candidate in candidates if candidate.marked}
    shapes = {name: _shape(name, name in marked) for name in counts}
    looks_labelled = sum(count for name, count in counts.items() if shapes[name]) / max(filled, 1)
    accepted = set()
    for name, count in counts.items():
        match shapes[name]:
            case "name":
                enough = count >= 2 or (name in marked and len(marked) >= 2)
            case "word":
                enough = count >= 3 or (count >= 2 and looks_labelled >= _DENSE) or looks_labelled >= _VERY_DENSE
            case "lower case":
                enough = count >= 3 and count / filled >= _LOWER_CASE
            case _:
                enough = False
        if enough:
            accepted.add(name)
    # Somebody who speaks once is a speaker in a file that is known to label its turns, or in one that is all labels.
    if accepted or looks_labelled >= _VERY_DENSE:
        accepted |= {name for name, shape in shapes.items() if shape == "name"}
    return accepted


def _shape(name: str, marked: bool) -> str | None:
    """How much a candidate looks like a name: "name", "word" (one capitalised word), "lower case", or None."""
    core = name.split("(")[0].strip() or name
    if core.casefold() in _NEVER_LABELS or not any(char.isalpha() for char in core):
        return None
    if core.endswith((".", "!", "?", ",", ";")) and not core.endswith(("Jr.", "Sr.")):
        return None
    tokens = core.split()
    if len(tokens) > 8 or any("://" in token for token in tokens):
        return None
    if marked:
        return "name"
    capitalised = all(
        not token[0].islower() or token.casefold() in _PARTICLES for token in tokens if token[0].isalpha()
    )
    if not capitalised or tokens[0].islower():
        return "lower case" if len(tokens) <= 3 else None
    if len(tokens) >= 2 or core.isupper() or not core[0].isupper() or any(char.isdigit() for char in core):
        return "name"
    return "word"


def _read_labelled(lines: Sequence[str], labelled: dict[int, _Candidate]) -> tuple[tuple[Utterance, ...], Reading]:
    on_every_line = _labels_every_line(labelled)
    has_trailer = not on_every_line and _has_trailer(lines, labelled)
    last_label = max(labelled)
    turns: list[Turn] = []
    left_out: list[tuple[int, str, str]] = []
    speech = 0
    for number, line in enumerate(lines, 1):
        candidate = labelled.get(number)
        if candidate:
            if not (on_every_line and turns and turns[-1].label == candidate.name):
                turns.append(Turn(candidate.name, candidate.name))
            turns[-1].add(candidate.words, number, candidate.time)
            speech += 1
        elif not line.strip():
            left_out.append((number, "blank", ""))
        elif not turns:
            left_out.append((number, "header", line))
        elif _HEADING.match(line):
            left_out.append((number, "heading", line))
        elif on_every_line or (has_trailer and number > last_label):
            left_out.append((number, "unlabelled", line))
        else:
            turns[-1].add(line, number)
            speech += 1
    silent = sum(1 for turn in turns if not turn.spoken)
    remarks = (f"{silent} labels without words",) if silent else ()
    read_as = "label on every line" if on_every_line else "label once a turn"
    report = Reading(f"{NAME} ({read_as})", "line", len(lines), speech, group_unspoken(left_out), remarks)
    return utterances(turns), report.check()


def _labels_every_line(labelled: dict[int, _Candidate]) -> bool:
    ordered = list(labelled.values())
    pairs = [(a, b) for a, b in itertools.pairwise(ordered) if a.name == b.name and b.line == a.line + 1]
    cut = sum(1 for a, _ in pairs if not _SENTENCE_END.search(a.words))
    return len(pairs) >= _REPEATS * len(ordered) and cut >= max(1, _CUT * len(pairs))


def _has_trailer(lines: Sequence[str], labelled: dict[int, _Candidate]) -> bool:
    first, last = min(labelled), max(labelled)
    between = any(
        lines[number - 1].strip() and number not in labelled and not _HEADING.match(lines[number - 1])
        for number in range(first, last)
    )
    return not between and len(labelled) >= _ENOUGH_TURNS


def _read_unlabelled(lines: Sequence[str]) -> tuple[tuple[Utterance, ...], Reading]:
    turns = [Turn("", UNNAMED_SPEAKER)]
    left_out: list[tuple[int, str, str]] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            turns[-1].add(line, number)
        else:
            left_out.append((number, "blank", ""))
            turns.append(Turn("", UNNAMED_SPEAKER))
    report = Reading(
        "text without speaker labels",
        "line",
        len(lines),
        len(lines) - len(left_out),
        group_unspoken(left_out),
        (f"no speaker labels were found, so all words are by one {UNNAMED_SPEAKER.lower()}",),
    )
    return utterances(turns), report.check()
