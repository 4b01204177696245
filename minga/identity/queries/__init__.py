"""Questions about people, their sign-ins and their invites; each names who asks."""

from minga.identity.queries.node_people import NodePerson as NodePerson
from minga.identity.queries.node_people import node_people as node_people
