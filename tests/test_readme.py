"""What README.md says is true: its snippets run, its commands exist, its table is complete."""

from __future__ import annotations

import base64
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import resolve

from tests.deployment_check import environment
from tests.readme import README, blocks, its_panel
from tests.sandbox.server import Sandbox
from tests.tenants.cast import sign_in

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def with_the_readme_s_panel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with its_panel(tmp_path, monkeypatch):
        yield


def test_a_panel_is_one_short_class_and_one_template():
    code = blocks("python")[0]
    written = [line for line in code[code.index("class ") :].splitlines() if line.strip()]

    assert len(written) <= 20
    assert code.count("class ") == 1
    assert len(blocks("django")) == 1


@pytest.mark.django_db(transaction=True)
def test_the_panel_of_the_readme_shows_open_sales(with_the_readme_s_panel: None, sandbox: Sandbox):
    client = Client()
    sign_in(client, "Cust12345", "alice", sandbox)
    sale = next(row for row in sandbox.world.tenants["Cust12345"].table("sale").values() if row["contact"] == 17)

    page = client.get("/panels/open-sales/?uctx=Cust12345&usid=5&contact_id=17")

    assert page.status_code == 200
    assert sale["heading"] in page.content.decode()


def test_the_check_finds_nothing_to_complain_of(with_the_readme_s_panel: None):
    call_command("check")


def test_every_make_target_named_exists():
    named = set(re.findall(r"make ([a-z]+)", README))
    offered = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))

    assert {"demo", "test", "help"} <= named <= offered | {"help"}


def test_every_variable_is_in_the_table():
    read = set(re.findall(r'(?:env|required|environ\.get)\("([A-Z_]+)"', (ROOT / "panel/settings.py").read_text()))

    assert read == set(re.findall(r"^\| `([A-Z_]+)` \|", README, flags=re.MULTILINE))


def test_the_seal_key_command_makes_a_key():
    command = next(line for line in "\n".join(blocks("sh")).splitlines() if line.startswith("python -c"))
    words = shlex.split(command)

    made = subprocess.run([sys.executable, *words[1:]], capture_output=True, text=True, check=True).stdout

    assert len(base64.urlsafe_b64decode(made.strip())) == 32


def production_commands() -> list[list[str]]:
    lines = [
        line for block in blocks("sh") for line in block.splitlines() if not line.startswith(("export", "python -c"))
    ]
    return [shlex.split(command) for line in lines for command in line.split(" && ")]


@pytest.mark.parametrize("words", production_commands(), ids=" ".join)
def test_production_commands_are_understood(words: list[str], tmp_path: Path):
    """Short ones are run on production's settings; servers are asked whether they know all their options."""
    runs_for_ever = words[0] != "python"
    program = [sys.executable] if words[0] == "python" else [sys.executable, "-m", words[0]]
    command = [*program, *words[1:], *(["--help"] if runs_for_ever else [])]

    done = subprocess.run(
        command, cwd=ROOT, env=environment(str(tmp_path)), capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_the_panel_s_address_names_what_superoffice_can_fill():
    path = blocks("text")[0].strip().removeprefix("https://your-host")

    assert resolve(path.partition("?")[0]).kwargs == {"slug": "company"}
    assert set(re.findall(r"(\w+)=<\w+>", path)) == {"uctx", "usid", "lang", "client", "contact_id"}


def test_the_pictures_are_there():
    for picture in re.findall(r"!\[.*?\]\((.*?)\)", README):
        assert (ROOT / picture).read_bytes().startswith((b"\x89PNG", b"<svg "))
