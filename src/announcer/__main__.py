"""`python -m announcer` is `announcer`."""

from announcer.cli import main

if __name__ == "__main__":
    main()
