"""Finding personal details in what people said, and hiding them before anybody else reads it.

United Kingdom forms: postcode, telephone, e-mail, NHS number (with its check digit), National Insurance number, date of
birth, sort code and account, registration plate, house number with street, and names where the words around them say
that a name stands there. Nothing finds all names: a second person looks before anything is public.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from homeground.tables import require_columns

__all__ = ["KINDS", "Found", "Redacted", "find_details", "hide_details", "redact"]

# Kind: what stands in its place. The order decides where two overlap: the earlier wins.
KINDS = {
    "email": "[e-mail hidden]",
    "phone": "[phone number hidden]",
    "nhs_number": "[NHS number hidden]",
    "national_insurance": "[National Insurance number hidden]",
    "birth": "[date of birth hidden]",
    "bank": "[bank details hidden]",
    "postcode": "[postcode hidden]",
    "plate": "[number plate hidden]",
    "address": "[address hidden]",
    "name": "[name hidden]",
}

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_DATE = (
    r"(?:\d{1,2}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?(?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}|"
    rf"\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?\s+{_MONTH},?\s+\d{{2,4}}|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}})"
)
_ACCOUNT = r"(?:[\s,;]*(?:(?:and|account|acct?|a/c|number|no\.?|is|:)[\s,;:]*)*\d{7,8})?"
_SUFFIX = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|close|crescent|cres|court|ct|terrace|terr|place|pl|way|"
    r"gardens|gdns|"
    r"grove|square|sq|walk|row|hill|rise|mews|view|park|parade|green|mount|croft|fold|vale|yard|wharf|quay|embankment|"
    r"boulevard|circus|passage|broadway|heights|meadows?|fields?|bank|brow|cottages|villas|buildings|house|flats)"
)
# Lengths and numbers of words are bounded: whoever types twenty thousand capitals waits no longer than others.
_CAPITAL = r"\b[A-ZÀ-ÖØ-ÞŁŚŻŠŽ](?=[\w’'-]{0,30}[a-zß-ÿ])[\w’'-]{1,40}"
_NAME = rf"{_CAPITAL}(?:\s+(?:{_CAPITAL}|[A-Z]\.?(?=\s|$)|de|van|von|al|el|bin|bint|Mc|O’|O')){{0,4}}"
_BEFORE_NUMBER = r"(?<![\d£$€.,/#-])(?<!\d\s)"

_PATTERNS: dict[str, list[re.Pattern[str]]] = {
    "email": [re.compile(r"(?<![\w.+'-])[\w.+'-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)],
    "nhs_number": [re.compile(_BEFORE_NUMBER + r"\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)")],
    "national_insurance": [
        re.compile(
            r"\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D]\b",
            re.IGNORECASE,
        )
    ],
    "birth": [
        re.compile(
            r"(?:\b(?:born|birthday|date\s+of\s+birth|birth\s+date)\b|\bd\.?\s?o\.?\s?b\b\.?)"
            rf"[^\d\n]{{0,25}}?(?P<it>{_DATE})",
            re.IGNORECASE,
        ),
        re.compile(
            rf"(?P<it>{_DATE})(?=\s*(?:is|was)\s+(?:my|his|her|their)\s+(?:birthday|date\s+of\s+birth|dob))",
            re.IGNORECASE,
        ),
    ],
    "bank": [
        re.compile(
            rf"(?<![\d-])\d{{2}}-\d{{2}}-\d{{2}}{_ACCOUNT}(?![\d-])",
            re.IGNORECASE,
        ),
        re.compile(
            rf"\bsort\s?code\b[^\d\n]{{0,15}}?(?P<it>\d{{2}}[ -]?\d{{2}}[ -]?\d{{2}}{_ACCOUNT})(?!\d)",
            re.IGNORECASE,
        ),
        re.compile(r"\b(?:account|acct|a/c)\b[^\d\n]{0,15}?(?P<it>\d{4}\s?\d{3,4})(?!\d)", re.IGNORECASE),
    ],
    "phone": [
        re.compile(r"(?<![\d£$€.,/-])(?:\+\s?44|0044)[\s.()-]*(?:\(?0\)?[\s.-]*)?\d(?:[\s.()-]?\d){8,9}(?!\d)"),
        re.compile(r"(?<![\d£$€.,/-])\(?0[1-37-9](?:[\s.()-]{0,2}\d){8,9}(?!\d)"),
        re.compile(r"(?<![\d£$€.,/-])\+\d{1,3}(?:[\s.()-]{0,2}\d){7,12}(?!\d)"),
        re.compile(
            r"\b(?:phone|ring|call|text|tel(?:ephone)?|mobile|number)\b[^\d\n]{0,20}?"
            r"(?<!\w)(?P<it>\d{3}[ -]?\d{3,4})(?![\w-]|\s\d)",
            re.IGNORECASE,
        ),
    ],
    "postcode": [
        re.compile(
            r"\b(?:GIR[ -]?0AA|(?:[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKPSTUW]|"
            r"[A-HK-Y]\d[ABEHMNPRVWXY]))\s{0,2}-?\d[ABD-HJLNP-UW-Z]{2})\b",
            re.IGNORECASE,
        )
    ],
    "plate": [
        re.compile(r"\b[A-HJ-PR-Y]{2}\d{2}\s?[A-Z]{3}\b"),
        re.compile(r"\b[a-hj-pr-y]{2}(?:5[1-9]|6\d|7[0-9]|0[2-9]|1\d|2[0-6])\s?[a-z]{3}\b"),
        re.compile(r"\b[A-HJ-NPR-TV-Y]\d{1,3}\s?[A-Z]{3}\b"),
        re.compile(
            r"\b(?:reg(?:istration)?|number\s?plate|plate)\b[^\w\n]{0,3}(?:(?:number|no|is|"
            r"was)\b[^\w\n]{0,3})*(?P<it>[A-Z]{1,3}\s?\d{1,4}\s?[A-Z]{0,3})\b",
            re.IGNORECASE,
        ),
    ],
    "address": [
        re.compile(
            rf"\b(?:(?:flat|apartment|apt|unit|"
            rf"room)\s*\d+[a-z]?\s*,?\s*)?\d{{1,4}}[a-z]?(?:\s?[-/]\s?\d{{1,4}}[a-z]?)?,?\s+(?:(?:{_CAPITAL}|St\.?|"
            rf"The|of|le|la)\s+){{1,4}}(?i:{_SUFFIX})\b"
        ),
        re.compile(
            r"\b\d{1,4}[a-z]?,?\s+(?:the\s+)?[a-z]+(?:\s[a-z]+)?\s(?:street|road|avenue|lane|drive|close|crescent|"
            r"terrace|gardens|grove)\b",
            re.IGNORECASE,
        ),
        re.compile(
            r"\b(?:flat|apartment|apt)\s*(?:number|no\.?)?\s*\d+[a-z]?\b(?:\s*,?\s*[A-Z]\w+\s+(?:House|Court|Tower|"
            r"Point|Heights|Lodge))?",
            re.IGNORECASE,
        ),
        re.compile(
            r"\b(?:lives?|living|live|house|home|next\s?door|neighbours?|door|us|me|we're|i'm|am|"
            r"are)\s+(?:is\s+)?(?:at|in|from)?\s*(?P<it>(?:number|no\.?)\s*\d{1,4}[a-z]?)\b",
            re.IGNORECASE,
        ),
    ],
}

# First names that are common in the United Kingdom today, from many languages; those that are also everyday words
# (Will, Mark, Grace, May, Rose, Bill, …) count only where the words around them say so.
_FIRST_TEXT = """
    aaron abbas abbie abdul abdullah abena abigail adaeze adam adebayo adele aditi adnan adrian afua agata agnes ahmad
    ahmed aidan aisha ajay akash akosua alan alasdair albert aled alejandro alessandra alex alexander alexandra alfie
    alfred ali alice alicia alina alison aliyah amal amanda amar amara amelia amina amir amit amy ananya andrea andrew
    aneesa angela angharad ania anil anisa anita anjali ann ann-marie anna anne annette annie anthony antonio anwar
    arif arjun arthur asad asha ashley ashok asif ayesha aylin aziz babatunde barbara barry bashir beatrice ben
    benjamin bernadette bernard beryl beth bethany betty beverley bilal bogdan bola brenda brendan brian bridget
    bronagh bronwen bruce callum cameron carl carla carly carmel carol caroline catherine cathy cerys cezar charles
    charlie charlotte chelsea cheryl chiara chloe chris christina christine christopher ciara claire clare claudia
    clive colin connor conor craig cynthia dafydd damian daniel danielle darren dave david debbie deborah deepak
    delroy denise dennis derek desmond diana diane dilip dimitri dmitri dominic donald donna doreen doris dorothy
    douglas duncan dylan ebele ebony eddie edith edna edward efua eileen eilidh ekaterina elaine eleanor elena elif
    elizabeth ella ellen ellie elsie emeka emily emma emre eric erica erin ethan eunice eva evelyn ewa faisal farah
    farhan fatima felicity fergal fergus fiaz fiona folasade frances francesca freda freddie frederick funmi ganesh
    gareth gary gavin gemma geoff geoffrey george georgia georgina gerald geraldine ghulam gillian giulia gladys
    glenda glenn gordon graham greg gregory grzegorz gurdeep gurpreet gwen gwyneth hamid hamza hannah harjit harold
    haroon harpreet harriet harry hassan hayley heather helen henry hilary hina howard huda hugh hussain ian ibrahim
    ifeoma ilona imran ingrid ioana iqra irene isaac isabel isabella ishaan isla ivan iwona jacob jacqueline jade
    jaden jagdeep jake jamal james jamie jamila jan jane janet janice jaroslaw jasmin jasmine jason jaswinder javed
    javid jayne jean jeanette jeff jeffrey jenna jennifer jenny jeremy jessica jill jim jimmy joan joanna joanne joe
    joel john jolanta jonathan jordan jose joseph josephine josh joshua joyce juan judith judy julia julian julie june
    justin kalpana kamil kamran karen karl karolina kashif kasia katarzyna kate katherine kathleen kathryn katie
    kayleigh kayode keith kelly ken kenneth kerry kevin khadija khalid khalida kieran kim kimberley kirsty kofi
    krzysztof kulwinder kumar kwame kyle lakshmi latoya laura lauren lawrence leah leanne lee leila leo leon leonard
    leroy lesley leslie lewis liam lillian linda lindsay lisa logan lorna lorraine louise lucas lucy lukasz luke lydia
    lynn lynne maciej magda maggie mahmood majid malcolm malgorzata manjit manuel marcin marcus margaret maria marian
    marie marilyn marion marjorie marta martin martyn mary maryam mateusz matthew maureen maurice mavis meera megan
    mehdi mehmet mei melanie melissa michael michal michelle mihai mike miriam mohamed mohammad mohammed mohamud molly
    monica monika morgan muhammad mustafa myra nabila nadeem nadia naeem nancy naomi nasir nasreen natalie natasha
    nathan neelam neil nia niall nicholas nicola nicolae nicole nigel nikhil nisha nkechi noah noel noor noreen norma
    norman oksana olena olga oliver olivia olu olumide oluwaseun omar omari oscar owen padraig pamela parveen patricia
    patrick patrycja paul paula pauline pawel peggy penelope percy peter philip phillip phyllis piotr pradeep priya
    przemyslaw rachel radoslaw rafal rahul raj rajesh rajinder rakesh ralph ramesh rashid raymond razia rebecca reena
    reginald rehana rekha renata rhian rhys riaz richard rita robert roberta robin robina roger rohan roisin ronald
    rosemary rosie roy ruby rukhsana rukhsar rupert russell ruth ryan sabrina sadia saeed safiya sahra saima sajid
    sally salma samantha samina samir samira samuel sandra sanjay sanjeev sara sarah sasha satnam scott seamus sean
    sebastian seema selina shabnam shahid shakira shanice shannon sharifa sharon shazia sheila shirley shreya sian
    sidney simon sinead siobhan slawomir sofia sonia sophia sophie stacey stanley stella stephanie stephen steve
    steven stuart sunita suresh susan suzanne svetlana swati sylvia sylwia tahir tamika tanya tara tariq ted tendai
    terence teresa terry thandiwe theo theresa thomas tiffany tim timothy tina toby tom tomasz tony tracey tracy
    trevor tunde tyler uchenna umar urszula usman valerie vanessa vera veronica victoria vijay vikram vincent vivian
    vivienne walter wayne wendy wilfred william winifred winston wioletta wojciech yasin yasmin yetunde yolanda yuki
    yusuf yvonne zahra zainab zara zeynep zoe zofia zubair zuzanna
