"""The loopback receiver: what a rehearsal sends arrives here, and nowhere else.

It speaks SMTP and the part of the Mastodon API that announcer uses, reads
feeds as a subscriber would, keeps everything in memory under the simulated
time at which it came, and shows it on a page.
"""

from announcer.sandbox.server import Sandbox

__all__ = ["Sandbox"]
