"""The recording beside a transcript: which file it is, and that nothing else is served."""

from __future__ import annotations

import os
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot import Library
from bot.store.manifest import Entry
from ui.media import address, recording_of, route

if TYPE_CHECKING:
    from embeddings.encoder import Encoder


def silence(path: Path, seconds: int = 2) -> Path:
    """A real WAV."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(b"\x80" * 8000 * seconds)
    return path


def added(path: Path | str | None) -> Entry:
    """What the library says of a transcript that was added from there."""
    return Entry("talk", "A talk", "talk.vtt", None if path is None else str(path), "", "talk@0", 1, 1, ("Ana",))


@pytest.mark.parametrize(
    ("transcript", "recording"),
    [
        ("talk.vtt", "talk.mp3"),
        ("talk.vtt", "talk.MP4"),
        ("talk.en.vtt", "talk.wav"),
        ("talk.pt-BR.srt", "talk.m4a"),
        ("talk.en.diarized.json", "talk.ogg"),
        ("talk.en.vtt", "talk.en.webm"),
        ("talk.mp3.json", "talk.mp3"),
        ("2024.05.12.vtt", "2024.05.12.flac"),
        ("Our talk, part 1: the “crane”.txt", "Our talk, part 1: the “crane”.opus"),
    ],
)
def test_recording_has_the_name_of_the_transcript(tmp_path: Path, transcript: str, recording: str) -> None:
    """The same name, or that without what transcribers add to it."""
    (tmp_path / recording).write_bytes(b"")
    found = recording_of(added(tmp_path / transcript))
    assert found
    assert found.path == tmp_path / recording


@pytest.mark.parametrize(
    ("transcript", "other"),
    [
        ("talk.vtt", "talks.mp3"),
        ("talk.vtt", "talk.en.mp3"),
        ("talk.vtt", "talk.txt"),
        ("talk.vtt", "talk"),
        ("2024.05.12.vtt", "2024.mp3"),
        ("episode.12.vtt", "episode.mp3"),
        (".vtt", ".mp3"),
    ],
)
def test_other_files_are_no_recording(tmp_path: Path, transcript: str, other: str) -> None:
    (tmp_path / other).write_bytes(b"")
    assert recording_of(added(tmp_path / transcript)) is None


def test_nearest_name_goes_before_sound_before_pictures(tmp_path: Path) -> None:
    """Of several files one is taken, the same each time."""
    for name in ("talk.mp3", "talk.en.mp4", "talk.en.webm"):
        (tmp_path / name).write_bytes(b"")
    found = recording_of(added(tmp_path / "talk.en.vtt"))
    assert found
    assert (found.path.name, found.type, found.tag) == ("talk.en.mp4", "video/mp4", "video")
    found = recording_of(added(tmp_path / "talk.de.vtt"))
    assert found
    assert (found.path.name, found.type, found.tag) == ("talk.mp3", "audio/mpeg", "audio")


@pytest.mark.parametrize("path", [None, "samples:talk.vtt", "made:talk", "talk.vtt", ""])
def test_what_came_from_no_file_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str | None) -> None:
    """Nor is anything looked for in the folder that the server was started in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "talk.mp3").write_bytes(b"")
    assert recording_of(added(path)) is None


def test_folder_that_is_gone_has_none(tmp_path: Path) -> None:
    assert recording_of(added(tmp_path / "gone" / "talk.vtt")) is None


def test_links_and_dots_lead_nowhere(tmp_path: Path) -> None:
    """Neither a link with the right name, nor a linked folder, nor a path with dots reaches a file."""
    secret = silence(tmp_path / "secret.wav")
    folder = tmp_path / "talks"
    folder.mkdir()
    os.symlink(secret, folder / "talk.wav")
    (folder / "talk.mp3").mkdir()  # a folder is no file either
    assert recording_of(added(folder / "talk.vtt")) is None
    os.symlink(tmp_path, tmp_path / "linked")
    assert recording_of(added(tmp_path / "linked" / "secret.vtt")) is None
    assert recording_of(added(folder / ".." / "secret.vtt")) is None


# --- the route ---------------------------------------------------------------------------------------------------


@pytest.fixture
def library(tmp_path: Path, tiny_encoder: Encoder) -> Library:
    """Two transcripts, one with a recording."""
    folder = tmp_path / "talks"
    folder.mkdir()
    silence(folder / "harbour.wav")
    (folder / "harbour.en.txt").write_text("Ana: The crane is red.\nBen: It was blue.\n", encoding="utf-8")
    (folder / "quay.txt").write_text("Ana: The quay is long.\nBen: It was short.\n", encoding="utf-8")
    library = Library.open(tmp_path / "library", encoder=tiny_encoder)
    library.add(folder)
    return library


@pytest.fixture
def client(library: Library) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[route(library)])) as client:
        yield client


def test_whole_and_in_ranges(client: TestClient, tmp_path: Path) -> None:
    """What browsers ask for when somebody jumps: the bytes from here on, and no more than these."""
    data = (tmp_path / "talks" / "harbour.wav").read_bytes()
    whole = client.get(address("harbour-en"))
    assert (whole.status_code, whole.content) == (200, data)
    assert whole.headers["content-type"] == "audio/wav"
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["x-content-type-options"] == "nosniff"
    some = client.get(address("harbour-en"), headers={"Range": "bytes=100-199"})
    assert (some.status_code, some.content) == (206, data[100:200])
    assert some.headers["content-range"] == f"bytes 100-199/{len(data)}"
    rest = client.get(address("harbour-en"), headers={"Range": "bytes=16000-"})
    assert (rest.status_code, rest.content) == (206, data[16000:])
    assert client.get(address("harbour-en"), headers={"Range": "bytes=99999999-"}).status_code == 416
    assert client.head(address("harbour-en")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        address("quay"),
        address("unknown"),
        address("../talks/harbour.wav"),
        address("harbour-en/../../talks/harbour.wav"),
        "/media/..%2Ftalks%2Fharbour.wav",
        "/media/%2e%2e%2ftalks%2fharbour.wav",
        "/media/harbour.wav",
        "/media/",
        "/media",
        address("harbour-en\0"),
    ],
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    """No recording, an unknown id, a path in the place of an id: 404."""
    assert client.get(path).status_code == 404


def test_removed_transcript_takes_its_recording_along(client: TestClient, library: Library) -> None:
    """The route serves what lies beside the transcripts of the library at that moment."""
    library.remove("harbour-en")
    assert client.get(address("harbour-en")).status_code == 404
