"""A survey of parishes that nobody knows, and the catalogue file that makes figures of it without code."""

from __future__ import annotations

CATALOGUE = """
id = "pubs-ours"
title = "Pubs in our parishes"
publisher = "Our survey group"
licence = "Creative Commons Attribution 4.0"
period = "May 2024"
area_kind = "parish"
area_column = "Parish code"
name_column = "Parish"
missing_codes = ["?"]
recognise = ["Parish code", "Pubs"]
columns = [
  { name = "Parish code", holds = "code" },
  { name = "Parish", holds = "name" },
  { name = "People", holds = "people" },
  { name = "Pubs", holds = "count" },
  { name = "Walk", holds = "value" },
]

[[indicators]]
id = "pubs"
title = "Pubs"
theme = "community"
numerator = ["Pubs"]
denominator = ["People"]
per = 1000
unit = "pubs per 1,000 people"
higher_is = "better"
interval = "poisson"
says = "There are {value}."

[[indicators]]
id = "walk"
title = "Way to the bus"
theme = "connectivity"
value = "Walk"
unit = "minutes on foot"
higher_is = "worse"
"""
