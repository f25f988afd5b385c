"""Reading the JSON of transcription services: every shape, every text accounted for, and only speech read as speech."""

from __future__ import annotations

import itertools
import json
import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import TranscriptError
from bot.speakers.names import is_machine_label
from bot.transcripts.formats import detect, family_of, format_of, read_bytes
from bot.transcripts.formats.json_shapes import SHAPES
from bot.transcripts.transcript import UNNAMED_SPEAKER, Transcript
from bot.words.sentences import sentence_spans
from tests.conftest import SHARED, shared


def read(value: Any, **dumps: Any) -> Transcript:
    """The transcript of a value as JSON, after each sentence was found by the locator, under its own label alone."""
    return _checked(json.dumps(value, **dumps).encode())


def _checked(data: bytes, name: str = "talk.json") -> Transcript:
    transcript = read_bytes(data, name)
    holds, labels = family_of(data, transcript).holds, transcript.labels
    for turn in transcript.utterances:
        for start, end in sentence_spans(turn.text):
            place, words = turn.place_of(start, end), turn.text[start:end]
            assert holds(data, place, words, turn.label, labels), (place, words)
            assert [label for label in labels if holds(data, place, words, label, labels)] == [turn.label], words
            assert not holds(data, place, f"{words} never", turn.label, labels)
    assert Transcript.from_json(transcript.to_json()) == transcript
    assert transcript.report.check()
    return transcript


def turns(transcript: Transcript) -> list[tuple[str, str]]:
    return [(turn.label, turn.text) for turn in transcript.utterances]


def times(transcript: Transcript) -> list[tuple[float | None, float | None]]:
    return [(turn.start, turn.end) for turn in transcript.utterances]


# ---- Writers: a talk of (label, words) as each service writes it.  A word takes half a second, a turn has no pause.

Talk = list[tuple[str, str]]
Timed = list[tuple[str, list[tuple[str, float, float]]]]


def timed(talk: Talk) -> Timed:
    clock = itertools.count()
    return [
        (label, [(word, at / 2, at / 2 + 0.5) for word, at in zip(words.split(), clock, strict=False)])
        for label, words in talk
    ]


def words_of(said: list[tuple[str, float, float]], **keys: Any) -> list[dict[str, Any]]:
    return [{"word": word, "start": start, "end": end, **keys} for word, start, end in said]


def joined(said: list[tuple[str, float, float]]) -> str:
    return " ".join(word for word, _, _ in said)


def as_podcast(talk: Talk) -> Any:
    segments = [
        {"speaker": label, "startTime": start, "endTime": end, "body": word}
        for label, said in timed(talk)
        for word, start, end in said
    ]
    return {"version": "1.0.0", "segments": segments}


def as_podcast_variant(talk: Talk) -> Any:
    segments = [
        {"speaker": label, "start": f"{said[0][1]:.3f}", "end": f"{said[-1][2]:.3f}", "text": joined(said)}
        for label, said in timed(talk)
    ]
    return {"version": "1.0.0", "segments": segments}


def as_whisperx(talk: Talk) -> Any:
    segments = [
        {
            "start": s[0][1],
            "end": s[-1][2],
            "text": f" {joined(s)}",
            "words": words_of(s, speaker=label),
            "speaker": label,
        }
        for label, s in timed(talk)
    ]
    return {"segments": segments, "word_segments": [w for s in segments for w in s["words"]], "language": "en"}


def as_whisperx_of_one_segment(talk: Talk) -> Any:
    """All in one segment, whose speaker is the first one's: who speaks stands at the words."""
    segments = as_whisperx(talk)["segments"]
    whole = {
        "start": 0.0,
        "end": segments[-1]["end"],
        "text": "".join(segment["text"] for segment in segments),
        "words": [word for segment in segments for word in segment["words"]],
        "speaker": talk[0][0],
    }
    return {"segments": [whole], "language": "en"}


def as_openai(talk: Talk) -> Any:
    segments = [
        {
            "type": "transcript.text.segment",
            "id": f"seg_{at}",
            "start": s[0][1],
            "end": s[-1][2],
            "text": joined(s),
            "speaker": label,
        }
        for at, (label, s) in enumerate(timed(talk))
    ]
    return {"task": "transcribe", "duration": 9.0, "text": " ".join(words for _, words in talk), "segments": segments}


def as_assemblyai(talk: Talk) -> Any:
    utterances = [
        {
            "speaker": label,
            "text": joined(said),
            "confidence": 0.9,
            "start": int(said[0][1] * 1000),
            "end": int(said[-1][2] * 1000),
            "words": [
                {"text": w, "start": int(a * 1000), "end": int(b * 1000), "confidence": 0.9, "speaker": label}
                for w, a, b in said
            ],
        }
        for label, said in timed(talk)
    ]
    words = [word for utterance in utterances for word in utterance["words"]]
    text = " ".join(words for _, words in talk)
    return {
        "id": "1",
        "status": "completed",
        "audio_url": "",
        "language_code": "en_us",
        "text": text,
        "words": words,
        "utterances": utterances,
    }


def as_assemblyai_words(talk: Talk) -> Any:
    return as_assemblyai(talk) | {"utterances": None}


def as_deepgram(talk: Talk) -> Any:
    utterances = [
        {
            "start": said[0][1],
            "end": said[-1][2],
            "channel": 0,
            "transcript": joined(said),
            "words": [
                {"word": w.lower().strip(".,?!"), "start": a, "end": b, "speaker": label, "punctuated_word": w}
                for w, a, b in said
            ],
            "speaker": label,
        }
        for label, said in timed(talk)
    ]
    words = [word for utterance in utterances for word in utterance["words"]]
    best = {"transcript": " ".join(words for _, words in talk), "words": words}
    results = {"channels": [{"alternatives": [best], "detected_language": "en"}], "utterances": utterances}
    return {"metadata": {"created": "2023-11-02T12:59:59.945Z", "channels": 1}, "results": results}


def as_deepgram_words(talk: Talk) -> Any:
    whole = as_deepgram(talk)
    del whole["results"]["utterances"]
    return whole


