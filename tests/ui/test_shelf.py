"""The Library tab without a browser: the list, the details, what became of files, who talks how much."""

from __future__ import annotations

import datetime
import itertools
import re
import threading
import time
from collections.abc import Sequence
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from bot import Library
from bot.store.manifest import Entry
from bot.store.reports import Added, FileReport
from bot.transcripts.formats import read_bytes
from bot.transcripts.talk import talks_in
from embeddings.encoder import Encoder
from ui import talktime
from ui.desk import Desk
from ui.listing import (
    GIVEN,
    ROWS,
    Said,
    Upload,
    details_html,
    list_html,
    matching,
    reading_html,
    uploaded_html,
    uploading_html,
)
from ui.shelf import _Shelf

HOSTILE = "<img src=x onerror=alert(1)> **b** $$y$$ {{a}} ${alert(2)} [l](javascript:alert(3)) </button>"
TALK = "Ana Silva: The tide turns at noon today.\nTom Roe: Then we sail at one.\nAna Silva: Agreed.\nTom Roe: Good.\n"


def entry(id: str, **fields: Any) -> Entry:
    """An entry with what these tests look at."""
    known: dict[str, Any] = {
        "title": id, "source": f"{id}.txt", "path": None, "sha256": "0" * 64, "group": f"{id}@0", "utterances": 3,
        "words": 10, "speakers": ("Ana Silva",),
    }  # fmt: skip
    return Entry(**{"id": id} | known | fields)


def shown(entries: Sequence[Entry], wanted: str = "", order: str = "added") -> str:
    return list_html(entries, wanted, order, lambda entry: None)


def ids(entries: Sequence[Entry]) -> list[str]:
    return [entry.id for entry in entries]


@pytest.fixture
def library(tmp_path: Path, tiny_encoder: Encoder) -> Library:
    return Library.open(tmp_path / "library", encoder=tiny_encoder)


@pytest.fixture
def shelf(library: Library) -> _Shelf:
    return _Shelf(Desk(library))


# --- the list ----------------------------------------------------------------------------------------------------


def test_the_list_is_sorted_as_chosen() -> None:
    """Newest first; by title as people sort; by date, undated last; longest first."""
    entries = [
        entry("a", title="école", words=5, date=datetime.date(2024, 1, 1)),
        entry("b", title="Dunes", words=50),
        entry("c", title="Fens", words=20, date=datetime.date(2025, 1, 1)),
    ]
    assert ids(matching(entries, "", "added")) == ["c", "b", "a"]
    assert ids(matching(entries, "", "title")) == ["b", "a", "c"]
    assert ids(matching(entries, "", "date")) == ["c", "a", "b"]
    assert ids(matching(entries, "", "words")) == ["b", "c", "a"]
    assert ids(matching(entries, "", "made up by a browser")) == ["c", "b", "a"]


def test_each_word_of_the_filter_stands_somewhere() -> None:
    """Each word stands somewhere in title, speakers or name of the file; accents and capitals do not matter."""
    entries = [
        entry("one", title="The Ferry", speakers=("José Ruiz", "Ana Silva")),
        entry("two", title="The bees", source="harbour.vtt"),
    ]
    assert ids(matching(entries, "jose ferry", "added")) == ["one"]
    assert ids(matching(entries, "HARBOUR", "added")) == ["two"]
    assert ids(matching(entries, "ferry bees", "added")) == []


def test_list_says_how_many_and_what_to_do() -> None:
    """Rows are bounded, and whoever sees none is told why."""
    many = [entry(f"e{n}") for n in range(ROWS + 5)]
    html = shown(many)
    assert html.count("<li>") == ROWS
    assert f"{ROWS + 5} transcripts" in html
    assert "5 more are not listed" in html
    assert "1 transcript of 105" in shown(many, "e104")
    assert "No transcript has “zebra" in shown(many, "zebra")
    assert "onrecord add FILE" in shown([])


def test_list_is_quick() -> None:
    """A library of two thousand is filtered while somebody types."""
    many = [entry(f"meeting {n}", speakers=tuple(f"Speaker {k} of {n}" for k in range(20))) for n in range(2084)]
    started = time.process_time()
    shown(many, "speaker 19 meeting 2001", "title")
    assert time.process_time() - started < 1


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


