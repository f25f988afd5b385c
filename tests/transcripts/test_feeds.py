"""Feeds: titles and dates of the transcripts that lie beside them; nothing is fetched, hostile XML is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import Library, TranscriptError
from bot.cli import main
from bot.transcripts.feeds import Episode, is_feed, located, read_feed
from bot.transcripts.finding import find
from embeddings.encoder import Encoder

TALK = "Ana Silva: The ferry sails at nine.\nTom Roe: It is often late.\nAna Silva: Only in fog.\n"


def feed(*items: str) -> bytes:
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel>'
        f"<title>Harbour talk</title>{''.join(f'<item>{item}</item>' for item in items)}</channel></rss>"
    ).encode()


def item(title: str, *urls: str, day: str = "Tue, 05 Mar 2024 23:30:00 -0500") -> str:
    tags = "".join(f'<podcast:transcript url="{url}" type="text/vtt"/>' for url in urls)
    return f"<title>{title}</title><pubDate>{day}</pubDate>{tags}"


@pytest.fixture
def library(tmp_path: Path, tiny_encoder: Encoder) -> Library:
    return Library.open(tmp_path / "library", tiny_encoder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "podcast"
    (made / "texts").mkdir(parents=True)
    return made


def test_what_a_feed_tells() -> None:
    """Titles, the day in the zone of the feed, URLs; an item without a transcript is none."""
    data = feed(item("Fog &amp; ferries", "https://x.example/a.vtt", "https://x.example/a.srt"), "<title>None</title>")
    assert is_feed(data)
    assert not is_feed(b"<html><body>rss</body></html>")
    urls = ("https://x.example/a.vtt", "https://x.example/a.srt")
    assert read_feed(data, "feed.xml") == (Episode("Fog & ferries", "2024-03-05", urls),)
    atom = (
        b'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:p="https://example.org/podcast"><entry><title>One</title>'
        b'<published>2024-05-06T10:00:00Z</published><p:transcript url="a.vtt"/></entry></feed>'
    )
    assert read_feed(atom, "atom.xml") == (Episode("One", "2024-05-06", ("a.vtt",)),)
    broken = read_feed(feed(item("Broken", "https://[bad/x.vtt", "c.vtt")), "feed.xml")
    assert [episode.urls for episode in broken] == [("c.vtt",)]
    undated = read_feed(feed(item("Two", "b.vtt", day="soon")), "feed.xml")
    assert undated == (Episode("Two", None, ("b.vtt",)),)


def test_which_files_are_meant(tmp_path: Path) -> None:
    """By the last part of the URL; where that is the same for several episodes, by the folder as well."""
    one, two, plain = tmp_path / "1" / "t.vtt", tmp_path / "2" / "t.vtt", tmp_path / "my talk.txt"
    episodes = [
        Episode("One", None, ("https://x.example/1/t.vtt?key=2",)),
        Episode("Two", None, ("https://x.example/2/t.vtt",)),
        Episode("Three", None, ("https://x.example/3/t.vtt",)),
        Episode("Four", None, ("https://x.example/my%20talk.txt", "https://x.example/..%2F..%2Fetc%2Fpasswd")),
        Episode("Five", None, ("https://x.example/", "")),
    ]
    found = located(episodes, [one, two, plain])
    assert [files for _, files in found] == [(one,), (two,), (), (plain,), ()]


def test_add_a_feed(library: Library, folder: Path) -> None:
    """The transcripts beside it and below, one of each episode, under the titles and days of the feed."""
    (folder / "texts" / "ep1.txt").write_text(TALK)
    (folder / "texts" / "ep1.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ana>The ferry sails.\n")
    (folder / "other.txt").write_text(TALK + "Tom Roe: Yes.\n")
    episodes = (
        item("Fog and ferries", "https://x.example/ep1.txt", "https://x.example/ep1.vtt"),
        item("Lost", "ep2.vtt"),
    )
    (folder / "feed.xml").write_bytes(feed(*episodes))
    report = library.add(folder / "feed.xml")
    assert report.absent == ("Lost",)
    entry = report.files[0].entry
    assert (entry.id, entry.source, entry.title, str(entry.date)) == ("ep1", "ep1.vtt", "Fog and ferries", "2024-03-05")
    assert library.transcript("ep1").title == "Fog and ferries"
    assert len(library.entries) == 1


def test_a_feed_in_a_folder(library: Library, folder: Path) -> None:
    """It tells of the transcripts that it names, also of those that were added before, and what a person said stays."""
    (folder / "ep1.txt").write_text(TALK)
    (folder / "ep2.txt").write_text(TALK + "Tom Roe: Yes.\n")
    library.add(folder)
    library.edit("ep2", title="Mine")
    (folder / "feed.rss").write_bytes(feed(item("One", "ep1.txt"), item("Two", "ep2.txt")))
    report = library.add(folder)
    assert [file.outcome for file in report.files] == ["unchanged", "unchanged"]
    assert report.skipped == ()
    assert [(entry.title, str(entry.date)) for entry in library.entries] == [
        ("One", "2024-03-05"),
        ("Mine", "2024-03-05"),
    ]
    (folder / "feed.rss").unlink()
    (folder / "ep1.txt").write_text(TALK + "Tom Roe: No.\n")
    assert library.add(folder).files[0].entry.title == "One"


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><rss><channel>&b;</channel></rss>'
)


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        b'<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]><rss><channel>&a;</channel></rss>',
        b"<rss><channel>",
        b'<?xml version="1.0" encoding="no-such"?><rss></rss>',
        b"<rss>\x00</rss>",
    ],
)
def test_a_feed_that_cannot_be_read(folder: Path, data: bytes) -> None:
    """One line; in a folder it stops nothing."""
    path = folder / "feed.xml"
    path.write_bytes(data)
    with pytest.raises(TranscriptError, match="this feed cannot be read") as error:
        find([path])
    assert "\n" not in str(error.value)
    (folder / "ep1.txt").write_text(TALK)
    found = find([folder])
    assert ([source.path.name for source in found.files], len(found.failed)) == (["ep1.txt"], 1)


def test_deep_xml_is_read(folder: Path) -> None:
    """Nothing here is recursive."""
    deep = b"<a>" * 50_000 + b"</a>" * 50_000
    assert read_feed(feed("<title>One</title>" + deep.decode() + '<transcript url="a.vtt"/>'), "feed.xml")[0].urls == (
        "a.vtt",
    )


def test_a_feed_without_any_of_its_transcripts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says where they were looked for."""
    (folder / "feed.xml").write_bytes(feed(item("Lost", "ep2.vtt")))
    assert main(["add", str(folder / "feed.xml"), "--library", str(folder / "library")]) == 1
    assert "none of the 1 episodes of this feed that have transcripts has one beside it" in capsys.readouterr().err
