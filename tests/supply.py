"""What we get from others: every requirement pinned with hashes, and none with a known hole. Run by `make check`.

The advisories come from a service on the net. Where it can't be reached, or
does not know a package, this says so and fails nothing: a change must not wait
for somebody else's server. An answer holds for a day.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = ("requirements.txt", "requirements-dev.txt")
_KEPT = ROOT / ".venv" / ".audit.json"
_DAY = 86_400
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")


def pinned(text: str) -> dict[str, bool]:
    """Every requirement of a file by its name, and whether it has a hash."""
    found: dict[str, bool] = {}
    for block in re.split(r"\n(?=\S)", text):
        if match := _PIN.match(block):
            name = canonical(match[1])
            found[name] = found.get(name, True) and "--hash=sha256:" in block
    return found


def canonical(name: str) -> str:
    """As the index spells it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def faults(root: Path = ROOT) -> Iterator[str]:
    """What is not pinned, one sentence each."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {FILES[0]: project["dependencies"], FILES[1]: project["optional-dependencies"]["dev"]}
    for file, names in wanted.items():
        have = pinned((root / file).read_text(encoding="utf-8"))
        for name in have:
            if not have[name]:
                yield f"{file}: {name} has no hash; run make requirements"
        for line in names:
            name = canonical(re.split(r"[\s\[<>=!~;]", line, maxsplit=1)[0])
            if name not in have:
                yield f"{file}: {name} stands in pyproject.toml and is not pinned; run make requirements"


def advisories(file: Path) -> tuple[list[str], str]:
    """Known holes in what `file` pins, and what could not be found out."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--requirement", str(file)]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
        told = json.loads(ran.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return [], "the service for advisories can't be reached; holes were not looked for"
    holes = [f"{one['name']} {one['version']}: {hole['id']}" for one in told for hole in one.get("vulns", ())]
    skipped = sum("skip_reason" in one for one in told)
    return holes, f"{skipped} of {len(told)} packages are not known to the service for advisories" if skipped else ""


def main() -> int:
    """The exit code."""
    wrong = list(faults())
    stamp = {file: (ROOT / file).stat().st_mtime_ns for file in FILES}
    kept = json.loads(_KEPT.read_text()) if _KEPT.exists() else {}
    if kept.get("stamp") == stamp and time.time() - kept["at"] < _DAY:
        holes, unsaid = kept["holes"], kept["unsaid"]
    else:
        holes, unsaid = advisories(ROOT / FILES[1])
        _KEPT.write_text(json.dumps({"stamp": stamp, "at": time.time(), "holes": holes, "unsaid": unsaid}))
    for line in (*wrong, *holes):
        print(line)
    if unsaid:
        print(f"Advisories: {unsaid}.")
    number = len(pinned((ROOT / FILES[1]).read_text(encoding="utf-8")))
    if not wrong:
        print(f"{number} requirements, each with its hashes.")
    return 1 if wrong or holes else 0


if __name__ == "__main__":
    sys.exit(main())
