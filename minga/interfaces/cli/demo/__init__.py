"""`minga demo`: the example village in a folder that is thrown away, with links to look around as one of its people."""

from minga.interfaces.cli.demo.command import demo as demo
