"""A person says who speaks: kept beside the file, applied when it is read, indexed, and taken back one by one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import Library, LibraryError, TranscriptError, answer, mentions, verify_quote
from bot.questions.whose import read_question
from bot.quotes.quoting import Quote, is_in_source
from bot.retrieval.search import search
from bot.speakers.labelling import moved, place_in, relabelled, still_true
from bot.speakers.registry import rows_of
from bot.store.manifest import Manifest
from bot.transcripts.finding import MANIFEST
from bot.transcripts.formats import read_bytes
from bot.transcripts.transcript import UNNAMED_SPEAKER, Transcript
from embeddings.encoder import Encoder
from tests.doubting import FERRY, MARK, doubting

# Two turns of three lines each; the times are of no matter here.
QUAY = """WEBVTT

00:01.000 --> 00:04.000
<v Ana Silva>The ferry sails at nine.
The quay wall was mended in stone.
Who paid for the mending?

00:05.000 --> 00:09.000
<v Tom Roe>The parish paid half of it.
The mill paid the other half.
We count the lanterns every winter.
"""
SEGMENTS = json.dumps(
    {
        "version": "1.0.0",
        "segments": [
            {"speaker": who, "startTime": at, "endTime": at + 1, "body": said}
            for at, (who, said) in enumerate(
                [
                    ("Ana Silva", "The ferry sails at nine."),
                    ("Ana Silva", "The quay wall was mended in stone."),
                    ("Tom Roe", "The parish paid half of it."),
                    ("Tom Roe", "The mill paid the other half."),
                ]
            )
        ],
    }
)


def turns(transcript: Transcript) -> list[tuple[str, str, str]]:
    """(speaker, label, place) of each turn."""
    return [(turn.speaker, turn.label, str(turn.place)) for turn in transcript.utterances]


@pytest.fixture
def quay() -> Transcript:
    return read_bytes(QUAY.encode(), "quay.vtt")


@pytest.fixture
def library(tmp_path: Path, encoder: Encoder) -> Library:
    library = Library.open(tmp_path / "library", encoder=encoder)
    (tmp_path / "quay.vtt").write_text(QUAY, encoding="utf-8")
    library.add(tmp_path / "quay.vtt")
    return library


# --- a transcript and labels -------------------------------------------------------------------------------------


def test_turns_are_split_at_the_borders_of_pieces(quay: Transcript) -> None:
    """Before, within and after; each part keeps the file's label, its lines and its words."""
    assert turns(quay) == [("Ana Silva", "Ana Silva", "lines 4-6"), ("Tom Roe", "Tom Roe", "lines 9-11")]
    said = relabelled(quay, [("line 5", "Ida Berg")])
    assert turns(said) == [
        ("Ana Silva", "Ana Silva", "line 4"),
        ("Ida Berg", "Ana Silva", "line 5"),
        ("Ana Silva", "Ana Silva", "line 6"),
        ("Tom Roe", "Tom Roe", "lines 9-11"),
    ]
    assert [turn.text for turn in said.utterances[:3]] == [
        "The ferry sails at nine.",
        "The quay wall was mended in stone.",
        "Who paid for the mending?",
    ]
    assert [turn.index for turn in said.utterances] == [0, 1, 2, 3]
    assert [turn.given for turn in said.utterances] == [False, True, False, False]
    assert said.revision != quay.revision
    assert said.words == quay.words


def test_the_last_label_of_a_place_holds_and_nobody_is_nobody(quay: Transcript) -> None:
    """A range over two turns, and within it a line of nobody's."""
    said = relabelled(quay, [("lines 5-10", "Ida Berg"), ("line 9", "")])
    assert turns(said) == [
        ("Ana Silva", "Ana Silva", "line 4"),
        ("Ida Berg", "Ana Silva", "lines 5-6"),
        (UNNAMED_SPEAKER, "Tom Roe", "line 9"),
        ("Ida Berg", "Tom Roe", "line 10"),
        ("Tom Roe", "Tom Roe", "line 11"),
    ]
    quote = Quote.locate(said, 2, 0, 10)
    assert (quote.speaker, str(quote.attribution)) == (UNNAMED_SPEAKER, "named by a person, not by the file")


def test_a_label_takes_the_doubt_away_and_only_there() -> None:
    """Whoever says who speaks does not doubt it; what they have not looked at stays doubtful."""
    read = read_bytes(QUAY.encode(), "quay.vtt")
    doubtful = replace(read, utterances=tuple(replace(turn, doubt="far above") for turn in read.utterances))
    said = relabelled(doubtful, [("line 5", "Ana Silva")])
    assert [turn.doubt for turn in said.utterances] == ["far above", "", "far above", "far above"]