def test_hostile_strings_stay_text(library: Library) -> None:
    """In titles, names, files, labels, reasons, errors, and what was typed: no character of theirs is markup."""
    data = f"WEBVTT\n\nNOTE {HOSTILE}\n\n00:01.000 --> 00:02.000\n<v A>{HOSTILE}\n".encode()
    added = library.add_bytes(data, "t.vtt")
    transcript = library.transcript("t")
    one = entry(HOSTILE, title=HOSTILE, source=HOSTILE, speakers=(HOSTILE,) * 9)
    said = Said(GIVEN, "", {"title": HOSTILE, "date": HOSTILE})
    upload = Upload(HOSTILE, b"", begun=True, total=3)
    failed = Upload(HOSTILE, b"", added=Added(HOSTILE, "failed", error=HOSTILE))
    pages = [
        shown([one]),
        shown([one], HOSTILE + "!"),
        details_html(one, transcript, library.speaker_records(["t"]), None, said),
        reading_html(FileReport.of(transcript, one)),
        uploading_html([upload]),
        uploaded_html([failed, Upload(HOSTILE, b"", added=added)]),
        talktime.note_html(talks_in(read_bytes(f"{'x<b>'}: {HOSTILE}\n".encode(), "x.txt")), 1, talktime.WORDS),
    ]
    for html in pages:
        assert not re.search(r"<(?:img|b)\b|onerror=|\{\{|\$\{|\$\$|\*\*|\]\(", html)
        assert html.count("</button>") == html.count("<button")


# --- adding ------------------------------------------------------------------------------------------------------


def dropped(folder: Path, **files: bytes) -> list[dict[str, str]]:
    """Files as Gradio hands them over, each in a folder of its own."""
    found = []
    for number, (name, data) in enumerate(files.items()):
        path = folder / str(number) / "sent"
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        found.append({"path": str(path), "orig_name": name})
    return found


def test_files_are_added_one_after_the_other_and_kept_nowhere(shelf: _Shelf, tmp_path: Path) -> None:
    """A bad one does not stop the others; what was uploaded is deleted; what became of each stands in the end."""
    again = TALK.encode() + b"Ana Silva: Yes.\n"
    files = dropped(tmp_path / "sent", **{"a.txt": TALK.encode(), "bad.txt": b"", "../b.txt": again})
    steps = list(shelf.add(files))
    assert steps[0][0] is None
    assert not list((tmp_path / "sent").rglob("*"))
    assert [entry.source for entry in shelf.library.entries] == ["a.txt", "b.txt"]
    last = text_of(steps[-1][1])
    assert "3 files: 2 added, 1 not added." in last
    assert "bad.txt: the file is empty" in last
    assert "of 4 lines with anything in them, 4 are speech (100%)" in last


def test_a_session_that_ends_begins_no_further_file(shelf: _Shelf, tmp_path: Path) -> None:
    """The file in work is finished, and no other is begun."""
    files = dropped(
        tmp_path / "sent", **{f"{n}.txt": TALK.encode() + f"Tom Roe: Number {n}.\n".encode() for n in range(3)}
    )
    adding = shelf.add(files)
    next(adding)
    adding.close()
    deadline = time.monotonic() + 20
    while not shelf.library.entries and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    assert [entry.source for entry in shelf.library.entries] == ["0.txt"]


