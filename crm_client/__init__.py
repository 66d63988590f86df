"""A thin client for SuperOffice's NetServer REST API: typed, blocking and asynchronous from one logic.

Start with ``clients`` (how calls are made), then ``contacts``, ``persons``, ``sales``, ``activities``, ``lists`` and
``users`` (what there is to ask), ``archive`` and ``patch`` (searching and changing), ``errors`` (what can go wrong),
``auth`` (credentials). ``calls`` explains how to write an operation of your own. This package knows nothing of Django
or a database.

Texts in square brackets name the page of SuperOffice's documentation a rule comes from, below
``docs.superoffice.com/en/api/``: ``ws`` web-services, ``search``, ``arch`` archive-providers, ``lists``, ``sec``
security, ``auth`` authentication; ``dp`` is the developer portal's part, ``oas`` the OpenAPI files, ``client`` the
official TypeScript client.
"""