"""
_FIRST = frozenset(_FIRST_TEXT.split())
_NOT_NAMES_TEXT = """
    a an and are as at because but council covid dad do doctor english everyone everything for friday from going have
    he her here hers him his how i if in is it its just lord monday mum my nan no not now of on one or our police
    saturday she so sunday that the their them then there they this thursday to tuesday us very we wednesday what when
    where who why with yes you your january february march april june july august september october november december
    god christ
"""
_NOT_NAMES = frozenset(_NOT_NAMES_TEXT.split())
_CONTEXTS = [
    re.compile(
        rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Lady|Rev|Revd|Father|Sister|Cllr|Councillor|PC|Sgt|Nurse|Auntie|Aunty|"
        rf"Aunt|Uncle)\b\.?\s+(?P<it>{_NAME})"
    ),
    re.compile(
        rf"\b(?i:my\s+name(?:\s+is|['’]s)|name\s+is|i\s+am\s+called|i['’]m\s+called|called|named|known\s+as|"
        rf"ask\s+for|speak\s+to|spoke\s+to|talk\s+to|signed|regards,?|thanks,?|from|hi|hello|dear)\s+(?P<it>{_NAME})"
    ),
    re.compile(
        rf"\b(?i:my|our|his|her|their|the)\s+(?i:(?:late|old|little|younger|older|elder|eldest|youngest|best|"
        rf"next\s?door)\s+)?(?i:son|daughter|husband|wife|partner|brother|sister|mother|father|mum|mam|dad|nan|gran|"
        rf"grandma|grandad|grandson|granddaughter|neighbou?r|friend|landlord|landlady|carer|boyfriend|girlfriend|"
        rf"cousin|niece|nephew|boy|girl|lad|lass|baby|manager|teacher|caretaker|nurse|doctor|uncle|"
        rf"aunt)\s*,?\s*(?:\(\s*)?(?P<it>{_NAME})"
    ),
    re.compile(
        rf"(?P<it>{_NAME})(?=\s*,?\s+(?i:next\s?door|from\s+(?:number|no|flat|across|over|down|up|upstairs|"
        rf"downstairs|the\s+(?:flat|house|corner))|at\s+(?:number|no|flat)|who\s+lives|who\s+runs|lives|upstairs|"
        rf"downstairs|my\s+(?:son|daughter|husband|wife|partner|neighbou?r|friend)))"
    ),
]
_SAYS_A_NAME = re.compile(
    r"(?i:my\s+name|name\s|i\s+am\s+called|i['’]m\s+called|called|named|known|ask\s+for|speak\s+to|spoke\s+to|talk\s+to)"
)
_LONE = re.compile(
    r"(?i:\bmy\s+name(?:\s+is|['’]s)\s+|\bi\s+am\s+called\s+|\bi['’]m\s+called\s+)"
    r"(?P<it>[a-z]+(?:\s+(?!(?:and|i|from|we|but|of|at|in)\b)[a-z]+)?)"
)
_AFTER_KIN = re.compile(
    r"\b(?:neighbou?r|friend|son|daughter|husband|wife|brother|sister|mrs|mr|miss|called|named)\s+(?P<it>[a-z]{3,})\b",
    re.IGNORECASE,
)
_MEETS = frozenset(
    {1, 3}
)  # contexts in which the words may be no name ('from Sandhaven'): a first name must begin them


@dataclass(frozen=True)
class Found:
    """One personal detail: its ``kind``, and where it stands (``start``, ``end``: characters, the end not in it)."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Redacted:
    """Notes with what is personal hidden.

    Attributes
    ----------
    notes : polars.DataFrame
        As given, with ``text`` made safe.
    details : polars.DataFrame
        ``note``, ``kind``, ``start``, ``end`` in the text as given. It does not hold the detail itself.
    """

    notes: pl.DataFrame
    details: pl.DataFrame


