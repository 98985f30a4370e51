"""Endpoints that apps write by hand."""

from __future__ import annotations

from ninja import Router

_ROUTERS: list[tuple[str, Router]] = []


def register_router(prefix: str, router: Router) -> None:
    """Put a router's endpoints under `/api/v1/<prefix>`; an app does so once, in its `apps`."""
    _ROUTERS.append((prefix, router))


def routers() -> tuple[tuple[str, Router], ...]:
    """What was registered, in that order."""
    return tuple(_ROUTERS)
