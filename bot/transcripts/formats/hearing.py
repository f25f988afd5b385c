"""Hearings as the U.S. Government Publishing Office prints them: a name, a full stop, the words.

        Mr. Garcia of Illinois. Thank you, Madam Chair. I yield
    back my time.
        The Chairwoman. The gentleman yields.

A full stop after a name is no label anywhere else, so this family is guessed only where names in capitals recur and the
record's own furniture stands between them (`[[Page S694]]`, rules); where names only look so, the text is refused and
`--format hearing` reads it.  A page that is one `<pre>` is read as the text in it.

Labels begin with a title or an office, and stand where a paragraph begins: indented, in a text whose paragraphs are.
"""

from __future__ import annotations

import html
import itertools
import re
from bisect import bisect
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache

from bot.errors import TranscriptError
from bot.transcripts.formats.labelled import said_by
from bot.transcripts.formats.labels import Candidate
from bot.transcripts.formats.text import decode, fold_white, peek, split_lines
from bot.transcripts.formats.turns import read_turns
from bot.transcripts.formats.unsaid import is_direction
from bot.transcripts.transcript import UNNAMED_SPEAKER, Contents, Lines, Place, Utterance

NAME = "hearing"

_TITLE = (
    r"(?:Mr|Mrs|Ms|Dr|Hon|Prof|Gen|Lt|Col|Maj|Capt|Adm|Rev|Sgt|Gov|Sen|Rep|Amb)\.|Miss|Madam|Sir|Senator|Congressman|"
    r"Congresswoman|Representative|Delegate|Chair(?:man|woman|person)?|Vice Chair(?:man|woman)?|Secretary|Director|"
    r"General|Admiral|Colonel|Major|Captain|Commander|Lieutenant|Sergeant|Judge|Justice|Governor|Mayor|Sheriff|Chief|"
    r"Ambassador|Administrator|Commissioner|Professor|Reverend|Father|Sister|President"
)
# A word of a name: capitalised, with the particles and the suffixes that names have.
_WORD = r"(?:[A-ZÀ-Þ][\w'’‑-]*|[A-Z]\.|Mc[A-Z]\w+|de|da|del|der|la|van|von|bin|al|of|the|and)"
_SUFFIX = r"(?:,?\s(?:Jr|Sr|II|III|IV))?"
_OFFICE = (
    r"(?:Chief\sJustice|(?:Acting\s|Vice\s|Co-)?(?:Chair(?:man|woman|person)?|Clerk|Speaker|Presiding\sOfficer|"
    r"President|Reporter|Secretary|Court|Witness|Interpreter|Moderator|Ranking\sMember))(?:\spro\stempore)?"
)
_PRESIDING = r"(?:\s\[(?:presiding|continuing)\]|\s\([^()\n]{1,60}\))?"  # "The PRESIDING OFFICER (Mr. Pell)."
_LABEL = re.compile(
    rf"\s*+(?P<name>(?:The|THE)\s(?i:{_OFFICE})|(?:(?i:{_TITLE}))(?:\s{_WORD}){{1,7}}?{_SUFFIX}|(?i:voice|voices|"
    rf"(?:unidentified\s|female\s|male\s|several\s)?(?:speaker|members?|witness(?:es)?)))"
    # An initial is no name: "Hon. Charles E. Marsh" in an address.
    rf"(?<!\s[A-Z]){_PRESIDING}\.(?=\s+[\"“‘'(\[A-ZÀ-Þ0-9$]|\s*$)"
)
_PAGE_NUMBER = re.compile(r"\s*+[(\[]?(?:page\s)?\d{1,4}[)\]]?\s*", re.IGNORECASE)
_HEADING = re.compile(r"(?=[^A-Z]*[A-Z])\s*+[A-Z0-9][^a-z]{5,}|\s*+[-_=*]{3,}\s*")  # "10:30." ends a turn
_RULE = re.compile(r"\s*+[-_=*]{3,}\s*")
_INDENTED = 0.5  # of the labels, and then those that are not begin a wrapped line
_HEADS = 4  # labels at least
_CAPITALS = 0.6  # so many labels are in capitals: then all are
_LOOKED_AT = 400_000  # characters
_CAPITAL_HEAD = re.compile(
    r"^[ \t]*((?:(?:Mr|Mrs|Ms|Dr|Miss)\.?|The|Senator|Chairman|Chairwoman)[ ](?:[A-Z][a-z]{0,2})?[A-ZÀ-Þ'’-]{2,}"
    r"(?:[ ][\w'’-]{1,20}){0,4}?)(?:[ ]\([^()\n]{1,60}\))?\.(?=\s)",
    re.MULTILINE,
)
_SIGNS = ("[Page ", "[Congressional Record", " Hearing", "__________")  # one of them stands in all furniture
_FURNITURE = re.compile(
    r"^[ \t]*(?:\[\[?Page[ ][A-Z]{0,2}\d{1,6}\]\]?|\[Congressional Record|\[(?:House|Senate)[ ]Hearing|_{10,}[ \t]*$)",
    re.MULTILINE,
)
_TAGS = re.compile(r"</?[a-zA-Z][^<>]{0,500}>|<!--.{0,2000}?-->|<![^<>]{0,300}>", re.IGNORECASE)
_BRACKETED = 60  # lines that a remark in brackets may run over
_SENTENCE_END = re.compile(r"[.!?…:\]—-][\"'”’)]*\s*$")