def redact(notes: pl.DataFrame, *, streets: Sequence[str] = (), names: Sequence[str] = ()) -> Redacted:
    """Hide the personal details in notes.

    Parameters
    ----------
    notes : polars.DataFrame
        ``note`` and ``text``; further columns stay as they are.
    streets : sequence of str
        The place's own streets: a house number before or after one is hidden, however it is written.
    names : sequence of str
        Further names to hide wherever they stand, such as those of ambassadors.

    Examples
    --------
    >>> said = pl.DataFrame({"note": [0], "text": ["Ring Joan on 07700 900123, she is at 12 Mill Lane."]})
    >>> redact(said).notes["text"].item()
    'Ring [name hidden] on [phone number hidden], she is at [address hidden].'
    """
    require_columns(notes, ["note", "text"])
    rows: list[tuple[object, str, int, int]] = []
    texts: list[str | None] = []
    for note, text in notes.select("note", "text").iter_rows():
        found = find_details(text or "", streets=streets, names=names)
        rows.extend((note, one.kind, one.start, one.end) for one in found)
        texts.append(None if text is None else hide_details(text, found))
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "note": notes.schema["note"],
        "kind": pl.String,
        "start": pl.Int64,
        "end": pl.Int64,
    }
    return Redacted(
        notes.with_columns(text=pl.Series(texts, dtype=pl.String)), pl.DataFrame(rows, schema=schema, orient="row")
    )


