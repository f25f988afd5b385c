"""JSON of no shape that is known: who speaks, what is said and when, by what the records show."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.errors import TranscriptError
from bot.transcripts.formats import family_of, read_bytes
from bot.transcripts.transcript import UNNAMED_SPEAKER, Transcript
from bot.words.sentences import sentence_spans

TALK = [
    ("Mara Quist", "Who let the geese into the reading room?"),
    ("Ivo Salt", "Nobody let them in. They have a key."),
    ("Mara Quist", "A key, to the library?"),
    ("Ivo Salt", "They found it under the mat, where you left it."),
    ("Della Roth", "I only came to return a book."),
    ("Mara Quist", "Then mind your feet."),
]
STARTS = [0.5, 4.0, 8.0, 11.0, 16.0, 20.0]
IDS = {"Mara Quist": 17, "Ivo Salt": 4, "Della Roth": 23}
SHORT = {"Mara Quist": "spk_0", "Ivo Salt": "spk_1", "Della Roth": "spk_2"}


def read(value: Any, name: str = "talk.json") -> Transcript:
    return read_data(json.dumps(value).encode(), name)


def read_data(data: bytes, name: str = "talk.json") -> Transcript:
    """The transcript, after each sentence was found by the locator under its own label alone."""
    transcript = read_bytes(data, name)
    holds, labels = family_of(data, transcript).holds, transcript.labels
    for turn in transcript.utterances:
        for start, end in sentence_spans(turn.text):
            place, words = turn.place_of(start, end), turn.text[start:end]
            assert [label for label in labels if holds(data, place, words, label, labels)] == [turn.label], (
                place,
                words,
            )
            assert not holds(data, place, f"{words} never", turn.label, labels)
    return transcript


def turns(transcript: Transcript) -> list[tuple[str, str]]:
    return [(turn.label, turn.text) for turn in transcript.utterances]


def rows() -> list[tuple[int, str, str, float]]:
    return [(at, who, words, STARTS[at]) for at, (who, words) in enumerate(TALK)]


def split(words: str, start: float) -> list[dict[str, Any]]:
    return [{"w": word, "at": round(start + 0.3 * n, 2), "c": 0.9} for n, word in enumerate(words.split())]


def nested_items() -> Any:
    """results.items, each with a voice and a phrase in objects of their own."""
    items = [{"voice": {"label": who}, "phrase": {"plain": words}, "pos": {"sec": t}} for _, who, words, t in rows()]
    return {"job": "j-1", "results": {"items": items, "count": 6}}


def map_of_turns() -> Any:
    return {"turns": {f"t.{n}": {"who": who, "says": words, "second": t} for n, who, words, t in rows()}}


def lists() -> Any:
    return [[who, words] for _, who, words, _ in rows()]


def lists_with_times() -> Any:
    return {"rows": [[t, t + 3, who, words] for _, who, words, t in rows()]}


def columns() -> Any:
    return {
        "speaker": [who for _, who, _, _ in rows()],
        "text": [words for _, _, words, _ in rows()],
        "ms": [int(t * 1000) for *_, t in rows()],
    }


def camel_case() -> Any:
    items = [
        {"speakerDisplayName": who, "spokenText": words, "beginMillis": int(t * 1000)} for _, who, words, t in rows()
    ]
    return {"Response": {"Payload": {"UtteranceList": items}}}


def deep() -> Any:
    items = [
        {"meta": {"by": {"person": {"full_name": who}}}, "content": {"text": words}} for _, who, words, _ in rows()
    ]
    return {"a": {"b": {"c": [{"d": {"e": items}}]}}}


def german() -> Any:
    items = [{"sprecher": who, "wortlaut": words, "beginn": f"00:00:{t:06.3f}"} for _, who, words, t in rows()]
    return {"sitzung": {"titel": "Die Gänse"}, "beitraege": items}


def german_unknown_key() -> Any:
    """Nothing tells but the values: names that come again."""
    return {"beitraege": [{"nr": n, "mitglied": who, "wortlaut": words, "stimmung": ["gut", "schlecht"][n % 2]}
                          for n, who, words, _ in rows()]}  # fmt: skip


def numbers_with_a_table() -> Any:
    return {
        "people": [{"uid": number, "displayName": who, "mail": f"{number}@a.example"} for who, number in IDS.items()],
        "lines": [{"uid": IDS[who], "line": words, "t": t} for _, who, words, t in rows()],
    }


def numbers_with_a_map() -> Any:
    return {
        "speakers": {tag: who for who, tag in SHORT.items()},
        "entries": [{"spk": SHORT[who], "utterance": words, "offset": t} for _, who, words, t in rows()],
    }


def numbers_with_a_map_of_objects() -> Any:
    return {
        "users": {tag: {"name": who, "color": "red"} for who, tag in SHORT.items()},
        "entries": [{"user": SHORT[who], "utterance": words, "offset": t} for _, who, words, t in rows()],
    }


def first_and_last_names() -> Any:
    return {
        "attendees": [
            {"id": number, "firstName": who.split()[0], "lastName": who.split()[1]} for who, number in IDS.items()
        ],
        "captions": [{"id": n, "attendee": IDS[who], "caption": words} for n, who, words, _ in rows()],
    }


def numbers_with_a_list() -> Any:
    names = list(IDS)
    return {
        "participants": names,
        "segments": [{"speaker": names.index(who), "start": t, "text": words} for _, who, words, t in rows()],
    }


def names_beside() -> Any:
    return {"segments": [{"speaker": IDS[who], "name": who, "start": t, "text": words} for _, who, words, t in rows()]}


def words_in_turns() -> Any:
    return {"blocks": [{"participant": {"name": who}, "tokens": split(words, t)} for _, who, words, t in rows()]}


def words_alone() -> Any:
    words = [word | {"talker": who} for _, who, said, t in rows() for word in split(said, t)]
    return {"asr": {"full": " ".join(said for _, said in TALK), "stream": words}}


def iso_dates() -> Any:
    return [
        {"sender": {"name": who}, "body": {"content": words}, "created": f"2026-03-02T10:00:{t:06.3f}Z"}
        for _, who, words, t in rows()
    ]


def ticks() -> Any:
    return {
        "phrases": [
            {
                "who": who,
                "nBest": [{"display": words, "lexical": words.lower()}],
                "offset": int(t * 1e7),
                "duration": 2e7,
            }
            for _, who, words, t in rows()
        ]
    }


def with_a_summary() -> Any:
    return camel_case() | {
        "summary": "Mara Quist asks how geese came into the reading room, and Ivo Salt knows of a key.",
        "chapters": [{"title": "Geese", "gist": "How the geese came in, and who has the key to it."}],
        "comments": [{"from": "Ivo Salt", "message": "brb"}, {"from": "Mara Quist", "message": "ok"}],
    }


SHAPES: list[Callable[[], Any]] = [
    nested_items,
    map_of_turns,
    lists,
    lists_with_times,
    columns,
    camel_case,
    deep,
    german,
    german_unknown_key,
    numbers_with_a_table,
    numbers_with_a_map,
    numbers_with_a_map_of_objects,
    first_and_last_names,
    numbers_with_a_list,
    names_beside,
    words_in_turns,
    words_alone,
    iso_dates,
    ticks,
    with_a_summary,
]


@pytest.mark.parametrize("write", SHAPES, ids=lambda write: write.__name__)
def test_a_shape_that_nobody_knows(write: Callable[[], Any]) -> None:
    """The right turns and speakers, times where the file has them, and a remark that says what was taken for what."""
    value = write()
    transcript = read(value)
    assert turns(transcript) == TALK
    assert transcript.report.family == "json"
    assert transcript.report.remarks[0].startswith("the words are those of")
    starts = [turn.start for turn in transcript.utterances]
    if write in (lists, deep, german_unknown_key, first_and_last_names):
        assert starts == [None] * 6
    elif write is iso_dates:
        assert starts == [t - 0.5 for t in STARTS]
    else:
        assert starts == STARTS


def test_json_lines() -> None:
    """One record a line, whatever the name of the file."""
    data = "\n".join(json.dumps({"speaker_name": who, "t": t, "line": words}) for _, who, words, t in rows()).encode()
    for name in ("talk.jsonl", "talk.ndjson", "talk.json"):
        assert turns(read_data(data, name)) == TALK
    with pytest.raises(TranscriptError, match="broken on line 7"):
        read_data(data + b'\n{"speaker_name": "Ivo', "talk.jsonl")


@pytest.mark.parametrize(
    "key",
    "speaker Speaker speakerLabel speaker_name spk speakerTag participant who user voice author person name channel "
    "role talker host sender from redner locuteur".split(),
)
def test_whatever_the_key_is_called(key: str) -> None:
    """In the list of segments that Whisper, podcast hosts and others write, too."""
    for start, text in (("start", "text"), ("startTime", "body"), ("timestamp", "text")):
        items = [{key: who, start: t, text: words} for _, who, words, t in rows()]
        for value in ({"segments": items}, items, {"utterances": items}, {"transcript": items}):
            assert turns(read(value)) == TALK


def test_machine_labels_stay_what_they_are() -> None:
    """A channel, a source and a role are labels of their own."""
    for key, labels in (("channel", [0, 1]), ("source", ["mic", "system"]), ("role", ["user", "assistant"])):
        items = [{key: labels[n % 2], "text": words, "start": t} for n, _, words, t in rows()]
        transcript = read({"segments": items})
        assert turns(transcript) == [(str(labels[n % 2]), words) for n, _, words, _ in rows()]
        assert f"the speaker is “{key}”" in transcript.report.remarks[0]


def test_what_does_not_say_who_speaks() -> None:
    """Languages, moods, confidences, ids, numbers of sections and what is always the same are no speakers."""
    items = [
        {
            "id": n,
            "lang": ["en", "de"][n % 2],
            "sentiment": ["Positive", "Negative"][n % 2],
            "confidence": 1,
            "section": n // 3,
            "name": "Goose",
            "channel": 0,
            "speakerConfidence": n % 2,
            "isFinal": True,
            "start": t,
            "text": words,
        }
        for n, _, words, t in rows()
    ]
    transcript = read({"segments": items})
    assert [turn.speaker for turn in transcript.utterances] == [UNNAMED_SPEAKER]


def test_what_looks_like_a_speaker_and_is_not_used_is_told() -> None:
    items = [
        {"speaker": who, "channel": n % 2, "start": t, "text": words} for n, who, words, t in rows()
    ]  # fmt: skip
    transcript = read({"segments": items})
    assert turns(transcript) == TALK
    assert "“channel” looks like it says who speaks, and is not used" in transcript.report.remarks


def test_a_record_without_a_speaker_is_nobodys() -> None:
    """Never its neighbour's, unless it is the file's habit to name changes."""
    items = [{"spk": who, "line": words, "t": t} for _, who, words, t in rows()]
    items[3]["spk"] = None
    expected = [("" if n == 3 else who, words) for n, who, words, _ in rows()]
    assert turns(read(items)) == expected
    items[3]["spk"] = ""
    assert turns(read(items)) == expected
    named = [{"spk": who, "line": words} for who, words in TALK[:4]]
    more = [{"spk": None, "line": f"And {word} more."} for word in ("one", "two", "three")]
    habit = [named[0], more[0], named[1], named[2], more[1], named[3], more[2]]
    data = json.dumps(habit).encode()
    transcript = read_bytes(data, "talk.json")
    assert [turn.label for turn in transcript.utterances] == ["Mara Quist", "Ivo Salt", "Mara Quist", "Ivo Salt"]
    assert transcript.utterances[0].pieces[1].carried == 1
    assert any("as this file's habit is" in remark for remark in transcript.report.remarks)
    holds = family_of(data, transcript).holds
    for turn in transcript.utterances:
        assert holds(data, turn.place, turn.text, turn.label, transcript.labels)


def test_two_people_of_one_name_are_two() -> None:
    people = [{"id": "p1", "name": "Ronan"}, {"id": "p2", "name": "Ronan"}]
    items = [{"participant": f"p{1 + n % 2}", "text": words} for n, _, words, _ in rows()]
    assert [label for label, _ in turns(read({"participants": people, "turns": items}))][:2] == [
        "Ronan (p1)",
        "Ronan (p2)",
    ]


def test_an_id_that_no_table_has_stays_an_id() -> None:
    value = numbers_with_a_table()
    value["lines"][4]["uid"] = 99
    assert turns(read(value)) == [("99" if n == 4 else who, words) for n, who, words, _ in rows()]


def test_who_speaks_by_time() -> None:
    """A list without words says who speaks from when to when."""
    spans = [{"start": t, "end": t + 3, "speaker": who} for _, who, _, t in rows()]
    items = [{"begin": t, "finish": t + 2.9, "line": words} for _, _, words, t in rows()]
    transcript = read({"diarization": spans, "asr": {"lines": items}})
    assert turns(transcript) == TALK
    assert any("by the times of diarization" in remark for remark in transcript.report.remarks)
    spans[2]["end"] = 9.5
    spans.insert(3, {"start": 9.5, "end": 11, "speaker": "Della Roth"})
    doubtful = read_bytes(json.dumps({"diarization": spans, "asr": {"lines": items}}).encode(), "x.json").utterances[2]
    assert (doubtful.label, doubtful.doubt) == ("Mara Quist", "others speak within its time")


def test_who_speaks_by_time_beside_known_segments_and_words() -> None:
    """Whisper's segments give way to a list that says who speaks when; so do words to paragraphs that have none."""
    spans = [{"start": t - 0.1, "end": t + 2.6, "speaker": SHORT[who]} for _, who, _, t in rows()]
    items = [{"start": t, "end": t + 2.5, "text": f" {words}"} for _, _, words, t in rows()]
    tagged = [(SHORT[who], words) for who, words in TALK]
    assert turns(read({"text": " ".join(w for _, w in TALK), "segments": items, "diarization": spans})) == tagged
    words = [
        {"id": 10 * n + at, "start": word["at"], "end": word["at"] + 0.2, "text": word["w"]}
        for n, _, said, t in rows()
        for at, word in enumerate(split(said, t))
    ]
    paragraphs = [{"id": n, "start": t, "end": t + 3, "speaker": who} for n, who, _, t in rows()]
    assert turns(read({"words": words, "paragraphs": paragraphs})) == TALK


