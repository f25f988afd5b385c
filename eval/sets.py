"""Evaluation sets: a folder of questions over transcripts, with the evidence that answers them.

    set.json                 name, split, source, licence, about; `transcripts`: another folder than transcripts/
    transcripts/**           any format that `onrecord add` reads
    questions.jsonl          one question a line

docs/evaluation.md defines every key.  Everything is checked before anything runs: an error names file and line, and
nothing is run on half a set.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any

from bot.errors import OnRecordError, TranscriptError
from bot.library import Library
from bot.transcripts.formats import read_file
from bot.transcripts.transcript import Lines, Transcript
from bot.words.sentences import sentence_spans

Key = tuple[str, int]
"""An utterance: (transcript file, index)."""

PACKAGED = ("samples",)
"""Sets that come with the package; `onrecord eval samples` runs one."""

_KEYS = frozenset(
    "id question transcripts answerable evidence evidence_mode group central quotes answers speakers history "
    "tags".split()
)
_SHOWN_ERRORS = 5


class EvalSetError(OnRecordError):
    """A set that cannot be run; the message names file and line."""


@dataclass(frozen=True)
class Question:
    """A question of a set, its evidence resolved to utterances.

    `evidence` and `central` are spans, each a set of utterances; `mode` is "all" (every span is wanted) or "any" (one
    will do).  `files` are the transcripts it is asked of.  `line` is its line in questions.jsonl.
    """

    id: str
    question: str
    files: tuple[str, ...]
    answerable: bool
    mode: str
    group: str
    evidence: tuple[frozenset[Key], ...] = ()
    central: tuple[frozenset[Key], ...] = ()
    answers: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    history: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    line: int = 0

    @property
    def kind(self) -> str:
        """ "answerable", "not-by-speaker" or "absent"."""
        if self.answerable:
            return "answerable"
        return "not-by-speaker" if "not-by-speaker" in self.tags else "absent"


@dataclass(frozen=True)
class EvalSet:
    """A set that was read and checked.  `files` maps transcript files to transcripts; `sha256` covers all of it."""

    name: str
    folder: Path
    transcripts: Path
    about: dict[str, Any]
    questions: tuple[Question, ...]
    files: dict[str, Transcript]
    sha256: str
    warnings: tuple[str, ...] = field(default=())


def sample(evalset: EvalSet, count: int | None) -> EvalSet:
    """The set with so many of its questions, always the same ones: those whose ids hash lowest.  None: all."""
    if count is None:
        return evalset
    if count < 1:
        raise EvalSetError(f"--limit {count}: expected at least one question")
    chosen = sorted(evalset.questions, key=lambda question: hashlib.sha256(question.id.encode()).hexdigest())[:count]
    kept = {question.id for question in chosen}
    return replace(evalset, questions=tuple(question for question in evalset.questions if question.id in kept))


def load(folder: str | Path) -> EvalSet:
    """Read and check a set.  Raises EvalSetError, naming file and line, for anything that could not be run."""
    folder = Path(folder)
    if str(folder) in PACKAGED and not folder.exists():
        folder = Path(str(resources.files("eval").joinpath("sets", folder)))
    about = _read_about(folder)
    transcripts = folder / str(about.get("transcripts", "transcripts"))
    path = folder / "questions.jsonl"
    if not path.is_file():
        raise EvalSetError(f"{path} is missing; a set has one question a line there (see docs/evaluation.md)")
    errors: list[str] = []
    warnings: list[str] = []
    files = _Files(transcripts)
    questions: list[Question] = []
    lines_of: dict[str, int] = {}
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not text.strip() or text.lstrip().startswith("//"):  # starter sets carry comments
            continue
        where = f"{path}:{number}"
        try:
            data = json.loads(text)
            question = _question(data, number, files)
        except json.JSONDecodeError as error:
            errors.append(
                f"{where}: not JSON ({error.msg} at column {error.colno}); one JSON object a line was expected"
            )
            continue
        except (_Flaw, TranscriptError) as error:
            errors.append(f"{where}: {error}")
            continue
        if unknown := sorted(set(data) - _KEYS):
            warnings.append(f"{where}: unknown keys {', '.join(unknown)} are not used")
        if question.id in lines_of:
            errors.append(f"{where}: the id {question.id!r} stands on line {lines_of[question.id]} too; ids are unique")
        lines_of.setdefault(question.id, number)
        questions.append(question)
    if errors:
        more = f" (and {len(errors) - _SHOWN_ERRORS} more)" if len(errors) > _SHOWN_ERRORS else ""
        raise EvalSetError("; ".join(errors[:_SHOWN_ERRORS]) + more)
    if not questions:
        raise EvalSetError(f"{path} has no questions; expected one JSON object a line")
    try:
        everything = tuple(files.all()) if any(not question.files for question in questions) else ()
    except TranscriptError as error:
        raise EvalSetError(
            f"{transcripts}: {error}; questions without `transcripts` are asked of all of them"
        ) from None
    resolved = tuple(
        question if question.files else Question(**question.__dict__ | {"files": everything}) for question in questions
    )
    digest = hashlib.sha256(path.read_bytes())
    for name in sorted(files.read):
        digest.update(f"\0{name}\0{files.read[name].sha256}".encode())
    name = str(about.get("name") or folder.resolve().name)
    return EvalSet(name, folder, transcripts, about, resolved, files.read, digest.hexdigest(), tuple(warnings))


class _Flaw(Exception):
    """Something wrong with one question; `load` adds file and line."""


class _Files:
    """The transcripts of a set, each read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.read: dict[str, Transcript] = {}

    def get(self, name: str) -> Transcript:
        """The transcript in a file below the set's folder.  Raises TranscriptError when there is none."""
        if name not in self.read:
            path = self.folder / name
            if not path.resolve().is_relative_to(self.folder.resolve()):
                raise _Flaw(f"the transcript {name!r} lies outside {self.folder}; name a file below it")
            self.read[name] = read_file(path)[0]
        return self.read[name]

    def all(self) -> Iterator[str]:
        """Every transcript file below the folder."""
        if self.folder.is_dir():
            from bot.transcripts.formats import SUFFIXES

            for path in sorted(self.folder.rglob("*")):
                if path.is_file() and path.suffix.lower() in SUFFIXES:
                    name = path.relative_to(self.folder).as_posix()
                    self.get(name)
                    yield name


