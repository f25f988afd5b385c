"""Labelled text: `SPEAKER NAME: words`, in the many shapes that people and exporters write it.

    HOST: Welcome back.                  [SPEAKER_00]: Welcome back.        **Mat Ryer:** Welcome back.
    [00:01:02] Ana Silva: Welcome.       Ana Silva (00:01:02): Welcome.     Tom Pravda  0:15
                                                                            Welcome back.

What is a label is decided by evidence across the file (`labels`).

Two habits of files decide what the other lines are:

- *The label on every line* (text wrapped at a short width, the label repeated on each line): a turn is a run of lines
  with one label, and a line without a label is not speech.
- *The label once a turn*: every labelled line begins a turn, and a line without a label continues the turn before it,
  unless no turn but the last has such lines; then they are a trailer.

Two people may share a line (`HOST: Did you? ANA: Never.`): a label of the file that follows the end of a sentence
begins a turn there too.

Where the evidence is thin the report says what was decided: labels that occur once, and heads of lines that repeat and
are read as words all the same.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from bot.errors import TranscriptError
from bot.transcripts.formats.clocks import without_marks
from bot.transcripts.formats.data import refuse_data
from bot.transcripts.formats.labels import (
    A_NAME,
    HEADING,
    INVISIBLE,
    SAID_SO,
    SENTENCE_END,
    TIME,
    TURN_END,
    Candidate,
    accept_labels,
    candidate_of,
    shape_of,
    split_at_labels,
)
from bot.transcripts.formats.markdown import front_matter, plain
from bot.transcripts.formats.peeling import peeled
from bot.transcripts.formats.text import (
    Turn,
    decode,
    fold_white,
    group_unspoken,
    parse_time,
    speaker_named,
    split_lines,
    unescape,
    utterances,
)
from bot.transcripts.transcript import UNNAMED_SPEAKER, Contents, Lines, Place, Reading
from bot.words.phrases import listed

NAME = "labelled text"
# Premiere: a line of two times with frames, a name alone, words below.
_FRAMES = re.compile(r"\s*+(\d{1,3}:\d\d:\d\d)[:;]\d\d - \d{1,3}:\d\d:\d\d[:;]\d\d\s*")
_TIME_ALONE = re.compile(rf"\s*+[\[(]?({TIME})[\])]?\s*$")
_TIMES_ALONE = 3  # so many lines that are only a time, and they are no words
# "**Break:** \\[24:27\\]" (Changelog): a mark and its time, and nobody's words.
_BREAK = re.compile(
    r"\W{0,8}(?:Break|Intro|Outro|Jingle)[\s*:]{1,8}\\?\[[\d:.,]{3,16}\\?\](?: to \\?\[[\d:.,]{3,16}\\?\])?\s*",
    re.IGNORECASE,
)
_BOILERPLATE = re.compile(
    r"\W*(?:Transcribed|(?:This )?Transcript(?:ion)?(?: (?:is |was )?(?:provided|created|generated|outsourced))?) by "
    r"(?:https?://)?[\w-]{1,60}(?:\.[\w-]{1,60}){1,4}\S{0,200}\W*",
    re.IGNORECASE,
)
# Brackets hold what is heard and not said; parentheses may hold somebody's aside, so only what is known.  Changelog
# writes `*\\[laughter\\]*`.
_DIRECTION = re.compile(
    r"[*_]{0,3}(?:\\?\[(?=[\W\d]{0,80}[^\W\d])[^\[\]\\\n]{1,80}\\?\]"
    r"|\((?:[\w' ]{0,40}\b)?(?:laugh\w*|laughter|music|applause|cross-?talk|inaudible|silence|pause|cheer\w*|clapping|"
    r"sighs?|coughs?|coughing|chuckl\w+|background noise|phone rings|overlapping|unintelligible|indistinct)"
    r"(?:\b[\w' ]{0,40})?\)"
    r"|[♪♫][♪♫\s]{0,40})[*_]{0,3}",
    re.IGNORECASE,
)
_OPENING = tuple("[(*_\\♪♫")
_TIMINGS = re.compile(r"\s*[\d:]+[.,]\d+\s*-->\s*[\d:]+[.,]\d+")
_NAMES_SHOWN = 10  # of the labels that a remark lists
# The habit of a label on every line: this share of labelled lines follow one with the same label, and of these pairs
# this share is cut in mid-sentence.
_REPEATS = 0.3
_CUT = 0.3
_ENOUGH_TURNS = 4  # turns on single lines before unlabelled lines at the end count as a trailer


def read(data: bytes) -> Contents:
    """Utterances and the account of every line.  A text without labels is one unnamed speaker, a paragraph a turn.

    Raises TranscriptError for bytes that are not UTF-8 text, and for text that is plainly of another family: it would
    be read as one speaker saying time stamps or markup.
    """
    lines = split_lines(decode(data).lstrip("\ufeff"))
    refuse_data(lines)
    _refuse_other_families(lines)
    above = front_matter(lines)
    contents = read_lines(lines, not_speech=dict.fromkeys(range(1, above + 1), "header"), markdown=above > 0)
    title, date, language = _about(lines, above)
    return replace(contents, title=title, date=date, language=language)


def read_lines(
    lines: Sequence[str],
    known: Collection[str] = (),
    not_speech: Mapping[int, str] | None = None,
    markdown: bool = False,
) -> Contents:
    """What `read` gives for the lines of a text.

    `known` are labels that are beyond doubt, `not_speech` the numbers of lines that are left out, and why; `markdown`
    says that the text is Markdown, as bold labels and a heading on top do.
    """
    bare = without_marks(lines)
    not_speech = bare.not_speech | dict(not_speech or {})
    lines, spans = bare.lines, bare.spans
    not_speech |= {
        number: "boilerplate" for number, line in enumerate(lines, 1) if " by " in line and _BOILERPLATE.fullmatch(line)
    }
    not_speech |= {number: "break" for number, line in enumerate(lines, 1) if "[" in line and _BREAK.fullmatch(line)}
    framed = {
        number: match[1] for number, line in enumerate(lines, 1) if ":" in line and (match := _FRAMES.fullmatch(line))
    }
    not_speech |= dict.fromkeys(framed, "time")
    found = [
        candidate
        for number, line in enumerate(lines, 1)
        if line.strip() and number not in not_speech
        if (candidate := bare.labels.get(number) or _below_frames(number, line, framed) or candidate_of(number, line))
    ]
    timed = {candidate.line for candidate in found if candidate.timed}
    candidates = [item for item in found if not item.alone or _has_words_below(item.line, lines, timed)]
    labels = accept_labels(candidates, lines) | set(known) | bare.known
    labelled = {candidate.line: candidate for candidate in candidates if candidate.name in labels}
    others = {candidate.line: candidate.name for candidate in candidates if candidate.name not in labels}
    bold = sum(1 for number in labelled if "**" in lines[number - 1])
    first = next((line for line in lines if line.strip()), "")
    fold = plain if markdown or bold >= 2 or first.startswith("# ") else str
    if not labelled:
        return _read_unlabelled(lines, others, not_speech, spans, fold)
    return read_turns(lines, labelled, others, not_speech, spans, fold)


def _below_frames(number: int, line: str, framed: Mapping[int, str]) -> Candidate | None:
    """The name alone that stands below times with frames (line number to the first of them)."""
    if number - 1 not in framed or not re.fullmatch(A_NAME, line.strip()):
        return None
    return Candidate(number, line.strip(), False, True, parse_time(framed[number - 1]), "", True)


def _has_words_below(number: int, lines: Sequence[str], timed: Collection[int]) -> bool:
    return len(lines) > number and bool(lines[number].strip()) and number + 1 not in timed


def _times_alone(lines: Sequence[str]) -> dict[int, float]:
    """The lines (numbers) that are only a time, in seconds, in a file that has several."""
    matches = {
        number: match for number, line in enumerate(lines, 1) if ":" in line and (match := _TIME_ALONE.match(line))
    }
    return {number: parse_time(match[1]) for number, match in matches.items()} if len(matches) >= _TIMES_ALONE else {}


_FIELD = re.compile(r"(title|date|language|lang):\s*[\"']?(.{1,300}?)[\"']?\s*$", re.IGNORECASE)
_OTTER_DATE = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*, ([A-Z][a-z]{2} \d{1,2}, \d{4})\b")


def _about(lines: Sequence[str], above: int) -> tuple[str | None, str | None, str | None]:
    """Title, date (ISO) and language, from YAML on top (`above` lines of it), a Markdown heading, or Otter's header."""
    fields = {match[1].lower(): match[2].strip() for line in lines[:above] if (match := _FIELD.match(line))}
    date = re.match(r"\d{4}-\d{2}-\d{2}", fields.get("date", ""))
    language = re.fullmatch(r"[a-zA-Z]{2,3}(?:[-_][a-zA-Z0-9]{2,8})*", fields.get("language", fields.get("lang", "")))
    title = fields.get("title")
    first = [line.strip() for line in lines[above : above + 20] if line.strip()][:2]
    if not title and first and first[0].startswith("# "):
        title = plain(first[0][2:].strip(" #")) or None
    if len(first) == 2 and (otter := _OTTER_DATE.match(first[1])):
        with contextlib.suppress(ValueError):
            return title or first[0], datetime.strptime(otter[1], "%b %d, %Y").date().isoformat(), None
    return title, date.group() if date else None, language.group().replace("_", "-") if language else None


