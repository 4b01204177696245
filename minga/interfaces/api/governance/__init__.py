"""Governance over REST: proposals, polls, decisions, the charter."""
