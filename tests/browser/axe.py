"""What stands in the way of people with disabilities, as axe-core finds it."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

_SCRIPT = Path(axe_playwright_python.__file__).parent / "axe.min.js"


def serious_violations(page: Page, selector: str) -> list[str]:
    """Lists what is serious or critical in a part of the page, with the elements it is about."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(_SCRIPT.read_text(encoding="utf-8"))
    result = page.evaluate("selector => axe.run(selector)", selector)
    assert result["passes"], "axe-core has looked at nothing"
    return [
        f"{found['impact']}: {found['id']}: {node['html'][:200]}: {node['failureSummary'][:300]}"
        for found in result["violations"]
        if found["impact"] in ("serious", "critical")
        for node in found["nodes"]
    ]
