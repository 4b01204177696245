"""Pages of communities: founding, profile, joining, roles, rules, groups, log."""
