"""The registry: what speakers are called, by the files and by people; titles and dates; who speaks how much."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import Library, LibraryError, QuestionError, Settings, Transcript, answer, verify_quote
from bot.cli import main
from bot.counts.roster import perhaps_one
from bot.questions.whose import read_question
from bot.quotes.quoting import is_in_source
from bot.retrieval.passages import Passage
from bot.retrieval.search import search
from bot.speakers.names import find_speakers, fold_name, is_machine_label
from bot.speakers.registry import Record, merging, renaming, rows_of, speakers_by_label
from bot.store.revisions import RevisionGone
from bot.transcripts.finding import MANIFEST
from bot.transcripts.transcript import UNNAMED_SPEAKER
from embeddings.encoder import Encoder

FERRY = (
    "Speaker 1: Hello, I'm Ana Silva and I run the harbour office.\nSpeaker 2: The ferry sails at nine.\n"
    "Speaker 1: It is often late.\nSpeaker 2: Only in fog.\n"
)
BEES = (
    "Speaker 1: The bees came back to the orchard in May.\nSpeaker 3: I counted forty hives there.\n"
    "Speaker 1: The honey was very good.\nSpeaker 3: And very dark.\n"
)
PANEL = "ANA SILVA: Welcome to the panel.\nTom Roe: Thank you, Ana.\nANA SILVA: We begin.\nTom Roe: Good.\n"
CAPTIONS = """WEBVTT

00:01.000 --> 00:03.000
<v Ida Berg>Two seconds of talk
that stand on two lines.

00:02.500 --> 00:05.000
<v Ida Berg>These overlap by half a second.

