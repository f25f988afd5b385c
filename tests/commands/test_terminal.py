"""A conversation in the terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from bot import Library, answer
from bot.cli import main
from bot.commands import terminal
from tests.fakes import Scripted


def lines(*typed: str) -> Callable[[str, str], str]:
    """What somebody types, and what each line began with."""
    waiting = iter(typed)

    def read(prompt: str, begin: str) -> str:
        read.began.append(begin)  # type: ignore[attr-defined]
        try:
            return next(waiting)
        except StopIteration:
            raise EOFError from None

    read.began = []  # type: ignore[attr-defined]
    return read


def test_a_conversation_goes_on(samples: Library, capsys: pytest.CaptureFixture[str]) -> None:
    """A follow-up leans on what came before; how it was read is said."""
    terminal.chat(samples, lines("How long does the crossing take now?", "And on the electric boats?"), model="none")
    out = capsys.readouterr().out
    assert "Twenty-two minutes" in out
    read_as = re.search(r"^Read as: (.+)$", out, re.MULTILINE)
    assert read_as
    assert "crossing" in read_as[1]
    assert "electric boats" in read_as[1]


def test_new_begins_anew(samples: Library, capsys: pytest.CaptureFixture[str]) -> None:
    terminal.chat(
        samples, lines("How long does the crossing take now?", "/new", "And on the electric boats?"), model="none"
    )
    assert "Read as:" not in capsys.readouterr().out


def test_rewriting_can_be_left_out(samples: Library, capsys: pytest.CaptureFixture[str]) -> None:
    """Until it is switched on again."""
    asked = [
        "How long does the crossing take now?",
        "/rewrite off",
        "And on the electric boats?",
        "/rewrite on",
        "Why?",
    ]
    terminal.chat(samples, lines(*asked), model="none")
    out = capsys.readouterr().out
    assert out.count("Read as:") == 1
    assert "Each question is read by itself." in out


def test_edit_begins_with_the_question_as_it_was_read(samples: Library, capsys: pytest.CaptureFixture[str]) -> None:
    """What is sent then is asked as it stands."""
    edited = "How long does the crossing on the electric boats take?"
    read = lines("How long does the crossing take now?", "And on the electric boats?", "/edit", edited)
    terminal.chat(samples, read, model="none")
    out = capsys.readouterr().out
    read_as = re.search(r"^Read as: (.+)$", out, re.MULTILINE)
    assert read_as
    assert read.began == ["", "", "", read_as[1], ""]  # type: ignore[attr-defined]
    assert out.count("Read as:") == 1


def test_help_quit_and_what_is_no_command(samples: Library, capsys: pytest.CaptureFixture[str]) -> None:
    terminal.chat(samples, lines("", "/help", "/what", "/edit", "/quit", "Never asked?"), model="none")
    out = capsys.readouterr().out
    assert out == f"{terminal.COMMANDS}\n" * 3


def test_an_error_does_not_end_the_conversation(samples: Library, capsys: pytest.CaptureFixture[str]) -> None:
    """A question that cannot be asked is one line on stderr."""
    terminal.chat(samples, lines("???", "How long does the crossing take now?"), model="none")
    caught = capsys.readouterr()
    assert caught.err.startswith("onrecord: the question is '???'")
    assert "Twenty-two minutes" in caught.out


def test_an_interrupt_stops_the_model_and_not_the_conversation(
    samples: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    """As Ctrl-C does."""

    def reply() -> Iterator[str]:
        yield "The crossing "
        raise AssertionError("asked for more")

    model = Scripted(reply=lambda messages: reply())
    read = lines("How long does the crossing take now?", "/quit")

    def interrupted(drafts: Iterator[object]) -> object:
        next(drafts)
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terminal, "_last", interrupted)
        terminal.chat(samples, read, model=model)
    assert "(stopped)" in capsys.readouterr().err


def test_what_a_model_wrote_is_shown_with_what_is_not_verified(
    samples: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    model = Scripted.says("It takes ninety minutes, by helicopter [1].")
    terminal.chat(samples, lines("How long does the crossing take now?"), model=model)
    out = capsys.readouterr().out
    assert "\nNot verified:\n- It takes ninety minutes, by helicopter. (" in out
    assert "“Twenty-two minutes" in out


def test_a_terminal_gets_no_control_characters() -> None:
    """What a transcript says must not colour the screen or move the cursor."""
    assert terminal.printable("a\x1b[31mred\x07\nb\tc\x9b") == "a\\x1b[31mred\\x07\nb\tc\\x9b"


def test_two_conversations_share_nothing(samples: Library) -> None:
    """Histories belong to whoever holds them; the library and the chain keep none."""
    chain = samples.as_chain("none")
    first = chain.invoke("How long does the crossing take now?")
    chain.invoke({"question": "And on the electric boats?", "history": [first]})
    assert chain.invoke("And on the electric boats?").standalone == "And on the electric boats?"
    assert answer("And on the electric boats?", samples, model="none").standalone == "And on the electric boats?"


def test_the_command(samples: Library, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`onrecord chat` reads questions from a pipe, and ends with it."""
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("How long does the crossing take now?\nAnd on the electric boats?\n"))
    assert main(["chat", "--library", str(samples.folder), "--model", "none"]) == 0
    out = capsys.readouterr().out
    assert out.count("\n— ") >= 2
    assert "Read as:" in out
