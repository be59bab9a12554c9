"""Run the command line from a checkout: python generate.py make neck."""

from handouts.cli import main

if __name__ == "__main__":  # a process of ours reads this file, too
    main()
