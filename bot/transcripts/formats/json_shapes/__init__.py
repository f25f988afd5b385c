"""The JSON that transcription services and podcast hosts export: one small pure function a shape.

A shape looks at the root of a file and gives what is said in it, item by item, or None when the file is of another
shape.  It reads the coarsest list that has times and speakers; an utterance whose words name two speakers is divided.
What a shape does not read is found and reported by `exported_json`.

    segments        items that have text, times and a speaker
    word_by_word    words or signs, each with its time, that are put together to turns
    meetings        turns of named people, with a title and a date

A new exporter is a function in the one of these that it is most like, and a line in SHAPES.  Below them: `shape` (Said,
Found, and Node, by which a file is read), `words` (align, divide and join words), `about` (title, date, language).
"""

from __future__ import annotations

from bot.transcripts.formats.json_shapes.general import general
from bot.transcripts.formats.json_shapes.meetings import fireflies, gong, oyez, read_ai
from bot.transcripts.formats.json_shapes.segments import assemblyai, openai_diarized, podcast, whisper
from bot.transcripts.formats.json_shapes.shape import Found, Node, Shape
from bot.transcripts.formats.json_shapes.word_by_word import aws, deepgram, rev


def _by_evidence(root: Node) -> Found | None:
    found = general(root.value)
    return found if isinstance(found, Found) and not root.path else None


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
"""In the order in which they are tried: each is asked only for what those before it did not take."""

GENERAL = Shape("json", "JSON, by what its records show", _by_evidence)
"""What is of none of these."""
