"""Personal details that have a form of their own: numbers, postcodes, dates of birth, addresses; all but names.

Spans are (kind, start, end). Lengths and numbers of words are bounded: whoever types twenty thousand capitals waits no
longer than others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

__all__ = ["CAPITAL", "STREET_WORDS", "Span", "details_in", "on_streets"]

Span = tuple[str, int, int]

_LATIN = [chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))]
_UPPER = "A-Z" + "".join(sign for sign in _LATIN if sign.isupper())
_LOWER = "a-z" + "".join(sign for sign in _LATIN if sign.islower())
CAPITAL = rf"\b[{_UPPER}](?=[\w’'-]{{0,30}}[{_LOWER}])[\w’'-]{{1,40}}"
"""A word with a capital that has small letters too."""
STREET_WORDS = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|close|crescent|cres|court|ct|terrace|terr|place|pl|way|"
    r"gardens|gdns|"
    r"grove|square|sq|walk|row|hill|rise|mews|view|park|parade|green|mount|croft|fold|vale|yard|wharf|quay|embankment|"
    r"boulevard|circus|passage|broadway|heights|meadows?|fields?|bank|brow|cottages|villas|buildings|house|flats)"
)
"""The last word of the name of a street."""

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?|ionawr|chwefror|mawrth|ebrill|mai|mehefin|gorffennaf|awst|medi|hydref|tachwedd|"
    r"rhagfyr)\b\.?"
)
_ORDINAL = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|"
    r"fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth|"
    r"twenty[ -](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|thirty[ -]first)"
)
_YEAR = r"(?:['’]?\d{2}|\d{4})(?!\d)"
_DATE = (
    r"(?:\d{1,2}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?(?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}|"
    rf"(?:\d{{1,2}}(?:st|nd|rd|th|af|ail|ydd|fed|eg)?|\b{_ORDINAL})(?:\s+(?:of|o))?\s+{_MONTH},?\s+{_YEAR}|"
    rf"\b{_MONTH}\s+(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}})"
)
_BORN = (
    r"(?:\b(?:born|birthday|date\s+of\s+birth|birth\s+date|ganwyd|ganed|geni|pen-?blwydd)\b|"
    r"\bd\.?\s?o\.?\s?b\b\.?)"
)
_ACCOUNT = r"(?:[\s,;]*(?:(?:and|account|acct?|a/c|number|no\.?|is|:)[\s,;:]*)*\d{7,8})?"
_BEFORE_NUMBER = r"(?<![\d£$€.,/#-])(?<!\d\s)"
_UNITS = r"(?:am|cm|in|kg|km|mi|ml|mm|mp|oz|pm)"
_NUMBER_WORD = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|twenty(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?)"
)
_NUMBERS = (
    r"(?:\d{1,3}[a-zA-Z]?(?:\s{0,2},\s{0,2}(?:and\s{1,2})?|\s{1,2}(?:and|or|to)\s{1,2}|\s{0,2}[&+]\s{0,2})){0,8}"
    r"\d{1,4}[a-zA-Z]?(?:\s?[-/]\s?\d{1,4}[a-zA-Z]?)?"
)
_STREET_END = rf"(?i:{STREET_WORDS}|la)\b"
_SOMEBODY = (
    r"(?:lives?|living|live|house|home|next\s?door|neighbours?|door|us|me|we're|i'm|am|are|mates?|friends?|pal|lads?|"
    r"lass|lady|man|woman|bloke|guy|girl|boy|couple|family|people|lot|them|him|her|son|daughter|kids?)"
)

_PATTERNS: dict[str, list[re.Pattern[str]]] = {
    "email": [
        re.compile(
            r"(?<![\w.+'-])[\w.+'-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:(?:\.|\s?[\[(]dot[\])]\s?)[\w-]+)+",
            re.IGNORECASE,
        ),
        re.compile(
            r"(?<![\w.+'-])(?:[\w.+'-]{1,64}(?:\s{1,3}dot\s{1,3}[\w-]{1,40}){1,3}|[\w+'-]{0,40}[\d._][\w.+'-]{0,40})"
            r"\s{1,3}at\s{1,3}[\w-]{1,40}(?:\s{1,3}dot\s{1,3}[a-z]{2,12}){1,3}\b",
            re.IGNORECASE,
        ),
        re.compile(
            r"(?<![\w.+'-])[\w.+'-]{1,64}(?:\s{1,3}dot\s{1,3}[\w-]{1,40}){0,3}\s{1,3}at\s{1,3}"
            r"(?:gmail|googlemail|hotmail|outlook|live|yahoo|ymail|icloud|aol|msn|btinternet|proton(?:mail)?)"
            r"(?:\s{0,3}\.\s{0,3}|\s{1,3}dot\s{1,3})[a-z]{2,12}(?:(?:\.|\s{1,3}dot\s{1,3})[a-z]{2,3})?\b",
            re.IGNORECASE,
        ),
    ],
    "nhs_number": [re.compile(_BEFORE_NUMBER + r"\d{3}[ \t.-]{0,3}\d{3}[ \t.-]{0,3}\d{4}(?!\d)")],
    "national_insurance": [
        re.compile(
            r"\b(?!BG|GB|KN|NK|NT|TN|ZZ)(?:QQ|[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])"
            r"[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D]\b",
            re.IGNORECASE,
        )
    ],
    "passport": [
        re.compile(r"\bpassport\b[^\d\n]{0,20}?(?<![^\W\d_])(?P<it>[A-Z]{0,2}\d{7,9})(?!\w)", re.IGNORECASE),
    ],
    "birth": [
        re.compile(rf"{_BORN}[^\d\n]{{0,25}}?(?P<it>{_DATE}|\b{_MONTH},?\s+(?:of\s+)?\d{{4}}(?!\d))", re.IGNORECASE),
        re.compile(
            r"(?:\bdate\s+of\s+birth\b|\bd\.?\s?o\.?\s?b\b\.?)[^\w\n]{0,6}(?:(?:is|was)\s+)?"
            r"(?P<it>(?:\d{8}|\d{6}|\d{2}\s\d{2}\s(?:\d{4}|\d{2}))(?!\d))",
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
            rf"\bsort(?:\s?code\b[^\d\n]{{0,15}}?|[\s:.=-]{{1,3}})"
            rf"(?P<it>\d{{2}}[ -]?\d{{2}}[ -]?\d{{2}}{_ACCOUNT})(?!\d)",
            re.IGNORECASE,
        ),
        re.compile(r"\b(?:account|acct?|a/c)\b[^\d\n]{0,20}?(?P<it>\d{4}[ -]?\d{3,4})(?!\d)", re.IGNORECASE),
    ],
    "phone": [
        re.compile(r"(?<![\d£$€.,/-])(?:\+\s?44|0044)[\s.()-]*(?:\(?0\)?[\s.-]*)?\d(?:[\s.()-]?\d){8,9}(?!\d)"),
        re.compile(r"(?<![\d£$€.,/-])(?!\d{2}[.-]\d{2}[.-]\d{4}(?!\d))\(?0[1-37-9](?:[\s.()-]{0,2}\d){8,9}(?!\d)"),
        re.compile(r"(?<![\d£$€.,/-])\(?0[1-37-9]\d{2,3}\)?\s?/\s?\d(?:[\s-]?\d){5,7}(?![\d/])"),
        re.compile(r"(?<![\d£$€.,/-])\+\d{1,3}(?:[\s.()-]{0,2}\d){7,12}(?!\d)"),
        re.compile(
            r"\b(?:phone|ring|call|text|tel(?:ephone)?|mob(?:ile)?|whats\s?app|number)\b[^\d\n]{0,20}?"
            r"(?<!\w)(?P<it>7\d{2,3}(?:[ -]{0,2}\d){6,7})(?![\w-]|\s\d)",
            re.IGNORECASE,
        ),
        re.compile(
            r"(?<![\w£$€.,/-])(?P<it>7\d{3}[ -]{0,2}\d{3}[ -]{0,2}\d{3})(?=\s+(?:is|was)\s+my\s+(?:mob|phone|num|tel))",
            re.IGNORECASE,
        ),
        re.compile(
            r"\b(?:phone|ring|call|text|tel(?:ephone)?|mobile|number)\b[^\d\n]{0,20}?"
            r"(?<!\w)(?P<it>\d{3}[ -]?\d{3,4})(?![\w-]|\s\d)",
            re.IGNORECASE,
        ),
    ],
    "postcode": [
        re.compile(rf"\b[A-Z]{{1,2}}\d[A-Z\d]?\s{{0,2}}-?\d(?!{_UNITS}\b)[A-Z]{{2}}\b", re.IGNORECASE),
        re.compile(r"\bGIR[ -]?0AA\b", re.IGNORECASE),
    ],
    "plate": [
        re.compile(r"\b[A-HJ-PR-Y]{2}\d{2}\s?[A-Z]{3}\b"),
        re.compile(r"\b[a-hj-pr-y]{2}(?:5[1-9]|6\d|7[0-9]|0[2-9]|1\d|2[0-6])\s?[a-z]{3}\b"),
        re.compile(r"\b(?:[A-HJ-NPR-TV-Y]\d{1,3}|Q\d{2,3})\s?[A-Z]{3}\b"),
        re.compile(
            r"\b(?:reg(?:istration)?|number\s?plate|plate)\b[^\w\n]{0,3}(?:(?:number|no|is|"
            r"was)\b[^\w\n]{0,3})*(?P<it>[A-Z]{1,3}\s?\d{1,4}\s?[A-Z]{0,3})\b",
            re.IGNORECASE,
        ),
    ],
    "address": [
        re.compile(
            rf"\b(?:(?i:flat|apartment|apt|unit|room)\s*\d+[a-z]?\s*,?\s*)?{_NUMBERS},?\s+"
            rf"(?:(?:{CAPITAL}|St\.?|The|of|le|la)\s+){{1,4}}{_STREET_END}"
        ),
        re.compile(
            r"\b\d{1,4}[a-z]?,?\s+(?!(?:to|from|for|past|near|along|until|through|via|down|up|off)\b)(?:the\s+)?"
            r"[a-z]+(?:\s[a-z]+)?\s(?:street|road|rd|avenue|ave|lane|ln|drive|close|crescent|terrace|gardens|grove)\b",
            re.IGNORECASE,
        ),
        re.compile(rf"\b{_NUMBER_WORD},?\s+(?:{CAPITAL}\s+){{1,3}}{_STREET_END}(?!\s+{CAPITAL})"),
        re.compile(
            rf"\b(?i:at|number|no\.?|from)\s+(?P<it>(?i:one|{_NUMBER_WORD}),?\s+(?:{CAPITAL}\s+){{1,3}}{_STREET_END})"
        ),
        re.compile(
            rf"(?:{CAPITAL}\s+){{1,3}}(?i:{STREET_WORDS})\b\.?(?:\s?\(\s?(?i:(?:number|no\.?|nr\.?|\#)\s?)?"
            rf"\d{{1,4}}[a-z]?\s?\)|,?\s+(?i:number|no\.|nr\.?|\#)\s?\d{{1,4}}[a-z]?\b(?!\s+(?i:bus|tram)))"
        ),
        re.compile(
            r"\b(?:flat|apartment|apt)\s*(?:number|no\.?)?\s*\d+[a-z]?\b(?:\s*,?\s*[A-Z]\w+\s+(?:House|Court|Tower|"
            r"Point|Heights|Lodge))?",
            re.IGNORECASE,
        ),
        re.compile(
            rf"\b{_SOMEBODY}\s+(?:is\s+)?(?:at|in|from)?\s*(?P<it>(?:number|no\.?)\s*\d{{1,4}}[a-z]?)\b"
            r"(?!\s+(?:bus|tram))",
            re.IGNORECASE,
        ),
        re.compile(
            r"\b(?i:mr|mrs|ms|miss|dr)\b\.?\s+[^\W\d_][\w’'-]{0,30}\s+(?i:at|from)\s+"
            r"(?P<it>(?i:(?:number|no\.?)\s*)?\d{1,3}[a-z]?\b)(?!\s?(?:[:.%/]\d|%|[ap]\.?m\b|o['’]clock|years|percent))"
        ),
    ],
}
_THINGS = (
    r"(?:accidents|allotments|benches|bins|bungalows|buses|businesses|cafes|cars|children|closures|complaints|crashes|cyclists|"
    r"dogs|drivers|families|flats|garages|gardens|homes|households|houses|kids|lamp\s?posts|lamps|letters|lights|"
    r"lorries|members|metres|neighbours|objections|owners|parents|parties|pensioners|people|potholes|properties|pubs|pupils|"
    r"residents|shop\s?keepers|shops|signs|spaces|street\s?lights|takeaways|tenants|traders|trees|visitors|volunteers|"
    r"walkers)"
)
_AFTER = re.compile(rf"\s+{_THINGS}\b", re.IGNORECASE)
_AFTER_ONE = re.compile(
    r"\s+(?:resident|shop|house|home|person|family|household|lamp|tree|bus|neighbour|tenant|driver)\b", re.IGNORECASE
)
_SHORT_FOR = {
    "street": "street|str|st", "road": "road|rd", "avenue": "avenue|ave|av", "lane": "lane|ln|la", "drive": "drive|dr",
    "close": "close|cl", "crescent": "crescent|cres|cr", "court": "court|ct", "terrace": "terrace|terr|ter|tce",
    "place": "place|pl", "gardens": "gardens|gdns|gdn", "square": "square|sq", "grove": "grove|gr",
}  # fmt: skip
_IBAN = {
    "AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
    "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IT": 27, "LT": 20, "LU": 20, "LV": 21,
    "MT": 31, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PT": 25, "RO": 24, "SA": 24, "SE": 24, "SI": 19, "SK": 24,
    "TR": 26, "UA": 29,
}  # fmt: skip
_IBAN_HEAD = re.compile(r"\b(?P<land>[A-Z]{2})\d{2}(?=[ -]{0,2}[A-Z0-9])", re.IGNORECASE)
_CARD = re.compile(r"(?<![\d£$€.,/-])(?<!\d\s)(?:2[2-7]|3[04-9]|4\d|5[0-8]|6\d)(?:[ -]{0,2}\d){11,17}(?!\d)")


def details_in(text: str) -> Iterator[Span]:
    """Find what has a form of its own."""
    yield from _ibans(text)
    yield from _cards(text)
    for kind, patterns in _PATTERNS.items():
        for pattern in patterns:
            for match in pattern.finditer(text):
                start, end = match.span("it") if "it" in pattern.groupindex else match.span()
                if kind == "nhs_number" and not _is_nhs_number(text, start, end):
                    continue
                if kind == "address" and _counts_things(text, start, end):
                    continue
                yield kind, start, end


def on_streets(text: str, streets: Sequence[str]) -> Iterator[Span]:
    """Find house numbers on streets that are known, however they are typed."""
    low = text.lower()
    for street in streets:
        *words, last = street.split() or [""]
        if not last or not all(word.lower() in low for word in words):  # most streets are in no note
            continue
        name = r"\s+".join([*map(re.escape, words), f"(?:{_SHORT_FOR.get(last.lower(), re.escape(last))})"])
        for match in re.finditer(
            rf"\b(?:(?:flat|number|no\.?)\s*)?(?:{_NUMBERS}|{_NUMBER_WORD}|(?<=at\s)one|(?<=number\s)one)"
            rf"\s*,?\s*(?:(?:on|in|of)\s+)?{name}\b|"
            rf"\b{name}\.?,?\s+(?:(?:number|no\.?)\s*)?\d{{1,4}}[a-z]?\b|"
            rf"\b{name}\.?\s?\(\s?(?:(?:number|no\.?)\s*)?\d{{1,4}}[a-z]?\s?\)",
            text,
            re.IGNORECASE,
        ):
            if not _counts_things(text, *match.span()):
                yield "address", *match.span()


def _counts_things(text: str, start: int, end: int) -> bool:
    """Return whether a number before a street counts what is there: '2 Mill Lane shops' is nobody's address."""
    if re.search(r"\b(?:at|opposite|outside|behind|number|no\.?)\s+$", text[max(0, start - 12) : start], re.IGNORECASE):
        return False
    number = re.match(r"\w+", text[start:end])
    if number is None or number.group().lower() in ("flat", "number", "no"):
        return False
    after = text[end : end + 40]
    return bool(_AFTER.match(after) or (number.group().lower() in ("1", "one") and _AFTER_ONE.match(after)))


