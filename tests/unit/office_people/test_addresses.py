"""What an address is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.errors import IntakeError
from announcer.office.addresses import AddressRefused, Fault, excerpt, explain, masked, normalise

_LOCALS = st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}(\.[A-Za-z0-9_-]{1,10}){0,2}", fullmatch=True)
_DOMAINS = st.from_regex(r"([A-Za-z0-9]([A-Za-z0-9]{0,10}[A-Za-z0-9])?\.){1,3}[A-Za-z]{2,6}", fullmatch=True)


@pytest.mark.parametrize(
    ("written", "known_as"),
    [
        ("alex@city.example", "alex@city.example"),
        ("  Alex.Muster@City.Example\t", "alex.muster@city.example"),
        ("\ufeffalex@city.example\u200b", "alex@city.example"),
        ("\u00a0alex@city.example\u00a0", "alex@city.example"),
        ("alex+presse@city.example", "alex+presse@city.example"),
        ("o'neil@city.example", "o'neil@city.example"),
        ("alex@Straße.example", "alex@xn--strae-oqa.example"),
        ("alex@MÜNCHEN.example", "alex@xn--mnchen-3ya.example"),
        ("alex@xn--mnchen-3ya.example", "alex@xn--mnchen-3ya.example"),
        ("a" * 64 + "@city.example", "a" * 64 + "@city.example"),
    ],
)
def test_one_spelling_per_person(written: str, known_as: str) -> None:
    assert normalise(written) == known_as


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("", Fault.EMPTY),
        ("  ", Fault.EMPTY),
        ("alex", Fault.NO_AT),
        ("@city.example", Fault.NO_AT),
        ("alex@", Fault.NO_AT),
        ("alex@city.example, kim@city.example", Fault.SEVERAL),
        ("alex muster@city.example", Fault.SPACE),
        ("alex@city .example", Fault.SPACE),
        ("alex\r\nBcc: kim@city.example", Fault.CONTROL),
        ("alex\x00@city.example", Fault.CONTROL),
        ("Alex Muster <alex@city.example>", Fault.BRACKETS),
        ("a" * 65 + "@city.example", Fault.LONG),
        ("alex@" + "a." * 125 + "example", Fault.LONG),
        ("älex@city.example", Fault.LOCAL_LETTERS),
        (".alex@city.example", Fault.LOCAL),
        ("al..ex@city.example", Fault.LOCAL),
        ('"alex"@city.example', Fault.LOCAL),
        ("mailto:alex@city.example", Fault.LOCAL),
        ("alex@city", Fault.NO_DOT),
        ("alex@city.", Fault.NO_DOT),
        ("alex@city..example", Fault.DOMAIN),
        ("alex@-city.example", Fault.DOMAIN),
        ("alex@city_hall.example", Fault.DOMAIN),
        ("alex@127.0.0.1", Fault.DOMAIN),
        ("alex@[127.0.0.1]", Fault.DOMAIN),
        ("alex@xn--a.example", Fault.DOMAIN),
        ("alex@" + "a" * 64 + ".example", Fault.DOMAIN),
    ],
)
def test_what_cannot_be_an_address(written: str, fault: Fault) -> None:
    with pytest.raises(AddressRefused) as refused:
        normalise(written)
    assert refused.value.fault is fault
    assert isinstance(refused.value, IntakeError)
    assert explain(fault) in str(refused.value)
    assert "\r" not in str(refused.value)


@given(_LOCALS, _DOMAINS)
def test_normalising_twice_changes_nothing(local: str, domain: str) -> None:
    once = normalise(f"{local}@{domain}")
    assert normalise(once) == once
    assert once == once.lower()


@given(st.text(max_size=300))
def test_whatever_comes_is_an_address_or_refused(text: str) -> None:
    try:
        address = normalise(text)
    except AddressRefused:
        return
    assert address.isascii()
    assert address.isprintable()
    assert address.count("@") == 1
    assert not set(address) & set(" <>")
    assert len(address) <= 254


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_fault_has_a_remedy_in_both_languages(language: str) -> None:
    sentences = [explain(fault, language) for fault in Fault]
    assert len(set(sentences)) == len(Fault)
    assert all(";" in sentence or "Bitte" in sentence or "write" in sentence for sentence in sentences)


def test_a_page_shows_no_whole_address() -> None:
    assert masked("alex@city.example") == "a…@city.example"


def test_an_excerpt_is_one_short_line() -> None:
    assert excerpt(" a\r\nb ") == "a\ufffd\ufffdb"
    assert excerpt("x" * 100) == "x" * 59 + "…"
