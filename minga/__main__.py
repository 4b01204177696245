"""`python -m minga`: the command line."""

from minga.interfaces.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
