"""Language models, each an option: a GGUF file run on this machine, a server by its address, or a provider's by name.

    load_model("models/small.gguf")                  llama.cpp beside this process; nothing leaves the machine
    load_model("http://127.0.0.1:8080/v1#qwen2.5")   any OpenAI-compatible server
    load_model("anthropic:claude-sonnet-4-5")        anything that LangChain's init_chat_model takes

Whichever it is, the rest of On Record sees one `Model`: a LangChain chat model that answers at temperature 0, ends
after so many tokens or seconds, and tells what it used.  Nothing here downloads anything.  LangChain's own token
counting is never used, because it fetches tokenizers from the network: `Model.count` is a tokenizer at hand, or None.
"""

from __future__ import annotations

import atexit
import contextlib
import http.client
import importlib.util
import ipaddress
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.config import Modelling
from bot.errors import ModelError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

MODEL_VARIABLE = "ONRECORD_MODEL"
"""The environment variable that names the model where none is given."""
KEY_VARIABLE = "ONRECORD_MODEL_KEY"
"""The key for a server that is named by its address.  OPENAI_API_KEY is never sent to one: it is for OpenAI's own."""
CONTEXT_VARIABLE = "ONRECORD_CONTEXT"
"""How many tokens a model that runs here takes in all, instead of `Modelling.context`."""

_EXPECTED = "a .gguf file, http://host:port/v1, or provider:model such as openai:gpt-4o-mini"
# Packages of LangChain's that an extra of ours brings, and the variable that each reads its key from.
_EXTRAS = {"openai": "langchain_openai", "anthropic": "langchain_anthropic", "ollama": "langchain_ollama"}
_KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}
_PROBE_S = 3.0  # seconds for asking a server what it is; a dead one must not hold up the quotes
_COUNT_S = 10.0  # seconds for counting tokens, by a server that is there but may be busy
_CONNECT_S = 10.0  # seconds for reaching a server, of the time that an answer may take
_LARGEST_REPLY = 4_000_000  # bytes of a server's description of itself that are read


@dataclass(frozen=True)
class Model:
    """A language model, ready to be asked.

    `name` is what is shown (never a key); `context` the tokens that it takes in all, prompt and answer, where that is
    known; `count` counts the tokens of a text, where a tokenizer is at hand, and raises ModelError when its server has
    died; `local` says that no connection leaves this machine.
    """

    name: str
    chat: BaseChatModel = field(repr=False)
    context: int | None = None
    count: Callable[[str], int] | None = field(default=None, repr=False)
    local: bool = False


def load_model(asked: str | Path | BaseChatModel | Model | None, modelling: Modelling | None = None) -> Model | None:
    """The model that is asked for, or None where there is none and quotes are the answer.

    `asked` is a GGUF file, the address of an OpenAI-compatible server (with #NAME after it for one of its models),
    `provider:model` as init_chat_model takes it, or a chat model that was made elsewhere, which is taken as it is.
    None means what ONRECORD_MODEL names; "" and "none" mean none.

    A server that does not answer is no error here: it may be started later, and until then there are quotes.
    Raises ModelError for what cannot work: a file that is no model, an address that is none, a missing package or key.
    """
    if asked is None:
        asked = os.environ.get(MODEL_VARIABLE, "")
    if isinstance(asked, Model):
        return asked
    if not isinstance(asked, str | Path):
        return _from_chat_model(asked)
    named = str(asked).strip()
    if named.lower() in ("", "none"):
        return None
    modelling = modelling or Modelling()
    if "://" in named:
        return _from_address(named, modelling)
    if named.lower().endswith(".gguf") or os.path.isfile(os.path.expanduser(named)):
        return _from_file(Path(named).expanduser(), modelling)
    return _from_provider(named, modelling)


def _from_chat_model(chat: object) -> Model:
    """A LangChain chat model that somebody else made and set up."""
    from langchain_core.language_models import BaseChatModel

    if not isinstance(chat, BaseChatModel):
        raise ModelError(
            f"{type(chat).__name__} is not a chat model: expected {_EXPECTED}, or a LangChain BaseChatModel"
        )
    name = getattr(chat, "model_name", None) or getattr(chat, "model", None)
    return Model(name if isinstance(name, str) else type(chat).__name__, chat, _profile(chat).get("max_input_tokens"))


# --- a GGUF file, run by llama.cpp on this machine ---


@dataclass(frozen=True)
class _Served:
    """llama.cpp's server for one file: its address on this machine, and the key without which it tells nothing."""

    address: str
    key: str = field(repr=False)
    process: subprocess.Popen[str] = field(repr=False)


