"""Podcast feeds: RSS or Atom files that tell the titles and dates of transcripts which lie beside them.

The tag is <podcast:transcript url="…" type="…"/> (https://podcasting2.org/docs/podcast-namespace/tags/transcript).
Nothing is fetched: of the URL only the name of the file counts, and it is looked up among the files that are there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from bot.errors import TranscriptError
from bot.words.dates import date_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SUFFIXES = frozenset({".xml", ".rss"})
_ROOT = re.compile(rb"<(?:\w+:)?(?:rss|feed|RDF)[\s>]")
_LOOKED_AT = 10_000  # bytes in which the first tag stands, whatever comments are before it
_PREFERRED = (".vtt", ".json", ".srt", ".html")
"""Which transcript of an episode to take where there are several; these have times, and most often speakers."""


@dataclass(frozen=True)
class Episode:
    """An item of a feed that has transcripts: its title, its day (ISO; None where it has none), and their URLs."""

    title: str | None
    date: str | None
    urls: tuple[str, ...]


def is_feed(data: bytes) -> bool:
    """Whether the first tag is that of a feed."""
    return bool(_ROOT.search(data[:_LOOKED_AT]))


def read_feed(data: bytes, name: str) -> tuple[Episode, ...]:
    """The episodes of a feed that have transcripts, in its order.

    Raises TranscriptError for what is not well-formed, and for entities that the feed defines itself: they can expand
    to any size or name any file.
    """
    from defusedxml import DefusedXmlException, ElementTree

    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, DefusedXmlException, LookupError, ValueError) as error:
        reason = type(error).__name__ if isinstance(error, DefusedXmlException) else error
        raise TranscriptError(f"{name}: this feed cannot be read ({reason}); expected plain RSS or Atom") from None
    items = (element for element in root.iter() if _local(element) in ("item", "entry"))
    return tuple(episode for item in items if (episode := _episode(item)).urls)


def _local(element: Element) -> str:
    """The name of a tag without its namespace; feeds write that of podcast:transcript in several ways."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _episode(item: Element) -> Episode:
    texts: dict[str, str] = {}
    for child in item:
        said = " ".join("".join(child.itertext()).split())
        if said:
            texts.setdefault(_local(child), said)
    date = next((day for key in ("pubDate", "published", "date", "updated") if (day := _day(texts.get(key)))), None)
    urls = (child.get("url", "").strip() for child in item if _local(child) == "transcript")
    return Episode(texts.get("title"), date, tuple(url for url in urls if url and _is_url(url)))


def _is_url(text: str) -> bool:
    """Whether a text can be taken apart as a URL: "https://[bad/x.vtt" cannot."""
    try:
        urlsplit(text)
    except ValueError:
        return False
    return True


def _day(said: str | None) -> str | None:
    """The day in a date as RSS has it (RFC 2822, in its own time zone) or as Atom has it (ISO)."""
    if not said:
        return None
    try:
        return parsedate_to_datetime(said).date().isoformat()
    except ValueError:
        day = date_of(said)
        return day.isoformat() if day else None


def located(episodes: Sequence[Episode], files: Iterable[Path]) -> list[tuple[Episode, tuple[Path, ...]]]:
    """Each episode with those of the files that are its transcripts, the preferred one first.

    A file is one when the last part of a URL is its name.  Where several episodes have transcripts of one name
    ("ep-1/transcript.vtt", "ep-2/transcript.vtt"), the folder must be the same as well.
    """
    by_name: dict[str, list[Path]] = {}
    for file in files:
        by_name.setdefault(file.name, []).append(file)
    parts = {url: PurePosixPath(unquote(urlsplit(url).path)).parts for episode in episodes for url in episode.urls}
    uses = Counter(names[-1] for names in parts.values() if names)
    found = []
    for episode in episodes:
        theirs: dict[Path, None] = {}
        for names in filter(None, (parts[url] for url in episode.urls)):
            near = [(_shared(names, file.parts), file) for file in by_name.get(names[-1], ())]
            best = max((count for count, _ in near), default=0)
            if best >= (2 if uses[names[-1]] > 1 else 1):
                theirs |= dict.fromkeys(file for count, file in near if count == best)
        found.append((episode, tuple(sorted(theirs, key=_preference))))
    return found


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many parts two paths have in common at their ends."""
    count = 0
    for a, b in zip(reversed(one), reversed(other), strict=False):
        if a != b:
            break
        count += 1
    return count


def _preference(file: Path) -> int:
    suffix = file.suffix.lower()
    return _PREFERRED.index(suffix) if suffix in _PREFERRED else len(_PREFERRED)
