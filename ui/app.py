"""The Gradio app: what stands where on the page, how it is served, and one HTTP endpoint, `ask`.

    chat, mentions, checks, library ─┐                        ┌─► js/wire.js: clicks, keys, cards, copying
      (a module each: `build`)       ├─► build_app ─► serve ──┤
    limits, panel (`ui.reader`) ─────┘                        └─► the browser

What is said lives in a gr.State, so each browser session has its own.  Nothing leaves the machine: fonts are the
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
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

# Gradio reads it while it is imported, and would otherwise report each start.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr
from gradio.events import api
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from bot.answering import answer
from bot.errors import OnRecordError
from ui import chat, checks, labelling, limits, media, mentions, reader, shelf
from ui.desk import QUIET, Desk, packaged
from ui.wording import WORDING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from bot.answering import Asking
    from bot.library import Library

_AT_ONCE = 4  # answers, counts and checks at a time; the others wait in the order in which they came
_LARGEST_UPLOAD = "64mb"
_SWEPT = (3600, 3600)  # seconds: how often Gradio's folder is looked through for files that nobody took, and how old
_STYLES = ("page.css", "chat.css", "reader.css", "shelf.css", "mentions.css", "checks.css")

# Gradio compiles templates (unsafe-eval) and writes styles and scripts into the page (unsafe-inline).
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval'; img-src 'self' data: blob:; font-src 'self' data:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


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
    (see `bot.models.model.load_model`) that cannot be loaded.
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


class Page(gr.Blocks):
    """The app, with what its parts share."""

    desk: Desk


def serve(app: Page, host: str = "127.0.0.1", port: int = 7860, open_browser: bool = False) -> str:
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
        max_file_size=_LARGEST_UPLOAD,
        theme=gr.themes.Base(
            font=["system-ui", "-apple-system", "Segoe UI", "Helvetica", "sans-serif"],
            font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
        ),
        head=f"<style>{''.join(packaged('css', name) for name in _STYLES)}</style>",
        app_kwargs={
            "routes": [media.route(app.desk.library)],
            "middleware": [
                # A page elsewhere whose name is made to point here (DNS rebinding) must not read the transcripts.
                Middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1", host, shown]),
                Middleware(_StayHere),
            ],
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
                    (b"cross-origin-resource-policy", b"same-origin"),
                ]
            await send(message)

        await self.app(scope, receive, send_with_policy)


def build_app(library: Library, examples: Sequence[str] = (), model: Asking = None) -> Page:
    """The page for one library.  `examples` are questions to click; start it with `serve` or `launch`."""
    desk = Desk(library, model, examples)
    app = Page(title=WORDING.title, analytics_enabled=False, fill_height=True, fill_width=True, delete_cache=_SWEPT)
    app.desk = desk
    with app:
        said = (
            f'<span data-said="copied">{WORDING.copied}</span><span data-said="not-copied">{WORDING.not_copied}</span>'
        )
        desk.wire = gr.HTML(said, elem_id="wire", apply_default_css=False, js_on_load=packaged("js", "wire.js"))
        desk.outbox = gr.HTML(
            None, html_template="", elem_id="outbox", apply_default_css=False, js_on_load=packaged("js", "outbox.js")
        )
        gr.HTML(f"<h1>{WORDING.title}</h1><p>{WORDING.tagline}</p>", elem_id="masthead", apply_default_css=False)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="talk"):
                desk.limits = limits.build(library)
                with gr.Tabs(elem_id="tabs"):
                    with gr.Tab(WORDING.ask_tab, elem_id="ask-tab"):
                        chat.build(desk)
                    with gr.Tab(WORDING.mentions_tab, elem_id="mentions-tab"):
                        mentions.build(desk)
                    with gr.Tab(WORDING.check_tab, elem_id="check-tab"):
                        checks.build(desk)
                    # Rendered before it is shown, since files may be dropped on the other tabs.
                    with gr.Tab(WORDING.library_tab, elem_id="library-tab", render_children=True) as shelf_tab:
                        shelf.build(desk, shelf_tab)
            labelling.build(desk, reader.build(desk))
        # Transcripts may have come since the server started, by the page or by the command line.
        app.load(partial(limits.choices, library), desk.limits[:2], desk.limits[:2], **QUIET)

        def ask(question: str) -> dict[str, Any]:
            """An answer as `Answer.as_dict` gives it."""
            try:
                return answer(question, library, model=model).as_dict()
            except OnRecordError as error:
                raise gr.Error(str(error), print_exception=False) from None

        api(ask, api_name="ask", api_description="Ask the transcripts; the answer as JSON.")
    app.queue(default_concurrency_limit=_AT_ONCE)
    return app
