"""Questions about people, their sign-ins and their invites; each names who asks."""

from minga.identity.queries.machine import operators as operators
from minga.identity.queries.machine import sign_ins as sign_ins
from minga.identity.queries.measures import invite_numbers as invite_numbers
from minga.identity.queries.measures import sign_in_numbers as sign_in_numbers
from minga.identity.queries.node_people import NodePerson as NodePerson
from minga.identity.queries.node_people import node_people as node_people
from minga.identity.queries.own import LogLine as LogLine
from minga.identity.queries.own import Means as Means
from minga.identity.queries.own import OwnProfile as OwnProfile
from minga.identity.queries.own import PasskeyLine as PasskeyLine
from minga.identity.queries.own import SignInLine as SignInLine
from minga.identity.queries.own import TokenLine as TokenLine
from minga.identity.queries.own import began_at as began_at
from minga.identity.queries.own import own_log as own_log
from minga.identity.queries.own import own_means as own_means
from minga.identity.queries.own import own_profile as own_profile
from minga.identity.queries.own import own_sign_ins as own_sign_ins
from minga.identity.queries.own import own_tokens as own_tokens
from minga.identity.queries.own import person_of_device as person_of_device
from minga.identity.queries.own import person_of_sign_in as person_of_sign_in
from minga.identity.queries.own import picture_file as picture_file
