"""Typing is a feature: a program of a partner passes ``mypy --strict`` and gets the types one expects."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).parent / "typing" / "program.py"


def test_a_partners_program_is_typed_throughout() -> None:
    """Without this project's settings; unused ``type: ignore`` comments fail, so what must not pass does not."""
    cache = f"--cache-dir={ROOT / '.mypy_cache' / 'program'}"  # of its own: another mypy may run at the same time
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", cache, str(PROGRAM)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.stdout == "Success: no issues found in 1 source file\n", done.stdout + done.stderr
