"""`python -m handouts` runs the command line."""

from handouts.cli import main

if __name__ == "__main__":  # a process of ours reads this file, too
    main()
