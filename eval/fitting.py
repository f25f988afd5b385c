"""The weights of `bot/fitted.json`, fitted: `make fit`.

    python -m eval.fitting [SETS]        SETS: a folder with locomo, friendsqa and qmsum-train; ../shared/evalsets

Fits what `eval.splits` allows: LoCoMo, the even episodes of FriendsQA, and every third meeting of qmsum-train (indexing
all of them takes half an hour on two cores).  Writes the weights that ship, fitted on all of that, and to `eval/folds/`
for each LoCoMo friendship those that were fitted without it, with which it is reported.

Two stages.  First the weights that rank chunks; then, over what these find, the weights that rank sentences and the two
logistic models of confidence.  In the second stage a LoCoMo question is searched with the weights that were fitted
without its friendship, so that what is found is as good as it will be on questions that were never seen.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bot.config import Settings
from bot.fitted import Fitted
from bot.library import Library
from bot.questions.whose import SpeakerQuestion, read_question
from bot.quotes.choosing import SENTENCE_FEATURES, Sentence, signals_of, weigh_up
from bot.retrieval import ranking
from bot.retrieval.search import look_up, search
from embeddings.encoder import Encoder
from embeddings.lexical import stems
from eval import runner, sets, splits
from eval.sets import EvalSet, Key, Question
from eval.systems import FOLDS, Product

PACKAGED = Path(__file__).parent.parent / "bot" / "fitted.json"
COMMAND = "make fit"
_EVERY_MEETING = 3
_NEAR, _FAR = 150, 60  # candidates of a question that are fitted on: the best placed, and some others at random
_PENALTY = 3e-3  # L2, on weights of standardised features
_FACTS_IN_MEETINGS = 0.3  # weight of qmsum-train's questions about facts: their evidence is a summary's
# Weight of LoCoMo and FriendsQA in the weights for discussions: they know names and dates.
_OTHERS_IN_DISCUSSION = 0.25
_FALSE_REFUSALS = 0.05  # of the answerable questions fitted on, by each of the two models of confidence

# A sentence that is nearer to the question, or holds what was asked for, is no worse for it.
_NEVER_AGAINST = ("matched", "wanted_number", "wanted_unit", "wanted_reason", "wanted_time")

NOTHING = Fitted({}, {}, {}, {}, {"bias": 0.0}, {"bias": 0.0})


@dataclass(frozen=True)
class Candidates:
    """The candidates of one question: features of shape (candidates, features), which are right, and its weight."""

    features: np.ndarray
    right: np.ndarray
    weight: float = 1.0


def fit_listwise(
    lists: Sequence[Candidates], names: Sequence[str], never_against: Sequence[str] = ()
) -> dict[str, float]:
    """The weights that maximise the likelihood of the right candidates under a softmax over each list.

    Features in `never_against` get no weight below zero.

    The loss of ListNet's top-one probability (Cao et al., ICML 2007) with an L2 penalty; it is convex, so L-BFGS finds
    its one minimum and the same data give the same weights.
    """
    from scipy.optimize import minimize

    rows = np.vstack([item.features for item in lists]).astype(np.float64)
    spread = rows.std(axis=0)
    spread[spread < 1e-9] = 1.0
    rows = (rows - rows.mean(axis=0)) / spread
    starts = np.cumsum([0, *(len(item.right) for item in lists)])[:-1]
    sizes = np.array([len(item.right) for item in lists])
    wanted = np.concatenate([item.right / item.right.sum() for item in lists])
    weight = np.repeat([item.weight for item in lists], sizes) / sum(item.weight for item in lists)

    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        scores = rows @ x
        scores -= np.repeat(np.maximum.reduceat(scores, starts), sizes)
        exponentials = np.exp(scores)
        totals = np.repeat(np.add.reduceat(exponentials, starts), sizes)
        likelihood = wanted * (scores - np.log(totals))
        slope = rows.T @ (weight * (exponentials / totals - wanted))
        return float(-(weight * likelihood).sum() + _PENALTY * x @ x), slope + 2 * _PENALTY * x

    bounds = [(0.0, None) if name in never_against else (None, None) for name in names]
    found = minimize(
        loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500}
    )
    return {name: float(value) for name, value in zip(names, found.x / spread, strict=True)}


def fit_logistic(
    signals: Sequence[Mapping[str, float]], kinds: Sequence[str], names: Sequence[str], signs: Mapping[str, int]
) -> dict[str, float]:
    """Logistic regression of kind "yes" against all others, its bias set so that few of the right are refused.

    Yes and no weigh the same, and so does each kind of no.  A signal with a sign in `signs` gets no weight against it:
    signals that go together otherwise take each other's part, which does not carry over to other transcripts.
    """
    from scipy.optimize import minimize

    rows = np.array([[signal[name] for name in names] for signal in signals], dtype=np.float64)
    yes = np.array([kind == "yes" for kind in kinds])
    counts = Counter(kinds)
    shares = [1.0 if kind == "yes" else 1.0 / (len(counts) - 1) for kind in kinds]
    weights = np.array([share / counts[kind] for share, kind in zip(shares, kinds, strict=True)]) / 2
    spread = rows.std(axis=0)
    spread[spread < 1e-9] = 1.0
    table = np.hstack([(rows - rows.mean(axis=0)) / spread, np.ones((len(rows), 1))])
    sides = np.where(yes, 1.0, -1.0)

    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        margins = sides * (table @ x)
        slope = -table.T @ (weights * sides / (1 + np.exp(margins)))
        penalty = np.append(x[:-1], 0.0)
        return float(weights @ np.logaddexp(0, -margins) + _PENALTY * penalty @ penalty), slope + 2 * _PENALTY * penalty

    sided = {1: (0.0, None), -1: (None, 0.0), 0: (None, None)}
    bounds = [sided[signs.get(name, 0)] for name in names] + [(None, None)]
    found = minimize(loss, np.zeros(table.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds)
    slopes = found.x[:-1] / spread
    right = (rows @ slopes)[yes]
    return {"bias": float(-np.quantile(right, _FALSE_REFUSALS))} | {
        name: float(slope) for name, slope in zip(names, slopes, strict=True)
    }


# --- what is fitted on -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A question of a fitting set, understood, with the library that is asked."""

    set: str
    question: Question
    named: SpeakerQuestion
    product: Product

    @property
    def group(self) -> str:
        return f"{self.set}/{self.question.group}"

    @property
    def gold(self) -> frozenset[Key]:
        return frozenset().union(*(self.question.central or self.question.evidence))

    def key(self, transcript: str, utterance: int) -> Key:
        return self.product.name_of(transcript), utterance


