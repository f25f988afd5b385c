"""A true quote can mislead: what a reader should know before trusting one.

Exact words may ask rather than tell, report what others say, or stand next to a "not" that turns them round.  These are
flags for display; they never change a quote or hide it.  They are rules over the quote and its surroundings;
`eval/sets/cautions.jsonl` is a small hand-made set, written without sight of the rules, that tells how good they are.
"""

from __future__ import annotations

import re

from bot.words.traits import ends_with_question

_SHORT = 14  # words of a sentence that may be about the one before it and nothing else
QUESTION, REPORTED, NEGATED, HEDGED = "question", "reported speech", "negation beside it", "hedge beside it"


def _pattern(*parts: str) -> re.Pattern[str]:
    """Any of the parts; an apostrophe in them matches both kinds."""
    return re.compile("|".join(part.replace("'", "['’]") for part in parts), re.IGNORECASE)


# Who is not the speaker: "some", "my brother", "the people at the depot", "Leif" - but not "I", "we" and "you".
_NOUN = r"(?!(?:i|we|you|that|which|who|to|from|i'm|we're|i'd|we'd|i've|we've|it's)\b)[^\s.,;:?!]+"
_NOUNS = rf"(?:{_NOUN}\s+){{0,4}}?{_NOUN}"
_OTHERS = (
    r"(?:(?:some|many|most|others|people|they|he|she|everyone|everybody|nobody|no one|someone|somebody|critics|folks|"
    rf"experts|opponents|supporters|(?:a lot|lots|plenty|one|some|many|most|all|half|both) of {_NOUNS}|"
    rf"(?:some|many|most|other|the|my|his|her|our|their|your|this|that|these|those|a|an|one)\s+{_NOUNS}|"
    r"(?-i:(?:(?:Mr|Mrs|Ms|Dr|Councillor|Minister)\.?\s+)?[A-Z][^\s.,;:?!]+(?:\s+[A-Z][^\s.,;:?!]+)?)))"
)
_ADVERBS = (
    r"(?:(?:always|often|also|still|just|even|once|then|would|will|might|may|have|has|had|keeps?|kept|now|really|"
    r"actually|used to|is|are|was|were|been|all|apparently|dead serious),?\s+){0,3}"
)
_SAYING = (
    r"(?:says?|said|saying|claim(?:s|ed|ing)?|believe[sd]?|thinks?|thought|argue[sd]?|arguing|insist(?:s|ed|ing)?|"
    r"reckon(?:s|ed)?|swears?|swore|(?:tells?|told|telling) (?:me|us|him|her|them|you|any\w+|every\w+)|maintain(?:s|ed)?|"
    r"complain(?:s|ed|ing)?|suggest(?:s|ed|ing)?|assume[sd]?|wrote|writes|promise[sd]?|announced|convinced|adamant|"
    r"certain|sure that|of the (?:view|opinion)|denie[sd]|alleges?d?|warn(?:s|ed)?|predict(?:s|ed)?|estimates?d?|"
    r"(?:was|were) like|would have (?:you|us) believe)"
)
_REPORTED = _pattern(
    rf"\b{_OTHERS}\s+{_ADVERBS}{_SAYING}\b",
    r"\baccording to (?!me\b)",
    r"\b(?:supposedly|allegedly|reportedly|apparently|rumou?r has it|legend has it|word is|so the story goes)\b",
    r"\bto hear [^.,]* (?:talk|tell it)\b",
    rf"\b(?:the way|as) {_OTHERS} (?:sees?|saw|tells?|told|puts?|has) it\b",
    rf"\bin {_OTHERS}(?:'s?)? (?:view|opinion|telling|version|book|words|mind)\b",
    r"\b(?:the|a|this|that|their|his|her) (?:claim|myth|rumou?r|argument|idea|belief|story|line|theory|accusation|"
    r"misconception|position|thinking|logic|pitch|official line|version) (?:is|was|goes|that|being)\b",
    r"\bit(?:'s| is| was) (?:often |sometimes |always |widely )?(?:said|claimed|believed|alleged|reported|assumed)\b",
    r"\bquote,? unquote\b",
)
# The sentence before hands over to somebody else's words: "And my sister goes:", "Their argument is this."
_HANDS_OVER = _pattern(
    rf"\b{_OTHERS}\s+{_ADVERBS}{_SAYING}(?:\s+(?:to )?(?:me|us|him|her|them|this|that|it|him|back))*\s*\W*$",
    rf"\b{_OTHERS}\s+{_ADVERBS}(?:goes(?! (?:to|from|up|down|off|on|into)\b)|(?:was|were) like)\b[^.]*\W*$",
    rf"\b(?:read|tell|give|quote)\b[^.]*\bwhat {_OTHERS}\s+{_ADVERBS}{_SAYING}\b",
    r"\b(?:claim|myth|rumou?r|argument|idea|belief|story|line|accusation|complaint|misconception|logic|thinking|pitch)\b"
    r"[^.]*\b(?:is|was|goes|went|runs|ran)(?: (?:this|that|something|like this|as follows))*\s*\W*$",
    r"\bthis is the (?:claim|myth|rumou?r|argument|belief|line|accusation|misconception|lie)\b",
    r"\b(?:imagine|suppose|pretend|picture) (?:this|that|someone saying)\s*\W*$",
)
# The sentence after names whose words they were: "Or so my neighbour would have you believe."
_HANDED = _pattern(
    rf"^\W*(?:or|at least|well)?,?\s*(?:so|that's what|this is what|those were|that was)\s+{_OTHERS}\s+",
    rf"^\W*(?:his|her|their|{_NOUNS}'s) (?:exact )?words\b",
    r"^\W*(?:signed|unquote|end quote),",
    rf"^\W*that(?:'s| is| was) {_OTHERS} (?:talking|speaking)\b",
)
# Turns round what follows in the same sentence, or what stands before: "I would never | recommend it".
_NEGATES = _pattern(
    r"\b(?:not (?!only)|never|nobody|no one|nothing|none|neither|nor|without|hardly|barely|cannot|far from|as if|no way)\b",
    r"n't\b",
)
_LETS_GO = _pattern(  # what only looks like a negation: "There's no question that", "I wouldn't have believed it, but"
    r"\b(?:no (?:question|doubt|wonder|surprise)|not only|couldn't agree more|can't (?:stress|emphasi[sz]e) enough)\b|"
    r"\b(?:but|yet|however)\W*$"
)
_TAKES_BACK = _pattern(  # the sentence after
    r"^\W*(?:(?:well|and|but|or|so|oh|obviously|of course|now|sorry|actually|hang on|wait),?\s+)*"
    r"(?:no\b(?!,? (?:doubt|question|one|matter|seriously|really))|not\b(?! (?:only|just|for|that it matters))|nope\b|"
    r"wrong\b|rubbish\b|nonsense\b|(?:just |only )?(?:kidding|joking)\b|strike that|scratch that|correction|"
    r"i (?:take|took) (?:that|it|all of it) back|the opposite\b|quite the (?:opposite|contrary)\b|on the contrary\b|"
    r"(?:i|we|they|he|she|it|that|this|which) (?:can't|couldn't|didn't|doesn't|don't|won't|isn't|wasn't|aren't|weren't|"
    r"never|cannot|did not|does not|do not|is not|was not)\b(?=[^.]*$))",
    r"\bi(?:'m| am| was) (?:just |only )?(?:kidding|joking|lying|having you on|pulling your leg)\b",
    r"\b(?:that|this|it|which)(?:'s| is| was) (?:\w+ )?(?:not(?: (?:true|right|so|the case|correct|accurate|"
    r"what \w+ \w+))?\W*$|wrong|false|untrue|nonsense|rubbish|a lie|a myth|incorrect|"
    r"sarcasm|a joke|made up|backwards)\b",
    r"\bnothing of the (?:sort|kind)\b|\bi (?:was|turned out to be|stand) (?:wrong|corrected)\b",
    r"\b(?:that|it|which) (?:turned out|proved) (?:to be )?(?:wrong|false|untrue|not)\b",
    r"\bi (?:don't|do not|didn't) (?:mean|believe|think|agree|buy|accept) (?:that|it|a word)\b",
)
_DENIES = _pattern(  # the sentence before
    r"\bit(?:'s| is| was) (?:simply |just )?(?:not true|untrue|false|wrong|nonsense|a myth|a lie)\b[^.]*\W*$",
    r"\b(?:i|we|you|they|he|she|nobody|no one)(?:'d| would| could| should| do| does| did| will| have| has| had| can)?\s*"
    r"(?:not|never|n't|don't|didn't|doesn't|won't|wouldn't|can't|cannot|couldn't|haven't|hasn't|hadn't)\s+(?:ever |really "
    r"|actually |sit here and )?(?:say|said|saying|claim|think|thought|believe|buy|mean|meant|tell|told|agree)\b[^.]*\b(?:this|"
    r"that|it|so|following|word|patient)\b(?:\s+\S+){0,5}\W*$",
    r"\b(?:these|those|this|the following|what i'm about to say|none of (?:this|what)[^.]*) (?:is|are|was|were)(?: all| simply)? "
    r"(?:not true|untrue|false|wrong|lies|a lie|myths?|true)\W*$",
    r"\bthis is the (?:myth|lie|misconception)\b|\bisn't so\W*$|\bwhat (?:i|we|he|she|they) (?:did not|didn't|never) (?:say|mean)\b",
)
_HEDGE = _pattern(
    r"\b(?:maybe|perhaps|possibl[ey]|probably|presumably|conceivably|arguably|i guess|i suppose|i imagine|i believe|i'd say|"
    r"(?:fairly|pretty|almost|nearly|not (?:\w+ )?) ?(?:sure|certain)|(?:might|may|could|can)(?: well| easily)? (?:be|have been) "
    r"(?:wrong|mistaken|misremembering|confusing|mixing|off|out)|could(?:'ve| have) been|might(?:'ve| have) been|"
    r"don't (?:quote|hold) me|as far as i (?:know|remember|recall|can tell)|if i (?:remember|recall|have)|if memory serves|"
    r"who knows|(?:hard|impossible|difficult|too early) to (?:say|tell|know)|off the top of my head|"
    r"(?:i'd|i would|i'll|need|needs|have|has) (?:have )?to (?:check|be checked|be confirmed|double[- ]check)|pinch of salt|"
    r"grain of salt|in theory|unconfirmed|(?:not|n't|yet to be) (?:been )?(?:confirmed|verified|proven|checked)|"
    r"we(?:'ll| will) see|(?:a|best|just|only|pure|wild|educated) guess|guess(?:ing|work)|touch wood|fingers crossed|"
    r"knock on wood|all being well|assuming|provided (?:that )?|hopefully|god willing|so i'm told|second[- ]hand|"
    r"give or take|ballpark|or thereabouts|something like that|or so i think|mind you|i (?:don't|can't|couldn't) (?:really |quite "
    r"|honestly )?(?:swear|be sure|be certain|say for (?:sure|certain)|vouch|prove|know for)|memory(?:'s| is)|"
    r"could go either way|take (?:that|it|this) with)\b"
)
# People hedge all the time.  In a neighbouring sentence only what points at the quote takes certainty away from it: one of
# these, or any hedge in a short sentence after it.
_POINTS_AT = _pattern(
    r"\b(?:don't quote me|(?:a|best|just|only|pure|wild|educated) guess|i(?:'m| am) guessing|might be wrong|could be wrong|may be "
    r"wrong|not (?:\w+ )?(?:sure|certain) (?:about|of) (?:this|the next)|pinch of salt|grain of salt|off the top of my head|"
    r"unconfirmed|second[- ]hand|if memory serves|as far as i (?:know|remember|recall)|correct me if|from memory)\b"
)


def cautions(text: str, lead_in: str = "", rest: str = "", before: str = "", after: str = "") -> tuple[str, ...]:
    """What to know before trusting a quote, of QUESTION, REPORTED, NEGATED and HEDGED, in that order.

    `text` is the quote.  `lead_in` and `rest` are what its first and last sentence say outside the slice, empty for
    whole sentences; `before` and `after` are the sentences around it.
    """
    found = []
    if ends_with_question(text) or (rest and ends_with_question(rest)):
        found.append(QUESTION)
    if (
        _REPORTED.search(f"{lead_in} {text}")
        or _HANDS_OVER.search(before)
        or _HANDED.search(after)
        or _HANDS_OVER.search(lead_in)
    ):
        found.append(REPORTED)
    turned = _NEGATES.search(lead_in) and not _LETS_GO.search(lead_in)
    if turned or _TAKES_BACK.search(rest) or _TAKES_BACK.search(after) or _DENIES.search(before):
        found.append(NEGATED)
    unsure = _HEDGE.search(lead_in) or _HEDGE.search(rest) or _POINTS_AT.search(before) or _POINTS_AT.search(after)
    if unsure or (len(after.split()) <= _SHORT and _HEDGE.search(after)):
        found.append(HEDGED)
    return tuple(found)
