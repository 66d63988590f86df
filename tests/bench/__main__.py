"""``make bench``: every measurement in turn; each prints one JSON line a figure."""

from __future__ import annotations

from tests.bench import company_panel


def main() -> None:
    company_panel.run()


if __name__ == "__main__":
    main()
