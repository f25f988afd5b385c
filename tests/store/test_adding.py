"""Adding: what is named and found, many files at a time, dates and titles, and what is told meanwhile."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import Library, Transcript, TranscriptError
from bot.cli import main
from bot.commands.progress import Meter
from bot.store.indexes import Indexes
from bot.store.reports import Added
from bot.transcripts.finding import MANIFEST, find
from bot.transcripts.formats import ASKED_FOR
from bot.transcripts.transcript import UNNAMED_SPEAKER
from bot.words.dates import date_of, title_of
from embeddings.encoder import Encoder
from tests.conftest import shared

TALK = "Ana Silva: The ferry sails at nine.\nTom Roe: It is often late.\nAna Silva: Only in fog.\n"


@pytest.fixture
def library(tmp_path: Path, tiny_encoder: Encoder) -> Library:
    return Library.open(tmp_path / "library", tiny_encoder)


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    """A tree of transcripts, with a library and a file of another kind in it."""
    for name in ("a.txt", "2023/b.txt", "2023/may/c.vtt", "2023/may/notes.pdf", "old/d.txt", "lib/e.txt"):
        path = tmp_path / "talks" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TALK + f"Tom Roe: {name}.\n")
    (tmp_path / "talks" / "lib" / MANIFEST).write_text("{}")
    return tmp_path / "talks"


# --- what is named -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "names"),
    [
        (["."], ["2023/b.txt", "2023/may/c.vtt", "a.txt", "old/d.txt"]),
        (["*.txt"], ["a.txt"]),
        (["**/*.txt"], ["2023/b.txt", "a.txt", "old/d.txt"]),
        (["**"], ["2023/b.txt", "2023/may/c.vtt", "a.txt", "old/d.txt"]),
        (["20*"], ["2023/b.txt", "2023/may/c.vtt"]),
        (["2023/may/*"], ["2023/may/c.vtt"]),
        (["2023/may/*.pdf"], ["2023/may/notes.pdf"]),
        (["a.txt", ".", "old/../a.txt"], ["a.txt", "2023/b.txt", "2023/may/c.vtt", "old/d.txt"]),
        (["[ao]*"], ["a.txt", "old/d.txt"]),
    ],
)
def test_what_is_found(talks: Path, monkeypatch: pytest.MonkeyPatch, named: list[str], names: list[str]) -> None:
    """Files, folders and patterns, each file once; a library that lies there is left alone."""
    monkeypatch.chdir(talks)
    found = [os.path.relpath(source.path.resolve(), talks) for source in find(named).files]
    assert sorted(found) == sorted(names)


def test_what_is_passed_over_or_not_there(talks: Path) -> None:
    """Of several what cannot be found is told with the reason; of one it is the error."""
    found = find([talks, talks / "no*.txt", talks / "missing.txt"])
    assert [path.name for path in found.skipped] == ["notes.pdf"]
    assert [name for name, _ in found.failed] == [str(talks / "no*.txt")]
    with pytest.raises(TranscriptError, match="no file matches"):
        find([talks / "no*.txt"])


# --- many files --------------------------------------------------------------------------------------------------


def test_files_share_a_commit(library: Library, talks: Path) -> None:
    """Each is told once it is in the library; one that cannot be read stops no other."""
    (talks / "bad.txt").write_text(" ")
    told: list[tuple[str, str]] = []

    def tell(added: Added) -> None:
        told.append((Path(added.source).name, added.outcome))
        assert added.entry is None or library.entry(added.entry.id) == added.entry

    report = library.add_found(find([talks]), tell=tell)
    assert [(Path(file.source).name, file.outcome) for file in report.files] == told
    assert sorted(told) == [
        ("a.txt", "added"), ("b.txt", "added"), ("bad.txt", "failed"), ("c.vtt", "failed"), ("d.txt", "added"),
    ]  # fmt: skip
    assert library.generation < 3
    assert {file.outcome for file in library.add(talks).files} == {"unchanged", "failed"}


def test_what_is_whole_stays_when_a_later_file_breaks_off(
    library: Library, talks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interruption in the middle of a batch: the files before it are in the library, and nothing else is."""
    put, calls = Indexes.put, []

    def interrupted(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        put(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Indexes, "put", interrupted)
    with pytest.raises(KeyboardInterrupt):
        library.add(str(talks / "**" / "*.txt"))
    assert len(library.entries) == 2
    stored = {path.name for path in (library.folder / "transcripts").iterdir()}
    assert stored == {entry.group for entry in library.entries}
    assert not (library.folder / "pending.json").exists()
    assert len(library.add(str(talks / "**" / "*.txt")).files) == len(library.entries) == 3


def test_one_content_under_two_names_is_one_transcript(library: Library, tmp_path: Path) -> None:
    """Also within one batch; and two contents of one name are two."""
    for name, said in (("a/t.txt", TALK), ("b/t.txt", TALK + "Tom Roe: Yes.\n"), ("c/u.txt", TALK)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(said)
    report = library.add([tmp_path / "a", tmp_path / "b", tmp_path / "c"])
    assert [file.outcome for file in report.files] == ["added", "added", "unchanged"]
    assert [entry.id for entry in library.entries] == ["t", "t-2"]


@pytest.mark.slow
def test_many_small_files_take_few_commits(library: Library, tmp_path: Path) -> None:
    """A commit writes the whole manifest, so one for each file would take a time that grows with their square."""
    for number in range(200):
        (tmp_path / f"{number:04}.txt").write_text(f"{TALK}Tom Roe: Number {number}.\n")
    library.add(str(tmp_path / "*.txt"))
    assert len(library.entries) == 200
    assert library.generation < 100


# --- how it is read ----------------------------------------------------------------------------------------------


def test_a_format_that_is_given(library: Library, tmp_path: Path) -> None:
    """It goes before content and suffix, for files and for bytes; an unknown one is an error that names those known."""
    path = tmp_path / "t.vtt"
    path.write_text(TALK)
    assert library.add(path, format="labelled").files[0].report.why == ASKED_FOR
    added = library.add_bytes((TALK + "Tom Roe: Yes.\n").encode(), "u.vtt", format="labelled", language="de")
    assert (added.report.language, library.entry("u").language_by) == ("de", "given")
    with pytest.raises(TranscriptError, match="no format is called 'vhs'"):
        library.add(path, format="vhs")


NAMES = {
    "2023-05-08 session 01": ("2023-05-08", "session 01"),
    "20230508_standup": ("2023-05-08", "standup"),
    "GMT20230508-140512_Recording.transcript": ("2023-05-08", "Recording"),
    "8.5.2023 Stadtrat": ("2023-05-08", "Stadtrat"),
    "panel (8 May 2023)": ("2023-05-08", "panel"),
    "Panel, Sept 3rd 2024": ("2024-09-03", "Panel"),
    "25-12-2023 xmas": ("2023-12-25", "xmas"),
    "12-25-2023 xmas": ("2023-12-25", "xmas"),
    "05-08-2023 either": (None, "05 08 2023 either"),
    "2023-19-08": (None, "2023 19 08"),
    "2023-05-08": ("2023-05-08", "2023-05-08"),
    "mayor 12 2023": (None, "mayor 12 2023"),
    "episode-12": (None, "episode 12"),
    "s01_e23_c01": (None, "s01 e23 c01"),
    "call 120230508": (None, "call 120230508"),
}


@pytest.mark.parametrize("name", NAMES)
def test_dates_and_titles_in_names(name: str) -> None:
    """Dates of several shapes; one that could be two days is none, and a title keeps the rest."""
    day = date_of(name)
    assert (day and day.isoformat(), title_of(name)) == NAMES[name]


def test_where_title_and_date_are_from(library: Library) -> None:
    """A person goes before the file, the file before its name."""
    made = library.add(Transcript(**_made("2021-01-01 talk"))).files[0].entry
    assert (made.title, str(made.date), made.language) == ("A talk", "2022-02-02", "fr")
    assert str(library.edit(made.id, date="2023-03-03").date) == "2023-03-03"
    assert str(library.edit(made.id, date="").date) == "2022-02-02"
    named = library.add_bytes((TALK + "Tom Roe: Yes.\n").encode(), "2021-01-01 talk.txt").entry
    assert (named.title, str(named.date), named.source) == ("talk", "2021-01-01", "2021-01-01 talk.txt")


def _made(id: str) -> dict[str, object]:
    from dataclasses import fields

    from bot.transcripts.formats import read_bytes

    read = read_bytes(TALK.encode(), f"{id}.txt")
    values = {field.name: getattr(read, field.name) for field in fields(read)}
    return values | {"title": "A talk", "date": "2022-02-02", "language": "fr"}


# --- what is told ------------------------------------------------------------------------------------------------


def test_dry_run(talks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The reports and the summary, and no library."""
    (talks / "bad.txt").write_text(" ")
    folder = tmp_path / "none"
    status = main(["add", "--dry-run", str(talks / "a.txt"), str(talks / "bad.txt"), "--library", str(folder)])
    out, err = capsys.readouterr()
    assert status == 1
    assert out.startswith("readable   a.txt: ")
    assert "failed     bad.txt" in out
    assert "1 readable, 1 failed" in err
    assert "1 of 2 files could not be added: bad.txt" in err
    assert not folder.exists()


def test_a_dry_run_of_many_files_in_several_processes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the order of the files."""
    for number in range(45):
        (tmp_path / f"{number:02}.txt").write_text(TALK)
    assert main(["add", "--dry-run", str(tmp_path), "--library", str(tmp_path / "none")]) == 0
    named = [line.split()[1] for line in capsys.readouterr().out.splitlines() if line.startswith("readable")]
    assert named == [f"{number:02}.txt:" for number in range(45)]


def test_a_dry_run_loads_nothing_heavy(tmp_path: Path) -> None:
    """A report needs no encoder."""
    (tmp_path / "t.txt").write_text(TALK)
    code = (
        "import sys; from bot.cli import main; main(['add', '--dry-run', sys.argv[1], '--library', sys.argv[2]]); "
        "print(sorted({'torch', 'chromadb', 'sentence_transformers', 'gradio'} & set(sys.modules)))"
    )
    arguments = [sys.executable, "-c", code, str(tmp_path / "t.txt"), str(tmp_path / "none")]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_foreign_language_and_an_english_encoder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line says what that means, and names a multilingual encoder."""
    said = "Gestern haben wir über den Haushalt gesprochen, und die alten Brücken müssen repariert werden."
    (tmp_path / "t.txt").write_text(f"Ana: {said}\nTom: {said}\n")
    main(["add", "--dry-run", str(tmp_path / "t.txt"), "--library", str(tmp_path / "none")])
    (line,) = capsys.readouterr().err.splitlines()
    assert "knows only English" in line
    assert "paraphrase-multilingual-MiniLM-L12-v2" in line


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_tells_files_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files, rate and time left by size; a terminal gets one line, a log a line now and then."""
    now = [0.0]
    monkeypatch.setattr("bot.commands.progress.time.monotonic", lambda: now[0])
    terminal, log = Terminal(), io.StringIO()
    meters = [Meter([100, 300, 400], stream) for stream in (terminal, log)]
    for seconds in (40.0, 80.0):
        now[0] = seconds
        for meter in meters:
            meter.file_done()
            meter.chunks("b.txt", 5, 10)
    assert "1 of 3 files, 40.0 seconds a file, 5 min left" in terminal.getvalue()
    assert "2 of 3 files, 40.0 seconds a file, 80 s left" in terminal.getvalue()
    assert log.getvalue().splitlines() == [
        "1 of 3 files, 40.0 seconds a file, 5 min left",
        "2 of 3 files, 40.0 seconds a file, 80 s left",
    ]
    meters[0].clear()
    assert terminal.getvalue().endswith("\r")


def test_the_real_corpus_is_english() -> None:
    """No English transcript is taken for another language, whose stems would be other ones."""
    from bot.transcripts.formats import read_file
    from bot.transcripts.languages import noticed_language

    for name in ("qmsum", "friendsqa"):
        for path in sorted(shared(f"evalsets/{name}/transcripts").rglob("*.txt"))[:40]:
            assert noticed_language(read_file(path)[0]) in ("en", None), path


def test_list_says_the_language(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    """As text and as JSON."""
    library.add_bytes(TALK.encode(), "t.txt", language="de")
    main(["list", "--library", str(library.folder)])
    assert capsys.readouterr().out.startswith("t  de, 12 words")
    main(["list", "--json", "--library", str(library.folder)])
    assert json.loads(capsys.readouterr().out)["language"] == "de"


def test_the_same_bytes_read_otherwise_take_the_place_of_what_they_were(tmp_path: Path, tiny_encoder: Encoder) -> None:
    """Another format gives another reading, which stays until another is asked for; a language changes no words."""
    file = tmp_path / "hearing.txt"
    file.write_text("    Mr. Roe. Thank you all.\n    The Chair. You may go on.\n    Mr. Roe. We open at nine.\n")
    library = Library.open(tmp_path / "library", encoder=tiny_encoder)
    assert library.add(file).files[0].outcome == "added"
    assert library.add(file, format="hearing").files[0].outcome == "replaced"
    asked = library.entries[0]
    assert set(asked.speakers) == {"Mr. Roe", "The Chair"}
    assert library.add(file).files[0].outcome == "unchanged"
    assert library.entries[0].revision == asked.revision
    assert library.add(file, language="de").files[0].outcome == "replaced"
    assert (
        library.transcript(library.entries[0].id).utterances == library.revision(library.entries[0].revision).utterances
    )
    assert set(library.entries[0].speakers) == {"Mr. Roe", "The Chair"}
    assert library.add(file, format="labelled").files[0].outcome == "replaced"
    assert set(library.entries[0].speakers) == {UNNAMED_SPEAKER}
    assert len(list((tmp_path / "library" / "transcripts").iterdir())) == 1


def test_what_an_older_version_read_otherwise_is_read_anew(tmp_path: Path, tiny_encoder: Encoder) -> None:
    """A stored reading with other labels than those of today is replaced, and the rest of the folder is added."""
    folder = tmp_path / "talks"
    folder.mkdir()
    (folder / "a.txt").write_text("Ana Silva: Hello there.\nTom Roe: And to you.\nAna Silva: Bye.\nTom Roe: Bye.\n")
    library = Library.open(tmp_path / "library", encoder=tiny_encoder)
    library.add(folder)
    stored = next((tmp_path / "library" / "transcripts").glob("*/transcript.json"))
    stored.write_text(stored.read_text().replace("Ana Silva", "ANA"))
    manifest = tmp_path / "library" / "library.json"
    manifest.write_text(manifest.read_text().replace("Ana Silva", "ANA"))
    (folder / "b.txt").write_text("Eva Holm: One.\nJon Reed: Two.\nEva Holm: Three.\nJon Reed: Four.\n")
    library = Library.open(tmp_path / "library", encoder=tiny_encoder)
    assert [file.outcome for file in library.add(folder).files] == ["replaced", "added"]
    assert library.entries[0].speakers == ("Ana Silva", "Tom Roe")
