"""HTML that all parts of the page share: text made safe, and a quote with where it stands.

Whatever comes from a file or a person passes through `text` before it stands in HTML.  What can be clicked carries

    data-show="PLACE"   opens a transcript there (`ui.places`)
    data-copy="TEXT"    copies the text
    data-act="NAME"     triggers the event NAME of the wire with all its data- attributes

and ui/js/wire.js listens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.quotes.quoting import Neighbour, Quote
from bot.speakers.names import is_machine_label
from bot.transcripts.transcript import GIVEN, UNNAMED_SPEAKER, Attribution, Transcript
from bot.words.phrases import clock
from ui.export import quote_markdown, quote_text
from ui.places import QUOTE, Spot
from ui.wording import WORDING

TranscriptOf = Callable[[str], Transcript]
"""The transcript in a revision."""

_COLOURS = 7  # speaker colours in css/page.css
_UNSAFE = re.compile(r"[!-/:-@\[-`{-~\r]")


def text(raw: str) -> str:
    """Text as HTML that shows exactly these characters.

    Every ASCII punctuation mark becomes a numeric entity, so that neither HTML nor Markdown, LaTeX, Handlebars or a
    JavaScript template finds anything to read; a carriage return does too, which HTML would read as a line feed.
    """
    return _UNSAFE.sub(lambda match: f"&#{ord(match[0])};", raw)


def error_html(message: str) -> str:
    """One line for what went wrong."""
    return f'<p class="error" role="alert">{text(" ".join(message.split()))}</p>'


# --- quotes ------------------------------------------------------------------------------------------------------


def figure_html(
    quote: Quote, transcript_of: TranscriptOf, *, number: int | None = None, kind: str = QUOTE, body: str | None = None
) -> str:
    """A quote with its place as a button, its cautions, and buttons that copy it; hovering shows what stands around.

    `number` is that of its citation.  `body` is its words as HTML, where some of them are marked.
    """
    colour = colour_of(quote.speaker, transcript_of(quote.revision))
    shown = f'<span class="number">{number}</span> ' if number else ""
    cite = open_button(quote, f"{shown}{where_html(quote)}", kind)
    return (
        f'<figure class="quote {colour}">'
        f'<blockquote dir="auto">{text(quote.text) if body is None else body}</blockquote>'
        f"<figcaption>{cite}{cautions_html(quote)}{copy_html(quote)}</figcaption>"
        f"{card_html(quote, colour, kind)}</figure>"
    )


def open_button(quote: Quote, shown: str, kind: str = QUOTE, style: str = "cite") -> str:
    """A button that opens a place; what it does is said to those who hear the page, before what is shown (HTML)."""
    return (
        f'<button type="button" class="{style}" data-show="{text(str(Spot.of(quote, kind)))}">'
        f'<span class="unseen">{WORDING.open}: </span>{shown}</button>'
    )


def number_button(quote: Quote, number: int) -> str:
    """The number of a citation in prose; it opens what the figure of the quote opens, and shows the same card."""
    label = WORDING.open_quote.format(number=number, speaker=quote.speaker, source=quote.source, place=quote.place)
    return (
        f'<button type="button" class="number" data-show="{text(str(Spot.of(quote)))}" '
        f'aria-label="{text(label)}">{number}</button>'
    )


def where_html(quote: Quote) -> str:
    """Speaker, file, place and time."""
    when = f'<span class="time">{clock(quote.time[0])}</span>' if quote.time else ""
    return (
        f"{who_html(quote.speaker)} "
        f'<bdi class="source">{text(quote.source)}</bdi> <span class="place">{text(str(quote.place))}</span> {when}'
    )


def who_html(speaker: str) -> str:
    """A speaker; a label that a machine made is marked as one."""
    bare = speaker.partition(" (")[0]  # a machine label in several transcripts carries the id of its own
    machine = is_machine_label(speaker) or is_machine_label(bare)
    mark = f' <small class="machine">{WORDING.machine_label}</small>' if machine else ""
    return f'<bdi class="who">{text(speaker)}</bdi>{mark}'


def cautions_html(quote: Quote) -> str:
    """How a quote could mislead by itself."""
    if not quote.cautions:
        return ""
    return f'<p class="caution"><span>{WORDING.note}</span> {text(", ".join(quote.cautions))}</p>'


def known_in_words(attribution: Attribution, speaker: str) -> str:
    """How it is known who speaks, to the person at the page, who is the one that gives names here."""
    if attribution.how != GIVEN:
        return str(attribution)
    return WORDING.given_nobody if speaker == UNNAMED_SPEAKER else WORDING.given


def known_html(quote: Quote) -> str:
    """Where the name above a quote comes from; why it is doubtful is among the cautions."""
    known = known_in_words(replace(quote.attribution, doubt=""), quote.speaker)
    return f'<p class="known">{text(known)}</p>'


def copy_html(quote: Quote) -> str:
    """Buttons that copy a quote with its citation."""
    return f'<p class="copying">{copy_button(quote_text(quote), WORDING.copy, WORDING.copy_label)} ' + (
        f"{copy_button(quote_markdown(quote), WORDING.copy_markdown, WORDING.copy_markdown_label)}</p>"
    )


def copy_button(copied: str, shown: str, label: str) -> str:
    return f'<button type="button" class="quiet" data-copy="{text(copied)}" aria-label="{label}">{shown}</button>'


def act_button(act: str, shown: str, label: str, data: Mapping[str, object]) -> str:
    """A button that triggers an event of the wire."""
    fields = "".join(f' data-{name}="{text(str(value))}"' for name, value in data.items())
    return (
        f'<button type="button" class="quiet {act}" data-act="{act}"{fields} aria-label="{text(label)}">'
        f"{text(shown)}</button>"
    )


def card_html(quote: Quote, colour: str, kind: str = QUOTE) -> str:
    """What js/wire.js shows when the citation of this place is hovered, focused or tapped: what stands around it.

    Hidden, and not a <template>: Gradio writes new HTML into the nodes of the old, and leaves what is in a template.
    """
    before, after = (_around_html(neighbour, quote.speaker) for neighbour in (quote.before, quote.after))
    same = quote.title.strip() == quote.source.strip()
    title = "" if same else f'<p class="episode" dir="auto">{text(quote.title)}</p>'
    key = text(str(Spot.of(quote, kind)))
    return (
        f'<aside hidden data-card="{key}"><div class="{colour}">'
        f'<p class="said" dir="auto">{before}<span class="quoted">{text(quote.text)}</span>{after}</p>'
        f'{title}<p class="where">{where_html(quote)}</p>{known_html(quote)}{cautions_html(quote)}'
        f'<p class="copying"><button type="button" class="quiet" data-show="{key}">{WORDING.open}</button> '
        f"{copy_button(quote_text(quote), WORDING.copy, WORDING.copy_label)}</p></div></aside>"
    )


def _around_html(neighbour: Neighbour | None, speaker: str) -> str:
    """A sentence beside a quote; what somebody else says stands on a line of its own, under their name."""
    if neighbour is None:
        return ""
    if neighbour.speaker == speaker:
        return f' <span class="around">{text(neighbour.text)}</span> '
    return f'<span class="around other">{who_html(neighbour.speaker)}: {text(neighbour.text)}</span>'


def colour_of(speaker: str, transcript: Transcript) -> str:
    """The same colour for a speaker wherever the transcript is shown; names tell those apart who share one."""
    return f"speaker-{transcript.speakers.index(speaker) % _COLOURS}"
