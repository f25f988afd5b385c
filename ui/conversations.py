"""Conversations, kept in the browser and nowhere else.

    turn ─remember─► ids of what was quoted ─seal─► a token in the browser's storage ─unseal, recall─► turn

A token is encrypted with a secret that stays in the library's folder, so that another page at the same address cannot
read it.  It holds questions, and of answers what was written and where their quotes stand, never the quotes themselves:
they are located afresh and looked up in the source again, so what has gone from the library has gone from the
conversation.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken

from bot.answers import LOST, NO_MARKS, Answer, Citation, text_of
from bot.checking.check import Statement
from bot.errors import LibraryError, OnRecordError
from bot.quotes.quoting import Quote, is_in_source
from bot.retrieval.passages import Hit, Passage, Stretch
from bot.store.store import PAGE_SECRET
from ui.places import QUOTE, Spot
from ui.wording import WORDING

if TYPE_CHECKING:
    from bot.library import Library

_LONGEST_NAME = 70  # characters of a conversation's name
_PROSE = ("question", "standalone", "status", "lead", "notice", "form", "model")
_NAMES = ("speakers", "excluded", "transcripts", "choices")


@dataclass(frozen=True)
class Asked:
    """How a question was asked; see `bot.answering.answer`."""

    speakers: tuple[str, ...] = ()
    transcripts: tuple[str, ...] = ()
    filters: bool = True
    rewrite: bool = True


@dataclass(frozen=True)
class Turn:
    """A question and what came of it: an answer, or a message that says why there is none.

    `lost` is how many of the answer's quotes are gone since.
    """

    question: str
    asked: Asked = Asked()
    answer: Answer | None = None
    message: str = ""
    lost: int = 0


@dataclass(frozen=True)
class Conversation:
    """What is kept of a conversation: `turns` as `remember` gives them."""

    id: str
    name: str
    changed: float
    turns: tuple[dict[str, Any], ...] = field(hash=False)

    @classmethod
    def of(cls, turns: Sequence[Turn], id: str = "") -> Conversation:
        """These turns, under an id of their own where they have none yet; named by the first question."""
        name = turns[0].question
        name = name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME].rstrip()} …"
        return cls(id or uuid.uuid4().hex, name, time.time(), tuple(remember(turn) for turn in turns))


class Keeper:
    """Seals conversations for the browser, and opens what it sends back."""

    def __init__(self, secret: bytes) -> None:
        self._box = Fernet(secret)

    @classmethod
    def of(cls, library: Library) -> Keeper:
        """With the secret of the library, which is made at first use and which only its owner may read."""
        path = library.folder / PAGE_SECRET
        try:
            if not path.exists():
                _write_secret(path, Fernet.generate_key())
            return cls(path.read_bytes())
        except OSError as error:
            raise LibraryError(f"{path} cannot be read or made ({error.strerror}); check its permissions") from None
        except ValueError:
            raise LibraryError(f"{path} holds no key; delete it, and a new one is made") from None

    def seal(self, conversation: Conversation) -> str:
        return self._box.encrypt(json.dumps(asdict(conversation)).encode()).decode()

    def unseal(self, token: str) -> Conversation | None:
        """None for what this secret did not seal, such as a conversation with another library."""
        try:
            data = json.loads(self._box.decrypt(token.encode()))
            return Conversation(**data | {"turns": tuple(data["turns"])})
        except (InvalidToken, ValueError, KeyError, TypeError):
            return None


def _write_secret(path: Path, secret: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)
    try:
        os.link(draft, path)  # unlike a rename this leaves the secret of another server that was quicker
    except FileExistsError:
        pass
    finally:
        draft.unlink()


# --- a turn ------------------------------------------------------------------------------------------------------


def remember(turn: Turn) -> dict[str, Any]:
    """A turn as plain values: its words, and where its quotes stand."""
    kept: dict[str, Any] = {"question": turn.question, "asked": asdict(turn.asked)}
    if turn.answer:
        answer = turn.answer
        kept["answer"] = {name: getattr(answer, name) for name in (*_PROSE, *_NAMES, "confidence")} | {
            "citations": [[item.number, item.side, str(Spot.of(item.quote))] for item in answer.citations],
            "elsewhere": [str(Spot.of(quote)) for quote in answer.elsewhere],
            "passages": [_spot_of(passage) for passage in answer.passages if passage.hits],
            "statements": [[item.text, item.numbers, item.problems] for item in answer.statements],
        }
    return kept


def _spot_of(passage: Passage) -> str:
    hit = passage.hits[0]
    return str(Spot(QUOTE, passage.revision.partition("+")[0], hit.utterance, hit.start, hit.end))


def recall(kept: dict[str, Any], library: Library) -> Turn:
    """The turn that was remembered, its quotes located afresh; `lost` counts those that are gone."""
    how = kept["asked"]
    asked = Asked(tuple(how["speakers"]), tuple(how["transcripts"]), how["filters"], how["rewrite"])
    turn = Turn(kept["question"], asked, message=WORDING.failed)
    data = kept.get("answer")
    if data is None:
        return turn
    found = [(number, side, _located(spot, library)) for number, side, spot in data["citations"]]
    elsewhere = [_located(spot, library) for spot in data["elsewhere"]]
    passages = [_located(spot, library) for spot in data["passages"]]
    citations = tuple(Citation(number, quote, side) for number, side, quote in found if quote)
    known = {citation.number for citation in citations}
    words: dict[str, Any] = {name: data[name] for name in (*_PROSE, "confidence")}
    names: dict[str, Any] = {name: tuple(data[name]) for name in _NAMES}
    answer = Answer(
        text="",
        citations=citations,
        elsewhere=tuple(quote for quote in elsewhere if quote),
        passages=tuple(_passage(quote) for quote in passages if quote),
        statements=tuple(_stated(statement, known) for statement in data["statements"]),
        **words,
        **names,
    )
    lost = sum(quote is None for quote in [*(quote for _, _, quote in found), *elsewhere])
    return replace(turn, answer=replace(answer, text=text_of(answer)), message="", lost=lost)


def _stated(kept: Sequence[Any], known: Collection[int]) -> Statement:
    """What a model wrote; it is verified no longer where something that it cites is gone."""
    text, numbers, problems = kept
    left = tuple(number for number in numbers if number in known)
    if len(left) == len(numbers):
        return Statement(text, left, tuple(problems))
    return Statement(text.translate(NO_MARKS), left, (*problems, LOST))


def _located(spot: str, library: Library) -> Quote | None:
    try:
        place = Spot.read(spot)
        quote = place.quote(library) if place else None
        return quote if quote and is_in_source(quote, library) else None
    except OnRecordError:  # its transcript was removed or has changed
        return None


def _passage(quote: Quote) -> Passage:
    """A passage for display: what was found, without what stood around it."""
    at = (quote.utterance, quote.start, quote.end)
    return Passage(quote.transcript, quote.revision, (Stretch(*at),), (Hit(*at, quote.speaker, 0.0, 0.0),))