_MARKUP = re.compile(r"<(?:!doctype|html|\?xml|rss|head|body|div|p|cite|time|span|tt)\b", re.IGNORECASE)


def _refuse_other_families(lines: Sequence[str]) -> None:
    """What is no family's that is read would be one speaker here who says markup or time stamps."""
    start = "\n".join(line[:200] for line in lines[:5]).lstrip("\ufeff \t\n")
    seen = None
    if re.match(r'\{\s*"|\[\s*[{"]', start):
        seen = "JSON, but of no exporter that is known here"
    elif _MARKUP.match(start):
        seen = "HTML or XML, but no transcript that is known here"
    elif any("-->" in line and _TIMINGS.match(line) for line in lines):
        seen = "captions (time --> time), which are read with --format srt or vtt"
    if seen:
        raise TranscriptError(f"this is {seen}; expected labelled text (NAME: words); see docs/formats.md for others")


def is_direction(text: str) -> bool:
    """Whether a whole line (or caption) is a stage direction: `*[laughter]*`, `[Music]`, `(crosstalk)`."""
    text = text.strip()
    return text[:1] in _OPENING and bool(_DIRECTION.fullmatch(text))


def read_turns(
    lines: Sequence[str],
    labelled: Mapping[int, Candidate],
    others: Mapping[int, str],
    not_speech: Mapping[int, str],
    spans: Mapping[int, tuple[float, float | None]] | None = None,
    fold: Callable[[str], str] = str,
) -> Contents:
    """The turns of a file with labels, which stand on the lines of `labelled`.

    `others` are heads of lines that are not taken for labels, `not_speech` lines that are left out for a reason,
    `spans` start and end (seconds) of lines; `fold` gives the words that are shown.
    """
    on_every_line = _labels_every_line(labelled)
    has_trailer = not on_every_line and _has_trailer(lines, labelled)
    last_label = max(labelled)
    labels = {candidate.name for candidate in labelled.values()}
    turns: list[Turn] = []
    left_out: list[tuple[int, str, str]] = []
    spoken: list[int] = []
    times = _times_alone(lines)
    time: float | None = None
    for number, line in enumerate(lines, 1):
        candidate = labelled.get(number)
        if not candidate:
            if not line.strip():
                reason = "blank"
            elif number in not_speech:
                reason = not_speech[number]
            elif number in times:
                time, reason = times[number], "time"
            elif not turns:
                reason = "header"
            elif HEADING.match(line):
                reason = "heading"
            elif is_direction(line):
                reason = "stage direction"
            elif on_every_line or (has_trailer and number > last_label):
                reason = "unlabelled"
            else:
                reason = ""
            if reason:
                left_out.append((number, reason, line.strip() and line))
                continue
        spoken.append(number)
        if candidate and not (on_every_line and turns and turns[-1].label == candidate.name):
            turns.append(Turn(candidate.name, speaker_named(candidate.name)))
        words, *more = split_at_labels(candidate.words if candidate else line, labels)
        start, end = (spans or {}).get(number, (time, None))
        if candidate and candidate.time is not None:
            start = candidate.time
        turns[-1].add(fold(words[1]), number, start, end)
        time = None
        for label, said in more:
            turns.append(Turn(label, speaker_named(label)))
            turns[-1].add(fold(said), number)
    remarks = []
    if silent := sum(1 for turn in turns if not turn.spoken):
        remarks.append(f"{silent} labels without words")
    counts = Counter(candidate.name for candidate in labelled.values())
    if once := [name for name, count in counts.items() if count == 1]:
        remarks.append(f"read as speakers though they occur once: {listed(once, _NAMES_SHOWN)}")
    remarks += _doubts({number: others[number] for number in spoken if number in others}, " of the turn before")
    read_as = "label on every line" if on_every_line else "label once a turn"
    report = Reading(f"{NAME} ({read_as})", "line", len(lines), len(spoken), group_unspoken(left_out), tuple(remarks))
    return Contents(utterances(turns), report.check())


