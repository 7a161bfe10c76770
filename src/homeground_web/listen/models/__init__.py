"""What LISTEN keeps; `homeground_web.listen.keeping` says of each table for how long, and how it is erased."""

from homeground_web.listen.models.campaign import Campaign, Patch, Walker
from homeground_web.listen.models.conversation import (
    Conversation,
    Gone,
    Removal,
    Translation,
)
from homeground_web.listen.models.doorstep import Knock, Worry
from homeground_web.listen.models.other_doors import Brought, Typed
from homeground_web.listen.models.priorities import Deed, Meeting, Priority
from homeground_web.listen.models.sorting import Point, Sorting, Step
from homeground_web.listen.models.statements import Statement, Vote

__all__ = [
    "Brought", "Campaign", "Conversation", "Deed", "Gone", "Knock", "Meeting", "Patch", "Point", "Priority", "Removal",
    "Sorting", "Statement", "Step", "Translation", "Typed", "Vote", "Walker", "Worry",
]  # fmt: skip
