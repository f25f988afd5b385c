"""The library: adding, replacing, removing; whole or not at all; seen by other processes; one encoder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bot import EncoderError, Library, LibraryError, TranscriptError, answer
from bot.retrieval.passages import Passage
from bot.transcripts.finding import MANIFEST
from bot.transcripts.formats import read_bytes
from embeddings.encoder import BUNDLED, MINILM, Encoder, Fingerprint

FERRY = (
    "Ana Silva: The ferry sails at nine.\nTom Roe: It is often late.\nAna Silva: Only in fog.\nTom Roe: In any wind.\n"
)
BEES = "Ida Berg: The bees came back in May.\nLeo Marsh: I counted forty hives.\nIda Berg: Good.\nLeo Marsh: Quite.\n"


@pytest.fixture
def library(tmp_path: Path, encoder: Encoder) -> Library:
    return Library.open(tmp_path / "library", encoder=encoder)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def rows(library: Library) -> dict[str, tuple[int, int]]:
    """(vectors, words) rows of each index."""
    with library.searching() as indexes:
        return {kind: (indexes.vectors.count(kind), indexes.words[kind].count()) for kind in indexes.words}


def test_add_twice_changes_nothing(library: Library, tmp_path: Path) -> None:
    """The second add reports "unchanged" and leaves generation and indexes as they were."""
    file = write(tmp_path / "ferry.txt", FERRY)
    assert [added.outcome for added in library.add(file).files] == ["added"]
    before = (library.generation, rows(library))
    assert [added.outcome for added in library.add(file).files] == ["unchanged"]
    copy = write(tmp_path / "copy.txt", FERRY)
    assert [added.outcome for added in library.add(copy).files] == ["unchanged"]
    assert (library.generation, rows(library)) == before


def test_a_changed_file_takes_the_place_of_its_old_self(library: Library, tmp_path: Path) -> None:
    """Same id, new words; nothing of the old revision is left on disk or in an index."""
    file = write(tmp_path / "ferry.txt", FERRY)
    library.add(file)
    before = rows(library)
    write(file, FERRY.replace("nine", "eleven"))
    assert [added.outcome for added in library.add(file).files] == ["replaced"]
    assert [entry.id for entry in library.entries] == ["ferry"]
    assert rows(library) == before
    assert len(list((library.folder / "transcripts").iterdir())) == 1
    assert "eleven" in answer("When does the ferry sail?", library).citations[0].quote.text


def test_remove_removes(library: Library, tmp_path: Path) -> None:
    """Gone from the list, the indexes and the folder."""
    library.add([write(tmp_path / "ferry.txt", FERRY), write(tmp_path / "bees.txt", BEES)])
    library.remove("ferry")
    assert [entry.id for entry in library.entries] == ["bees"]
    assert [path.name.split("@")[0] for path in (library.folder / "transcripts").iterdir()] == ["bees"]
    with library.searching() as indexes:
        hits = indexes.vectors.nearest("turns", library.encoder.embed_query("ferry"), 50)
    assert hits
    assert all(id.startswith("bees@") for id, _ in hits)
    with pytest.raises(LibraryError, match="no transcript has the id 'ferry'; the library has bees"):
        library.remove("ferry")


def test_what_was_removed_comes_back_as_it_was(library: Library, tmp_path: Path) -> None:
    """Same id, place in the list, path, title, date and names; its quotes are true again; nothing is left twice."""
    files = [write(tmp_path / f"{name}.txt", text) for name, text in (("ferry", FERRY), ("bees", BEES))]
    library.add(files)
    library.edit("ferry", title="The ferry", date="2024-05-02")
    library.rename("ferry", "Tom Roe", "Thomas Roe")
    before, in_index = library.entries, rows(library)
    quote = answer("When does the ferry sail?", library).citations[0].quote
    kept = library.keep("ferry")
    library.remove("ferry")
    with pytest.raises(LibraryError, match="was changed, renamed or removed"):
        library.revision(kept.record.group)
    assert library.restore(kept) == before[0]
    assert library.entries == before
    assert library.source(quote.revision) == files[0].read_bytes()
    assert quote.text in library.revision(quote.revision).utterances[quote.utterance].text
    assert answer("When does the ferry sail?", library).citations[0].quote == quote
    assert rows(library) == in_index
    assert [added.outcome for added in library.add(files[0]).files] == ["unchanged"]


def test_what_was_dropped_is_known_by_its_file_once_that_is_added(library: Library, tmp_path: Path) -> None:
    """Nothing is added twice; a recording may lie beside the file."""
    library.add_bytes(FERRY.encode(), "talk.txt")
    file = tmp_path / "talk.txt"
    file.write_text(FERRY, encoding="utf-8")
    (added,) = library.add(file).files
    assert added.outcome == "unchanged"
    (entry,) = library.entries
    assert entry.path == str(file.resolve())


def test_nothing_comes_back_where_something_else_is(library: Library, tmp_path: Path) -> None:
    """Its id, its path and its content stand in the library once at most."""
    file = write(tmp_path / "ferry.txt", FERRY)
    library.add(file)
    kept = library.keep("ferry")
    with pytest.raises(LibraryError, match="another transcript has its id now"):
        library.restore(kept)
    library.remove("ferry")
    library.add(write(tmp_path / "copy.txt", FERRY))
    with pytest.raises(LibraryError, match="its file has been added again meanwhile"):
        library.restore(kept)
    library.remove("copy")
    library.add(write(file, BEES))
    library.remove("ferry")
    assert library.restore(kept).words == kept.record.words


def test_content_without_a_file(library: Library) -> None:
    """Different contents of one name are two transcripts; the same content again is none."""
    first = library.add_bytes(FERRY.encode(), "talk.txt")
    second = library.add_bytes(BEES.encode(), "talk.txt")
    again = library.add_bytes(BEES.encode(), "elsewhere.txt")
    assert [added.outcome for added in (first, second, again)] == ["added", "added", "unchanged"]
    assert [entry.id for entry in library.entries] == ["talk", "talk-2"]
    assert first.entry
    assert first.entry.path == f"uploaded:{first.entry.sha256[:12]}/talk.txt"
    with pytest.raises(TranscriptError, match=r"^junk\.txt: the file is empty"):
        library.add_bytes(b" ", "junk.txt")


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("../../etc/ferry.txt", "ferry.txt"),
        ("C:\\talks\\ferry.txt", "ferry.txt"),
        ("the\n\u202eferry\ud800 .txt", "the ferry .txt"),
        ("می\u200cخواهم.txt", "می\u200cخواهم.txt"),
        ("x" * 400 + ".txt", "x" * 150 + ".txt"),
        ("talks/", "transcript"),
        ("<b>.txt", "<b>.txt"),
    ],
)
def test_name_from_elsewhere(library: Library, name: str, source: str) -> None:
    """It is no path, stands on one line, and is otherwise as it was."""
    added = library.add_bytes(FERRY.encode(), name)
    assert added.entry
    assert added.entry.source == source
    assert library.source(added.entry.revision) == FERRY.encode()


def test_two_files_of_one_name(library: Library, tmp_path: Path) -> None:
    """Different files keep apart, each under an id of its own."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    library.add([write(tmp_path / "a" / "talk.txt", FERRY), write(tmp_path / "b" / "talk.txt", BEES)])
    assert [entry.id for entry in library.entries] == ["talk", "talk-2"]


