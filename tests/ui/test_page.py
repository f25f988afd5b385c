"""The page in a real browser: a real library, the real encoder, the real app, headless Chromium."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from langchain_core.messages import BaseMessage

from bot import Library
from bot.errors import OnRecordError
from tests.fakes import Reply, Scripted
from tests.ui.browsing import Watched, free_port, needs_browser, on_screen, opened, watching

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from embeddings.encoder import Encoder


HOSTILE = (
    "The lighthouse password is <script>alert(1)</script> <img src=x onerror=alert(2)> **bold** $$x$$ "
    "{{constructor}} ${alert(3)} [link](javascript:alert(4))."
)
ITEMS = "".join(
    f"Mara Quill: Item number {n} is about mooring fees for small boats.\nOdd Berg: Noted, as in {1900 + n}.\n"
    for n in range(60)
)
TALK = f"""\
Mara Quill: Welcome to the harbour meeting, we have three items tonight.
Odd Berg: Thank you for having us, I brought the figures.
Mara Quill: First the old crane. Who pays for painting the crane?
Odd Berg: The council pays for painting the crane, out of the spring budget.
Mara Quill: And how long will it take?
Odd Berg: Eleven days, if it stays dry.
{ITEMS}\
Mara Quill: What is the lighthouse password?
Odd Berg: {HOSTILE}
Mara Quill: Then we are done, good night.
"""
FILE_NAME = "harbour <img src=x onerror=alert(5)> **b** $$y$$ {{a}} ${alert(6)} `c`.txt"
PAID = "The council pays for painting the crane, out of the spring budget."
KEPT = "Object.keys(localStorage).some(name => name.startsWith('onrecord-conversation:'))"
EXAMPLE = "Who pays for painting the crane?"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    """One transcript that would do harm wherever it is read as anything but text."""
    folder = tmp_path_factory.mktemp("page")
    file = folder / FILE_NAME
    try:
        file.write_text(TALK, encoding="utf-8")
    except OSError:  # a file system that forbids such names
        file = folder / "harbour.txt"
        file.write_text(TALK, encoding="utf-8")
    library = Library.open(folder / "library", encoder=encoder)
    library.add(file)
    return library


@pytest.fixture(scope="module")
def url(library: Library) -> Iterator[str]:
    """The address of the served page."""
    from ui.app import build_app, serve

    app = build_app(library, [EXAMPLE])
    yield serve(app, port=free_port())
    app.close(verbose=False)


@pytest.fixture
def watched(browser: Browser, url: str) -> Iterator[Watched]:
    yield from watching(browser, url)


# --- asking ------------------------------------------------------------------------------------------------------


@needs_browser
def test_answer_shows_quote_speaker_file_and_lines(watched: Watched, library: Library) -> None:
    """A question brings a quote with who, where and which line."""
    watched.ask("Who pays for painting the crane?")
    page = watched.page
    assert PAID in page.locator("#chat blockquote").all_text_contents()
    caption = page.locator("#chat .quote", has_text=PAID).locator(".cite").inner_text()
    assert all(part in caption for part in ("Odd Berg", library.entries[0].source, "line 4"))
    assert page.input_value("#question textarea") == ""


@needs_browser
def test_example_is_asked(watched: Watched) -> None:
    """Clicking an example asks it."""
    watched.page.get_by_role("button", name=EXAMPLE).click()
    watched.settled(1)
    assert watched.page.inner_text("#chat .question") == EXAMPLE
    assert watched.page.locator("#chat blockquote").count() > 0


@needs_browser
def test_refusal_looks_different_and_cites_nothing(watched: Watched) -> None:
    """What the transcript does not say is refused: no quote, and passages labelled as no evidence."""
    watched.ask("Which vaccine do astronauts get before a flight to Jupiter?")
    page = watched.page
    assert page.locator("#chat .answer.refusal").count() == 1
    assert page.locator("#chat .quote, #chat [data-show^='quote:']").count() == 0
    assert "The transcripts do not say." in page.inner_text("#chat .refusal")
    assert page.inner_text("#chat .closest h3") == "Closest passages (not evidence)"
    assert 1 <= page.locator("#chat .closest li").count() <= 3


@needs_browser
def test_what_somebody_else_says_can_be_opened(watched: Watched) -> None:
    """Asked about the wrong speaker, the page says who does say it; a click opens their words, which have no number."""
    watched.ask("According to Mara, who pays for painting the crane?")
    answer = watched.page.locator("#chat .answer.refusal")
    assert "Not said by Mara Quill" in answer.inner_text()
    assert answer.locator(".number").count() == 0
    assert PAID in answer.locator(".quote blockquote").first.inner_text()
    answer.locator(".quote .cite").first.click()
    watched.page.wait_for_selector("#panel mark")
    assert PAID in watched.page.locator("#panel mark").first.inner_text()


@needs_browser
def test_error_is_one_line_in_the_chat(watched: Watched) -> None:
    """What cannot be asked is said in one line, without a traceback."""
    watched.ask("???")
    said = watched.page.inner_text("#chat .error")
    assert "ask something in words" in said
    assert "\n" not in said
    assert "Traceback" not in watched.page.content()


@needs_browser
def test_follow_up_knows_what_was_asked(watched: Watched) -> None:
    """The second question is read with the first."""
    watched.ask("Who pays for painting the crane?")
    watched.ask("How long will it take?")
    assert "crane" in watched.page.locator("#chat .answer").last.inner_text().lower()


@needs_browser
def test_a_new_conversation_knows_nothing(watched: Watched) -> None:
    """Nothing is shown, and the next question has no history; what was open stays open."""
    watched.ask("Who pays for painting the crane?")
    watched.page.click("#new")
    watched.page.wait_for_function("!document.querySelector('#chat .question')")
    watched.ask("How long will it take?")
    assert watched.page.locator("#chat .chip").count() == 0


@needs_browser
def test_asked_again_in_its_place(watched: Watched) -> None:
    """A turn is answered anew where it stands; those after it stay."""
    watched.ask("Who pays for painting the crane?")
    watched.ask("How long will the painting take?")
    page = watched.page
    page.locator("#chat .tools .again").first.click()
    page.wait_for_function("document.querySelectorAll('#chat .answer').length === 1")  # the first is being read again
    watched.settled(2)
    assert page.locator("#chat .question").all_inner_texts() == [EXAMPLE, "How long will the painting take?"]
    assert PAID in page.locator("#chat .answer").first.inner_text()


@needs_browser
def test_limits_are_chips_that_can_be_taken_away(watched: Watched) -> None:
    """Without whose words were asked for, everybody's are searched."""
    watched.ask("According to Mara, who pays for painting the crane?")
    page = watched.page
    assert page.locator("#chat .chip").all_inner_texts() == ["Searched:\nonly Mara Quill\n×"]
    page.get_by_role("button", name="Ask again without this limit: only Mara Quill").click()
    page.wait_for_selector("#chat .answer.answered")
    assert page.locator("#chat .chip").count() == 0
    assert PAID in page.locator("#chat blockquote").all_text_contents()


