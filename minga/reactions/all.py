"""Imports every file of reactions, so that all are registered when the application or a worker starts."""
