"""The short way to an operation of the API: found by the shape of its address, its values read in one pass.

FastAPI declares, documents and validates the operations. For each call it would try all routes one by one and build
what serves dependencies, of which there are none here; that is half the time of a list. Whatever is not an operation
of that plain kind, and every address that does not exist, goes on to FastAPI.
"""

import inspect
import json
from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from fastapi.dependencies.utils import request_body_to_args, request_params_to_args
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from minga.interfaces.http.shapes import ByShape
from minga.interfaces.http.threads import run
from minga.kit.kept import Kept

QUERY_KEPT_MAX = 100
FIXED = (str, int, Enum, date, type(None))
"""Values that nobody can change, so that two calls may be given the same."""


class Calls(BaseRoute):
    """All plain operations as one route, tried before FastAPI."""

    def __init__(self, api: FastAPI, routes: Iterable[BaseRoute]) -> None:
        self.handlers: dict[Any, Any] = dict(api.exception_handlers)
        plain = [Operation(route) for route in routes if isinstance(route, APIRoute) and is_plain(route)]
        self._by_shape = ByShape(plain, lambda operation: operation.route.path, which=2)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            return Match.NONE, {}
        path, method = scope["path"], scope["method"]
        for operation in self._by_shape.like(path):
            if method in operation.methods and (found := operation.regex.match(path)):
                named = {"endpoint": operation.endpoint, "route": operation.route}
                return Match.FULL, {**named, "path_params": found.groupdict(), "operation": operation}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        operation: Operation = scope["operation"]
        try:
            answer = await operation.answer(request)
        except Exception as error:
            handler = next(
                (self.handlers[kind] for kind in type(error).__mro__ if kind in self.handlers), None
            )
            if handler is None:
                raise
            answer = await handler(request, error)
        await answer(scope, receive, send)


class Operation:
    """One operation, with what is needed to read its values."""

    def __init__(self, route: APIRoute) -> None:
        self.route = route
        self.methods = route.methods or set()
        self.regex = route.path_regex
        self.endpoint = route.endpoint
        self._dependant = route.dependant
        self._query = {field.alias: field for field in route.dependant.query_params}
        required = {alias for alias, field in self._query.items() if field.field_info.is_required()}
        self._required = [self._query[alias] for alias in required]
        self._defaults = {
            field.name: field.get_default() for alias, field in self._query.items() if alias not in required
        }

        self._words = {
            field.alias: field.name
            for field in route.dependant.path_params
            if field.field_info.annotation is str and not field.field_info.metadata
        }
        self._plain_path = len(self._words) == len(route.dependant.path_params)

    async def answer(self, request: Request) -> Response:
        """Read the values, run the endpoint in the database's thread; raises what FastAPI would raise."""
        dependant = self._dependant
        values, errors = self._path_values(request.path_params)
        for found in (self._query_values(request), await self._body_values(request)):
            values |= found[0]
            errors += found[1]
        if errors:
            raise RequestValidationError(errors)
        if dependant.request_param_name:
            values[dependant.request_param_name] = request
        return await run(request, self.endpoint, partial(self.endpoint, **values))

    def _path_values(self, sent: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]]:
        if self._plain_path:
            return {name: sent[alias] for alias, name in self._words.items()}, []
        return request_params_to_args(self._dependant.path_params, sent)

    def _query_values(self, request: Request) -> tuple[dict[str, Any], list[Any]]:
        """The values of a query; most calls send one of a few, and what was read of these is kept."""
        text: bytes = request.scope["query_string"]
        known = _read.get((self, text))
        if known is not None:
            return dict(known), []
        values, errors = self._read_query(request.query_params)
        if not errors and len(text) <= QUERY_KEPT_MAX and all(isinstance(v, FIXED) for v in values.values()):
            _read.put((self, text), dict(values))
        return values, errors

    def _read_query(self, sent: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]]:
        given = [self._query[alias] for alias in sent if alias in self._query]
        missing = [field for field in self._required if field.alias not in sent]
        values, errors = request_params_to_args([*given, *missing], sent)
        return self._defaults | values, errors

    async def _body_values(self, request: Request) -> tuple[dict[str, Any], list[Any]]:
        if not self._dependant.body_params:
            if request.method not in ("GET", "DELETE"):
                await request.body()  # what a repeated call is compared by
            return {}, []
        body: Any = await request.body() or None
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if body and (
            kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
        ):
            try:
                body = json.loads(body)
            except (ValueError, RecursionError) as error:
                wrong = {"type": "json_invalid", "loc": ("body", 0), "msg": "JSON decode error", "input": {}}
                raise RequestValidationError([wrong]) from error
        embedded: bool = getattr(self.route, "_embed_body_fields", False)
        return await request_body_to_args(
            body_fields=self._dependant.body_params, received_body=body, embed_body_fields=embedded
        )


_read: Kept[tuple[Operation, bytes], dict[str, Any]] = Kept("queries of the API", 500)


def is_plain(route: APIRoute) -> bool:
    """Whether nothing but path, query, a JSON body and the request itself are asked for."""
    dependant = route.dependant
    others = (dependant.dependencies, dependant.header_params, dependant.cookie_params)
    json_body = len(dependant.body_params) <= 1 and all(
        field.field_info.__class__.__name__ == "Body" for field in dependant.body_params
    )
    return not any(others) and json_body and not inspect.iscoroutinefunction(route.endpoint)
