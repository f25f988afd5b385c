"""Marks of a change of speaker inside a turn: the other one's words stand in the main speaker's line.

    I: It was flooded twice. //B: Three times. // Twice last winter.        (f4; noScribe's `<v //S02>` begins so)
    Ana: And then [Tom: mm] we left.      Ana: And then (Tom: mm) we left.
    <Person1>Who paid?</Person1><Person2>The parish.</Person2>              (whole texts of tags)

What is a mark is told by the name in it: it is a label of the file, a code like the labels (`S03` beside `S00`), or the
first or last word of exactly one label, and then the mark must close.  `[Applause: long]`, `//mm//` and addresses have
no such name, and `[Ana: laughs]` has no words.  After a mark the main speaker goes on, in an utterance of their own.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from bot.transcripts.formats.text import Turn, group_unspoken, speaker_named, utterances
from bot.transcripts.transcript import UNNAMED_SPEAKER, Contents, Reading, Utterance

NAME = "text with tags of speakers"
_OPENING = re.compile(
    r"(?<![\w:/])(?P<sign>//|\[|\({1,2})[ ]?(?P<name>[^\s:：/\[\](){}<>\"][^:：/\[\](){}<>\"\n]{0,60}?)[ ]?"
    r"[:：](?=\s|[^\W\d])[ ]?"
)
_SLASHES = re.compile(r"(?<!:)//")
_SLASHED = "//"  # before the label of a voice that begins inside another's
# What somebody does, and does not say.
_DONE = re.compile(
    r"\W*(?:laugh|chuckl|giggl|sigh|cough|cries|crying|weep|nod|shak|paus|silen|inaudible|unintelligible|indistinct|"
    r"clap|applau|whistl|hum(?:s|ming)\b|sing(?:s|ing)\b|smil|point(?:s|ing)\b|gestur|enters|leaves\b|off[ -]mic)",
    re.IGNORECASE,
)
_LONGEST = 3000  # characters of a mark
_DONE_WORDS = 4  # such a remark is not longer
_NOT_CLOSED = "the mark before these words ({mark}) is not closed, so where they end is not sure"
_IN_WORDS = "a mark of somebody else's words ends above, and the file does not say who goes on"

# Tags: `<Person1>`, `</Person1>`.
_TAG = re.compile(r"<(/?)([^\W\d_][\w .'’-]{0,40})>")
_MARKUP = frozenset(
    "a abbr b big blockquote body br c center cite code dd div dl dt em font h1 h2 h3 h4 h5 h6 head hr html i img lang "
    "li ol p pre q rt ruby s script small span strike strong style sub sup table td th time title tr tt u ul v".split()
)
# Elements that hold a part of a record, in data that somebody else must read.
_FIELDS = frozenset(
    "speaker name text words body content line turn utterance segment start end time timestamp sentence transcript "
    "title date voice who id message user author sender".split()
)
_TAGGED = 0.9  # of the words stand inside of tags
_WORDS_A_TAG = 3  # words at least in half of what a tag holds: a tag of speech, not a field


def speak_inside(contents: Contents) -> Contents:
    """The same contents, the utterances cut where a mark says that somebody else speaks inside of a turn."""
    if not any(turn.label.startswith(_SLASHED) or _has_mark(turn.text) for turn in contents.utterances):
        return contents
    labels = {turn.label.removeprefix(_SLASHED).strip() for turn in contents.utterances} - {""}
    names = _names(contents.utterances, labels)
    cut: list[Utterance] = []
    main = ""
    for turn in contents.utterances:
        if turn.label.startswith(_SLASHED):
            cut += _begun_inside(turn, main, names)
            continue
        main = turn.label
        parts = split_inside(turn.text, names, [piece.offset for piece in turn.pieces[1:]])
        if len(parts) == 1 and not parts[0][0]:
            cut.append(turn)
            continue
        cut += [_slice(turn, *part) for part in parts]
    if cut == list(contents.utterances):
        return contents
    numbered = tuple(replace(turn, index=index) for index, turn in enumerate(cut))
    return replace(contents, utterances=numbered)


def _has_mark(text: str) -> bool:
    """Whether a text may have a mark at all."""
    return any(sign in text for sign in ("//", "[", "(")) and bool(_OPENING.search(text))


def split_inside(words: str, names: Collection[str], line_ends: Sequence[int] = ()) -> list[tuple[str, int, int, str]]:
    """(label, start, end, doubt) of what each speaker says in a turn; the label of the main speaker is "".

    `names` are those that marks may have; a mark of slashes that does not close ends with its line (`line_ends` are
    where the next ones begin).
    """
    parts: list[tuple[str, int, int, str]] = []
    begin = 0
    for opening in _OPENING.finditer(words):
        if opening.start() < begin or opening["name"].strip() not in names:
            continue
        end, behind = _closing(words, opening)
        doubt = ""
        if end < 0:
            if opening["sign"] != "//":
                continue
            end = behind = next((at for at in line_ends if at > opening.end()), len(words))
            doubt = _NOT_CLOSED.format(mark=opening.group().strip())
        if not words[opening.end() : end].strip() or _is_done(words[opening.end() : end]):
            continue
        parts += [("", begin, opening.start(), ""), (opening["name"].strip(), opening.end(), end, doubt)]
        begin = behind
    parts.append(("", begin, len(words), ""))
    return [part for part in parts if words[part[1] : part[2]].strip()]


def _closing(words: str, opening: re.Match[str]) -> tuple[int, int]:
    """Where the words of a mark end and what is behind it begins; (-1, -1) if it does not close."""
    sign = opening["sign"]
    if sign == "//":
        close = _SLASHES.search(words, opening.end(), opening.end() + _LONGEST)
        closes = close and not _OPENING.match(words, close.start())
        return (close.start(), close.end()) if close and closes else (-1, -1)
    depth = len(sign)
    for at in range(opening.end(), min(len(words), opening.end() + _LONGEST)):
        depth += (words[at] == sign[0]) - (words[at] == {"[": "]", "(": ")"}[sign[0]])
        if not depth:
            return at + 1 - len(sign), at + 1
    return -1, -1


def _is_done(words: str) -> bool:
    """Whether the words of a mark tell what somebody does."""
    return bool(_DONE.match(words)) and len(words.split()) <= _DONE_WORDS


def _names(turns: Sequence[Utterance], labels: Collection[str]) -> set[str]:
    """The names in marks that are speakers: labels, and of marks that close those that are like labels."""
    found = {
        opening["name"].strip()
        for turn in turns
        for opening in _OPENING.finditer(turn.text)
        if _closing(turn.text, opening)[0] >= 0
    }
    return set(labels) | {name for name in found if _is_like(name, labels)}


def _is_like(name: str, labels: Collection[str]) -> bool:
    """Whether a name is a code like those of a file, or stands for exactly one of its labels."""
    if _code(name):
        return _code(name) in set(map(_code, labels))
    parts = [label for label in labels if name.casefold() in (label.casefold(), *_ends(label.casefold()))]
    return len(parts) == 1 and name[0].isupper()


def _code(name: str) -> str:
    """What codes of one kind share: a single capital, or letters with a number; "" of what is no code."""
    if re.fullmatch(r"[A-Z]", name):
        return "A"
    return re.sub(r"\d+", "0", name) if re.fullmatch(r"[^\W\d]{1,20}[ _-]?\d{1,3}", name) else ""


def _ends(label: str) -> tuple[str, ...]:
    words = label.split("(")[0].split(",")[0].split()
    return (words[0], words[-1]) if len(words) > 1 else ()


def _slice(turn: Utterance, label: str, start: int, end: int, doubt: str) -> Utterance:
    """A stretch of a turn as an utterance, its words by `label`, or by the turn's own speaker where that is ""."""
    text = turn.text[start:end]
    start += len(text) - len(text.lstrip())
    text = text.strip()
    pieces = turn.pieces_of(start, start + len(text))
    above = pieces[0].carried if label else 0
    moved = tuple(
        replace(piece, offset=max(0, piece.offset - start), carried=max(0, piece.carried - above)) for piece in pieces
    )
    if not label:
        return replace(turn, text=text, pieces=moved)
    return Utterance(turn.index, speaker_named(label), label, text, moved, doubt)


