"""Which words of a question count, what else says the same in a company's pages, and what kind of answer is asked for."""

import re
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*", re.UNICODE)

STOP = frozenset(
    ["a", "about", "above", "after", "again", "all", "also", "am", "an", "and", "any", "are", "aren't", "as", "at", "be", "because", "been", "before", "being", "below", "between", "both", "but", "by", "can", "cannot", "can't", "could", "couldn't", "d", "did", "didn't", "do", "does", "doesn't", "doing", "don't", "down", "during", "each", "either", "else", "ever", "few", "for", "from", "further", "get", "gets", "getting", "give", "given", "go", "goes", "going", "got", "had", "hadn't", "has", "hasn't", "have", "haven't", "having", "he", "her", "here", "hers", "him", "his", "how", "however", "i", "i'd", "i'll", "i'm", "i've", "if", "in", "into", "is", "isn't", "it", "it's", "its", "itself", "just", "know", "let", "like", "ll", "make", "many", "may", "me", "might", "mine", "more", "most", "much", "must", "my", "myself", "need", "needs", "no", "nor", "not", "now", "of", "off", "on", "once", "one", "only", "or", "other", "our", "ours", "out", "over", "own", "please", "possible", "re", "really", "s", "same", "shall", "she", "should", "so", "some", "somebody", "someone", "something", "such", "t", "tell", "than", "that", "that's", "the", "their", "theirs", "them", "then", "there", "there's", "these", "they", "thing", "things", "this", "those", "through", "to", "too", "under", "until", "up", "upon", "us", "ve", "very", "want", "wants", "was", "wasn't", "we", "were", "what", "what's", "when", "where", "where's", "whether", "which", "while", "who", "who's", "whom", "whose", "why", "will", "with", "within", "without", "won't", "would", "wouldn't", "wonder", "yes", "yet", "you", "you're", "your", "yours", "yourself", "able", "allowed", "happen", "happens", "way", "ways", "possible", "exactly", "currently", "actually", "anything", "everything", "hi", "hello", "hey", "thanks", "thank", "kindly", "ask", "asking", "question", "information", "info", "inform", "explain", "mean"]
)
WEAK = frozenset(
    ["offer", "provide", "accept", "sell", "use", "take", "bring", "come", "work", "put", "company", "business", "firm", "shop", "store", "site", "place", "team", "staff", "people", "person", "customer", "client", "service", "available", "include", "find", "keep", "look", "day", "time", "cost", "price", "much", "long", "order", "start", "still", "already", "new", "good", "best", "main", "kind", "type", "sort", "different", "general", "normal", "usually", "stuff", "item", "option", "various"]
)
GROUPS = tuple(
    tuple(group.split())
    for group in (
        "price cost fee charge rate tariff surcharge",
        "pay payment paid",
        "free gratis complimentary costless",
        "cancel cancellation terminate termination notice withdraw",
        "refund reimburse reimbursement repay moneyback",
        "return exchange",
        "deliver delivery ship shipping shipment dispatch courier postage",
        "book booking reserve reservation appointment schedule",
        "open opening hours close closing closed closes",
        "phone telephone call number mobile hotline ring",
        "email mail write contact reach",
        "address location located situated directions find",
        "discount reduction reduced saving save offer deal cheaper concession",
        "student students pupil university",
        "voucher gift giftcard",
        "child children kid kids baby toddler",
        "pet dog animal",
        "park parking garage carpark",
        "wheelchair accessible accessibility disabled disability ramp",
        "job jobs vacancy vacancies hiring hire career careers recruit apprenticeship",
        "invoice bill billing receipt",
        "warranty guarantee guaranteed",
        "damage damaged broken break defect defective faulty scratched",
        "complain complaint claim report problem",
        "insure insurance insured cover coverage covered",
        "rent rental hire lease",
        "elevator lift",
        "wifi internet wlan",
        "toilet restroom wc bathroom",
        "card visa mastercard credit debit",
        "late overdue delay delayed",
        "change switch modify alter amend reschedule rebook move",
        "lose lost forget forgot forgotten missing",
        "big large size bigger larger",
        "repair fix mend service servicing",
        "begin start starts beginning",
        "minimum least shortest",
        "maximum limit",
        "found founded established since start started opened",
        "own owner owned owns belong belongs shareholder shareholders investor shares",
        "vegan vegetarian",
        "buy purchase order",
        "cctv camera cameras surveillance",
        "recommend refer referral friend",
        "holiday holidays vacation",
        "id identification passport identity licence license",
        "bike bicycle cycle",
        "car vehicle automobile motorbike motorcycle van",
        "sick ill illness",
        "privacy data gdpr",
        "certificate certified certification accredited qualified",
        "weekend saturday sunday",
        "trial taster",
        "deposit prepayment advance",
        "size big large dimension",
        "weight heavy kg",
        "height high tall",
        "quick fast soon turnaround",
        "evening night late",
        "document documents paperwork",
        "luggage baggage bag",
        "train railway station",
        "store storage stored keep kept",
        "teach teaching train training trained course lesson",
        "check checked inspect inspection examine examination checkup",
        "send ship export deliver post",
        "premises site location place",
        "machine machines equipment device unit",
        "miss missed no-show",
        "rebate discount reduction",
        "reward bonus receive",
        "interval often frequency every",
        "advise recommend suggest",
        "cheap cheaper drop drops less lower reduced discount",
        "son daughter child kid",
        "parent parents mother father mum mom dad",
        "extra additional surcharge",
        "sleep live overnight",
        "heat heated heating warm",
        "gas fuel",
        "allergy allergic allergen allergens intolerance",
    )
)

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
for _group in GROUPS:
    _members = frozenset(stem(word) for word in _group)
    for _member in _members:
        _SYNONYMS[_member] = _SYNONYMS.get(_member, frozenset()) | _members


