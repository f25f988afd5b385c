"""Word documents (.docx): Teams, Google Meet, and anything else whose paragraphs name who speaks.

    Martin Storey   0:04     (Teams: a paragraph a turn)       00:00:11                    (Google Meet: a time, turns)
    Let us begin.                                              Ana Silva: Let us begin.

A paragraph is read as lines of labelled text, and what is a label is decided there.  Beside the speech, a document of
Google Meet holds what a machine wrote about it (summary, details, next steps), and that is never speech.

python-docx is not used for reading: its `Paragraph.text` leaves out words in tracked insertions and content controls,
and a document that it was not made for fails in a dozen ways.  Tests build documents with it and compare.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import lzma
import re
import zipfile
import zlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from xml.parsers import expat

from lxml import etree  # type: ignore[import-untyped]

from bot.errors import TranscriptError
from bot.transcripts.formats.inside import heard_inside
from bot.transcripts.formats.labelled import cut_at_labels, read_lines, said_by, strip_label
from bot.transcripts.formats.labels import candidate_of, shape_of
from bot.transcripts.formats.peeling import peeled
from bot.transcripts.formats.text import parse_time
from bot.transcripts.transcript import Contents, Item, Lines, Place, Reading, Unspoken, Utterance

NAME = "Word"

_ZIP, _OLE = (b"PK\x03\x04", b"PK\x05\x06"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A day of talk is some 5 MB of XML with 200,000 tags.  What unpacks to more is refused before it is unpacked or parsed.
_LARGEST_PART = 24_000_000  # bytes
_MOST_TAGS = 500_000
_OTHER_ZIPS = {
    "xl/workbook.xml": "an Excel workbook",
    "ppt/presentation.xml": "a PowerPoint presentation",
    "META-INF/container.xml": "an EPUB book",
    "Index/Document.iwa": "a Pages document",
    "content.xml": "an OpenDocument file",
}
_BESIDE = re.compile(r"word/(header|footer|footnotes|endnotes|comments)\d*\.xml")
_BESIDE_REASONS = {
    "header": "page header",
    "footer": "page footer",
    "footnotes": "footnote",
    "endnotes": "endnote",
    "comments": "comment",
}

_SPAN = re.compile(r"(\d{1,4}:\d{1,2}:\d{1,2}[.,]\d{1,6}) --> (\d{1,4}:\d{1,2}:\d{1,2}[.,]\d{1,6})\n(?=[^\n]{1,100}\n)")
_TIME_ALONE = re.compile(r"(?:\d{1,3}:)?\d{1,2}:\d{2}")
_BEGUN = re.compile(r".{1,80} (?:started|stopped) transcription\W*", re.DOTALL)
_ENDED = re.compile(r"(?:Transcription|Meeting) ended after\b.*", re.DOTALL)
_TRANSCRIPT = re.compile(r"\W*(?:\w+ )?Transcript\W*", re.IGNORECASE)
_GEMINI = re.compile(r"Suggested next steps|.*\breview Gemini['’]s notes\b.*", re.DOTALL)
# Headings of what Gemini writes and Meet adds, beside the speech.
_NOT_SPEECH = frozenset(
    "summary;details;notes;quick notes;next steps;suggested next steps;action items;decisions;attendees;invited;"
    "attachments;meeting records;participants;key takeaways;topics".split(";")
)
_DATE = re.compile(r"([A-Z][a-z]{2,8} \d{1,2}, \d{4})\b")
_TEAMS_FILE = re.compile(r"-\d{8}_\d{6}(?:UTC)?-Meeting (?:Recording|Transcript)$")
_MEET_TITLE = re.compile(r"(.{1,200}?)(?: \(\d{4}-\d{2}-\d{2} at [^()]{1,40}\))?\s+[-–]\s+Transcript")


def recognises(data: bytes) -> bool:
    """Any zip or OLE file: `read` says what else it is."""
    return data.startswith((*_ZIP, _OLE))


def read(data: bytes) -> Contents:
    """Utterances and the account of every paragraph, those of headers, footers, notes and comments too.

    Raises TranscriptError for what is no Word document, and for one that unpacks to more than any transcript.
    """
    with _opened(data) as archive:
        paragraphs = _paragraphs(_part(archive, _main_part(archive)))
        beside = [
            Unspoken(_BESIDE_REASONS[match[1]], Item(f"{name} paragraph {number}"), text)
            for name in archive.namelist()
            if (match := _BESIDE.fullmatch(name))
            for number, text in enumerate(_paragraphs(_part(archive, name)), 1)
            if text.strip()
        ]
    kinds = _not_speech(paragraphs)
    lines, owners, known = _as_lines(paragraphs, kinds)
    contents = read_lines(lines, known)
    left_out = {
        number: item.reason
        for item in contents.reading.unspoken
        if isinstance(item.place, Lines)
        for number in range(item.place.first, item.place.last + 1)
        if lines[number - 1].strip()
    }
    spoken = {owner for number, owner in enumerate(owners, 1) if lines[number - 1].strip() and number not in left_out}
    kinds |= {owners[number - 1]: reason for number, reason in left_out.items() if owners[number - 1] not in spoken}
    unspoken = [
        Unspoken(reason, Item(f"paragraph {number}"), paragraphs[number - 1].strip())
        for number, reason in sorted(kinds.items())
    ] + beside
    units = len(paragraphs) + len(beside)
    report = Reading(
        f"{NAME} ({contents.reading.format})",
        "paragraph",
        units,
        units - len(unspoken),
        tuple(unspoken),
        contents.reading.remarks,
        encoding="XML in a Word document",
    )
    title, date = _about(paragraphs, kinds)
    return Contents(tuple(_placed(turn, owners) for turn in contents.utterances), report.check(), title, date)


def _placed(turn: Utterance, owners: Sequence[int]) -> Utterance:
    """A turn of lines as a turn of the paragraphs that own them."""
    places = [piece.place for piece in turn.pieces]
    items = [Item(f"paragraph {owners[place.first - 1]}") for place in places if isinstance(place, Lines)]
    pieces = (replace(piece, place=item) for piece, item in zip(turn.pieces, items, strict=True))
    return replace(turn, pieces=tuple(pieces))


def _not_speech(paragraphs: Sequence[str]) -> dict[int, str]:
    """The paragraphs (numbers) that hold no speech whatever their lines look like, and why.

    In a document of Google Meet speech begins at the heading "Transcript" or the first paragraph that is only a time,
    and ends at "Transcription ended after …" or at the heading of a summary.  Other documents have such paragraphs too:
    a time or a heading behind somebody's words tells nothing, unless the document says otherwise that it is of Meet.
    """
    texts = [text.strip() for text in paragraphs]
    below_names = any(a.endswith(":") and _TIME_ALONE.fullmatch(b) for a, b in itertools.pairwise(filter(None, texts)))
    signs = (_TRANSCRIPT, *(() if below_names else (_TIME_ALONE,)))
    begins = next((at for at, text in enumerate(texts) if any(sign.fullmatch(text) for sign in signs)), len(texts))
    labelled = next((at for at, text in enumerate(texts) if _is_labelled(text)), len(texts))
    sure = any(sign.fullmatch(text) for text in texts for sign in (_ENDED, _GEMINI))
    meet = sure or begins < labelled
    aside = "before the transcript" if meet else ""
    kinds: dict[int, str] = {}
    for number, text in enumerate(texts, 1):
        if not text:
            kinds[number] = "blank"
        elif _BEGUN.fullmatch(text) and "\n" not in text:
            kinds[number] = "note of the recording"
        elif meet and _ENDED.fullmatch(text):
            kinds[number], aside = "note of the recording", "after the transcript"
        elif meet and _TRANSCRIPT.fullmatch(text):
            kinds[number], aside = "heading", ""
        elif meet and (sure or number <= labelled) and text.casefold().strip(" :") in _NOT_SPEECH:
            kinds[number], aside = "heading", "summary or notes"
        elif meet and _TIME_ALONE.fullmatch(text) and aside != "after the transcript":
            aside = ""
        elif aside:
            kinds[number] = aside
    return kinds


def _is_labelled(text: str) -> bool:
    head = candidate_of(1, text.split("\n", 1)[0])
    return head is not None and bool(head.words) and shape_of(head.name, False) == "name"


def _as_lines(paragraphs: Sequence[str], kinds: Collection[int]) -> tuple[list[str], list[int], set[str]]:
    """Lines of labelled text, the paragraph that owns each, and the labels that the layout puts beyond doubt.

    A time in a paragraph of its own goes before the name on the next line.  Labels are beyond doubt behind such a time,
    and before a time at the head of a paragraph that Teams wrote.
    """
    teams = any(_BEGUN.fullmatch(text.strip()) for text in paragraphs)
    lines: list[str] = []
    owners: list[int] = []
    known: set[str] = set()
    time = ""
    for number, paragraph in enumerate(paragraphs, 1):
        if number in kinds:
            continue
        for at, line in enumerate(_of_old_teams(paragraph, known).split("\n")):
            if _TIME_ALONE.fullmatch(line.strip()):
                time = line.strip()
                # In a table it may stand below the name.
                above = next((at for at in range(len(lines) - 1, -1, -1) if lines[at].strip()), None)
                if above is not None and (named := candidate_of(1, lines[above])) and not (named.words or named.timed):
                    lines[above], time = f"[{time}] {lines[above]}", ""
                owners.append(number)
                lines.append("")
                continue
            head = candidate_of(1, line)
            if head and shape_of(head.name, False) and (time or (teams and at == 0 and head.timed)):
                known.add(head.name)
                line = f"[{time}] {line}" if time else line
                time = ""
            lines.append(line)
            owners.append(number)
        lines.append("")
        owners.append(number)
    return lines, owners, known


def _of_old_teams(paragraph: str, known: set[str]) -> str:
    """A paragraph of Teams before 2023 (times, name, words) with the name before the words; its name joins `known`."""
    span = _SPAN.match(paragraph)
    if not span:
        return paragraph
    name, _, words = paragraph[span.end() :].partition("\n")
    known.add(name.strip())
    start, end = (_clock(parse_time(time)) for time in span.groups())
    return f"[{start} --> {end}] {name.strip()}: {' '.join(words.split())}"


def _clock(seconds: float) -> str:
    return f"{int(seconds // 3600):02d}:{int(seconds // 60 % 60):02d}:{seconds % 60:06.3f}"


def _about(paragraphs: Sequence[str], kinds: Collection[int]) -> tuple[str | None, str | None]:
    """Title and date of a meeting, where Teams or Meet wrote them above its transcript."""
    above = list(itertools.takewhile(lambda text: not _BEGUN.fullmatch(text.strip()), paragraphs[:40]))
    if len(above) == len(paragraphs[:40]):
        above = [text for number, text in enumerate(paragraphs[:40], 1) if number in kinds and "\n" not in text]
        titles = [match[1] for text in above if (match := _MEET_TITLE.fullmatch(text.strip()))]
    else:
        titles = [_TEAMS_FILE.sub("", text.strip()) for text in above if text.strip()][:1]
    dates = [iso for text in above if (iso := _date(text))]
    return next(iter(titles), None), next(iter(dates), None)


def _date(text: str) -> str | None:
    """The ISO date in words like "January 15, 2024, 10:03AM", "Nov 20, 2024" or "(2023-05-08 at 07:03 GMT-7)"."""
    if iso := re.search(r"\b(\d{4}-\d{2}-\d{2}) at \d", text):
        return iso[1]
    if written := _DATE.match(text.strip()):
        for pattern in ("%B %d, %Y", "%b %d, %Y"):
            with contextlib.suppress(ValueError):
                return datetime.strptime(written[1], pattern).date().isoformat()
    return None


# ---- The package


def _opened(data: bytes) -> zipfile.ZipFile:
    if data.startswith(_OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in data
        what = "protected by a password" if locked else "of Word 97-2003 or another old Office program"
        raise TranscriptError(f"this is an Office file {what}; save it as .docx without a password")
    if not data.startswith(_ZIP):
        raise TranscriptError("this is no Word document, which begins as a zip archive; leave --format out")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise TranscriptError(
            f"this begins like a Word document, but its zip is damaged ({str(error)[:80]}); save it again"
        ) from None
    names = archive.namelist()
    if "[Content_Types].xml" not in names or _main_part(archive) not in names:
        what = next((what for name, what in _OTHER_ZIPS.items() if name in names), "")
        what = what or f"a zip archive of {len(names)} files; unpack it first"
        raise TranscriptError(f"this is {what}, not a Word document (.docx)")
    return archive


def _main_part(archive: zipfile.ZipFile) -> str:
    """The name of the part that holds the text; some versions of Office call it document2.xml."""
    names = archive.namelist()
    return next((name for name in names if re.fullmatch(r"word/document\d*\.xml", name)), "word/document.xml")


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of a part.  Raises TranscriptError for one that is damaged, locked, or larger than any transcript."""
    if archive.getinfo(name).file_size > _LARGEST_PART:
        raise TranscriptError(
            f"{name} unpacks to {archive.getinfo(name).file_size:,} bytes, more than any transcript "
            f"({_LARGEST_PART:,}); export it as text"
        )
    try:
        with archive.open(name) as part:
            # What the directory says of the size may be false, so no more than that is unpacked.
            xml = part.read(_LARGEST_PART)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, ValueError, OSError, EOFError) as error:
        why = str(error)[:80]  # zipfile quotes bytes without end
        raise TranscriptError(f"{name} in this Word document cannot be unpacked ({why}); save it again") from None
    if xml.count(b"<") > _MOST_TAGS:
        raise TranscriptError(f"{name} has more than {_MOST_TAGS:,} tags, more than any transcript; export it as text")
    return xml