def _is_nhs_number(text: str, start: int, end: int) -> bool:
    """Return whether ten digits are an NHS number: by the check digit (modulus 11), or because the words say so."""
    digits = [int(sign) for sign in text[start:end] if sign.isdigit()]
    left = 11 - sum(weight * digit for weight, digit in zip(range(10, 1, -1), digits[:9], strict=True)) % 11
    return (left % 11 == digits[9] and left != 10) or bool(
        re.search(r"\bnhs\b[^\d\n]{0,20}$", text[max(0, start - 40) : start], re.IGNORECASE)
    )


def _ibans(text: str) -> Iterator[Span]:
    """Find international account numbers: by check digits (ISO 13616, modulus 97), or because the words say so."""
    for match in _IBAN_HEAD.finditer(text):
        length = _IBAN.get(match["land"].upper())
        if length is None:
            continue
        signs, place = "", match.start()
        while len(signs) < length and place < min(len(text), match.start() + 3 * length):
            if text[place].isascii() and text[place].isalnum():
                signs += text[place].upper()
            elif text[place] not in " -":
                break
            place += 1
        if len(signs) < length or text[place : place + 1].isalnum():
            continue
        number = int("".join(str(int(sign, 36)) for sign in signs[4:] + signs[:4]))
        said = re.search(r"\biban\b[^\d\n]{0,15}$", text[max(0, match.start() - 24) : match.start()], re.IGNORECASE)
        if number % 97 == 1 or said:
            yield "bank", match.start(), place


def _cards(text: str) -> Iterator[Span]:
    """Find numbers of payment cards: 13 to 19 digits, in groups as people write them, by their check digit (Luhn)."""
    for match in _CARD.finditer(text):
        places = [place for place in range(*match.span()) if text[place].isdecimal()]
        for count in range(len(places), 12, -1):
            last = places[count - 1]
            if text[last + 1 : last + 2].isdecimal():
                continue
            groups = 1 + sum(after > before + 1 for before, after in pairwise(places[:count]))
            if 3 * groups <= count + 2 and _luhn([int(text[place]) for place in places[:count]]):
                yield "bank", match.start(), last + 1
                break


def _luhn(digits: Sequence[int]) -> bool:
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
