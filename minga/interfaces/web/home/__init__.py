"""The first page, all that waits for somebody, and the page *More*."""
