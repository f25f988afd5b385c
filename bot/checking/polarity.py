"""Whether a statement keeps the negations of what it cites: "I would never sell" does not back "She would sell".

Both texts are cut into clauses.  A negation governs the words that follow it in its clause.  Where a statement says
plainly what the record only says under a negation, the negation is lost; where it is the other way round, one was
added.  Words that turn a meaning without being negations ("unsure", "instead", "too") decide nothing: a clause that has
one is let stand, save where the record denies in other words ("I refuse to sell") what the statement says plainly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.words.traits import ends_with_question
from embeddings.lexical import STOP_WORDS, stem

_NOT = re.compile(
    r"\b(?:not|never|nobody|no one|none|nothing|nowhere|neither|nor|cannot|no longer|no|(?:is|are|was|were|do|does|did|"
    r"has|"
    r"have|had|wo|would|ca|could|should|must|might|need|ai|sha)n['’]?t|[a-z]+n['’]t)\b",
    re.IGNORECASE,
)
# What looks like a negation: question tags, "not only", "no doubt", a "no" that answers ("No, it's thirty").
_NO_NEGATION = re.compile(
    r",?\s*\b[a-z]+n['’]t (?:it|they|he|she|we|you|i)\s*(?=[?])|\b(?:is|are|was|were)n['’]t (?:only|just|merely|"
    r"simply)\b|\bnot (?:only|just|merely|simply|least|to mention)\b|"
    r"\bno (?:doubt|question|problem|wonder|surprise|matter|less than|fewer than|more than|sooner|later than)\b|"
    r"\bwithout (?:exception|doubt|question|fail)\b|\b(?:whether|if) or not\b|\bor not\b|\bwhy not\b|\bcan['’]t wait\b|"
    r"\bcould(?:n['’]t| not) agree more\b|"
    r"(?:^|(?<=[.!?;:—–]))\s*(?:oh|well|so|but|and)?,?\s*no\s*(?=[,.!;:—–])|\bnos?\.\s*(?=\d)|\bnot? (?=\d+ but\b)",
    re.IGNORECASE,
)
_EVER = re.compile(r"\bnever,?\s+(?:ever|never)\b,?\s*", re.IGNORECASE)
# What turns a meaning, or may stand for a negation in other words.
_TURNS = re.compile(
    r"\b(?:hard|difficult\w*|struggl\w+|trouble\w*|at most|refus\w+|declin\w+|den(?:y|ies|ied|ying)|reject\w*|avoid\w*|"
    r"fail\w*|lack\w*|without|hardly|barely|scarcely|"
    r"rarely|seldom|except|unless|instead|rather than|rather|too|only|stop\w*|prevent\w*|oppos\w+|against|doubt\w*|"
    r"doubtful|"
    r"impossible|unable|unlikely|unwilling|unsure|uncertain|unclear|unconvinced|sceptic\w*|skeptic\w*|dismiss\w*|"
    r"object\w*|"
    r"forb[ai]d\w*|ban(?:s|ned)?|exclud\w+|miss(?:es|ed|ing)?|absen\w+|dis\w{4,}|far from|anything but|apart from|"
    r"other than|less|fewer|under|below|question\w*|whether|tr(?:y|ies|ied|ying)|attempt\w*|besides|last (?:time|ever)|"
    r"ceas\w+|quit|"
    r"gave up|give up|gives up|least|few|little|free of|wouldn['’]t hurt|"
    r"end of|ended|cancel\w*|over my dead|false|wrong|untrue|myth|nonsense|rubbish|neglect\w*|withh[eo]ld\w*|"
    r"forg[eo]t\w*|"
    r"ignor\w+|turn(?:s|ed)? down|rul(?:e|es|ed|ing) out|reluctan\w+|hesitat\w+|instead of|hate\w*|wish\w*|"
    r"un(?!til\b|der|ion|it|ique|ivers|cle)\w{4,}|in(?:capable|sufficient|adequate|visible|valid|correct|effective)\w*|"
    r"[a-z]{3,}less)\b",
    re.IGNORECASE,
)
# Of these, the ones that plainly deny: "I refuse to sell" does not back "She sells".  The last deny what stands before.
_DENIES = re.compile(
    r"\b(?:refus\w+|declin\w+|den(?:y|ies|ied|ying)|doubt(?:s|ed|ing)?|unlikely|impossible|unable|fail(?:s|ed)? to|"
    r"hardly|"
    r"barely|scarcely|rarely|seldom|without|used to)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(r"\b(?:it|that|this|these|those|them|so|which|he|she|they)\b", re.IGNORECASE)
_PAST = re.compile(r"\b(?:used to|formerly|once|previously|before|past|did|was|were|had|\w+ed)\b", re.IGNORECASE)
_UNTRUE = re.compile(r"\b(?:untrue|false|wrong|nonsense|rubbish|a (?:lie|myth)|made up)\b", re.IGNORECASE)
_TAG = re.compile(
    r",\s*(?:(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must|ca|wo)(?:n['’]t)?\s+"
    r"(?:it|he|she|they|we|you|i|there)|right|no|eh|huh)\s*\?\W*$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[;:—–]|,(?!\d)|\s-\s|[.!?](?:\s|$)|\b(?:and|but|because|although|though|while|whereas|so that|since|when|which|"
    r"who|after|"
    r"before|unless|yet|as long as|if|until|whether)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# A negated verb of thinking negates what is thought: "I don't think it will pay".
_THINKING = frozenset(
    "think thinks thought believe believes believed suppose supposes reckon reckons expect expects expected want wants "
    "wanted "
    "say says said feel feels felt mean means meant imagine see sees need needs really even ever actually just going "
    "go "
    "yet still much very quite all sure certain that's".split()
)
_FEW = 2  # content words of a clause that only turns another
_REJECTS = re.compile(
    r"\W*(?:(?:oh|well|um|er|uh|god|lord|absolutely|certainly|definitely|of course)\W+)*"
    r"(?:no|nope|never|not at all|not really|absolutely not|certainly not|definitely not|of course not|"
    r"not that i know of)"
    r"(?:\W+(?:no|never|not at all|not really|not ever|not once|thank you|thanks|sir|ma'am))*\W*",
    re.IGNORECASE,
)

_IRREGULAR = {
    past: base
    for line in (
        "be:am is are was were been being;have:has had having;do:does did done;go:goes went gone;say:said;make:made;"
        "get:got gotten;take:took taken;see:saw seen;come:came;think:thought;give:gave given;find:found;tell:told;"
        "become:became;leave:left;feel:felt;put:put;bring:brought;begin:began begun;keep:kept;hold:held;write:wrote "
        "written;"
        "stand:stood;hear:heard;let:let;mean:meant;meet:met;run:ran;pay:paid;sit:sat;speak:spoke spoken;lie:lay lain;"
        "lead:led;grow:grew grown;lose:lost;fall:fell fallen;send:sent;build:built;understand:understood;draw:drew "
        "drawn;"
        "break:broke broken;spend:spent;rise:rose risen;drive:drove driven;buy:bought;wear:wore worn;choose:chose "
        "chosen;"
        "seek:sought;throw:threw thrown;catch:caught;deal:dealt;win:won;forget:forgot forgotten;sell:sold;fly:flew "
        "flown;"
        "eat:ate eaten;teach:taught;fight:fought;sing:sang sung;drink:drank drunk;know:knew known;show:showed shown;"
        "sleep:slept;steal:stole stolen;swim:swam swum;shake:shook shaken;shoot:shot;ride:rode ridden;ring:rang rung;"
        "hide:hid hidden;bite:bit bitten;blow:blew blown;freeze:froze frozen;wake:woke woken;tear:tore torn;"
        "swear:swore sworn;bear:bore borne born;beat:beaten;forgive:forgave forgiven;dig:dug;hang:hung;strike:struck;"
        "stick:stuck;feed:fed;bleed:bled;breed:bred;flee:fled;lend:lent;bend:bent;burn:burnt;learn:learnt;dream:dreamt;"
        "shut:shut;sweep:swept;weep:wept;creep:crept;light:lit;spread:spread;slide:slid;spin:spun;"
        "good:better best;bad:worse worst;child:children;man:men;woman:women;person:people;foot:feet;tooth:teeth"
    ).split(";")
    for base, pasts in (line.split(":"),)
    for past in pasts.split()
}


@lru_cache(maxsize=65_536)
def base(word: str) -> str:
    """The stem of a word, irregular verbs brought to their first form: "sold" is "sell"."""
    plain = word.lower().replace("’", "'")
    return stem(_IRREGULAR.get(plain, plain))


def content(text: str) -> tuple[str, ...]:
    """The stems of the content words of a text, in order."""
    return tuple(base(word) for word in _WORD.findall(text) if word.lower().replace("’", "'") not in STOP_WORDS)


@dataclass(frozen=True)
class _Clause:
    """A clause: its content stems before the negation, those under it, and the words that turn its meaning otherwise.

    `negation` is the word that negates; `denial` one that denies in other words, where there is no negation.
    """

    plain: frozenset[str]
    under: tuple[str, ...]
    negation: str
    turns: frozenset[str]
    denial: str = ""

    @property
    def words(self) -> frozenset[str]:
        return self.plain | set(self.under)

    def denies(self, other: _Clause) -> bool:
        """Whether the other says plainly what stands under the negation here: its first word, or most of its words.

        Where one of the two has a word that turns a meaning and the other has not, nothing is known.
        """
        unsure = other.denial or other.turns - self.turns if self.denial else self.turns != other.turns
        if not self.under or unsure:
            return False
        shared = [word for word in self.under if word in (other.words if not other.negation else other.plain)]
        first = self.under[0] in shared and 2 * len(shared) >= min(len(self.under), 4)
        return first or (len(shared) >= 2 and 3 * len(shared) >= 2 * len(self.under))


@lru_cache(maxsize=8_192)
def _clauses(text: str) -> tuple[_Clause, ...]:
    text = _EVER.sub("never ", _NO_NEGATION.sub(" ", text))
    parts = [part for part in _CLAUSE.split(text) if part and part.strip()]
    clauses = [_read(part) for part in parts]
    # "He said that it was cracked, which was untrue": denied by the clause after it.
    for at, part in enumerate(parts[1:]):
        untrue = _UNTRUE.search(part)
        if untrue and len(clauses[at + 1].words) <= _FEW and not clauses[at].negation:
            clauses[at] = replace(clauses[at], denial=untrue.group(), under=tuple(sorted(clauses[at].words)))
    # "People do it, and I tell them to stop": a clause that only points at another turns that.
    around = frozenset().union(
        *(
            clause.turns
            for clause, part in zip(clauses, parts, strict=True)
            if len(clause.words) <= _FEW and not clause.negation and _POINTS_BACK.search(part)
        )
    )
    return tuple(replace(clause, turns=clause.turns | around) for clause in clauses)


def _read(part: str) -> _Clause:
    negations = list(_NOT.finditer(part))
    if negations and negations[0].group().lower() == "neither":
        negations = [one for one in negations if one.group().lower() != "nor"]
    denial = None if negations else _DENIES.search(part)
    first = negations[0] if negations else denial
    head, rest = (part[: first.start()], part[first.end() :]) if first else (part, "")
    return _Clause(
        plain=frozenset(base(word) for word in _WORD.findall(head) if _counts(word)),
        under=tuple(base(word) for word in _WORD.findall(rest) if _counts(word)),
        negation=negations[0].group() if negations else "",
        turns=frozenset(base(word) for word in _TURNS.findall(part)) | ({"not not"} if len(negations) > 1 else set()),
        denial=denial.group() if denial else "",
    )


def _counts(word: str) -> bool:
    plain = word.lower().replace("’", "'")
    return plain not in STOP_WORDS and plain not in _THINKING


def lost_negation(statement: str, cited: Sequence[str]) -> str | None:
    """The negation of what is cited that the statement has lost, as it is written there; None where none is."""
    told = [text for text in cited if not _asks(text)]
    if told and all(_REJECTS.fullmatch(text) for text in told) and not _NOT.search(statement):
        return None if _TURNS.search(statement) else told[0].strip(" .!")
    sources = [clause for text in told for clause in _clauses(text)]
    for clause in _clauses(statement):
        if not clause.negation:
            agreeing = [other for other in sources if not other.negation and not other.denial]
            for other in sources:
                said = other.negation or other.denial
                if said.lower() == "used to" and _PAST.search(statement):
                    continue
                if said and other.denies(clause) and _nearest(clause, other, other.under[0], agreeing):
                    return said
    return None


def _asks(text: str) -> bool:
    """Whether a sentence asks; one that only ends in a tag ("…, has it?") tells."""
    return ends_with_question(text) and not _TAG.search(text)


def added_negation(statement: str, cited: Sequence[str]) -> str | None:
    """The negation of the statement that nothing cited has; None where none was added."""
    if any(_REJECTS.match(text) or re.match(r"\W*no\b", text, re.IGNORECASE) for text in cited):
        return None
    sources = [clause for text in cited for clause in _clauses(text) if not _asks(text)]
    for clause in _clauses(statement):
        if clause.negation:
            agreeing = [other for other in sources if other.negation]
            for other in sources:
                plain = not other.negation and not other.denial
                if plain and clause.denies(other) and _nearest(clause, other, clause.under[0], agreeing):
                    return clause.negation
    return None


def _nearest(clause: _Clause, other: _Clause, word: str, agreeing: Sequence[_Clause]) -> bool:
    """Whether a clause has more in common with another than with any that agrees with it about the word denied."""
    common = max((len(clause.words & one.words) for one in agreeing if word in one.words), default=0)
    return len(clause.words & other.words) > common
