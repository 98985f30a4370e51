"""Keys that tell nothing: neither how many rows there are nor which came between two."""

from __future__ import annotations

import secrets

from django.db import models

_MOST = 2**52  # whole in a browser's numbers too


class RandomKeyField(models.BigIntegerField):  # type: ignore[type-arg] # it takes no argument at run time
    """A primary key that is drawn by lot when the row is stored.

    One that counts would tell a bidder that others were invited, asked or bid between two rows of their own.
    """

    def __init__(self, **how: object) -> None:
        super().__init__(**{"primary_key": True, "blank": True, "editable": False} | how)  # type: ignore[arg-type]

    def get_pk_value_on_save(self, instance: models.Model) -> int:  # noqa: ARG002 - Django's own
        """A new key."""
        return secrets.randbelow(_MOST) + 1
