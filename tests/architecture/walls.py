"""Checks that no domain reaches into another by a name that an import linter cannot see.

What these checks cannot see either: a name put together at run time. The database refuses that one: each
domain's role can connect to its own database only.
"""

import ast
import re
from collections.abc import Iterator

from config.domains import ALIASES as DATABASE_ALIASES
from tests.architecture.source import ALIASES, LABELS, Module, Violation, constant

RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField"}
IMPORTERS = {
    "importlib.import_module",
    "__import__",
    "django.utils.module_loading.import_string",
    "importlib.util.find_spec",
}
DATABASE_ARGUMENT = {"using", "databases", "alias"}
SQL_BEFORE_TABLE = r"\b(?:from|join|into|update|table|only|truncate|references|using)\s+\"?"
LOWER_LAYERS = {"chassis", "contracts"}


def _walled(module: Module) -> bool:
    """Domains, chassis and contracts are walled; config composes, and tests/ may look at everything."""
    return bool(module.label) or module.package in LOWER_LAYERS


def dynamic_imports(modules: list[Module]) -> Iterator[Violation]:
    """A domain imported by a name in a string, or by a name that nobody can read here."""
    rule = "dynamic-import"
    for module in filter(_walled, modules):
        for call in module.calls():
            if module.dotted(call.func) not in IMPORTERS or not call.args:
                continue
            name = constant(call.args[0])
            if name is None:
                if module.label and not module.is_test:
                    yield module.at(call, rule, "a domain imports only what is named in its source")
            elif name.partition(".")[0] in (set(LABELS) | {"config"}) - {module.package}:
                yield module.at(call, rule, f"imports {name}")


def foreign_models(modules: list[Module]) -> Iterator[Violation]:
    """A model of another domain, asked from the app registry or named in a relation."""
    rule = "foreign-model"
    labels = set(LABELS.values())
    for module in filter(_walled, modules):
        for call in module.calls():
            name = module.dotted(call.func).rpartition(".")[2]
            if name in ("get_model", "get_app_config"):
                target = constant(call.args[0]) if call.args else None
            elif name in RELATIONS:
                to = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "to"), None)
                target = constant(to)
                if target is not None and "." not in target:
                    target = None
            else:
                continue
            label = (target or "").partition(".")[0]
            if label in labels - {module.label}:
                yield module.at(call, rule, f"{name}({target!r})")


def foreign_databases(modules: list[Module]) -> Iterator[Violation]:
    """Another domain's database or unit of work, by name."""
    rule = "foreign-database"
    names = set(DATABASE_ALIASES) | set(LABELS.values())
    for module in modules:
        if not module.label:
            continue
        own = {module.label, ALIASES[module.package]}
        for node in ast.walk(module.tree):
            for name in _database_names(module, node):
                if name in names - own:
                    yield module.at(node, rule, f"names the database or label {name!r}")


def _database_names(module: Module, node: ast.AST) -> list[str]:
    found: list[ast.AST | None] = []
    if isinstance(node, ast.Subscript) and module.dotted(node.value).rpartition(".")[2] == "connections":
        found.append(node.slice)
    if isinstance(node, ast.Call):
        name = module.dotted(node.func).rpartition(".")[2]
        if name in ("unit_of_work", "using", "db_manager"):
            found += node.args[:1]
        for keyword in node.keywords:
            if keyword.arg in DATABASE_ARGUMENT:
                found += keyword.value.elts if isinstance(keyword.value, ast.List | ast.Tuple) else [keyword.value]
    return [name for name in map(constant, found) if name]


def foreign_tables(modules: list[Module]) -> Iterator[Violation]:
    """SQL that names a table of another domain; in the chassis, of any domain."""
    rule = "foreign-table"
    owners = tables(modules)
    for module in filter(_walled, modules):
        if module.is_migration:
            continue
        foreign = [table for table, label in owners.items() if label != module.label]
        if not foreign:
            continue
        # After a keyword only: `catalog_product` alone is also one of Magento's entity types.
        pattern = re.compile(SQL_BEFORE_TABLE + "(" + "|".join(map(re.escape, foreign)) + r")(?![\w])", re.I)
        for text in module.texts():
            found = pattern.search(text.value)
            if found:
                yield module.at(text, rule, f"names {found[1]}, a table of {owners[found[1]]}")


def tables(modules: list[Module]) -> dict[str, str]:
    """Tables by name, with their domain's label: from the migrations, which alone make tables."""
    found = {}
    for module in modules:
        if not (module.is_migration and module.label):
            continue
        for call in module.calls():
            if module.dotted(call.func).rpartition(".")[2] != "CreateModel":
                continue
            arguments = {keyword.arg: keyword.value for keyword in call.keywords}
            name = constant(arguments.get("name"))
            if name:
                table = _db_table(arguments.get("options")) or f"{module.label}_{name.lower()}"
                found[table.replace('"."', ".").strip('"')] = module.label
    return found


def _db_table(options: ast.AST | None) -> str | None:
    if isinstance(options, ast.Dict):
        for key, value in zip(options.keys, options.values, strict=True):
            if constant(key) == "db_table":
                return constant(value)
    return None


def user_models(modules: list[Module]) -> Iterator[Violation]:
    """Django's user model outside identity: other domains keep an id, staff are a Principal."""
    rule = "user-model"
    banned = (
        "django.contrib.auth.get_user_model",
        "django.contrib.auth.models",
        "django.conf.settings.AUTH_USER_MODEL",
    )
    for module in modules:
        if module.package == "identity" or not _walled(module):
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.contrib.auth.models"):
                yield module.at(node, rule, "imports django.contrib.auth.models")
            elif isinstance(node, ast.Name | ast.Attribute) and module.dotted(node) in banned:
                yield module.at(node, rule, f"uses {module.dotted(node)}")


RULES = (dynamic_imports, foreign_models, foreign_databases, foreign_tables, user_models)
