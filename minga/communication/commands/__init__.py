"""Everything that changes communication. Each command: look, decide, write, tell. None commits."""

from minga.communication.commands.choosing import choose_notices as choose_notices
from minga.communication.commands.letters import tell_letter as tell_letter
from minga.communication.commands.mailing import send_digests as send_digests
from minga.communication.commands.notices import notify as notify
from minga.communication.commands.notices import put_off as put_off
from minga.communication.commands.notices import see_notices as see_notices
from minga.communication.commands.threads import change_post as change_post
from minga.communication.commands.threads import name_all as name_all
from minga.communication.commands.threads import post as post
from minga.communication.commands.threads import read_thread as read_thread
from minga.communication.commands.threads import remove_post as remove_post
from minga.communication.commands.threads import restore_post as restore_post