def test_a_name_at_the_head_of_the_words() -> None:
    """Where no member says who speaks, and most texts begin with a name and a colon, it is the label."""
    items = [{"start": t, "end": t + 2, "text": f"{who}: {words}"} for _, who, words, t in rows()[:4]]
    items.append({"start": 30, "end": 31, "text": "It says here: no geese."})
    for value in ({"segments": items}, {"cues": items}, [{"startTime": i["start"], "body": i["text"]} for i in items]):
        transcript = read(value)
        assert turns(transcript) == [*TALK[:4], ("", "It says here: no geese.")]
        assert any("begin with a name and a colon" in remark for remark in transcript.report.remarks)


def test_the_better_name_and_the_right_clock() -> None:
    """A list of the one who speaks; a name with capitals before a handle; ends of another clock are not taken."""
    items = [
        {
            "author": {"id": str(10**16 + IDS[who]), "handle_name": who.lower().replace(" ", "_"), "nickname": who},
            "says": words,
            "secondsFromStart": t,
            "endTime": 1_730_000_000_000 + int(t * 1000),
        }
        for _, who, words, t in rows()
    ]
    transcript = read({"messages": items})
    assert turns(transcript) == TALK
    assert [(turn.start, turn.end) for turn in transcript.utterances] == [(t, None) for t in STARTS]
    users = [{"ts": f"00:00:{t:06.3f}", "users": [{"username": who}], "text": words} for _, who, words, t in rows()]
    assert turns(read({"timeline": users})) == TALK


