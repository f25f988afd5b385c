"""Who speaks in captions where neither a voice tag alone nor `Ana: words` says it, by evidence across the file.

- *Names in brackets* without a colon (`[Speaker 0]` above the words, `(INES) words`): a few that repeat at the heads of
  cues with words; a stage direction is a sound, is not written as a name, or does not repeat.
- *Names beneath machine voices* (`<v S04>Ines Marlow: `): where the stretches of a code begin with a name in the text,
  one name a code, somebody has named the machine's voice, and the name wins.
- *Words laid over others* (`It was flooded. //S00: Twice. // And …`): what stands between the signs is that voice's.
- *Names wrapped over two lines* of a cue.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.transcripts.formats.labels import TURN_END, Candidate, candidate_of, lower_case_words, shape_of
from bot.transcripts.formats.unsaid import is_direction

# A name in brackets at the head of a line, behind a sign of a change or not; in angle brackets, machines' names only.
_MARK = re.compile(
    r"(?:>>+\s*|[-–—]\s*)?"
    r"(?:\[(?P<square>[^\[\]:：]{1,60})\]|\((?P<round>[^()<>:：]{1,60})\)|<(?P<angle>[^<>/:：]{1,60})>)(?!\s*[:：])\s*"
)
_OPENING = tuple("[(<>-–—")
_CODE = re.compile(r"(?P<stem>[^\W\d_]+(?:[ _-][^\W\d_]+)?)[\s_-]*[#№]?\s*\d{1,3}[a-z]?")
_PEOPLE = frozenset("speaker spk participant guest caller interviewer interviewee respondent host person voice".split())
_NAMED_CUES = 0.1  # names in brackets head so many cues; fewer name who is out of sight, and say nothing of the others
_WITH_WORDS = 0.8  # of a name's places, so many have words in the same cue; sounds stand alone

_MACHINE = re.compile(r"(?:S|spk|speaker|participant)[\s_-]*\d{1,3}|\d{1,3}|[A-Z]", re.IGNORECASE)
_NAMED_RUNS = 0.5  # so many stretches of machines' voices begin with a name
_ONE_NAME = 0.8  # and so many of a code's names are the same one

_LAID_OVER = re.compile(r"(?<![:\w])//\s?(?P<name>[^\W\d_][\w .'-]{0,40}?)\s?:\s*")
_END_OF_LAID_OVER = re.compile(r"(?<!:)//\s*")

_CAPITALS = 0.6  # so many lines are in capitals: then capitals do not make a name
_PHRASE = 4  # words of a head in capitals that is more than a name is long


@dataclass(frozen=True)
class Said:
    """Words of one voice on one line of a cue.

    `cue` is the line of its timings.  `label` is None before any name in the cue, and "" where it is known that the
    file names nobody: after `</v>`, within `<v>`, behind a dash.  `begins`: a sign says that the speaker changes.
    `carried` counts the cues from the one that names the speaker.
    """

    line: int
    cue: int
    label: str | None
    words: str
    start: float
    end: float
    begins: bool = False
    carried: int = 0


# ---- Names in brackets


def marked(said: Sequence[Said]) -> list[Said]:
    """Names in brackets taken for labels, where the file shows that they are; a name lasts to the end of its cue."""
    names = _marks(said)
    if not names:
        return list(said)
    # What a machine writes is its mark wherever it stands; a name within a line may be an aside.
    codes = [name for name in names if _CODE.fullmatch(name)]
    within = (
        re.compile(rf"\s*[\[(<](?P<name>{'|'.join(map(re.escape, codes))})[\])>](?!\s*[:：])\s*") if codes else None
    )
    result: list[Said] = []
    for _, cue in itertools.groupby(said, key=lambda item: item.cue):
        label: str | None = None
        for item in cue:
            head = _MARK.match(item.words)
            words = item.words
            if head and (name := _name(head)) in names:
                label, words = name, words[head.end() :]
            begin = 0
            for mark in within.finditer(words) if within else ():
                if before := words[begin : mark.start()].strip():
                    result.append(replace(item, label=label, words=before))
                label, begin = mark["name"], mark.end()
            result.append(replace(item, label=item.label if label is None else label, words=words[begin:].strip()))
    return result


def _name(mark: re.Match[str]) -> str:
    return (mark["square"] or mark["round"] or mark["angle"]).strip()


def _bracket(mark: re.Match[str]) -> str:
    return next(kind for kind in ("square", "round", "angle") if mark[kind])


def _marks(said: Sequence[Said]) -> set[str]:
    """The names in brackets that the file as a whole shows to be who speaks."""
    heads: list[tuple[int, re.Match[str]]] = [
        (at, mark) for at, item in enumerate(said) if item.words[:1] in _OPENING and (mark := _MARK.match(item.words))
    ]
    if len(heads) < 2:
        return set()
    counts = Counter(_name(mark) for _, mark in heads)
    stems: dict[str, set[str]] = {}
    for name in counts:
        if (code := _CODE.fullmatch(name)) and shape_of(name, False) and not _is_sound(code["stem"]):
            stems.setdefault(code["stem"].casefold(), set()).add(name)
    codes = {
        name
        for stem, family in stems.items()
        if sum(counts[name] for name in family) >= 2 and (len(family) >= 2 or stem in _PEOPLE)
        for name in family
    }
    in_angles = {_name(mark) for _, mark in heads if mark["angle"]}
    return codes | _bracketed_names(said, heads, counts, codes | in_angles)


def _bracketed_names(
    said: Sequence[Said], heads: Sequence[tuple[int, re.Match[str]]], counts: Counter[str], others: Collection[str]
) -> set[str]:
    """Of the marks that are no codes (`others`), those that are names: of the few that repeat, and have words."""
    in_lower_case = lower_case_words([item.words for item in said])
    with_words = Counter(
        _name(mark)
        for at, mark in heads
        if mark.end() < len(said[at].words) or (at + 1 < len(said) and said[at + 1].cue == said[at].cue)
    )
    shapes = {
        name: shape
        for name in counts
        if name not in others and not _is_sound(name) and name.casefold() not in in_lower_case
        if (shape := shape_of(name, False)) in ("name", "word") and with_words[name] >= _WITH_WORDS * counts[name]
    }
    repeated = {name for name in shapes if counts[name] >= 2}
    cues = len({item.cue for item in said})
    if len(repeated) < 2 or sum(counts[name] for name in repeated) < max(_NAMED_CUES * cues, 2 * len(repeated)):
        return set()
    # Where sounds stand before words too, in the same brackets, one word that occurs once may be a sound.
    names_in = {_bracket(mark) for _, mark in heads if _name(mark) in repeated}
    sounds_in = {_bracket(mark) for at, mark in heads if mark.end() < len(said[at].words) and _is_sound(_name(mark))}
    once = {_name(mark) for _, mark in heads if _bracket(mark) in names_in - sounds_in}
    return repeated | {name for name, shape in shapes.items() if shape == "name" or name in once}


def _is_sound(name: str) -> bool:
    """Whether it is something heard: `Music`, `Laughter`.  Only what is known, as parentheses are judged."""
    return is_direction(f"({name.lower()})")  # in capitals it may be anybody


# ---- Names beneath machines' voices


def renamed(said: Sequence[Said]) -> list[Said]:
    """The names that the text gives to machines' voices, instead of their codes; without the slashes of some tags."""
    voices = {item.label for item in said if item.label}
    if any(voice[0] == "/" for voice in voices):
        said = [replace(item, label=item.label.lstrip("/ ")) if item.label else item for item in said]
    if not any(_MACHINE.fullmatch(voice.lstrip("/ ")) for voice in voices):
        return list(said)
    runs = [list(run) for _, run in itertools.groupby(said, key=lambda item: item.label)]
    coded = [run for run in runs if run[0].label and _MACHINE.fullmatch(run[0].label)]
    heads = [(str(run[0].label), _named_at_head(run[0])) for run in coded]
    by_code: dict[str, Counter[str]] = {}
    for code, head in heads:
        if head:
            by_code.setdefault(code, Counter())[head.name] += 1
    named = sum(count.total() for count in by_code.values())
    usual = sum(count.most_common(1)[0][1] for count in by_code.values())
    people = {count.most_common(1)[0][0] for count in by_code.values()}
    if named < max(2, _NAMED_RUNS * len(coded)) or usual < _ONE_NAME * named or len(people) < len(by_code):
        return list(said)
    names = {head.name for _, head in heads if head}
    return [item for run in runs for item in _under_names(run, names)]


