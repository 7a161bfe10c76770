"""Languages as people write them in a table: by code, by their English names, by their own."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from django.conf.locale import LANG_INFO

__all__ = ["OTHER", "code_of"]

OTHER = "other"
"""What words in a language that we do not know count as."""
# ISO 639-1.
_CODES_TEXT = """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es
    et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki
    kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no
    nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te
    tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
_CODES = frozenset(_CODES_TEXT.split())
_NAMES = {
    "amharic": "am", "bangla": "bn", "bengali": "bn", "sylheti": "bn", "cantonese": "zh", "chinese": "zh",
    "mandarin": "zh", "中文": "zh", "dari": "fa", "farsi": "fa", "filipino": "tl", "tagalog": "tl", "gujarati": "gu",
    "ગુજરાતી": "gu", "hausa": "ha", "kurdish": "ku", "kurdi": "ku", "کوردی": "ku", "sorani": "ku", "lingala": "ln",
    "maltese": "mt", "oromo": "om", "panjabi": "pa", "ਪੰਜਾਬੀ": "pa", "pashto": "ps", "pushto": "ps", "پښتو": "ps",
    "saesneg": "en", "shona": "sn", "sinhala": "si", "sinhalese": "si", "somali": "so", "soomaali": "so",
    "tigrinya": "ti", "twi": "tw", "wolof": "wo", "yiddish": "yi", "yoruba": "yo", "zulu": "zu", "norwegian": "no",
    "romanian": "ro",
    "română": "ro", "moldovan": "ro", "اردو": "ur", "العربية": "ar", "عربي": "ar", "বাংলা": "bn", "فارسی": "fa",
    "eng": "en", "cym": "cy", "wel": "cy", "pol": "pl", "ara": "ar", "ben": "bn", "urd": "ur", "pan": "pa", "guj": "gu",
    "som": "so", "ron": "ro", "rum": "ro", "por": "pt", "spa": "es", "fra": "fr", "fre": "fr", "tur": "tr", "ukr": "uk",
    "zho": "zh", "chi": "zh", "fas": "fa", "per": "fa", "kur": "ku", "lit": "lt", "rus": "ru", OTHER: OTHER,
    "another language": OTHER,
}  # fmt: skip


def code_of(told: str) -> str:
    """Return the code of a language, or nothing if it is none that we know."""
    plain = _plain(told)
    if re.fullmatch(r"[a-z]{2}(?:[-_][a-z0-9]+)*", plain) and plain[:2] in _CODES and len(plain) <= 10:
        return plain.replace("_", "-")
    names = _names()
    return names.get(plain) or names.get(plain.split("(")[0].strip(), "")


@cache
def _names() -> dict[str, str]:
    known = {
        _plain(str(info[name])): code
        for code, info in LANG_INFO.items()
        if code in _CODES
        for name in ("name", "name_local")
    }
    return known | {_plain(name): code for name, code in _NAMES.items()}


def _plain(told: str) -> str:
    apart = unicodedata.normalize("NFKD", told.casefold().strip(" .,"))
    return "".join(sign for sign in apart if not unicodedata.category(sign).startswith("M")).replace("’", "'")
