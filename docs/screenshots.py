"""Take the pictures of the page: `make screenshots`.  Needs chromium.

Each view, light and dark, wide and on a phone, into docs/pictures; README shows some of them.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bot import Library
from bot.commands.serve import SAMPLE_QUESTIONS
from ui.app import build_app, serve

PICTURES = Path(__file__).parent / "pictures"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZES = {"wide": {"width": 1280, "height": 860}, "phone": {"width": 390, "height": 844}}
QUESTIONS = (
    "What is the new gate's cost?",
    "What did Desmond say about the rain tanks?",
    "What did Tom say about the Railway Hotel?",
)
ARTICLE = """\
Desmond Okoye told the committee that “One is the new gate, which was £540.” Tom Farrant said “The battery gives
140 minutes at service speed”. He added that “the ferry will never sail in winter again”.
"""


def start(page: Page) -> None:
    page.wait_for_selector("#chat .example")


def answers(page: Page) -> None:
    for question in QUESTIONS:
        ask(page, question)


def transcript(page: Page) -> None:
    answers(page)
    page.locator("#chat .quote .cite").nth(1).click()
    page.wait_for_selector("#panel mark")


def card(page: Page) -> None:
    ask(page, QUESTIONS[0])
    page.locator("#chat .quote .cite").first.hover()
    page.wait_for_selector("#card:not([hidden])")


def mentions(page: Page) -> None:
    page.get_by_role("tab", name="Mentions").click()
    page.get_by_label("Words").fill("winter | summer")
    page.keyboard.press("Enter")
    page.wait_for_selector("#mentions-tab table")


def check(page: Page) -> None:
    page.get_by_role("tab", name="Check").click()
    page.locator("#check-tab textarea").first.fill(ARTICLE)
    page.locator("#check-tab button", has_text="Check").first.click()
    page.wait_for_selector("#check-tab .quote")


def library(page: Page) -> None:
    page.get_by_role("tab", name="Library").click()
    page.wait_for_selector("#library-tab [data-show]")


VIEWS: tuple[Callable[[Page], None], ...] = (start, answers, card, transcript, mentions, check, library)


def main() -> None:
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        samples = Library.open(Path(folder) / "library")
        samples.add_samples()
        app = build_app(samples, tuple(SAMPLE_QUESTIONS.values()), model="none")
        url = serve(app, port=7861)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for size, viewport in SIZES.items():
            for scheme in ("light", "dark"):
                for view in VIEWS:
                    context = browser.new_context(viewport=viewport, color_scheme=scheme)  # type: ignore[arg-type]
                    page = context.new_page()
                    page.goto(url)
                    page.wait_for_selector("#question textarea")
                    view(page)
                    page.wait_for_timeout(500)
                    page.screenshot(path=PICTURES / f"{view.__name__}-{size}-{scheme}.png")
                    context.close()
        browser.close()
        app.close(verbose=False)


def ask(page: Page, question: str) -> None:
    asked = page.locator("#chat .answer:not(.draft)").count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_function(f"document.querySelectorAll('#chat .answer:not(.draft)').length > {asked}")


if __name__ == "__main__":
    main()
