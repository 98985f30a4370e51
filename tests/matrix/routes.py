"""Every route of the URL configuration, and how each is filled.

A route that comes with a resource needs nothing here but its model's owners (`OWNERS`); any other stands in `ENTRIES`.
"""

import re
from typing import NamedTuple

from allauth.usersessions.models import UserSession
from django.urls import URLPattern, get_resolver

from guanbao.apps.arrangements.models import Arrangement, Link, MaterialChange, Place, Waiver
from guanbao.apps.catalogue.models import Function, Service
from guanbao.apps.contracts.models import (
    Clause,
    Confidentiality,
    Contract,
    Invoice,
    Payment,
    Returned,
    Sealing,
    Signatory,
)
from guanbao.apps.initiatives.models import (
    BusinessCase,
    Candidate,
    CaseLine,
    Part,
    Policy,
    Requirement,
    ScopeCheck,
    Strategy,
    Target,
)
from guanbao.apps.parties.models import (
    Branch,
    Certificate,
    Contact,
    Contractor,
    Department,
    Identifier,
    Institution,
    StandingChange,
)
from guanbao.apps.privacy.models import Entrustment
from guanbao.apps.service_levels.models import Amount, Exclusion, Import, Level, Statement, Term, WorkingCalendar
from guanbao.apps.sourcing.models import (
    Award,
    Backup,
    Bid,
    Clarification,
    Concentration,
    Diligence,
    Evaluation,
    Question,
    Tender,
)
from guanbao.apps.sourcing.models import Invitation as TenderInvitation
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.files.models import Document
from guanbao.platform.identity.models import Invitation, Person, Token
from guanbao.platform.ledger.models import Entry
from guanbao.platform.notices.models import Delivery, Endpoint, Receipt
from guanbao.platform.obligations.models import Duty, Feed
from guanbao.platform.personal.models import Canary, Reveal
from guanbao.platform.questionnaires.models import Issue, QuestionnaireVersion
from guanbao.platform.tasks.models import Job, Schedule
from guanbao.platform.workflow.models import Absence, Approval, ModelVersion, Task
from guanbao.web.resource import resources

ABSENT = 987_654_321  # the key of nothing


def _of(prefix):
    return (f"{prefix}institution__organisation", f"{prefix}contractor__organisation")


# By which lookups a row's organisations are found: those whose people may know of it. No selector is asked.
OWNERS = {
    Institution: ("organisation", "contractors__organisation"),
    Department: ("institution__organisation", "arrangements__contractor__organisation"),
    Branch: ("institution__organisation",),
    Contractor: ("institution__organisation", "organisation"),
    StandingChange: ("contractor__institution__organisation",),
    Identifier: _of(""),
    Contact: ("contractor__institution__organisation", "contractor__organisation"),
    Certificate: ("contractor__institution__organisation", "contractor__organisation"),
    Service: _of(""),
    Function: ("institution__organisation",),
    Arrangement: _of(""),
    Link: _of("arrangement__"),
    Place: _of("arrangement__"),
    MaterialChange: ("arrangement__institution__organisation",),
    Waiver: ("arrangement__institution__organisation",),
    Strategy: ("institution__organisation",),
    Target: ("strategy__institution__organisation",),
    Policy: ("institution__organisation",),
    **dict.fromkeys((ScopeCheck, Requirement, BusinessCase), ("arrangement__institution__organisation",)),
    **dict.fromkeys((CaseLine, Candidate, Part), ("case__arrangement__institution__organisation",)),
    Entrustment: _of("arrangement__"),
    Tender: ("arrangement__institution__organisation",),
    TenderInvitation: ("institution", "shared_with"),
    Question: ("institution", "shared_with"),
    Clarification: ("tender__arrangement__institution__organisation", "tender__invitations__shared_with"),
    Bid: ("institution",),
    Evaluation: ("tender__arrangement__institution__organisation",),
    **dict.fromkeys((Award, Backup, Concentration, Diligence), ("arrangement__institution__organisation",)),
    Contract: ("institution__organisation", "shared_with"),
    Clause: ("contract__institution__organisation", "contract__shared_with"),
    Signatory: ("contract__institution__organisation", "contract__shared_with"),
    Payment: ("contract__institution__organisation", "contract__shared_with"),
    Returned: ("contract__institution__organisation", "contract__shared_with"),
    Invoice: ("contract__institution__organisation", "contract__shared_with"),
    Sealing: ("contract__institution__organisation",),
    Confidentiality: _of(""),
    WorkingCalendar: ("institution__organisation", "levels__arrangement__contractor__organisation"),
    Level: _of("arrangement__"),
    Term: _of("level__arrangement__"),
    Import: _of("arrangement__"),
    Statement: _of("arrangement__"),
    Exclusion: _of("arrangement__"),
    Amount: _of("arrangement__"),
    Document: ("institution", "shared_with"),
    Issue: ("institution", "shared_with"),
    QuestionnaireVersion: ("organisation",),
    Duty: ("institution", "shared_with"),
    Feed: ("organisation",),
    Person: ("memberships__organisation",),
    Grant: ("organisation",),
    Role: ("institution",),
    Invitation: ("organisation",),
    Token: ("organisation",),
    UserSession: ("user__memberships__organisation",),
    Job: ("organisation",),
    Schedule: (),
    Approval: ("organisation",),
    Task: ("organisation",),
    ModelVersion: ("organisation",),
    Absence: ("organisation",),
    Receipt: ("notice__organisation",),
    Delivery: ("notice__organisation",),
    Endpoint: ("organisation",),
    Reveal: ("owner",),
    Canary: ("owner",),
    Entry: ("institution", "organisation_id"),
}
# Rows that belong to nobody: they came with the product, or run by themselves.
EVERYBODYS = {Role, Schedule}


