"""The form of a question: what kind of answer it wants, read from its words alone.

    "How often did Tom mention the harbour?"   ─►  MENTIONS, "harbour"
    "Did Annie agree with Jenny?"              ─►  COMPARE
    "Which boats are new?"                     ─►  LIST

Forms are tried from the most telling to the least; what fits none asks for a fact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.questions.kinds import read_kind

MENTIONS, FIRST, LAST, TALK_TIME = "mentions", "first_mention", "last_mention", "talk_time"
COMPARE, YES_NO, WHO, WHEN, NUMBER = "compare", "yes_no", "who", "when", "number"
REASON, DISCUSSION, LIST, FACT = "reason", "discussion", "list", "fact"


@dataclass(frozen=True)
class Form:
    """What kind of answer is wanted; `words` are those to be counted or looked for, of the forms about mentions."""

    name: str
    words: str = ""
    quoted: bool = field(default=False, compare=False)
    """Whether the words stand in quotation marks in the question."""

    @property
    def counts(self) -> bool:
        """Whether it is answered by counting through all transcripts, not by the best passages."""
        return self.name in (MENTIONS, FIRST, LAST, TALK_TIME)


def read_form(question: str) -> Form:
    """The form of a question."""
    asked = _POLITE.sub("", " ".join(question.split())).strip()
    if _SPOKEN_OF.search(asked):
        for name, pattern in _ABOUT_MENTIONS:
            found = pattern.search(asked)
            words, quoted = _object(found) if found else ("", False)
            if words:
                return Form(name, words, quoted)
    for name, pattern in _FORMS:
        if pattern.search(asked) or (name == DISCUSSION and read_kind(asked).discussion):
            return Form(name)
    return Form(FACT)


def _any(*alternatives: str) -> str:
    return f"(?:{'|'.join(alternatives)})"


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_TELL = r"\b(?: (?:to )?(?:me|us))?(?: out)?\b[\s,:]*(?:please\b[\s,]*)?"
# "Could you please tell me …": what follows is asked.
_POLITE = _compile(
    r"^(?:(?:so|and|but|ok(?:ay)?|well|now|hi|hello|hey|please|also|then|um|er)\b[\s,]*)*"
    + _any(
        r"(?:could|would|will) (?:you|anyone|somebody) (?:please )?"
        rf"(?:(?:tell|show|give|remind|find|explain|say){_TELL})?[\s,:]*(?:please\b[\s,]*)?",
        rf"can (?:you|anyone|somebody) (?:please )?(?:tell|show|give|remind|find|explain|say|list){_TELL}",
        r"(?:please )?(?:tell|remind) (?:me|us)\b[\s,:]*",
        r"(?:according to [^,]+|in (?:his|her|their) (?:own )?words)\s*,\s*",
        r"(?:do you know|any idea|i(?:'d| would) like to know|i (?:want|need) to know)\b[\s,:]*",
        r"i(?: wonder|(?:'m| am| was) wondering)\b[\s,:]*",
    )
    + "?"
)

_AUX = r"(?:is|are|was|were|does|do|did|has|have|had)"

# --- mentions ----------------------------------------------------------------------------------------------------

_SAID = _any(
    r"mention(?:s|ed|ing)?",
    r"sa(?:y|ys|id|ying)",
    r"(?:talk(?:s|ed|ing)?|speaks?|spoken?|speaking)(?= about| of)",
    r"br(?:ing|ings|ought|inging) up",
    r"bring(?=\b.+\bup\b)",
    r"refer(?:s|red|ring)? to",
    r"use[sd]?(?= the (?:word|phrase|term|name|expression))",
    r"utter(?:s|ed)?",
    r"names|named|rais(?:e|es|ed|ing)|cite[sd]?|hear[ds]?",
    r"discuss(?:es|ed)?|touch(?:es|ed)? on",
)
_ARISES = _any(
    r"(?:come|comes|came|crop|crops|cropped|pop|pops|popped|turn|turns|turned) up",
    r"gets? a mention|appear(?:s|ed)?|occur(?:s|red)?",
)
_PARTICIPLE = (
    r"(?:mentioned|said|brought up|talked about|spoken (?:of|about)|referred to|named|raised|cited|heard|uttered|"
    r"discussed|used)"
)
_PASSIVE = rf"(?:(?:(?:been|be|get|gets|got|being)\s+)?{_PARTICIPLE}|{_ARISES})"
_OFTEN = r"\b" + _any(
    r"how (?:often|frequently|many times|much(?=.*\b(?:talk|speak)\w* (?:about|of)))",
    r"(?:the )?number of times",
    r"count (?:how often|how many times|the times|every time)",
)
_MOMENTS = r"(?:bits?|spots?|points?|times?|places?|occasions?|moments?|lines?|passages?|sentences?|instances?)"
_PLACES = r"(?:places|parts|spots|bits|points|moments|times|passages|lines|episodes|meetings)"
_EVERY = _any(
    rf"\b(?:every|each) (?:single )?{_MOMENTS}",
    rf"\ball (?:of )?(?:the )?{_MOMENTS}",
    r"\b(?:everywhere|wherever|whenever)",
)
_WHERE = r"(?:^|,\s*)" + _any("when", "where", r"(?:in|at) (?:which|what) \w+", r"which \w+", r"how far in\w*")
_WHO = r"(?:^|,\s*)(?:who|which (?:speaker|person|one|of (?:them|the \w+)))"
_NOUN = _any(r"mentions?", r"occurrences?", r"uses?", r"appearances?", r"references? to")
_WORDS, _SUBJECT = r"(?P<words>.+)", r"(?P<words>.+?)"
_FIRST = r"(?:first|earliest|initially|originally)"
_LAST = r"(?:last|latest|most recent(?:ly)?|final(?:ly)?)"


def _mention(which: str) -> tuple[str, ...]:
    """How people ask for the first or the last mention."""
    time = rf"(?:for )?the {which} time"
    # What is mentioned stands before the verb: "where is it first mentioned", "when it is first mentioned".
    arising = rf"\s+{_SUBJECT}\s+(?:{_AUX}\s+{_PARTICIPLE}|{_ARISES})"
    asked, told = rf"\b[^,?]*?\b{_AUX}\s+{_SUBJECT}", rf"\s+{_SUBJECT}\s+{_AUX}"
    return (
        rf"{_WHERE}{asked}\s+{which}\s+{_PASSIVE}",
        rf"{_WHERE}{told}\s+{which}\s+{_PASSIVE}",
        rf"{_WHERE}{asked}\s+{_PASSIVE}\s+(?:{time}|{which})\b",
        rf"\b(?:where|when){told}\s+{_PASSIVE}\s+{time}\b",
        rf"\b{which} {_MOMENTS}\b.*?\b(?:where|when|that){arising}",
        rf"\b{which} {_MOMENTS}{arising}",
        rf"\b{which} (?:{_MOMENTS}|person|speaker|one)\b.*?\b{_SAID}\s+{_WORDS}",
        rf"\b{which} {_NOUN}\s+(?:of|about|on)?\s*{_WORDS}",
        rf"\b{_SAID}\s+for the {which} time\s+{_WORDS}",
        rf"(?:{_WHERE}|{_WHO})\b.*?\b{which}\s+{_SAID}\s+{_WORDS}",
        rf"(?:{_WHERE}|{_WHO})\b.*?\b{_SAID}\s+{_WORDS}\s+(?:for the {which} time\b|{which}\b(?! \w))",
        rf"{_WHO}\b.*?\b(?:was|were|is) (?:the )?{which} (?:person |speaker |one )?to {_SAID}\s+{_WORDS}",
    )


_STARTED = rf"(?:{_WHERE}|{_WHO})\b.*?\b(?:start(?:s|ed)?|beg[ai]ns?) (?:to )?{_SAID}\s+{_WORDS}"
_COUNTED = (
    rf"{_OFTEN}\b.*?\b{_SAID}\s+(?!(?:to|by|in|on|at)\b){_WORDS}",
    rf"{_OFTEN}\s+(?:{_AUX}\s+)?{_SUBJECT}\s+{_PASSIVE}",
    rf"{_EVERY}\b.*?\b{_SAID}\s+{_WORDS}",
    rf"\b{_SAID}\s+(?P<words>[^.?!]+)[.?!,;].*{_EVERY}",
    rf"{_EVERY}\s+(?:that |when |where )?{_SUBJECT}\s+(?:{_AUX}\s+)?{_PASSIVE}",
    rf"\b(?:how many|any)\s+{_NOUN}\s+{_AUX}\s+{_WORDS}\s+(?:get|have|receive)\b",
    rf"\b(?:all|every|each|count|list|how many|number of|total)\b(?: the| of the)?\s+{_NOUN}\s+(?:of\s+)?{_WORDS}",
    rf"{_WHO}\s+(?:all )?{_SAID}\s+{_SUBJECT}\s+(?:the )?(?:most|least)(?: often| frequently)?\b",
    rf"{_WHO}\s+(?:talk|speak|spoke)\w* (?:the )?(?:most|least|more|less)(?: often)? (?:about|of)\s+" + _WORDS,
    rf"^(?:mentions?|occurrences?) (?:of\s+)?{_WORDS}",
    rf"^where\s+{_AUX}\s+{_SUBJECT}\s+{_PASSIVE}",
    rf"\b(?:which|what) {_PLACES}\b.*?\b{_SAID}\s+{_WORDS}",
    rf"\b(?:timestamps|hits|places|passages) (?:for|of)\s+{_WORDS}",
    rf"{_WHO}\s+{_SAID}\s+{_WORDS},? and how (?:often|many)\b",
)
_ABOUT_MENTIONS = tuple(
    (name, _compile(pattern))
    for name, patterns in ((FIRST, (*_mention(_FIRST), _STARTED)), (LAST, _mention(_LAST)), (MENTIONS, _COUNTED))
    for pattern in patterns
)

_QUOTED = _compile('(?<!\\w)["“”«»„‘\'](?P<in>[^"“”«»„]{1,80}?)["“”«»‘’\'](?!\\w)')
# Words that speak of words: "When was the ferry first used?" does not ask for a word.
_SPOKEN_OF = _compile(
    r"[\"“”«»„‘’]|(?<!\w)'|\b(?:mention|sa(?:y|id|ying)|talk|sp(?:eak|oke)|br(?:ing|ought)|refer|discuss|utter|touch|"
    r"(?:come|came|comes|crop|pop|turn)\w* up|occurrences|words?|phrases?|terms?|names?|expressions?|timestamps|hits)"
)
# Said of something, a clause is no words to count: "How many times did Tom say the ferry was cancelled?"
_CLAUSE = _compile(r"\b(?:is|are|was|were|be|been|has|have|had|will|would|can|could|should|must|did|does|do)\b")
_NOTHING = _compile(
    r"(?:the|a|an|it|that|this|them|they|him|her|he|she|so|there|one|ones|those|these|anything|something)"
)
_THE = r"(?:the|a|an|any|some|his|her|their|our|my|your|this|that|these|those)"
_BEFORE_WORDS = _compile(
    rf"^(?:(?:any|some|every)thing )?(?:about |of |on |to )?(?:{_THE}\s+)?"
    r"(?:(?:very )?(?:words?|phrases?|names?|terms?|expressions?|subjects?|topics?|ideas?|issues?|matters?)"
    rf"(?: (?:of|about))?\s+)?(?:{_THE}\s+)?"
)
# What narrows the search rather than being looked for: "… in the ferry episode", "… by Tom", "… altogether".
_AFTER_WORDS = _compile(
    r"(?:(?:\s*,\s*|\s+)"
    + _any(
        rf"(?:in|during|on|at|across|throughout|over|within|through) (?:all|each|every|{_THE})\b.*",
        r"in (?:january|february|march|april|may|june|july|august|september|october|november|december|\d{4})\b.*",
        r"in (?:total|all|here)\b.*",
        r"(?-i:by (?:the )?(?:[A-Z]))\w*.*",
        r"by (?:everyone|everybody|anyone|anybody|each|all|any)\b.*",
        r"whoever\b.*|and (?:when|where|how|by|who|in)\b.*|for the \w+ time",
        r"(?:are|is|were|was) there\b.*",
        r"by name|actually|ever|really|altogether|overall|exactly|please",
        r"(?:the )?(?:most|least)|anywhere|at all|so far|again|up|for|be|been|gets?",
        r"did|does|was|is",
    )
    + r")*[\s?.!,]*$"
)


def _object(found: re.Match[str]) -> tuple[str, bool]:
    """The words that are mentioned, and whether they were quoted.

    Those in quotation marks, "|" between several; else the object of the verb without what surrounds it.
    """
    quoted = [match.strip(" ,.?!") for match in _QUOTED.findall(found.string[found.start() :])]
    quoted = [match for match in quoted if any(char.isalnum() for char in match)]
    if quoted:
        return " | ".join(quoted), True
    words = _AFTER_WORDS.sub("", found.group("words").strip())
    words = _BEFORE_WORDS.sub("", words).strip(" ,.?!")
    words = re.sub(r"['’]s (?:name|names)$", "", words)
    words = re.sub(r",?\s+or\s+", " | ", words)
    if _CLAUSE.search(words) or _NOTHING.fullmatch(words) or not any(char.isalnum() for char in words):
        return "", False
    return words, False


# --- the other forms ---------------------------------------------------------------------------------------------

_TALKING = r"(?:talk(?:s|ed|ing)?|speaks?|spoken?|speaking)"
_VIEW = r"(?:views?|opinions?|minds?|positions?|stance|attitudes?|accounts?|story)"
_CHANGED = r"(?:changed?|changes|shift(?:s|ed)?|evolve[ds]?|develop(?:s|ed)?)"
_BE = r"(?:did|does|do|is|are|was|were|has|have|had|can|could|will|would|should)"
_THINGS = _any(
    r"percentage|per ?cent|share|proportion|number|fraction|price|costs?|rate|age|amount|distance|size|length|height",
    r"weight|speed|population|capacity|score|temperature|depth|total|budget|fare|fee|rent|salary|wages?",
)
_FORMS = tuple(
    (name, _compile(_any(*alternatives)))
    for name, alternatives in (
        (
            TALK_TIME,
            (
                r"\b(?:talk(?:ing)?|speak(?:ing)?|air) ?time\b",
                rf"\b{_TALKING} (?:the |for )?(?:most|least|longest|longer|more|less)\b"
                r"(?! (?:about|of|than (?:one|two|a))\b)",
                r"\bmost (?:of the )?(?:talking|speaking)\b|\b(?:most|fewest) questions\b",
                rf"\bhow (?:long|much)\b.+\b{_TALKING}\b(?:\s*\b(?:for|in (?:all|total)|altogether|overall))*\W*$",
                r"\bhow many words\b.*\b(?:says?|said|speaks?|spoken?|uses?)\b",
                r"\bhow many turns\b.*\b(?:takes?|took|spoken?|speaks?|talks?)\b",
                r"(?-i:\b[Hh]ow many turns (?:does|did|do|has) [A-Z])",
                r"\b(?:share|proportion|percentage|part|amount) of (?:the )?(?:talk|speech|words|conversation)\b",
                r"\b(?:share|proportion|percentage|part|amount) of (?:the )?(?:talking|speaking)\b",
                r"\b(?:dominate[sd]?|hog(?:s|ged)?) (?:the )?(?:conversation|discussion|talk|meeting|episode|show)\b",
                r"\b(?:most|fewest|least) (?:words|talkative)\b|\bword counts?\b",
                r"\bhow much of the (?:talking|speaking)\b|\bhad the floor\b|\bmost to say\b(?! about)",
                r"\bsa(?:id|ys?) (?:the )?(?:most|least)\b(?! (?:about|of))",
                rf"\b(?:share|percentage|proportion|how much) of\b.*\b{_TALKING}\b(?! (?:about|of)\b)",
                rf"\bhow many (?:seconds|minutes|hours)\b.*\b{_TALKING}\b(?! (?:about|of)\b)",
                rf"\bhow (?:long|much)\b.+\b{_TALKING}\b (?:compared|than|more|less|versus|vs)\b",
            ),
        ),
        (
            COMPARE,
            (
                r"\b(?:compare[sd]?|contrast(?:s|ed)?|comparison|versus|vs\.?)\b",
                r"\bdiffer(?:s|ed|ent(?:ly)?|ences?)?\b.*\b(?:between|from|on|about|over|and)\b",
                r"\b(?:dis)?agree[sd]?\b.*\bwith\b|\bagree(?:s|d|ment)? (?:about|on|over)\b",
                r"\beach (?:say|think|see)\b|\b(?:set|put|hold)\b.+\b(?:against|beside|next to)\b.+['’]s?\W*$",
                r"\b(?:more|less|(?!other|rather|either|whether)\w+er)\b.*(?-i:\bthan (?:the )?[A-Z])",
                r"\bdisagree[sd]?\b|\bhow (?:similar|alike)\b|\bat the (?:start|beginning)\b.*\bat the end\b",
                r"\bsee eye to eye\b|\bat odds\b|\bside by side\b|\bof one mind\b|\bpart(?:s|ed)? ways\b",
                r"\bdiffer\W*$|\bsame (?:view|opinion|mind|page|way|side)\b",
                r"\bcontradict\w*\b|\bconsistent with\b",
                rf"\b{_VIEW}\b.*\b{_CHANGED}\b|\b{_CHANGED}\b.*\b(?:{_VIEW}|over time|since|between)\b",
                r"\b(?:earlier|before|then|at first)\b.*\b(?:and|or|than) (?:later|after(?:wards)?|now|at the end)\b",
                r"\blater (?:on )?(?:and|than) (?:earlier|before)\b|\bsides? of the (?:argument|debate)\b",
            ),
        ),
        (REASON, (r"^(?:\w+ ){0,2}why\b",)),
        (
            YES_NO,
            (
                rf"^(?:whether|if|shall|may|might|must|{_BE})(?:n['’]?t)?\b",
                r"^(?:is it true|true or false)\b|\b(?:yes or no|right|correct)\W*$",
            ),
        ),
        (
            WHO,
            (
                r"^(?!name\b|list\b)(?:\w+ ){0,2}?(?:who|whom|whose|who's)\b"
                r"(?! (?:else )?(?:all )?(?:are|were) (?:all )?the\b)",
                r"^which (?:speaker|person|member|man|woman|guest|host)\b",
                r"^which (?:one )?of (?:them|the (?:speakers|guests|people))\b",
                r"^which (?:councillor|teacher|doctor|nurse|driver|author|neighbour|friend|expert|politician)\b",
                r"^(?:by|from|to|with) wh(?:om|ich speaker)\b",
                r"\bnames? of (?:the|his|her|their) (?:person|man|woman|wife|husband|chair|host|guest)\b",
                r"\bnames? of (?:the|his|her|their) (?:\w+ )?(?:nurse|\w+(?:er|or|ist|ant))\b",
                r"\bwho (?:was|is) (?:it|that|he|she)\W*$",
            ),
        ),
        (
            WHEN,
            (
                r"^(?:(?:since|until|till|from|by) )?when\b|\bdeadline\b",
                r"^(?:(?:since|until|till|from|by|at|on|in) )?(?:what|which) (?:day|date|year|month|week|time|hour)\b",
                r"\bwhat (?:time|date|day|year|month)\b|\bwhich day\b|\b(?:until|since) when\b",
                r"\b(?:date of|day of the)\b|^(?:date|day|time) (?:of|when)\b",
            ),
        ),
        (
            NUMBER,
            (
                r"\bhow (?:much|many|long|old|often|far|big|large|tall|high|fast|deep|wide|heavy|late|soon)\b",
                r"\bhow (?:frequently|expensive|cheap|hot|cold|full|thick|loud)\b",
                rf"\b(?:what|which)(?:['’]s| is| was| were| are)?\s(?:[\w'’]+\s){{0,4}}?{_THINGS}\b",
                r"\bwhat (?:did|does|do|will|would)\b(?:(?!\bsa(?:y|id)\b).)+\b(?:cost|weigh|earn|charge|pay)\b",
                r"^(?:number|percentage|price|cost|amount|age|distance|total) (?:of|for|to)\b",
            ),
        ),
        (
            REASON,
            (
                r"\bwhy\b|\bhow come\b|\breasons? (?:for|why|that|behind|given|they|he|she|we|it)\b|\bwhat for\W*$",
                r"\bwhat (?:\w+ )?(?:reason|made|makes|caused|causes|led|prompted)\b",
                r"\bcauses? of\b|\bwhat(?:['’]s| is| was| lies| lay) behind\b|\bon what grounds\b",
            ),
        ),
        (YES_NO, (rf",\s*{_BE}(?:n['’]t)?\s+(?:he|she|they|it|there|we|you)\b",)),
        (
            DISCUSSION,  # and what `read_kind` takes for one
            (
                r"(?-i:^(?:[A-Z][\w.'’]*\s)+on\s\w+)",
                r"\bwhat\b.*\b(?:says?|said|thinks?|thought)(?: there| here)?\W*$",
                r"\bwhat (?:is|was) (?:told|said|discussed) about\b",
                r"^(?:(?:any|every|some)thing )?about\b|\bcame up about\b",
                r"\b(?:thoughts?|feelings?|ideas?|take) (?:on|about)\b",
                r"^how (?:did|does|do)\b.*\b(?:describe|explain|put|see|feel|characteri[sz]e)\b",
            ),
        ),
        (
            LIST,
            (
                r"^(?:list|name|enumerate)\b|\blist of\b|^(?:give|show)(?: me| us)? (?:all|every|the|a list)\b",
                r"^the \w+s\b|\bnames of (?:everyone|everybody|all|the)\b|^all\b",
                r"^(?:which|what) (?:are|were) (?:all )?(?:the|their|his|her|some|those|your|our)\b",
                r"^(?:which|what) (?:(?:all|other|different|new|main|two|three|four|five) )*"
                r"(?!(?:does|is|was|has|this|his|its|as|happens|makes|becomes|goes)\b)[a-z'’-]+(?<!s)s\b(?! ['’])",
                r"^(?:which|what) (?:kinds|sorts|types) of\b|^(?:which|what) (?:people|children|men|women)\b",
                r"\bwhat else\b|\bwho (?:else )?(?:all )?(?:are|were) (?:all )?the\b|^everything\b",
            ),
        ),
    )
)
