"""Round trips of invented talk through every format, with the noise that real files have.

Noise changes how a file is written and not what it says: byte-order marks, UTF-16, line ends, missing or wrong indexes,
odd hours, entities, tags, cues that overlap, blank lines, spaces at the end of lines, NBSP, keys nobody knows.
"""

from __future__ import annotations

import html
import itertools
import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.transcripts.formats import family_of, read_bytes
from tests.episode import Turn, timed
from tests.transcripts.formats.test_every_format import merged
from tests.writers import CODED, NAMED, UNNAMED, WRITERS, Writer, clock, hearing_name

NAMES = ("Ana Silva", "Tom O'Neil", "José Pérez", "Zoë Müller-Lyer", "Grace Hall", "Dr. Mary Ann Poe", "Kofi Adomako")
WORDS = (
    "the ferry went and nobody knew why it cost so much but she said no to them again because winter came late "
    "1,204 3.5 £40 50% 10:30 & < > it's isn't naïve São “so” (well) C++ e.g. — #1 a/b 18 per cent ... Ana Grace note"
).split()

EXAMPLES = int(os.environ.get("NOISE", "5"))
"""Talks for each of some ninety writers, always the same: `NOISE=100` looks for more, and for the smallest."""

_EVERYDAY = {} if "NOISE" in os.environ else {"derandomize": True, "phases": (Phase.generate,)}
few = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), **_EVERYDAY)


