"""Prompts: one readable Markdown file each, with strict $variables.

    answer.md       numbered sentences and a question, to an answer that cites them
    standalone.md   a conversation and a question that leans on it, to a question that stands alone

A file has a section for each message, headed `## system`, `## user` or `## assistant`; what stands before the first of
them is for readers.  Speech is full of braces and dollar signs: values are put in as they are, in one pass.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_SECTION = re.compile(r"^## (system|user|assistant)\n", re.MULTILINE)


@dataclass(frozen=True)
class Prompt:
    """A chat prompt: (role, template) of each message, in order."""

    name: str
    messages: tuple[tuple[str, str], ...]

    @classmethod
    @lru_cache
    def read(cls, name: str) -> Prompt:
        """The prompt in `prompts/NAME.md`."""
        text = resources.files("prompts").joinpath(f"{name}.md").read_text(encoding="utf-8")
        _, *parts = _SECTION.split(text)
        return cls(name, tuple((role, body.strip()) for role, body in zip(parts[::2], parts[1::2], strict=True)))

    @property
    def variables(self) -> frozenset[str]:
        """The names that `render` must be given."""
        return frozenset(name for _, body in self.messages for name in Template(body).get_identifiers())

    def render(self, **values: str) -> list[BaseMessage]:
        """The messages with the values in them.  Raises ValueError where a value is missing or one too many."""
        from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

        if values.keys() != self.variables:
            raise ValueError(f"prompt {self.name} takes {sorted(self.variables)}, and was given {sorted(values)}")
        kinds: dict[str, type[BaseMessage]] = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
        return [kinds[role](Template(body).substitute(values)) for role, body in self.messages]
