"""JSON that transcription services and podcast hosts export.  The shapes themselves stand in `json_shapes`.

The units of a file are the items that a shape reads (segments, utterances, words, sentences), and every other text in
the file: whatever the shape, the whole file is walked for texts, and those that it did not read are reported, those of
one kind as one unit ("chapters[].summary").  So nothing is lost in silence, even where a service adds a field.

Named folds: JSON escapes; white space within items folded to one space, and between items put in or left out as the
service does; characters that are no text (half a surrogate pair, controls) are shown as U+FFFD.
"""

from __future__ import annotations

import bisect
import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from typing import Any

from bot.errors import TranscriptError
from bot.transcripts.formats.json_shapes import SHAPES
from bot.transcripts.formats.json_shapes.shape import Found, Node, Said, Shape
from bot.transcripts.formats.text import decode, fold_white, peek, speaker_named
from bot.transcripts.transcript import Contents, Item, Piece, Place, Reading, Unspoken, Utterance

NAME = "JSON"

_EXPECTED = "expected what one of these exports: " + ", ".join(shape.name.removesuffix(" JSON") for shape in SHAPES)
# A text that begins like this is meant to be JSON, and is refused when it is broken; "[00:01] Ana: …" and "[ ] to do"
# are not, though they begin with a bracket.
_MEANT_AS_JSON = re.compile(r'\s*(?:\[\s*){0,2}(?:\{\s*"[^"\n]{0,200}"\s*:|\[\s*\[)')
# Ten hours word by word have half a million brackets, one in forty characters.  Each takes a hundred bytes and some
# microseconds, so hostile files are refused before they are parsed.
_MOST_BRACKETS = 1_500_000
_FREE_CHARACTERS = 300_000  # so that small files may be dense
_CHARACTERS_A_BRACKET = 16
# Where APIs and scripts put an answer: {"data": {"transcript": {…}}}, or one in a list.
_WRAPPERS = tuple("data result results response output transcript transcripts transcription body json".split())


