"""A thin client for SuperOffice's NetServer REST API: typed, blocking and asynchronous from one logic.

This package knows nothing of Django or a database. ``README.md`` beside this file has recipes and a table of all
operations; the docstrings are the manual.

Asking
    ``clients`` drives operations. ``calls`` tells what an operation is and how to write one. ``errors`` is what can go
    wrong, ``archive`` and ``rows`` are for searches and lists, ``records``, ``fields`` and ``patch`` for reading,
    creating and changing one record.

What there is
    ``search``, ``contacts``, ``persons``, ``sales``, ``appointments`` and ``activities``, ``projects``, ``documents``,
    ``tickets``, ``relations``, ``selections``; ``associates`` and ``users`` (who is who), ``lists``, ``udef`` and
    ``encoded`` (user-defined fields), ``consents``, ``duplicates``, ``preferences``, ``foreign_keys``, ``webpanels``,
    ``taskmenus``, ``webhook_definitions``. ``values`` are the small things they share, ``frozen`` makes their classes.

Who asks, and where
    ``auth`` is a person's credential, ``system_user`` an application's own; ``stores`` keeps them in memory. ``state``
    tells where a tenant lives, ``address`` is what a client asks for it.

What SuperOffice tells by itself
    ``webhooks`` and ``state_changes``; ``jwts`` validates what it signed.

Behaviour
    ``sending`` is the course of one call, ``fates`` how far it came, ``retries`` whether it is sent again, ``gates``
    how many go at once, ``cache`` what is remembered, ``hooks`` who is told, ``hands`` how one renewal serves all.

Texts in square brackets name the page of SuperOffice's documentation a rule comes from. ``ws`` is
``docs.superoffice.com/en/api/web-services``, ``arch`` ``…/archive-providers``, ``sec`` ``…/security``, ``auth``
``…/authentication``; ``search``, ``lists``, ``foreign-keys`` and ``caching`` lie beside them. ``dp`` is
``docs.superoffice.com/en/developer-portal``, ``wh`` ``…/automation/webhook``, ``cust`` ``…/customization``,
``privacy`` ``…/security/privacy``, ``udef`` the pages on user-defined fields. ``oas`` are the OpenAPI files,
``client`` is the official TypeScript client, ``queries`` SuperOffice's public collection of HTTP queries.
"""
