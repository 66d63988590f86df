"""Part of ``make check``: Django's deployment checks on settings like production's, and no forgotten migration."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
import tempfile


def environment(var: str) -> dict[str, str]:
    """Production's variables, with secrets made for this run."""
    return os.environ | {
        "SIDECARD_VAR": var,
        "SIDECARD_BASE_URL": "https://sidecard.example.com",
        "SIDECARD_SECRET_KEY": secrets.token_urlsafe(64),
        "SIDECARD_SEAL_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "SUPEROFFICE_ENV": "sod",
        "SUPEROFFICE_CLIENT_ID": secrets.token_hex(16),
        "SUPEROFFICE_CLIENT_SECRET": secrets.token_hex(16),
        "SUPEROFFICE_LOGIN_URL": "",
        "DATABASE_URL": "",
        "REDIS_URL": "",
    }


def main() -> int:
    with tempfile.TemporaryDirectory() as var:
        for command in (["check", "--deploy", "--fail-level", "WARNING"], ["makemigrations", "--check", "--dry-run"]):
            done = subprocess.run([sys.executable, "manage.py", *command], env=environment(var), check=False)
            if done.returncode:
                return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
