"""What the parts of the page share: the library, the limits that a person sets, and the wire to the browser."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Any

import gradio as gr

if TYPE_CHECKING:
    from bot.answering import Asking
    from bot.library import Library

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""Of every event handler: its own signs of progress, and no public endpoint."""


def packaged(*parts: str) -> str:
    """A file of the page that comes with the package."""
    return resources.files("ui").joinpath(*parts).read_text(encoding="utf-8")


def sent(event: gr.EventData) -> dict[str, str]:
    """The data- attributes of what was clicked.  The browser may have made them up."""
    data = event._data if isinstance(event._data, dict) else {}
    return {str(name): str(value) for name, value in data.items()}


@dataclass
class Desk:
    """One for each served page, and so for all sessions: nothing of a conversation stands here.

    `wire` brings what is clicked to Python: its events are those that js/wire.js triggers.  `outbox` brings messages
    to js/outbox.js (see `post`).  `limits` are the components in which a person limits what is searched, for
    `ui.limits.limits_of`; `chat` is the conversation, whose beginning says what to do.
    """

    library: Library
    model: Asking = None  # as it was named: each answer loads it anew, so that a server that died may come back
    examples: Sequence[str] = ()
    wire: gr.HTML = field(init=False)
    outbox: gr.HTML = field(init=False)
    limits: list[Any] = field(init=False)
    chat: gr.Chatbot = field(init=False)
    _posted: itertools.count[int] = field(default_factory=itertools.count)

    def post(self, **message: Any) -> dict[str, Any]:
        """A message for the outbox; equal ones are told apart, since a value that does not change is not sent."""
        return message | {"number": next(self._posted)}