def _doubts(others: Mapping[int, str], where: str) -> list[str]:
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


def _labels_every_line(labelled: Mapping[int, Candidate]) -> bool:
    ordered = list(labelled.values())
    pairs = [(a, b) for a, b in itertools.pairwise(ordered) if a.name == b.name and b.line == a.line + 1]
    cut = sum(1 for a, _ in pairs if not SENTENCE_END.search(a.words))
    return len(pairs) >= _REPEATS * len(ordered) and cut >= max(1, _CUT * len(pairs))


def _has_trailer(lines: Sequence[str], labelled: Mapping[int, Candidate]) -> bool:
    """Whether lines behind the last label are nobody's: no other turn has a second line, and the last one ends."""
    first, last = min(labelled), max(labelled)
    if lines[last : last + 1] and lines[last].strip() and not TURN_END.search(lines[last - 1]):
        return False  # cut in mid-sentence by wrapping
    between = any(
        lines[number - 1].strip()
        and number not in labelled
        and not HEADING.match(lines[number - 1])
        and not is_direction(lines[number - 1])
        for number in range(first, last)
    )
    return not between and len(labelled) >= _ENOUGH_TURNS


def _read_unlabelled(
    lines: Sequence[str],
    others: Mapping[int, str],
    not_speech: Mapping[int, str],
    spans: Mapping[int, tuple[float, float | None]],
    fold: Callable[[str], str],
) -> Contents:
    turns = [Turn("", UNNAMED_SPEAKER)]
    left_out: list[tuple[int, str, str]] = []
    times = _times_alone(lines)
    time: float | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            left_out.append((number, "blank", ""))
            if turns[-1].spoken:
                turns.append(Turn("", UNNAMED_SPEAKER))
        elif number in not_speech or is_direction(line):
            left_out.append((number, not_speech.get(number, "stage direction"), line))
        elif number in times:
            time = times[number]
            left_out.append((number, "time", line))
        else:
            start, end = spans.get(number, (time, None))
            turns[-1].add(fold(line), number, start, end)
            time = None
    report = Reading(
        "text without speaker labels",
        "line",
        len(lines),
        len(lines) - len(left_out),
        group_unspoken(left_out),
        (
            f"no speaker labels were found, so all words are by one {UNNAMED_SPEAKER.lower()}",
            *_doubts(others, ""),
        ),
    )
    return Contents(utterances(turns), report.check())


