"""The wheel in an environment of its own: everything it needs to work is in it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _run(*command: str | Path, cwd: Path) -> str:
    ran = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_a_wheel_plans_a_campaign_far_from_its_sources(tmp_path: Path) -> None:
    """Built, installed into a fresh environment, run in another folder. Its libraries are those of the tests."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    _run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path / "built", ROOT, cwd=tmp_path)
    (wheel,) = (tmp_path / "built").glob("announcer-*.whl")
    home = tmp_path / "venv"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    packages = Path(_run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path).strip())
    _run(*pip, "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=tmp_path)
    # Behind its own packages; a .pth within this folder is not followed, so the editable install is not found.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = _run(python, "-c", "import announcer; print(announcer.__file__)", cwd=tmp_path)
    assert where.startswith(str(home))
    office = tmp_path / "office"
    office.mkdir()
    shutil.copy(ROOT / "config.toml", office)
    announcer = home / "bin" / "announcer"
    example = ROOT / "examples" / "kommunen-innovativ"
    assert _run(announcer, "--version", cwd=office).startswith("announcer ")
    _run(announcer, "event", "add", example / "event.toml", cwd=office)
    _run(announcer, "add", example / "release.md", "--yes", cwd=office)
    found = {one["what"]: one["ok"] for one in json.loads(_run(announcer, "check", "--json", cwd=office))}
    assert len(found) >= 5
    assert all(found.values()), found
    assert (office / "var" / "announcer.db").is_file()
