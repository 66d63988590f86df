"""Follow-ups that repeat: the days of patterns, a series saved, changed and deleted by its agent."""

from __future__ import annotations

from typing import Any

import pytest

from .caller import Caller
from .test_more_agents import agent

FRIDAY = "2019-02-15T00:00:00"
WEEKLY = {"Pattern": "Weekly", "WeekPattern": {"Weekdays": "Monday, Wednesday, Friday", "Cycle": 1}}
TO_NEXT = {"RecurrenceEndType": "EndDate", "EndDate": "2019-02-22T00:00:00"}


def times(count: int) -> dict[str, Any]:
    return {"RecurrenceEndType": "Counter", "RecurrenceCounter": count}


def daily(kind: str, cycle: int = 1) -> dict[str, Any]:
    return {"Pattern": "Daily", "DayPattern": {"Pattern": kind, "Cycle": cycle}}


def monthly(name: str, cycle: int, **how: Any) -> dict[str, Any]:
    part = {"Monthly": "MonthPattern", "Yearly": "YearPattern"}[name]
    return {"Pattern": name, part: {"Cycle": cycle, **how}}


def meeting(alice: Caller, rule: dict[str, Any], start: str = FRIDAY, **given: Any) -> dict[str, Any]:
    """An entity that is to repeat, from nine to half past ten."""
    fresh = agent(alice, "Appointment/CreateDefaultAppointmentEntity")
    at = {"StartDate": start[:10] + "T09:00:00", "EndDate": start[:10] + "T10:30:00"}
    return fresh | at | {"Title": "Every time", "Recurrence": rule | {"IsRecurrence": True, "StartDate": start}} | given


def days(alice: Caller, rule: dict[str, Any], start: str = FRIDAY) -> list[str]:
    found = agent(alice, "Appointment/CalculateDays", AppointmentEntity=meeting(alice, rule, start))
    return [one["Date"][:10] for one in found["Dates"]]


# Days


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (WEEKLY | TO_NEXT, "15 18 20 22"),
        (WEEKLY | times(2), "15 18"),
        (daily("EveryCyclicDay", 3) | times(3), "15 18 21"),
        (daily("EveryWorkday") | TO_NEXT, "15 18 19 20 21 22"),
        (monthly("Monthly", 2, Pattern="DayOfMonth", Day=31) | times(3), "02-28 04-30 06-30"),
        (
            monthly("Monthly", 1, Pattern="WeekdayOfMonth", Weekday="Friday", WeekOfMonth="Third") | times(3),
            "02-15 03-15 04-19",
        ),
        (
            monthly("Monthly", 1, Pattern="WeekdayOfMonth", Weekday="Monday", WeekOfMonth="Last") | times(2),
            "02-25 03-25",
        ),
        (monthly("Yearly", 1, Pattern="DayOfMonth", Day=6) | times(2), "2020-01-06 2021-01-06"),
        ({"Pattern": "Custom", "Dates": [{"Date": "2019-03-02T00:00:00"}, {"Date": FRIDAY}]}, "02-15 03-02"),
    ],
)
def test_the_days_of_a_pattern(alice: Caller, rule: dict[str, Any], expected: str) -> None:
    wanted = ["2019-02-15"[: 10 - len(day)] + day for day in expected.split()]
    assert days(alice, rule) == wanted


def test_every_second_week(alice: Caller) -> None:
    rule = {"Pattern": "Weekly", "WeekPattern": {"Weekdays": "Friday", "Cycle": 2}} | times(3)
    assert days(alice, rule) == ["2019-02-15", "2019-03-01", "2019-03-15"]


