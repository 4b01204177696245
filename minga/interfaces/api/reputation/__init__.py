"""Reputation by REST: one file per noun."""