def recognises(data: bytes) -> bool:
    """Names in capitals before a full stop at the heads of paragraphs, one of them more than once, and the furniture of
    the record: page numbers in brackets, its own title, rules."""
    text = peek(data)[:_LOOKED_AT]
    if not any(sign in text for sign in _SIGNS):
        return False
    names = [" ".join(name.split()) for name in _CAPITAL_HEAD.findall(text)]
    return len(names) >= _HEADS and len(set(names)) < len(names) and bool(_FURNITURE.search(text))


def refuse(data: bytes) -> None:
    """Raises TranscriptError for a text without other labels in which names before a full stop recur at the heads of
    paragraphs: it may be a hearing, and would be one unnamed speaker's prose."""
    lines = split_lines(peek(data)[:_LOOKED_AT])
    names = [
        match["name"]
        for above, line in itertools.pairwise(["", *lines])
        if (match := _LABEL.match(line)) and (line[0].isspace() or not above.strip() or _SENTENCE_END.search(above))
    ]
    if len(names) >= _HEADS and len(set(names)) < len(names):
        raise TranscriptError(
            f"{len(names)} paragraphs begin with a title, a name and a full stop ({_name(names[0])}.), as in hearings; "
            "if these are speakers, read it with --format hearing, else with --format labelled"
        )


def read(data: bytes) -> Contents:
    """Utterances and the account of every line.  Raises TranscriptError for a text in which nobody is named so."""
    lines, title = _lines(data)
    left_out = _not_speech(lines)
    found = {
        number: Candidate(number, _name(match["name"]), False, False, None, line[match.end() :].strip())
        for number, line in enumerate(lines, 1)
        if number not in left_out and (match := _LABEL.match(line))
    }
    if sum(1 for candidate in found.values() if _in_capitals(candidate.name)) >= _CAPITALS * len(found):
        found = {number: candidate for number, candidate in found.items() if _in_capitals(candidate.name)}
    indented = sum(1 for number in found if lines[number - 1][0].isspace()) >= _INDENTED * len(found)
    labelled = {number: candidate for number, candidate in found.items() if _begins(lines, number, indented)}
    if not labelled:
        raise TranscriptError(
            "no line begins with a title and a name before a full stop (Mr. Garcia of Illinois. Thank you.), "
            "as in hearings; try without --format hearing"
        )
    # What is printed above the first speaker says who met, and where.
    above = {number: "header" for number in range(1, min(labelled)) if lines[number - 1].strip()}
    contents = read_turns(lines, labelled, {}, above | left_out)
    report = replace(contents.reading, format="hearing (names before a full stop)")
    turns = _end_at_rules(contents.utterances, [n for n, line in enumerate(lines, 1) if _RULE.fullmatch(line)])
    return replace(contents, utterances=turns, reading=report, title=title)


def _end_at_rules(turns: Sequence[Utterance], rules: Sequence[int]) -> tuple[Utterance, ...]:
    """The turns, with what stands below a rule by nobody: it begins another item, whose speaker is not named."""
    cut: list[Utterance] = []
    for turn in turns:
        lines = [piece.place.first for piece in turn.pieces if isinstance(piece.place, Lines)]
        parted = (at for at in range(1, len(lines)) if bisect(rules, lines[at - 1]) < bisect(rules, lines[at]))
        at = next(parted, 0)
        if not at:
            cut.append(replace(turn, index=len(cut)))
            continue
        offset = turn.pieces[at].offset
        cut.append(replace(turn, index=len(cut), text=turn.text[:offset].rstrip(), pieces=turn.pieces[:at]))
        below = tuple(replace(piece, offset=piece.offset - offset, carried=0) for piece in turn.pieces[at:])
        cut.append(Utterance(len(cut), UNNAMED_SPEAKER, "", turn.text[offset:], below))
    return tuple(cut)


def _lines(data: bytes) -> tuple[list[str], str | None]:
    """The lines of a text, those of a page without tags and entities, and the page's title."""
    text = decode(data).lstrip("\ufeff")
    if not _is_page(text):
        return split_lines(text), None
    title = re.search(r"<title>([^<>]{1,300})</title>", text, re.IGNORECASE)
    lines = [html.unescape(_TAGS.sub("", line)) for line in split_lines(text)]
    return lines, fold_white(html.unescape(title[1])) if title else None


def _is_page(text: str) -> bool:
    """Whether a text is a page whose words stand in one `<pre>`."""
    head = text[:5000].lower()
    return head.lstrip().startswith(("<html", "<!doctype")) and "<pre>" in head


