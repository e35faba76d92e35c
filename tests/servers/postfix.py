"""A real Postfix of one's own: temporary configuration and queue, one port on the loopback, Maildirs.

It delivers to the mailboxes it was given and refuses everybody else at RCPT,
as the relay of a city does for addresses of its own. Its limits are those
Postfix comes with. Nothing it takes can leave the machine.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PROGRAM = "/usr/sbin/postfix"
DOMAIN = "leser.example"
#: Of the newsletter's sender: what comes back to it goes into mailboxes of its own.
SENDER_DOMAIN = "city.example"
START_SECONDS = 20
DELIVERY_SECONDS = 90
#: Who the mailboxes belong to.
OWNER = "nobody"

_MAIN = """
compatibility_level = 3.6
myhostname = relay.city.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file_prefixes = {folder}
maillog_file = {folder}/log
default_transport = error:nothing leaves this machine
relay_transport = error:nothing leaves this machine
alias_maps =
alias_database =
virtual_mailbox_domains = {domain}, {sender_domain}
recipient_delimiter = +
relay_domains = {elsewhere}
transport_maps = texthash:{folder}/transport
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_recipient_restrictions = reject_unauth_destination
{tls}
"""
_TLS = """
smtpd_tls_security_level = encrypt
smtpd_tls_chain_files = {folder}/relay.pem
smtpd_tls_received_header = yes
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
showq     unix n - n - - showq
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
smtp      unix - - n - - smtp
virtual   unix - n n - - virtual
anvil     unix - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
"""


@dataclass
class Postfix:
    """Runs for as long as the `with` lasts. Has to be started by root, as Postfix itself."""

    mailboxes: Iterable[str]  #: The local parts it knows.
    encrypted: bool = False  #: Insist on STARTTLS, with a certificate only `authority` vouches for.
    bounces_to: str = ""  #: A mailbox of `SENDER_DOMAIN`, for what comes back.
    elsewhere: Mapping[str, int] = field(default_factory=dict)  #: Domains it passes on, to these ports on the loopback.
    folder: Path = field(init=False)
    port: int = field(init=False)

    def __enter__(self) -> Postfix:
        if os.geteuid() != 0:
            raise RuntimeError("Postfix can only be started by root; run make test-servers as root")
        # Not below pytest's own folder: that one is closed to Postfix's users.
        self.folder = Path(tempfile.mkdtemp(prefix="announcer-postfix-"))
        try:
            self._configure()
            self._run("start")
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
        """What Postfix wrote down."""
        path = self.folder / "log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def delivered(self, number: int) -> dict[str, list[bytes]]:
        """The mails by local part, as soon as there are `number` of them; raises `TimeoutError` if they don't come."""
        deadline = time.monotonic() + DELIVERY_SECONDS
        while len(files := list(self.folder.glob("mail/*/new/*"))) < number:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(files)} of {number} mails were delivered; the log ends {self.log[-2000:]}")
            time.sleep(0.05)
        found: dict[str, list[bytes]] = {}
        for path in files:
            found.setdefault(path.parent.parent.name, []).append(path.read_bytes())
        return found

    def _configure(self) -> None:
        self.folder.chmod(0o755)
        self.port = _free_port()
        owner = pwd.getpwnam(OWNER)
        postfix = pwd.getpwnam("postfix")
        for name, uid in (("queue", 0), ("data", postfix.pw_uid), ("mail", owner.pw_uid)):
            (self.folder / name).mkdir()
            os.chown(self.folder / name, uid, 0)
        main = _MAIN.format(
            folder=self.folder,
            domain=DOMAIN,
            sender_domain=SENDER_DOMAIN,
            elsewhere=", ".join(self.elsewhere),
            uid=owner.pw_uid,
            gid=owner.pw_gid,
            tls=_TLS.format(folder=self.folder) if self.encrypted else "smtpd_tls_security_level = none",
        )
        if self.encrypted:
            make_certificate(self.folder)
        # Domains without mailboxes: a map that knows nobody is not an empty file but this one.
        known = "".join(f"{local}@{DOMAIN} {local}/\n" for local in self.mailboxes)
        if self.bounces_to:
            known += f"{self.bounces_to}@{SENDER_DOMAIN} {self.bounces_to}/\n"
        transports = "".join(f"{domain} smtp:[127.0.0.1]:{port}\n" for domain, port in self.elsewhere.items())
        (self.folder / "transport").write_text(transports, encoding="ascii")
        (self.folder / "main.cf").write_text(main, encoding="ascii")
        (self.folder / "master.cf").write_text(_MASTER.format(port=self.port), encoding="ascii")
        (self.folder / "mailboxes").write_text(known, encoding="ascii")

    def _run(self, verb: str) -> None:
        done = subprocess.run(
            [PROGRAM, "-c", str(self.folder), verb], capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode:
            raise RuntimeError(f"postfix {verb} failed: {done.stdout}{done.stderr}{self.log[-2000:]}")

    def _await_greeting(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                    if connection.recv(3) == b"220":
                        return
            except OSError:
                pass
            if time.monotonic() > deadline:
                raise TimeoutError(f"Postfix does not answer on port {self.port}; its log: {self.log[-2000:]}")
            time.sleep(0.05)

    def _end(self) -> None:
        try:
            if (self.folder / "queue/pid/master.pid").exists():
                self._run("stop")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


def _free_port() -> int:
    """A port nobody uses: Postfix can't ask the system for one itself."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def make_certificate(folder: Path) -> None:
    """A certificate for 127.0.0.1 that vouches for itself: `relay.pem` with its key, `authority.pem` without."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay.city.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "authority.pem").write_bytes(public)
    (folder / "relay.pem").write_bytes(private + public)
    (folder / "relay.pem").chmod(0o600)
