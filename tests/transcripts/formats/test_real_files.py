"""Every real file of ../shared/formats, read a second way: straight JSON, webvtt-py, srt, html.parser, a few lines
of regex.

The second way gives what is said as (speaker, words, start, end); the readers must give the same words to the
same speakers in the same order, between the same times, and the locator must find every sentence there and
nowhere else.
"""

from __future__ import annotations

import html
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import srt
import webvtt

from bot.errors import TranscriptError
from bot.transcripts.formats import family_of, read_file
from bot.transcripts.transcript import NAMED
from bot.words.sentences import sentence_spans
from tests.conftest import SHARED, shared
from tests.transcripts.formats.test_every_format import merged

Said = tuple[str, str, float | None, float | None]
"""Speaker ("" for nobody), words, start and end in seconds."""

FILES = [
    path.relative_to(SHARED / "formats").as_posix()
    for path in sorted((SHARED / "formats").rglob("*.*"))
    if "expected" not in path.parts and path.suffix != ".tsv"
]


def of_podcast(data: Any) -> Iterator[Said]:
    for segment in data["segments"]:
        yield segment["speaker"], segment["body"], segment["startTime"], segment["endTime"]


def of_whisper(data: Any) -> Iterator[Said]:
    for segment in data["segments"]:
        yield "", segment["text"], segment["start"], segment["end"]


def of_assemblyai(data: Any) -> Iterator[Said]:
    for word in data["words"]:
        yield word["speaker"] or "", word["text"], word["start"] / 1000, word["end"] / 1000


def of_deepgram(data: Any) -> Iterator[Said]:
    for word in data["results"]["channels"][0]["alternatives"][0]["words"]:
        yield str(word.get("speaker", "")), word.get("punctuated_word", word["word"]), word["start"], word["end"]


def of_aws(data: Any) -> Iterator[Said]:
    results = data["results"]
    by_start = {
        item["start_time"]: item["speaker_label"]
        for segment in results.get("speaker_labels", {}).get("segments", [])
        for item in segment["items"]
    }
    words: list[list[Any]] = []
    for item in results["items"]:
        content = item["alternatives"][0]["content"]
        if item["type"] == "punctuation":
            words[-1][1] += content
        else:
            speaker = by_start.get(item["start_time"], "")
            words.append([speaker, content, float(item["start_time"]), float(item["end_time"])])
    return ((a, b, c, d) for a, b, c, d in words)


def of_oyez(data: Any) -> Iterator[Said]:
    for section in data["transcript"]["sections"]:
        for turn in section["turns"]:
            for block in turn["text_blocks"]:
                yield (turn["speaker"] or {"name": ""})["name"], block["text"], block["start"], block["stop"]


def of_vtt(path: Path) -> Iterator[Said]:
    """webvtt-py, which keeps one voice a cue and leaves entities."""
    for caption in webvtt.read(str(path)).captions:
        words = html.unescape(caption.text)
        yield caption.voice or "", words, _seconds(caption.start), _seconds(caption.end)


def _seconds(clock: str) -> float:
    parts = [float(part.replace(",", ".")) for part in clock.split(":")]
    return sum(part * 60**power for power, part in enumerate(reversed(parts)))


def of_srt(path: Path) -> Iterator[Said]:
    speaker = ""
    for cue in srt.parse(path.read_text(encoding="utf-8-sig")):
        label = re.match(r"([A-Z][a-z]+):\s", cue.content)
        if label:
            speaker = label[1]
        words = cue.content[label.end() :] if label else cue.content
        yield speaker, words, cue.start.total_seconds(), cue.end.total_seconds()


