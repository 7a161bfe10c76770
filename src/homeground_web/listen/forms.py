"""Forms of LISTEN."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from homeground_web.listen import bands, noting
from homeground_web.listen.looking import REASONS
from homeground_web.listen.models import Campaign, Conversation, Deed
from homeground_web.shell.days import day_field

__all__ = [
    "BringForm", "CampaignForm", "ChangeForm", "CodeForm", "DeedForm", "KeepOutForm", "MeetingForm", "PatchForm",
    "PriorityForm", "SayForm", "StatementForm", "TypeForm", "WordsForm",
]  # fmt: skip

KEEP_DAYS = 730
LANGUAGES = (
    ("en", "English"), ("cy", "Cymraeg"), ("ar", "العربية"), ("bn", "বাংলা"), ("zh", "中文"), ("fa", "فارسی"),
    ("fr", "Français"), ("gu", "ગુજરાતી"), ("ku", "کوردی"), ("pl", "Polski"), ("pt", "Português"), ("pa", "ਪੰਜਾਬੀ"),
    ("ro", "Română"), ("so", "Soomaali"), ("es", "Español"), ("tr", "Türkçe"), ("uk", "Українська"), ("ur", "اردو"),
    ("other", gettext_lazy("another language")),
)  # fmt: skip
CONSENTS = (
    (Conversation.Consent.THEMES, gettext_lazy("Only to see what many people say. You will not quote me.")),
    (Conversation.Consent.QUOTE, gettext_lazy("You may quote me, without details.")),
    (Conversation.Consent.STREET, gettext_lazy("You may quote me with my street.")),
)


class WordsForm(forms.Form):
    """Somebody's words, and how they may be used: the same wherever they are written down."""

    text = forms.CharField(max_length=noting.LONGEST, widget=forms.Textarea(attrs={"rows": 8}))
    language = forms.ChoiceField(label=gettext_lazy("In which language is that?"), choices=LANGUAGES)
    consent = forms.ChoiceField(
        label=gettext_lazy("May we use these words?"), choices=CONSENTS, widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how the words may be used")},
    )  # fmt: skip
    street = forms.CharField(
        label=gettext_lazy("Your street"), required=False, max_length=80,
        help_text=gettext_lazy("Only for the third choice. No house number."),
    )  # fmt: skip

    def __init__(self, campaign: Campaign, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaign = campaign
        self.fields["text"].label = campaign.question
        self.fields["text"].error_messages["required"] = _("Write a few words")
        known = dict(LANGUAGES)
        offered = [(code, known[code]) for code in campaign.languages if code in known]
        self.fields["language"].choices = [*offered, *(pair for pair in LANGUAGES if pair not in offered)]  # type: ignore[attr-defined]
        for question in bands.questions_of(campaign.asked):
            self.fields[f"about_{question.key}"] = forms.ChoiceField(
                label=question.title, required=False,
                choices=[("", gettext_lazy("I would rather not say")), *((b.key, b.title) for b in question.bands)],
            )  # fmt: skip

    def about_fields(self) -> list[Any]:
        """Return the questions about the person."""
        return [self[name] for name in self.fields if name.startswith("about_")]

    def about(self) -> dict[str, str]:
        """Return what was answered about the person."""
        told = {name[6:]: value for name, value in self.cleaned_data.items() if name.startswith("about_")}
        return bands.known({key: value for key, value in told.items() if value}, self.campaign.asked)

    def words(self, number: uuid.UUID, code: str, kept: tuple[tuple[int, int], ...] = ()) -> noting.Words:
        """Return the words as they are written down."""
        told = self.cleaned_data
        return noting.Words(
            id=number, text=told["text"], consent=told["consent"], language=told["language"],
            people=told.get("people") or 1, street=told["street"], about=self.about(), code=code, kept=kept,
            said=told.get("said"),
        )  # fmt: skip


class SayForm(WordsForm):
    """A resident's own words, by web form: its number and its code are made with the empty form."""

    number = forms.UUIDField(widget=forms.HiddenInput)
    code = forms.CharField(max_length=11, widget=forms.HiddenInput)


class TypeForm(WordsForm):
    """A paper form, typed in."""

    code = forms.CharField(
        label=gettext_lazy("Code on the form"), max_length=20,
        error_messages={"required": gettext_lazy("Type the code that is printed on the form")},
    )  # fmt: skip
    said = day_field(
        gettext_lazy("When was it said?"), wrong=gettext_lazy("Choose the day on which it was said"),
        help_text=gettext_lazy("The day that is written on the form. Leave today where there is none."),
    )  # fmt: skip
    people = forms.IntegerField(
        label=gettext_lazy("How many people spoke?"), min_value=1, max_value=noting.MOST_PEOPLE, initial=1
    )
    field_order = ("code", "text", "said", "language", "people", "consent", "street")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["said"].initial = timezone.localdate

    def clean_said(self) -> Any:
        """See that the day has come."""
        told = self.cleaned_data["said"]
        if told > timezone.localdate():
            raise forms.ValidationError(_("That day has not come yet"))
        return told


class ChangeForm(forms.Form):
    """A person changes their words or how they may be used."""

    text = forms.CharField(
        label=gettext_lazy("Your words"), max_length=noting.LONGEST, widget=forms.Textarea,
        error_messages={
            "required": gettext_lazy("Write a few words. To take your words back, use the button further down.")
        },
    )  # fmt: skip
    consent = forms.ChoiceField(
        label=gettext_lazy("May we use these words?"), choices=CONSENTS, widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), gettext_lazy("Choose how the words may be used")
        ),
    )  # fmt: skip

    def __init__(self, found: Conversation, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"text": found.text, "consent": found.consent_now})
        super().__init__(*args, **kwargs)
        if not found.street:
            self.fields["consent"].choices = CONSENTS[:2]  # type: ignore[attr-defined]


