"""The invented district: a coast and a coalfield that do not exist, for demonstrations and tests."""