def as_rev(talk: Talk) -> Any:
    monologues = []
    for label, said in timed(talk):
        elements: list[dict[str, Any]] = []
        for word, start, end in said:
            bare = word.rstrip(".,?!") or word
            elements.append({"type": "text", "value": bare, "ts": start, "end_ts": end, "confidence": 1.0})
            elements.append({"type": "punct", "value": f"{word[len(bare) :]} "})
        elements[-1]["value"] = elements[-1]["value"].strip()
        monologues.append({"speaker": label, "elements": elements})
    return {"monologues": monologues}


def as_aws(talk: Talk, labels_at_items: bool = False) -> Any:
    items: list[dict[str, Any]] = []
    segments = []
    for label, said in timed(talk):
        first = len(items)
        for word, start, end in said:
            bare = word.rstrip(".,?!") or word
            one = {
                "start_time": f"{start:.2f}",
                "end_time": f"{end:.2f}",
                "alternatives": [{"confidence": "1.0", "content": bare}],
            }
            items.append({**one, "type": "pronunciation"} | ({"speaker_label": label} if labels_at_items else {}))
            if word != bare:
                items.append(
                    {"alternatives": [{"confidence": "0.0", "content": word[len(bare) :]}], "type": "punctuation"}
                )
        own = [
            {"start_time": i["start_time"], "speaker_label": label, "end_time": i["end_time"]}
            for i in items[first:]
            if "start_time" in i
        ]
        segments.append(
            {"start_time": own[0]["start_time"], "speaker_label": label, "end_time": own[-1]["end_time"], "items": own}
        )
    results = {
        "transcripts": [{"transcript": " ".join(words for _, words in talk)}],
        "items": items,
        "language_code": "en-US",
    }
    return {
        "jobName": "job",
        "status": "COMPLETED",
        "results": results | {"speaker_labels": {"speakers": 2, "segments": segments}},
    }


def as_new_aws(talk: Talk) -> Any:
    """With labels in the items, and the audio segments that newer jobs add."""
    whole = as_aws(talk, labels_at_items=True)
    whole["results"]["audio_segments"] = [
        {"id": at, "transcript": words, "start_time": "0.0", "end_time": "1.0", "items": [at], "speaker_label": label}
        for at, (label, words) in enumerate(talk)
    ]
    return whole


def as_fireflies(talk: Talk) -> Any:
    sentences = [
        {
            "index": at,
            "text": joined(said),
            "raw_text": joined(said).lower(),
            "start_time": said[0][1],
            "end_time": said[-1][2],
            "speaker_id": 0,
            "speaker_name": label,
        }
        for at, (label, said) in enumerate(timed(talk))
    ]
    whole = {
        "title": "Weekly",
        "date": 1683504000000,
        "sentences": sentences,
        "summary": {"overview": "They met, and nobody said any of this."},
    }
    return {"data": {"transcript": whole}}


def as_gong(talk: Talk) -> Any:
    people = {label: str(10**18 + at) for at, label in enumerate(dict.fromkeys(label for label, _ in talk))}
    transcript = [
        {
            "speakerId": people[label],
            "topic": "Small talk",
            "sentences": [{"start": int(said[0][1] * 1000), "end": int(said[-1][2] * 1000), "text": joined(said)}],
        }
        for label, said in timed(talk)
    ]
    parties = [{"id": "7", "name": label, "speakerId": number} for label, number in people.items()]
    call = {"metaData": {"title": "Kick-off", "started": "2023-05-08T10:00:00Z"}, "parties": parties}
    return {"requestId": "r", "callTranscripts": [{"callId": "7", "transcript": transcript}], "calls": [call]}


def as_oyez(talk: Talk) -> Any:
    turns = [
        {
            "start": said[0][1],
            "stop": said[-1][2],
            "speaker": {"ID": 1, "name": label},
            "text_blocks": [{"start": said[0][1], "stop": said[-1][2], "text": f" {joined(said)} "}],
        }
        for label, said in timed(talk)
    ]
    return {
        "id": 1,
        "title": "Oral Argument - May 08, 2023",
        "transcript": {"title": "A v. B", "sections": [{"turns": turns[:1]}, {"turns": turns[1:]}]},
    }


WRITERS: dict[str, tuple[str, Callable[[Talk], Any]]] = {
    writer.__name__: (key, writer)
    for key, writer in [
        ("podcast-json", as_podcast),
        ("podcast-json", as_podcast_variant),
        ("whisper", as_whisperx),
        ("whisper", as_whisperx_of_one_segment),
        ("openai-diarized", as_openai),
        ("assemblyai", as_assemblyai),
        ("assemblyai", as_assemblyai_words),
        ("deepgram", as_deepgram),
        ("deepgram", as_deepgram_words),
        ("rev", as_rev),
        ("aws", as_aws),
        ("aws", as_new_aws),
        ("fireflies", as_fireflies),
        ("gong", as_gong),
        ("oyez", as_oyez),
    ]
}

TALK = [
    ("Ana Silva", "Welcome back, everybody. It fell by 18.5 per cent: why?"),
    ("Tom", "Nobody knows. “We” don’t, do we?"),
    ("Ana Silva", "Note: I asked first!"),
    ("Łukasz", "Yes."),
]


@pytest.mark.parametrize("name", WRITERS)
def test_one_talk_in_every_shape(name: str) -> None:
    """The same speakers, words and times whatever service wrote them, in a file with a name that says nothing."""
    key, write = WRITERS[name]
    transcript = read(write(TALK))
    assert (transcript.report.family, transcript.report.why) == (key, "by its content")
    assert turns(transcript) == TALK
    assert times(transcript) == [(0.0, 5.0), (5.0, 8.0), (8.0, 10.0), (10.0, 10.5)]
    assert not transcript.report.remarks


@pytest.mark.parametrize("name", WRITERS)
def test_a_slice_knows_its_own_item_and_times(name: str) -> None:
    """Where words have places and times of their own, a quote has them, else those of the item around it."""
    turn = read(WRITERS[name][1](TALK)).utterances[0]
    start = turn.text.index("It fell")
    time = turn.time_of(start, len(turn.text))
    by_words = name in ("as_podcast", "as_assemblyai_words", "as_deepgram_words", "as_rev", "as_aws", "as_new_aws")
    assert time == ((1.5, 5.0) if by_words else (0.0, 5.0))


