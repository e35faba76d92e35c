"""Facts, changes and receipts as JSON text, and back."""

from __future__ import annotations

from typing import Any, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from announcer.errors import StoreError
from announcer.model.changes import Change
from announcer.model.content import canonical

T = TypeVar("T")


_adapters: dict[object, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    # Building one takes milliseconds, and there are only a few kinds.
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def dump(value: object) -> str:
    """Canonical JSON of a frozen value of the model."""
    return canonical(dump_object(value))


def dump_object(value: object) -> dict[str, Any]:
    """The same as plain JSON values, for what embeds it."""
    result: dict[str, Any] = _adapter(type(value)).dump_python(value, mode="json")
    return result


def load(kind: type[T], text: str) -> T:
    """Read what `dump` wrote; raises `StoreError` if the row is not of this kind."""
    try:
        value: T = _adapter(kind).validate_json(text)
    except ValidationError as error:
        raise StoreError(
            f"a stored {kind.__name__} can't be read: {error.errors()[0]['msg']}; restore a backup"
        ) from error
    return value


def load_tagged(kind: str, value: dict[str, Any]) -> Change:
    """Read a change whose class name is stored beside it."""
    for known in get_args(Change):
        if known.__name__ == kind:
            change: Change = _adapter(known).validate_python(value)
            return change
    raise StoreError(f"the database holds a change {kind!r} this program doesn't know; use the newer announcer")
