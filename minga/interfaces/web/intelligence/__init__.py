"""Pages of matching: what might fit, and the switch."""
