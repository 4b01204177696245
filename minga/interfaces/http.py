"""What every HTTP interface shares: the unit of work, who is asking, what time it is."""
