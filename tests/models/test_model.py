"""Language models: a real one on this machine, servers by their address, providers by name, and the network cut."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from bot import Library, Model, ModelError, load_model, stream
from bot.config import Modelling
from bot.models import model
from bot.quotes.quoting import is_in_source

ROOT = Path(__file__).resolve().parents[2]
QUESTION = [("system", "Answer in one sentence."), ("human", "What is a harbour?")]


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on the models, keys and proxies of whoever runs it."""
    for name in list(os.environ):
        if name.startswith(("ONRECORD_", "OPENAI_", "ANTHROPIC_", "OLLAMA_", "LANGSMITH_")) or name.lower() in (
            "http_proxy",
            "https_proxy",
            "all_proxy",
        ):
            monkeypatch.delenv(name)


def served() -> model._Served:
    """The server of the model file that was loaded first."""
    return next(iter(model._served.values()))


# --- a file, run on this machine ---


def test_a_file_is_loaded(smollm2: Model) -> None:
    """What is known of it without asking the network, and nothing that would let others in."""
    assert smollm2.name == "SmolLM2-135M-Instruct.Q4_1"
    assert smollm2.context == 4096
    assert smollm2.local
    assert served().key not in repr(smollm2) + repr(smollm2.chat) + repr(served())


def test_it_streams(smollm2: Model) -> None:
    """An answer comes in many pieces, the last of which tell what was used and why it ended."""
    pieces = list(smollm2.chat.stream(QUESTION))
    whole = pieces[0]
    for piece in pieces[1:]:
        whole += piece
    assert len([piece for piece in pieces if piece.text]) > 5
    assert "harbour" in whole.text.lower()
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["output_tokens"] > 5
    assert whole.response_metadata["finish_reason"] == "stop"
    assert whole.response_metadata["model_name"] == smollm2.name  # not the path of the file


def test_the_same_question_has_the_same_answer(smollm2: Model) -> None:
    """Temperature 0: an evaluation can be repeated."""
    assert smollm2.chat.invoke(QUESTION).text == smollm2.chat.invoke(QUESTION).text


def test_an_answer_is_cut_off(smollm2_file: Path) -> None:
    """A model that never stops is stopped after so many tokens."""
    short = load_model(smollm2_file, Modelling(answer_tokens=7))
    reply = short.chat.invoke("Tell me a very long story.", extra_body={"ignore_eos": True})
    assert reply.usage_metadata["output_tokens"] == 7
    assert reply.response_metadata["finish_reason"] == "length"


def test_tokens_are_counted(smollm2: Model) -> None:
    """By the model's own tokenizer: what a message costs is its text and a frame that does not grow with it."""
    text = "The ferry to the island leaves at a quarter past six, said the harbour master. " * 4
    frames = []
    for times in (1, 3):
        used = smollm2.chat.invoke([("human", text * times)], max_tokens=1).usage_metadata["input_tokens"]
        frames.append(used - smollm2.count(text * times))
    assert 0 < frames[0] < 50
    assert abs(frames[0] - frames[1]) <= 2
    assert smollm2.count("") == 0


