"""Which transcripts a question is about, where it says so: "in the ferry episode", "in the May meeting".

Only what clearly names recordings narrows: their noun ("episode", "meeting") with a date, a title, a speaker or a place
in time, or a date that closes a question about what somebody said.  A date alone may be that of an event, and only
ranks (`bot.retrieval.ranking`).  What fits no transcript, or all of them, narrows nothing.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.speakers.names import find_speakers
from bot.store.manifest import Entry
from bot.words.dates import AskedDate, date_of, read_date
from embeddings.lexical import stems

_RECORDING = r"(?:episode|podcast|programme|broadcast|meeting|session|recording|interview|hearing|transcript)s?"
# These are verbs too; they are recordings only where the question or a part of it ends.
_NOUN = rf"(?:{_RECORDING}|(?:program|show|call|talk|conversation|discussion|lecture|file)s?(?=\s*(?:[?.!,]|$)))"
_DATE = (
    r"(?P<date>(?:the\s+)?(?:\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?)?(?:january|february|march|april|may|june|july|august|"
    r"september|october|november|december)(?:\s+\d{1,2}(?:st|nd|rd|th)?\b)?(?:,?\s+(?:19|20)\d\d)?|(?:19|20)\d\d(?:-\d\d-\d\d)?)"
)
_IN = r"\b(?:in|from|on|during|at)\s+"
_CLOSING = r"(?=\s*[?.!]*\s*$)"
_SPOKE = (
    r"\b(?:say|said|says|talk(?:ed|s)?|speak|spoke|mention(?:ed|s)?|tell|told|discuss(?:ed)?|explain(?:ed)?|"
    r"argue[d]?|think|thought)\b"
)


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_DATED = (
    _compile(rf"{_IN}(?:the|this|that|their|his|her|our)\s+{_DATE}\s+{_NOUN}\b"),
    _compile(rf"{_IN}(?:the|this|that)\s+{_NOUN}\s+(?:of|from|on|in|recorded (?:on|in))\s+{_DATE}\b"),
)
# "What did they say would open in July?" dates what opens.
_SPOKEN_THEN = _compile(
    rf"{_SPOKE}(?:(?!\b(?:is|are|was|were|will|would|has|had|have|did)\b).)*?(?P<cut>\b(?:in|on|during)\s+{_DATE}){_CLOSING}"
)
_WITH = _compile(
    rf"{_IN}(?:the|this|that|a|an|any)\s+{_NOUN}\s+(?:with|featuring)\s+(?P<name>[^?.!,]+?)(?:,|{_CLOSING})"
)
_TITLED = (
    _compile(rf"{_IN}(?:the|this|that)\s+(?P<title>[^?.!,]{{2,60}}?)\s+{_NOUN}\b"),
    _compile(
        rf"{_IN}(?:the|this|that)\s+{_NOUN}\s+(?:about|on|called|titled|entitled|named)\s+(?P<title>[^?.!]+?){_CLOSING}"
    ),
    _compile(r"\bin\s+[\"“'‘](?P<title>[^\"”’]{2,80})[\"”'’]"),
)
_NAMED_WHOLE = _compile(rf"{_IN}(?:the\s+)?(?=\w)")
_ORDERED = _compile(rf"{_IN}(?:the|their)\s+(?P<which>first|earliest|last|latest|newest|most recent)\s+{_NOUN}\b")


@dataclass(frozen=True)
class Narrowed:
    """The transcripts that a question names (ids), none where it names none, and what is left of the question."""

    transcripts: tuple[str, ...]
    question: str


def narrow(question: str, entries: Sequence[Entry]) -> Narrowed:
    """The transcripts, of these, that a question is about."""
    for found, fits in _readings(question):
        fitting = [entry for entry in entries if fits(entry)]
        if 0 < len(fitting) < len(entries):
            cut = found.span("cut") if "cut" in found.re.groupindex else found.span()
            return Narrowed(tuple(entry.id for entry in fitting), _without(question, *cut))
    if called := _by_whole_name(question, entries):
        return called
    ordered = _ORDERED.search(question)
    dated = sorted((entry for entry in entries if entry.date), key=lambda entry: entry.date or datetime.date.min)
    if ordered and len(dated) == len(entries) > 1:
        entry = dated[0 if ordered.group("which").lower() in ("first", "earliest") else -1]
        return Narrowed((entry.id,), _without(question, *ordered.span()))
    return Narrowed((), question)


def _by_whole_name(question: str, entries: Sequence[Entry]) -> Narrowed | None:
    """Transcripts whose id or title stands in the question as it is: "in go-time-284", "in Harbour Lights"."""
    for found in _NAMED_WHOLE.finditer(question):
        rest = _plain(question[found.end() :])
        fitting = {
            entry.id: name
            for entry in entries
            for name in (_plain(entry.id), _plain(entry.title))
            if name and rest.startswith(name) and not rest[len(name) :][:1].isalnum()
        }
        if 0 < len(fitting) < len(entries):
            end = found.end() + max(len(name) for name in fitting.values())
            return Narrowed(tuple(fitting), _without(question, found.start(), end))
    return None


def _plain(name: str) -> str:
    """A name for comparing, character for character."""
    return re.sub(r"[-_.]", " ", name).lower()


def _without(question: str, start: int, end: int) -> str:
    """The question without a stretch; whole where nothing would be left to ask."""
    left = " ".join(re.sub(r"\s+([?.!,])", r"\1", f"{question[:start]} {question[end:]}").split())
    return left if any(char.isalnum() for char in left) else question


def _readings(question: str) -> list[tuple[re.Match[str], Callable[[Entry], bool]]]:
    """The stretches that may name transcripts, each with which it fits, the clearest first."""
    readings: list[tuple[re.Match[str], Callable[[Entry], bool]]] = []
    for pattern in (*_DATED, _SPOKEN_THEN):
        if found := pattern.search(question):
            readings.append((found, _recorded(found.group("date"))))
    if found := _WITH.search(question):
        readings.append((found, _hears(found.group("name"))))
    for pattern in _TITLED:
        if found := pattern.search(question):
            readings.append((found, _is_called(found.group("title"))))
    return readings


def _recorded(date: str) -> Callable[[Entry], bool]:
    day = date_of(date)
    asked = AskedDate(day.year, day.month, day.day) if day else read_date(f"in {_MONTH.sub(_capital, date)}")
    return lambda entry: entry.date is not None and asked.names(entry.date)


_MONTH = _compile(r"\b[a-z]{3,}\b")


def _capital(word: re.Match[str]) -> str:
    return word.group().capitalize()


def _hears(name: str) -> Callable[[Entry], bool]:
    return lambda entry: bool(find_speakers(name, entry.speakers))


def _is_called(title: str) -> Callable[[Entry], bool]:
    wanted = set(stems(title))
    return lambda entry: bool(wanted) and wanted <= set(stems(re.sub(r"[-_.]", " ", f"{entry.title} {entry.source}")))
