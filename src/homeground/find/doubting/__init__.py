"""How sure a list is: the specification of the doubt, the draws, and what is said about them."""

__all__: list[str] = []
