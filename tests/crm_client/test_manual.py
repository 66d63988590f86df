"""The docstrings of ``crm_client`` are its manual: complete, and honest about where each rule comes from."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

import crm_client
from tests.crm_client.operations import MODULES, OPERATIONS, STREAMS

COVER = crm_client.__doc__ or ""
EVERYTHING = OPERATIONS | STREAMS
REFERENCE = re.compile(r"(?<![\w\])])\[([a-z][\w/., \n-]*)\](?!\()")
"""``[ws/so-timezone]``, ``[oas ContactEntity, arch Contact]``."""


def texts(module: ModuleType) -> list[str]:
    """All docstrings in a module, those below fields too."""
    tree = ast.parse(inspect.getsource(module))
    alone = (node.value for node in ast.walk(tree) if isinstance(node, ast.Expr))
    return [node.value for node in alone if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def references(module: ModuleType) -> list[str]:
    """The pages a module names; code in its examples is left out."""
    prose = [re.sub(r"``[^`]*``|^ {4,}.*$", "", text, flags=re.MULTILINE) for text in texts(module)]
    return [page.strip() for text in prose for found in REFERENCE.findall(text) for page in re.split(r",| vs ", found)]


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_every_module_is_a_page(module: ModuleType) -> None:
    """It begins with a sentence, and the cover names it."""
    first = (module.__doc__ or "").partition("\n\n")[0].replace("\n", " ")
    assert re.search(r"[.:?]( |$)", first), first
    assert f"``{module.__name__.rpartition('.')[2]}``" in COVER


@pytest.mark.parametrize("operation", EVERYTHING.values(), ids=EVERYTHING)
def test_every_operation_says_what_it_does_and_by_which_page(operation: Callable[..., Any]) -> None:
    assert re.match(r"[A-Z].*[.:;)]", operation.__doc__ or "", re.DOTALL)
    assert references(MODULES[operation.__module__.rpartition(".")[2]])


def test_the_cover_explains_every_reference() -> None:
    explained = set(re.findall(r"``([a-z-]+)``", COVER.partition("Texts in square brackets")[2]))
    first = re.compile(r"[a-z-]+")
    used = {first.match(page)[0] for module in MODULES.values() for page in references(module) if first.match(page)}  # type: ignore[index]
    assert used - explained == set()