00:10.000 --> 00:11.000
<v Leo Marsh>One second.
"""


def add(library: Library, **files: str) -> None:
    folder = library.folder.parent
    for name, text in files.items():
        suffix = "vtt" if text.startswith("WEBVTT") else "txt"
        (folder / f"{name}.{suffix}").write_text(text, encoding="utf-8")
        library.add(folder / f"{name}.{suffix}")


@pytest.fixture
def library(tmp_path: Path, tiny_encoder: Encoder) -> Library:
    """Two episodes that a machine labelled."""
    library = Library.open(tmp_path / "library", encoder=tiny_encoder)
    add(library, ferry=FERRY, bees=BEES)
    return library


def stored(library: Library) -> dict[str, bytes]:
    """Every file of the library but the manifest and the lock."""
    files = (path for path in library.folder.rglob("*") if path.is_file() and path.name not in (MANIFEST, "lock"))
    return {str(path.relative_to(library.folder)): path.read_bytes() for path in files}


def second(library: Library, settings: Settings | None = None) -> Library:
    """The library as another process has it open."""
    return Library.open(library.folder, encoder=library.encoder, settings=settings)


# --- labels ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label",
    [
        *("SPEAKER_00", "SPEAKER 1", "Speaker 1", "Speaker A", "speaker-12", "spk_0", "S1", "A", "2", "Participant 2"),
        *("Unknown speaker", "UNKNOWN", "Unidentified male voice", "Speaker 1 (ep-12)"),
    ],
)
def test_machine_labels(label: str) -> None:
    """They tell speakers of one file apart and name nobody."""
    assert is_machine_label(label)


@pytest.mark.parametrize(
    "label",
    [
        *("Ana Silva", "Al", "The Speaker", "Mr. Speaker", "Speakers", "HOST", "Grad A", "Voices", "Person Ruiz"),
        *("Unknown Mortal Orchestra", "Guests", "S. Ruiz", UNNAMED_SPEAKER, ""),
    ],
)
def test_labels_that_name_somebody(label: str) -> None:
    """Names, roles, and what only begins like a machine label."""
    assert not is_machine_label(label)


LABELS = st.sampled_from(
    ["Speaker 1", "SPEAKER 1", "Speaker 1 (a)", "Speaker 1 (a) (b)", "S1", "Ana", "Tom", UNNAMED_SPEAKER]
)
GIVEN = st.sampled_from(["Ana", "Bo", "Dr. Cho"])


def record(id: str, labels: tuple[str, ...], names: dict[str, str]) -> Record:
    known = {label: name for label, name in names.items() if label in labels and label != name}
    return Record(id, id, f"{id}.txt", None, "", f"{id}@0", 1, 1, labels, known)


@st.composite
def libraries(draw: st.DrawFn) -> tuple[Record, ...]:
    return tuple(
        record(id, tuple(draw(st.lists(LABELS, unique=True, max_size=5))), draw(st.dictionaries(LABELS, GIVEN)))
        for id in draw(st.lists(st.sampled_from("abcd"), unique=True, min_size=1))
    )


@given(libraries())
def test_machine_labels_are_never_joined(records: tuple[Record, ...]) -> None:
    """A machine label that nobody named is one person for itself; what has a name is called that everywhere."""
    called = speakers_by_label(records)
    nameless = [
        called[record.id][label]
        for record in records
        for label in record.speakers
        if is_machine_label(label) and label not in record.names
    ]
    assert len(set(nameless)) == len(nameless)
    named = {
        speaker
        for record in records
        for label, speaker in called[record.id].items()
        if label in record.names or not is_machine_label(label)
    }
    assert not named & set(nameless)
    for record in records:
        for label, speaker in called[record.id].items():
            assert speaker == record.names.get(label, speaker)
            assert fold_name(speaker) == fold_name(record.names.get(label, label))


@given(libraries(), st.sets(LABELS | GIVEN))
def test_rows_of_finds_theirs_and_no_others(records: tuple[Record, ...], wanted: set[str]) -> None:
    """The filters pass exactly the (revision, label) pairs of these speakers."""
    called = {
        record.group: speakers for record, speakers in zip(records, speakers_by_label(records).values(), strict=True)
    }
    filters = rows_of(wanted, called)
    for group, speakers in called.items():
        for label, speaker in speakers.items():
            row = "" if label == UNNAMED_SPEAKER else label
            passes = any(row in rows["speaker"] and group in rows.get("group", [group]) for rows in filters)
            assert passes == (speaker in wanted)


@given(libraries(), st.data())
def test_renaming_can_be_undone(records: tuple[Record, ...], data: st.DataObject) -> None:
    """To a name and back to the label: as if nobody had ever said anything of it."""
    talking = [record for record in records if record.speakers]
    if not talking:
        return
    chosen = data.draw(st.sampled_from(talking))
    label = data.draw(st.sampled_from(chosen.speakers))
    there = renaming(chosen.id, label, "Zoë Quill")(records)
    assert speakers_by_label(there)[chosen.id][label] == "Zoë Quill"
    back = {record.id: record for record in renaming(chosen.id, label, label)(there)}
    assert back[chosen.id].names == {known: name for known, name in chosen.names.items() if known != label}
    assert all(back[record.id] == record for record in records if record.id != chosen.id)


@given(libraries())
def test_merging_everybody_leaves_one(records: tuple[Record, ...]) -> None:
    """All who can be merged are one, whatever they were called."""
    heard = {name for speakers in speakers_by_label(records).values() for name in speakers.values()}
    merged = speakers_by_label(merging("Zoë Quill", sorted(heard - {UNNAMED_SPEAKER}))(records))
    assert {name for speakers in merged.values() for name in speakers.values()} <= {"Zoë Quill", UNNAMED_SPEAKER}


# --- names in a library ------------------------------------------------------------------------------------------


def test_one_label_in_two_transcripts_is_two_people(library: Library) -> None:
    """Each has the transcript's id; asked for by the label both are meant, by the whole name one."""
    one, other = "Speaker 1 (ferry)", "Speaker 1 (bees)"
    assert library.entry("ferry").speakers == (one, "Speaker 2")
    assert library.entry("bees").speakers == (other, "Speaker 3")
    assert find_speakers("speaker 1", library.speakers) == (one, other)
    assert find_speakers(other, library.speakers) == (other,)
    assert read_question("What did Speaker 1 say about honey?", library.speakers).speakers == (one, other)
    apart = read_question("What did Speaker 1 (bees) say about honey?", library.speakers)
    assert (apart.speakers, apart.topic) == ((other,), "honey?")
    records = {item.name: item for item in library.speaker_records()}
    assert records[one].labels == (("ferry", "Speaker 1"),)
    assert records[one].words + records[other].words == 14 + 14
    library.remove("bees")
    assert library.entry("ferry").speakers == ("Speaker 1", "Speaker 2")


