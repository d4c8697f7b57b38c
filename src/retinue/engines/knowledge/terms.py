"""Which words of a question count, what else says the same in a company's pages, and what kind of answer is asked for."""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import snowballstemmer

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*", re.UNICODE)

STOP = frozenset(
    ["a", "about", "above", "after", "again", "all", "also", "am", "an", "and", "any", "are", "aren't", "as", "at", "be", "because", "been", "before", "being", "below", "between", "both", "but", "by", "can", "cannot", "can't", "could", "couldn't", "d", "did", "didn't", "do", "does", "doesn't", "doing", "don't", "down", "during", "each", "either", "else", "ever", "few", "for", "from", "further", "get", "gets", "getting", "give", "given", "go", "goes", "going", "got", "had", "hadn't", "has", "hasn't", "have", "haven't", "having", "he", "her", "here", "hers", "him", "his", "how", "however", "i", "i'd", "i'll", "i'm", "i've", "if", "in", "into", "is", "isn't", "it", "it's", "its", "itself", "just", "know", "let", "like", "ll", "make", "many", "may", "me", "might", "mine", "more", "most", "much", "must", "my", "myself", "need", "needs", "no", "nor", "not", "now", "of", "off", "on", "once", "one", "only", "or", "other", "our", "ours", "out", "over", "own", "please", "possible", "re", "really", "s", "same", "shall", "she", "should", "so", "some", "somebody", "someone", "something", "such", "t", "tell", "than", "that", "that's", "the", "their", "theirs", "them", "then", "there", "there's", "these", "they", "thing", "things", "this", "those", "through", "to", "too", "under", "until", "up", "upon", "us", "ve", "very", "want", "wants", "was", "wasn't", "we", "were", "what", "what's", "when", "where", "where's", "whether", "which", "while", "who", "who's", "whom", "whose", "why", "will", "with", "within", "without", "won't", "would", "wouldn't", "wonder", "yes", "yet", "you", "you're", "your", "yours", "yourself", "able", "allowed", "happen", "happens", "way", "ways", "possible", "exactly", "currently", "actually", "anything", "everything", "hi", "hello", "hey", "thanks", "thank", "kindly", "ask", "asking", "question", "information", "info", "inform", "explain", "mean"]
)
WEAK = frozenset(
    ["offer", "provide", "accept", "sell", "use", "take", "bring", "come", "work", "put", "company", "business", "firm", "shop", "store", "site", "place", "team", "staff", "people", "person", "customer", "client", "service", "available", "include", "find", "keep", "look", "day", "time", "cost", "price", "much", "long", "order", "start", "still", "already", "new", "good", "best", "main", "kind", "type", "sort", "different", "general", "normal", "usually", "stuff", "item", "option", "various"]
)
GROUPS = resources.files(__package__).joinpath("thesaurus.txt").read_text(encoding="utf-8").splitlines()
"""A line's words stand for one another in what customers ask and companies write; words before > are also said by those after it."""
QUALIFIERS = frozenset(
    stem_of
    for stem_of in snowballstemmer.stemmer("english").stemWords(
        """night evening morning afternoon weekend monday tuesday wednesday thursday friday saturday sunday holiday christmas easter january
        february march april may june july august september october november december summer winter child children kid baby adult student
        senior pensioner veteran teenager woman man large small big double single extra monthly weekly daily hourly yearly annual month week
        hour day year express urgent electric online remote private public used second-hand free vegan minimum maximum abroad outdoor indoor
        digital mobile international corporate group""".split()
    )
)
"""Words that make a question narrower: what does not speak of them answers a wider one."""
FREE = ("free", "no charge", "without charge", "no cost", "at no", "no fee", "included", "pay nothing", "costs nothing")

NUMBERS = frozenset(
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand", "half", "dozen"]
)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    return str(snowballstemmer.stemmer("english").stemWord(word))


def words(text: str) -> list[str]:
    return [word.replace("’", "'") for word in _WORD.findall(text.lower().replace("e-mail", "email").replace("wi-fi", "wifi"))]


def stems(text: str) -> list[str]:
    """Stems of all words of the text, in order, stop words included; possessives lose their s."""
    return [stem(word.removesuffix("'s")) for word in words(text)]


_SYNONYMS: dict[str, frozenset[str]] = {}
for _line in GROUPS:
    _said, _, _also = _line.partition(">")
    _narrow, _wide = (frozenset(stem(word) for word in part.split() if word not in STOP) for part in (_said, _also))
    for _word in _narrow:
        _SYNONYMS[_word] = _SYNONYMS.get(_word, frozenset()) | (_wide | {_word} if _wide else _narrow)


def synonyms(term: str) -> frozenset[str]:
    return _SYNONYMS.get(term, frozenset())


