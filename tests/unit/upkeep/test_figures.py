"""What is counted, and that docs/metrics.md says every figure there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from announcer.clock import system_clock
from announcer.model.ledger import Deferred, Failed, Outcome, Receipt, Sent, Unknown
from announcer.store import schema
from announcer.store.database import open_database
from announcer.upkeep.census import Census
from announcer.upkeep.figures import OTHERS, Domains, Figures
from announcer.upkeep.watching import code_of
from tests.unit.docs.manual import code, page

PAGE = page("metrics.md")


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Sent(Receipt("1")), "sent"),
        (Deferred("421 4.7.0 try again later"), "421"),
        (Failed("550 5.1.1 no such user"), "550"),
        (Deferred("mastodon: the server answered 429"), "429"),
        (Deferred("the relay does not answer"), "deferred"),
        (Failed("given up after 56 tries: nobody there"), "failed"),
        (Unknown("the answer was lost"), "unknown"),
        (Failed("refused, see ticket 4711"), "failed"),
    ],
)
def test_the_code_is_what_the_other_side_answered(outcome: Outcome, expected: str) -> None:
    assert code_of(outcome) == expected


def test_a_domain_gets_its_line_after_some_mails_and_only_so_many_do() -> None:
    domains = Domains(own_line=2, most=2)
    assert [domains.shown(one) for one in ("A.example", "a.example", "a.example")] == [OTHERS, OTHERS, "a.example"]
    for one in ("b.example", "c.example"):
        assert [domains.shown(one) for _ in range(3)][:2] == [OTHERS, OTHERS]
    assert [domains.shown(one) for one in ("a.example", "b.example", "c.example")] == ["a.example", "b.example", OTHERS]


def test_many_strange_domains_do_not_fill_the_memory() -> None:
    domains = Domains(own_line=20, most=1)
    for number in range(1000):
        domains.shown(f"{number}.example")
    assert len(domains._seen) <= 100


def _families(folder: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """Every figure of a fresh process, with its kind and labels; all of its labels are seen once."""
    figures = Figures()
    figures.lateness.labels("post").observe(1)
    figures.sent("mastodon", "social.example", "sent", mail=False)
    figures.ticks.labels("done").inc()
    figures.beats.labels("taken").inc()
    database = open_database(f"sqlite:///{folder}/a.db")
    schema.migrate(database)
    figures.registry.register(Census(database, system_clock, lambda: 5))
    found = {}
    for family in text_string_to_metric_families(generate_latest(figures.registry).decode()):
        if family.name.endswith("_created"):
            continue
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        name = family.name + ("_total" if family.type == "counter" else "")
        found[name] = (family.type, frozenset(labels))
    database.close()
    return found


def test_every_figure_is_documented_with_its_kind_and_nothing_else(tmp_path: Path) -> None:
    rows = {code(row[0]): row for row in PAGE.rows("Figures for Prometheus")}
    found = _families(tmp_path)
    assert {name: row[1] for name, row in rows.items()} == {name: kind for name, (kind, _) in found.items()}
    for name, (_, labels) in found.items():
        said = set(re.findall(r"`([^`]+)`", rows[name][2]))
        assert labels <= said, f"{name} does not say {labels - said}"


def test_every_alarm_asks_for_figures_that_exist(tmp_path: Path) -> None:
    (block,) = PAGE.codes("yaml")
    asked = set(re.findall(r"announcer_[a-z_]+", block.text))
    assert asked
    assert asked <= set(_families(tmp_path))
