"""The Celery application: background work, whose queue of record is the database."""

from __future__ import annotations

import os
from pathlib import Path

import structlog
from celery import Celery, Task
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "panel.settings")

log = structlog.get_logger(__name__)

app = Celery("sidecard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

for name, folder in (app.conf.broker_transport_options or {}).items():
    if "folder" in name:
        Path(folder).mkdir(parents=True, exist_ok=True)


def hurry(task: Task, *args: object) -> None:
    """Have a task done now rather than at the next sweep, which finds its row in any case: a broker that does not
    answer stops nothing.
    """
    try:
        task.delay(*args)
    except (OperationalError, OSError) as error:
        log.warning("broker does not answer", error=type(error).__name__)
