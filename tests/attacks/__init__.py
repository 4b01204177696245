"""Faults that somebody wants: fuzzed calls, injection payloads, scripts in words."""
