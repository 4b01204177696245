"""`python -m minga`: the command line."""
