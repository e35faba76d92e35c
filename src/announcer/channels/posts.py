"""What all social networks take from a content: its posts, one or a thread, and its pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from announcer.errors import ComposeError
from announcer.model.content import Content, Payload
from announcer.rendering.fitting import Count, Parts, fitted


@dataclass(frozen=True, slots=True)
class Post:
    """One post to be composed; `first` carries pictures, card and content warning."""

    parts: Parts
    first: bool
    own: bool  #: A person wrote it: nothing of it is cut.


def thread(content: Content, place: str, compose: Callable[[Post], Payload]) -> Payload:
    """The payload of a content: its first post, the others under `thread`.

    Raises `ComposeError` that opens with `place` and says which part.
    """
    own = [str(text).strip() for text in content.payload.get("own") or ()]
    posts = [Post(Parts(fact=text), index == 0, True) for index, text in enumerate(own)]
    composed = []
    for index, post in enumerate(posts or [Post(_parts(content.payload), True, False)]):
        try:
            composed.append(compose(post))
        except ComposeError as error:
            which = f"part {index + 1} of {len(posts)}: " if len(posts) > 1 else ""
            raise ComposeError(f"{place}: {which}{error}") from error
    first, *more = composed
    return {**first, "thread": more} if more else first


def _parts(given: Payload) -> Parts:
    return Parts(
        fact=given.get("fact") or "",
        lead=given.get("lead") or "",
        link=given.get("link") or "",
        hashtags=tuple(given.get("hashtags") or ()),
        also=given.get("also") or "",
    )


def fit_post(post: Post, limit: int | None, count: Count) -> Parts:
    """The post's parts within `limit`; raises `ComposeError`, for a person's own text with the number it is over."""
    if post.own and limit is not None and (over := count(post.parts.fact) - limit) > 0:
        raise ComposeError(f"your own text is {over} characters over the limit of {limit}; shorten it")
    return fitted(post.parts, limit, count)


def pictures_of(content: Content) -> list[Mapping[str, Any]]:
    """The content's pictures; raises `ComposeError` naming the first that has no alt text."""
    pictures = list(content.payload.get("pictures") or ())
    for picture in pictures:
        if not str(picture.get("alt") or "").strip():
            raise ComposeError(
                f"the picture {picture.get('name') or picture['hash'][:12]} has no alt text; "
                "say in a sentence what it shows, for those who can't see it"
            )
    return pictures


def alt_text(picture: Mapping[str, Any], longest: int) -> str:
    """Alt text and, where there is room for it, the credit; raises `ComposeError` for an alt text that is too long."""
    alt, credit = str(picture["alt"]).strip(), str(picture.get("credit") or "").strip()
    if longest and len(alt) > longest:
        raise ComposeError(
            f"the alt text of the picture {picture.get('name') or picture['hash'][:12]} is "
            f"{len(alt) - longest} characters over the limit of {longest}; shorten it"
        )
    both = f"{alt} ({credit})" if credit else alt
    return both if not longest or len(both) <= longest else alt
