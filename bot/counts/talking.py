"""Talk time: how much each speaker says in some transcripts, or in all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.transcripts.talk import Talk, added_up, talks_in

if TYPE_CHECKING:
    from bot.store.store import Store


@dataclass(frozen=True)
class TalkTime:
    """Who says how much: in all, and by transcript (id).  Who says most words comes first."""

    speakers: tuple[Talk, ...]
    by_transcript: Mapping[str, tuple[Talk, ...]]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "speakers": [talk.as_dict() for talk in self.speakers],
            "by_transcript": {id: [talk.as_dict() for talk in talks] for id, talks in self.by_transcript.items()},
        }


def talk_time(library: Store, transcripts: Sequence[str] = ()) -> TalkTime:
    """How much each speaker says in these transcripts (ids), in all when none is named.

    Where each piece of a turn has a start and an end, the turn lasts as long as these cover, so a pause between two
    captions is nobody's, and a caption that two speakers share is counted for both.  Where there is only a start, it
    lasts until the next turn begins.  Other turns are untimed.

    Raises LibraryError for an unknown transcript, or a library without any.
    """
    entries = tuple(dict.fromkeys(library.entries_of(transcripts)))
    library.need_transcripts()
    by_transcript = {entry.id: talks_in(library.revision(entry.revision)) for entry in entries}
    return TalkTime(added_up(talk for talks in by_transcript.values() for talk in talks), by_transcript)
