"""A language model writes the answer, and every sentence of it is checked.

    evidence ─► prompt ─► model ─► drafts, without markers or quotation marks ─► statements, each checked

Whatever goes wrong with a model ends in a `Written` that says so in one line; the quotes, which need no model, are the
answer then.
"""

from __future__ import annotations

import logging
import queue
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.checking.check import Statement, check
from bot.checking.evidence import Count, Evidence, Sentence, defused, gather
from bot.checking.statements import plain, without_thoughts
from bot.errors import OnRecordError
from prompts import Prompt

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk, BaseMessage
    from langchain_core.runnables import RunnableConfig

    from bot.config import Modelling
    from bot.models.model import Model
    from bot.quotes.quoting import Quote
    from bot.retrieval.passages import Passage
    from bot.store.store import Store

_log = logging.getLogger("onrecord.model")
_log.addHandler(logging.NullHandler())  # who sets up logging sees what a client raised; nobody else gets a traceback

_MOST_SENTENCES = "five"
_CHARACTERS = 3  # of a token, where there is no tokenizer: on the safe side for languages with spaces
_UNKNOWN_CONTEXT = 8192  # tokens, of a model that does not tell
_LONGEST_TOKEN = 16  # characters; more than so many times the limit of tokens is no answer that ends
_POLL_S = 0.5
_END_REASONS = ("finish_reason", "stop_reason", "done_reason")  # as providers call it
_RETOLD = 10  # words of the instructions in a row that show that a model repeats them
_REPEATED = 3  # times that one sentence may not stand in an answer

_OPEN_MARKER = re.compile(r"[\[【][^\]】]*\Z|<[^<>]{0,40}\Z")
_MARKER = re.compile(r"\s*(?:[\[【][^\]】]{0,40}[\]】])+")
_QUOTATION_MARKS = re.compile(r"""["“”„‟«»‹›「」『』《》❝❞〝〞〟＂]|(?<!\w)['‘‚](?=\w|\Z)""")


class ModelFailed(Exception):
    """What a model did wrong, in a few words that follow its name: "gave no answer within 120 s"."""


