"""A web scanner: walks a node as several people and looks for what an attacker would. Standard library only.

usage: webscan.py SITE [ROLE=DOOR …]     each door is an address that signs its role in; a stranger comes by itself

It follows links, reads headers, cookies and inline code, sends forms without their token and from a foreign origin, puts
markup into every parameter and field and looks where it comes out raw, and asks for files that must not be served.
Its text fields are really sent: only for a node that is thrown away afterwards. Exit 1 with any finding.
"""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

PAGES_MAX, FORMS_MAX, PROBES_MAX = 140, 50, 60
"""What one role asks for at most, so that the node's own limits are not what is measured."""

MARK = "x-scan-7f3a"
MARKUP = f"\"'><{MARK}>"
FOREIGN = "https://attacker.example"
NO_TOKEN = {"_form", "form_id", "csrf_token"}
LEFT_ALONE = re.compile(
    r"sign-?out|log-?out|leave|clos|eras|delet|remov|forget|end|stop|withdraw|demo|lock|password"
)
"""Forms that would end the walk; without a token they are sent like all others."""

HIDDEN = (
    "/.git/config",
    "/.env",
    "/minga.db",
    "/minga.toml",
    "/secrets/secret",
    "/static/../../../../etc/passwd",
    "/static/%2e%2e/%2e%2e/minga.db",
    "/static/..%2f..%2f..%2fetc%2fpasswd",
    "/debug",
    "/console",
    "/server-status",
)


@dataclass(frozen=True)
class Finding:
    """One weakness; all of these are of medium or high severity."""

    severity: str
    check: str
    path: str
    words: str

    def __str__(self) -> str:
        return f"{self.severity:6} {self.check:10} {self.path}: {self.words}"


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)


