"""Names of people in what was said: where the words around say that a name stands there, and common first names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from homeground.listen.first_names import FIRST_NAMES, NICKNAMES, WORDS_TOO, folded
from homeground.listen.written import CAPITAL, STREET_WORDS, Span

__all__ = ["names_in"]

_NAME = rf"{CAPITAL}(?:\s+(?:{CAPITAL}|[A-Z]\.?(?=\s|$)|de|van|von|al|el|bin|bint|Mc|O’|O')){{0,4}}"
_NOT_NAMES_TEXT = """
    a an and are as at because but council covid dad do doctor english everyone everything for friday from going have
    he her here hers him his how i if in is it its just lord monday mum my nan no not now of on one or our police
    saturday she so sunday that the their them then there they this thursday to tuesday us very we wednesday what when
    where who why with yes you your january february march april june july august september october november december
    god christ
"""
_NOT_NAMES = frozenset(_NOT_NAMES_TEXT.split())
# What people put after 'my son' or 'my neighbour' that is no name, though a capital may stand before it.
_EVERYDAY_TEXT = """
    afghan african also always american arab arabic asian attends autistic bangladeshi black blind british bulgarian
    came can cannot cant caribbean chinese christian could czech deaf did didnt died does doesnt dont down dutch
    eastern european every fell filipino found french gave german gets got greek guides gypsy had has hates having
    hindu hungarian ill indian iranian iraqi irish isnt italian jamaican jewish just kept keeps kurdish lady latvian
    left likes lithuanian lives lost loves man mayor met muslim must needs never next nigerian often only pakistani
    polish portuguese romanian roma russian said says scottish scouts should sick sikh slovak some somali spanish
    still surgery syrian take takes tells thinks told too took turkish ukrainian upstairs used wants was wasnt welsh
    went were white who whose will woman wont works would x young
