"""Archives: lists of rows asked for with OData parameters [search/odata]."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from starlette.responses import Response

from . import aggregation, filters, operators
from .aggregation import Line, Term
from .answers import Call, Refused, bad, lacking, not_found
from .columns import Cell, Column
from .filters import Condition, Filter
from .lights import members_of_company
from .providers import BY_NAME, OWN, PROVIDERS, UNBUILT, Provider, Source, find, metadata
from .rights import table_right
from .texts import in_language
from .world import Row

PAGE = 1000

PARAMETERS = (
    *("$select", "$filter", "$orderby", "$entities", "$top", "$skip", "$mode", "$format", "$output"),
    "$jsonsafe",
)

UNBUILT_PARAMETERS = ("$options", "$inlinecount", "$context")

MASKS = {"None": 0, "Select": 1, "Update": 2, "Insert": 4, "Delete": 8, "RI": 5, "RestrictedUpdate": 32}

LINKS = {"project_member": ("projectmember", "projectmember_id"), "ticket_message": ("ticket", "ticket_message_id")}
"""Where ``LinkHint`` is not simply the table."""


@dataclass(frozen=True)
class Found:
    """A row of an archive."""

    entity: str
    source: Source
    key: int
    row: Row


@dataclass(frozen=True)
class Query:
    """What is asked of an archive, understood."""

    archive: Provider
    columns: list[Column]
    decide: Callable[[Found], bool]
    order: list[tuple[Column, bool]]
    entities: tuple[str, ...]
    top: int = PAGE
    skip: int = 0
    full: bool = False
    belongs: Callable[[Found], bool] = lambda found: True


def by_name(call: Call, name: str) -> Response:
    """``/Archive/{provider}``."""
    return listing(call, provider_named(name).name)


def provider_named(name: str) -> Provider:
    """A provider whose name's case does not matter; 501 for documented ones the sandbox lacks, else 404."""
    found = BY_NAME.get(name.lower())
    if found is None or name.lower() in UNBUILT:
        known = name.lower() in UNBUILT
        raise lacking(f"the archive {name}") if known else Refused(404, "SoNotFoundException", f"No provider {name}")
    return PROVIDERS[found]


def by_form(call: Call, name: str) -> Response:
    """``POST /Archive/{provider}``: the same parameters in a form, for long queries."""
    form = parse_qsl(call.body.decode(), keep_blank_values=True)
    return by_name(replace(call, query=[*call.query, *form]), name)


def names(call: Call) -> Response:
    """``GET /Archive``: every provider and where it is."""
    return call.answer({name: f"{call.api}v1/Archive/{name}" for name in PROVIDERS})


def described(call: Call, name: str) -> Response:
    """``/Archive/{provider}/$metadata``: the columns there are."""
    provider = provider_named(name)
    url = f"{call.api}v1/Archive/{provider.name}/$metadata"
    return call.answer({"odata.metadata": url, "odata.nextLink": None, "value": metadata(call.tenant, provider.name)})


def listing(call: Call, provider: str, of: str = "", key: int = 0) -> Response:
    """A page of rows; ``of`` and ``key`` narrow it to the rows of another record."""
    return _page(call, PROVIDERS[provider], _belonging(call, of, key) if of else lambda found: True)


def _page(call: Call, archive: Provider, belongs: Callable[[Found], bool]) -> Response:
    names = aggregation.joined(split(call.parameter("$select")))
    if aggregation.asked(names) or _grand_total(call):
        return _report(call, archive, belongs, names)
    query = replace(understood(call, archive, names, split(call.parameter("$orderby"))), belongs=belongs)
    page, more = rows_of(call, query)
    return _answered(call, query, [_shown(call, query, found) for found in page], more)


def _answered(call: Call, query: Query, rows: list[dict[str, Any]], more: bool) -> Response:
    return call.answer(
        {
            "odata.metadata": f"{call.api}v1/Archive/{query.archive.name}/$metadata",
            "odata.nextLink": _next_link(call, query) if more else None,
            "value": rows,
        }
    )


def _grand_total(call: Call) -> bool:
    return (call.parameter("$options") or "").replace(" ", "").lower() == "grandtotal=true"