@needs_browser
def test_limits_of_the_page_hold(watched: Watched) -> None:
    """What is chosen above the tabs limits the search, and is shown with the answer."""
    page = watched.page
    page.get_by_role("button", name="Everything is searched").click()
    page.get_by_label("Speakers").click()
    page.get_by_role("option", name="Mara Quill").click()
    watched.ask("Who pays for painting the crane?")
    assert "only Mara Quill" in page.locator("#chat .chip").inner_text()
    assert PAID not in page.locator("#chat .quote:has(.number) blockquote").all_text_contents()


@needs_browser
def test_a_question_is_edited(watched: Watched) -> None:
    """It comes into the box, is answered anew in its place, and can be left as it was."""
    watched.ask("Who pays for painting the crane?")
    watched.ask("What is the lighthouse password?")
    page = watched.page
    page.locator("#chat .asked .edit").first.click()
    page.wait_for_selector("#edited p")
    assert page.input_value("#question textarea") == "Who pays for painting the crane?"
    page.get_by_role("button", name="Leave it as it was").click()
    page.wait_for_selector("#edited p", state="detached")
    assert page.input_value("#question textarea") == ""
    page.locator("#chat .asked .edit").first.click()
    page.wait_for_selector("#edited p")
    page.fill("#question textarea", "How long does the painting take?")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#chat .question').textContent.startsWith('How long')")
    watched.settled(2)
    assert page.locator("#chat .question").nth(1).inner_text() == "What is the lighthouse password?"
    assert "Eleven days" in page.locator("#chat .answer").first.inner_text()
    assert page.locator("#edited p").count() == 0


