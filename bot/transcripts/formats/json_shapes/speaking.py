"""Which member of records says who speaks: by its values first, by what it is called second.

Who speaks is a short text or a number; few different values that come again and change along the list.  What only grows
is an id or a time, what is always the same says nothing, and what is different each time is a title or an id.  What a
member is called breaks ties, and is needed where the values alone do not tell: a talk of two turns, or of one person.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.transcripts.formats.json_shapes.records import KEY, UP, Column, Record, Survey, columns_of, survey
from bot.transcripts.formats.json_shapes.shape import Node, label_of, seconds_of

_SPEAKER = frozenset(
    "speaker speakers spk spkr speakername talker voice sprecher sprecherin redner rednerin locutor hablante orador "
    "ponente locuteur locutrice intervenant orateur parlante relatore oratore spreker falante puhuja talare talaren "
    "taler mówca оратор спикер говорящий 话者 話者 发言人 發言人 说话人 說話人 発言者 화자".split()
)
_PERSON = frozenset(
    "participant person who author user member attendee from sender party by host actor wer teilnehmer teilnehmerin "
    "autor autorin auteur nutzer absender quien quién qui chi".split()
)
_NAME = frozenset(
    "name nickname fullname username displayname label nom nombre nome naam namn navn имя 姓名 名前".split()
)
_CHANNEL = frozenset("channel track source stream device mic side line kanal quelle canal spur seite".split())
_ROLE = frozenset("role rolle rol rôle ruolo papel".split())
_OTHER = frozenset(
    "confidence language lang locale sentiment emotion mood tone type kind category status state count score "
    "probability gender sex age color colour avatar image photo url uri link href model version topic section chapter "
    "title format time times timestamp date start end begin duration offset next prev previous reply to recipient "
    "target addressee mention mentions sprache stimmung language_code punct punctuation company email job team "
    "gemütslage ton sentimiento humeur".split()
)
SPEAKER = 6.0
"""The rank of a member that is called a speaker."""

_WORD = re.compile(r"[^\W\d_]+|\d+")
_CAMEL = re.compile(r"(?<=[a-zß-öø-ÿ0-9])(?=[A-ZÀ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])")
# What a machine calls somebody: a number, a letter, "spk_0", "Speaker 1", a UUID, an address.
_MACHINE = re.compile(
    r"[^\W\d_]{0,14}[\s_:.#-]{0,2}\d+|[A-Za-z]|(?=\S*\d)[0-9a-zA-Z_-]{8,}|[0-9a-f]{6,}(?:-[0-9a-f]+)*|\S+@\S+"
)
_FULL_NAME = re.compile(r"(?:[^\W\d_][\w.’'-]*,? ){1,4}[^\W\d_][\w.’'-]*(?: \([^()]*\))?")
_LONGEST = 60  # characters of what a speaker is called
_FEW = 6  # records: of so few, each may be somebody else's


@dataclass(frozen=True, slots=True)
class Voice:
    """A member that may say who speaks.  `rank` orders members by what they are called, `machine` is whether its values
    are numbers and ids, not names."""

    member: str
    labels: Mapping[int, str]  # of the records that have one
    rank: float
    machine: bool

    @property
    def order(self) -> tuple[float, ...]:
        """The best first: a better name for the member; names before ids, those with capitals before those without;
        its own before that of what is around."""
        different = set(self.labels.values())
        small = sum(1 for label in different if label == label.lower()) * 2 > len(different)
        ups = self.member.count(UP)
        return -self.rank, self.machine, ups, small, -len(self.labels), len(different), len(self.member)


def words_in(key: str) -> list[str]:
    """The words that the key of a member is made of, in small letters: camel case, snake case, whatever."""
    return [word.casefold() for word in _WORD.findall(_CAMEL.sub(" ", key))]


def rank_of(member: str) -> float | None:
    """How much what a member is called says that it says who speaks; None if it says that it does not."""
    steps = [words_in(step) for step in member.lstrip(UP).split(".")]
    every = {word for step in steps for word in step}
    last = set(steps[-1])
    said_of = every - {"model"} if last & _NAME else every
    if said_of & _OTHER:
        return None
    if last & _ROLE:
        return 1.0
    if every & _SPEAKER:
        return SPEAKER
    if every & (_PERSON | _NAME):
        return 4.0
    return 2.0 if last & _CHANNEL else 0.0


def voices_of(
    columns: Mapping[str, Column], count: int, spoken: Collection[str], known: Collection[str], anew: bool
) -> list[Voice]:
    """The members of `count` records that may say who speaks, the best first.

    `spoken` are the members that hold what is said, `known` the ids and names of tables in the file.  `anew`: the
    records stand in lists of which each begins anew in time, so that whoever has one does not come again.
    """
    found = []
    for member, column in columns.items():
        if member in spoken or (rank := rank_of(member)) is None:
            continue
        if (labels := _labels(column)) and (voice := _judged(member, rank, labels, count, known, anew)):
            found.append(voice)
    return sorted(found, key=lambda voice: voice.order)


def _labels(column: Column) -> dict[int, str]:
    """What the values of a member would call speakers; nothing if one of them is no such thing."""
    labels: dict[int, str] = {}
    for at, value in zip(column.at, column.values, strict=True):
        if isinstance(value, bool) or (isinstance(value, float) and value != value // 1):
            return {}
        label = label_of(value)
        if len(label) > _LONGEST:
            return {}
        if label:
            labels[at] = label
    return labels


def _judged(
    member: str, rank: float, labels: dict[int, str], count: int, known: Collection[str], anew: bool
) -> Voice | None:
    """A member as a voice, if its values are what those who speak are called."""
    said = list(labels.values())
    runs = Counter(label for label, _ in itertools.groupby(said))
    owns_list = anew and member.startswith(UP) and len(runs) > 1
    different, returns = len(runs), owns_list or any(times > 1 for times in runs.values())
    machine = sum(1 for label in runs if _MACHINE.fullmatch(label)) * 2 > different
    if not any(any(map(str.isalnum, label)) for label in runs) or _are_times(runs):
        return None
    if rank < SPEAKER and not returns and all(map(str.isdecimal, runs)) and _grows([int(label) for label in runs]):
        return None
    if not rank:
        rank = _rank_by_values(member, runs, known) if returns else 0.0
        if owns_list and member.endswith(KEY):
            rank = max(rank, 2.0)
        return Voice(member, labels, rank, machine) if rank else None
    if rank == SPEAKER:
        once = different == len(said) and (len(said) >= 2 * _FEW or (machine and len(said) >= _FEW))
        return None if once and member != KEY else Voice(member, labels, rank, machine)
    if different == 1:
        constant = bool(set(words_in(member)) & (_PERSON - {"from", "by"})) and not machine
        return Voice(member, labels, rank, machine) if constant and rank == 4 and len(said) * 2 > count else None
    return Voice(member, labels, rank, machine) if returns or len(said) < _FEW else None


def _rank_by_values(member: str, runs: Counter[str], known: Collection[str]) -> float:
    """The rank of a member whose key says nothing: by values that come again."""
    different = len(runs)
    full = sum(1 for label in runs if _FULL_NAME.fullmatch(label) and label[0].isupper())
    spoken = sum(1 for label in runs if set(words_in(label)) & (_SPEAKER | _ROLE))
    key = member.split(".")[-1].lstrip(UP)
    keys = {key, "id"} if key.casefold().endswith("id") else {key}
    pointing = sum(1 for label in runs if label in known or any(f"{name}={label}" in known for name in keys))
    if full * 2 >= different or pointing * 2 > different:
        return 3.0
    if spoken * 2 > different:
        return 3.0
    return 1.5 if all(label[0].isupper() and not _MACHINE.fullmatch(label) for label in runs) else 0.0


def _are_times(labels: Collection[str]) -> bool:
    return all(re.fullmatch(r"[\d:.,TZ+ -]*\d[:.,T]\d[\d:.,TZ+ -]*s?", label) for label in labels)


def _grows(values: Sequence[int]) -> bool:
    return all(a <= b for a, b in itertools.pairwise(values))


# ---- Names for ids


def names_for(labels: Mapping[int, str], beside: Sequence[Voice]) -> dict[int, str]:
    """The names that stand beside ids in the same records, where one id has one name."""
    for voice in beside:
        if voice.machine or voice.rank < 3:
            continue
        pairs = {(labels[at], name) for at, name in voice.labels.items() if at in labels}
        if pairs and len({label for label, _ in pairs}) == len(pairs):
            named = dict(pairs)
            return {at: named[label] for at, label in labels.items() if label in named}
    return {}


def table_of(file: Survey, talk: str, ids: Collection[str], member: str) -> tuple[str, dict[str, str]]:
    """Where a table of the file gives names to most of these ids of a member, and the names; ("", {}) where none does.

    Of several that give different names it is that which is called like the member, else one of people, else one whose
    ids are all used; where that does not tell, the names are {}.
    """
    wanted = set(ids)
    tables = [*_maps_with(file, wanted), *_records_with(file, talk, wanted, member)]
    said = _steps_of(member)
    for fits in (
        lambda table: any(_alike(a, b) for a in said for b in _steps_of(table.key)),
        lambda table: _is_of_people(table.key),
        lambda table: table.ids == wanted,
    ):
        if len({tuple(sorted(table.names.items())) for table in tables}) > 1:
            tables = [table for table in tables if fits(table)] or tables
    if len({tuple(sorted(table.names.items())) for table in tables}) > 1:
        return " and ".join(dict.fromkeys(table.key for table in tables)), {}
    if tables:
        return tables[0].key, tables[0].names
    numbers = {int(label) for label in wanted if label.isdecimal()}
    for key, listed in file.lists:
        # Whether they are counted from 0 or from 1 shows only where the first or the last is used.
        first = 0 if 0 in numbers else 1 if len(listed) in numbers else None
        if first is None or len(numbers) < len(wanted) or max(numbers) >= len(listed) + first:
            continue
        if set(words_in(key)) & _PEOPLE:
            return key, {str(number): listed[number - first] for number in numbers}
    return "", {}


@dataclass(frozen=True, slots=True)
class _Table:
    """All ids of a table, and the names of those that are wanted."""

    key: str
    ids: frozenset[str]
    names: dict[str, str]


def _maps_with(file: Survey, wanted: set[str]) -> Iterator[_Table]:
    """The maps from ids to names that have most of these ids."""
    for at, names in file.maps:
        shared = wanted & names.keys()
        if len(shared) * 2 > len(wanted) and not any(names[key] == key for key in shared):
            named = {key: name for key, name in names.items() if key in wanted and name.strip()}
            yield _Table(at or "a map", frozenset(names), named)


def _records_with(file: Survey, talk: str, wanted: set[str], pointer: str) -> Iterator[_Table]:
    """The lists of records that give names to most of these ids."""
    for kind, records in file.kinds.items():
        if kind == talk or len(records) > 500:
            continue
        columns = {member: column for member, column in columns_of(records).items() if UP not in member}
        for member, column in columns.items():
            keys = [label_of(value) for value in column.values]
            if len(wanted & set(keys)) * 2 <= len(wanted) or len(set(keys)) < len(keys):
                continue
            same = member.split(".")[-1] == pointer.split(".")[-1]
            names = _named(dict(zip(column.at, keys, strict=True)), columns, member, alone=same)
            if names and not _is_of_parts(kind, columns):
                named = {key: name for key, name in names.items() if key in wanted}
                yield _Table(kind.removesuffix("[]").removesuffix(f".{KEY}"), frozenset(keys), named)
                break


_BEGINS = frozenset(
    "start begin starts begins offset from time timestamp ts t at sec seconds ms beginn anfang von".split()
)


def _is_of_parts(kind: str, columns: Mapping[str, Column]) -> bool:
    """Whether records are parts of the recording, not people: they are called so, or begin at different times."""
    if any(_alike(a, b) for a in _steps_of(kind) for b in ("chapter", "section", "topic")):
        return True
    if _is_of_people(kind):
        return False
    for member, column in columns.items():
        times = [seconds_of(value) for value in column.values]
        if set(words_in(member.split(".")[-1])) & _BEGINS and None not in times and len(set(times)) == len(times) > 1:
            return True
    return False


def _is_of_people(kind: str) -> bool:
    every = _PEOPLE | _SPEAKER | _PERSON
    return any(word in every or word.removesuffix("s") in every for word in _steps_of(kind))


def _steps_of(path: str) -> list[str]:
    """The words of the last key of a path that has any, but those that only say that it is an id or a name."""
    for step in reversed(path.lstrip(UP).split(".")):
        if words := [word for word in words_in(step) if word not in {"id", "ids", "name", "no", "nr", "ref", "list"}]:
            return words
    return []


def _alike(a: str, b: str) -> bool:
    """Whether words are the same but for their ends: party, parties."""
    same = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))
    return same >= max(3, min(len(a), len(b)) - 1) and max(len(a), len(b)) - same <= 3


_PEOPLE = frozenset("speakers participants people persons users members attendees parties sprecher teilnehmer".split())


def _named(ids: Mapping[int, str], columns: Mapping[str, Column], member: str, alone: bool) -> dict[str, str]:
    """Names by id in the records of a table; `alone`: a member that alone looks like names will do."""
    ranked = []
    for other, column in columns.items():
        words = set(words_in(other.split(".")[-1]))
        names = _labels(column)
        if other == member or not names or not any(any(map(str.isalpha, name)) for name in names.values()):
            continue
        if {"first", "given", "vorname"} & words:
            ranked.append((1, other, _joined(names, columns)))
        elif words & _NAME and not {"last", "family", "nachname"} & words:
            ranked.append((0 if "label" not in words else 2, other, names))
        elif words & (_PERSON | _SPEAKER):
            ranked.append((3, other, names))
        elif "email" in " ".join(words):
            ranked.append((4, other, names))
    for _, _, names in sorted(ranked, key=lambda item: item[0]):
        if set(names.values()) != set(ids.values()):
            return {ids[at]: name for at, name in names.items() if ids.get(at)}
    looks = [names for other, column in columns.items() if other != member and (names := _like_names(other, column))]
    if alone and not ranked and len(looks) == 1 and len(looks[0]) == len(ids):
        return {ids[at]: name for at, name in looks[0].items() if ids.get(at)}
    return {}


def _like_names(member: str, column: Column) -> dict[int, str]:
    """The values of a member, if all of them look like names of people and its key does not say otherwise."""
    names = _labels(column)
    if rank_of(member) in (None, 1.0) or len(set(names.values())) < len(names):
        return {}
    words = (word for name in names.values() for word in (name.split()[0], name.split()[-1]))
    looks = all(word[0].isalpha() and word[0] == word[0].upper() and not _MACHINE.fullmatch(word) for word in words)
    return names if looks and all(len(name.split()) < 6 for name in names.values()) else {}


def _joined(first: Mapping[int, str], columns: Mapping[str, Column]) -> dict[int, str]:
    for other, column in columns.items():
        if {"last", "family", "nachname"} & set(words_in(other.split(".")[-1])):
            last = _labels(column)
            return {at: f"{name} {last[at]}" if at in last else name for at, name in first.items()}
    return dict(first)


# ---- Who speaks


@dataclass(frozen=True, slots=True)
class Who:
    """Who says each record that names somebody, the member that says it, and what is to be told of that."""

    member: str
    labels: Mapping[int, str]
    rank: float
    remarks: tuple[str, ...]
    unused: tuple[str, ...]


def who_speaks(
    columns: Mapping[str, Column], count: int, spoken: Collection[str], file: Survey, talk: str, anew: bool = False
) -> Who | None:
    """Who says each of `count` records; None where no member says it.  `anew`: see `voices_of`."""
    known = {label for _, names in file.maps for label in names} | _ids_of(file, talk)
    voices = voices_of(columns, count, spoken, known, anew)
    if not voices:
        return None
    best = _that_varies(voices, count, known)
    labels = dict(best.labels)
    partners = {best.member}
    told: list[str] = []
    if best is not voices[0]:
        always = next(iter(voices[0].labels.values()))
        told.append(f"{_shown(voices[0].member)} says “{always}” of all, which is not who speaks")
    others = [voice for voice in voices if voice is not best and voice is not voices[0]]
    if best.machine and (names := names_for(labels, others)):
        partners |= {
            voice.member for voice in others if not voice.machine and set(names.values()) <= set(voice.labels.values())
        }
        labels |= names
        told.append(f"its numbers are called what {_shown(min(partners - {best.member}, default=best.member))} says")
    elif best.machine:
        table, found = table_of(file, talk, set(labels.values()), best.member)
        labels = {at: found.get(label, label) for at, label in labels.items()} if found else labels
        if found:
            told.append(f"names are those of {table.removesuffix('[]') or 'a table'}")
            labels = _told_apart(labels, best.labels)
        elif table:
            told.append(f"{table} have its numbers, and nothing says which of them is meant")
    else:
        labels |= _of_ids(best, others, file, talk)
    labels |= _by_channel(best, others) if best.machine and labels == dict(best.labels) else {}
    unused = tuple(
        voice.member
        for voice in others
        if voice.member not in partners and not _goes_with(voice.labels, labels) and len(set(voice.labels.values())) > 1
    )
    return Who(best.member, labels, best.rank, tuple(told), unused)


def _that_varies(voices: Sequence[Voice], count: int, known: Collection[str]) -> Voice:
    """The best of these; where it says the same of all records, as a room or an account does, the best that says
    different people of most of them."""
    best = voices[0]
    if len(set(best.labels.values())) > 1 or len(best.labels) < max(2, 0.9 * count):
        return best
    for voice in voices[1:]:
        different = set(voice.labels.values())
        words = set(words_in(voice.member))
        # What has a name may be a thing.
        people = words & (_PERSON | _SPEAKER) or sum(
            1 for label in different if label in known or _FULL_NAME.fullmatch(label)
        ) * 2 > len(different)
        if len(different) > 1 and len(voice.labels) * 2 > count and (people if voice.rank > 3 else voice.rank == 3):
            return voice
    return best


def _ids_of(file: Survey, talk: str) -> set[str]:
    """Texts of the small tables of a file: what an unknown member of the talk may point to."""
    found: set[str] = {name for key, names in file.lists for name in names if set(words_in(key)) & _PEOPLE}
    for kind, records in file.kinds.items():
        if kind != talk and len(records) <= 100 and set(words_in(kind)) & (_PEOPLE | _SPEAKER | _PERSON):
            for key, value in (item for record in records for item in record.members().items()):
                # A number may be anything, unless the table has it by the same key.
                found.add(value if isinstance(value, str) else f"{key.split('.')[-1]}={label_of(value)}")
    return found


def _of_ids(best: Voice, others: Sequence[Voice], file: Survey, talk: str) -> dict[int, str]:
    """Names of records that have only an id: those that the id has elsewhere, in a record or a table."""
    for voice in others:
        missing = {at: label for at, label in voice.labels.items() if at not in best.labels}
        if not voice.machine or voice.rank < 4 or not missing or not _goes_with(voice.labels, best.labels):
            continue
        names = {voice.labels[at]: name for at, name in best.labels.items() if at in voice.labels}
        _, found = table_of(file, talk, set(missing.values()), voice.member)
        return {at: names.get(label) or found.get(label, label) for at, label in missing.items()}
    return {}


def _goes_with(ids: Mapping[int, str], labels: Mapping[int, str]) -> bool:
    """Whether each id is always by one label."""
    pairs = {(number, labels[at]) for at, number in ids.items() if at in labels}
    return len({number for number, _ in pairs}) == len(pairs)


def _told_apart(labels: dict[int, str], ids: Mapping[int, str]) -> dict[int, str]:
    """Two people of one name with their ids behind it: they are two."""
    owners: dict[str, set[str]] = {}
    for at, label in labels.items():
        owners.setdefault(label, set()).add(ids[at])
    return {at: f"{label} ({ids[at]})" if len(owners[label]) > 1 else label for at, label in labels.items()}


def _by_channel(best: Voice, others: Sequence[Voice]) -> dict[int, str]:
    """Numbers of speakers that begin anew on each channel, told apart as those of Deepgram are."""
    for voice in others:
        if words_in(voice.member)[-1:] == ["channel"] and not _goes_with(best.labels, voice.labels):
            return {
                at: f"channel {voice.labels[at]}, speaker {label}"
                for at, label in best.labels.items()
                if at in voice.labels
            }
    return {}


def _shown(member: str) -> str:
    return f"“{member.lstrip(UP)}”" if member.lstrip(UP) != KEY else "the key of each entry"


_LOOKED_AT = 200  # items of a known shape, evenly: enough to see that another member says who speaks
_WORDS = frozenset("text body words transcript sentence content".split())


def beside(items: Node, root: Node, *own: str) -> tuple[str, ...] | None:
    """None where another member of the items than these says who speaks, or a table of the file names whom they say:
    the shape whose members they are gives way.  Else remarks on members that look like it and are not used."""
    values = [item for item in items.value if isinstance(item, dict)] if isinstance(items.value, list) else []
    if len(values) < 2:  # one record shows nothing that varies
        return ()
    values = values[:: max(1, len(values) // _LOOKED_AT)]
    columns = columns_of([Record("", "", "", value) for value in values])
    spoken = {member for member in columns if member in _WORDS}
    file = survey(root.value, skipped=items.value, longest=500)
    who = who_speaks(columns, len(values), spoken, file, "")
    if who is None:
        return ()
    if who.remarks or re.split(r"[.\[]", who.member)[0] not in own:
        return None
    return unused_of(who)


def remarks_of(who: Who | None, read: str) -> tuple[str, ...]:
    """What was taken for the words and for the speaker, and what looks like a speaker and was not."""
    told = [f"the words are those of {_shown(read)}" + (f", the speaker is {_shown(who.member)}" if who else "")]
    if who:
        told += who.remarks
        told += unused_of(who)
    return tuple(told)


def unused_of(who: Who) -> tuple[str, ...]:
    return tuple(f"{_shown(member)} looks like it says who speaks, and is not used" for member in who.unused[:5])


def labels_at(who: Who | None, count: int) -> list[str]:
    return [who.labels.get(at, "") if who else "" for at in range(count)]
