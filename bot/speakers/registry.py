"""The registry: what the speakers of a library are called, beside what the files say.

    labels of the files ─ labels that a person gave (`bot.speakers.labelling`) ─ names that a person gave ─► speakers

It is part of the manifest and applied when a transcript is read.  Files and stored transcripts keep their labels, so
everything that a person says can be taken back.  Names cost nothing, since the indexes have labels; a label makes a
reading of its own, which is indexed.  A label is written here as its file has it or a person gave it, and as
UNNAMED_SPEAKER where nobody is named.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.errors import LibraryError
from bot.speakers.labelling import Label, relabelled
from bot.speakers.names import find_speakers, is_machine_label
from bot.transcripts.languages import noticed_language
from bot.transcripts.transcript import UNNAMED_SPEAKER, Transcript
from bot.words.dates import date_of
from bot.words.phrases import listed

_LONGEST_NAME = 100  # characters
_LONGEST_TITLE = 200
GIVEN, FILE, NOTICED = "given", "file", "noticed"
"""Who says in which language a transcript is: a person, its file, or its words."""
JOINERS = "\u200c\u200d"  # invisible, and part of the spelling in some scripts
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Listed:
    """What a library knows of a transcript without opening it.

    `path` is where it was added from, `group` names this reading of its file, `speakers` are in order of their first
    words.
    """

    id: str
    title: str
    source: str
    path: str | None
    sha256: str
    group: str
    utterances: int
    words: int
    speakers: tuple[str, ...]


@dataclass(frozen=True)
class Record(Listed):
    """A transcript as the manifest keeps it: what the file says, then what a feed and a person have said of it.

    `speakers` are the labels, `names` the names given to some of them.  `labelled` are the labels that a person gave,
    in their order: (place, speaker), "" for nobody; `group`, `speakers` and `utterances` are those of the transcript
    under them, what is stored is the transcript as its file says.  Dates are ISO dates; `file_date` stands in the
    file, `told_title` and `told_date` in a feed that names it (`bot.transcripts.feeds`).  None: nobody has given any.
    `language` is a tag ("en", "pt-BR"), `language_by` who says so: GIVEN, FILE or NOTICED; None where nobody is sure.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    given_title: str | None = None
    given_date: str | None = None
    told_title: str | None = None
    told_date: str | None = None
    file_date: str | None = None
    language: str | None = None
    language_by: str = ""
    labelled: tuple[Label, ...] = ()

    @classmethod
    def of(cls, transcript: Transcript, path: str | None) -> Record:
        """What is known of a transcript from its file alone; its language is noticed where the file does not say."""
        language = transcript.language or noticed_language(transcript)
        day = date_of(transcript.date or "")
        return cls(
            id=transcript.id,
            title=transcript.title,
            source=transcript.source,
            path=path,
            sha256=transcript.sha256,
            group=transcript.revision,
            utterances=len(transcript.utterances),
            words=transcript.words,
            speakers=transcript.speakers,
            file_date=day.isoformat() if day else None,
            language=language,
            language_by=(FILE if transcript.language else NOTICED) if language else "",
        )

    @property
    def shown_title(self) -> str:
        return self.given_title or self.told_title or self.title

    @property
    def date(self) -> datetime.date | None:
        """The day of the recording: as given, else as a feed tells, as the file says, as in its name or the title."""
        said = self.given_date or self.told_date or self.file_date
        return datetime.date.fromisoformat(said) if said else date_of(self.source) or date_of(self.shown_title)

    def told(self, title: str | None, date: str | None) -> Record:
        """With what a feed tells of it; None leaves what another one told."""
        return replace(self, told_title=title or self.told_title, told_date=date or self.told_date)

    def spoken_in(self, language: str | None) -> Record:
        """In the language that somebody gives; None leaves what is known of it."""
        return replace(self, language=language, language_by=GIVEN) if language else self

    def with_labels(self, transcript: Transcript, labels: Sequence[Label]) -> Record:
        """With these labels, given to a transcript as its file says."""
        said = relabelled(transcript, labels)
        return replace(
            self,
            group=said.revision,
            utterances=len(said.utterances),
            words=said.words,
            speakers=said.speakers,
            labelled=tuple(labels),
        )

    def taking_over(self, old: Record) -> Record:
        """This reading of a file in the place of an old one, with what was said of that and still applies."""
        names = {label: name for label, name in old.names.items() if label in self.speakers}
        new = replace(self, names=names, given_title=old.given_title, given_date=old.given_date)
        new = new.told(self.told_title or old.told_title, self.told_date or old.told_date)
        return new.spoken_in(old.language) if old.language_by == GIVEN != self.language_by else new


