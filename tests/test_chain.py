"""The path is a LangChain chain: named steps that callbacks see, and the Runnable laws."""

from __future__ import annotations

import asyncio
import copy
import pickle
from typing import Any
from uuid import UUID

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda

from bot import Answer, Library, QuestionError, answer
from bot.questions.whose import read_question

QUESTION = "How much was the water bill?"


class Recorder(BaseCallbackHandler):
    """Writes down which steps began, and what the retriever was asked and gave."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.retriever_queries: list[str] = []
        self.documents: list[Document] = []

    def on_chain_start(self, serialized: Any, inputs: Any, *, run_id: UUID, **kwargs: Any) -> None:
        self.steps.append(kwargs.get("name", ""))

    def on_retriever_start(self, serialized: Any, query: str, *, run_id: UUID, **kwargs: Any) -> None:
        self.retriever_queries.append(query)

    def on_retriever_end(self, documents: Any, *, run_id: UUID, **kwargs: Any) -> None:
        self.documents += documents


def same(a: Answer, b: Answer) -> bool:
    """Equal but for the seconds they took."""
    return {**a.as_dict(), "timings": None} == {**b.as_dict(), "timings": None}


def test_callbacks_see_each_step(samples: Library) -> None:
    """The four named steps run in order, and the retriever reports as a retriever."""
    recorder = Recorder()
    samples.as_chain().invoke(QUESTION, {"callbacks": [recorder]})
    assert [step for step in recorder.steps if step != "onrecord"] == [
        "standalone_question",
        "retrieve",
        "quotes",
        "answer",
    ]
    assert recorder.retriever_queries == [QUESTION]
    assert recorder.documents


def test_stream_ends_where_invoke_does(samples: Library) -> None:
    """`list((chain | f).stream(q))[-1] == (chain | f).invoke(q)`: LangChain keeps the last draft, and adds nothing."""
    chain = samples.as_chain() | RunnableLambda(lambda reply: (reply.final, reply.text, reply.citations))
    assert list(chain.stream(QUESTION))[-1] == chain.invoke(QUESTION)
    assert not hasattr(Answer, "__add__")


def test_invoke_is_answer(samples: Library) -> None:
    """The chain and the function are one path, whatever shape the input has."""
    expected = answer(QUESTION, samples)
    chain = samples.as_chain()
    assert same(chain.invoke(QUESTION), expected)
    assert same(chain.invoke({"question": QUESTION}), expected)
    assert same(
        chain.invoke(
            {"question": QUESTION, "speaker": "Desmond", "transcripts": ["allotment-committee"], "history": []}
        ),
        answer(QUESTION, samples, speaker="Desmond", transcripts=["allotment-committee"]),
    )


def test_batch_and_async(samples: Library) -> None:
    """`batch`, `ainvoke` and `astream` give what `invoke` gives."""
    chain = samples.as_chain()
    questions = [QUESTION, "Who skippered the Lady Brannoch?"]
    expected = [chain.invoke(question) for question in questions]
    assert all(same(a, b) for a, b in zip(chain.batch(questions), expected, strict=True))
    assert same(asyncio.run(chain.ainvoke(QUESTION)), expected[0])

    async def drafts() -> list[Answer]:
        return [draft async for draft in chain.astream(QUESTION)]

    assert same(asyncio.run(drafts())[-1], expected[0])


def test_the_retriever_is_a_retriever(samples: Library) -> None:
    """Its documents carry speaker, transcript, place and times as plain values."""
    retriever = samples.as_retriever()
    assert isinstance(retriever, BaseRetriever)
    documents = retriever.invoke("What did Yolanda say about the wall?")
    assert documents[0].metadata["speaker"] == "Yolanda Petrescu"
    assert documents[0].metadata["transcript"] == "night-shift-radio"
    first, last = documents[0].metadata["lines"]
    assert 1 <= first <= last
    assert documents[0].metadata["start"] < documents[0].metadata["end"]
    assert "Yolanda Petrescu: " in documents[0].page_content


def test_the_encoder_is_an_embeddings(samples: Library) -> None:
    """LangChain's interface, with unit vectors, so that a dot product is a cosine."""
    assert isinstance(samples.encoder, Embeddings)
    vector = samples.encoder.embed_query("the tide")
    assert sum(x * x for x in vector) == pytest.approx(1.0, abs=1e-5)
    assert samples.encoder.max_tokens == 256


def test_other_shapes_of_input(samples: Library) -> None:
    """History as JSON gives it, one transcript as a word; what is no question at all is an error in one line."""
    chain = samples.as_chain()
    asked = {"question": "And why?", "history": [["How much was the water bill?", "£1,180"]]}
    assert chain.invoke(asked).standalone == "How much was the water bill? And why?"
    one = chain.invoke({"question": QUESTION, "transcripts": "allotment-committee"})
    assert one.citations[0].quote.transcript == "allotment-committee"
    for wrong in (None, [QUESTION], 7):
        with pytest.raises(QuestionError, match="expected words"):
            chain.invoke(wrong)
    assert chain.invoke("\udcff How much was the water bill?").status == "answered"


def test_the_retriever_can_be_copied(samples: Library) -> None:
    """Agents and caches copy what they are given."""
    again = pickle.loads(pickle.dumps(samples.as_retriever()))
    assert again.library.folder == samples.folder
    assert copy.deepcopy(samples.as_retriever()).invoke(QUESTION)


def test_a_speaker_who_is_not_in_the_transcripts(samples: Library) -> None:
    """Nothing is found, and nothing breaks."""
    question = "What did Yolanda say about the ferry?"
    named = read_question(question, samples.speakers)
    assert named.speakers == ("Yolanda Petrescu",)
    documents = samples.as_retriever().invoke(question, named=named, transcripts=["harbour-lights-ferry"])
    assert "Yolanda Petrescu" not in {document.metadata["speaker"] for document in documents}
