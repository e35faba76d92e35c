"""What comes from others is pinned, and a missing pin or hash is told."""

from __future__ import annotations

from pathlib import Path

from tests import supply


def test_everything_is_pinned_with_hashes() -> None:
    assert list(supply.faults()) == []


def test_what_lacks_a_pin_or_a_hash_is_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\ndependencies = ["Good>=1", "lost[x]>=2", "bare"]\n[project.optional-dependencies]\ndev = []\n'
    )
    (tmp_path / "requirements.txt").write_text("good==1.0 \\\n    --hash=sha256:ab\n    # via x\nbare==2\n")
    (tmp_path / "requirements-dev.txt").write_text("")
    assert list(supply.faults(tmp_path)) == [
        "requirements.txt: bare has no hash; run make requirements",
        "requirements.txt: lost stands in pyproject.toml and is not pinned; run make requirements",
    ]


def test_a_service_that_can_not_be_reached_is_said_and_fails_nothing(tmp_path: Path) -> None:
    holes, unsaid = supply.advisories(tmp_path / "none.txt")
    assert (holes, "can't be reached" in unsaid) == ([], True)
