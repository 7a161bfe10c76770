"""From awards as they were published to money that lands in places: the steps behind `homeground.understand.grants`."""

__all__: list[str] = []
