"""WebVTT captions, with speakers in voice tags (`<v Ana Silva>words`).

Follows the block structure of the W3C recommendation (https://www.w3.org/TR/webvtt1/), with named tolerances.
What the cues say becomes turns in `captions`.

webvtt-py is not used for reading: it does not say on which line a cue stands, keeps only the first of two voices in a
cue and leaves entities as they are.  Tests compare this reader with it.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from bot.errors import TranscriptError
from bot.transcripts.formats.caption_voices import Said
from bot.transcripts.formats.captions import TIMINGS, attributed, contents, located, voices
from bot.transcripts.formats.text import decode, fold_white, peek, split_lines
from bot.transcripts.transcript import Contents, Place

NAME = "WebVTT"

# The recommendation's tags and time stamps within a cue.  Any other "<" is a character that somebody wrote.
_TAG = re.compile(r"</?(?:[vV]|c|i|b|u|ruby|rt|lang)(?:[.\s][^<>]*)?>|<(?:\d{2,}:)?\d{2}:\d{2}\.\d{3}>")

# What a header or a note says of the language: "Language: en" (YouTube), "NOTE language:en-us" (Microsoft Stream).
_LANGUAGE = re.compile(r"(?:NOTE\s+)?language:\s*([a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8})*)\s*$", re.IGNORECASE)

# The text behind the signature is the title, unless it only says what made the file, or is a header.
_NO_TITLE = re.compile(
    r"(?:file|captions?|subtitles?)$|[\w-]{1,30}[:=]|.*\b(?:generated|created|exported|written|converted|made|captioned|"
    r"transcribed|subtitled|powered) (?:automatically )?(?:by|with|from|using|in)\b",
    re.IGNORECASE,
)


def recognises(data: bytes) -> bool:
    """The signature that the recommendation demands, a byte-order mark before it allowed."""
    return peek(data)[:7].rstrip() in ("WEBVTT", "WEBVTT-")


def read(data: bytes) -> Contents:
    """Utterances and the account of every line.  Raises TranscriptError for a file without the WEBVTT signature."""
    lines = split_lines(decode(data))
    if not lines or not lines[0].startswith("WEBVTT"):
        first = lines[0][:40] if lines else ""
        raise TranscriptError(f"line 1 is {first!r}, but a WebVTT file begins with WEBVTT; add that line")
    said: list[Said] = []
    left_out: list[tuple[int, str, str]] = []
    cues: list[list[int]] = []
    for numbers in _blocks(lines):
        reason = _not_a_cue(lines, numbers)
        cue = [] if reason else list(voices(lines, *_split_cue(lines, numbers), _undone))
        said += cue
        if cue:
            cues.append(numbers)
        else:
            left_out += [(number, reason or "cue without words", lines[number - 1]) for number in numbers]
    languages = (_LANGUAGE.match(text) for _, reason, text in left_out if reason in ("header", "note"))
    language = next((match[1] for match in languages if match), None)
    left_out += [(number, "blank", "") for number, line in enumerate(lines, 1) if not line.strip()]
    return contents(NAME, lines, cues, said, left_out, language, _title(lines[0]))


def _title(first: str) -> str | None:
    """What the first line says behind its signature, where that is a title."""
    title = fold_white(first.removeprefix("WEBVTT")).strip("-–— ")
    return title if re.search(r"[^\W\d_]", title) and not _NO_TITLE.match(title) else None


def _undone(words: str) -> str:
    """Words without tags and entities."""
    return html.unescape(_TAG.sub("", words))


def _blocks(lines: Sequence[str]) -> Iterator[list[int]]:
    """Line numbers of each header, cue, note and so on; lines of white space alone are in none.

    An empty line ends a block, and a line of white space does not: words after it are still the cue's.  Timings begin
    a cue wherever they stand, though no blank line comes before (tolerated), and with the line above if that is their
    identifier.
    """
    above_first = next((above for above, line in itertools.pairwise(lines) if TIMINGS.match(line)), "").strip()
    block: list[int] = []
    for number, line in enumerate(lines, 1):
        if not line:
            if block:
                yield block
            block = []
        elif TIMINGS.match(line):
            above = block[-1:] if _is_identifier(lines, block, above_first) else []
            if rest := block[: len(block) - len(above)]:
                yield rest
            block = [*above, number]
        elif line.strip():
            # Tolerated: a line of white space between a cue and a note.
            if block and block[-1] < number - 1 and _no_speech(line):
                yield block
                block = []
            block.append(number)
    if block:
        yield block


def _is_identifier(lines: Sequence[str], block: Sequence[int], above_first: str) -> bool:
    """Whether the last line of a block is the identifier of the cue whose timings follow it.

    On a line of its own it is.  Glued to the lines of a cue it may be words, and words must not be lost: a file that
    gives its cues identifiers gives one to the first cue, and then it is an integer if that is one (`above_first`), or
    a line of white space divides it from the words.
    """
    if not block or block[-1] == 1:
        return False
    above = lines[block[-1] - 1]
    if len(block) == 1:
        return not TIMINGS.match(above)
    if block[0] == 1:
        return ":" not in above  # not "Kind: captions"
    if block[-1] > block[-2] + 1:
        return bool(above_first)
    return above.strip().isdigit() and above_first.isdigit()


def _not_a_cue(lines: Sequence[str], numbers: Sequence[int]) -> str | None:
    """Why a block holds no speech, or None if it is a cue."""
    first = lines[numbers[0] - 1]
    if numbers[0] == 1:
        return "header"
    if any(TIMINGS.match(lines[number - 1]) for number in numbers[:2]):
        return None
    return _no_speech(first) or "no timings"


def _no_speech(first: str) -> str | None:
    """What kind of block without speech begins with this line, if one does."""
    keyword = re.match(r"(NOTE|STYLE|REGION)(?=[ \t]|$)", first)
    return keyword[1].lower() if keyword else None


def _split_cue(lines: Sequence[str], numbers: Sequence[int]) -> tuple[int, Sequence[int]]:
    """The line number of a cue's timings and those of its words."""
    at = 0 if TIMINGS.match(lines[numbers[0] - 1]) else 1
    return numbers[at], numbers[at + 1 :]


