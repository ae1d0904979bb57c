"""The guides say what is true: every variable is in the table, every link, address, event and path in them exists."""

import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from chassis import vocabulary
from config.domains import DOMAINS
from tests.deploy.variables import read_in_code
from tests.processes import ROOT

GUIDES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
DOMAIN_GUIDES = sorted((ROOT / "docs" / "domains").glob("*.md"))
PACKAGES = ("commerce", "catalog", "logistics", "postpurchase", "identity", "platform", "config", "deploy", "tests")


def names(guides: list[Path]) -> list[str]:
    return [str(guide.relative_to(ROOT)) for guide in guides]


def in_the_table() -> set[str]:
    """The variables in the first column of docs/operating.md's table."""
    table = (ROOT / "docs" / "operating.md").read_text().split("| Variable |")[1].split("\n\n")[0]
    first = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    return {name for cell in first for name in re.findall(r"`([A-Z0-9_]+)`", cell)}


def test_the_table_of_variables_is_complete_and_holds_no_other() -> None:
    read = read_in_code(ROOT)
    assert read - in_the_table() == set(), "read by the code and not in docs/operating.md"
    assert in_the_table() - read == set(), "in docs/operating.md and read by nobody"


def test_a_variable_that_somebody_adds_is_missed_in_the_table(tmp_path: Path) -> None:
    (tmp_path / "commerce").mkdir()
    (tmp_path / "commerce" / "environment.py").write_text(
        "import os\n\ndef read(env):\n    env.number('PLANTED_COUNT', 1, least=0, most=2)\n"
        "    return os.environ.get('PLANTED_NAME'), os.environ['PLANTED_OTHER']\n"
    )
    assert read_in_code(tmp_path) == {"PLANTED_COUNT", "PLANTED_NAME", "PLANTED_OTHER"}


@pytest.mark.parametrize("guide", names(GUIDES))
def test_every_link_leads_somewhere(guide: str) -> None:
    targets = re.findall(r"\]\((?!https?://)([^)#]+)", (ROOT / guide).read_text())
    assert [target for target in targets if not ((ROOT / guide).parent / target).exists()] == []


@pytest.mark.parametrize("guide", names(GUIDES))
def test_every_file_that_is_named_exists(guide: str) -> None:
    text = (ROOT / guide).read_text()
    found = re.findall(rf"`((?:{'|'.join(PACKAGES)})/[\w./-]+)`", text)
    assert [path for path in found if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("guide", names(DOMAIN_GUIDES))
def test_every_event_that_is_named_is_spoken(guide: str) -> None:
    spoken = {kind.name for kind in vocabulary.events()}
    labels = "|".join({name.partition(".")[0] for name in spoken})
    said = set(re.findall(rf"`((?:{labels})\.[a-z_]+)`", (ROOT / guide).read_text()))
    assert said
    assert said - spoken == set()


@pytest.mark.parametrize("guide", names(DOMAIN_GUIDES))
def test_every_address_in_an_example_is_served(guide: str) -> None:
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", (ROOT / guide).read_text(), re.S))
    asked = re.findall(r"\$SHOP/([\w/{}$-]+)", blocks) + re.findall(r"(?:send [A-Z]+|post) ([\w/$-]+)", blocks)
    assert asked
    for path in asked:
        concrete = path.replace("$id", "00000000-0000-7000-8000-000000000000").rstrip("/")
        if "$" in concrete:
            continue  # the functions of an example, whose calls are looked at
        try:
            resolve(f"/api/v1/en/{concrete}")
        except Resolver404:
            pytest.fail(f"{path} is no address of the API")


@pytest.mark.parametrize("guide", names(GUIDES))
def test_every_command_that_is_named_exists(guide: str) -> None:
    named = re.findall(r"(?:manage\.py|\.standalone) ([a-z]+)", (ROOT / guide).read_text())
    assert set(named) - get_commands().keys() == set()


def test_the_guide_to_extraction_names_every_path_of_every_domain() -> None:
    text = (ROOT / "docs" / "extraction.md").read_text().split("| Domain | Paths |")[1].split("\n\n")[0]
    told = {row.split("|")[1].strip(): set(re.findall(r"`([^`]+)`", row)) for row in text.splitlines() if "`" in row}
    served: dict[str, set[str]] = {}
    for row in DOMAINS:
        if find_spec(f"{row.package}.urls") is None:
            continue
        urls = import_module(f"{row.package}.urls")
        found = served.setdefault(row.label, set())
        found |= {f"/api/v1/{{view}}/{str(one.pattern).split('/')[0]}" for one in urls.urlpatterns}
        found |= {f"/api/webhooks/{str(one.pattern).split('/')[0]}" for one in getattr(urls, "webhooks", ())}
        found |= {f"/{str(one.pattern).split('/')[0]}/" for one in getattr(urls, "pages", ())}
    assert told == served


def test_every_decision_is_in_the_index() -> None:
    index = (ROOT / "docs" / "adr" / "README.md").read_text()
    assert [path.name for path in (ROOT / "docs" / "adr").glob("0*.md") if path.name not in index] == []
