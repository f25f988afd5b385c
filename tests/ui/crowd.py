"""How fast the page is, and what twenty people at once see: `python -m tests.ui.crowd`, a part of `make bench`.

    alone     one person: from Enter to the first words of an answer, and to its end
    long      from the click on a place in a transcript of ten hours until its words are seen
    twenty    twenty people, each in a browser session of their own, who all press Enter at the same moment, five times
    handlers  the same without browsers: what the server alone takes

Browser and server share the machine's cores, so the first two say what a laptop does that serves itself.  Each person
asks their own questions; an answer that holds anything of another's is an error, and ends the run.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

from playwright.sync_api import Browser, Page, sync_playwright

from bot import Library, answer
from tests.ui.browsing import ARGUMENTS, CHROMIUM, free_port
from tests.ui.test_reader import TURNS, key_of, milliseconds_to
from tests.ui.test_reader import ten_hours as ten_hours_of_speech
from ui.app import build_app, serve

PEOPLE, ROUNDS = 20, 5
QUESTIONS = (
    "What is the new gate's cost?",
    "How many days was the ferry cancelled last winter?",
    "What did Desmond say about the rain tanks?",
    "How far away is Corley Vale?",
    "What did Tom say about the Railway Hotel?",
)

# From the key to the first words and to the whole answer, in milliseconds, as the page itself sees it.
_ASK = """question => new Promise((resolve, reject) => {
    const box = document.querySelector("#question textarea");
    const before = document.querySelectorAll("#chat .question").length;
    const started = performance.now();
    let first = 0;
    const look = () => {
        const last = document.querySelector("#chat .bot-row:last-child");
        const asked = document.querySelectorAll("#chat .question").length > before;
        const words = asked && last?.querySelector(".draft p, .answer:not(.draft) p");
        if (words && !first) first = performance.now() - started;
        if (asked && last?.querySelector(".answer:not(.draft)")) {
            return resolve([first, performance.now() - started]);
        }
        if (performance.now() - started > 60000) return reject(new Error("no answer in a minute"));
        requestAnimationFrame(look);
    };
    box.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true }));
    look();
})"""


def ready(browser: Browser, url: str) -> Page:
    """A person at the page, in a session of their own."""
    page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
    page.goto(url)
    page.wait_for_selector("#question textarea")
    return page


def ask(page: Page, question: str) -> tuple[float, float]:
    """Seconds to the first words and to the whole answer."""
    page.fill("#question textarea", question)
    first, whole = page.evaluate(_ASK, question)
    return first / 1000, whole / 1000


def alone(browser: Browser, url: str) -> tuple[list[float], list[float]]:
    page = ready(browser, url)
    times = [ask(page, question) for _ in range(4) for question in QUESTIONS]
    page.context.close()
    return [first for first, _ in times], [whole for _, whole in times]


def twenty(browser: Browser, url: str) -> list[float]:
    """Everybody's seconds to the whole answer.  Raises AssertionError where somebody sees what is another's."""
    pages = [ready(browser, url) for _ in range(PEOPLE)]
    seconds = []
    for turn in range(ROUNDS):
        for number, page in enumerate(pages):
            page.fill(
                "#question textarea", f"{QUESTIONS[(number + turn) % len(QUESTIONS)]} For person {number}, please."
            )
        # The clicks are set off in one go by a moment that all pages wait for.
        at = time.time() * 1000 + 1500
        for page in pages:
            page.evaluate(_AT, at)
        seconds += [page.evaluate("() => window.answered") / 1000 for page in pages]
        for number, page in enumerate(pages):
            asked = page.locator("#chat .question").all_inner_texts()
            assert len(asked) == turn + 1, asked
            assert all(f"For person {number}, please." in question for question in asked), asked
            assert page.locator("#chat .error").count() == 0, page.inner_text("#chat")
    for page in pages:
        page.context.close()
    return seconds


_AT = f"""at => {{
    window.answered = new Promise((resolve, reject) => setTimeout(
        () => ({_ASK})("").then(([, whole]) => resolve(whole), reject), at - Date.now(),
    ));
}}"""


def handlers(library: Library) -> list[float]:
    """Seconds of an answer where twenty are asked for at once, five times, without page and browser."""

    def one(number: int) -> float:
        started = time.perf_counter()
        found = answer(QUESTIONS[number % len(QUESTIONS)], library, model="none")
        assert found.status
        return time.perf_counter() - started

    with ThreadPoolExecutor(PEOPLE) as pool:
        return [taken for turn in range(ROUNDS) for taken in pool.map(one, range(turn, turn + PEOPLE))]


def ten_hours(browser: Browser, url: str, library: Library) -> list[float]:
    """Seconds from a click to the words, at eleven places; nobody has opened the transcript before the first."""
    page = ready(browser, url)
    seconds = []
    for number in range(0, TURNS, TURNS // 10 - 1):
        seconds.append(milliseconds_to(page, key_of(library, "long", number, f"Item {number}")) / 1000)
        page.keyboard.press("Escape")
        page.wait_for_function("!document.querySelector('#panel [data-shown]')")
    page.context.close()
    return seconds


def add_ten_hours(library: Library, folder: Path) -> None:
    file = folder / "long.vtt"
    file.write_text(ten_hours_of_speech(), encoding="utf-8")
    with mock.patch("bot.store.adding.Adding._index"):  # the transcript is only read, and indexing it takes minutes
        library.add(file)


def row(name: str, seconds: Sequence[float]) -> str:
    fifty, ninety_five = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
    return f"| {name} | {len(seconds)} | {fifty:.2f} | {ninety_five:.2f} | {max(seconds):.2f} |"


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        library = Library.open(Path(folder) / "library")
        library.add_samples()
        long = Library.open(Path(folder) / "long")
        add_ten_hours(long, Path(folder))
        apps = [build_app(each, model="none") for each in (library, long)]
        url, long_url = (serve(app, port=free_port()) for app in apps)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        print("| seconds | times | median | p95 | longest |\n| --- | --- | --- | --- | --- |")
        first, whole = alone(browser, url)
        print(row("one person, first words", first))
        print(row("one person, whole answer", whole), flush=True)
        print(row("a place in ten hours of transcript", ten_hours(browser, long_url, long)), flush=True)
        print(row("twenty people at once, whole answer", twenty(browser, url)), flush=True)
        print(row("twenty at once, without page and browser", handlers(library)))
        browser.close()
        for app in apps:
            app.close(verbose=False)


if __name__ == "__main__":
    main()
