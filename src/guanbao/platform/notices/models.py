"""Notices, whom they are for, by which ways they go, and how people wish it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from guanbao.platform.notices.choices import ENDPOINTS, Channel, State
from guanbao.platform.notices.declaring import notice_kind_named, notice_title
from guanbao.platform.notices.errors import NoticeUndeclared
from guanbao.platform.wording import _, reader_language, told


class Notice(models.Model):
    """Something that concerns an organisation, told once: `key` says of what it is, so that it is not told again."""

    tenants = ("organisation",)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    kind = models.CharField(_("Kind of notice"), max_length=60)
    key = models.CharField(max_length=200)
    values = models.JSONField(default=dict)
    url = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(_("Told at"))

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "kind", "key"),
                name="notice_once",
                violation_error_message=_("This was told already."),
            ),
        )

    def __str__(self) -> str:
        return self.text

    def get_kind_display(self) -> str:
        """What its kind is called, in the reader's language."""
        return notice_title(self.kind)

    @property
    def text(self) -> str:
        """What it tells, in the reader's language."""
        try:
            sentence = notice_kind_named(self.kind).sentence
        except NoticeUndeclared:
            return self.get_kind_display()
        values = {name: held.get(reader_language(), "") if isinstance(held, dict) else held
                  for name, held in self.values.items()}  # fmt: skip
        return told(sentence, **values)


class Receipt(models.Model):
    """That a notice is for a person, and when they read it."""

    tenants = ("notice__organisation",)
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="receipts", verbose_name=_("Notice"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="receipts")
    at = models.DateTimeField(_("Told at"))
    read_at = models.DateTimeField(_("Read"), null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("notice", "person"), name="receipt_once", violation_error_message=_("This was told already.")
            ),
        )
        indexes: ClassVar = [models.Index(fields=("person", "-id"), name="receipt_of_person")]

    def __str__(self) -> str:
        return self.notice.text


class Endpoint(models.Model):
    """Where an organisation has notices sent by machine; address and secret are sealed, for either opens it."""

    tenants = ("organisation",)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    channel = models.CharField(_("Way"), max_length=10, choices=[(c.value, c.label) for c in ENDPOINTS])
    name = models.CharField(_("Name"), max_length=100)
    host = models.CharField(_("Host"), max_length=255, editable=False)
    address_sealed = models.TextField(editable=False)
    secret_sealed = models.TextField(editable=False, blank=True)
    kinds = models.JSONField(_("Kinds of notices"), default=list, blank=True)
    ended_at = models.DateTimeField(_("Ended"), null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(channel__in=ENDPOINTS),
                name="endpoint_channel_known",
                violation_error_message=_("This way is not one that is known."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """A notice on one way, to a person or to an endpoint; `together` leads to the summary that it is in."""

    tenants = ("notice__organisation",)
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries", verbose_name=_("Notice"))
    kind = models.CharField(_("Kind of notice"), max_length=60)
    channel = models.CharField(_("Way"), max_length=10, choices=Channel.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("Person")
    )
    endpoint = models.ForeignKey(Endpoint, models.PROTECT, null=True, related_name="+", verbose_name=_("Endpoint"))
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.WAITING)
    together = models.ForeignKey("self", models.SET_NULL, null=True, related_name="others")
    attempts = models.PositiveSmallIntegerField(_("Attempts"), default=0)
    created_at = models.DateTimeField(_("Told at"))
    sent_at = models.DateTimeField(_("Sent at"), null=True)
    error_en = models.TextField(blank=True)
    error_zh = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("notice", "channel", "person"),
                condition=~Q(person=None),
                name="delivery_once_to_person",
                violation_error_message=_("This was told already."),
            ),
            models.UniqueConstraint(
                fields=("notice", "endpoint"),
                condition=~Q(endpoint=None),
                name="delivery_once_to_endpoint",
                violation_error_message=_("This was told already."),
            ),
            models.CheckConstraint(
                condition=Q(person=None) ^ Q(endpoint=None),
                name="delivery_to_one",
                violation_error_message=_("A delivery goes to a person or to an endpoint."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values),
                name="delivery_state_known",
                violation_error_message=_("The state of the delivery is not one that is known."),
            ),
        )
        indexes: ClassVar = [models.Index(fields=("person", "state"), name="delivery_of_person")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_channel_display()}"

    def get_kind_display(self) -> str:
        """What its kind is called, in the reader's language."""
        return notice_title(self.kind)

    @property
    def error(self) -> str:
        """Why it failed, or is to be tried again, in the reader's language."""
        return self.error_zh if reader_language() == "zh" else self.error_en


class Wishes(models.Model):
    """How a person wishes to be told: who says nothing gets every notice by e-mail at once."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="wishes")
    by_email = models.BooleanField(_("By e-mail"), default=True)
    by_sms = models.BooleanField(_("Urgent ones by SMS"), default=False)
    mobile = models.CharField(
        _("Mobile number"),
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"^\+?[0-9]{5,18}$", _("Write digits only, with + before a country code."))],
    )
    daily = models.BooleanField(_("Once a day, together"), default=False)
    quiet_from = models.TimeField(_("Quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("Quiet until"), null=True, blank=True)
    muted = models.JSONField(_("Not by e-mail"), default=list, blank=True)

    class Meta:
        verbose_name_plural = "wishes"
        constraints = (
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | (~Q(quiet_from=None) & ~Q(quiet_until=None) & ~Q(quiet_from=F("quiet_until"))),
                name="wishes_quiet_from_and_until",
                violation_error_message=_("Quiet hours have a beginning and another end."),
            ),
            models.CheckConstraint(
                condition=Q(by_sms=False) | ~Q(mobile=""),
                name="wishes_sms_needs_number",
                violation_error_message=_("SMS needs a mobile number."),
            ),
        )

    def __str__(self) -> str:
        return str(self.person)
