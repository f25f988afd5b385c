"""The JSON that transcription services and podcast hosts export: one small pure function a shape.

A shape looks at the root of a file and gives what is said in it, item by item, or None when the file is of another
shape.  It reads the coarsest list that has times and speakers; an utterance whose words name two speakers is divided.
What a shape does not read is found and reported by `exported_json`.

SHAPES is in the order in which they are tried: each is asked only for what those before it did not take.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from bot.transcripts.formats.text import fold_white, parse_time


@dataclass(frozen=True)
class Said:
    """What one speaker says in one item of a file.

    `place` is the item ("segments[12]"), `field` the texts that were read, whatever the item ("segments[].text").
    `label` is "" where nobody is named; times are seconds.  `close` joins the text to that before it as it stands,
    with no space between.  `undivided`: its words name other speakers, but are not those of its text.
    """

    place: str
    field: str
    text: str
    label: str = ""
    start: float | None = None
    end: float | None = None
    close: bool = False
    undivided: bool = False


@dataclass(frozen=True)
class Found:
    """What a shape found in a file.  See `bot.transcripts.transcript.Contents`."""

    said: Sequence[Said]
    title: str | None = None
    date: str | None = None
    language: str | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shape:
    key: str
    name: str
    find: Callable[[Node], Found | None]


class Node:
    """A value of the file and the path to it.  What is missing or of another type is an empty node.

    `kind` is the path without the numbers of items, but for those of alternatives, which are not read alike.
    """

    __slots__ = ("kind", "path", "value")

    def __init__(self, value: Any, path: str = "", kind: str = "") -> None:
        self.value = value
        self.path = path
        self.kind = kind

    def __getitem__(self, key: str) -> Node:
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Node(value, f"{self.path}.{key}" if self.path else key, f"{self.kind}.{key}" if self.kind else key)

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def __iter__(self) -> Iterator[Node]:
        """The items of a list; nothing else has any."""
        if isinstance(self.value, list):
            numbered = self.kind.endswith("alternatives")
            for at, value in enumerate(self.value):
                yield Node(value, f"{self.path}[{at}]", f"{self.kind}[{at}]" if numbered else f"{self.kind}[]")

    def first(self) -> Node:
        return next(iter(self), Node(None, f"{self.path}[0]"))

    def any_has(self, *keys: str) -> bool:
        """Whether some item of this list is an object with one of these keys."""
        items = self.value if isinstance(self.value, list) else []
        return any(isinstance(item, dict) and any(key in item for key in keys) for item in items)

    def text(self, *keys: str) -> str:
        """The value of the first of these keys that is a string with words, else ""."""
        return self._text(keys)[1]

    def said(self, *keys: str, label: str = "", start: float | None = None, end: float | None = None) -> Said:
        """The first of these keys that is a string with words, as said in this item."""
        key, text = self._text(keys)
        return Said(self.path, f"{self.kind}.{key}", text, label, start, end)

    def _text(self, keys: Sequence[str]) -> tuple[str, str]:
        for key in keys:
            value = self.value.get(key) if isinstance(self.value, dict) else None
            if isinstance(value, str) and value.strip():
                return key, value
        return keys[0], ""

    def label(self, *keys: str) -> str:
        """The first of these keys that names somebody: a string, a number, or an object with a name."""
        value = self.value if isinstance(self.value, dict) else {}
        return next((label for key in keys if key in value and (label := label_of(value[key]))), "")

    def seconds(self, *keys: str, unit: float = 1.0) -> float | None:
        """The first of these keys that is a time."""
        value = self.value if isinstance(self.value, dict) else {}
        return next((time for key in keys if key in value and (time := seconds_of(value[key], unit)) is not None), None)


def label_of(value: Any) -> str:
    """What a value calls a speaker: "" for nobody."""
    if isinstance(value, dict):
        return next(
            (label for key in ("name", "display_name", "label", "id") if (label := label_of(value.get(key)))), ""
        )
    if isinstance(value, str):
        return fold_white(value)
    if isinstance(value, float):
        return str(int(value)) if abs(value) < 1e15 and value == int(value) else ""  # 0.0, as table programs write 0
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


_CLOCK = re.compile(r"\d{1,9}(?::\d{1,2}){0,2}(?:[.,]\d{0,12})?s?")
_LONGEST = 1e7  # seconds, a hundred days: beyond it a number is no time in a recording


def seconds_of(value: Any, unit: float = 1.0) -> float | None:
    """Seconds of a number of `unit` seconds, or of a string ("0.49", "00:00:01,000"); None for anything else."""
    if isinstance(value, str) and _CLOCK.fullmatch(value.strip()):
        clock = value.strip().rstrip("s")
        value = parse_time(clock) / unit if ":" in clock else float(clock.replace(",", "."))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not abs(value) < _LONGEST / unit:  # nor NaN
        return None
    # 1234 ms are 1.234 s, not 1.2340000000000002.
    return round(max(value * unit, 0.0), 6) if unit != 1.0 else max(float(value), 0.0)


# ---- Words within a text


def align(text: str, words: Sequence[str]) -> list[int] | None:
    """Where each word begins in a text that is these words, with or without white space between; None if it is not."""
    starts: list[int] = []
    at = 0
    for word in words:
        while text[at : at + 1].isspace():
            at += 1
        if not text.startswith(word, at):
            return None
        starts.append(at)
        at += len(word)
    return None if text[at:].strip() else starts


def align_letters(text: str, words: Sequence[str]) -> list[int] | None:
    """As `align`, by letters and digits alone: the text may have other punctuation than the words.

    The signs right before a word belong to it if white space stands before them ("it? “No").
    """
    places = [at for at, sign in enumerate(text) if sign.isalnum()]
    spelt = ["".join(filter(str.isalnum, word)) for word in words]
    if "".join(text[at] for at in places) != "".join(spelt):
        return None
    starts: list[int] = []
    count = 0
    for word in spelt:
        if not word:
            starts.append(places[count - 1] + 1 if count else 0)
            continue
        at = places[count]
        after = places[count - 1] + 1 if count else 0
        white = max((n for n in range(after, at) if text[n].isspace()), default=None)
        starts.append(at if white is None else white + 1)
        count += len(word)
    return starts


def close_as_in(said: list[Said], text: str) -> list[Said]:
    """Words joined as the whole text joins them: some languages put no space between.  Unchanged if it is not them."""
    starts = align(text, [item.text.strip() for item in said])
    if starts is None:
        return said
    return [replace(item, close=at > 0 and not text[at - 1].isspace()) for item, at in zip(said, starts, strict=True)]


_WORD_KEYS = ("punctuated_word", "word", "text")


def by_speaker(item: Said, words: Node, label: Callable[[Node], str], unit: float = 1.0) -> list[Said]:
    """An item divided where its words name another speaker than the words before them.

    A word without a speaker is by that of the word before it.  An item whose words are not those of its text, letter by
    letter, stays whole; one that has no text is its words.
    """
    if not item.text and words.any_has(*_WORD_KEYS):
        item = replace(
            item,
            text=" ".join(word.text(*_WORD_KEYS).strip() for word in words),
            start=_first_start(list(words), unit) if item.start is None else item.start,
            end=_last_end(list(words), unit) if item.end is None else item.end,
        )
    if not isinstance(words.value, list) or not any(label(word) not in ("", item.label) for word in words):
        return [item]
    kept = [word for word in words if word.text(*_WORD_KEYS)]
    starts = align(item.text, [word.text(*_WORD_KEYS).strip() for word in kept])
    if not starts:
        kept = [word for word in kept if any(map(str.isalnum, word.text(*_WORD_KEYS)))]
        starts = align_letters(item.text, [word.text(*_WORD_KEYS) for word in kept])
    if not starts:
        return [replace(item, undivided=True)]
    speaking = item.label
    runs: list[tuple[str, int, list[Node]]] = []
    for word, at in zip(kept, starts, strict=True):
        speaking = label(word) or speaking
        if not runs or runs[-1][0] != speaking:
            runs.append((speaking, at, []))
        runs[-1][2].append(word)
    cuts = [0, *(at for _, at, _ in runs[1:]), len(item.text)]
    return [
        replace(item, text=item.text[at:end], label=who, start=_first_start(said, unit), end=_last_end(said, unit))
        for (who, _, said), (at, end) in zip(runs, itertools.pairwise(cuts), strict=True)
    ]


def _first_start(words: Sequence[Node], unit: float) -> float | None:
    return next((time for word in words if (time := word.seconds("start", unit=unit)) is not None), None)


def _last_end(words: Sequence[Node], unit: float) -> float | None:
    return next((time for word in reversed(words) if (time := word.seconds("end", unit=unit)) is not None), None)


_PAUSE = 1.0  # seconds of silence that end a phrase
_PHRASE_END = re.compile(r"[.!?…。！？]$")


def interleave(channels: Sequence[Sequence[Said]]) -> list[Said]:
    """The words of several channels in order of time, by phrases: people talk at once, and words would alternate."""
    phrases: list[tuple[float, list[Said]]] = []
    for channel in channels:
        latest, before = 0.0, None
        for item in channel:
            ended = before is None or (
                not item.close
                and bool(
                    _PHRASE_END.search(before.text)
                    or (item.start is not None and before.end is not None and item.start - before.end > _PAUSE)
                )
            )
            latest = max(latest, item.start or 0.0)  # so that no channel is put out of its own order
            if ended:
                phrases.append((latest, []))
            phrases[-1][1].append(item)
            before = item
    return [item for _, phrase in sorted(phrases, key=lambda phrase: phrase[0]) for item in phrase]


# Tolerated: seconds written as milliseconds.  Even the slowest talk has more than one character in five seconds.
_CHARACTERS_A_SECOND = 0.2
_MILLISECONDS = "its times are taken for milliseconds: as seconds, hardly anything would be said in them"


def in_milliseconds(said: Sequence[Said]) -> bool:
    """Whether times that were read as seconds must be milliseconds: integers so large that nobody would be talking."""
    times = [time for item in said for time in (item.start, item.end) if time is not None]
    characters = sum(len(item.text) for item in said)
    return bool(times) and all(time == int(time) for time in times) and max(times) * _CHARACTERS_A_SECOND > characters


def checked(said: list[Said], remarks: tuple[str, ...] = (), **about: Any) -> Found:
    """Found, with times in milliseconds made seconds."""
    if not in_milliseconds(said):
        return Found(said, remarks=remarks, **about)
    said = [
        replace(
            item,
            start=None if item.start is None else item.start / 1000,
            end=None if item.end is None else item.end / 1000,
        )
        for item in said
    ]
    return Found(said, remarks=(*remarks, _MILLISECONDS), **about)


# ---- What a file says of itself

# The names of languages that Whisper writes (`whisper/tokenizer.py`), where they are not codes.
_LANGUAGES = dict(
    pair.split(":")
    for pair in (
        "english:en chinese:zh german:de spanish:es russian:ru korean:ko french:fr japanese:ja portuguese:pt "
        "turkish:tr polish:pl catalan:ca dutch:nl arabic:ar swedish:sv italian:it indonesian:id hindi:hi "
        "finnish:fi vietnamese:vi hebrew:he ukrainian:uk greek:el malay:ms czech:cs romanian:ro danish:da "
        "hungarian:hu tamil:ta norwegian:no thai:th urdu:ur croatian:hr bulgarian:bg lithuanian:lt latin:la "
        "maori:mi malayalam:ml welsh:cy slovak:sk telugu:te persian:fa latvian:lv bengali:bn serbian:sr "
        "azerbaijani:az slovenian:sl kannada:kn estonian:et macedonian:mk breton:br basque:eu icelandic:is "
        "armenian:hy nepali:ne mongolian:mn bosnian:bs kazakh:kk albanian:sq swahili:sw galician:gl marathi:mr "
        "punjabi:pa sinhala:si khmer:km shona:sn yoruba:yo somali:so afrikaans:af occitan:oc georgian:ka "
        "belarusian:be tajik:tg sindhi:sd gujarati:gu amharic:am yiddish:yi lao:lo uzbek:uz faroese:fo pashto:ps "
        "turkmen:tk nynorsk:nn maltese:mt sanskrit:sa luxembourgish:lb myanmar:my tibetan:bo tagalog:tl "
        "malagasy:mg assamese:as tatar:tt hawaiian:haw lingala:ln hausa:ha bashkir:ba javanese:jw sundanese:su "
        "cantonese:yue"
    ).split()
)


def language_of(value: Any) -> str | None:
    """A language tag ("en", "pt-BR") of a code ("en_us") or a name ("english"); None for anything else."""
    if not isinstance(value, str):
        return None
    name = value.strip().casefold()
    tag = re.fullmatch(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?", _LANGUAGES.get(name, name))
    if not tag:
        return None
    return "-".join(part for part in (tag[1], (tag[2] or "").title(), (tag[3] or "").upper()) if part)


def date_of(value: Any) -> str | None:
    """The ISO date of a time stamp: ISO text, or milliseconds since 1970."""
    if isinstance(value, str) and re.fullmatch(r"\d{12,13}(?:\.0)?", value):
        value = float(value)
    try:
        if isinstance(value, str):
            return date.fromisoformat(value.strip()[:10]).isoformat()
        if isinstance(value, int | float) and not isinstance(value, bool) and 1e11 < value < 4e12:
            return datetime.fromtimestamp(value / 1000, UTC).date().isoformat()
    except ValueError:
        return None
    return None


def title_of(*nodes: Node) -> str | None:
    return next((fold_white(node.value) for node in nodes if isinstance(node.value, str) and node.value.strip()), None)


# ---- The shapes


def podcast(root: Node) -> Found | None:
    """Podcasting 2.0: {"version", "segments": [{"speaker", "startTime", "endTime", "body"}]}, seconds.

    Tolerated: the list by itself; text, start and end for body, startTime and endTime; times as strings.
    """
    segments = root if isinstance(root.value, list) else root["segments"]
    words = segments.any_has("body") or (segments.any_has("startTime") and segments.any_has("text"))
    if not words and not ("version" in root and isinstance(segments.value, list) and not segments.any_has("words")):
        return None
    said = [
        item.said(
            "body",
            "text",
            label=item.label("speaker"),
            start=item.seconds("startTime", "start"),
            end=item.seconds("endTime", "end"),
        )
        for item in segments
    ]
    carried, remarks = _carry(said)
    return checked(
        carried, remarks=remarks, title=title_of(root["title"]), language=language_of(root["language"].value)
    )


# As in captions: so many segments name nobody, and of the neighbours that both name somebody so few repeat a name.
_UNNAMED = 1 / 3
_REPEATED = 0.1


def _carry(said: list[Said]) -> tuple[list[Said], tuple[str, ...]]:
    """Segments without a name given to the speaker before them, in files that name a speaker only when it changes."""
    labels = [item.label for item in said]
    both = [(a, b) for a, b in itertools.pairwise(labels) if a and b]
    repeats = sum(a == b for a, b in both)
    if not any(labels) or labels.count("") < _UNNAMED * len(labels) or repeats > _REPEATED * len(both):
        return said, ()
    carried: list[Said] = []
    speaking = ""
    for item in said:
        speaking = item.label or speaking
        carried.append(replace(item, label=speaking) if item.text and not item.label else item)
    count = sum(a != b.label for a, b in zip(labels, carried, strict=True))
    return carried, (f"{count} segments without a speaker continue the one before them, as this file's habit is",)


def openai_diarized(root: Node) -> Found | None:
    """OpenAI's diarized_json: segments[{type: "transcript.text.segment", id, speaker, start, end, text}], seconds."""
    segments = root if isinstance(root.value, list) else root["segments"]
    if not (segments.any_has("type") and any(item["type"].value == "transcript.text.segment" for item in segments)):
        return None
    return Found([_segment(item) for item in segments], language=language_of(root["language"].value))


