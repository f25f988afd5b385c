"""On the page: where a name comes from, which turns are doubtful, and a person says who speaks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot import Library
from bot.quotes.quoting import Quote
from bot.transcripts.transcript import UNNAMED_SPEAKER
from embeddings.encoder import Encoder
from tests.doubting import REASON, doubting
from tests.ui.browsing import Watched, free_port, needs_browser, watching
from tests.ui.parsing import Parsed
from ui.labelling import changed, form_html
from ui.markup import figure_html
from ui.places import Spot
from ui.reader import shown_html

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOSTILE = "<img src=x onerror=alert(1)> {{a}} ${b} `c`"
QUAY = """WEBVTT

00:01.000 --> 00:04.000
<v Ana Silva>The ferry sails at nine.
The quay wall was mended in stone.
Who paid for the mending at noon?

00:05.000 --> 00:09.000
<v Tom Roe>The parish paid half of it.
The mill paid the other half.
"""


@pytest.fixture
def library(tmp_path: Path, tiny_encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Library:
    """Ana's turn is doubtful."""
    doubting(monkeypatch)
    library = Library.open(tmp_path / "library", encoder=tiny_encoder)
    (tmp_path / "quay.vtt").write_text(QUAY, encoding="utf-8")
    library.add(tmp_path / "quay.vtt")
    return library


def quoted(library: Library, utterance: int, words: str) -> Quote:
    transcript = library.transcript("quay")
    start = transcript.utterances[utterance].text.index(words)
    return Quote.locate(transcript, utterance, start, start + len(words))


def sent(library: Library, turn: int, key: str = "transcript:quay", **fields: str) -> dict[str, str]:
    """What the browser sends of the form."""
    return {"opened": key, "group": library.entry("quay").group, "utterance": str(turn), **fields}


# --- without a browser -------------------------------------------------------------------------------------------


def test_opening_a_quote_shows_where_the_name_comes_from(library: Library) -> None:
    """In the card and at the quoted turn of the transcript; after a label, that it was the reader who gave it."""
    tom = quoted(library, 1, "The parish paid half of it.")
    for html in (figure_html(tom, library.revision), shown_html(library, str(Spot.of(tom)))):
        assert "named where it is said" in html  # the card is hidden until it is asked for
    library.label("quay", "9", "Ida Berg")
    library.label("quay", "10", None)
    for words, known in (
        ("The parish paid half of it.", "named by you"),
        ("The mill paid the other half.", "you said that it is not known who speaks"),
    ):
        turn = next(turn.index for turn in library.transcript("quay").utterances if words in turn.text)
        quote = quoted(library, turn, words)
        for html in (figure_html(quote, library.revision), shown_html(library, str(Spot.of(quote)))):
            assert known in html


def test_doubtful_turns_are_marked(library: Library) -> None:
    """With the reason, and counted in the header; a button asks who speaks."""
    html = shown_html(library, "transcript:quay")
    assert html.count('class="doubt"') == 1
    assert f"doubtful: {REASON}" in Parsed(html).text
    assert "Doubtful who speaks: 1 turn." in Parsed(html).text
    assert html.count('data-act="who"') == 2  # that of the turn, and the one that is copied
    library.label("quay", "4-6", "Ana Silva")
    assert 'class="doubt' not in shown_html(library, "transcript:quay")


def test_form_offers_the_paragraphs_and_the_speakers(library: Library) -> None:
    """All of the turn is chosen at first; how it is known who speaks is said."""
    seen = Parsed(form_html(library, sent(library, 0)))
    assert [text.split()[:2] for text in seen.inside["label"][:3]] == [["line", "4"], ["line", "5"], ["line", "6"]]
    assert seen.inside["option"] == ["Ana Silva", "Tom Roe"]
    assert f"It stands under Ana Silva: named where it is said; {REASON}." in seen.inside["p"]


