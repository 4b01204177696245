"""Pages of the ledger: one's own account, paying, and the desk of who keeps the books."""