def _segment(item: Node, unit: float = 1.0) -> Said:
    """{start, end, text, speaker}, as many services write it."""
    return item.said(
        "text",
        label=item.label("speaker"),
        start=item.seconds("start", unit=unit),
        end=item.seconds("end", unit=unit),
    )


def _speaker(item: Node) -> str:
    return item.label("speaker")


# Members that no other service has.
_ASSEMBLYAI = (
    "audio_url",
    "acoustic_model",
    "language_model",
    "speech_model",
    "speech_models",
    "audio_duration",
    "language_confidence",
    "webhook_url",
    "webhook_status_code",
    "webhook_auth",
)


def assemblyai(root: Node) -> Found | None:
    """AssemblyAI: utterances[{speaker: "A", text, start, end, words}], milliseconds; null without speaker labels.

    Else what is the finest: `sentences` or `paragraphs` (the files of those names), `words`, `text`.  Tolerated: other
    services that have utterances, in seconds or milliseconds.
    """
    own = any(key in root for key in _ASSEMBLYAI)
    language = language_of(root["language_code"].value)
    for key in ("utterances", "sentences", "paragraphs"):
        if root[key].any_has("text") and (key == "utterances" or root[key].any_has("words")):
            unit = 0.001 if own and not _has_fractions(root[key]) else 1.0
            items = [by_speaker(_segment(item, unit), item["words"], _speaker, unit) for item in root[key]]
            said = [part for item in items for part in item]
            return Found(said, language=language) if unit != 1.0 else checked(said, language=language)
    own = own or "utterances" in root
    if own and root["words"].any_has("text"):
        words = [_segment(item, 0.001) for item in root["words"]]
        return Found(close_as_in(words, root.text("text")), language=language)
    if own and root.text("text"):
        return Found([Said("text", "text", root.text("text"))], language=language)
    return None


