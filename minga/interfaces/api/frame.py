"""How the API answers: bytes of msgspec, problems by RFC 9457, one limit class per operation.

An endpoint is a plain `def`, opens its unit itself, and answers with `ok` or `unit.answer`.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from minga.interfaces.http import Repeated, Unit
from minga.interfaces.http.middleware import TooLargeBody
from minga.kit.errors import Invalid, NotFound, Refused, TooLarge
from minga.kit.i18n import N_, Translator, choose_language, translator
from minga.kit.paging import Page

F = TypeVar("F", bound=Callable[..., Any])
_encode = msgspec.json.Encoder().encode
PROBLEM = "application/problem+json"


class In(BaseModel):
    """What a request may carry: known fields only, text without characters that no text has."""

    model_config = ConfigDict(extra="forbid", str_max_length=20_000, str_strip_whitespace=True)


def limit(name: str) -> Callable[[F], F]:
    """The operation's class of limits: read, write, search, upload …"""

    def mark(endpoint: F) -> F:
        endpoint.limit_class = name  # type: ignore[attr-defined]
        return endpoint

    return mark


def router(tag: str) -> APIRouter:
    return APIRouter(prefix="/api/v1", tags=[tag])


def ok(unit: Unit, body: Any, *, status: int = 200, etag: str | None = None, again: Any = None) -> Response:
    """JSON of a struct, dataclass or dict; keeps the answer, or `again`, when the call was made repeat-safe."""
    headers = _limit_headers(unit.request)
    if etag:
        headers["ETag"] = f'"{etag}"'
        if unit.request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
    kept = None if again is None else _encode(again)
    return unit.answer(status, _encode(body), headers=headers, again=kept)


def page(unit: Unit, found: Page[Any]) -> Response:
    """A page of a list: `{items, next}`."""
    return ok(unit, {"items": found.items, "next": found.next})


def nothing(unit: Unit) -> Response:
    """204, for what leaves nothing to show."""
    answer = unit.answer(204, b"", headers=_limit_headers(unit.request))
    del answer.headers["content-type"]
    return answer


def version_sent(request: Request) -> int | None:
    """The version in `If-Match`, which is what the caller last saw."""
    tag = request.headers.get("if-match", "").strip('" ')
    if tag and not tag.isdigit():
        raise Invalid(N_("If-Match carries the ETag that you were given."))
    return int(tag) if tag else None


def version_demanded(request: Request) -> int:
    """The version in `If-Match`; 428 when it is missing."""
    found = version_sent(request)
    if found is None:
        raise Demanded(
            N_("Send If-Match with the ETag that you were given, so that nobody's change is lost.")
        )
    return found


class Demanded(Refused):
    code = "precondition_required"
    status = 428


def _limit_headers(request: Request) -> dict[str, str]:
    allowance = getattr(request.state, "allowance", None)
    if allowance is None:
        return {}
    return {
        "X-RateLimit-Limit": str(allowance.limit),
        "X-RateLimit-Remaining": str(allowance.remaining),
        "X-RateLimit-Reset": str(allowance.reset),
    }


def problem(request: Request, refusal: Refused) -> Response:
    """A refusal as a problem document, with the same sentence as the page."""
    voice = _voice(request)
    body = {
        "type": f"about:blank#{refusal.name}",
        "title": refusal.name.replace("_", " "),
        "status": refusal.status,
        "code": refusal.name,
        "sentence": refusal.sentence(voice.gettext),
        "fields": [{"name": n, "sentence": s} for n, s in refusal.at_fields(voice.gettext).items()],
        "lifted_by": list(refusal.lifted_by),
        "retry_after": refusal.retry_after,
    }
    headers = _limit_headers(request)
    if refusal.retry_after:
        headers["Retry-After"] = str(refusal.retry_after)
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(_encode(body), refusal.status, headers, PROBLEM)


def _voice(request: Request) -> Translator:
    return translator(choose_language(None, None, request.headers.get("accept-language", "")))


def add_problems(api: FastAPI) -> None:
    """Translate every way a call can fail, in one place."""

    @api.exception_handler(Refused)
    async def refused(request: Request, refusal: Refused) -> Response:
        return problem(request, refusal)

    @api.exception_handler(Repeated)
    async def repeated(request: Request, again: Repeated) -> Response:
        kept = again.answer
        return Response(kept["body"].encode(), kept["status"], kept["headers"], "application/json")

    @api.exception_handler(TooLargeBody)
    async def too_large(request: Request, _error: TooLargeBody) -> Response:
        return problem(request, TooLarge(N_("This is too large. Send less at a time.")))

    @api.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        fields = {".".join(str(p) for p in fault["loc"][1:]): fault["msg"] for fault in error.errors()[:50]}
        return problem(request, Invalid(N_("Some fields do not fit."), fields=fields))

    @api.exception_handler(HTTPException)
    async def plain(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404:
            return problem(request, NotFound())
        refusal = Refused(N_("This address does not take that."), code="not_allowed")
        answer = problem(request, refusal)
        answer.status_code = error.status_code
        return answer