@pytest.mark.parametrize(
    "rule",
    [
        WEEKLY,
        WEEKLY | times(0),
        WEEKLY | times(-1),
        WEEKLY | {"RecurrenceEndType": "EndDate", "EndDate": "2019-02-01T00:00:00"},
        {"Pattern": "Unknown"} | times(2),
        {"Pattern": "Weekly", "WeekPattern": None} | times(2),
        {"Pattern": "Weekly", "WeekPattern": {"Weekdays": "Unknown", "Cycle": 1}} | times(2),
        daily("EveryCyclicDay", 0) | times(2),
        daily("EveryCyclicDay", 10**9) | times(2),
        daily("Unknown") | times(2),
        monthly("Yearly", 13, Pattern="DayOfMonth", Day=1) | times(2),
        monthly("Monthly", 1, Pattern="WeekdayOfMonth", Weekday="Friday", WeekOfMonth="Unknown") | times(2),
        {"Pattern": "Custom", "Dates": []},
        WEEKLY | times(2) | {"EndDate": "2019-13-45T00:00:00", "RecurrenceEndType": "EndDate"},
    ],
)
def test_patterns_that_say_nothing_are_refused(alice: Caller, rule: dict[str, Any]) -> None:
    body = {"AppointmentEntity": meeting(alice, rule)}
    assert "Recurrence" in agent(alice, "Appointment/CalculateDays", 400, **body)["ErrorMessage"]
    before = len(alice.world.tenants["Cust12345"].table("appointment"))
    agent(alice, "Appointment/Save", 400, **body)
    assert len(alice.world.tenants["Cust12345"].table("appointment")) == before


def test_a_pattern_to_begin_with(alice: Caller) -> None:
    fresh = agent(alice, "Appointment/CreateDefaultRecurrenceByDate", StartDate="2002-03-31T00:00:00")
    assert (fresh["Pattern"], fresh["WeekPattern"]["Weekdays"], fresh["IsRecurrence"]) == ("Weekly", "Sunday", False)
    assert (fresh["RecurrenceEndType"], fresh["EndDate"]) == ("EndDate", "2003-03-31T00:00:00")
    assert fresh["MonthPattern"]["WeekOfMonth"] == "Last"
    assert fresh["YearPattern"]["Cycle"] == 3
    assert len(days(alice, fresh, "2002-03-31T00:00:00")) == 53
    leap = agent(alice, "Appointment/CreateDefaultRecurrenceByDate", StartDate="2028-02-29T00:00:00")
    assert leap["EndDate"] == "2029-02-28T00:00:00"
    today = agent(alice, "Appointment/CreateDefaultRecurrence")["StartDate"]
    assert today[:10] == alice.world.now().date().isoformat()
    agent(alice, "Appointment/CreateDefaultRecurrenceByDate", 400, StartDate="2019-99-99T00:00:00")


def test_one_that_does_not_repeat_says_so(alice: Caller) -> None:
    first, second = (
        agent(alice, "Appointment/Save", AppointmentEntity=meeting(alice, {}, Recurrence=None)) for _ in "ab"
    )
    told = alice("GET", f"v1/Appointment/{second['AppointmentId']}")["Recurrence"]
    assert (told["IsRecurrence"], told["RecurrenceId"], told["WeekPattern"]["Weekdays"]) == (False, 0, "Friday")
    (day,) = told["Dates"]
    assert day["Date"] == FRIDAY
    assert day["Tooltip"] == f"{{conflict_id={first['AppointmentId']}}}"


def test_days_that_collide_say_with_what(alice: Caller) -> None:
    taken = agent(alice, "Appointment/Save", AppointmentEntity=meeting(alice, {}, Recurrence=None))
    entity = meeting(alice, WEEKLY | TO_NEXT)
    first, second, *_ = agent(alice, "Appointment/CalculateDays", AppointmentEntity=entity)["Dates"]
    assert (first["IsConflict"], first["DescriptionStyleHint"]) == (True, "conflict")
    assert first["Tooltip"] == f"{{conflict_id={taken['AppointmentId']}}}"
    assert (second["IsConflict"], second["DescriptionStyleHint"], second["Tooltip"]) == (False, "", None)
    dates = ["2019-02-18T00:00:00", FRIDAY]
    told = agent(alice, "Appointment/ValidateDays", AppointmentEntity=entity, Dates=dates)
    assert [(one["Date"][:10], one["IsConflict"]) for one in told] == [("2019-02-15", True), ("2019-02-18", False)]


