"""Identifiers of organisations, by their check digits."""

from __future__ import annotations

import re

_LEI = re.compile(r"[0-9A-Z]{18}[0-9]{2}")
_USCC_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
_USCC = re.compile(f"[{_USCC_DIGITS}]{{2}}[0-9]{{6}}[{_USCC_DIGITS}]{{10}}")


def lei_is_valid(lei: str) -> bool:
    """Whether a legal entity identifier holds: 20 characters, ISO/IEC 7064 MOD 97-10 (ISO 17442-1:2020)."""
    return bool(_LEI.fullmatch(lei)) and int("".join(str(int(character, 36)) for character in lei)) % 97 == 1


def uscc_is_valid(code: str) -> bool:
    """Whether a unified social credit code holds: 18 characters, modulus 31 with weights 3^i (GB 32100-2015)."""
    if not _USCC.fullmatch(code):
        return False
    total = sum(_USCC_DIGITS.index(character) * pow(3, i, 31) for i, character in enumerate(code[:17]))
    return _USCC_DIGITS.index(code[17]) == -total % 31