@dataclass(frozen=True)
class Renamed:
    """A label in a transcript whose speaker is called otherwise now."""

    transcript: str
    label: str
    before: str
    after: str


def speakers_of(entries: Sequence[Listed]) -> tuple[str, ...]:
    """The speakers of these transcripts, each once, in the order of the transcripts."""
    return tuple(dict.fromkeys(speaker for entry in entries for speaker in entry.speakers))


# --- from labels to speakers -------------------------------------------------------------------------------------


def speakers_by_label(records: Sequence[Record]) -> dict[str, dict[str, str]]:
    """By transcript id: what each label's speaker is called.

    A name that a person gave goes before the label.  Equal names are one person in all transcripts, but a machine label
    that stands in several gets the transcript's id: "Speaker 1 (ep-12)".  No two machine labels share a speaker.
    """
    standing = Counter(label for record in records for label in record.speakers if is_machine_label(label))
    with_id = {f"{label} ({record.id})" for record in records for label in record.speakers if label in standing}

    def speaker(record: Record, label: str) -> str:
        if label in record.names:
            return record.names[label]
        # A label may also look like one that was given an id ("Speaker 1 (ep-12)"); then it gets its own.
        apart = standing[label] > 1 or (label in standing and label in with_id)
        return f"{label} ({record.id})" if apart else label

    return {record.id: {label: speaker(record, label) for label in record.speakers} for record in records}


def edition_of(title: str, speakers: Mapping[str, str], language: str | None = None) -> str:
    """A name for what a transcript, its language and its speakers are called: another one as soon as anything is called
    otherwise."""
    called = [title, list(speakers.items())] + ([language] if language else [])
    return hashlib.sha256(json.dumps(called).encode()).hexdigest()[:12]


def call(transcript: Transcript, title: str, speakers: Mapping[str, str], language: str | None) -> Transcript:
    """A transcript as read from its file, with the title, the names and the language of the registry; labels and words
    stay."""
    return replace(
        transcript,
        title=title,
        language=language,
        edition=edition_of(title, speakers, language),
        utterances=tuple(
            turn if speakers[turn.speaker] == turn.speaker else replace(turn, speaker=speakers[turn.speaker])
            for turn in transcript.utterances
        ),
    )


def rows_of(speakers: Collection[str], labels: Mapping[str, Mapping[str, str]]) -> tuple[dict[str, list[str]], ...]:
    """Filters ("speaker": labels, "group": revisions) that together find all rows of these speakers and no others.

    `labels` has by group what each label's speaker is called.  A label that is theirs wherever it stands needs no
    group: a long list of groups makes a search slow.
    """
    theirs: dict[str, list[str]] = {}
    others: set[str] = set()
    for group, called in labels.items():
        for label, speaker in called.items():
            if speaker in speakers:
                theirs.setdefault(label, []).append(group)
            else:
                others.add(label)
    by_groups: dict[tuple[str, ...], list[str]] = {}
    for label, groups in theirs.items():
        by_groups.setdefault(tuple(groups) if label in others else (), []).append(row_label(label))
    return tuple(
        {"speaker": sorted(found)} | ({"group": list(groups)} if groups else {}) for groups, found in by_groups.items()
    )


def row_label(label: str) -> str:
    """What the indexes call a label; they have "" where nobody is named."""
    return "" if label == UNNAMED_SPEAKER else label


# --- changes -----------------------------------------------------------------------------------------------------

Change = Callable[[Sequence[Record]], tuple[Record, ...]]
"""Records to records, raising LibraryError when the change cannot be made."""


def renaming(id: str, label: str, name: str) -> Change:
    """A label of a transcript, or whoever is called so in it, is called `name` from now on; by the label itself again
    undoes it."""

    def change(records: Sequence[Record]) -> tuple[Record, ...]:
        called = speakers_by_label(records)[id]
        meant = [label] if label in called else [known for known, speaker in called.items() if speaker == label]
        if not meant:
            raise LibraryError(f"{id} has no speaker labelled {label!r}; it has {_some(called)}")
        chosen = name if name in meant else checked_name(name)
        return tuple(_with_names(record, meant, chosen) if record.id == id else record for record in records)

    return change