# A series


@pytest.fixture
def series(alice: Caller) -> list[dict[str, Any]]:
    """Four meetings, the first as it was answered."""
    made = agent(alice, "Appointment/Save", AppointmentEntity=meeting(alice, WEEKLY | TO_NEXT))
    rule = made["Recurrence"]["RecurrenceId"]
    found = agent(alice, "Appointment/GetAppointmentRecords", RecurrenceRuleId=rule)
    return [alice("GET", f"v1/Appointment/{one['AppointmentId']}") for one in found]


def test_a_series_is_one_follow_up_a_day(alice: Caller, series: list[dict[str, Any]]) -> None:
    assert [one["StartDate"] for one in series] == [f"2019-02-{day}T09:00:00" for day in (15, 18, 20, 22)]
    assert {one["EndDate"][10:] for one in series} == {"T10:30:00"}
    first = series[0]["Recurrence"]
    assert (first["IsRecurrence"], first["Pattern"], len(first["Dates"])) == (True, "Weekly", 4)
    select = {"select": "recurring,recurrenceRuleId", "filter": f"appointmentId = {series[1]['AppointmentId']}"}
    (row,) = alice.rows("v1/Appointment", **select)
    assert (row["recurring"], row["recurrenceRuleId"]) == (True, first["RecurrenceId"])


def test_a_series_keeps_its_hour_in_summer(alice: Caller) -> None:
    rule = monthly("Monthly", 1, Pattern="DayOfMonth", Day=15) | times(3)
    made = agent(alice, "Appointment/Save", AppointmentEntity=meeting(alice, rule))
    found = agent(alice, "Appointment/GetAppointmentRecords", RecurrenceRuleId=made["Recurrence"]["RecurrenceId"])
    assert {one["StartDate"][11:] for one in found} == {"09:00:00"}
    assert found[-1]["StartDate"][:10] == "2019-04-15"


def test_only_this_one_or_all_that_come(alice: Caller, series: list[dict[str, Any]]) -> None:
    second = {name: value for name, value in series[1].items() if name != "_Links"}
    agent(alice, "Appointment/Save", AppointmentEntity=second | {"Title": "Alone"}, UpdateMode="OnlyThis")
    titles = [alice("GET", f"v1/Appointment/{one['AppointmentId']}")["Title"] for one in series]
    assert titles == ["Every time", "Alone", "Every time", "Every time"]
    later = {"Title": "Later", "StartDate": "2019-02-19T14:00:00", "EndDate": "2019-02-19T15:00:00"}
    agent(alice, "Appointment/Save", AppointmentEntity=second | later, UpdateMode="ThisAndForward")
    now = [alice("GET", f"v1/Appointment/{one['AppointmentId']}") for one in series]
    assert [one["Title"] for one in now] == ["Every time", "Later", "Later", "Later"]
    starts = ["2019-02-15T09", "2019-02-19T14", "2019-02-20T14", "2019-02-22T14"]
    assert [one["StartDate"][:13] for one in now] == starts
    gone = {"AppointmentId": now[2]["AppointmentId"]}
    agent(alice, "Appointment/Delete", 501, **gone, UpdateMode="StopRecurrence")
    agent(alice, "Appointment/Delete", 204, **gone, UpdateMode="ThisAndForward")
    left = alice("GET", f"v1/Appointment/{now[0]['AppointmentId']}")["Recurrence"]["Dates"]
    assert [one["Date"][:10] for one in left] == ["2019-02-15", "2019-02-19"]


def test_rest_makes_no_series_and_leaves_one_alone(alice: Caller, series: list[dict[str, Any]]) -> None:
    told = alice("POST", "v1/Appointment", 400, json=meeting(alice, WEEKLY | TO_NEXT))["ErrorMessage"]
    assert "agent Appointment" in told
    path = f"v1/Appointment/{series[0]['AppointmentId']}"
    saved = alice("PUT", path, json=series[0] | {"Title": "By REST"})
    assert (saved["Title"], saved["Recurrence"]["IsRecurrence"]) == ("By REST", True)
