"""Plain words: how hard a text is to read, and what to write instead."""

from homeground.plain.glossary import GLOSSARY
from homeground.plain.reading import Finding, Reading, read

__all__ = ["GLOSSARY", "Finding", "Reading", "read"]
