"""Quotes and conversations to take along: plain text, Markdown, and HTML in one file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from bot.answers import side_heading
from bot.quotes.quoting import Quote
from bot.words.phrases import clock
from ui.wording import WORDING

if TYPE_CHECKING:
    from ui.conversations import Turn

_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~$&])")
_LINE_START = re.compile(r"^(\s*)([-+=]|\d+[.)])", re.MULTILINE)
_STYLE = (
    "body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:1.05rem/1.6 Georgia,serif;color:#1d1b18}"
    "h2{margin:2.5rem 0 .5rem;font-size:1.15rem}"
    "blockquote{margin:1.2rem 0;padding-left:1rem;border-left:3px solid #767676;white-space:pre-wrap}"
    "footer,.aside{color:#635e56;font:.85rem/1.5 system-ui,sans-serif}"
)


# --- a quote -----------------------------------------------------------------------------------------------------


def citation(quote: Quote) -> str:
    """Who, in which transcript, where: "Annie Hudson, panel talk (panel.txt), lines 418-421, 1:02:03"."""
    source = quote.source if quote.title.strip() == quote.source.strip() else f"{quote.title} ({quote.source})"
    parts = [quote.speaker, source, str(quote.place)]
    if quote.time:
        parts.append(clock(quote.time[0]))
    return ", ".join(parts)


def quote_text(quote: Quote) -> str:
    """The quote between quotation marks, and its citation."""
    return f"“{quote.text}” — {citation(quote)}"


def quote_markdown(quote: Quote) -> str:
    """The quote as a Markdown block quote, with its citation; what the words have of Markdown is escaped."""
    said = "\n".join(f"> {escaped(line)}" for line in quote.text.splitlines())
    return f"{said}\n>\n> — {escaped(citation(quote))}"


def escaped(raw: str) -> str:
    """Text as Markdown that shows exactly these characters."""
    return _LINE_START.sub(lambda match: f"{match[1]}{match[2][:-1]}\\{match[2][-1]}", _MARKDOWN.sub(r"\\\1", raw))


# --- a conversation ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Said:
    """A paragraph of a conversation; `quote` stands below it."""

    kind: str  # "question", "aside", "prose", "side", "quote"
    text: str
    quote: Quote | None = None


def conversation_markdown(turns: Sequence[Turn]) -> str:
    shown = {
        "question": lambda said: f"## {escaped(said.text)}",
        "aside": lambda said: f"*{escaped(said.text)}*",
        "side": lambda said: f"**{escaped(said.text)}**",
        "quote": lambda said: (f"{said.text}\n\n" if said.text else "") + quote_markdown(said.quote),
    }
    parts = [
        shown[said.kind](said) if said.kind in shown else escaped(said.text) for turn in turns for said in _told(turn)
    ]
    return "\n\n".join([f"# {WORDING.title}", *parts, f"*{WORDING.of_the_transcript}*"]) + "\n"


def conversation_html(turns: Sequence[Turn]) -> str:
    """One file that needs no other."""
    tags = {"question": "h2", "side": "h3"}
    body = []
    for turn in turns:
        for said in _told(turn):
            if said.quote:
                source = (
                    f"<footer>{escape(f'{said.text} ' if said.text else '')}— {escape(citation(said.quote))}</footer>"
                )
                body.append(f'<blockquote dir="auto">{escape(said.quote.text)}{source}</blockquote>')
            else:
                tag = tags.get(said.kind, "p")
                body.append(f'<{tag} class="{said.kind}" dir="auto">{escape(said.text)}</{tag}>')
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{WORDING.title}</title>'
        f"<style>{_STYLE}</style></head>\n<body><h1>{WORDING.title}</h1>\n{chr(10).join(body)}\n"
        f'<p class="aside">{escape(WORDING.of_the_transcript)}</p></body></html>\n'
    )


def _told(turn: Turn) -> Iterator[_Said]:
    """A turn as paragraphs."""
    yield _Said("question", turn.question)
    answer = turn.answer
    if answer is None:
        yield _Said("aside", turn.message)
        return
    if answer.standalone.strip() != answer.question.strip():
        yield _Said("aside", f"{WORDING.read_as} {answer.standalone}")
    if answer.limits:
        yield _Said("aside", f"{WORDING.limited} {answer.limits}")
    if answer.notice:
        yield _Said("aside", answer.notice)
    if turn.lost:
        yield _Said("aside", WORDING.gone_quotes.format(count=turn.lost))
    for statement in answer.statements:
        numbers = "".join(f"[{number}]" for number in statement.numbers)
        unverified = "" if statement.verified else f"({WORDING.unverified}: {'; '.join(statement.problems)})"
        yield _Said("prose", " ".join(part for part in (statement.text, numbers, unverified) if part))
    if answer.lead:
        yield _Said("prose", answer.lead)
    side = ""
    for item in answer.citations:
        if item.side and item.side != side:
            yield _Said("side", side_heading(item.side))
        side = item.side
        cautions = f" ({WORDING.note} {', '.join(item.quote.cautions)})" if item.quote.cautions else ""
        yield _Said("quote", f"[{item.number}]{cautions}", item.quote)
    for quote in answer.elsewhere:
        yield _Said("quote", "", quote)