def _read_about(folder: Path) -> dict[str, Any]:
    path = folder / "set.json"
    if not folder.is_dir():
        raise EvalSetError(f"{folder} is not a folder; name the folder of an evaluation set")
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EvalSetError(
            f"{path} is missing; a set has one (see docs/evaluation.md, or `onrecord eval --new`)"
        ) from None
    except (OSError, ValueError) as error:
        raise EvalSetError(f"{path}: {error}; a JSON object was expected") from None
    if not isinstance(about, dict):
        raise EvalSetError(f"{path}: a JSON object was expected, not {type(about).__name__}")
    return about


def _question(data: Any, line: int, files: _Files) -> Question:
    if not isinstance(data, dict):
        raise _Flaw(f"a JSON object was expected, not {type(data).__name__}")
    for key, kind in (("id", str), ("question", str)):
        if not isinstance(data.get(key), kind) or not data[key].strip():
            raise _Flaw(f"{key!r} is {data.get(key)!r}; words were expected")
    mode = data.get("evidence_mode", "all")
    if mode not in ("all", "any"):
        raise _Flaw(f'evidence_mode is {mode!r}; "all" or "any" was expected')
    names = _strings(data, "transcripts")
    for name in names:
        files.get(name)
    answerable = data.get("answerable", True)
    if not isinstance(answerable, bool):
        raise _Flaw(f"answerable is {answerable!r}; true or false was expected")
    if "all" in _strings(data, "tags"):
        raise _Flaw("a tag is called 'all', which is the name of the figures over all questions; use another")
    history = data.get("history", [])
    if not isinstance(history, list) or not all(isinstance(h, dict) and "question" in h for h in history):
        raise _Flaw('history was expected to be a list of {"question", "answer"}')
    return Question(
        id=data["id"],
        question=data["question"],
        files=names,
        answerable=answerable,
        mode=mode,
        group=str(data.get("group") or (names[0] if names else data["id"])),
        evidence=tuple(_span(item, files) for item in _list(data, "evidence")),
        central=tuple(_span(item, files) for item in _list(data, "central")),
        answers=_strings(data, "answers"),
        speakers=_strings(data, "speakers"),
        history=tuple((str(item["question"]), str(item.get("answer", ""))) for item in history),
        tags=_strings(data, "tags"),
        line=line,
    )


def _list(data: dict[str, Any], key: str) -> list[Any]:
    value = data.get(key) or []
    if not isinstance(value, list):
        raise _Flaw(f"{key} is {value!r}; a list was expected")
    return value


def _strings(data: dict[str, Any], key: str) -> tuple[str, ...]:
    return tuple(str(item) for item in _list(data, key))


