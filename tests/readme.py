"""What README.md shows as code, and the panel it tells to write."""

from __future__ import annotations

import ast
import copy
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings
from django.test import override_settings

README = (Path(__file__).resolve().parent.parent / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return [
        re.sub(rf"^{re.escape(indent)}", "", body, flags=re.MULTILINE)
        for indent, body in re.findall(rf"^( *)```{language}\n(.*?)^ *```$", README, flags=re.MULTILINE | re.DOTALL)
    ]


@contextmanager
def its_panel(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The panel of "Write a panel", put where the README says and switched on by its line."""
    code, line = blocks("python")
    module = ModuleType("panel.panels.open_sales")
    exec(compile(code, "README.md", "exec"), module.__dict__)  # the README's own code
    monkeypatch.setitem(sys.modules, module.__name__, module)
    (folder / "panels").mkdir()
    (folder / "panels" / "open_sales.html").write_text(blocks("django")[0])
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"].append(folder)
    with override_settings(PANELS=ast.literal_eval(line.removeprefix("PANELS = ")), TEMPLATES=templates):
        yield
