"""Transcripts as exporters write them: one writer a format and habit, from turns to bytes.

Written from the published shapes, real files and what exporters are known to do, and not from the readers: the
tests that use them judge the readers.  `WRITERS` lists them all.
"""

from __future__ import annotations

import html
import io
import itertools
import json
import re
import textwrap
import uuid
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.episode import Sentence, Turn

NAMED, CODED, UNNAMED = "named", "coded", "unnamed"
"""What a file calls its speakers: their names; a code each, such as "A" or "spk_0"; nothing."""


@dataclass(frozen=True)
class Writer:
    """How one exporter writes a transcript.

    `starts` is how exactly the file tells when a turn begins (seconds), None if it does not; `ends` whether it tells
    when a turn ends.  `sentences` is whether each sentence has its own times.  `format` is what `--format` must say for
    a family that is never guessed.
    """

    name: str
    file: str
    write: Callable[[Sequence[Turn]], bytes]
    speakers: str = NAMED
    starts: float | None = None
    ends: bool = False
    sentences: bool = False
    format: str | None = None

    def __str__(self) -> str:
        return self.name


WRITERS: list[Writer] = []


def writes(file: str, **habits: Any) -> Callable[[Callable[[Sequence[Turn]], str | bytes]], Callable[..., bytes]]:
    """Add a writer to the list; text is encoded as UTF-8."""

    def add(function: Callable[[Sequence[Turn]], str | bytes]) -> Callable[..., bytes]:
        def write(turns: Sequence[Turn]) -> bytes:
            written = function(turns)
            return written.encode() if isinstance(written, str) else written

        WRITERS.append(Writer(function.__name__, file, write, **habits))
        return write

    return add


# ---- Times and speakers


def clock(seconds: float, decimals: int = 0, point: str = ".", hours: bool = True) -> str:
    """ "01:02:03.450"; cut, not rounded, as exporters do.  Without `hours` they come only when there are some."""
    units = round(seconds * 1000)
    whole, thousandths = divmod(units, 1000)
    minutes, rest = divmod(whole, 60)
    shown = f"{minutes // 60:02d}:{minutes % 60:02d}:{rest:02d}"
    if not hours and minutes < 60:
        shown = f"{minutes:02d}:{rest:02d}"
    return shown + (f"{point}{thousandths:03d}"[: decimals + 1] if decimals else "")


def short(seconds: float) -> str:
    """ "0:15", "1:02:03"."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}" if minutes >= 60 else f"{minutes}:{rest:02d}"


def codes(turns: Sequence[Turn]) -> dict[str, int]:
    """Speakers numbered in the order of their first words."""
    return {name: number for number, name in enumerate(dict.fromkeys(turn.speaker for turn in turns))}


def each(turns: Sequence[Turn]) -> Iterator[tuple[Turn, Sentence]]:
    for turn in turns:
        for sentence in turn.sentences:
            yield turn, sentence


def words_of(sentence: Sentence) -> list[tuple[str, float, float]]:
    """The words of a sentence, each with its share of the time."""
    words = sentence.text.split()
    step = (sentence.end - sentence.start) / len(words)
    edges = [round(sentence.start + step * number, 3) for number in range(len(words))] + [sentence.end]
    return list(zip(words, edges, edges[1:], strict=False))


# ---- Labelled text


@writes("talk.txt")
def label_on_every_line(turns: Sequence[Turn]) -> str:
    """A copyist's page: short lines, the name in capitals on each."""
    return "".join(
        f"{turn.speaker.upper()}: {line}\n"
        for turn in turns
        for line in textwrap.wrap(turn.text, 60, break_long_words=False, break_on_hyphens=False)
    )


@writes("talk.txt")
def label_once(turns: Sequence[Turn]) -> str:
    return "".join(f"{turn.speaker}: {turn.text}\n" for turn in turns)


@writes("talk.txt")
def label_once_wrapped(turns: Sequence[Turn]) -> str:
    return "\n".join(
        textwrap.fill(f"{turn.speaker}: {turn.text}", 68, break_long_words=False, break_on_hyphens=False) + "\n"
        for turn in turns
    )


@writes("talk.txt")
def label_in_capitals(turns: Sequence[Turn]) -> str:
    return "\n\n".join(f"{turn.speaker.upper()}:  {turn.text}" for turn in turns)


@writes("talk.txt")
def label_alone(turns: Sequence[Turn]) -> str:
    """The name on a line, the words below."""
    return "\n\n".join(f"{turn.speaker}:\n{turn.text}" for turn in turns) + "\n"


@writes("talk.txt")
def label_and_tab(turns: Sequence[Turn]) -> str:
    """As copied from a table or a Word file with tabs."""
    return "\n".join(f"{turn.speaker}:\t{turn.text}" for turn in turns) + "\n"


@writes("talk.txt", speakers=CODED)
def speaker_numbers(turns: Sequence[Turn]) -> str:
    number = codes(turns)
    return "\n".join(f"Speaker {number[turn.speaker] + 1}: {turn.text}\n" for turn in turns)


@writes("talk.txt", speakers=CODED)
def whisperx_text(turns: Sequence[Turn]) -> str:
    """`whisperx --output_format txt --diarize`: a segment a line."""
    number = codes(turns)
    return "".join(f"[SPEAKER_{number[turn.speaker]:02d}]: {said.text}\n" for turn, said in each(turns))


@writes("talk.txt", starts=1.0)
def time_before_label(turns: Sequence[Turn]) -> str:
    """Descript: "[00:01:02] Name: words"."""
    return "\n".join(f"[{clock(turn.start)}] {turn.speaker}: {turn.text}\n" for turn in turns)


@writes("talk.txt", starts=1.0)
def bare_time_before_label(turns: Sequence[Turn]) -> str:
    return "\n".join(f"{clock(turn.start, hours=False)} {turn.speaker}: {turn.text}" for turn in turns)


@writes("talk.txt", starts=1.0)
def time_after_label(turns: Sequence[Turn]) -> str:
    return "\n".join(f"{turn.speaker} ({clock(turn.start)}): {turn.text}" for turn in turns)


@writes("talk.txt", starts=1.0)
def rev_text(turns: Sequence[Turn]) -> str:
    """Rev.com: "Name (00:01):" on a line, the words below."""
    return "\n".join(f"{turn.speaker} ({clock(turn.start, hours=False)}):\n{turn.text}\n" for turn in turns)


@writes("talk.txt", starts=1.0)
def time_in_brackets_after_label(turns: Sequence[Turn]) -> str:
    return "\n\n".join(f"{turn.speaker} [{clock(turn.start)}]: {turn.text}" for turn in turns)