def test_places_as_they_are_typed_and_cited(quay: Transcript) -> None:
    """Lines in several spellings, items by name; where nothing is said is an error that says what there is."""
    for typed in ("5-6", "lines 5-6", " 5 - 6 ", "5–6"):
        assert place_in(quay, typed) == "lines 5-6"
    assert place_in(quay, "5") == "line 5"
    items = read_bytes(SEGMENTS.encode(), "quay.json")
    first, second = (str(piece.place) for piece in items.utterances[0].pieces)
    assert place_in(items, f"{first} to {second}") == f"{first} to {second}"
    assert turns(relabelled(items, [(second, "Ida")]))[:2] == [
        ("Ana Silva", "Ana Silva", first),
        ("Ida", "Ana Silva", second),
    ]
    for transcript, wrong in ((quay, "1-3"), (quay, "segments[1]"), (quay, ""), (items, "1-2"), (items, "segments[9]")):
        with pytest.raises(LibraryError, match=r"nothing is said at .* its words stand from (line 4|segments\[0\]) to"):
            place_in(transcript, wrong)


LABELS = st.lists(
    st.tuples(
        st.builds(lambda a, b: f"lines {min(a, b)}-{max(a, b)}", st.integers(1, 12), st.integers(1, 12)),
        st.sampled_from(["Ida Berg", "Tom Roe", ""]),
    ),
    max_size=4,
)


@given(LABELS)
def test_labels_change_speakers_and_nothing_else(labels: list[tuple[str, str]]) -> None:
    """Every piece is there with its words, its place and its label; each label set has a reading of its own."""
    quay = read_bytes(QUAY.encode(), "quay.vtt")
    said = relabelled(quay, labels)

    def pieces(transcript: Transcript) -> list[tuple[str, str, str, float | None]]:
        return [
            (turn.text[piece.offset : end].strip(), turn.label, str(piece.place), piece.start)
            for turn in transcript.utterances
            for piece, end in zip(turn.pieces, [*(p.offset for p in turn.pieces[1:]), len(turn.text)], strict=True)
        ]

    assert pieces(said) == pieces(quay)
    assert all(turn.text == turn.text.strip() and turn.pieces[0].offset == 0 for turn in said.utterances)
    assert (said.revision == quay.revision) == (not labels)
    for turn in quay.utterances:
        for piece in turn.pieces:
            at, start = moved(quay, said, turn.index, piece.offset + 2)
            assert said.utterances[at].text[start : start + 8] == turn.text[piece.offset + 2 : piece.offset + 10]
            assert moved(said, quay, at, start) == (turn.index, piece.offset + 2)


def test_labels_of_words_that_have_changed_are_known(quay: Transcript) -> None:
    """A label is of words at a place: where others stand there now it is of nothing."""
    other = read_bytes(QUAY.replace("half of it", "nothing").encode(), "quay.vtt")
    labels = [("line 5", "Ida"), ("line 9", "Ida"), ("lines 8-99", "Tom"), ("line 10", "")]
    assert still_true(labels, quay, other) == (("line 5", "Ida"), ("line 10", ""))


# --- in a library ------------------------------------------------------------------------------------------------


def test_answers_follow_and_the_file_is_left_alone(library: Library, tmp_path: Path, encoder: Encoder) -> None:
    """The next question is answered by the speaker who was given, here and where the library is open elsewhere."""
    other = Library.open(library.folder, encoder=encoder)
    asked = "Who mended the quay wall in stone?"
    assert answer(asked, other, model="none").citations[0].quote.speaker == "Ana Silva"
    source = library.source(library.entry("quay").revision)
    change = library.label("quay", "5", "Ida Berg")
    assert (change.place, change.words, change.before, change.after) == ("line 5", 7, ("Ana Silva",), ("Ida Berg",))
    for opened in (library, other):
        quote = answer(asked, opened, model="none").citations[0].quote
        assert (quote.text, quote.speaker, quote.label) == (
            "The quay wall was mended in stone.",
            "Ida Berg",
            "Ana Silva",
        )
        assert quote.attribution.how == "given"
        assert is_in_source(quote, opened)
        assert opened.speakers == ("Ana Silva", "Ida Berg", "Tom Roe")
        assert [m.speaker for m in mentions("wall", opened).mentions] == ["Ida Berg"]
        assert verify_quote("mended in stone", opened, "Ida Berg").status == "found"
        assert verify_quote("mended in stone", opened, "Ana Silva").status == "said_by_other"
        assert verify_quote("at nine. The quay wall", opened).split == "more than one turn"
    assert library.source(library.entry("quay").revision) == source == (tmp_path / "quay.vtt").read_bytes()
    assert library.report("quay").attributed.given == 7


