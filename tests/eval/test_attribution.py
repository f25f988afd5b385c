"""Whose words: the measure on readings made by hand, and the invented files of tests/attribution.

These files were written by somebody who had not seen the readers; their truths stand beside them.
`tests/attribution/bounds.json` holds how many of their words may go to a wrong named speaker without a caution: today's
figure, so that it can only go down (`tests/eval/attribution_bounds.py` lowers it).
"""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.errors import TranscriptError
from bot.transcripts.formats import read_bytes, read_file
from bot.transcripts.transcript import Item, Lines, Piece, Place, Reading, Transcript, Utterance
from eval.attribution.__main__ import as_markdown, main, worst
from eval.attribution.frozen import changed, frozen, turns_of
from eval.attribution.measure import (
    CAUTIONED,
    DOUBTED,
    DROPPED,
    NOBODY,
    RIGHT,
    SILENT,
    SPEECH,
    TAKEN,
    UNTOLD,
    Judged,
    judge,
)
from eval.attribution.truths import meets, truth_of, truths_beside
from eval.attribution.words import align, common, words_of
from tests.conftest import shared
from tests.eval.attribution_bounds import FOLDER, bounds, cases, figures_of, invented

FROZEN = json.loads((FOLDER / "shared-formats.json").read_text(encoding="utf-8"))


def reading(*said: tuple[str, str] | tuple[str, str, str], places: Sequence[Place] = ()) -> Transcript:
    """(label, text, doubt) a turn; the places of the turns are lines 1, 2, … or these."""
    utterances = tuple(
        Utterance(
            index,
            turn[0] or "Unnamed speaker",
            turn[0],
            turn[1],
            (Piece(0, places[index] if places else Lines(index + 1, index + 1)),),
            turn[2] if len(turn) > 2 else "",
        )
        for index, turn in enumerate(said)
    )
    report = Reading("by hand", "line", len(said), len(said), (), family="labelled")
    return Transcript("t", "T", "t.txt", "0" * 64, utterances, report)


def counts(transcript: Transcript, *blocks: dict[str, Any]) -> Counter[str]:
    """What the words come to, without the outcomes that none has."""
    truth = truth_of({"kind": "by hand", "blocks": blocks})
    return +judge(transcript, truth).counts


def by_place(transcript: Transcript, *places: dict[str, Any]) -> Counter[str]:
    return +judge(transcript, truth_of({"kind": "by hand", "places": list(places)})).counts


ANA = {"text": "The ferry sails at nine.", "speaker": "Ana Silva"}
TOM = {"text": "It is often late, though.", "speaker": "Tom Roe"}


# --- words -------------------------------------------------------------------------------------------------------


def test_words_are_compared_without_case_edges_and_white_space() -> None:
    """Punctuation within a word stays, alone it is none; a note's number comes off; Chinese is cut by character."""
    assert words_of("“Well—no,”  said\nO'Neil — at 10:30 (done.(1))") == [
        "well—no",
        "said",
        "o'neil",
        "at",
        "10:30",
        "done",
        "1",
    ]
    assert words_of("奥托：教区付了。 OK") == ["奥", "托", "教", "区", "付", "了", "ok"]
    assert words_of("cafe\u0301") == words_of("CAFÉ")


def test_a_block_that_is_missing_does_not_take_the_place_of_the_next_like_it() -> None:
    blocks = [["yes"], ["we", "sail"], ["yes"], ["at", "nine"]]
    assert align(blocks, ["we", "sail", "yes", "at", "nine"]) == [[None], [0, 1], [2], [3, 4]]


def test_a_torn_block_is_found_on_both_sides_of_what_tears_it() -> None:
    """A page number within; a sentence that is missing at its end."""
    blocks = [["the", "ferry", "sails", "at", "nine", "or", "not", "at", "all"], ["fine"]]
    read = ["the", "ferry", "17", "sails", "at", "nine", "fine"]
    assert align(blocks, read) == [[0, 1, 3, 4, 5, None, None, None, None], [6]]


