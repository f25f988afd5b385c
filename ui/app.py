"""The Gradio app: the chat, the panel beside it, and one HTTP endpoint, `ask`.

    question ─► reply ─► the conversation (Chatbot)        a citation ─► page.js ─► show ─► the panel (HTML)

The conversation lives in a gr.State, so each browser session has its own.  Nothing leaves the machine: fonts are the
system's, no script comes from elsewhere, and the browser is told so by a Content-Security-Policy.
"""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import os
import socket
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

# Gradio reads it while it is imported, and would otherwise report each start.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr
from gradio.events import api
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from bot.answering import Answer, answer, stream
from bot.errors import OnRecordError
from bot.model import load_model
from bot.transcript import Transcript
from ui import render
from ui.render import WORDING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from bot.answering import Asking
    from bot.library import Library

_LONGEST_QUESTION = 2000  # characters

# Gradio compiles templates (unsafe-eval) and writes styles and scripts into the page (unsafe-inline).
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval'; img-src 'self' data: blob:; font-src 'self' data:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Turn:
    """A question and what was shown for it; `answer` is None where asking failed."""

    question: str
    html: str
    answer: Answer | None = None


def launch(
    library: Library,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    examples: Sequence[str] = (),
    open_browser: bool = False,
    model: Asking = None,
) -> None:
    """Serve the page until Ctrl-C.

    Raises OnRecordError for a host that other machines could reach, a port that cannot be opened, or a language model
    (see `bot.model.load_model`) that cannot be loaded.
    """
    app = build_app(library, examples, model)
    url = serve(app, host, port, open_browser)
    threading.Thread(target=_warm, args=(library,), daemon=True).start()
    print(f"{WORDING.title} is at {url}", file=sys.stderr, flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        app.close(verbose=False)


def _warm(library: Library) -> None:
    """Load the encoder while the first question is being typed."""
    if library.entries:
        # What is wrong with it is said where a question needs it.
        with contextlib.suppress(OnRecordError):
            _ = library.encoder


def serve(app: gr.Blocks, host: str = "127.0.0.1", port: int = 7860, open_browser: bool = False) -> str:
    """Start serving and return the address; `app.close()` ends it.  Errors as for `launch`."""
    _check_address(host, port)
    shown = f"[{host}]" if ":" in host else host
    app.launch(
        server_name=shown,
        server_port=port,
        prevent_thread_lock=True,
        inbrowser=open_browser,
        quiet=True,
        # Each of these would otherwise follow an environment variable or Gradio's default.
        share=False,
        footer_links=[],
        run_history=False,
        mcp_server=False,
        ssr_mode=False,
        pwa=False,
        enable_monitoring=False,
        theme=gr.themes.Base(
            font=["system-ui", "-apple-system", "Segoe UI", "Helvetica", "sans-serif"],
            font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
        ),
        head=f"<style>{_read('style.css')}</style>",
        app_kwargs={
            "middleware": [
                # A page elsewhere whose name is made to point here (DNS rebinding) must not read the transcripts.
                Middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1", host, shown]),
                Middleware(_StayHere),
            ]
        },
    )
    return f"http://{shown}:{port}"


def _check_address(host: str, port: int) -> None:
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise OnRecordError(f"the host {host!r} could be reached from other machines; use 127.0.0.1")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As the server does, so that a port which was let go a moment ago counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                reason = f"port {port} is in use; stop what uses it or name another with --port"
            else:
                reason = f"port {port} cannot be opened ({error.strerror}); name another with --port"
            raise OnRecordError(reason) from None


class _StayHere:
    """Tells the browser, with each response, to load nothing from elsewhere and to name this page to nobody."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"content-security-policy", _POLICY.encode()),
                    (b"referrer-policy", b"no-referrer"),
                ]
            await send(message)

        await self.app(scope, receive, send_with_policy)


def build_app(library: Library, examples: Sequence[str] = (), model: Asking = None) -> gr.Blocks:
    """The page for one library.  `examples` are questions to click; start it with `serve` or `launch`."""
    page = _Page(library, model)
    app = gr.Blocks(title=WORDING.title, analytics_enabled=False, fill_height=True, fill_width=True)
    with app:
        turns = gr.State([])
        edited = gr.State("")  # the question as it was read that was put into the box, to be asked as it stands
        gr.HTML(f"<h1>{WORDING.title}</h1><p>{WORDING.tagline}</p>", elem_id="masthead", apply_default_css=False)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="talk"):
                chat = gr.Chatbot(
                    elem_id="chat",
                    label=WORDING.chat,
                    show_label=False,
                    container=False,
                    height=None,
                    layout="panel",
                    buttons=[],
                    autoscroll=False,  # page.js scrolls to the question instead of to the end of its answer
                    sanitize_html=True,
                    latex_delimiters=[],
                    allow_tags=False,
                    placeholder=render.start_html(library.entries),
                    examples=[{"text": example} for example in examples],
                )
                question = gr.Textbox(
                    elem_id="question",
                    label=WORDING.question,
                    placeholder=WORDING.hint,
                    show_label=False,
                    container=False,
                    submit_btn=WORDING.ask,
                    stop_btn=WORDING.stop,
                    lines=1,
                    max_lines=4,
                    max_length=_LONGEST_QUESTION,
                    autofocus=True,
                )
                with gr.Row(elem_id="below"):
                    rewrite = gr.Checkbox(
                        True, label=WORDING.rewrite, elem_id="rewrite", container=False, show_label=False
                    )
                    clear = gr.Button(WORDING.clear, elem_id="clear", variant="secondary", size="sm")
                gr.HTML(page.writer(), elem_id="writer", apply_default_css=False)
            panel = gr.HTML(
                render.library_html(library.entries),
                elem_id="panel",
                apply_default_css=False,
                js_on_load=_read("page.js"),
            )

        asking: list[dict[str, Any]] = [
            question.submit(
                page.reply,
                [question, turns, rewrite, edited],
                [chat, turns, question, edited],
                show_progress="hidden",
                api_visibility="private",
            ),
            chat.example_select(
                page.reply_to_example,
                turns,
                [chat, turns, question, edited],
                show_progress="hidden",
                api_visibility="private",
            ),
        ]
        clear.click(
            page.clear,
            None,
            [chat, turns, panel, edited],
            cancels=asking,
            show_progress="hidden",
            api_visibility="private",
        )
        # First the answer ends, then what is left is shown; at once, a late draft could come on top.
        question.stop(None, cancels=asking, show_progress="hidden", api_visibility="private").then(
            page.stop, turns, chat, show_progress="hidden", api_visibility="private"
        )
        panel.edit(page.edit, turns, [question, edited], show_progress="hidden", api_visibility="private")
        panel.show(page.show, turns, panel, show_progress="hidden", api_visibility="private")
        app.load(page.load, None, [chat, panel], show_progress="hidden", api_visibility="private")
        api(page.ask, api_name="ask", api_description="Ask the transcripts; answers are quotes.")
    app.queue(default_concurrency_limit=4)
    return app


def _read(name: str) -> str:
    return resources.files("ui").joinpath(name).read_text(encoding="utf-8")


class _Page:
    """The event handlers.  They hold the library and nothing of a conversation, which all sessions would share."""

    def __init__(self, library: Library, model: Asking = None) -> None:
        self.library = library
        self.model = model  # as it was named: each answer loads it anew, so that a server that died may come back

    def writer(self) -> str:
        """Who writes the answers; what cannot be loaded at all is an error here, before the page opens."""
        return render.model_html(load_model(self.model, self.library.settings.modelling))

    def reply(
        self, question: str, turns: list[Turn], rewrite: bool = True, edited: str = ""
    ) -> Iterator[tuple[Any, Any, Any, Any]]:
        """Chat, turns, question box and whether it holds an edited question, while an answer grows.

        When the browser stops it, Gradio closes this generator, and with it a language model's.
        """
        question = question.strip()
        if not question:
            return
        before = [message for turn in turns for message in _messages(turn.question, turn.html)]
        # Drafts leave the question box alone: the next question may be in it.
        stopped = Turn(question, render.stopped_html())  # what is left if nothing more comes of it
        yield before + _messages(question, render.reading_html()), [*turns, stopped], "", ""
        history = [turn.answer for turn in turns if turn.answer]
        turn = Turn(question, "")
        try:
            drafts = stream(
                question,
                self.library,
                history=history,
                rewrite=rewrite and not _is_edit(question, edited),
                model=self.model,
            )
            for found in drafts:
                if found.final:
                    html = render.answer_html(found, len(turns), self.library.revision)
                    turn = Turn(question, html, found)
                else:
                    yield before + _messages(question, render.draft_html(found)), gr.skip(), gr.skip(), gr.skip()
        except OnRecordError as error:
            turn = Turn(question, render.error_html(str(error)))
        yield before + _messages(turn.question, turn.html), [*turns, turn], gr.skip(), gr.skip()

    def reply_to_example(self, turns: list[Turn], event: gr.SelectData) -> Iterator[tuple[Any, Any, Any, Any]]:
        """`reply`, to an example that was clicked."""
        yield from self.reply(str(event.value["text"]), turns)

    def clear(self) -> tuple[list[Any], list[Turn], str, str]:
        """Nothing said, and the list of transcripts beside it."""
        return [], [], render.library_html(self.library.entries), ""

    def stop(self, turns: list[Turn]) -> list[dict[str, Any]]:
        """What is shown when an answer was stopped: `reply` has left its question without one."""
        return [message for turn in turns for message in _messages(turn.question, turn.html)]

    def edit(self, turns: list[Turn], event: gr.EventData) -> tuple[Any, Any]:
        """The question of a turn, as it was read, in the question box."""
        wanted = str(event._data.get("turn")) if isinstance(event._data, dict) else ""
        asked = turns[int(wanted)] if wanted.isdecimal() and int(wanted) < len(turns) else None
        if asked is None or asked.answer is None:
            return gr.skip(), gr.skip()
        return asked.answer.standalone, asked.answer.standalone

    def load(self) -> tuple[Any, str]:
        """What a fresh page shows; transcripts may have come since the server started."""
        entries = self.library.entries
        return gr.update(placeholder=render.start_html(entries)), render.library_html(entries)

    def show(self, turns: list[Turn], event: gr.EventData) -> str:
        """The panel for a `data-show` value (see `ui.render`), which the browser may have made up."""
        wanted = str(event._data.get("show")) if isinstance(event._data, dict) else ""
        kind, _, name = wanted.partition(":")
        try:
            if kind == "transcript":
                return render.transcript_html(self.library.transcript(name), wanted, {})
            if kind in ("quote", "passage", "elsewhere"):
                transcript, marks = self._marked(kind, name, turns)
                return render.transcript_html(transcript, wanted, marks)
        except OnRecordError as error:
            return render.message_html(str(error))
        return render.library_html(self.library.entries)

    def _marked(self, kind: str, name: str, turns: list[Turn]) -> tuple[Transcript, Mapping[int, tuple[int, int]]]:
        """The transcript of a citation or passage, and the characters to mark in it."""
        turn, _, number = name.partition(":")
        asked = turns[int(turn)] if turn.isdecimal() and int(turn) < len(turns) else None
        if asked is None or asked.answer is None:
            raise OnRecordError(WORDING.gone)
        if kind == "quote":
            for citation in asked.answer.citations:
                quote = citation.quote
                if str(citation.number) == number:
                    transcript = self._current(quote.transcript, quote.revision, quote.source)
                    return transcript, {quote.utterance: (quote.start, quote.end)}
        elif kind == "elsewhere":
            for at, quote in enumerate(asked.answer.elsewhere, 1):
                if str(at) == number:
                    transcript = self._current(quote.transcript, quote.revision, quote.source)
                    return transcript, {quote.utterance: (quote.start, quote.end)}
        else:
            for at, passage in enumerate(asked.answer.passages, 1):
                if str(at) == number:
                    transcript = self._current(passage.transcript, passage.revision, passage.transcript)
                    return transcript, {hit.utterance: (hit.start, hit.end) for hit in passage.hits[:1]}
        raise OnRecordError(WORDING.gone)

    def _current(self, id: str, revision: str, name: str) -> Transcript:
        """The transcript that an answer was made from, if it is still the one in the library."""
        group = self.library.entry(id).group
        if revision.partition("+")[0] != group:
            raise OnRecordError(WORDING.changed.format(source=name))
        return self.library.revision(group)  # under the names of today

    def ask(self, question: str) -> dict[str, Any]:
        """The API: status, text and citations of an answer, as JSON."""
        try:
            found = answer(question, self.library, model=self.model)
        except OnRecordError as error:
            raise gr.Error(str(error), print_exception=False) from None
        return {
            "status": found.status,
            "text": found.text,
            "citations": [
                {
                    "number": citation.number,
                    "text": citation.quote.text,
                    "speaker": citation.quote.speaker,
                    "source": citation.quote.source,
                    "lines": [lines.first, lines.last] if (lines := citation.quote.lines) else None,
                    "time": list(citation.quote.time) if citation.quote.time else None,
                }
                for citation in found.citations
            ],
        }


def _is_edit(question: str, edited: str) -> bool:
    """Whether a question is what is left of the one that was put into the box, and not another one typed instead."""
    words, before = question.lower().split(), set(edited.lower().split())
    return sum(word in before for word in words) * 2 >= len(words) and bool(edited)


def _messages(question: str, html: str) -> list[dict[str, Any]]:
    """A question and its answer for the Chatbot.

    As HTML components: what is plain content passes through a Markdown renderer, and its sanitiser takes away the
    attributes that citations need.
    """
    return [
        {"role": role, "content": gr.HTML(content, apply_default_css=False, js_on_load=None)}
        for role, content in (("user", render.question_html(question)), ("assistant", html))
    ]
