"""What happens to parties, as the ledger tells it."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

_CONTRACTOR = ("name", "name_en", "kind", "is_financial", "is_related", "country", "parent")
_STANDING = ("standing", "standing_reason", "standing_since")

INSTITUTION_ADDED = declare(
    "institution.added",
    en="{actor} added the institution {object}",
    zh="{actor}新增了发包方{object}",
    clear=("name", "name_en", "kind", "parent", "country"),
)
CONTRACTOR_ADDED = declare(
    "contractor.added",
    en="{actor} added the contractor {object}",
    zh="{actor}新增了承包方{object}",
    clear=(*_CONTRACTOR, *_STANDING, "institution"),
)
CONTRACTOR_EDITED = declare(
    "contractor.edited",
    en="{actor} edited the contractor {object}",
    zh="{actor}修改了承包方{object}",
    clear=_CONTRACTOR,
)
CONTRACTOR_STANDING_CHANGED = declare(
    "contractor.standing_changed",
    en="{actor} changed the standing of {object}: {standing_reason}",
    zh="{actor}变更了{object}的准入状态：{standing_reason}",
    clear=_STANDING,
)
DEPARTMENT_ADDED = declare(
    "department.added",
    en="{actor} added the department {object}",
    zh="{actor}新增了部门{object}",
    clear=("institution", "code", "name", "kind"),
)
DEPARTMENT_EDITED = declare(
    "department.edited",
    en="{actor} edited the department {object}",
    zh="{actor}修改了部门{object}",
    clear=("code", "name", "kind"),
)
INSTITUTION_EDITED = declare(
    "institution.edited",
    en="{actor} edited the institution {object}",
    zh="{actor}修改了发包方{object}",
    clear=("name", "name_en", "kind", "parent", "country"),
)
_BRANCH = ("institution", "code", "name", "name_en", "country", "city")
BRANCH_ADDED = declare(
    "branch.added", en="{actor} added the branch {object}", zh="{actor}新增了分支机构{object}", clear=_BRANCH
)
BRANCH_EDITED = declare(
    "branch.edited", en="{actor} edited the branch {object}", zh="{actor}修改了分支机构{object}", clear=_BRANCH
)
_IDENTIFIER = ("institution", "contractor", "scheme", "value")
IDENTIFIER_ADDED = declare(
    "identifier.added", en="{actor} entered the identifier {object}", zh="{actor}登记了标识{object}", clear=_IDENTIFIER
)
IDENTIFIER_REMOVED = declare(
    "identifier.removed",
    en="{actor} removed the identifier {object}",
    zh="{actor}删除了标识{object}",
    clear=_IDENTIFIER,
)
# Contacts are people: the ledger keeps their numbers, never a name, a telephone number or an address.
_CONTACT = ("contact", "contractor")
CONTACT_ADDED = declare(
    "contact.added", en="{actor} entered contact {contact}", zh="{actor}登记了联系人 {contact}", clear=_CONTACT
)
CONTACT_EDITED = declare(
    "contact.edited", en="{actor} edited contact {contact}", zh="{actor}修改了联系人 {contact}", clear=_CONTACT
)
CONTACT_REMOVED = declare(
    "contact.removed", en="{actor} removed contact {contact}", zh="{actor}删除了联系人 {contact}", clear=_CONTACT
)
_CERTIFICATE = (
    "contractor", "kind", "name", "number", "issuer", "scope", "valid_from", "valid_until", "verification",
    "verified_on",
)  # fmt: skip
CERTIFICATE_ADDED = declare(
    "certificate.added",
    en="{actor} entered the certificate {object}",
    zh="{actor}登记了证照{object}",
    clear=_CERTIFICATE,
)
CERTIFICATE_EDITED = declare(
    "certificate.edited",
    en="{actor} edited the certificate {object}",
    zh="{actor}修改了证照{object}",
    clear=_CERTIFICATE,
)
CERTIFICATE_VERIFIED = declare(
    "certificate.verified",
    en="{actor} verified the certificate {object}",
    zh="{actor}核验了证照{object}",
    clear=("verification", "verified_on"),
)