def test_single_words_of_a_missing_block_do_not_meet_by_chance() -> None:
    """They do where half of the block is there, and a run of three does at any rate."""
    missing = ["a", "bird", "sat", "in", "the", "tall", "tree", "by", "the", "lake"]
    assert align([missing, ["so", "it", "did"]], ["the", "lake", "page", "a", "so", "it", "did"])[0] == [None] * 10
    assert align([missing], ["x", "sat", "in", "the", "y"])[0] == [None, None, 1, 2, 3, *[None] * 5]
    assert align([["a", "b", "c", "d"]], ["a", "x", "c"])[0] == [0, None, 2, None]


def test_blocks_in_another_order_are_found_and_no_word_twice() -> None:
    blocks = [["one", "two", "three"], ["four", "five", "six", "seven"], ["one", "two", "three"]]
    assert align(blocks, [*blocks[1], *blocks[0]]) == [[4, 5, 6], [0, 1, 2, 3], [None] * 3] or align(
        blocks, [*blocks[1], *blocks[0]]
    ) == [[None] * 3, [0, 1, 2, 3], [4, 5, 6]]
    assert align([["b", "b", "b"], ["a", "a", "a", "a"]], ["a", "a", "a", "a", "b", "b", "b"]) == [
        [4, 5, 6],
        [0, 1, 2, 3],
    ]


