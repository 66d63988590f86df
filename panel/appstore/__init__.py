"""The customer's life with us: install, configure, uninstall, and what SuperOffice tells of his tenant
[dp/standard-app/app-store].
"""