def _span(item: Any, files: _Files) -> frozenset[Key]:
    """The utterances of one piece of evidence: {"transcript", "lines": [first, last]} or {"transcript", "quote"}."""
    if not isinstance(item, dict) or "transcript" not in item:
        raise _Flaw(f'evidence {item!r}; {{"transcript", "lines"}} or {{"transcript", "quote"}} was expected')
    name = str(item["transcript"])
    transcript = files.get(name)
    if "quote" in item:
        return frozenset({(name, _locate(str(item["quote"]), name, transcript))})
    lines = item.get("lines")
    if not (
        isinstance(lines, list) and len(lines) == 2 and all(isinstance(n, int) for n in lines) and lines[0] <= lines[1]
    ):
        raise _Flaw(f"evidence lines are {lines!r}; [first, last] was expected")
    if transcript.report.unit != "line":
        raise _Flaw(f"{name} is no file of lines, so evidence lines {lines} mean nothing; give the words as a quote")
    if lines[0] < 1 or lines[1] > transcript.report.units:
        raise _Flaw(f"evidence lines {lines} lie beyond {name}, which has {transcript.report.units} lines")
    touched = frozenset(
        (name, turn.index)
        for turn in transcript.utterances
        if any(
            isinstance(piece.place, Lines) and piece.place.first <= lines[1] and piece.place.last >= lines[0]
            for piece in turn.pieces
        )
    )
    if not touched:
        raise _Flaw(f"evidence lines {lines} of {name} hold no speech")
    return touched


def _locate(words: str, name: str, transcript: Transcript) -> int:
    """The utterance that says these words, white space folded.  Raises _Flaw, naming the nearest, when none does."""
    pattern = re.compile(r"\s+".join(re.escape(word) for word in words.split()))
    for turn in transcript.utterances:
        if pattern.search(turn.text):
            return turn.index
    sentences = [turn.text[a:b] for turn in transcript.utterances for a, b in sentence_spans(turn.text)]
    near = difflib.get_close_matches(words, sentences, n=2, cutoff=0.5)
    hint = " or ".join(repr(sentence) for sentence in near) or "nothing like it"
    raise _Flaw(f"the quote {words!r} is not said in one turn of {name}; it has {hint}")


_STARTER = """\
// One question a line.  Lines that begin with // are comments.  Keys are explained in docs/evaluation.md.
// Evidence is where the answer stands: lines of the transcript file, or words of one turn, copied exactly.
"""


def write_starter(folder: Path, library: Library) -> int:
    """Write a commented starter set over a library's transcripts, and return how many questions it has.

    The questions are examples to be replaced: one with evidence as lines and one as quoted words for each of the first
    transcripts, a follow-up, and one that the transcripts do not answer.  Raises EvalSetError for a folder that is not
    empty or a library without transcripts.
    """
    if folder.exists() and any(folder.iterdir()):
        raise EvalSetError(f"{folder} is not empty; name a new folder for the set")
    if not library.entries:
        raise EvalSetError(f"the library {library.folder} has no transcripts; add some first: `onrecord add FILE`")
    (folder / "transcripts").mkdir(parents=True)
    lines: list[dict[str, Any]] = []
    for entry in library.entries:
        # Under its id, so that two files of one name keep apart.
        name = entry.id + Path(entry.source).suffix
        (folder / "transcripts" / name).write_bytes(library.source(entry.group))
        if len(lines) < 6:
            lines += _starter_questions(entry.id, name, library.transcript(entry.id))
    lines.append(
        {"id": "not-said-1", "question": "What do they say about the price of tea in Lisbon?", "answerable": False,
         "tags": ["absent"]}
    )  # fmt: skip
    text = _STARTER + "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / "questions.jsonl").write_text(text, encoding="utf-8")
    about = {"name": folder.name, "about": "what it asks, and of what", "source": "your own", "licence": ""}
    (folder / "set.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return len(lines)


def _starter_questions(id: str, name: str, transcript: Transcript) -> Sequence[dict[str, Any]]:
    """A question by lines, and one by quoted words that follows it up."""
    turn = max(transcript.utterances, key=lambda turn: len(turn.text))
    start, end = sentence_spans(turn.text)[0]
    place = turn.place_of(start, end)
    evidence: dict[str, Any] = {"transcript": name}
    if isinstance(place, Lines):
        evidence["lines"] = [place.first, place.last]
    else:
        evidence["quote"] = turn.text[start:end]
    first = {
        "id": f"{id}-1",
        "question": f"What does {turn.speaker} say first in the longest turn? (replace this question by your own)",
        "transcripts": [name],
        "evidence": [evidence],
        "speakers": [turn.label],
        "group": id,
        "tags": ["example"],
    }
    second = first | {
        "id": f"{id}-2",
        "question": "And what do they say at the end of it?",
        "evidence": [{"transcript": name, "quote": turn.text[slice(*sentence_spans(turn.text)[-1])]}],
        "history": [{"question": first["question"], "answer": turn.text[start:end]}],
        "tags": ["example", "follow-up"],
    }
    return [first, second]
