"""The command line: `announcer`, the only room that prints."""

from __future__ import annotations


def main() -> None:
    """Run the verb of the command line and leave with its exit code."""
    from announcer.cli.verbs import app

    app()
