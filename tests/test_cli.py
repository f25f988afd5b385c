"""The command line: stdout is the answer, stderr is progress, errors are one line and exit 1."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from pathlib import Path

import pytest

from bot import Library
from bot.cli import main
from bot.transcripts.formats import FORMATS
from eval.runner import read_rows

TALK = "Ana Silva: The ferry sails at nine.\nTom Roe: It is often late.\nAna Silva: Only in fog.\nTom Roe: Any wind.\n"

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    path = tmp_path / "ferry.txt"
    path.write_text(TALK)
    return path


def run(capsys: Captured, *arguments: object) -> tuple[int, str, str]:
    """(exit status, stdout, stderr)"""
    status = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_add_list_ask_show_verify_remove(capsys: Captured, tmp_path: Path, talk: Path) -> None:
    """The whole life of a transcript."""
    library = ("--library", tmp_path / "library")
    status, out, _ = run(capsys, "add", talk, *library)
    assert status == 0
    assert "added      ferry: 14 words in 4 turns by Ana Silva, Tom Roe" in out
    assert "4 of 4 lines are speech, left out: nothing" in out
    assert run(capsys, "add", talk, *library)[1].startswith("unchanged  ferry")
    assert run(capsys, "list", *library)[1] == "ferry  14 words, 4 turns: Ana Silva, Tom Roe\n"
    assert json.loads(run(capsys, "list", "--json", *library)[1])["speakers"] == ["Ana Silva", "Tom Roe"]

    status, out, _ = run(capsys, "ask", "When does the ferry sail?", *library)
    assert status == 0
    assert "“The ferry sails at nine.” [1]\n— Ana Silva, ferry.txt, line 1" in out
    reply = json.loads(run(capsys, "ask", "When does the ferry sail?", "--json", *library)[1])
    assert reply["status"] == "answered"
    assert reply["citations"][0]["lines"] == [1, 1]
    assert run(capsys, "ask", "Who won the chess tournament in Lima?", *library)[1].startswith(
        "The transcripts do not say."
    )

    assert "[line 2] Tom Roe: It is often late." in run(capsys, "show", "ferry", *library)[1]
    assert run(capsys, "show", "ferry", "--lines", "2-3", *library)[1] == (
        "     2  Tom Roe: It is often late.\n     3  Ana Silva: Only in fog.\n"
    )
    assert run(capsys, "verify", "The ferry sails at nine.", *library)[1] == (
        "found\n— Ana Silva, ferry.txt, line 1\n    after:  Tom Roe: It is often late.\n"
    )
    assert run(capsys, "verify", "It is often late.", "--speaker", "Ana", *library)[1].startswith(
        "said by someone else"
    )
    assert run(capsys, "verify", "The ferry sails at ten.", *library)[1].startswith(
        "not found\nclosest, and not the same: [-the quote-] {+the record+}\n  The ferry sails at [-ten.-] {+nine.+}\n"
    )
    assert run(capsys, "reindex", *library)[1] == "reindexed 1 transcripts with onrecord-speech\n"
    assert run(capsys, "remove", "ferry", *library)[1] == "removed ferry\n"
    status, out, err = run(capsys, "list", *library)
    assert (status, out) == (0, "")
    assert "add some with `onrecord add FILE`" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["add", "missing.txt"], "no such file"),
        (["add"], "nothing to add"),
        (["add", "binary.txt"], "binary file"),
        (["add", "latin.txt"], "not UTF-8"),
        (["add", "empty.txt"], "the file is empty"),
        (["add", "nothing"], "nothing readable in this folder"),
        (["ask", "Who?"], "no transcripts; add some first"),
        (["ask", " "], "ask something in words"),
        (["show", "nope"], "no transcript has the id 'nope'"),
        (["remove", "nope"], "no transcript has the id 'nope'"),
        (["verify", ""], "nothing to verify"),
        (["mentions", "fog"], "no transcripts; add some first"),
        (["mentions", "…"], "there are no words to look for"),
        (["talk"], "no transcripts; add some first"),
        (["talk", "--in", "nope"], "no transcript has the id 'nope'"),
        (["list", "--library", "taken"], "not an On Record library"),
        (["ask", "Who?", "--encoder", "no/such-model"], "no transcripts"),
    ],
)
def test_errors_are_one_line(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    """What was seen, what was expected, what to do; exit 1; nothing on stdout; nothing written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "binary.txt").write_bytes(b"\x00\x01")
    (tmp_path / "latin.txt").write_bytes(b"ANA: caf\xe9 \x81\n")
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "nothing").mkdir()
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.txt").write_text("x")
    status, out, err = run(capsys, *arguments)
    assert status == 1
    assert out == ""
    assert message in err
    assert err.count("\n") == 1
    assert not (tmp_path / "onrecord-library" / "library.json").exists()


