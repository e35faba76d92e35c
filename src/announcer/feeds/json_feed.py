"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), from the same values as RSS and Atom."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from announcer.feeds.entries import Entry, FeedInfo
from announcer.feeds.media import Media

_VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(info: FeedInfo, entries: Iterable[Entry]) -> bytes:
    """The feed as JSON Feed 1.1 in UTF-8, in the order of `entries`."""
    feed: dict[str, Any] = {
        "version": _VERSION,
        "title": info.title,
        "home_page_url": info.site_url,
        "feed_url": info.self_url,
        "description": info.description,
        "language": info.language,
        "authors": [{"name": info.author, "url": info.site_url}],
    }
    if info.hub:
        feed["hubs"] = [{"type": "WebSub", "url": info.hub}]
    if info.previous:
        feed["next_url"] = info.previous
    if info.expired:
        feed["expired"] = True
    # Item by item: the whole as one text and again as bytes would take three times the memory.
    items = b",".join(_json(_item(info, entry)) for entry in entries)
    return _json(feed)[:-1] + b',"items":[' + items + b"]}\n"


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _item(info: FeedInfo, entry: Entry) -> dict[str, Any]:
    item: dict[str, Any] = {"id": entry.guid, "url": entry.link, "title": entry.title, **_content(entry)}
    if entry.summary:
        item["summary"] = entry.summary
    item["date_published"] = _rfc3339(entry.published)
    item["date_modified"] = _rfc3339(entry.updated)
    if entry.categories:
        item["tags"] = list(entry.categories)
    if entry.author and entry.author != info.author:
        item["authors"] = [{"name": entry.author}]
    if entry.language != info.language:
        item["language"] = entry.language
    if pictures := [one.url for one in entry.media if one.is_picture]:
        item["image"] = pictures[0]
    if entry.media:
        item["attachments"] = [_attachment(one) for one in entry.media]
    return item


def _attachment(one: Media) -> dict[str, Any]:
    attachment: dict[str, Any] = {"url": one.url, "mime_type": one.media_type, "size_in_bytes": one.size}
    if title := one.title or one.alt:
        attachment["title"] = title
    return attachment


def _content(entry: Entry) -> dict[str, str]:
    """An item needs one of the two; without a full text the summary stands in, then the title."""
    if entry.html:
        return {"content_html": entry.html}
    return {"content_text": entry.summary or entry.title}


def _rfc3339(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
