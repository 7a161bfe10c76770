"""Forms about people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from homeground_web.people.models import Role, User

__all__ = ["AccountForm", "InviteForm", "SignupForm"]


class SignupForm(forms.Form):
    """What a new account is asked beside the e-mail address."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, required=False,
        help_text=_("What others call you. You may leave it out."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip

    field_order = ("name", "email")

    def signup(self, request: Any, user: User) -> None:
        """Keep the name."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """A person's own account."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, required=False,
        help_text=_("What others call you. You may leave it out."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language of the pages"), required=False)

    class Meta:
        """Name and language."""

        model = User
        fields = ("name", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("as the browser asks")), *settings.LANGUAGES]  # type: ignore[attr-defined]


class InviteForm(forms.Form):
    """Whom to invite, as what."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(label=_("As what?"))

    def __init__(self, roles: tuple[Role, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(str(role), role.label) for role in roles]  # type: ignore[attr-defined]
