"""``python -m glunet``: the same as the command ``glunet``."""

from glunet.cli import main

main()