def test_what_is_chosen_is_labelled(library: Library) -> None:
    """Neighbours are one label; then the panel shows the turn, and an open quote stays marked."""
    key = str(Spot.of(quoted(library, 1, "The mill paid the other half.")))
    busy, done = changed(library, sent(library, 0, key, says="name", name=" Ida Berg ", paragraphs="1,2"))
    assert "being indexed" in busy[1]
    assert done[1] == ""
    assert library.entry("quay").labelled == (("lines 5-6", "Ida Berg"),)
    assert Parsed(done[0]).inside["mark"] == ["The mill paid the other half."]
    assert 'data-turn="1"' in done[0].partition("<header>")[0]
    assert f"quote&#58;{library.entry('quay').group}" in done[0].replace("&#64;", "@").replace("&#46;", ".").replace(
        "&#45;", "-"
    )
    *_, done = changed(library, sent(library, 0, says="nobody", name="", paragraphs="0"))
    assert library.transcript("quay").utterances[0].speaker == UNNAMED_SPEAKER
    *_, done = changed(library, sent(library, 0, says="undo", paragraphs="", name=""))
    assert library.entry("quay").labelled == (("lines 5-6", "Ida Berg"),)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"says": "name", "name": " ", "paragraphs": "0"}, "Choose some of it, and give a name."),
        ({"says": "name", "name": "Ida", "paragraphs": "9,x,-1"}, "Choose some of it, and give a name."),
        ({"says": "name", "name": "Speaker 4", "paragraphs": "0"}, "names nobody in particular"),
        ({"says": "undo"}, "there is nothing to take back"),
        ({"says": "name", "utterance": "99", "name": "Ida"}, "This is not in the library any more"),
        ({"says": "name", "group": "../../etc", "name": "Ida"}, "was changed, renamed or removed"),
    ],
)
def test_what_a_browser_makes_up_changes_nothing(library: Library, fields: dict[str, str], said: str) -> None:
    """One line above the form, or in its place."""
    generation = library.generation
    *_, (_, html) = changed(library, sent(library, 0) | fields)
    assert said in Parsed(html).text
    assert library.generation == generation


def test_hostile_names_stay_text(library: Library) -> None:
    """A name that somebody gave is shown as it is, in the form and in the panel."""
    *_, (panel, _) = changed(library, sent(library, 0, says="name", name=HOSTILE, paragraphs="0"))
    for html in (panel, form_html(library, sent(library, 0))):
        assert HOSTILE in Parsed(html).text
        assert "<img" not in html


# --- in a browser ------------------------------------------------------------------------------------------------


@pytest.fixture
def url(library: Library) -> Iterator[str]:
    from ui.app import build_app, serve

    app = build_app(library)
    yield serve(app, port=free_port())
    app.close(verbose=False)


@pytest.fixture
def watched(browser: Browser, url: str) -> Iterator[Watched]:
    yield from watching(browser, url)


@needs_browser
def test_somebody_says_who_speaks(watched: Watched, library: Library) -> None:
    """By the button of a doubtful turn, then by that of any turn; the address follows, and a reload opens it."""
    page = watched.page
    page.evaluate("location.hash = 'transcript%3Aquay'")
    page.click("#panel .who-button")
    page.wait_for_selector("#labelling form")
    assert page.inner_text("#panel [role=group] output") == ""  # it is no button that jumps
    page.uncheck("#labelling [name=paragraph][value='0']")
    page.fill("#labelling [name=name]", "Ida Berg")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('#panel li').length === 3")
    assert page.locator("#panel li").nth(1).locator(".who").inner_text() == "Ida Berg"
    assert page.locator("#panel li").nth(1).locator(".known").inner_text() == "named by you"
    assert page.locator("#labelling form").count() == 0
    assert library.entry("quay").labelled == (("lines 5-6", "Ida Berg"),)
    page.click("#panel [data-who]")
    assert page.locator("#panel .who-button").count() == 3
    page.locator("#panel li").nth(2).locator(".who-button").click()
    page.wait_for_selector("#labelling form")
    page.click("#labelling [data-says=nobody]")
    page.wait_for_function("document.querySelectorAll('#panel .known').length === 2")
    assert library.transcript("quay").utterances[2].speaker == UNNAMED_SPEAKER
    key = str(Spot.of(quoted(library, 1, "stone")))
    page.evaluate("key => { location.hash = encodeURIComponent(key) }", key)
    page.wait_for_selector("#panel mark")
    page.click("#panel li:nth-child(2) .who-button")
    page.wait_for_selector("#labelling form")
    page.click("#labelling [data-says=undo]")
    page.wait_for_function("document.querySelectorAll('#panel .known').length === 1")
    watched.reload()
    page.wait_for_selector("#panel mark")
    assert page.inner_text("#panel mark") == "stone"
