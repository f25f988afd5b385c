"""What the line-based families share: bytes to lines, and joining pieces of a turn."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from functools import lru_cache

from bot.errors import TranscriptError
from bot.transcripts.transcript import UNNAMED_SPEAKER, Lines, Piece, Place, Unspoken, Utterance

# Only the line ends that editors count.  `str.splitlines` also cuts at form feeds, U+2028 and others, which would
# shift every line number after one.
LINE_END = re.compile(r"\r\n|\n|\r")

_WHITE = re.compile(r"\s+")
_BARE = re.compile(r"\d{1,3}|[A-Z]")  # diarizers that number their speakers, or letter them
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")

# Files whose first bytes say that they are something else; most would fail to decode, but a name is a better error.
_SIGNATURES = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a zip or Office file",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"OggS": "a recording",
    b"fLaC": "a recording",
    b"ID3": "an MP3 recording",
    b"RIFF": "a recording",
}

_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_NAMES = {
    "utf-8-sig": "UTF-8 with a byte-order mark",
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
    "utf-16-le": "UTF-16 without a byte-order mark",
    "utf-16-be": "UTF-16 without a byte-order mark",
    "cp1252": "Windows-1252",
}
# Text has none of these; a file with one is binary, or its encoding was guessed wrong.
_NO_TEXT = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffe\uffff]")
_MULTIBYTE = re.compile(rb"[\xc3-\xf4][\x80-\xbf]|\xc2[\xa0-\xbf]")  # a character beyond ASCII in UTF-8
# Signs that it is not Windows-1252.  Western languages put an accent here and there; other alphabets, read so, become
# long runs of accents.  Mac Roman becomes capitals within words ("donÕt", "cafŽ").  Turkish becomes letters that only
# Icelandic has as well ("þimdi", "baþlýyoruz"), so Icelandic needs UTF-8.
_NOT_WESTERN = re.compile("[À-ÿŠŒŽšœžŸƒ]{3,}|[a-zß-öø-ÿšœž][À-ÖØ-ÞŠŒŽŸ]|[ÞþÐðÝý]")


def decode(data: bytes) -> str:
    """Bytes as text: UTF-8; UTF-16 and UTF-32 with a byte-order mark; UTF-16 without one and Windows-1252 where they
    decode cleanly.

    Raises TranscriptError, naming the byte, for anything else.
    """
    return _decoded(data)[0]


def peek(data: bytes) -> str:
    """What `decode` gives, or "" for bytes that are no text: for `recognises`, which never raises."""
    try:
        return decode(data)
    except TranscriptError:
        return ""


def encoding_of(data: bytes) -> str:
    """The encoding that `decode` finds, in words.  Raises as it does."""
    return _NAMES[_decoded(data)[1]]


@lru_cache(maxsize=2)  # every family looks at the same bytes
def _decoded(data: bytes) -> tuple[str, str]:
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature):
            raise TranscriptError(f"this is {what}, not a transcript that can be read; export it as text")
    for mark, codec in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            try:
                text = data.decode(codec)
            except UnicodeDecodeError as error:
                raise TranscriptError(
                    f"its first bytes say {_NAMES[codec]}, but byte {error.start} is not; save the file as UTF-8"
                ) from None
            return text, codec
    if b"\0" in data:
        for codec, zeros in (("utf-16-le", data[1::2]), ("utf-16-be", data[::2])):
            # Half of the bytes of Western text in UTF-16 are zeros, all on one side.
            if len(data) % 2 == 0 and zeros.count(0) > len(zeros) / 2 and (clean := _clean(data, codec)) is not None:
                return clean, codec
        raise TranscriptError(
            f"this is a binary file (a zero byte at {data.index(0)}), not a transcript; export it as text"
        )
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        clean = None if _MULTIBYTE.search(data) else _clean(data, "cp1252")
        if clean is not None and not _NOT_WESTERN.search(clean):
            return clean, "cp1252"
        line = data.count(b"\n", 0, error.start) + 1
        raise TranscriptError(
            f"the bytes are not UTF-8 (0x{data[error.start]:02x} on line {line}), nor plainly UTF-16 or Windows-1252; "
            "save the file as UTF-8"
        ) from None


def _clean(data: bytes, codec: str) -> str | None:
    """The text, unless some of it is none."""
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return None
    return None if _NO_TEXT.search(text) else text


def split_lines(text: str) -> list[str]:
    """The lines of a text as an editor numbers them; a line end at the very end opens no further line."""
    lines = LINE_END.split(text)
    if lines[-1] == "":
        lines.pop()
    return lines


def fold_white(text: str) -> str:
    """White space folded to single spaces: the one difference between a quote and its source in line-based files."""
    return _WHITE.sub(" ", text).strip()


def unescape(text: str) -> str:
    """Entities as the characters that they stand for.  Only whole ones: "&copy" without a semicolon is words."""
    return _ENTITY.sub(lambda entity: html.unescape(entity.group()), text) if "&" in text else text


def parse_time(text: str) -> float:
    """Seconds of "1:02:03.5", "02:03,5" or "3.5"."""
    seconds = 0.0
    for part in text.replace(",", ".").split(":"):
        seconds = seconds * 60 + float(part)
    return round(seconds, 6)  # 67.948, not 67.94800000000001


class Turn:
    """An utterance in the making: pieces are joined with one space, and each remembers where it began."""

    def __init__(self, label: str, speaker: str, doubt: str = "") -> None:
        self.label = label
        self.speaker = speaker
        self.doubt = doubt
        self._text: list[str] = []
        self._pieces: list[Piece] = []
        self._length = 0
        self._waiting_time: float | None = None

    def add(
        self,
        text: str,
        place: int | Place,
        start: float | None = None,
        end: float | None = None,
        carried: int = 0,
    ) -> None:
        """Append the words of one line (1-based), or of another place; `carried` as in `Piece`.

        A line without words is no piece; its time (a name and a time on a line of their own) is that of the next one.
        """
        start = self._waiting_time if start is None else start
        if not (text := text.strip()):
            self._waiting_time = start
            return
        self._waiting_time = None
        if self._text:
            self._length += 1  # the joining space belongs to the piece before it
        at = Lines(place, place) if isinstance(place, int) else place
        self._pieces.append(Piece(self._length, at, start, end, carried))
        self._text.append(text)
        self._length += len(text)

    @property
    def spoken(self) -> bool:
        return bool(self._text)

    def utterance(self, index: int) -> Utterance:
        return Utterance(index, self.speaker, self.label, " ".join(self._text), tuple(self._pieces), self.doubt)


def utterances(turns: Iterable[Turn]) -> tuple[Utterance, ...]:
    """The turns that have words, numbered."""
    return tuple(turn.utterance(index) for index, turn in enumerate(turn for turn in turns if turn.spoken))


def group_unspoken(lines: Iterable[tuple[int, str, str]]) -> tuple[Unspoken, ...]:
    """(line number, reason, text) of left-out lines, in order; neighbours with one reason become one entry."""
    groups: list[tuple[int, str, list[str]]] = []
    for number, reason, text in lines:
        if groups and groups[-1][1] == reason and groups[-1][0] + len(groups[-1][2]) == number:
            groups[-1][2].append(text)
        else:
            groups.append((number, reason, [text]))
    return tuple(
        Unspoken(reason, Lines(first, first + len(texts) - 1), "\n".join(texts).strip("\n"))
        for first, reason, texts in groups
    )


def speaker_named(label: str) -> str:
    """What a label is called at first: itself; "Speaker 0" where a machine gave only a number or a letter."""
    if not label:
        return UNNAMED_SPEAKER
    return f"Speaker {label}" if _BARE.fullmatch(label) else label