@dataclass(frozen=True)
class Term:
    """A content word of a question: its stem, how it was written, and how much it counts."""

    stem: str
    written: str
    weight: float
    named: bool = False
    position: int = 0
    """Which word of the question it is, counted from 0."""


@dataclass(frozen=True)
class Question:
    """`text` is what was asked, phrases put into the words that pages use."""

    text: str
    terms: tuple[Term, ...]
    asks: str
    """amount | count | year | duration | time | date | place | person | phone | email | measure:… | id | yes_no | open"""
    counted: str = ""
    """The stem of what "how many" asks for."""


_ASKS: tuple[tuple[str, str], ...] = (
    ("id", r"\b(?:vat|tax|registration|company|licence|license|account|iban|policy)(?: registration)? (?:number|id|no)\b|\bsort code\b|\biban\b"
           r"|\b(?:what|which).{0,20}\b(?:password|bank account)\b"),
    ("phone", r"\b(?:phone|telephone|mobile|whatsapp|fax) number\b|\bwhat number\b|\bnumber (?:can|do|should) i (?:call|ring)\b|^(?:your )?phone\b"),
    ("email", r"\be-?mail address\b|\bwhich e-?mail\b|\bwhat e-?mail\b|\bwhat(?:'s| is) your e-?mail\b"),
    ("amount", r"\bhow expensive\b|\bhow much(?= (?:is|are|was|were|does|do|did|will|would|for|to|should|must|can|could|cost|costs|extra|money|more|per|an?|it|each|your|the|off|discount|of)\b|\W*$)(?! does .* weigh)|\b(?:what|which).{0,30}\b(?:price|cost|fee|rate|charge|costs|deposit)\b"
               r"|\bprice (?:of|for)\b|\bwhat do (?:you|i) (?:charge|pay)\b|\bwhat does .* cost\b"),
    ("measure:speed", r"\bhow fast is\b|\bwhat speed\b"),
    ("measure:height", r"\bhow (?:tall|high|deep|wide)\b"),
    ("measure:weight", r"\bhow heavy\b|\bweight limit\b|\b(?:maximum|max) weight\b|\bhow much weight\b|\bhow much does .* weigh\b"),
    ("measure:distance", r"\bhow far\b"),
    ("measure:size", r"\bhow (?:big|large)\b|\bwhat size\b"),
    ("year", r"\b(?:what|which|in what) year\b|^when (?:was|were) .*\b(?:found|establish|built|start|open|creat)|^when did (?:you|it|the \w+|your \w+)\b.*\b(?:start|open|begin|found)\b"
             r"|\bhow old is (?:the|your|this) \w+"),
    ("measure:age", r"\bhow old\b|\bwhat age\b|\bage limit\b|\bminimum age\b"),
    ("duration", r"\bhow (?:long|quickly|soon|often|late|early|fast)\b|\bhow much (?:time|notice)\b|\bhow many (?:days|hours|weeks|months|years|minutes|working)\b"
                 r"|\bwhat (?:interval|period|frequency)\b|\bturnaround\b"),
    ("time", r"\bwhat time\b|\b(?:what|which) (?:days?|year|month|date)\b|\b(?:opening|business|office) (?:hours|times)\b|\buntil when\b|\bdeadline\b"
             r"|(?:^|[,;.?!] |\band |\bor )when(?:'s)? (?:do|does|did|is|are|was|were|can|could|will|would|should|must|may|have|has)\b|^when\b|^hours\b"),
    ("count", r"\bhow many\b"),
    ("place", r"^where\b|\bwhere (?:is|are|do|can|should)\b|\bwhat(?:'s| is) (?:the|your) (?:address|location)\b|\bwhich (?:city|town|country|countries|address)\b"),
    ("person", r"^who\b(?! can\b| may\b| do\b| pays\b)|\bwho (?:is|are|founded|owns|runs|leads|won)\b|\bname of\b"),
    ("amount", r"\b(?:price|prices|cost|costs|fee|fees|rate|surcharge|rental rate|tariff)\b(?!.*\b(?:include|change|cover)\b)|\bwhat do you (?:charge|ask|want) for\b"),
    ("yes_no", r"^(?:so |and |but |ok |okay |hi,? |hello,? )?(?:is|are|am|do|does|did|can|could|may|might|will|would|should|shall|has|have|must|was|were|isn't|don't|won't|need)\b"),
)
_TYPES = {
    "amount": r"[£$€¥]\s?\d|\b(?:price|fee|cost|rate|charge|amount)s?\b[^:;]{0,20}: ?\d|\d[\d.,]*\s?(?:[£$€%]|eur\b|euros?\b|usd\b|gbp\b|dollars?\b|pounds?\b|pence\b|p\b|cents?\b|chf\b|francs?\b|kr\b|per ?cent\b)"
              r"|\bfree\b|\bno (?:extra )?(?:charge|cost|fee)\b|\bwithout (?:extra )?charge\b|\bhalf price|half as much\b|\bincluded\b|\bnothing\b",
    "count": r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|hundred|dozen|no limit|unlimited|any number)\b",
    "duration": r"(?:\d|\b(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fourteen|fifteen|twenty|thirty|forty|fifty|sixty|ninety|few|several|next|same|every|each|per|half|once|twice)\b)[\w\s.–-]{0,16}?(?:second|minute|min|hour|hr|day|night|week|fortnight|month|quarter|year)s?\b"
                r"|\b(?:immediately|at once|instantly|overnight|daily|weekly|monthly|yearly|annually|quarterly|lifetime|permanent(?:ly)?|always|any time|each january|every [a-z]+)\b|\b(?:each|every) (?:january|february|march|april|may|june|july|august|september|october|november|december)\b",
    "time": r"\d\s?(?:[ap]\.?m\b|h\b|hrs?\b|o'clock)|\d{1,2}[:.]\d{2}|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(?:minute|hour|day|night|week|month|year|second|fortnight)s?\b"
            r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b|\b(?:noon|midnight|daily|weekly|monthly|yearly|annually|always|immediately|at once|instantly|spring|summer|autumn|winter|christmas|easter|today|tomorrow|permanent(?:ly)?|lifetime|clock)\b|\b(?:19|20)\d\d\b",
    "place": r"\b(?:street|road|avenue|lane|square|park|drive|way|unit|floor|station|bus|tram|train|near|behind|opposite|next to|corner|city|town|village|building|centre|center|harbour|bridge|room|desk|reception|counter|online|website|portal|app|page|area|region|within|miles|km|at the|in the|from the)\b|\b(?!19|20)\d{4,5}\b|\b[A-Z]{1,2}\d{1,2}[A-Z]?\s?\d[A-Z]{2}\b|\b(?:in|at|from|to|across) [A-Z]",
    "phone": r"(?:\+|\b0|\(\d)[\d\s()/.-]{6,}\d",
    "email": r"[\w.+-]+@[\w-]+\.[\w.-]+",
    "id": r"\b(?=\w*\d)[A-Z\d][\w-]{4,}",
    "person": r"\b[A-ZÀ-Þ][\w'’-]+ (?:(?:van|von|de|da|der|al|la|le|del|[A-Z]\.) )*[A-ZÀ-Þ][\w'’-]+|\b(?:Mr|Mrs|Ms|Dr|Prof)\b|\b(?:our|the|your|a|an) (?:\w+ ){0,2}(?:\w+(?:er|or|ist|ian|ant|ess)s?|team|staff|partner|company|nurse|chef|crew|customers?|guests?|parents?|anyone|everyone|members?)\b",
    "measure:speed": r"\d\s?(?:[mg]bit|[mg]bps|[mg]b/s|km/h|mph|kmh|[mg]b)",
    "measure:height": r"\d\s?(?:m|cm|mm|ft|feet|foot|inch(?:es)?|metres?|meters?|in)\b|\d['\"′″]",
    "measure:weight": r"\d\s?(?:kg|kilo\w*|g|lbs?|pounds?|t|tons?|tonnes?)\b",
    "measure:distance": r"\d\s?(?:km|miles?|m|metres?|meters?|min\w*|kilomet\w+)\b|\bminutes?\b|\bmiles?\b|\bnext to\b",
    "measure:size": r"\d",
    "measure:age": r"\d+\s?(?:\+|years?\b|yrs?\b|and (?:older|over|up|under)|or (?:older|over|more|under))|\b(?:aged?|age|over|under|older than|younger than|from|since|birthday|turns?) (?:of )?(?:\d+|[a-z]+teen|twelve|twenty|six|five|four|three)\b"
                   r"|\bage (?:is |limit is |of )?\d+|\b(?:any age|all ages|adults only|birthday|[a-z]+teen or older)\b",
    "year": r"\b(?:1[5-9]|20)\d\d\b",
}


