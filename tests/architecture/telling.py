"""Whoever moves a state machine publishes what `machines.py` says of the transition, itself or in all of its callers.

What this cannot see: a branch. A function that publishes in one branch and moves in another is believed.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.calls import Calls, Function, dotted_path
from tests.architecture.machines import MACHINES, Machine
from tests.architecture.source import Module, Violation

PUBLISH = "chassis.unit_of_work.publish"
VERBS = {machine.moved_by for machine in MACHINES}
Chain = tuple[Function, ...]
"""The function that moves, and behind it those that say by which transition."""


def silent_transitions(modules: list[Module]) -> Iterator[Violation]:
    """A transition that nobody is told of, and a machine or a move that `machines.py` does not know."""
    rule = "silent-transition"
    listed = {machine.name: machine for machine in MACHINES}
    for name, (module, node, transitions) in _machines(modules).items():
        machine = listed.get(name)
        known = {*machine.tells, *machine.silent} if machine else set()
        for transition in sorted(transitions ^ known):
            yield module.at(node, rule, f"machines.py and {name} do not agree on {transition}")
    calls = Calls(modules)
    for function in calls.functions.values():
        if function.name.rpartition(".")[2] in {verb.lstrip(".") for verb in VERBS}:
            continue  # the transition method itself
        for call, verb in _moves(function):
            found = [machine for machine in MACHINES if _is_moved(machine, function.module, call, verb)]
            if not found:
                yield function.module.at(call, rule, "machines.py does not say which machine this moves")
            for machine in found:
                for chain, transition in _named(calls, (function,), _name_in(call, verb)):
                    if missing := _missing(calls, machine, chain, transition):
                        yield function.module.at(call, rule, f"{transition or 'it'} does not publish {missing}")


def _machines(modules: list[Module]) -> dict[str, tuple[Module, ast.AST, set[str]]]:
    """The machines in files called states.py: dicts of dicts by transition, or of sets of target states."""
    found = {}
    for module in modules:
        if not module.label or module.is_test or Path(module.path).name != "states.py":
            continue
        for node in module.tree.body:
            if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Dict):
                continue
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            moves = [_transitions(value) for value in node.value.values]
            if isinstance(target, ast.Name) and moves and None not in moves:
                names = {name for some in moves for name in some or ()}
                found[f"{dotted_path(module)}.{target.id}"] = (module, node, names)
    return found


def _transitions(value: ast.AST) -> set[str] | None:
    """Names of the transitions of one state; None for what is no machine's."""
    if isinstance(value, ast.Dict):
        return {key.value for key in value.keys if isinstance(key, ast.Constant)}
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "frozenset":
        return {node.attr.lower() for node in ast.walk(value) if isinstance(node, ast.Attribute)}
    return None


def _moves(function: Function) -> Iterator[tuple[ast.Call, str]]:
    for node in function.nodes():
        if isinstance(node, ast.Call):
            verb = f".{node.func.attr}" if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if verb in VERBS and node.args:
                yield node, verb


def _name_in(call: ast.Call, verb: str) -> ast.AST:
    return call.args[0 if verb.startswith(".") else -1]


def _is_moved(machine: Machine, module: Module, call: ast.Call, verb: str) -> bool:
    if machine.where:
        return verb == machine.moved_by and module.path.startswith(machine.where)
    names = {module.dotted(node) for node in ast.walk(call.args[0]) if isinstance(node, ast.Attribute)}
    return verb == machine.moved_by and any(name.startswith(f"{machine.states}.") for name in names)


def _named(calls: Calls, chain: Chain, name: ast.AST) -> Iterator[tuple[Chain, str]]:
    """The transitions that an argument can name; those of a parameter are named by the callers. "" is any."""
    function = chain[-1]
    if isinstance(name, ast.IfExp):
        yield from _named(calls, chain, name.body)
        yield from _named(calls, chain, name.orelse)
    elif isinstance(name, ast.Constant):
        yield chain, str(name.value)
    elif isinstance(name, ast.Attribute) and name.attr.isupper():
        yield chain, name.attr.lower()
    elif isinstance(name, ast.Name) and name.id in function.parameters:
        for caller in calls.callers(function):
            for call in calls.calls_of(function, caller):
                given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
                given |= dict(zip(function.parameters, call.args, strict=False))
                if name.id in given and caller not in chain:
                    yield from _named(calls, (*chain, caller), given[name.id])
    else:
        yield chain, ""


def _missing(calls: Calls, machine: Machine, chain: Chain, transition: str) -> str:
    """The event that should be published and is not."""
    wanted = {machine.tells[transition]} if transition in machine.tells else set()
    if not transition:
        wanted = set(machine.tells.values())
    package = machine.name.partition(".")[0]
    if not wanted or any(_tells(calls, chain, f"contracts.{package}.{event}") for event in wanted):
        return ""
    return " or ".join(sorted(wanted))


def _tells(calls: Calls, chain: Chain, event: str) -> bool:
    if any({event, PUBLISH} <= calls.reached(function) for function in chain):
        return True
    callers = [caller for caller in calls.callers(chain[-1]) if caller not in chain]
    return bool(callers) and all(_tells(calls, (*chain, caller), event) for caller in callers)


RULES = (silent_transitions,)
