"""The docstrings of ``crm_client`` are its manual: complete, and honest about where each rule comes from."""

from __future__ import annotations

import ast
import builtins
import inspect
import re
import textwrap
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


BLOCK = re.compile(r"::\n\n((?: {4}.*\n?|\n)+)")
KNOWN = {name: value for module in MODULES.values() for name, value in vars(module).items()} | MODULES
READERS_OWN = set("crm http address auth store request secret keys log file company query asdict".split())  # noqa: SIM905
"""Names in examples for what the reader has himself."""


def examples(module: ModuleType) -> list[ast.Module]:
    blocks = [block for text in texts(module) for block in BLOCK.findall(inspect.cleandoc(text))]
    code = [textwrap.dedent(block).replace("…", "...") for block in blocks]
    return [ast.parse(block) for block in code if "├──" not in block]


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_examples_name_and_call_what_there_is(module: ModuleType) -> None:
    known = KNOWN | vars(module)
    for example in examples(module):
        nodes = [*ast.walk(example)]
        names = [node for node in nodes if isinstance(node, ast.Name)]
        made = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        made |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        made |= {node.arg for node in nodes if isinstance(node, ast.arg)}
        used = {node.id for node in names} - made
        assert used - READERS_OWN - set(known) - set(dir(builtins)) == set()
        for call in nodes:
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in used & set(known):
                given = {keyword.arg: None for keyword in call.keywords if keyword.arg}
                inspect.signature(known[call.func.id]).bind(*call.args, **given)


def test_the_cover_explains_every_reference() -> None:
    explained = set(re.findall(r"``([a-z-]+)``", COVER.partition("Texts in square brackets")[2]))
    first = re.compile(r"[a-z-]+")
    used = {first.match(page)[0] for module in MODULES.values() for page in references(module) if first.match(page)}  # type: ignore[index]
    assert used - explained == set()
