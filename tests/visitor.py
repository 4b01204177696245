"""Somebody with a browser: a client over the real application that sends forms as the pages would."""

from collections.abc import Mapping
from typing import Any

from starlette.testclient import TestClient

from minga.identity import commands as identity
from minga.identity.access import actor_from_cookie
from minga.interfaces.http import Node
from minga.interfaces.http.forms import form_token
from minga.interfaces.http.units import PRE_COOKIE
from minga.kit.ids import Id, new_id


class Visitor:
    """One browser. `person_id` None is a stranger; sign in on the page, or be made signed in."""

    def __init__(self, app: Any, node: Node, person_id: Id | None = None) -> None:
        self.node = node
        self.client = TestClient(app, base_url=node.settings.site_url, follow_redirects=False)
        self.client.cookies.set(PRE_COOKIE, "before-any-sign-in", domain=node.host)
        if person_id:
            self.sign_in(person_id)

    def sign_in(self, person_id: Id) -> None:
        """A live sign-in, as after a password."""
        with self.node.database.write() as session:
            cookie = identity.start_sign_in(session, person_id, at=self.node.clock())
        self.client.cookies.set(self.node.cookie, cookie, domain=self.node.host)

    @property
    def holder(self) -> str:
        """What this browser's forms are bound to."""
        cookie = self.client.cookies.get(self.node.cookie)
        if cookie:
            with self.node.database.read() as session:
                actor, _ = actor_from_cookie(session, cookie, at=self.node.clock())
            if actor.sign_in_id:
                return actor.sign_in_id
        return str(self.client.cookies.get(PRE_COOKIE))

    def token(self) -> str:
        return form_token(self.node, self.holder, self.node.clock())

    def get(self, path: str, status: int = 200, **options: Any) -> Any:
        answer = self.client.get(path, **options)
        assert answer.status_code == status, (
            f"GET {path}: {answer.status_code}, not {status}\n{answer.text[:3000]}"
        )
        return answer

    def post(
        self, path: str, data: Mapping[str, Any] | None = None, status: int = 303, **options: Any
    ) -> Any:
        """Send a form; 303 is what a form that worked answers."""
        form = {"_form": self.token(), "form_id": new_id(), **(data or {})}
        answer = self.client.post(path, data=form, **options)
        assert answer.status_code == status, (
            f"POST {path}: {answer.status_code}, not {status}\n{answer.text[:3000]}"
        )
        return answer

    def follow(self, answer: Any) -> Any:
        """The page that a form led to."""
        return self.get(answer.headers["location"])
