"""JSON of no shape that is known by name: what its records show, not what they are called.

The talk is the list of records with the most words that says who speaks, or when.  Which member holds the words, which
says who speaks (`speaking`) and which are times (`timing`) is decided by the values of all records, and is told in the
remarks.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.transcripts.formats.json_shapes.about import date_of, language_of, title_of
from bot.transcripts.formats.json_shapes.records import UP, Column, Record, Survey, columns_of, survey
from bot.transcripts.formats.json_shapes.segments import by_changes, carry, named_at_heads
from bot.transcripts.formats.json_shapes.shape import Found, Node, Said
from bot.transcripts.formats.json_shapes.speaking import SPEAKER, Who, remarks_of, who_speaks, words_in
from bot.transcripts.formats.json_shapes.timing import Times, times_of
from bot.transcripts.formats.json_shapes.words import close_as_in, interleave

_CANDIDATES = 8  # lists with the most words that are looked at
_ENOUGH = 0.3  # of the words of the largest list: a list that may be the talk
_FEWEST_WORDS = 3
_OTHERS = 0.25  # of the time that one speaks within an item: so much by others is a doubt
_HABIT = 3  # records that name somebody, before it can be a habit to name only changes
# Keys of what is written about a talk, or beside it; and of words that are no longer as they were said.
_ASIDE = frozenset(
    "summary summaries chapters chapter chat comments comment notes highlights action actions items_of_action insights "
    "topics keywords questions answers description outline takeaways".split()
)
_CHANGED = frozenset(
    "lexical itn masked raw translation translated translations original lower normalized normalised phonetic summary "
    "note notes comment title headline gist".split()
)
_SPOKEN_AS = ("text", "body", "transcript", "display", "sentence", "utterance", "content", "message", "words", "word")


@dataclass(slots=True)
class _Talk:
    """A list of records that may be the talk."""

    kind: str
    records: list[Record]
    columns: dict[str, Column]
    member: str
    spoken: tuple[str, ...]  # all members that hold words
    texts: list[str]
    counts: list[int]
    who: Who | None = None
    times: Times | None = None
    anew: bool = False  # its lists begin anew in time

    @property
    def lists(self) -> list[int]:
        """The list that each record stands in."""
        numbers: dict[int, int] = {}
        return [numbers.setdefault(id(record.up), len(numbers)) for record in self.records]

    @property
    def words(self) -> int:
        return sum(self.counts)

    @property
    def by_words(self) -> bool:
        """Whether its records are single words."""
        return self.words < 2 * sum(1 for count in self.counts if count)

    @property
    def score(self) -> float:
        aside = any(word in _ASIDE for word in words_in(self.kind))
        whole = sum(1 for count in self.counts if count) < 2
        return (
            self.words
            * (1.0 if self.who else 0.6)
            * (1.0 if self.times else 0.8)
            * (0.85 if self.by_words else 1.0)
            * (0.95 ** self.kind.count("[]"))
            * (0.3 if aside else 1.0)
            * (0.1 if whole else 1.0)
        )


def general(root: Any) -> Found | str:
    """What is said in a file of no known shape; or why that is not to be seen, in words that go on a sentence."""
    file = survey(root)
    talks = _talks(file)
    for talk in talks:
        talk.times = times_of(talk.columns, talk.spoken, talk.counts, talk.lists)
        talk.anew = _begin_anew(talk)
        talk.who = who_speaks(talk.columns, len(talk.records), talk.spoken, file, talk.kind, talk.anew)
    shown = [talk for talk in talks if talk.who or talk.times]
    best = max(shown, key=lambda talk: talk.score, default=None)
    if best is None or best.words < _FEWEST_WORDS:
        return _not_seen(root, talks)
    return _found(best, file, root)


def _not_seen(root: Any, talks: Sequence[_Talk]) -> str:
    if isinstance(root, dict):
        for key, value in root.items():
            if isinstance(value, str) and re.search(r"<(?:p|br|span|div)\b", value):
                return (
                    f"its words are one text of HTML, {key!r}, as oTranscribe keeps it; export it as text or Markdown"
                )
            if isinstance(value, str) and value.count("\n") > 2:
                return f"its words are one text, {key!r}; save that text as a .txt file"
    if not talks:
        return "no list in it has records with words"
    first = talks[0]
    return f"nothing in {first.kind.removesuffix('[]') or 'its list'!r} says who speaks its “{first.member}”, or when"


# ---- The lists with words


def _talks(file: Survey) -> list[_Talk]:
    """The lists of records with words, the largest first."""
    measured = []
    for kind, records in file.kinds.items():
        if len(records) < 2 and not records[0].up:
            continue
        words: dict[str, set[str]] = {}
        for record in records:
            for member, value in record.members().items():
                if isinstance(value, str) and value:
                    words.setdefault(member, set()).add(value)
        prose = {member: sum(map(_count, texts)) for member, texts in words.items()}
        if prose and (most := max(prose.values())):
            measured.append((most, kind, records, prose))
    measured.sort(key=lambda item: -item[0])
    found = []
    for most, kind, records, prose in measured[:_CANDIDATES]:
        if most >= _ENOUGH * measured[0][0] or (most >= 0.1 * measured[0][0] and len(records) > 20):
            found.append(_talk(kind, records, prose))
    return found


def _talk(kind: str, records: list[Record], prose: Mapping[str, int]) -> _Talk:
    columns = columns_of(records)
    most = max(prose.values())
    alike = [member for member, count in prose.items() if count >= 0.7 * most]
    member = min(alike, key=lambda name: (*_unlike_speech(name, columns[name].values), list(prose).index(name)))
    texts = [""] * len(records)
    for at, value in zip(columns[member].at, columns[member].values, strict=True):
        texts[at] = value if isinstance(value, str) else ""
    spoken = tuple(name for name, count in prose.items() if name == member or count >= 0.4 * most)
    above = tuple(
        name
        for name, column in columns.items()
        if name.startswith(UP) and any(isinstance(value, str) and len(value) > 80 for value in column.values)
    )
    return _Talk(kind, records, columns, member, spoken + above, texts, [_count(text) for text in texts])


def _unlike_speech(member: str, values: Sequence[Any]) -> tuple[bool, int, float]:
    """What tells words as they were said from the same words in another form, the most like speech first."""
    words = words_in(member.split(".")[-1])
    texts = [value for value in values if isinstance(value, str)]
    # Spoken words as they are read: with capitals and signs.
    written = sum(1 for text in texts if text != text.lower()) / max(1, len(texts))
    named = next((at for at, name in enumerate(_SPOKEN_AS) if name in words), len(_SPOKEN_AS))
    return bool(set(words) & _CHANGED), 0 if written > 0.2 else 1, named


_LETTERS = re.compile(r"[^\W\d_]")
_IDEOGRAM = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


def _count(text: str) -> int:
    """The words of a text; none in what is an id, a time or an address."""
    parts = text.split()
    if len(parts) == 1:
        if _IDEOGRAM.search(text):
            return max(1, len(text) // 2)
        return int(text.strip(".,;:!?…\"'“”()").replace("'", "").replace("’", "").replace("-", "").isalpha())
    return sum(1 for part in parts if _LETTERS.search(part))


# ---- What is said


def _found(talk: _Talk, file: Survey, root: Any) -> Found:
    times, remarks = talk.times, [*remarks_of(talk.who, talk.member)]
    labels = [talk.who.labels.get(at, "") if talk.who else "" for at in range(len(talk.records))]
    said = []
    for at, (record, text, label) in enumerate(zip(talk.records, talk.texts, labels, strict=True)):
        place, field = record.place_of(talk.member)
        start, end = (times.starts[at], times.ends[at]) if times else (None, None)
        said.append(Said(place, field, text, label, start, end))
    if talk.by_words:
        said = _joined(said, root)
    if times:
        remarks += times.remarks
    if not talk.who and times:
        said, told = by_time(said, file, talk.kind)
        remarks += told
    if not talk.by_words:
        said, told = named_at_heads(said)
        remarks += told
    if not any(item.label for item in said):
        said, told = by_changes(said, talk.columns)
        remarks += told
    elif talk.by_words:
        said = _signs_after(said)
    elif sum(1 for item in said if item.label) >= _HABIT:
        said, told = carry(said)
        remarks += told
    said, told = _in_order(said, talk)
    about = _about(root)
    return Found(said, about[0], about[1], about[2], (*remarks, *told))


_CLOSED = re.compile(r"\s*[.,!?;:…。，、！？；：)\]”’»%]+\s*")


def _joined(said: list[Said], root: Any) -> list[Said]:
    """Words joined as they stand where they bring their own space, else as the whole text of the file joins them, else
    with spaces, but for signs."""
    bring = sum(1 for item in said if item.text[:1].isspace() or item.text[-1:].isspace())
    if bring * 5 >= len(said):
        return [replace(item, close=at > 0) for at, item in enumerate(said)]
    whole = max(
        (text for text in root.values() if isinstance(text, str)) if isinstance(root, dict) else (), key=len, default=""
    )
    joined = close_as_in(said, whole)
    return joined if joined is not said else [replace(item, close=bool(_CLOSED.fullmatch(item.text))) for item in said]


def _signs_after(said: list[Said]) -> list[Said]:
    """Signs that name nobody are by whoever said the word before them."""
    given: list[Said] = []
    for item in said:
        if given and not item.label and not any(map(str.isalnum, item.text)):
            item = replace(item, label=given[-1].label)
        given.append(item)
    return given


def by_time(said: list[Said], file: Survey, talk: str) -> tuple[list[Said], tuple[str, ...]]:
    """Who speaks by a list of the file that has no words, but says who speaks from when to when."""
    for kind, records in file.kinds.items():
        if kind == talk or len(records) < 2:
            continue
        columns = columns_of(records)
        who = who_speaks(columns, len(records), (), file, kind)
        if not who or who.rank < SPEAKER:
            continue
        times = times_of(columns, (), [0] * len(records), [0] * len(records))
        if times and sum(1 for end in times.ends if end is not None) * 2 > len(records):
            spans = [
                (start, end, who.labels.get(at, ""))
                for at, (start, end) in enumerate(zip(times.starts, times.ends, strict=True))
                if start is not None and end is not None
            ]
            told = f"who speaks is told by the times of {kind.removesuffix('[]')}"
            return [_at_time(item, spans) for item in said], (told,)
    return said, ()


def _at_time(item: Said, spans: Sequence[tuple[float, float, str]]) -> Said:
    """An item by who speaks in most of its time, with the doubt where somebody else speaks in it too."""
    if item.start is None:
        return item
    begin, end = item.start, max(item.start, item.end if item.end is not None else item.start)
    shares: dict[str, float] = {}
    latest: dict[str, float] = {}
    for start, stop, label in spans:
        if start <= begin < stop or (begin <= start < end):
            shares[label] = shares.get(label, 0.0) + max(min(end, stop) - max(begin, start), 1e-6)
            latest[label] = start
    if not shares:
        return item
    label = max(shares, key=lambda name: (round(shares[name], 3), latest[name]))  # whoever began last, if they are even
    others = sum(share for name, share in shares.items() if name != label)
    doubt = "others speak within its time" if others > _OTHERS * shares[label] else ""
    return replace(item, label=label, doubt=doubt)


_MOST_LISTS = 24  # of people who talk at once


def _begin_anew(talk: _Talk) -> bool:
    """Whether the records stand in lists of which each begins in the time of the one before, as those of channels."""
    spans: dict[int, list[float]] = {}
    for at, number in enumerate(talk.lists):
        if talk.times and (start := talk.times.starts[at]) is not None:
            spans.setdefault(number, []).append(start)
    if not 2 <= len(spans) <= _MOST_LISTS:
        return False
    pairs = list(itertools.pairwise(spans.values()))
    return sum(1 for a, b in pairs if min(b) <= (min(a) + max(a)) / 2) * 2 >= len(pairs)


def _in_order(said: list[Said], talk: _Talk) -> tuple[list[Said], tuple[str, ...]]:
    """Lists of their own for those who speak, one after another in the file, put in order of time."""
    if not talk.anew:
        return said, ()
    told = ("those who speak have lists of their own, which are put in order of time",)
    lists: dict[int, list[Said]] = {}
    for item, number in zip(said, talk.lists, strict=True):
        lists.setdefault(number, []).append(item)
    if talk.by_words:
        return interleave(list(lists.values())), told
    return sorted(said, key=lambda item: item.start if item.start is not None else 0.0), told


# ---- What it says of itself


def _about(root: Any) -> tuple[str | None, str | None, str | None]:
    """Title, date and language, at the top of a file or one object below."""
    if not isinstance(root, dict):
        return None, None, None
    top = Node(root)
    nodes = [top, *(top[key] for key, value in itertools.islice(root.items(), 40) if isinstance(value, dict))]
    title = title_of(*(node[key] for key in ("title", "topic", "subject", "titel", "name") for node in nodes[:12]))
    day = next(
        (
            found
            for key in ("date", "started_at", "recorded_at", "start_time", "datum", "created_at")
            for node in nodes
            if isinstance(node[key].value, str) and (found := date_of(node[key].value))
        ),
        None,
    )
    keys = ("language", "language_code", "languageCode", "lang", "locale", "sprache")
    language = next((tag for key in keys for node in nodes if (tag := language_of(node[key].value))), None)
    return title, day, language
