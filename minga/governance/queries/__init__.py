"""What can be asked about counts."""

from minga.governance.queries import needs_decided as needs_decided