# ---- The locator: a second way through a file, led by the labels that the record has and by no pattern of the reader.

_ENDS_SENTENCE = ".!?…。！？"
_CLOSING = "\"'”’)]"


def holds(data: bytes, place: Place, text: str, label: str, labels: Collection[str]) -> bool:
    """Whether the file has these words at this place under this label.

    Independent of `read`: it finds the labels that the record knows, leaves out the lines that are nobody's by the
    file's habit, undoes the family's one fold (line wrap) and finds the words inside what one label says.
    """
    assert isinstance(place, Lines)
    # Bold or linked words, a heading or YAML on top: then what is shown of the Markdown counts too.
    markdown = b"**" in data or b"](" in data or data.lstrip(b"\xef\xbb\xbf\r\n ").startswith((b"# ", b"---"))
    return any(
        said_by([said for said in heard if place.first <= said[0] <= place.last], text, label, markdown)
        for heard in (_heard(data, frozenset(labels) - {""}, past_times) for past_times in (False, True))
    )


def said_by(heard: Sequence[tuple[int, str, str]], text: str, label: str, markdown: bool = False) -> bool:
    """Whether one voice says the words in a run of what is heard: (place, voice, words).

    What stands in brackets or parentheses by itself may be a stage direction, and is then no part of what is said.
    """
    wanted = _unmarked(text)
    # Notes alone are never words, though they may head a line that is sung.
    spoken = [
        said
        for said in heard
        if not _in_brackets(said[2]) or (any(map(str.isalnum, said[2])) and _unmarked(said[2]) in wanted)
    ]
    return any(
        voice == label and _is_in(text, " ".join(words for _, _, words in run), markdown)
        for lines in (heard, spoken)
        for voice, run in itertools.groupby(lines, key=lambda said: said[1])
    )