def _named_at_head(item: Said) -> Candidate | None:
    found = candidate_of(1, item.words)
    return found if found and shape_of(found.name, found.emphasised) in ("name", "word") else None


def _under_names(run: Sequence[Said], names: Collection[str]) -> Iterator[Said]:
    """A stretch of one voice; from the first name in it on, the name's."""
    label = run[0].label
    for item in run:
        head = _named_at_head(item)
        if head and head.name in names and label:
            label = head.name
            item = replace(item, words=head.words)
        yield item if label == item.label else replace(item, label=label)


# ---- Words laid over others


def laid_over(said: Sequence[Said]) -> list[Said]:
    """Words between `//Name:` and `//` given to that name; then the voice goes on that was speaking before.

    What is not closed ends with its cue, unless the same voice's next cue closes it.
    """
    if not any("//" in item.words for item in said):
        return list(said)
    result: list[Said] = []
    over: str | None = None
    before: Said | None = None
    for item in said:
        if over is not None and before and item.cue != before.cue:
            end, again = _END_OF_LAID_OVER.search(item.words), _LAID_OVER.search(item.words)
            closes = end and not (again and again.start() <= end.start())
            if item.label != before.label or not closes:
                over = None
        before = item
        layers = list(_layers(item.words, over))
        over = layers[-1][0]
        result += [
            replace(item, label=item.label if name is None else name, words=words) for name, words in layers if words
        ]
    return result