def _report(call: Call, archive: Provider, belongs: Callable[[Found], bool], names: list[str]) -> Response:
    """Rows of which functions make groups and sums."""
    wanted = names or split(archive.default)
    terms = [aggregation.parsed(name, lambda column: find(call.tenant, archive.name, column)) for name in wanted]
    order = split(call.parameter("$orderby"))
    plain = [part for part in order if "(" not in part]
    query = replace(understood(call, archive, [], plain), belongs=belongs)

    def of_column(term: Term, found: Found) -> Cell:
        if term.column is None:
            raise KeyError(f"{term.text} is no column")
        cell = term.column.cells(call, found.source.table, found.key, found.row)[0]
        is_date = term.column.kind in ("date", "datetime") and cell.raw
        return Cell(call.clock.show(cell.raw)[:19]) if is_date else cell

    def show(term: Term, cell: Cell) -> Any:
        is_date = term.column is None or term.column.kind in ("date", "datetime")
        return (cell.raw or call.clock.show("")) if is_date else slim(call, term.column, cell)

    report = aggregation.Report(terms, of_column, show)
    by = [_by(part) for part in order if "(" in part]
    lines = list(report.lines(every(call, query), by, _grand_total(call)))
    page = lines[query.skip : query.skip + query.top]
    return _answered(call, query, [_told(call, query, line) for line in page], 0 < query.top < len(lines) - query.skip)


def _by(part: str) -> tuple[str, bool]:
    """``Sum(amount) desc``: the function, and whether downwards."""
    text, direction = part.rpartition(")")[0] + ")", part.rpartition(")")[2]
    modifiers, _, word = direction.partition(" ")
    if word.strip().lower() not in ("", "asc", "desc"):
        raise bad(f"$orderby: {word} is neither asc nor desc")
    return text + modifiers, word.strip().lower() == "desc"


def _told(call: Call, query: Query, line: Line) -> dict[str, Any]:
    """A line of a report: a record's row, or one of a group, whose type stands for the record's."""
    found: Found | None = line.found
    entity = (found.source.shown_as or found.entity) if found is not None else line.kind
    key = found.key if found is not None else line.number
    values = {_safe(call, name): value for name, value in line.values.items()}
    if not query.full:
        return {"PrimaryKey": str(key), "EntityName": entity, **values}
    cells = {name: _cell(value, "" if value is None else str(value)) for name, value in values.items()}
    right = {"Mask": 1, "Reason": ""}
    if found is not None:
        words = table_right(call, found.source.table, found.row)
        right = {"Mask": _mask(words["Mask"]), "Reason": words["Reason"]}
    hint = link_hint(found) if found is not None else ""
    return {
        "PrimaryKey": key,
        "EntityName": entity,
        "StyleHint": "",
        "LinkHint": hint,
        "TableRight": right,
        "Column": cells,
    }


def _cell(raw: Any, text: str) -> dict[str, Any]:
    return {"RawValue": raw, "DisplayValue": text, "LinkHint": "", "TooltipHint": ""}


def members(call: Call, key: int) -> Response:
    """``/Selection/{id}/Members``: what a selection holds, as the archive of its target shows it."""
    row = _row(call, "selection", key)
    return _page(call, PROVIDERS[OWN[row["target"]]], lambda found: found.key in row["members"])


def linked(call: Call, table: str, key: int) -> Response:
    """``/{Entity}/{id}/Links``: the records a record is linked to."""
    links = {(link["table"], link["id"]) for link in _row(call, table, key).get("links", [])}
    return _page(call, PROVIDERS["Links"], lambda found: (found.source.table, found.key) in links)


def participants(call: Call, key: int) -> Response:
    """``/Appointment/{id}/Participants``: users, and persons who are none."""
    invited = _row(call, "appointment", key).get("participants", [])
    users = {part["associate"] for part in invited}
    people = {part["person"] for part in invited if not part["associate"]}
    return _page(
        call,
        PROVIDERS["Participants"],
        lambda found: found.key in (users if found.source.table == "user" else people),
    )


def _row(call: Call, table: str, key: int) -> Row:
    call.demand(table, "select")
    row = call.tenant.table(table).get(key)
    if row is None or row["deleted"]:
        raise not_found(table.title(), key)
    call.demand(table, "select", row)
    return row