# Words for holes beside a row's key, of endpoints under a resource.
WORDS = {"dataset": "interactions", "code": "qzea0q", "form": "json", "id": ABSENT, "pk": ABSENT}


class Entry_(NamedTuple):  # noqa: N801 - `Entry` is the ledger's
    """How a route's parameters are filled: by the keys of a model, or by these words."""

    kind: str
    filled: dict = {}  # noqa: RUF012 - a constant


OWN = Entry_("own")  # about oneself: nothing in the address
ENTRIES = {
    **dict.fromkeys(
        (
            "account_login", "mfa_authenticate", "mfa_login_webauthn", "account_inactive", "logout", "account_logout",
            "account", "factor-needed", "act-for", "token-add", "invite", "matrix", "account_change_password",
            "account_set_password", "account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
            "mfa_index", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_list_webauthn", "mfa_add_webauthn",
            "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "taxonomies", "ledger", "ledger-checkpoint",
            "my-tasks", "away", "model-index", "ledger-evidence", "start", "find", "language", "api:openapi",
            "api:api-root", "api:nothing", "api-docs", "notices-unread", "notice-wishes", "questionnaire-index",
            "api:api-root", "api:nothing", "api-docs", "notices-unread", "notice-wishes", "duty-calendar",
            "duties-by-owner", "duty-feeds", "concentration",
        ),
        OWN,
    ),
    "away-end": Entry_("id", {"pk": Absence}),
    "notice-open": Entry_("id", {"pk": Receipt}),
    "duty-feed-revoke": Entry_("id", {"pk": Feed}),
    "duty-feed": Entry_("id", {"secret": ("nothing", "x" * 43)}),
    "session-end": Entry_("id", {"pk": UserSession}),
    "token-revoke": Entry_("id", {"pk": Token}),
    "invitation": Entry_("id", {"secret": ("nothing", "x" * 43)}),
    "member-session-end": Entry_("id", {"person": Person, "pk": UserSession}),
    "member-token-revoke": Entry_("id", {"person": Person, "pk": Token}),
    "machine-token": Entry_("id", {"person": Person}),
    "mfa_remove_webauthn": Entry_("id", {"pk": Person}),
    "taxonomy": Entry_("id", {"name": ("scope_rules", "nothing")}),
    "ledger-entry": Entry_("id", {"index": Entry}),
    "ledger-fetch": Entry_("stream", {"number": Job}),
    "export-fetch": Entry_("stream", {"number": Job}),
    "evidence-fetch": Entry_("stream", {"number": Job}),
    "evidence-pack": Entry_("id", {"pk": Arrangement}),
    "statement-records": Entry_("nested", {"pk": Statement, "code": ("qzea0q", "qzeb0q", "qzwg0q", "nothing")}),
    "statement-file": Entry_("stream", {"pk": Statement, "form": ("json", "html", "xlsx", "pdf")}),
    "statement-recompute": Entry_("id", {"pk": Statement}),
    "level-preview": Entry_("nested", {"pk": Level}),
    "records-send": Entry_("upload", {"pk": Arrangement}),
    "document-send": Entry_("upload", {"record": ("arrangements", "nothing"), "record_id": Arrangement}),
    "reveal": Entry_("id", {"record": ("contacts", "nothing"), "pk": Contact}),
    "document-renew": Entry_("upload", {"pk": Document}),
    "document-content": Entry_("stream", {"pk": Document}),
    "import-quarantine": Entry_("stream", {"pk": Import}),
    "questionnaire-definition": Entry_("stream", {"name": ("site", "qzea0q", "nothing")}),
    "questionnaire-put": Entry_("id", {"record": ("arrangements", "nothing"), "record_id": Arrangement}),
    "questionnaire-answer": Entry_("id", {"pk": Issue}),
    "questionnaire-review": Entry_("id", {"pk": Issue}),
    "questionnaire-workbook": Entry_("stream", {"pk": Issue}),
    "concentration-failure": Entry_("id", {"dimension": ("contractor", "nothing"), "key": Contractor}),
    "tender-key": Entry_("id", {"pk": Tender}),
    "tender-opening": Entry_("id", {"pk": Tender}),
    "evaluation-score": Entry_("id", {"pk": Evaluation}),
    "invitation-bid": Entry_("id", {"pk": TenderInvitation}),
    "questionnaire-fill": Entry_("upload", {"pk": Issue}),
}  # fmt: skip
OF_RESOURCE = re.compile(r"(?P<name>[a-z-]+?)-(?P<page>list|export|add|detail|verb)")


