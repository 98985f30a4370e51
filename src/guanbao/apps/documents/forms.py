"""Forms of documents."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.files.kinds import kind_choices
from guanbao.platform.files.models import Document
from guanbao.platform.files.permissions import DOCUMENT_ADD, DOCUMENT_VIEW_CONFIDENTIAL
from guanbao.platform.identity.choices import Side
from guanbao.platform.wording import _
from guanbao.web.forms import dressed

_TITLE: Any = Document._meta.get_field("title")  # noqa: SLF001 - Django's published way to a field


class RenewForm(forms.Form):
    """A new version of a document."""

    file = forms.FileField(label=_("File"), allow_empty_file=True)
    title = forms.CharField(label=_("Title"), max_length=200, validators=_TITLE.validators)
    expires_on = forms.DateField(
        label=_("Expires on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(9000, 1, 1))],
    )
    field_order = [  # noqa: RUF012 - Django's own
        "kind",
        "title",
        "file",
        "expires_on",
        "is_shared",
        "is_confidential",
    ]

    def __init__(self, *given: Any, actor: Actor, **more: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*given, **more)
        if reach(actor, DOCUMENT_ADD).side is not Side.INSTITUTION:
            self.fields.pop("is_shared", None)  # the institution sees what a contractor sends
        if reach(actor, DOCUMENT_VIEW_CONFIDENTIAL).is_empty:
            self.fields.pop("is_confidential", None)
        dressed(self)


class SendForm(RenewForm):
    """A document."""

    kind = forms.ChoiceField(label=_("Kind of document"), choices=[("", "—"), *kind_choices()])
    is_shared = forms.BooleanField(
        label=_("Show it to the contractor"), required=False, help_text=_("This cannot be taken back.")
    )
    is_confidential = forms.BooleanField(
        label=_("Confidential"),
        required=False,
        help_text=_("Only who may see confidential documents sees it, and the ledger tells who fetched it."),
    )


class DecideForm(forms.ModelForm):  # type: ignore[type-arg] # it takes no argument at run time
    """Why a document is released or refused."""

    state_reason = Document._meta.get_field("state_reason").formfield(  # noqa: SLF001 - as above
        required=True, help_text=_("Whoever sent it reads this.")
    )

    class Meta:
        model = Document
        fields: ClassVar[list[str]] = ["state_reason"]


class DestroyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Why a document is to be destroyed."""

    destruction_reason = Document._meta.get_field("destruction_reason").formfield(required=True)  # noqa: SLF001

    class Meta:
        model = Document
        fields: ClassVar[list[str]] = ["destruction_reason"]