def merging(name: str, others: Sequence[str]) -> Change:
    """Several speakers are one person, called `name`, in all transcripts."""

    def change(records: Sequence[Record]) -> tuple[Record, ...]:
        chosen = checked_name(name)
        called = speakers_by_label(records)
        heard = dict.fromkeys(speaker for speakers in called.values() for speaker in speakers.values())
        for other in others:
            if other == UNNAMED_SPEAKER:
                raise LibraryError(f"{other!r} is nobody in particular; rename it in each transcript by itself")
            if other not in heard:
                near = find_speakers(other, tuple(heard)) or heard
                raise LibraryError(f"no speaker is called {other!r} exactly; the library has {_some(near)}")
        return tuple(
            _with_names(record, [label for label, speaker in called[record.id].items() if speaker in others], chosen)
            for record in records
        )

    return change


def speaker_meant(record: Record, called: Mapping[str, str], name: str | None) -> str:
    """The speaker of a label that a person gives with this name; "" for nobody.

    Whoever is called so in the transcript is meant under the label that they have there, so that a name given to that
    later is theirs too.  `called`: what each label is called.  Raises LibraryError for a name that cannot be given.
    """
    if not name or name == UNNAMED_SPEAKER:
        known = called.get(UNNAMED_SPEAKER, UNNAMED_SPEAKER)
        if known != UNNAMED_SPEAKER:
            raise LibraryError(
                f"whom {record.id} names nobody for is called {known} in it, so nobody would be too; "
                f"rename {UNNAMED_SPEAKER!r} there to itself first"
            )
        return ""
    labels = [label for label, speaker in called.items() if speaker == name]
    return labels[0] if labels else name if name in called else checked_name(name)


def editing(id: str, title: str | None, date: datetime.date | str | None) -> Change:
    """A transcript has this title and date; None leaves one as it is, "" takes back what was given."""
    new_title = title and _checked_text(title, "title", _LONGEST_TITLE)
    new_date = date and _checked_date(date)

    def change(records: Sequence[Record]) -> tuple[Record, ...]:
        return tuple(
            replace(
                record,
                given_title=record.given_title if new_title is None else new_title or None,
                given_date=record.given_date if new_date is None else new_date or None,
            )
            if record.id == id
            else record
            for record in records
        )

    return change


def differences(before: Sequence[Record], after: Sequence[Record]) -> tuple[Renamed, ...]:
    """Who is called otherwise after a change; both have the same transcripts and labels."""
    old, new = speakers_by_label(before), speakers_by_label(after)
    return tuple(
        Renamed(id, label, speaker, new[id][label])
        for id, called in old.items()
        for label, speaker in called.items()
        if new[id][label] != speaker
    )


def _with_names(record: Record, labels: Collection[str], name: str) -> Record:
    """A label that is called by itself has no name."""
    names = {**record.names, **dict.fromkeys(labels, name)}
    return replace(record, names={label: given for label, given in names.items() if given != label})


def checked_name(name: str) -> str:
    """A name fit for a person, without white space around it.  Raises LibraryError for anything else."""
    name = _checked_text(name, "name", _LONGEST_NAME)
    if name == UNNAMED_SPEAKER or is_machine_label(name):
        raise LibraryError(
            f"{name!r} names nobody in particular, so it cannot be given as a name; give a person's name, "
            "or the file's own label to undo a renaming"
        )
    return name


def _checked_text(text: str, what: str, longest: int) -> str:
    plain = text.strip()
    if not any(char.isalnum() for char in plain):
        raise LibraryError(f"the {what} is {_cut(text)}; expected at least one letter or digit")
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and char not in JOINERS for char in plain):
        raise LibraryError(f"the {what} {_cut(text)} has control characters or line breaks; expected one plain line")
    if len(plain) > longest:
        raise LibraryError(f"the {what} {_cut(text)} has {len(plain)} characters; expected at most {longest}")
    return plain


def _checked_date(date: datetime.date | str) -> str:
    text = date.isoformat() if isinstance(date, datetime.date) else date.strip()
    try:
        if not _ISO_DATE.fullmatch(text):
            raise ValueError
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise LibraryError(f"the date is {_cut(text)}; expected a day as YYYY-MM-DD, such as 2025-03-17") from None


def _cut(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")


def _some(names: Iterable[str]) -> str:
    """Names for an error message: the first ten."""
    return listed(list(names), 10) or "none"
