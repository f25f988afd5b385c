"""Episodes to pairs of texts that belong together, without anybody having marked them but in meetings.

    python -m eval.training.pairs FILE

    corpus, qmsum-train ─► Episode (its chunks, and what asks for them) ─► a file of JSON lines

A chunk is what the product searches (`bot.store.chunking`: turns of at most 96 tokens, windows of three, no label), a
query what it searches for (`subject_of`: the question without its frame).  Kinds of pair:

    reply         the question that ends a turn               ─► the chunk that replies
    reply_window  the same                                    ─► the window that begins with the reply
    sentence      a sentence                                  ─► the chunk that it was taken out of
    window        a sentence                                  ─► the window that it begins, mostly without it
    neighbour     a chunk                                     ─► the next one
    subject       a chunk                                     ─► another of the same speaker that shares its rare words
    asked         "Why did she …", made of a statement        ─► the chunk that states it
    about         a rare phrase                               ─► a window that holds it
    marked        a question of qmsum-train                   ─► a chunk of its evidence
    marked_window the same                                    ─► a window of its evidence

Taking a sentence out of the text that it asks for is the inverse cloze task (Lee, Chang and Toutanova, ACL 2019).
"""

from __future__ import annotations

import hashlib
import itertools
import math
import random
import re
import sys
import tarfile
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.config import Chunking
from bot.errors import OnRecordError
from bot.questions.kinds import subject_of
from bot.questions.whose import read_question
from bot.speakers.names import STOP
from bot.store.chunking import Chunk, TokenCounter, chunk_turns, chunk_windows
from bot.transcripts.formats import read_bytes
from bot.transcripts.transcript import Transcript
from bot.words.sentences import sentence_spans
from embeddings.encoder import MINILM, Encoder
from eval import sets
from eval.training.episodes import RECIPE, Episode, Pair, write

_WORD = re.compile(r"[A-Za-z][\w'’-]*|\d[\d.,]*")
_FEW = 5  # words that a text has at least
_FAR = 6  # chunks from one to another on the same subject, at least
_SHARED = 3  # rare words that they share at least
_RIVALS = 8
_WINDOWS = 8  # of the evidence of a question about a meeting, which is up to hundreds of turns long
_RARE = 0.02  # share of chunks that hold a rare word, at most; two may in any episode


def is_held_out(name: str, one_in: int) -> bool:
    """Whether an episode is for validation: by a hash of its name, so that another machine holds out the same."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % one_in == 0


# --- podcasts ----------------------------------------------------------------------------------------------------


def podcasts(
    corpus: Path, counter: TokenCounter, limits: Mapping[str, int], one_in: int, seed: int
) -> Iterator[Episode]:
    """Every episode of the corpus, a zstd-compressed tar of Markdown."""
    import zstandard

    with (
        corpus.open("rb") as packed,
        zstandard.ZstdDecompressor().stream_reader(packed) as stream,
        tarfile.open(fileobj=stream, mode="r|") as archive,
    ):
        for member in archive:
            file, name = archive.extractfile(member), member.name.removeprefix("./")
            # Beside the folders of episodes stand the corpus' own README and scripts.
            if file is None or not name.endswith(".md") or "/" not in name or name.startswith("scripts/"):
                continue
            if (data := file.read()).strip():
                yield podcast(read_bytes(data, Path(name).name), name, counter, limits, one_in, seed)


def podcast(
    transcript: Transcript, name: str, counter: TokenCounter, limits: Mapping[str, int], one_in: int, seed: int
) -> Episode:
    """One episode with its pairs, at most `limits[kind]` of a kind."""
    turns, windows = _chunks(transcript, counter)
    chance = random.Random(f"{seed}/{name}")
    found: dict[str, list[Pair]] = defaultdict(list)
    for pair in _pairs(transcript, turns, windows, chance):
        found[pair.kind].append(pair)
    kept = [
        pair for kind, pairs in found.items() for pair in chance.sample(pairs, min(limits.get(kind, 0), len(pairs)))
    ]
    texts = tuple(turn.text for turn in turns)
    return Episode(name, is_held_out(name, one_in), texts, windows, tuple(_with_rivals(kept, texts)))


def _with_rivals(pairs: Sequence[Pair], texts: Sequence[str]) -> Iterator[Pair]:
    """The pairs with the chunks whose words are nearest to their queries."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not pairs:
        return
    weigh = TfidfVectorizer(sublinear_tf=True)
    of_chunks = weigh.fit_transform(texts)
    nearness = (weigh.transform([pair.query for pair in pairs]) @ of_chunks.T).toarray()
    for pair, row in zip(pairs, nearness, strict=True):
        best = [int(at) for at in row.argsort(kind="stable")[::-1][: _RIVALS + 3] if row[at] > 0]
        right = {*range(pair.first, pair.last + 1), *pair.others}
        yield replace(pair, rivals=tuple(at for at in best if at not in right)[:_RIVALS])


