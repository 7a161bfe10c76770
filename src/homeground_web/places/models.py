"""Areas as they were loaded, and the neighbourhoods that people work with."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Area", "Load", "Partner", "Place", "PlacePart", "PlaceText", "Postcode"]


class Load(models.Model):
    """One load of data and boundaries. It comes in as NEXT, is checked, and is swapped to CURRENT; PREVIOUS stays.

    Everything that was loaded hangs on its load, so a load that fails, or is taken back, changes nothing else.
    """

    class State(models.TextChoices):
        """Where it stands."""

        NEXT = "next", _("being checked")
        CURRENT = "current", _("what the public sees")
        PREVIOUS = "previous", _("the one before")
        FAILED = "failed", _("did not work")
        OLD = "old", _("kept for the record")

    title = models.CharField(max_length=200)
    folder = models.CharField(max_length=500)
    plan = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.NEXT)
    invented = models.BooleanField(default=False)
    problems = models.JSONField(default=list)
    preview = models.JSONField(default=dict)
    summary = models.JSONField(default=dict)
    begun = models.DateTimeField(auto_now_add=True)
    ready = models.DateTimeField(null=True, blank=True)
    swapped = models.DateTimeField(null=True, blank=True)
    user_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        """One load is current."""

        ordering = ("-begun", "-id")
        constraints = (
            models.UniqueConstraint(fields=["state"], condition=models.Q(state="current"), name="one_current_load"),
        )

    def __str__(self) -> str:
        return self.title


class Area(models.Model):
    """One area of one load: a ward, a neighbourhood, an authority."""

    load = models.ForeignKey(Load, on_delete=models.CASCADE, related_name="areas")
    node = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    boundary_year = models.PositiveSmallIntegerField(null=True)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    plain_name = models.CharField(max_length=120)  # folded, for looking up
    authority = models.CharField(max_length=20, blank=True, default="")
    authority_name = models.CharField(max_length=120, blank=True, default="")
    population = models.FloatField(null=True)
    cohort = models.CharField(max_length=60, blank=True, default="")
    group = models.CharField(max_length=20, blank=True, default="")  # left-behind, other-deprived, or ''
    deprivation_rank = models.PositiveIntegerField(null=True)
    need_rank = models.PositiveIntegerField(null=True)
    probability = models.FloatField(null=True)  # that it belongs on the list, 0 to 1
    sure_sentence = models.TextField(blank=True, default="")
    outline = models.BinaryField(null=True)  # WKB, degrees
    west = models.FloatField(null=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)
    lon = models.FloatField(null=True)  # a point inside
    lat = models.FloatField(null=True)

    class Meta:
        """A code once in a load and kind; found by name, by authority, by box."""

        constraints = (models.UniqueConstraint(fields=["load", "node", "code"], name="one_area_of_a_code"),)
        indexes = (
            models.Index(fields=["load", "code"]),
            models.Index(fields=["load", "node", "plain_name"]),
            models.Index(fields=["load", "node", "authority"]),
            models.Index(fields=["load", "node", "group"]),
            models.Index(fields=["load", "node", "west", "east"]),
        )

    def __str__(self) -> str:
        return self.name


class Postcode(models.Model):
    """Which areas a postcode lies in, from a file the operator loads. What people type is never kept."""

    load = models.ForeignKey(Load, on_delete=models.CASCADE, related_name="postcodes")
    postcode = models.CharField(max_length=8)  # without blanks, capital letters
    codes = models.CharField(max_length=100)  # area codes, the finest first, with commas between

    class Meta:
        """A postcode once in a load."""

        constraints = (models.UniqueConstraint(fields=["load", "postcode"], name="one_row_of_a_postcode"),)


class Place(models.Model):
    """A neighbourhood people work with: areas together, or an outline somebody drew. It outlives each load."""

    class Made(models.TextChoices):
        """How its outline came about."""

        AREA = "area", _("one area")
        UNION = "union", _("several areas together")
        DRAWN = "drawn", _("an outline somebody drew")

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    made = models.CharField(max_length=10, choices=Made)
    asked = models.JSONField(default=dict)  # the codes or the outline that somebody gave
    outline = models.BinaryField(null=True)  # WKB, degrees
    population = models.FloatField(null=True)
    estimated_share = models.FloatField(default=0.0)
    languages = models.JSONField(_("languages spoken here"), default=list)
    contact_name = models.CharField(_("named contact"), max_length=120, blank=True, default="")
    contact_role = models.CharField(max_length=120, blank=True, default="")
    contact_email = models.EmailField(blank=True, default="")
    contact_phone = models.CharField(max_length=40, blank=True, default="")
    about = models.TextField(_("what this place is like, in its people's words"), blank=True, default="")
    about_language = models.CharField(_("the language of those words"), max_length=10, default="en-gb")
    is_public = models.BooleanField(default=False)
    made_on = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class PlacePart(models.Model):
    """An area, or a share of its people, that a place is made of."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="parts")
    node = models.CharField(max_length=20)
    code = models.CharField(max_length=20)
    share = models.FloatField(default=1.0)
    people = models.FloatField(null=True)

    class Meta:
        """An area once in a place."""

        constraints = (models.UniqueConstraint(fields=["place", "node", "code"], name="one_part_of_an_area"),)


class PlaceText(models.Model):
    """The words about a place in another language, as a person put them; the original stays, a click away."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=10)
    about = models.TextField(_("what this place is like, in another language"))
    of = models.CharField(max_length=64)  # SHA-256 of the original that was translated
    user_id = models.BigIntegerField(null=True)
    written = models.DateTimeField(auto_now=True)

    class Meta:
        """One for a language."""

        constraints = (models.UniqueConstraint(fields=["place", "language"], name="one_text_of_a_language"),)


class Partner(models.Model):
    """A body that works with a place: a council, a housing association, a charity."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="partners")
    name = models.CharField(_("name"), max_length=120)
    what = models.CharField(_("what it does here"), max_length=200, blank=True, default="")
    address = models.URLField(_("web address"), blank=True, default="")

    class Meta:
        """By name."""

        ordering = ("name", "id")
