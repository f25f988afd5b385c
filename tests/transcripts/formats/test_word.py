"""Reading Word documents: Teams, Google Meet, labelled paragraphs, and what is refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import docx
import pytest
from docx.oxml import parse_xml

from bot.errors import TranscriptError
from bot.transcripts.formats import read_bytes
from bot.transcripts.transcript import Item
from tests import writers
from tests.transcripts.formats.locating import read_and_locate, turns

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def document(paragraphs: Sequence[str]) -> bytes:
    """A document that python-docx writes: `\\n` is a line break, `\\t` a tab."""
    made = docx.Document()
    for text in paragraphs:
        made.add_paragraph(text)
    return saved(made)


def saved(made: docx.document.Document) -> bytes:
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


TEAMS = [
    "Weekly sync-20240115_100312-Meeting Recording",
    "January 15, 2024, 10:03AM",
    "52m 23s",
    "Ana Silva started transcription",
    "Ana Silva   0:04\nLet us begin.\nThe budget: it fell.",
    "Martin Storey   0:09\nBy 18 per cent.",
    "Ana Silva   1:00:12\nWhy?",
    "Ana Silva stopped transcription",
]


def test_teams() -> None:
    """A paragraph a turn; title and date of the meeting; what the recorder wrote is reported."""
    transcript = read_and_locate(document(TEAMS), "talk.docx")
    assert [(turn.label, turn.text, turn.start, turn.place) for turn in transcript.utterances] == [
        ("Ana Silva", "Let us begin. The budget: it fell.", 4.0, Item("paragraph 5")),
        ("Martin Storey", "By 18 per cent.", 9.0, Item("paragraph 6")),
        ("Ana Silva", "Why?", 3612.0, Item("paragraph 7")),
    ]
    assert (transcript.title, transcript.date) == ("Weekly sync", "2024-01-15")
    assert transcript.report.by_reason() == {"header": 3, "note of the recording": 2}


def test_teams_of_old() -> None:
    """Times, a name and words in one paragraph."""
    said = ["0:0:0.500 --> 0:0:6.900\nAna Silva\nIt fell.", "0:1:7.0 --> 0:1:9.250\nTom\nDid it?\nReally?"]
    transcript = read_and_locate(document(said), "talk.docx")
    assert [(turn.label, turn.text, turn.start) for turn in transcript.utterances] == [
        ("Ana Silva", "It fell.", 0.5),
        ("Tom", "Did it? Really?", 67.0),
    ]


MEET = [
    "📝 Notes",
    "Nov 20, 2024",
    "Budget review",
    "Summary",
    "Ana Silva: said that the budget fell.",
    "Details",
    "The budget: Ana Silva said that it fell (00:00:00).",
    "Suggested next steps",
    "Tom Roe: will write it down.",
    "📖 Transcript",
    "Budget review - Transcript",
    "00:00:00",
    "",
    "Ana Silva: Let us begin.",
    "Tom Roe: It fell by 18 per cent. No: 19.",
    "00:05:00",
    "Ana Silva: Why?",
    "And how?",
    "Transcription ended after 00:05:30",
    "This editable transcript was computer generated and might contain errors.",
]


def test_google_meet() -> None:
    """What Gemini wrote is never speech; a time in a paragraph of its own is that of the next turn."""
    transcript = read_and_locate(document(MEET), "talk.docx")
    assert [(turn.label, turn.text, turn.start) for turn in transcript.utterances] == [
        ("Ana Silva", "Let us begin.", 0.0),
        ("Tom Roe", "It fell by 18 per cent. No: 19.", None),
        ("Ana Silva", "Why?", 300.0),
        ("", "And how?", None),
    ]
    assert (transcript.title, transcript.date) == ("Budget review", "2024-11-20")
    assert transcript.report.by_reason() == {
        "before the transcript": 3,
        "heading": 4,
        "summary or notes": 3,
        "header": 1,
        "blank": 1,
        "note of the recording": 1,
        "after the transcript": 1,
    }


def test_notes_alone_are_no_transcript() -> None:
    """A document of Gemini's notes without the transcript holds no speech."""
    with pytest.raises(TranscriptError, match="no words were found"):
        read_bytes(document(MEET[:9]), "talk.docx")


