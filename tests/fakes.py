"""Language models that do as they are told, for what no real one does on demand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field

Reply = Callable[[Sequence[BaseMessage]], str | Iterator[str]]


class Scripted(BaseChatModel):
    """Streams what `reply` makes of the messages, a few characters at a time, and writes each conversation down.

    After `fails_after` pieces it raises `error`; it waits `delay` seconds before each.  `closed` counts the streams
    that came to an end, by themselves or because somebody stopped them.
    """

    reply: Reply
    piece: int = 7
    delay: float = 0.0
    fails_after: int | None = None
    error: Exception | None = None
    asked: list[list[BaseMessage]] = Field(default_factory=list)
    streamed: int = 0
    closed: int = 0

    @property
    def _llm_type(self) -> str:
        return "scripted"

    @classmethod
    def says(cls, text: str, **options: Any) -> Scripted:
        """A model that says this, whatever it is asked."""
        return cls(reply=lambda messages: text, **options)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **options: Any,
    ) -> Iterator[ChatGenerationChunk]:
        self.asked.append(messages)
        try:
            for number, piece in enumerate(self._pieces(messages)):
                if number == self.fails_after and self.error:
                    raise self.error
                time.sleep(self.delay)
                self.streamed += 1
                yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
            if self.fails_after is not None and self.error:
                raise self.error
        finally:
            self.closed += 1

    def _pieces(self, messages: list[BaseMessage]) -> Iterator[str]:
        reply = self.reply(messages)
        if isinstance(reply, str):
            return (reply[at : at + self.piece] for at in range(0, len(reply), self.piece))
        return reply

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **options: Any,
    ) -> ChatResult:
        text = "".join(str(chunk.message.content) for chunk in self._stream(messages))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=text))])
