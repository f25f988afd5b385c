"""The language of a transcript, noticed from its words."""

from __future__ import annotations

import re
from collections import Counter

from bot.errors import LibraryError
from bot.transcripts.transcript import Transcript

_SAMPLES = 8  # stretches of a transcript that are looked at, spread over it
_SAMPLE = 400  # characters of each
_FEWEST = 100  # letters; shorter transcripts may be of any language
_AGREEING = 0.75  # share of the stretches; a transcript in two languages has none
_SURE = 20.0  # nats by which the likeliest language must beat the next; a stretch of English has some 150
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def noticed_language(transcript: Transcript) -> str | None:
    """The language of most of what is said, as a code ("en"); None where that is not sure.

    By py3langid, which tells some 140 languages apart by the sequences of bytes that are frequent in them.
    """
    import py3langid

    text = " ".join(utterance.text for utterance in transcript.utterances)
    if sum(map(str.isalpha, text)) < _FEWEST:
        return None
    step = max(_SAMPLE, len(text) // _SAMPLES)
    votes: Counter[str] = Counter()
    stretches = [text[at : at + _SAMPLE] for at in range(0, len(text), step)][:_SAMPLES]
    for stretch in stretches:
        (language, best), (_, next_best), *_ = py3langid.rank(stretch)
        votes[language] += best - next_best >= _SURE
    language, count = votes.most_common(1)[0]
    return language if count >= _AGREEING * len(stretches) else None


def checked_language(tag: str) -> str:
    """A tag that somebody gives.  Raises LibraryError for what is none."""
    if not _TAG.fullmatch(tag.strip()):
        raise LibraryError(f"the language is {tag!r}; expected a code such as en, de or pt-BR")
    return tag.strip()