def test_two_sessions_take_turns(shelf: _Shelf, tmp_path: Path) -> None:
    """Nobody's upload fails because of another's, and neither sees the other's files."""
    seen: dict[str, list[str]] = {"x": [], "y": []}

    def session(name: str) -> None:
        files = dropped(
            tmp_path / name, **{f"{name}{n}.txt": TALK.encode() + f"Tom Roe: {name} {n}.\n".encode() for n in range(4)}
        )
        seen[name] = [html for _, html in shelf.add(files)]

    threads = [threading.Thread(target=session, args=(name,)) for name in seen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(shelf.library.entries) == 8
    for mine, others in itertools.permutations(seen):
        assert "4 files: 4 added." in text_of(seen[mine][-1])
        assert not any(f"{others}0.txt" in text_of(html) for html in seen[mine])


def test_what_is_not_received_is_said(shelf: _Shelf, tmp_path: Path) -> None:
    ((_, html),) = shelf.add([{"path": str(tmp_path / "gone"), "orig_name": "gone.txt"}])
    assert "was not received" in text_of(html)


# --- one transcript ----------------------------------------------------------------------------------------------


class Sent:
    """A gr.EventData with these data- attributes."""

    def __init__(self, **data: str) -> None:
        self._data = data


def sent(**data: str) -> Any:
    return Sent(**data)


def test_title_and_date_are_given_and_taken_back(shelf: _Shelf) -> None:
    """What is as it was is left alone; an empty one is what the file says; what is wrong stands beside it, as typed."""
    shelf.library.add_bytes(TALK.encode(), "tide 2024-05-02.txt")
    (before,) = shelf.library.entries
    assert "Saved." in shelf.give(sent(id=before.id, title=before.title, date="2024-05-02"))
    assert shelf.library.entries == (before,)
    shelf.give(sent(id=before.id, title="The tide", date="2024-05-03"))
    (after,) = shelf.library.entries
    assert (after.title, after.date) == ("The tide", datetime.date(2024, 5, 3))
    html = shelf.give(sent(id=before.id, title="Another", date="yesterday"))
    assert "expected a day as YYYY" in text_of(html)
    assert 'value="Another"' in html
    assert shelf.library.entries == (after,)
    shelf.give(sent(id=before.id, title="", date=""))
    assert shelf.library.entries == (before,)


def test_speakers_are_named(shelf: _Shelf) -> None:
    """By the label of the file, whoever is called what; those without a name come first; a bad name is refused."""
    shelf.library.add_bytes(TALK.replace("Tom Roe", "Speaker 2").encode(), "t.txt")
    html = shelf.details(sent(id="t"))
    assert html.index("Speaker 2") < html.index("Ana Silva")
    assert "label made by a machine" in html
    assert "The tide turns at noon today" in html
    shelf.name(sent(id="t", label="Ana Silva", name="Speaker Two"))
    assert "from now on" in shelf.name(sent(id="t", label="Speaker 2", name=" Tomas Roe "))
    assert shelf.library.entry("t").called == {"Ana Silva": "Speaker Two", "Speaker 2": "Tomas Roe"}
    assert "names nobody in particular" in text_of(shelf.name(sent(id="t", label="Ana Silva", name="Speaker 1")))
    shelf.name(sent(id="t", label="Speaker 2", name=""))
    assert shelf.library.entry("t").speakers == ("Speaker Two", "Speaker 2")
    assert "has no speaker labelled" in text_of(shelf.name(sent(id="t", label="Nobody", name="X Y")))


def test_what_a_browser_makes_up_is_one_line(shelf: _Shelf) -> None:
    for act in (shelf.details, shelf.give, shelf.name):
        assert text_of(act(sent(id="../x"))).count("no transcript has the id") == 1
    html, line, kept = shelf.remove(None, sent())
    assert "no transcript has the id" in text_of(html)
    assert (line, kept) == ("", None)
    assert list(shelf.undo(None)) == [("", None)]


def test_removal_can_be_undone(shelf: _Shelf) -> None:
    shelf.library.add_bytes(TALK.encode(), "t.txt")
    before = shelf.library.entries
    html, line, kept = shelf.remove(None, sent(id="t"))
    assert (html, shelf.library.entries) == ("", ())
    assert "Removed t." in text_of(line)
    said, left = list(shelf.undo(kept))[-1]
    assert text_of(said) == "t is back."
    assert left is None
    assert shelf.library.entries == before
    said, left = list(shelf.undo(kept))[-1]  # as a second click does
    assert "cannot come back" in text_of(said)
    assert left is kept


def test_spellings_of_one_name_are_merged_and_come_apart_again(shelf: _Shelf) -> None:
    """Proposed, never done by itself; undone, everybody has the name that they had."""
    shelf.library.add_bytes(TALK.encode(), "t.txt")
    shelf.library.add_bytes(TALK.replace("Ana Silva", "ANA SILVA").encode(), "u.txt")
    before = [entry.speakers for entry in shelf.library.entries]
    listed = shown(shelf.library.entries)
    assert "Perhaps one person:Ana Silva, ANA SILVA They are one: Ana Silva" in text_of(listed)
    assert "Perhaps" not in shown(shelf.library.entries, "tide")
    said, changes = shelf.merge((), sent(names='["Ana Silva", "ANA SILVA"]'))
    assert text_of(said).startswith("ANA SILVA is Ana Silva now, in all transcripts.")
    assert shelf.library.speakers == ("Ana Silva", "Tom Roe")
    assert "Perhaps" not in shown(shelf.library.entries)
    said, left = shelf.unmerge(changes)
    assert (text_of(said), left) == ("They have the names that they had.", ())
    assert [entry.speakers for entry in shelf.library.entries] == before
    for made_up in ("", "[", "7", '[["x"]]', '{"a": 1}'):
        assert shelf.merge((), sent(names=made_up))[1] == ()
    assert [entry.speakers for entry in shelf.library.entries] == before


def test_lengths_come_after_the_list(shelf: _Shelf) -> None:
    """The list does not wait for what has to be looked up, and nothing is looked up twice."""
    vtt = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ana Silva>Noon.\n\n01:00:00.000 --> 01:00:05.000\n<v Tom Roe>One.\n"
    shelf.library.add_bytes(vtt.encode(), "timed.vtt")
    shelf.library.add_bytes(TALK.encode(), "plain.txt")
    first, second = shelf.listed("", "added")
    assert "1:00:05" not in text_of(first)
    assert text_of(second).count("1:00:05") == 1
    assert list(shelf.listed("", "added")) == [second]


# --- who talks how much ------------------------------------------------------------------------------------------


@pytest.fixture
def talks(library: Library) -> talktime.Tallies:
    """Twenty speakers, in two transcripts; one of these has times."""
    lines = [f"{chr(65 + n)}na North: {'word ' * (n + 1)}\n" for n in range(20)] * 2
    library.add_bytes("".join(lines).encode(), "plain.txt")
    cues = "00:00.000 --> 03:00.000\n<v Ana North>one two three\n\n03:00.000 --> 04:00.000\n<v Bna North>four five\n"
    vtt = f"WEBVTT\n\n{cues}"
    library.add_bytes(vtt.encode(), "timed.vtt")
    return talktime.Tallies(library)


NO_LIMITS: tuple[Any, ...] = ([], [], "", "")


def test_bars_are_the_first_fifteen_and_all_others(talks: talktime.Tallies) -> None:
    (plot, note), *rest = talktime.counted(talks, talktime.WORDS, *NO_LIMITS)
    assert not rest
    rows = plot["value"].to_dict("split")["data"]
    assert len(rows) == 16
    assert rows[0] == ["Tna North", 40.0]
    assert sum(amount for _, amount in rows) == 420 + 5
    assert rows[-1][0] == plot["sort"][-1] == "5 others"
    assert "425 words by 20 speakers in 2 transcripts" in text_of(note)


def test_minutes_are_those_of_files_with_times(talks: talktime.Tallies) -> None:
    ((plot, note),) = talktime.counted(talks, talktime.MINUTES, *NO_LIMITS)
    assert plot["value"].to_dict("split")["data"] == [["Ana North", 3.0], ["Bna North", 1.0]]
    assert "40 turns have no times" in text_of(note)


def test_limits_hold_for_talk_time(talks: talktime.Tallies) -> None:
    """Transcripts and speakers; dates without a transcript are one line."""
    ((plot, note),) = talktime.counted(talks, talktime.WORDS, ["Bna North"], ["timed"], "", "")
    assert plot["value"].to_dict("split")["data"] == [["Bna North", 2.0]]
    assert "40%" in note
    ((plot, note),) = talktime.counted(talks, talktime.WORDS, [], [], "2024-01-01", "")
    assert not plot["visible"]
    assert "no transcript is dated" in text_of(note)


def test_nothing_to_count(library: Library) -> None:
    ((plot, note),) = talktime.counted(talktime.Tallies(library), talktime.WORDS, *NO_LIMITS)
    assert not plot["visible"]
    assert "nothing to count" in note


def test_renamed_speakers_are_counted_anew(talks: talktime.Tallies) -> None:
    list(talktime.counted(talks, talktime.WORDS, *NO_LIMITS))
    talks.library.rename("timed", "Ana North", "Ada North")
    ((plot, _),) = talktime.counted(talks, talktime.WORDS, [], ["timed"], "", "")
    assert plot["value"].to_dict("split")["data"] == [["Ada North", 3.0], ["Bna North", 2.0]]