_SKIPPED = frozenset(("del", "moveFrom", "Fallback", "rPr", "pPr", "instrText", "delText"))
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "ptab": "\t"}


def _paragraphs(xml: bytes) -> list[str]:
    """The text of each paragraph of a part, in document order, those in tables and text boxes too.

    Deleted words are left out and inserted ones are not.  Raises TranscriptError for a part that is not XML, or has a
    document type, which no Office program writes.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise TranscriptError(f"the Word document is damaged ({error.msg}); save it again") from None
    if root.getroottree().docinfo.doctype:
        raise TranscriptError(
            "the Word document declares a document type, which no Office program writes; save it again"
        )
    texts: list[list[str]] = []
    stack = [(root, -1)]
    while stack:
        element, paragraph = stack.pop()
        name = etree.QName(element).localname if isinstance(element.tag, str) else "Fallback"
        if name in _SKIPPED:
            continue
        if name == "p":
            texts.append([])
            paragraph = len(texts) - 1
        elif paragraph >= 0 and name == "t":
            texts[paragraph].append(" ".join((element.text or "").splitlines()))
        elif paragraph >= 0 and name in _SIGNS:
            texts[paragraph].append(_SIGNS[name])
        stack += [(child, paragraph) for child in reversed(element)]
    return ["".join(text) for text in texts]


# ---- The locator: a second way through a document, as a stream of events instead of a tree.


def holds(data: bytes, place: Place, text: str, label: str, labels: Collection[str]) -> bool:
    """Whether the document has these words in these paragraphs under this label.

    Independent of `read`: it hears the parser's events, cuts paragraphs at the labels that the record knows, undoes the
    family's folds (line breaks, tabs) and finds the words in what one voice says.
    """
    numbers = [int(number) for number in re.findall(r"\d+", str(place))]
    for past_times in (False, True):
        heard = _heard(data, frozenset(labels) - {""}, label != "", past_times)
        if said_by([said for said in heard if min(numbers) <= said[0] <= max(numbers)], text, label):
            return True
    return False


@lru_cache(maxsize=8)  # many quotes of one document are checked in a row
def _heard(data: bytes, labels: frozenset[str], carried: bool, past_times: bool) -> tuple[tuple[int, str, str], ...]:
    """(paragraph, voice, words) of a document; the voice is "" where nobody is named.

    `carried`: a label holds for paragraphs below it that have none.  `past_times`: times and codes are no words (see
    `labelled`).
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        main = sorted(name for name in archive.namelist() if name.startswith("word/document") and name.endswith(".xml"))
        xml = archive.read(main[0])
    heard: list[tuple[int, str, str]] = []
    speaking = ""
    paragraphs = _Listener(xml).paragraphs
    paragraphs = _past_times(paragraphs, labels) if past_times else paragraphs
    for number, paragraph in enumerate(paragraphs, 1):
        named = False
        if not carried and heard and heard[-1][2].strip():  # a name in a paragraph of its own is that of the next
            speaking = ""
        for line in paragraph.split("\n"):
            if not line.strip(" \t0123456789:"):
                continue  # a time by itself
            if "-->" in line and not re.search(r"[^\W\d]", line):
                named = True
                continue  # times, then a name
            head, rest = (line.strip(), "") if named and line.strip() in labels else strip_label(line, labels)
            named = False
            speaking = head or speaking
            for at, (name, words) in enumerate(cut_at_labels(rest, labels)):
                speaking = name if at else speaking
                heard.append((number, speaking, words))
    return heard_inside(heard, labels)