def _has_fractions(items: Node) -> bool:
    """Whether times have fractions: then they are seconds."""
    return any(isinstance(time := item["start"].value, float) and time % 1 for item in items)


def deepgram(root: Node) -> Found | None:
    """Deepgram: results.utterances[{speaker: 0, transcript, start, end, words}], else the words of each channel."""
    results = root["results"]
    channels = results["channels"]
    if not (channels.any_has("alternatives") or results["utterances"].any_has("transcript")):
        return None
    several = len({item["channel"].value for item in results["utterances"] if isinstance(item["channel"].value, int)})
    several = max(several, len(list(channels)))
    first = channels.first()
    language = first["detected_language"].value or first["alternatives"].first()["languages"].first().value
    if results["utterances"].any_has("transcript"):
        said = []
        for item in results["utterances"]:
            channel = item.label("channel") if several > 1 else ""
            turn = item.said(
                "transcript",
                label=_on_channel(channel, item.label("speaker")),
                start=item.seconds("start"),
                end=item.seconds("end"),
            )
            said += by_speaker(turn, item["words"], partial(_deepgram_speaker, channel))
        return Found(said, language=language_of(language))
    heard = [_deepgram_words(channel, str(at) if several > 1 else "") for at, channel in enumerate(channels)]
    return Found(interleave(heard) if several > 1 else heard[0], language=language_of(language))


