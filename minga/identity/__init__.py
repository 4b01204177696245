"""Who is acting: people, invites, sign-ins, sign-in approvals, keys."""

from minga.identity.rules import Actor as Actor
from minga.identity.rules import Via as Via