def test_each_label_is_taken_back_by_itself(library: Library) -> None:
    """The last first; in the end nothing is left of them, in the manifest or in the folder."""
    before = library.transcript("quay")
    entry = library.entry("quay")
    folder = sorted(path.name for path in (library.folder / "transcripts").iterdir())
    library.label("quay", "5", "Ida Berg")
    one = library.transcript("quay")
    library.label("quay", "lines 9-10", None)
    assert turns(library.transcript("quay"))[3] == (UNNAMED_SPEAKER, "Tom Roe", "lines 9-10")
    change = library.unlabel("quay")
    assert (change.place, change.before, change.after) == ("lines 9-10", (UNNAMED_SPEAKER,), ("Tom Roe",))
    assert library.transcript("quay") == one
    library.unlabel("quay")
    assert library.transcript("quay") == before
    assert library.entry("quay") == entry
    assert sorted(path.name for path in (library.folder / "transcripts").iterdir()) == folder
    with library.searching() as indexes:
        assert {chunk.group for chunk in indexes.chunks(entry.group)} == {entry.group}
        assert indexes.vectors.count("turns") == indexes.words["turns"].count() == len(indexes.chunks(entry.group))
    with pytest.raises(LibraryError, match="nothing to take back"):
        library.unlabel("quay")


def test_what_is_stored_is_what_the_file_says(library: Library) -> None:
    """Labels stand in the manifest, one by one, and are read back from it."""
    library.label("quay", "5", "Ida Berg")
    library.label("quay", "6", None)
    entry = library.entry("quay")
    stored = (library.folder / "transcripts" / entry.group / "transcript.json").read_text(encoding="utf-8")
    assert turns(Transcript.from_json(stored)) == turns(read_bytes(QUAY.encode(), "quay.vtt"))
    manifest = Manifest.from_json((library.folder / MANIFEST).read_text(encoding="utf-8"))
    assert manifest.entries[0].labelled == entry.labelled == (("line 5", "Ida Berg"), ("line 6", ""))


def test_a_given_name_is_a_speaker_like_others(library: Library) -> None:
    """Found by a filter, renamed and merged; who is called so already is the same person, and stays so."""
    library.label("quay", "5", "Ida Berg")
    library.rename("quay", "Ida Berg", "Ida Holm")
    assert library.speakers == ("Ana Silva", "Ida Holm", "Tom Roe")
    reply = answer("What did Ida Holm say about the wall?", library, model="none")
    assert (reply.speakers, reply.citations[0].quote.text) == (("Ida Holm",), "The quay wall was mended in stone.")
    library.merge("Ana Silva", "Ida Holm")
    assert library.speakers == ("Ana Silva", "Tom Roe")
    library.rename("quay", "Tom Roe", "Thomas Roe")
    library.label("quay", "6", "Thomas Roe")  # whose label is Tom Roe
    library.rename("quay", "Tom Roe", "Tom Roe")
    assert turns(library.transcript("quay"))[2:] == [
        ("Tom Roe", "Ana Silva", "line 6"),
        ("Tom Roe", "Tom Roe", "lines 9-11"),
    ]


def test_rows_of_a_given_name_are_theirs(library: Library) -> None:
    """The filters by which the indexes are searched in a large library find their words and no others'."""
    library.label("quay", "5-6", "Ida Berg")
    library.label("quay", "10", None)
    entry = library.entry("quay")
    said = library.transcript("quay")

    def found(speaker: str) -> set[str]:
        (filters,) = rows_of([speaker], {entry.group: entry.called})
        with library.searching() as indexes:
            vector = library.encoder.embed_query("the quay")
            hits = indexes.vectors.nearest("turns", vector, 50, filters)
            chunks = [next(c for c in indexes.chunks(entry.group) if c.id == id) for id, _ in hits]
        return {said.utterances[chunk.first].speaker for chunk in chunks}

    for speaker in said.speakers:
        assert found(speaker) == {speaker}
    named = read_question("What did Ida Berg say about the wall?", library.speakers)
    assert search(library, "What did Ida Berg say about the wall?", named).passages


def test_nobody_is_not_everybody_unnamed_who_was_named(library: Library, tmp_path: Path) -> None:
    """Where all that nobody is named for has been called somebody, nobody would be them."""
    library.label("quay", "5", None)
    library.rename("quay", UNNAMED_SPEAKER, "Ida Berg")
    with pytest.raises(LibraryError, match="is called Ida Berg in it, so nobody would be too"):
        library.label("quay", "6", None)


@pytest.mark.parametrize(
    ("id", "place", "name", "message"),
    [
        ("nowhere", "5", "Ida", "no transcript has the id 'nowhere'"),
        ("quay", "1-2", "Ida", "nothing is said at '1-2' in quay; its words stand from line 4 to line 11"),
        ("quay", "5", "Speaker 7", "names nobody in particular"),
        ("quay", "5", "...", "expected at least one letter or digit"),
    ],
)
def test_what_cannot_be_said_changes_nothing(library: Library, id: str, place: str, name: str, message: str) -> None:
    """One line, and no commit."""
    generation = library.generation
    with pytest.raises(LibraryError, match=message):
        library.label(id, place, name)
    assert library.generation == generation


