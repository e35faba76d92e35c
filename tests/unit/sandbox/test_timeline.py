from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from announcer.sandbox.arrivals import AS_PLANNED, Arrival, FeedItem, ItemText, Mail, Post, PostEdit
from announcer.sandbox.timeline import days, entries, followers, parting, split, tally

T = datetime(2018, 9, 17, 21, 30, tzinfo=UTC)  # 23:30 in Berlin
BERLIN = ZoneInfo("Europe/Berlin")
BODY = "Die Konferenz beginnt morgen um 13 Uhr im Dietrich-Keuning-Haus. Wir freuen uns auf Sie und Ihre Fragen. " * 2


def _mail(
    number: int, name: str, *, subject: str = "Morgen", body: str = BODY, at: datetime = T, ref: str = ""
) -> Mail:
    head = f"Subject: {subject}\r\nMessage-ID: <{number}@city.example>\r\nFrom: p@city.example\r\n"
    head += f"In-Reply-To: {ref}\r\n" if ref else ""
    text = f"{head}\r\nGuten Tag {name},\r\n\r\n{body}\r\nhttps://city.example/ab/{number}\r\n"
    return Mail(number, at, AS_PLANNED, "b@city.example", f"{name}@example.org", text.encode())


def _post(number: int, text: str = "Hallo", at: datetime = T, reply: str | None = None) -> Post:
    return Post(number, at, AS_PLANNED, f"s{number}", text, "https://x.example", in_reply_to=reply)


def _item(number: int, title: str, before: ItemText | None = None, host: str = "a.example") -> FeedItem:
    text = ItemText(title, "", "", "")
    change: Literal["new", "changed"] = "changed" if before else "new"
    return FeedItem(number, T, AS_PLANNED, f"http://{host}/all.xml", "g", text, change, before)


def test_mails_that_differ_in_their_slots_are_one_entry() -> None:
    mails = [_mail(n, name) for n, name in enumerate(("Anna", "Bert Brecht", "Cem"), 1)]
    made = entries(mails, BERLIN)
    assert [entry.mails for entry in made] == [tuple(mails)]
    assert tally(made) == {"social": 0, "mail": 1, "feed": 0}


def test_another_text_subject_or_minute_is_another_entry() -> None:
    other = "Ein ganz anderer Text über eine ganz andere Sache, die niemand verwechseln sollte. " * 3
    mails = [
        _mail(1, "A"),
        _mail(2, "A", subject="Heute"),
        _mail(3, "A", body=other),
        _mail(4, "A", at=T + timedelta(minutes=1)),
    ]
    assert [entry.number for entry in entries(mails, BERLIN)] == [1, 2, 3, 4]


def test_a_correction_knows_what_it_corrects() -> None:
    old = ItemText("Alt", "", "", "")
    arrivals: list[Arrival] = [
        _post(1),
        _mail(2, "A"),
        _mail(3, "B"),
        _item(4, "Alt"),
        _post(5, reply="s1"),
        PostEdit(6, T, AS_PLANNED, "s1", "Hallo", "Hallo!", "https://x.example"),
        _mail(7, "B", subject="Korrektur", ref="<3@city.example>"),
        _item(8, "Neu", before=old, host="b.example"),
        _mail(9, "C", subject="Fremd", ref="<nobody@city.example>"),
    ]
    made = entries(arrivals, BERLIN)
    assert {e.number: (e.kind, e.about.number if e.about else None, e.paired) for e in made} == {
        1: ("post", None, False),
        2: ("mail", None, False),
        4: ("feed", None, False),
        5: ("post", 1, False),
        6: ("edit", 1, True),
        7: ("mail", 2, True),
        8: ("feed", 4, True),
        9: ("mail", None, False),
    }
    later = {number: [entry.number for entry in some] for number, some in followers(made).items()}
    assert later == {1: [5, 6], 2: [7], 4: [8]}


def test_days_are_the_events_days() -> None:
    made = entries([_post(1), _post(2, at=T + timedelta(hours=1))], BERLIN)
    assert [(day.date, len(day.entries)) for day in days(made)] == [(date(2018, 9, 17), 1), (date(2018, 9, 18), 1)]


def test_a_change_parts_what_was_before_from_what_follows() -> None:
    made = entries([_post(1), _post(2, at=T + timedelta(hours=1)), _post(3, at=T + timedelta(hours=2))], BERLIN)
    past, future = split(made, T + timedelta(hours=1))
    assert ([e.number for e in past], [e.number for e in future]) == ([1], [2, 3])


def test_a_variant_told_from_its_beginning_leaves_the_plan_where_it_differs() -> None:
    plan = entries([_post(1), _post(2, "Plan", at=T + timedelta(hours=2))], BERLIN)
    same = entries([_post(11), _post(12, "Plan", at=T + timedelta(hours=2))], BERLIN)
    other = entries([_post(21), _post(22, "Absage", at=T + timedelta(hours=1))], BERLIN)
    assert parting(plan, same) is None
    assert parting(plan, other) == T + timedelta(hours=1)
    assert parting(plan, ()) == T
