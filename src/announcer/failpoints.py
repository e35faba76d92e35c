"""Named places where a test may kill the process, to show that nothing is lost.

`ANNOUNCER_FAILPOINT=after-send:17` ends the process with SIGKILL when the
seventeenth call passes `hit("after-send")`. Unset, as always in use, a call
costs one comparison.
"""

from __future__ import annotations

import os
import signal
import threading

#: Every place there is, in the order a delivery passes them.
NAMES = ("before-claim", "after-claim", "before-send", "after-send", "before-mark", "after-mark")
#: And those that only a mail passes: its end is written and not yet answered; the relay has taken it.
MAIL_NAMES = ("after-data", "after-250")
#: Beside them `migration-step`, passed after each step from one schema to the next.

_name, _, _count = os.environ.get("ANNOUNCER_FAILPOINT", "").partition(":")
_left = int(_count or 1)
_lock = threading.Lock()


def hit(name: str) -> None:
    """Pass the place `name`; the process ends here if a test armed it."""
    if name != _name:
        return
    global _left
    with _lock:
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
