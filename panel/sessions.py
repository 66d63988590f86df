"""Sessions in Redis: Django's own engine over ``panel.cache``, so it blocks and awaits without a thread in between.

Without a Redis, sessions are Django's own in the database.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import cache


class SessionStore(cache.SessionStore):
    """Django's, but Redis in trouble is an error.

    Django takes it for a session that does not exist, and deletes the cookie: a moment without Redis would sign
    everybody out.
    """

    _cache: Any

    def load(self) -> dict[str, Any]:
        return self._known(self._cache.get(self.cache_key))

    async def aload(self) -> dict[str, Any]:
        return self._known(await self._cache.aget(await self.acache_key()))

    def _known(self, data: dict[str, Any] | None) -> dict[str, Any]:
        if data is None:
            self._session_key = None
        return data or {}
