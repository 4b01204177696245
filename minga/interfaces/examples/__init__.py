"""Neighbours and listings to look around with: of the example village, and of a new community that wants some."""

from minga.interfaces.examples.listings import entries as entries
from minga.interfaces.examples.listings import read_entry as read_entry
from minga.interfaces.examples.neighbours import move_in as move_in
from minga.interfaces.examples.neighbours import move_out as move_out
