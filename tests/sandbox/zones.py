"""Time zones: which there are, the tenant's, the caller's [ws/so-timezone]."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from .answers import Call
from .facts import carrier
from .texts import ZONES


def ids() -> dict[int, tuple[str, str]]:
    """Id to code and name of the zones the documentation names."""
    codes = {name: zone for zone, name in ZONES.items() if not zone.isdecimal()}
    return {int(zone): (codes[name], name) for zone, name in ZONES.items() if zone.isdecimal()}


def zones(call: Call) -> Response:
    """All zones, as an archive shows them; which columns NetServer has is not documented."""
    rows = [
        {
            "PrimaryKey": str(key),
            "EntityName": "timezone",
            "tzLocationId": key,
            "tzLocationCode": code,
            "name": name,
            "utcOffset": _offset(call, name),
        }
        for key, (code, name) in sorted(ids().items())
    ]
    answer = {"odata.metadata": f"{call.api}v1/TimeZone/$metadata", "odata.nextLink": None, "value": rows}
    return call.answer(answer)


def _offset(call: Call, name: str) -> int:
    """Minutes ahead of UTC now."""
    offset = call.world.now().astimezone(ZoneInfo(name)).utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0


def base(call: Call) -> Response:
    """The tenant's zone: what dates are in without a header."""
    return call.answer(_data(call, call.tenant.base_zone))


def current(call: Call) -> Response:
    """The zone this call's dates are in."""
    return call.answer(_data(call, call.clock.zone.key))


def _data(call: Call, name: str) -> dict[str, Any]:
    key, code = next((key, code) for key, (code, zone_name) in ids().items() if zone_name == name)
    return carrier("TimeZoneData", TZLocationID=key, Name=name, TZLocationCode=code, IsoNumber=0)