# ---- The locator: a second way through a file, which shares none of the reader's patterns.

_TAGS_THAT_ARE_NOT_WORDS = ("v", "c", "i", "b", "u", "ruby", "rt", "lang")


def holds(data: bytes, place: Place, text: str, label: str, labels: Collection[str]) -> bool:
    """Whether the file has these words at this place in this voice.

    Independent of `read`: it walks the file line by line, keeps those between timings and an empty line, cuts them at
    voice tags or at the labels that the record knows, undoes the family's folds (line wrap, tags, entities, signs of a
    change of speaker, rolling repeats) and finds the words inside what one voice says.
    """
    return located(_heard(data, frozenset(labels) - {""}), place, text, label)


@lru_cache(maxsize=4)  # many quotes of one file are checked in a row
def _heard(data: bytes, labels: frozenset[str]) -> tuple[tuple[int, str, str], ...]:
    """(line, voice, words) of a file; the voice is "" where nobody is named."""
    lines = split_lines(decode(data))
    timings = [bool(re.match(r"\s*[\d:.,]*[.:,]\d+\s*-->\s*\d", line, re.ASCII)) for line in lines]
    first_identifier = lines[timings.index(True) - 1].strip() if any(timings) else ""
    found: list[tuple[int, int, str | None, str]] = []
    cue = 0  # the line of its timings; 0 outside cues, in headers, notes and styles
    voice: str | None = None
    for at, line in enumerate(lines):
        if timings[at]:
            cue, voice = at + 1, None
        elif not line or (line.split()[:1] in (["NOTE"], ["STYLE"], ["REGION"]) and not lines[at - 1].strip()):
            cue = 0
        elif cue and line.strip():
            integer = line.strip().isdigit() and first_identifier.isdigit()
            apart = not lines[at - 1].strip() and first_identifier
            if (integer or apart) and timings[at + 1 : at + 2] == [True]:
                continue  # the identifier of the next cue
            for heard, words in _cut_at_voices(line, voice):
                voice = heard
                if words:
                    found.append((at + 1, cue, voice, words))
    return attributed(found, labels)


def _cut_at_voices(line: str, voice: str | None) -> Iterator[tuple[str | None, str]]:
    """The stretches of a line by voice; the last one, which may have no words, is still speaking at its end."""
    words = ""
    for part in re.split(r"(<[^<>]*>)", line):
        tag = re.match(r"<(/?)(\w+)(?:\.[^\s>]*)?(\s[^>]*)?>$", part)
        name = tag[2].replace("V", "v") if tag else ""
        if tag and name == "v":
            yield voice, fold_white(html.unescape(words))
            voice, words = fold_white(html.unescape(tag[3] or "")), ""
        elif not (name in _TAGS_THAT_ARE_NOT_WORDS or re.match(r"<[\d:]*\d\d:\d\d\.\d{3}>$", part)):
            words += part
    yield voice, fold_white(html.unescape(words))