def _deepgram_speaker(channel: str, word: Node) -> str:
    """Who says a word; "" where it does not say, so that the word before it does."""
    return _on_channel(channel, speaker) if (speaker := word.label("speaker")) else ""


def _on_channel(channel: str, speaker: str) -> str:
    """Speakers are numbered anew on each channel."""
    if not channel:
        return speaker
    return f"channel {channel}, speaker {speaker}" if speaker else f"channel {channel}"


def _deepgram_words(channel: Node, number: str) -> list[Said]:
    """The words of the first alternative of a channel, or its whole transcript where it has no words."""
    best = channel["alternatives"].first()
    if not best["words"].any_has("word", "punctuated_word"):
        return [replace(best.said("transcript", label=_on_channel(number, "")), place=best["transcript"].path)]
    words = [
        item.said(
            "punctuated_word",
            "word",
            label=_on_channel(number, item.label("speaker")),
            start=item.seconds("start"),
            end=item.seconds("end"),
        )
        for item in best["words"]
    ]
    return close_as_in(words, best.text("transcript"))


def rev(root: Node) -> Found | None:
    """Rev: monologues[{speaker, elements[{type, value, ts, end_ts}]}]; the values are joined as they are.

    Elements are text, punct (spaces too) or unknown ("<inaudible>").  Rev's people write `timestamp: "00:00:01,000"`
    and a list of `speakers` with their names, its machine `ts: 1.0` and sometimes `speaker_info`.
    """
    if not root["monologues"].any_has("elements"):
        return None
    names = names_by(root["speakers"], "id", "speaker")
    said = []
    for monologue in root["monologues"]:
        label = monologue["speaker_info"].label("display_name") or names.get(
            monologue.label("speaker"), monologue.label("speaker")
        )
        begun = False
        for element in monologue["elements"]:
            value = element["value"].value
            said.append(
                Said(
                    element.path,
                    f"{element.kind}.value",
                    value if isinstance(value, str) else "",
                    label,
                    element.seconds("ts", "timestamp"),
                    element.seconds("end_ts", "end_timestamp"),
                    close=begun,
                )
            )
            begun = begun or bool(said[-1].text.strip())
    return Found(said, language=language_of(root["language"].value))