def test_the_longest_common_subsequence_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pairs are equal, go forward, and are as many as the plain table says; halved or not."""

    def length(first: Sequence[str], second: Sequence[str]) -> int:
        row = [0] * (len(second) + 1)
        for word in first:
            before = row[:]
            for at, other in enumerate(second):
                row[at + 1] = before[at] + 1 if word == other else max(before[at + 1], row[at])
        return row[-1]

    chosen = random.Random(7)
    for direct in (1 << 22, 8):
        monkeypatch.setattr("eval.attribution.words._DIRECT", direct)
        for _ in range(200):
            first, second = (chosen.choices("abcd", k=chosen.randrange(18)) for _ in range(2))
            pairs = common(first, second)
            assert len(pairs) == length(first, second)
            assert all(first[a] == second[b] for a, b in pairs)
            assert all(a < c and b < d for (a, b), (c, d) in itertools.pairwise(pairs))


def test_a_long_text_of_which_no_block_is_whole_is_aligned_in_seconds() -> None:
    """Each block lacks a word in the reading; all others are found in their place."""
    chosen = random.Random(1)
    vocabulary = [f"w{number}" for number in range(3000)]
    blocks = [chosen.choices(vocabulary, k=40) for _ in range(300)]
    read = [word for block in blocks for word in block[:20] + block[21:]]
    found = align(blocks, read)
    assert sum(index is not None for indexes in found for index in indexes) == len(read)


# --- outcomes ----------------------------------------------------------------------------------------------------


def test_every_word_of_speech_has_one_outcome() -> None:
    """Right; wrong without and with a caution; nobody's though the file tells; nobody's rightly; dropped; taken."""
    right = reading(("ANA SILVA", "The ferry sails at nine."), ("Tom Roe", "It is often late, though."))
    assert counts(right, ANA, TOM) == {RIGHT: 10}
    glued = reading(("Ana Silva", "The ferry sails at nine. It is often late, though."))
    assert counts(glued, ANA, TOM) == {RIGHT: 5, SILENT: 5}
    doubtful = reading(("Ana Silva", "The ferry sails at nine. It is often late, though.", "named far above"))
    assert counts(doubtful, ANA, TOM) == {RIGHT: 5, DOUBTED: 5, CAUTIONED: 5}
    unnamed = reading(("", "The ferry sails at nine."), ("Tom Roe", "It is often late, though."))
    assert counts(unnamed, ANA, TOM) == {UNTOLD: 5, RIGHT: 5}
    assert counts(unnamed, ANA | {"speaker": None}, TOM) == {NOBODY: 5, RIGHT: 5}
    assert counts(right, ANA | {"speaker": None}, TOM) == {SILENT: 5, RIGHT: 5}
    lost = reading(("Ana Silva", "The ferry sails at nine."))
    assert counts(lost, ANA, TOM) == {RIGHT: 5, DROPPED: 5}
    noisy = reading(("Ana Silva", "PART TWO The ferry sails at nine."), ("Note", "0:15"))
    assert counts(noisy, ANA) == {RIGHT: 5, TAKEN: 3}


def test_where_the_truth_is_not_sure_the_named_and_nobody_are_right() -> None:
    unsure = ANA | {"sure": False}
    assert counts(reading(("Ana Silva", ANA["text"])), unsure) == {RIGHT: 5}
    assert counts(reading(("", ANA["text"])), unsure) == {NOBODY: 5}
    assert counts(reading(("Tom Roe", ANA["text"])), unsure) == {SILENT: 5}


def test_names_are_compared_folded_and_others_may_be_right_too() -> None:
    asked = {"text": "Where were you?", "speaker": "MR. TALLIS", "also": ["Q"]}
    assert counts(reading(("Q.", "Where were you?")), asked) == {RIGHT: 3}
    assert counts(reading(("Mr Tallis", "Where were you?")), asked) == {RIGHT: 3}
    assert counts(reading(("A.", "Where were you?")), asked) == {SILENT: 3}


def test_mistakes_are_told_with_their_words() -> None:
    glued = reading(("Ana Silva", "The ferry sails at nine. It is often late, though."))
    judged = judge(glued, truth_of({"kind": "by hand", "blocks": [ANA, TOM]}))
    assert [str(mistake) for mistake in judged.mistakes] == [
        "wrong, no caution (Ana Silva, not Tom Roe): it is often late though"
    ]
    assert "it is often late though" in worst([judged], 1)


# --- by place ----------------------------------------------------------------------------------------------------


def test_a_truth_by_place_counts_the_words_that_stand_there() -> None:
    """Of a turn over two ranges each piece is counted under its own; what stands in none is no speech."""
    pieces = (Piece(0, Lines(2, 2)), Piece(25, Lines(4, 4)), Piece(51, Lines(9, 9)))
    text = "The ferry sails at nine. It is often late, though. The end."
    whole = Utterance(0, "Ana Silva", "Ana Silva", text, pieces)
    transcript = Transcript("t", "T", "t.txt", "0" * 64, (whole,), Reading("by hand", "line", 9, 9, ()))
    places = [{"lines": [1, 3], "speaker": "Ana Silva"}, {"lines": [4, 5], "speaker": "Tom Roe"}]
    assert by_place(transcript, *places) == {RIGHT: 5, SILENT: 5, TAKEN: 2}


def test_counted_words_of_a_place_tell_dropped_ones_and_labels() -> None:
    spot = {"item": "segments[0]", "speaker": None, "words": 5}
    label = reading(("", "Ana: The ferry sails at nine."), places=[Item("segments[0]")])
    assert by_place(label, spot) == {NOBODY: 5, TAKEN: 1}
    assert by_place(reading(("", "The ferry"), places=[Item("segments[0]")]), spot) == {NOBODY: 2, DROPPED: 3}
    joined = reading(("", "Ana The ferry sails at nine."), places=[Item("text nodes 3-4")])
    assert by_place(joined, {"item": "text node 4", "speaker": "Ana", "words": 5}) == {UNTOLD: 5, TAKEN: 1}


@pytest.mark.parametrize(
    ("place", "wanted", "met"),
    [
        (Lines(3, 4), "line 4", True),
        (Lines(3, 4), "lines 5-9", False),
        (Item("text nodes 3-12"), "text node 4", True),
        (Item("segments[2].words[0]"), "segments[2]", True),
        (Item("segments[2]"), "segments[21]", False),
        (Item("results.words[3]"), "words[0-7]", True),
        (Item("words[8]"), "words[0-7]", False),
        (Item("[1]"), "[1]", True),
        (Item("[1]"), "segments[1]", False),
        (Item("page"), "page", True),
        (Item("paragraph 4"), "line 4", False),
    ],
)
def test_places_meet(place: Place, wanted: str, met: bool) -> None:
    assert meets(place, wanted) is met


# --- the command -------------------------------------------------------------------------------------------------


def test_the_command_counts_refused_files_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With their line; a file that holds no speech is refused rightly."""
    truth = {"kind": "easy", "blocks": [ANA, TOM] * 3, "not_speech": []}
    said = "".join(f"{block['speaker']}: {block['text']}\n" for block in (ANA, TOM) * 3)
    (tmp_path / "good.txt").write_text(said, encoding="utf-8")
    (tmp_path / "good.txt.truth.json").write_text(json.dumps(truth), "utf-8")
    for name, refused in (("a.json", True), ("b.json", False)):
        (tmp_path / name).write_text('{"x": 1}', encoding="utf-8")
        (tmp_path / f"{name}.truth.json").write_text(json.dumps({"kind": "none", "refused": refused}), "utf-8")
    assert main([str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["all"] == told["families"]["labelled"] == told["kinds"]["easy"] == {RIGHT: 30}
    assert set(told["refused"]) == {"a.json", "b.json"}
    assert told["refused wrongly"] == ["b.json"]
    assert main([str(tmp_path), "--by", "kind", "--worst", "1"]) == 0
    shown = capsys.readouterr().out
    assert "| easy | 1 | 30 | 100.0 |" in shown
    assert "Refused: 2, of which 1 should have been read" in shown
    empty = tmp_path / "empty"
    empty.mkdir()
    assert main([str(empty)]) == 1


# --- the files of tests/attribution ------------------------------------------------------------------------------


def test_the_truths_are_texts_of_their_files() -> None:
    """Each block's words stand in its file in order, and every file has a truth."""
    truths = truths_beside(FOLDER)
    files = {path for path in FOLDER.iterdir() if path.name[:2].isdigit() and not path.name.endswith(".truth.json")}
    assert files == set(truths)
    for path, truth in truths.items():
        found = align([block.words for block in truth.blocks], words_of(path.read_text(encoding="utf-8")))
        lost = sum(index is None for indexes in found for index in indexes)
        assert lost <= truth.words * 0.03, path  # entities and tags stand within some words


def held(judged: list[Judged], name: str) -> None:
    """The files keep within their bounds."""
    found = figures_of(judged)
    told = f"{found}\n{as_markdown(judged)}{worst(judged, 5)}"
    assert all(found[key] <= bound for key, bound in bounds(name).items()), told


def test_few_words_go_to_a_wrong_speaker_in_silence() -> None:
    held(invented(), "invented")


def test_the_easy_file_is_all_right() -> None:
    """A reader that names nobody would be wrong of nobody: this one shows that it is not what is asked."""
    path = FOLDER / "01_bell_foundry.txt"
    judged = judge(read_bytes(path.read_bytes(), path.name), truths_beside(FOLDER)[path])
    assert set(+judged.counts) == {RIGHT}
    assert judged.counts[RIGHT] == sum(judged.counts[outcome] for outcome in SPEECH) > 100


# --- the files of ../shared --------------------------------------------------------------------------------------


def test_few_words_of_the_shared_cases_go_to_a_wrong_speaker_in_silence() -> None:
    """Their truths are by place: lines, text nodes or parts of a JSON, with how many words are spoken there."""
    shared("cases/reading")
    held(cases(), "shared cases")


@pytest.mark.parametrize("name", FROZEN)
def test_real_files_are_read_turn_by_turn_as_they_were(name: str) -> None:
    """Place, speaker and words.  `tests/transcripts/formats/test_real_files.py` holds that they are right."""
    path = shared(f"formats/{name}")
    try:
        transcript, _ = read_file(path)
    except TranscriptError:
        assert not FROZEN[name], f"{name} is refused"
        return
    assert not changed(FROZEN[name], transcript)


def test_every_real_file_is_frozen() -> None:
    assert set(frozen(shared("formats"))) == set(FROZEN)


def test_a_change_of_speaker_words_or_place_is_told() -> None:
    before = turns_of(reading(("Ana", "The ferry sails."), ("Tom", "It is late.")))
    assert not changed(before, reading(("ANA", "The ferry  sails."), ("Tom", "It is late.")))
    assert changed(before, reading(("Ana", "The ferry sails."), ("", "It is late."))) == [
        "t.txt: 1 turns are now ['nobody: It is late.']"
    ]
    moved = reading(("Ana", "The ferry sails."), ("Tom", "It is late."), places=[Lines(1, 1), Lines(4, 4)])
    assert len(changed(before, moved)) == 1
