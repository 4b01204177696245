"""Only a process that serves sets aside what it has loaded."""

import subprocess
import sys

PROGRAM = """
import gc
from minga.kit import memory
memory.keep_what_is_loaded()
assert gc.get_freeze_count() == 0 and gc.isenabled()
memory.begin_serving()
assert not gc.isenabled()
memory.keep_what_is_loaded()
assert gc.get_freeze_count() > 1_000 and gc.isenabled()
"""


def test_only_a_process_that_serves_sets_aside_what_it_has_loaded() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
