"""Run the command line from a checkout: python generate.py make neck."""

from handouts.cli import main

main()
