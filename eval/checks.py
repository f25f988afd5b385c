"""How well what a model wrote is checked: the packaged cases, counted by kind.

python -m eval.checks            all cases; words only
python -m eval.checks --encoder  with nearness in meaning by the default encoder, as the product does
                                 (a half, "tune" or "check", limits it to that; --verbose lists what is wrong)

eval/sets/checks.jsonl holds invented talks ({"talk", "half", "turns"}) and cases of them ({"talk", "stands", "kind",
"text"}).  Sentences are numbered through a talk.  The rules were written while looking at the half "tune" only.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from bot.checking import evidence
from bot.checking.check import Statement, check
from bot.checking.evidence import Sentence
from bot.checking.given import Support
from bot.quotes.quoting import Quote
from bot.transcripts.transcript import Lines, Piece, Reading, Transcript, Utterance
from embeddings.encoder import Encoder


@dataclass(frozen=True)
class Case:
    """A statement over the sentences of a talk; `stands` says whether it is true to them."""

    talk: str
    half: str
    stands: bool
    kind: str
    text: str
    evidence: tuple[Sentence, ...]


@dataclass(frozen=True)
class Outcome:
    """A case and what checking made of it."""

    case: Case
    statements: tuple[Statement, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        return tuple(problem for statement in self.statements for problem in statement.problems)

    @property
    def right(self) -> bool:
        return self.case.stands != bool(self.problems)


def cases(half: str = "") -> tuple[Case, ...]:
    """The packaged cases, all or those of one half ("tune", "check")."""
    lines = resources.files("eval").joinpath("sets", "checks.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    talks = {row["talk"]: (row["half"], numbered(row["talk"], row["turns"])) for row in rows if "turns" in row}
    return tuple(
        Case(row["talk"], talks[row["talk"]][0], row["stands"], row["kind"], row["text"], talks[row["talk"]][1])
        for row in rows
        if "turns" not in row and half in ("", talks[row["talk"]][0])
    )


def numbered(name: str, turns: Sequence[tuple[str, Sequence[str]]]) -> tuple[Sentence, ...]:
    """The sentences of a talk, given as (speaker, sentences) a turn, under numbers from 1."""
    utterances = tuple(
        Utterance(at, who, who, " ".join(said), (Piece(0, Lines(at + 1, at + 1)),))
        for at, (who, said) in enumerate(turns)
    )
    reading = Reading("invented", "line", len(turns), len(turns), ())
    transcript = Transcript(name, name.title(), f"{name}.txt", "0" * 64, utterances, reading)
    quotes = []
    for at, (_, said) in enumerate(turns):
        start = 0
        for words in said:
            quotes.append(Quote.locate(transcript, at, start, start + len(words)))
            start += len(words) + 1
    return tuple(evidence.numbered([quotes]))


def measure(half: str = "", support: Support | None = None) -> tuple[Outcome, ...]:
    """Every case checked."""
    return tuple(
        Outcome(case, check(case.text, case.evidence, [s.quote.speaker for s in case.evidence], "", support))
        for case in cases(half)
    )


def summary(outcomes: Sequence[Outcome], verbose: bool = False) -> str:
    """By kind: of the wrong statements how many are marked, of the true ones how many are marked by mistake."""
    lines = []
    for stands, title in ((False, "wrong statements, marked"), (True, "true statements, marked by mistake")):
        of_these = [outcome for outcome in outcomes if outcome.case.stands == stands]
        total = Counter(outcome.case.kind for outcome in of_these)
        marked = Counter(outcome.case.kind for outcome in of_these if outcome.problems)
        lines.append(f"{title}: {marked.total()} of {total.total()} ({marked.total() / max(1, total.total()):.0%})")
        lines += [f"  {kind:<20} {marked[kind]:>3} of {total[kind]:>3}" for kind in total]
    if verbose:
        lines += [
            f"{'marked' if o.problems else 'stands'}: {o.case.kind}: {o.case.text}  {'; '.join(o.problems)}"
            for o in outcomes
            if not o.right
        ]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    half = next((argument for argument in arguments if argument in ("tune", "check")), "")
    support = Encoder.load().nearness if "--encoder" in arguments else None
    print(summary(measure(half, support), "--verbose" in arguments))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
