"""The signature of webhooks (documentation: automation/webhook, security)."""

from __future__ import annotations

import base64
import hashlib
import hmac


def signature(secret: str, body: bytes) -> str:
    """``X-SuperOffice-Signature``: HMAC-SHA256 over the body's bytes, keyed with the secret in UTF-8, in Base64."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
