"""What changes polls. Nothing yet: proposals and polls of members are not built, only counting is."""