LABELS = st.sampled_from(["Ana Silva", "SPEAKER_01", "José Pérez (Guest)", "田中", "B", "7"])
WORD = st.text("abcXYZ0é&<>#*:[](){}'\"\\/-,.?!", min_size=1, max_size=8).filter(lambda word: re.search(r"\w", word))
TALKS = st.lists(st.tuples(LABELS, st.lists(WORD, min_size=1, max_size=12).map(" ".join)), min_size=1, max_size=8).map(
    lambda talk: [next(same) for _, same in itertools.groupby(talk, key=lambda turn: turn[0])]
)


@given(
    TALKS,
    st.sampled_from(sorted(WRITERS)),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.booleans(),
    st.integers(0, 4),
)
def test_round_trip(talk: Talk, name: str, codec: str, ascii: bool, indent: int) -> None:
    """What is written is read back word for word, in any encoding and layout, and is found again where it stands."""
    key, write = WRITERS[name]
    data = json.dumps(write(talk), ensure_ascii=ascii, indent=indent or None).replace("\n", "\r\n").encode(codec)
    transcript = read_bytes(data, "talk.json")
    assert transcript.report.family == key
    assert turns(transcript) == talk
    holds = family_of(data, transcript).holds
    for turn in transcript.utterances:
        assert holds(data, turn.place, turn.text, turn.label, transcript.labels)
        assert not holds(data, turn.place, f"{turn.text} never", turn.label, transcript.labels)


def reasons(transcript: Transcript) -> dict[str, str]:
    return {str(item.place): item.reason for item in transcript.report.unspoken}


# ---- What is not speech


def test_what_repeats_or_tells_of_the_speech_is_reported_and_not_read() -> None:
    """The whole text again, words beside utterances, summaries, chapters, sentiments: each with its reason."""
    whole = as_assemblyai(TALK) | {
        "summary": "They talk about a fall.",
        "chapters": [{"gist": "Fall", "headline": "A fall of some per cent."}, {"gist": "End", "headline": "It ends."}],
        "sentiment_analysis_results": [{"text": TALK[0][1], "sentiment": "NEUTRAL"}],
        "webhook_url": "https://a.example/this is no text of anybody at all",
    }
    found = reasons(read(whole))
    assert found.pop("webhook_url") == "text beside the transcript"
    assert found == {
        "text": "the same words again",
        "words[].text": "the same words again",
        "utterances[].words[].text": "the same words again",
        "summary": "text beside the transcript",
        "chapters[].gist": "text beside the transcript",
        "chapters[].headline": "text beside the transcript",
        "sentiment_analysis_results[].text": "the same words again",
    }
    assert reasons(read(as_fireflies(TALK))) == {
        "data.transcript.sentences[].raw_text": "the same words again",
        "data.transcript.summary.overview": "text beside the transcript",
    }


def test_other_hearings_are_not_read() -> None:
    """A second alternative is what might have been said instead."""
    whole = as_deepgram_words(TALK)
    whole["results"]["channels"][0]["alternatives"].append({"transcript": "Welcome bag, everybody."})
    found = reasons(read(whole))
    assert found["results.channels[].alternatives[1].transcript"] == "another hearing of the same words"


def test_items_without_words_are_reported_singly() -> None:
    """Empty, missing and wrong texts are items of the file all the same."""
    segments = [{"start": 0, "end": 1, "text": text} for text in ("Hello.", "", "  ", None, 5, ["x"])] + ["what", None]
    transcript = read({"segments": segments})
    assert transcript.report.by_reason() == {"no words": 7, "text beside the transcript": 1}
    assert (transcript.report.units, transcript.report.speech) == (9, 1)
    assert turns(transcript) == [("", "Hello.")]


def test_a_member_that_stands_twice_loses_nothing() -> None:
    """JSON takes the last of two members with one name; the first is reported."""
    data = b'{"segments": [{"start": 0, "end": 1, "text": "One or two words.", "text": "Three."}]}'
    transcript = _checked(data)
    assert turns(transcript) == [("", "Three.")]
    assert reasons(transcript) == {"segments[].text (3)": "text beside the transcript"}


# ---- Speakers


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (0, ("0", "Speaker 0")),
        (0.0, ("0", "Speaker 0")),
        ("A", ("A", "Speaker A")),
        ("SPEAKER_00", ("SPEAKER_00", "SPEAKER_00")),
        (" Ana  Silva\n", ("Ana Silva", "Ana Silva")),
        ({"name": "Ana"}, ("Ana", "Ana")),
        (None, ("", UNNAMED_SPEAKER)),
        ("", ("", UNNAMED_SPEAKER)),
        (True, ("", UNNAMED_SPEAKER)),
        ([], ("", UNNAMED_SPEAKER)),
    ],
)
def test_what_a_speaker_is_called(label: Any, expected: tuple[str, str]) -> None:
    """A number or letter that a machine gave is called a speaker; nothing is nobody."""
    transcript = read(
        {"version": "1.0.0", "segments": [{"speaker": label, "startTime": 0, "endTime": 1, "body": "Yes."}]}
    )
    turn = transcript.utterances[0]
    assert (turn.label, turn.speaker) == expected
    assert is_machine_label(turn.speaker) == turn.speaker.lower().startswith("speaker")


def podcast_of(*said: tuple[str | None, str]) -> Any:
    segments = [
        {"startTime": at, "endTime": at + 1, "body": words} | ({} if label is None else {"speaker": label})
        for at, (label, words) in enumerate(said)
    ]
    return {"version": "1.0.0", "segments": segments}


def test_a_segment_without_a_text_is_its_words() -> None:
    """As some scripts write it; a word that names nobody is by the speaker before it."""
    words = [{"word": " So"}, {"word": " it", "speaker": "B"}, {"word": " is."}]
    assert turns(read({"segments": [{"speaker": "A", "words": words}]})) == [("A", "So"), ("B", "it is.")]
    whole = as_assemblyai(TALK)
    del whole["utterances"][1]["text"]
    assert turns(read(whole)) == TALK
    whole["utterances"][1]["words"] = None
    assert turns(read(whole)) == [TALK[0], *TALK[2:]]


