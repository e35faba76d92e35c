"""Where in a web page the text stands, and what stands around it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree, html

from announcer.errors import IntakeError
from announcer.intake.organisations import first_organisation
from announcer.intake.plain import clean

_DROP = {
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "iframe",
    "object",
    "embed",
    "head",
    "select",
    "option",
    "textarea",
    "canvas",
    "math",
    "video",
    "audio",
}


AROUND = {"nav", "aside", "footer", "form", "button", "dialog", "menu"}


_AROUND_CLASS = re.compile(
    r"(?:^|[\s_-])(?:share|sharing|social|socials|cookies?|consent|breadcrumbs?|brotkrumen?|nav|navi|navigation|navbar|menu|men[uü]e?|sidebar|related|teasers|comments?|newsletter|"
    r"footer|print|tools|toolbar|pagination|pager|tags?|skip|skiplinks?|banner|advert|ads|werbung|promo|search|suche|login|language|sprachwahl|popup|modal|more-?news|meta-?nav|"
    r"widget|counter|unsubscribe|hidden|sr-only|visually-hidden)(?:$|[\s_-])",
    re.IGNORECASE,
)


_AROUND_ROLES = {"navigation", "search", "banner", "contentinfo", "complementary", "dialog", "menu"}


HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}


BLOCKS = {
    "p",
    "div",
    "section",
    "article",
    "main",
    "header",
    "ul",
    "ol",
    "li",
    "table",
    "tr",
    "td",
    "th",
    "tbody",
    "thead",
    "tfoot",
    "blockquote",
    "figure",
    "figcaption",
    "dl",
    "dt",
    "dd",
    "address",
    "pre",
    "hr",
    "body",
    "html",
    "center",
    "fieldset",
    "details",
    "summary",
    *HEADINGS,
    *AROUND,
}


def parse(markup: str, name: str) -> Any:
    # No network, no entities of its own, no trees beyond libxml2's own limits.
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        root = html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise IntakeError(f"{name} can't be read as a page; copy its text into a .txt file") from error
    return root


def strip(root: Any) -> None:
    for element in list(root.iter(*_DROP - {"head"})):
        remove(element)
    for element in list(root.iter()):
        style = (element.get("style") or "").replace(" ", "").lower() if isinstance(element.tag, str) else ""
        if (
            "display:none" in style
            or "visibility:hidden" in style
            or (isinstance(element.tag, str) and element.get("hidden") is not None)
        ):
            remove(element)


def remove(element: Any) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def main_of(root: Any) -> Any:
    """The element that holds the text."""
    for path in (
        ".//article",
        ".//main",
        ".//*[@role='main']",
        ".//*[@id='content']",
        ".//*[@id='main']",
        ".//*[contains(@class,'article')]",
    ):
        found = root.xpath(path)
        best = max(found, key=_weight, default=None)
        if best is not None and _weight(best) > 120:
            return best
    body = root.find(".//body")
    return body if body is not None else root


def _weight(element: Any) -> int:
    return sum(len(flat(p)) for p in element.iter("p", "li", "h1", "h2")) or len(flat(element))


def only_links(element: Any) -> bool:
    """A cell of a table for the layout that is a menu: several links, and no text between them."""
    links = [flat(anchor) for anchor in element.iter("a")]
    return len(links) >= 2 and len(flat(element).replace(" ", "")) == len("".join(links).replace(" ", ""))


def is_around(element: Any) -> bool:
    if element.tag in AROUND or (element.get("role") or "").lower() in _AROUND_ROLES:
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return (
        bool(names.strip())
        and element.tag not in {"body", "html", "article", "main"}
        and _AROUND_CLASS.search(names) is not None
    )


def holds_text(element: Any) -> bool:
    """A header or a "teaser" with the headline or long paragraphs is part of the text."""
    if element.tag in AROUND - {"aside"}:
        return False
    return element.find(".//h1") is not None or sum(len(flat(p)) for p in element.iter("p")) > 300


def flat(element: Any) -> str:
    return " ".join(clean("".join(_pieces(element))).split())


def _pieces(element: Any) -> Iterator[str]:
    for event, part in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if part.tag in {"br", "td", "th", "li", "p", "div"}:
                yield " "
            yield part.text or "" if isinstance(part.tag, str) else ""
        elif part is not element:
            yield part.tail or ""


def visible(element: Any) -> list[str]:
    """The lines a reader would see of something around the text."""
    leaves = [
        one
        for one in element.iter()
        if isinstance(one.tag, str) and not any(c.tag in BLOCKS or c.tag == "a" for c in one)
    ]
    found = [flat(one) for one in leaves if one.tag in BLOCKS or one.tag in {"a", "span", "label"}]
    return [line for line in dict.fromkeys(found) if line] or ([flat(element)] if flat(element) else [])


def title_of(root: Any) -> str:
    for path in (".//meta[@property='og:title']",):
        meta = root.find(path)
        if meta is not None and meta.get("content"):
            return " ".join(meta.get("content").split())
    title = root.find(".//title")
    return re.split(r"\s[|–—-]\s", flat(title))[0] if title is not None else ""


def language_of(root: Any) -> str:
    found = (root.get("lang") or "").lower()[:2] if isinstance(root.tag, str) else ""
    return found if found in {"de", "en"} else ""


def published(root: Any) -> str:
    for path in (
        ".//meta[@property='article:published_time']",
        ".//meta[@name='date']",
        ".//meta[@name='dcterms.date']",
    ):
        meta = root.find(path)
        found = re.match(r"\d{4}-\d\d-\d\d", meta.get("content") or "") if meta is not None else None
        if found:
            return found[0]
    return ""


def publisher_of(root: Any) -> str:
    """Whose page it is: what its head says, or stands behind the stroke of its title."""
    told = [flat(element) for path in (".//header", ".//*[@role='banner']") for element in root.iterfind(path)]
    told += [flat(link) for element in root.iterfind(".//header") for link in element.iter("a", "p", "span")]
    title = root.find(".//title")
    told += re.split(r"\s[|–—-]\s", flat(title))[::-1] if title is not None else []
    told += [meta.get("content") or "" for meta in root.iterfind(".//meta[@property='og:site_name']")]
    return first_organisation(one for one in told if one and len(one) < 80)
