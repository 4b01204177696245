"""The vocabulary of reputation and its arithmetic; figures are advice and decide nothing."""