"""
_EVERYDAY = frozenset(_EVERYDAY_TEXT.split())
_KNOWN = FIRST_NAMES | NICKNAMES
_PARTICIPLE = re.compile(r"[a-z]{3,}(?:ed|ing|ly)$")

_KIN = (
    r"(?:son|daughter|husband|wife|partner|brother|sister|mother|father|mum|mam|dad|nan|gran|grandma|grandad|grandson|"
    r"granddaughter|neighbou?r|friend|mate|pal|landlord|landlady|carer|boyfriend|girlfriend|cousin|niece|nephew|boy|"
    r"girl|lad|lass|baby|manager|teacher|caretaker|nurse|doctor|uncle|aunt|auntie|aunty)"
)
_WHOSE = (
    r"(?:my|our|his|her|their|the)\s+"
    r"(?:(?:late|old|little|younger|older|elder|eldest|youngest|best|next\s?door)\s+)?"
)
_TITLED = re.compile(
    rf"\b(?:(?i:mrs?|ms|mx|dr|cllr|councillor|auntie|aunty|aunt|uncle|revd)|Miss|Prof|Sir|Lady|Rev|Father|Sister|PC|Sgt|"
    rf"Nurse)\b\.?\s+(?P<it>(?:[A-Z]\.?\s+){{0,2}}{_NAME}|[A-HJ-Z]\.?(?![\w’'-]))"
)
_TITLED_SMALL = re.compile(
    r"\bmrs?\b\.?\s+(?P<it>(?:(?-i:[a-z])\.?\s+)?(?:[^\W\d_]['’])?[^\W\d_]{2,20}(?:-[^\W\d_]{1,20})?)(?!\w)",
    re.IGNORECASE,
)
_CALLED = re.compile(
    rf"\b(?i:my\s+name(?:\s+is|['’]s)|names?(?:\s+(?:is|was)|['’]s)|i\s+am\s+called|i['’]m\s+called|called|named|"
    rf"known\s+as|ask\s+for|speak\s+to|spoke\s+to|talk\s+to|(?:fy|ei|dy)\s+h?enw(?:\s+(?:i|e|o|hi|di))?\s+(?:yw|ydy|oedd)|"
    rf"o['’]r\s+enw|nazywam\s+się|mam\s+na\s+imię|me\s+llamo|je\s+m['’]appelle|mă\s+numesc|benim\s+adım)\s+"
    rf"(?P<it>{_NAME})"
)
_GREETED = re.compile(rf"\b(?i:signed|regards,?|thanks,?|from|hi|hello|dear)\s+(?P<it>{_NAME})")
_KIN_NAMED = re.compile(rf"\b(?i:{_WHOSE}{_KIN})\s*,?\s*(?:\(\s*)?(?P<it>{_NAME})")
_NEXT_DOOR = re.compile(
    rf"(?P<it>{_NAME})(?=\s*,?\s+(?i:next\s?door|from\s+(?:number|no|flat|across|over|down|up|upstairs|"
    rf"downstairs|the\s+(?:flat|house|corner))|at\s+(?:number|no\.?|flat)\s*\d|who\s+lives|who\s+runs|lives|upstairs|"
    rf"downstairs|my\s+(?:son|daughter|husband|wife|partner|neighbou?r|friend)))"
)
_AT_A_DOOR = re.compile(
    r"\s*,?\s+(?:next\s?door|from\s+(?:number|no|flat)|at\s+(?:no|flat)\b|who\s+(?:lives|runs))", re.IGNORECASE
)
_LONE = re.compile(
    r"(?i:\bmy\s+name(?:\s+is|['’]s)\s+|\bi\s+am\s+called\s+|\bi['’]m\s+called\s+)"
    r"(?P<it>[a-z]+(?:\s+(?!(?:and|i|from|we|but|of|at|in)\b)[a-z]+)?)"
)
_AFTER_KIN = re.compile(
    rf"\b(?:neighbou?r|friend|son|daughter|husband|wife|brother|sister|mrs|mr|miss|called|named|"
    rf"(?:his|her|their)\s+name(?:\s+is|['’]s)|{_WHOSE}{_KIN})\s*,?\s+(?P<it>[^\W\d_]{{2,20}})(?![\w’'-]|\.\w)",
    re.IGNORECASE,
)
_ARABIC = re.compile(
    r"(?<!\w)(?:[إا]سمي|[إا]سمه|[إا]سمها)\s+(?:هو\s+|هي\s+)?(?P<it>(?!(?:في|من|على|هو|هي)\b)[\u0620-\u065f]{2,20}"
    r"(?:\s+(?:بن|ابن|بنت|عبد|أبو)\b)?(?:\s+(?!(?:و|من\b|في\b|على\b|أنا\b|انا\b|أسكن|اسكن|أعيش|اعيش|عمري|أريد|اريد))"
    r"[\u0620-\u065f]{2,20})?)"
)
_ONLINE = [
    re.compile(
        r"\b(?:twitter|insta(?:gram)?|facebook|fb|ig|tik\s?tok|snap(?:chat)?|threads|bluesky|bsky|mastodon|telegram|"
        r"linkedin|youtube)\b[^@\n]{0,20}(?P<it>@[\w.-]{1,40}\w)",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:facebook|fb|instagram|twitter|x|tiktok|linkedin|snapchat|threads)\.(?:com|me|net)/(?:in/|add/)?"
        r"(?!(?:groups|events|pages|share|sharer|hashtag|watch|company|explore)\b)(?P<it>profile\.php\?id=\d{1,20}|@?\w(?:[\w.-]{0,60}\w)?)",
        re.IGNORECASE,
    ),
]
_PLACE_WORDS = rf"(?:{STREET_WORDS}|hall|school|church|centre|center|library|club|hospital|station|surgery|estate|pub)"
_A_PLACE = re.compile(rf"['’]?s?\s+{_PLACE_WORDS}\b", re.IGNORECASE)
_A_LONG_PLACE = re.compile(
    rf"\s+{CAPITAL}\s+(?:(?i:estate|school|hall|church|centre|library|hospital|station|surgery)|"
    r"Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Close|Crescent|Court|Terrace|Place|Way|Gardens|Grove|Square|Park|House|"
    r"Buildings|Club|Pub|Inn)\b"
)


def names_in(text: str, names: Sequence[str]) -> Iterator[Span]:
    """Find names: in context, common first names, and `names` wherever they stand."""
    yield from _in_context(text)
    yield from _first_names(text)
    yield from _in_small_letters(text)
    for pattern in (*_ONLINE, _ARABIC):
        for match in pattern.finditer(text):
            yield "name", *match.span("it")
    for name in names:
        if name.strip():
            for match in re.finditer(rf"\b{re.escape(name.strip())}\b", text, re.IGNORECASE):
                yield "name", *match.span()


def _in_context(text: str) -> Iterator[Span]:
    """Find names where the words around them say that a name stands there: 'Mrs …', 'my son …', '… next door'."""
    for pattern in (_TITLED, _CALLED, _GREETED, _KIN_NAMED, _NEXT_DOOR):
        for match in pattern.finditer(text):
            start, end = _without_tail(text, *match.span("it"))
            first = folded(text[start:end].split(maxsplit=1)[0]).strip(".'’") if end > start else ""
            if first and _may_be_a_name(pattern, first, text[end : end + 40]):
                yield "name", start, end


def _may_be_a_name(pattern: re.Pattern[str], first: str, after: str) -> bool:
    """Return whether the first word may be a name: 'from Sandhaven' is none, nor is 'my son Bullied'."""
    if pattern is _TITLED and len(first) == 1:
        return True
    if first in _NOT_NAMES:
        return False
    if pattern in (_GREETED, _NEXT_DOOR):
        known = _bare(first).split("-")[0]
        if pattern is _GREETED or known in FIRST_NAMES:
            return known in FIRST_NAMES
        return known in NICKNAMES or (known in WORDS_TOO and bool(_AT_A_DOOR.match(after)))
    return pattern is not _KIN_NAMED or not _is_everyday(first)


def _is_everyday(word: str) -> bool:
    plain = word.replace("'", "").replace("’", "")
    if plain in FIRST_NAMES or plain in WORDS_TOO - {"will", "christian"}:
        return False
    return plain in _EVERYDAY or bool(_PARTICIPLE.match(plain))


def _first_names(text: str) -> Iterator[Span]:
    """Find common first names, with what follows them in capitals."""
    for match in re.finditer(_NAME, text):
        start, end = _without_tail(text, *match.span())
        for word in re.finditer(r"\S+", text[start:end]):
            if _bare(word.group()) in FIRST_NAMES and not _a_place(text, start + word.end()):
                yield "name", start + word.start(), end
                break


def _in_small_letters(text: str) -> Iterator[Span]:
    """Find names typed without capitals, or in capitals alone, where the words before leave no doubt."""
    for match in _LONE.finditer(text):
        first = match["it"].split()[0].lower()
        if first not in _NOT_NAMES and not _is_everyday(first):
            yield "name", *match.span("it")
    for match in _AFTER_KIN.finditer(text):
        if _bare(match["it"]) in _KNOWN:
            yield "name", *match.span("it")
    for match in _TITLED_SMALL.finditer(text):
        first = folded(match["it"]).split()[-1]
        if first not in _NOT_NAMES and not _is_everyday(first):
            yield "name", *match.span("it")


def _bare(word: str) -> str:
    return folded(word).strip(".,'’").removesuffix("'s").removesuffix("’s")


def _a_place(text: str, end: int) -> bool:
    """Return whether what follows makes the name that of a place: 'Victoria Park', 'Robin Hood Estate'."""
    after = text[end : end + 100]
    return bool(_A_PLACE.match(after) or _A_LONG_PLACE.match(after))


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
