"""The OpenAPI of the API: what ninja says of it, completed by what holds for every operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import translation

from guanbao.api import errors
from guanbao.api.errors import PROBLEM

if TYPE_CHECKING:
    from ninja import NinjaAPI

_READS = (
    errors.ParametersWrong, errors.NobodyLoggedIn, errors.NotHere, errors.MethodNotOffered, errors.AnswerNotAccepted,
)  # fmt: skip
_WRITES = (
    *_READS, errors.CrossSiteSuspected, errors.NotNow, errors.BodyTooLarge, errors.BodyTypeUnknown, errors.FieldsWrong,
)  # fmt: skip
_WRITES_ONE = (*_WRITES, errors.RecordChanged, errors.VersionUnnamed)
_TYPES = ("object", "array", "string", "integer", "boolean")
_ABOUT = """
What the pages show, for programs. Every list is paged by cursor; every record has an ETag, and is changed only under
If-Match; a create under an Idempotency-Key happens once. Nothing may be sent that is not described here. What is not
yours answers as what does not exist. Details of problems are in the language of Accept-Language, or of the person."""


def document(api: NinjaAPI, root: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document, in English."""
    with translation.override("en"):
        made: dict[str, Any] = api.get_openapi_schema(path_prefix=root.lstrip("/"))
        made["info"]["description"] = " ".join(_ABOUT.split())
        refusals = {each.__name__: refusal(each) for each in _WRITES_ONE}
    made["components"] |= {"responses": refusals}
    schemas = made["components"]["schemas"]
    schemas["Problem"] = errors.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= schemas["Problem"].pop("$defs")
    for name in [name for name in schemas if name.endswith("Parameters")]:  # they stand at their operations
        del schemas[name]
    _prune(made)
    for methods in made["paths"].values():
        for method, operation in methods.items():
            conditional = any(each["name"] == "If-Match" for each in operation["parameters"])
            expected = _READS if method == "get" else _WRITES_ONE if conditional else _WRITES
            given = {str(status): told for status, told in operation["responses"].items()}
            common = {str(each.status): {"$ref": f"#/components/responses/{each.__name__}"} for each in expected}
            operation["responses"] = dict(sorted((common | given).items()))
            for parameter in operation["parameters"]:
                _exemplify(parameter)
    return made


def _prune(part: Any) -> None:  # noqa: ANN401 - JSON
    """Leave out what pydantic says of Python: names of its own, and that what is absent is None."""
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _prune(inner)
    if isinstance(part, dict) and (part.get("type") in _TYPES or "anyOf" in part or "$ref" in part):
        if isinstance(part.get("title"), str):
            del part["title"]
        if part.get("default", ...) is None:
            del part["default"]


def _exemplify(parameter: dict[str, Any]) -> None:
    """Give a parameter an example in OpenAPI's own place for it."""
    if parameter["in"] == "path" and parameter["schema"].get("type") == "integer":
        parameter |= {"schema": {"type": "integer", "minimum": 1}, "example": 1}
    several = parameter.pop("examples", None) or parameter["schema"].pop("examples", None)
    if several and "example" not in parameter:
        parameter["example"] = several[0]


def refusal(refused: type[Any]) -> dict[str, Any]:
    """What the document says of an error that has a `status`."""
    fact, remedy = refused.templates()
    example = {
        "type": "urn:guanbao:problem:example",
        "title": "As the status says",
        "status": refused.status,
        "detail": f"{fact} {remedy}",
        "instance": "urn:guanbao:request:5f0c",
    }
    made: dict[str, Any] = {
        "description": fact,
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }
    if refused is errors.NobodyLoggedIn:
        made["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return made