def find_details(text: str, *, streets: Sequence[str] = (), names: Sequence[str] = ()) -> tuple[Found, ...]:
    """Return the personal details in a text, in order, none inside another.

    Examples
    --------
    >>> [found.kind for found in find_details("Born 3 May 1961, NHS 943 476 5919, at SW1A 1AA")]
    ['birth', 'nhs_number', 'postcode']
    """
    order = list(KINDS)
    every = sorted(
        {*_by_pattern(text), *_streets(text, streets), *_names(text, names)},
        key=lambda one: (order.index(one.kind), one.start, -one.end),
    )
    kept: list[Found] = []
    taken = bytearray(len(text))
    for one in every:
        if not any(taken[one.start : one.end]):
            taken[one.start : one.end] = b"\1" * (one.end - one.start)
            kept.append(one)
    return tuple(sorted(kept, key=lambda one: one.start))


def hide_details(text: str, found: Iterable[Found]) -> str:
    """Return a text with what was found in it hidden; of `find_details` all, or those that somebody chose.

    Examples
    --------
    >>> text = "Ring 07700 900123."
    >>> hide_details(text, find_details(text))
    'Ring [phone number hidden].'
    """
    pieces, last = [], 0
    for one in found:
        pieces += [text[last : one.start], KINDS[one.kind]]
        last = one.end
    return "".join([*pieces, text[last:]])


