"""Pages of governance: one file per group of pages. Forms are read, one command or query is called, a page is shown."""
