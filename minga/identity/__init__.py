"""Who is acting: people, invites, sign-ins, sign-in approvals, keys."""