def questions(source: Path, encoder: Encoder, tell: Callable[[str], None]) -> list[Asked]:
    """Everything that may be fitted on."""
    asked = []
    for name in ("locomo", "friendsqa", "qmsum-train"):
        evalset = sets.load(source / name)
        if name == "friendsqa":
            evalset = replace(evalset, questions=splits.folds(name, evalset.questions)[0].fit)
        asked += understood(_thinned(evalset) if name == "qmsum-train" else evalset, encoder, tell)
    return asked


def understood(evalset: EvalSet, encoder: Encoder, tell: Callable[[str], None]) -> list[Asked]:
    """The questions of a set, each with who is named in it, and the library that is asked."""
    product = Product(evalset, runner.cache_folder(), encoder, Settings(fitted=NOTHING), tell)
    asked = []
    for question in evalset.questions:
        heard = dict.fromkeys(speaker for file in question.files for speaker in evalset.files[file].speakers)
        asked.append(Asked(evalset.name, question, read_question(question.question, tuple(heard)), product))
    return asked


def _thinned(evalset: EvalSet) -> EvalSet:
    kept = set(sorted(evalset.files)[::_EVERY_MEETING])
    return replace(
        evalset,
        files={name: transcript for name, transcript in evalset.files.items() if name in kept},
        questions=tuple(question for question in evalset.questions if set(question.files) <= kept),
    )


# --- first stage: chunks -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Looked:
    """What a search saw for a question, thinned: the utterance of each row, its features, whether it is evidence."""

    asked: Asked
    discussion: bool
    head: int
    keys: tuple[Key, ...]
    features: np.ndarray
    central: np.ndarray
    evidence: np.ndarray


def look(asked: Asked, names: list[str], near: int = _NEAR, far: int = _FAR) -> Looked | None:
    """The features of a question's candidates: the `near` best placed, `far` others at random, and all evidence.

    `names` is filled with the names of the features.  None where there is no evidence to find.
    """
    library = asked.product.library
    scope = look_up(library, asked.question.question, asked.named, asked.product.ids_of(asked.question))
    if scope is None or not asked.question.answerable:
        return None
    names[:] = list(scope.features)
    keys = [asked.key(scope.texts[chunk.group].id, chunk.first) for chunk in scope.chunks]
    central = np.array([key in asked.gold for key in keys])
    evidence = np.array([key in frozenset().union(*asked.question.evidence) for key in keys])
    if not central.any():
        return None
    best = np.argsort(-sum(scope.features[f"{name}_z"] for name in ranking.SIGNALS), kind="stable")
    some = random.Random(asked.question.id).sample(range(len(best)), min(far, len(best)))
    kept = sorted({*best[:near].tolist(), *some, *np.flatnonzero(central | evidence).tolist()})
    table = np.stack([scope.features[name][kept] for name in names], axis=1).astype(np.float32)
    return Looked(
        asked, scope.kind.discussion, scope.head, tuple(keys[at] for at in kept), table, central[kept], evidence[kept]
    )


