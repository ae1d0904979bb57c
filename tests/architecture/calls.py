"""Who calls whom in the domains' code, as far as names tell: what a function mentions, and who mentions it.

A method that is called on an object is not followed: its class is not known here.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.architecture.source import Module

TOP = "<module>"


@dataclass(eq=False)
class Function:
    """A function of a domain; what stands outside of all functions of a module is one named `<module>`."""

    name: str
    module: Module = field(repr=False)
    body: list[ast.stmt] = field(repr=False)
    parameters: list[str]

    @property
    def is_top(self) -> bool:
        return self.name.endswith(TOP)

    def nodes(self) -> Iterator[ast.AST]:
        for statement in self.body:
            yield from ast.walk(statement)


class Calls:
    """The functions of a tree, and what they mention."""

    def __init__(self, modules: list[Module]) -> None:
        self.functions = {
            function.name: function
            for module in modules
            if module.label and not module.is_test and not module.is_migration
            for function in _functions(module)
        }
        self._mentions = {name: self._mentioned(function) for name, function in self.functions.items()}
        self._callers: dict[str, list[Function]] = {}
        for name, mentioned in self._mentions.items():
            for other in mentioned & self.functions.keys():
                self._callers.setdefault(other, []).append(self.functions[name])
        self._reached: dict[str, set[str]] = {}

    def callers(self, function: Function) -> list[Function]:
        return [one for one in self._callers.get(function.name, []) if one is not function]

    def calls_of(self, function: Function, by: Function) -> Iterator[ast.Call]:
        """The calls of a function in another's body."""
        for node in by.nodes():
            if isinstance(node, ast.Call) and self._full(by.module, node.func) == function.name:
                yield node

    def reached(self, function: Function) -> set[str]:
        """All names that a function mentions, or what it mentions does. Of what runs once at import: none."""
        if function.is_top:
            return set()
        if function.name not in self._reached:
            found: set[str] = set()
            ahead = [function.name]
            while ahead:
                new = self._mentions.get(ahead.pop(), set()) - found
                found |= new
                ahead += new
            self._reached[function.name] = found
        return self._reached[function.name]

    def _mentioned(self, function: Function) -> set[str]:
        names = (node for node in function.nodes() if isinstance(node, ast.Name | ast.Attribute))
        return {self._full(function.module, node) for node in names}

    def _full(self, module: Module, node: ast.AST) -> str:
        name = module.dotted(node)
        own = f"{dotted_path(module)}.{name}"
        return own if own in self.functions else name


def dotted_path(module: Module) -> str:
    """The name by which a module is imported."""
    return module.path.removeprefix("platform/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _functions(module: Module) -> Iterator[Function]:
    path, rest = dotted_path(module), []
    for statement in module.tree.body:
        inside = statement.body if isinstance(statement, ast.ClassDef) else [statement]
        owner = f"{path}.{statement.name}" if isinstance(statement, ast.ClassDef) else path
        for one in inside:
            if isinstance(one, ast.FunctionDef):
                arguments = [*one.args.posonlyargs, *one.args.args, *one.args.kwonlyargs]
                yield Function(f"{owner}.{one.name}", module, one.body, [argument.arg for argument in arguments])
            else:
                rest.append(one)
    yield Function(f"{path}.{TOP}", module, rest, [])
