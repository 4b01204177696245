"""Pages of communication: threads on things, my conversations, what I was told."""
