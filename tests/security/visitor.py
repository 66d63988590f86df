"""A person's browser for these tests: Django's client, which also keeps what it was answered."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client

from panel.panels.memory import records_changed
from panel.tenants.models import Tenant
from tests.sandbox.server import Sandbox
from tests.tenants.cast import sign_in

IN_A_FRAME = {"Sec-Fetch-Dest": "iframe"}
BY_HTMX = {"HX-Request": "true"}
SEARCH = "/search/?uctx=Cust12345"
BY_HTMX_IN_A_FRAME = BY_HTMX | {"X-Sidecard-Shell": "embedded"}


class Visitor(Client):
    """Remembers every answer, so that a whole story can be looked through afterwards."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self.answers: list[HttpResponse] = []

    def request(self, **request: Any) -> HttpResponse:
        answer = super().request(**request)
        self.answers.append(answer)
        return answer


def arrive(sandbox: Sandbox, ctx: str, human: str) -> Visitor:
    """A browser in which ``human`` has just signed in to ``ctx``."""
    visitor = Visitor()
    sign_in(visitor, ctx, human, sandbox)
    return visitor


def panel(ctx: str, associate_id: int, contact_id: int, rest: str = "") -> str:
    """The company panel's address as SuperOffice fills it in."""
    return f"/panels/company/{rest}?uctx={ctx}&usid={associate_id}&lang=en-US&contact_id={contact_id}"


def edit(ctx: str, associate_id: int, contact_id: int) -> str:
    """The address of correcting the company's facts."""
    return panel(ctx, associate_id, contact_id, "edit/")


def form_of(page: HttpResponse) -> dict[str, str]:
    """The edit form in an answer as a browser would send it back."""
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else str(value) for name, value in values.items()} | {"basis": form.basis_token}


def words(answer: HttpResponse) -> str:
    """Everything an answer tells: status, headers, cookies, body."""
    cookies = "\n".join(morsel.OutputString() for morsel in answer.cookies.values())
    return f"{answer.status_code}\n{answer.headers}\n{cookies}\n{answer.content.decode()}"


def changed_meanwhile(contact_id: int) -> None:
    """What anybody saw of this company counts no more, as after a webhook's word."""
    for tenant in Tenant.objects.all():
        records_changed(tenant, [("contact_id", contact_id)])
