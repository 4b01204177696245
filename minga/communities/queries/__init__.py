"""What people ask of their communities; each question names who asks and is bounded."""

from minga.communities.queries.sign_ins import WaitingLine as WaitingLine
from minga.communities.queries.sign_ins import waiting_for as waiting_for
from minga.communities.queries.sign_ins import waiting_in as waiting_in
from minga.communities.queries.sign_ins import waiting_one as waiting_one
