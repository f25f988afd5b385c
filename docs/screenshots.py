"""Take the screenshots of README: `make screenshots`.  Needs chromium."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bot import Library
from bot.cli import SAMPLE_QUESTIONS
from ui.app import build_app, serve

HERE = Path(__file__).parent
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
QUESTIONS = (
    "What is the new gate's cost?",
    "What did Desmond say about the rain tanks?",
    "What did Tom say about the Railway Hotel?",
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        library = Library.open(Path(folder) / "library")
        library.add_samples()
        app = build_app(library, tuple(SAMPLE_QUESTIONS.values()))
        url = serve(app, port=7861)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport={"width": 1280, "height": 860}, color_scheme=scheme)  # type: ignore[arg-type]
            page.goto(url)
            for question in QUESTIONS:
                ask(page, question)
            page.locator("#chat .quote .cite").nth(1).click()
            page.wait_for_selector("#panel mark")
            page.wait_for_timeout(500)
            page.screenshot(path=HERE / f"page-{scheme}.png")
        browser.close()
        app.close(verbose=False)


def ask(page: Page, question: str) -> None:
    asked = page.locator("#chat .answer:not(.draft)").count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_function(f"document.querySelectorAll('#chat .answer:not(.draft)').length > {asked}")


if __name__ == "__main__":
    main()