def names_by(people: Node, *keys: str) -> dict[str, str]:
    """Names of a list of people by the label that one of these keys gives them."""
    return {person.label(*keys): name for person in people if (name := person.label("name", "display_name"))}


def aws(root: Node) -> Found | None:
    """AWS Transcribe: results.items[{type, start_time, alternatives[{content}]}], times as strings.

    Who says an item stands in the item, in `speaker_labels` by its time, or in `channel_labels`.  Punctuation has no
    time and is by whoever said the word before.  Without items: `audio_segments`, else the whole transcript.
    Its Call Analytics: Transcript[{ParticipantRole, Content, BeginOffsetMillis}].
    """
    if root["Transcript"].any_has("ParticipantRole"):
        return Found(list(map(_aws_call, root["Transcript"])), language=language_of(root["LanguageCode"].value))
    results = root["results"]
    language = language_of(root["language_code"].value or results["language_code"].value)
    channels = results["channel_labels"]["channels"]
    if channels.any_has("items"):
        heard = [_aws_items(channel["items"], {}, channel.label("channel_label")) for channel in channels]
        return Found(interleave(heard), language=language)
    if results["items"].any_has("alternatives"):
        said = _aws_items(results["items"], _aws_labels(results["speaker_labels"]))
        return Found(close_as_in(said, results["transcripts"].first().text("transcript")), language=language)
    for key in ("audio_segments", "transcripts"):
        if results[key].any_has("transcript"):
            said = [
                item.said(
                    "transcript",
                    label=item.label("speaker_label", "channel_label"),
                    start=item.seconds("start_time"),
                    end=item.seconds("end_time"),
                )
                for item in results[key]
            ]
            return Found(said, language=language)
    return None


