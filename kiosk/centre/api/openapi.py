"""The OpenAPI document, made from the route table and the structs that validate requests."""

from __future__ import annotations

from typing import Any

import msgspec

from kiosk.centre.api import messages as m
from kiosk.centre.api.routes import PARAMETERS, ROUTES, ApiRoute

KEY_PATTERN = r"\A[A-Za-z0-9._:-]{1,64}\Z"
_REFERENCE = "#/components/schemas/{name}"
_PROBLEM = {"application/json": {"schema": {"$ref": "#/components/schemas/ApiProblem"}}}
_PROBLEMS = {
    400: "The request cannot be read, or has no Idempotency-Key.",
    401: "No token, or one that is wrong or ended.",
    403: "The role or counter of the token does not allow it.",
    404: "There is no such ticket, service, class, counter or appointment.",
    409: "The queue cannot do that now: `reason` says why.",
    422: "A value is out of range or of another kind.",
    429: "Too many wrong tokens or open streams from this address.",
    503: "The centre's database or its tables cannot be used just now.",
}


def document(site: str) -> dict[str, Any]:
    """The document of the API of `site`."""
    types: list[Any] = [m.ApiProblem, *PARAMETERS.values(), m.Day]
    for route in ROUTES:
        types += [route.answer, *([route.body] if route.body else [])]
    _, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    for path, role in (("/events", "agent"), ("/display/events", None)):
        paths[path] = {"get": _stream(path, role)}
    return {
        "openapi": "3.1.0",
        "info": {"title": f"The queue of {site}", "version": "1"},
        "servers": [{"url": "/api/v1"}],
        "paths": paths,
        "components": {
            "schemas": _portable(components),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: ApiRoute) -> dict[str, Any]:
    (answer,), _ = msgspec.json.schema_components([route.answer], ref_template=_REFERENCE)
    content: dict[str, Any] = {"application/json": {"schema": answer}}
    if route.apart:
        content["text/csv"] = {"schema": {"type": "string"}}
    found: dict[str, Any] = {
        "operationId": _name(route),
        "summary": route.summary,
        "parameters": [*(_in_path(each) for each in route.parameters), *_in_query(route)],
        "responses": {"200": {"description": "Done.", "content": content}, **_problems(route)},
    }
    if route.role is not None:
        found["security"] = [{"bearer": []}]
        found["x-role"] = route.role.value
    if route.method == "POST":
        found["parameters"].append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "schema": {"type": "string", "pattern": _plain(KEY_PATTERN)},
            }
        )
    if route.body is not None:
        (body,), _ = msgspec.json.schema_components([route.body], ref_template=_REFERENCE)
        needed = any(each.required for each in msgspec.structs.fields(route.body))
        found["requestBody"] = {
            "required": needed,
            "content": {"application/json": {"schema": body}},
        }
    return found


def _name(route: ApiRoute) -> str:
    words = route.path.replace("{", "").replace("}", "").strip("/").replace("/", "-")
    return f"{route.method.lower()}-{words}"


def _problems(route: ApiRoute) -> dict[str, Any]:
    codes = {503, 422, *([409, 404] if route.parameters or route.method == "POST" else [])}
    if route.method == "POST":
        codes |= {400}
    if route.role is not None:
        codes |= {401, 403, 429}
    return {
        str(code): {
            "description": _PROBLEMS[code],
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/ApiProblem"}}
            },
        }
        for code in sorted(codes)
    }


def _in_path(name: str) -> dict[str, Any]:
    schema = _portable(msgspec.json.schema(PARAMETERS[name]))
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(route: ApiRoute) -> list[dict[str, Any]]:
    found = []
    for each in msgspec.structs.fields(route.query):
        if each.name == "format":
            schema: dict[str, Any] = {"type": "string", "enum": ["json", "csv"]}
        else:
            schema = _portable(msgspec.json.schema(m.Day))
        found.append({"name": each.encode_name, "in": "query", "required": False, "schema": schema})
    return found


def _stream(path: str, role: str | None) -> dict[str, Any]:
    what = "of the queue" if role else "for the hall display"
    found: dict[str, Any] = {
        "operationId": "get" + path.replace("/", "-"),
        "summary": f"Server-sent events {what}; goes on after Last-Event-ID or `after`.",
        "parameters": [
            {
                "name": "after",
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 0},
            }
        ],
        "responses": {
            "200": {
                "description": "The stream.",
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            },
            **{
                str(code): {
                    "description": _PROBLEMS[code],
                    "content": _PROBLEM,
                }
                for code in ((401, 403, 422, 429, 503) if role else (422, 429, 503))
            },
        },
    }
    if role:
        found["security"] = [{"bearer": []}]
        found["x-role"] = role
    return found


def _plain(pattern: str) -> str:
    """A pattern as JSON Schema (ECMA) writes it."""
    return pattern.replace(r"\A", "^").replace(r"\Z", "$")


def _portable(schema: Any) -> Any:
    """`schema` with its patterns as JSON Schema writes them."""
    if isinstance(schema, dict):
        return {
            key: _plain(value) if key == "pattern" else _portable(value)
            for key, value in schema.items()
        }
    return [_portable(each) for each in schema] if isinstance(schema, list) else schema