# --- what stands around a quote, copying -------------------------------------------------------------------------


@needs_browser
@pytest.mark.parametrize("way", ["hover", "focus", "tap"])
def test_a_citation_shows_what_stands_around_it(watched: Watched, browser: Browser, url: str, way: str) -> None:
    """Hovered, focused or tapped, it shows the sentences around the quote; Escape takes that away."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True) if way == "tap" else None
    seen = opened(context, url) if context else watched
    page = seen.page
    seen.ask("Who pays for painting the crane?")
    button = page.locator("#chat .quote", has_text=PAID).locator(".cite")
    if way == "tap":
        button.tap()
    elif way == "hover":
        button.hover()
    else:
        button.focus()  # by a key, as the browser sees it: the last thing that was pressed was one
    page.wait_for_selector("#card:not([hidden])")
    card = page.inner_text("#card")
    assert "Mara Quill: First the old crane." in card or "Who pays for painting the crane?" in card
    assert PAID in card
    assert all(part in card for part in ("Odd Berg", "line 4"))
    assert button.get_attribute("aria-describedby") == "card"
    if way == "tap":
        assert page.locator("#panel mark").count() == 0
        page.locator("#card").get_by_role("button", name="Open in the transcript").tap()
        page.wait_for_selector("#panel mark")
    else:
        page.keyboard.press("Escape")
        assert page.locator("#card").is_hidden()
    if context:
        context.close()


@needs_browser
def test_a_card_is_that_of_the_quote_in_its_place(watched: Watched) -> None:
    """Also where another answer has come in the place of the first."""
    watched.ask("Who pays for painting the crane?")
    page = watched.page
    page.locator("#chat .asked .edit").click()
    page.wait_for_selector("#edited p")
    page.fill("#question textarea", "How long does the painting take?")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#chat .question').textContent.startsWith('How long')")
    watched.settled(1)
    for quote in page.locator("#chat .quote").all():
        quote.locator(".cite").hover()
        page.wait_for_selector("#card:not([hidden])")
        assert quote.locator("blockquote").inner_text() == page.inner_text("#card .quoted")
        page.keyboard.press("Escape")


@needs_browser
def test_a_quote_is_copied_with_its_citation(browser: Browser, url: str, library: Library) -> None:
    """Plain and as Markdown; the page says so."""
    context = browser.new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    seen = opened(context, url)
    seen.ask("Who pays for painting the crane?")
    page, entry = seen.page, library.entries[0]
    figure = page.locator("#chat .quote", has_text=PAID)
    figure.get_by_role("button", name="Copy this quote with its citation", exact=True).click()
    page.wait_for_function("document.querySelector('#status').textContent === 'Copied.'")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"“{PAID}” — Odd Berg, {entry.title} ({entry.source}), line 4"
    figure.get_by_role("button", name="Copy as Markdown").click()
    page.wait_for_function("navigator.clipboard.readText().then(words => words.startsWith('> '))")
    assert page.evaluate("navigator.clipboard.readText()").startswith(f"> {PAID}\n>\n> — Odd Berg, ")
    context.close()


@needs_browser
def test_keys_step_from_quote_to_quote(watched: Watched) -> None:
    """Alt and an arrow open the next quote and the one before; Escape closes the transcript."""
    watched.ask("Who pays for painting the crane?")
    watched.ask("What is the lighthouse password?")
    page = watched.page
    keys = [item.get_attribute("data-show") for item in page.locator("#chat .quote .cite").all()]
    assert len(keys) > 1
    newest = page.locator("#chat .answer").first.locator(".cite").count()  # from the newest answer on
    steps = (("Alt+ArrowDown", newest), ("Alt+ArrowUp", newest - 1), ("Alt+ArrowDown", newest))
    for key, expected in [(key, keys[number]) for key, number in steps]:
        page.keyboard.press(key)
        page.wait_for_function(
            "key => document.querySelector('#panel [data-shown]')?.dataset.shown === key", arg=expected
        )
    page.keyboard.press("Escape")  # the card
    page.keyboard.press("Escape")
    page.wait_for_selector("#panel mark", state="detached")


# --- conversations that the browser keeps ------------------------------------------------------------------------


@needs_browser
def test_a_conversation_is_there_after_a_reload(watched: Watched) -> None:
    """With its quotes, what was open, and its history for the next question."""
    page = watched.page
    watched.ask("Who pays for painting the crane?")
    page.locator("#chat .quote", has_text=PAID).locator(".cite").click()
    page.wait_for_selector("#panel mark")
    page.wait_for_function(KEPT)
    watched.reload()
    page.wait_for_selector("#chat .quote")
    page.wait_for_selector("#panel mark")
    assert page.locator("#chat .question").all_inner_texts() == [EXAMPLE]
    assert PAID in page.locator("#chat blockquote").all_text_contents()
    watched.ask("And how long will it take?")
    assert "crane" in page.locator("#chat .answer").last.locator(".chip", has_text="Read as:").inner_text()


@needs_browser
def test_conversations_are_kept_chosen_and_deleted(watched: Watched, browser: Browser, url: str) -> None:
    """Several in one browser, in all its tabs and in no other; deleted, one is gone from the browser."""
    page = watched.page
    watched.ask("Who pays for painting the crane?")
    page.click("#new")
    page.wait_for_function("!document.querySelector('#chat .question')")
    watched.ask("What is the lighthouse password?")
    other = opened(page.context, url)
    assert other.page.locator("#chat .question").count() == 0
    page.wait_for_function("Object.keys(localStorage).length === 2")
    page.get_by_label("Conversations").click()
    page.get_by_role("option", name=EXAMPLE).click()
    page.wait_for_function(
        "document.querySelector('#chat .question')?.textContent === 'Who pays for painting the crane?'"
    )
    page.click("#forget")
    page.wait_for_function("!document.querySelector('#chat .question')")
    page.wait_for_function("Object.keys(localStorage).length === 1")
    assert "lighthouse" not in str(page.evaluate("JSON.stringify(localStorage)"))
    other.page.get_by_label("Conversations").click()
    other.page.get_by_role("option", name="What is the lighthouse password?").wait_for()
    assert other.page.get_by_role("option", name=EXAMPLE).count() == 0


@needs_browser
def test_a_deleted_conversation_comes_back(watched: Watched) -> None:
    page = watched.page
    watched.ask("Who pays for painting the crane?")
    page.wait_for_function(KEPT)
    page.click("#forget")
    page.wait_for_function("!document.querySelector('#chat .question')")
    page.wait_for_function("Object.keys(localStorage).length === 0")
    page.get_by_role("button", name="Undo: bring the conversation back").click()
    page.locator("#chat .question", has_text=EXAMPLE).wait_for()
    page.wait_for_function("Object.keys(localStorage).length === 1")
    assert PAID in page.locator("#chat blockquote").all_text_contents()


@needs_browser
def test_two_tabs_that_go_on_with_one_conversation_lose_nothing(watched: Watched, url: str) -> None:
    """The second becomes a conversation of its own."""
    page = watched.page
    watched.ask("Who pays for painting the crane?")
    page.wait_for_function(KEPT)
    other = opened(page.context, url)
    other.page.get_by_label("Conversations").click()
    other.page.get_by_role("option", name=EXAMPLE).click()
    other.page.locator("#chat .question", has_text=EXAMPLE).wait_for()
    other.ask("What is the lighthouse password?")
    page.wait_for_timeout(500)  # the first tab notices
    watched.ask("How long does the painting take?")
    page.wait_for_function("Object.keys(localStorage).length === 2")
    asked = set()
    for number in range(2):
        other.reload()
        other.page.wait_for_selector("#chat .question")
        other.page.get_by_label("Conversations").click()
        other.page.get_by_role("option").nth(number).click()
        other.page.wait_for_timeout(700)
        asked.add(tuple(other.page.locator("#chat .question").all_inner_texts()))
    assert asked == {
        (EXAMPLE, "What is the lighthouse password?"),
        (EXAMPLE, "How long does the painting take?"),
    }


@needs_browser
def test_a_server_started_anew_goes_on(library: Library, browser: Browser) -> None:
    """The page is loaded again by itself, with the conversation and what was being typed."""
    from ui.app import build_app, serve

    port = free_port()
    app = build_app(library, model="none")
    context = browser.new_context()
    watched = opened(context, serve(app, port=port))
    watched.ask("Who pays for painting the crane?")
    watched.page.wait_for_function(KEPT)
    watched.page.fill("#question textarea", "How long does")
    app.close(verbose=False)
    again = build_app(library, model="none")
    watched.page.evaluate("window.before = true")
    serve(again, port=port)
    watched.page.wait_for_function("!window.before", timeout=20_000)
    watched.page.locator("#chat .question", has_text=EXAMPLE).wait_for()
    watched.page.wait_for_function("document.querySelector('#question textarea').value === 'How long does'")
    watched.ask("How long does the painting take?")
    assert watched.page.locator("#chat .question").all_inner_texts() == [EXAMPLE, "How long does the painting take?"]
    context.close()
    again.close(verbose=False)


@needs_browser
def test_nothing_typed_asks_nothing(watched: Watched) -> None:
    """What was said stays on the page."""
    watched.ask("Who pays for painting the crane?")
    page = watched.page
    page.fill("#question textarea", "   ")
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    assert page.locator("#chat .question").count() == 1
    assert PAID in page.locator("#chat blockquote").all_text_contents()


@needs_browser
@pytest.mark.parametrize(("button", "suffix"), [("#save-markdown", "md"), ("#save-html", "html")])
def test_a_conversation_is_saved(watched: Watched, button: str, suffix: str) -> None:
    page = watched.page
    watched.ask("Who pays for painting the crane?")
    with page.expect_download() as download:
        page.click(button)
    assert download.value.suggested_filename == f"conversation.{suffix}"
    assert PAID in Path(download.value.path()).read_text(encoding="utf-8")


# --- follow-ups and a language model ------------------------------------------------------------------------------


@needs_browser
def test_how_a_question_was_read_can_be_edited(watched: Watched) -> None:
    """The standalone question comes into the box, and is asked as it stands there."""
    watched.ask("Who pays for painting the crane?")
    watched.ask("And how long will it take?")
    page = watched.page
    chip = page.locator("#chat .answer").last.locator(".chip", has_text="Read as:")
    read_as = chip.locator("bdi").inner_text()
    chip.locator(".edit").click()
    page.wait_for_function("document.querySelector('#question textarea').value !== ''")
    assert page.input_value("#question textarea") == read_as
    assert page.evaluate("document.activeElement === document.querySelector('#question textarea')")
    page.fill("#question textarea", "How long will that painting take?")
    page.keyboard.press("Enter")
    page.wait_for_function("[...document.querySelectorAll('#chat .question')].at(-1).textContent.includes('that')")
    watched.settled(2)
    assert page.locator("#chat .chip", has_text="Read as:").count() == 0
    watched.ask("And who pays for it?")  # only the one question was asked as it stood
    assert page.locator("#chat .answer").last.locator(".chip", has_text="Read as:").count() == 1


@needs_browser
def test_how_a_question_was_read_can_be_taken_away(watched: Watched) -> None:
    """Then it is asked as it was typed."""
    watched.ask("Who pays for painting the crane?")
    watched.ask("And how long will it take?")
    page = watched.page
    page.get_by_role("button", name="Ask again without what was said before").click()
    page.wait_for_function("!document.querySelector('#chat .chip')")
    watched.settled(2)
    assert page.locator("#chat .question").nth(1).inner_text() == "And how long will it take?"


@needs_browser
def test_rewriting_can_be_switched_off(watched: Watched) -> None:
    watched.ask("Who pays for painting the crane?")
    watched.page.get_by_label("Read a question with those before it").uncheck()
    watched.ask("And how long will it take?")
    assert watched.page.locator("#chat .chip", has_text="Read as:").count() == 0


@pytest.fixture
def written(library: Library, browser: Browser) -> Iterator[tuple[Watched, Scripted]]:
    """A page whose answers a language model writes, slowly; the test says what."""
    from ui.app import build_app, serve

    model = Scripted.says("Nothing.", delay=0.02)
    app = build_app(library, model=model)
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    watched = opened(context, serve(app, port=free_port()))
    yield watched, model
    context.close()
    app.close(verbose=False)
    assert watched.hosts <= {"127.0.0.1"}
    assert not watched.dialogs
    assert not watched.errors


def cited(text: str) -> Reply:
    """A reply that cites the sentence about the council with {paid}."""

    def reply(messages: Sequence[BaseMessage]) -> str:
        found = re.search(r"\[(\d+)\] The council pays", str(messages[-1].content))
        assert found
        return text.replace("{paid}", f"[{found[1]}]")

    return reply


@needs_browser
def test_a_model_writes_and_its_sentences_are_checked(written: tuple[Watched, Scripted]) -> None:
    """Its text grows without markers; in the end each sentence has its quotes or is marked, and markup is text."""
    watched, model = written
    page = watched.page
    model.reply = cited(
        "Odd Berg says that the council pays for painting the crane {paid}. "
        "It costs <b>9,000</b> pounds and “not a penny more will be paid” {paid}."
    )
    assert "Scripted" in page.inner_text("#writer")
    page.fill("#question textarea", "Who pays for painting the crane?")
    page.keyboard.press("Enter")
    page.wait_for_selector("#chat .draft")
    draft = page.inner_text("#chat .draft")
    assert "not checked yet" in draft
    assert not set("[]“”") & set(draft)
    watched.settled(1)
    prose = page.locator("#chat .prose")
    assert "the council pays for painting the crane" in prose.inner_text()
    marked = prose.locator(".unverified")
    assert marked.count() == 1
    assert "9,000" in marked.inner_text()
    assert "not verified" in marked.inner_text()
    assert "9,000" in (marked.get_attribute("title") or "")
    assert "“" not in prose.inner_text()
    assert page.locator("#chat .prose b").count() == 0
    assert page.locator("#chat .answer > .aside li").count() == 1
    prose.locator("button.number").first.click()
    page.wait_for_selector("#panel mark")
    assert PAID in page.locator("#panel mark").inner_text()


@needs_browser
def test_stop_stops_the_model(written: tuple[Watched, Scripted]) -> None:
    """The question stays, marked as stopped; the model is not asked for more; the next question works."""
    watched, model = written
    page = watched.page
    model.reply = lambda messages: itertools.repeat("and so on ")
    page.fill("#question textarea", "Who pays for painting the crane?")
    page.keyboard.press("Enter")
    page.wait_for_selector("#chat .draft")
    page.click("#question .stop-button")
    page.wait_for_selector("#chat .stopped")
    assert page.inner_text("#chat .question") == "Who pays for painting the crane?"
    deadline = time.monotonic() + 5
    while not model.closed and time.monotonic() < deadline:
        time.sleep(0.05)
    assert model.closed == 1
    model.reply = cited("The council pays for painting the crane {paid}.")
    watched.ask("Who pays for painting the crane?")
    assert page.locator("#chat .prose").count() == 1
    assert page.locator("#chat .stopped").count() == 1


@needs_browser
def test_a_model_that_dies_leaves_quotes(written: tuple[Watched, Scripted]) -> None:
    watched, model = written
    model.reply = lambda messages: "The council pays for painting it."
    model.error, model.fails_after = ConnectionError("gone"), 2
    watched.ask("Who pays for painting the crane?")
    assert "cannot be reached, or went away" in watched.page.inner_text("#chat .notice")
    assert PAID in watched.page.locator("#chat blockquote").all_text_contents()
    assert watched.page.locator("#chat .prose").count() == 0


# --- the panel ---------------------------------------------------------------------------------------------------


@needs_browser
@pytest.mark.parametrize(("width", "height"), [(1400, 900), (390, 844)])
@pytest.mark.parametrize("by_key", [False, True])
def test_citation_opens_its_lines(watched: Watched, width: int, height: int, by_key: bool) -> None:
    """A citation, clicked or entered, opens the transcript at exactly the quoted characters, in view."""
    page = watched.page
    page.set_viewport_size({"width": width, "height": height})
    watched.ask("What is the lighthouse password?")
    quote = page.locator("#chat .quote", has_text="lighthouse password is").first
    words = quote.locator("blockquote").text_content()
    button = quote.locator(".cite")
    if by_key:
        button.focus()
        page.keyboard.press("Enter")
    else:
        button.click()
    page.wait_for_selector("#panel mark")
    page.wait_for_timeout(300)
    assert page.locator("#panel mark").all_text_contents() == [words]
    assert on_screen(page, "#panel mark")
    turn = page.locator("#panel li", has=page.locator("mark"))
    assert "Odd Berg" in turn.inner_text()
    assert "line 128" in turn.inner_text()
    page.go_back()
    page.wait_for_selector("#panel mark", state="detached")
    assert page.locator("#chat .question").count() == 1
    page.go_forward()
    page.wait_for_selector("#panel mark")
    if width > 1000:  # the same citation again: the panel does not change, and is scrolled all the same
        page.locator("#panel").evaluate("element => element.scrollTo(0, 0)")
        button.click()
        assert on_screen(page, "#panel mark")
    page.click("#panel [data-close]")
    page.wait_for_selector("#panel mark", state="detached")
    assert button.evaluate("element => element === document.activeElement")
    assert on_screen(page, "#chat .quote .cite:focus")


# --- harm --------------------------------------------------------------------------------------------------------


@needs_browser
def test_hostile_text_stays_text(watched: Watched, library: Library) -> None:
    """Markup in speech, file names and questions is shown as the characters it is, and runs nothing."""
    page = watched.page
    question = f"What is the lighthouse password? {HOSTILE}"
    watched.ask(question)
    quoted = [words for words in page.locator("#chat blockquote").all_text_contents() if "password is" in words]
    assert quoted
    assert all(words in HOSTILE for words in quoted)
    assert page.locator("#chat .question").text_content() == question
    page.locator("#chat .quote", has_text="password is").first.locator(".cite").hover()
    page.wait_for_selector("#card:not([hidden])")
    page.locator("#chat .quote", has_text="password is").first.locator(".cite").click()
    page.wait_for_selector("#panel mark")
    assert HOSTILE in page.locator("#panel .said").all_text_contents()
    assert page.locator("#panel header h2").text_content() == library.entries[0].title
    assert library.entries[0].source in page.inner_text("#panel header")
    # Gradio's own icons are <svg>, so only what the text would have made is looked for.
    made = ", ".join(f"{part} :is(script, img, a, em, code, .katex)" for part in ("#chat", "#panel", "#card"))
    assert page.locator(made).count() == 0
    page.wait_for_timeout(300)  # an `onerror` would come late


@needs_browser
def test_sessions_are_apart(browser: Browser, url: str) -> None:
    """Two people do not see, open or continue each other's conversation."""
    first, second = browser.new_context(), browser.new_context()
    one, two = opened(first, url), opened(second, url)
    one.ask("Who pays for painting the crane?")
    assert two.page.locator("#chat .question").count() == 0
    two.ask("How long will it take?")
    assert two.page.locator("#chat .chip").count() == 0  # nothing before it to be read with
    assert "crane?" not in two.page.inner_text("#chat")
    again = opened(first, url)  # another tab is another conversation
    assert again.page.locator("#chat .question").count() == 0
    first.close()
    second.close()


