"""Who speaks here?  The form in which a person says whose words some paragraphs of the open transcript are.

    a turn's "Who speaks?" ─► the form ─► Library.label, Library.unlabel ─► the panel, at the same turn

js/labelling.js sends the form; what it sends is taken for made up, as everything that a browser sends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

import gradio as gr

from bot.errors import OnRecordError
from bot.speakers.labelling import moved
from bot.transcripts.transcript import UNNAMED_SPEAKER, Place, Transcript, Utterance, span_of_places
from ui.desk import QUIET, packaged, sent
from ui.limits import choices
from ui.markup import error_html, known_in_words, text
from ui.places import TRANSCRIPT, Spot
from ui.reader import shown_html
from ui.wording import WORDING

if TYPE_CHECKING:
    from bot.library import Library
    from ui.desk import Desk

_PARAGRAPHS = 300  # of a turn that can be chosen among; the command line reaches the others
_NAMES = 200  # speakers that are offered


def build(desk: Desk, panel: gr.HTML) -> None:
    """The form, empty until somebody asks who speaks in a turn."""
    form = gr.HTML("", elem_id="labelling", apply_default_css=False, js_on_load=packaged("js", "labelling.js"))
    library = desk.library

    def who(event: gr.EventData) -> str:
        return form_html(library, sent(event))

    def said(event: gr.EventData) -> Iterator[tuple[Any, str]]:
        yield from changed(library, sent(event))

    desk.wire.who(who, None, form, trigger_mode="always_last", **QUIET)
    offered = [partial(choices, library), desk.limits[:2], desk.limits[:2]]
    form.said(said, None, [panel, form], **QUIET).then(*offered, **QUIET)
    form.dismissed(lambda: "", None, form, **QUIET)


def form_html(library: Library, data: dict[str, str], error: str = "") -> str:
    """The form for the turn that `data` names ("opened", "group", "utterance"), under what went wrong the last time."""
    try:
        transcript, turn = _turn_of(library, data)
        labelled = library.entry(transcript.id).labelled
    except OnRecordError as gone:
        return f'<div class="who-speaks">{error_html(str(gone))}{_cancel_html()}</div>'
    paragraphs = _paragraphs(turn)
    items = "".join(
        f'<li><label><input type="checkbox" name="paragraph" value="{number}" checked> '
        f'<span class="place">{text(str(place))}</span> <span dir="auto">{text(said)}</span></label></li>'
        for number, (place, said) in enumerate(paragraphs[:_PARAGRAPHS])
    )
    more = len(paragraphs) - _PARAGRAPHS
    rest = f'<p class="aside">{WORDING.more_paragraphs.format(count=f"{more:,}")}</p>' if more > 0 else ""
    names = [name for name in transcript.speakers if name != UNNAMED_SPEAKER][:_NAMES]
    known = WORDING.stands_under.format(
        speaker=f"<bdi>{text(turn.speaker)}</bdi>",
        known=text(known_in_words(turn.attribution_of(0, len(turn.text)), turn.speaker)),
    )
    fields = "".join(f' data-{name}="{text(data.get(name, ""))}"' for name in ("opened", "group", "utterance"))
    return (
        f'<form class="who-speaks" aria-labelledby="who-speaks"{fields}>'
        f'<h3 id="who-speaks" tabindex="-1">{WORDING.who_speaks_here}</h3><p class="aside">{known}</p>{error}'
        f"<fieldset><legend>{WORDING.paragraphs}</legend><ul>{items}</ul>{rest}</fieldset>"
        f'<label class="name">{WORDING.speaker_name}<input name="name" list="who-speaks-names" autocomplete="off" '
        f'dir="auto"></label><datalist id="who-speaks-names">'
        f"{''.join(f'<option>{text(name)}</option>' for name in names)}</datalist>"
        f'<p class="acts"><button data-says="name">{WORDING.says_name}</button>'
        f'<button type="button" class="quiet" data-says="nobody">{WORDING.says_nobody}</button>'
        f"{_undo_html(labelled)}{_cancel_html()}</p></form>"
    )


def _undo_html(labelled: Sequence[tuple[str, str]]) -> str:
    if not labelled:
        return ""
    place, name = labelled[-1]
    last = WORDING.take_back.format(place=text(place), name=text(name or UNNAMED_SPEAKER))
    return f'<button type="button" class="quiet" data-says="undo">{last}</button>'


def _cancel_html() -> str:
    return f'<button type="button" class="quiet" data-dismiss>{WORDING.cancel}</button>'


def changed(library: Library, data: dict[str, str]) -> Iterator[tuple[Any, str]]:
    """(panel, form) after the form was sent: `says` is "name", "nobody" or "undo", `paragraphs` their numbers.

    First that it is being indexed, which takes a while for a long transcript.
    """
    yield gr.skip(), f'<p class="who-speaks" role="status">{WORDING.labelling}</p>'
    try:
        before, turn = _turn_of(library, data)
        if data.get("says") == "undo":
            library.unlabel(before.id)
            at, start = turn.index, 0
        else:
            places = _chosen(turn, data.get("paragraphs", ""))
            name = None if data.get("says") == "nobody" else data.get("name", "").strip()
            if not places or name == "":
                raise OnRecordError(WORDING.choose_and_name)
            for place in places:
                library.label(before.id, str(place), name)
            at, start = turn.index, _offset_of(turn, places[0])
        yield shown_anew(library, before, data.get("opened", ""), (at, start)), ""
    except OnRecordError as error:
        yield gr.skip(), form_html(library, data, error_html(str(error)))


def shown_anew(library: Library, before: Transcript, key: str, at: tuple[int, int]) -> str:
    """The panel after a label, at the turn that was labelled; a quote that is open stays marked."""
    after = library.transcript(before.id)
    turn, _ = moved(before, after, *at)
    new_key = f"{TRANSCRIPT}:{after.id}"
    if (spot := Spot.read(key)) and spot.utterance < len(before.utterances) and spot.start < spot.end:
        first, start = moved(before, after, spot.utterance, spot.start)
        last, end = moved(before, after, spot.utterance, spot.end - 1)
        # Words that are two people's now are no quote of either.
        if first == last:
            group = after.revision.partition("+")[0]
            new_key = str(Spot(spot.kind, group, first, start, end + 1))
    return shown_html(library, new_key, turn=turn)


def _turn_of(library: Library, data: dict[str, str]) -> tuple[Transcript, Utterance]:
    """The transcript and the turn that the browser names, as they are today.  Raises OnRecordError for none."""
    number = data.get("utterance", "")
    transcript = library.revision(data.get("group", "").partition("+")[0])
    if not (number.isascii() and number.isdecimal() and len(number) < 10 and int(number) < len(transcript.utterances)):
        raise OnRecordError(WORDING.gone)
    return transcript, transcript.utterances[int(number)]


def _paragraphs(turn: Utterance) -> list[tuple[Place, str]]:
    """(place, text) of what can be chosen of a turn: what stands at one place is one person's."""
    ends = [*(piece.offset for piece in turn.pieces[1:]), len(turn.text)]
    said = [(piece.place, turn.text[piece.offset : end].strip()) for piece, end in zip(turn.pieces, ends, strict=True)]
    return [(place, " ".join(words for _, words in same)) for place, same in groupby(said, lambda one: one[0])]


def _chosen(turn: Utterance, numbers: str) -> list[Place]:
    """Places from the first to the last of each run of neighbours among the chosen paragraphs."""
    paragraphs = _paragraphs(turn)
    wanted = {int(one) for one in numbers.split(",") if one.isascii() and one.isdecimal() and len(one) < 10}
    runs = groupby(enumerate(paragraphs), lambda item: item[0] in wanted)
    return [span_of_places([place for _, (place, _) in run]) for chosen, run in runs if chosen]


def _offset_of(turn: Utterance, place: Place) -> int:
    """Where what stands at the beginning of a place begins in the turn."""
    return next((piece.offset for piece in turn.pieces if str(span_of_places([piece.place, place])) == str(place)), 0)
