"""How hard a text is to read: reading age, long sentences, hard words, words of the trade. For English."""

from __future__ import annotations

import re
from dataclasses import dataclass

from homeground.plain.glossary import GLOSSARY

__all__ = ["Finding", "Reading", "read", "syllables"]

_LONGEST = 20
_HARD = 4  # syllables
_ENOUGH = 30  # words, for an age to mean anything

_SENTENCE = re.compile(r"[^.!?\n]+(?:[.](?=\d)[^.!?\n]+)*[.!?]*")
_WORD = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")
_VOWELS = re.compile(r"[aeiouy]+")
# Vowels side by side that are said apart, and an e that is not said.
_APART = re.compile(
    r"(?<![tc])ia(?!ge)|(?<![tscg])iou|(?<![tscg])(?<!ll)io(?!u)|ciat|tiat|u(?=a[lt])|[aeouy](?=ing)|eo(?=gr|n$)|oe(?=m|t)|cie(?=n)|uie(?=t)|"
    r"^idea|^area|^(?:re)?creat|^real(?=i)|^theat|iu|employee"
)
_SILENT_WITHIN = re.compile(
    r"(?<=[^aeiouyl])e(?=(?:ful|ly|ment|less|ness|where|times|one|thing|body)$)|(?<=[uv])e(?=ry$)"
)
_SILENT_END = re.compile(
    r"(?:(?<=[^aeiouy])e|(?<=[^aeiouycgszxh])es|(?<=[^aeiouytd])ed|(?<=[^cs]h)es|(?<=[aeiouy]l)es|(?<=q)ue|(?<=g)ues?)$"
)
_SAID_END = re.compile(r"[^aeiouyl]les?$")
_OTHER = {
    "business": 2, "people": 2, "peoples": 2, "every": 2, "science": 2, "everybody": 4, "everyone": 3, "quiet": 2,
    "rescue": 2,
}  # fmt: skip
_FAMILIAR = frozenset(
    """
    activities activity anybody area areas authorities authority available café cafés charities charity communities
    community councillor education electricity everybody everything exactly facilities families family feedback
    holiday homeground information january february july library libraries location neighbourhood neighbourhoods
    nobody opportunities opportunity organisation organisations original particular separately similar society somebody
    supermarket television temporary university usually volunteer volunteers voluntary
    """.split()  # noqa: SIM905  words read better than a list of them
)
_ANY = "|".join(re.escape(phrase) for phrase in sorted(GLOSSARY, key=len, reverse=True))
_PHRASES = re.compile(rf"(?<![\w-])({_ANY})(s?)(?![\w-])", re.IGNORECASE)


@dataclass(frozen=True)
class Finding:
    """One thing that makes a text harder than it need be.

    Attributes
    ----------
    kind : {'long sentence', 'hard word', 'word of the trade'}
    start, end : int
        Where it stands in the text, in characters.
    text : str
        The words themselves.
    instead : str
        Plain words for a word of the trade; '' for the others.
    """

    kind: str
    start: int
    end: int
    text: str
    instead: str = ""


@dataclass(frozen=True)
class Reading:
    """How hard a text is.

    Attributes
    ----------
    words, sentences : int
    age : float or None
        Reading age in years (lower is easier): the Flesch-Kincaid grade and five. None below 30 words.
    longest : int
        Words in the longest sentence.
    findings : tuple of Finding
        In the order of the text.
    """

    words: int
    sentences: int
    age: float | None
    longest: int
    findings: tuple[Finding, ...]


def read(text: str, *, longest: int = _LONGEST) -> Reading:
    """Return how hard an English text is to read.

    Parameters
    ----------
    text : str
        A line break ends a sentence, as it does in lists and headings.
    longest : int
        A sentence of more words than this is told.

    Returns
    -------
    Reading

    Notes
    -----
    Age is the grade of Kincaid, Fishburne, Rogers and Chissom (1975), ``0.39 words/sentences + 11.8 syllables/words -
    15.59``, and five. Numbers count as one syllable, and a name (a capital within a sentence) as two at most: nobody
    can put a plainer word for them.

    Examples
    --------
    >>> found = read("We will utilise the transport corridor. People can walk there.")
    >>> [(finding.text, finding.instead) for finding in found.findings]
    [('utilise', 'use'), ('transport corridor', 'road')]
    """
    findings: list[Finding] = []
    counts: list[int] = []
    spoken = 0
    for sentence in _SENTENCE.finditer(text):
        words = list(_WORD.finditer(sentence.group()))
        if not words:
            continue
        counts.append(len(words))
        start = sentence.start()
        if len(words) > longest:
            first, last = start + words[0].start(), start + words[-1].end()
            findings.append(Finding("long sentence", first, last, text[first:last]))
        for place, word in enumerate(words):
            many = _spoken(word.group(), within=place > 0)
            spoken += many
            if many >= _HARD and _bare(word.group()) not in _FAMILIAR:
                findings.append(Finding("hard word", start + word.start(), start + word.end(), word.group()))
    trade = [
        Finding("word of the trade", found.start(), found.end(), found.group(), GLOSSARY[found.group(1).lower()])
        for found in _PHRASES.finditer(text)
    ]
    taken = [(finding.start, finding.end) for finding in trade]
    findings = [
        finding
        for finding in findings
        if finding.kind != "hard word" or not any(a <= finding.start < b for a, b in taken)
    ]
    ordered = sorted([*findings, *trade], key=lambda finding: (finding.start, finding.end))
    return Reading(sum(counts), len(counts), _age(counts, spoken), max(counts, default=0), tuple(ordered))


def _age(counts: list[int], spoken: int) -> float | None:
    words = sum(counts)
    if words < _ENOUGH:
        return None
    return 0.39 * words / len(counts) + 11.8 * spoken / words - 15.59 + 5.0


def _spoken(word: str, *, within: bool) -> int:
    if any(sign.isdigit() for sign in word):
        return 1
    many = sum(syllables(part) for part in re.split(r"[-.,]", word) if part)
    return min(many, 2) if within and word[0].isupper() else many


def syllables(word: str) -> int:
    """Return about how many syllables an English word has: groups of vowels, silent endings taken off.

    Examples
    --------
    >>> [syllables(word) for word in ("people", "place", "neighbourhood", "authority", "walked", "wanted")]
    [2, 1, 3, 4, 1, 2]
    """
    plain = _bare(word).replace("'", "").replace("’", "")
    if plain in _OTHER:
        return _OTHER[plain]
    plain = _SILENT_WITHIN.sub("", plain)
    silent = bool(_SILENT_END.search(plain)) and not _SAID_END.search(plain)
    return max(len(_VOWELS.findall(plain)) + len(_APART.findall(plain)) - silent, 1)


def _bare(word: str) -> str:
    """Return a word in small letters, without the ending of whose it is."""
    return re.sub(r"['’]s?$", "", word.lower())
