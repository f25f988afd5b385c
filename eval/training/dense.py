"""Vectors alone on the check sets: what an encoder finds without BM25, windows or weights.

    python -m eval.training.dense ENCODER ... [--only SET] [--labelled] [--dimensions N] [--sets FOLDER]
                                              [--save FILE] [--tests FILE]

Ranks the utterances of a question's transcripts by the cosine of question and utterance, each as it stands, cut where
the encoder cuts, and prints recall@5/10/25/50 of evidence utterances per set, and the texts encoded in a second.
`--labelled` puts the speaker's name before each, as others do; the product embeds none.
`--save` writes the questions and texts to a file and ends; `--tests` reads them from it, where the product is not
installed.  Nothing is chosen by these figures: that is what `eval.training.validation` is for.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding

AT = (5, 10, 25, 50)
NAMES = ("locomo", "friendsqa", "qmsum")


@dataclass(frozen=True)
class Test:
    """The questions of a set over the same transcripts: the rows of `texts` that are evidence, by span."""

    set: str
    texts: list[str]
    questions: list[str]
    evidence: list[list[list[int]]]
    any_span: list[bool]


def read_tests(folder: Path, names: Sequence[str] = NAMES, labelled: bool = False) -> list[Test]:
    """The questions with evidence of the check sets in a folder; of FriendsQA those that are reported on."""
    from eval import benchmarks, sets  # the product: not needed where the tests come from a file

    if missing := [name for name in names if not (folder / name / "set.json").is_file()]:
        raise SystemExit(f"--sets {folder} has no {', '.join(missing)}; a folder with {', '.join(names)} was expected")
    found: dict[tuple[str, tuple[str, ...]], Test] = {}
    for name in names:
        evalset = benchmarks.reported(sets.load(folder / name))
        rows: dict[tuple[str, ...], dict[tuple[str, int], int]] = {}
        for question in evalset.questions:
            if not question.answerable or not question.evidence:
                continue
            key = (name, question.files)
            if key not in found:
                keys = [(file, turn.index) for file in question.files for turn in evalset.files[file].utterances]
                rows[question.files] = {of: row for row, of in enumerate(keys)}
                turns = [evalset.files[file].utterances[at] for file, at in keys]
                texts = [f"{turn.speaker}: {turn.text}" if labelled else turn.text for turn in turns]
                found[key] = Test(name, texts, [], [], [])
            spans = [sorted(rows[question.files][of] for of in span) for span in question.evidence]
            found[key].questions.append(question.question)
            found[key].evidence.append(spans)
            found[key].any_span.append(question.mode == "any")
    return list(found.values())


def _saved(path: Path) -> list[Test]:
    """The questions that `--save` wrote."""
    try:
        return [Test(**data) for data in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError) as error:
        raise SystemExit(f"--tests {path}: {error}; what --save writes was expected") from None


def measure(
    model: SentenceTransformer, tests: Sequence[Test], dimensions: int | None = None
) -> dict[str, dict[int, float]]:
    """Per set the recall at each cutoff, a mean over questions; of the first `dimensions` of vectors."""
    return recall(tests, encode(model, tests), dimensions)


def encode(model: SentenceTransformer, tests: Sequence[Test]) -> list[np.ndarray]:
    """Per test the vectors of its texts, then of its questions, shape (texts + questions, dimension)."""
    size = 256 if model.device.type == "cuda" else 32
    return [model.encode([*test.texts, *test.questions], batch_size=size, show_progress_bar=False) for test in tests]


def recall(
    tests: Sequence[Test], encoded: Sequence[np.ndarray], dimensions: int | None = None
) -> dict[str, dict[int, float]]:
    """What `measure` gives, of vectors that are there already."""
    found: dict[str, dict[int, list[float]]] = {}
    for test, whole in zip(tests, encoded, strict=True):
        vectors = whole[:, :dimensions]
        vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)  # of no words: zeros
        texts, questions = vectors[: len(test.texts)], vectors[len(test.texts) :]
        of_set = found.setdefault(test.set, {at: [] for at in AT})
        for question, spans, any_span in zip(questions, test.evidence, test.any_span, strict=True):
            order = np.argsort(-(texts @ question), kind="stable")
            for at in AT:
                best = set(order[:at].tolist())
                shares = [len(best.intersection(span)) / len(span) for span in spans]
                gold = {row for span in spans for row in span}
                of_set[at].append(max(shares) if any_span else len(best & gold) / len(gold))
    return {name: {at: float(np.mean(values)) for at, values in of_set.items()} for name, of_set in found.items()}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.training.dense")
    parser.add_argument("encoders", nargs="*")
    parser.add_argument("--sets", type=Path, default=Path("../shared/evalsets"))
    parser.add_argument("--save", type=Path)
    parser.add_argument("--tests", type=Path)
    parser.add_argument("--dimensions", type=int)
    parser.add_argument("--only", choices=NAMES)
    parser.add_argument("--labelled", action="store_true")
    options = parser.parse_args(arguments)
    names = [options.only] if options.only else NAMES
    tests = _saved(options.tests) if options.tests else read_tests(options.sets, names, options.labelled)
    if options.save:
        options.save.write_text(json.dumps([asdict(test) for test in tests]), encoding="utf-8")
        return 0
    measured = list(dict.fromkeys(test.set for test in tests))
    print(f"| encoder | {' | '.join(f'{name} @5/10/25/50' for name in measured)} | texts a second |")
    print(f"| --- | {'--- | ' * len(measured)}---: |")
    count = sum(len(test.texts) + len(test.questions) for test in tests)
    for name in options.encoders:
        try:
            model = SentenceTransformer(name, local_files_only=True).float()  # whatever it was saved in
        except (OSError, ValueError) as error:
            raise SystemExit(f"{name} is no encoder: {str(error).splitlines()[0]}") from None
        if not isinstance(model[0], StaticEmbedding):  # a table reads everything
            model.max_seq_length = 256
        began = time.perf_counter()
        found = measure(model, tests, options.dimensions)
        speed = count / (time.perf_counter() - began)
        cells = ["/".join(f"{found[of][at]:.3f}".removeprefix("0") for at in AT) for of in measured]
        print(f"| {Path(name).name} | {' | '.join(cells)} | {speed:.0f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
