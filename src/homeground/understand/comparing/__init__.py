"""The back room of ``understand compare``: means by cohort, errors that know of neighbours, matching, sentences."""

__all__: list[str] = []
