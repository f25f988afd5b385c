"""How well quotations are verified: the packaged cases, and the time it takes at the size of a real library.

python -m eval.verification              the cases of eval/sets/verify.jsonl over the three samples, counted by kind
python -m eval.verification FOLDER       times over a library of all transcripts of a folder

A case is {"quote", "status", "kind"} and, where the quotation is ascribed to somebody, "speaker".
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

from bot import Library, verify_quote
from bot.errors import TranscriptError
from bot.speakers.registry import Record
from bot.transcripts.finding import MANIFEST
from bot.transcripts.formats import SUFFIXES, read_bytes
from bot.transcripts.transcript import Transcript
from bot.verifying.verification import FOUND

_TIMED = 30  # quotations of each kind that are timed


@dataclass(frozen=True)
class Case:
    """A quotation, and what verifying it must say."""

    quote: str
    status: str
    kind: str
    speaker: str | None = None


def cases() -> tuple[Case, ...]:
    """The packaged cases."""
    lines = resources.files("eval").joinpath("sets", "verify.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(Case(**json.loads(line)) for line in lines)


@dataclass(frozen=True)
class Outcome:
    """A case and the status that it got."""

    case: Case
    status: str

    @property
    def right(self) -> bool:
        return self.status == self.case.status

    @property
    def falsely_found(self) -> bool:
        return self.status == FOUND and not self.right

    @property
    def missed(self) -> bool:
        return self.case.status == FOUND and not self.right


def measure(library: Library) -> tuple[Outcome, ...]:
    """Every packaged case verified in a library that holds the samples."""
    return tuple(Outcome(case, verify_quote(case.quote, library, case.speaker).status) for case in cases())


def summary(outcomes: Sequence[Outcome]) -> str:
    """Counts by kind, and every case that is wrong."""
    total, right = Counter(o.case.kind for o in outcomes), Counter(o.case.kind for o in outcomes if o.right)
    lines = [f"{'kind':<32} cases  right"]
    lines += [f"{kind:<32} {total[kind]:>5}  {right[kind]:>5}" for kind in total]
    lines += [f"{'all':<32} {len(outcomes):>5}  {sum(right.values()):>5}"]
    lines += [f"false found: {sum(o.falsely_found for o in outcomes)}; missed: {sum(o.missed for o in outcomes)}"]
    lines += [
        f"wrong: {o.status}, not {o.case.status} ({o.case.kind}): {o.case.quote}" for o in outcomes if not o.right
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        if arguments:
            print(*_timings(Path(arguments[0]), Path(folder) / "library"), sep="\n")
            return 0
        library = Library.open(Path(folder) / "library")
        library.add_samples()
        print(summary(measure(library)))
        library.close()
    return 0


# --- time --------------------------------------------------------------------------------------------------------


def _timings(source: Path, folder: Path) -> Iterator[str]:
    transcripts = write_library(source, folder)
    words = sum(transcript.words for transcript in transcripts)
    yield f"{len(transcripts):,} transcripts, {words:,} words"
    library = Library.open(folder)
    for name in ("first check (texts are folded)", "second check"):
        yield f"{name}: {_seconds(library, 'nobody at all has ever said these very words'):.2f} s"
    chosen = random.Random(0)
    true = [_slice(chosen.choice(transcripts), chosen) for _ in range(_TIMED)]
    changed = [" ".join([*words[:3], "walrus", *words[4:]]) for words in (quote.split() for quote in true)]
    for name, quotes in (("true", true), ("one word changed", changed)):
        times = sorted(_seconds(library, quote) for quote in quotes)
        yield f"{name}: median {times[len(times) // 2]:.2f} s, longest {times[-1]:.2f} s"
    library.close()


def _seconds(library: Library, quote: str) -> float:
    start = time.perf_counter()
    verify_quote(quote, library)
    return time.perf_counter() - start


def _slice(transcript: Transcript, chosen: random.Random) -> str:
    """Eight to twenty words of a turn."""
    turns = [words for turn in transcript.utterances if len(words := turn.text.split()) >= 20]
    words, size = chosen.choice(turns), chosen.randint(8, 20)
    start = chosen.randrange(len(words) - size + 1)
    return " ".join(words[start : start + size])


def write_library(source: Path, folder: Path) -> list[Transcript]:
    """A library without vectors, which verifying does not use and which take hours to make."""
    from embeddings.lexical import WordIndex

    transcripts: dict[str, Transcript] = {}
    for path in sorted(path for path in source.rglob("*") if path.suffix in SUFFIXES):
        data = path.read_bytes()
        try:
            transcript = read_bytes(data, path.name)
        except TranscriptError:
            continue  # a readme of the folder
        inside = folder / "transcripts" / transcript.revision
        inside.mkdir(parents=True, exist_ok=True)
        (inside / "source").write_bytes(data)
        (inside / "transcript.json").write_text(transcript.to_json(), encoding="utf-8")
        transcripts[transcript.revision] = transcript
    turns = [
        (revision, f"{revision}/{turn.index}.0-{turn.index}.{len(turn.text)}", turn)
        for revision, transcript in transcripts.items()
        for turn in transcript.utterances
    ]
    fields = [{"group": revision, "speaker": turn.label} for revision, _, turn in turns]
    index = WordIndex(folder / "index-1" / "words" / "turns")
    index.replace("", [id for _, id, _ in turns], [turn.text for _, _, turn in turns], fields)
    entries = [
        asdict(Record(t.id, t.title, t.source, None, t.sha256, group, len(t.utterances), t.words, t.speakers))
        for group, t in transcripts.items()
    ]
    manifest = {"format": 1, "generation": 1, "index": "index-1", "encoder": None, "entries": entries}
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return list(transcripts.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