_served: dict[tuple[Path, int, int], _Served] = {}
_serving = threading.Lock()


@atexit.register
def _stop_serving() -> None:
    """The end of this process would stop them as well, but not where another that it started holds their stdin."""
    while _served:
        with _served.popitem()[1].process as process:
            process.kill()


def _from_file(path: Path, modelling: Modelling) -> Model:
    """llama.cpp loads a file once a process and context, however often it is asked for; again when it has died."""
    _check_gguf(path)
    _require("xllamacpp", "local", str(path))
    _require("langchain_openai", "local", str(path))
    place = (path.resolve(), _context(modelling), modelling.parallel)
    with _serving:
        served = _served.get(place)
        if served is None or served.process.poll() is not None:
            served = _served[place] = _serve(*place)
    server = _Server(f"{served.address}/v1", served.key, local=True)
    return Model(path.stem, _chat(server, path.stem, modelling), server.llama_context(), server.count, local=True)


def _check_gguf(path: Path) -> None:
    """Raises ModelError unless the file begins as a GGUF file does."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or error}; expected a GGUF file") from None
    if start != b"GGUF":
        raise ModelError(
            f"{path}: begins with {start!r}, not with b'GGUF'; expected a model in llama.cpp's GGUF format"
        )


def _serve(path: Path, context: int, parallel: int) -> _Served:
    """Start `llama` for a file and wait until it can be asked.  Raises ModelError when it cannot be loaded."""
    key = secrets.token_urlsafe(32)
    wanted = {"path": str(path), "name": path.stem, "key": key, "context": context, "parallel": parallel}
    # llama.cpp's threads meet some hundred times a token, and by default they spin until the last arrives.  On a
    # machine that is busy besides, the last waits for a processor on which another spins: from 66 tokens a second to 1.
    environment = {"OMP_WAIT_POLICY": "passive"} | os.environ
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).with_name("llama.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            text=True,
            encoding="utf-8",
        )
        assert process.stdin is not None
        assert process.stdout is not None
        said: dict[str, str] = {}
        with contextlib.suppress(OSError, ValueError):  # it died, or was killed, before it said anything
            process.stdin.write(json.dumps(wanted) + "\n")
            process.stdin.flush()
            said = json.loads(process.stdout.readline())
        if "address" in said:
            return _Served(said["address"], key, process)
        with process:
            process.kill()
        log.seek(0)
        reasons = re.findall(r"error loading model: (.+)|(GGML_ASSERT.+)", log.read())
    reason = "".join(reasons[-1]) if reasons else said.get("error") or f"its process ended with {process.returncode}"
    raise ModelError(
        f"{path}: llama.cpp cannot load it ({_first_line(ValueError(reason))}): expected a whole file, of a kind that "
        f'`pip install -U "onrecord[local]"` knows, that fits the memory (a smaller {CONTEXT_VARIABLE} helps)'
    )


def _context(modelling: Modelling) -> int:
    """Tokens that a model which runs here takes, by the environment or the settings."""
    said = os.environ.get(CONTEXT_VARIABLE, "").strip()
    if not said:
        return modelling.context
    if not said.isdecimal() or int(said) < 512:
        raise ModelError(f"{CONTEXT_VARIABLE} is {said!r}: expected a number of tokens, 512 or more, such as 4096")
    return int(said)


# --- a server by its address ---


def _from_address(named: str, modelling: Modelling) -> Model:
    """An OpenAI-compatible server; without #NAME, the first model that it lists."""
    address, _, name = named.partition("#")
    host, address = _check_address(address)
    _require("langchain_openai", "openai", address)
    server = _Server(address, os.environ.get(KEY_VARIABLE, "").strip(), local=_is_loopback(host))
    listed = server.models()
    name = name or next(iter(listed), "")
    context = listed.get(name) or (server.llama_context() if listed else None)
    # Only a server of llama.cpp's has told its context and has a tokenizer that can be asked.
    count = server.count if listed and server.has_tokenizer() else None
    return Model(
        name or urlsplit(address).netloc, _chat(server, name or "default", modelling), context, count, server.local
    )


def _check_address(address: str) -> tuple[str, str]:
    """The host of an address, and the address as it is called.  Raises ModelError for one that cannot be called."""
    expected = "expected one such as http://127.0.0.1:8080/v1 or http://127.0.0.1:8080/v1#model-name"
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port  # a port that is no number is found only when it is read
    except ValueError as error:
        raise ModelError(f"the address of the model cannot be read ({error}): {expected}") from None
    if parts.username is not None or parts.password is not None or parts.query:
        raise ModelError(f"the address of the model holds more than a place: give a key in {KEY_VARIABLE}; {expected}")
    if parts.scheme not in ("http", "https") or not host or re.search(r"\s", address):
        raise ModelError(f"{address!r} is not the address of a server: {expected}")
    return host, f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/') or '/v1'}"


