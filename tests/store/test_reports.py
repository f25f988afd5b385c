"""The ingest report: every unit of a file is speech or left out for a reason, and both are told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import Library
from bot.cli import main
from bot.speakers.registry import Record
from bot.store.reports import FileReport
from bot.transcripts.formats import read_bytes, read_file
from bot.transcripts.transcript import Item, Piece, Reading, Transcript, Unspoken, Utterance
from embeddings.encoder import Encoder

VTT = """WEBVTT

NOTE made by hand

1
00:01.000 --> 00:04.000
<v Ana Silva>The ferry sails at nine.

2
00:05.000 --> 00:06.500
<v Tom Roe>It is often late.
"""


def test_a_report_adds_up() -> None:
    """Speech and what is left out are all units of the file; speakers have words and time."""
    transcript = read_bytes(VTT.encode(), "2024-03-05 ferry.vtt")
    report = FileReport.of(transcript)
    assert report.speech + sum(part.units for part in report.left_out) == report.units == len(VTT.splitlines())
    assert {part.reason: part.units for part in report.left_out} == transcript.report.by_reason()
    assert [(talk.speaker, talk.words, talk.seconds) for talk in report.talks] == [
        ("Ana Silva", 5, 3.0),
        ("Tom Roe", 4, 1.5),
    ]
    assert (report.title, report.date, report.span) == ("ferry", "2024-03-05", (1.0, 6.5))
    assert (report.format, report.why, report.encoding) == ("WebVTT", "by its content", "UTF-8")
    plain = report.as_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["start"], plain["end"] == (1.0, 6.5)


def test_the_short_report_counts_what_every_file_has() -> None:
    """Blank lines, headers and notes are counted; of what is left out for another reason some is shown."""
    lines = [f"unlabelled words {number}" for number in range(7)]
    text = "\n".join([*lines, "", *["Ana: The ferry sails.", "Tom: It is late."] * 9])
    report = FileReport.of(read_bytes(text.encode(), "t.txt"))
    short, whole = "\n".join(report.short()), "\n".join(report.whole())
    assert "18 of 26 lines are speech" in short
    assert all(line in whole for line in lines)
    assert len(report.short()) < len(report.whole())
    assert "Ana" in whole
    assert "Tom" in whole


def test_units_that_are_no_lines() -> None:
    """Items of a file are called what its reader calls them; one unit is one, not "1 cues"."""
    turn = Utterance(0, "Ana", "Ana", "Yes.", (Piece(0, Item("paragraph 2")),))
    left_out = (
        Unspoken("boilerplate", Item("paragraph 1"), "Transcribed by X"),
        Unspoken("blank", Item("paragraph 3"), ""),
    )
    reading = Reading("Word", "paragraph", 3, 1, left_out, ("a remark",), "docx", "by its content", "")
    transcript = Transcript("t", "T", "t.docx", "0" * 64, (turn,), reading, date="2024-03-05", language="pt-BR")
    report = FileReport.of(transcript)
    assert report.kept == "1 of 3 paragraphs are speech, left out: 1 boilerplate, 1 blank"
    assert report.spoken_in == "language pt-BR (as the file says)"
    assert "paragraph 1 (boilerplate): Transcribed by X" in report.short()
    assert "a remark" in report.short()
    assert (report.date, report.span) == ("2024-03-05", None)
    assert FileReport.of(transcript, Record.of(transcript, None).spoken_in("de")).spoken_in == "language de (given)"


def test_a_long_excerpt_is_cut_in_the_short_report_only() -> None:
    text = "word " * 100 + "\n" + "Ana: The ferry sails.\nTom: It is late.\n" * 9
    report = FileReport.of(read_bytes(text.encode(), "t.txt"))
    assert max(map(len, report.whole())) >= 499 or report.speech == report.units
    assert max(map(len, report.short())) < 300


def test_the_report_of_a_library(tiny_encoder: Encoder, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same at `add` and later, under the names that a person gave; nothing is stored for it."""
    library = Library.open(tmp_path / "library", tiny_encoder)
    path = tmp_path / "ferry.vtt"
    path.write_text(VTT)
    added = library.add(path).files[0].report
    assert library.report("ferry") == added
    library.rename("ferry", "Tom Roe", "Thomas Roe")
    library.edit("ferry", title="The ferry", date="2025-01-02")
    report = library.report("ferry")
    assert [talk.speaker for talk in report.talks] == ["Ana Silva", "Thomas Roe"]
    assert (report.title, report.date) == ("The ferry", "2025-01-02")
    assert main(["show", "ferry", "--report", "--library", str(library.folder)]) == 0
    assert capsys.readouterr().out.splitlines() == report.whole()
    assert main(["show", "ferry", "--report", "--json", "--library", str(library.folder)]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(report.as_dict()))
    assert main(["show", "ferry", "--json", "--library", str(library.folder)]) == 1


def test_a_long_head_is_shown_and_not_only_counted(tmp_path: Path) -> None:
    """What is left out above the first label may be talk after all; a short head is counted."""
    talk = "\n\nAna Silva: Yes.\n\nTom Roe: No.\n\nAna Silva: Well.\n\nTom Roe: Quite.\n"
    for lines, shown in ((30, True), (3, False)):
        path = tmp_path / f"talk-{lines}.txt"
        path.write_text("\n".join(f"Line {at}: part of a list" for at in range(lines)) + talk)
        report = FileReport.of(read_file(path)[0])
        assert any("Line 0: part of a list" in line for line in report.short()) == shown
