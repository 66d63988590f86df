"""Part of ``make check``: rules of this house that no linter knows."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

SENDERS = {"crm_client/clients.py", "crm_client/auth.py"}
"""Where the client may touch the network; everything else in it only thinks."""

ACROSS_TENANTS = {
    "panel/tenants/owned.py",  # defines it
    "panel/tenants/access.py",  # finds a session's memberships, whatever tenants they are of
    "panel/tenants/tasks.py",  # the sweep looks for what is due anywhere
    "panel/tenants/diary.py",  # an entry is made for the tenant it names
    "panel/provisioning/models.py",  # the sweep looks for what is due anywhere
    "panel/provisioning/tasks.py",  # so does the look for drift
    "panel/webhooks/views.py",  # the address says which customer it is
    "panel/webhooks/tasks.py",  # the sweep handles everybody's events
    "panel/appstore/models.py",  # the sweep heeds everybody's state changes
    "panel/appstore/state.py",  # a notice is made for the tenant it names
}
"""The few places that may look at rows of all customers at once."""


def sources(*folders: str) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield str(file.relative_to(ROOT)), file.read_text()


def complaints() -> Iterator[str]:
    for name, text in sources("crm_client"):
        if name not in SENDERS and re.search(r"^(import|from) (httpx|aiohttp)\b", text, re.MULTILINE):
            yield f"{name} imports an HTTP library; only {', '.join(sorted(SENDERS))} may"
    for name, text in sources("panel"):
        if name not in ACROSS_TENANTS and "/migrations/" not in name and "across_tenants" in text:
            yield f"{name} looks across tenants; add it to ACROSS_TENANTS with a reason, or use .of(tenant)"
    for file in sorted(ROOT.glob("requirements*.txt")):
        yield from _requirement_complaints(file)


def _requirement_complaints(file: Path) -> Iterator[str]:
    text = file.read_text()
    if re.search(r"https?://", text):
        yield f"{file.name} names a host"
    pinned, hashed = re.findall(r"^[a-z0-9].*==", text, re.MULTILINE), re.findall(r"==.*\\\n +--hash=", text)
    if len(pinned) != len(hashed):
        yield f"{file.name} pins something without a hash"


def main() -> int:
    found = list(complaints())
    print("\n".join(found) or "House rules: kept.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