@st.composite
def talks(draw: st.DrawFn) -> tuple[Turn, ...]:
    """Eight to sixteen turns of two to four people, each of one to three sentences."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=4, unique=True))
    said: list[tuple[str, str]] = []
    # Everybody speaks, and more than once: a label that occurs once is no label to a careful reader.
    order = [*names, *names, *draw(st.lists(st.sampled_from(names), min_size=4, max_size=8))]
    for name in (name for name, _ in itertools.groupby(order)):
        sentences = [
            "So " + " ".join(words) + mark
            for words, mark in draw(
                st.lists(
                    st.tuples(st.lists(st.sampled_from(WORDS), min_size=2, max_size=9), st.sampled_from(".?!")),
                    min_size=1,
                    max_size=3,
                )
            )
        ]
        said.append((name, "\n".join(sentences)))
    return timed(said, breaks=draw(st.sampled_from([(), (2,), (2, 4)])))


def check(writer: Writer, data: bytes, turns: Sequence[Turn]) -> None:
    """The file says what was said, each turn is found again under its speaker and no other."""
    transcript = read_bytes(data, writer.file, writer.format)
    names = list(dict.fromkeys(turn.speaker for turn in turns))
    if writer.speakers == UNNAMED:
        called = dict.fromkeys(names, transcript.speakers[0])
    elif writer.speakers == CODED:
        assert len(transcript.speakers) == len(names)
        called = dict(zip(names, transcript.speakers, strict=True))
    else:
        called = {name: hearing_name(name) if writer.name == "hearing" else name for name in names}
    folded = [
        (speaker.casefold(), words) for speaker, words in merged((t.speaker, t.text) for t in transcript.utterances)
    ]
    assert folded == [
        (speaker.casefold(), words) for speaker, words in merged((called[t.speaker], t.text) for t in turns)
    ]
    holds = family_of(data, transcript).holds
    for utterance in transcript.utterances:
        assert holds(data, utterance.place, utterance.text, utterance.label, transcript.labels)
    for before, after in itertools.pairwise(transcript.utterances):
        assert before.label == after.label or not holds(
            data, before.place, f"{before.text} {after.text}", before.label, transcript.labels
        )
    if writer.starts is not None and writer.speakers != UNNAMED and writer.starts < 1:
        first = transcript.utterances[0]
        assert first.start == pytest.approx(turns[0].start, abs=writer.starts)


def writers(pattern: str) -> list[Writer]:
    return [writer for writer in WRITERS if re.search(pattern, writer.file)]


Change = Callable[[str], str]


def noisy(text: str, changes: Iterable[Change]) -> str:
    for change in changes:
        text = change(text)
    return text


def each_line(change: Change) -> Change:
    return lambda text: "\n".join(map(change, text.split("\n")))


# What may happen to any text file.  Encodings come last.
ENCODINGS: tuple[Callable[[str], bytes], ...] = (
    str.encode,
    lambda text: b"\xef\xbb\xbf" + text.encode(),
    lambda text: text.encode("utf-16"),
    lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    lambda text: text.replace("\n", "\r\n").encode(),
    lambda text: text.replace("\n", "\r\n").encode("utf-16"),
    lambda text: text.replace("\n", "\r").encode(),
    lambda text: text.encode("cp1252", "xmlcharrefreplace"),
    lambda text: text.encode("utf-16-le"),
)
LINES: tuple[Change, ...] = (
    each_line(lambda line: line + "  " if line.strip() else line),
    each_line(lambda line: line + "\t" if line.strip() else line),
    lambda text: text.rstrip("\n"),
    lambda text: text + "\n\n\n",
    lambda text: text.replace("\n\n", "\n\n\n"),
    lambda text: text.replace("so ", "so\u00a0"),
)


def some(changes: Sequence[Change]) -> st.SearchStrategy[list[Change]]:
    return st.lists(st.sampled_from(changes), max_size=3, unique=True)


def plain(writer: Writer, turns: Sequence[Turn]) -> str:
    return writer.write(turns).decode().replace("\r\n", "\n")


@pytest.mark.parametrize("writer", writers(r"\.(txt|md)$"), ids=str)
@few
@given(turns=talks(), changes=some(LINES), encode=st.sampled_from(ENCODINGS))
def test_labelled_text_survives_noise(
    writer: Writer, turns: tuple[Turn, ...], changes: list[Change], encode: Callable[[str], bytes]
) -> None:
    """Labelled text in all its shapes."""
    check(writer, encode(noisy(plain(writer, turns), changes)), turns)


TIMINGS = re.compile(r"^(\S+) --> (\S+)", re.MULTILINE)


def retimed(change: Callable[[str], str]) -> Change:
    return lambda text: TIMINGS.sub(lambda match: f"{change(match[1])} --> {change(match[2])}", text)


def overlap(text: str) -> str:
    """Each cue lasts a second longer, so that two are on the screen at once."""

    def longer(match: re.Match[str]) -> str:
        parts = [float(part.replace(",", ".")) for part in match[2].split(":")]
        seconds = sum(part * 60**power for power, part in enumerate(reversed(parts)))
        point = "," if "," in match[2] else "."
        return f"{match[1]} --> {clock(seconds + 1, 3, point, hours=len(parts) == 3)}"

    return TIMINGS.sub(longer, text)


SUBRIP: tuple[Change, ...] = (
    lambda text: re.sub(r"(?m)^\d+\n(?=\S+ -->)", "", text),
    lambda text: re.sub(r"(?m)^\d+\n(?=\S+ -->)", "1\n", text),
    lambda text: re.sub(r"(?m)^(\d+)\n(?=\S+ -->)", lambda match: f"{int(match[1]) - 1}\n", text),
    lambda text: re.sub(r"(?m)^(\d+)\n(?=\S+ -->)", lambda match: f" {match[1]} \n", text),
    lambda text: TIMINGS.sub(lambda match: match[0].replace(",", "."), text),
    lambda text: TIMINGS.sub(lambda match: match[0].replace(" --> ", "-->"), text),
    lambda text: TIMINGS.sub(lambda match: match[0].replace(" --> ", "  -->  "), text),
    lambda text: TIMINGS.sub(r"\g<0> X1:100 X2:200 Y1:100 Y2:200", text),
    retimed(lambda time: time.removeprefix("0")),
    retimed(lambda time: time.removeprefix("00:")),
    retimed(lambda time: "0" + time),
    overlap,
)


def wrapped(text: str) -> str:
    """The first words of a cue on one line, the rest after a break."""
    return re.sub(r"(?m)^(So(?: \S+){2}) (?=\S)", "\\1\n", text)


@pytest.mark.parametrize("writer", writers(r"\.srt$"), ids=str)
@few
@given(
    turns=talks(),
    changes=some((*LINES[:5], *SUBRIP, wrapped)),
    tag=st.sampled_from(["{}", "<i>{}</i>", "<b>{}</b>", '<font color="#ffff00">{}</font>', "{{\\an8}}{}"]),
    encode=st.sampled_from(ENCODINGS),
)
def test_subrip_survives_noise(
    writer: Writer, turns: tuple[Turn, ...], changes: list[Change], tag: str, encode: Callable[[str], bytes]
) -> None:
    """SubRip, with all that the players forgive."""
    text = noisy(plain(writer, turns), changes)
    if tag != "{}":
        text = re.sub(r"(?m)^(So .*)$", lambda match: tag.format(match[1]), text)
    check(writer, encode(text), turns)


VTT: tuple[Change, ...] = (
    lambda text: text.replace("WEBVTT\n", "WEBVTT - Low Tide: a talk\n", 1),
    lambda text: text.replace("WEBVTT\n", "WEBVTT\nKind: captions\nLanguage: en-GB\n", 1),
    lambda text: text.replace("\n\n", "\n\nNOTE made by hand: do not read\n\n", 1),
    lambda text: text.replace("\n\n", "\n\nSTYLE\n::cue(v[voice=Ana]) { color: red }\n\n", 1),
    lambda text: text.replace("\n\n", "\n\nREGION\nid:fred\nwidth:40%\n\n", 1),
    lambda text: TIMINGS.sub(r"\g<0> align:start position:10%,line-left size:35%", text),
    lambda text: re.sub(r"(?m)(?<=\n\n)(?=\S+ -->)", "intro - part 1\n", text),
    lambda text: re.sub(r"(?m)(?<=\n\n)(?=\S+ -->)", "7\n", text),
    retimed(lambda time: time.removeprefix("00:") if time.count(":") == 2 else time),
    retimed(lambda time: "0" + time if time.count(":") == 2 else time),
    lambda text: text.replace("&gt;", ">"),
    lambda text: text.replace("so ", "so&nbsp;"),
    lambda text: text.replace(" and ", " <i>and</i> "),
    lambda text: text.replace(" the ", " <c.yellow.bg_blue>the</c> "),
    lambda text: text.replace(" it ", " <00:00:01.000>it "),
    lambda text: re.sub("[£ïã]", lambda match: f"&#{ord(match[0])};", text),
    lambda text: re.sub("<v ", "<v.first.loud ", text),
    overlap,
)


@pytest.mark.parametrize("writer", [w for w in writers(r"\.vtt$") if w.name != "youtube_vtt"], ids=str)
@few
@given(turns=talks(), changes=some((*LINES, *VTT)), encode=st.sampled_from((*ENCODINGS[:7], ENCODINGS[8])))
def test_webvtt_survives_noise(
    writer: Writer, turns: tuple[Turn, ...], changes: list[Change], encode: Callable[[str], bytes]
) -> None:
    """WebVTT, as the recommendation allows it and a little beyond."""
    check(writer, encode(noisy(plain(writer, turns), changes)), turns)


def deep(value: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """A JSON value with a change made to every object."""
    if isinstance(value, dict):
        return change({key: deep(item, change) for key, item in value.items()})
    return [deep(item, change) for item in value] if isinstance(value, list) else value


JSON_NOISE: tuple[Callable[[dict[str, Any]], dict[str, Any]], ...] = (
    lambda item: item | {"x_vendor": None},
    lambda item: item | {"confidence": 0.5},
    lambda item: dict(reversed(item.items())),
    lambda item: {
        key: f" {value}\n" if key in ("body", "text") and "words" not in item else value for key, value in item.items()
    },
)


@pytest.mark.parametrize("writer", writers(r"\.json$"), ids=str)
@few
@given(
    turns=talks(),
    changes=st.lists(st.sampled_from(JSON_NOISE[:3]), max_size=2, unique=True),
    ascii_only=st.booleans(),
    indent=st.sampled_from([None, 0, 2, "\t"]),
    encode=st.sampled_from((*ENCODINGS[:7], ENCODINGS[8])),
)
def test_json_survives_noise(
    writer: Writer,
    turns: tuple[Turn, ...],
    changes: list[Callable[[dict[str, Any]], dict[str, Any]]],
    ascii_only: bool,
    indent: int | str | None,
    encode: Callable[[str], bytes],
) -> None:
    """The JSON of every service, however it is laid out, with keys that nobody knows."""
    data = json.loads(writer.write(turns))
    for change in changes:
        data = deep(data, change)
    check(writer, encode(json.dumps(data, ensure_ascii=ascii_only, indent=indent)), turns)


HTML: tuple[Change, ...] = (
    lambda text: re.sub("[£ïã“”é]", lambda match: f"&#x{ord(match[0]):x};", text),
    lambda text: text.replace("£", "&pound;").replace("—", "&mdash;").replace("é", "&eacute;"),
    lambda text: re.sub(r"<(/?)(cite|time|p)>", lambda match: f"<{match[1]}{match[2].upper()}>", text),
    lambda text: re.sub(r"<(cite|time|p)>", r'<\1 class="x" data-a=1>', text),
    lambda text: text.replace("<p>So ", "<p>\n      So\n"),
    lambda text: text.replace("<cite>", "<!-- turn: --><cite>"),
    lambda text: text.replace(" and ", " <em>and</em> "),
    lambda text: text.replace(" the ", "<br/>the "),
    lambda text: text.replace(" it ", '&nbsp;<a href="https://example.org/?a=1&b=2">it</a> '),
)


@pytest.mark.parametrize("writer", writers(r"\.html$"), ids=str)
@few
@given(turns=talks(), changes=some(HTML), encode=st.sampled_from((*ENCODINGS[:7], ENCODINGS[8])))
def test_html_survives_noise(
    writer: Writer, turns: tuple[Turn, ...], changes: list[Change], encode: Callable[[str], bytes]
) -> None:
    """Podcasting 2.0 HTML, by hand or by a browser."""
    check(writer, encode(noisy(plain(writer, turns), changes)), turns)


@pytest.mark.parametrize("writer", writers(r"\.docx$"), ids=str)
@few
@given(turns=talks())
def test_word_survives_noise(writer: Writer, turns: tuple[Turn, ...]) -> None:
    """Word files of meetings."""
    check(writer, writer.write(turns), turns)


def test_the_noise_is_none() -> None:
    """Hand-checked: noise leaves the words of a cue as they are."""
    assert overlap("00:00:01,500 --> 00:00:02,000") == "00:00:01,500 --> 00:00:03,000"
    assert html.unescape(noisy("São £1", [HTML[0]])) == "São £1"
    assert NAMED != CODED