def test_a_speaker_only_when_it_changes() -> None:
    """Where the habit is to name changes, a segment without a name goes on with the speaker before it; else nobody."""
    habit = read(
        podcast_of((None, "Music."), ("Ana", "I never"), (None, "took it."), ("Tom", "Sure."), ("", "You did."))
    )
    assert turns(habit) == [("", "Music."), ("Ana", "I never took it."), ("Tom", "Sure. You did.")]
    assert habit.report.remarks[0].startswith("2 segments without a speaker continue")
    other = read(
        podcast_of(("Ana", "I never"), ("Ana", "took it."), (None, "What?"), (None, "You did."), ("Ana", "No."))
    )
    assert [label for label, _ in turns(other)] == ["Ana", "", "Ana"]


def test_a_segment_of_two_speakers_is_divided_at_its_words() -> None:
    """Words without a speaker go on with the speaker before them, those without times take what is known around."""
    words = [
        {"word": "So", "start": 0.1, "end": 0.3, "speaker": "SPEAKER_00"},
        {"word": "2023?"},
        {"word": "Yes,", "start": 1.0, "end": 1.2, "speaker": "SPEAKER_01"},
        {"word": "that", "speaker": "SPEAKER_01"},
        {"word": "year.", "start": 1.5, "end": 1.9},
    ]
    segment = {"start": 0.0, "end": 2.0, "text": " So 2023?  Yes, that year.", "words": words, "speaker": "SPEAKER_00"}
    transcript = read({"segments": [segment]})
    assert turns(transcript) == [("SPEAKER_00", "So 2023?"), ("SPEAKER_01", "Yes, that year.")]
    assert times(transcript) == [(0.1, 0.3), (1.0, 1.9)]
    assert transcript.report.units == 2  # the segment, and its words again
    segment["text"] = " So it was 2023?  Yes, that year."
    assert turns(read({"segments": [segment]})) == [("SPEAKER_00", "So it was 2023? Yes, that year.")]


def test_languages_without_spaces() -> None:
    """Words are joined as the whole text joins them."""
    words = [
        {"text": w, "start": at * 100, "end": at * 100 + 90, "speaker": "A"}
        for at, w in enumerate("今日 は 晴れ 。".split())
    ]
    assert turns(read({"audio_url": "", "text": "今日は晴れ。", "words": words, "utterances": None})) == [
        ("A", "今日は晴れ。")
    ]
    segment = {
        "start": 0,
        "end": 1,
        "text": "はい。いいえ。",
        "speaker": "A",
        "words": [{"word": w, "speaker": "A" if at < 3 else "B"} for at, w in enumerate("はい。いいえ。")],
    }
    assert turns(read({"segments": [segment]})) == [("A", "はい。"), ("B", "いいえ。")]


def test_speakers_of_each_channel_are_told_apart() -> None:
    """Speakers are numbered anew on each channel; who talks on which is told apart, in order of time."""
    channels = [
        {"alternatives": [{"transcript": "", "words": [{"word": w, "start": t, "end": t + 0.4} for w, t in said]}]}
        for said in ([("Hello", 0), ("there.", 0.5), ("Fine.", 4)], [("Hi.", 0.6), ("You?", 2.5)])
    ]
    transcript = read({"metadata": {"channels": 2}, "results": {"channels": channels}})
    expected = [("channel 0", "Hello there."), ("channel 1", "Hi. You?"), ("channel 0", "Fine.")]
    assert turns(transcript) == expected
    assert all(map(is_machine_label, transcript.speakers))
    utterances = [
        {"start": 0, "end": 1, "transcript": words, "channel": c, "speaker": 0, "words": []}
        for c, words in [(0, "Hello."), (1, "Hi.")]
    ]
    by_channel = turns(read({"results": {"utterances": utterances, "channels": []}}))
    assert by_channel == [("channel 0, speaker 0", "Hello."), ("channel 1, speaker 0", "Hi.")]
    assert is_machine_label("channel 0, speaker 0")
    aws = [
        {"channel_label": f"ch_{c}", "items": as_aws([("", words)])["results"]["items"]}
        for c, words in enumerate(["One, two.", "Three."])
    ]
    text = {
        "transcripts": [{"transcript": "One, two. Three."}],
        "channel_labels": {"channels": aws, "number_of_channels": 2},
    }
    assert turns(read({"results": text})) == [("ch_0", "One, two."), ("ch_1", "Three.")]


def test_a_silent_channel() -> None:
    """A channel without words is reported, and the others are read."""
    words = [{"word": "Hello.", "start": 0, "end": 1}]
    best = [{"transcript": "Hello.", "words": words}, {"transcript": "", "words": []}]
    transcript = read({"results": {"channels": [{"alternatives": [item]} for item in best]}})
    assert turns(transcript) == [("channel 0", "Hello.")]
    assert reasons(transcript)["results.channels[1].alternatives[0].transcript"] == "no words"


def test_names_stand_elsewhere_in_the_file() -> None:
    """Rev's list of speakers and Fireflies' map give names to numbers; without one the number stays."""
    whole = as_rev([("0", "Hello."), ("1", "Hi.")])
    for monologue in whole["monologues"]:
        monologue["speaker"] = int(monologue["speaker"])
    assert [turn.speaker for turn in read(whole).utterances] == ["Speaker 0", "Speaker 1"]
    whole["speakers"] = [{"id": 0, "name": "Ana"}, {"id": 1, "name": "Tom"}]
    assert turns(read(whole)) == [("Ana", "Hello."), ("Tom", "Hi.")]
    sentences = [
        {"text": "One.", "speaker_name": None, "speaker_id": 3},
        {"text": "Two.", "speaker_name": None, "speaker_id": None},
    ]
    assert turns(read({"sentences": sentences, "speakers": [{"id": 3, "name": "Ana"}]})) == [
        ("Ana", "One."),
        ("", "Two."),
    ]
    sentences[0] = {"text": "One.", "speaker_id": 3}
    assert turns(read({"sentences": sentences, "title": "x"})) == [("3", "One."), ("", "Two.")]
    gong = as_gong(TALK)
    del gong["calls"]
    assert turns(read(gong))[0][0] == str(10**18)


