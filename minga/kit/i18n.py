"""Languages: which sentences can be translated, and how a reader's language is chosen."""


def N_(text: str) -> str:
    """Mark a sentence for the catalogues; it is translated where it is shown."""
    return text