def _begun_inside(turn: Utterance, main: str, names: Collection[str]) -> Iterator[Utterance]:
    """A turn whose label says that it begins inside another's (`<v //S02>`); behind a closing mark `main` goes on."""
    own = turn.label.removeprefix(_SLASHED).strip()
    ends = [piece.offset for piece in turn.pieces[1:]]
    speaking, doubt = own, ""
    for label, start, end, why in split_inside(turn.text, names, ends):
        if label:
            yield _slice(turn, label, start, end, why)
            continue
        for close in [*_SLASHES.finditer(turn.text, start, end), None]:
            stop = close.start() if close else end
            if turn.text[start:stop].strip():
                yield _slice(replace(turn, doubt=doubt or turn.doubt), speaking, start, stop, doubt)
            if close:
                start, speaking, doubt = close.end(), main, _IN_WORDS


# ---- Stage directions at the ends of lines

_TAIL = re.compile(r"\s*(?P<shown>\((?:[A-Z]{3}[A-Z ,.'’/&-]{0,60})\))\s*$")
_SHOWN = re.compile(r"\([A-Z]{3}[^a-z()]{0,60}\)(?=\s|$)")
_BREAKS = re.compile(r"\((?:COMMERCIAL BREAK|BREAK|CROSS-?TALK|LAUGHTER|APPLAUSE|MUSIC|(?:BEGIN|END) [A-Z ]{3,40})\)")


