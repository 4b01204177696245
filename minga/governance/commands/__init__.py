"""What is done in governance. None commits."""

from minga.governance import access as access
