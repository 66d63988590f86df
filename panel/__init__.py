"""Sidecard: panels for SuperOffice CRM Online."""

# Tasks sent from a request need the application, so it is made wherever Django is.
from panel.celery import app as celery_app

__all__ = ["celery_app"]