def _in_brackets(words: str) -> bool:
    bare = words.strip("*_\\ \t")
    return bare[:1] in tuple("[(♪♫") and bare[-1:] in tuple("])♪♫")


def _is_in(text: str, words: str, markdown: bool) -> bool:
    """Whether a text stands in words as they are, or shown as Markdown is."""
    wanted, said = fold_white(text), fold_white(words)
    shown = _without_addresses(said) if markdown and "](" in said else said
    return wanted in said or (markdown and _unmarked(wanted) in _unmarked(unescape(shown)))


def _without_addresses(words: str) -> str:
    """Links as their text: what stands between a bracket and `](` stays, and what stands in the parentheses goes."""
    shown, *parts = words.split("](")
    for part in parts:
        depth, end = 1, -1
        for at, sign in enumerate(part):
            depth += (sign == "(") - (sign == ")")
            if not depth:
                end = at
                break
        opening = shown.rfind("[")
        if end < 0 or opening < 0:
            shown += f"]({part}"
            continue
        before = shown[:opening]
        shown = before.removesuffix("!") + shown[opening + 1 :] + part[end + 1 :]
    return shown


def _unmarked(words: str) -> str:
    """Without the signs that mark up words: only they may differ."""
    return fold_white(re.sub(r"[*_\\]", "", words))


@lru_cache(maxsize=4)  # many quotes of one file are checked in a row
def _heard(data: bytes, labels: frozenset[str], past_times: bool) -> tuple[tuple[int, str, str], ...]:
    """(line, label, words) of all that is said in a text; the label is "" where nobody is named.

    `past_times` says that what is written in figures before and behind the words is no part of them.
    """
    lines = split_lines(decode(data).lstrip("\ufeff"))
    if lines and lines[0].split() == ["start", "end", "text"]:
        lines = ["", *(line.split("\t", 2)[-1] for line in lines[1:])]
    lines = [_behind_span(line) if "[" in line else line for line in lines]
    lines = peeled(lines, labels) if past_times else lines
    heads = [
        (line.strip(), "") if line.strip() in labels and _is_frames(above) else strip_label(line, labels)
        for above, line in itertools.pairwise(["", *lines])
    ]
    alone = [number for number, line in enumerate(lines, 1) if line.strip() and not line.strip(" \t[]()0123456789:.,")]
    # A label on every line, in mid-sentence too: then a line without one is not speech.
    pairs = [(a[1], b) for a, b in itertools.pairwise(heads) if a[0] and a[0] == b[0]]
    cut = sum(1 for words, _ in pairs if not _ends_sentence(words))
    known = sum(1 for head, _ in heads if head)
    every_line = len(pairs) >= _REPEATS * known and cut >= max(1, _CUT * len(pairs))
    found: list[tuple[int, str, str]] = []
    speaking = ""
    for number, (line, (head, words)) in enumerate(zip(lines, heads, strict=True), 1):
        if not line.strip() or _is_frames(line):
            continue
        heading = re.match(r"#+\s", line) or (line[0] in "-*_#" and not line.replace(" ", "").strip(line[0]))
        if labels and not head and (every_line or heading):
            continue
        if len(alone) >= 3 and not line.strip(" \t[]()0123456789:.,") and ":" in line:
            continue  # a time by itself
        speaking = head or speaking
        for at, (label, part) in enumerate(cut_at_labels(words, labels)):
            speaking = label if at else speaking
            found.append((number, speaking, part))
    return tuple(found)


def _behind_span(line: str) -> str:
    """A line without the two times in brackets at its head."""
    inside, bracket, words = line.lstrip().partition("]")
    is_span = bracket and inside[0] == "[" and len(inside) < 50 and not inside.strip("[0123456789:., ->–—")
    parts = inside.split() if is_span else []  # two times and a sign between: "[06.03.23, 10:00:01]" is a date
    return words if len(parts) == 3 and not parts[1].strip("->–—") else line


