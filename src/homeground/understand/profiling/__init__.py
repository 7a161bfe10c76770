"""Behind `homeground.understand.profile`: figures of all areas, how places stand, and the words."""

__all__: list[str] = []
