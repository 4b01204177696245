"""The commands by name: where each lives and what it does in one line, so that help needs none of them loaded."""

from typing import NamedTuple


class Entry(NamedTuple):
    """A command or a group of commands: the Typer of that name in a module beside this one."""

    module: str
    attribute: str
    words: str


COMMANDS: dict[str, Entry] = {
    "up": Entry("node", "up", "Makes what is missing, starts the node, prints its address and owner link."),
    "demo": Entry("demo", "demo", "Opens the example village to look around in."),
    "web": Entry("node", "web", "Serves pages and API without the worker."),
    "worker": Entry("node", "worker", "Runs reactions and jobs, for nodes with several processes."),
    "status": Entry("node", "status", "Shape, versions and lag of this node."),
    "doctor": Entry("node", "doctor", "Looks for what is wrong and says the next step."),
    "owner-link": Entry("node", "owner_link", "Makes a new one-time link for becoming the operator."),
    "person": Entry("people", "person", "People: list, show, link, suspend, take a photo away."),
    "operator": Entry("people", "operator", "Those who run this node: add, list, end."),
    "session": Entry("people", "session", "Sign-ins: list, approve, deny, end."),
    "jobs": Entry("node_work", "jobs", "Work in the background: list, given up, try again."),
    "log": Entry("node_work", "log", "What the node wrote down: newest lines, one failure by its number."),
    "ask": Entry("exchanges", "ask", "Asks for something: send, list, answer, withdraw."),
    "exchange": Entry("exchanges", "exchange", "What was agreed: list, start, done, cancel."),
    "loan": Entry("loans", "loan", "What is out: lend, back, renew, overdue."),
    "lesson": Entry("lessons", "lesson", "Lessons of a skill: list, add, take, leave, cancel, attended."),
    "meeting": Entry("meetings", "meeting", "Meetings to hand something over: propose, agree, end, missed."),
    "feedback": Entry("meetings", "feedback", "How it went, after the end: give, take back."),
    "dispatch": Entry("dispatch", "dispatch", "Needs to arrange: list, assign, export."),
    "dispute": Entry(
        "disputes", "dispute", "What went wrong: open, show, propose, agree, help, accept, decide, appeal."
    ),
    "flow": Entry("flow", "flow", "What went between a community and others."),
    "needs": Entry("communication", "needs", "What waits for somebody."),
    "settings": Entry("upkeep", "settings", "Shows and checks the settings."),
    "pool": Entry("pools", "pool", "Pools: list, show, a round, who is asked next."),
    "lot": Entry("pools", "lot", "Draws a round again from its record."),
    "proposal": Entry("governing", "proposal", "Proposals: list, show."),
    "poll": Entry("governing", "poll", "Polls: show, open, close, their record."),
    "tally": Entry("tallying", "tally", "Counts a file of ballots by any method, or a poll again."),
    "secrets": Entry("upkeep", "secrets", "Makes, lists and rotates the node's secrets."),
    "community": Entry(
        "communities", "community", "Communities: list, show, found, their rules, their tree."
    ),
    "decision": Entry("decisions", "decision", "Decisions: list, show, carried out; how it is decided."),
    "agreements": Entry("agreements", "agreements", "What is agreed: list, publish from a file."),
    "invite": Entry("communities", "invite", "Invitations: make, show, end, new links."),
    "verify": Entry("verify", "verify", "Recomputes and compares what must not have changed."),
    "version": Entry("upkeep", "version", "The version of minga and of what it stands on."),
    "openapi": Entry("upkeep", "openapi", "The API as an OpenAPI document."),
    "listing": Entry(
        "sharing", "listing", "What is offered and needed: list, show, new, close, reopen, labels."
    ),
    "search": Entry("sharing", "search", "Finds offers and needs by words."),
    "import": Entry(
        "importing",
        "importing",
        "Takes in listings or a whole community from a file, or takes an import back.",
    ),
    "ledger": Entry("ledger", "ledger", "Accounts and entries: verify, recount, statement, export, seal."),
    "match": Entry(
        "intelligence", "match", "What might fit a listing of one's own, and the concepts that are known."
    ),
    "facts": Entry("reputation", "facts", "What is known about members: recompute it, list one's own."),
    "rebuild": Entry("rebuilding", "rebuild", "What is kept to be read faster: models anew, their lag."),
    "export": Entry(
        "exporting", "exporting", "Takes out listings, loans, one's own data, or a community, as a file."
    ),
    "docs": Entry("docs", "docs", "The generated pages of the documentation."),
}

ALIASES: dict[tuple[str, ...], tuple[str, ...]] = {
    ("init-db",): ("up", "--check"),
    ("create-admin",): ("operator", "add"),
    ("create-invite",): ("invite", "new"),
    ("audit", "verify"): ("verify", "log"),
    ("invite-map", "refresh"): ("community", "tree"),
}


def without_alias(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """The line with an older name replaced by today's, and today's name when that happened.

    >>> without_alias(("init-db", "--json"))
    (('up', '--check', '--json'), ('up', '--check'))
    """
    for older, newer in ALIASES.items():
        if words[: len(older)] == older and newer[0] in COMMANDS:
            return newer + words[len(older) :], newer
    return words, None