@dataclass(frozen=True)
class Written:
    """What a model has written so far, or with `final` in the end.

    `text` is plain text without markers or quotation marks, since nothing in it is checked yet.  At the end there are
    the `statements`, whose numbers are those of `sentences`; where `failure` is not empty, it says in one line why what
    was written is not the answer.  `usage` are tokens, `seconds` by stage.
    """

    text: str
    final: bool = False
    statements: tuple[Statement, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    failure: str = ""
    usage: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def quotes(self) -> dict[int, Quote]:
        """The quotes of `sentences`, by their numbers."""
        return {sentence.number: sentence.quote for sentence in self.sentences}


def write(
    question: str,
    passages: Sequence[Passage],
    library: Store,
    model: Model,
    refusal: str,
    config: RunnableConfig | None = None,
) -> Iterator[Written]:
    """Drafts of a model's answer, then what came of it.  Closing the iterator stops the model."""
    limits = library.settings.modelling
    started = time.perf_counter()
    seconds: dict[str, float] = {}
    usage: dict[str, int] = {}
    raw = shown = ""
    try:
        evidence = _evidence(question, passages, library, model, refusal)
        messages = _messages(question, evidence, refusal)
        for chunk in ask(model, messages, limits, config):
            if chunk is None:
                yield Written(shown)
                continue
            seconds.setdefault("first_token", time.perf_counter() - started)
            usage = _usage(chunk) or usage
            raw += chunk.text
            if draft := _draft(raw):
                if draft != shown:
                    yield Written(draft)
                shown = draft
        seconds["model"] = time.perf_counter() - started
        statements = _checked(raw, messages, evidence, library, question, refusal)
    except (ModelFailed, OnRecordError) as failed:
        seconds.setdefault("model", time.perf_counter() - started)
        failure = f"{model.name} {failed}" if isinstance(failed, ModelFailed) else str(failed)
        yield Written("", True, failure=failure, usage=usage, seconds=seconds)
        return
    seconds["checking"] = time.perf_counter() - started - seconds["model"]
    yield Written("", True, statements, evidence.sentences, usage=usage, seconds=seconds)


# --- what the model is given -------------------------------------------------------------------------------------


def _evidence(question: str, passages: Sequence[Passage], library: Store, model: Model, refusal: str) -> Evidence:
    """As much to read as its context, and the limit for any, leave room for."""
    limits = library.settings.modelling
    count = counter(model)
    frame = sum(count(str(message.content)) + 8 for message in _messages(question, Evidence((), "x" * 20), refusal))
    room = (model.context or _UNKNOWN_CONTEXT) - limits.answer_tokens - frame
    most = limits.local_evidence_tokens if model.local else limits.evidence_tokens
    evidence = gather(passages, library, min(most, room), count)
    if not evidence.sentences:
        raise ModelFailed(f"takes {model.context or _UNKNOWN_CONTEXT} tokens, too few to read what was found")
    return evidence


def counter(model: Model) -> Count:
    """Counts tokens: by its own tokenizer where there is one."""
    return model.count or (lambda text: len(text) // _CHARACTERS + 1)


def _messages(question: str, evidence: Evidence, refusal: str) -> list[BaseMessage]:
    return Prompt.read("answer").render(
        fence=evidence.fence,
        most=_MOST_SENTENCES,
        refusal=refusal,
        sentences=evidence.text(),
        question=defused(question),
    )


# --- what it says ------------------------------------------------------------------------------------------------


def ask(
    model: Model, messages: Sequence[BaseMessage], limits: Modelling, config: RunnableConfig | None = None
) -> Iterator[AIMessageChunk | None]:
    """What a model streams.  Raises ModelFailed for whatever goes wrong, and at the limits of time and length.

    The model runs in a thread of its own: few clients can be stopped while they wait.  While it is silent there is a
    None twice a second, so that whoever reads can stop.
    """
    chunks: queue.SimpleQueue[AIMessageChunk | BaseException | None] = queue.SimpleQueue()
    stopped = threading.Event()

    def run() -> None:
        try:
            stream = model.chat.stream(list(messages), config)
            try:
                for chunk in stream:
                    if stopped.is_set():
                        break
                    chunks.put(chunk)
            finally:
                if close := getattr(stream, "close", None):
                    close()  # ends the request, so that the model stops too
            chunks.put(None)
        except BaseException as error:  # whatever a provider's client raises; it is told in the other thread
            chunks.put(error)

    heard = time.monotonic()
    end = heard + limits.total_s
    length, most = 0, limits.answer_tokens * _LONGEST_TOKEN
    threading.Thread(target=run, name="onrecord-model", daemon=True).start()
    try:
        while True:
            if time.monotonic() > end:
                raise ModelFailed(f"was not done after {limits.total_s:.0f} s")
            try:
                chunk = chunks.get(timeout=_POLL_S)
            except queue.Empty:
                if time.monotonic() - heard > limits.timeout_s:
                    raise ModelFailed(f"said nothing for {limits.timeout_s:.0f} s") from None
                yield None
                continue
            heard = time.monotonic()
            if chunk is None:
                return
            if isinstance(chunk, BaseException):
                raise _failed(chunk) from chunk
            yield chunk
            length += len(chunk.text)
            ended = {str(chunk.response_metadata.get(name)).lower() for name in _END_REASONS}
            if length > most or ended & {"length", "max_tokens"}:
                raise ModelFailed("did not come to an end")
    finally:
        stopped.set()


_STATUS = {
    400: "refused the request",
    401: "does not take the key",
    402: "wants to be paid first",
    403: "does not take the key",
    404: "is not there under this name",
    413: "finds the request too long",
    429: "has had too many requests; wait a little",
}


def _failed(error: BaseException) -> ModelFailed:
    """One line for what a client raised; the whole of it is logged, since it may name addresses and keys."""
    _log.warning("the language model failed", exc_info=error)
    if not isinstance(error, Exception):
        return ModelFailed("was interrupted")
    if isinstance(error, ValueError) and "No generation" in str(error):  # what LangChain makes of an empty stream
        return ModelFailed("wrote nothing")
    chain = [error]
    while isinstance(cause := chain[-1].__cause__ or chain[-1].__context__, Exception) and cause not in chain:
        chain.append(cause)
    status = next((s for e in chain if isinstance(s := getattr(e, "status_code", None), int)), None)
    names = " ".join(type(e).__name__ for e in chain).lower()
    if status in _STATUS:
        return ModelFailed(_STATUS[status])
    if status and status >= 500:
        return ModelFailed(f"has a fault of its own (status {status})")
    if "timeout" in names:
        return ModelFailed("gave no answer in time")
    if "connect" in names or "network" in names or "protocolerror" in names:
        return ModelFailed("cannot be reached, or went away")
    return ModelFailed(f"failed ({type(error).__name__})")


def _usage(chunk: AIMessageChunk) -> dict[str, int]:
    usage: Mapping[str, Any] = chunk.usage_metadata or {}
    return {name: int(usage[name]) for name in ("input_tokens", "output_tokens") if name in usage}


def _draft(raw: str) -> str:
    """What may be shown of an answer that grows: no marker, half or whole, and no quotation marks."""
    text = _MARKER.sub("", _OPEN_MARKER.sub("", without_thoughts(raw)))
    return _QUOTATION_MARKS.sub("", plain(text)).strip()  # an entity of a mark is one only after `plain`


# --- what is kept of it ------------------------------------------------------------------------------------------


def _checked(
    raw: str,
    messages: Sequence[BaseMessage],
    evidence: Evidence,
    library: Store,
    question: str,
    refusal: str,
) -> tuple[Statement, ...]:
    """The statements of the whole answer.  Raises ModelFailed where it is none."""
    text = without_thoughts(raw)
    if not any(char.isalnum() for char in text):
        raise ModelFailed("wrote nothing")
    if _letters(text).startswith(_letters(refusal)) and len(text) < 2 * len(refusal):
        raise ModelFailed("finds no answer in what was found")
    if evidence.fence in text or _retells(text, " ".join(str(message.content) for message in messages[:-1])):
        raise ModelFailed("repeated its instructions")
    statements = check(text, evidence.sentences, library.speakers, question, library.encoder.nearness)
    said = [_letters(statement.text) for statement in statements]
    if any(said.count(one) >= _REPEATED for one in said):
        raise ModelFailed("repeated itself")
    return statements


def _letters(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _retells(text: str, instructions: str) -> bool:
    """Whether a long run of words of the instructions stands in it."""
    words, told = _letters(text).split(), _letters(instructions)
    return any(" ".join(words[at : at + _RETOLD]) in told for at in range(len(words) - _RETOLD + 1))
