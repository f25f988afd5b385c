"""What stands in a transcript and nobody says: stage directions, boilerplate, and the head of a file.

A head is known by what it looks like (a heading, `key: value`, a list, a link, a date, a few words without a full
stop).  Longer prose is speech, whoever says it: what is left out can never be quoted, counted or verified.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.transcripts.formats.labels import HEADING, SENTENCE_END
from bot.words.dates import date_of

_BOILERPLATE = re.compile(
    r"\W*(?:Transcribed|(?:This )?Transcript(?:ion)?(?: (?:is |was )?(?:provided|created|generated|outsourced))?) by "
    r"(?:https?://)?[\w-]{1,60}(?:\.[\w-]{1,60}){1,4}\S{0,200}\W*",
    re.IGNORECASE,
)
_GENERATED = re.compile(r"\btranscript\b.{0,40}\b(?:computer|machine|automatically|auto)[- ]generated\b", re.IGNORECASE)
# Brackets hold what is heard and not said; parentheses may hold somebody's aside, so only what is known.  Changelog
# writes `*\\[laughter\\]*`.
_DIRECTION = re.compile(
    r"[*_]{0,3}(?:\\?\[(?=[\W\d]{0,80}[^\W\d])[^\[\]\\\n]{1,80}\\?\]"
    r"|\((?:[\w' ]{0,40}\b)?(?:laugh\w*|laughter|music|applause|cross-?talk|inaudible|silence|pause|cheer\w*|clapping|"
    r"sighs?|coughs?|coughing|chuckl\w+|background noise|phone rings|overlapping|unintelligible|indistinct)"
    r"(?:\b[\w' ]{0,40})?\)"
    r"|\((?-i:[A-Z]{3}[A-Z ,.:'’/&-]{0,60})\)"  # in capitals, as broadcasters write (COMMERCIAL BREAK)
    r"|[♪♫][♪♫\s]{0,40})[*_]{0,3}",
    re.IGNORECASE,
)
_OPENING = tuple("[(*_\\♪♫")
_RIGHTS = re.compile(r"\ball rights\b|\bcopyright\b|©|\(c\) ?\d{4}", re.IGNORECASE)
_ITEM = re.compile(r"\s*(?:[-*•–]|\d{1,2}[.)])\s+\S")
_LINK = re.compile(r"\W*(?:\[[^\]]{0,200}\]\(\S{1,300}\)|https?://\S+|www\.\S+|\S+@\S+\.\w+)\W*")
_KEY = re.compile(r"[*_\s]*(?:[^\s:：]{1,30} ?){1,4}[*_]*[:：][*_]*(?:\s|$)")
_FIGURES = re.compile(r"(?=.*\d)[\W\d_]*(?:[^\W\d_]{1,9}[\W\d_]+){0,4}")  # a date, a time, a duration
_SOUND = re.compile(
    r"laugh|music|applause|cross-?talk|inaudible|silence|pause|cheer|clap|sigh|cough|chuckl|noise|ring|overlap|unintell|"
    r"indistinct|break|heiter|beifall|rire|risas|[♪♫]",
    re.IGNORECASE,
)
_ASIDE_WORDS = 8
_NOT_OF_IT = 0.34  # share of the lines of a head that look like none: "Transcribed by several people."
_FEW_WORDS = 10  # of a line that is no sentence
_VALUE_WORDS = 25  # of `key: value`
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # scripts that put no spaces between words


def is_direction(text: str) -> bool:
    """Whether a whole line (or caption) is a stage direction: `*[laughter]*`, `[Music]`, `(crosstalk)`."""
    text = text.strip()
    return text[:1] in _OPENING and bool(_DIRECTION.fullmatch(text))


def is_sound(text: str) -> bool:
    """Whether a stage direction is something that is heard, "[laughter]", and says of nobody that they speak."""
    return bool(_SOUND.search(text))


def is_aside(text: str) -> bool:
    """Whether a paragraph is a remark in parentheses, "(Heiterkeit)", and no sentence that somebody says by the way."""
    bare = text.strip("*_ \t")
    inside = bare[1:-1]
    whole = bare[:1] == "(" and bare[-1:] == ")" and "(" not in inside
    return whole and word_count(inside) <= _ASIDE_WORDS and not SENTENCE_END.search(inside.rstrip())


def is_boilerplate(text: str) -> bool:
    """Whether a whole line says who made the transcript: `Transcribed by https://…`."""
    return bool(_GENERATED.search(text)) or (" by " in text and bool(_BOILERPLATE.fullmatch(text)))


def word_count(text: str) -> int:
    """White-space tokens; two characters a word in scripts without spaces."""
    return len(text.split()) + len(_WIDE.findall(text)) // 2


def is_head(lines: Sequence[str]) -> bool:
    """Whether the lines of a paragraph are the head of a file, or the foot, rather than words that somebody says."""
    few = sum(1 for line in lines if not _of_a_head(line)) <= _NOT_OF_IT * len(lines)
    return (few and max(map(word_count, lines)) <= _VALUE_WORDS) or bool(_RIGHTS.search(" ".join(lines)))


def _of_a_head(line: str) -> bool:
    text = line.strip()
    words = word_count(text)
    if HEADING.match(text) or _LINK.fullmatch(text) or _ITEM.match(text) or is_boilerplate(text):
        return True
    if _KEY.match(text) and words <= _VALUE_WORDS and not SENTENCE_END.search(text):
        return True
    if date_of(text) and words <= _VALUE_WORDS and not SENTENCE_END.search(text):
        return True
    return bool(_FIGURES.fullmatch(text)) or (words <= _FEW_WORDS and not SENTENCE_END.search(text.rstrip("*_ ")))
