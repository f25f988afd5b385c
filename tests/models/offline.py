"""Run by `test_model` in a process of its own: a library, a question and a language model with the network cut.

    python tests/models/offline.py FOLDER MODEL.gguf

Where the system permits it, the process moves into a network of its own that has only a loopback device, so that no
code of any language can reach another machine.  Everywhere, an audit hook refuses and records what Python itself tries.
The last line of stdout is JSON: whether the network was cut, what was tried, and the answers.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import ipaddress
import json
import os
import socket
import struct
import sys
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"

TRANSCRIPT = """\
Mara: We counted the lanterns twice, and there were forty-one of them in the boathouse.
Tobias: I would have said fifty.
Mara: Forty-one. The other nine went to the lighthouse before the storm.
"""

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # unshare(2)
_SET_FLAGS, _UP = 0x8914, 0x1  # netdevice(7): SIOCSIFFLAGS, IFF_UP


def cut_the_network() -> bool:
    """Move this process into a network of only a loopback device; False where the system does not permit it."""
    if not sys.platform.startswith("linux"):
        return False
    user, group = os.getuid(), os.getgid()
    if ctypes.CDLL(None, use_errno=True).unshare(_NEW_USER | _NEW_NETWORK) != 0:
        return False
    with contextlib.suppress(OSError):  # not needed for what follows, but files are ours only if we are still somebody
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        fcntl.ioctl(device, _SET_FLAGS, struct.pack("16sh", b"lo", _UP))
    try:
        socket.create_connection(("192.0.2.1", 80), timeout=1).close()  # an address that documentation may use
    except OSError:
        return True
    return False


def is_here(host: Any) -> bool:
    """Whether a host is this machine."""
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host).is_loopback
    except ValueError:
        return False


def refuse_others(tried: list[str]) -> None:
    """From here on, whatever Python would send to another machine is an error, and is kept in `tried`."""

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            address = arguments[1]
            host = address[0] if isinstance(address, tuple) else None  # a path is a socket of this machine
        elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
            host = arguments[0]
        else:
            return
        if not is_here(host):
            tried.append(f"{event} {host}")
            raise PermissionError(f"the network is cut: {event} {host}")

    sys.addaudithook(refuse)


def main(folder: Path, model_file: str) -> dict[str, Any]:
    """Add a transcript, ask it for quotes, and have a language model answer, with no other machine to be reached."""
    cut = cut_the_network()
    tried: list[str] = []
    refuse_others(tried)
    with contextlib.suppress(PermissionError):
        socket.getaddrinfo("example.org", 443)
    hook_works = tried == ["socket.getaddrinfo example.org"]
    tried.clear()

    from bot import Library, answer, load_model

    (folder / "boathouse.txt").write_text(TRANSCRIPT, encoding="utf-8")
    library = Library.open(folder / "library")
    library.add(folder / "boathouse.txt")
    quotes = answer("How many lanterns were in the boathouse?", library, model="none")
    written = answer("And who counted the lanterns?", library, history=[quotes], model=model_file)
    model = load_model(model_file)
    assert model is not None
    assert model.count is not None
    return {
        "cut": cut,
        "hook_works": hook_works,
        "tried": tried,
        "quotes": [citation.quote.text for citation in quotes.citations],
        "model": written.model,
        "status": written.status,
        "notice": written.notice,
        "first_token": written.timings.get("first_token", 0),
        "tokens": model.count(TRANSCRIPT),
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2])))