def test_loading_again_costs_nothing(smollm2: Model, smollm2_file: Path) -> None:
    """One server for a file, whatever it is called, however many ask at once."""
    found: list[Model | None] = []
    detour = smollm2_file.parent / ".." / smollm2_file.parent.name / smollm2_file.name
    threads = [threading.Thread(target=lambda: found.append(load_model(str(detour)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {again.chat.openai_api_base for again in found} == {smollm2.chat.openai_api_base}


def test_closing_a_stream_stops_the_model(smollm2: Model) -> None:
    """Both slots write three thousand tokens, which takes a minute; when their readers go, the next is served."""
    endless = {"max_tokens": 3000, "extra_body": {"ignore_eos": True}}
    streams = [smollm2.chat.stream(f"Count to {number}.", **endless) for number in (1000, 2000)]
    for begun in streams:
        with closing(begun):
            next(begun)
    started = time.monotonic()
    assert smollm2.chat.invoke("Say yes.", max_tokens=2).text
    assert time.monotonic() - started < 25


def test_two_are_answered_at_a_time(smollm2: Model) -> None:
    """A second user gets words while the first is still being answered."""
    endless = {"max_tokens": 3000, "extra_body": {"ignore_eos": True}}
    with closing(smollm2.chat.stream("Count to 1000.", **endless)) as first:
        next(first)
        assert smollm2.chat.invoke("Say yes.", max_tokens=2).text
        assert next(first) is not None


def status_of(url: str, key: str | None = None, body: bytes | None = None) -> int:
    """The HTTP status of a request without any proxy."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, body, headers), timeout=30) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_nobody_else_can_use_it(smollm2: Model) -> None:
    """Without the key nothing is told; with it, there is no page, no list of what is asked, and no switch."""
    address, key = served().address, served().key
    assert address.startswith("http://127.0.0.1:")
    chat = json.dumps({"messages": [{"role": "user", "content": "hi"}], "max_tokens": 1}).encode()
    for path, body in (("/v1/models", None), ("/props", None), ("/tokenize", b"{}"), ("/v1/chat/completions", chat)):
        assert status_of(address + path, None, body) == 401, path
        assert status_of(address + path, "wrong", body) == 401, path
    assert status_of(f"{address}/v1/chat/completions", key, chat) == 200
    for path in ("/", "/slots", "/metrics"):
        assert status_of(address + path, key) in (404, 501), path
    assert status_of(f"{address}/props", key, b"{}") == 501


def test_what_does_not_fit_is_an_error(smollm2: Model) -> None:
    """A prompt that is longer than the context is refused, never cut in silence."""
    import openai

    with pytest.raises(openai.BadRequestError, match="context"):
        smollm2.chat.invoke("harbour " * 5000)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "No such file"),
        (b"PK\x03\x04 a zip", "GGUF"),
        (b"", "GGUF"),
        (b"GGUF and then nothing", "cannot load it"),
    ],
)
def test_a_file_that_is_no_model(content: bytes | None, expected: str, tmp_path: Path) -> None:
    """One line: the file, what was seen, what was expected."""
    path = tmp_path / "small.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=expected) as error:
        load_model(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_the_extra_is_named(tmp_path: Path, smollm2_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has not installed llama.cpp is told how to."""
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(ModelError, match=r'pip install "onrecord\[local\]"'):
        load_model(smollm2_file)


def test_a_model_that_died(smollm2_file: Path) -> None:
    """llama.cpp may abort: this process lives on, what is asked fails at once, and loading starts it again."""
    import openai

    other = Modelling(context=768)
    dying = load_model(smollm2_file, other)
    process = model._served[smollm2_file.resolve(), 768, 2].process
    process.kill()
    process.wait()
    with pytest.raises(openai.APIConnectionError):
        dying.chat.invoke("Yes?")
    with pytest.raises(ModelError, match="still running"):
        dying.count("Yes?")
    assert load_model(smollm2_file, other).chat.invoke("Say yes.", max_tokens=2).text


STREAMING = """
import os, sys, threading
from bot import load_model
from bot.models import model
loaded = load_model(sys.argv[1])
endless = loaded.chat.stream("Count to 1000.", max_tokens=3000, extra_body={"ignore_eos": True})
started = threading.Event()
def read():
    for piece in endless:
        started.set()
threading.Thread(target=read, daemon=True).start()
started.wait()
print(next(iter(model._served.values())).process.pid, flush=True)
if sys.argv[2] == "killed":
    os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize(("how", "code"), [("ended", 0), ("killed", -9)])
def test_the_end_of_the_program_ends_the_model(how: str, code: int, smollm2_file: Path) -> None:
    """In the midst of an answer too, at once, and when the program is killed."""
    done = subprocess.run(
        [sys.executable, "-c", STREAMING, str(smollm2_file), how],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
        check=False,
    )
    started = time.monotonic()
    assert done.returncode == code, done.stderr
    process = int(done.stdout)
    while Path(f"/proc/{process}").exists() and time.monotonic() - started < 10:
        time.sleep(0.05)
    assert not Path(f"/proc/{process}").exists()


# --- which model ---


def test_the_environment_names_it(smollm2: Model, smollm2_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ONRECORD_MODEL is used where no model is given, and only there."""
    assert load_model(None) is None
    monkeypatch.setenv("ONRECORD_MODEL", str(smollm2_file))
    assert load_model(None).name == smollm2.name
    for none in ("", "none", "None", "  "):
        assert load_model(none) is None
        monkeypatch.setenv("ONRECORD_MODEL", none)
        assert load_model(None) is None


def test_the_context_can_be_set(smollm2_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ONRECORD_CONTEXT, within what the model was trained for."""
    monkeypatch.setenv("ONRECORD_CONTEXT", "1024")
    assert load_model(smollm2_file).context == 1024
    for wrong in ("many", "-1", "12"):
        monkeypatch.setenv("ONRECORD_CONTEXT", wrong)
        with pytest.raises(ModelError, match="ONRECORD_CONTEXT"):
            load_model(smollm2_file)


def test_a_model_made_elsewhere() -> None:
    """A LangChain chat model is taken as it is; a Model too; anything else is an error."""
    chat = FakeListChatModel(responses=["Yes."])
    taken = load_model(chat)
    assert taken.chat is chat
    assert (taken.name, taken.count, taken.local) == ("FakeListChatModel", None, False)
    assert load_model(taken) is taken
    with pytest.raises(ModelError, match="int is no"):
        load_model(7)  # type: ignore[arg-type]


# --- a server by its address ---


@dataclass
class Recorder:
    """A server of this test that keeps what it is sent and gives what it is told to."""

    address: str = ""
    replies: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    silence_s: float = 0.0

    def answers(self, path: str, body: object, status: int = 200, **headers: str) -> None:
        """Reply with JSON, or with bytes as they are."""
        self.replies[path] = status, headers, body if isinstance(body, bytes) else json.dumps(body).encode()


@contextmanager
def recording() -> Iterator[Recorder]:
    """A recorder on a loopback port."""
    recorder = Recorder()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            recorder.requests.append((self.path, headers, json.loads(body) if body else None))
            time.sleep(recorder.silence_s)
            status, extra, content = recorder.replies.get(self.path, (404, {}, b"{}"))
            self.send_response(status)
            for name, value in ({"Content-Type": "application/json"} | extra).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Tests are silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        recorder.address = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield recorder
        finally:
            server.shutdown()


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """An OpenAI-compatible server that is not llama.cpp's: it lists two models and says one sentence."""
    with recording() as found:
        found.answers("/v1/models", {"data": [{"id": "first", "max_model_len": 9000}, {"id": "second"}]})
        found.answers(
            "/v1/chat/completions",
            {
                "id": "1",
                "object": "chat.completion",
                "created": 1,
                "model": "first",
                "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Yes."}}],
                "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
            },
        )
        yield found


def test_a_real_server(smollm2: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """llama.cpp's server by its address: its model is found, and its context and tokenizer."""
    monkeypatch.setenv("ONRECORD_MODEL_KEY", served().key)
    for address in (served().address, f"{served().address}/v1", f"{served().address}/v1/"):
        found = load_model(address)
        assert (found.name, found.context, found.local) == (smollm2.name, 4096, True)
        assert found.count("What is a harbour?") == smollm2.count("What is a harbour?")
    assert found.chat.invoke(QUESTION).text == smollm2.chat.invoke(QUESTION).text


def test_a_real_server_with_the_wrong_key(smollm2: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading does not fail; the first question does, at once."""
    import openai

    monkeypatch.setenv("ONRECORD_MODEL_KEY", "wrong")
    found = load_model(served().address)
    assert (found.context, found.count) == (None, None)
    with pytest.raises(openai.AuthenticationError):
        found.chat.invoke("Yes?")


def test_what_is_sent(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request, the limits and ONRECORD_MODEL_KEY; of what is meant for OpenAI, nothing."""
    for name, value in {
        "OPENAI_API_KEY": "sk-of-openai",
        "OPENAI_ADMIN_KEY": "sk-of-openai-admin",
        "OPENAI_ORG_ID": "org-of-openai",
        "OPENAI_PROJECT_ID": "project-of-openai",
        "OPENAI_CUSTOM_HEADERS": "X-Mine: of-openai\nAuthorization: Bearer of-openai",
        "OPENAI_BASE_URL": "http://192.0.2.1/of-openai",
        "OPENAI_PROXY": "http://192.0.2.1:9",
        "ONRECORD_MODEL_KEY": "ours",
    }.items():
        monkeypatch.setenv(name, value)
    found = load_model(recorder.address)
    assert (found.name, found.context, found.count, found.local) == ("first", 9000, None, True)
    assert asyncio.run(found.chat.ainvoke("Yes?")).text == found.chat.invoke("Yes?").text == "Yes."
    path, headers, body = recorder.requests[-1]
    assert path == "/v1/chat/completions"
    assert (body["model"], body["temperature"], body["max_tokens"]) == ("first", 0, 500)
    assert {headers["authorization"] for _, headers, _ in recorder.requests} == {"Bearer ours"}
    assert "of-openai" not in json.dumps([recorder.requests])
    assert set(headers) <= model._SENT_HEADERS | {"authorization"}


def test_without_a_key_none_is_sent(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even a made-up one."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    load_model(f"{recorder.address}/v1#second").chat.invoke("Yes?")
    assert all("authorization" not in headers for _, headers, _ in recorder.requests)
    assert recorder.requests[-1][2]["model"] == "second"


def test_a_proxy_is_not_asked_for_this_machine(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Local means local: a proxy is another machine, even where the environment names one for everything."""
    with recording() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.address)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        assert load_model(recorder.address).chat.invoke("Yes?").text == "Yes."
        assert proxy.requests == []


def test_a_redirection_is_not_followed(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would carry the question, and the key, to where nobody asked for it."""
    import openai

    monkeypatch.setenv("ONRECORD_MODEL_KEY", "ours")
    with recording() as elsewhere:
        for path in ("/v1/models", "/v1/chat/completions"):
            recorder.answers(path, {}, 307, Location=elsewhere.address + path)
        found = load_model(recorder.address)
        with pytest.raises(openai.APIError):
            found.chat.invoke("Yes?")
        assert elsewhere.requests == []


@pytest.mark.parametrize("reply", [b"<html>", b"[]", b'{"data": 7}', b'{"data": [7, {"id": 7}]}', b"\xff", b""])
def test_a_server_that_is_none(reply: bytes, recorder: Recorder) -> None:
    """Whatever it says of itself, loading does not fail."""
    for path in ("/v1/models", "/props", "/tokenize"):
        recorder.answers(path, reply)
    found = load_model(recorder.address)
    assert (found.context, found.count) == (None, None)
    assert found.name in recorder.address


def test_a_server_that_is_not_there() -> None:
    """Loading does not fail, for there are quotes; asking fails soon and once, with the SDK's error of a connection."""
    import openai

    with recording() as gone:
        address = gone.address
    started = time.monotonic()
    found = load_model(f"{address}/v1#mine")
    assert (found.name, found.context, found.count) == ("mine", None, None)
    with pytest.raises(openai.APIConnectionError):
        found.chat.invoke("Yes?")
    assert time.monotonic() - started < 5


def test_a_server_that_is_silent(recorder: Recorder) -> None:
    """Given up after the time that is allowed, and not asked again."""
    import openai

    found = load_model(recorder.address, Modelling(timeout_s=0.3))
    asked = len(recorder.requests)
    recorder.silence_s = 6
    started = time.monotonic()
    with pytest.raises(openai.APITimeoutError):
        found.chat.invoke("Yes?")
    assert time.monotonic() - started < 5
    assert len(recorder.requests) == asked + 1


@pytest.mark.parametrize(
    "address",
    [
        "http://",
        "http:///v1",
        "ftp://127.0.0.1/v1",
        "http://127.0.0.1:many/v1",
        "http://127.0.0.1:99999/v1",
        "http://[::1/v1",
        "http://127.0.0.1:80 80/v1",
        "http://me:secret@127.0.0.1/v1",
        "http://127.0.0.1/v1?key=secret",
        "file:///tmp/model",
    ],
)
def test_an_address_that_is_none(address: str) -> None:
    """An error at once, in one line that shows an example and repeats no password."""
    with pytest.raises(ModelError, match=r"expected one such as http://127\.0\.0\.1:8080/v1") as error:
        load_model(address)
    assert "\n" not in str(error.value)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("app.localhost", True),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("localhost.example.org", False),
        ("127.0.0.1.example.org", False),
    ],
)
def test_what_is_this_machine(host: str, here: bool) -> None:
    """Only what cannot be elsewhere counts as local."""
    assert model._is_loopback(host) is here


# --- a provider by its name ---


@pytest.mark.parametrize(
    ("named", "package", "todo"),
    [
        ("openai:gpt-4o-mini", "langchain_openai", 'pip install "onrecord[openai]"'),
        ("anthropic:claude-sonnet-4-5", "langchain_anthropic", 'pip install "onrecord[anthropic]"'),
        ("ollama:llama3.2", "langchain_ollama", 'pip install "onrecord[ollama]"'),
        ("http://127.0.0.1:9/v1", "langchain_openai", 'pip install "onrecord[openai]"'),
        ("cohere:command", "langchain_cohere", "pip install langchain-cohere"),
    ],
)
def test_the_missing_package_is_named(named: str, package: str, todo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the extra of ours that brings it, where there is one."""
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ModelError) as error:
        load_model(named)
    assert todo in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("named", "variable"),
    [("openai:gpt-4o-mini", "OPENAI_API_KEY"), ("anthropic:claude-sonnet-4-5", "ANTHROPIC_API_KEY")],
)
def test_the_missing_key_is_named(named: str, variable: str) -> None:
    """When it is loaded, not when the first question is asked."""
    with pytest.raises(ModelError, match=f"set the environment variable {variable}"):
        load_model(named)


@pytest.mark.parametrize("named", ["gibberish", "no-such-provider:small", ":", "models/small.bin"])
def test_a_name_that_means_nothing(named: str) -> None:
    """One line that says what a model can be."""
    with pytest.raises(ModelError, match="provider:model") as error:
        load_model(named)
    assert "\n" not in str(error.value)


def test_no_error_repeats_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a provider's package says."""
    monkeypatch.setenv("COHERE_API_KEY", "very-secret")
    line = model._first_line(ValueError("the key very-secret is wrong.\nmore"))
    assert line == "the key $COHERE_API_KEY is wrong"


def test_what_a_provider_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Temperature 0 where the model takes one, limits everywhere, room for thinking where it counts as output."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-made-up")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "made-up")
    plain = load_model("openai:gpt-4o-mini")
    assert (plain.name, plain.context, plain.count, plain.local) == ("openai:gpt-4o-mini", 128_000, None, False)
    assert (plain.chat.temperature, plain.chat.max_tokens, plain.chat.request_timeout) == (0, 500, 120)
    assert (plain.chat.max_retries, plain.chat.stream_usage) == (1, True)
    thinking = load_model("anthropic:claude-opus-4-7")
    assert (thinking.chat.temperature, thinking.chat.max_tokens) == (None, 2500)
    assert thinking.chat.default_request_timeout == 120
    assert "made-up" not in repr(plain) + repr(plain.chat) + repr(thinking) + repr(thinking.chat)


def test_anthropic(smollm2: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anthropic's client and protocol for real: llama.cpp's server speaks that protocol too."""
    monkeypatch.setenv("ANTHROPIC_BASE_URL", served().address)
    monkeypatch.setenv("ANTHROPIC_API_KEY", served().key)
    found = load_model("anthropic:claude-haiku-4-5")
    pieces = list(found.chat.stream(QUESTION))
    whole = pieces[0]
    for piece in pieces[1:]:
        whole += piece
    assert len(pieces) > 5
    assert whole.text == smollm2.chat.invoke(QUESTION).text
    assert whole.usage_metadata["output_tokens"] > 5


def test_openai(smollm2: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenAI's client and protocol for real, at another address than OpenAI's."""
    monkeypatch.setenv("OPENAI_BASE_URL", f"{served().address}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", served().key)
    pieces = list(load_model("openai:gpt-4o-mini").chat.stream(QUESTION))
    assert "".join(piece.text for piece in pieces) == smollm2.chat.invoke(QUESTION).text
    assert any(piece.usage_metadata for piece in pieces)


def test_ollama(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ollama's client against a server that speaks as Ollama's documentation says, line by line of JSON."""
    start = {"model": "llama3.2", "created_at": "2026-01-01T00:00:00Z"}
    lines = [
        start | {"message": {"role": "assistant", "content": "A "}, "done": False},
        start | {"message": {"role": "assistant", "content": "harbour."}, "done": False},
        start
        | {"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}
        | {"prompt_eval_count": 12, "eval_count": 3},
    ]
    with recording() as server, recording() as proxy:
        server.answers("/api/chat", "".join(json.dumps(line) + "\n" for line in lines).encode())
        monkeypatch.setenv("OLLAMA_HOST", server.address)
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        monkeypatch.setenv("NO_PROXY", "")
        found = load_model("ollama:llama3.2")
        assert (found.context, found.count, found.local) == (4096, None, True)
        pieces = list(found.chat.stream(QUESTION))
        assert "".join(piece.text for piece in pieces) == "A harbour."
        assert [piece.usage_metadata["output_tokens"] for piece in pieces if piece.usage_metadata] == [3]
        path, _, body = server.requests[-1]
        assert (path, body["think"]) == ("/api/chat", False)
        assert body["options"] == {"num_ctx": 4096, "num_predict": 500, "temperature": 0.0}
        assert proxy.requests == []


@pytest.mark.parametrize(
    ("host", "name", "local"),
    [
        (None, "llama3.2", True),
        ("localhost:11434", "llama3.2", True),
        ("http://[::1]:11434", "llama3.2", True),
        ("192.0.2.1", "llama3.2", False),
        ("https://ollama.example.org", "llama3.2", False),
        (None, "gpt-oss:120b-cloud", False),
    ],
)
def test_where_ollama_runs(host: str | None, name: str, local: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Local only where nothing leaves this machine: not at another host, and not in Ollama's cloud."""
    if host:
        monkeypatch.setenv("OLLAMA_HOST", host)
    assert load_model(f"ollama:{name}").local is local


# --- what it writes is checked ---

REAL = [
    "How much will the new ferry cost?",
    "What did Desmond say about the rain tanks?",
    "Why does Tom want to keep the Lady Brannoch?",
]


@pytest.mark.parametrize("question", REAL)
def test_a_real_small_model_invents_and_is_caught(
    samples: Library, smollm2: Model, smollm2_file: Path, question: str
) -> None:
    """135 million parameters make things up: what is shown as a quote is one all the same, and nothing is lost.

    Each answer is cut off after some sentences, so that all three do not take a minute of two cores.
    """
    brief = load_model(smollm2_file, Modelling(answer_tokens=150))  # the same server
    *drafts, last = stream(question, samples, model=brief)
    assert last.final
    assert last.model == smollm2.name
    assert last.statements or last.notice
    assert last.citations, "with or without the model there is something to cite"
    assert all(is_in_source(citation.quote, samples) for citation in last.citations)
    for statement in last.statements:
        assert all(1 <= number <= len(last.citations) for number in statement.numbers)
        for quoted in re.findall(r"[“\"„«]([^“”\"„«»]+)[”\"“»]", statement.text):
            assert any(quoted in citation.quote.text for citation in last.citations)
    assert all(not draft.final and not draft.citations for draft in drafts)


# --- nothing leaves the machine ---


def test_local_with_the_network_cut(smollm2_file: Path, tmp_path: Path) -> None:
    """A library, an answer and a language model's words where no other machine can be reached, and none is tried.

    tests/models/offline.py says how the network is cut.
    """
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "models" / "offline.py"), str(tmp_path), str(smollm2_file)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "HTTP_PROXY": "http://192.0.2.1:9", "NO_PROXY": ""},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["hook_works"]
    assert said["tried"] == []
    assert any("forty-one" in quote for quote in said["quotes"])
    assert said["model"] == smollm2_file.stem
    assert said["first_token"] > 0, said
    assert said["tokens"] > 20
