"""Communities over REST: reading them, joining, rules, groups, the log."""
