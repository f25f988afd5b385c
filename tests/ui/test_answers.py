"""A conversation as HTML: what is shown is exactly the text, and nothing in it is read as anything else."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.answers import ANSWERED, NOT_BY_SPEAKER, NOT_FOUND, REFUSAL, Answer, Citation
from bot.quotes.quoting import Quote
from bot.retrieval.passages import Hit, Passage, Stretch
from bot.transcripts.transcript import Transcript
from tests.ui.parsing import Parsed, made
from ui import answers, markup
from ui.places import Spot

HOSTILE = "<script>alert(1)</script> **bold** $$x$$ {{constructor}} ${alert(1)} `code` [l](javascript:alert(1)) & \"'"


def answered(transcript: Transcript, utterance: int, start: int, end: int) -> Answer:
    """An answer of one quote, worded as `bot.answering` words it."""
    quote = Quote.locate(transcript, utterance, start, end)
    lead = f"{quote.speaker} speaks to this."
    text = f"{lead}\n\n“{quote.text}” [1]\n— {quote.where()}"
    return Answer("Q?", "Q?", ANSWERED, text, lead, (Citation(1, quote),))


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_text_is_shown_as_it_is(raw: str) -> None:
    """A browser shows the characters that went in, and no character of any markup is left."""
    html = markup.text(raw)
    assert Parsed(html).text == raw
    assert not set(html) & set("<>\"'*_`$[](){}\\|~!")


def test_draft_cannot_be_opened() -> None:
    """A draft shows its text and has nothing to click."""
    seen = Parsed(answers.draft_html(Answer("Q?", "Q?", ANSWERED, f"Lead.\n\n“{HOSTILE}” [1]", final=False)))
    assert HOSTILE in seen.text
    assert not seen.having("data-show")


def test_rendering_is_light() -> None:
    """`import ui.answers` loads no Gradio."""
    code = "import sys, ui.answers, ui.export; print(sorted({'gradio', 'torch', 'chromadb'} & set(sys.modules)))"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "[]"


def test_sides_and_limits_are_text() -> None:
    """A heading where a side begins, a line for what the search was limited to; both are speakers' words and names."""
    transcript = made("It is large.", "It is not.")
    quotes = [Quote.locate(transcript, at, 0, 5) for at in (0, 1)]
    citations = (Citation(1, quotes[0], HOSTILE), Citation(2, quotes[1], "another figure"))
    answer = Answer("Q?", "Q?", ANSWERED, "L", "L", citations, speakers=(HOSTILE,), transcripts=("talk",))
    seen = Parsed(answers.answer_html(answer, 1, lambda id: transcript))
    assert seen.inside["h3"] == [f"{HOSTILE}:", "Another figure:"]
    assert f"Searched: only {HOSTILE}" in seen.text
    assert "script" not in dict(seen.tags)


def test_quote_is_verbatim_once_and_located() -> None:
    """An answer shows its quote once, word for word, with speaker, file, line and time; its card has it once more."""
    transcript = made("Hello.", f"Well,  {HOSTILE} and so on.", "Indeed.")
    quote = Quote.locate(transcript, 1, 0, len(transcript.utterances[1].text))
    seen = Parsed(answers.answer_html(answered(transcript, 1, quote.start, quote.end), 4, lambda id: transcript))
    assert seen.inside["blockquote"] == [quote.text]
    assert seen.text.count(quote.text) == seen.cards.count(quote.text) == 1
    assert all(
        around in seen.cards for around in ("Ana: Hello.", "Ana: Indeed.", "talk.txt", "line 2", "0:10", "A talk")
    )
    assert seen.inside["button"][0] == "Open in the transcript: 1 Ben talk.txt line 2 0:10"
    assert seen.having("data-show") == [str(Spot.of(quote))] * 2
    copied = [attributes["data-copy"] for _, attributes in seen.tags if "data-copy" in attributes]
    assert copied[0] == f"“{quote.text}” — Ben, A talk (talk.txt), line 2, 0:10"
    assert not {"script", "a", "img"} & {tag for tag, _ in seen.tags}


def test_numbers_in_prose_open_their_quote() -> None:
    """ "[1]" in prose becomes a button; a number that cites nothing stays text."""
    transcript = made("We chose the bridge.")
    quote = Quote.locate(transcript, 0, 0, 20)
    prose = "They chose it [1], not [2]."
    answer = Answer("Q?", "Q?", ANSWERED, prose, prose, (Citation(1, quote),))
    seen = Parsed(answers.answer_html(answer, 0, lambda id: transcript))
    assert set(seen.having("data-show")) == {str(Spot.of(quote))}
    assert "They chose it 1, not [2]." in seen.text


def test_refusal_shows_the_closest_passages_as_no_evidence() -> None:
    """A refusal looks like one, cites nothing and labels the closest passages."""
    transcript = made(*(f"Sentence {number}." for number in range(6)))
    passages = tuple(
        Passage("talk", "talk@0", (Stretch(at, 0, 11),), (Hit(at, 0, 11, "Ana", 1.0, 1.0),)) for at in range(3)
    )
    html = answers.answer_html(
        Answer("Q?", "Q?", NOT_FOUND, REFUSAL, REFUSAL, passages=passages), 2, lambda id: transcript
    )
    seen = Parsed(html)
    assert ("div", {"class": "answer refusal"}) in seen.tags
    assert not {"blockquote", "aside"} & set(seen.inside)
    assert seen.inside["h3"] == ["Closest passages (not evidence)"]
    assert seen.having("data-show") == [f"passage:{transcript.revision}:{at}:0:11" for at in range(3)]


