"""Pages of reputation: what is known about oneself, and what others may say."""
