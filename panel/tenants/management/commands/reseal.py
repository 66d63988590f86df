"""``manage.py reseal``: after a new key was put first, seal by it what older ones sealed, so that they can go."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models

from panel.tenants import sealing


class Command(BaseCommand):
    help = "Seal every secret in the database by the newest key; safe to repeat, and while Sidecard runs."

    def handle(self, *_args: Any, **_options: Any) -> None:
        counted: Counter[str] = Counter()
        for model in apps.get_models():
            for column, kind in getattr(model, "SEALED", {}).items():
                for row in model._base_manager.exclude(**{column: ""}).iterator():
                    counted[self.reseal(row, column, kind)] += 1
        self.stdout.write(f"{counted['anew']} sealed anew, {counted['newest']} by the newest key already")
        if counted["broken"]:
            raise CommandError(f"{counted['broken']} do not open: is a key missing from SIDECARD_SEAL_KEYS?")

    def reseal(self, row: Any, column: str, kind: str) -> str:
        sealed = getattr(row, column)
        if sealing.is_sealed_by_newest(sealed):
            return "newest"
        place = {"tenant": getattr(row, "tenant", row).seal_name, "owner": row.seal_owner, "kind": kind}
        try:
            anew = sealing.seal(sealing.unseal(sealed, **place), **place)
        except sealing.BrokenSeal as broken:
            self.stderr.write(f"{row._meta.label} {row.pk}, {column}: {broken}")
            return "broken"
        # Only while it is as it was read: whoever renewed or removed it meanwhile knows better, and has the newest key.
        same: models.QuerySet[Any] = type(row)._base_manager.filter(pk=row.pk, **{column: sealed})
        same.update(**{column: anew})
        return "anew"
