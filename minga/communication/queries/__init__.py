"""What stands in a thread, whom one talks with, what one was told, and what waits for one."""

from minga.communication.queries.choosing import Choices as Choices
from minga.communication.queries.choosing import choices as choices
from minga.communication.queries.letters import LetterRow as LetterRow
from minga.communication.queries.letters import letters as letters
from minga.communication.queries.letters import needs_of as needs_of
from minga.communication.queries.notices import NoticeRow as NoticeRow
from minga.communication.queries.notices import notices as notices
from minga.communication.queries.notices import unseen_about as unseen_about
from minga.communication.queries.notices import unseen_notices as unseen_notices
from minga.communication.queries.threads import PostRow as PostRow
from minga.communication.queries.threads import ThreadLine as ThreadLine
from minga.communication.queries.threads import ThreadView as ThreadView
from minga.communication.queries.threads import has_written as has_written
from minga.communication.queries.threads import my_threads as my_threads
from minga.communication.queries.threads import posts_lately as posts_lately
from minga.communication.queries.threads import ref_of_thread as ref_of_thread
from minga.communication.queries.threads import thread as thread
from minga.communication.queries.threads import writers as writers
from minga.communication.queries.waiting import waiting_and_unseen as waiting_and_unseen
from minga.communication.queries.waiting import waiting_for as waiting_for