def test_doctor_and_the_default_before(capsys: Captured, tmp_path: Path, talk: Path) -> None:
    """A library made with all-MiniLM-L6-v2: doctor names it, stderr says how to move over, and so it is done."""
    library = ("--library", tmp_path / "library")
    assert run(capsys, "doctor", *library)[1].startswith(
        f"library   {library[1]}: 0 transcripts\nencoder   onrecord-sp"
    )
    assert run(capsys, "add", talk, *library, "--encoder", "all-MiniLM-L6-v2")[2] == ""
    status, out, err = run(capsys, "doctor", *library)
    assert status == 0
    assert (
        "encoder   all-MiniLM-L6-v2 (the default is onrecord-speech)\n          loads: 384 dimensions, 256 tok" in out
    )
    assert f"index     opens: {library[1]}/index-1\n" in out
    assert err.count("\n") == 1
    assert err == run(capsys, "ask", "When does the ferry sail?", *library)[2]
    assert run(capsys, "ask", "When does the ferry sail?", *library, "--encoder", "all-MiniLM-L6-v2")[2] == ""

    found = re.search("`onrecord ([^`]+)`", err)
    assert found
    assert run(capsys, *shlex.split(found[1]))[1] == "reindexed 1 transcripts with onrecord-speech\n"
    status, out, err = run(capsys, "ask", "When does the ferry sail?", *library)
    assert (status, err) == (0, "")
    assert "“The ferry sails at nine.” [1]" in out


def test_an_encoder_that_cannot_be_loaded(capsys: Captured, tmp_path: Path, talk: Path) -> None:
    """One line that names it and says what to do."""
    status, _, err = run(capsys, "add", talk, "--library", tmp_path / "library", "--encoder", tmp_path / "no-model")
    assert status == 1
    assert "the encoder cannot be loaded" in err
    assert err.count("\n") == 1


def test_one_bad_file_among_good_ones(capsys: Captured, tmp_path: Path, talk: Path) -> None:
    """The good ones are added, the bad one is named, and the exit status says so."""
    (tmp_path / "bad.txt").write_bytes(b"\x00")
    status, out, err = run(capsys, "add", talk, tmp_path / "bad.txt", "--library", tmp_path / "library")
    assert status == 1
    assert "added      ferry" in out
    assert "failed     " in out
    assert "1 of 2 files could not be added" in err


def test_a_text_without_labels_is_read_and_said(capsys: Captured, tmp_path: Path) -> None:
    """One unnamed speaker, and the report says it."""
    (tmp_path / "plain.txt").write_text("It was a cold day.\n\nThe boat was late.\n")
    status, out, _ = run(capsys, "add", tmp_path / "plain.txt", "--library", tmp_path / "library")
    assert status == 0
    assert "no speaker labels were found" in out


def test_adding_the_samples_again_changes_nothing(capsys: Captured, samples: Library, tmp_path: Path) -> None:
    """They are in the package's data, and adding them again changes nothing."""
    status, out, _ = run(capsys, "add", "--samples", "--library", samples.folder)
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == ["unchanged"] * 3