def test_channels_with_lists_of_their_own_are_put_in_order() -> None:
    channels = [
        {"participant": who, "segments": [{"start": t, "text": words} for _, w, words, t in rows() if w == who]}
        for who in IDS
    ]
    assert turns(read({"channels": channels})) == TALK
    voices = {"agent": channels[0]["segments"], "customer": channels[1]["segments"]}
    assert [label for label, _ in turns(read(voices))] == ["agent", "customer", "agent", "customer", "agent"]


def test_marks_of_a_change_of_speaker_begin_a_turn() -> None:
    """Of somebody unnamed: in whisper.cpp behind the segment, elsewhere before it."""
    items = [
        {
            "offsets": {"from": int(t * 1000), "to": int(t * 1000) + 900},
            "text": f" {words}",
            "speaker_turn_next": n != 1,
        }
        for n, _, words, t in rows()
    ]
    transcript = read({"transcription": items})
    said = [words for _, words in TALK]
    assert [turn.text for turn in transcript.utterances] == [said[0], f"{said[1]} {said[2]}", *said[3:]]
    assert any("marks changes of speaker" in remark for remark in transcript.report.remarks)
    other = [{"t": t, "line": words, "newSpeaker": n != 1} for n, _, words, t in rows()]
    assert [turn.text for turn in read(other).utterances] == [f"{said[0]} {said[1]}", *said[2:]]