@needs_browser
def test_made_up_places_open_nothing(watched: Watched, library: Library) -> None:
    """An address that names no place in the library gets one line; nothing of it is read as anything but text."""
    page, group = watched.page, library.entries[0].group
    made_up = [f"quote:{group}:9999:0:1", f"quote:{group}:0:0:99999", "quote:0:1", "quote:x@y:1:2:3", "<img src=x>"]
    for place in [*made_up, "transcript:../../etc/passwd", f"quote:{group}/../..:0:0:1", f"quote:{group}:-1:0:1"]:
        page.evaluate("place => { location.hash = encodeURIComponent(place); }", place)
        page.wait_for_selector("#panel h2.error")
        assert page.locator("#panel .said, #panel img").count() == 0
        page.click("#panel [data-close]")
        page.wait_for_selector("#panel h2.error", state="hidden")


@needs_browser
def test_events_with_made_up_turns_do_nothing(watched: Watched) -> None:
    """A page that asks again what was never asked gets nothing, and goes on working."""
    page = watched.page
    for act in ("again", "edit"):
        for turn in ("7", "-1", "x", "1e3", "²"):
            page.evaluate(
                """([act, turn]) => {
                    const button = document.createElement("button");
                    Object.assign(button.dataset, { act, turn });
                    document.body.append(button);
                    button.click();
                    button.remove();
                }""",
                [act, turn],
            )
    watched.ask("Who pays for painting the crane?")
    assert page.locator("#chat .question").count() == 1