def test_verify_an_article(capsys: Captured, tmp_path: Path, talk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a file and from standard input; whatever is found, the status is 0 and the summary tells."""
    library = ("--library", tmp_path / "library")
    run(capsys, "add", talk, *library)
    article = tmp_path / "article.md"
    article.write_text(
        "“The ferry\nsails at nine,” said Tom Roe.\n\n“It sails at ten.” It is “often late”.\n", encoding="utf-8"
    )
    status, out, _ = run(capsys, "verify", "--file", article, *library)
    assert status == 0
    assert out.startswith("line 1: said by someone else (ascribed to Tom Roe): “The ferry sails at nine,”\n")
    assert "\nline 4: not found: “It sails at ten.”\n" in out
    assert out.endswith(
        "line 4: skipped, too short: “often late”\n"
        "2 quotations checked: 0 found, 1 said by someone else, 1 not found; 1 skipped\n"
    )
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(article.read_bytes())))
    data = json.loads(run(capsys, "verify", "--file", "-", "--json", *library)[1])
    assert data["counts"] == {"found": 0, "said_by_other": 1, "not_found": 1, "skipped": 1}
    assert [item["line"] for item in data["quotations"]] == [1, 4]
    article.write_bytes(b"\xff\xfe\x00")
    status, _, err = run(capsys, "verify", "--file", article, *library)
    assert (status, err.count("\n")) == (1, 1)
    assert "the article is not UTF-8 text (byte 0)" in err
    assert run(capsys, "verify", "--file", tmp_path / "none.md", *library)[0] == 1
    for nothing in ((), ("a quote", "--file", article)):
        assert "one thing to verify was expected" in run(capsys, "verify", *nothing, *library)[2]


@pytest.mark.parametrize(
    "command",
    [
        "",
        "add",
        "list",
        "show",
        "speakers",
        "rename",
        "merge",
        "edit",
        "remove",
        "reindex",
        "ask",
        "verify",
        "mentions",
        "talk",
        "eval",
        "serve",
    ],
)
def test_help_is_there(capsys: Captured, command: str) -> None:
    """Every command explains itself and exits 0."""
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"] if command else ["--help"])
    assert stopped.value.code == 0
    assert "usage: onrecord" in capsys.readouterr().out


def test_mentions_are_counted_and_listed(capsys: Captured, samples: Library) -> None:
    """Counts, tables and every place; a sentence that has the words twice stands once."""
    library = ("--library", samples.folder)
    status, out, err = run(capsys, "mentions", "plot", "--speaker", "Desmond", "--in", "allotment-committee", *library)
    assert (status, err) == (0, "")
    assert out.startswith(
        "“plot”: 4 times in 1 transcript, by 1 speaker; others say it 10 times\n\nas: plot 4\n\nfirst: "
    )
    assert "\nDesmond Okoye      4    406       9.85\n" in out
    assert out.count("So my proposal is that a full plot goes") == 1
    assert "— Desmond Okoye, allotment-committee.txt, line 9 (2 times)\n" in out
    out = run(capsys, "mentions", "gate | hatch", *library)[1]
    assert "in 2 of 3 transcripts, by 3 speakers" in out
    assert "\nallotment-committee     —      1\n" in out
    assert "no file has a date in its name" in out
    status, out, _ = run(capsys, "mentions", "kwyjibo", *library)
    assert (status, out) == (0, "nobody says “kwyjibo” in 3 transcripts\n")
    out = run(capsys, "mentions", "Gerald", "--speaker", "Tom", *library)[1]
    assert out == "TOM FARRANT does not say “Gerald” in 3 transcripts; others say it 1 time\n"


def test_mentions_as_json_and_csv(capsys: Captured, samples: Library) -> None:
    """The same places in all three; commas and quotation marks of a sentence survive CSV."""
    library = ("--library", samples.folder)
    found = json.loads(run(capsys, "mentions", "sheets", "--exact", "--json", *library)[1])
    rows = list(csv.DictReader(io.StringIO(run(capsys, "mentions", "sheets", "--exact", "--csv", *library)[1])))
    assert found["count"] == len(found["mentions"]) == len(rows) == 3
    assert found["by_speaker"][0] == {"speaker": "Yolanda Petrescu", "count": 2, "words": 457, "per_thousand": 4.376}
    assert [row["sentence"] for row in rows] == [mention["text"] for mention in found["mentions"]]
    assert all(mention["in_source"] and mention["match"]["text"] == "sheets" for mention in found["mentions"])
    assert rows[0] == {
        "transcript": "night-shift-radio",
        "date": "",
        "speaker": "Yolanda Petrescu",
        "place": "line 100",
        "seconds": "102.162",
        "words": "sheets",
        "sentence": "About 2,400 sheets, and then the gowns, the towels, the blankets.",
    }


def test_talk_time_is_a_table_or_json(capsys: Captured, samples: Library) -> None:
    """A table in all, one for each transcript if asked, or JSON."""
    library = ("--library", samples.folder)
    out = run(capsys, "talk", *library)[1]
    assert out.splitlines()[0].split() == "speaker words share turns questions time longest turn".split()
    assert out.splitlines()[1].split()[:5] == ["Priya", "Raman", "570", "12.3%", "21"]
    assert "124 of 189 turns have no times" in out
    assert "\nnight-shift-radio\n" in run(capsys, "talk", "--each", *library)[1]
    spoken = json.loads(run(capsys, "talk", "--in", "night-shift-radio", "--json", *library)[1])
    assert spoken["speakers"][0]["speaker"] == "Yolanda Petrescu"
    assert spoken["by_transcript"]["night-shift-radio"] == spoken["speakers"]


def test_wrong_usage_exits_2(capsys: Captured) -> None:
    """argparse's own convention."""
    with pytest.raises(SystemExit) as stopped:
        main(["frobnicate"])
    assert stopped.value.code == 2


@pytest.mark.slow
def test_eval_from_a_starter_set_to_a_comparison(
    capsys: Captured, samples: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Write a starter set, run it with the product and with both baselines, compare two of the runs."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    status, out, _ = run(capsys, "eval", "--new", tmp_path / "mine", "--library", samples.folder)
    assert status == 0
    assert out.startswith("wrote 7 questions to ")
    questions = tmp_path / "mine" / "questions.jsonl"
    questions.write_text(
        re.sub(r'"question": "What does [^"]*"', '"question": "What does it cost?"', questions.read_text())
    )
    for name, system in (("ours", []), ("stock", ["--baseline", "stock"]), ("bm25", ["--baseline", "bm25"])):
        status, out, err = run(capsys, "eval", tmp_path / "mine", "--out", tmp_path / name, *system)
        assert status == 0
        assert "quote_f1" in out
        assert "report.html" in err
        assert (tmp_path / name / "report.html").is_file()
    # The whole set is searched rather than the named file, so the rankings reach into other transcripts.
    assert run(capsys, "eval", tmp_path / "mine", "--open", "--out", tmp_path / "open")[0] == 0
    reach = {
        name: max(len({file for file, *_ in row["ranking"]}) for row in read_rows(tmp_path / name) if row["evidence"])
        for name in ("ours", "open")
    }
    assert reach["ours"] == 1
    assert reach["open"] > 1
    status, out, _ = run(capsys, "eval", "--compare", tmp_path / "stock", tmp_path / "ours")
    assert status == 0
    assert "quote_precision" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["eval"], "no set was named"),
        (["eval", "nowhere"], "is not a folder"),
        (["eval", "--compare", "a", "b"], "onrecord: "),
        (["eval", "--new", "mine"], "no transcripts; add some first"),
    ],
)
def test_eval_errors_are_one_line(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    """Like every other command's."""
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, *arguments)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert message in err


def test_the_help_of_add_names_every_format(capsys: Captured) -> None:
    with pytest.raises(SystemExit):
        main(["add", "--help"])
    said = "".join(capsys.readouterr().out.split())  # lines are broken at hyphens too
    assert ",".join(family.key for family in FORMATS) in said


def test_a_library_of_the_fast_encoder(capsys: Captured, tmp_path: Path, talk: Path) -> None:
    """It is asked for when the first transcript is added, and remembered; what it quotes stands in the file."""
    library = ("--library", tmp_path / "library")
    assert run(capsys, "add", talk, *library, "--encoder", "onrecord-fast")[2] == ""
    status, out, err = run(capsys, "doctor", *library)
    assert (status, err) == (0, "")
    assert "encoder   onrecord-fast (the default is onrecord-speech)\n          loads: 256 dimensions" in out
    status, out, err = run(capsys, "ask", "When does the ferry sail?", *library)
    assert (status, err) == (0, "")
    assert "“The ferry sails at nine.” [1]" in out
    assert run(capsys, "reindex", "--encoder", "onrecord-speech", *library)[1].endswith("with onrecord-speech\n")
