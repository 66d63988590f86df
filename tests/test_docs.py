"""docs/panels.md lists panels with a sentence and a small picture each."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
LISTED = re.findall(r"^## (.+)\n\n(.+)\n\n!\[.+\]\((.+)\)$", (DOCS / "panels.md").read_text(), flags=re.MULTILINE)


def test_each_panel_has_a_sentence_and_a_small_picture():
    assert len(LISTED) >= 6
    for title, sentence, picture in LISTED:
        assert sentence.endswith("."), title
        content = (DOCS / picture).read_bytes()
        assert content[8:12] == b"WEBP", title
        assert len(content) < 150_000, title


def test_no_picture_is_left_over():
    assert {f"panels/{file.name}" for file in (DOCS / "panels").iterdir()} == {picture for *_, picture in LISTED}