def test_words_with_other_punctuation_than_their_text() -> None:
    """A segment is divided where its words name another speaker, though a comma or a quotation mark differs."""
    words = [("Did", 0), ("you", 0), ("steal", 0), ("it", 0), ("No", 1), ("-", 0), ("never.", 1)]
    segment = {"start": 0.0, "end": 4.0, "text": "Did you steal it? “No, never.”", "speaker": "S0"}
    segment["words"] = [{"word": word, "start": 0.5, "end": 0.9, "speaker": f"S{who}"} for word, who in words]
    transcript = read({"segments": [segment]})
    assert turns(transcript) == [("S0", "Did you steal it?"), ("S1", "“No, never.”")]
    assert not transcript.report.remarks
    segment["words"].pop()
    transcript = read({"segments": [segment]})
    assert turns(transcript) == [("S0", "Did you steal it? “No, never.”")]
    assert any("do not spell their text" in remark for remark in transcript.report.remarks)


def test_monologues_of_one_speaker_are_parted() -> None:
    """Rev's elements are joined as they stand, but not those of two monologues."""
    said = [{"speaker": 0, "elements": [{"type": "text", "value": word}]} for word in ("barn.", "Lighthouses")]
    assert turns(read({"monologues": said})) == [("0", "barn. Lighthouses")]


def test_utterances_of_another_service() -> None:
    """Whole numbers are seconds where the talk fits them, milliseconds where it does not or AssemblyAI says so."""
    item = {"speaker": 0, "text": "The ferry is late.", "start": 3, "end": 5}
    assert times(read({"utterances": [item]})) == [(3.0, 5.0)]
    assert times(read({"utterances": [item], "audio_duration": 9})) == [(0.003, 0.005)]
    assert times(read({"utterances": [item | {"start": 3000, "end": 5000}]})) == [(3.0, 5.0)]


def test_rev_of_people_and_inaudible_words() -> None:
    """Values are joined as they are; marks of what was not heard are words that stand in the file."""
    elements = [
        {"type": "text", "value": "Well", "timestamp": "00:00:01,000", "end_timestamp": "00:00:01,500"},
        {"type": "punct", "value": ", "},
        {"type": "unknown", "value": "<inaudible>"},
        {"type": "punct", "value": " "},
        {"type": "text", "value": "don", "timestamp": "00:01:02,000", "end_timestamp": "00:01:02,500"},
        {"type": "punct", "value": "'t."},
    ]
    transcript = read({"monologues": [{"speaker": 0, "elements": elements}]})
    assert turns(transcript) == [("0", "Well, <inaudible> don't.")]
    assert times(transcript) == [(1.0, 62.5)]
    assert transcript.report.units == transcript.report.speech == 6


# ---- Variants


@pytest.mark.parametrize(
    ("value", "key", "expected"),
    [
        ([{"start": 0.5, "end": 1.0, "text": " Hi."}], "whisper", (0.5, 1.0)),
        ([{"start": 500, "end": 100_000, "text": "Hi."}], "whisper", (0.5, 100.0)),
        (
            {"transcription": [{"offsets": {"from": 500, "to": 1000}, "text": " Hi."}], "result": {"language": "en"}},
            "whisper",
            (0.5, 1.0),
        ),
        ({"text": " Hi.", "chunks": [{"timestamp": [0.5, None], "text": " Hi."}]}, "whisper", (0.5, None)),
        ({"task": "transcribe", "language": "english", "text": "Hi."}, "whisper", (None, None)),
        ({"text": "Hi.", "words": [{"word": "Hi", "start": 0.5, "end": 1.0}]}, "whisper", (0.5, 1.0)),
        ({"segments": [{"words": [{"word": " Hi.", "start": 0.5, "end": 1.0}]}, {"text": ""}], "text": ""}, None, None),
        ({"segments": [{"start": 0.5, "words": [{"word": " Hi.", "start": 0.5, "end": 1.0}]}]}, "whisper", (0.5, 1.0)),
        (
            {"results": {"utterances": [{"speaker": "A", "text": "Hi.", "start": 500, "end": 1000}]}},
            "assemblyai",
            (0.5, 1.0),
        ),
        ({"sentences": [{"text": "Hi.", "start": 500, "end": 1000, "words": []}]}, "assemblyai", (0.5, 1.0)),
        ({"audio_url": "", "text": "Hi.", "words": None, "utterances": None}, "assemblyai", (None, None)),
        (
            {"result": {"results": {"channels": [{"alternatives": [{"transcript": "Hi.", "words": []}]}]}}},
            "deepgram",
            (None, None),
        ),
        (
            {"results": {"audio_segments": [{"transcript": "Hi.", "start_time": "0.5", "end_time": "1.0"}]}},
            "aws",
            (0.5, 1.0),
        ),
        ({"results": {"transcripts": [{"transcript": "Hi."}], "items": []}}, "aws", (None, None)),
        (
            [{"sentence": "Hi.", "startTime": "00:00.5", "endTime": "00:01", "speaker_name": "Ana"}],
            "fireflies",
            (0.5, 1.0),
        ),
        (
            [{"speaker": "Ana", "startTime": "00:00:00.500", "endTime": "00:00:01.000", "body": "Hi."}],
            "podcast-json",
            (0.5, 1.0),
        ),
        ([{"segments": [{"start": 0.5, "end": 1, "text": "Hi."}]}], "whisper", (0.5, 1.0)),
    ],
)
def test_other_tops_of_the_same_shapes_are_read(
    value: Any, key: str | None, expected: tuple[float | None, float | None]
) -> None:
    """Other tops of the same shapes, as their services and scripts write them."""
    if key is None:
        with pytest.raises(TranscriptError, match="no shape that is read"):
            read(value)
        return
    transcript = read(value)
    assert (transcript.report.family, transcript.utterances[0].text) == (key, "Hi.")
    assert times(transcript) == [expected]


