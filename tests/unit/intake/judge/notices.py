"""The intake against the corpus of notices: field by field right, missed, wrong with a flag, or wrong in silence."""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from announcer.intake.files import read_file_content
from announcer.intake.proposal import EventDraft, Proposal
from announcer.intake.release import Beside

CORPUS = Path(__file__).parents[3] / "corpus"
FOLDER = CORPUS / "notices"
FRESH = CORPUS / "fresh"  #: Notices written after the parser, read by it as they were written.
BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One fact of one notice."""

    notice: str
    field: str
    verdict: str  #: right, missed, wrong (there is a question about it), silent, extra, needless
    expected: str = ""
    found: str = ""


def squeezed(text: object) -> str:
    """Whitespace as one space."""
    return " ".join(str(text).split())


def read(folder: Path, facts: dict[str, Any]) -> Proposal:
    """The notice as the intake proposes it."""
    path = next(path for path in sorted(folder.iterdir()) if path.stem == "notice")
    given = facts.get("release_date")
    release = given if isinstance(given, date) else date.fromisoformat(given) if given else None
    return read_file_content(path.read_bytes(), path.name, BERLIN, Beside(release=release))


def judge(folder: Path) -> list[Verdict]:
    """Every fact of a notice."""
    facts = tomllib.loads((folder / "facts.toml").read_text(encoding="utf-8"))
    found = read(folder, facts)
    return [
        Verdict(folder.name, field, verdict, squeezed(expected), squeezed(got))
        for field, verdict, expected, got in (
            *_text(facts, found),
            *_events(facts, found),
            *_lists(facts, found),
            *_asked(facts, found),
        )
    ]


Line = tuple[str, str, object, object]


def _same(field: str, expected: str, found: str, *, flagged: bool = False) -> Line:
    if squeezed(expected) == squeezed(found):
        return field, "right", expected, found
    if not found:
        return field, "missed", expected, found
    return field, "wrong" if flagged else "silent", expected, found


def _holds(field: str, expected: str, found: str, *, flagged: bool = False) -> Line:
    if squeezed(expected) and squeezed(expected).casefold() in squeezed(found).casefold():
        return field, "right", expected, found
    if not found:
        return field, "missed", expected, found
    return field, "wrong" if flagged else "silent", expected, found


def _text(facts: dict[str, Any], found: Proposal) -> Iterator[Line]:
    text = found.announcement
    yield _same("language", facts["language"], text.language)
    yield _same("headline", facts["headline"], text.headline)
    yield (
        _same("kicker", facts.get("kicker", ""), text.kicker)
        if facts.get("kicker") or text.kicker
        else ("kicker", "right", "", "")
    )
    lead = squeezed(facts.get("lead", ""))
    if lead:
        begins = squeezed(text.lead).startswith(lead) or lead in squeezed(text.lead)[: len(lead) + 60]
        yield "lead", "right" if begins else "silent" if text.lead else "missed", lead, text.lead[:80]
    if facts.get("number"):
        yield _same("number", facts["number"], found.number)
    if facts.get("source"):
        yield _holds("source", facts["source"], text.source, flagged=_unsure(found, "source"))
    if facts.get("dateline"):
        yield _same("dateline", str(facts["dateline"]), str(found.released or ""))
    has = bool(found.boilerplate)
    if "boilerplate" in facts:
        yield (
            "boilerplate",
            "right" if has == facts["boilerplate"] else "missed" if not has else "silent",
            facts["boilerplate"],
            found.boilerplate[:60],
        )
    heads = [block.text for block in found.sections if block.kind.value == "heading"]
    for head in facts.get("subheads", []):
        yield (
            "subhead",
            "right" if squeezed(head) in map(squeezed, heads) or squeezed(head) == squeezed(found.deck) else "missed",
            head,
            heads,
        )
    body = squeezed(text.lead + " " + text.body)
    lines = {squeezed(line) for line in (text.lead + "\n" + text.body).split("\n")}
    for junk in facts.get("stripped", []):
        gone = squeezed(junk) not in lines and (len(squeezed(junk)) < 25 or squeezed(junk) not in body)
        yield "stripped", "right" if gone else "silent", junk, ""
    if contact := facts.get("contact"):
        for key in ("name", "role", "organisation", "phone", "email"):
            if contact.get(key):
                got = getattr(found.contact, key) if found.contact else ""
                yield _holds(f"contact.{key}", contact[key], got)
    if embargo := facts.get("embargo"):
        until = text.embargoed_until.astimezone(BERLIN) if text.embargoed_until else None
        flagged = any(q.key == "embargo" for q in found.questions)
        yield _same(
            "embargo.until", embargo.get("until", ""), f"{until:%Y-%m-%dT%H:%M}" if until else "", flagged=flagged
        )
        yield _holds("embargo.said", embargo.get("said", ""), found.embargo_said)
    elif text.embargoed_until or found.embargo_said:
        yield "embargo", "silent", "", found.embargo_said


def _events(facts: dict[str, Any], found: Proposal) -> Iterator[Line]:
    drafts = [draft for draft in (found.draft, *found.further) if draft is not None]
    asked = {q.key for q in found.questions}
    if not facts.get("events") or (not drafts and all(event.get("optional") for event in facts["events"])):
        if drafts:
            yield (
                "no event",
                "wrong" if drafts[0].certainty in {"missing", "open", "ambiguous"} or "events" in asked else "silent",
                "",
                drafts[0].event.name + " " + drafts[0].start,
            )
        else:
            yield "no event", "right", "", ""
        return
    for number, event in enumerate(facts["events"]):
        draft = drafts[number] if number < len(drafts) else None
        if draft is None and event.get("optional"):
            continue
        if draft is None:
            yield f"event {number + 1}", "wrong" if "events" in asked else "missed", event.get("name", ""), ""
            continue
        yield from _event(event, draft, asked, found)


def _unsure(found: Proposal, field: str) -> bool:
    """Whether the proposal itself asks to look at a field."""
    return any(remark.key == "unsure" and remark.slots["field"] == field for remark in found.remarks)


def _event(event: dict[str, Any], draft: EventDraft, asked: set[str], found: Proposal) -> Iterator[Line]:
    dated = bool(asked & {"year", "weekday", "date", "release-date", "date-missing"})
    yield _holds(
        "event.name",
        event["name"],
        draft.event.name + " " + found.announcement.headline,
        flagged=_unsure(found, "event.name"),
    )
    sure = draft.certainty
    if event.get("recurring"):
        if not event.get("start"):
            yield (
                "event.start",
                "right" if not draft.start or sure in {"missing"} else "silent",
                "recurring",
                draft.start,
            )
    elif event.get("start"):
        start, expected = draft.start, str(event["start"])
        if event.get("certainty") == "ambiguous":
            options = {expected, *event.get("alternatives", [])}
            right = sure == "ambiguous" and (start in options or bool(options & set(draft.alternatives)))
            yield (
                "event.start",
                "right" if right else "wrong" if sure != "stated" else "silent",
                expected,
                f"{start} {sure} {draft.alternatives}",
            )
        elif start == expected:
            yield "event.start", "right", expected, start
        else:
            flagged = (
                dated
                or sure in {"inferred", "ambiguous", "open", "missing"}
                or (start[:10] == expected[:10] and ("time" in asked or _unsure(found, "event.time")))
            )
            yield (
                "event.start",
                ("missed" if not start else "wrong" if flagged else "silent"),
                expected,
                f"{start} {sure}",
            )
    elif draft.start and event.get("certainty") != "open":
        yield "event.start", "silent" if sure == "stated" else "wrong", "", f"{draft.start} {sure}"
    if event.get("end") and not event.get("recurring"):
        yield _same("event.end", str(event["end"]), draft.end, flagged=dated)
    if event.get("certainty"):
        wanted = event["certainty"]
        yield (
            "event.certainty",
            "right" if sure == wanted or (wanted == "open" and sure == "missing") else "wrong",
            wanted,
            sure,
        )
    if event.get("place"):
        place = draft.event.place
        got = " ".join(filter(None, (place.name, place.street, place.city))) if place else ""
        yield _holds("event.place", event["place"], got, flagged=_unsure(found, "event.place"))
    yield (
        "event.status",
        "right"
        if event.get("status", "scheduled") == draft.status
        else "wrong"
        if _unsure(found, "event.status")
        else "silent",
        event.get("status", "scheduled"),
        draft.status,
    )
    if event.get("previous_start"):
        got = str(draft.previous.first) if draft.previous else ""
        yield _same("event.previous_start", str(event["previous_start"])[:10], got)
    if event.get("previous_place"):
        yield _holds("event.previous_place", event["previous_place"], draft.previous_place)
    if event.get("doors"):
        yield _same("event.doors", event["doors"], draft.doors)
    if event.get("registration_closes"):
        yield _same("event.registration", str(event["registration_closes"]), draft.registration_closes)


def _lists(facts: dict[str, Any], found: Proposal) -> Iterator[Line]:
    people = {one.name: one for one in found.people}
    contact = (facts.get("contact") or {}).get("name", "")
    for person in facts.get("people", []):
        one = people.pop(person["name"], None)
        yield "person", "right" if one else "missed", person["name"], sorted(people) if not one else ""
        if one is None:
            continue
        if person.get("title"):
            yield _holds("person.title", person["title"], one.title)
        if person.get("role"):
            yield _role("person.role", person["role"], one.role)
        if person.get("affiliation"):
            yield _role("person.affiliation", person["affiliation"], one.affiliation)
    for name in people:
        if name != contact:
            yield "person too many", "extra", "", name
    items = list(found.draft.items) if found.draft else []
    for session in facts.get("sessions", []):
        match = next((i for i in items if _is_item(session, i)), None)
        if match is None and session.get("optional"):
            continue
        yield (
            "session",
            "right" if match else "missed",
            session.get("title") or session.get("words") or session.get("kind"),
            [i.title for i in items],
        )
        if match is None:
            continue
        items.remove(match)
        if session.get("people"):
            got = {p.name for p in match.people}
            yield (
                "session.people",
                "right" if set(session["people"]) <= got else "missed",
                session["people"],
                sorted(got),
            )
        first = found.draft.when.first if found.draft and found.draft.when else None
        if session.get("day") or session.get("date"):
            day = match.day or ((match.on - first).days + 1 if match.on and first else None)
            wanted = session.get("day") or (
                (date.fromisoformat(str(session["date"])) - first).days + 1 if first else None
            )
            if day == -1 and found.draft and found.draft.when and found.draft.when.last and first:
                day = (found.draft.when.last - first).days + 1
            single = (
                found.draft is not None
                and found.draft.when is not None
                and first == found.draft.when.last
                and wanted == 1
            )
            yield (
                "session.day",
                "right" if day == wanted or (day is None and single) else "missed" if day is None else "silent",
                wanted,
                day,
            )
        elif match.day is not None:
            yield "session.day", "silent", "", match.day
        for key in ("start", "end"):
            if session.get(key):
                got_time = getattr(match, key)
                yield _same(f"session.{key}", session[key], f"{got_time:%H:%M}" if got_time else "")
        if session.get("room"):
            yield _holds("session.room", session["room"], match.room)
    if not facts.get("sessions") and items:
        yield "session too many", "extra", "", [i.title for i in items]
    urls = {link.url.rstrip("/"): link for link in found.announcement.links if link.url} | {
        one.url.rstrip("/"): one for one in found.enclosures if one.url
    }
    labels = {squeezed(link.label) for link in found.announcement.links} | {
        squeezed(one.label) for one in found.enclosures
    }
    for link in (*facts.get("links", []), *facts.get("attachments", [])):
        if link.get("lost"):
            yield (
                "link",
                "right" if any(squeezed(link["label"]) in label for label in labels) else "missed",
                link["label"],
                sorted(labels),
            )
        elif link.get("url"):
            yield (
                "link",
                "right" if any(link["url"].rstrip("/") in url for url in urls) else "missed",
                link["url"],
                sorted(urls),
            )
        else:
            yield (
                "link",
                "right" if any(squeezed(link["label"]) in label for label in labels) else "missed",
                link.get("label"),
                sorted(labels),
            )
    pictures = list(found.pictures)
    for image in facts.get("images", []):
        match_ = next(
            (
                p
                for p in pictures
                if (image.get("src") and image["src"] in p.src)
                or (image.get("caption") and squeezed(image["caption"]) in squeezed(p.caption))
            ),
            None,
        )
        yield "image", "right" if match_ else "missed", image, pictures
        if match_:
            pictures.remove(match_)
            for key in ("caption", "alt", "credit"):
                if image.get(key):
                    yield _holds(f"image.{key}", image[key], getattr(match_, key))
    for quote in facts.get("quotes", []):
        one_quote = next((q for q in found.quotes if squeezed(q.text).startswith(squeezed(quote["begins"])[:25])), None)
        yield "quote", "right" if one_quote else "missed", quote["begins"], [q.text[:30] for q in found.quotes]
        if one_quote and quote.get("who"):
            yield (
                "quote.who",
                "right" if _surname(quote["who"]) in one_quote.who else "silent" if one_quote.who else "missed",
                quote["who"],
                one_quote.who,
            )
    if not facts.get("quotes") and found.quotes:
        yield "quote too many", "extra", "", [q.text[:40] for q in found.quotes]


def _surname(name: str) -> str:
    return name.split()[-1]


def _role(field: str, expected: str, found: str) -> Line:
    if not found:
        return field, "missed", expected, found
    a, b = squeezed(expected).lower(), squeezed(found).lower()
    return field, "right" if a in b or b in a or a.split()[0] == b.split()[0] else "silent", expected, found


def _is_item(session: dict[str, Any], item: Any) -> bool:
    title = squeezed(session.get("title", ""))
    if title:
        return (
            title in squeezed(item.title)
            or title in squeezed(item.words)
            or (bool(item.title) and squeezed(item.title) in title)
        )
    said = squeezed(session.get("words", ""))
    kind = squeezed(session.get("kind", ""))
    if said and (said in squeezed(item.words) or squeezed(item.words) in said or squeezed(item.title) in said):
        return not kind or kind[:5].lower() in squeezed(item.words).lower()
    return bool(kind) and kind[:6].lower() == (item.kind or item.title)[:6].lower()


def _asked(facts: dict[str, Any], found: Proposal) -> Iterator[Line]:
    asked = {question.key for question in found.questions}
    must, may = set(facts.get("questions", [])), set(facts.get("may_ask", []))
    for key in sorted(must):
        yield f"question {key}", "right" if key in asked else "missed", key, sorted(asked)
    for key in sorted(asked - must - may):
        yield f"question {key}", "needless", "", key


def run(only: str = "", root: Path = FOLDER) -> list[Verdict]:
    """All notices of a folder, or those whose name holds `only`."""
    return [v for folder in sorted(root.iterdir()) if folder.is_dir() and only in folder.name for v in judge(folder)]


def figures(verdicts: list[Verdict]) -> str:
    """In one line."""
    counts = Counter(v.verdict for v in verdicts)
    judged = counts["right"] + counts["missed"] + counts["wrong"] + counts["silent"]
    notices = len({v.notice for v in verdicts})
    return (
        f"{notices} notices, {judged} fields: {counts['right'] / judged:.1%} right, {counts['missed']} "
        f"missed, {counts['wrong']} wrong and flagged, "
        f"{counts['silent']} wrong in silence; {counts['needless'] / notices:.2f} needless "
        f"questions a notice; {counts['extra']} things too many"
    )


if __name__ == "__main__":
    chosen = [argument for argument in sys.argv[1:] if argument != "--fresh"]
    shown = run(chosen[0] if chosen else "", FRESH if "--fresh" in sys.argv else FOLDER)
    for one in shown:
        if one.verdict != "right":
            print(
                f"{one.notice[:24]:24} {one.verdict:8} {one.field:18} {one.expected[:90]!r:92} <- {one.found[:150]!r}"
            )
    print(Counter(f"{v.field} {v.verdict}" for v in shown if v.verdict != "right").most_common(60))
    print(figures(shown))
