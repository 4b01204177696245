"""The page of settings and the sample of an environment file."""

from minga.interfaces.cli.docs.tables import table
from minga.kit.secrets import KINDS
from minga.kit.settings import Described, described

INTRO = """# Settings

Read once at start, in this order: command line, environment, `minga.toml` in the node's folder (the same names in small
letters, without `MINGA_`), defaults. All faults are told together; unknown names are faults. `minga settings check`
reads them as the node would, `minga settings show` says where each value comes from.

Names of earlier projects are read too; two names of one setting with different values stop the start.
A node refuses to start with a missing, short or sample secret, with `debug`, with plain http outside of its own machine,
and with a folder that others can read, unless `MINGA_ENV=dev`.
"""

FOR_TESTS = """## Only for tests and benchmarks

| variable | meaning |
|---|---|
| `MINGA_DATA_DIR` | folder of the open test data; `../shared/data` beside the checkout when not set |
| `MINGA_TEST_DATABASES` | `sqlite`, `postgresql` or both, separated by a comma |
| `MINGA_TEST_POSTGRESQL` | address of a server where test databases may be made and dropped |
| `MINGA_TEST_BROWSER` | the Chromium that browser tests start |
"""


def environment() -> str:
    """docs/environment.md"""
    heads = ["variable", "kind", "allowed", "default", "secret", "example", "also read as"]
    rows = [_row(one) for one in described()]
    words = "\n".join(f"- `{one.variable}`: {one.about.words}" for one in described())
    secrets = table(
        ["file", "protects", "rotating ends", "due after"],
        [[f"`secrets/{k.name}`", k.protects, k.rotating_ends, f"{k.due_after_days} days"] for k in KINDS],
    )
    parts = [
        INTRO,
        table(heads, rows),
        "## What each is for\n\n" + words,
        "## Secrets in files\n\n"
        "Made by `minga up` or `minga secrets generate`, mode 0600; systemd credentials of the same name come first.\n\n"
        + secrets,
        FOR_TESTS,
    ]
    return "\n\n".join(part.strip() for part in parts)


def _row(one: Described) -> list[str]:
    about = one.about
    return [
        f"`{one.variable}`",
        about.kind.name,
        about.kind.allowed,
        one.default,
        "yes" if about.secret else "no",
        about.example if about.example.startswith(("output of", "the key")) else f"`{about.example}`",
        ", ".join(f"`{name}`" for name in about.also) or "–",
    ]


def example() -> str:
    """.env.example"""
    lines = [
        "# A sample of the environment; every line is optional. All settings: docs/environment.md",
        "# Copy it to .env, keep that file for yourself (chmod 600), and take the # away where you decide.",
    ]
    for one in described():
        also = f" (older names: {', '.join(one.about.also)})" if one.about.also else ""
        lines += ["", f"# {one.about.words}{also}", f"# Default: {one.default.replace('`', '')}"]
        lines.append(f"#{one.variable}={one.about.example}")
    return "\n".join(lines)
