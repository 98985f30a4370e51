"""Secrets that must be read again, sealed with a key that is not in the database."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def sealed(text: str, purpose: str) -> str:
    """A secret as the database keeps it; what is sealed for one purpose opens for no other."""
    return _sealer(purpose).encrypt(text.encode()).decode()


def unsealed(kept: str, purpose: str) -> str:
    """The secret again. Raises cryptography.fernet.InvalidToken: it was sealed with another key."""
    return _sealer(purpose).decrypt(kept.encode()).decode()


def _sealer(purpose: str) -> MultiFernet:
    keys = [str(key).encode() for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    made = [sha256(purpose.encode() + b"\0" + key).digest() for key in keys]
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in made])
