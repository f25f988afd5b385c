"""The tab where a quote is checked, or every quotation of an article.

pasted text ─► verify_text ─┬─► a quote: found, said by someone else, or not found and what comes closest
                            └─► an article: a summary, then each quotation with its line
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr

from bot.errors import OnRecordError
from bot.quotes.quoting import Neighbour, Quote
from bot.verifying.article import ArticleReport, Checked, Quotation, verify_text
from bot.verifying.nearness import SAME, Difference
from bot.verifying.verification import (
    FOUND,
    LEFT_OUT,
    NOT_FOUND,
    SAID_BY_OTHER,
    TWO_PLACES,
    TWO_TURNS,
    NearMiss,
    Part,
    Verification,
)
from bot.words.phrases import plural
from bot.words.sentences import sentence_spans
from ui.desk import QUIET, Desk, packaged
from ui.limits import limits_of
from ui.markup import TranscriptOf, error_html, figure_html, text, who_html
from ui.places import PASSAGE
from ui.wording import WORDING

if TYPE_CHECKING:
    from bot.library import Library

_LONGEST = 200_000  # characters of an article
_AT_ONCE, _OF_MANY = 3, 1  # places that are shown of a quote, and of each quotation of an article; the others unfold

_STATUS = {FOUND: WORDING.found, SAID_BY_OTHER: WORDING.said_by_other, NOT_FOUND: WORDING.not_found}
_KIND = {FOUND: "is-found", SAID_BY_OTHER: "is-other", NOT_FOUND: "is-missing"}  # classes
_SPLIT = {LEFT_OUT: WORDING.left_out_parts, TWO_TURNS: WORDING.two_turns, TWO_PLACES: WORDING.two_places}


def build(desk: Desk) -> None:
    """The tab."""
    pasted = gr.Textbox(
        elem_id="check-text",
        elem_classes="asking",
        label=WORDING.quote_or_article,
        placeholder=WORDING.check_hint,
        lines=5,
        max_lines=14,
        max_length=_LONGEST,
    )
    with gr.Row(elem_id="check-row"):
        said_by = gr.Dropdown(
            value=None,
            label=WORDING.said_by,
            allow_custom_value=True,  # a first name will do, and somebody who has come since the page was opened
            elem_id="said-by",
        )
        check = gr.Button(WORDING.check, elem_id="check", variant="primary")
    found = gr.HTML("", elem_id="check-found", apply_default_css=False, js_on_load=packaged("js", "findings.js"))

    def checked(pasted: str, said_by: str | None, *limits: Any) -> Iterator[str]:
        if not re.search(r"\w", pasted) or not desk.library.entries:
            yield error_html(WORDING.nothing_to_check if desk.library.entries else WORDING.nothing_yet)
            return
        yield f'<p class="reading" role="status">{WORDING.checking_now}</p>'
        try:
            yield checked_html(desk.library, pasted, said_by, *limits)
        except OnRecordError as error:
            yield error_html(str(error))

    inputs = [pasted, said_by, *desk.limits]
    gr.on([check.click, pasted.submit], checked, inputs, found, **QUIET)
    gr.on(None, lambda: gr.update(choices=list(desk.library.speakers)), None, said_by, **QUIET)  # as the page loads


def checked_html(library: Library, pasted: str, said_by: str | None, *limits: Any) -> str:
    """What became of a text.  Raises OnRecordError."""
    limited = limits_of(library, *limits)
    speaker = (said_by or "").strip() or None
    found = verify_text(pasted, library, speaker, limited.transcripts)
    searched = _searched_html(library, limited.transcripts, bool(limited.speakers))
    if isinstance(found, ArticleReport):
        return f"{article_html(found, library.revision)}{searched}"
    return f"{quote_html(found, speaker, library.revision)}{searched}"


def _searched_html(library: Library, transcripts: Sequence[str], speakers: bool) -> str:
    said = [WORDING.of_the_transcript]
    if transcripts:
        every = plural(len(library.entries), "transcript")
        said.insert(0, WORDING.checked_in.format(some=f"{len(transcripts):,}", all=every))
    if speakers:
        said.append(WORDING.speakers_no_limit)
    return f'<p class="aside">{text(" ".join(said))}</p>'


# --- a quote -----------------------------------------------------------------------------------------------------


def quote_html(found: Verification, speaker: str | None, transcript_of: TranscriptOf) -> str:
    """What became of a quote that was asked about by itself."""
    long = {
        FOUND: WORDING.found_long,
        SAID_BY_OTHER: WORDING.said_by_other_long.format(speaker=speaker),
        NOT_FOUND: WORDING.not_found_long,
    }[found.status]
    verdict = f'<p class="verdict" role="status"><strong>{_STATUS[found.status]}</strong> {text(long)}</p>'
    return (
        f'<section class="finding {_KIND[found.status]}">{verdict}'
        f"{_finding_html(found, _AT_ONCE, transcript_of)}</section>"
    )


def _finding_html(found: Verification, at_once: int, transcript_of: TranscriptOf) -> str:
    """The places; of what is not found its parts, and what comes closest."""
    return "".join(
        [
            _places_html(found.quotes, found.more, at_once, transcript_of),
            _parts_html(found, transcript_of),
            _near_html(found.near, transcript_of),
        ]
    )


def _places_html(quotes: Sequence[Quote], more: int, at_once: int, transcript_of: TranscriptOf) -> str:
    places = [_place_html(quote, transcript_of) for quote in quotes]
    shown, rest = places[:at_once], places[at_once:]
    summary = WORDING.more_places.format(places=plural(len(rest), "more place"))
    return (
        "".join(shown)
        + (f"<details><summary>{summary}</summary>{''.join(rest)}</details>" if rest else "")
        + (f'<p class="aside">{WORDING.more_turns.format(turns=plural(more, "turn"))}</p>' if more else "")
    )


def _place_html(quote: Quote, transcript_of: TranscriptOf) -> str:
    """A place with what stands around it: the rest of its sentences, and the sentences before and after these."""
    return (
        f'<div class="found-at">{_neighbour_html(WORDING.before, quote.before)}'
        f"{figure_html(quote, transcript_of, body=_in_sentence(quote, transcript_of))}"
        f"{_neighbour_html(WORDING.after, quote.after)}</div>"
    )


def _in_sentence(quote: Quote, transcript_of: TranscriptOf) -> str:
    """The words, in the sentences that they are cut from."""
    said = transcript_of(quote.revision).utterances[quote.utterance].text
    touched = [(a, b) for a, b in sentence_spans(said) if a < quote.end and b > quote.start]
    before, after = said[touched[0][0] : quote.start], said[quote.end : touched[-1][1]]
    if not re.search(r"\w", before + after):
        return text(quote.text)
    rest = [f'<span class="around">{text(part)}</span>' if part else "" for part in (before, after)]
    return f"{rest[0]}<mark>{text(quote.text)}</mark>{rest[1]}"


def _neighbour_html(name: str, said: Neighbour | None) -> str:
    return (
        f'<p class="around" dir="auto"><span>{name}</span> {who_html(said.speaker)}: {text(said.text)}</p>'
        if said
        else ""
    )


def _parts_html(found: Verification, transcript_of: TranscriptOf) -> str:
    if not found.parts:
        return ""
    why = _SPLIT[found.split or LEFT_OUT]
    if found.split == LEFT_OUT:
        why = f"{why} {WORDING.in_one_turn if found.together else WORDING.not_together}"
    items = "".join(_part_html(part, transcript_of) for part in found.parts)
    return f'<section class="parts"><h2>{why}</h2><ol>{items}</ol></section>'


def _part_html(part: Part, transcript_of: TranscriptOf) -> str:
    where = "".join(figure_html(quote, transcript_of, kind=PASSAGE) for quote in part.quotes)
    nowhere = f'<p class="aside">{WORDING.nowhere}</p>'
    return f'<li><p class="pasted" dir="auto">“{text(" ".join(part.text.split()))}”</p>{where or nowhere}</li>'


def _near_html(near: Sequence[NearMiss], transcript_of: TranscriptOf) -> str:
    if not near:
        return ""
    # The same words in several places differ in the same way.
    alike = [list(group) for _, group in itertools.groupby(near, key=lambda miss: miss.differences)]
    items = "".join(
        f'<li><p class="differences" dir="auto">{" ".join(map(_difference_html, misses[0].differences))}</p>'
        f'<p class="aside">{WORDING.near_record}</p>'
        f"{''.join(figure_html(miss.quote, transcript_of, kind=PASSAGE) for miss in misses)}</li>"
        for misses in alike
    )
    legend = f'<p class="aside">{WORDING.near_legend}</p>'
    return f'<section class="near"><h2>{WORDING.near}</h2>{legend}<ol>{items}</ol></section>'


def _difference_html(difference: Difference) -> str:
    """Words that are the same as they are; others struck out and inserted, which is said in words as well."""
    if difference.op == SAME:
        return text(difference.recorded)
    quoted, recorded = text(difference.quoted), text(difference.recorded)
    struck = f'<del><span class="unseen">{WORDING.quote_has} </span>{quoted or _unseen(WORDING.nothing)}</del>'
    put = f'<ins><span class="unseen">{WORDING.record_has} </span>{recorded or _unseen(WORDING.nothing)}</ins>'
    return f"{_unseen(' (')}{struck}{_unseen('; ')} {put}{_unseen(') ')}"


def _unseen(words: str) -> str:
    return f'<span class="unseen">{words}</span>'


# --- an article --------------------------------------------------------------------------------------------------


def article_html(report: ArticleReport, transcript_of: TranscriptOf) -> str:
    """What became of each quotation, in order; first how many are what, and the way to those that are not found."""
    skipped = _skipped_html(report.skipped)
    if not report.checked:
        return f'<p class="verdict is-missing" role="status">{WORDING.no_quotations}</p>{skipped}'
    items = "".join(_checked_html(number, item, transcript_of) for number, item in enumerate(report.checked, 1))
    return (
        f'<p class="verdict" role="status">{text(summary(report))}</p><p class="aside">{WORDING.only_quotations}</p>'
        f'{_problems_html(report.checked)}<ol class="checked">{items}</ol>{skipped}'
    )


def summary(report: ArticleReport) -> str:
    """One line: "5 quotations checked: 3 found, 1 said by someone else, 1 not found; 2 skipped", say."""
    counts = ", ".join(f"{count} {_STATUS[status].lower()}" for status, count in report.counts.items() if count)
    quotations = plural(len(report.checked), "quotation")
    skipped = WORDING.quotations_skipped.format(count=len(report.skipped)) if report.skipped else ""
    return f"{WORDING.quotations_checked.format(quotations=quotations, counts=counts)}{skipped}"


def _problems_html(checked: Sequence[Checked]) -> str:
    """Buttons that lead to what is not found as it stands; js/findings.js follows them."""
    buttons = [
        f'<button type="button" class="quiet" data-jump="checked-{number}">'
        f"{WORDING.line.format(line=item.quotation.line)}: {_STATUS[item.verification.status].lower()}</button>"
        for number, item in enumerate(checked, 1)
        if item.verification.status != FOUND
    ]
    return f'<p class="problems">{WORDING.problems} {" ".join(buttons)}</p>' if buttons else ""


def _checked_html(number: int, item: Checked, transcript_of: TranscriptOf) -> str:
    quotation, found = item.quotation, item.verification
    ascribed = f" · {WORDING.ascribed.format(speaker=text(quotation.speaker))}" if quotation.speaker else ""
    line = WORDING.line.format(line=quotation.line)
    return (
        f'<li id="checked-{number}" tabindex="-1" class="finding {_KIND[found.status]}">'
        f'<p class="verdict"><strong>{_STATUS[found.status]}</strong> {line}<bdi>{ascribed}</bdi></p>'
        f'<p class="pasted" dir="auto">“{text(" ".join(quotation.text.split()))}”</p>'
        f"{_finding_html(found, _OF_MANY, transcript_of)}</li>"
    )


def _skipped_html(skipped: Sequence[Quotation]) -> str:
    if not skipped:
        return ""
    items = "".join(
        f"<li>{WORDING.line.format(line=item.line)}, {text(item.skipped or '')}: "
        f'<span dir="auto">“{text(" ".join(item.text.split()))}”</span></li>'
        for item in skipped
    )
    return f'<section class="skipped"><h2>{WORDING.skipped}</h2><ul>{items}</ul></section>'