def _aws_call(item: Node) -> Said:
    return item.said(
        "Content",
        label=item.label("ParticipantRole"),
        start=item.seconds("BeginOffsetMillis", unit=0.001),
        end=item.seconds("EndOffsetMillis", unit=0.001),
    )


def _aws_labels(labels: Node) -> dict[float, str]:
    """Who speaks from which second on."""
    return {
        start: label
        for segment in labels["segments"]
        for item in (segment, *segment["items"])
        if (start := item.seconds("start_time")) is not None and (label := item.label("speaker_label"))
    }


def _aws_items(items: Node, labels: dict[float, str], label: str = "") -> list[Said]:
    """What is said in items; `label` is that of the channel."""
    said: list[Said] = []
    speaking = ""
    for item in items:
        start = item.seconds("start_time")
        if own := label or item.label("speaker_label"):
            speaking = own
        elif start is not None:
            speaking = labels.get(start, "")
        words = item["alternatives"].first().said("content", label=speaking, start=start, end=item.seconds("end_time"))
        said.append(replace(words, place=item.path, close=item["type"].value == "punctuation"))
    return said


def fireflies(root: Node) -> Found | None:
    """Fireflies: sentences[{text, raw_text, start_time, end_time, speaker_name}]; the name may be null.

    Downloads are the list by itself, with sentence, startTime and endTime.
    """
    sentences = root if isinstance(root.value, list) else root["sentences"]
    if not sentences.any_has("speaker_name", "raw_text", "sentence") or not sentences.any_has(
        "text", "raw_text", "sentence"
    ):
        return None
    names = names_by(root["speakers"], "id")
    said = [
        item.said(
            "text",
            "sentence",
            "raw_text",
            label=item.label("speaker_name") or names.get(number, "" if "speaker_name" in item else number),
            start=item.seconds("start_time", "startTime"),
            end=item.seconds("end_time", "endTime"),
        )
        for item in sentences
        for number in [item.label("speaker_id")]
    ]
    day = date_of(root["date"].value) or date_of(root["dateString"].value)
    return Found(said, title_of(root["title"]), day)