def test_a_name_shows_everywhere_and_touches_no_file(library: Library) -> None:
    """Entry, transcript, quote and passage have the name; files, rows and labels are as they were."""
    before, generation = stored(library), library.generation
    (change,) = library.rename("ferry", "Speaker 1", " Ana Silva ")
    assert (change.before, change.after) == ("Speaker 1 (ferry)", "Ana Silva")
    assert stored(library) == before
    assert library.generation == generation + 1
    assert library.entry("ferry").speakers == ("Ana Silva", "Speaker 2")
    assert library.transcript("ferry").speakers == ("Ana Silva", "Speaker 2")
    (quote,) = verify_quote("It is often late.", library, speaker="Ana").quotes
    assert (quote.speaker, quote.label, quote.where()) == ("Ana Silva", "Speaker 1", "Ana Silva, ferry.txt, line 3")
    assert quote.before
    assert quote.before.speaker == "Speaker 2"
    assert is_in_source(quote, library)
    assert verify_quote("It is often late.", library, speaker="Speaker 1").status == "said_by_other"  # that of bees
    with pytest.raises(QuestionError, match="no speaker is called 'Speaker 9'; the transcripts have Ana Silva"):
        verify_quote("It is often late.", library, speaker="Speaker 9")
    assert any(hit.speaker == "Ana Silva" for p in answer("Is it often late?", library).passages for hit in p.hits)


