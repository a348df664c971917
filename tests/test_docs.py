"""What the pages for maintainers and for a package index say is there, is there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "actviz_widgets"
PAGES = [ROOT / "CONTRIBUTING.md", ROOT / "docs" / "architecture.md"]
HERE = "https://github.com/actviz-widgets/actviz-widgets/blob/main/"
ADDED = ("scenes/histogram.py", "figure/panels/histogram.py", "shown.look.flipped")  # examples


def code_of(page: Path) -> list[str]:
    """Gives what a page has in backquotes, its examples aside."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [code for code in re.findall(r"`([^`]+)`", text) if code not in ADDED]


@cache
def sources() -> str:
    files = (file for folder in (PACKAGE, ROOT / "tests") for file in folder.rglob("*.[pjc][ys]*"))
    return "\n".join(file.read_text(encoding="utf-8") for file in files if file.suffix != ".pyc")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_on_a_page_is_there(page: Path) -> None:
    paths = [
        code for code in code_of(page) if re.fullmatch(r"[\w./]+(/|\.(py|js|css|md|toml))", code)
    ]
    assert len(paths) > 20
    missing = [
        path for path in paths if not any((place / path).exists() for place in (PACKAGE, ROOT))
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_name_on_a_page_is_in_the_code(page: Path) -> None:
    names = {
        code.split(".")[-1] for code in code_of(page) if re.fullmatch(r"[A-Za-z_][\w.]*", code)
    }
    assert {name for name in names if not re.search(rf"\b{name}\b", sources())} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_on_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_the_readme_s_links_work_on_a_package_index_too() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = [
        *re.findall(r"\]\(([^)]+)\)", text),
        *re.findall(r"^\[[^]]+\]: (.+)$", text, flags=re.MULTILINE),
    ]
    assert [link for link in links if not link.startswith("https://")] == []
    own = [link.removeprefix(HERE) for link in links if link.startswith(HERE)]
    assert len(own) > 10
    assert [path for path in own if not (ROOT / path).exists()] == []
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)  # an index in code is no link
    used = set(re.findall(r"\]\[([^]]+)\]", prose))
    assert used == set(re.findall(r"^\[([^]]+)\]: ", text, flags=re.MULTILINE))