def synonyms(term: str) -> frozenset[str]:
    return _SYNONYMS.get(term, frozenset())


@dataclass(frozen=True)
class Term:
    """A content word of a question: its stem, how it was written, and how much it counts."""

    stem: str
    written: str
    weight: float
    named: bool = False


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
    ("phone", r"\b(?:phone|telephone|mobile|whatsapp|fax) number\b|\bwhat number\b|\bnumber (?:can|do|should) i (?:call|ring)\b|^(?:your )?phone\b"),
    ("email", r"\be-?mail address\b|\bwhich e-?mail\b|\bwhat e-?mail\b|\bwhat(?:'s| is) your e-?mail\b"),
    ("amount", r"\bhow (?:much|expensive)\b(?! (?:time|notice|space|luggage|weight|water|does .* weigh))|\b(?:what|which).{0,30}\b(?:price|cost|fee|rate|charge|costs|deposit)\b"
               r"|\bprice (?:of|for)\b|\bwhat do (?:you|i) (?:charge|pay)\b|\bwhat does .* cost\b"),
    ("measure:speed", r"\bhow fast is\b|\bwhat speed\b"),
    ("measure:height", r"\bhow (?:tall|high|deep|wide)\b"),
    ("measure:weight", r"\bhow heavy\b|\bhow much does .* weigh\b"),
    ("measure:distance", r"\bhow far\b"),
    ("measure:size", r"\bhow (?:big|large)\b|\bwhat size\b"),
    ("measure:age", r"\bhow old\b|\bwhat age\b|\bage limit\b|\bminimum age\b"),
    ("year", r"\b(?:what|which|in what) year\b|^when (?:was|were) .*\b(?:found|establish|built|start|open|creat)|^when did (?:you|it|the \w+|your \w+)\b.*\b(?:start|open|begin|found)\b"
             r"|\bhow old is (?:the|your) (?:company|business|firm|practice|shop)\b"),
    ("duration", r"\bhow (?:long|quickly|soon|often|late|early|fast)\b|\bhow much (?:time|notice)\b|\bhow many (?:days|hours|weeks|months|years|minutes|working)\b"
                 r"|\bwhat (?:interval|period|frequency)\b|\bturnaround\b"),
    ("time", r"\bwhat time\b|\b(?:what|which) (?:days?|year|month|date)\b|\b(?:opening|business|office) (?:hours|times)\b|\buntil when\b|\bdeadline\b"
             r"|(?:^|[,;.?!] |\band |\bor )when(?:'s)? (?:do|does|did|is|are|was|were|can|could|will|would|should|must|may|have|has)\b|^when\b|^hours\b"),
    ("count", r"\bhow many\b"),
    ("place", r"^where\b|\bwhere (?:is|are|do|can|should)\b|\bwhat(?:'s| is) (?:the|your) (?:address|location)\b|\bwhich (?:city|town|country|countries|address)\b"),
    ("person", r"^who\b(?! can\b| may\b| do\b| pays\b)|\bwho (?:is|are|founded|owns|runs|leads|won)\b|\bname of\b"),
    ("id", r"\b(?:vat|tax|registration|company|licence|license|account|iban|policy) (?:number|id|no)\b"),
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
    "place": r"\b(?:street|road|avenue|lane|square|park|drive|way|unit|floor|station|bus|tram|train|near|behind|opposite|next to|corner|city|town|village|building|centre|center|harbour|bridge|room|desk|reception|counter|online|website|portal|app|page|area|region|within|miles|km|at the|in the|from the)\b|\d{4,5}|\b[A-Z]{1,2}\d{1,2}[A-Z]?\s?\d[A-Z]{2}\b|\b(?:in|at|from|to|across) [A-Z]",
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
                   r"|\b(?:any age|all ages|adults only|birthday|[a-z]+teen or older)\b",
    "year": r"\b(?:1[5-9]|20)\d\d\b",
}


PHRASES = tuple(
    (re.compile(rf"\b{pattern}\b", re.IGNORECASE), said)
    for pattern, said in (
        (r"call(?:ed|ing|s)? off", "cancel"), (r"(?:send|sends|sending|sent|bring|brings|bringing|brought|give|giving) back", "return"),
        (r"money back", "refund"), (r"(?:ring|rings|phone) (?:me |us )?back", "call back"), (r"sign(?:ing)? up", "register"),
        (r"pick(?:ed|ing)? up", "collect"), (r"drop(?:ped|ping)? off", "deliver"), (r"get(?:ting)? rid of", "dispose of"),
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
    return _holds(question.asks, text) if question.asks in _TYPES else None


@lru_cache(maxsize=50_000)
def _holds(kind: str, text: str) -> bool:
    return bool(_pattern(kind).search(text))


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
        found.setdefault(root, Term(root, written, weight, named))
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