def fit_ranking(looked: Sequence[Looked], names: Sequence[str], without: str = "", spare: Sequence[str] = ()) -> Fitted:
    """The weights that rank chunks, fitted without one group; `spare` are features to do without."""
    turn_names = [name for name in ranking.turn_features(names) if name not in spare]
    region_names = [name for name in ranking.REGION_FEATURES if name not in spare]
    turns, region = ([names.index(name) for name in part] for part in (turn_names, region_names))
    used = [item for item in looked if item.asked.group != without]

    def lists(discussion: bool) -> Iterable[Candidates]:
        for item in used:
            meeting = item.asked.set == "qmsum-train"
            weight = 1.0
            if meeting and item.discussion != discussion:
                continue
            if meeting and not discussion:
                weight = _FACTS_IN_MEETINGS
            if not meeting and discussion:
                weight = _OTHERS_IN_DISCUSSION
            yield Candidates(item.features[:, turns], item.central.astype(float), weight)

    regions = [
        Candidates(item.features[:, region], item.evidence.astype(float))
        for item in used
        if item.asked.set == "qmsum-train" and item.evidence.any()
    ]
    return replace(
        NOTHING,
        fact=fit_listwise(list(lists(False)), turn_names),
        discussion=fit_listwise(list(lists(True)), turn_names),
        region=fit_listwise(regions, region_names) if region_names else {},
    )


# --- second stage: sentences and confidence ----------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """What was found for a question: its sentences' features, which of them answer, and the signals of confidence.

    `said`: whether anybody says it; `theirs`: whether those asked about do, None where nobody is named or nobody says
    it.  `near`: of what nobody says, whether it was made by taking the evidence away.
    """

    group: str
    sentences: np.ndarray
    right: np.ndarray
    signals: Mapping[str, float]
    said: bool
    theirs: bool | None
    near: bool = False


def find(asked: Asked, library: Library) -> Iterable[Found]:
    """What a question finds; then what it finds when the evidence is taken away, so that nobody says it but much comes
    near; and, of a question for somebody's words, what it finds when asked of somebody else."""
    question, ids = asked.question, asked.product.ids_of(asked.question)
    passages = search(library, question.question, asked.named, ids).passages
    if not passages:
        return
    sentences, features = weigh_up(question.question, asked.named, passages, library)
    table = np.stack([features[name] for name in SENTENCE_FEATURES], axis=1)
    hits = [(asked.key(passage.transcript, hit.utterance), hit) for passage in passages for hit in passage.hits]
    people = {*asked.named.speakers, *asked.named.mentioned}
    wrong = "not-by-speaker" in question.tags
    yield Found(
        asked.group,
        table,
        _right(sentences, asked) if question.answerable else np.zeros(len(sentences)),
        signals_of(asked.named, [hit for _, hit in hits], features),
        said=question.answerable or wrong,
        theirs=not wrong if people and (question.answerable or wrong) else None,
    )
    left = [hit for key, hit in hits if key not in asked.gold]
    kept = [asked.key(sentence.transcript.id, sentence.utterance) not in asked.gold for sentence in sentences]
    # A meeting's evidence is spread; what is left of it may still answer.
    if question.answerable and asked.set != "qmsum-train" and left and len(left) < len(hits):
        signals = signals_of(asked.named, left, {name: column[kept] for name, column in features.items()})
        yield Found(asked.group, table[:0], np.zeros(0), signals, said=False, theirs=None, near=True)
    other = _somebody_else(asked)
    if other:
        passages = search(library, question.question, other, ids).passages
        features = weigh_up(question.question, other, passages, library)[1]
        signals = signals_of(other, [hit for passage in passages for hit in passage.hits], features)
        yield Found(asked.group, table[:0], np.zeros(0), signals, said=True, theirs=False)