# ---- The file


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of which no member is lost: JSON takes the last of several with one name, the others get a number."""
    members = dict(pairs)
    if len(members) < len(pairs):
        later: set[str] = set()
        for at, (key, value) in reversed(list(enumerate(pairs, 1))):
            if key in later:
                members[f"{key} ({at})"] = value
            later.add(key)
    return members


def _load(text: str) -> Any:
    """The value of a JSON text.  Raises TranscriptError, naming the place, where it is not one."""
    brackets = text.count("{") + text.count("[")
    most = min(_MOST_BRACKETS, (len(text) + _FREE_CHARACTERS) // _CHARACTERS_A_BRACKET)
    if brackets > most:
        raise TranscriptError(
            f"it has {brackets} brackets, and at most {most} are read in a file of its size; divide it"
        )
    try:
        return json.loads(text, object_pairs_hook=_unique, strict=False)  # tolerated: line ends within strings
    except RecursionError:
        raise TranscriptError("its JSON is nested too deeply for a transcript; export it again") from None
    except json.JSONDecodeError as error:
        raise TranscriptError(
            f"its JSON is broken on line {error.lineno}, column {error.colno} ({error.msg}); export it again"
        ) from None
    except ValueError:
        raise TranscriptError("its JSON has a number of thousands of digits; export it again") from None


@lru_cache(maxsize=1)  # every family looks at the same bytes
def _root(data: bytes) -> Any:
    return _load(decode(data).lstrip("\ufeff"))


@lru_cache(maxsize=1)
def _shape_of(data: bytes) -> tuple[Shape | None, Found | None, str]:
    """The shape of a file and what it finds, or why it has none: "" for what is not even meant to be JSON."""
    begin = peek(data)[:1000].lstrip("\ufeff \t\r\n")
    if not begin.startswith(("{", "[")):
        return None, None, ""
    try:
        root = _root(data)
    except TranscriptError as error:
        return None, None, str(error) if _MEANT_AS_JSON.match(begin) else ""
    for node in _nodes(root):
        for shape in SHAPES:
            if (found := shape.find(node)) is not None:
                return shape, found, ""
    return None, None, f"this is JSON with {_top_level(root)}, which is of no shape that is read; {_EXPECTED}"


def _nodes(root: Any) -> list[Node]:
    """Where a shape may begin: at the root, or where an API wraps its answer."""
    nodes = [Node(root)]
    for node in nodes:
        if node.path.count(".") + node.path.count("[") < 2:
            nodes += [node[key] for key in _WRAPPERS if isinstance(node[key].value, dict | list)]
            if isinstance(node.value, list) and len(node.value) == 1:
                nodes.append(node.first())
    return nodes


def _top_level(root: Any) -> str:
    if isinstance(root, dict):
        names = [repr(name[:40]) for name in itertools.islice(root, 8)]
        return f"{', '.join(names)}{' and more' if len(root) > 8 else ''} at the top" if names else "nothing in it"
    return f"a list of {len(root)} at the top" if isinstance(root, list) else "a single value"


# ---- Reading


def recognises(data: bytes) -> bool:
    """Any JSON that is of no shape: `read` says why it is refused."""
    return bool(_shape_of(data)[2])


def read(data: bytes) -> Contents:
    """Utterances and the account of every item, by the shape that the file has.

    Raises TranscriptError for a file that is no JSON or of no shape that is known.
    """
    shape, _, why = _shape_of(data)
    if shape is None:
        raise TranscriptError(why or f"this is not JSON; {_EXPECTED}")
    return read_shape(shape, data)


def recognises_shape(shape: Shape, data: bytes) -> bool:
    return _shape_of(data)[0] is shape


def read_shape(shape: Shape, data: bytes) -> Contents:
    """As `read`, by one shape, whatever others would make of the file."""
    root = _root(data)
    by_content, found, _ = _shape_of(data)
    if by_content is not shape:
        found = next((found for node in _nodes(root) if (found := shape.find(node))), None)
    if found is None:
        told = f"it is {by_content.name}; leave --format out" if by_content else _EXPECTED
        raise TranscriptError(f"this JSON, with {_top_level(root)}, is not of the shape {shape.name}; {told}")
    said = [_clean(item) for item in found.said]
    texts, sizes = _survey(root)
    spoken = {item.place for item in said if _is_speech(item)}
    silent = dict.fromkeys(item.place for item in said if item.place not in spoken)
    others = _other_texts(texts, said)
    unspoken = (*(Unspoken("no words", Item(place), "") for place in silent), *others)
    units = _count_items(said, sizes) + len(others)
    turns = _turns(said)
    remarks = list(found.remarks)
    if any(not turn.label for turn in turns):
        remarks.append(f"words without a speaker are by one {speaker_named('').lower()}")
    if count := sum(item.undivided for item in found.said):
        remarks.append(f"{count} items are left to one speaker: their words name several, but do not spell their text")
    if any("\ufffd" in turn.text for turn in turns):
        remarks.append("characters that are no text are shown as U+FFFD")
    reading = Reading(shape.name, "item", units, len(spoken), unspoken, tuple(remarks)).check()
    return Contents(turns, reading, found.title, found.date, found.language)


_NO_TEXT = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def _clean(said: Said) -> Said:
    if not _NO_TEXT.search(said.text) and not _NO_TEXT.search(said.label):
        return said
    return Said(
        said.place,
        said.field,
        _NO_TEXT.sub("\ufffd", said.text),
        fold_white(_NO_TEXT.sub("\ufffd", said.label)),
        said.start,
        said.end,
        said.close,
    )


def _is_speech(said: Said) -> bool:
    """An item with words; or one that is the space between two, as Rev writes it."""
    return bool(said.text.strip() or (said.close and said.text))


def _turns(said: Iterable[Said]) -> tuple[Utterance, ...]:
    """Neighbouring items of one label as one turn; each item with words is a piece of it.

    Items of somebody else part two turns, though they have no words.
    """
    runs = itertools.groupby((item for item in said if item.label or _is_speech(item)), key=lambda item: item.label)
    joined = ((label, *_join([item for item in run if _is_speech(item)])) for label, run in runs)
    return tuple(
        Utterance(index, speaker_named(label), label, text, pieces)
        for index, (label, text, pieces) in enumerate(turn for turn in joined if turn[1])
    )


def _join(said: Sequence[Said]) -> tuple[str, tuple[Piece, ...]]:
    """The text of a turn, its items joined with one space or as they stand, and where each of them begins in it."""
    parts: list[str] = []
    pieces: list[Piece] = []
    length = 0
    space = False  # whether white space stands at the end of the text so far
    for item in said:
        words = fold_white(item.text)
        space = space or not item.close or item.text[0].isspace()
        if not words:
            continue
        if parts and space:
            parts.append(" ")
            length += 1
        start, end = item.start, item.end
        if start is None and item.close and pieces:
            start, end = pieces[-1].end, end if end is not None else pieces[-1].end  # punctuation has no times
        if start is not None and end is not None and end < start:
            end = None  # Oyez writes 0 at the end of the recording
        pieces.append(Piece(length, Item(item.place), start, end))
        parts.append(words)
        length += len(words)
        space = item.close and item.text[-1].isspace()
    return "".join(parts), tuple(pieces)


# ---- Texts that no shape has read

AGAIN = ("the same words again", "another hearing of the same words", "nearly the same words again")
"""Reasons of texts that repeat the transcript."""

# Members whose strings are words, however few; any other string is text if it has as many words as a sentence.
_TEXT_FIELDS = frozenset(
    "text transcript word punctuated_word content Content body sentence raw_text words summary gist headline short "
    "overview display_text raw_transcript".split()
)
_SENTENCE = 6  # words
# Who spoke and how the file was made: names, offices and settings, not words that anybody said.
_ABOUT = frozenset(
    "speaker speakers parties metadata metaData model_info meeting_attendees media_file params warnings title name "
    "href url audio_url type id".split()
)
_WORD = re.compile(r"\w+")
_SHOWN = 300  # characters of a text that repeats what is said
_NEARLY = 0.9  # of the words of a text are among those that are said: it tells the same with small differences


def _count_items(said: Sequence[Said], sizes: dict[str, int]) -> int:
    """The items of all lists of the kinds that were read, as a walk through the whole file counts them."""
    lists = {item.place.rpartition("[")[0] for item in said if item.place.endswith("]")}
    kinds = {re.sub(r"(?<!alternatives)\[\d+\]", "[]", path) for path in lists}
    alone = {item.place for item in said if not item.place.endswith("]")}
    return sum(sizes[kind] for kind in kinds) + len(alone)


def _other_texts(texts: dict[str, list[str]], said: Sequence[Said]) -> list[Unspoken]:
    """All texts of a file that are not in a field that was read, those of one field together."""
    read = {item.field for item in said}
    spoken = Counter(word for item in said for word in _WORD.findall(item.text.casefold()))
    return [_other_text(field, found, spoken) for field, found in texts.items() if field not in read]


def _other_text(field: str, texts: Sequence[str], spoken: Counter[str]) -> Unspoken:
    text = _NO_TEXT.sub("\ufffd", "\n".join(texts)).strip()
    words = Counter(_WORD.findall(text.casefold()))
    missing = (words - spoken).total()
    if not missing:
        reason = AGAIN[0]
    elif "alternatives[" in field and "alternatives[0]" not in field:
        reason = AGAIN[1]
    elif missing <= (1 - _NEARLY) * words.total():
        reason = AGAIN[2]
    else:
        return Unspoken("text beside the transcript", Item(field), text)
    return Unspoken(reason, Item(field), text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _survey(root: Any) -> tuple[dict[str, list[str]], Counter[str]]:
    """All texts of a file by field, and how many items its lists have, lists of one kind together.

    Without recursion: a file may be nested deeply.
    """
    texts: dict[str, list[str]] = {}
    sizes: Counter[str] = Counter()
    stack: list[tuple[str, str, Any, bool]] = [("", "", root, False)]
    while stack:
        path, key, value, about = stack.pop()
        if isinstance(value, str):
            if _is_text(key, value, about):
                texts.setdefault(path, []).append(value)
        elif isinstance(value, dict):
            about = about or key in _ABOUT
            prefix = f"{path}." if path else ""
            stack += [(f"{prefix}{name}", name, member, about) for name, member in reversed(value.items())]
        elif isinstance(value, list):
            sizes[path] += len(value)
            if key == "alternatives":
                stack += [(f"{path}[{at}]", key, item, about) for at, item in reversed(list(enumerate(value)))]
            else:
                stack += [(f"{path}[]", key, item, about) for item in reversed(value)]
    return texts, sizes


def _is_text(key: str, value: str, about: bool) -> bool:
    if key.partition(" (")[0] in _TEXT_FIELDS:
        return any(map(str.isalnum, value))
    return (
        not about
        and key not in _ABOUT
        and len(value) > 2 * _SENTENCE
        and len(value.split(None, _SENTENCE)) >= _SENTENCE
    )


# ---- The locator: a second way through a file, which knows no shape.

_SAID_AS = (
    "body",
    "sentence",
    "text",
    "transcript",
    "punctuated_word",
    "word",
    "value",
    "content",
    "raw_text",
    "Content",
    "words",
)
_SAID_BY = (
    "speaker_info",
    "speaker_name",
    "speaker",
    "speaker_label",
    "speakerId",
    "speaker_id",
    "channel_label",
    "ParticipantRole",
)
_CALLED = ("name", "display_name", "emailAddress")
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def holds(data: bytes, place: Place, text: str, label: str, labels: Collection[str]) -> bool:
    """Whether the file has these words at this place by this speaker.

    Independent of `read`: it walks to the items by their path, takes as words what the likeliest member of each holds
    and as speakers what it, or what is around it, names, and finds the words in what neighbours say.
    """
    file = _file(data)
    first, _, last = str(place).partition(" to ")
    heard = [voice for item in file.items(first, last or first) for voice in file.voices(*item) if voice[1].strip()]
    runs = itertools.groupby(heard, key=lambda voice: label in voice[0])
    return any(is_theirs and _says([words for _, words in run], text) for is_theirs, run in runs)


@lru_cache(maxsize=2)  # many quotes of one file are checked in a row
def _file(data: bytes) -> _File:
    return _File(json.loads(decode(data).lstrip("\ufeff"), strict=False))


def _says(texts: Sequence[str], wanted: str) -> bool:
    """Whether neighbouring items say these words: letter for letter, and white space where an item has it within, or
    between two items, where it is free to stand or not."""
    inside: list[int] = []  # how many letters stand before each white space within an item
    between = {0}
    letters: list[str] = []
    length = 0
    for text in texts:
        for at, word in enumerate(text.split()):
            inside += [length] if at else []
            letters.append(word)
            length += len(word)
        between.add(length)
    said, words = "".join(letters), wanted.split()
    gaps = list(itertools.accumulate(map(len, words)))[:-1]
    at = said.find("".join(words))
    while at >= 0:
        end = at + sum(map(len, words))
        here = {space - at for space in inside[bisect.bisect_right(inside, at) : bisect.bisect_left(inside, end)]}
        if here <= set(gaps) and all(gap in here or at + gap in between for gap in gaps):
            return True
        at = said.find("".join(words), at + 1)
    return False


def _plain(text: str) -> str:
    """A string as text: what could not be written to a file, and controls, are U+FFFD."""
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return "".join(c if c >= " " or c in "\t\n\r\x0b\x0c\x1b" else "\ufffd" for c in text).translate(
        {0x7F: 0xFFFD, 0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD}
    )


class _File:
    """A parsed file, and who is who in it."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.names: dict[str, set[str]] = {}
        self.at_time: dict[str, Any] = {}
        self.of_changes: set[int] = set()
        stack = [root]
        while stack:
            value = stack.pop()
            if isinstance(value, dict):
                self._note(value)
                stack += value.values()
            elif isinstance(value, list):
                stack += value
                self.of_changes |= {id(value)} if _of_changes(value) else set()

    def _note(self, value: dict[str, Any]) -> None:
        """Remember who an object says somebody is, or who speaks at a time."""
        called = next((value[key] for key in _CALLED if isinstance(value.get(key), str) and value[key].strip()), None)
        for key in ("id", *_SAID_BY):
            number = value.get(key)
            if called and isinstance(number, str | int):
                self.names.setdefault(str(number), set()).add(fold_white(_plain(called)))
        if "speaker_label" in value and value.get("start_time"):
            self.at_time[str(value["start_time"])] = value["speaker_label"]

    def items(self, first: str, last: str) -> Iterator[tuple[Any, list[Any], list[int]]]:
        """All items between two, in the order of the file: (value, what is around it from the inside, its numbers)."""
        begin, end = (_STEP.findall(path) for path in (first, last))
        if [name for _, name in begin] != [name for _, name in end]:
            return
        low = [int(number) for number, _ in begin if number]
        high = [int(number) for number, _ in end if number]
        stack: list[tuple[Any, list[Any], int, list[int]]] = [(self.root, [], 0, [])]
        while stack:
            value, around, at, numbers = stack.pop()
            if at == len(begin):
                yield value, around, numbers
                continue
            name = begin[at][1]
            if name:
                if isinstance(value, dict) and name in value:
                    stack.append((value[name], [value, *around], at + 1, numbers))
            elif isinstance(value, list):
                depth = len(numbers) + 1
                lowest = low[depth - 1] if numbers == low[: depth - 1] else 0
                highest = high[depth - 1] if numbers == high[: depth - 1] else len(value) - 1
                inside = range(lowest, min(highest, len(value) - 1) + 1)
                stack += [(value[n], [value, *around], at + 1, [*numbers, n]) for n in reversed(inside)]

    def voices(self, value: Any, around: Sequence[Any], numbers: Sequence[int]) -> Iterator[tuple[frozenset[str], str]]:
        """(the names that a speaker goes by, words) of an item; several where its words name several speakers."""
        if isinstance(value, str) and isinstance(around[0], list):
            return  # the items of lists are objects
        names = self._speakers(value, around, numbers)
        words = value.get("words") if isinstance(value, dict) else None
        parts = [word for word in words if isinstance(word, dict) and _words(word)] if isinstance(words, list) else []
        whole = _words(value)
        same = "".join(whole.split()) == "".join("".join(map(_words, parts)).split())
        nearly = not same and bool(spelt := _letters(whole)) and spelt == _letters("".join(map(_words, parts)))
        if nearly:
            parts = [word for word in parts if _letters(_words(word))]
        named = [
            self._speakers({"channel": value.get("channel"), **word}, around, numbers)
            if self._called(word.get("speaker"))
            else None
            for word in parts
        ]
        if not parts or (whole and not same and not nearly) or all(own in (None, names) for own in named):
            yield names, whole or "".join(f" {_words(word)}" for word in parts)
            return
        said = list(map(_words, parts))
        for part, own in zip(_shares(whole, [len(_letters(p)) for p in said]) if nearly else said, named, strict=True):
            names = own or names
            yield names, part

    def _speakers(self, value: Any, around: Sequence[Any], numbers: Sequence[int]) -> frozenset[str]:
        owners = [owner for owner in (value, *around) if isinstance(owner, dict)]
        owner = next((owner for owner in owners if any(key in owner for key in _SAID_BY)), None)
        names: set[str] = set()
        for key in _SAID_BY:
            if owner is not None and key in owner:
                called = self._called(owner[key])
                # Where names are given, though null, a number is only what a name is looked up by.
                names |= called - {str(owner[key])} if key == "speaker_id" and "speaker_name" in owner else called
        if not names:
            names = self._by_time(value, around, numbers) or self._carried(value, around, numbers) or {""}
        number = value.get("channel") if isinstance(value, dict) else None
        if number is None and any(owner.get("channels") is part for owner in owners for part in around):
            number = numbers[0]
        if number is not None:
            names |= {f"channel {number}, speaker {name}" if name else f"channel {number}" for name in names}
        return frozenset(names)

    def _called(self, value: Any) -> set[str]:
        """All names of a speaker that an item names by a name, a number or an object."""
        if isinstance(value, dict):
            named = [value.get(key) for key in (*_CALLED, "label", "id")]
            return set().union(*(self._called(name) for name in named if isinstance(name, str | int)))
        if value is None or isinstance(value, bool | list):
            return set()
        own = fold_white(_plain(str(int(value) if isinstance(value, float) and value.is_integer() else value)))
        return ({own} | self.names.get(str(value), set())) - {""}

    def _by_time(self, value: Any, around: Sequence[Any], numbers: Sequence[int]) -> set[str]:
        """Who speaks at the time of an item that names nobody; punctuation without a time is by the item before."""
        if not self.at_time or not around or not isinstance(around[0], list):
            return set()
        before = (item for item in reversed(around[0][: numbers[-1] + 1]) if isinstance(item, dict))
        time = next((str(time) for item in before if (time := item.get("start_time"))), "")
        return self._called(self.at_time.get(time))

    def _carried(self, value: Any, around: Sequence[Any], numbers: Sequence[int]) -> set[str]:
        """Who spoke last, in Podcasting 2.0 files that name a speaker only when it changes."""
        if not isinstance(value, dict) or not around or id(around[0]) not in self.of_changes:
            return set()
        before = (item for item in reversed(around[0][: numbers[-1]]) if isinstance(item, dict))
        return next((names for item in before if (names := self._called(item.get("speaker")))), set())


