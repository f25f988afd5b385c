"""What the browser keeps of a conversation: sealed, without the quotes themselves, and located afresh."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot import Library, answer
from bot.answers import ANSWERED, LOST, NOT_BY_SPEAKER, NOT_FOUND, Answer
from bot.checking.check import Statement
from bot.errors import LibraryError
from embeddings.encoder import Encoder
from ui.conversations import Asked, Conversation, Keeper, Turn, recall, remember
from ui.wording import WORDING

FERRY = """\
Tom Farrant: The old quay is falling into the water, and nobody has looked at it since the storm.
Ingrid Pell: The council will repair the quay in April, with forty tonnes of stone.
Tom Farrant: April is late.
"""


@pytest.fixture
def library(tmp_path: Path, encoder: Encoder) -> Library:
    file = tmp_path / "quay.txt"
    file.write_text(FERRY, encoding="utf-8")
    library = Library.open(tmp_path / "library", encoder=encoder)
    library.add(file)
    return library


def kept(turn: Turn) -> dict[str, object]:
    """As it comes back from a browser."""
    found: dict[str, object] = json.loads(json.dumps(remember(turn)))
    return found


def asked(question: str, library: Library) -> Turn:
    return Turn(question, Asked(), answer(question, library, model="none"))


def test_an_answer_comes_back_as_it_was(library: Library) -> None:
    """Everything but what only the search knew; quotes, text and all."""
    turn = asked("When will the council repair the quay?", library)
    assert turn.answer
    assert turn.answer.citations
    back = recall(kept(turn), library)
    assert back.answer
    same = ("question", "standalone", "status", "lead", "text", "citations", "form", "speakers", "transcripts")
    for name in same:
        assert getattr(back.answer, name) == getattr(turn.answer, name), name
    assert (back.asked, back.lost) == (turn.asked, 0)


@pytest.mark.parametrize(
    ("question", "status"),
    [("What did Tom say about forty tonnes of stone?", NOT_BY_SPEAKER), ("Who sells bicycles on Mars?", NOT_FOUND)],
)
def test_refusals_come_back(library: Library, question: str, status: str) -> None:
    """What somebody else says, and the closest passages, are found again."""
    turn = asked(question, library)
    assert turn.answer
    assert turn.answer.status == status
    back = recall(kept(turn), library).answer
    assert back
    assert (back.status, back.elsewhere, back.text) == (status, turn.answer.elsewhere, turn.answer.text)
    heard = [(passage.revision, passage.hits[0].utterance, passage.hits[0].speaker) for passage in back.passages]
    assert heard == [(p.revision, p.hits[0].utterance, p.hits[0].speaker) for p in turn.answer.passages]


def test_no_quote_is_kept(library: Library) -> None:
    """Only where it stands: what has gone from the library is nowhere else."""
    turn = asked("When will the council repair the quay?", library)
    assert "forty tonnes" not in json.dumps(remember(turn))


def test_what_was_removed_is_lost(library: Library) -> None:
    """Its quotes are gone and counted; nothing stands in their place."""
    turn = asked("When will the council repair the quay?", library)
    assert turn.answer
    remembered = kept(turn)
    library.remove("quay")
    back = recall(remembered, library)
    assert back.answer
    assert back.answer.citations == ()
    assert back.lost == len(turn.answer.citations) > 0


def test_what_has_changed_is_lost(library: Library, tmp_path: Path) -> None:
    """Another reading of the file is another text: the same characters there may be other words."""
    remembered = kept(asked("When will the council repair the quay?", library))
    (tmp_path / "quay.txt").write_text(f"Ida: Before.\n{FERRY}", encoding="utf-8")
    library.add(tmp_path / "quay.txt")
    back = recall(remembered, library)
    assert back.lost
    assert back.answer
    assert not back.answer.citations


def test_renamed_speakers_have_the_new_name(library: Library) -> None:
    remembered = kept(asked("When will the council repair the quay?", library))
    library.rename("quay", "Ingrid Pell", "Inga Pell")
    back = recall(remembered, library).answer
    assert back
    assert {citation.quote.speaker for citation in back.citations} == {"Inga Pell"}


def test_a_statement_whose_quote_is_gone_is_not_verified(library: Library) -> None:
    """What a model wrote loses its number, its quotation marks and its standing."""
    turn = asked("When will the council repair the quay?", library)
    assert turn.answer
    statements = (Statement("“In April”, she says.", (1,)), Statement("Nobody cites this.", ()))
    remembered = kept(replace(turn, answer=replace(turn.answer, statements=statements)))
    assert recall(remembered, library).answer.statements == statements  # type: ignore[union-attr]
    library.remove("quay")
    back = recall(remembered, library).answer
    assert back
    assert back.statements == (Statement("In April, she says.", (), (LOST,)), statements[1])


def test_a_turn_without_an_answer(library: Library) -> None:
    """It is kept as a question; how it was asked is kept with it."""
    how = Asked(("Tom Farrant",), ("quay",), filters=False, rewrite=False)
    back = recall(kept(Turn("Why?", how, message="Stopped.")), library)
    assert (back.question, back.asked, back.answer, back.message) == ("Why?", how, None, WORDING.failed)


# --- sealing -----------------------------------------------------------------------------------------------------


TURN = Turn("Where is it?", Asked(), Answer("Where is it?", "Where is it?", ANSWERED, "Here.", "Here."))


def conversation() -> Conversation:
    return Conversation.of([TURN])


def test_sealed_and_opened(library: Library) -> None:
    """The same library opens it, in another process too; the token tells nothing."""
    token = Keeper.of(library).seal(conversation())
    assert "Where" not in token
    again = Keeper.of(Library.open(library.folder)).unseal(token)
    assert again
    assert again.name == "Where is it?"
    assert again.turns == (json.loads(json.dumps(remember(TURN))),)


def test_another_librarys_conversation_is_not_opened(library: Library, tmp_path: Path) -> None:
    other = Keeper.of(Library.open(tmp_path / "other"))
    assert other.unseal(Keeper.of(library).seal(conversation())) is None


@pytest.mark.parametrize("token", ["", "x", "gAAAA", "é" * 40])
def test_junk_is_not_opened(library: Library, token: str) -> None:
    assert Keeper.of(library).unseal(token) is None


def test_something_else_under_the_same_seal_is_not_opened() -> None:
    key = Fernet.generate_key()
    for content in (b"{}", b"[1]", b'{"id": 1}', b"\xff"):
        assert Keeper(key).unseal(Fernet(key).encrypt(content).decode()) is None


def test_the_secret_is_its_owners(library: Library) -> None:
    """Mode 0600, and made once."""
    Keeper.of(library)
    path = library.folder / "page-secret"
    secret = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    Keeper.of(library)
    assert path.read_bytes() == secret
    assert [item.name for item in library.folder.iterdir() if item.name.startswith("page-secret")] == ["page-secret"]


def test_an_empty_library_with_a_secret_is_still_a_library(tmp_path: Path) -> None:
    """The page was served before anything was added."""
    Keeper.of(Library.open(tmp_path / "new"))
    assert Library.open(tmp_path / "new").entries == ()


def test_a_damaged_secret_is_said(library: Library) -> None:
    (library.folder / "page-secret").write_text("not a key")
    with pytest.raises(LibraryError, match="holds no key; delete it, and a new one is made"):
        Keeper.of(library)