def _chunks(transcript: Transcript, counter: TokenCounter) -> tuple[list[Chunk], tuple[tuple[int, int], ...]]:
    turns = chunk_turns(transcript, transcript.id, counter, Chunking())
    at = {(turn.first, turn.start): row for row, turn in enumerate(turns)}
    ends = {(turn.first, turn.end): row for row, turn in enumerate(turns)}
    windows = chunk_windows(turns, counter, Chunking())
    return turns, tuple((at[w.first, w.start], ends[w.last, w.end]) for w in windows)


def _pairs(
    transcript: Transcript, turns: Sequence[Chunk], windows: Sequence[tuple[int, int]], chance: random.Random
) -> Iterator[Pair]:
    speakers = [transcript.utterances[turn.first].speaker for turn in turns]
    heard = tuple(dict.fromkeys(speakers))
    begins = dict(windows)
    words = [_words(turn.text) for turn in turns]
    yield from _replies(turns, speakers, heard, begins)
    yield from _subjects(turns, speakers, words)
    rarity = _rarity(words)
    for row, turn in enumerate(turns):
        if len(words[row]) < _FEW:
            continue
        if row + 1 < len(turns) and len(words[row + 1]) >= _FEW:
            yield Pair("neighbour", turn.text, row + 1, row + 1)
        spans = sentence_spans(turn.text)
        sentence = chance.choice(spans)
        text = turn.text[slice(*sentence)].strip()
        many = len(_words(text)) >= _FEW
        if many and len(words[row]) - len(_words(text)) >= _FEW:
            yield Pair("sentence", text, row, row, *sentence)
        if many and row in begins:
            cut = sentence if chance.random() < 0.7 else (0, 0)
            yield Pair("window", text, row, begins[row], *cut)
        if phrase := _phrase(text, rarity):
            first = chance.choice([at for at in range(max(0, row - 2), row + 1) if begins.get(at, -1) >= row] or [row])
            yield Pair("about", phrase, first, begins.get(first, row))
        for asked in _asked(text, speakers[row], chance):
            yield Pair("asked", asked, row, row)


def _replies(
    turns: Sequence[Chunk], speakers: Sequence[str], heard: tuple[str, ...], begins: Mapping[int, int]
) -> Iterator[Pair]:
    for row, turn in enumerate(turns[:-1]):
        if speakers[row + 1] == speakers[row] or not turn.text.rstrip().endswith("?"):
            continue
        spans = sentence_spans(turn.text)
        question = turn.text[slice(*spans[-1])].strip()
        if len(_words(question)) < _FEW and len(spans) > 1:
            question = turn.text[slice(spans[-2][0], spans[-1][1])].strip()
        reply = turns[row + 1].text
        if len(_words(question)) < _FEW or len(_words(reply)) < _FEW or reply.rstrip().endswith("?"):
            continue
        query = searched(question, heard)
        yield Pair("reply", query, row + 1, row + 1)
        if row + 1 in begins:
            yield Pair("reply_window", query, row + 1, begins[row + 1])


def searched(question: str, speakers: tuple[str, ...]) -> str:
    """A question as the product searches for it (`bot.retrieval.search.look_up`)."""
    return subject_of(read_question(question, speakers).topic)


def _subjects(turns: Sequence[Chunk], speakers: Sequence[str], words: Sequence[Sequence[str]]) -> Iterator[Pair]:
    """Chunks of one speaker that are far apart and share rare words."""
    holds = [frozenset(found) for found in words]
    count = Counter(word for found in holds for word in found)
    rare = {word for word, times in count.items() if 2 <= times <= max(2, _RARE * len(turns))}
    rows: dict[str, list[int]] = defaultdict(list)
    for row, found in enumerate(holds):
        for word in found & rare:
            rows[word].append(row)
    shared: Counter[tuple[int, int]] = Counter()
    for found_in in rows.values():
        for at, one in enumerate(found_in):
            for other in found_in[at + 1 :]:
                if other - one >= _FAR and speakers[one] == speakers[other]:
                    shared[one, other] += 1
    for (one, other), times in sorted(shared.items()):
        if times >= _SHARED:
            yield Pair("subject", turns[one].text, other, other)


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _rarity(words: Sequence[Sequence[str]]) -> Mapping[str, float]:
    count = Counter(word for found in words for word in set(found))
    return {word: math.log(len(words) / times) for word, times in count.items()}