def rows_of(call: Call, query: Query) -> tuple[list[Found], bool]:
    """One page of rows, and whether there are more."""
    rows = every(call, query)
    # A page of no rows has no next one: whoever follows links would never come to an end.
    return rows[query.skip : query.skip + query.top], 0 < query.top < len(rows) - query.skip


def every(call: Call, query: Query) -> list[Found]:
    """All rows in their order."""
    first = next(iter(query.archive.sources.values()))
    if first.right and query.archive.name != "Links":
        call.demand(first.right, "select")
    rows = list(_rows(call, query))
    for column, descending in reversed(query.order):
        rows.sort(key=lambda found, c=column: _sort_key(call, c, found), reverse=descending)
    return rows


def _rows(call: Call, query: Query) -> Iterator[Found]:
    for entity in query.entities:
        source = query.archive.sources.get(entity)
        if source is None or (source.right and not call.may(source.right, "select")):
            continue
        for key, row in source.rows(call):
            found = Found(entity, source, key, row)
            if not source.fits(call, key, row) or not query.belongs(found) or not query.decide(found):
                continue
            if not source.right or call.may(source.table, "select", row):
                yield found


def _belonging(call: Call, of: str, of_key: int) -> Callable[[Found], bool]:
    """Whether a row belongs to a record; 404 if there is no such record."""
    row = call.tenant.table(of).get(of_key)
    if row is None or (row["deleted"] and of != "contact"):
        raise not_found(of.title(), of_key)
    call.demand(of, "select", row)

    def belongs(found: Found) -> bool:
        if found.source.narrow is not None:
            return found.source.narrow(call, of, of_key, found.key, found.row)
        rule = BELONGS.get((found.source.table, of))
        return rule(call, of_key, found.key, found.row) if rule else bool(found.row[of] == of_key)

    return belongs


BELONGS: dict[tuple[str, str], Callable[[Call, int, int, Row], bool]] = {
    ("relation", "contact"): lambda call, of, key, row: of in (row["source_contact"], row["target_contact"]),
    ("relation", "person"): lambda call, of, key, row: of in (row["source_person"], row["target_person"]),
    ("ticket", "contact"): lambda call, of, key, row: (
        call.tenant.table("person").get(row["person"], {}).get("contact") == of
    ),
    ("project", "contact"): lambda call, of, key, row: of in members_of_company(call, key),
    ("contact", "project"): lambda call, of, key, row: key in members_of_company(call, of),
}
"""Where a row's table does not hold the other record's id."""


def understood(call: Call, archive: Provider, names: list[str], order: list[str]) -> Query:
    """The parameters of a call, columns and order by their names; Refused tells what is wrong with them."""
    _refuse_parameters(call)
    mode = (call.parameter("$mode") or "Slim").lower()
    if mode == "wide":
        raise lacking("$mode=Wide")
    if mode not in ("slim", "full"):
        raise bad(f"Unknown $mode {mode}")
    text = call.parameter("$filter")
    return Query(
        archive=archive,
        columns=selected(call, archive, names),
        decide=decider(call, archive, filters.parse(text) if text else None),
        order=ordered(call, archive, order),
        entities=chosen(archive, split(call.parameter("$entities"))),
        top=_number(call, "$top", PAGE),
        skip=_number(call, "$skip", 0),
        full=mode == "full",
    )


def _refuse_parameters(call: Call) -> None:
    for name, value in call.query:
        unbuilt = name.lower() in UNBUILT_PARAMETERS and value.lower() not in ("", "false", "grandtotal=false")
        unbuilt = unbuilt and not (name.lower() == "$options" and _grand_total(call))
        if unbuilt or (name.lower() == "$output" and value.lower() != "logical"):
            raise lacking(f"the parameter {name}")
        if name.lower() == "$format" and value.lower() != "json":
            raise lacking(f"the format {value}")
        if name.lower() not in PARAMETERS + UNBUILT_PARAMETERS:
            raise bad(f"Unknown parameter {name}")


def selected(call: Call, archive: Provider, names: list[str]) -> list[Column]:
    """The columns with these names, the provider's own choice without any."""
    if any("(" in name or ":" in name.split("/")[0] for name in names):
        raise lacking("functions among the columns of agents' archives")
    return [find(call.tenant, archive.name, name) for name in names or split(archive.default)]


