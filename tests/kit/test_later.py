"""What few requests need is not loaded when the application starts."""

import subprocess
import sys

from minga.kit.later import Later


def test_the_first_look_inside_loads_the_module() -> None:
    assert Later("json").dumps([1]) == "[1]"


def test_starting_loads_neither_pictures_nor_passkeys_nor_the_api() -> None:
    program = "import sys, minga.interfaces.asgi; print(*sorted({'PIL', 'webauthn', 'segno', 'rich', 'typer', 'fastapi', 'pydantic', 'cryptography', 'prometheus_client'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