def _phrase(text: str, rarity: Mapping[str, float]) -> str:
    """The two to five neighbouring words of a sentence that are rarest in the episode; both ends are content words."""
    found = list(_WORD.finditer(text))
    best, phrase = 0.0, ""
    for at, first in enumerate(found):
        for last in found[at + 1 : at + 5]:
            if _is_function_word(first.group()) or _is_function_word(last.group()):
                continue
            span = text[first.start() : last.end()]
            if re.search(r"[,;:.!?—]", span):
                break
            inner = _words(span)
            weight = sum(rarity.get(word, 0.0) for word in inner if word not in STOP) / math.sqrt(len(inner))
            if weight > best:
                best, phrase = weight, span
    return phrase


def _is_function_word(word: str) -> bool:
    return word.lower() in STOP or len(word) < 3


# --- questions made of statements -----------------------------------------------------------------------------------

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_WHEN = re.compile(
    rf"\b(?:(?:in|since|around|back in) (?:early |late )?(?:(?:{_MONTH})(?: of)? ?)?(?:19|20)\d\d"
    r"|(?:last|this|next) (?:week|month|year|summer|winter|fall|spring|night|Monday|Tuesday|Wednesday|Thursday|Friday"
    r"|Saturday|Sunday)|yesterday|tomorrow"
    r"|(?:a|an|one|two|three|four|five|six|ten|\d+|a few|a couple of|several) (?:day|week|month|year|decade)s? ago"
    rf"|in (?:{_MONTH}))\b",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(
    r"\b(?:about |around |over |almost |like )?(?:\d[\d,.]*%?|two|three|four|five|six|seven|eight|nine|ten|twelve|"
    r"twenty|thirty|fifty|a hundred|a thousand|hundreds of|thousands of|a dozen|half)"
    r"(?: (?:hundred|thousand|million|billion|percent))? (?=[a-z]{3,}s\b)",
    re.IGNORECASE,
)
_WHERE = re.compile(r"\b(?:at|in|from|to) (?:the )?(?:[A-Z][a-z]+)(?: [A-Z][a-z]+)*\b")
_WHY = re.compile(r",? ?\b(?:because|so that|in order to|'cause)\b")
_HOW = re.compile(r",? ?\bby ([a-z]+ing)\b")
_PERSONS = {
    "they": {"i": "they", "me": "them", "my": "their", "mine": "theirs", "myself": "themselves", "am": "are"},
    "he": {"i": "he", "me": "him", "my": "his", "mine": "his", "myself": "himself", "am": "is"},
    "she": {"i": "she", "me": "her", "my": "her", "mine": "hers", "myself": "herself", "am": "is"},
}
_ALL_PERSONS = {"we": "they", "us": "them", "our": "their", "ours": "theirs", "ourselves": "themselves"}
_FILLERS = re.compile(
    r"^(?:(?:and|but|so|yeah|well|like|you know|I mean|actually|also|because|right|okay|oh|no|yes|now|then|I think|"
    r"I guess),? )+",
    re.IGNORECASE,
)


def _asked(sentence: str, speaker: str, chance: random.Random) -> Iterator[str]:
    """Questions that a statement answers, told of its speaker as of somebody else, with the answer cut out.

    Not good English ("When they moved to Berlin"), but neither is what an encoder needs: the words that stay, those
    that change their person, and what kind of answer is wanted.
    """
    if sentence.endswith("?") or not 7 <= len(sentence.split()) <= 45:
        return
    options = []
    if (found := _WHY.search(sentence)) and len(sentence[: found.start()].split()) >= 4:
        options.append(("Why", sentence[: found.start()]))
    if found := _WHEN.search(sentence):
        options.append(("When", sentence[: found.start()] + sentence[found.end() :]))
    if found := _HOW_MANY.search(sentence):
        left, right = sentence[: found.start()], sentence[found.end() :]
        noun, _, rest = right.partition(" ")
        options.append((f"How many {noun.strip('.,')}", f"{left}{rest}"))
    if (found := _WHERE.search(sentence)) and found.start() > 0:
        options.append(("Where", sentence[: found.start()] + sentence[found.end() :]))
    if (found := _HOW.search(sentence)) and len(sentence[: found.start()].split()) >= 4:
        options.append(("How", sentence[: found.start()]))
    words = _FILLERS.sub("", sentence).split()
    if re.match(r"(?:I|we|my|our)\b", " ".join(words), re.IGNORECASE) and len(words) >= 8:
        # The first half asks, the second answers.
        options.append(("What", " ".join(words[: max(4, len(words) // 2)])))
    for wh, rest in options:
        told = _told(_FILLERS.sub("", rest), speaker, chance)
        if len(_words(told)) >= 3:
            auxiliary = "" if wh.startswith("How many") else chance.choice((" did", " does", " is", "", ""))
            yield f"{wh}{auxiliary} {told}"


def _told(text: str, speaker: str, chance: random.Random) -> str:
    """A statement in the third person, of the speaker by name or by pronoun."""
    person = _PERSONS[chance.choice(tuple(_PERSONS))] | _ALL_PERSONS
    name = chance.choice((speaker.split()[0], speaker.split()[0], person["i"])) if speaker else person["i"]
    named = False
    told = []
    for word in re.findall(r"[\w']+|[^\w\s]", text.replace("’", "'")):
        head, _, tail = word.lower().partition("'")
        if head == "i" and not named:
            told.append(name)
            named = True
        elif head in person:
            told.append(person[head])
        else:
            told.append(word)
            continue
        if tail in ("m", "re", "ve", "ll", "d"):
            told.append({"m": "is", "re": "are", "ve": "has", "ll": "will", "d": "would"}[tail])
    return re.sub(r"\s+([,.;:!])", r"\1", " ".join(told)).strip(" ,.;:!-")


# --- meetings ----------------------------------------------------------------------------------------------------


def meetings(folder: Path, counter: TokenCounter, every: int, seed: int) -> Iterator[Episode]:
    """The meetings of qmsum-train with a pair for each chunk of a question's evidence; every `every`-th is held out.

    Held out are those that `eval.fitting` fits its weights on: an encoder that had seen their answers would look better
    there than it is.
    """
    evalset = sets.load(folder)
    held_out = set(sorted(evalset.files)[::every])
    for name, transcript in evalset.files.items():
        turns, windows = _chunks(transcript, counter)
        rows: dict[int, list[int]] = defaultdict(list)
        for row, turn in enumerate(turns):
            rows[turn.first].append(row)
        heard = tuple(dict.fromkeys(utterance.speaker for utterance in transcript.utterances))
        pairs: list[Pair] = []
        for question in evalset.questions:
            if not question.answerable or question.files != (name,):
                continue
            wide = sorted({row for span in question.evidence for _, at in span for row in rows[at]})
            central = sorted({row for span in question.central for _, at in span for row in rows[at]}) or wide
            all_right = tuple(sorted({*wide, *central}))
            query = searched(question.question, heard)
            for row in central:
                if len(_words(turns[row].text)) >= _FEW:
                    pairs.append(Pair("marked", query, row, row, others=all_right))
            within = set(all_right)
            wholly = [(first, last) for first, last in windows if within.issuperset(range(first, last + 1))]
            for first, last in random.Random(f"{seed}/{question.id}").sample(wholly, min(_WINDOWS, len(wholly))):
                pairs.append(Pair("marked_window", query, first, last, others=all_right))
        texts = tuple(turn.text for turn in turns)
        yield Episode(name, name in held_out, texts, windows, tuple(_with_rivals(pairs, texts)))


def main(arguments: Sequence[str]) -> int:
    """Everything that the encoder is trained on, into one file."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        recipe = tomllib.loads(RECIPE.read_text(encoding="utf-8"))["data"]
        for name in ("corpus", "questions"):  # before thousands of episodes are read
            if not Path(recipe[name]).exists():
                raise FileNotFoundError(f"{recipe[name]} is missing; {RECIPE.name} names it")
        _make(recipe, Path(arguments[0]))
    except (OnRecordError, OSError, ValueError, ModuleNotFoundError) as error:
        print(f"no pairs: {error}", file=sys.stderr)
        return 1
    return 0


def _make(recipe: Mapping[str, Any], path: Path) -> None:
    counter = Encoder.load(MINILM)
    made = itertools.chain(
        podcasts(Path(recipe["corpus"]), counter, recipe["per_episode"], recipe["held_out"], recipe["seed"]),
        meetings(Path(recipe["questions"]), counter, recipe["fit_meetings"], recipe["seed"]),
    )
    count: Counter[str] = Counter()

    def counted() -> Iterator[Episode]:
        for episode in made:
            count.update(("held out " if episode.held_out else "") + pair.kind for pair in episode.pairs)
            yield episode

    write(counted(), path)
    for kind, pairs in sorted(count.items()):
        print(f"{kind}\t{pairs}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