def _span(match: re.Match[str]) -> tuple[int, int]:
    return match.span("it") if "it" in match.re.groupindex else match.span()


def _by_pattern(text: str) -> Iterator[Found]:
    for kind, patterns in _PATTERNS.items():
        for pattern in patterns:
            for match in pattern.finditer(text):
                start, end = _span(match)
                if kind == "nhs_number" and not _checks(text, start, end):
                    continue
                yield Found(kind, start, end)


def _checks(text: str, start: int, end: int) -> bool:
    """Return whether ten digits are an NHS number: by the check digit (modulus 11), or because the words say so."""
    digits = [int(sign) for sign in text[start:end] if sign.isdigit()]
    left = 11 - sum(weight * digit for weight, digit in zip(range(10, 1, -1), digits[:9], strict=True)) % 11
    return (left % 11 == digits[9] and left != 10) or bool(
        re.search(r"\bnhs\b[^\d\n]{0,20}$", text[:start], re.IGNORECASE)
    )


def _streets(text: str, streets: Sequence[str]) -> Iterator[Found]:
    for street in streets:
        if not street.strip():
            continue
        words = r"\s+".join(map(re.escape, street.split()))
        for match in re.finditer(
            rf"\b(?:(?:flat|number|no\.?)\s*)?\d{{1,4}}[a-z]?\s*,?\s*(?:(?:on|in|of)\s+)?{words}\b|"
            rf"\b{words},?\s+(?:(?:number|no\.?)\s*)?\d{{1,4}}[a-z]?\b",
            text,
            re.IGNORECASE,
        ):
            yield Found("address", *match.span())


