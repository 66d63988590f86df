"""Sidecard: panels for SuperOffice CRM Online."""
