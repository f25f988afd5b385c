"""Labelled text: `SPEAKER NAME: words`, in the many shapes that people and exporters write it.

    HOST: Welcome back.                  [SPEAKER_00]: Welcome back.        **Mat Ryer:** Welcome back.
    [00:01:02] Ana Silva: Welcome.       Ana Silva (00:01:02): Welcome.     Tom Pravda  0:15
                                                                            Welcome back.

What is a label is decided by evidence across the file (`labels`, `heads`, `clocks`); what a paragraph without one is,
by the habit of the file (`turns`, `carrying`).

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
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from bot.errors import TranscriptError
from bot.transcripts.formats.clocks import without_marks
from bot.transcripts.formats.data import refuse_data
from bot.transcripts.formats.heads import bold_names, names_behind, names_without_colon
from bot.transcripts.formats.inside import (
    heard_in_tags,
    heard_inside,
    heard_without_breaks,
    read_tagged,
    speak_inside,
    without_breaks,
)
from bot.transcripts.formats.labels import (
    A_NAME,
    INVISIBLE,
    TIME,
    Candidate,
    accept_labels,
    candidate_of,
    in_one_way,
    without_furniture,
)
from bot.transcripts.formats.markdown import front_matter, plain
from bot.transcripts.formats.peeling import peeled
from bot.transcripts.formats.text import (
    decode,
    fold_white,
    parse_time,
    split_lines,
    unescape,
)
from bot.transcripts.formats.turns import CUT, REPEATS, all_timed, read_turns, read_unlabelled
from bot.transcripts.formats.unsaid import is_boilerplate
from bot.transcripts.transcript import Contents, Lines, Place

# Premiere: a line of two times with frames, a name alone, words below.
_FRAMES = re.compile(r"\s*+(\d{1,3}:\d\d:\d\d)[:;]\d\d - \d{1,3}:\d\d:\d\d[:;]\d\d\s*")
# "**Break:** \\[24:27\\]" (Changelog): a mark and its time, and nobody's words.
_BREAK = re.compile(
    r"\W{0,8}(?:Break|Intro|Outro|Jingle)[\s*:]{1,8}\\?\[[\d:.,]{3,16}\\?\](?: to \\?\[[\d:.,]{3,16}\\?\])?\s*",
    re.IGNORECASE,
)
_TIMINGS = re.compile(r"\s*[\d:]+[.,]\d+\s*-->\s*[\d:]+[.,]\d+")


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
    if tagged := read_tagged(lines):
        return tagged
    bare = without_marks(lines)
    not_speech = bare.not_speech | dict(not_speech or {})
    lines, spans = bare.lines, bare.spans
    not_speech |= {number: "boilerplate" for number, line in enumerate(lines, 1) if is_boilerplate(line)}
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
    if all_timed(spans, lines):  # where every line has a time, a time says nothing of a label
        candidates = [replace(candidate, timed=False) for candidate in candidates]
    candidates = without_furniture(candidates, lines)
    labels = accept_labels(candidates, lines) | set(known) | bare.known
    labelled = in_one_way({item.line: item for item in candidates if item.name in labels}, lines)
    if labelled:
        labelled |= {n: item for n, item in bold_names(lines, labels).items() if n not in labelled}
    else:
        labelled = names_without_colon(lines)
    behind: set[int] = set()
    if not labelled:
        labelled, behind = names_behind(lines)
        not_speech |= dict.fromkeys(behind, "name behind the words")
    others = {candidate.line: candidate.name for candidate in candidates if candidate.line not in labelled}
    bold = sum(1 for number in labelled if "**" in lines[number - 1])
    first = next((line for line in lines if line.strip()), "")
    fold = plain if markdown or bold >= 2 or first.startswith("# ") else str
    if not labelled:
        return read_unlabelled(lines, others, not_speech, spans, fold)
    return speak_inside(without_breaks(read_turns(lines, labelled, others, not_speech, spans, fold, carry=not behind)))


def _below_frames(number: int, line: str, framed: Mapping[int, str]) -> Candidate | None:
    """The name alone that stands below times with frames (line number to the first of them)."""
    if number - 1 not in framed or not re.fullmatch(A_NAME, line.strip()):
        return None
    return Candidate(number, line.strip(), False, True, parse_time(framed[number - 1]), "", True)


def _has_words_below(number: int, lines: Sequence[str], timed: Collection[int]) -> bool:
    return len(lines) > number and bool(lines[number].strip()) and number + 1 not in timed


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
    pages = _on_every_page(data)
    for past_times in (False, True):
        heard = _heard(data, frozenset(labels) - {""}, label != "", past_times)
        within = [said for said in heard if place.first <= said[0] <= place.last]
        between = [said for said in within if not _NOTE.match(said[2]) and _without_figures(said[2]) not in pages]
        if said_by(within, text, label, markdown) or said_by(between, text, label, markdown):
            return True
    return False


_NOTE = re.compile(r"\s*[(\[]?\d{1,3}[)\]]?(?:\s|$)")  # the mark of a footnote, or the number of a page


@lru_cache(maxsize=4)
def _on_every_page(data: bytes) -> frozenset[str]:
    """Lines, figures folded, that stand three times and more: heads and feet of pages, between words of a turn."""
    counts = Counter(map(_without_figures, split_lines(decode(data))))
    return frozenset(line for line, count in counts.items() if count > 2)


def _without_figures(line: str) -> str:
    return re.sub(r"\d+", "0", line.strip())


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


@lru_cache(maxsize=8)  # many quotes of one file are checked in a row
def _heard(data: bytes, labels: frozenset[str], carried: bool, past_times: bool) -> tuple[tuple[int, str, str], ...]:
    """(line, label, words) of all that is said in a text; the label is "" where nobody is named.

    `carried`: a label holds for the paragraphs below it that have none.  Whether it does is the reader's to say, by the
    habit of the file; the locator says that no other label stands above the words, and for nobody's words that none
    stands at the head of their paragraph.  `past_times`: what is written in figures before and behind
    the words is no part of them.
    """
    lines = split_lines(decode(data).lstrip("\ufeff"))
    if (tagged := heard_in_tags(lines, labels)) is not None:
        return tagged
    if lines and lines[0].split() == ["start", "end", "text"]:
        lines = ["", *(line.split("\t", 2)[-1] for line in lines[1:])]
    lines = [_behind_span(line) if "[" in line else line for line in lines]
    lines = peeled(lines, labels) if past_times else lines
    # A line that is a label and nothing else is no words, whatever stands above it.
    heads = [(line.strip(), "") if line.strip() in labels else strip_label(line, labels) for line in lines]
    heads = _with_names_behind(heads, lines, labels)
    alone = [number for number, line in enumerate(lines, 1) if line.strip() and not line.strip(" \t[]()0123456789:.,")]
    # A label on every line, in mid-sentence too: then a line without one is not speech.
    pairs = [(a[1], b) for a, b in itertools.pairwise(heads) if a[0] and a[0] == b[0]]
    cut = sum(1 for words, _ in pairs if not _ends_sentence(words))
    known = sum(1 for head, _ in heads if head)
    every_line = len(pairs) >= REPEATS * known and cut >= max(1, CUT * len(pairs))
    found: list[tuple[int, str, str]] = []
    speaking, waiting = "", False
    named = [number for number, (head, _) in enumerate(heads) if head]
    spaced = bool(named) and not all(line.strip() for line in lines[named[0] : named[-1]])
    for number, (line, (head, words)) in enumerate(zip(lines, heads, strict=True), 1):
        if not carried and not waiting and not (spaced and line.strip()):
            speaking = ""
        if not line.strip() or _is_frames(line) or _name_behind(line) in labels:
            continue
        heading = re.match(r"#+\s", line) or (line[0] in "-*_#" and not line.replace(" ", "").strip(line[0]))
        if labels and not head and (heading or (every_line and carried)):
            continue
        if len(alone) >= 3 and not line.strip(" \t[]()0123456789:.,") and ":" in line:
            continue  # a time by itself
        speaking = head or speaking
        waiting = bool(head) and not words.strip()  # a label on a line of its own is that of the next one
        for at, (label, part) in enumerate(cut_at_labels(words, labels)):
            speaking = label if at else speaking
            found.append((number, speaking, part))
    return heard_inside(heard_without_breaks(found, lines), labels)


def _behind_span(line: str) -> str:
    """A line without the two times in brackets at its head."""
    inside, bracket, words = line.lstrip().partition("]")
    is_span = bracket and inside[0] == "[" and len(inside) < 50 and not inside.strip("[0123456789:., ->–—")
    parts = inside.split() if is_span else []  # two times and a sign between: "[06.03.23, 10:00:01]" is a date
    return words if len(parts) == 3 and not parts[1].strip("->–—") else line


def _with_names_behind(
    heads: Sequence[tuple[str, str]], lines: Sequence[str], labels: frozenset[str]
) -> list[tuple[str, str]]:
    """The head of each line, with the names that stand below paragraphs put before them, where no other label is."""
    found = list(heads)
    if any(head for head, _ in heads):
        return found
    for at, line in enumerate(lines):
        above = (
            next((n for n in range(at - 1, -1, -1) if lines[n].strip()), None) if _name_behind(line) in labels else None
        )
        while above is not None and above > 0 and lines[above - 1].strip():
            above -= 1
        if above is not None and _name_behind(lines[above]) not in labels:
            found[above] = (_name_behind(line), lines[above])
    return found


def _name_behind(line: str) -> str:
    """What stands behind a dash on a line that begins with one, else no name."""
    bare = line.strip().rstrip("*_ ")
    return bare.lstrip("—–-").strip() if bare[:1] in tuple("—–-") and bare else "\0"


def _is_frames(line: str) -> bool:
    """Whether a line is two times of four numbers, as programs that cut films write them."""
    begin, dash, end = line.strip().partition(" - ")
    return bool(dash) and all(
        [part.isdigit() for part in re.split("[:;]", time)] == [True] * 4 for time in (begin, end)
    )


_BEHIND_LABEL = re.compile(r"^(?:\\?\[\d{1,3}:[\d:.,]+\\?\]\s+(?!to \\?\[)|\d{1,3}:[\d:]+\t)")  # a time


def strip_label(line: str, labels: frozenset[str]) -> tuple[str, str]:
    """(label, words) of a line that begins with one of the labels (the longest first), else ("", line)."""
    if line.lstrip()[:2] in ("**", "__"):
        name, closed, words = line.strip()[2:].partition(line.strip()[:2])
        if closed and name.strip() in labels and words[:1].isspace():
            return name.strip(), words.strip()
    column = re.split(r"\t+| {2,}", line.strip(), maxsplit=1)
    if len(column) == 2 and column[0] in labels:
        return column[0], column[1]
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
        rf"\s*{time}(?:{close}\s*{time}(?:：|:(?=\s|$|[^\x00-\x7f]))|[:：]\s*{close}(?=.|$))"
        if mark
        else rf"\s*{time}(?:：|:(?:\*\*|__)?(?=\s|$|[^\x00-\x7f]))"
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
        if said.endswith("[") and words[colon.start() - 1] != "]":
            continue  # a mark of somebody else inside a turn, whose colon stands within the brackets
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
