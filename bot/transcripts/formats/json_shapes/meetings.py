"""Records of meetings, calls and hearings: turns of people with names, a title and a date."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.transcripts.formats.json_shapes.about import date_of, language_of, names_by, title_of
from bot.transcripts.formats.json_shapes.shape import Found, Node, seconds_of, segment


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
            start=item.seconds("start_time", "startTime", "start"),
            end=item.seconds("end_time", "endTime", "end"),
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
    if not any(turn.label("speakerId", "speaker_id") for turn in turns):
        return None
    names = _gong_names(root)
    said = [
        replace(segment(sentence, 0.001), label=names.get(who, who))
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