def test_add_folder_goes_on_after_a_bad_file(library: Library, tmp_path: Path) -> None:
    """Of several files the bad one is reported, and the good ones are added."""
    folder = tmp_path / "talks"
    folder.mkdir()
    write(folder / "ferry.txt", FERRY)
    (folder / "bad.txt").write_bytes(b" ")
    write(folder / "notes.pdf", "not read")
    report = library.add(folder)
    assert [(Path(file.source).name, file.outcome) for file in report.files] == [
        ("bad.txt", "failed"),
        ("ferry.txt", "added"),
    ]
    assert "the file is empty" in str(report.failed[0].error)


def test_nothing_half_done_after_a_bad_file(library: Library, tmp_path: Path) -> None:
    """A file that cannot be read leaves no trace."""
    with pytest.raises(TranscriptError, match="the file is empty"):
        library.add(write(tmp_path / "empty.txt", ""))
    assert library.entries == ()
    assert not (library.folder / "transcripts").exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [("missing.txt", "no such file"), ("*.txt", "no file matches"), ("empty", "nothing readable in this folder")],
)
def test_nothing_to_read(library: Library, tmp_path: Path, name: str, message: str) -> None:
    """A missing file, a glob and a folder without transcripts each say so."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(TranscriptError, match=message):
        library.add(tmp_path / name)


def test_a_transcript_made_in_python(library: Library) -> None:
    """It is written as labelled text, so that its quotes have a source to be found in."""
    made = replace(read_bytes(FERRY.encode(), "x.txt"), id="made", title="Made")
    library.add(made)
    reply = answer("When does the ferry sail?", library)
    assert (reply.citations[0].quote.transcript, str(reply.citations[0].quote.place)) == ("made", "line 1")


def test_a_folder_that_is_no_library(tmp_path: Path) -> None:
    """Refused before anything is written into somebody's folder."""
    write(tmp_path / "thesis.docx", "x")
    with pytest.raises(LibraryError, match=f"not an On Record library .* {MANIFEST}"):
        Library.open(tmp_path)
    with pytest.raises(LibraryError, match="is a file"):
        Library.open(tmp_path / "thesis.docx")


