"""Forms about neighbourhoods."""

from __future__ import annotations

import json
import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from homeground_web.places import queries
from homeground_web.places.models import Area, Place
from homeground_web.shell.days import day_field

__all__ = ["EditForm", "NewForm", "PhaseForm", "TextForm"]

_LARGEST = 1_000_000
_STAGES = {
    "listen": gettext_lazy("Listen: say what matters"), "plan": gettext_lazy("Plan: what comes first"),
    "fund": gettext_lazy("Fund: share out the money"), "decide": gettext_lazy("Decide: vote"),
    "measure": gettext_lazy("Measure: did it get better?"),
}  # fmt: skip


class NewForm(forms.Form):
    """A new neighbourhood: a name, and areas or an outline."""

    name = forms.CharField(label=gettext_lazy("What do people call it?"), max_length=120)
    areas = forms.CharField(
        label=gettext_lazy("Which areas is it made of?"), required=False, widget=forms.Textarea,
        help_text=gettext_lazy("Names or codes of areas of one kind, each on a line of its own."),
    )  # fmt: skip
    outline = forms.FileField(
        label=gettext_lazy("Or an outline"), required=False,
        help_text=gettext_lazy("A GeoJSON file with a polygon. Leave it out when you named areas."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Find the areas; read the outline."""
        told: dict[str, Any] = super().clean() or {}
        lines = [line.strip() for line in re.split(r"[\n;]", told.get("areas") or "") if line.strip()]
        if bool(lines) == bool(told.get("outline")):
            self.add_error("areas", _("Name areas, or give an outline: one of the two"))
            return told
        told["codes"] = self._codes(lines) if lines else []
        told["drawn"] = self._drawn(told["outline"]) if not lines else ""
        return told

    def _codes(self, lines: list[str]) -> list[str]:
        load, codes = queries.current(), []
        for line in lines[:500]:
            found = [] if load is None else queries.named(load, line)
            if len(found) != 1:
                text = (
                    _("“%(line)s” is no area we know") if not found else _("“%(line)s” is several areas: give its code")
                )
                self.add_error("areas", text % {"line": line[:60]})
            else:
                codes.append(found[0])
        kinds = {area.node for area in Area.objects.filter(load=load, code__in=codes).only("node")}
        if len(kinds) > 1:
            self.add_error(
                "areas", _("All areas must be of one kind; these are %(kinds)s") % {"kinds": ", ".join(sorted(kinds))}
            )
        return list(dict.fromkeys(codes))

    def _drawn(self, file: Any) -> str:
        if file.size > _LARGEST:
            self.add_error("outline", _("The file is larger than one megabyte. Draw a simpler outline."))
            return ""
        try:
            text: str = file.read().decode("utf-8-sig")
            told = json.loads(text)
        except (UnicodeDecodeError, ValueError, RecursionError):
            self.add_error("outline", _("This is not GeoJSON. Save the outline as GeoJSON, in degrees."))
            return ""
        if not isinstance(told, dict) or "type" not in told:
            self.add_error("outline", _("This is not GeoJSON. Save the outline as GeoJSON, in degrees."))
        return text


class EditForm(forms.Form):
    """What the page of a neighbourhood says."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    about = forms.CharField(
        label=gettext_lazy("What is it like here?"), required=False, max_length=2000, widget=forms.Textarea,
        help_text=gettext_lazy("In the words of people who live here: what it has, and what it has been denied."),
    )  # fmt: skip
    about_language = forms.ChoiceField(
        label=gettext_lazy("In which language is that?"), choices=settings.LANGUAGES, required=False
    )
    languages = forms.CharField(
        label=gettext_lazy("Languages spoken here"), required=False, max_length=300,
        help_text=gettext_lazy("With commas between: English, Polish, Urdu"),
    )  # fmt: skip
    contact_name = forms.CharField(label=gettext_lazy("Whom can people write to?"), required=False, max_length=120)
    contact_role = forms.CharField(label=gettext_lazy("What that person does"), required=False, max_length=120)
    contact_email = forms.EmailField(label=gettext_lazy("Their e-mail address"), required=False)
    contact_phone = forms.CharField(label=gettext_lazy("Their telephone number"), required=False, max_length=40)
    partners = forms.CharField(
        label=gettext_lazy("Who works with this place?"), required=False, max_length=5000, widget=forms.Textarea,
        help_text=gettext_lazy("One on a line: name; what it does here; web address"),
    )  # fmt: skip
    is_public = forms.BooleanField(label=gettext_lazy("Anybody may see this page"), required=False)

    @classmethod
    def of(cls, place: Place, *args: Any) -> EditForm:
        """Return the form as a neighbourhood fills it."""
        lines = "\n".join("; ".join(filter(None, (p.name, p.what, p.address))) for p in place.partners.all())
        names = (
            "name",
            "about",
            "about_language",
            "contact_name",
            "contact_role",
            "contact_email",
            "contact_phone",
            "is_public",
        )
        told = {name: getattr(place, name) for name in names}
        return cls(*args, initial={**told, "languages": ", ".join(place.languages), "partners": lines})

    def clean_about_language(self) -> str:
        """Return it; where nothing is said, as it was."""
        return str(
            self.cleaned_data["about_language"] or self.initial.get("about_language") or settings.LANGUAGES[0][0]
        )

    def clean_languages(self) -> list[str]:
        """Return them as a list."""
        return [part.strip()[:60] for part in self.cleaned_data["languages"].split(",") if part.strip()][:20]

    def clean_partners(self) -> list[tuple[str, str, str]]:
        """Return name, what, address of each."""
        found = []
        for line in self.cleaned_data["partners"].splitlines():
            parts = [part.strip() for part in line.split(";")]
            if not parts[0]:
                continue
            name, what, address = (*parts, "", "")[:3]
            if address and not re.fullmatch(r"https?://[^\s<>\"']+", address):
                raise forms.ValidationError(_("“%(line)s”: a web address begins with https://") % {"line": line[:60]})
            found.append((name[:120], what[:200], address[:200]))
        return found[:50]


class TextForm(forms.Form):
    """The words about a place in another language."""

    about = forms.CharField(
        label=gettext_lazy("The same in this language"), max_length=2000, widget=forms.Textarea,
        help_text=gettext_lazy("Say what the original says, as people here would say it."),
    )  # fmt: skip


class PhaseForm(forms.Form):
    """When a stage is open."""

    stage = forms.ChoiceField(label=gettext_lazy("Which stage?"), choices=list(_STAGES.items()))
    opens = day_field(gettext_lazy("First day"))
    closes = day_field(
        gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Leave it out when it is not known yet.")
    )

    def clean(self) -> dict[str, Any]:
        """See that the last day does not come before the first."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("opens") and told.get("closes") and told["closes"] < told["opens"]:
            self.add_error("closes", _("The last day lies before the first"))
        return told
