"""What can be done in and to communities. Commands look (access), decide (rules), write, tell; they never commit."""

from minga.communities.commands.founding import found as found
from minga.communities.commands.membership import begin as begin