# --- the file again ----------------------------------------------------------------------------------------------


def test_adding_the_file_again_keeps_the_labels(library: Library, tmp_path: Path) -> None:
    """The same bytes in the same reading change nothing; removed and brought back, it is as it was."""
    library.label("quay", "5", "Ida Berg")
    before = library.entry("quay"), library.transcript("quay")
    assert [file.outcome for file in library.add(tmp_path / "quay.vtt").files] == ["unchanged"]
    assert (library.entry("quay"), library.transcript("quay")) == before
    kept = library.keep("quay")
    library.remove("quay")
    library.restore(kept)
    assert (library.entry("quay"), library.transcript("quay")) == before
    library.reindex()
    assert "Ida Berg" in answer("Who mended the wall?", library, model="none").text


def test_another_reading_of_the_bytes_gets_the_labels(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a later version reads such files otherwise: here it doubts who says the line with "noon"."""
    file = tmp_path / "ferry.txt"
    file.write_text(FERRY, encoding="utf-8")
    library.add(file)
    library.label("ferry", "1", "Ida Berg")
    before = library.entry("ferry")
    doubting(monkeypatch)
    assert [added.outcome for added in library.add(file).files] == ["replaced"]
    entry, said = library.entry("ferry"), library.transcript("ferry")
    assert entry.labelled == before.labelled == (("line 1", "Ida Berg"),)
    assert entry.group != before.group
    assert [turn.speaker for turn in said.utterances[:2]] == ["Ida Berg", "Tom Roe"]
    assert said.utterances[2].doubtful
    assert [added.outcome for added in library.add(file).files] == ["unchanged"]


def test_a_changed_file_keeps_the_labels_of_words_that_stay(library: Library, tmp_path: Path) -> None:
    """The others are gone, which is told."""
    library.label("quay", "5", "Ida Berg")
    library.label("quay", "9", "Ida Berg")
    (tmp_path / "quay.vtt").write_text(QUAY.replace("half of it", "nothing"), encoding="utf-8")
    (file,) = library.add(tmp_path / "quay.vtt").files
    assert library.entry("quay").labelled == (("line 5", "Ida Berg"),)
    assert file.report is not None
    assert "labels given to other words than stand there now, and gone: line 9 (Ida Berg)" in file.report.remarks


def test_strict_takes_what_a_person_has_mended(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The doubt is gone with the label, so the same file is no longer refused."""
    doubting(monkeypatch)
    file = tmp_path / "ferry.txt"
    file.write_text(FERRY, encoding="utf-8")
    library = Library.open(tmp_path / "library", encoder=encoder)
    library.add(file)
    with pytest.raises(TranscriptError, match="doubtful, first at line 3"):
        library.add(file, strict=True)
    library.label("ferry", "3", "Ida Berg")
    assert MARK in library.transcript("ferry").utterances[2].text
    assert [added.outcome for added in library.add(file, strict=True).files] == ["unchanged"]


WRITER = """
import sys
from bot import Library
library = Library.open(sys.argv[1])
print("ready", flush=True)
library.label("long", "200-400", "Ida Berg")
"""


@pytest.fixture
def long(tmp_path: Path, encoder: Encoder) -> Library:
    said = "".join(
        f"Speaker {n % 3 + 1}: This is remark number {n} on the harbour, the {'tide' if n % 2 else 'wind'} and so on.\n"
        for n in range(600)
    )
    (tmp_path / "long.txt").write_text(said, encoding="utf-8")
    library = Library.open(tmp_path / "library", encoder=encoder)
    library.add(tmp_path / "long.txt")
    return library


def test_killed_at_any_moment_leaves_no_half(long: Library, encoder: Encoder) -> None:
    """A writer is killed in mid-label: all is as it was, and the same label can be given then."""
    before = long.transcript("long")
    long.close()
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(long.folder)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    pending = long.folder / "pending.json"
    deadline = time.monotonic() + 60
    while not pending.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.7)
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    assert pending.exists()  # it was killed in the middle, or this test proves nothing
    library = Library.open(long.folder, encoder=encoder)
    assert library.transcript("long") == before
    assert "Ida Berg" not in answer("What was remark number 250 about?", library, model="none").text
    library.label("long", "200-400", "Ida Berg")
    assert not pending.exists()
    assert {path.name for path in (library.folder / "transcripts").iterdir()} == {library.entry("long").group}
    assert "Ida Berg" in answer("What was remark number 250 about?", library, model="none").text
