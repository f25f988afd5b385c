"""Words or signs, each with its own time, as recognisers of speech write them; some have a channel for each speaker.

What is said is put together from them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from bot.transcripts.formats.json_shapes.about import language_of, names_by
from bot.transcripts.formats.json_shapes.shape import Found, Node, Said
from bot.transcripts.formats.json_shapes.words import by_speaker, close_as_in, interleave


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
        words = item["alternatives"].first().said("content")
        close = item["type"].value == "punctuation"
        said.append(Said(item.path, words.field, words.text, speaking, start, item.seconds("end_time"), close))
    return said
