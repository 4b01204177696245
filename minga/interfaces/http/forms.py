"""Forms as they arrive: fields of text and files, within limits, bound to the page that was shown by a token."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.datastructures import UploadFile
from starlette.requests import Request

from minga.interfaces.http.node import Node
from minga.kit.crypto import mac, same
from minga.kit.errors import Forbidden, Invalid
from minga.kit.i18n import N_

FIELDS_MAX = 200
FILES_MAX = 12
TEXT_MAX = 1024 * 1024


@dataclass
class Form:
    """What was typed: `form.get("title")` is stripped text, "" when absent; `form.all` for several; `form.file`."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[tuple[str, UploadFile]] = field(default_factory=list)

    def get(self, name: str, default: str = "") -> str:
        for key, value in self.fields:
            if key == name:
                return value.strip() or default
        return default

    def raw(self, name: str) -> str:
        """The text as it was typed, spaces kept (passwords)."""
        return next((value for key, value in self.fields if key == name), "")

    def all(self, name: str) -> list[str]:
        return [value.strip() for key, value in self.fields if key == name and value.strip()]

    def has(self, name: str) -> bool:
        """Whether a box was ticked or a button of that name pressed."""
        return any(key == name for key, _ in self.fields)

    def file(self, name: str) -> UploadFile | None:
        return next((f for key, f in self.files if key == name and f.filename), None)

    def all_files(self, name: str) -> list[UploadFile]:
        return [f for key, f in self.files if key == name and f.filename]

    def integer(self, name: str, *, least: int, most: int) -> int | None:
        """A whole number, or None when nothing was typed; anything else is refused at the field."""
        typed = self.get(name)
        if not typed:
            return None
        try:
            number = int(typed)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            sentence = N_("Please write a whole number from {least} to {most}.")
            text = sentence.format(least=least, most=most)
            raise Invalid(sentence, fields={name: text}, least=least, most=most)
        return number

    @property
    def form_id(self) -> str:
        return self.get("form_id")[:64]

    def kept(self) -> list[tuple[str, str]]:
        """The fields to show again: everything but tokens and passwords."""
        hidden = {"_form", "form_id", "password", "password_again", "current_password", "code", "number"}
        return [(key, value) for key, value in self.fields if key not in hidden]

    @property
    def body_hash(self) -> str:
        text = "\0".join(f"{k}={v}" for k, v in sorted(self.fields) if k != "_form")
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


async def parse_form(request: Request) -> Form:
    """Read the body once, before the endpoint runs; characters that no text has are refused."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return Form()
    parsed = await request.form(max_files=FILES_MAX, max_fields=FIELDS_MAX, max_part_size=TEXT_MAX)
    form = Form()
    for key, value in parsed.multi_items():
        if isinstance(value, str):
            if "\0" in value or any(0xD800 <= ord(c) <= 0xDFFF for c in value):
                raise Invalid(N_("The text holds characters that cannot be stored. Please type it again."))
            form.fields.append((key, value.replace("\r\n", "\n")))
        else:
            form.files.append((key, value))
    return form


def read_form(request: Request) -> Form:
    """The form of this request; an empty one when it had none."""
    return getattr(request.state, "form", None) or Form()


def form_token(node: Node, holder: str, now: datetime) -> str:
    """Binds a form to a sign-in (or, before that, to the browser) and to the day."""
    return mac(node.keys.key("form"), holder, now.date().isoformat()).hex()[:40]


def check_form(node: Node, request: Request, holder: str, now: datetime) -> None:
    """Refuse a form that did not come from a page of ours: wrong origin, no token, or one older than a day."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        foreign = site not in {"same-origin", "none"}
    else:
        foreign = origin is not None and origin != f"{request.url.scheme}://{request.headers.get('host')}"
    sent = read_form(request).get("_form")
    fresh = sent and any(same(sent, form_token(node, holder, now - timedelta(days=ago))) for ago in (0, 1))
    if foreign or not fresh:
        raise Forbidden(
            N_(
                "This form was open for too long or came from elsewhere. Open the page again and send it anew."
            ),
            code="form",
        )
