"""What every HTTP interface shares: the node, the unit of work, who is asking, what time it is."""

from minga.interfaces.http.forms import Form as Form
from minga.interfaces.http.forms import read_form as read_form
from minga.interfaces.http.node import Node as Node
from minga.interfaces.http.node import open_node as open_node
from minga.interfaces.http.units import Repeated as Repeated
from minga.interfaces.http.units import Unit as Unit
from minga.interfaces.http.units import read_unit as read_unit
from minga.interfaces.http.units import write_unit as write_unit
