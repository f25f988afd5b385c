"""A language model rewrites a question that leans on what came before; `bot.questions.conversation` is its net.

What it writes is taken only if it is one question that adds nothing: every name and number, and all but a word or two,
must stand in the question or in the conversation, and what the question itself asks for must still be in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.checking.evidence import defused, new_fence
from bot.checking.statements import plain, without_thoughts
from bot.models.writing import ModelFailed, ask
from bot.questions.conversation import Earlier
from bot.words.quantities import quantities_of
from embeddings.lexical import stems
from prompts import Prompt

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

    from bot.config import Modelling
    from bot.models.model import Model

_TURNS = 3  # of the conversation that the model sees
_ANSWER_WORDS = 60  # of each answer
_TOKENS = 80  # of a question
_LONGEST = 60  # words of a question
_NEW_WORDS = 2  # content words that stand nowhere before
_KEPT = 0.6  # share of the question's own content words that must be left
_LABEL = re.compile(r"^\W*(?:(?:standalone|rewritten|last|new)?\s*question|rewrite)\W*:\s*", re.IGNORECASE)
_DENIES = re.compile(
    r"n['’]t\b|\b(?:not|never|no|nobody|nothing|none|without|except|besides|(?:any|every)\w+ but|other than|"
    r"apart from)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[\w,;] )\w*[A-Z]\w*")  # a capital within a sentence


def rewritten(
    question: str,
    history: Sequence[Earlier],
    model: Model,
    limits: Modelling,
    config: RunnableConfig | None = None,
) -> str | None:
    """The question as it stands alone, or None where the model fails or writes what cannot be used."""
    conversation = "\n".join(_told(history[-_TURNS:]))
    messages = Prompt.read("standalone").render(
        fence=new_fence(), conversation=conversation, question=defused(question)
    )
    try:
        heard = ask(model, messages, replace(limits, answer_tokens=_TOKENS), config)
        raw = "".join(chunk.text for chunk in heard if chunk is not None)
    except ModelFailed:
        return None
    lines = [line for line in without_thoughts(raw).splitlines() if line.strip()]
    if len(lines) != 1:
        return None
    text = _LABEL.sub("", plain(lines[0])).strip(" \"“”'")
    return text if _is_usable(text, question, conversation) else None


def _told(history: Sequence[Earlier]) -> Iterator[str]:
    """The conversation, as the model sees it: what the transcripts say is in it, so nothing in it may be a sign."""
    for turn in history:
        if isinstance(turn, Sequence):
            asked, said = str(turn[0]), str(turn[1] if len(turn) > 1 else "")
        else:
            asked, said = turn.standalone, turn.text
        yield f"Question: {defused(asked)}"
        yield f"Answer: {defused(' '.join(said.split()[:_ANSWER_WORDS]))}"


def _turns(text: str) -> int:
    """How many words in it deny or leave out: one more or less asks for the opposite."""
    return len(_DENIES.findall(text))


def _is_usable(text: str, question: str, conversation: str) -> bool:
    """Whether it is one question, in which nothing is new and nothing of the question is lost."""
    if not 2 <= len(text.split()) <= _LONGEST or "?" in text.rstrip("?"):
        return False
    known = f"{conversation}\n{question}"
    words, wanted, before = set(stems(text)), set(stems(question)), set(stems(known))
    figures = {quantity.value for quantity in quantities_of(known)}
    return (
        _turns(text) == _turns(question)
        and len(words - before) <= _NEW_WORDS
        and len(words & wanted) >= _KEPT * len(wanted)
        and all(name.lower() in known.lower() for name in _NAME.findall(text))
        and all(quantity.value in figures for quantity in quantities_of(text))
    )
