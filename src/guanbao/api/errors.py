"""What the API refuses, each with its status."""

from __future__ import annotations

from typing import Any, ClassVar

from guanbao.engine.errors import GuanbaoError, InputError
from guanbao.platform.access.errors import GrantTooWide, NotPermitted


class Refused(GuanbaoError):
    """The request is refused.

    See what the answer names.
    """

    status: ClassVar[int]

    def __init_subclass__(cls, status: int) -> None:
        super().__init_subclass__()
        cls.status = status

    def __init__(self, errors: list[dict[str, str]] | None = None, **params: object) -> None:
        super().__init__(None, **params)
        self.errors = errors or []


class NobodyLoggedIn(Refused, status=401):
    """Nobody is logged in.

    Send a token as `Authorization: Bearer …`, or the cookie of a session.
    """


class CrossSiteSuspected(Refused, status=403):
    """A session writes only with its CSRF token.

    Send the value of the cookie `csrftoken` in the header X-CSRFToken too.
    """


class NotHere(Refused, status=404):
    """There is nothing here, or it is not yours.

    Check the address.
    """


class MethodNotOffered(Refused, status=405):
    """The method {method} is not offered here.

    Offered: {offered}.
    """


class AnswerNotAccepted(Refused, status=406):
    """The answer would be JSON, which the header Accept does not allow.

    Let Accept name application/json.
    """


class NotNow(Refused, status=409):
    """This cannot be done to the record as it is now.

    Read it again: its state decides what can be done.
    """


class AgainstOthers(Refused, status=409):
    """This contradicts another record, which may have been written at the same time.

    Read them again.
    """


class LengthUnnamed(Refused, status=411):
    """It is not said how long the body is.

    Send its length in the header Content-Length.
    """


class RecordChanged(Refused, status=412):
    """The record has changed since it was read.

    Read it again and decide anew.
    """


class BodyTooLarge(Refused, status=413):
    """The body is larger than {most} bytes.

    Send less at once.
    """


class BodyTypeUnknown(Refused, status=415):
    """A body of this type is not read here.

    Send it with the Content-Type {offered}.
    """


class BodyUnreadable(Refused, status=400):
    """The body is not JSON.

    Send UTF-8 without NaN, numbers of sensible size, and no deep nesting.
    """


class ParametersWrong(Refused, status=400):
    """Parameters are wrong.

    See each under `errors`.
    """


class FieldsWrong(Refused, status=422):
    """Fields are wrong, and nothing was written.

    See each under `errors`.
    """


class KeyUsedOtherwise(Refused, status=422):
    """The Idempotency-Key was used for another request.

    Take a new key for each new request.
    """


class VersionUnnamed(Refused, status=428):
    """It is not said which version of the record this is about.

    Send the ETag that reading it gave, in the header If-Match.
    """


class Broken(Refused, status=500):
    """Something went wrong here.

    Try again; if that does not help, report what `instance` says.
    """


def status_of(error: GuanbaoError) -> int:
    """The HTTP status of what a service or the API refuses; 409 of whatever contradicts what is there."""
    if isinstance(error, NotPermitted | GrantTooWide):
        return 403
    status: Any = getattr(error, "status", 422 if isinstance(error, InputError) else 409)
    return int(status)
