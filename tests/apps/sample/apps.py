"""Registers premises."""

from django.apps import AppConfig


class SampleConfig(AppConfig):
    """Premises."""

    name = label = "sample"

    def ready(self):
        """Make the pages known."""
        from guanbao.web.resource import register  # noqa: PLC0415 - models must be there first
        from sample.pages import PREMISES  # noqa: PLC0415

        register(PREMISES)
