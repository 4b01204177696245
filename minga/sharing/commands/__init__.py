"""Everything that changes sharing. Each command: look, ask, decide, write, tell. None commits."""

from minga.sharing.commands.levels import levels_allowed as levels_allowed
from minga.sharing.commands.levels import usual_level as usual_level
from minga.sharing.commands.life import close as close
from minga.sharing.commands.life import close_now as close_now
from minga.sharing.commands.life import discard as discard
from minga.sharing.commands.life import keep as keep
from minga.sharing.commands.life import look as look
from minga.sharing.commands.life import own_of as own_of
from minga.sharing.commands.life import pause as pause
from minga.sharing.commands.life import pin as pin
from minga.sharing.commands.life import post as post
from minga.sharing.commands.life import publish as publish
from minga.sharing.commands.life import reopen as reopen
from minga.sharing.commands.life import resume as resume
from minga.sharing.commands.writing import draft as draft
from minga.sharing.commands.writing import edit as edit
