"""The only ways to rows of identity, each with the question whether this actor may."""

from minga.identity.access.shell import actor_by_handle as actor_by_handle
