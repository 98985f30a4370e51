"""The pages of people and roles."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from guanbao.apps.people import ending, inviting, permissions, selectors, services
from guanbao.apps.people.forms import GrantForm, InvitationForm, MemberForm, ResetForm, RoleForm, SignOnForm
from guanbao.platform.access.acting import actor_of
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.permissions import permissions as every_permission
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.models import Invitation, Person
from guanbao.platform.wording import _, told
from guanbao.web.frame import Page
from guanbao.web.panels import TIMELINE
from guanbao.web.resource import Panel, Resource, Verb, resources


def _access(actor: Actor, person: Person) -> dict[str, Any]:
    """What a person is logged in by."""
    return {
        "person": person,
        "sessions": selectors.sessions_visible(actor=actor, person=person),
        "tokens": selectors.tokens_visible(actor=actor, person=person),
    }


_PANELS = (TIMELINE, Panel("access", _("Sessions and tokens"), "people/access.html", _access))
_ENDS = (
    Verb(
        "end",
        _("End the membership"),
        permissions.PERSON_END,
        ending.member_end,
        when=lambda person, _actor: person.is_member,
        grave=True,
    ),
    Verb(
        "leave",
        _("Has left"),
        permissions.PERSON_END,
        ending.member_leave,
        when=lambda person, _actor: person.left_at is None,
        grave=True,
    ),
    Verb(
        "sign-on",
        _("Account of single sign-on"),
        permissions.PERSON_ADD,
        ending.member_sign_on,
        form=SignOnForm,
        when=lambda person, _actor: (
            bool(settings.GUANBAO_OIDC_URL) and person.left_at is None and not person.is_machine
        ),
    ),
    Verb(
        "renew",
        _("Make a member again"),
        permissions.PERSON_ADD,
        ending.member_renew,
        when=lambda person, _actor: not person.is_member and person.left_at is None,
    ),
)
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
    verbs=(
        *_ENDS,
        Verb(
            "reset",
            _("Reset password and second factors"),
            permissions.PERSON_ADD,
            ending.member_reset,
            form=ResetForm,
            when=ending.may_reset,
            grave=True,
        ),
    ),
    panels=_PANELS,
)
MACHINES = Resource(
    name="machines",
    model=Person,
    title=_("Machines' accounts"),
    singular=_("Machine's account"),
    group=_("Administration"),
    empty=_("No program has an account yet."),
    view=permissions.PERSON_VIEW,
    rows=selectors.machines_visible,
    columns=("name", "login", "joined_at", "left_at"),
    shown=("name", "login", "joined_at", "left_at"),
    search=("name", "login"),
    order=("name", "pk"),
    add=Verb("add", _("New machine's account"), permissions.PERSON_ADD, services.member_machine_add, ("login", "name")),
    verbs=_ENDS,
    panels=_PANELS,
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
    add=Verb("add", _("Give a role"), permissions.GRANT_EDIT, services.member_grant, form=GrantForm),
    verbs=(
        Verb(
            "revoke",
            _("Take the role back"),
            permissions.GRANT_EDIT,
            services.member_revoke,
            when=lambda grant, _actor: grant.revoked_at is None,
            grave=True,
            bulk=True,
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
    add=Verb("add", _("New own role"), permissions.ROLE_EDIT, services.own_role_add, form=RoleForm),
    verbs=(
        Verb(
            "edit",
            _("Change the role"),
            permissions.ROLE_EDIT,
            services.own_role_edit,
            form=RoleForm,
            when=lambda role, _actor: role.institution_id is not None,
        ),
    ),
    panels=(TIMELINE,),
)
INVITATIONS = Resource(
    name="invitations",
    model=Invitation,
    title=_("Invitations"),
    singular=_("Invitation"),
    group=_("Administration"),
    empty=_("Nobody was invited yet."),
    view=permissions.PERSON_VIEW,
    rows=selectors.invitations_visible,
    columns=("name", "login", "created_at", "expires_at", "used_at", "revoked_at"),
    shown=("name", "login", "email", "invited_by", "created_at", "expires_at", "used_at", "revoked_at"),
    search=("name", "login"),
    order=("-pk",),
    add=Verb("add", _("Invite somebody"), permissions.PERSON_ADD, inviting.member_invite, form=InvitationForm),
    verbs=(
        Verb(
            "revoke",
            _("Revoke the invitation"),
            permissions.PERSON_ADD,
            inviting.member_invitation_revoke,
            when=lambda invitation, _actor: invitation.used_at is None and invitation.revoked_at is None,
            grave=True,
            bulk=True,
        ),
    ),
    panels=(TIMELINE,),
)
MATRIX = Page("matrix", _("Permission matrix"), _("Administration"), permissions.PERSON_VIEW)
API = Page("api-docs", _("API reference"), _("Administration"), permissions.PERSON_VIEW)


def matrix_page(request: HttpRequest) -> HttpResponse:
    """Which role may do what, on one page."""
    actor = actor_of(request)
    if reach(actor, permissions.PERSON_VIEW).is_empty:
        raise Http404
    roles = list(selectors.roles_explained(actor=actor))
    called: dict[str, str] = {}
    for resource in resources():
        asked = [resource.view, *(verb.permission for verb in (resource.add, *resource.verbs) if verb)]
        for name in [permission.name for permission in asked]:
            called.setdefault(name, str(resource.title))
            called.setdefault(name.split(".")[0], str(resource.title))
    groups: dict[str, list[tuple[str, str, list[bool]]]] = {str(resource.title): [] for resource in resources()}
    for permission in every_permission():
        ticks = [permission.name in role.permissions for role in roles]
        if any(ticks):
            group = called.get(permission.name) or called.get(permission.name.split(".")[0]) or told("Other")
            groups.setdefault(group, []).append((str(permission.title), permission.name, ticks))
    return render(request, "people/matrix.html", {"roles": roles, "groups": groups, "span": len(roles) + 1})