def _past_times(paragraphs: Sequence[str], labels: frozenset[str]) -> list[str]:
    """The paragraphs without what is written in figures before and behind the words of their lines."""
    lines = iter(peeled("\n".join(paragraphs).split("\n"), labels))
    return ["\n".join(next(lines) for _ in paragraph.split("\n")) for paragraph in paragraphs]


class _Listener:
    """Collects the text of paragraphs from the events of expat."""

    def __init__(self, xml: bytes) -> None:
        self.paragraphs: list[str] = []
        self._open: list[int] = []  # paragraphs that are open, innermost last
        self._silent = 0  # how many elements are open whose text is not shown
        self._in_text = False
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(xml, True)

    def _begin(self, name: str, _: object) -> None:
        name = name.rpartition(" ")[2]
        if self._silent or name in ("del", "moveFrom", "Fallback", "pPr", "rPr"):
            self._silent += 1
        elif name == "p":
            self.paragraphs.append("")
            self._open.append(len(self.paragraphs) - 1)
        elif name in ("br", "cr"):
            self._say("\n")
        elif name in ("tab", "ptab"):
            self._say(" ")
        elif name == "noBreakHyphen":
            self._say("\u2011")
        self._in_text = name == "t" and not self._silent

    def _end(self, name: str) -> None:
        self._in_text = False
        if self._silent:
            self._silent -= 1
        elif name.rpartition(" ")[2] == "p" and self._open:
            self._open.pop()

    def _text(self, text: str) -> None:
        if self._in_text:
            self._say(re.sub(r"[\r\n]", " ", text))

    def _say(self, text: str) -> None:
        if self._open:
            self.paragraphs[self._open[-1]] += text
