"""`onrecord label`: say who speaks, and take it back."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import Library
from bot.cli import main
from embeddings.encoder import Encoder

FERRY = (
    "Ana Silva: The ferry sails at nine.\nTom Roe: It is often late.\nAna Silva: Only in fog.\nTom Roe: In any wind.\n"
)


@pytest.fixture
def folder(tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "ferry.txt").write_text(FERRY, encoding="utf-8")
    library = Library.open(tmp_path / "library", encoder=encoder)
    library.add(tmp_path / "ferry.txt")
    monkeypatch.setenv("ONRECORD_LIBRARY", str(library.folder))
    return str(library.folder)


def test_label_nobody_and_undo(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each says where, who, how many words, and who it was before."""
    for arguments, said in (
        (["ferry", "2-3", "Ida Berg"], "ferry, lines 2-3: Ida Berg (7 words, before: Tom Roe and Ana Silva)\n"),
        (["ferry", "4", "--nobody"], "ferry, line 4: Unnamed speaker (3 words, before: Tom Roe)\n"),
        (["ferry", "--undo"], "ferry, line 4: Tom Roe (3 words, before: Unnamed speaker)\n"),
    ):
        assert main(["label", *arguments]) == 0
        assert capsys.readouterr().out == said
    assert main(["show", "ferry", "--report"]) == 0
    assert "words: 8 named where they are said, 7 named by a person" in capsys.readouterr().out
    assert main(["show", "ferry"]) == 0
    assert "[line 2] Ida Berg: It is often late." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ferry"], "say where and who: `onrecord label ID LINES NAME`, or --nobody in place of NAME"),
        (["ferry", "2"], "say where and who"),
        (["ferry", "2", "Ida", "--nobody"], "say where and who"),
        (["ferry", "2", "--undo"], "name nothing but its ID with it"),
        (["ferry", "--undo"], "nobody has said who speaks in ferry, so there is nothing to take back"),
        (["ferry", "20", "Ida"], "nothing is said at '20' in ferry; its words stand from line 1 to line 4"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    folder: str, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    """Exit status 1, and what to do."""
    assert main(["label", *arguments]) == 1
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