def test_what_the_file_says_of_itself() -> None:
    """Title, date of the recording and language, where they are those; a date of transcription is not."""
    fireflies, gong, oyez = (read(write(TALK)) for write in (as_fireflies, as_gong, as_oyez))
    assert (fireflies.title, fireflies.date) == ("Weekly", "2023-05-08")
    assert (gong.title, gong.date) == ("Kick-off", "2023-05-08")
    assert (oyez.title, oyez.date) == ("A v. B: Oral Argument - May 08, 2023", "2023-05-08")
    assert [read(w(TALK)).language for w in (as_whisperx, as_assemblyai, as_deepgram, as_aws)] == [
        "en",
        "en-US",
        "en",
        "en-US",
    ]
    assert read({"language": "german", "segments": [{"start": 0, "end": 1, "text": "Ja."}]}).language == "de"
    assert read(as_deepgram(TALK)).date is None


@pytest.mark.parametrize(
    "time", ["NaN", "-Infinity", "1e999", "1" * 400, "-3", '"soon"', "[]", "true", '"' + "1" * 5000 + '"']
)
def test_times_that_are_none(time: str) -> None:
    """What is no time in a recording is left out, and the words stay."""
    data = f'{{"segments": [{{"start": {time}, "end": {time}, "text": "Yes."}}]}}'.encode()
    transcript = _checked(data)
    assert turns(transcript) == [("", "Yes.")]
    assert times(transcript) in ([(None, None)], [(0.0, 0.0)])


def test_line_ends_within_strings() -> None:
    """Some scripts write them as they are, which JSON forbids."""
    assert turns(_checked(b'{"segments": [{"start": 0, "end": 1, "text": "One\n\ttwo."}]}')) == [("", "One two.")]


def test_characters_that_are_no_text() -> None:
    """Half a surrogate pair could not be written to a file; a whole pair is one character."""
    text = rb"A \ud83d B \ud83d\ude00 \u0000 \\ud83d C."
    data = b'{"segments": [{"start": 0, "end": 1, "text": "%s", "speaker": "Z\\udc00"}]}' % text
    transcript = _checked(data)
    assert turns(transcript) == [("Z\ufffd", "A \ufffd B \U0001f600 \ufffd \\ud83d C.")]
    assert transcript.report.remarks == ("characters that are no text are shown as U+FFFD",)
    transcript.to_json().encode()


# ---- Refusals


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"name": "x", "version": 3}', "JSON with 'name', 'version' at the top, which is of no shape"),
        (b'[{"a": 1}, {"a": 2}]', "a list of 2 at the top"),
        (b"{}", "nothing in it"),
        (b'{"segments": [{"start": 0, "text": "cut', "broken on line 1, column 36"),
        (b'[{"start": 0,\n"text": }]', "broken on line 2, column 9"),
        (b'{"a": ' * 10_000, "nested too deeply"),
        (b'{"a": ' + b"1" * 10_000 + b"}", "thousands of digits"),
        (b'{"segments": [{"start": 0, "end": 1, "text": ""}]}', "no words"),
    ],
)
def test_a_refusal_says_what_was_seen(data: bytes, message: str) -> None:
    """One line that says what was seen, whatever the name of the file."""
    for name in ("talk.json", "talk.txt"):
        with pytest.raises(TranscriptError, match=re.escape(message)) as caught:
            read_bytes(data, name)
        assert "\n" not in str(caught.value)


def test_a_family_that_is_named_reads_only_its_own() -> None:
    """`--format` takes a shape, or "json" for whichever it is."""
    data = json.dumps(as_deepgram(TALK)).encode()
    assert read_bytes(data, "x", "json").utterances == read_bytes(data, "x", "deepgram").utterances
    with pytest.raises(TranscriptError, match="is not of the shape Rev JSON"):
        read_bytes(data, "x", "rev")
    with pytest.raises(TranscriptError, match="not JSON"):
        read_bytes(b"HOST: Hello.", "x", "json")
    with pytest.raises(TranscriptError, match="broken on line 1"):
        read_bytes(b"HOST: Hello.", "x", "whisper")


@pytest.mark.parametrize(
    "text",
    [
        "[00:01] Ana: Yes.\n[00:02] Tom: No.\n",
        "[SPEAKER_00]: Yes.\n[SPEAKER_01]: No.\n",
        "{Ana}: x\n",
        "[ ] to do\n\nAna: x",
    ],
)
def test_text_in_brackets_is_not_json(text: str) -> None:
    """Labelled text may begin with a bracket."""
    assert detect(text.encode(), "talk.txt")[0].key == "labelled"


# ---- The locator


def test_the_locator_is_not_fooled_by_its_neighbourhood() -> None:
    """Words of the next item, of another speaker or of a summary are not at this place."""
    data = json.dumps(as_whisperx(TALK) | {"summary": "Nobody agrees."}).encode()
    holds, place = format_of("whisper").holds, read_bytes(data, "x").utterances[0].place
    labels = [label for label, _ in TALK]
    assert holds(data, place, "Welcome back", "Ana Silva", labels)
    assert not holds(data, place, "Nobody knows", "Tom", labels)
    assert not holds(data, place, "Nobody agrees.", "Ana Silva", labels)
    assert not holds(data, place, "Welcome back", "", labels)
    assert not holds(data, place, "why? Note: I asked", "Ana Silva", labels)
    assert not holds(data, place, "Wel come back", "Ana Silva", labels)
    assert not holds(data, place, "Welcomeback", "Ana Silva", labels)
    assert not holds(data, place, "elcome bac k", "Ana Silva", labels)


def test_signs_are_words_in_aws() -> None:
    """Only what AWS calls punctuation is joined to the word before it."""
    one = {"start_time": "0.1", "end_time": "0.2", "type": "pronunciation"}
    items = [one | {"alternatives": [{"content": word}]} for word in ("R", "&", "D", "--", "ok")]
    items.append({"type": "punctuation", "alternatives": [{"content": "?"}]})
    assert turns(read({"results": {"items": items, "transcripts": []}})) == [("", "R & D -- ok?")]