@writes("talk.txt", starts=1.0)
def otter(turns: Sequence[Turn]) -> str:
    said = "\n\n".join(f"{turn.speaker}  {short(turn.start)}\n{turn.text}" for turn in turns)
    return f"{said}\n\nTranscribed by https://otter.ai\n"


@writes("talk.txt", starts=1.0)
def otter_of_old(turns: Sequence[Turn]) -> str:
    """One space before the time, two at the end of the line."""
    said = "\n\n".join(f"{turn.speaker} {short(turn.start)}  \n{turn.text}  " for turn in turns)
    return f"{said}\n\nTranscribed by https://otter.ai"


@writes("talk.md", starts=1.0)
def otter_bold(turns: Sequence[Turn]) -> str:
    said = "\n\n".join(f"**{turn.speaker}** {short(turn.start)}  \n{turn.text}" for turn in turns)
    return f"{said}\n\nTranscribed by https://otter.ai\n"


@writes("talk.md")
def markdown(turns: Sequence[Turn]) -> str:
    return "\n\n".join(f"**{turn.speaker}:** {turn.text}" for turn in turns) + "\n"


@writes("talk.md")
def markdown_colon_outside(turns: Sequence[Turn]) -> str:
    return "# Low Tide 12\n\n" + "\n\n".join(f"**{turn.speaker}**: {turn.text}" for turn in turns) + "\n"


@writes("talk.md", starts=1.0)
def markdown_with_times(turns: Sequence[Turn]) -> str:
    return "\n\n".join(f"**{turn.speaker}** [{clock(turn.start)}]: {turn.text}" for turn in turns) + "\n"


@writes("hearing.txt", format="hearing")
def hearing(turns: Sequence[Turn]) -> str:
    """The Government Publishing Office: four spaces before a turn, lines of some 70 characters, no colon."""
    head = """[House Hearing, 118 Congress]
[From the U.S. Government Publishing Office]


                         SMALL HARBORS AND FERRIES

=======================================================================

                                HEARING

                               BEFORE THE

                      COMMITTEE ON TRANSPORTATION

                               __________

                              MAY 8, 2023

                               __________

"""
    return head + "\n".join(
        textwrap.fill(
            f"    {hearing_name(turn.speaker)}. {turn.text}", 70, break_long_words=False, break_on_hyphens=False
        )
        for turn in turns
    )


def hearing_name(name: str) -> str:
    """The chair goes by the office, the others by their last names."""
    return "The Chairwoman" if name == "Ana Silva" else f"Mr. {name.split()[-1]}"


# ---- Labelled text of exporters that FORMATS.md does not name, as they are known to write it


@writes("meeting_saved_closed_caption.txt")
def zoom_saved_captions(turns: Sequence[Turn]) -> str:
    """Zoom's "Save transcript": "[Name] 10:02:15", the clock on the wall, which is no time of a recording."""
    return "\n\n".join(f"[{turn.speaker}] {clock(turn.start)}\n{turn.text}" for turn in turns) + "\n"


@writes("talk.txt", starts=0.001)
def happy_scribe(turns: Sequence[Turn]) -> str:
    return "\n\n".join(f"[{clock(turn.start, 3)}] - {turn.speaker}\n{turn.text}" for turn in turns) + "\n"


@writes("talk.txt", starts=1.0)
def sonix(turns: Sequence[Turn]) -> str:
    return "\n\n".join(f"{turn.speaker}: [{clock(turn.start)}] {turn.text}" for turn in turns) + "\n"


@writes("talk.txt", starts=1.0)
def fathom(turns: Sequence[Turn]) -> str:
    """Fathom: a title, a rule, "0:03 - Name" and the words below, indented."""
    head = "Low Tide 12 - May 08\nVIEW RECORDING - 62 mins (No highlights): https://example.org/share/abc\n\n---\n\n"
    return head + "\n\n".join(f"{short(turn.start)} - {turn.speaker}\n  {turn.text}" for turn in turns) + "\n"


@writes("talk.txt", starts=0.001)
def riverside(turns: Sequence[Turn]) -> str:
    return "\n\n".join(f"{turn.speaker} ({clock(turn.start, 3, hours=False)})\n{turn.text}" for turn in turns) + "\n"


@writes("talk.txt", starts=1.0)
def word_transcribe(turns: Sequence[Turn]) -> str:
    """Microsoft Word's "Transcribe", copied: "00:00:05 Name" and the words below."""
    return "Transcript\n" + "\n".join(f"{clock(turn.start)} {turn.speaker}\n{turn.text}" for turn in turns) + "\n"


@writes("talk.txt", starts=1.0)
def descript_range(turns: Sequence[Turn]) -> str:
    """ "[00:00:01 - 00:00:05] Name: words"."""
    return "\n".join(f"[{clock(turn.start)} - {clock(turn.end)}] {turn.speaker}: {turn.text}" for turn in turns) + "\n"


@writes("talk.txt", starts=1.0)
def trint(turns: Sequence[Turn]) -> str:
    """No colon: "Name [00:00:05] words"."""
    return "\n\n".join(f"{turn.speaker} [{clock(turn.start)}] {turn.text}" for turn in turns) + "\n"


@writes("talk.txt", starts=1.0)
def tldv(turns: Sequence[Turn]) -> str:
    """tl;dv: the title, the day and an address; then "[00:05] Name: words", a paragraph each."""
    head = "Low Tide 12\nMay 8, 2023\nhttps://example.org/meetings/64f8\n\n"
    said = "\n\n".join(f"[{clock(turn.start, hours=False)}] {turn.speaker}: {turn.text}" for turn in turns)
    return head + said + "\n"


@writes("talk.txt", speakers=UNNAMED, starts=1.0, sentences=False)
def youtube_copied(turns: Sequence[Turn]) -> str:
    """YouTube's transcript, copied from the page: a time alone on a line, the words below."""
    return "".join(f"{short(s.start)}\n{s.text}\n" for _, s in each(turns))


@writes("talk.txt", speakers=UNNAMED, starts=0.001)
def whisper_console(turns: Sequence[Turn]) -> str:
    """What whisper prints."""
    return "".join(
        f"[{clock(s.start, 3, hours=False)} --> {clock(s.end, 3, hours=False)}]  {s.text}\n" for _, s in each(turns)
    )


@writes("talk.tsv", speakers=UNNAMED, starts=0.001, ends=True, sentences=True)
def whisper_tsv(turns: Sequence[Turn]) -> str:
    return "start\tend\ttext\n" + "".join(
        f"{round(s.start * 1000)}\t{round(s.end * 1000)}\t{s.text}\n" for _, s in each(turns)
    )


# ---- WebVTT


def vtt(cues: Sequence[tuple[float, float, str]], head: str = "WEBVTT\n", hours: bool = True) -> str:
    blocks = [
        f"{clock(start, 3, hours=hours)} --> {clock(end, 3, hours=hours)}\n{words}\n" for start, end, words in cues
    ]
    return head + "\n" + "\n".join(blocks)


