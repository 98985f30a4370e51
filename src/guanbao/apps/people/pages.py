"""The pages of people and roles."""

from __future__ import annotations

from guanbao.apps.people import permissions, selectors, services
from guanbao.apps.people.forms import MemberForm
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.identity.models import Person
from guanbao.platform.wording import _
from guanbao.web.resource import Resource, Verb
from guanbao.web.timeline import TIMELINE

PEOPLE = Resource(
    name="people",
    model=Person,
    title=_("People"),
    singular=_("Person"),
    group=_("Administration"),
    empty=_("Nobody is a member yet."),
    view=permissions.PERSON_VIEW,
    rows=selectors.people_visible,
    columns=("name", "login", "joined_at", "left_at"),
    shown=("name", "login", "email", "language", "joined_at", "left_at"),
    search=("name", "login"),
    order=("name", "pk"),
    add=Verb("add", _("New person"), permissions.PERSON_ADD, services.member_add, form=MemberForm),
    panels=(TIMELINE,),
)
GRANTS = Resource(
    name="grants",
    model=Grant,
    title=_("Roles given"),
    singular=_("Role given"),
    group=_("Administration"),
    empty=_("No role has been given yet."),
    view=permissions.PERSON_VIEW,
    rows=selectors.grants_visible,
    columns=("person", "role", "scope", "since", "until", "revoked_at"),
    shown=("person", "role", "scope", "key", "since", "until", "given_by", "revoked_at"),
    search=("person__name", "role__name", "role__name_en"),
    filters=("role",),
    order=("-since", "-pk"),
    add=Verb(
        "add", _("Give a role"), permissions.GRANT_EDIT, services.member_grant, ("person", "role", "since", "until")
    ),
    verbs=(
        Verb(
            "revoke",
            _("Take the role back"),
            permissions.GRANT_EDIT,
            services.member_revoke,
            when=lambda grant: grant.revoked_at is None,
            grave=True,
        ),
    ),
    panels=(TIMELINE,),
)
ROLES = Resource(
    name="roles",
    model=Role,
    title=_("Roles"),
    singular=_("Role"),
    group=_("Administration"),
    empty=_("There are no roles yet."),
    view=permissions.PERSON_VIEW,
    rows=selectors.roles_visible,
    columns=("name", "name_en", "needs_mfa"),
    shown=("name", "name_en", "needs_mfa"),
    search=("name", "name_en"),
    order=("pk",),
)
