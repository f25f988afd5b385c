"""A model file behind llama.cpp's OpenAI-compatible server, in a process of its own.

Run by `bot/models/model.py`, never imported.  One line of JSON on stdin says what is wanted (so that the key stands in
no list of processes); one line on stdout says the address or the error; the end of stdin ends it, also when whoever
started it was killed.

It is a process of its own because in another's it would hold the interpreter's lock while it loads, take the whole
program with it when llama.cpp aborts, and neither stop nor let the program end while an answer is being written.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any


def main() -> None:
    """Serve until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal ends an answer, not the model
    wanted = json.loads(sys.stdin.readline())
    try:
        import xllamacpp

        server = xllamacpp.Server(settings(xllamacpp.CommonParams(), **wanted))
        said = {"address": server.listening_address}
    except (ImportError, RuntimeError) as error:
        said = {"error": str(error)}
    except AttributeError as error:  # the settings are llama.cpp's, which come and go
        said = {"error": f"xllamacpp {xllamacpp.__version__} has other settings than On Record knows: {error}"}
    print(json.dumps(said), flush=True)
    sys.stdin.read()
    os._exit(0)  # at once: a server that is taken down properly waits for the answers that it is writing


def settings(params: Any, path: str, name: str, key: str, context: int, parallel: int) -> Any:
    """llama.cpp's settings for one file: on loopback, at a port that the system chooses.

    Everything but /health wants the key, so that no web page and no other user of this machine can use the model or see
    what it is asked.
    """
    params.model.path = path
    params.model_alias = {name}  # else replies hold the path
    params.offline = True
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [key]
    params.cors_origins = ""
    params.ui = False
    params.endpoint_slots = False
    params.endpoint_props = False  # setting them; they can still be read
    params.endpoint_metrics = False
    params.n_parallel = parallel
    params.n_ctx = context * parallel  # shared out evenly
    # Up to 8 GB of earlier prompts would be kept in memory; each slot still keeps its last one.
    params.cache_ram_mib = 0
    params.cache_idle_slots = False
    params.enable_reasoning = 0  # the tokens of an answer are for the answer
    params.sse_ping_interval = -1  # a ping would hide from the time-out that nothing comes
    params.warmup = False  # the first answer warms up as well
    params.verbosity = 1  # errors
    return params


if __name__ == "__main__":
    main()