def _somebody_else(asked: Asked) -> SpeakerQuestion | None:
    """The same question for the words of somebody who says nothing of the evidence: a question about the wrong speaker.

    Made of qmsum-train, whose meetings have several speakers; LoCoMo's own are conversations of two.
    """
    if asked.set != "qmsum-train" or not asked.named.speakers or not asked.question.answerable:
        return None
    evalset = asked.product.evalset
    files = [evalset.files[name] for name in asked.question.files]
    gold = asked.gold.union(*asked.question.evidence)
    saying = {evalset.files[name].utterances[at].speaker for name, at in gold}
    silent = sorted({name for file in files for name in file.speakers} - saying - set(asked.named.speakers))
    if not silent:
        return None
    return replace(asked.named, speakers=(random.Random(asked.question.id).choice(silent),))


def _right(sentences: Sequence[Sentence], asked: Asked) -> np.ndarray:
    """Of each evidence utterance the sentence that shares most words with the answers; all where none does."""
    answers = set(stems(" ".join(asked.question.answers)))
    shared: dict[Key, list[tuple[int, int]]] = {}
    for at, sentence in enumerate(sentences):
        key = asked.key(sentence.transcript.id, sentence.utterance)
        if key in asked.gold:
            shared.setdefault(key, []).append((len(answers & set(stems(sentence.text))), at))
    right = np.zeros(len(sentences))
    for counts in shared.values():
        most = max(count for count, _ in counts)
        right[[at for count, at in counts if count == most]] = 1.0
    return right


SAID_SIGNALS = ("best_meaning", "best_cover", "best_cosine", "best_matched", "all_cover")
_SAID_SIGNS = dict.fromkeys(SAID_SIGNALS, 1)
THEIRS_SIGNALS = ("lead", "asked", "asked_lead", "best_two_party", "two_party_lead")

_THEIRS_SIGNS = dict.fromkeys(("lead", "asked_lead", "two_party_lead"), 1)


def fit_choosing(found: Sequence[Found], ranked: Fitted, without: str = "") -> Fitted:
    """The weights that choose sentences and tell confidence, fitted without one group."""
    used = [item for item in found if item.group != without]
    lists = [Candidates(item.sentences, item.right) for item in used if item.right.any()]
    named = [item for item in used if item.theirs is not None]
    return replace(
        ranked,
        sentence=fit_listwise(lists, SENTENCE_FEATURES, _NEVER_AGAINST),
        said=fit_logistic(
            [item.signals for item in used],
            ["yes" if item.said else "near" if item.near else "absent" for item in used],
            SAID_SIGNALS,
            _SAID_SIGNS,
        ),
        theirs=fit_logistic(
            [item.signals for item in named],
            ["yes" if item.theirs else "two" if item.signals["best_two_party"] else "many" for item in named],
            THEIRS_SIGNALS,
            _THEIRS_SIGNS,
        ),
    )


def main(arguments: list[str]) -> int:
    source = Path(arguments[0] if arguments else "../shared/evalsets")
    tell = runner.tell_terminal
    asked = questions(source, Encoder.load(), tell)
    friendships = list(dict.fromkeys(item.group for item in asked if item.set == "locomo"))
    names: list[str] = []
    looked = [seen for item in _counted(asked, "looked up", tell) if (seen := look(item, names))]
    ranked = {without: fit_ranking(looked, names, without) for without in ("", *friendships)}
    libraries = {
        (product, without): product.with_settings(Settings(fitted=fitted))
        for product in {item.product for item in asked}
        for without, fitted in ranked.items()
    }
    found = [
        one
        for item in _counted(asked, "searched", tell)
        for one in find(item, libraries[item.product, item.group if item.group in ranked else ""])
    ]
    about = _about(asked)
    for without in ranked:
        fitted = fit_choosing(found, ranked[without], without)
        path = FOLDS / f"{without.replace('/', '-')}.json" if without else PACKAGED
        path.parent.mkdir(exist_ok=True)
        path.write_text(fitted.to_json(about | ({"without": without} if without else {})), encoding="utf-8")
        print(path)
    return 0


def _counted(asked: Sequence[Asked], verb: str, tell: Callable[[str], None]) -> Iterable[Asked]:
    for number, item in enumerate(asked, 1):
        tell(f"{verb} {number} of {len(asked)}")
        yield item


def _about(asked: Sequence[Asked]) -> dict[str, Any]:
    counts = {name: sum(item.set == name for item in asked) for name in dict.fromkeys(item.set for item in asked)}
    return {"command": COMMAND, "questions": counts, "penalty": _PENALTY, "false_refusals": _FALSE_REFUSALS}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
