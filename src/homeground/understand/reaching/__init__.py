"""How far it is, who shares what, and where the next place should go: the sums behind `access` and `sites`."""

__all__: list[str] = []
