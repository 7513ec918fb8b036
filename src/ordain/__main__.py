"""`python -m ordain` is the command `ordain`."""

from ordain.cli import main

main(prog_name="ordain")
