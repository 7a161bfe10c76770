"""UNDERSTAND: what is it like there, what has the place been given, and what is within reach?"""