def gong(root: Node) -> Found | None:
    """Gong: callTranscripts[].transcript[{speakerId, sentences[{start, end, text}]}], milliseconds.

    Names are those of the `parties`, wherever the file has them: the transcript itself has only their ids.
    """
    calls = list(root["callTranscripts"]) or [root]
    turns = [turn for call in calls for turn in call["transcript"]]
    if not any(turn["sentences"].any_has("text") for turn in turns):
        return None
    names = _gong_names(root)
    said = [
        replace(_segment(sentence, 0.001), label=names.get(who, who))
        for turn in turns
        for who in [turn.label("speakerId", "speaker_id")]
        for sentence in turn["sentences"]
    ]
    call = root["calls"].first()
    about = [call["metaData"], root["metaData"], root["call"]["metaData"], root["call"], root]
    several = len(calls)
    return Found(
        said,
        title_of(*(node["title"] for node in about)),
        next((day for node in about if (day := date_of(node["started"].value))), None),
        language_of(about[0]["language"].value),
        (f"{several} calls stand in it; they are read one after another",) if several > 1 else (),
    )


def _gong_names(root: Node) -> dict[str, str]:
    """Names by speakerId in every list of parties."""
    owners = [root, root["call"], *root["calls"], *root["callTranscripts"]]
    return {
        party.label("speakerId", "speaker_id"): name
        for owner in owners
        for party in owner["parties"]
        if (name := party.label("name", "emailAddress"))
    }


def read_ai(root: Node) -> Found | None:
    """Read.ai: transcript.speaker_blocks[{speaker{name}, words, start_time}], seconds since 1970."""
    blocks = root["transcript"]["speaker_blocks"]
    if not blocks.any_has("words"):
        return None
    began = _epoch_of(root["start_time"].value)
    said = [
        block.said(
            "words",
            label=block.label("speaker"),
            start=_since(began, block["start_time"].value),
            end=_since(began, block["end_time"].value),
        )
        for block in blocks
    ]
    return Found(said, title_of(root["title"]), date_of(root["start_time"].value))


def _epoch_of(value: Any) -> float | None:
    """Seconds since 1970 of an ISO time stamp, cut to the second as those of the blocks are."""
    try:
        return datetime.fromisoformat(value).timestamp() // 1 if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None


def _since(began: float | None, value: Any) -> float | None:
    if began is None or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return seconds_of(value - began) if abs(value) < 1e12 and value >= began else None


def oyez(root: Node) -> Found | None:
    """Oyez: transcript.sections[].turns[{speaker{name}, text_blocks[{text, start, stop}]}], seconds."""
    transcript = root["transcript"]
    if not any(section["turns"].any_has("text_blocks") for section in transcript["sections"]):
        return None
    said = [
        block.said("text", label=turn.label("speaker"), start=block.seconds("start"), end=block.seconds("stop", "end"))
        for section in transcript["sections"]
        for turn in section["turns"]
        for block in turn["text_blocks"]
    ]
    case, sitting = title_of(transcript["title"]), title_of(root["title"])
    return Found(said, f"{case}: {sitting}" if case and sitting else case or sitting, _date_in(sitting or ""))