def vtt_text(text: str) -> str:
    return html.escape(text, quote=False)


@writes("talk.vtt", starts=0.001, ends=True, sentences=True)
def voice_on_every_cue(turns: Sequence[Turn]) -> str:
    return vtt([(s.start, s.end, f"<v {turn.speaker}>{vtt_text(s.text)}") for turn, s in each(turns)])


@writes("talk.vtt", starts=0.001, ends=True, sentences=True)
def voice_when_it_changes(turns: Sequence[Turn]) -> str:
    return vtt(
        [
            (s.start, s.end, (f"<v {turn.speaker}>" if s is turn.sentences[0] else "") + vtt_text(s.text))
            for turn, s in each(turns)
        ],
        hours=False,
    )


@writes("talk.vtt", starts=0.001, ends=True, sentences=True)
def voice_on_the_first_line(turns: Sequence[Turn]) -> str:
    """Cues of several lines, of which only the first has the voice, which is not closed."""
    return vtt(
        [
            (s.start, s.end, "\n".join((f"<v {turn.speaker}>{lines[0]}", *lines[1:])))
            for turn, s in each(turns)
            for lines in [textwrap.wrap(vtt_text(s.text), 24, break_long_words=False, break_on_hyphens=False)]
        ]
    )


@writes("talk.vtt", starts=0.001, ends=True, sentences=True)
def teams_vtt(turns: Sequence[Turn]) -> str:
    """Identifiers of a GUID and a count; a cue's words on up to two lines; closed voice tags; CRLF."""
    cues = []
    guid = uuid.UUID(int=0x5A4BF8E1F1F24C1E9C0E3D6A1B2C3D4E)
    for number, (turn, s) in enumerate(each(turns)):
        lines = "\n".join(textwrap.wrap(vtt_text(s.text), 50, break_long_words=False, break_on_hyphens=False))
        cues.append(f"{guid}/{number}-0\n{clock(s.start, 3)} --> {clock(s.end, 3)}\n<v {turn.speaker}>{lines}</v>\n\n")
    return ("WEBVTT\n\n" + "".join(cues)).replace("\n", "\r\n")


@writes("GMT20230508-100000_Recording.transcript.vtt", starts=0.001, ends=True)
def zoom_vtt(turns: Sequence[Turn]) -> str:
    """Integers as identifiers, the name before the words of every cue, phrases cut where they happen to be; CRLF."""
    cues = []
    for turn in turns:
        words = [word for sentence in turn.sentences for word in words_of(sentence)]
        for at in range(0, len(words), 11):
            said = words[at : at + 11]
            cues.append((said[0][1], said[-1][2], f"{turn.speaker}: {' '.join(word for word, _, _ in said)}"))
    blocks = [
        f"{number}\n{clock(start, 3)} --> {clock(end, 3)}\n{words}\n"
        for number, (start, end, words) in enumerate(cues, 1)
    ]
    return ("WEBVTT\n\n" + "\n".join(blocks)).replace("\n", "\r\n")


@writes("talk.en.vtt", speakers=UNNAMED, starts=0.02, ends=True)
def youtube_vtt(turns: Sequence[Turn]) -> str:
    """Two rolling lines: the one before and the new one with a time before each word; then an echo of 10 ms."""
    out = "WEBVTT\nKind: captions\nLanguage: en\n"
    before = " "
    rows = []
    for turn in turns:
        words = [word for sentence in turn.sentences for word in words_of(sentence)]
        rows += [words[at : at + 7] for at in range(0, len(words), 7)]
    last = 0.0
    for row in rows:
        start, end = row[0][1], row[-1][2] - 0.01
        if start > last + 8:
            before = " "  # a long silence clears the window
        last = end
        tagged = row[0][0] + "".join(f"<{clock(begin, 3)}><c> {vtt_text(word)}</c>" for word, begin, _ in row[1:])
        plain = vtt_text(" ".join(word for word, _, _ in row))
        settings = "align:start position:0%"
        tagged = vtt_text(row[0][0]) + tagged[len(row[0][0]) :]
        out += f"\n{clock(start, 3)} --> {clock(end, 3)} {settings}\n{before}\n{tagged}\n"
        out += f"\n{clock(end, 3)} --> {clock(end + 0.01, 3)} {settings}\n{plain}\n \n"
        before = plain
    return out


@writes("talk.vtt", speakers=UNNAMED, starts=0.001, ends=True, sentences=True)
def whisper_vtt(turns: Sequence[Turn]) -> str:
    """OpenAI's whisper: no speakers, minutes without hours."""
    return vtt([(s.start, s.end, vtt_text(s.text)) for _, s in each(turns)], hours=False)


@writes("talk.vtt", speakers=CODED, starts=0.001, ends=True, sentences=True)
def whisperx_vtt(turns: Sequence[Turn]) -> str:
    number = codes(turns)
    return vtt(
        [(s.start, s.end, f"[SPEAKER_{number[turn.speaker]:02d}]: {vtt_text(s.text)}") for turn, s in each(turns)],
        hours=False,
    )


# ---- SubRip


def subrip(cues: Sequence[tuple[float, float, str]]) -> str:
    return "\n".join(
        f"{number}\n{clock(start, 3, ',')} --> {clock(end, 3, ',')}\n{words}\n"
        for number, (start, end, words) in enumerate(cues, 1)
    )


@writes("talk.srt", starts=0.001, ends=True, sentences=True)
def subrip_when_it_changes(turns: Sequence[Turn]) -> str:
    """Podcasting 2.0: "Sarah: words" only when the speaker changes; at most 32 characters a line."""
    return subrip(
        [
            (
                s.start,
                s.end,
                textwrap.fill(
                    (f"{turn.speaker}: " if s is turn.sentences[0] else "") + s.text,
                    32,
                    break_long_words=False,
                    break_on_hyphens=False,
                ),
            )
            for turn, s in each(turns)
        ]
    )


@writes("talk.srt", starts=0.001, ends=True, sentences=True)
def subrip_on_every_cue(turns: Sequence[Turn]) -> str:
    return subrip([(s.start, s.end, f"{turn.speaker}: {s.text}") for turn, s in each(turns)])


@writes("talk.srt", starts=0.001, ends=True, sentences=True)
def subrip_name_alone(turns: Sequence[Turn]) -> str:
    """The name alone on the first line of a cue, when the speaker changes."""
    return subrip(
        [(s.start, s.end, (f"{turn.speaker}:\n" if s is turn.sentences[0] else "") + s.text) for turn, s in each(turns)]
    )