class Page(HTMLParser):
    """What a page links to, its forms, and the code that stands in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        if tag == "form":
            self.forms.append(Form(said.get("action", ""), said.get("method", "get").lower()))
        elif tag in {"input", "textarea", "select", "button"} and self.forms and said.get("name"):
            self._field(tag, said)
        if tag in {"script", "style"} and "src" not in said and "nonce" not in said:
            self.inline.append(f"<{tag}> without a nonce")
        self.inline += [f"{name}= on <{tag}>" for name in said if name.startswith("on") and name != "only"]
        if said.get("href", "").lower().startswith("javascript:"):
            self.inline.append("a link that is a script")

    def _field(self, tag: str, said: dict[str, str]) -> None:
        form = self.forms[-1]
        kind = said.get("type", "text")
        if kind in {"radio", "checkbox"} and "checked" not in said:
            return
        if said["name"] not in form.fields:
            form.fields[said["name"]] = said.get("value", "")
        if tag == "textarea" or (tag == "input" and kind in {"text", "search", "url", "email", "tel"}):
            form.texts.add(said["name"])


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    cookies: list[str]
    text: str

    @property
    def is_page(self) -> bool:
        return "html" in self.headers.get("content-type", "")


class Visitor:
    """A client with cookies, which follows no redirect by itself."""

    def __init__(self, site: str) -> None:
        parts = urlsplit(site)
        self.site, self.host, self.port = site.rstrip("/"), parts.hostname or "localhost", parts.port or 80
        self.cookies: dict[str, str] = {}

    def ask(
        self,
        path: str,
        form: dict[str, str] | None = None,
        *,
        method: str = "",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        sent = {"Accept": "text/html", "Host": f"{self.host}:{self.port}"}
        body = None
        if form is not None:
            body = urlencode(form)
            sent |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.site}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = HTTPConnection(self.host, self.port, timeout=60)
        try:
            connection.request(
                method or ("GET" if form is None else "POST"), path, body, sent | (headers or {})
            )
            answer = connection.getresponse()
            return self._keep(answer, answer.read(2_000_000).decode("utf-8", "replace"))
        finally:
            connection.close()

    def _keep(self, answer: HTTPResponse, text: str) -> Answer:
        new = answer.headers.get_all("set-cookie") or []
        for line in new:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, new, text)

    def own(self, base: str, link: str) -> str | None:
        """The path of a link into this site; None for all others."""
        parts = urlsplit(urljoin(f"{self.site}{base}", link))
        if parts.scheme not in {"http", "https"} or f"{parts.scheme}://{parts.netloc}" != self.site:
            return None
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def looked_at(path: str, answer: Answer, *, signed_in: bool = False) -> Iterator[Finding]:
    """What is wrong with one answer, whatever was asked."""
    if answer.status >= 500 and answer.status not in {503, 507}:
        yield Finding("high", "error", path, f"answered {answer.status}")
    if "Traceback (most recent call last)" in answer.text:
        yield Finding("medium", "error", path, "shows the inside of the program")
    if f"<{MARK}" in answer.text and answer.is_page:
        yield Finding("high", "script", path, "markup that somebody typed comes out raw")
    if answer.headers.get("location", "").replace("\\", "/").startswith((FOREIGN, "//attacker")):
        yield Finding("medium", "redirect", path, "leads to a foreign address that the request named")
    if answer.headers.get("access-control-allow-origin", "") in {"*", FOREIGN} and (
        answer.headers.get("access-control-allow-credentials") == "true"
    ):
        yield Finding("high", "cors", path, "lets foreign pages read with the visitor's cookies")
    if re.search(r"\d", answer.headers.get("server", "")):
        yield Finding("medium", "header", path, "names the version of the server")
    for line in answer.cookies:
        yield from _cookie(path, line)
    yield from _headers(path, answer, signed_in=signed_in)


def _cookie(path: str, line: str) -> Iterator[Finding]:
    words = {part.strip().lower() for part in line.split(";")[1:]}
    name = line.split("=")[0]
    if "httponly" not in words:
        yield Finding("medium", "cookie", path, f"{name} can be read by scripts")
    if not words & {"samesite=lax", "samesite=strict"}:
        yield Finding("medium", "cookie", path, f"{name} is sent from foreign pages")


def _headers(path: str, answer: Answer, *, signed_in: bool) -> Iterator[Finding]:
    if answer.headers.get("x-content-type-options") != "nosniff":
        yield Finding("medium", "header", path, "no X-Content-Type-Options: nosniff")
    if not answer.is_page:
        return
    policy = answer.headers.get("content-security-policy", "")
    if not policy:
        yield Finding("medium", "header", path, "no Content-Security-Policy")
    elif "unsafe-" in policy or re.search(r"(script|default)-src[^;]*\s(\*|https?:|data:)(\s|;|$)", policy):
        yield Finding("high", "header", path, "the Content-Security-Policy allows foreign or inline code")
    if "frame-ancestors" not in policy and "x-frame-options" not in answer.headers:
        yield Finding("medium", "header", path, "may be framed by foreign pages")
    if "referrer-policy" not in answer.headers:
        yield Finding("medium", "header", path, "no Referrer-Policy")
    if signed_in and not re.search("no-store|private", answer.headers.get("cache-control", "")):
        yield Finding("medium", "header", path, "a personal page may be kept by caches on the way")
    for one in Page(answer.text).inline:
        yield Finding("medium", "inline", path, one)


@dataclass
class Walk:
    """One role's way through the site, and what it found."""

    visitor: Visitor
    role: str
    found: set[Finding] = field(default_factory=set)
    pages: int = 0
    forms: int = 0

    def go(self, start: str = "/") -> None:
        """Walk, then probe what was seen."""
        waiting, seen, forms = [start, *HOME], {start}, dict[str, tuple[str, Form]]()
        probed: dict[str, str] = {}
        while waiting and self.pages < PAGES_MAX:
            path = waiting.pop(0)
            answer = self._ask(path)
            self.pages += 1
            page = Page(answer.text) if answer.is_page else Page("")
            probed.setdefault(shape_of(path), path)
            for form in page.forms:
                action = self.visitor.own(path, form.action or path)
                if action:
                    forms.setdefault(f"{form.method} {shape_of(action)}", (action, form))
            for link in [*page.links, answer.headers.get("location", "")]:
                own = self.visitor.own(path, link) if link else None
                if own and shape_of(own) not in seen and not LEFT_ALONE.search(own.split("?")[0]):
                    seen.add(shape_of(own))
                    waiting.append(own)
        for path in list(probed.values())[:PROBES_MAX]:
            self._probe(path)
        for action, form in list(forms.values())[:FORMS_MAX]:
            self.forms += 1
            self._forge(action, form)
            self._type(action, form)
        for path in list(probed.values())[:PROBES_MAX]:
            self._ask(path)  # whether what was typed comes out raw somewhere else

    def _ask(self, path: str, form: dict[str, str] | None = None, **options: object) -> Answer:
        answer = self.visitor.ask(path, form, **options)  # type: ignore[arg-type]
        self.found.update(looked_at(path, answer, signed_in=self.role != "stranger"))
        return answer

    def _probe(self, path: str) -> None:
        """Markup and foreign addresses in each parameter of the query."""
        parts = urlsplit(path)
        names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)] or ["q", "next"]
        for payload in (MARKUP, "//attacker.example/"):
            self._ask(f"{parts.path}?{urlencode(dict.fromkeys(names, payload))}")

    def _forge(self, action: str, form: Form) -> None:
        """A form that another site sends: without the token, and with a foreign origin."""
        if form.method != "post":
            return
        bare = {name: value for name, value in form.fields.items() if name not in NO_TOKEN}
        if self.visitor.ask(action, bare).status < 400:
            self.found.add(Finding("high", "csrf", action, "takes a form without its token"))
        foreign = self.visitor.ask(action, form.fields, headers={"Origin": FOREIGN})
        if foreign.status < 400:
            self.found.add(Finding("high", "csrf", action, "takes a form from a foreign origin"))

    def _type(self, action: str, form: Form) -> None:
        """Markup in every text field of a form that is sent as its page would."""
        if not form.texts or LEFT_ALONE.search(action):
            return
        typed = form.fields | dict.fromkeys(form.texts, f"Words {MARKUP}")
        if form.method == "post":
            self._ask(action, typed)
        else:
            self._ask(f"{action.split('?')[0]}?{urlencode(typed)}")


