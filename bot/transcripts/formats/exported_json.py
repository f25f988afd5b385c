"""JSON that transcription services and podcast hosts export.  The shapes themselves stand in `json_shapes`.

The units of a file are the items that a shape reads (segments, utterances, words, sentences), and every other text in
the file: whatever the shape, the whole file is walked for texts, and those that it did not read are reported, those of
one kind as one unit ("chapters[].summary").  So nothing is lost in silence, even where a service adds a field.

Named folds: JSON escapes; white space within items folded to one space, and between items put in or left out as the
service does; characters that are no text (half a surrogate pair, controls) are shown as U+FFFD.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from typing import Any

from bot.errors import TranscriptError
from bot.transcripts.formats.json_locator import holds
from bot.transcripts.formats.json_shapes import GENERAL, SHAPES
from bot.transcripts.formats.json_shapes.general import general
from bot.transcripts.formats.json_shapes.shape import ALTERNATIVES, Found, Node, Said, Shape
from bot.transcripts.formats.text import decode, fold_white, peek, speaker_named
from bot.transcripts.transcript import Contents, Item, Piece, Reading, Unspoken, Utterance

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


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, strict=False)  # tolerated: line ends within strings


def _values(text: str) -> Any:
    """The value of a text; or the list of all, where several objects stand one after another (JSON Lines)."""
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        if not error.msg.startswith("Extra data"):
            raise
    values, at = [], 0
    while at < len(text):
        if text[at] in " \t\r\n\x1e":
            at += 1
            continue
        if text[at] not in "{[":
            raise json.JSONDecodeError("Extra data", text, at)
        value, at = _DECODER.raw_decode(text, at)
        values.append(value)
    return values


def _load(text: str) -> Any:
    """The value of a JSON text.  Raises TranscriptError, naming the place, where it is not one."""
    brackets = text.count("{") + text.count("[")
    most = min(_MOST_BRACKETS, (len(text) + _FREE_CHARACTERS) // _CHARACTERS_A_BRACKET)
    if brackets > most:
        raise TranscriptError(
            f"it has {brackets} brackets, and at most {most} are read in a file of its size; divide it"
        )
    try:
        return _values(text)
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
    by_evidence = general(root)
    if isinstance(by_evidence, Found):
        return GENERAL, by_evidence, ""
    seen = f"this is JSON with {_top_level(root)}, which is of no shape that is read"
    return None, None, f"{seen}: {by_evidence}; {_EXPECTED}"


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
    """JSON whose records show who says what; and any other that is of no shape: `read` says why it is refused."""
    shape, _, why = _shape_of(data)
    return shape is GENERAL or bool(why)


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
    if any(not turn.label for turn in turns) and not any(item.turn for item in said):
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
        turn=said.turn,
        carried=said.carried,
        doubt=said.doubt,
    )


def _is_speech(said: Said) -> bool:
    """An item with words; or one that is the space between two, as Rev writes it."""
    return bool(said.text.strip() or (said.close and said.text))


def _turns(said: Iterable[Said]) -> tuple[Utterance, ...]:
    """Neighbouring items of one label as one turn; each item with words is a piece of it.

    Items of somebody else part two turns, though they have no words.
    """
    told = (item for item in said if item.label or _is_speech(item))
    runs = itertools.groupby(told, key=lambda item: (item.label, item.turn, item.doubt))
    joined = ((label, doubt, *_join([item for item in run if _is_speech(item)])) for (label, _, doubt), run in runs)
    return tuple(
        Utterance(index, speaker_named(label), label, text, pieces, doubt)
        for index, (label, doubt, text, pieces) in enumerate(turn for turn in joined if turn[2])
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
        pieces.append(Piece(length, Item(item.place), start, end, item.carried))
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
    "overview display_text raw_transcript message utterance lexical display comment".split()
)
_SENTENCE = 6  # words
# Who spoke and how the file was made: names, offices and settings, not words that anybody said.
_ABOUT = frozenset(
    "speaker speakers parties metadata metaData model_info meeting_attendees media_file params warnings title name "
    "href url audio_url type id".split()
)
_WORD = re.compile(r"\w+")
_ANOTHER = re.compile(rf"(?i)(?:{'|'.join(ALTERNATIVES)})\[[1-9]")
_SHOWN = 300  # characters of a text that repeats what is said
_NEARLY = 0.9  # of the words of a text are among those that are said: it tells the same with small differences


def _count_items(said: Sequence[Said], sizes: dict[str, int]) -> int:
    """The items of all lists of the kinds that were read, as a walk through the whole file counts them."""
    lists = {item.place.rpartition("[")[0] for item in said if item.place.endswith("]")}
    kinds = {_NUMBERED.sub(_kind_of, path) for path in lists}
    alone = {item.place for item in said if not item.place.endswith("]")}
    return sum(sizes[kind] for kind in kinds) + len(alone)


_NUMBERED = re.compile(r"([^.\[\]]*)\[\d+\]")


def _kind_of(step: re.Match[str]) -> str:
    return step[0] if step[1].casefold() in ALTERNATIVES else f"{step[1]}[]"


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
    elif _ANOTHER.search(field):
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
            if key.casefold() in ALTERNATIVES:
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


__all__ = ["FAMILIES", "NAME", "holds", "read", "recognises"]

FAMILIES: tuple[tuple[str, str, Callable[[bytes], bool], Callable[[bytes], Contents]], ...] = tuple(
    (shape.key, shape.name, partial(recognises_shape, shape), partial(read_shape, shape)) for shape in SHAPES
)
"""(key, name, recognises, read) of each shape; `holds` is the locator of all of them."""
