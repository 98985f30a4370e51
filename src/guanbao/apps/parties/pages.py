"""The pages of parties."""

from __future__ import annotations

from guanbao.apps.parties import permissions, selectors, services
from guanbao.apps.parties.choices import Verification
from guanbao.apps.parties.forms import ContractorForm
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
from guanbao.platform.wording import _
from guanbao.web.panels import TIMELINE, rows_panel
from guanbao.web.resource import Resource, Verb

_CONTRACTOR = ("name", "name_en", "kind", "is_financial", "is_related", "country", "parent")
_BRANCH = ("code", "name", "name_en", "country", "city")
_CONTACT = ("name", "post", "phone", "email")
_CERTIFICATE = ("kind", "name", "number", "issuer", "scope", "valid_from", "valid_until")

INSTITUTIONS = Resource(
    name="institutions",
    model=Institution,
    title=_("Institutions"),
    singular=_("Institution"),
    group=_("Parties"),
    empty=_("No institution is open to you."),
    view=permissions.INSTITUTION_VIEW,
    rows=selectors.institutions_visible,
    columns=("name", "kind", "parent", "country"),
    shown=("name", "name_en", "kind", "parent", "country"),
    search=("name", "name_en"),
    filters=("kind",),
    order=("name", "pk"),
    verbs=(
        Verb(
            "edit",
            _("Edit"),
            permissions.INSTITUTION_EDIT,
            services.institution_edit,
            ("name", "name_en", "kind", "country"),
        ),
    ),
    panels=(
        rows_panel("departments", by="institution"),
        rows_panel("branches", by="institution"),
        rows_panel("identifiers", by="institution", only={"contractor": None}),
        rows_panel("institutions", by="parent", title=_("Subsidiaries")),
        TIMELINE,
    ),
)
DEPARTMENTS = Resource(
    name="departments",
    model=Department,
    title=_("Departments"),
    singular=_("Department"),
    group=_("Parties"),
    empty=_("No department is open to you."),
    view=permissions.DEPARTMENT_VIEW,
    rows=selectors.departments_visible,
    columns=("name", "code", "kind", "institution"),
    shown=("name", "code", "kind", "institution"),
    search=("name", "code"),
    filters=("kind",),
    order=("code", "pk"),
    add=Verb(
        "add",
        _("New department"),
        permissions.DEPARTMENT_EDIT,
        services.department_add,
        ("institution", "code", "name", "kind"),
    ),
    verbs=(Verb("edit", _("Edit"), permissions.DEPARTMENT_EDIT, services.department_edit, ("code", "name", "kind")),),
    panels=(TIMELINE,),
)
CONTRACTORS = Resource(
    name="contractors",
    model=Contractor,
    title=_("Contractors"),
    singular=_("Contractor"),
    group=_("Parties"),
    empty=_("No contractor is open to you."),
    view=permissions.CONTRACTOR_VIEW,
    rows=selectors.contractors_visible,
    columns=("name", "institution", "kind", "standing", "is_financial", "is_related", "country"),
    shown=(
        "name", "name_en", "institution", "kind", "standing", "standing_since", "standing_reason", "is_financial",
        "is_related", "country", "parent",
    ),
    search=("name", "name_en"),
    filters=("kind", "standing", "is_related"),
    inside=frozenset({"standing", "standing_since", "standing_reason", "is_related", "parent"}),
    order=("name", "pk"),
    add=Verb(
        "add",
        _("New contractor"),
        permissions.CONTRACTOR_EDIT,
        services.contractor_add,
        form=ContractorForm,
        imported=True,
    ),
    verbs=(
        Verb("edit", _("Edit"), permissions.CONTRACTOR_EDIT, services.contractor_edit, _CONTRACTOR),
        Verb(
            "stand",
            _("Change the standing"),
            permissions.CONTRACTOR_STAND,
            services.contractor_stand,
            ("standing", "standing_reason", "standing_since"),
            bulk=True,
        ),
    ),
    panels=(
        rows_panel("identifiers", by="contractor", columns=("value", "scheme")),
        rows_panel("certificates", by="contractor"),
        rows_panel("contacts", by="contractor"),
        rows_panel("standings", by="contractor"),
        rows_panel("contractors", by="parent", title=_("Subsidiaries"), may=permissions.STANDING_VIEW),
        TIMELINE,
    ),
)  # fmt: skip
BRANCHES = Resource(
    name="branches",
    model=Branch,
    title=_("Branches"),
    singular=_("Branch"),
    group=_("Parties"),
    empty=_("No branch is entered."),
    view=permissions.INSTITUTION_VIEW,
    rows=selectors.branches_visible,
    columns=("name", "code", "country", "city"),
    shown=("name", "name_en", "code", "country", "city", "institution"),
    search=("name", "name_en", "code", "city"),
    order=("code", "pk"),
    parent="institution",
    add=Verb("add", _("New branch"), permissions.BRANCH_EDIT, services.branch_add, ("institution", *_BRANCH)),
    verbs=(Verb("edit", _("Edit"), permissions.BRANCH_EDIT, services.branch_edit, _BRANCH),),
    panels=(TIMELINE,),
)
IDENTIFIERS = Resource(
    name="identifiers",
    model=Identifier,
    title=_("Identifiers"),
    singular=_("Identifier"),
    group=_("Parties"),
    empty=_("No identifier is entered."),
    view=permissions.IDENTIFIER_VIEW,
    rows=selectors.identifiers_visible,
    columns=("value", "scheme", "contractor", "institution"),
    shown=("value", "scheme", "contractor", "institution"),
    search=("value",),
    filters=("scheme",),
    order=("scheme", "value", "pk"),
    parent="contractor",
    add=Verb(
        "add",
        _("New identifier"),
        permissions.IDENTIFIER_EDIT,
        services.identifier_add,
        ("institution", "contractor", "scheme", "value"),
    ),
    verbs=(Verb("remove", _("Remove"), permissions.IDENTIFIER_EDIT, services.identifier_remove, grave=True),),
    panels=(TIMELINE,),
)
CONTACTS = Resource(
    name="contacts",
    model=Contact,
    title=_("Contacts"),
    singular=_("Contact"),
    group=_("Parties"),
    empty=_("No contact is entered. Enter whom to reach."),
    view=permissions.CONTACT_VIEW,
    rows=selectors.contacts_visible,
    columns=("name", "post", "phone", "email", "contractor"),
    shown=("name", "post", "phone", "email", "contractor"),
    search=("post",),  # by what is covered nothing is found
    order=("pk",),
    parent="contractor",
    add=Verb("add", _("New contact"), permissions.CONTACT_EDIT, services.contact_add, ("contractor", *_CONTACT)),
    verbs=(
        Verb("edit", _("Edit"), permissions.CONTACT_EDIT, services.contact_edit, _CONTACT),
        Verb("remove", _("Remove"), permissions.CONTACT_EDIT, services.contact_remove, grave=True),
    ),
    panels=(TIMELINE,),
    exported=None,  # people: they leave in no file
)
CERTIFICATES = Resource(
    name="certificates",
    model=Certificate,
    title=_("Licences and certificates"),
    singular=_("Certificate"),
    group=_("Parties"),
    empty=_("No licence or certificate is entered."),
    view=permissions.CERTIFICATE_VIEW,
    rows=selectors.certificates_visible,
    columns=("name", "kind", "number", "issuer", "valid_until", "verification", "contractor"),
    shown=("name", "kind", "number", "issuer", "scope", "valid_from", "valid_until", "verification", "verified_on",
           "contractor"),
    search=("name", "number", "issuer"),
    filters=("kind", "verification", "contractor"),
    order=("valid_until", "pk"),
    add=Verb(
        "add",
        _("New certificate"),
        permissions.CERTIFICATE_EDIT,
        services.certificate_add,
        ("contractor", *_CERTIFICATE),
    ),
    verbs=(
        Verb(
            "verify",
            _("Verify"),
            permissions.CERTIFICATE_VERIFY,
            services.certificate_verify,
            when=lambda certificate, _actor: certificate.verification == Verification.UNVERIFIED,
            bulk=True,
        ),
        Verb("edit", _("Edit"), permissions.CERTIFICATE_EDIT, services.certificate_edit, _CERTIFICATE),
    ),
    panels=(TIMELINE,),
)  # fmt: skip
ENDING = Resource(
    name="ending-certificates",
    model=Certificate,
    title=_("Certificates that end within 90 days"),
    singular=_("Certificate"),
    group=_("Parties"),
    empty=_("No certificate ends within 90 days."),
    view=permissions.CERTIFICATE_VIEW,
    rows=selectors.certificates_ending,
    columns=("name", "valid_until", "contractor", "kind", "number", "verification"),
    shown=CERTIFICATES.shown,
    search=CERTIFICATES.search,
    filters=("kind", "contractor"),
    order=("valid_until", "pk"),
)
STANDINGS = Resource(
    name="standings",
    model=StandingChange,
    title=_("Standing so far"),
    singular=_("Standing"),
    group=_("Parties"),
    empty=_("Nothing has happened yet."),
    view=permissions.STANDING_VIEW,
    rows=selectors.standings_visible,
    columns=("standing", "since", "reason", "recorded_at"),
    shown=("standing", "since", "reason", "recorded_at", "contractor"),
    order=("-recorded_at", "-pk"),
    parent="contractor",
)
