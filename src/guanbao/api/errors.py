"""What the API refuses, each with its status, and how it is told: as problems (RFC 9457) in the reader's language."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from ninja.errors import ValidationErrorContext

from guanbao.engine.errors import GuanbaoError, InputError
from guanbao.engine.language import explain
from guanbao.platform.access.errors import GrantTooWide, NotPermitted
from guanbao.platform.wording import _, reader_language, told

PROBLEM = "application/problem+json"
_LOG = logging.getLogger("guanbao.api")
_SAID = {  # what pydantic finds wrong, by the name of the fault
    "missing": _("It is missing."),
    "extra_forbidden": _("There is nothing of this name here."),
    "string_too_short": _("It is empty."),
    "string_too_long": _("It has more than {max_length} characters."),
    "literal_error": _("It is none of {expected}."),
    "greater_than_equal": _("It is below {ge}."),
    "less_than_equal": _("It is above {le}."),
    "string_type": _("It is not text."),
    "bool_type": _("It is neither true nor false."),
    "int_type": _("It is not a whole number."),
    "int_parsing": _("It is not a whole number."),
    "model_type": _("It is not an object."),
}
_OTHERWISE = _("It does not have the form that is described.")


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


def problem(request: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401 - ninja would have its class too
    """What is refused, why, and how to mend it."""
    status = status_of(error)
    name = re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()
    made: dict[str, Any] = {
        "type": f"urn:guanbao:problem:{name}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": explain(error, reader_language()),
        "instance": f"urn:guanbao:request:{getattr(request, 'request_id', '')}",
    }
    if isinstance(error, Refused) and error.errors:
        made["errors"] = error.errors
    response = HttpResponse(json.dumps(made, ensure_ascii=False), status=status, content_type=PROBLEM)
    if isinstance(error, NobodyLoggedIn):
        response.headers["WWW-Authenticate"] = 'Bearer realm="guanbao"'
    return response


def broken(request: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401 - ninja would have its class too
    """What nobody foresaw: logged in full, told in short."""
    _LOG.error("%s %s", request.method, request.path, exc_info=error)
    return problem(request, Broken())


def parameter_wrong(name: str, detail: str) -> ParametersWrong:
    """One parameter is wrong, and why."""
    return ParametersWrong([{"parameter": name, "detail": detail}])


def at_fields(errors: Mapping[str, Iterable[object]]) -> FieldsWrong:
    """What a form found, each fault at its field."""
    found = [("" if name == "__all__" else f"/{name}", str(text)) for name, texts in errors.items() for text in texts]
    return FieldsWrong([{"pointer": pointer, "detail": detail} for pointer, detail in found])


def invalid(contexts: list[ValidationErrorContext[Any]]) -> Refused:
    """What pydantic found: wrong parameters, or wrong fields of the body."""
    parameters: list[dict[str, str]] = []
    fields: list[dict[str, str]] = []
    for context in contexts:
        in_body = context.model.__ninja_param_source__ == "body"
        for fault in context.pydantic_validation_error.errors(include_url=False, include_input=False):
            detail = str(_SAID.get(fault["type"], _OTHERWISE)).format_map(fault.get("ctx", {}))
            path = fault["loc"][1:]  # the first is the name that the function gives it
            if in_body:
                fields.append({"pointer": "".join(f"/{_escaped(part)}" for part in path), "detail": detail})
            else:
                parameters.append({"parameter": str((path or fault["loc"])[-1]), "detail": detail})
    return ParametersWrong(parameters) if parameters else FieldsWrong(fields)


def unknown(name: str) -> ParametersWrong:
    """A parameter that is not offered here, or not to this reader."""
    return parameter_wrong(name, told("There is nothing of this name here."))


def _escaped(part: object) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