def test_a_damaged_manifest(tmp_path: Path) -> None:
    """Said in one line, not a traceback."""
    write(tmp_path / MANIFEST, "{")
    with pytest.raises(LibraryError, match="cannot be read"):
        Library.open(tmp_path)


def test_another_encoder_is_refused_and_reindex_takes_it(
    library: Library, tmp_path: Path, tiny_encoder: Encoder
) -> None:
    """The message says how to reindex; after that the library answers with the other encoder."""
    library.add(write(tmp_path / "ferry.txt", FERRY))
    other = Library.open(library.folder, encoder=tiny_encoder)
    with pytest.raises(
        EncoderError,
        match=r"with the encoder onrecord-speech .384 .*--encoder onrecord-speech.*onrecord reindex --encoder tiny",
    ):
        answer("When does the ferry sail?", other)
    other.reindex()
    assert other.encoder.dimension == 16
    assert answer("When does the ferry sail?", other).passages
    with pytest.raises(EncoderError):  # the first one sees the new generation, and is now the wrong one
        answer("When does the ferry sail?", library)
    assert [path.name for path in library.folder.glob("index-*")] == ["index-2"]


@pytest.fixture(scope="module")
def minilm() -> Encoder:
    return Encoder.load(MINILM)


@pytest.fixture
def older(minilm: Encoder, tmp_path: Path) -> Path:
    """A library as it was made before the default changed."""
    folder = tmp_path / "older library"
    Library.open(folder, encoder=minilm).add(write(tmp_path / "ferry.txt", FERRY))
    return folder


def test_a_library_made_with_the_default_before(older: Path, encoder: Encoder) -> None:
    """It goes on with its own encoder and says both ways in one line; who named the encoder is told nothing."""
    library = Library.open(older)
    said = library.older_encoder
    assert said is not None
    assert "\n" not in said
    assert f"`onrecord reindex --encoder onrecord-speech --library '{older}'`" in said
    assert "`--encoder all-MiniLM-L6-v2`" in said
    assert answer("When does the ferry sail?", library).citations
    assert library.encoder.name == MINILM
    assert Library.open(older, encoder=MINILM).older_encoder is None

    named = Library.open(older, encoder=encoder)
    assert named.older_encoder is None
    with pytest.raises(EncoderError, match=r"--encoder all-MiniLM-L6-v2.*onrecord reindex --encoder onrecord-speech"):
        answer("When does the ferry sail?", named)
    named.reindex()
    assert answer("When does the ferry sail?", named).citations

    assert library.older_encoder is None  # the process that had it open goes on with the new one
    assert answer("When does the ferry sail?", library).citations
    assert library.encoder.name == BUNDLED


def test_other_weights_under_one_name(library: Library, tmp_path: Path, minilm: Encoder) -> None:
    """A version with other weights of the same name: said so, and reindex takes them."""
    library.add(write(tmp_path / "ferry.txt", FERRY))
    other = Library.open(library.folder, encoder=Encoder(minilm._model, BUNDLED))
    with pytest.raises(EncoderError, match=r"other weights of the encoder onrecord-speech.*`onrecord reindex "):
        answer("When does the ferry sail?", other)
    other.reindex()
    assert answer("When does the ferry sail?", other).citations


