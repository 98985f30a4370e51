"""Single sign-on by OpenID Connect, as the environment describes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def single_sign_on(url: str, environ: Mapping[str, str]) -> dict[str, Any]:
    """Allauth's setting of one provider at `url`; of none without."""
    if not url:
        return {}
    provider = {
        "provider_id": "sso",
        "name": environ.get("GUANBAO_OIDC_NAME", "SSO"),
        "client_id": environ.get("GUANBAO_OIDC_CLIENT", ""),
        "secret": environ.get("GUANBAO_OIDC_SECRET", ""),
        "settings": {"server_url": url},
    }
    return {"openid_connect": {"APPS": [provider], "OAUTH_PKCE_ENABLED": True}}
