"""``python -m delith`` is the ``delith`` command."""

from delith.cli import main

if __name__ == "__main__":
    main()
