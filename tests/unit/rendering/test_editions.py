"""The issue of a digest: its words, its size however much it tells, and what changes when the facts do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from announcer.model.facts import Announcement
from announcer.rendering import mail
from announcer.rendering.renderer import Renderer
from announcer.rendering.request import Edition, Item
from tests.unit.rendering.editions_facts import NIGHT, POSTPONED, edition, item, request
from tests.unit.rendering.pages import Page
from tests.unit.rendering.test_mail import NASTY


def mail_of(renderer: Renderer, of: Edition, language: str = "de") -> dict[str, str]:
    return dict(renderer.render(request(of, language)).payload)


def test_an_issue_word_by_word(renderer: Renderer) -> None:
    payload = mail_of(renderer, edition(2))
    assert payload["subject"] == "Neues aus der Stadt, Ausgabe 12: Radweg an der Ruhrallee ist fertig"
    assert payload["preheader"] == "Außerdem: Stadtbibliothek lädt zur langen Nacht"
    assert payload["text"].partition("--------------------")[0] == (
        """\
Pressestelle der Stadt Dortmund
Ausgabe 12, Freitag, 4. September 2026

Neues aus der Stadt

⟦greeting⟧

hier ist, was seit der letzten Ausgabe neu ist.

Radweg an der Ruhrallee ist fertig

Nach acht Monaten Bauzeit ist der neue Radweg an der Ruhrallee
freigegeben. Er ist zweieinhalb Meter breit, von der Fahrbahn getrennt und
führt vom Westfalenpark bis zum Phoenix-See.

Zur Mitteilung <https://presse.city.example/a/m-0>

Stadtbibliothek lädt zur langen Nacht

Lesungen, Führungen durch das Magazin und eine Werkstatt für Kinder: Die
Bibliothek öffnet bis Mitternacht.

> Lange Nacht der Bibliothek
> Wann: Samstag, 19. September 2026, 18 bis 23.30 Uhr
> Wo: Stadt- und Landesbibliothek, Max-von-der-Grün-Platz 1–3, 44137
> Dortmund
> Anmeldung: bis Montag, 14. September 2026

Zur Mitteilung <https://presse.city.example/a/m-1>

"""
    )


def test_english_words_around_german_news(renderer: Renderer) -> None:
    payload = mail_of(renderer, edition(2, number=1), "en")
    assert payload["subject"] == "Neues aus der Stadt, issue 1: Radweg an der Ruhrallee ist fertig"
    assert payload["preheader"] == "Also: Stadtbibliothek lädt zur langen Nacht"
    assert "here is what is new.\n" in payload["text"]
    assert "> When: Saturday, 19 September 2026, 6 p.m. to 11.30 p.m." in payload["text"]
    assert "Issue 1, Friday, 4 September 2026" in payload["text"]


def test_a_single_item_has_its_lead_beside_the_subject(renderer: Renderer) -> None:
    assert mail_of(renderer, edition(1))["preheader"].startswith("Nach acht Monaten Bauzeit ist der neue Radweg")


@pytest.mark.parametrize(("items", "contents"), [(1, False), (3, False), (4, True), (40, True)])
def test_a_table_of_contents_from_four_on(renderer: Renderer, items: int, contents: bool) -> None:
    payload = mail_of(renderer, edition(items))
    assert ("In dieser Ausgabe" in payload["text"]) is contents
    assert ("In dieser Ausgabe" in Page(payload["html"]).seen) is contents


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("items", [1, 3, 40, 400])
def test_however_many_the_mail_stays_small_and_both_parts_say_the_same(
    renderer: Renderer, items: int, language: str
) -> None:
    of = edition(items)
    payload = mail_of(renderer, of, language)
    assert len(payload["html"].encode()) < mail.LARGEST_HTML
    text, seen = " ".join(payload["text"].split()), Page(payload["html"]).seen
    for each in of.items:
        assert (each.announcement.headline in text) == (each.announcement.headline in seen)
        assert (each.links.announcement_url in payload["html"]) == (f"<{each.links.announcement_url}>" in text)


def test_forty_items_are_all_told_in_full(renderer: Renderer) -> None:
    text = " ".join(mail_of(renderer, edition(40))["text"].split())
    assert text.count("Zur Mitteilung <") == 40
    assert "Außerdem" not in text


def test_long_leads_give_way_first_then_the_last_items(renderer: Renderer) -> None:
    words = "Wort " * 190
    items = [replace(each, announcement=replace(each.announcement, lead=words)) for each in edition(90).items]
    few = mail_of(renderer, Edition("Neues", 2, tuple(items[:40])))["text"]
    many = mail_of(renderer, Edition("Neues", 2, tuple(items)))["text"]
    assert few.count("Zur Mitteilung <") == 40
    assert {len(" ".join(part.split())) for part in few.split("\n\n") if part.startswith("Wort")} == {400}
    assert 3 <= many.count("Zur Mitteilung <") < 90
    told = " ".join(many.split())
    assert all(each.announcement.headline in told for each in items[:60])
    assert "weitere Mitteilungen auf https://presse.city.example" in told


def test_a_postponed_event_is_told_as_that(renderer: Renderer) -> None:
    payload = mail_of(renderer, Edition("Neues", 3, (item(1, POSTPONED),)))
    assert "Ein neuer Termin steht noch nicht fest." in " ".join(payload["text"].split())
    assert "> Geplant war: Freitag, 18. September 2026, 18 bis 23.30 Uhr" in payload["text"]
    assert "Anmeldung" not in payload["text"]


def test_a_corrected_body_changes_nothing_a_corrected_lead_does(renderer: Renderer) -> None:
    """Only what an issue says can be wrong in it."""
    before = item(1, NIGHT)
    body = replace(before, announcement=replace(before.announcement, body="Anders", version=2))
    lead = replace(before, announcement=replace(before.announcement, lead="Anders", version=2))
    words = [mail_of(renderer, Edition("Neues", 3, (each,))) for each in (before, body, lead)]
    assert words[0] == words[1]
    assert words[0] != words[2]


@hypothesis_settings(max_examples=60)
@given(NASTY, NASTY, NASTY)
def test_nothing_can_be_forged(renderer: Renderer, headline: str, lead: str, title: str) -> None:
    """Whatever stands in an announcement, the mail keeps its subject in one line and its own links and slots."""
    nasty = Item(Announcement(id="x", headline=headline, lead=lead))
    payload = mail_of(renderer, Edition(title, 2, (nasty, item(0))))
    assert "\n" not in payload["subject"]
    assert payload["html"].count("⟦unsubscribe_url⟧") == 1
    assert payload["text"].count("⟦unsubscribe_url⟧") == 1
    links = [e.attributes.get("href", "") for e in Page(payload["html"]).elements if e.tag == "a"]
    assert not [link for link in links if "evil" in link]