def _is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A server is asked where it was named: a redirection could take the key, and what is said, elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True)
class _Server:
    """A server that speaks OpenAI's protocol: what it can be asked besides being talked to.

    The standard library asks here, since httpx is one package or another, as the version of openai has it.
    """

    address: str
    key: str = field(repr=False)
    local: bool = False

    def models(self) -> dict[str, int | None]:
        """The models that it lists, with their context where it says so (vLLM does); empty when it does not answer."""
        reply = self._ask(f"{self.address}/models")
        entries = reply.get("data") if isinstance(reply, dict) else None
        found: dict[str, int | None] = {}
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and isinstance(entry.get("id"), str):
                found[entry["id"]] = _positive(entry.get("max_model_len"))
        return found

    def llama_context(self) -> int | None:
        """The tokens that one conversation may hold, where the server is llama.cpp's."""
        reply = self._ask(f"{self._root}/props")
        settings = reply.get("default_generation_settings") if isinstance(reply, dict) else None
        return _positive(settings.get("n_ctx")) if isinstance(settings, dict) else None

    def has_tokenizer(self) -> bool:
        """Whether it counts tokens as llama.cpp's server does."""
        return self._tokens("tokens") is not None

    def count(self, text: str) -> int:
        """The tokens of a text.  Raises ModelError when the server does not tell."""
        tokens = self._tokens(text, _COUNT_S)
        if tokens is None:
            raise ModelError(f"{self.address} does not count tokens any more: is the server still running?")
        return len(tokens)

    def _tokens(self, text: str, timeout_s: float = _PROBE_S) -> list[Any] | None:
        reply = self._ask(f"{self._root}/tokenize", {"content": text}, timeout_s)
        tokens = reply.get("tokens") if isinstance(reply, dict) else None
        return tokens if isinstance(tokens, list) else None

    @property
    def _root(self) -> str:
        """llama.cpp's own endpoints stand beside /v1."""
        return self.address.removesuffix("/v1")

    def _ask(self, url: str, body: object = None, timeout_s: float = _PROBE_S) -> Any:
        """What the server replies, read as JSON; None for a server that is not there, refuses, or replies nonsense."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.key}"} if self.key else {})
        handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
        if self.local:
            handlers.append(urllib.request.ProxyHandler({}))  # a proxy of the environment would be another machine
        try:
            request = urllib.request.Request(url, data, headers)
            with urllib.request.build_opener(*handlers).open(request, timeout=timeout_s) as reply:
                return json.loads(reply.read(_LARGEST_REPLY))
        except (OSError, http.client.HTTPException, ValueError):
            return None


def _positive(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None


# What a request must carry.  Whatever else the openai package would add comes from variables that are meant for OpenAI:
# its organisation and project, headers of the user's own, the system it runs on.
# The SDK reads the last in its own request, to know how to hand over the reply.
_SENT_HEADERS = frozenset(
    "accept accept-encoding connection content-length content-type host transfer-encoding user-agent "
    "x-stainless-raw-response".split()
)


def _chat(server: _Server, name: str, modelling: Modelling) -> BaseChatModel:
    """A chat model that talks to an OpenAI-compatible server, and to nobody else.

    It is LangChain's BaseChatOpenAI and not ChatOpenAI, because the latter sends the limit of an answer under a name
    that many compatible servers do not know, and would go on without one.
    """
    import openai
    from langchain_openai.chat_models.base import BaseChatOpenAI
    from pydantic import SecretStr

    def only_ours(request: Any) -> None:
        for header in set(request.headers) - _SENT_HEADERS:
            del request.headers[header]
        if server.key:
            request.headers["authorization"] = f"Bearer {server.key}"

    async def only_ours_too(request: Any) -> None:
        only_ours(request)

    reach: dict[str, Any] = {"trust_env": not server.local, "follow_redirects": False}
    return BaseChatOpenAI(
        model=name,
        base_url=server.address,
        api_key=SecretStr(server.key or "none"),  # it must have one; the hook above decides what is sent
        http_client=openai.DefaultHttpxClient(**reach, event_hooks={"request": [only_ours]}),
        http_async_client=openai.DefaultAsyncHttpxClient(**reach, event_hooks={"request": [only_ours_too]}),
        openai_proxy="",  # OPENAI_PROXY is for OpenAI as well
        use_responses_api=False,
        stream_usage=True,
        temperature=0,
        max_tokens=modelling.answer_tokens,
        timeout=openai.Timeout(modelling.timeout_s, connect=min(_CONNECT_S, modelling.timeout_s)),
        # The SDK also tries again after a time-out, which would double it.
        max_retries=0 if server.local else modelling.retries,
    )


# --- a provider by its name ---


def _from_provider(named: str, modelling: Modelling) -> Model:
    """Whatever init_chat_model takes, with the settings that its providers share."""
    from langchain.chat_models import init_chat_model

    provider, _, model = named.partition(":")
    if provider in _EXTRAS:
        _require(_EXTRAS[provider], provider, named)
    if provider == "ollama":
        return _from_ollama(named, model, modelling)
    shared: dict[str, Any] = {
        "temperature": 0,
        "max_tokens": modelling.answer_tokens,
        "timeout": modelling.timeout_s,
        "max_retries": modelling.retries,
    }
    if provider == "openai":
        shared["stream_usage"] = True  # not its default where OPENAI_BASE_URL is set
    with _in_one_line(named, provider):
        chat = init_chat_model(named, **shared)
        profile = _profile(chat)
        fitting = dict(shared)
        if profile.get("temperature") is False:
            del fitting["temperature"]  # such a model refuses a request that sets it
        if profile.get("reasoning_output"):
            fitting["max_tokens"] += modelling.thinking_tokens  # what it thinks counts as output
        if fitting != shared:
            chat = init_chat_model(named, **fitting)
    if provider == "anthropic" and not chat.anthropic_api_key.get_secret_value():
        raise ModelError(_no_key(named, provider))  # it would say so only when it is asked
    return Model(named, chat, _positive(profile.get("max_input_tokens")))


def _from_ollama(named: str, model: str, modelling: Modelling) -> Model:
    """A model of Ollama's, on this machine unless OLLAMA_HOST says otherwise.

    Ollama cuts a prompt that is longer than its context in silence, whatever the model could take, so the context is
    set with each request and is what the passages are fitted to.
    """
    from langchain.chat_models import init_chat_model

    host = os.environ.get("OLLAMA_HOST", "").strip() or "127.0.0.1"
    loopback = _is_loopback(urlsplit(host if "://" in host else f"http://{host}").hostname or "")
    context = _context(modelling)
    with _in_one_line(named, "ollama"):
        chat = init_chat_model(
            named,
            temperature=0,
            num_predict=modelling.answer_tokens,
            num_ctx=context,
            reasoning=False,
            client_kwargs={"timeout": modelling.timeout_s, "trust_env": not loopback},
        )
    # Ollama passes models of its cloud ("…-cloud") on to its own servers.
    return Model(named, chat, context, local=loopback and not model.endswith("cloud"))


def _profile(chat: BaseChatModel) -> dict[str, Any]:
    """What LangChain knows of a model; it comes with the package of the provider and is read from no network."""
    return dict(getattr(chat, "profile", None) or {})


@contextlib.contextmanager
def _in_one_line(named: str, provider: str) -> Iterator[None]:
    """Whatever a provider's package has against its settings, as one ModelError that holds no key."""
    try:
        yield
    except ImportError as error:
        package = re.search(r"pip install (\S+?)`", str(error))
        todo = f"pip install {package[1]}" if package else _first_line(error)
        raise ModelError(f"{named}: a package is missing: {todo}") from None
    except Exception as error:  # every provider has its own; none may end a conversation that can go on with quotes
        if _KEYS.get(provider) and not os.environ.get(_KEYS[provider]):
            raise ModelError(_no_key(named, provider)) from None
        raise ModelError(f"{named}: {_first_line(error)}; expected {_EXPECTED}") from None


def _no_key(named: str, provider: str) -> str:
    return f"{named}: no key: set the environment variable {_KEYS[provider]}"


def _first_line(error: BaseException) -> str:
    """The first line of a message, without any secret of the environment that it may repeat."""
    line = next(iter(str(error).splitlines()), "") or type(error).__name__
    for name, value in os.environ.items():
        if len(value) >= 6 and re.search(r"KEY|TOKEN|SECRET|PASSWORD", name, re.IGNORECASE):
            line = line.replace(value, f"${name}")
    return line.rstrip(". ")


def _require(package: str, extra: str, what: str) -> None:
    """Raises ModelError, naming the extra that brings it, where a package is not installed."""
    if importlib.util.find_spec(package) is None:
        shown = package.replace("_", "-")
        raise ModelError(f'{what} needs the package {shown}, which is not installed: pip install "onrecord[{extra}]"')