def test_words_that_come_twice_are_said_once() -> None:
    transcript = read(with_a_summary())
    assert turns(transcript) == TALK
    reasons = {str(item.place): item.reason for item in transcript.report.unspoken}
    assert reasons["summary"] == "text beside the transcript"
    assert reasons["comments[].message"] == "text beside the transcript"
    assert {item.reason for item in read(words_alone()).report.unspoken} == {"the same words again"}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"media": "a.mp3", "text": "<p>Mara: Who?</p><p>Ivo: I.</p>"}, "one text of HTML, 'text'"),
        ({"id": 3, "transcript": "Mara: Who?\nIvo: I.\nMara: You?\nIvo: Yes."}, "one text, 'transcript'"),
        (
            {"articles": [{"title": "On geese", "prose": "They came in twos."}] * 3},
            "says who speaks its “prose”, or when",
        ),
        ({"name": "x", "numbers": [1, 2]}, "no list in it has records with words"),
    ],
)
def test_what_is_no_talk_is_refused_in_one_line(value: Any, message: str) -> None:
    with pytest.raises(TranscriptError) as caught:
        read(value)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


NUMBERS = {"Mara Quist": 1, "Ivo Salt": 2, "Della Roth": 3}
WRITTEN_AS: list[Callable[[str, float], dict[str, Any]]] = [
    lambda words, t: {"text": words, "start": t, "end": t + 2},
    lambda words, t: {"body": words, "startTime": t, "endTime": t + 2},
    lambda words, t: {"line": words, "at": t},
]


