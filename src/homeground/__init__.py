"""Homeground: find, understand and renew 'left behind' neighbourhoods, with residents."""

__version__ = "0.1.0.dev0"

__all__ = ["__version__"]
