"""A template of the office may not stop the house: every fill-in has a budget of steps and of characters.

Jinja2's sandbox keeps templates away from the program, but not from looping
for ever or from doubling a text forty times. Here each turn of a loop, each
call, each filter and each printed value is a step, and every text that is put
together is counted. The budget is a number and no time, so that the same
template gives the same result on a busy machine.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from jinja2 import nodes
from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

#: A large programme takes some thousands; an endless loop is over in well under a second.
STEPS = 300_000
#: Of all texts put together on the way; the largest mail is a hundredth of it.
CHARACTERS = 8_000_000
#: No filter and no multiplication takes a larger number: `"x"|center(10**9)` is made before it could be counted.
LARGEST_NUMBER = 10_000
#: A template file; the largest shipped one is a twentieth of it.
LARGEST_FILE = 400_000
#: Methods of texts that make a long text from a short pattern.
_NOT_CALLED = frozenset({"format", "format_map", "translate", "expandtabs"})

_here = threading.local()


class _Budget:
    def __init__(self) -> None:
        self.steps, self.characters = STEPS, CHARACTERS

    def step(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise TemplateRuntimeError(f"the template takes more than {STEPS} steps; make its loops smaller")

    def write(self, number: int) -> None:
        self.characters -= number
        if self.characters < 0:
            raise TemplateRuntimeError(f"the template makes more than {CHARACTERS} characters; make it smaller")


@contextmanager
def budget() -> Iterator[None]:
    """One fill-in: what is rendered within shares one budget."""
    before = getattr(_here, "budget", None)
    _here.budget = _Budget()
    try:
        yield
    finally:
        _here.budget = before


def _step() -> None:
    if (current := getattr(_here, "budget", None)) is not None:
        current.step()


def _written(text: Any) -> Any:
    if (current := getattr(_here, "budget", None)) is not None and isinstance(text, str):
        current.write(len(text))
    return text


def _check_arguments(values: Iterable[Any]) -> None:
    for value in values:
        if isinstance(value, int | float) and abs(value) > LARGEST_NUMBER:
            raise TemplateRuntimeError(f"{value} is too large a number here; {LARGEST_NUMBER} is the most")


def _concat(parts: Iterable[str]) -> str:
    """Jinja2 puts the pieces of a block together with this."""
    return "".join(_written(part) for part in parts)


class _Turns:
    """What a loop goes over, each turn a step."""

    def __init__(self, over: Any) -> None:
        self._over = over

    def __iter__(self) -> Iterator[Any]:
        for one in self._over:
            _step()
            yield one

    def __len__(self) -> int:
        return len(self._over)


class _Counting(NodeTransformer):
    """Puts a count into every loop and every `~` of a parsed template."""

    def visit_For(self, node: nodes.For) -> nodes.For:
        self.generic_visit(node)
        node.iter = _filtered(node.iter, "__turns", node.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:
        self.generic_visit(node)
        return _filtered(nodes.List(list(node.nodes), lineno=node.lineno), "__joined", node.lineno)


def _filtered(node: Any, name: str, line: int) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=line)


def _joined(parts: list[Any]) -> str:
    texts = [part if isinstance(part, str) else str(part) for part in parts]
    for text in texts:
        _written(text)
    if any(isinstance(part, Markup) for part in parts):
        return Markup("").join(texts)
    return "".join(texts)


class CappedEnvironment(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox with a budget. Fill in its templates within `budget()`."""

    concat = staticmethod(_concat)
    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, **options: Any) -> None:
        finalize: Callable[[Any], Any] = options.pop("finalize")
        super().__init__(**options, finalize=_counted(finalize))
        for name, function in list(self.filters.items()):
            self.filters[name] = _capped(name, function)
        self.filters |= {"__turns": _Turns, "__joined": _joined}
        # These make a text of any length from a pattern, and nobody needs them here.
        for name in ("format", "random", "pprint"):
            self.filters.pop(name, None)

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        return super()._generate(_Counting().visit(source), *args, **kwargs)

    def cap(self, filters: dict[str, Callable[..., Any]]) -> None:
        """Add filters, counted like the others."""
        self.filters |= {name: _capped(name, function) for name, function in filters.items()}

    def call(self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """A macro, a method of a value, `range`."""
        _step()
        _check_arguments((*args, *kwargs.values()))
        # The sandbox puts a function of its own around `format`.
        method = getattr(__obj, "__wrapped__", __obj)
        owner, name = getattr(method, "__self__", None), getattr(method, "__name__", "")
        if isinstance(owner, str) and name in _NOT_CALLED:
            raise TemplateRuntimeError(f"'{name}' can't be used in a template")
        if isinstance(owner, str) and name == "replace":
            _check_replacing(owner, *args[:2])
        return _written(super().call(__context, __obj, *args, **kwargs))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """`2 ** 10**9` and `"x" * 10**9` are made before anybody could count them."""
        _step()
        if operator == "+":
            _written_length(sum(len(one) for one in (left, right) if hasattr(one, "__len__")))
            return super().call_binop(context, operator, left, right)
        if operator == "%" and isinstance(left, str):
            raise TemplateRuntimeError("a text can't be filled in with %; write {{ … }} around the value")
        if not (isinstance(left, int | float) and isinstance(right, int | float) and operator == "%"):
            _check_arguments((left, right))
        if operator == "**":
            _check_arguments((right * 100 if isinstance(right, int | float) else right,))
        if operator == "*" and not (isinstance(left, int | float) and isinstance(right, int | float)):
            _check_length(left, right)
        return super().call_binop(context, operator, left, right)


def _check_length(left: Any, right: Any) -> None:
    times, of = (left, right) if isinstance(left, int) else (right, left)
    if isinstance(times, int) and hasattr(of, "__len__"):
        _written_length(len(of) * times)


def _written_length(number: int) -> None:
    if (current := getattr(_here, "budget", None)) is not None:
        current.write(max(0, number))


def _check_replacing(text: Any, old: Any = "", new: Any = "") -> None:
    if len(str(new)) > len(str(old)):
        _written_length((len(str(text)) + 1) * len(str(new)))


def _counted(finalize: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def counted(value: Any) -> Any:
        _step()
        return finalize(value)

    return counted


def _capped(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    passes = getattr(function, "jinja_pass_arg", None)

    def capped(*args: Any, **kwargs: Any) -> Any:
        _step()
        own = args[1:] if passes is not None else args  # the first is Jinja2's context or environment
        _check_arguments((*own[1:], *kwargs.values()))
        if name == "replace":
            _check_replacing(*own[:3])
        if name == "join" and len(own) > 1:
            _written_length(len(str(own[1])) * LARGEST_NUMBER // 100)
        return _written(function(*args, **kwargs))

    if passes is not None:
        capped.jinja_pass_arg = passes  # type: ignore[attr-defined]  # Jinja2's own mark
    return capped