def test_call_analytics_of_aws() -> None:
    """Roles are speakers, milliseconds are times, and the words within the turns are the same again."""
    said = [("AGENT", "Thank you for calling. How may I help?", 0), ("CUSTOMER", "My ferry never came.", 3250)]
    value = {
        "LanguageCode": "en-GB",
        "Transcript": [
            {
                "ParticipantRole": role,
                "Content": words,
                "BeginOffsetMillis": start,
                "EndOffsetMillis": start + 2000,
                "Items": [{"Type": "pronunciation", "Content": word} for word in words.split()],
            }
            for role, words, start in said
        ],
        "Participants": [{"ParticipantRole": "AGENT"}, {"ParticipantRole": "CUSTOMER"}],
    }
    transcript = read(value)
    assert turns(transcript) == [(role, words) for role, words, _ in said]
    assert times(transcript) == [(0, 2), (3.25, 5.25)]
    assert reasons(transcript) == {"Transcript[].Items[].Content": "the same words again"}
    assert (transcript.report.family, transcript.language) == ("aws", "en-GB")


def test_read_ai() -> None:
    """Blocks are timed since 1970, and told from the start of the meeting; without one, or before it, no time is."""
    blocks = [
        {"speaker": {"name": "Ana"}, "words": "Hello.", "start_time": 1683540002, "end_time": 1683540003},
        {"speaker": {"name": "Tom"}, "words": "Hi.", "start_time": 1683539999, "end_time": True},
    ]
    value = {"transcript": {"speaker_blocks": blocks}, "title": "Low Tide", "start_time": "2023-05-08T10:00:00.9Z"}
    transcript = read(value)
    assert turns(transcript) == [("Ana", "Hello."), ("Tom", "Hi.")]
    assert times(transcript) == [(2, 3), (None, None)]
    assert (transcript.title, transcript.date) == ("Low Tide", "2023-05-08")
    for start in (None, "soon", "0001-01-01T00:00:00+23:00", 5):
        assert times(read(value | {"start_time": start}))[0] == (None, None)


# ---- Hostile files


def mutated(value: Any, chance: random.Random) -> Any:
    """A value with something dropped, retyped or grown, somewhere in it."""
    odd = [
        None,
        True,
        -1,
        1e308,
        10**30,
        "",
        "x" * 50,
        [],
        {},
        [[[]]],
        {"text": {"text": []}},
        "\ud800",
        [None],
        "1:2:3",
        "9" * 30,
    ]
    if chance.random() < 0.03:
        return chance.choice(odd)
    if isinstance(value, dict):
        kept = {k: mutated(v, chance) for k, v in value.items() if chance.random() > 0.02}
        return kept | ({chance.choice(list(kept)): chance.choice(odd)} if kept and chance.random() < 0.05 else {})
    if isinstance(value, list):
        items = [mutated(item, chance) for item in value]
        return items[:: chance.choice([1, 1, 1, -1])]
    return value


def test_mutations_are_read_or_refused() -> None:
    """Whatever is changed in a file, the end is a transcript whose quotes locate, or a TranscriptError of one line."""
    chance = random.Random(8)
    outcomes: Counter[str] = Counter()
    for round_, name in itertools.product(range(40), WRITERS):
        data = json.dumps(mutated(WRITERS[name][1](TALK), chance)).encode()
        if round_ % 8 == 7:
            at = chance.randrange(len(data))
            data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        try:
            transcript = read_bytes(data, "talk.json")
        except TranscriptError as error:
            assert "\n" not in str(error)
            outcomes["refused"] += 1
            continue
        outcomes["read"] += 1
        transcript.report.check()
        transcript.to_json().encode()
        holds = family_of(data, transcript).holds
        for turn in transcript.utterances:
            outcomes[f"held {holds(data, turn.place, turn.text, turn.label, transcript.labels)}"] += 1
    assert outcomes["read"] > 200
    assert outcomes["held False"] < 0.04 * outcomes["held True"]  # in doubt the locator says no
    assert outcomes["refused"] > 20


MEGABYTE = 1_000_000


