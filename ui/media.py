"""The recording of a transcript, where one lies beside the file that was added, and the route that serves it.

A browser names a transcript of the library and never a path.  What it may have is looked for at that moment: a file in
the folder of that transcript, of the transcript's own name, that is no link to anywhere else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote as percent_encoded

from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.errors import LibraryError

if TYPE_CHECKING:
    from starlette.requests import Request

    from bot.library import Library
    from bot.speakers.registry import Listed

TYPES = {
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".weba": "audio/webm",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".webm": "video/webm",
    ".mov": "video/quicktime",
    ".ogv": "video/ogg",
}
"""What browsers play, by suffix; of several files the one that stands first here, so sound before pictures."""

# What transcribers and people add to the name of a recording: "talk.en.vtt", "talk.pt-BR.srt", "talk.diarized.json".
# Anything else belongs to the name: "2024.05.12.vtt" is not the transcript of "2024.mp3".
_ADDED = re.compile(
    r"[a-z]{2,3}(?:[-_][a-z]{2,4})?|auto|captions?|cc|sdh|subtitles?|subs|transcript(?:ion)?|diari[sz](?:ed|ation)"
    r"|speakers|whisperx?|aligned|edited|corrected|final|words",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Recording:
    """A file that browsers can play.  `type` is its media type ("audio/mpeg")."""

    path: Path
    type: str

    @property
    def tag(self) -> str:
        """The HTML element that plays it: "audio" or "video"."""
        return self.type.partition("/")[0]


def recording_of(entry: Listed) -> Recording | None:
    """The audio or video file beside the transcript; None where there is none, or the transcript came from no file."""
    added_from = Path(entry.path or "")
    if not added_from.is_absolute():  # "samples:…", "made:…"
        return None
    try:
        beside = {path.name: path for path in added_from.parent.iterdir() if path.suffix.lower() in TYPES}
    except OSError:  # the folder is gone, or may not be read
        return None
    for stem in _stems(added_from.name):
        for suffix, media_type in TYPES.items():
            for name, path in sorted(beside.items()):
                wanted = name == stem or path.stem == stem  # "talk.mp3" beside "talk.mp3.vtt", and beside "talk.vtt"
                if wanted and path.suffix.lower() == suffix and _stays_here(path):
                    return Recording(path, media_type)
    return None


def _stems(name: str) -> list[str]:
    """The names that a recording may have: the file's own without its suffix, then without what was added to it."""
    stem, _, _ = name.rpartition(".")
    stems = [stem or name]
    while (parts := stems[-1].rpartition("."))[0] and _ADDED.fullmatch(parts[2]):
        stems.append(parts[0])
    return stems


def _stays_here(path: Path) -> bool:
    """Whether it is a file and no link.  Transcripts are added by their resolved paths, so their folders are none."""
    return path.is_file() and path.resolve() == path


def address(id: str) -> str:
    """Where `route` serves the recording of a transcript."""
    return f"/media/{percent_encoded(id, safe='')}"


def route(library: Library) -> Route:
    """GET /media/ID: the recording of a transcript of the library, whole or the ranges asked for; else 404."""

    def media(request: Request) -> Response:
        try:
            found = recording_of(library.entry(request.path_params["id"]))
        except LibraryError:
            found = None
        if found is None:
            return PlainTextResponse("not found", status_code=404)
        return FileResponse(found.path, media_type=found.type, headers={"x-content-type-options": "nosniff"})

    return Route("/media/{id}", media, methods=["GET"])