PHRASES = tuple(
    (re.compile(rf"\b{pattern}\b", re.IGNORECASE), said)
    for pattern, said in (
        (r"call(?:ed|ing|s)? off", "cancel"), (r"(?:send|sends|sending|sent|bring|brings|bringing|brought|give|giving) back", "return"),
        (r"money back", "refund"), (r"(?:ring|rings|phone) (?:me |us )?back", "call back"), (r"sign(?:ing)? up", "register"),
        (r"pick(?:ed|ing)? up", "collect"), (r"drop(?:ped|ping)? off", "deliver"), (r"get(?:ting)? rid of", "dispose of"),
        (r"(?:come|comes|came) and (?:get|collect|fetch|take)", "collect"), (r"put(?:ting)? (?:it |them )?together", "assemble"),
        (r"take (?:\w+ ){0,3}down", "dismantle"), (r"set (?:it |them )?up(?: again)?", "install"), (r"up[ -]front", "deposit"),
        (r"check(?:ed|ing)?[ -]?in", "arrive"), (r"check(?:ed|ing)?[ -]?out", "leave"), (r"how long have you been (?:around|going|there)", "when founded"),
        (r"where (?:are|is) (?:you|your (?:shop|office|store|company|business))(?: located| based| situated| exactly)*(?=\W*$)", "what is your address"),
        (r"where (?:can|do) (?:i|we) find you", "what is your address"), (r"from home", "online from home"),
        (r"do (?:you|i|we) (?:charge|have to pay|pay)(?: anything| extra)? for", "is there a charge, or is it free, for"),
        (r"catch(?:ing)? up", "repeat"), (r"gift (?:card|certificate)s?", "voucher"), (r"second[ -]hand", "used"), (r"owe", "pay"),
        (r"take back", "return"), (r"grown[ -]?ups?", "adults"), (r"e-?bikes?", "e-bike"), (r"for ages", "long"), (r"(?:in|at) (?:one|a) go", "at once"),
        (r"start(?:ed)? out", "founded"), (r"(?:moving|move) (?:out|away)", "leave"), (r"top up", "pay"), (r"take part", "participate"),
        (r"turn(?:ing)? up", "arrive"), (r"x rays?", "x-rays"), (r"nite", "night"), (r"how come", "why"),
    )
)
"""Ways to say in two words what pages say in one."""