def split(text: str | None) -> list[str]:
    """The parts of a comma separated text."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def ordered(call: Call, archive: Provider, parts: list[str]) -> list[tuple[Column, bool]]:
    """Columns to sort by, and whether descending."""
    order = []
    for part in parts:
        name, _, direction = part.partition(" ")
        if direction.strip().lower() not in ("", "asc", "desc"):
            raise bad(f"$orderby: {direction} is neither asc nor desc")
        column = find(call.tenant, archive.name, name)
        if not column.sortable:
            raise bad(f"$orderby: the column {name} cannot be sorted by")
        order.append((column, direction.strip().lower() == "desc"))
    return order


def chosen(archive: Provider, wanted: list[str]) -> tuple[str, ...]:
    """Row types, all of them without a wish."""
    known = {name.lower(): name for name in (*archive.sources, *archive.unfilled)}
    unknown = [name for name in wanted if name.lower() not in known]
    if unknown:
        raise bad(f"$entities: {archive.name} has no {', '.join(unknown)}")
    return tuple(dict.fromkeys(known[name.lower()] for name in wanted or archive.sources))


def _number(call: Call, name: str, default: int) -> int:
    text = call.parameter(name)
    if text is None or text == "":
        return default
    if not text.isdecimal():
        raise bad(f"{name}: {text} is no number")
    return int(text)


def decider(call: Call, archive: Provider, tree: Filter | None) -> Callable[[Found], bool]:
    """What a filter says of a row."""
    if tree is None:
        return lambda found: True
    tests = {condition: _test(call, archive, condition) for condition in filters.conditions(tree)}
    return lambda found: filters.holds(tree, lambda condition: tests[condition](found))


def _test(call: Call, archive: Provider, condition: Condition) -> Callable[[Found], bool]:
    column = find(call.tenant, archive.name, condition.column)
    asker = operators.Asker(
        call.clock, call.world.now().astimezone(call.clock.zone).date(), call.associate.associate_id
    )
    by_key = column.kind == "stringorPK" and {type(value) for value in condition.values} == {int}
    kind = "int" if by_key else column.kind
    test = operators.test_for(column.name, kind, condition.operator, condition.values, asker)
    every = condition.operator in operators.NEGATIVE

    def decide(found: Found) -> bool:
        cells = column.cells(call, found.source.table, found.key, found.row)
        answers = (test(cell.key if by_key else cell.raw) for cell in cells)
        return all(answers) if every else any(answers)

    return decide


def _sort_key(call: Call, column: Column, found: Found) -> tuple[bool, Any]:
    cell = column.cells(call, found.source.table, found.key, found.row)[0]
    value = in_language(cell.shown, call.language or "US") if isinstance(cell.shown, str) else cell.raw
    return value is not None, value.casefold() if isinstance(value, str) else value or 0


def first_cells(call: Call, query: Query, found: Found) -> dict[str, tuple[Column, Cell]]:
    """The first value of each column, by its name."""
    where = (found.source.table, found.key, found.row)
    return {column.name: (column, column.cells(call, *where)[0]) for column in query.columns}


def link_hint(found: Found) -> str:
    """``nav=contact&contact_id=25``."""
    nav, name = LINKS.get(found.source.table, (found.source.table, f"{found.source.table}_id"))
    return f"nav={nav}&{name}={found.key}"


def _shown(call: Call, query: Query, found: Found) -> dict[str, Any]:
    entity = found.source.shown_as or found.entity
    cells = first_cells(call, query, found)
    if not query.full:
        values = {_safe(call, name): slim(call, column, cell) for name, (column, cell) in cells.items()}
        return {"PrimaryKey": str(found.key), "EntityName": entity, **values}
    right = table_right(call, found.source.table, found.row)
    return {
        "PrimaryKey": found.key,
        "EntityName": entity,
        "StyleHint": "",
        "LinkHint": link_hint(found),
        "TableRight": {"Mask": _mask(right["Mask"]), "Reason": right["Reason"]},
        "Column": {_safe(call, name): _wide(call, column, cell) for name, (column, cell) in cells.items()},
    }


def _safe(call: Call, name: str) -> str:
    """A key as ``$jsonSafe`` wants it."""
    safe = (call.parameter("$jsonSafe") or "").lower() == "true"
    return "".join(c if c.isalnum() or c == "_" else "_" for c in name) if safe else name


def slim(call: Call, column: Column, cell: Cell) -> Any:
    """A value as a Slim row shows it."""
    if cell.shown is not None:
        return cell.shown
    if column.kind in ("date", "datetime"):
        return call.clock.show(cell.raw or "")
    if column.kind == "listAny" and isinstance(cell.raw, int):
        return str(cell.raw)
    return "" if cell.raw is None and column.kind in ("string", "stringorPK") else cell.raw


def _wide(call: Call, column: Column, cell: Cell) -> dict[str, Any]:
    raw = call.clock.show(cell.raw or "") if column.kind in ("date", "datetime") else cell.raw
    shown = slim(call, column, cell)
    text = shown if isinstance(shown, str) else "" if shown is None else str(shown)
    return _cell(raw, text)


def _mask(text: str) -> int:
    mask = 0
    for word in text.split(","):
        mask |= MASKS[word.strip()]
    return mask


def _next_link(call: Call, query: Query) -> str:
    rest = [(name, value) for name, value in call.query if name.lower() != "$skip"]
    parameters = [*rest, ("$skip", str(query.skip + query.top))]
    return f"{call.api}{call.path}?{urlencode(parameters, quote_via=quote, safe='$,/()')}"


def _list(provider: str, of: str = "") -> dict[str, Callable[..., Response]]:
    def get(call: Call, key: int = 0) -> Response:
        return listing(call, provider, of, key)

    return {"GET": get}


LISTS = {
    "Contact": "SimpleContact",
    "Person": "Person",
    "Sale": "FindSale",
    "Appointment": "FindAppointment",
    "Project": "FindProject",
    "Document": "FindDocument",
    "Ticket": "Ticket",
    "TicketMessage": "TicketMessage",
    "ProjectMember": "ProjectMember",
    "SaleStakeholder": "SaleStakeholder",
    "Relation": "Relation",
    "Selection": "FindSelection",
    "User": "AllUsers",
}
"""The provider behind each entity's list."""

