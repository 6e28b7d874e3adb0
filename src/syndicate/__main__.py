"""python -m syndicate: the same as the command."""

from syndicate.cli import main

main()
