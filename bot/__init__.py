"""On Record: ask your transcripts; get the answer in the speakers' own words, with receipts.

    from bot import Library, answer, stream, verify_quote

The packages in reading order, each importing only what stands before it: words (strings), transcripts (files to
turns), speakers (their names), store (a library on disk), questions (what is asked), retrieval (passages), quotes
(which sentences answer), counts (what is counted), verifying (quotations of others), checking and models (what a
language model writes), answers and answering (the algorithm, top to bottom), library (what people use), commands, cli.

Names are looked up at first use, so that `import bot` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.answering import answer, stream
    from bot.answers import Answer, Citation
    from bot.config import Settings
    from bot.counts.mentioning import Mention, Mentions, mentions
    from bot.counts.talking import TalkTime, talk_time
    from bot.errors import EncoderError, LibraryError, ModelError, OnRecordError, QuestionError, TranscriptError
    from bot.library import Library
    from bot.models.model import Model, load_model
    from bot.quotes.quoting import Quote
    from bot.store.reports import IngestReport
    from bot.transcripts.transcript import Transcript, Utterance
    from bot.verifying.article import ArticleReport, verify_article
    from bot.verifying.verification import NearMiss, Verification, verify_quote

_HOME = {
    "transcripts.transcript": ("Transcript", "Utterance"),
    "library": ("Library",),
    "store.reports": ("IngestReport",),
    "counts.mentioning": ("Mention", "Mentions", "mentions"),
    "counts.talking": ("TalkTime", "talk_time"),
    "quotes.quoting": ("Quote",),
    "verifying.verification": ("NearMiss", "Verification", "verify_quote"),
    "verifying.article": ("ArticleReport", "verify_article"),
    "answers": ("Answer", "Citation"),
    "answering": ("answer", "stream"),
    "models.model": ("Model", "load_model"),
    "config": ("Settings",),
    "errors": ("EncoderError", "LibraryError", "ModelError", "OnRecordError", "QuestionError", "TranscriptError"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "Answer",
    "ArticleReport",
    "Citation",
    "EncoderError",
    "IngestReport",
    "Library",
    "LibraryError",
    "Mention",
    "Mentions",
    "Model",
    "ModelError",
    "NearMiss",
    "OnRecordError",
    "QuestionError",
    "Quote",
    "Settings",
    "TalkTime",
    "Transcript",
    "TranscriptError",
    "Utterance",
    "Verification",
    "answer",
    "load_model",
    "mentions",
    "stream",
    "talk_time",
    "verify_article",
    "verify_quote",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'bot' has no attribute {name!r}")
    return getattr(import_module(f"bot.{_MODULE_OF[name]}"), name)