def _of_changes(items: list[Any]) -> bool:
    """Whether a list of segments is of that habit: a third names nobody, and hardly any names who was named before."""
    segments = [item for item in items if isinstance(item, dict) and ("body" in item or "startTime" in item)]
    named = [fold_white(str(item.get("speaker") or "")) for item in segments]
    both = [(a, b) for a, b in itertools.pairwise(named) if a and b]
    return named.count("") * 3 >= len(items) > 0 and len([1 for a, b in both if a == b]) * 10 <= len(both)


def _words(value: Any) -> str:
    """What an item says: itself, or its likeliest member, or that of its first alternative."""
    if isinstance(value, str):
        return _plain(value)
    if not isinstance(value, dict):
        return ""
    for key in _SAID_AS:
        if isinstance(value.get(key), str) and value[key].strip():
            return _plain(value[key])
    best = value.get("alternatives")
    return _words(best[0]) if isinstance(best, list) and best and isinstance(best[0], dict) else ""


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _shares(text: str, counts: Sequence[int]) -> list[str]:
    """A text cut into words of so many letters and digits; what follows one, up to the last white space, is its own."""
    shares: list[str] = []
    begin = 0
    for count in counts:
        end = begin
        while count:
            count -= text[end].isalnum()
            end += 1
        following = end
        while following < len(text) and not text[following].isalnum():
            following += 1
        signs = re.split(r"\s", text[end:following])
        cut = following - len(signs[-1]) if len(signs) > 1 else following
        shares.append(text[begin:cut])
        begin = cut
    return [*shares[:-1], shares[-1] + text[begin:]]


FAMILIES: tuple[tuple[str, str, Callable[[bytes], bool], Callable[[bytes], Contents]], ...] = tuple(
    (shape.key, shape.name, partial(recognises_shape, shape), partial(read_shape, shape)) for shape in SHAPES
)
"""(key, name, recognises, read) of each shape; `holds` is the locator of all of them."""