class CodeForm(forms.Form):
    """The code on the card."""

    code = forms.CharField(
        label=gettext_lazy("The code on your card"), max_length=30, help_text=gettext_lazy("For example KTR-482-MPX"),
        error_messages={
            "required": gettext_lazy("Type the code from your card or slip"),
            "max_length": gettext_lazy("We do not know this code. Look at the letters again, and try once more."),
        },
    )  # fmt: skip


class CampaignForm(forms.Form):
    """A time of listening."""

    title = forms.CharField(
        label=gettext_lazy("What do you call it?"), max_length=120,
        error_messages={"required": gettext_lazy("Write what you call this time of listening")},
    )  # fmt: skip
    question = forms.CharField(
        label=gettext_lazy("What do you ask?"), max_length=300,
        help_text=gettext_lazy("One open question. It names no topic, so that people can raise their own."),
        error_messages={"required": gettext_lazy("Write the question that you ask")},
    )  # fmt: skip
    opens = day_field(gettext_lazy("First day"), wrong=gettext_lazy("Choose the first day of asking"))
    closes = day_field(
        gettext_lazy("Last day"), required=False, wrong=gettext_lazy("Choose the last day of asking, or leave it out"),
        help_text=gettext_lazy("Words that come later are taken too, and marked as late."),
    )  # fmt: skip
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages offered first"), choices=LANGUAGES[:-1], required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    asked = forms.MultipleChoiceField(
        label=gettext_lazy("What may be asked about the person? All of it is optional."), required=False,
        choices=[(one.key, one.title) for one in bands.QUESTIONS.values()], widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    people_wanted = forms.IntegerField(
        label=gettext_lazy("How many people do you want to hear?"), required=False, min_value=1, max_value=1_000_000,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"),
            gettext_lazy("Write how many people you want to hear, as a number from 1 to 1000000"),
        ),
    )  # fmt: skip
    streets = forms.CharField(
        label=gettext_lazy("Streets of this place"), required=False, max_length=20_000, widget=forms.Textarea,
        help_text=gettext_lazy("One on a line. House numbers before them are hidden."),
    )  # fmt: skip
    names = forms.CharField(
        label=gettext_lazy("Names that must always be hidden"), required=False, max_length=5_000,
        widget=forms.Textarea, help_text=gettext_lazy("One on a line: ambassadors, shop keepers, teachers."),
    )  # fmt: skip
    worry_to = forms.ChoiceField(
        label=gettext_lazy("Who reads it when somebody worries about a person?"), required=False,
        help_text=gettext_lazy("One person with a role here. Nobody else can read it, not even you."),
    )  # fmt: skip
    keep_until = day_field(
        gettext_lazy("Keep what people said until"),
        wrong=gettext_lazy("Choose the day until which you keep what people said"),
        help_text=gettext_lazy("After this day only quotes that people allowed stay, with nothing about them."),
    )  # fmt: skip
    policy = forms.CharField(
        label=gettext_lazy("House rules: what is kept out"), required=False, max_length=4_000, widget=forms.Textarea,
        help_text=gettext_lazy("Leave it empty for the usual rules. Everybody can read them."),
    )  # fmt: skip

    def __init__(self, people: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["worry_to"].choices = [("", gettext_lazy("nobody yet")), *people]  # type: ignore[attr-defined]
        if not self.is_bound and "keep_until" not in self.initial:
            self.initial["keep_until"] = timezone.localdate() + timedelta(days=KEEP_DAYS)

    def clean(self) -> dict[str, Any]:
        """See that the days are in order."""
        told: dict[str, Any] = super().clean() or {}
        opens, closes, until = told.get("opens"), told.get("closes"), told.get("keep_until")
        if opens and closes and closes < opens:
            self.add_error("closes", _("The last day lies before the first"))
        if until and (closes or opens) and until < (closes or opens):
            self.add_error("keep_until", _("Keep the words until after the last day"))
        return told


class PatchForm(forms.Form):
    """A few streets that one walk covers."""

    name = forms.CharField(
        label=gettext_lazy("Name of the patch"), max_length=120, help_text=gettext_lazy("Harbour Street, odd side"),
        error_messages={"required": gettext_lazy("Write a name for the patch")},
    )  # fmt: skip
    streets = forms.CharField(
        label=gettext_lazy("Its streets"), required=False, max_length=5_000, widget=forms.Textarea,
        help_text=gettext_lazy("One on a line"),
    )  # fmt: skip
    doors = forms.IntegerField(label=gettext_lazy("How many doors?"), required=False, min_value=1, max_value=100_000)
    walkers = forms.MultipleChoiceField(
        label=gettext_lazy("Who walks it?"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, people: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["walkers"].choices = people  # type: ignore[attr-defined]


class BringForm(forms.Form):
    """A file of words: answers to a survey, minutes of a meeting, an e-mail."""

    file = forms.FileField(
        label=gettext_lazy("A file"), required=False,
        help_text=gettext_lazy("A table (CSV or XLSX), a text with one note on each line, or an e-mail (.eml)."),
    )  # fmt: skip
    minutes = forms.CharField(
        label=gettext_lazy("Or the minutes of a meeting"), required=False, max_length=100_000, widget=forms.Textarea,
        help_text=gettext_lazy("One thing that somebody said on each line. No names."),
    )  # fmt: skip
    consent = forms.ChoiceField(
        label=gettext_lazy("What did these people allow?"), choices=CONSENTS[:2], widget=forms.RadioSelect,
        initial=Conversation.Consent.THEMES,
    )  # fmt: skip
    said = day_field(
        gettext_lazy("When was it said?"), required=False, help_text=gettext_lazy("Leave it out for today.")
    )

    def clean(self) -> dict[str, Any]:
        """See that there is one of the two."""
        told: dict[str, Any] = super().clean() or {}
        if bool(told.get("file")) == bool((told.get("minutes") or "").strip()):
            self.add_error("file", _("Bring a file, or paste minutes: one of the two"))
        if told.get("said") and told["said"] > timezone.localdate():
            self.add_error("said", _("That day has not come yet"))
        return told


class KeepOutForm(forms.Form):
    """Why words are kept out."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why?"), choices=list(REASONS.items()),
        error_messages={"required": gettext_lazy("Choose why it is kept out")},
    )  # fmt: skip
    to_author = forms.CharField(
        label=gettext_lazy("What do you say to the author?"), required=False, max_length=500,
        help_text=gettext_lazy("They read it with the code on their card."),
    )  # fmt: skip


class StatementForm(forms.Form):
    """A short statement."""

    text = forms.CharField(
        label=gettext_lazy("Your statement"), max_length=140,
        help_text=gettext_lazy("One thought that others can agree or disagree with. 140 characters at most."),
    )  # fmt: skip


class MeetingForm(forms.Form):
    """A meeting at which priorities were agreed."""

    held = day_field(gettext_lazy("When was the meeting?"))
    where = forms.CharField(label=gettext_lazy("Where?"), max_length=200)
    present = forms.IntegerField(label=gettext_lazy("How many people came?"), min_value=1, max_value=100_000)
    missing = forms.CharField(
        label=gettext_lazy("Who was missing?"), required=False, max_length=2_000, widget=forms.Textarea,
        help_text=gettext_lazy("Say who lives here and was not there: people of some age, street or language."),
    )  # fmt: skip


class PriorityForm(forms.Form):
    """One priority that a meeting agreed."""

    title = forms.CharField(label=gettext_lazy("What comes first?"), max_length=140)
    why = forms.CharField(label=gettext_lazy("Why?"), required=False, max_length=2_000, widget=forms.Textarea)
    themes = forms.MultipleChoiceField(
        label=gettext_lazy("Which themes does it come from?"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one theme: a priority keeps its quotes")},
    )  # fmt: skip
    support = forms.IntegerField(label=gettext_lazy("How many were for it?"), min_value=0, max_value=100_000)
    against = forms.IntegerField(
        label=gettext_lazy("How many were against it?"), min_value=0, max_value=100_000, initial=0
    )
    dissent = forms.CharField(
        label=gettext_lazy("What did those against it say?"), required=False, max_length=2_000, widget=forms.Textarea
    )
    place_in_order = forms.IntegerField(
        label=gettext_lazy("Which place in the order?"), min_value=1, max_value=99, initial=1
    )

    def __init__(self, themes: list[tuple[str, str]], present: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.present = present
        self.fields["themes"].choices = themes  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """See that no more people spoke for and against than came."""
        told: dict[str, Any] = super().clean() or {}
        if (told.get("support") or 0) + (told.get("against") or 0) > self.present:
            self.add_error("support", _("Only %(many)s people came to the meeting") % {"many": self.present})
        return told


class DeedForm(forms.Form):
    """What was done about a priority."""

    text = forms.CharField(label=gettext_lazy("What was done, or why not?"), max_length=500, widget=forms.Textarea)
    state = forms.ChoiceField(label=gettext_lazy("How far is it?"), choices=Deed.State.choices)
    when = day_field(gettext_lazy("When?"))
    who = forms.CharField(label=gettext_lazy("Who does it?"), required=False, max_length=120)
