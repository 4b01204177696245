"""Pages of identity: signing in, one's own pages, people."""