def without_breaks(contents: Contents) -> Contents:
    """The same contents without `(CROSSTALK)` and `(COMMERCIAL BREAK)` at the ends of lines, and what else in capitals
    is a stage direction on a line of its own; a remark says how many there were."""
    if not any("(" in turn.text and _SHOWN.search(turn.text) for turn in contents.utterances):
        return contents
    alone = {
        line.strip()
        for item in contents.reading.unspoken
        if item.reason == "stage direction"
        for line in item.text.split("\n")
    }
    kept: list[Utterance] = []
    left_out = 0
    for turn in contents.utterances:
        ends = [*(piece.offset for piece in turn.pieces[1:]), len(turn.text)]
        parts = [turn.text[piece.offset : end].rstrip() for piece, end in zip(turn.pieces, ends, strict=True)]
        tails = [part.endswith(")") and _TAIL.search(part) for part in parts]
        said = [
            part[: tail.start()] if tail and (tail["shown"] in alone or _BREAKS.fullmatch(tail["shown"])) else part
            for part, tail in zip(parts, tails, strict=True)
        ]
        if said == parts:
            kept.append(turn)
            continue
        left_out += sum(1 for a, b in zip(said, parts, strict=True) if a != b)
        rest = Turn(turn.label, turn.speaker, turn.doubt)
        for words, piece in zip(said, turn.pieces, strict=True):
            rest.add(words, piece.place, piece.start, piece.end, piece.carried)
        if rest.spoken:
            kept.append(rest.utterance(0))
    if not left_out:
        return contents
    remark = f"{left_out} stage directions at the ends of lines are no words"
    report = replace(contents.reading, remarks=(*contents.reading.remarks, remark))
    numbered = tuple(replace(turn, index=index) for index, turn in enumerate(kept))
    return replace(contents, utterances=numbered, reading=report)


# ---- Whole texts of tags