HOSTILE = [
    b"[" * 10 * MEGABYTE,
    b'{"segments":' * MEGABYTE,
    b"[" + b"[]," * (MEGABYTE // 3) + b"[]]",
    b"[" + b"{}," * (3 * MEGABYTE) + b"{}]",
    b'{"version":"1","segments":[{"body":"b"},' + b"{}," * (MEGABYTE // 3) + b"{}]}",
    b'{"version":"1","segments":[{"body":"b"},' + b"{          }," * (MEGABYTE // 13) + b"{}]}",
    b'{"segments": [' + b'{"start":0,"text":"a"},' * (MEGABYTE // 23) + b"0]}",
    b'{"segments": [' + b'{"start":0,"text":""},' * (MEGABYTE // 22) + b"0]}",
    b"{" + b'"a":1,' * (MEGABYTE // 6) + b'"a":1}',
    b'{"segments": [{"start":0,"text":"' + b"a " * (5 * MEGABYTE) + b'"}]}',
    b'{"segments": [{"start":0,"text":"' + rb"\ud800" * (MEGABYTE // 6) + b'"}]}',
    b'{"segments": [{"start":0,"text":"'
    + b"a " * 100_000
    + b'","words":['
    + b'{"word":"a","speaker":"A"},' * 30_000
    + b"0]}]}",
    b'{"text": "' + b"a." * 100_000 + b'", "words": [' + b'{"word":"a"},' * 60_000 + b"0]}",
    b"{" + b'"' * 10 * MEGABYTE,
    b"[" + b" " * 10 * MEGABYTE,
    b'{"' + b"a" * 10 * MEGABYTE + b'":1}',
    b'{"a":[' + b"1," * MEGABYTE + b"1]}",
]
"""What breaks parsers; `tests.transcripts.formats.test_hostile` holds the time and the memory that each may take."""


@pytest.mark.parametrize("data", HOSTILE, ids=lambda data: data[:40].decode())
def test_hostile_files_are_read_or_refused(data: bytes) -> None:
    try:
        read_bytes(data, "talk.json")
    except TranscriptError as error:
        assert "\n" not in str(error)


# ---- Real files

REAL = sorted((SHARED / "formats").glob("*json/*.json")) if SHARED.exists() else []


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_real_files_are_found_again_and_account_for_every_item(path: Path) -> None:
    """Every sentence stands at its place under its own label alone."""
    transcript = _checked(path.read_bytes(), path.name)
    assert transcript.report.family in {shape.key for shape in SHAPES}


def counted(path: str) -> tuple[Any, Transcript]:
    file = shared(f"formats/{path}")
    return json.loads(file.read_bytes()), read_bytes(file.read_bytes(), file.name)


def said_by(transcript: Transcript) -> dict[str, str]:
    """All words of each label."""
    labels = dict.fromkeys(turn.label for turn in transcript.utterances)
    return {label: " ".join(turn.text for turn in transcript.utterances if turn.label == label) for label in labels}


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("buzzcast", 34),
        ("how_to_start_a_podcast", 7),
        ("one_word_segments", 2),
        ("podcastindex_example", 2),
        ("podnews_weekly_review_2023-05-05", 26),
    ],
)
def test_real_podcasting_2(name: str, count: int) -> None:
    """Turns are the runs of one speaker, their words and times those of the segments."""
    raw, transcript = counted(f"podcast20-json/{name}.json")
    runs = [list(run) for _, run in itertools.groupby(raw["segments"], key=lambda segment: segment["speaker"])]
    assert turns(transcript) == [
        (run[0]["speaker"], " ".join(" ".join(s["body"] for s in run).split())) for run in runs
    ]
    assert times(transcript) == [(run[0]["startTime"], run[-1]["endTime"]) for run in runs]
    assert len(transcript.utterances) == count
    assert (transcript.report.units, transcript.report.unspoken) == (len(raw["segments"]), ())


def test_real_podcasting_2_as_another_parser_reads_it() -> None:
    """Another parser gives the same segments, speakers and times; the one difference is that it joins nothing."""
    expected = json.loads(shared("formats/expected/buzzcast_json_parsed.json").read_bytes())["segments"]
    transcript = counted("podcast20-json/buzzcast.json")[1]
    pieces = [(turn, piece) for turn in transcript.utterances for piece in turn.pieces]
    ends = [piece.offset - 1 for _, piece in pieces[1:]]
    texts = [
        turn.text[piece.offset : end if end >= piece.offset else None]
        for (turn, piece), end in zip(pieces, [*ends, -1], strict=True)
    ]
    ours = [(turn.label, text, piece.start, piece.end) for (turn, piece), text in zip(pieces, texts, strict=True)]
    assert ours == [(s["speaker"], s["body"], s["startTime"], s["endTime"]) for s in expected]


def test_real_assemblyai() -> None:
    """Without utterances the words tell the speaker; times are milliseconds."""
    raw, transcript = counted("assemblyai-json/assemblyai_transcription.json")
    assert raw["utterances"] is None
    assert turns(transcript) == [("A", raw["text"])]
    assert times(transcript) == [(raw["words"][0]["start"] / 1000, raw["words"][-1]["end"] / 1000)]
    assert transcript.report.speech == len(raw["words"]) == 60


@pytest.mark.parametrize("name", ["dg_transcription", "dg_utterances", "dg_whisper_transcription"])
def test_real_deepgram_without_speakers(name: str) -> None:
    """The whole transcript, by nobody."""
    raw, transcript = counted(f"deepgram-json/{name}.json")
    best = raw["results"]["channels"][0]["alternatives"][0]
    assert turns(transcript) == [("", best["transcript"])]
    assert times(transcript) == [(best["words"][0]["start"], best["words"][-1]["end"])]


def test_real_deepgram_with_speakers() -> None:
    """Each word is by the speaker whom Deepgram's own paragraphs give it, though utterances name only the first."""
    raw, transcript = counted("deepgram-json/dg_speakers.json")
    best = raw["results"]["channels"][0]["alternatives"][0]
    runs = itertools.groupby(best["words"], key=lambda word: word["speaker"])
    assert turns(transcript) == [(str(who), " ".join(word["punctuated_word"] for word in run)) for who, run in runs]
    paragraphs: dict[str, str] = {}
    for paragraph in best["paragraphs"]["paragraphs"]:
        text = " ".join(sentence["text"] for sentence in paragraph["sentences"])
        paragraphs[str(paragraph["speaker"])] = f"{paragraphs.get(str(paragraph['speaker']), '')} {text}".strip()
    assert said_by(transcript) == paragraphs
    assert transcript.speakers == ("Speaker 0", "Speaker 1", "Speaker 2")


@pytest.mark.parametrize("name", ["01-plain", "03-speaker-identification"])
def test_real_aws(name: str) -> None:
    """The words are the transcript's; each is by the speaker of the segment in which its time lies."""
    raw, transcript = counted(f"aws-transcribe-json/{name}.json")
    results = raw["results"]
    assert " ".join(turn.text for turn in transcript.utterances) == results["transcripts"][0]["transcript"]
    assert transcript.report.speech == len(results["items"]) == 392
    segments = results.get("speaker_labels", {}).get("segments", [])
    said: Counter[str] = Counter()
    for item in results["items"]:
        if item["type"] == "pronunciation":
            at = float(item["start_time"])
            inside = [s["speaker_label"] for s in segments if float(s["start_time"]) <= at < float(s["end_time"])]
            said[inside[0] if inside else ""] += 1
    assert {label: len(text.split()) for label, text in said_by(transcript).items()} == dict(said)
    assert len(transcript.utterances) == (7 if segments else 1)


def test_real_whisper() -> None:
    """Segments without speakers, each with its times."""
    raw, transcript = counted("whisper-json/whisper_timestamped_dg.json")
    assert turns(transcript) == [("", raw["text"].strip())]
    pieces = transcript.utterances[0].pieces
    assert [(piece.start, piece.end) for piece in pieces] == [(s["start"], s["end"]) for s in raw["segments"]]
    assert transcript.language == "en"


def test_real_oyez() -> None:
    """Every block by who has the turn around it; a time of 0 at the end is none."""
    raw, transcript = counted("oyez-json/2025.24-808-t01.json")
    blocks = [
        (turn["speaker"]["name"], " ".join(block["text"].split()))
        for section in raw["transcript"]["sections"]
        for turn in section["turns"]
        for block in turn["text_blocks"]
    ]
    runs = itertools.groupby(blocks, key=lambda block: block[0])
    assert turns(transcript) == [(who, " ".join(text for _, text in run)) for who, run in runs]
    assert (transcript.report.units, len(transcript.speakers), transcript.date) == (len(blocks), 11, "2025-11-04")
    assert (transcript.utterances[0].start, transcript.utterances[-1].end) == (0.055, None)
