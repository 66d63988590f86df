"""The Celery application: background work, whose queue of record is the database."""

from __future__ import annotations

import os
from pathlib import Path

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "panel.settings")

app = Celery("sidecard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

for name, folder in (app.conf.broker_transport_options or {}).items():
    if "folder" in name:
        Path(folder).mkdir(parents=True, exist_ok=True)