# --- without a browser -------------------------------------------------------------------------------------------


def fetched(url: str, **headers: str) -> tuple[str, Any]:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as response:
        return response.read().decode(), response.headers


def test_served_page_names_no_other_host(url: str) -> None:
    """No link, script, style or font of the page comes from elsewhere, and the browser is told to keep it so."""
    html, headers = fetched(url)
    css, _ = fetched(f"{url}/theme.css")
    loaded = re.findall(r"<(?:link|script|img|iframe)\b[^>]*?(?:href|src)=[\"']([^\"']+)", html)
    loaded += re.findall(r"(?:url\(|@import)\s*[\"']?([^\"')]+)", html + css)
    assert loaded
    assert not [address for address in loaded if urlsplit(address).netloc]
    assert "fonts.googleapis" not in html + css
    assert "default-src 'self'" in headers["content-security-policy"]


def test_other_host_name_is_refused(url: str) -> None:
    """A name that somebody made to point at this machine gets nothing."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        fetched(url, Host="evil.example")
    assert caught.value.code == 400


def test_api_has_only_ask(url: str) -> None:
    """One endpoint, and it answers in JSON."""
    info = json.loads(fetched(f"{url}/gradio_api/info")[0])
    assert list(info["named_endpoints"]) == ["/ask"]
    assert not info["unnamed_endpoints"]

    body = json.dumps({"data": ["Who pays for painting the crane?"]}).encode()
    post = urllib.request.Request(f"{url}/gradio_api/call/ask", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(post, timeout=20) as response:
        event = json.load(response)["event_id"]
    events, _ = fetched(f"{url}/gradio_api/call/ask/{event}")
    (answer,) = json.loads(events.partition("event: complete\ndata: ")[2].splitlines()[0])
    assert answer["status"] == "answered"
    cited = next(citation for citation in answer["citations"] if citation["text"] == PAID)
    assert {"speaker": "Odd Berg", "lines": [4, 4], "time": None}.items() <= cited.items()
    assert answer["form"] == "who"
    assert answer["speakers"] == answer["transcripts"] == []


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.org", "::", ""])
def test_host_that_others_reach_is_refused(library: Library, host: str) -> None:
    """The page is for this machine only."""
    from ui.app import launch

    with pytest.raises(OnRecordError, match=r"could be reached from other machines; use 127\.0\.0\.1"):
        launch(library, host=host)


def test_port_in_use_is_said(library: Library, url: str) -> None:
    """A taken port is an error that names the way out."""
    from ui.app import launch

    port = urlsplit(url).port
    assert port
    expected = f"^port {port} is in use; stop what uses it or name another with --port$"
    with pytest.raises(OnRecordError, match=expected):
        launch(library, port=port)


@pytest.mark.processes
def test_launch_says_one_line_and_ends_on_interrupt(tmp_path: Path) -> None:
    """`launch` prints where it is, serves an empty library's page, and Ctrl-C ends it quietly."""
    import signal

    port = free_port()
    code = (  # a shell that starts the tests in the background makes them, and so this process, deaf to interrupts
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from bot import Library; from ui.app import launch; "
        f"launch(Library.open({str(tmp_path / 'library')!r}), port={port})"
    )
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr
        assert process.stderr.readline() == f"On Record is at http://127.0.0.1:{port}\n"
        assert "Add some under Library" in fetched(f"http://127.0.0.1:{port}")[0]
    finally:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (out, err, process.returncode) == ("", "", 0)