def read_tagged(lines: Sequence[str]) -> Contents | None:
    """The turns of a text in which tags name who speaks, and the account of every line; None for any other text."""
    if not any("</" in line for line in lines[:200]) or not _is_tagged("\n".join(lines)):
        return None
    turns: list[Turn] = []
    left_out: list[tuple[int, str, str]] = []
    speaking = ""
    for number, line in enumerate(lines, 1):
        at, spoken = 0, False
        for tag in [*_TAG.finditer(line), None]:
            words = line[at : tag.start() if tag else len(line)]
            if words.strip():
                if not turns or turns[-1].label != speaking:
                    turns.append(Turn(speaking, speaker_named(speaking)))
                turns[-1].add(words, number)
                spoken = True
            if tag:
                at = tag.end()
                speaking = "" if tag[1] else tag[2].strip()
                if speaking:
                    turns.append(Turn(speaking, speaker_named(speaking)))
        if not spoken:
            left_out.append((number, "mark of a speaker" if line.strip() else "blank", line.strip() and line))
    remarks = []
    if any(turn.spoken and not turn.label for turn in turns):
        remarks.append(f"words outside of tags are by one {UNNAMED_SPEAKER.lower()}")
    report = Reading(NAME, "line", len(lines), len(lines) - len(left_out), group_unspoken(left_out), tuple(remarks))
    return Contents(utterances(turns), report.check())


