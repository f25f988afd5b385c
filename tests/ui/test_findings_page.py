"""Mentions, checking and the limits in a real browser: a real library, the real encoder, the real app."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot import Library, mentions
from tests.ui.browsing import Watched, free_port, needs_browser, on_screen, opened, watching
from tests.ui.test_accessibility import check
from tests.ui.test_findings import APRIL, HOSTILE, MARCH, STRANGER, UNDATED

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from embeddings.encoder import Encoder

pytestmark = needs_browser

ROWS = 4
MADE = ":is(script, img, a, strong, em, code, .katex)"
"""What the hostile text would make, were it read as anything but text."""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    """Seven mentions of a silo, in three transcripts that would do harm if their text were read as anything else."""
    folder = tmp_path_factory.mktemp("findings-page")
    march = MARCH.replace(STRANGER, "Odd Berg")
    for name, said in (("2024-03-05 yard.txt", march), ("2024-04-09 yard.txt", APRIL), ("yard.txt", UNDATED)):
        (folder / name).write_text(said, encoding="utf-8")
    library = Library.open(folder / "library", encoder=encoder)
    library.add(folder)
    id = library.entries[0].id
    library.rename(id, "Odd Berg", STRANGER)
    library.edit(id, title=HOSTILE)
    return library


@pytest.fixture(scope="module")
def url(library: Library) -> Iterator[str]:
    """The page, with four rows at a time."""
    from ui.app import build_app, serve

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ui.mentions.ROWS", ROWS)
        app = build_app(library, model="none")
        yield serve(app, port=free_port())
        app.close(verbose=False)


@pytest.fixture
def watched(browser: Browser, url: str) -> Iterator[Watched]:
    yield from watching(browser, url, reduced_motion="reduce")


def count(watched: Watched, words: str) -> None:
    """Count words, by the keyboard, and wait for what is found."""
    page = watched.page
    page.get_by_role("tab", name="Mentions").click()
    page.fill("#mention-words :is(input, textarea)", words)
    page.keyboard.press("Enter")
    page.wait_for_function(
        "words => document.querySelector('#mention-head .summary')?.textContent.includes(`“${words}”`)", arg=words
    )


def checked(watched: Watched, pasted: str) -> None:
    """Check a text, and wait for what is found."""
    page = watched.page
    page.get_by_role("tab", name="Check").click()
    page.fill("#check-text textarea", pasted)
    # What was found before is told from what is found anew.
    page.locator("#check-found .verdict").evaluate_all("all => all.forEach(item => item.classList.add('before'))")
    page.click("#check")
    page.wait_for_selector("#check-found :is(.verdict, .error):not(.before)")


# --- mentions ----------------------------------------------------------------------------------------------------


def test_mentions_are_counted_paged_opened_and_saved(watched: Watched, library: Library, tmp_path: Path) -> None:
    """All that is counted can be read, page by page; a row opens its sentence, and its card is its own."""
    page = watched.page
    count(watched, "silo")
    assert "7 times in 3 of 3 transcripts, by 3 speakers" in page.inner_text("#mention-head .summary")
    page.wait_for_selector("#mention-plot svg")
    rows = page.locator("#mention-rows tbody tr")
    assert (rows.count(), page.inner_text("#mention-rows h2")) == (4, "Mentions 1 to 4 of 7")
    page.get_by_role("button", name="Show the next 3").click()
    page.wait_for_function("document.querySelector('#mention-rows h2').textContent === 'Mentions 5 to 7 of 7'")
    assert rows.locator("mark").all_text_contents() == ["silo", "silo", "silo"]
    page.wait_for_function("document.activeElement === document.querySelector('#mention-rows h2')")
    assert page.locator("#mention-after").count() == 0 or not page.locator("#mention-after").is_visible()

    button = rows.nth(1).locator(".cite")
    button.hover()
    page.wait_for_selector("#card:not([hidden])")
    assert page.inner_text("#card .quoted") == "We have the offer for the silo now."
    button.click()
    page.wait_for_selector("#panel mark")
    assert on_screen(page, "#panel mark")
    assert page.inner_text("#panel mark") == "We have the offer for the silo now."

    with page.expect_download() as saved:
        page.get_by_role("button", name="Save all as CSV").click()
    saved.value.save_as(tmp_path / "saved.csv")
    with (tmp_path / "saved.csv").open(encoding="utf-8-sig", newline="") as file:
        words = [row["words"] for row in csv.DictReader(file)]
    assert saved.value.suggested_filename == "mentions-silo.csv"
    assert words == [mention.text for mention in mentions("silo", library).mentions]


def test_hostile_text_in_mentions_stays_text(watched: Watched) -> None:
    """In the words, the sentence, the speaker, the title, the plot and the card."""
    page = watched.page
    count(watched, "code")
    page.wait_for_selector("#mention-plot svg")
    row = page.locator("#mention-rows tbody tr")
    assert HOSTILE in row.locator(".said").all_text_contents()
    assert (row.locator("td.episode").text_content(), row.locator(".who").first.text_content()) == (HOSTILE, STRANGER)
    row.locator(".cite").hover()
    page.wait_for_selector("#card:not([hidden])")
    assert HOSTILE in str(page.locator("#card").text_content())
    page.locator("#mention-plot svg path[aria-label]").first.hover()
    page.wait_for_timeout(300)  # the plot's own tip, and an `onerror`, come late
    assert page.locator(f"#mentions-tab {MADE}, #vg-tooltip-element {MADE}").count() == 0
    count(watched, HOSTILE.rstrip("."))
    assert HOSTILE.rstrip(".") in str(page.locator("#mention-head .summary").text_content())
    assert page.locator(f"#mentions-tab {MADE}").count() == 0


def test_nothing_found_and_nothing_typed(watched: Watched) -> None:
    """Each is one line that says what to do."""
    page = watched.page
    count(watched, "kwyjibo")
    assert "Nobody says “kwyjibo” in 3 transcripts." in page.inner_text("#mention-head")
    assert page.locator("#mention-rows table").count() == 0
    page.fill("#mention-words :is(input, textarea)", "…")
    page.keyboard.press("Enter")
    page.wait_for_selector("#mention-head .error")
    assert "there are no words to look for" in page.inner_text("#mention-head .error")


# --- checking ----------------------------------------------------------------------------------------------------


def test_a_pasted_quote_is_checked(watched: Watched) -> None:
    """Found, with a click to its place; said by someone else; not found, with what differs."""
    page = watched.page
    checked(watched, "“I would not repair it before the winter”")
    assert page.inner_text("#check-found .verdict strong") == "Found"
    page.locator("#check-found .cite").first.click()
    page.wait_for_selector("#panel mark")
    assert page.inner_text("#panel mark") == "I would not repair it before the winter"
    page.locator("#said-by input").fill("Ines")
    page.keyboard.press("Enter")
    page.fill("#check-text textarea", "We have the offer for the silo now.")
    page.click("#check")
    page.wait_for_selector("#check-found .is-other")
    assert "not as words of Ines" in page.inner_text("#check-found .verdict")
    page.fill("#check-text textarea", "We have no offer for the silo now.")
    page.click("#check")
    page.wait_for_selector("#check-found .near")
    assert page.inner_text("#check-found del").endswith("no")
    assert page.inner_text("#check-found ins").endswith("the")


def test_a_pasted_article_is_checked(watched: Watched) -> None:
    """A summary first; its buttons lead to the quotations that are not found, and leave the panel alone."""
    page = watched.page
    filler = "\n".join(f"“We asked for an offer,” number {n}.\n" for n in range(12))
    checked(watched, f"{filler}\n“We never asked for it,” she said. It was “too high”.\n")
    summary = "13 quotations checked: 12 found, 1 not found; 1 skipped"
    assert page.inner_text("#check-found .verdict >> nth=0") == summary
    page.get_by_role("button", name="line 25: not found").click()
    assert on_screen(page, "#checked-13 .verdict")
    assert page.evaluate("document.activeElement.id") == "checked-13"
    assert page.evaluate("location.hash") == ""


def test_hostile_text_in_checks_stays_text(watched: Watched) -> None:
    """Pasted as a quote that is found, one that is not, and an article."""
    page = watched.page
    for pasted in (HOSTILE, HOSTILE.replace("silo", "cellar"), f'He said "{HOSTILE}" and "{HOSTILE[:-1]}, no" to us.'):
        checked(watched, pasted)
        page.wait_for_timeout(300)
        assert HOSTILE in str(page.locator("#check-found").text_content())
        assert page.locator("#check-found :is(script, img, a, em, code, .katex)").count() == 0
    page.fill("#check-text textarea", " … ")
    page.click("#check")
    page.wait_for_selector("#check-found .error")


# --- limits ------------------------------------------------------------------------------------------------------


def test_limits_say_what_is_set_and_count(watched: Watched) -> None:
    """The label tells; a date that is none is said in place; what is counted and checked keeps to them; one clears."""
    page = watched.page
    label = page.locator("#limits > button")
    assert label.inner_text().startswith("Everything is searched")
    label.click()
    page.locator("#limit-speakers input").click()
    page.get_by_role("option", name="Ines Falk").click()
    page.wait_for_function("document.querySelector('#limits > button').textContent.includes('Limited to Ines Falk')")
    page.keyboard.press("Escape")
    page.fill("#limit-until textarea", "2024-4-9")
    page.keyboard.press("Tab")
    page.wait_for_selector("#limit-problem .error")
    assert "expected a day as YYYY-MM-DD" in page.inner_text("#limit-problem")
    page.fill("#limit-until textarea", "2024-04-09")
    page.keyboard.press("Tab")
    page.wait_for_function("!document.querySelector('#limit-problem .error')")
    assert "Limited to Ines Falk, to 2024-04-09" in label.inner_text()
    count(watched, "silo")
    said = page.inner_text("#mention-head")
    assert "Ines Falk does not say “silo” in 2 transcripts; others say it 6 times." in said
    assert "clear the limits" in said
    page.click("#clear-limits")
    page.wait_for_function("document.querySelector('#limits > button').textContent.includes('Everything is searched')")
    count(watched, "silo")
    page.wait_for_selector("#mention-head .summary:has-text('7 times')")


@pytest.mark.parametrize("look", ["light, wide", "dark, phone"])
def test_nothing_serious_for_axe(browser: Browser, url: str, look: str) -> None:
    scheme, size = look.split(", ")
    viewport = {"width": 1280, "height": 860} if size == "wide" else {"width": 390, "height": 844}
    context = browser.new_context(color_scheme=scheme, viewport=viewport, reduced_motion="reduce")  # type: ignore[arg-type]
    watched = opened(context, url)
    count(watched, "silo")
    watched.page.wait_for_selector("#mention-plot svg")
    check(watched.page, "mentions")
    checked(watched, "We have no offer for the silo now.")
    check(watched.page, "near misses")
    checked(watched, "“We asked for an offer,” he said, and “we never asked for it.” It was “too high”.")
    check(watched.page, "article")
    watched.page.locator("#limits > button").click()
    watched.page.wait_for_selector("#limit-since textarea")
    check(watched.page, "limits")
    context.close()
    assert not watched.errors


def test_an_empty_library_says_what_to_do(browser: Browser, tmp_path: Path, encoder: Encoder) -> None:
    """One line in each tab, which names no command and no folder."""
    from ui.app import build_app, serve

    app = build_app(Library.open(tmp_path / "library", encoder=encoder), model="none")
    context = browser.new_context()
    page = opened(context, serve(app, port=free_port())).page
    page.get_by_role("tab", name="Mentions").click()
    page.fill("#mention-words :is(input, textarea)", "silo")
    page.keyboard.press("Enter")
    page.get_by_text("There are no transcripts yet. Add some under Library.").wait_for()
    page.get_by_role("tab", name="Check").click()
    page.fill("#check-text textarea", "We have the offer.")
    page.click("#check")
    page.wait_for_selector("#check-found .error:has-text('There are no transcripts yet.')")
    context.close()
    app.close(verbose=False)