def _is_frames(line: str) -> bool:
    """Whether a line is two times of four numbers, as programs that cut films write them."""
    begin, dash, end = line.strip().partition(" - ")
    return bool(dash) and all(
        [part.isdigit() for part in re.split("[:;]", time)] == [True] * 4 for time in (begin, end)
    )


_BEHIND_LABEL = re.compile(r"^(?:\\?\[\d{1,3}:[\d:.,]+\\?\]\s+(?!to \\?\[)|\d{1,3}:[\d:]+\t)")  # a time


def strip_label(line: str, labels: frozenset[str]) -> tuple[str, str]:
    """(label, words) of a line that begins with one of the labels (the longest first), else ("", line)."""
    if ":" not in line and "：" not in line:
        return "", line  # neither a colon behind a label nor a time
    bare = re.sub(rf"^[\s{INVISIBLE}]*(?:[\[(]?{TIME}[\])]?\s+(?:-\s+)?)?", "", line)
    if len(bare) < len(line) and bare.strip() in labels:
        return bare.strip(), ""  # a time and a name
    opening = re.match(r"[*_\[]*", bare)
    mark = opening.group() if opening else ""
    time = rf"(?:[(\[]{TIME}[)\]])?\s*"
    # The mark is closed before or after the colon; a space, the line's end or a letter beyond ASCII follows.
    close = re.escape(mark[:4].replace("[", "]"))
    ends = (
        rf"\s*{time}(?:{close}\s*{time}(?:：|:(?=\s|$|[^\x00-\x7f]))|:\s*{close}(?=.|$))"
        if mark
        else rf"\s*{time}(?:：|:(?=\s|$|[^\x00-\x7f]))"
    )
    for length in _lengths(labels):
        label, rest = bare[len(mark) : len(mark) + length], bare[len(mark) + length :]
        if label in labels:
            after = (
                re.match(ends, rest)
                or re.match(rf"(?:{close})?[ ]{{1,3}}(?:[-–—][ ]{{1,3}})?\(?{TIME}\)?\s*$", rest)
                or re.match(rf"[ ]{{1,3}}\[{TIME}\]\s+(?=\S)", rest)
            )
            if after and not (mark == "[" and re.fullmatch(r"\s*https?://\S+\s*", rest[after.end() :])):
                return label, re.sub(_BEHIND_LABEL, "", rest[after.end() :].strip())
    return "", line


@lru_cache(maxsize=4)
def _lengths(labels: frozenset[str]) -> tuple[int, ...]:
    """The lengths that labels have, the longest first: few, where the labels may be many."""
    return tuple(sorted({len(label) for label in labels}, reverse=True))


def cut_at_labels(words: str, labels: frozenset[str]) -> list[tuple[str, str]]:
    """What each speaker says on a line: it is cut at colons before which a sentence ends and a label stands."""
    if ":" not in words and "：" not in words:
        return [("", words.strip())]
    parts: list[tuple[str, str]] = []
    label, begin, counted, straight, curly = "", 0, 0, 0, 0
    for colon in re.finditer(r"[:：](?:\*\*|__)?(?=\s|$)", words):
        reach = max(begin, colon.start() - max(_lengths(labels), default=0) - 20)
        before = words[reach : colon.start()].rstrip().rstrip("*_]").rstrip()
        name = next((before[-n:] for n in _lengths(labels) if n and before[-n:] in labels), None)
        if name is None:
            continue
        said = before.removesuffix(name)
        said = said.rstrip("[") if said.endswith("[") else said.rstrip("*_")
        straight += words.count('"', counted, reach + len(said))
        curly += words.count("“", counted, reach + len(said)) - words.count("”", counted, reach + len(said))
        counted = max(counted, reach + len(said))
        if said.rstrip() != said and _ends_sentence(said) and straight % 2 == 0 and curly == 0:
            parts.append((label, words[begin : reach + len(said)].strip()))
            label, begin = name, colon.end()
    return [*parts, (label, words[begin:].strip())]


def _ends_sentence(words: str) -> bool:
    return words.rstrip().rstrip(_CLOSING)[-1:] in tuple(_ENDS_SENTENCE)
