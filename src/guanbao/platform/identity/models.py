"""Organisations, people, and whose people they are."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from guanbao.platform.covering import PersonalEmailField
from guanbao.platform.identity.choices import Side
from guanbao.platform.identity.logins import login_normalised
from guanbao.platform.wording import _


class Organisation(models.Model):
    """A tenant: an institution that outsources, or a contractor."""

    side = models.CharField(max_length=16, choices=Side.choices)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(side__in=Side.values),
                name="organisation_side_known",
                violation_error_message=_("The side is not one that is known."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class People(BaseUserManager["Person"]):
    """Finds people by the login they type, whatever its case or width."""

    def get_by_natural_key(self, username: str | None) -> Person:
        """The person of that login, current or not."""
        return self.get(login=login_normalised(username or ""))


class Person(AbstractBaseUser):
    """Somebody who can log in, or a machine with an account."""

    login = models.CharField(_("Login"), max_length=150, unique=True)
    name = models.CharField(_("Name"), max_length=100)
    email = PersonalEmailField(_("E-mail"), blank=True)
    language = models.CharField(
        _("Language"), max_length=8, blank=True, choices=(("zh", _("Chinese")), ("en", _("English")))
    )
    # Somebody else knows the password, who set it: it opens nothing but the form that changes it.
    password_given = models.BooleanField(default=False, editable=False)
    is_machine = models.BooleanField(_("Machine's account"), default=False)
    joined_at = models.DateTimeField(_("Joined"))
    left_at = models.DateTimeField(_("Gone since"), null=True, blank=True)

    USERNAME_FIELD: ClassVar[str] = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = People()

    class Meta:
        verbose_name_plural = "people"
        constraints = (
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("joined_at")),
                name="person_left_later",
                violation_error_message=_("Nobody leaves before joining."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:  # type: ignore[override] # Django asks for it by this name; it is no column here
        """Whether they may log in at all."""
        return self.left_at is None

    def clean(self) -> None:
        """Keep the login in the form in which it is compared."""
        super().clean()
        self.login = login_normalised(self.login)


class Membership(models.Model):
    """A person's post in an organisation, from a day to a day."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    post = models.CharField(max_length=100, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("person", "organisation"),
                name="membership_once",
                violation_error_message=_("This person is a member of this organisation already."),
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="membership_ends_later",
                violation_error_message=_("A membership ends after it begins."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} · {self.organisation}"


class Token(models.Model):
    """A secret by which a program acts for a person in one organisation. The secret itself is kept nowhere."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="tokens", verbose_name=_("Person"))
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="tokens")
    name = models.CharField(_("Name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("Made at"))
    last_used_at = models.DateTimeField(_("Last used"), null=True, blank=True)
    expires_at = models.DateTimeField(_("Valid until"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("Revoked at"), null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("created_at")),
                name="token_expires_later",
                violation_error_message=_("A token expires after it was made."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """A link that makes somebody a member once, with roles that whoever invites may give then."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="invitations")
    invited_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="invitations_made", verbose_name=_("Invited by")
    )
    login = models.CharField(_("Login"), max_length=150)
    name = models.CharField(_("Name"), max_length=100)
    email = PersonalEmailField(_("E-mail"), blank=True)
    grants = models.JSONField(default=list, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("Invited at"))
    expires_at = models.DateTimeField(_("Valid until"))
    used_at = models.DateTimeField(_("Used at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("Revoked at"), null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Keep the login in the form in which it is compared."""
        super().clean()
        self.login = login_normalised(self.login)