def _in_capitals(name: str) -> bool:
    """Whether the surname or the office is in capitals: Ms. MARLOW, Mr. McCALL of Ohio, The PRESIDING OFFICER."""
    return bool(re.search(r"\s(?:Mc|Mac|De|La|Van)?[A-ZÀ-Þ][A-ZÀ-Þ'’‑-]+(?![a-z])", name))


def _name(label: str) -> str:
    """A label on one line; the full stop of "Jr." is the name's as well as the label's."""
    name = " ".join(label.split())
    return f"{name}." if name.endswith((" Jr", " Sr")) else name


def _begins(lines: Sequence[str], number: int, indented: bool) -> bool:
    """Whether a paragraph begins on this line."""
    if indented:
        return lines[number - 1][0].isspace()
    above = lines[number - 2].strip() if number > 1 else ""
    return not above or bool(_SENTENCE_END.search(above))


def _not_speech(lines: Sequence[str]) -> dict[int, str]:
    """Lines (numbers) that nobody says: remarks in brackets, headings in capitals, page numbers."""
    reasons: dict[int, str] = {}
    number = 1
    while number <= len(lines):
        line = lines[number - 1]
        end = _bracket_end(lines, number) if line.lstrip().startswith("[") else 0
        if end:
            reasons |= {at: "stage direction" for at in range(number, end + 1) if lines[at - 1].strip()}
        elif _PAGE_NUMBER.fullmatch(line):
            reasons[number] = "page number"
        elif _HEADING.fullmatch(line) and not _LABEL.match(line):
            reasons[number] = "heading"
        elif is_direction(line):
            reasons[number] = "stage direction"
        number = max(number, end) + 1
    return reasons


def _bracket_end(lines: Sequence[str], first: int) -> int:
    """The line on which a remark in brackets ends that begins on line `first`; 0 if its words go on behind it."""
    for number in range(first, min(first + _BRACKETED, len(lines) + 1)):
        line = lines[number - 1].rstrip()
        if "]" in line:
            return number if line.endswith(("]", "].")) else 0
        if not line:
            return 0
    return 0


# ---- The locator: led by the labels that the record has, and by no pattern of the reader.


def holds(data: bytes, place: Place, text: str, label: str, labels: Collection[str]) -> bool:
    """Whether the file has these words at these lines under this label, undoing the line wrap."""
    assert isinstance(place, Lines)
    heard = _heard(data, frozenset(labels) - {""})
    within = [said for said in heard if place.first <= said[0] <= place.last]
    return said_by(within, text, label)


@lru_cache(maxsize=4)  # many quotes of one hearing are checked in a row
def _heard(data: bytes, labels: frozenset[str]) -> tuple[tuple[int, str, str], ...]:
    """(line, voice, words) of a hearing; what stands in brackets, capitals or figures alone is nobody's."""
    lines = _shown(decode(data).lstrip("\ufeff"))
    heads = [_head(line, labels) for line in lines]
    named = [line for line, head in zip(lines, heads, strict=True) if head]
    by_indent = sum(line[:1] in (" ", "\t") for line in named) * 2 >= len(named)
    heard: list[tuple[int, str, str]] = []
    speaking, closing = "", 0
    for number, (line, head) in enumerate(zip(lines, heads, strict=True), 1):
        bare = line.strip()
        if bare.startswith("[") and number > closing:
            ends = (at for at in range(number, min(number + 60, len(lines) + 1)) if "]" in lines[at - 1])
            end = next(ends, 0)
            if (
                end
                and lines[end - 1].rstrip(" .").endswith("]")
                and all(lines[at - 1].strip() for at in range(number, end))
            ):
                closing = end
        if len(bare) >= 3 and not bare.strip("-_=*"):
            speaking = ""  # a rule
            continue
        if number <= closing or not bare or not bare.strip("()[]0123456789 "):
            continue
        above = lines[number - 2].strip().rstrip("\"'”’)") if number > 1 else ""
        starts = line[:1] in (" ", "\t") if by_indent else not above or above[-1] in ".!?…:]—-"
        if head and starts:
            rest = " ".join(bare.split())[len(head) :]
            speaking, bare = head, rest if head.endswith(".") else rest.partition(".")[2]
        elif bare == bare.upper() and bare != bare.lower() and len(bare) > 5:
            continue
        heard.append((number, speaking, bare))
    return tuple(heard)


def _shown(text: str) -> list[str]:
    """The lines of a text; of a page, what stands outside of angle brackets."""
    if text[:1] != "<" or "<pre>" not in text[:5000].lower():
        return split_lines(text)
    bare = ["".join(part.rpartition(">")[2] for part in line.split("<")) for line in split_lines(text)]
    return [html.unescape(line) for line in bare]


def _head(line: str, labels: frozenset[str]) -> str:
    """The longest label that a line begins with, before a full stop or a remark in brackets and one."""
    bare = " ".join(line[:400].split())
    fitting = (label for label in _by_length(labels) if bare.startswith(label))
    return next(
        (label for label in fitting if label[-1] == "." or bare[len(label) :].lstrip()[:1] in (".", "[", "(")), ""
    )


@lru_cache(maxsize=4)
def _by_length(labels: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(labels, key=len, reverse=True))
