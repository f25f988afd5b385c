"""Lists of segments, each with text, times and a speaker: podcast hosts and most programs that write what they hear.

Whether the times are seconds or milliseconds is not always said.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.transcripts.formats.json_shapes.about import language_of, title_of
from bot.transcripts.formats.json_shapes.records import Column, Record, columns_of
from bot.transcripts.formats.json_shapes.shape import Found, Node, Said, seconds_of, segment
from bot.transcripts.formats.json_shapes.speaking import SPEAKER, beside, rank_of, words_in
from bot.transcripts.formats.json_shapes.timing import times_of
from bot.transcripts.formats.json_shapes.words import PHRASE_END, align_letters, by_speaker, close_as_in
from bot.transcripts.formats.text import fold_white


def podcast(root: Node) -> Found | None:
    """Podcasting 2.0: {"version", "segments": [{"speaker", "startTime", "endTime", "body"}]}, seconds.

    Tolerated: the list by itself; text, start and end for body, startTime and endTime; times as strings.
    """
    segments = root if isinstance(root.value, list) else root["segments"]
    words = segments.any_has("body") or (segments.any_has("startTime") and segments.any_has("text"))
    if not words and not ("version" in root and isinstance(segments.value, list) and not segments.any_has("words")):
        return None
    if (unused := beside(segments, root, "speaker")) is None:
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
    said, heads = named_at_heads(said)
    carried, remarks = carry(said)
    return _checked(
        carried,
        remarks=(*heads, *remarks, *unused),
        title=title_of(root["title"]),
        language=language_of(root["language"].value),
    )


# As in captions: so many segments name nobody, and of the neighbours that both name somebody so few repeat a name.
_UNNAMED = 1 / 3
_REPEATED = 0.1


def carry(said: list[Said]) -> tuple[list[Said], tuple[str, ...]]:
    """Segments without a name given to the speaker before them, in files that name a speaker only when it changes."""
    labels = [item.label for item in said]
    both = [(a, b) for a, b in itertools.pairwise(labels) if a and b]
    repeats = sum(a == b for a, b in both)
    if not any(labels) or labels.count("") < _UNNAMED * len(labels) or repeats > _REPEATED * len(both):
        return said, ()
    carried: list[Said] = []
    speaking, below = "", 0
    for item in said:
        speaking, below = (item.label, 0) if item.label else (speaking, below + 1)
        named = item.text and not item.label and speaking
        carried.append(replace(item, label=speaking, carried=below) if named else item)
    count = sum(a != b.label for a, b in zip(labels, carried, strict=True))
    return carried, (f"{count} segments without a speaker continue the one before them, as this file's habit is",)


_TURNS = frozenset("turn speaker sprecher".split())
_CHANGES = frozenset("next change changed new wechsel sprecherwechsel".split())


def by_changes(said: list[Said], columns: Mapping[str, Column]) -> tuple[list[Said], tuple[str, ...]]:
    """Turns of somebody unnamed where a member marks a change of speaker, before an item or behind it ("next")."""
    for member, column in columns.items():
        words = set(words_in(member))
        if not (words & _CHANGES and (words & _TURNS or "sprecherwechsel" in words)):
            continue
        marks = {at for at, value in zip(column.at, column.values, strict=True) if value is True}
        if marks:
            before = 1 if "next" in words else 0
            turns = itertools.accumulate(int(at - before in marks) for at in range(len(said)))
            told = f"“{member}” marks changes of speaker: each begins a turn of somebody unnamed"
            return [replace(item, turn=turn) for item, turn in zip(said, turns, strict=True)], (told,)
    return said, ()


_HEAD = re.compile(r"\s*([^\W_][^:\n]{0,39}?)\s*:\s+(?=\S)")
_WIDEST = 42  # characters of a head with its colon
_HEADED = 0.5  # of the texts begin with a head


def named_at_heads(said: list[Said]) -> tuple[list[Said], tuple[str, ...]]:
    """Speakers that stand before the words ("Ana Silva: Yes."), where nobody else is named and most texts have one."""
    if not said or any(item.label for item in said):
        return said, ()
    found = [_HEAD.match(item.text) if ":" in item.text[:_WIDEST] else None for item in said]
    counts = Counter(fold_white(head[1]) for head in found if head)
    # A name that is said once has capitals; "It says here:" are words.
    known = {name for name, count in counts.items() if count > 1 or all(word[0].isupper() for word in name.split())}
    heads = [head if head and fold_white(head[1]) in known else None for head in found]
    names = [fold_white(head[1]) for head in heads if head]
    texts = sum(1 for item in said if item.text.strip())
    if len(names) < max(3, _HEADED * texts) or len(known) * 2 > len(names) or any(map(str.isdecimal, known)):
        return said, ()
    told = f"{len(names)} texts begin with a name and a colon, which is taken for their speaker"
    named = [
        replace(item, label=fold_white(head[1]), text=item.text[head.end() :]) if head else item
        for item, head in zip(said, heads, strict=True)
    ]
    return named, (told,)


def openai_diarized(root: Node) -> Found | None:
    """OpenAI's diarized_json: segments[{type: "transcript.text.segment", id, speaker, start, end, text}], seconds."""
    segments = root if isinstance(root.value, list) else root["segments"]
    if not (segments.any_has("type") and any(item["type"].value == "transcript.text.segment" for item in segments)):
        return None
    if beside(segments, root, "speaker") is None:
        return None
    return Found([segment(item) for item in segments], language=language_of(root["language"].value))


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
            if beside(root[key], root, "speaker") is None:
                return None
            unit = 0.001 if own and not _has_fractions(root[key]) else 1.0
            items = [by_speaker(segment(item, unit), item["words"], _speaker, unit) for item in root[key]]
            said = [part for item in items for part in item]
            return Found(said, language=language) if unit != 1.0 else _checked(said, language=language)
    own = own or "utterances" in root
    if own and root["words"].any_has("text"):
        words = [segment(item, 0.001) for item in root["words"]]
        return Found(close_as_in(words, root.text("text")), language=language)
    if own and root.text("text"):
        return Found([Said("text", "text", root.text("text"))], language=language)
    return None