def test_a_rename_costs_no_embedding(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is encoded, by names, merges, titles and dates alike."""

    def refuse(*_: object) -> None:
        raise AssertionError("something was embedded")

    monkeypatch.setattr(type(library.encoder), "encode", refuse)
    monkeypatch.setattr(type(library.encoder), "count_tokens", refuse)
    library.rename("ferry", "Speaker 1", "Ana Silva")
    library.merge("Ana Silva", "Speaker 3")
    library.edit("ferry", title="The ferry", date="2025-03-17")


def test_renaming_back_undoes_it(library: Library) -> None:
    """By the label, or by the name of now in its place; saying the same again commits nothing."""
    manifest = (library.folder / MANIFEST).read_text()
    library.rename("ferry", "Speaker 1", "Ana Silva")
    generation = library.generation
    assert library.rename("ferry", "Ana Silva", "Ana Silva") == ()
    assert library.generation == generation
    library.rename("ferry", "Ana Silva", "Anna Silva")
    library.rename("ferry", "Anna Silva", "Speaker 1")
    assert library.entry("ferry").speakers == ("Speaker 1 (ferry)", "Speaker 2")
    undone = json.loads((library.folder / MANIFEST).read_text()) | {"generation": json.loads(manifest)["generation"]}
    assert undone == json.loads(manifest)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nope", "Speaker 1", "Ana"), "no transcript has the id 'nope'"),
        (("ferry", "Speaker 9", "Ana"), "no speaker labelled 'Speaker 9'; it has Speaker 1, Speaker 2"),
        (("ferry", "Speaker 1", " "), "expected at least one letter"),
        (("ferry", "Speaker 1", "Ana\nSilva"), "line breaks"),
        (("ferry", "Speaker 1", "Ana\x1b[2J"), "control characters"),
        (("ferry", "Speaker 1", "Ana\u202e"), "control characters"),
        (("ferry", "Speaker 1", "a" * 101), "101 characters; expected at most 100"),
        (("ferry", "Speaker 1", UNNAMED_SPEAKER), "nobody in particular"),
        (("ferry", "Speaker 1", "Speaker 2"), "nobody in particular"),
        (("ferry", "Speaker 1", "Speaker 1 (bees)"), "nobody in particular"),
    ],
)
def test_names_that_cannot_be_given(library: Library, arguments: tuple[str, str, str], message: str) -> None:
    """One line that says why, and nothing is changed."""
    generation = library.generation
    with pytest.raises(LibraryError, match=message) as raised:
        library.rename(*arguments)
    assert "\n" not in str(raised.value)
    assert library.generation == generation


def test_merged_speakers_are_one_person(library: Library) -> None:
    """Several speakers of several transcripts are one person under the first name, counted and found as one."""
    add(library, panel=PANEL)
    changes = library.merge("Ana Silva", "ANA SILVA", "Speaker 1 (ferry)")
    assert [(change.transcript, change.label) for change in changes] == [("ferry", "Speaker 1"), ("panel", "ANA SILVA")]
    (ana,) = (item for item in library.speaker_records() if item.name == "Ana Silva")
    assert ana.labels == (("ferry", "Speaker 1"), ("panel", "ANA SILVA"))
    assert (ana.turns, ana.words, ana.transcripts) == (4, 14 + 6, ("ferry", "panel"))
    assert "Speaker 1 (bees)" in library.speakers  # the other Speaker 1 is somebody else
    found = verify_quote("We begin.", library, speaker="Silva")
    assert (found.status, found.quotes[0].label) == ("found", "ANA SILVA")
    for message, names in {
        "no speaker is called 'Bob' exactly; the library has Ana Silva, Speaker 2": ("Ana Silva", "Bob"),
        "no speaker is called 'Tom' exactly; the library has Tom Roe$": ("Ana Silva", "Tom"),
        "nobody in particular; rename it": ("Ana Silva", UNNAMED_SPEAKER),
        "give a person's name": ("Speaker 1 (bees)", "Speaker 3"),
    }.items():
        with pytest.raises(LibraryError, match=message):
            library.merge(*names)


def test_two_labels_of_one_file_become_one_speaker(library: Library) -> None:
    """A machine that heard two people in one is corrected."""
    library.rename("ferry", "Speaker 2", "Ana Silva")
    library.rename("ferry", "Speaker 1", "Ana Silva")
    assert library.entry("ferry").speakers == ("Ana Silva",)
    assert [turn.label for turn in library.transcript("ferry").utterances] == ["Speaker 1", "Speaker 2"] * 2
    assert verify_quote("Only in fog.", library, speaker="Ana Silva").status == "found"


def test_words_by_nobody_can_be_given_to_somebody(library: Library) -> None:
    """A text without labels has one speaker, who can be named in it."""
    add(library, letter="It was a cold day and the boat was late.\n\nNobody came to meet us.\n")
    assert library.entry("letter").speakers == (UNNAMED_SPEAKER,)
    library.rename("letter", UNNAMED_SPEAKER, "Ida Berg")
    (quote,) = verify_quote("Nobody came to meet us.", library, speaker="Ida").quotes
    assert (quote.speaker, quote.label, is_in_source(quote, library)) == ("Ida Berg", "", True)
    library.rename("letter", UNNAMED_SPEAKER, UNNAMED_SPEAKER)
    assert library.entry("letter").speakers == (UNNAMED_SPEAKER,)


def test_names_outlive_a_changed_file_and_not_a_removed_one(library: Library) -> None:
    """Those of labels that still stand in it; and the title and date."""
    library.rename("ferry", "Speaker 1", "Ana Silva")
    library.rename("ferry", "Speaker 2", "Tom Roe")
    library.edit("ferry", title="At the harbour", date=datetime.date(2025, 3, 17))
    add(library, ferry=FERRY.replace("Speaker 2", "Speaker 4"))
    entry = library.entry("ferry")
    assert (entry.speakers, entry.title, entry.date) == (
        ("Ana Silva", "Speaker 4"),
        "At the harbour",
        datetime.date(2025, 3, 17),
    )
    library.remove("ferry")
    add(library, ferry=FERRY)
    assert library.entry("ferry").speakers == ("Speaker 1 (ferry)", "Speaker 2")
    assert (library.entry("ferry").title, library.entry("ferry").date) == ("ferry", None)


def test_another_process_sees_a_name_at_its_next_question(library: Library) -> None:
    """A reader that had the old name in memory; and a writer whose indexes are open keeps both names and rows."""
    reader = second(library)
    assert answer("When does the ferry sail?", reader).passages
    assert reader.transcript("ferry").speakers[0] == "Speaker 1 (ferry)"
    library.rename("ferry", "Speaker 1", "Ana Silva")
    assert reader.transcript("ferry").speakers[0] == "Ana Silva"
    assert reader.revision(reader.entry("ferry").group).speakers[0] == "Ana Silva"
    named = answer("Is it often late?", reader, speaker="Ana Silva")
    assert named.speakers == ("Ana Silva",)
    reader.rename("ferry", "Speaker 2", "Tom Roe")
    assert library.entry("ferry").speakers == ("Ana Silva", "Tom Roe")


def test_a_question_in_progress_keeps_the_names_it_began_with(library: Library) -> None:
    """What was read stays under its names; who did not read it is told to ask again, never given other names."""
    (passage, *_) = (Passage.from_document(d) for d in library.as_retriever().invoke("When does the ferry sail?"))
    named = read_question("What did Speaker 2 say?", library.speakers)
    began = library.revision(passage.revision)
    writer = second(library)
    for id, label, name in (("ferry", "Speaker 1", "Ana"), ("ferry", "Speaker 2", "Tom"), ("bees", "Speaker 1", "Ida")):
        writer.rename(id, label, name)
    assert library.revision(passage.revision) is began
    assert library.source(passage.revision)
    assert library.transcript(passage.transcript).speakers != began.speakers
    with pytest.raises(RevisionGone, match="ask again"):
        writer.revision(passage.revision)
    with pytest.raises(RevisionGone, match="Speaker 2 was renamed or removed meanwhile; ask again"):
        search(library, "What did Speaker 2 say?", named)


def test_the_page_opens_an_older_answer_under_the_names_of_today(library: Library) -> None:
    """A renamed speaker is no changed file: the citation still leads to its words."""
    from ui.places import Spot

    quote = verify_quote("Only in fog.", library).quotes[0]
    library.rename("ferry", "Speaker 2", "Tom Roe")
    opened = Spot.of(quote).quote(library)
    assert (opened.speaker, opened.text) == ("Tom Roe", quote.text)


def test_a_library_from_before_the_registry_opens(library: Library) -> None:
    """Its manifest says nothing of names, titles and dates."""
    path = library.folder / MANIFEST
    data = json.loads(path.read_text())
    for entry in data["entries"]:
        for key in ("names", "given_title", "given_date"):
            del entry[key]
    path.write_text(json.dumps(data))
    old = second(library)
    assert old.entry("ferry").speakers == ("Speaker 1 (ferry)", "Speaker 2")
    old.rename("ferry", "Speaker 2", "Tom Roe")
    assert second(library).entry("ferry").speakers == ("Speaker 1 (ferry)", "Tom Roe")


def test_killed_while_it_renames(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped at each rename of a file in turn: all of a merge is there or nothing, and the next change works."""
    rename, stop_at = os.replace, 0
    before = library.speakers
    while True:
        stop_at += 1
        renames = iter(range(1, 100))

        def stopping(source: Path, target: Path, stop_at: int = stop_at, renames: Iterator[int] = renames) -> None:
            if next(renames) == stop_at:
                raise KeyboardInterrupt
            rename(source, target)

        monkeypatch.setattr(os, "replace", stopping)
        try:
            second(library).merge("Ana Silva", "Speaker 1 (ferry)", "Speaker 1 (bees)")
        except KeyboardInterrupt:
            assert second(library).speakers == before
        else:
            break
        finally:
            monkeypatch.setattr(os, "replace", rename)
    assert stop_at == 2  # the manifest and nothing else
    assert library.speakers == ("Ana Silva", "Speaker 2", "Speaker 3")
    library.rename("ferry", "Speaker 2", "Tom Roe")
    assert not list(library.folder.glob("*.draft"))


def test_a_renamed_speaker_is_not_drowned_by_namesakes(library: Library) -> None:
    """In a large library the rows of who is asked about are looked for: by the file's labels, in the right files."""
    for number in range(4):
        add(library, **{f"talk{number}": FERRY.replace("nine", f"nine and {number}")})
    library.rename("bees", "Speaker 1", "Ida Berg")
    library.rename("bees", "Speaker 3", "Ida Berg")
    narrow = Settings()
    narrow = replace(narrow, retrieval=replace(narrow.retrieval, hits=3))
    question = "The ferry sails at nine, it is often late, only in fog"
    named = replace(read_question("", ()), speakers=("Ida Berg",), topic=question, words=question)
    found = search(second(library, narrow), question, named)
    theirs = {(p.transcript, hit.utterance) for p in found.passages for hit in p.hits if hit.speaker == "Ida Berg"}
    assert len(theirs) >= 3
    assert {id for id, _ in theirs} == {"bees"}


# --- asking ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    """The two episodes with the real encoder, Speaker 1 of the ferry's being Ana Silva."""
    library = Library.open(tmp_path_factory.mktemp("named") / "library", encoder=encoder)
    add(library, ferry=FERRY, bees=BEES)
    library.rename("ferry", "Speaker 2", "Ana Silva")
    return library


@pytest.mark.parametrize(
    ("question", "speaker"),
    [("What did Ana say about when the ferry sails?", None), ("When does the ferry sail?", "Ana Silva")],
)
def test_asked_by_the_given_name(named: Library, question: str, speaker: str | None) -> None:
    """In the question or beside it, the given name finds the words that stand under the label."""
    reply = answer(question, named, speaker=speaker)
    quote = reply.citations[0].quote
    assert (quote.text, quote.speaker, quote.label) == ("The ferry sails at nine.", "Ana Silva", "Speaker 2")
    assert reply.lead.startswith("Ana Silva speaks to this")
    assert reply.as_dict()["citations"][0]["label"] == "Speaker 2"


def test_another_is_asked_for_what_the_renamed_one_says(named: Library) -> None:
    """The answer points at them by their name."""
    reply = answer("When did Speaker 3 say that the ferry sails?", named)
    assert (reply.status, reply.speakers) == ("not_by_speaker", ("Speaker 3",))
    assert [(quote.text, quote.speaker) for quote in reply.elsewhere] == [("The ferry sails at nine.", "Ana Silva")]


# --- titles and dates --------------------------------------------------------------------------------------------


def test_a_title_and_date_that_are_given_show_everywhere(library: Library) -> None:
    """Title and date show in entry, transcript and quote, and are taken back by nothing."""
    add(library, **{"2024-02-29-panel": PANEL})
    id = "2024-02-29-panel"
    assert library.entry(id).date == datetime.date(2024, 2, 29)
    entry = library.edit(id, title="The panel", date="2025-03-17")
    assert (entry.title, entry.date) == ("The panel", datetime.date(2025, 3, 17))
    assert library.transcript(id).title == "The panel"
    assert verify_quote("We begin.", library).quotes[0].title == "The panel"
    assert library.edit(id, title="").title == "panel"
    assert library.edit(id, date="").date == datetime.date(2024, 2, 29)
    for message, changes in {
        "expected a day as YYYY-MM-DD": {"date": "2025"},
        "the date is '2025-02-30'": {"date": "2025-02-30"},
        "the title .* line breaks": {"title": "a\nb"},
        "at least one letter": {"title": " "},
    }.items():
        with pytest.raises(LibraryError, match=message):
            library.edit(id, **changes)


def test_a_date_given_counts_when_a_question_has_one(library: Library) -> None:
    """Of two recordings that say the same, the one of the month asked about comes first."""
    add(library, one=PANEL, two=PANEL + "Tom Roe: Goodbye.\n")
    for first, other in (("one", "two"), ("two", "one")):
        library.edit(first, date="2025-03-17")
        library.edit(other, date="2023-07-02")
        found = search(library, "Who was welcome to the panel in March 2025?", read_question("", ()), ["one", "two"])
        assert found.ranking[0][0] == first


# --- who speaks --------------------------------------------------------------------------------------------------


def test_speaker_records(library: Library) -> None:
    """Words, turns, the time that captions cover once, and lines that can be found in the file."""
    add(library, captions=CAPTIONS)
    records = {item.name: item for item in library.speaker_records()}
    assert records["Ida Berg"].seconds == pytest.approx(4.0)
    assert (records["Ida Berg"].words, records["Ida Berg"].turns) == (15, 1)
    assert records["Leo Marsh"].seconds == pytest.approx(1.0)
    assert records["Speaker 2"].seconds is None
    assert sum(item.words for item in records.values()) == sum(entry.words for entry in library.entries)
    assert [item.words for item in records.values()] == sorted((r.words for r in records.values()), reverse=True)
    introduces = records["Speaker 1 (ferry)"].samples[0]
    assert introduces.text == "Hello, I'm Ana Silva and I run the harbour office."
    for item in records.values():
        assert 1 <= len(item.samples) <= 2
        assert all(sample.speaker == item.name and is_in_source(sample, library) for sample in item.samples)
    assert {item.name for item in library.speaker_records(["captions"])} == {"Ida Berg", "Leo Marsh"}
    assert [item.name for item in records.values() if item.machine] == [n for n in records if n.startswith("Speaker")]


def test_a_turn_without_an_end_lasts_until_the_next(library: Library) -> None:
    """Files with the time of each turn alone; the last one's is not known."""
    add(library, timed="[0:10] Ida: Good morning.\n[0:25] Leo: Good day.\n[0:30] Ida: Well.\n[0:20] Leo: Late.\n")
    seconds = {item.name: item.seconds for item in library.speaker_records(["timed"])}
    assert seconds == {"Ida": 15.0, "Leo": 5.0}


def test_spellings_of_one_name_are_proposed_as_one() -> None:
    """Spellings of one name, the fullest first; machine labels and nobody are never proposed."""
    names = ["JENNY COLES", "Tom Roe", "Jenny Coles", "jose ruiz", "José Ruiz", "Speaker 1 (a)", "Speaker 1 (b)"]
    assert perhaps_one([*names, "Dr. Jenny Coles", UNNAMED_SPEAKER]) == (
        ("Dr. Jenny Coles", "Jenny Coles", "JENNY COLES"),
        ("José Ruiz", "jose ruiz"),
    )


# --- the command line --------------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], library: Library, *arguments: str) -> tuple[int, str, str]:
    status = main([*arguments, "--library", str(library.folder)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_the_commands(capsys: pytest.CaptureFixture[str], library: Library) -> None:
    """speakers, rename, merge, edit, list and show tell one story."""
    add(library, panel=PANEL, talk=PANEL.replace("ANA SILVA", "Ana Silva").replace("Welcome", "Come"))
    status, out, _ = run(capsys, library, "speakers")
    assert status == 0
    assert "Tom Roe            8 words, 4 turns; in panel, talk\n" in out
    assert "    “Hello, I'm Ana Silva and I run the harbour office.” (ferry.txt, line 1)\n" in out
    assert "    who is it?  onrecord rename ferry 'Speaker 1' NAME\n" in out
    assert out.endswith("perhaps one person: Ana Silva, ANA SILVA\n    onrecord merge 'Ana Silva' 'ANA SILVA'\n")
    assert run(capsys, library, "merge", "Ana Silva", "ANA SILVA")[1] == "panel: ANA SILVA is Ana Silva now\n"
    assert run(capsys, library, "rename", "ferry", "Speaker 1", "Ana Silva")[1] == (
        "ferry: Speaker 1 (ferry) is Ana Silva now (in the file: Speaker 1)\n"
    )
    assert run(capsys, library, "rename", "ferry", "Speaker 1", "Ana Silva")[1].startswith("nothing to change")
    out = run(capsys, library, "speakers", "--in", "ferry")[1]
    assert "Ana Silva  14 words, 2 turns; in ferry\n    in the file: Speaker 1 in ferry\n" in out
    assert "perhaps" not in out
    lines = [json.loads(line) for line in run(capsys, library, "speakers", "--json")[1].splitlines()]
    (ana,) = (line for line in lines if line["name"] == "Ana Silva")
    assert {"transcript": "ferry", "label": "Speaker 1"} in ana["labels"]
    assert run(capsys, library, "edit", "bees", "--title", "Bees & co", "--date", "2025-05-01")[1] == (
        "bees: “Bees & co”, 2025-05-01\n"
    )
    assert "bees  “Bees & co”, 2025-05-01, 22 words, 4 turns: " in run(capsys, library, "list")[1]
    assert json.loads(run(capsys, library, "list", "--json")[1].splitlines()[1])["date"] == "2025-05-01"
    assert run(capsys, library, "edit", "bees", "--date", "none")[1] == "bees: “Bees & co”, no date\n"
    assert run(capsys, library, "show", "bees")[1].startswith("Bees & co  (bees.txt, 22 words)\n")
    assert "[line 3] Ana Silva: It is often late." in run(capsys, library, "show", "ferry")[1]
    assert "Speaker 1: It is often late." in run(capsys, library, "show", "ferry", "--lines", "3")[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("edit", "ferry"), "nothing to edit; give --title"),
        (("edit", "ferry", "--date", "May"), "the date is 'May'; expected"),
        (("rename", "ferry", "Speaker 9", "Bob"), "it has Speaker 1, Speaker 2"),
        (("merge", "Bob", "Bobby"), "no speaker is called 'Bobby'"),
        (("speakers", "--in", "nope"), "no transcript has the id 'nope'"),
    ],
)
def test_errors_are_one_line(
    capsys: pytest.CaptureFixture[str], library: Library, arguments: tuple[str, ...], message: str
) -> None:
    """What was seen, what was expected; exit 1; nothing on stdout."""
    status, out, err = run(capsys, library, *arguments)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert message in err


def test_a_hostile_label_is_quoted_in_the_command_to_type(capsys: pytest.CaptureFixture[str], library: Library) -> None:
    """What a file calls its speakers is data, also where it is pasted into a shell."""
    library.rename("ferry", "Speaker 1", "`rm -rf ~` O'Brien")
    library.rename("bees", "Speaker 1", "`RM -RF ~` O'BRIEN")
    out = run(capsys, library, "speakers")[1]
    assert """onrecord merge '`rm -rf ~` O'"'"'Brien' '`RM -RF ~` O'"'"'BRIEN'""" in out


def test_what_is_stored_has_the_labels(library: Library) -> None:
    """A stored transcript is what the file says, before and after names were given."""
    library.rename("ferry", "Speaker 1", "Ana Silva")
    text = (library.folder / "transcripts" / library.entry("ferry").group / "transcript.json").read_text()
    assert "Ana" not in text.replace("I'm Ana Silva", "")
    kept = Transcript.from_json(text)
    assert kept.revision == library.entry("ferry").group
    assert kept.speakers == ("Speaker 1", "Speaker 2")
