"""Right files, changed in a known way: the truth that is made along, and how the readers do.

`tests/attribution/bounds.json` holds for each mutation how many words may go to a wrong named speaker without a
caution, and how many may be dropped: today's figures, so that they can only go down.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot.transcripts.formats import read_bytes
from eval.attribution.__main__ import main as measured
from eval.attribution.measure import RIGHT
from eval.attribution.mutations import MUTATIONS, main, mutated, paragraphs_of, written
from eval.attribution.speed import files_of, seconds_per_megabyte
from eval.attribution.words import align, words_of
from tests.eval.attribution_bounds import RIGHT_FILES, bounds, changed
from tests.eval.training.invented import podcast

FEW = """Ana Silva: The ferry sails at nine. It is often late.

Tom Roe: Then I shall walk.

Ana Silva: Good luck. It is forty miles.

Tom Roe: I have good shoes.
"""


def few(mutation: str, seed: int = 0) -> tuple[str, list[tuple[str, str | None, bool]]]:
    """FEW changed, and what the truth says of it."""
    data, truth = mutated(FEW.encode(), "few.txt", mutation, seed)
    return data.decode(), [(block["text"], block["speaker"], block["sure"]) for block in truth["blocks"]]


@pytest.mark.parametrize(("name", "data"), RIGHT_FILES, ids=[name for name, _ in RIGHT_FILES])
def test_a_file_as_it_is_stays_what_it_was(name: str, data: bytes) -> None:
    """The paragraphs are the file's lines, all of them."""
    text = data.decode()
    assert written(paragraphs_of(text, read_bytes(data, name))).rstrip("\n") == text.rstrip("\n")


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_the_truth_stands_in_the_changed_file(mutation: str) -> None:
    """Every word of it, in order; the same file for the same seed."""
    for name, data in (RIGHT_FILES[1], RIGHT_FILES[2], RIGHT_FILES[4]):
        text, truth = mutated(data, name, mutation, 3)
        assert mutated(data, name, mutation, 3) == (text, truth)
        blocks = [words_of(block["text"]) for block in truth["blocks"]]
        assert all(index is not None for block in align(blocks, words_of(text.decode())) for index in block)
        said = Counter(word for turn in read_bytes(data, name).utterances for word in words_of(turn.text))
        assert Counter(word for block in blocks for word in block) == said


def test_without_its_label_a_paragraph_is_nobodys() -> None:
    text, truth = few("a third of the labels gone")
    bare = [line for line in text.split("\n") if line and ":" not in line]
    assert len(bare) == 1
    assert [(block[1], block[2]) for block in truth if block[0] == bare[0]] == [(None, True)]
    assert {block[1] for block in truth if block[0] != bare[0]} == {"Ana Silva", "Tom Roe"}


def test_right_below_a_line_the_speaker_may_go_on() -> None:
    """Without a blank line between them a line without a label may be a wrapped one: that speaker's, or nobody's."""
    text, truth = mutated(FEW.replace("\n\n", "\n").encode(), "few.txt", "a third of the labels gone", 0)
    bare = [line for line in text.decode().split("\n") if line and ":" not in line]
    block = next(block for block in truth["blocks"] if block["text"] == bare[0])
    assert block["speaker"] in ("Ana Silva", "Tom Roe")
    assert not block["sure"]


def test_a_turn_is_split_with_the_label_on_its_first_sentence() -> None:
    text, truth = few("turns of several paragraphs")
    assert text.startswith("Ana Silva: The ferry sails at nine.\n\nIt is often late.\n\nTom Roe: Then I shall walk.\n")
    assert truth[:3] == [
        ("The ferry sails at nine.", "Ana Silva", True),
        ("It is often late.", "Ana Silva", False),
        ("Then I shall walk.", "Tom Roe", True),
    ]


def test_labels_move_and_change() -> None:
    assert few("the name behind the words")[0].endswith("\n\nI have good shoes.\n— Tom Roe\n")
    lowered, truth = few("one label in lower case")
    assert ("ana silva: " in lowered) != ("tom roe: " in lowered)
    assert truth == few("as it is")[1]
    assert "late.\n\n\nTom Roe: Then" in few("blank lines doubled")[0]


@pytest.mark.parametrize("mutation", ["a title page", "show notes", "headings", "headings with a colon"])
def test_what_is_put_in_is_no_speech(mutation: str) -> None:
    """The truth is that of the file as it was; the words put in are on lines of their own."""
    data, truth = mutated(podcast(), "podcast.md", mutation, 0)
    assert truth["blocks"] == mutated(podcast(), "podcast.md", "as it is", 0)[1]["blocks"]
    before = podcast().decode().split("\n")
    lines = data.decode().split("\n")
    assert set(before) < set(lines)


def test_mutated_files_are_read_as_well_as_the_day_before() -> None:
    """A right file is right as it is: that is what makes its truth."""
    counts = changed()
    assert set(counts) == set(MUTATIONS)
    assert set(counts["as it is"]) == {RIGHT}
    for mutation, told in counts.items():
        for outcome, bound in bounds(f"mutation: {mutation}").items():
            assert told[outcome] <= bound, mutation


def test_the_command_writes_files_that_can_be_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "few.txt"
    source.write_text(FEW, encoding="utf-8")
    assert main([str(source), "--seeds", "1", "--into", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr().out
    assert all(f"| {mutation} | 1 | 23 |" in shown for mutation in MUTATIONS)
    assert measured([str(tmp_path / "out"), "--by", "kind"]) == 0
    assert capsys.readouterr().out == shown


def test_reading_is_timed_in_a_tree(tmp_path: Path) -> None:
    (tmp_path / "few.txt").write_text(FEW * 50, encoding="utf-8")
    (tmp_path / "refused.json").write_text("{}", encoding="utf-8")
    files = files_of([tmp_path])
    assert len(files) == 2
    assert 0 < seconds_per_megabyte(Path(__file__).resolve().parents[2], files) < 60
