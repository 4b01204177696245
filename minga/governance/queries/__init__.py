"""What can be asked about counts."""

from minga.governance.queries import needs as needs