def _names(text: str, names: Sequence[str]) -> Iterator[Found]:
    yield from _in_context(text)
    yield from _first_names(text)
    yield from _in_small_letters(text)
    for name in names:
        if name.strip():
            for match in re.finditer(rf"\b{re.escape(name.strip())}\b", text, re.IGNORECASE):
                yield Found("name", *match.span())


def _in_context(text: str) -> Iterator[Found]:
    """Find names where the words around them say that a name stands there: 'Mrs …', 'my son …', '… next door'."""
    for number, pattern in enumerate(_CONTEXTS):
        for match in pattern.finditer(text):
            start, end = _without_tail(text, *match.span("it"))
            first = text[start:end].split(maxsplit=1)[0].lower().strip(".'’") if end > start else ""
            if not first or first in _NOT_NAMES:
                continue
            if number in _MEETS and not _SAYS_A_NAME.match(match.group()) and first.split("-")[0] not in _FIRST:
                continue
            yield Found("name", start, end)


def _first_names(text: str) -> Iterator[Found]:
    """Find common first names, with what follows them in capitals."""
    for match in re.finditer(_NAME, text):
        start, end = _without_tail(text, *match.span())
        for word in re.finditer(r"\S+", text[start:end]):
            if _bare(word.group()) in _FIRST and not _a_place(text, start + word.end()):
                yield Found("name", start + word.start(), end)
                break


def _in_small_letters(text: str) -> Iterator[Found]:
    """Find names typed without capitals, where the words before leave no doubt."""
    for match in _LONE.finditer(text):
        yield Found("name", *match.span("it"))
    for match in _AFTER_KIN.finditer(text):
        if match["it"].lower() in _FIRST:
            yield Found("name", *match.span("it"))


def _bare(word: str) -> str:
    return word.lower().strip(".,'’").removesuffix("'s").removesuffix("’s")


def _a_place(text: str, end: int) -> bool:
    """Return whether what follows makes the name that of a place: 'Victoria Park', 'St George's Hall'."""
    return bool(
        re.match(
            rf"['’]?s?\s+(?:{_SUFFIX}|hall|school|church|centre|center|library|club|hospital|station|surgery|estate|"
            rf"pub)\b",
            text[end:],
            re.IGNORECASE,
        )
    )


def _without_tail(text: str, start: int, end: int) -> tuple[int, int]:
    """Cut what is no part of a name from its end: the possessive, and words that only begin the next sentence."""
    words = [(m.group(), start + m.start(), start + m.end()) for m in re.finditer(r"\S+", text[start:end])]
    while words and words[-1][0].lower().strip(".'’") in _NOT_NAMES:
        words.pop()
    if not words:
        return start, start
    last, _, stop = words[-1]
    for tail in ("'s", "’s"):
        if last.endswith(tail):
            stop -= len(tail)
    return start, stop
