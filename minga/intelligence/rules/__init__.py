"""Likeness, concepts and scores: deterministic, explained, advice and never a verdict. Pure."""
