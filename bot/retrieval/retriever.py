"""LangChain's door to the search."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from bot.questions.whose import SpeakerQuestion, read_question
from bot.retrieval.search import search
from bot.speakers.registry import speakers_of
from bot.store.store import Store


class TranscriptRetriever(BaseRetriever):
    """LangChain's door to the search: question in, passages out as documents.

    Metadata: transcript (id), source (file), title, speaker (of what was found), speakers, place, lines, start and end
    (seconds, where the file has times), score.  A question that asks for somebody's words finds only theirs.

    The answering chain reads the question itself and passes it as `named`; it then also gets what others say, since it
    may be they who say it.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    library: Store

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        named: SpeakerQuestion | None = None,
        transcripts: Sequence[str] = (),
    ) -> list[Document]:
        self.library.need_transcripts()
        only: tuple[str, ...] = ()
        if named is None:
            named = read_question(query, speakers_of(self.library.entries_of(transcripts)))
            only = named.speakers
        return [
            passage.to_document(self.library.revision(passage.revision))
            for passage in search(self.library, query, named, transcripts).passages
            if not only or passage.hits[0].speaker in only
        ]