@pytest.mark.parametrize("shape", WRITTEN_AS)
@pytest.mark.parametrize("same", ["Room 4", "Mara Quist", "Otto Kern"])
def test_who_is_the_same_throughout_does_not_speak_where_another_member_says_who_does(
    shape: Callable[[str, float], dict[str, Any]], same: str
) -> None:
    items = [{"speaker": same, "participant": who, **shape(words, t)} for _, who, words, t in rows()]
    assert turns(read({"version": "1", "segments": items})) == TALK
    people = [{"id": number, "name": who} for who, number in NUMBERS.items()]
    items = [{"speaker": same, "pid": NUMBERS[who], **shape(words, t)} for _, who, words, t in rows()]
    assert turns(read({"segments": items, "people": people})) == TALK
    users = {str(number): {"display_name": who} for who, number in NUMBERS.items()}
    items = [{"speaker": same, "user": NUMBERS[who], **shape(words, t)} for _, who, words, t in rows()]
    items[3]["user"] = None
    expected = [(label if at != 3 else UNNAMED_SPEAKER, words) for at, (label, words) in enumerate(TALK)]
    assert [(label or UNNAMED_SPEAKER, text) for label, text in turns(read({"segments": items, "users": users}))] == (
        expected
    )
    alone = [{"speaker": same, "note": "ok", **shape(words, t)} for _, _, words, t in rows()]
    assert {label for label, _ in turns(read({"segments": alone}))} == {same}


def two_tables(key: str, other: str, third: bool) -> Any:
    """The right table is `other`; the first one gives the same ids to the same people in another order."""
    wrong = ["Della Roth", "Mara Quist", "Ivo Salt", "Otto Kern"]
    return {
        "attendees": [{"id": n, "name": name} for n, name in enumerate(wrong[: 4 if third else 3], start=1)],
        other: [{"id": n, "name": who} for who, n in NUMBERS.items()],
        "items": [{key: NUMBERS[who], "at": t, "line": words} for _, who, words, t in rows()],
    }


def test_of_two_tables_with_the_same_ids_that_of_the_member_names_them() -> None:
    assert turns(read(two_tables("voice", "voices", third=False))) == TALK  # called alike
    assert turns(read(two_tables("person_id", "persons", third=True))) == TALK
    assert turns(read(two_tables("spk", "members", third=True))) == TALK  # all of its ids speak
    numbered = [(str(NUMBERS[who]), words) for who, words in TALK]
    assert turns(read(two_tables("spk", "members", third=False))) == numbered


def test_a_table_of_chapters_names_nobody() -> None:
    numbered = [(str(NUMBERS[who]), words) for who, words in TALK]
    for table in (
        {"parts": [{"id": n, "name": f"Part {n} Geese", "begin": 9.5 * n} for n in (1, 2, 3)]},
        {"chapters": [{"id": n, "name": name} for n, name in enumerate(("Old Geese", "New Geese", "Home"), 1)]},
    ):
        items = [{"speaker": NUMBERS[who], "at": t, "line": words} for _, who, words, t in rows()]
        assert turns(read({**table, "items": items})) == numbered


def test_a_row_with_the_key_of_the_member_and_one_name_names_it() -> None:
    items = [{"p": NUMBERS[who], "at": t, "line": words} for _, who, words, t in rows()]
    people = [{"p": number, "full": who} for who, number in NUMBERS.items()]
    assert turns(read({"people": people, "items": items})) == TALK
    chapters = ["On Geese", "On Geese", "On Keys", "Della Roth", "Della Roth", "Ivo Salt"]
    named = [{"name": chapter, **item} for chapter, item in zip(chapters, items, strict=True)]
    assert turns(read({"people": people, "items": named})) == TALK