class _Cites(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tag = ""
        self.said: list[list[Any]] = []
        self.speaker = ""
        self.time: float | None = None

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tag = tag
        if tag == "p":
            self.said.append([self.speaker, "", self.time, None])

    def handle_endtag(self, tag: str) -> None:
        self.tag = ""

    def handle_data(self, data: str) -> None:
        if self.tag == "cite":
            self.speaker = data.strip().rstrip(":").strip()
        elif self.tag == "time":
            self.time = _seconds(data.strip())
        elif self.tag == "p":
            self.said[-1][1] += data


def of_html(path: Path) -> Iterator[Said]:
    parser = _Cites()
    parser.feed(path.read_text(encoding="utf-8"))
    return ((a, b, c, d) for a, b, c, d in parser.said)


def of_markdown(path: Path) -> Iterator[Said]:
    """A bold name begins a turn; the marks that Markdown hides are taken out of both sides by `_shown`."""
    speaker = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        label = re.match(r"\*\*((?!Break|Outro).+?):\*\*\s*", line)
        if label:
            speaker = label[1]
        if line.strip() and not line.startswith(("#", "---", "**Break:**", "**Outro:**")):
            yield speaker, line[label.end() :] if label else line, None, None


def of_otter(path: Path) -> Iterator[Said]:
    turns: list[list[Said]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        label = re.fullmatch(r"\*{0,2}([A-Z][\w .]*?)\*{0,2} {1,2}((?:\d+:)?\d+:\d\d)\s*", line)
        if label:
            turns.append([])
            speaker, start = label[1], _seconds(label[2])
        elif line.strip() and "otter.ai" not in line:
            turns[-1].append((speaker, line, start, None))
    if all(len(turn) == 1 for turn in turns[:-1]):  # where turns are one paragraph, one more at the end is nobody's
        turns[-1][1:] = [("", words, None, None) for _, words, _, _ in turns[-1][1:]]
    for turn in turns:
        yield from turn


JSONS: dict[str, Callable[[Any], Iterator[Said]]] = {
    "podcast20-json": of_podcast,
    "whisper-json": of_whisper,
    "assemblyai-json": of_assemblyai,
    "deepgram-json": of_deepgram,
    "aws-transcribe-json": of_aws,
    "oyez-json": of_oyez,
}
TEXTS: dict[str, Callable[[Path], Iterator[Said]]] = {
    "vtt-voice": of_vtt,
    "srt-speaker": of_srt,
    "podcast-html": of_html,
    "markdown-speaker": of_markdown,
    "otter-txt": of_otter,
}
EDGES: dict[str, Said | str] = {
    # Speaker, all words, first start, last end; or why the file is refused.
    "captions_with_bom.vtt": ("", "Caption text #1 Caption text #2 Caption text #3 Caption text #4", 0.5, 21.58),
    "comments.vtt": (
        "",
        # The dashes say that two people talk, and are not words.
        "Ta en kopp varmt te. Det är inte varmt. Har en kopp te. Det smakar som te. Ta en kopp",
        135,
        150,
    ),
    "cue_tags.vtt": ("", "When the moon hits your eye Like a big-a pizza pie That's amore", 16.5, 21.5),
    "empty.vtt": "the file is empty",
    "invalid.vtt": ("", " ".join(f"Caption text #{n}" for n in range(1, 8)), 0.5, 30.28),  # SubRip in all but name
    "invalid_timeframe.srt": ("", " ".join(f"Caption text #{n}" for n in range(1, 6)), 0.5, 23.88),
    "metadata_headers.vtt": ("", "Caption text #1 Caption text #2", 0.5, 11.89),
    "missing_caption_text.srt": ("", " ".join(f"Caption text #{n}" for n in (1, 3, 4, 5)), 0.5, 23.88),
    "missing_timeframe.vtt": ("", " ".join(f"Caption text #{n}" for n in (1, 3, 4, 5, 6, 7)), 0.5, 30.28),
    "no_captions.vtt": "no words were found",
    "sample.srt": ("", " ".join(f"Caption text #{n}" for n in range(1, 6)), 0.5, 23.88),
    "styles.vtt": ("", "- Hello world.", 0, 10),
    "using_identifiers.vtt": ("", " ".join(f"Caption text #{n}" for n in range(1, 7)), 0.5, 27.28),
    "youtube_dl.vtt": ("", "yeah what this will happen is I'm telling", 286.07, 305.069),
}


def second_way(name: str) -> list[Said]:
    path = SHARED / "formats" / name
    kind = path.parent.name
    if kind in JSONS:
        return list(JSONS[kind](json.loads(path.read_text(encoding="utf-8"))))
    if name.endswith("podnews_daily_2024-01-25.vtt"):
        # Times without minutes, which webvtt-py does not read.
        found = re.findall(r"(?m)^([\d:.]+) --> ([\d:.]+)\n<v (\w+)>(.*)$", path.read_text(encoding="utf-8"))
        return [(voice, html.unescape(words), _seconds(start), _seconds(end)) for start, end, voice, words in found]
    if kind == "edge-cases":
        edge = EDGES[path.name]
        return [] if isinstance(edge, str) else [edge]
    return list(TEXTS[kind](path))


def _shown(said: Iterable[tuple[str, str]], markdown: bool) -> list[tuple[str, str]]:
    """Neighbours joined; in Markdown without the marks that it hides."""
    if not markdown:
        return merged(said)
    return [(who, _plain(words)) for who, words in merged(said)]


def _plain(words: str) -> str:
    """Without times in brackets, the marks of Markdown, and the addresses of its links."""
    words = re.sub(r"\\?\[\d+:\d\d(?::\d\d)?(?:\.\d+)?\\?\]", "", words)
    return " ".join(re.sub(r"\[([^\[\]]*)\]\([^()]*\)|[*_\\\[\]]", r"\1", words).split())


@pytest.mark.parametrize("name", FILES)
def test_read_as_a_second_way_reads_it(name: str) -> None:
    """The same words by the same speakers, between the same times; every unit accounted for."""
    path = shared(f"formats/{name}")
    said = second_way(name)
    if not said:
        with pytest.raises(TranscriptError, match=str(EDGES[path.name])):
            read_file(path)
        return
    transcript, _ = read_file(path)
    markdown = b"**" in path.read_bytes()
    read = _shown(((turn.label, turn.text) for turn in transcript.utterances), markdown)
    assert read == _shown(((who, words) for who, words, _, _ in said), markdown)
    starts = [start for _, _, start, _ in said if start is not None]
    ends = [end for *_, end in said if end]  # Oyez ends its last block at 0
    assert transcript.utterances[0].start == (pytest.approx(starts[0], abs=0.001) if starts else None)
    if ends:
        read_ends = [piece.end for piece in transcript.utterances[-1].pieces if piece.end is not None]
        assert read_ends[-1] == pytest.approx(ends[-1], abs=0.001)
    transcript.report.check()


@pytest.mark.parametrize("name", FILES)
def test_every_sentence_is_at_its_place_by_its_speaker_alone(name: str) -> None:
    """The locator finds each sentence where the reader says, under the label of its speaker; others do not say it."""
    path = shared(f"formats/{name}")
    try:
        transcript, data = read_file(path)
    except TranscriptError:
        return
    holds, labels = family_of(data, transcript).holds, transcript.labels
    for turn in transcript.utterances:
        for start, end in itertools.islice(sentence_spans(turn.text), 40):
            place, text = turn.place_of(start, end), turn.text[start:end]
            assert holds(data, place, text, turn.label, labels), (place, text)
            # One word may well stand beside the same word by another, in the one item that both share.  Whether a label
            # carries over to words that have none is for the reader alone to say.
            if len(text.split()) > 3 and turn.attribution_of(start, end).how == NAMED:
                assert not any(holds(data, place, text, other, labels) for other in labels - {turn.label}), (
                    place,
                    text,
                )


@pytest.mark.parametrize(
    ("expected", "source"),
    [
        ("buzzcast_srt_parsed.json", "srt-speaker/buzzcast.srt"),
        ("buzzcast_json_parsed.json", "podcast20-json/buzzcast.json"),
    ],
)
def test_read_as_another_project_reads_it(expected: str, source: str) -> None:
    """What transcriptator's own tests expect of its parsers: the same speakers, words and times.

    Two differences, which are none of what is said: it keeps the line ends of a cue, which are folded here, and a cue
    of two lines has one time there and a piece a line here.  The third file that it expects, of podnews, is of a VTT
    that ../shared does not have.
    """
    segments = json.loads(shared(f"formats/expected/{expected}").read_text(encoding="utf-8"))["segments"]
    transcript, _ = read_file(shared(f"formats/{source}"))
    read = [(turn.label, turn.text) for turn in transcript.utterances]
    assert read == merged((segment["speaker"], segment["body"]) for segment in segments)
    pieces = [
        (round(piece.start or 0, 3), round(piece.end or 0, 3))
        for turn in transcript.utterances
        for piece in turn.pieces
    ]
    times = [(segment["startTime"], segment["endTime"]) for segment in segments]
    assert [time for time, _ in itertools.groupby(pieces)] == [time for time, _ in itertools.groupby(times)]


def test_every_expectation_is_compared_but_that_without_a_source() -> None:
    """Should the VTT of podnews come to ../shared, it must be compared too."""
    folder = shared("formats/expected")
    assert {path.name for path in folder.iterdir()} == {
        "buzzcast_srt_parsed.json",
        "buzzcast_json_parsed.json",
        "podnews_weekly_review_2024-01-19_vtt_parsed.json",
    }
    assert not any("2024-01-19" in name for name in FILES)


def test_no_file_is_forgotten() -> None:
    """Every file of the folder is compared."""
    shared("formats/MANIFEST.tsv")
    assert len(FILES) >= 40