@writes("talk.srt", speakers=CODED, starts=0.001, ends=True, sentences=True)
def whisperx_subrip(turns: Sequence[Turn]) -> str:
    number = codes(turns)
    return subrip([(s.start, s.end, f"[SPEAKER_{number[turn.speaker]:02d}]: {s.text}") for turn, s in each(turns)])


@writes("talk.srt", speakers=UNNAMED, starts=0.001, ends=True, sentences=True)
def whisper_subrip(turns: Sequence[Turn]) -> str:
    return subrip([(s.start, s.end, s.text) for _, s in each(turns)])


# ---- JSON


def dump(data: Any, **how: Any) -> str:
    return json.dumps(data, **{"ensure_ascii": False} | how)


@writes("talk.json", starts=0.001, ends=True, sentences=True)
def podcast_json(turns: Sequence[Turn]) -> str:
    return dump(
        {
            "version": "1.0.0",
            "segments": [
                {"speaker": turn.speaker, "startTime": s.start, "endTime": s.end, "body": s.text}
                for turn, s in each(turns)
            ],
        }
    )


@writes("talk.json", starts=0.001, ends=True)
def podcast_json_words(turns: Sequence[Turn]) -> str:
    """Buzzsprout: a segment a word."""
    return dump(
        {
            "version": "1.0.0",
            "segments": [
                {"speaker": turn.speaker, "startTime": start, "endTime": end, "body": word}
                for turn, s in each(turns)
                for word, start, end in words_of(s)
            ],
        },
        indent=4,
    )


@writes("talk.json", starts=0.001, ends=True, sentences=True)
def podcast_json_variant(turns: Sequence[Turn]) -> str:
    """`text`, `start` and `end`, the times as strings."""
    return dump(
        {
            "version": "1.0",
            "segments": [
                {"speaker": turn.speaker, "start": f"{s.start:.2f}", "end": f"{s.end:.2f}", "text": s.text}
                for turn, s in each(turns)
            ],
        }
    )


