"""``make bench``: every measurement in turn; each prints one JSON line a figure."""

from __future__ import annotations

from tests.bench import client_cpu, company_panel, deliveries, import_time, rendering, sales_day, serving


def main() -> None:
    client_cpu.run()
    import_time.run()
    company_panel.run()
    sales_day.run()
    rendering.run()
    serving.run()
    deliveries.run()


if __name__ == "__main__":
    main()
