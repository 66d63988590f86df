"""Two questions a load balancer asks: are you alive, and can you serve?"""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis.exceptions import RedisError


def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers."""
    return JsonResponse({"status": "alive"})


def ready(request: HttpRequest) -> HttpResponse:
    """200 when the database and the session store work, else 503 naming what does not."""
    checks = {"database": _database_works, "sessions": _sessions_work}
    failing = [name for name, works in checks.items() if not works()]
    if failing:
        return JsonResponse({"status": "not ready", "failing": failing}, status=503)
    return JsonResponse({"status": "ready"})


def _database_works() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _sessions_work() -> bool:
    if not settings.REDIS_URL:
        return True  # sessions live in the database, which has its own line
    try:
        cache.get("readyz")
    except RedisError:
        return False
    return True
