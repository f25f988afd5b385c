"""The page's HTML: what is shown is exactly the text, and nothing in it is read as anything else."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering import ANSWERED, NOT_BY_SPEAKER, NOT_FOUND, REFUSAL, Answer, Citation
from bot.library import Entry
from bot.quoting import Quote
from bot.retrieval import Hit, Passage, Stretch
from bot.transcript import Lines, Piece, Reading, Transcript, Utterance
from ui import render

HOSTILE = "<script>alert(1)</script> **bold** $$x$$ {{constructor}} ${alert(1)} `code` [l](javascript:alert(1)) & \"'"


class _Parsed(HTMLParser):
    """Text by tag, and the tags and attributes seen."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside.setdefault(tag, []).append("")
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        self.text += data
        for tag in dict.fromkeys(self._open):
            self.inside[tag][-1] += data

    def shows(self) -> list[str | None]:
        """The `data-show` values."""
        return [attributes["data-show"] for _, attributes in self.tags if "data-show" in attributes]


def made(*texts: str, speakers: tuple[str, ...] = ("Ana", "Ben"), source: str = "talk.txt") -> Transcript:
    """A transcript of one line a turn, speakers in turns, ten seconds each."""
    utterances = tuple(
        Utterance(at, name, name, text, (Piece(0, Lines(at + 1, at + 1), at * 10.0, at * 10.0 + 9),))
        for at, text in enumerate(texts)
        for name in [speakers[at % len(speakers)]]
    )
    return Transcript(
        "talk", "A talk", source, "0" * 64, utterances, Reading("made", "line", len(texts), len(texts), ())
    )


def answered(transcript: Transcript, utterance: int, start: int, end: int) -> Answer:
    """An answer of one quote, worded as `bot.answering` words it."""
    quote = Quote.locate(transcript, utterance, start, end)
    lead = f"{quote.speaker} speaks to this."
    text = f"{lead}\n\n“{quote.text}” [1]\n— {quote.where()}"
    return Answer("Q?", "Q?", ANSWERED, text, lead, (Citation(1, quote),))


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_text_is_shown_as_it_is(raw: str) -> None:
    """A browser shows the characters that went in, and no character of any markup is left."""
    html = render.text(raw)
    assert _Parsed(html).text == raw
    assert not set(html) & set("<>\"'*_`$[](){}\\|~!")


def test_quote_is_verbatim_once_and_located() -> None:
    """An answer shows its quote once, word for word, with speaker, file, line and time."""
    transcript = made("Hello.", f"Well,  {HOSTILE} and so on.")
    quote = Quote.locate(transcript, 1, 0, len(transcript.utterances[1].text))
    seen = _Parsed(render.answer_html(answered(transcript, 1, quote.start, quote.end), 4, lambda id: transcript))
    assert seen.inside["blockquote"] == [quote.text]
    assert seen.text.count(quote.text) == 1
    assert seen.inside["button"] == ["1 Ben talk.txt line 2 0:10"]
    assert seen.shows() == ["quote:4:1"]
    assert {tag for tag, _ in seen.tags} <= {"div", "p", "figure", "blockquote", "figcaption", "button", "span", "bdi"}


def test_numbers_in_prose_open_their_quote() -> None:
    """ "[1]" in prose becomes a button; a number that cites nothing stays text."""
    transcript = made("We chose the bridge.")
    quote = Quote.locate(transcript, 0, 0, 20)
    prose = "They chose it [1], not [2]."
    answer = Answer("Q?", "Q?", ANSWERED, prose, prose, (Citation(1, quote),))
    seen = _Parsed(render.answer_html(answer, 0, lambda id: transcript))
    assert seen.shows() == ["quote:0:1", "quote:0:1"]
    assert "They chose it 1, not [2]." in seen.text


def test_draft_cannot_be_opened() -> None:
    """A draft shows its text and has nothing to click."""
    seen = _Parsed(render.draft_html(Answer("Q?", "Q?", ANSWERED, f"Lead.\n\n“{HOSTILE}” [1]", final=False)))
    assert HOSTILE in seen.text
    assert not seen.shows()


def test_refusal_shows_the_closest_passages_as_no_evidence() -> None:
    """A refusal looks like one, cites nothing and labels the closest passages."""
    transcript = made(*(f"Sentence {number}." for number in range(6)))
    passages = tuple(
        Passage("talk", "talk@0", (Stretch(at, 0, 11),), (Hit(at, 0, 11, "Ana", 1.0, 1.0),)) for at in range(3)
    )
    html = render.answer_html(
        Answer("Q?", "Q?", NOT_FOUND, REFUSAL, REFUSAL, passages=passages), 2, lambda id: transcript
    )
    seen = _Parsed(html)
    assert ("div", {"class": "answer refusal"}) in seen.tags
    assert "blockquote" not in seen.inside
    assert seen.inside["h3"] == ["Closest passages (not evidence)"]
    assert seen.shows() == ["passage:2:1", "passage:2:2", "passage:2:3"]


def test_what_somebody_else_says_has_no_number() -> None:
    """Under "not by the speaker asked about" the others' words can be opened, and are no citations."""
    transcript = made(HOSTILE, "Some say it is nine.", speakers=(HOSTILE, "Tom Roe"))
    elsewhere = (Quote.locate(transcript, 0, 0, len(HOSTILE)), Quote.locate(transcript, 1, 0, 20))
    lead = "Not said by Ana."
    html = render.answer_html(
        Answer("Q?", "Q?", NOT_BY_SPEAKER, lead, lead, elsewhere=elsewhere), 1, lambda id: transcript
    )
    seen = _Parsed(html)
    assert ("div", {"class": "answer refusal"}) in seen.tags
    assert seen.shows() == ["elsewhere:1:1", "elsewhere:1:2"]
    assert seen.inside["blockquote"] == [HOSTILE, "Some say it is nine."]
    assert "Note: reported speech" in seen.text
    assert not {"script", "a", "img"} & {tag for tag, _ in seen.tags}