def test_two_runtimes_of_one_model_are_one_encoder(encoder: Encoder) -> None:
    """The probe decides, not the name: small numerical differences match, another model does not."""
    known = encoder.fingerprint()
    runtime = Fingerprint(
        "elsewhere/minilm", known.dimension, tuple(x + 0.001 * (-1) ** i for i, x in enumerate(known.probe))
    )
    assert known.matches(runtime)
    shuffled = Fingerprint(known.name, known.dimension, tuple(reversed(known.probe)))
    assert not known.matches(shuffled)


def test_deleted_indexes_can_be_rebuilt(library: Library, tmp_path: Path) -> None:
    """Indexes are disposable: without them the library says what to run, and that brings them back."""
    import shutil

    library.add(write(tmp_path / "ferry.txt", FERRY))
    library.close()
    shutil.rmtree(library.folder / "index-1")
    with pytest.raises(LibraryError, match="onrecord reindex"):
        answer("When does the ferry sail?", library)
    library.reindex()
    assert answer("When does the ferry sail?", library).citations


def test_a_library_killed_in_its_first_add_can_be_opened(
    encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped at each rename of the first add in turn, drafts left behind: the folder is a library all the same."""
    file = write(tmp_path / "ferry.txt", FERRY)
    rename, stop_at = os.replace, 0
    while True:
        stop_at += 1
        renames = 0

        def stopping(source: Path, target: Path, stop_at: int = stop_at) -> None:
            nonlocal renames
            renames += 1
            if renames == stop_at:
                raise KeyboardInterrupt
            rename(source, target)

        folder = tmp_path / f"library-{stop_at}"
        monkeypatch.setattr(os, "replace", stopping)
        try:
            Library.open(folder, encoder=encoder).add(file)
        except KeyboardInterrupt:
            pass
        else:
            break
        finally:
            monkeypatch.setattr(os, "replace", rename)
        library = Library.open(folder, encoder=encoder)
        assert library.entries == ()
        assert [added.outcome for added in library.add(file).files] == ["added"]
        assert not list(folder.glob("*.draft"))
    assert stop_at == 6  # pending, source, transcript, chunks, manifest; the sixth time nothing is stopped


def test_a_made_transcript_cannot_leave_the_library(library: Library, tmp_path: Path) -> None:
    """Its id is a name, never a path; what labelled text cannot hold is refused, not dropped."""
    made = read_bytes(FERRY.encode(), "x.txt")
    library.add(replace(made, id="../../escaped"))
    assert [entry.id for entry in library.entries] == ["escaped"]
    assert not list(tmp_path.glob("escaped*"))
    turns = tuple(replace(turn, speaker="Minister " + turn.speaker) for turn in made.utterances)
    with pytest.raises(TranscriptError, match="read back the same"):
        library.add(replace(made, id="renamed", utterances=turns))


def test_a_reindex_elsewhere_does_not_break_an_open_library(library: Library, encoder: Encoder, tmp_path: Path) -> None:
    """A second opener of the folder reindexes; the first one's next changes go into the new index."""
    library.add([write(tmp_path / "ferry.txt", FERRY), write(tmp_path / "bees.txt", BEES)])
    answer("When does the ferry sail?", library)
    Library.open(library.folder, encoder=encoder).reindex()
    library.remove("bees")
    assert {kind: vectors == words for kind, (vectors, words) in rows(library).items()} == {
        "turns": True,
        "windows": True,
    }
    assert "nine" in answer("When does the ferry sail?", library).text


def test_a_transcript_replaced_while_it_is_read(library: Library, tmp_path: Path) -> None:
    """A question is answered from the revision that it began with, and the next one from the new."""
    file = write(tmp_path / "ferry.txt", FERRY)
    library.add(file)
    documents = library.as_retriever().invoke("When does the ferry sail?")
    write(file, "Ana Silva: No.\nTom Roe: Yes.\nAna Silva: No.\nTom Roe: Yes.\n")
    Library.open(library.folder, encoder=library.encoder).add(file)
    passage = Passage.from_document(documents[0])
    assert "nine" in passage.text(library.revision(passage.revision))
    assert "nine" not in answer("When does the ferry sail?", library).text


def test_add_a_folder_that_holds_the_library(encoder: Encoder, tmp_path: Path) -> None:
    """The library's own files are not transcripts to add; files of other kinds are named as passed over."""
    write(tmp_path / "ferry.txt", FERRY)
    write(tmp_path / "ferry.mp3", "not text")
    library = Library.open(tmp_path / "library", encoder=encoder)
    report = library.add(tmp_path)
    assert [path.name for path in report.skipped] == ["ferry.mp3"]
    assert [added.outcome for added in library.add(tmp_path).files] == ["unchanged"]


def test_a_missing_file_among_others(library: Library, tmp_path: Path) -> None:
    """Reported as failed; the others are added.  Brackets in a folder's name are no pattern."""
    (tmp_path / "a[1]").mkdir()
    write(tmp_path / "a[1]" / "ferry.txt", FERRY)
    report = library.add([tmp_path / "gone.txt", tmp_path / "a[1]" / "*.txt"])
    assert [file.outcome for file in report.files] == ["failed", "added"]


def test_a_library_that_cannot_be_opened(library: Library, tmp_path: Path) -> None:
    """A damaged index is one line that says how to build it again."""
    library.add(write(tmp_path / "ferry.txt", FERRY))
    library.close()
    (library.folder / "index-1" / "words" / "turns" / "meta.json").write_text("{")
    with pytest.raises(LibraryError, match=r"cannot be opened .*onrecord reindex"):
        answer("When does the ferry sail?", library)


WRITER = """
import sys
from pathlib import Path
from bot import Library
library = Library.open(sys.argv[1])
library.encoder
print("ready", flush=True)
for line in sys.stdin:
    library.add(Path(line.strip()))
    print("added", flush=True)
"""


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> subprocess.Popen[str]:
    """A second process that adds what it is told to the library of this module."""
    folder = tmp_path_factory.mktemp("two-processes") / "library"
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    process.folder = folder  # type: ignore[attr-defined]
    yield process  # type: ignore[misc]
    process.kill()
    process.wait()


def tell(process: subprocess.Popen[str], path: Path) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{path}\n")
    process.stdin.flush()


def hear(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_an_add_in_one_process_is_answered_from_in_another(
    writer: subprocess.Popen[str], encoder: Encoder, tmp_path: Path
) -> None:
    """A reader that is open all the while sees each new transcript at its next question."""
    assert hear(writer) == "ready"
    reader = Library.open(writer.folder, encoder=encoder)  # type: ignore[attr-defined]
    tell(writer, write(tmp_path / "ferry.txt", FERRY))
    assert hear(writer) == "added"
    assert "nine" in answer("When does the ferry sail?", reader).text
    tell(writer, write(tmp_path / "bees.txt", BEES))
    assert hear(writer) == "added"
    assert "forty hives" in answer("How many hives did Leo count?", reader).text


def test_killed_at_any_moment_leaves_no_half(writer: subprocess.Popen[str], encoder: Encoder, tmp_path: Path) -> None:
    """A writer is killed in mid-add: the transcript is wholly there or not at all, and the next add works."""
    folder: Path = writer.folder  # type: ignore[attr-defined]
    long = "".join(
        f"Speaker {n % 3 + 1}: This is remark number {n} on the harbour, the {'tide' if n % 2 else 'wind'} and so on.\n"
        for n in range(600)
    )
    before = {entry.id for entry in Library.open(folder).entries}
    file = write(tmp_path / "long.txt", long)
    tell(writer, file)
    pending = folder / "pending.json"
    deadline = time.monotonic() + 60
    while not pending.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(1.0)  # some chunks are written by now, and none is committed
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    library = Library.open(folder, encoder=encoder)
    assert {entry.id for entry in library.entries} == before
    assert pending.exists()  # it was killed in the middle, or this test proves nothing
    reply = answer("What was remark number 17 about?", library)
    assert all(citation.quote.transcript in before for citation in reply.citations)
    assert [added.outcome for added in library.add(file).files] == ["added"]
    assert not pending.exists()
    known = {entry.group for entry in library.entries}
    assert {path.name for path in (folder / "transcripts").iterdir()} == known
    assert "remark number 17 " in answer("What was remark number 17 about?", library).text
    assert len(library.transcript("long").utterances) == 600
