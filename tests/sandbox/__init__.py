"""A small SuperOffice CRM Online that behaves as its documentation says; it knows nothing of what it serves."""
