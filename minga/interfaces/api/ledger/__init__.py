"""The ledger by REST: accounts, entries, payment asks, recounting."""