class Route(NamedTuple):
    """A route: its name with its namespace, its address with holes, and the resource that it came with."""

    name: str
    address: str
    resource: object
    page: str
    entry: Entry_ | None

    def url(self, **given):
        """An address of it."""
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda hole: str((WORDS | given)[hole[1]]), self.address)

    @property
    def holes(self):
        """The names of its parameters."""
        return re.findall(r"<(?:\w+:)?(\w+)>", self.address)


def routes():
    """Every route, in the order of the configuration; those with neither resource nor entry have None for both."""
    return list(_walk(get_resolver().url_patterns, "/", ""))


def _walk(patterns, prefix, space):
    known = {resource.name: resource for resource in resources()}
    for pattern in patterns:
        if not isinstance(pattern, URLPattern):
            inner = f"{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, prefix + str(pattern.pattern), inner)
            continue
        resource = pattern.default_args.get("resource")
        name, address = f"{space}{pattern.name}", prefix + str(pattern.pattern)
        page = name.rsplit("-", 1)[-1]
        if space == "api:" and pattern.name and not resource:
            head = address.removeprefix("/api/v1/").split("/")[0]
            if head in known and name not in ENTRIES:
                resource = known[head]
                page = "api-one" if "<" in address else "api-list"
                if address.count("/") > address.count("<") + 3 or re.search(r">/\w", address):
                    page = "api-verb"
        yield Route(name, address, resource, page if resource else "", ENTRIES.get(name))


def keys_of(model):
    """The keys of a model's rows, each with the ids of its organisations."""
    key = "index" if model is Entry else "pk"
    found = {}
    for lookup in OWNERS[model] or ("pk",):
        for pk, organisation in model.objects.values_list(key, lookup):
            owners = found.setdefault(pk, set())
            if organisation is not None and OWNERS[model]:
                owners.add(organisation)
    return found