def test_standalone_question_and_left_out_quotes_are_said() -> None:
    """How a follow-up was read, and what failed the check, are not kept from the reader."""
    answer = Answer(
        "And she?", f"And Ana? {HOSTILE}", ANSWERED, "Nothing.", "Nothing.", unverified=(f"somewhere {HOSTILE}",)
    )
    seen = _Parsed(render.answer_html(answer, 0, lambda id: made("x")))
    assert f"Read as: And Ana? {HOSTILE}" in seen.text
    assert f"somewhere {HOSTILE}" in seen.text


def test_error_is_one_line() -> None:
    """An error is text on one line."""
    seen = _Parsed(render.error_html(f"two\nlines {HOSTILE}"))
    assert seen.text == f"two lines {HOSTILE}"
    assert [tag for tag, _ in seen.tags] == ["p"]


@pytest.mark.parametrize(("start", "end"), [(0, 5), (6, 12), (0, 12)])
def test_exactly_the_quoted_characters_are_marked(start: int, end: int) -> None:
    """<mark> holds the slice; the turn around it is whole."""
    transcript = made("Before.", "Aé<b> “x”*$", "After.")
    end = min(end, len("Aé<b> “x”*$"))
    seen = _Parsed(render.transcript_html(transcript, "quote:0:1", {1: (start, end)}))
    said = transcript.utterances[1].text
    assert seen.inside["mark"] == [said[start:end]]
    assert said in seen.inside["p"]
    assert all(place in seen.text for place in ("line 1", "line 2", "line 3", "0:20"))


def test_hostile_names_stay_text() -> None:
    """Speakers, titles, file names and ids bring no tag and no attribute of their own."""
    transcript = made("Yes.", speakers=(HOSTILE,), source=HOSTILE)
    entry = Entry(f"id {HOSTILE}", HOSTILE, HOSTILE, None, "", "", 1, 1, (HOSTILE,))
    pages = [
        render.transcript_html(transcript, f"transcript:{HOSTILE}", {0: (0, 4)}),
        render.answer_html(answered(transcript, 0, 0, 4), 0, lambda id: transcript),
        render.library_html([entry]),
        render.question_html(HOSTILE),
        render.message_html(HOSTILE),
    ]
    known = {"class", "title", "dir", "data-show", "data-shown", "data-back", "type", "aria-label", "tabindex"}
    for page in pages:
        seen = _Parsed(page)
        assert HOSTILE in seen.text
        assert not {"script", "a", "img", "code", "strong"} & {tag for tag, _ in seen.tags}
        assert {name for _, attributes in seen.tags for name in attributes} <= known
    assert f"transcript:id {HOSTILE}" in _Parsed(pages[2]).shows()


def test_long_transcript_is_cut_around_the_quote() -> None:
    """Of thousands of turns some four hundred are shown, with the quote among them, and the rest is counted."""
    transcript = made(*(f"Turn number {number}." for number in range(2000)))
    seen = _Parsed(render.transcript_html(transcript, "quote:0:1", {1200: (0, 4)}))
    assert len(seen.inside["li"]) == render.SHOWN_UTTERANCES
    assert seen.inside["mark"] == ["Turn"]
    assert "1,000 earlier turns are not shown" in seen.text
    assert "600 later turns are not shown" in seen.text


@pytest.mark.parametrize(("at", "before", "after"), [(0, 0, 1600), (1999, 1600, 0), (150, 0, 1600)])
def test_window_at_the_ends(at: int, before: int, after: int) -> None:
    """Near an end the window is as long as elsewhere."""
    assert render._window(2000, at) == (before, 2000 - after)


def test_short_transcript_is_whole() -> None:
    """Nothing is said to be left out where nothing is."""
    assert "not shown" not in render.transcript_html(made("One.", "Two."), "transcript:talk", {})


def test_speaker_colours_are_stable() -> None:
    """A speaker has one colour in the answer and in the transcript."""
    transcript = made("One.", "Two.", "Three.")
    assert 'class="quote speaker-1"' in render.answer_html(answered(transcript, 1, 0, 4), 0, lambda id: transcript)
    page = render.transcript_html(transcript, "transcript:talk", {})
    assert [page.count(f'"speaker-{number}"') for number in range(3)] == [2, 1, 0]


def test_empty_library_says_what_to_do() -> None:
    """Both halves of an empty page name the command."""
    assert "onrecord add FILE" in _Parsed(render.library_html([])).text
    assert "onrecord add FILE" in _Parsed(render.start_html([])).text


def test_rendering_is_light() -> None:
    """`import ui.render` loads no Gradio."""
    code = "import sys, ui.render; print(sorted({'gradio', 'torch', 'chromadb'} & set(sys.modules)))"
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "[]"


def test_sides_and_limits_are_text() -> None:
    """A heading where a side begins, a line for what the search was limited to; both are speakers' words and names."""
    transcript = made("It is large.", "It is not.")
    quotes = [Quote.locate(transcript, at, 0, 5) for at in (0, 1)]
    citations = (Citation(1, quotes[0], HOSTILE), Citation(2, quotes[1], "another figure"))
    answer = Answer("Q?", "Q?", ANSWERED, "L", "L", citations, speakers=(HOSTILE,), transcripts=("talk",))
    seen = _Parsed(render.answer_html(answer, 1, lambda id: transcript))
    assert seen.inside["h3"] == [f"{HOSTILE}:", "Another figure:"]
    assert f"Searched: only {HOSTILE}, only in talk" in seen.text
    assert "script" not in dict(seen.tags)
