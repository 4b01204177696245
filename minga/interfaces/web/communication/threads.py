"""Conversations: writing, changing and taking back a message, and the list of those I take part in."""

from starlette.requests import Request
from starlette.responses import Response

from minga.communication import commands, queries
from minga.communities.rules.keeping import NOT_FOR_OTHERS
from minga.interfaces.http import read_form, read_unit, write_unit
from minga.interfaces.http.acting import EXCHANGES
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Forbidden, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.kit.refs import Ref, address_of

router = PageRouter()
ENTERED = frozenset({"ask", "exchange"})
"""In which conversations one may write for somebody who agreed to it."""


def page_of(ref: Ref, thread: Id) -> str:
    """Where the conversation about a thing is read."""
    return f"{address_of(ref) or f'/threads/{thread}'}#thread"


@router.get("/threads/{id}", limit="read")
def show_thread(request: Request, id: str) -> Response:
    """A conversation, for those who see what it is about."""
    with read_unit(request) as unit:
        unit.signed_in()
        ref = queries.ref_of_thread(unit.session, unit.actor, id, at=unit.now)
        thread = queries.thread(unit.session, unit.actor, ref, at=unit.now)
        back = address_of(ref)
        return render(request, unit, "communication/thread.html", thread=thread, back=back)


@router.post("/threads/{id}/posts", limit="write", acting=EXCHANGES)
def write_post(request: Request, id: str) -> Response:
    """Write; what was typed comes back when it does not fit."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            ref = queries.ref_of_thread(unit.session, unit.actor, id, at=unit.now)
            if unit.acting is not None and ref.kind not in ENTERED:
                raise Forbidden(NOT_FOR_OTHERS, code="not_for_others")
            post = commands.post(
                unit.session, unit.actor, str(ref), form.get("words"), form_id=form.form_id, at=unit.now
            )
            return unit.go_to(page_of(ref, post.thread_id), said=N_("Sent."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            ref = queries.ref_of_thread(unit.session, unit.actor, id, at=unit.now)
            thread = queries.thread(unit.session, unit.actor, ref, at=unit.now)
            return render(
                request,
                unit,
                "communication/thread.html",
                refusal.status,
                refusal=refusal,
                thread=thread,
                back=address_of(ref),
            )


@router.post("/threads/{id}/reading", limit="write")
def read_thread(request: Request, id: str) -> Response:
    """Note that one has read what stands there."""
    with write_unit(request) as unit:
        unit.signed_in()
        ref = queries.ref_of_thread(unit.session, unit.actor, id, at=unit.now)
        commands.read_thread(unit.session, unit.actor, str(ref), at=unit.now)
        return unit.go_to(page_of(ref, id), said=N_("Marked as read."))


@router.post("/posts/{id}/edit", limit="write")
def edit_post(request: Request, id: str) -> Response:
    """Put other words in one's own message."""
    with write_unit(request) as unit:
        unit.signed_in()
        words = read_form(request).get("words")
        post = commands.change_post(unit.session, unit.actor, parse_id(id), words, at=unit.now)
        ref = queries.ref_of_thread(unit.session, unit.actor, post.thread_id, at=unit.now)
        return unit.go_to(page_of(ref, post.thread_id), said=N_("Changed."))


@router.post("/posts/{id}/removal", limit="write")
def remove_post(request: Request, id: str) -> Response:
    """Take one's own message back."""
    with write_unit(request) as unit:
        unit.signed_in()
        post = commands.remove_post(unit.session, unit.actor, parse_id(id), at=unit.now)
        ref = queries.ref_of_thread(unit.session, unit.actor, post.thread_id, at=unit.now)
        return unit.go_to(page_of(ref, post.thread_id), said=N_("Taken back."))


@router.post("/posts/{id}/restoring", limit="write")
def restore_post(request: Request, id: str) -> Response:
    """Bring one's own message back."""
    with write_unit(request) as unit:
        unit.signed_in()
        post = commands.restore_post(unit.session, unit.actor, parse_id(id), at=unit.now)
        ref = queries.ref_of_thread(unit.session, unit.actor, post.thread_id, at=unit.now)
        return unit.go_to(page_of(ref, post.thread_id), said=N_("It is back."))


@router.get("/messages", limit="read")
def show_messages(request: Request) -> Response:
    """The conversations one takes part in."""
    with read_unit(request) as unit:
        unit.signed_in()
        page = queries.my_threads(unit.session, unit.actor, after=request.query_params.get("after"))
        return render(request, unit, "communication/messages.html", threads=page.items, next=page.next)
