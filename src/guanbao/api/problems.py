"""Refusals as problems (RFC 9457), in the reader's language."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja.errors import ValidationErrorContext

from guanbao.api.errors import Broken, FieldsWrong, NobodyLoggedIn, ParametersWrong, Refused, status_of
from guanbao.engine.language import explain
from guanbao.platform.wording import _, reader_language, told

MEDIA = "application/problem+json"
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
    response = HttpResponse(json.dumps(made, ensure_ascii=False), status=status, content_type=MEDIA)
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
