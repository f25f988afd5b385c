"""The panel: a transcript beside the chat, opened at a quote.

`shown_html` makes it from a `data-show` value; js/reader.js puts it into the page, searches it, jumps and plays.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import gradio as gr

from bot.errors import OnRecordError
from bot.speakers.names import is_machine_label
from bot.transcripts.transcript import Transcript, Utterance
from bot.words.phrases import clock, plural
from ui.desk import QUIET, packaged, sent
from ui.markup import colour_of, known_in_words, text, who_html
from ui.media import Recording, address, recording_of
from ui.places import PASSAGE, TRANSCRIPT, Spot
from ui.wording import WORDING

if TYPE_CHECKING:
    from bot.library import Library
    from ui.desk import Desk

SHOWN_UTTERANCES = 20_000
"""The most utterances of one transcript that the panel holds at a time, some thirty hours; the others are a click away.
"""

_TURNS_A_LIST = 50  # laid out together: with each turn by itself every frame of scrolling costs a tenth of a second

_UNSAFE = re.compile("[&<>\"'`${}\\\\\r]")


@dataclass(frozen=True)
class Beside:
    """What the library knows of a transcript that its file does not say: the day, and where a recording is served."""

    date: datetime.date | None = None
    recording: Recording | None = None


def build(desk: Desk) -> gr.HTML:
    """The panel, empty; what a `data-show` names fills it."""
    # Gradio would build what is shown twice and compare it with what was, node by node: seconds for a long transcript.
    panel = gr.HTML(
        "", html_template="", elem_id="panel", apply_default_css=False, js_on_load=packaged("js", "reader.js")
    )

    def show(event: gr.EventData) -> str:
        return shown_html(desk.library, sent(event).get("show", ""))

    def turns(event: gr.EventData) -> str:
        """The same transcript, at the turns before or after those shown."""
        first = sent(event).get("first", "")
        known = first.isascii() and first.isdecimal() and len(first) < 10
        return shown_html(desk.library, sent(event).get("key", ""), int(first) if known else None)

    # What was clicked last is what is shown, however fast the clicks.
    desk.wire.show(show, None, panel, trigger_mode="always_last", **QUIET)
    desk.wire.turns(turns, None, panel, trigger_mode="always_last", **QUIET)
    return panel


def shown_html(library: Library, key: str, first: int | None = None, turn: int | None = None) -> str:
    """The panel for a `data-show` value, which the browser may have made up; nothing for an empty one.

    `first` is the first turn to show of a transcript that is too long to be shown whole; `turn` is one to bring into
    view, after the place that was open has become this one.
    """
    if not key:
        return ""
    try:
        if spot := Spot.read(key):
            quote = spot.quote(library)
            marks = {quote.utterance: (quote.start, quote.end)}
            return _entry_html(library, library.revision(spot.group), key, marks, first, turn)
        kind, _, id = key.partition(":")
        if kind == TRANSCRIPT:
            return _entry_html(library, library.transcript(id), key, {}, first, turn)
    except OnRecordError as error:
        return message_html(str(error))
    return message_html(WORDING.gone)


def _entry_html(
    library: Library,
    transcript: Transcript,
    key: str,
    marks: Mapping[int, tuple[int, int]],
    first: int | None,
    turn: int | None,
) -> str:
    entry = library.entry(transcript.id)
    return transcript_html(transcript, key, marks, Beside(entry.date, recording_of(entry)), first, turn)


def message_html(message: str) -> str:
    """A panel that says one line in place of a transcript."""
    return (
        f'<section class="transcript" data-shown=""><header><nav>{_close_html()}</nav>'
        f'<h2 tabindex="-1" class="error">{text(message)}</h2></header></section>'
    )


def transcript_html(
    transcript: Transcript,
    shown: str,
    marks: Mapping[int, tuple[int, int]],
    beside: Beside = Beside(),
    first: int | None = None,
    turn: int | None = None,
) -> str:
    """A transcript with some characters marked: {utterance: (start, end)}.

    `shown` is the `data-show` value that opened it.  A transcript of more than SHOWN_UTTERANCES is shown around the
    first mark, or from the turn `first`, with buttons to go on; `turn`: see `shown_html`.
    """
    count = len(transcript.utterances)
    if first is None:
        first, last = _window(count, min(marks, default=0) if turn is None else turn)
    else:
        first, last = min(first, count - 1), min(count, first + SHOWN_UTTERANCES)
    shapes = [_Shape.of(speaker, number, transcript) for number, speaker in enumerate(transcript.speakers)]
    shape_of = dict(zip(transcript.speakers, shapes, strict=True))
    plays = beside.recording is not None
    shown_turns = transcript.utterances[first:last]
    ask = _Ask(text(shown), text(transcript.revision.partition("+")[0]))
    turns = [_turn_html(said, shape_of[said.speaker], marks.get(said.index), plays, ask) for said in shown_turns]
    lists = "".join(
        _list_html(shown_turns[at : at + _TURNS_A_LIST], turns[at : at + _TURNS_A_LIST])
        for at in range(0, len(turns), _TURNS_A_LIST)
    )
    moved = "" if turn is None else f' data-turn="{turn - first}"'
    return (
        f'<section class="transcript" data-shown="{text(shown)}"{moved}>'
        f"{_header_html(transcript, shown, marks, beside, ask)}"
        f"{_more_html(WORDING.not_shown_before, WORDING.show_before, first, shown, first - SHOWN_UTTERANCES)}"
        f"{lists}"
        f"{_more_html(WORDING.not_shown_after, WORDING.show_after, count - last, shown, last)}</section>"
    )


def _window(count: int, around: int) -> tuple[int, int]:
    """[first:last] of at most SHOWN_UTTERANCES utterances around one."""
    first = max(0, min(around - SHOWN_UTTERANCES // 2, count - SHOWN_UTTERANCES))
    return first, min(count, first + SHOWN_UTTERANCES)


def _more_html(wording: str, button: str, count: int, shown: str, first: int) -> str:
    """How many turns are not shown, with a button that shows the next of them."""
    if not count:
        return ""
    return (
        f'<p class="not-shown">{wording.format(count=f"{count:,}")}. {WORDING.whole_not_searched} '
        f'<button type="button" class="quiet" data-act="turns" data-key="{text(shown)}" data-first="{max(0, first)}">'
        f"{button}</button></p>"
    )


# --- the header --------------------------------------------------------------------------------------------------


def _header_html(
    transcript: Transcript, shown: str, marks: Mapping[int, tuple[int, int]], beside: Beside, ask: _Ask
) -> str:
    goes = ""
    if marks:
        words = WORDING.to_passage if shown.startswith(f"{PASSAGE}:") else WORDING.to_quote
        goes = f'<button type="button" data-to-mark>{words}</button>'
    return (
        f"<header><nav>{_close_html()}{goes}{ask.everywhere_html(transcript)}</nav>"
        f'<h2 tabindex="-1" dir="auto">{text(transcript.title)}</h2>'
        f"{_about_html(transcript, beside.date)}"
        f'<div class="tools">{_search_html()}{_speakers_html(transcript)}</div>'
        f"{_recording_html(transcript, marks, beside.recording)}</header>"
    )


def _close_html() -> str:
    return f'<button type="button" data-close>{WORDING.close}</button>'


def _about_html(transcript: Transcript, date: datetime.date | None) -> str:
    """File and day, that a machine made some of the labels, and in how many turns it is doubtful who speaks."""
    facts = []
    if transcript.title.strip() != transcript.source.strip():
        facts.append(f"<bdi>{text(transcript.source)}</bdi>")
    if date:
        facts.append(f'<time datetime="{date.isoformat()}">{date.isoformat()}</time>')
    machines = sum(map(is_machine_label, transcript.speakers))
    doubts = sum(utterance.doubtful for utterance in transcript.utterances)
    noted = WORDING.machine_labels.format(count=machines, all=len(transcript.speakers))
    return (
        (f'<p class="about">{" · ".join(facts)}</p>' if facts else "")
        + (f'<p class="machines">{noted}</p>' if machines else "")
        + (f'<p class="doubts">{WORDING.doubtful_here.format(turns=plural(doubts, "turn"))}</p>' if doubts else "")
    )


def _search_html() -> str:
    return (
        f'<div class="tool" role="search"><input type="search" aria-label="{WORDING.search}" '
        f'placeholder="{WORDING.search_hint}" autocomplete="off" spellcheck="false">'
        f"{_step_html('find', -1, WORDING.match_before)}{_step_html('find', 1, WORDING.match_after)}"
        f'<output data-counted="{WORDING.matches}" data-none="{WORDING.no_matches}"></output></div>'
    )


def _speakers_html(transcript: Transcript) -> str:
    """A choice of speakers, and buttons to their turns.  Counted over what the transcript holds."""
    counts = Counter(utterance.speaker for utterance in transcript.utterances)
    named = [WORDING.speaker_turns.format(speaker=name, count=counts[name]) for name in transcript.speakers]
    options = "".join(f'<option value="{number}">{text(shown)}</option>' for number, shown in enumerate(named))
    return (
        f'<div class="tool" role="group" aria-label="{WORDING.jump}"><select aria-label="{WORDING.jump}">'
        f'<option value="">{WORDING.any_speaker}</option>{options}</select>'
        f"{_step_html('turn', -1, WORDING.turn_before)}{_step_html('turn', 1, WORDING.turn_after)}"
        f'<output data-counted="{WORDING.turn_of}"></output></div>'
    )


def _step_html(what: str, by: int, label: str) -> str:
    sign = "‹" if by < 0 else "›"
    return f'<button type="button" class="step" data-{what}="{by}" aria-label="{label}" title="{label}">{sign}</button>'


def _recording_html(transcript: Transcript, marks: Mapping[int, tuple[int, int]], recording: Recording | None) -> str:
    """The player, cued where the first mark is said; the page asks for nothing of the file before it plays."""
    if recording is None:
        return ""
    at = _time_of(transcript.utterances[min(marks)], marks[min(marks)]) if marks else None
    cue = "" if at is None else f' data-at="{_seconds(at)}"'
    return (
        f'<div class="sound"><{recording.tag} controls preload="none" src="{text(address(transcript.id))}" '
        f'aria-label="{WORDING.sound}"{cue}></{recording.tag}>'
        f'<label><input type="checkbox" checked> {WORDING.play_when_opened}</label>'
        f'<p class="error" role="alert" hidden>{WORDING.not_playable}</p></div>'
    )


def _time_of(utterance: Utterance, mark: tuple[int, int]) -> float | None:
    """The second at which marked characters begin to be said, as far as the file tells."""
    times = utterance.time_of(*mark)
    return times[0] if times else None


# --- the turns ---------------------------------------------------------------------------------------------------


def _list_html(utterances: Sequence[Utterance], turns: Sequence[str]) -> str:
    """A stretch of turns, with what css/reader.css estimates its height by while it is off screen."""
    characters = sum(len(utterance.text) for utterance in utterances)
    return (
        f'<ol start="{utterances[0].index + 1}" style="--turns:{len(turns)};--characters:{characters}">'
        f"{''.join(turns)}</ol>"
    )


@dataclass(frozen=True)
class _Shape:
    """What is the same in all turns of a speaker, made once."""

    opening: str
    who: str

    @classmethod
    def of(cls, speaker: str, number: int, transcript: Transcript) -> _Shape:
        return cls(f'<li class="{colour_of(speaker, transcript)}" data-by="{number}">', who_html(speaker))


@dataclass(frozen=True)
class _Ask:
    """The button by which somebody says who speaks in a turn (`ui.labelling`); both are HTML."""

    key: str
    group: str

    def turn_html(self, turn: int, place: str) -> str:
        return (
            f'<button type="button" class="quiet who-button" data-act="who" data-opened="{self.key}" '
            f'data-group="{self.group}" data-utterance="{turn}" '
            f'aria-label="{WORDING.who_speaks_label.format(place=_plain(place))}">{WORDING.who_speaks}</button>'
        )

    def everywhere_html(self, transcript: Transcript) -> str:
        """A button after which every turn has one; js/reader.js makes them, since few ask for them."""
        if not transcript.utterances:
            return ""
        return (
            f'<button type="button" data-who aria-pressed="false">{WORDING.who_speaks_anywhere}</button>'
            f"<template>{self.turn_html(0, '')}</template>"
        )


def _known_html(utterance: Utterance, mark: tuple[int, int] | None) -> str:
    """How it is known who says what is quoted of a turn; of any turn that it is doubtful, or that a person said it."""
    if mark:
        attribution = utterance.attribution_of(*mark)
        known = (
            f'<span class="known">{_plain(known_in_words(replace(attribution, doubt=""), utterance.speaker))}</span>'
        )
    elif utterance.given:
        attribution = utterance.attribution_of(0, len(utterance.text))
        known = f'<span class="known">{known_in_words(attribution, utterance.speaker)}</span>'
    else:
        known = ""
    if not utterance.doubtful:
        return known
    return f'{known}<span class="doubt">{_plain(WORDING.doubtful.format(reason=utterance.doubt))}</span>'


def _turn_html(utterance: Utterance, shape: _Shape, mark: tuple[int, int] | None, plays: bool, ask: _Ask) -> str:
    when = _when_html(utterance.start, plays)
    said = utterance.text
    play = ""
    known = _known_html(utterance, mark) if mark or utterance.given or utterance.doubtful else ""
    if known:
        known += ask.turn_html(utterance.index, str(utterance.place))
    if mark:
        start, end = mark
        marked = f'<mark tabindex="-1">{_plain(said[start:end])}</mark>'
        words = f"{_plain(said[:start])}{marked}{_plain(said[end:])}"
        at = _time_of(utterance, mark)
        if plays and at is not None:
            play = f'<button type="button" class="quiet" data-play="{_seconds(at)}">{WORDING.play_here}</button>'
    else:
        words = _plain(said)
    return (
        f'{shape.opening}<p class="by">{shape.who} <span class="place">{_plain(str(utterance.place))}</span> '
        f'{when}{play}{known}</p><p class="said" dir="auto">{words}</p></li>'
    )


def _when_html(start: float | None, plays: bool) -> str:
    if start is None:
        return ""
    shown = clock(start)
    if not plays:
        return f'<span class="time">{shown}</span>'
    label = WORDING.play_at.format(time=shown)
    return f'<button type="button" class="time" data-play="{_seconds(start)}" aria-label="{label}">{shown}</button>'


def _seconds(at: float) -> str:
    return f"{at:.3f}".rstrip("0").rstrip(".")


def _plain(raw: str) -> str:
    """Text as HTML that shows exactly these characters, for what goes into the page by `innerHTML` alone.

    `text` replaces each comma and full stop too; over a hundred thousand words that would double what is sent.
    """
    return _UNSAFE.sub(lambda match: f"&#{ord(match[0])};", raw)
