"""REST of sharing: the commands of the pages in JSON shapes."""
