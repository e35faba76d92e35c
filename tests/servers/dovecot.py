"""A real Dovecot of one's own: IMAP over TLS on the loopback, for one Maildir and one account."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from tests.servers.postfix import OWNER, make_certificate

PROGRAM = "/usr/sbin/dovecot"
ACCOUNT, PASSWORD = "rueck", "nur-im-test"
START_SECONDS = 20

_CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/relay.pem
ssl_key = <{folder}/relay.pem
mail_location = maildir:{maildir}
first_valid_uid = 1
first_valid_gid = 1
mail_privileged_group =
disable_plaintext_auth = yes
auth_mechanisms = plain
default_internal_user = dovecot
default_login_user = dovenull
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
"""


@dataclass
class Dovecot:
    """Runs for as long as the `with` lasts. Has to be started by root, as Dovecot itself."""

    maildir: Path
    folder: Path = field(init=False)
    port: int = field(init=False)
    _process: subprocess.Popen[bytes] | None = field(init=False, default=None)

    def __enter__(self) -> Dovecot:
        if os.geteuid() != 0:
            raise RuntimeError("Dovecot can only be started by root; run make test-servers as root")
        self.folder = Path(tempfile.mkdtemp(prefix="announcer-dovecot-"))
        try:
            self._configure()
            self._process = subprocess.Popen([PROGRAM, "-F", "-c", str(self.folder / "dovecot.conf")])
            self._await_greeting()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    @property
    def authority(self) -> Path:
        """The certificate to trust, for [proxy] ca_bundle."""
        return self.folder / "authority.pem"

    @property
    def log(self) -> str:
        """What Dovecot wrote down."""
        path = self.folder / "log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def _configure(self) -> None:
        self.folder.chmod(0o755)
        owner = pwd.getpwnam(OWNER)
        for name in ("run", "state", "home"):
            (self.folder / name).mkdir()
        os.chown(self.folder / "home", owner.pw_uid, owner.pw_gid)
        make_certificate(self.folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        (self.folder / "users").write_text(f"{ACCOUNT}:{PASSWORD}\n", encoding="ascii")
        (self.folder / "users").chmod(0o644)
        text = _CONFIGURATION.format(
            folder=self.folder, maildir=self.maildir, port=self.port, uid=owner.pw_uid, gid=owner.pw_gid
        )
        (self.folder / "dovecot.conf").write_text(text, encoding="ascii")

    def _await_greeting(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=2):
                return
            time.sleep(0.05)
        raise TimeoutError(f"Dovecot does not answer on port {self.port}; its log: {self.log[-2000:]}")

    def _end(self) -> None:
        try:
            if self._process is not None and self._process.poll() is None:
                self._process.send_signal(signal.SIGTERM)
                try:
                    self._process.wait(15)
                except subprocess.TimeoutExpired:
                    self._process.kill()
                    self._process.wait()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
