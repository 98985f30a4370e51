"""What the API refuses, each with its status, and how it is told: as problems (RFC 9457) in the reader's language."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Annotated, Any, ClassVar

from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel, Field

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


class Wrong(BaseModel):
    """What is wrong with one field, parameter or header."""

    pointer: Annotated[str, Field(description="The field, as a JSON pointer")] = None  # type: ignore[assignment] # absent
    parameter: Annotated[str, Field(description="The parameter or header")] = None  # type: ignore[assignment] # as above
    detail: str


class Problem(BaseModel):
    """A refusal (RFC 9457)."""

    type: Annotated[str, Field(description="The kind of problem, the same in every language")]
    title: Annotated[str, Field(description="The status in words")]
    status: int
    detail: Annotated[str, Field(description="The fact, then how to mend it, in the reader's language")]
    instance: Annotated[str, Field(description="The request, as the ledger and the log name it")]
    errors: list[Wrong] = None  # type: ignore[assignment] # as above


class Refused(GuanbaoError):
    """The request is refused.

    See what the answer names.
    """

    status: ClassVar[int]

    def __init_subclass__(cls, status: int) -> None:
        super().__init_subclass__()
        cls.status = status

    def __init__(self, errors: list[Wrong] | None = None, **params: object) -> None:
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


def problem(request: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401 - ninja would have its class too
    """What is refused, why, and how to mend it; 409 of what a service says contradicts what is there."""
    usual = 403 if isinstance(error, NotPermitted | GrantTooWide) else 422 if isinstance(error, InputError) else 409
    status = getattr(error, "status", usual)
    name = re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()
    made = Problem(
        type=f"urn:guanbao:problem:{name}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=explain(error, reader_language()),
        instance=f"urn:guanbao:request:{getattr(request, 'request_id', '')}",
    )
    if isinstance(error, Refused) and error.errors:
        made.errors = error.errors
    response = HttpResponse(made.model_dump_json(exclude_unset=True), status=status, content_type=PROBLEM)
    if isinstance(error, NobodyLoggedIn):
        response.headers["WWW-Authenticate"] = 'Bearer realm="guanbao"'
    return response


def broken(request: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401 - ninja would have its class too
    """What nobody foresaw: logged in full, told in short."""
    _LOG.error("%s %s", request.method, request.path, exc_info=error)
    return problem(request, Broken())


def parameter_wrong(name: str, detail: str) -> ParametersWrong:
    """One parameter is wrong, and why."""
    return ParametersWrong([Wrong(parameter=name, detail=detail)])


def at_fields(errors: Mapping[str, Iterable[object]]) -> FieldsWrong:
    """What a form found, each fault at its field."""
    found = [("" if name == "__all__" else f"/{name}", str(text)) for name, texts in errors.items() for text in texts]
    return FieldsWrong([Wrong(pointer=pointer, detail=detail) for pointer, detail in found])


def invalid(request: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401 - as above
    """What pydantic found: wrong parameters, or wrong fields of the body."""
    found: list[Wrong] = []
    for fault in error.errors:
        said = _SAID.get(fault["type"], _("It does not have the form that is described."))
        detail = str(said).format_map(fault.get("ctx", {}))
        source, *path = fault["loc"]
        if source == "body":  # then comes the name that the function gives it
            way = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path[1:])
            found.append(Wrong(pointer=way, detail=detail))
        else:
            found.append(Wrong(parameter=str(path[-1]), detail=detail))
    return problem(request, ParametersWrong(found) if any(each.parameter for each in found) else FieldsWrong(found))


def unknown(name: str) -> ParametersWrong:
    """A parameter that is not offered here, or not to this reader."""
    return parameter_wrong(name, told("There is nothing of this name here."))