def test_labelled_paragraphs() -> None:
    """Names before a colon in any document; one paragraph without is no habit; tables are read, headers reported."""
    made = docx.Document()
    made.sections[0].header.paragraphs[0].text = "Confidential"
    for text in [
        "Interview 4",
        "ANA: It fell.",
        "By 18 per cent.",
        "[laughter]",
        "TOM: Did it?",
        "ANA: Yes.",
        "TOM: Oh.",
    ]:
        made.add_paragraph(text)
    table = made.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "ANA: In a cell.", "TOM: In another."
    transcript = read_and_locate(saved(made), "talk.docx")
    assert [(turn.label, turn.text) for turn in transcript.utterances] == [
        ("ANA", "It fell."),
        ("", "By 18 per cent."),
        ("TOM", "Did it?"),
        ("ANA", "Yes."),
        ("TOM", "Oh."),
        ("ANA", "In a cell."),
        ("TOM", "In another."),
    ]
    assert transcript.report.by_reason() == {"header": 1, "stage direction": 1, "page header": 1}


def test_tracked_changes_and_text_boxes() -> None:
    """Inserted words are read and deleted ones are not; a text box is read once, apart from its paragraph."""
    made = docx.Document()
    made.add_paragraph("ANA: It fell. TOM is here.")
    made.add_paragraph("TOM: It ")._p.append(
        parse_xml(
            f"<w:ins {W}><w:r><w:t>never </w:t></w:r>"
            "<w:del><w:r><w:delText>always </w:delText><w:t>x</w:t></w:r></w:del>"
            "<w:r><w:t>fell.</w:t></w:r></w:ins>"
        )
    )
    made.add_paragraph("ANA: Oh. ")._p.append(
        parse_xml(
            f'<w:r {W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:AlternateContent>'
            "<mc:Choice><w:txbxContent><w:p><w:r><w:t>TOM: Boxed.</w:t></w:r></w:p></w:txbxContent></mc:Choice>"
            "<mc:Fallback><w:txbxContent><w:p><w:r><w:t>TOM: Boxed.</w:t></w:r></w:p></w:txbxContent></mc:Fallback>"
            "</mc:AlternateContent></w:r>"
        )
    )
    assert turns(saved(made), "talk.docx") == [
        ("ANA", "It fell. TOM is here."),
        ("TOM", "It never fell."),
        ("ANA", "Oh."),
        ("TOM", "Boxed."),
    ]


def zipped(**parts: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return stream.getvalue()


def package(xml: str) -> bytes:
    return zipped(**{"[Content_Types].xml": "<Types/>", "word/document.xml": xml})


def body(inside: str) -> str:
    return f"<w:document {W}><w:body>{inside}</w:body></w:document>"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (zipped(**{"[Content_Types].xml": "", "xl/workbook.xml": ""}), "an Excel workbook"),
        (zipped(**{"[Content_Types].xml": "", "ppt/presentation.xml": ""}), "a PowerPoint presentation"),
        (zipped(**{"mimetype": "x", "content.xml": ""}), "an OpenDocument file"),
        (zipped(**{"a.txt": "Ana: x", "b.txt": ""}), "a zip archive of 2 files"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "Word 97-2003"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (b"PK\x03\x04 and no more", "its zip is damaged"),
        (package("<w:p>"), "damaged"),
        (package(body("<w:p/>" * 600_000)), "more than 500,000 tags"),
        (package(body("<w:p><w:r><w:t>" + " " * 30_000_000 + "</w:t></w:r></w:p>")), "unpacks to 30,000,"),
        (package('<!DOCTYPE d [<!ENTITY a "b">]>' + body("<w:p><w:r><w:t>&a;</w:t></w:r></w:p>")), "document type"),
        (document([])[:-400], "its zip is damaged"),
        (document(["", " "]), "no words were found"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refused_in_one_line(data: bytes, message: str) -> None:
    """What is no Word document is named; what would unpack to more than any transcript is not unpacked."""
    with pytest.raises(TranscriptError, match=message) as caught:
        read_bytes(data, "talk.docx")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("at", range(0, 1200, 40))
def test_damaged_bytes(at: int) -> None:
    """A byte that is wrong anywhere: read or refused, never another exception."""
    data = bytearray(document(TEAMS))
    data[at * len(data) // 1200] ^= 0xFF
    try:
        read_bytes(bytes(data), "talk.docx")
    except TranscriptError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize("extra", ["15:00", "Details"])
def test_a_time_or_a_heading_among_the_words_hides_nothing(extra: str) -> None:
    """A paragraph that is only a time, or reads like a heading of notes, does not make a document one of Meet's."""
    talk = [f"{'Ana Silva' if at % 2 else 'Tom Roe'}: It went on for {at} days." for at in range(12)]
    written = writers.docx([writers.paragraph(writers.run(line)) for line in [*talk[:8], extra, *talk[8:]]])
    transcript = read_bytes(written, "talk.docx")
    assert [f"{turn.label}: {turn.text}".removesuffix(" Details") for turn in transcript.utterances] == talk
