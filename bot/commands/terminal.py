"""Answers in a terminal, and `onrecord chat`, a conversation there.

The history of a conversation is held here and nowhere else: it ends with the command.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

from bot.errors import OnRecordError

if TYPE_CHECKING:
    from bot.answers import Answer
    from bot.library import Library

COMMANDS = """\
/new          a new conversation: nothing asked before counts
/edit         change how the last question was read, and ask it so
/rewrite off  take each question as it is typed; /rewrite on goes back
/help         these lines
/quit         end (or Ctrl-D); Ctrl-C stops an answer"""

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

Read = Callable[[str, str], str]
"""A line that is typed, after a prompt and with some text to begin with; raises EOFError at the end."""


def printable(text: str) -> str:
    """The text as a terminal may have it: what would move the cursor or colour the screen is written out."""
    return _CONTROLS.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


def show(text: str = "") -> None:
    """Print a part of an answer: on a terminal without control characters, elsewhere as it is."""
    print(printable(text) if sys.stdout.isatty() else text)


def ask(question: str, library: Library, **options: Any) -> Answer:
    """The answer to a question; while it is written it grows on the terminal, where stderr is one.

    `options` are those of `bot.answering.stream`.
    """
    from bot.answering import stream  # LangChain, which `onrecord --help` does not wait for

    # Closed at an interrupt, so that a language model stops.
    with closing(stream(question, library, **options)) as drafts:
        return _watched(drafts) if sys.stderr.isatty() else _last(drafts)


def _last(drafts: Iterator[Answer]) -> Answer:
    *_, answer = drafts
    return answer


def _watched(drafts: Iterator[Answer]) -> Answer:
    """The last of the drafts; the others are shown until it is there."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    with Live(console=Console(stderr=True), transient=True, refresh_per_second=8) as growing:
        for draft in drafts:
            if not draft.final:
                growing.update(Text(printable(draft.text), style="dim"))
    return draft


def print_answer(answer: Answer, library: Library) -> None:
    """The answer, what of it is not verified, and under a refusal what comes closest."""
    from bot.answers import NOT_FOUND
    from bot.quotes.quoting import Quote

    show(answer.text)
    if answer.unverified:
        show("\nNot verified:")
        for line in answer.unverified:
            show(f"- {line}")
    if answer.status == NOT_FOUND and answer.passages:
        show("\nClosest passages (not evidence):")
        for passage in answer.passages:
            transcript = library.revision(passage.revision)
            for hit in passage.hits[:1]:
                quote = Quote.locate(transcript, hit.utterance, hit.start, hit.end)
                show(f"\n{quote.text}\n— {quote.where()}")


def chat(library: Library, read: Read, **options: Any) -> None:
    """Ask and answer until the input ends.  `options` are those of `bot.answering.stream`, but for the history."""
    history: list[Answer] = []
    rewrite = True
    begin = ""
    while True:
        try:
            line = read("> ", begin).strip()
        except EOFError:
            return
        edited, begin = bool(begin), ""
        command, _, rest = line.partition(" ")
        if not line:
            continue
        if command == "/quit":
            return
        if command == "/new":
            history.clear()
            show("A new conversation.")
        elif command == "/edit" and history:
            begin = history[-1].standalone
        elif command == "/rewrite" and rest.strip() in ("on", "off"):
            rewrite = rest.strip() == "on"
            show("Questions are read with those before." if rewrite else "Each question is read by itself.")
        elif command.startswith("/"):
            show(COMMANDS)
        else:
            try:
                answer = ask(line, library, history=history, rewrite=rewrite and not edited, **options)
            except OnRecordError as error:  # a question that cannot be asked, a model or a transcript that has gone
                print(f"onrecord: {printable(str(error))}", file=sys.stderr)
                continue
            except KeyboardInterrupt:
                print("(stopped)", file=sys.stderr)
                continue
            history.append(answer)
            if answer.standalone != answer.question:
                show(f"Read as: {answer.standalone}\n")
            if answer.limits:
                show(f"Searched: {answer.limits}\n")
            print_answer(answer, library)
            show()


def typed(prompt: str, begin: str) -> str:
    """A line from the keyboard, with editing where the system has it, or from a pipe."""
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.strip() or begin
    try:
        import readline
    except ImportError:  # Windows: the line begins empty, so the text to edit is shown above it
        if begin:
            show(begin)
        return input(prompt) or begin
    readline.set_startup_hook(lambda: readline.insert_text(begin))
    try:
        return input(prompt)
    finally:
        readline.set_startup_hook()