def test_what_somebody_else_says_has_no_number() -> None:
    """Under "not by the speaker asked about" the others' words can be opened, and are no citations."""
    transcript = made(HOSTILE, "Some say it is nine.", speakers=(HOSTILE, "Tom Roe"))
    elsewhere = (Quote.locate(transcript, 0, 0, len(HOSTILE)), Quote.locate(transcript, 1, 0, 20))
    lead = "Not said by Ana."
    html = answers.answer_html(
        Answer("Q?", "Q?", NOT_BY_SPEAKER, lead, lead, elsewhere=elsewhere), 1, lambda id: transcript
    )
    seen = Parsed(html)
    assert ("div", {"class": "answer refusal"}) in seen.tags
    assert "number" not in [attributes.get("class") for _, attributes in seen.tags]
    assert seen.inside["blockquote"] == [HOSTILE, "Some say it is nine."]
    assert "Note: reported speech" in seen.text
    assert not {"script", "a", "img"} & {tag for tag, _ in seen.tags}


def test_how_it_was_read_and_limited_can_be_taken_away() -> None:
    """A chip each, with a button that asks again without it; what failed the check is not kept from the reader."""
    answer = Answer(
        "And she?",
        f"And Ana? {HOSTILE}",
        ANSWERED,
        "Nothing.",
        "Nothing.",
        unverified=(f"somewhere {HOSTILE}",),
        speakers=("Ana", HOSTILE),
        transcripts=("talk",),
    )
    seen = Parsed(answers.answer_html(answer, 3, lambda id: made("x")))
    assert f"Read as: And Ana? {HOSTILE}" in seen.text
    assert f"only Ana and {HOSTILE}" in seen.text
    assert f"somewhere {HOSTILE}" in seen.text
    again = [attributes for _, attributes in seen.tags if attributes.get("data-act") == "again"]
    assert [item.get("data-without") for item in again] == ["reading", "speakers", "transcripts", None]
    assert {item["data-turn"] for item in again} == {"3"}


def test_nothing_is_taken_away_where_nothing_was_added() -> None:
    """A question read as it was typed, of everybody and everything, has no chips."""
    html = answers.answer_html(Answer("Q?", "Q?", NOT_FOUND, REFUSAL, REFUSAL), 0, lambda id: made("x"))
    assert "chip" not in html


def test_lost_quotes_are_said() -> None:
    """An answer some of whose quotes are gone says how many, and why."""
    html = answers.answer_html(Answer("Q?", "Q?", ANSWERED, "L", "L"), 0, lambda id: made("x"), lost=2)
    assert "2 of its quotes stood in a transcript that was removed or has changed" in Parsed(html).text


def test_no_answer_is_one_line() -> None:
    """An error, or that it was stopped, is text on one line, with a way to ask again."""
    seen = Parsed(answers.unanswered_html(f"two\nlines {HOSTILE}", 0))
    assert seen.text == f"two lines {HOSTILE} Ask again"
    assert [tag for tag, _ in seen.tags] == ["p", "button"]


def test_machine_labels_are_marked() -> None:
    """A label that a machine made is not passed off as a name; a name is not marked."""
    assert "label made by a machine" in Parsed(markup.who_html("SPEAKER_00")).text
    assert "label made by a machine" in Parsed(markup.who_html("Speaker 1 (episode-12)")).text
    assert Parsed(markup.who_html("Ana Silva (host)")).text == "Ana Silva (host)"


def test_hostile_names_stay_text() -> None:
    """Speakers, titles, file names and questions bring no tag and no attribute of their own."""
    transcript = replace(made("Yes.", speakers=(HOSTILE,), source=HOSTILE), title=HOSTILE)
    pages = [
        answers.answer_html(answered(transcript, 0, 0, 4), 0, lambda id: transcript),
        answers.question_html(HOSTILE, 0),
        answers.unanswered_html(HOSTILE, 0),
    ]
    known = {"class", "title", "dir", "data-show", "data-copy", "data-card", "data-act", "data-turn", "type", "role"}
    for page in pages:
        seen = Parsed(page)
        assert HOSTILE in seen.text
        assert not {"script", "a", "img", "code"} & {tag for tag, _ in seen.tags}
        assert {name for _, attributes in seen.tags for name in attributes} <= known | {"aria-label", "hidden"}


def test_speaker_colours_are_stable() -> None:
    """A speaker has the colour in an answer that they have in the transcript."""
    transcript = made("One.", "Two.", "Three.")
    assert 'class="quote speaker-1"' in answers.answer_html(answered(transcript, 1, 0, 4), 0, lambda id: transcript)
    assert [markup.colour_of(name, transcript) for name in ("Ana", "Ben")] == ["speaker-0", "speaker-1"]
