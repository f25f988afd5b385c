"""The library that people use: a store of transcripts that can be asked.

Everything below takes a `Store`; this one adds the doors to what stands on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.store.store import Store

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables import Runnable
    from langchain_core.tools import BaseTool

    from bot.answering import Asking
    from bot.answers import Answer
    from bot.counts.roster import SpeakerRecord


class Library(Store):
    """Transcripts that can be asked.  Safe to use from several threads; several processes may open one folder."""

    def as_chain(self, model: Asking = None) -> Runnable[Any, Answer]:
        """Question to Answer as a LangChain chain; see `bot.answering.build_chain`."""
        from bot.answering import build_chain

        return build_chain(self, model)

    def as_tool(self) -> BaseTool:
        """Asking this library as a tool for agents; see `bot.answering.build_tool`."""
        from bot.answering import build_tool

        return build_tool(self)

    def as_retriever(self) -> BaseRetriever:
        """Question to passages as a LangChain retriever; see `bot.retrieval.retriever.TranscriptRetriever`."""
        from bot.retrieval.retriever import TranscriptRetriever

        return TranscriptRetriever(library=self)

    def speaker_records(self, transcripts: Sequence[str] = ()) -> tuple[SpeakerRecord, ...]:
        """Who speaks in these transcripts (ids; all when none is named): words, turns, talk time and sample lines, most
        words first.  Reads every transcript named.  Raises LibraryError for an unknown one."""
        from bot.counts.roster import speaker_records

        return speaker_records(self.entries_of(transcripts), self.revision)