def _is_tagged(text: str) -> bool:
    """Whether tags part the speakers of a text: they close, hold nearly all words, and hold speech."""
    tags = list(_TAG.finditer(text))
    pairs = list(zip(tags[::2], tags[1::2], strict=False))
    if len(pairs) < 2 or len(tags) % 2:
        return False
    if not all(not a[1] and b[1] and a[2] == b[2] for a, b in pairs):
        return False  # nested, or not closed
    names = Counter(a[2] for a, _ in pairs)
    if any(name.casefold() in _MARKUP or not name[0].isupper() for name in names):
        return False
    inside = [(a[2], len(text[a.end() : b.start()].split())) for a, b in pairs]
    if sum(count for _, count in inside) < _TAGGED * len(_TAG.sub(" ", text).split()):
        return False
    if len(names) > 1 and len(set(map(_code, names)) - {""}) == 1 and all(map(_code, names)):
        return True
    half = {name: sorted(count for n, count in inside if n == name)[names[name] // 2] for name in names}
    speech = all(count >= _WORDS_A_TAG for count in half.values())
    return speech and not any(name.casefold() in _FIELDS for name in names) and max(names.values()) > 1


# ---- The locator: led by the labels that the record has, and by no pattern of the reader.


def heard_inside(heard: Sequence[tuple[Any, ...]], labels: Collection[str]) -> tuple[Any, ...]:
    """What is heard in a file, (…, voice, words), each cut where `//NAME:`, `[NAME:` or `(NAME:` has a label as name.

    A mark lasts to the sign that closes it, over lines of one voice too; the signs themselves may stay with the words.
    """
    found: list[tuple[Any, ...]] = []
    before = ""
    for voice, group in itertools.groupby(heard, key=lambda said: said[-2]):
        run = list(group)
        begins = voice.startswith("//")
        main = speaking = voice.strip("/ ")
        tokens = re.split(r"(//|[\[\]()\n])", "\n".join(said[-1] for said in run))
        number, closing, depth, goes_on = 0, "", 0, False
        for at, token in enumerate(tokens):
            sign = token if at % 2 else ""
            mark = _mark(tokens, at, labels) if sign in ("//", "[", "(") and not closing else None
            if mark:
                speaking, closing, tokens[at + 1] = mark
                depth, goes_on = 0, False
            elif sign and sign == closing and not depth:
                speaking, closing, goes_on = main, "", False
                number += sign == "\n"
            elif sign == "//" and begins and not closing and not tokens[at - 1].endswith(":"):
                main = speaking = before
                begins = goes_on = False
            elif sign == "\n":
                number, goes_on = number + 1, False
            elif token or not run[number][-1]:
                depth += (sign == _OPENS.get(closing)) - (sign == closing) if sign else 0
                if not goes_on:
                    found.append((*run[number][:-2], speaking, []))
                found[-1][-1].append(token)
                goes_on = True
        before = main
    return tuple((*said[:-1], "".join(said[-1])) for said in found)


_OPENS = {"]": "[", ")": "("}


def _mark(tokens: Sequence[str], at: int, labels: Collection[str]) -> tuple[str, str, str] | None:
    """(name, sign that ends it, the words before the next sign) of a mark that begins at a token, if one does."""
    sign, head = tokens[at], tokens[at + 1].lstrip()
    name = head[:90].replace("：", ":").partition(":")[0].rstrip()
    colon, before = head[len(name) :].lstrip()[:1], tokens[at - 1][-1:]
    if name not in labels or colon not in (":", "：") or before.isalnum() or (before and before in ":_/"):
        return None
    words = head[len(name) :].lstrip()[1:]
    closing, depth, end = {"//": "//", "[": "]", "(": ")"}[sign], 0, len(tokens)
    length = len(words)
    for here in range(at + 2, len(tokens), 2):
        if length >= 3000:
            break
        length += len(tokens[here]) + len(tokens[here + 1])
        if tokens[here] == closing and not depth and not (sign == "//" and tokens[here - 1].endswith(":")):
            end = here
            break
        depth += (tokens[here] == sign) - (tokens[here] == closing)
    opens = sign == "//" and end < len(tokens) and tokens[end + 1].partition(":")[0].strip() in labels
    if end == len(tokens) or opens:
        if sign != "//":
            return None
        closing = "\n"
    said = words + "".join(tokens[at + 2 : end])
    return None if not said.strip() or _is_deed(said) else (name, closing, words)


_DEEDS = tuple(
    "laugh chuckl giggl sigh cough cries crying weep nod shak paus silen inaudible unintelligible indistinct clap "
    "applau whistl hums humming sings singing smil points pointing gestur enters leaves off".split()
)


def _is_deed(words: str) -> bool:
    """Whether a few words tell what somebody does."""
    bare = words.lower().strip(" .,;!?-\"'()[]*_")
    return bare.startswith(_DEEDS) and len(bare.split()) <= 4


def heard_without_breaks(heard: Sequence[tuple[int, str, str]], lines: Sequence[str]) -> list[tuple[int, str, str]]:
    """What is heard, (line, voice, words), less what stands in capitals and parentheses at the end of words: a
    broadcaster's word for what happens, or what is a line of its own elsewhere."""
    shown = {line.strip() for line in lines if line.lstrip()[:1] == "("}
    for event in ("COMMERCIAL BREAK", "BREAK", "CROSSTALK", "CROSS-TALK", "LAUGHTER", "APPLAUSE", "MUSIC"):
        shown.add(f"({event})")
    found = []
    for number, voice, words in heard:
        before, _, last = words.rstrip().rpartition("(")
        known = f"({last}" in shown or last.startswith(("BEGIN ", "END "))
        ends = before.strip() and last[-1:] == ")" and last.isupper() and known
        found.append((number, voice, before if ends else words))
    return found


def heard_in_tags(lines: Sequence[str], labels: Collection[str]) -> tuple[tuple[int, str, str], ...] | None:
    """(line, voice, words) of a text in which tags name who speaks; None where none of the labels is such a tag."""
    whole = "\n".join(lines)
    if "</" not in whole or not any(f"</{label}>" in whole for label in labels):
        return None
    heard = []
    voice = ""
    for number, line in enumerate(lines, 1):
        first, *tags = line.split("<")
        if first.strip():
            heard.append((number, voice, first.strip()))
        for part in tags:
            name, closed, words = part.partition(">")
            if closed and name.strip("/ ") in labels:
                voice = "" if name.startswith("/") else name.strip()
            else:
                words = f"<{part}"
            if words.strip():
                heard.append((number, voice, words.strip()))
    return tuple(heard)