def whisper_segments(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    return [
        {
            "id": number,
            "seek": int(s.start // 30) * 3000,
            "start": s.start,
            "end": s.end,
            "text": " " + s.text,
            "tokens": [50364, 2221, 13],
            "temperature": 0.0,
            "avg_logprob": -0.21,
            "compression_ratio": 1.6,
            "no_speech_prob": 0.01,
        }
        for number, (_, s) in enumerate(each(turns))
    ]


@writes("talk.json", speakers=UNNAMED, starts=0.001, ends=True, sentences=True)
def whisper_json(turns: Sequence[Turn]) -> str:
    return dump(
        {"text": " " + " ".join(turn.text for turn in turns), "segments": whisper_segments(turns), "language": "en"}
    )


@writes("talk.json", speakers=UNNAMED, starts=0.001, ends=True, sentences=True)
def openai_verbose_json(turns: Sequence[Turn]) -> str:
    """The API's verbose_json, with a list of words beside the segments."""
    return dump(
        {
            "task": "transcribe",
            "language": "english",
            "duration": turns[-1].end,
            "text": " ".join(turn.text for turn in turns),
            "segments": whisper_segments(turns),
            "words": [
                {"word": word.strip(".,?!"), "start": start, "end": end}
                for _, s in each(turns)
                for word, start, end in words_of(s)
            ],
            "usage": {"type": "duration", "seconds": int(turns[-1].end)},
        }
    )


@writes("talk.json", speakers=UNNAMED, starts=0.001, ends=True, sentences=True)
def whisper_cpp_json(turns: Sequence[Turn]) -> str:
    """whisper.cpp -oj: a list of segments with offsets in milliseconds."""
    return dump(
        {
            "systeminfo": "AVX = 1",
            "model": {"type": "base", "multilingual": False},
            "params": {"model": "models/ggml-base.en.bin", "language": "en", "translate": False},
            "result": {"language": "en"},
            "transcription": [
                {
                    "timestamps": {"from": clock(s.start, 3, ","), "to": clock(s.end, 3, ",")},
                    "offsets": {"from": round(s.start * 1000), "to": round(s.end * 1000)},
                    "text": " " + s.text,
                }
                for _, s in each(turns)
            ],
        },
        indent="\t",
    )


def whisperx_words(turn: Turn, sentence: Sentence, speaker: str) -> list[dict[str, Any]]:
    """Words with digits have neither times nor speaker: the aligner does not know them."""
    return [
        {"word": word}
        if re.search(r"\d", word)
        else {"word": word, "start": start, "end": end, "score": 0.91, "speaker": speaker}
        for word, start, end in words_of(sentence)
    ]


@writes("talk.json", speakers=CODED, starts=0.001, ends=True, sentences=True)
def whisperx_json(turns: Sequence[Turn]) -> str:
    number = codes(turns)
    segments = []
    for turn, s in each(turns):
        speaker = f"SPEAKER_{number[turn.speaker]:02d}"
        segments.append(
            {
                "start": s.start,
                "end": s.end,
                "text": " " + s.text,
                "words": whisperx_words(turn, s, speaker),
                "speaker": speaker,
            }
        )
    words = [word for segment in segments for word in segment["words"]]
    return dump({"segments": segments, "word_segments": words, "language": "en"})


@writes("talk.json", speakers=CODED)
def whisperx_json_two_in_a_segment(turns: Sequence[Turn]) -> str:
    """A segment that holds two speakers: the words know better than the segment, which has the name of the first."""
    number = codes(turns)
    segments = []
    for pair in itertools.zip_longest(turns[::2], turns[1::2]):
        said = [(turn, s) for turn in pair if turn for s in turn.sentences]
        words = []
        for turn, s in said:
            speaker = f"SPEAKER_{number[turn.speaker]:02d}"
            words += [
                {"word": word, "start": start, "end": end, "score": 0.9, "speaker": speaker}
                for word, start, end in words_of(s)
            ]
        segments.append(
            {
                "start": said[0][1].start,
                "end": said[-1][1].end,
                "text": " " + " ".join(s.text for _, s in said),
                "words": words,
                "speaker": words[0]["speaker"],
            }
        )
    return dump({"segments": segments, "word_segments": [w for s in segments for w in s["words"]]})


@writes("talk.json", speakers=CODED, starts=0.001, ends=True)
def assemblyai(turns: Sequence[Turn]) -> str:
    """Milliseconds; speakers are letters."""
    number = codes(turns)

    def words(turn: Turn) -> list[dict[str, Any]]:
        return [
            {
                "text": word,
                "start": round(start * 1000),
                "end": round(end * 1000),
                "confidence": 0.97,
                "speaker": "ABCD"[number[turn.speaker]],
            }
            for s in turn.sentences
            for word, start, end in words_of(s)
        ]

    return dump(
        {
            "id": "6a9zvzyx8u-f8fd-4bf4-9614-9497d76c6891",
            "language_code": "en_us",
            "audio_url": "https://example.org/talk.mp3",
            "status": "completed",
            "text": " ".join(turn.text for turn in turns),
            "words": [word for turn in turns for word in words(turn)],
            "utterances": [
                {
                    "confidence": 0.96,
                    "end": round(turn.end * 1000),
                    "speaker": "ABCD"[number[turn.speaker]],
                    "start": round(turn.start * 1000),
                    "text": turn.text,
                    "words": words(turn),
                }
                for turn in turns
            ],
            "audio_duration": int(turns[-1].end) + 1,
            "speaker_labels": True,
            "chapters": None,
            "summary": None,
        }
    )


@writes("talk.json", speakers=CODED, starts=0.001, ends=True)
def assemblyai_words(turns: Sequence[Turn]) -> str:
    """Utterances null, and the speaker known to the words."""
    data = json.loads(assemblyai(turns))
    return dump(data | {"utterances": None})


def deepgram(turns: Sequence[Turn], utterances: bool, paragraphs: bool) -> str:
    number = codes(turns)

    def words(turn: Turn) -> list[dict[str, Any]]:
        return [
            {
                "word": re.sub(r"[^\w']", "", word).lower() or word,
                "start": start,
                "end": end,
                "confidence": 0.99,
                "speaker": number[turn.speaker],
                "speaker_confidence": 0.8,
                "punctuated_word": word,
            }
            for s in turn.sentences
            for word, start, end in words_of(s)
        ]

    alternative: dict[str, Any] = {
        "transcript": " ".join(turn.text for turn in turns),
        "confidence": 0.99,
        "words": [word for turn in turns for word in words(turn)],
    }
    if paragraphs:
        alternative["paragraphs"] = {
            "transcript": "\n".join(f"\nSpeaker {number[turn.speaker]}: {turn.text}" for turn in turns),
            "paragraphs": [
                {
                    "sentences": [{"text": s.text, "start": s.start, "end": s.end} for s in turn.sentences],
                    "speaker": number[turn.speaker],
                    "num_words": len(turn.text.split()),
                    "start": turn.start,
                    "end": turn.end,
                }
                for turn in turns
            ],
        }
    results: dict[str, Any] = {"channels": [{"alternatives": [alternative]}]}
    if utterances:
        results["utterances"] = [
            {
                "start": turn.start,
                "end": turn.end,
                "confidence": 0.98,
                "channel": 0,
                "transcript": turn.text,
                "words": words(turn),
                "speaker": number[turn.speaker],
                "id": str(uuid.UUID(int=index)),
            }
            for index, turn in enumerate(turns)
        ]
    return dump(
        {
            "metadata": {
                "request_id": "e4ac910d",
                "created": "2023-05-08T12:59:59.945Z",
                "duration": turns[-1].end,
                "channels": 1,
            },
            "results": results,
        }
    )


@writes("talk.json", speakers=CODED, starts=0.001, ends=True)
def deepgram_utterances(turns: Sequence[Turn]) -> str:
    return deepgram(turns, utterances=True, paragraphs=False)


@writes("talk.json", speakers=CODED, starts=0.001, ends=True)
def deepgram_words(turns: Sequence[Turn]) -> str:
    return deepgram(turns, utterances=False, paragraphs=False)


@writes("talk.json", speakers=CODED, starts=0.001, ends=True)
def deepgram_paragraphs(turns: Sequence[Turn]) -> str:
    """smart_format=true gives paragraphs beside the words."""
    return deepgram(turns, utterances=False, paragraphs=True)


@writes("talk.json", speakers=CODED, starts=0.001, ends=True)
def deepgram_channels(turns: Sequence[Turn]) -> str:
    """multichannel=true: everybody on a channel, the words of each by themselves."""
    channels = []
    for name in codes(turns):
        own = json.loads(deepgram([turn for turn in turns if turn.speaker == name], False, False))
        best = own["results"]["channels"][0]["alternatives"][0]
        for word in best["words"]:
            del word["speaker"], word["speaker_confidence"]
        channels.append({"alternatives": [best]})
    return dump({"metadata": {"channels": len(channels)}, "results": {"channels": channels}})


def split_punctuation(word: str) -> tuple[str, str]:
    """ "noon?" as "noon" and "?"."""
    match = re.fullmatch(r"(.*\w)([.,?!])", word)
    return (match[1], match[2]) if match else (word, "")


@writes("talk.json", speakers=CODED, starts=0.001, ends=True)
def rev_json(turns: Sequence[Turn]) -> str:
    """Rev AI: speakers are numbers; spaces are punctuation elements."""
    number = codes(turns)
    return dump({"monologues": [{"speaker": number[turn.speaker], "elements": rev_elements(turn)} for turn in turns]})


@writes("talk.json", starts=0.001, ends=True)
def rev_json_of_people(turns: Sequence[Turn]) -> str:
    """Rev's human transcripts: a table of speakers with names, `timestamp` as text."""
    number = codes(turns)
    monologues = []
    for turn in turns:
        elements = []
        for element in rev_elements(turn):
            if "ts" in element:
                element = {
                    "type": "text",
                    "value": element["value"],
                    "ts": element["ts"],
                    "end_ts": element["end_ts"],
                    "timestamp": clock(element["ts"], 3, ","),
                    "end_timestamp": clock(element["end_ts"], 3, ","),
                }
            elements.append(element)
        monologues.append(
            {
                "speaker": number[turn.speaker],
                "speaker_info": {"id": str(number[turn.speaker]), "display_name": turn.speaker},
                "elements": elements,
            }
        )
    return dump({"speakers": [{"id": n, "name": name} for name, n in number.items()], "monologues": monologues})


def rev_elements(turn: Turn) -> list[dict[str, Any]]:
    elements: list[dict[str, Any]] = []
    for s in turn.sentences:
        for word, start, end in words_of(s):
            if elements:
                elements.append({"type": "punct", "value": " "})
            text, punctuation = split_punctuation(word)
            elements.append({"type": "text", "value": text, "ts": start, "end_ts": end, "confidence": 0.97})
            if punctuation:
                elements.append({"type": "punct", "value": punctuation})
    return elements


def aws_items(turns: Sequence[Turn], speaker: bool) -> list[dict[str, Any]]:
    number = codes(turns)
    items: list[dict[str, Any]] = []
    for turn, s in each(turns):
        label = {"speaker_label": f"spk_{number[turn.speaker]}"} if speaker else {}
        for word, start, end in words_of(s):
            text, punctuation = split_punctuation(word)
            items.append(
                {
                    "start_time": f"{start:.2f}",
                    "end_time": f"{end:.2f}",
                    "alternatives": [{"confidence": "0.99", "content": text}],
                    "type": "pronunciation",
                }
                | label
            )
            if punctuation:
                items.append(
                    {"alternatives": [{"confidence": "0.0", "content": punctuation}], "type": "punctuation"} | label
                )
    return items


def aws_segments(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    number = codes(turns)
    return [
        {
            "start_time": f"{turn.start:.2f}",
            "speaker_label": f"spk_{number[turn.speaker]}",
            "end_time": f"{turn.end:.2f}",
            "items": [
                {"start_time": f"{start:.2f}", "speaker_label": f"spk_{number[turn.speaker]}", "end_time": f"{end:.2f}"}
                for s in turn.sentences
                for _, start, end in words_of(s)
            ],
        }
        for turn in turns
    ]


@writes("asrOutput.json", speakers=CODED, starts=0.011, ends=True)
def aws(turns: Sequence[Turn]) -> str:
    """Amazon Transcribe until 2022: the speakers apart from the items."""
    return dump(
        {
            "jobName": "low-tide",
            "accountId": "123456789012",
            "results": {
                "transcripts": [{"transcript": " ".join(turn.text for turn in turns)}],
                "speaker_labels": {"speakers": len(codes(turns)), "segments": aws_segments(turns)},
                "items": aws_items(turns, speaker=False),
            },
            "status": "COMPLETED",
        }
    )


@writes("asrOutput.json", speakers=CODED, starts=0.011, ends=True)
def aws_of_late(turns: Sequence[Turn]) -> str:
    """Since: a speaker and an id on every item, `audio_segments` that say it all once more."""
    number = codes(turns)
    items = [{"id": index} | item for index, item in enumerate(aws_items(turns, speaker=True))]
    return dump(
        {
            "jobName": "low-tide",
            "accountId": "123456789012",
            "status": "COMPLETED",
            "results": {
                "language_code": "en-US",
                "transcripts": [{"transcript": " ".join(turn.text for turn in turns)}],
                "speaker_labels": {
                    "segments": aws_segments(turns),
                    "channel_label": "ch_0",
                    "speakers": len(number),
                },
                "items": items,
                "audio_segments": [
                    {
                        "id": index,
                        "transcript": turn.text,
                        "start_time": f"{turn.start:.2f}",
                        "end_time": f"{turn.end:.2f}",
                        "speaker_label": f"spk_{number[turn.speaker]}",
                        "items": [],
                    }
                    for index, turn in enumerate(turns)
                ],
            },
        }
    )


@writes("asrOutput.json", speakers=CODED, starts=0.011, ends=True)
def aws_channels(turns: Sequence[Turn]) -> str:
    """Channel identification: `items` of all by their times, and those of each channel once more."""
    channels = [
        {
            "channel_label": f"ch_{number}",
            "items": aws_items([turn for turn in turns if turn.speaker == name], speaker=False),
        }
        for name, number in codes(turns).items()
    ]
    return dump(
        {
            "jobName": "low-tide",
            "results": {
                "transcripts": [{"transcript": " ".join(turn.text for turn in turns)}],
                "channel_labels": {"channels": channels, "number_of_channels": len(channels)},
                "items": aws_items(turns, speaker=False),
            },
            "status": "COMPLETED",
        }
    )


@writes("talk.json", speakers=CODED, starts=0.001, ends=True)
def aws_call_analytics(turns: Sequence[Turn]) -> str:
    """Amazon Transcribe Call Analytics: roles, milliseconds, an item a word within the turns."""
    roles = [f"ROLE_{number}" for number in codes(turns).values()]
    return dump(
        {
            "JobStatus": "COMPLETED",
            "LanguageCode": "en-US",
            "Transcript": [
                {
                    "LoudnessScores": [78.6, 80.1],
                    "Content": turn.text,
                    "Items": [
                        {
                            "Content": word,
                            "Confidence": "0.99",
                            "Type": "pronunciation",
                            "BeginOffsetMillis": round(start * 1000),
                            "EndOffsetMillis": round(end * 1000),
                        }
                        for s in turn.sentences
                        for word, start, end in words_of(s)
                    ],
                    "Id": str(uuid.UUID(int=index)),
                    "BeginOffsetMillis": round(turn.start * 1000),
                    "EndOffsetMillis": round(turn.end * 1000),
                    "Sentiment": "NEUTRAL",
                    "ParticipantRole": roles[codes(turns)[turn.speaker]],
                }
                for index, turn in enumerate(turns)
            ],
            "Participants": [{"ParticipantRole": role} for role in roles],
            "ConversationCharacteristics": {"TotalConversationDurationMillis": round(turns[-1].end * 1000)},
        }
    )


@writes("talk.json", starts=1.0, ends=True)
def read_ai(turns: Sequence[Turn]) -> str:
    """Read.ai's webhook: seconds since 1970, beside a summary that nobody said."""
    began = 1683540000
    return dump(
        {
            "session_id": "01JKAW",
            "trigger": "meeting_end",
            "title": "Low Tide 12",
            "start_time": "2023-05-08T10:00:00.095890Z",
            "participants": [{"name": name, "email": None} for name in codes(turns)],
            "summary": "Ana Silva: a summary that nobody said.",
            "action_items": [{"text": "Write to the council."}],
            "transcript": {
                "speaker_blocks": [
                    {
                        "start_time": began + int(turn.start),
                        "end_time": began + int(turn.end),
                        "speaker": {"name": turn.speaker},
                        "words": turn.text,
                    }
                    for turn in turns
                ],
                "speakers": [{"name": name} for name in codes(turns)],
            },
        }
    )


@writes("talk.json", speakers=CODED, starts=0.001, ends=True, sentences=True)
def openai_diarized_json(turns: Sequence[Turn]) -> str:
    number = codes(turns)
    return dump(
        {
            "task": "transcribe",
            "duration": turns[-1].end,
            "text": " ".join(turn.text for turn in turns),
            "segments": [
                {
                    "type": "transcript.text.segment",
                    "id": f"seg_{index:03d}",
                    "speaker": "ABCD"[number[turn.speaker]],
                    "start": s.start,
                    "end": s.end,
                    "text": " " + s.text,
                }
                for index, (turn, s) in enumerate(each(turns))
            ],
            "usage": {"type": "duration", "seconds": int(turns[-1].end)},
        }
    )


def fireflies_sentences(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    number = codes(turns)
    return [
        {
            "index": index,
            "speaker_name": turn.speaker,
            "speaker_id": number[turn.speaker],
            "text": s.text,
            "raw_text": s.text.lower(),
            "start_time": s.start,
            "end_time": s.end,
            "ai_filters": {"task": None, "pricing": None, "question": None},
        }
        for index, (turn, s) in enumerate(each(turns))
    ]


@writes("talk.json", starts=0.001, ends=True, sentences=True)
def fireflies(turns: Sequence[Turn]) -> str:
    """A transcript as its GraphQL API gives it: the date in milliseconds."""
    return dump(
        {
            "id": "01GZ",
            "title": "Low Tide 12",
            "date": 1683540000000,
            "duration": 62.9,
            "summary": {"overview": "Ana Silva: a summary that nobody said.", "action_items": None},
            "sentences": fireflies_sentences(turns),
        }
    )


@writes("talk.json", starts=0.001, ends=True, sentences=True)
def fireflies_response(turns: Sequence[Turn]) -> str:
    """The whole response, as somebody saves it."""
    return dump({"data": {"transcript": json.loads(fireflies(turns))}})


@writes("talk.json", starts=0.001, ends=True, sentences=True)
def fireflies_list(turns: Sequence[Turn]) -> str:
    """ "Download as JSON": the sentences alone, the times as text."""
    return dump(
        [
            {
                "sentence": s.text,
                "startTime": clock(s.start, 2, hours=False),
                "endTime": clock(s.end, 2, hours=False),
                "speaker_name": turn.speaker,
                "speaker_id": codes(turns)[turn.speaker],
            }
            for turn, s in each(turns)
        ]
    )


def gong_call(turns: Sequence[Turn]) -> dict[str, Any]:
    return {
        "callId": "7782342274025937895",
        "transcript": [
            {
                "speakerId": str(6432345678555530067 + codes(turns)[turn.speaker]),
                "topic": None,
                "sentences": [
                    {"start": round(s.start * 1000), "end": round(s.end * 1000), "text": s.text} for s in turn.sentences
                ],
            }
            for turn in turns
        ],
    }


@writes("talk.json", speakers=CODED, starts=0.001, ends=True, sentences=True)
def gong(turns: Sequence[Turn]) -> str:
    """The transcript call alone: speakers are numbers of nineteen digits."""
    return dump(
        {"requestId": "4al018gzaztcr8nbukw", "records": {"totalRecords": 1}, "callTranscripts": [gong_call(turns)]}
    )


@writes("talk.json", starts=0.001, ends=True, sentences=True)
def gong_with_parties(turns: Sequence[Turn]) -> str:
    """With the parties of the call beside it."""
    parties = [
        {"id": str(number), "name": name, "speakerId": str(6432345678555530067 + number), "affiliation": "Internal"}
        for name, number in codes(turns).items()
    ]
    return dump({"callTranscripts": [gong_call(turns)], "parties": parties})


@writes("talk.json", speakers=CODED, starts=0.001, ends=True, sentences=True)
def gong_calls(turns: Sequence[Turn]) -> str:
    """Several calls in one answer."""
    whole = gong_call(turns)
    half = len(turns) // 2
    calls = [
        {"callId": str(number), "transcript": part}
        for number, part in enumerate((whole["transcript"][:half], whole["transcript"][half:]))
    ]
    return dump({"requestId": "4al018gzaztcr8nbukw", "records": {"totalRecords": 2}, "callTranscripts": calls})


@writes("2023.22-10-t01.json", starts=0.001, ends=True, sentences=True)
def oyez(turns: Sequence[Turn]) -> str:
    turns_of = [
        {
            "start": turn.start,
            "stop": turn.end,
            "byte_start": 0,
            "byte_stop": 0,
            "speaker": {
                "ID": 15086 + codes(turns)[turn.speaker],
                "name": turn.speaker,
                "last_name": turn.speaker.split()[-1],
                "roles": [{"type": "scotus_justice", "role_title": "Chief Justice of the United States"}],
                "thumbnail": None,
                "identifier": turn.speaker.lower().replace(" ", "_"),
            },
            "text_blocks": [
                {"start": s.start, "stop": s.end, "byte_start": 0, "byte_stop": 0, "text": s.text}
                for s in turn.sentences
            ],
        }
        for turn in turns
    ]
    half = len(turns_of) // 2
    sections = [
        {"start": part[0]["start"], "stop": part[-1]["stop"], "byte_start": 0, "byte_stop": 0, "turns": part}
        for part in (turns_of[:half], turns_of[half:])
        if part
    ]
    return dump(
        {
            "id": 25813,
            "title": "Oral Argument - May 08, 2023",
            "media_file": [{"id": 83192, "mime": "audio/mpeg", "href": "https://example.org/argument.mp3"}],
            "transcript": {"title": "Low Tide v. Bridge", "duration": None, "sections": sections},
            "unavailable": False,
        }
    )


# ---- HTML


@writes("transcript.html", starts=1.0)
def podcast_html(turns: Sequence[Turn]) -> str:
    return "".join(
        f"<cite>{html.escape(turn.speaker).replace('&#x27;', '&#39;')}:</cite>\n<time>{short(turn.start)}</time>\n"
        f"<p>{html.escape(turn.text).replace('&#x27;', '&#39;')}</p>\n"
        for turn in turns
    )


@writes("transcript.html", starts=1.0)
def podcast_html_page(turns: Sequence[Turn]) -> str:
    """Saved from a browser: a page around it, spaces before colons, styles and scripts."""
    said = "".join(
        f"  <cite>{html.escape(turn.speaker, False)} :</cite>\n  <time>{clock(turn.start)}</time>\n"
        f"  <p>{html.escape(turn.text, False)}</p>\n"
        for turn in turns
    )
    return (
        "\n<!-- saved from url=(0054)https://example.org/transcript -->\n"
        '<html lang="en"><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8">'
        "<title>Low Tide 12</title>"
        "<style>cite { color: red }</style><script>var a = '<p>no</p>';</script></head><body>"
        f"{said}</body></html>"
    )


@writes("transcript.html", starts=1.0)
def podcast_html_sentences(turns: Sequence[Turn]) -> str:
    """A paragraph a sentence under one name; times in an attribute-free tag; all on one line."""
    return (
        "<div>"
        + "".join(
            f"<cite>{html.escape(turn.speaker)}:</cite><time>{short(turn.start)}</time>"
            + "".join(f"<p>{html.escape(s.text)}</p>" for s in turn.sentences)
            for turn in turns
        )
        + "</div>"
    )


# ---- Word


def docx(paragraphs: Sequence[str]) -> bytes:
    """A Word file of paragraphs given as WordprocessingML."""
    types = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    relations = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>'
    )
    document = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
        + "".join(paragraphs)
        + "<w:sectPr/></w:body></w:document>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("_rels/.rels", relations)
        archive.writestr("word/document.xml", document)
    return buffer.getvalue()


def run(text: str, bold: bool = False) -> str:
    """A run; a newline is a line break."""
    inner = "<w:br/>".join(
        f'<w:t xml:space="preserve">{html.escape(line, quote=False)}</w:t>' for line in text.split("\n")
    )
    return f"<w:r>{'<w:rPr><w:b/></w:rPr>' * bold}{inner}</w:r>"


def paragraph(*runs: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}{''.join(runs)}</w:p>"


@writes("Low Tide 12.docx", starts=1.0)
def teams_docx(turns: Sequence[Turn]) -> bytes:
    """Microsoft Teams: a paragraph a turn; name, time and words in runs of their own, split by line breaks."""
    first = turns[0].speaker
    return docx(
        [
            paragraph(run("Low Tide 12-20230508_100000-Meeting Recording", bold=True)),
            paragraph(run("May 8, 2023, 10:00AM")),
            paragraph(run("1h 2m 53s")),
            paragraph(),
            paragraph(run(first, bold=True), run(" started transcription")),
            *(
                paragraph(
                    "<w:r><w:br/></w:r>" * bool(index),
                    run(turn.speaker, bold=True),
                    run(f"   {short(turn.start)}"),
                    "<w:r><w:br/></w:r>",
                    run(turn.text),
                )
                for index, turn in enumerate(turns)
            ),
            paragraph(run(first, bold=True), run(" stopped transcription")),
        ]
    )


@writes("Low Tide 12_2022-05-08.docx", starts=0.001, ends=True)
def teams_docx_of_old(turns: Sequence[Turn]) -> bytes:
    """Teams until 2022: "0:0:0.0 --> 0:0:2.330", the name, the words; a paragraph each, divided by line breaks."""

    def old(seconds: float) -> str:
        whole, milliseconds = divmod(round(seconds * 1000), 1000)
        fraction = f"{milliseconds:03d}".rstrip("0") or "0"
        return f"{whole // 3600}:{whole % 3600 // 60}:{whole % 60}.{fraction}"

    return docx(
        [paragraph(run(f"{old(turn.start)} --> {old(turn.end)}\n{turn.speaker}\n{turn.text}")) for turn in turns]
    )


MEET_NOTES = (
    paragraph(run("📝 Notes"), style="Heading1"),
    paragraph(run("May 8, 2023")),
    paragraph(run("Low Tide 12"), style="Heading1"),
    paragraph(run("Invited "), run("Ana Silva Tom O'Neil José Pérez Will Grace")),
    paragraph(run("Attachments "), run("Low Tide 12")),
    paragraph(run("Meeting records "), run("Transcript")),
    paragraph(),
    paragraph(run("Summary"), style="Heading3"),
    paragraph(run("Ana Silva: the ferry was discussed, and the participants agreed that a bridge is a mistake.")),
    paragraph(run("Details"), style="Heading3"),
    paragraph(run("The letter: ", bold=True), run("Will Grace explained that the letter was burned (00:30:21).")),
    paragraph(run("José Pérez: ", bold=True), run("José Pérez said that dogs must pay (01:02:10).")),
    paragraph(run("Suggested next steps"), style="Heading3"),
    paragraph(run("Tom O'Neil: will write to the council.")),
    paragraph(
        run("You should review Gemini's notes to make sure they're accurate. Get tips and learn how Gemini takes notes")
    ),
)


@writes("Low Tide 12 - 2023_05_08 10_00 BST - Notes by Gemini.docx", starts=None)
def meet_docx(turns: Sequence[Turn]) -> bytes:
    """Google Meet: Gemini's notes, then the transcript, with a time on a line of its own now and then."""
    parts = [
        paragraph(run("📖 Transcript"), style="Heading1"),
        paragraph(run("May 8, 2023")),
        paragraph(run("Low Tide 12 - Transcript"), style="Heading1"),
    ]
    block = -1
    for turn in turns:
        if int(turn.start // 60) != block:
            block = int(turn.start // 60)
            parts += [paragraph(run(clock(turn.start)), style="Heading3"), paragraph(run(" "))]
        parts.append(paragraph(run(f"{turn.speaker}:", bold=True), run(f" {turn.text}")))
    parts += [
        paragraph(run(f"Transcription ended after {clock(turns[-1].end + 1)}"), style="Heading3"),
        paragraph(
            run(
                "This editable transcript was computer generated and might contain errors. People can also change the "
                "text after it was created."
            )
        ),
    ]
    return docx([*MEET_NOTES, *parts])


@writes("Low Tide 12 (2023-05-08 10_00 GMT+1) - Transcript.docx", starts=None)
def meet_docx_without_notes(turns: Sequence[Turn]) -> bytes:
    """Google Meet without Gemini: attendees at the head, and a break in the line after each turn."""
    return docx(
        [
            paragraph(run("Low Tide 12 (2023-05-08 10:00 GMT+1) - Transcript"), style="Title"),
            paragraph(run("Attendees"), style="Heading1"),
            paragraph(run("Ana Silva, José Pérez, Tom O'Neil, Will Grace")),
            paragraph(run("Transcript"), style="Heading1"),
            paragraph(run("This editable transcript was computer generated and might contain errors.")),
            *(
                part
                for index, turn in enumerate(turns)
                for part in (
                    [paragraph(run(clock(turn.start)), style="Heading2")] * (index % 10 == 0)
                    + [paragraph(run(f"{turn.speaker}: ", bold=True), run(turn.text))]
                )
            ),
            paragraph(run(f"Transcription ended after {clock(turns[-1].end)}")),
        ]
    )


@writes("talk.docx")
def labelled_docx(turns: Sequence[Turn]) -> bytes:
    """What people type into Word: a title, a name in bold and a colon."""
    return docx(
        [
            paragraph(run("Low Tide 12"), style="Title"),
            *(paragraph(run(turn.speaker, bold=True), run(f": {turn.text}")) for turn in turns),
        ]
    )


@writes("talk.docx", starts=1.0)
def descript_docx(turns: Sequence[Turn]) -> bytes:
    """Descript: the title, then a paragraph a turn with the time and the name before the words."""
    return docx(
        [
            paragraph(run("Low Tide 12"), style="Heading1"),
            *(paragraph(run(f"[{clock(turn.start)}] {turn.speaker}: "), run(turn.text)) for turn in turns),
        ]
    )


@writes("talk.docx", starts=1.0)
def rev_docx(turns: Sequence[Turn]) -> bytes:
    """Rev.com: a table; the name and the time on the left, the words on the right."""
    rows = [
        "<w:tr><w:tc>"
        + paragraph(run(turn.speaker, bold=True), run(f" ({clock(turn.start, hours=False)}):"))
        + "</w:tc><w:tc>"
        + paragraph(run(turn.text))
        + "</w:tc></w:tr>"
        for turn in turns
    ]
    return docx([f"<w:tbl>{''.join(rows)}</w:tbl>", paragraph()])