def _date_in(title: str) -> str | None:
    """The date in "Oral Argument - November 04, 2025"."""
    if stands := re.search(r"[A-Z][a-z]+ \d{1,2}, \d{4}", title):
        try:
            return datetime.strptime(stands.group(), "%B %d, %Y").date().isoformat()
        except ValueError:
            return None
    return None


_PLAIN = frozenset("text task language duration usage logprobs segments words".split())


def whisper(root: Node) -> Found | None:
    """Whisper and WhisperX: segments[{start, end, text, speaker?, words[{word, start?, end?, speaker?}]}], seconds.

    Tolerated: the list by itself; whisper.cpp's `transcription` with offsets in milliseconds; the `chunks` (or
    `speakers`) of Hugging Face's pipeline with a pair of times; the whole text alone.
    """
    language = language_of(root["language"].value or root["result"]["language"].value)
    if root["transcription"].any_has("offsets", "timestamps"):
        return Found([_whisper_cpp(item) for item in root["transcription"]], language=language)
    for key in ("speakers", "chunks"):
        if root[key].any_has("timestamp") and root[key].any_has("text"):
            return Found([_chunk(item) for item in root[key]], language=language)
    segments = root if isinstance(root.value, list) else root["segments"]
    timed = segments.any_has("start", "speaker", "timestamp")
    if timed and (segments.any_has("text") or segments.any_has("words")):
        said = [part for item in segments for part in by_speaker(_segment(item), item["words"], _speaker)]
        return checked(said, language=language)
    if not root.path and root.text("text") and set(root.value) <= _PLAIN:
        return Found(_whisper_text(root), language=language)
    return None


def _whisper_text(root: Node) -> list[Said]:
    """The whole text, by sentences where its words have times."""
    text = root.text("text")
    words = [word for word in root["words"] if word.text("word")]
    starts = align_letters(text, [word.text("word") for word in words])
    if not starts:
        return [Said("text", "text", text)]
    said, begin = [], 0
    for at, (start, following) in enumerate(itertools.pairwise([*starts, len(text)])):
        if _PHRASE_END.search(text[start:following].rstrip()[-1:]) or following == len(text):
            said.append(
                Said(
                    "text",
                    "text",
                    text[starts[begin] if begin else 0 : following],
                    "",
                    words[begin].seconds("start"),
                    words[at].seconds("end"),
                )
            )
            begin = at + 1
    return said


def _whisper_cpp(item: Node) -> Said:
    times = item["offsets"]
    clock = item["timestamps"]
    start, end = times.seconds("from", unit=0.001), times.seconds("to", unit=0.001)
    return item.said(
        "text",
        label=item.label("speaker"),
        start=clock.seconds("from") if start is None else start,
        end=clock.seconds("to") if end is None else end,
    )


def _chunk(item: Node) -> Said:
    times = [seconds_of(time.value) for time in item["timestamp"]]
    start, end = [*times, None, None][:2]
    return item.said("text", label=item.label("speaker"), start=start, end=end)


SHAPES = (
    Shape("podcast-json", "Podcasting 2.0 JSON", podcast),
    Shape("openai-diarized", "OpenAI diarized JSON", openai_diarized),
    Shape("assemblyai", "AssemblyAI JSON", assemblyai),
    Shape("deepgram", "Deepgram JSON", deepgram),
    Shape("rev", "Rev JSON", rev),
    Shape("aws", "AWS Transcribe JSON", aws),
    Shape("fireflies", "Fireflies JSON", fireflies),
    Shape("gong", "Gong JSON", gong),
    Shape("read-ai", "Read.ai JSON", read_ai),
    Shape("oyez", "Oyez JSON", oyez),
    Shape("whisper", "Whisper JSON", whisper),
)