def _layers(words: str, over: str | None) -> Iterator[tuple[str | None, str]]:
    """The stretches of a line: (who is laid over the voice, or None, words); the last one goes on."""
    begin = 0
    while sign := (_LAID_OVER if over is None else _END_OF_LAID_OVER).search(words, begin):
        yield over, words[begin : sign.start()].strip()
        over = sign["name"] if over is None else None
        begin = sign.end()
    yield over, words[begin:].strip()


# ---- Names in the words


def announced(said: Sequence[Said]) -> list[Said]:
    """What is said in the cue after one that only names a speaker is that speaker's, if it names nobody itself."""
    if all(item.words for item in said):
        return list(said)
    cues = [list(cue) for _, cue in itertools.groupby(said, key=lambda item: item.cue)]
    for before, cue in itertools.pairwise(cues):
        label = before[-1].label
        if label and cue[0].label is None and not any(item.words for item in before):
            cue[:] = [replace(item, label=label, carried=1) if item.label is None else item for item in cue]
    return [item for cue in cues for item in cue]


def wrapped_heads(said: Sequence[Said], labels: Collection[str]) -> dict[int, Candidate]:
    """Names that are wrapped over the first two lines of a cue, by the number of the second line (from 1).

    They are written as names are, and stand where a turn may begin: in a file that has other labels, or that has them
    more than once.
    """
    found: dict[int, Candidate] = {}
    for at, (above, item) in enumerate(itertools.pairwise(said), 1):
        if above.cue != item.cue or ":" in above.words or not (":" in item.words or "：" in item.words):
            continue
        if at > 1 and (said[at - 2].cue == item.cue or not TURN_END.search(said[at - 2].words)):
            continue
        alone = candidate_of(at + 1, item.words)
        whole = candidate_of(at + 1, f"{above.words} {item.words}")
        if not whole or len(whole.name) <= len(above.words):
            continue
        is_open = above.words.count("(") > above.words.count(")") or item.words.startswith("(")
        if alone and alone.name in labels and not is_open:
            continue  # somebody else begins to speak
        if shape_of(whole.name, False) == "name" and not whole.name.isupper():
            found[at + 1] = whole
    counts = Counter(candidate.name for candidate in found.values())
    return {number: head for number, head in found.items() if labels or counts[head.name] > 1}


def in_capitals(lines: Sequence[str]) -> bool:
    """Whether a file is written in capitals: then capitals tell nothing of a name, and lower case tells much."""
    return sum(map(str.isupper, lines)) >= _CAPITALS * len(lines)


def labels_among_capitals(said: Sequence[Said], candidates: Sequence[Candidate], labels: Collection[str]) -> set[str]:
    """The labels of a file in capitals: those in lower case are (`narrator:`), and a phrase in capitals is none.

    A phrase is longer than a name, or occurs once and is made of words that the captions have elsewhere.
    """
    counts = Counter(candidate.name for candidate in candidates)
    behind_sign = {candidate.name for candidate in candidates if said[candidate.line - 1].begins}
    words = Counter(word for item in said for word in re.findall(r"[^\W\d_]{2,}", item.words))

    def is_phrase(name: str) -> bool:
        tokens = re.findall(r"[^\W\d_]{2,}(?![\w.])", name)
        if name in behind_sign or not name.isupper() or not tokens:
            return False
        elsewhere = [token for token in tokens if words[token] > name.split().count(token) * counts[name]]
        return bool(elsewhere) and (counts[name] == 1 or len(tokens) >= _PHRASE)

    lower = {
        name
        for name in counts
        if name.islower() and len(name.split()) <= _PHRASE and shape_of(name, False) == "lower case"
    }
    return lower | {name for name in labels if not is_phrase(name)}