HOME = ("/search", "/sign-in", "/help", "/about", "/me", "/needs", "/node")


def shape_of(path: str) -> str:
    """Paths that differ in ids and values only are one.

    >>> shape_of("/listings/0190f3c2a7b17cc08e3b1c2d3e4f5a6b/asks?after=7&q=x")
    '/listings/*/asks?after&q'
    """
    parts = urlsplit(path)
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    shape = re.sub(r"/([0-9a-f]{32}|\d+|[0-9]{4}-[0-9-]+|[A-Za-z0-9_-]{24,})(?=/|$)", "/*", parts.path)
    return shape + (f"?{'&'.join(names)}" if names else "")


def around(visitor: Visitor) -> Iterator[Finding]:
    """What no page links to."""
    for path in HIDDEN:
        answer = visitor.ask(path)
        yield from looked_at(path, answer)
        if answer.status == 200:
            yield Finding("high", "file", path, "is served")
    if visitor.ask("/", method="TRACE").status < 400:
        yield Finding("medium", "method", "/", "answers TRACE")
    if visitor.ask("/", headers={"Host": "attacker.example"}).status < 400:
        yield Finding("medium", "host", "/", "answers to a foreign host")
    yield from looked_at("/", visitor.ask("/", headers={"Origin": FOREIGN}))


def scan(site: str, doors: dict[str, str], *, say: Callable[[str], object] = print) -> list[Finding]:
    """Walk as a stranger and as each role; what was found, the worst first."""
    found: set[Finding] = set(around(Visitor(site)))
    for role, door in {"stranger": "", **doors}.items():
        walk = Walk(Visitor(site), role)
        start = "/"
        if door:
            path = walk.visitor.own("/", door) or door
            page = walk.visitor.ask(path)
            for form in Page(page.text).forms[:1]:
                walk.visitor.ask(walk.visitor.own(path, form.action or path) or path, form.fields)
        walk.go(start)
        say(f"   as {role}: {walk.pages} pages, {walk.forms} forms, {len(walk.found)} findings")
        found |= walk.found
    return sorted(found, key=lambda one: (one.severity, one.check, one.path))


def main(arguments: list[str]) -> int:
    site, *doors = arguments
    found = scan(site, dict(door.split("=", 1) for door in doors))
    for one in found:
        print(one)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
