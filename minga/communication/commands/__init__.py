"""Everything that changes communication. Each command: look, decide, write, tell. None commits."""

from minga.communication.commands.notices import notify as notify
from minga.communication.commands.notices import put_off as put_off
from minga.communication.commands.notices import see_notices as see_notices
from minga.communication.commands.threads import change_post as change_post
from minga.communication.commands.threads import name_all as name_all
from minga.communication.commands.threads import post as post
from minga.communication.commands.threads import read_thread as read_thread
from minga.communication.commands.threads import remove_post as remove_post
