"""Doubt about who speaks is told: in the report of a file, by `--strict`, with quotes, and in an answer's lead."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import Library, TranscriptError, answer
from bot.cli import main
from bot.store.reports import FileReport
from bot.transcripts.attributed import Attributed
from bot.transcripts.transcript import Lines, Piece, Reading, Transcript, Utterance
from embeddings.encoder import Encoder
from tests.doubting import FERRY, MARK, REASON, doubting

DOUBTFUL = f"8 words doubtful, first at line 3 (Ana Silva: {REASON})"


def made(*turns: Utterance) -> Transcript:
    return Transcript("talk", "talk", "talk.txt", "0" * 64, turns, Reading("made", "line", 9, 9, ()))


TALK = made(
    Utterance(
        0,
        "ANA",
        "ANA",
        "One two three. Four five. Six.",
        (Piece(0, Lines(1, 1)), Piece(15, Lines(2, 3), carried=1), Piece(26, Lines(4, 4), carried=2)),
        doubt=REASON,
    ),
    Utterance(1, "Unnamed speaker", "", "Seven eight.", (Piece(0, Lines(6, 6)),), doubt="of no name, so of no doubt"),
    Utterance(2, "Tom", "ANA", "Nine.", (Piece(0, Lines(7, 7), carried=3),), doubt=REASON, given=True),
    Utterance(3, "Tom", "TOM", "Ten, eleven, twelve, thirteen.", (Piece(0, Lines(8, 8)),)),
)


@pytest.fixture
def ferry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a turn that is doubtful."""
    doubting(monkeypatch)
    path = tmp_path / "ferry.txt"
    path.write_text(FERRY, encoding="utf-8")
    return path


@pytest.fixture
def library(tmp_path: Path, encoder: Encoder) -> Library:
    return Library.open(tmp_path / "library", encoder=encoder)


# --- counted -----------------------------------------------------------------------------------------------------


def test_words_are_counted_by_how_their_speaker_is_known() -> None:
    """Each word once; what a person has said, and what nobody is named for, is not doubtful."""
    found = Attributed.of(TALK)
    assert (found.named, found.carried, found.unnamed, found.given) == (7, 3, 2, 1)
    assert found.named + found.carried + found.unnamed + found.given == TALK.words
    assert [(str(item.place), item.speaker, item.words, item.reason) for item in found.doubts] == [
        ("lines 1-4", "ANA", 6, REASON)
    ]


def test_report_tells_how_speakers_are_known() -> None:
    """One line in the short report, each place with its reason in the whole one, all of it as JSON."""
    report = FileReport.of(TALK)
    line = (
        "words: 7 named where they are said, 3 carried over from a name above, 2 under no name, 1 named by a person; "
        f"6 words doubtful, first at lines 1-4 (ANA: {REASON})"
    )
    assert report.short().count(line) == 1
    assert line in report.whole()
    assert f"doubtful: lines 1-4, ANA: {REASON}" in report.whole()
    told = json.loads(json.dumps(report.as_dict()))["attribution"]
    assert told == {
        "named": 7,
        "carried": 3,
        "unnamed": 2,
        "given": 1,
        "doubtful": 6,
        "doubts": [{"place": "lines 1-4", "speaker": "ANA", "words": 6, "reason": REASON}],
    }


def test_a_file_that_names_everybody_is_told_in_no_line_of_its_own() -> None:
    """The short report is as long as it was; the whole one says it."""
    report = FileReport.of(made(TALK.utterances[3]))
    assert report.attributed.sure
    assert not [line for line in report.short() if line.startswith("words: ")]
    assert "words: 4 named where they are said" in report.whole()


# --- refused -----------------------------------------------------------------------------------------------------


def test_strict_refuses_what_is_doubtful(library: Library, ferry: Path, tmp_path: Path) -> None:
    """Nothing of it is in the library; the one line says how many words, where first, and what to do."""
    with pytest.raises(TranscriptError) as error:
        library.add(ferry, strict=True)
    assert str(error.value) == (
        f"ferry.txt: {DOUBTFUL}; name each speaker in the file, or add it without --strict and say who speaks with "
        "`onrecord label`"
    )
    assert not library.entries
    sure = tmp_path / "sure.txt"
    sure.write_text(FERRY.replace(MARK, "here"), encoding="utf-8")
    report = library.add([ferry, sure], strict=True)
    assert [file.outcome for file in report.files] == ["failed", "added"]
    assert [entry.id for entry in library.entries] == ["sure"]
    assert [file.outcome for file in library.add(ferry).files] == ["added"]


def test_strict_on_the_command_line(ferry: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Counted as failed, as a file that cannot be read is, with --dry-run too."""
    other = tmp_path / "other.txt"
    other.write_text("", encoding="utf-8")
    folder = str(tmp_path / "library")
    for options in (["--dry-run"], []):
        assert main(["add", str(ferry), str(other), "--strict", "--library", folder, *options]) == 1
        seen = capsys.readouterr()
        assert "2 of 2 files could not be added: ferry.txt, other.txt" in seen.err
        assert f"failed     ferry.txt: {DOUBTFUL}" in seen.out
    assert not Library.open(folder).entries


# --- told --------------------------------------------------------------------------------------------------------


def test_commands_tell_the_doubt(
    library: Library, ferry: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`add`, `show`, `ask`, `verify` and `mentions` say it where the words stand; JSON has it with the quote."""
    library.add(ferry)
    where = ["--library", str(library.folder)]
    said = f"The wind was bad on Monday {MARK}."
    for command, expected in (
        (["add", str(ferry), "--dry-run"], DOUBTFUL),
        (["show", "ferry", "--report"], f"doubtful: line 3, Ana Silva: {REASON}"),
        (["show", "ferry"], f"[line 3] Ana Silva (doubtful: {REASON}): {said}"),
        (["ask", "When was the wind bad?"], f"ferry.txt, line 3 (note: {REASON})"),
        (["verify", "The wind was bad on Monday", "--speaker", "Ana Silva"], f"beware: {REASON}"),
        (["mentions", "wind"], f"ferry.txt, line 3 (note: {REASON})"),
    ):
        assert main([*command, *where]) == 0
        assert expected in capsys.readouterr().out, command
    main(["mentions", "monday", "--json", *where])
    (mention,) = json.loads(capsys.readouterr().out)["mentions"]
    assert mention["attribution"] == {"how": "named", "blocks": 0, "doubt": REASON}


def test_an_answer_about_somebody_says_where_their_words_may_be_others(library: Library, ferry: Path) -> None:
    """Only where such a quote is shown, and where the question names them."""
    library.add(ferry)
    line = "Some of what stands under Ana Silva may be somebody else's: see the notes."
    doubtful = answer("What did Ana Silva say about the wind on Monday?", library, model="none")
    assert [citation.quote.attribution.doubt for citation in doubtful.citations] == [REASON]
    assert doubtful.lead.endswith(line)
    assert line in doubtful.text
    sure = answer("What did Ana Silva say about the quay wall?", library, model="none")
    assert sure.citations
    assert "somebody else's" not in sure.text
    anybody = answer("When was the wind bad?", library, model="none")
    assert REASON in anybody.text
    assert line not in anybody.text