def _has_fractions(items: Node) -> bool:
    """Whether times have fractions: then they are seconds."""
    return any(isinstance(time := item["start"].value, float) and time % 1 for item in items)


_PLAIN = frozenset("text task language duration usage logprobs segments words".split())


def whisper(root: Node) -> Found | None:
    """Whisper and WhisperX: segments[{start, end, text, speaker?, words[{word, start?, end?, speaker?}]}], seconds.

    Tolerated: the list by itself; whisper.cpp's `transcription` with offsets in milliseconds; the `chunks` (or
    `speakers`) of Hugging Face's pipeline with a pair of times; the whole text alone.
    """
    language = language_of(root["language"].value or root["result"]["language"].value)
    if root["transcription"].any_has("offsets", "timestamps"):
        if (unused := beside(root["transcription"], root, "speaker")) is None:
            return None
        said, told = _by_changes_of(root["transcription"])
        return Found(said, language=language, remarks=(*unused, *told))
    for key in ("speakers", "chunks"):
        if root[key].any_has("timestamp") and root[key].any_has("text"):
            if root[key].any_has("speaker") and beside(root[key], root, "speaker") is None:
                return None
            return Found([_chunk(item) for item in root[key]], language=language)
    segments = root if isinstance(root.value, list) else root["segments"]
    timed = segments.any_has("start", "speaker", "timestamp")
    if timed and (segments.any_has("text") or segments.any_has("words")):
        if (unused := beside(segments, root, "speaker")) is None or _has_other_times(segments):
            return None
        said = [part for item in segments for part in by_speaker(segment(item), item["words"], _speaker)]
        said, heads = named_at_heads(said)
        if not any(item.label for item in said) and _tells_times_of_speakers(root, segments):
            return None
        return _checked(said, language=language, remarks=(*unused, *heads))
    if not root.path and root.text("text") and set(root.value) <= _PLAIN:
        return Found(_whisper_text(root), language=language)
    return None


def _tells_times_of_speakers(root: Node, segments: Node) -> bool:
    """Whether another list says who speaks from when to when: its first item names a speaker and no words."""
    for value in root.value.values() if isinstance(root.value, dict) else ():
        first = value[0] if isinstance(value, list) and len(value) > 1 and value is not segments.value else None
        silent = isinstance(first, dict) and not {"text", "word", "words"} & first.keys()
        if silent and any(rank_of(key) == SPEAKER for key in first or ()):
            return True
    return False


def _has_other_times(segments: Node) -> bool:
    """Whether segments have texts and times, but not those of Whisper."""
    if segments.any_has("start", "end"):
        return False
    items = list(segments) if segments.any_has("text") else [word for item in segments for word in item["words"]]
    if any("start" in item for item in items):
        return False
    values = [item.value for item in items if isinstance(item.value, dict)]
    counts = [len(str(value.get("text", "")).split()) for value in values]
    columns = columns_of([Record("", "", "", value) for value in values])
    return times_of(columns, ("text", "word"), counts, [0] * len(counts)) is not None


def _whisper_text(root: Node) -> list[Said]:
    """The whole text, by sentences where its words have times."""
    text = root.text("text")
    words = [word for word in root["words"] if word.text("word")]
    starts = align_letters(text, [word.text("word") for word in words])
    if not starts:
        return [Said("text", "text", text)]
    said, begin = [], 0
    for at, (start, following) in enumerate(itertools.pairwise([*starts, len(text)])):
        if PHRASE_END.search(text[start:following].rstrip()[-1:]) or following == len(text):
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


def _by_changes_of(items: Node) -> tuple[list[Said], tuple[str, ...]]:
    """The segments of whisper.cpp, parted where it heard another speaker, if it names none."""
    said = [_whisper_cpp(item) for item in items]
    if any(item.label for item in said):
        return said, ()
    return by_changes(
        said, columns_of([Record("", "", "", n.value if isinstance(n.value, dict) else {}) for n in items])
    )


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


# Tolerated: seconds written as milliseconds.  Even the slowest talk has more than one character in five seconds.
_CHARACTERS_A_SECOND = 0.2
_MILLISECONDS = "its times are taken for milliseconds: as seconds, hardly anything would be said in them"


def _in_milliseconds(said: Sequence[Said]) -> bool:
    """Whether times that were read as seconds must be milliseconds: integers so large that nobody would be talking."""
    times = [time for item in said for time in (item.start, item.end) if time is not None]
    characters = sum(len(item.text) for item in said)
    return bool(times) and all(time == int(time) for time in times) and max(times) * _CHARACTERS_A_SECOND > characters


def _checked(said: list[Said], remarks: tuple[str, ...] = (), **about: Any) -> Found:
    """Found, with times in milliseconds made seconds."""
    if not _in_milliseconds(said):
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
