"""What certificates have people do before they end."""

from __future__ import annotations

from guanbao.apps.parties.models import Certificate
from guanbao.apps.parties.selectors import PARTICULARS, certificates_visible
from guanbao.platform.obligations.declaring import attach, duty_kind
from guanbao.platform.wording import _ as title_

attach(
    "certificates",
    Certificate,
    rows=certificates_visible,
    columns=PARTICULARS,
    dates=("valid_from", "valid_until"),
    label=lambda row: f"{row.contractor.name} · {row.name}",
)
RENEW = duty_kind(
    "certificate.renew",
    title_("Renew the certificate and have it verified"),
    on="certificates",
    day=lambda row: row.valid_until,
    role="contractor_administrator",
    leads=(90, 30, 15, 7, 1),
)
CHECK = duty_kind(
    "certificate.check",
    title_("See that the certificate is renewed"),
    on="certificates",
    day=lambda row: row.valid_until,
    role="procurement",
)
