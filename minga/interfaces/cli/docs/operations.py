"""The page of the API, from its OpenAPI document, and the document itself."""

import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from minga.interfaces.cli.docs.tables import table
from minga.kit.settings import Settings

METHODS = ("get", "post", "put", "patch", "delete")


def document() -> dict[str, Any]:
    """The OpenAPI document of this release; it needs no node, so one of a moment is made for it."""
    from minga.interfaces.http import open_node

    with tempfile.TemporaryDirectory() as folder:
        node = open_node(Settings(home=Path(folder), env="test", database_url="sqlite://"))
        try:
            found: dict[str, Any] = import_module("minga.interfaces.api.all").build_api(node).openapi()
        finally:
            node.close()
    return found


def page() -> str:
    """docs/api.md"""
    found = document()
    by_theme: dict[str, list[list[str]]] = {}
    for path, operations in found["paths"].items():
        for method in METHODS:
            operation = operations.get(method)
            if operation:
                theme = (operation.get("tags") or ["other"])[0]
                by_theme.setdefault(theme, []).append(_row(path, method, operation))
    parts = [
        "# The API",
        "REST below `/api/v1`, with the same permissions as the pages. A bearer token says who asks; without one, only"
        " what the web may see is answered. Lists answer `{items, next}`; `next` is the cursor of the next page. Refusals"
        " are problem documents (RFC 9457) with the same sentence that a page shows. A `POST` with an `Idempotency-Key`"
        " is done once. The whole description is at `/api/v1/openapi.json`, or from `minga openapi`.",
    ]
    for theme, rows in sorted(by_theme.items()):
        parts.append(f"## {theme.capitalize()}\n\n" + table(["call", "what it does", "may carry"], rows))
    return "\n\n".join(parts)


def _row(path: str, method: str, operation: dict[str, Any]) -> list[str]:
    asked = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
    body = operation.get("requestBody", {}).get("content", {})
    shapes = [content.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1] for content in body.values()]
    carries = [f"`{name}`" for name in [*asked, *(shape for shape in shapes if shape)]]
    words = operation.get("description") or operation.get("summary", "")
    return [f"`{method.upper()} {path}`", words.split("\n\n")[0], ", ".join(carries) or "–"]
