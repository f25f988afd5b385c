"""`onrecord ask` and `chat`: questions, one or a conversation."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from bot.commands import terminal
from bot.commands.shared import Commands, add_model_option, add_speaker_option, add_transcripts_option, open_to_search

_ASK_MORE = """\
The answer is made of the speakers' own words, each with speaker, file and lines, or a refusal when the transcripts do
not say. "What did Jenny say about …" looks only at what Jenny says, "in the May meeting" only at what was recorded
then; --no-filters searches everything.

Beside facts it answers "how often did Tom mention …", "who first said …" and "who talked most?" by counting; puts the
sides of "do Ana and Tom agree about …?" side by side; and shows another figure or the opposite beside a quote.

With --model or ONRECORD_MODEL a language model writes the answer: a GGUF file, the URL of an OpenAI-compatible server
(http://127.0.0.1:8080/v1#NAME), or what LangChain knows (openai:NAME, anthropic:NAME, ollama:NAME).  Each sentence is
checked against the quotes that it cites; what does not stand is marked [unverified]."""

_CHAT_MORE = f"""\
A question may lean on those before it ("Why?", "And what did Tom say?"); how it was read is shown, and can be edited.

{terminal.COMMANDS}"""


def add_ask_parser(commands: Commands) -> None:
    """The command `ask` and its options."""
    parser = commands.add("ask", run_ask, "ask a question; the answer is verbatim quotes", _ASK_MORE)
    parser.add_argument("question", metavar="QUESTION")
    _add_limits(parser)
    parser.add_argument("--json", action="store_true", help="the whole answer as JSON")


def run_ask(options: argparse.Namespace) -> None:
    """The answer, and on stderr what the question itself limited it to."""
    library = open_to_search(options)
    reply = terminal.ask(options.question, library, **_limits(options))
    if options.json:
        print(json.dumps(reply.as_dict(), ensure_ascii=False, indent=1))
        return
    terminal.print_answer(reply, library)
    if reply.limits and not (options.speaker or options.transcripts):
        print(f"({reply.limits}; --no-filters searches everything)", file=sys.stderr)


def add_chat_parser(commands: Commands) -> None:
    """The command `chat` and its options."""
    parser = commands.add("chat", run_chat, "hold a conversation in the terminal", _CHAT_MORE)
    _add_limits(parser)


def run_chat(options: argparse.Namespace) -> None:
    """Answer what is typed until the input ends."""
    from bot.models.model import load_model

    library = open_to_search(options)
    library.need_transcripts()
    load_model(options.model, library.settings.modelling)  # what cannot be loaded is said before the first question
    if sys.stdin.isatty():
        print("Ask about what was said; /help lists what else can be typed, Ctrl-D ends.", file=sys.stderr)
    terminal.chat(library, terminal.typed, **_limits(options))


def _add_limits(parser: argparse.ArgumentParser) -> None:
    """The options that `_limits` reads."""
    add_speaker_option(parser)
    add_transcripts_option(parser)
    parser.add_argument(
        "--no-filters",
        action="store_true",
        help="search everything, whomever and whichever transcript the question names",
    )
    add_model_option(parser)


def _limits(options: argparse.Namespace) -> dict[str, Any]:
    """What `ask` and `chat` hand to `bot.answering.stream` beside the question."""
    return {
        "speaker": options.speaker,
        "transcripts": options.transcripts,
        "filters": not options.no_filters,
        "model": options.model,
    }