SUBLISTS = {
    "contact": {
        "Persons": "Person",
        "Activities": "ContactActivity",
        "Appointments": "Appointment",
        "Documents": "Document",
        "Sales": "SaleFilteredWithStakeholder",
        "Projects": "ContactProjects",
        "Relations": "Relation",
        "Tickets": "Ticket",
    },
    "person": {
        "Activities": "ContactActivity",
        "Appointments": "Appointment",
        "Documents": "Document",
        "Sales": "SaleFilteredWithStakeholder",
        "Relations": "Relation",
        "Tickets": "Ticket",
    },
    "project": {"Activities": "ProjectActivity", "Members": "ProjectMember", "Contacts": "SimpleContact"},
    "sale": {"Activities": "SaleActivity", "Stakeholders": "SaleStakeholder"},
    "ticket": {"Messages": "TicketMessage"},
}
"""By table: the lists below one record, and their providers [arch/reference]."""

PATHS: dict[str, dict[str, Callable[..., Response]]] = {
    **{
        rf"v1/{table.title()}/(?P<key>\d+)/{name}": _list(provider, table)
        for table, lists in SUBLISTS.items()
        for name, provider in lists.items()
    },
    r"v1/Selection/(?P<key>\d+)/Members": {"GET": members},
    r"v1/Appointment/(?P<key>\d+)/Participants": {"GET": participants},
    **{
        rf"v1/{table.title()}/(?P<key>\d+)/Links": {"GET": partial(linked, table=table)}
        for table in ("appointment", "sale", "project", "document")
    },
    r"v1/User": _list("AllUsers"),
    r"v1/Archive": {"GET": names},
    r"v1/Archive/(?P<name>\w+)": {"GET": by_name, "POST": by_form},
    r"v1/Archive/(?P<name>\w+)/\$metadata": {"GET": described},
}
"""All lists but those of an entity itself, which ``rest.py`` puts beside creating one."""