@lru_cache(maxsize=64)
def _pattern(kind: str) -> re.Pattern[str]:
    return re.compile(_TYPES[kind], 0 if kind in ("person", "id", "place") else re.IGNORECASE)


def has_type(question: Question, text: str) -> bool | None:
    """Whether the text holds what is asked for; None when any text may."""
    if question.asks == "count" and question.counted:
        return _counts(question.counted, text)
    return bool(_pattern(question.asks).search(text)) if question.asks in _TYPES else None


def _counts(counted: str, text: str) -> bool:
    """Whether a number stands beside what is counted, or in a table's row that names it."""
    found = words(text)
    same = synonyms(counted) | {counted}
    places = [i for i, word in enumerate(found) if stem(word) in same]
    return any(
        word[0].isdigit() or word in NUMBERS
        for i in places for word in found[max(0, i - 4): i + (8 if ":" in text else 4)]
    )


def read_question(text: str) -> Question:
    """The question in its parts; at most 400 characters of it are read."""
    text = " ".join(text.split())[:400]
    low = text.lower().replace("’", "'")
    said = text.replace("e-mail", "email").replace("Wi-Fi", "wifi").replace("wi-fi", "wifi")
    for phrase, word in PHRASES:
        said = phrase.sub(word, said)
    asks = next((kind for kind, pattern in _ASKS if re.search(pattern, low)), "open")
    found: dict[str, Term] = {}
    for position, match in enumerate(_WORD.finditer(said)):
        written = match.group().replace("’", "'")
        word = written.lower().removesuffix("'s")
        if word in STOP or (len(word) == 1 and not word.isdigit()):
            continue
        root = stem(word)
        named = any(c.isdigit() for c in word) or (position > 0 and written[0].isupper())
        weight = 1.5 if named else 0.4 if word in WEAK or root in WEAK else 1.0
        if _asked_by(asks, root):
            weight = min(weight, 0.25)
        found.setdefault(root, Term(root, written, weight, named, position))
    many = re.search(r"\bhow many (?:[a-z]+ )?", low)
    after = [stem(w) for w in words(low[many.start() + 9:])[:2]] if many and asks == "count" else []
    counted = next((w for w in reversed(after) if w in found), "")
    return Question(" ".join(said.split()), tuple(found.values()), asks, counted)


_ASK_WORDS = {
    "year": "year",
    "amount": "price cost fee charg expens pay rate much money",
    "duration": "long time often quick soon fast day week month year", "time": "time hour day when date year",
    "count": "mani number", "place": "locat address find where situat", "person": "name",
    "phone": "phone telephon number call mobil", "email": "email address mail",
    "id": "number", "measure:age": "old age minimum limit", "measure:size": "big larg size", "measure:speed": "fast speed",
    "measure:height": "tall high deep wide", "measure:weight": "heavi weigh", "measure:distance": "far",
}


def _asked_by(asks: str, root: str) -> bool:
    return root in _ASK_WORDS.get(asks, "").split()
