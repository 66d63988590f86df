"""Install, configure and uninstall, as the people concerned meet them."""

from __future__ import annotations

import csv
import json
import re
from html import escape, unescape

import httpx
import pytest
from django.http import HttpResponse
from django.test import Client

from panel.appstore.install import NO_HOOK
from panel.provisioning.models import Setup, Thing
from panel.provisioning.wanted import Choice
from panel.provisioning.wanted import wanted as wanted_things
from panel.provisioning.work import Attempt
from panel.tenants.diary import Happening
from panel.tenants.models import Membership, Tenant
from tests.appstore.conftest import CTX, work
from tests.of_sandbox.receiver import Receiver
from tests.sandbox.dump import dump
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Fault
from tests.sandbox.world import Tenant as SandboxTenant
from tests.tenants.cast import sign_in

HTMX = {"HX-Request": "true"}
SETUP, CONFIGURE, UNINSTALL = (f"/appstore/{page}/?uctx={CTX}" for page in ("setup", "configure", "uninstall"))


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_anybody_may_read_what_would_be_set_up(client: Client) -> None:
    page = client.get("/appstore/install/")

    assert page.status_code == 200
    for words in ("What Sidecard may read and change", "Company (side panel)", "Webhook", "system user"):
        assert words in text(page)


def test_coming_from_the_approval_the_page_itself_asks_for_the_set_up(charlie: Client) -> None:
    page = charlie.get(f"{SETUP}&begin=1")

    assert 'hx-trigger="load, submit"' in text(page)
    assert not Setup.across_tenants.exists(), "a mere visit changes nothing"


def test_set_up_is_begun_watched_and_told(charlie: Client, hears: Receiver) -> None:
    begun = charlie.post(SETUP, headers=HTMX)
    assert "Looking at what is there in your SuperOffice already" in text(begun)
    assert 'hx-trigger="every 1s"' in text(begun)

    work()

    done = charlie.get(f"/appstore/progress/?uctx={CTX}", headers=HTMX)
    assert "Everything is set up" in text(done)
    assert "every 1s" not in text(done)
    assert text(done).count('class="done"') == Thing.across_tenants.count()


def steps(page: str) -> list[tuple[str, str, str]]:
    """The state, the thing and the verb of each step that the page lists."""
    step = (
        r'<li class="(\w+)">.*?<span>(.*?)(?: <span class="verb">– (.*?)</span>)?(?:<span class="hidden">.*?)?</span>'
    )
    return [(state, unescape(label), unescape(verb)) for state, label, verb in re.findall(step, page, re.DOTALL)]


def test_the_plan_is_shown_as_soon_as_superoffice_was_looked_at(
    charlie: Client, hears: Receiver, sandbox: Sandbox, there: SandboxTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what is in the way and left alone; then its steps are ticked one after the other."""
    seeded = next(iter(sandbox.world.tenants["Cust12345"].table("webpanel").values()))
    theirs = seeded | {"name": "Sidecard: My day", "window_name": "theirs", "prog_id": "", "client_id": "another"}
    key = there.next_id("webpanel")
    there.table("webpanel")[key] = dict(theirs)
    charlie.post(SETUP)
    pages: list[str] = []

    def look() -> None:
        pages.append(text(charlie.get(f"/appstore/progress/?uctx={CTX}", headers=HTMX)))

    do = Attempt._do
    monkeypatch.setattr(Attempt, "_do", lambda *step: (look(), do(*step)))
    work()
    look()

    wanted = sorted(str(one.label) for one in wanted_things(Choice(), NO_HOOK))
    for number, page in enumerate(pages):
        shown = steps(page)
        assert sorted(label for _state, label, _verb in shown) == wanted
        assert [(label, verb) for state, label, verb in shown if state == "failed"] == [
            ("Sidecard: My day (navigator button)", "somebody else's, left alone")
        ]
        assert "“Sidecard: My day” is there already, and Sidecard did not make it. Remove or rename it" in page
        assert {verb for state, _label, verb in shown if state != "failed"} == {"new"}
        assert [state for state, _label, _verb in shown].count("done") == number
    assert len(pages) == len(wanted)
    assert "Not everything could be set up" in pages[-1]
    assert there.table("webpanel")[key] == theirs


def test_a_repair_tells_what_it_changes_and_what_it_leaves(installed: Client, there: SandboxTenant) -> None:
    rows = there.table("webpanel").values()
    by_key = {row["prog_id"]: row for row in rows}
    by_key["sidecard.company.CompanyMinicard"]["visible_in"] = "PersonCard"
    form = ticked(text(installed.get(CONFIGURE)))

    installed.post(CONFIGURE, form | {"my-day-places": []})
    work()

    told = {label: verb for _state, label, verb in steps(text(installed.get(SETUP)))}
    assert told.pop("Sidecard: Company (side panel)") == "changed"
    assert told.pop("Sidecard: My day (navigator button)") == "removed"
    assert {*told.values()} == {"as it should be"}


def listed(page: str, section: str) -> list[str]:
    """The things a section of a page lists, with all that is printed of them."""
    [found] = re.findall(rf'<h2 id="{section}">.*?</section>', page, re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", " ", one).split()) for one in re.findall(r"<li>(.*?)</li>", found, re.DOTALL)]


def test_what_is_listed_before_the_approval_is_what_is_set_up(
    client: Client, installed: Client, there: SandboxTenant
) -> None:
    """CERT-56: with the words SuperOffice knows things by, and what panels open there."""
    promised = listed(text(client.get("/appstore/install/")), "sets")

    assert sorted(listed(text(installed.get(CONFIGURE)), "things")) == sorted(promised)
    assert len(promised) == Thing.across_tenants.count()
    panels = {row["prog_id"]: row["url"] for row in there.table("webpanel").values()}
    menus = {row["ProgId"]: row["UrlOrSoprotocol"] for row in there.table("taskmenu").values()}
    for key, url in (panels | menus).items():
        assert key.startswith("sidecard.") == any(one.endswith(f"ProgId: {key} {escape(url)}") for one in promised)


def test_without_scripts_it_works_too(charlie: Client, hears: Receiver) -> None:
    assert charlie.post(SETUP).headers["location"] == SETUP
    work()
    assert "Everything is set up" in text(charlie.get(SETUP))


def test_installing_again_mends_what_is_missing(installed: Client, there: SandboxTenant) -> None:
    as_set_up = dump(there)
    there.table("webpanel").popitem()

    installed.post(SETUP)
    work()

    assert dump(there) == as_set_up


def test_a_step_that_fails_is_told_with_its_reason_and_can_be_tried_again(
    charlie: Client, hears: Receiver, sandbox: Sandbox
) -> None:
    sandbox.world.faults.append(Fault("Contact/UdefLayout|SaveUserDefinedFieldInfo", status=403))
    charlie.post(SETUP)
    work()

    page = text(charlie.get(SETUP))
    assert "Not everything could be set up" in page
    assert "SuperOffice does not give you access to this" in page
    assert "Try again" in page

    sandbox.world.faults.clear()
    charlie.post(SETUP)
    work()
    assert "Everything is set up" in text(charlie.get(SETUP))


def test_while_superoffice_is_away_the_page_says_that_it_goes_on_by_itself(
    charlie: Client, hears: Receiver, sandbox: Sandbox
) -> None:
    sandbox.world.faults.append(Fault("", status=503))
    charlie.post(SETUP)
    work()

    page = text(charlie.get(SETUP))
    assert "It is tried again by itself" in page
    assert "every 1s" in page


@pytest.mark.parametrize("path", [SETUP, CONFIGURE, UNINSTALL])
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_does_not_administer_is_told_who_can(dora: Client, path: str, method: str) -> None:
    answer = dora.get(path) if method == "get" else dora.post(path, {"sure": "1"})

    assert answer.status_code == 403
    assert "Only an administrator of" in text(answer)
    assert not Setup.across_tenants.exists()


@pytest.mark.parametrize("name", ["setup", "configure", "uninstall", "look", "pause", "export", "values"])
def test_the_administrator_of_another_customer_has_to_sign_in(charlie: Client, name: str) -> None:
    method = charlie.get if name in ("setup", "configure", "uninstall", "values") else charlie.post
    answer = method(f"/appstore/{name}/?uctx=Cust12345")

    assert answer.status_code == 302
    assert answer.headers["location"].startswith("/signin/?next=")


def test_whoever_comes_without_a_name_is_asked_or_known(charlie: Client, client: Client) -> None:
    """SuperOffice adds nothing to its links."""
    assert client.get("/appstore/configure/").headers["location"] == "/signin/?next=%2Fappstore%2Fconfigure%2F"
    assert charlie.get("/appstore/configure/").headers["location"] == CONFIGURE


def test_a_consultant_of_two_customers_chooses(sandbox: Sandbox, charlie: Client) -> None:
    kim = Client(headers={"Accept-Language": "en"})
    for ctx in ("Cust12345", CTX):
        sign_in(kim, ctx, "kim", sandbox)

    page = text(kim.get("/appstore/configure/"))

    assert "For which company?" in page
    assert f"/appstore/configure/?uctx={CTX}" in page


def test_configure_shows_how_it_is_doing(installed: Client) -> None:
    page = text(installed.get(CONFIGURE))

    for words in ("All is well", "Running", "Everything is set up", "Charlie Kj", "navigator button", "For everybody"):
        assert words in page


def ticked(page: str) -> dict[str, list[str]]:
    """What a browser would send of the form as it stands."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<input type="(?:checkbox|radio)" name="([^"]+)" value="([^"]*)"[^>]* checked', page
    ):
        found.setdefault(name, []).append(value)
    return found


def test_a_panel_that_is_unticked_goes_and_comes_back(installed: Client, there: SandboxTenant) -> None:
    as_set_up = dump(there)["web_panels"]
    form = ticked(text(installed.get(CONFIGURE)))

    installed.post(CONFIGURE, form | {"my-day-places": []})
    work()
    shown = {row["prog_id"] for row in dump(there)["web_panels"]}
    assert "sidecard.my-day.NavigatorButton" not in shown
    assert "sidecard.company.CompanyMinicard" in shown
    assert "my-day-places" not in ticked(text(installed.get(CONFIGURE)))

    installed.post(CONFIGURE, form)
    work()
    assert dump(there)["web_panels"] == as_set_up


def seen_by(there: SandboxTenant, slug: str) -> set[tuple[int, ...]]:
    """The user groups that see a panel at each of its places."""
    rows = there.table("webpanel").values()
    return {tuple(row["groups"]) for row in rows if row["prog_id"].startswith(f"sidecard.{slug}.")}


SALES, SERVICE = 1, 2


def test_each_panel_may_be_for_some_user_groups_only(installed: Client, there: SandboxTenant) -> None:
    """Its entries in task menus go, for those cannot be kept from anybody."""
    everything = dump(there)
    form = ticked(text(installed.get(CONFIGURE)))

    installed.post(CONFIGURE, form | {"company-whom": ["some"], "company-groups": [str(SERVICE)]})
    assert work().state == Setup.State.DONE

    assert (seen_by(there, "company"), seen_by(there, "my-day")) == ({(SERVICE,)}, {(SALES, SERVICE)})
    assert dump(there)["task_menus"] == []
    page = text(installed.get(CONFIGURE))
    assert page.count("Only for Service") == 1
    assert page.count("For everybody") == 1

    installed.post(CONFIGURE, form)
    work()
    assert dump(there) == everything


def test_drift_is_told_of_the_panel_whose_user_groups_were_changed(
    installed: Client, there: SandboxTenant, tenant: Tenant
) -> None:
    form = ticked(text(installed.get(CONFIGURE)))
    installed.post(CONFIGURE, form | {"my-day-whom": ["some"], "my-day-groups": [str(SALES)]})
    work()
    for row in there.table("webpanel").values():
        if row["prog_id"].startswith("sidecard."):
            row["groups"] = [SALES]

    installed.post(f"/appstore/look/?uctx={CTX}")

    drift = Setup.objects.of(tenant).get().drift
    assert len(drift) == len(seen_places(there, "company"))
    assert all(verb == "change" and "Company" in label for verb, label in drift)


def seen_places(there: SandboxTenant, slug: str) -> list[str]:
    rows = there.table("webpanel").values()
    return [row["visible_in"] for row in rows if row["prog_id"].startswith(f"sidecard.{slug}.")]


def test_a_choice_without_any_user_group_is_sent_back_as_it_was_typed(installed: Client, tenant: Tenant) -> None:
    form = ticked(text(installed.get(CONFIGURE)))

    typed = form | {"company-places": ["sidecard.company.ContactArchive"], "my-day-whom": ["some"], "on": []}
    answer = installed.post(CONFIGURE, typed)

    assert answer.status_code == 422
    assert "Choose at least one user group, or everybody." in text(answer)
    assert "Nothing is saved yet" in text(answer)
    assert ticked(text(answer)) == {name: values for name, values in typed.items() if values}
    found = Setup.objects.of(tenant).get()
    assert (found.off, found.groups, found.state) == ([], {}, Setup.State.DONE)


def test_a_user_group_that_was_removed_since_it_was_chosen_is_told(installed: Client, there: SandboxTenant) -> None:
    """And nobody else sees the panel for that."""
    form = ticked(text(installed.get(CONFIGURE)))
    installed.post(CONFIGURE, form | {"my-day-whom": ["some"], "my-day-groups": [str(SERVICE)]})
    work()
    there.lists["usergroup"][SERVICE]["deleted"] = True

    installed.post(f"/appstore/look/?uctx={CTX}")
    page = text(installed.get(CONFIGURE))
    assert "A user group that was chosen here has been removed in SuperOffice." in page
    assert "For nobody" in page
    assert "not as it was set up" not in page

    assert installed.post(CONFIGURE, ticked(page)).status_code == 422
    assert installed.post(CONFIGURE, ticked(page) | {"my-day-groups": [str(SALES)]}).status_code == 302
    work()
    assert seen_by(there, "my-day") == {(SALES,)}


@pytest.mark.parametrize("group", ["2", "99", "x", "-3", "1" * 400])
def test_a_user_group_that_is_not_there_when_the_form_comes_is_told(
    installed: Client, there: SandboxTenant, tenant: Tenant, group: str
) -> None:
    form = ticked(text(installed.get(CONFIGURE)))
    there.lists["usergroup"][SERVICE]["deleted"] = True

    answer = installed.post(CONFIGURE, form | {"my-day-whom": ["some"], "my-day-groups": [str(SALES), group]})

    assert answer.status_code == 422
    assert "was removed in SuperOffice meanwhile" in text(answer)
    assert ticked(text(answer))["my-day-groups"] == [str(SALES)]
    assert Setup.objects.of(tenant).get().groups == {}


def test_while_superoffice_does_not_tell_its_user_groups_what_was_chosen_stays(
    installed: Client, sandbox: Sandbox, tenant: Tenant
) -> None:
    form = ticked(text(installed.get(CONFIGURE)))
    installed.post(CONFIGURE, form | {"my-day-whom": ["some"], "my-day-groups": [str(SERVICE)]})
    work()
    sandbox.world.faults.append(Fault("MDOList/usergroup", status=503))

    page = text(installed.get(CONFIGURE))
    assert "Only for User group 2" in page
    installed.post(CONFIGURE, ticked(page) | {"on": []})

    found = Setup.objects.of(tenant).get()
    assert found.groups == {"my-day": [SERVICE]}
    assert "sidecard.call-outcome" in found.off


def test_where_the_list_of_web_panels_does_not_heed_user_groups_that_is_told(
    installed: Client, there: SandboxTenant
) -> None:
    words = "the list of web panels does not heed user groups"
    assert words not in text(installed.get(CONFIGURE))

    there.table("list")[28]["groups"] = False

    assert words in text(installed.get(CONFIGURE))


def test_who_is_not_shown_a_panel_gets_it_by_its_address_with_his_own_rights(
    installed: Client, there: SandboxTenant, sandbox: Sandbox
) -> None:
    """See ``Choice.groups``."""
    form = ticked(text(installed.get(CONFIGURE)))
    installed.post(CONFIGURE, form | {"company-whom": ["some"], "company-groups": [str(SERVICE)]})
    work()
    dora = Client(headers={"Accept-Language": "en"})
    sign_in(dora, CTX, "dora", sandbox)
    address = f"/panels/company/?uctx={CTX}&usid={there.associates['dora'].associate_id}&contact_id="

    assert dora.get(address + "1").status_code == 200

    sandbox.world.faults.append(Fault("Contact/2$", status=403))
    assert dora.get(address + "2").status_code == 403


def test_what_somebody_changed_is_shown_when_it_is_looked_for(installed: Client, there: SandboxTenant) -> None:
    next(iter(there.table("webpanel").values()))["visible_in"] = "PersonCard"

    installed.post(f"/appstore/look/?uctx={CTX}")

    page = text(installed.get(CONFIGURE))
    assert "Something in SuperOffice is not as it was set up" in page
    assert "was changed" in page


def test_paused_the_panels_say_so_until_it_goes_on(installed: Client, sandbox: Sandbox) -> None:
    panel = f"/panels/company/?uctx={CTX}&usid=5&contact_id=1"
    assert installed.get(panel).status_code == 200

    installed.post(f"/appstore/pause/?uctx={CTX}")
    paused = installed.get(panel)
    assert paused.status_code == 503
    assert "Sidecard is paused" in text(paused)
    assert "Paused" in text(installed.get(CONFIGURE))

    installed.post(f"/appstore/pause/?uctx={CTX}", {"resume": "1"})
    assert installed.get(panel).status_code == 200


def test_the_export_has_everything_but_keys(installed: Client, tenant: Tenant) -> None:
    answer = installed.post(f"/appstore/export/?uctx={CTX}")

    kept = json.loads(answer.content)
    assert kept["customer"]["ctx"] == CTX
    assert [one["name"] for one in kept["people"]] == ["Charlie Kjær"]
    assert len(kept["set up"]) == Thing.objects.of(tenant).count()
    assert "sealed" not in text(answer)
    assert tenant.system_token not in text(answer)


def test_the_values_of_our_fields_can_be_taken_along(installed: Client, sandbox: Sandbox) -> None:
    """And a spreadsheet takes none of them for a formula."""
    token = sandbox.world.issue_access_token(CTX, "charlie", "sidecard-sandbox")
    written = httpx.patch(
        f"{sandbox.tenant_url(CTX)}/api/v1/Contact/2",
        json=[{"op": "add", "path": "/CustomFields/Sidecard.Company.NextStep", "value": "=1+1"}],
        headers={"Authorization": f"Bearer {token}"},
    )
    assert written.is_success, written.text

    answer = installed.get(f"/appstore/values/?uctx={CTX}")

    assert answer.headers["content-type"].startswith("text/csv")
    head, *rows = csv.reader(text(answer).splitlines())
    assert head == ["contactId", "company", "Sidecard.Company.NextStep", "Sidecard.Company.Health"]
    assert [(row[0], row[2]) for row in rows] == [("2", "'=1+1")]


def test_removal_wants_an_explicit_word(installed: Client, tenant: Tenant) -> None:
    page = text(installed.get(UNINSTALL))
    assert "Download the values first" in page
    assert "30 days" in page

    assert installed.post(UNINSTALL).status_code == 422
    assert Setup.objects.of(tenant).get().goal == Setup.Goal.PRESENT


def test_after_the_removal_the_customer_is_as_before_and_who_asked_sees_its_end(
    charlie: Client, hears: Receiver, there: SandboxTenant, tenant: Tenant
) -> None:
    before = dump(there)
    charlie.post(SETUP)
    work()

    assert charlie.post(UNINSTALL, {"sure": "1"}).headers["location"] == SETUP
    assert "Removing what was set up" in text(charlie.get(SETUP))
    work()

    end = text(charlie.get(f"/appstore/progress/?uctx={CTX}", headers=HTMX))
    assert "Nothing of Sidecard is left" in end
    assert dump(there) == before
    assert charlie.get(CONFIGURE).status_code == 302, "he is signed out"
    assert set(Membership.objects.of(tenant).values_list("sealed_grant", flat=True)) == {""}


def test_nobody_else_may_watch_the_end(installed: Client, dora: Client, client: Client) -> None:
    installed.post(UNINSTALL, {"sure": "1"})
    work()

    for stranger in (dora, client):
        answer = stranger.get(f"/appstore/progress/?uctx={CTX}")
        assert answer.headers["location"].startswith("/signin/")


def test_who_only_works_there_watches_nothing(charlie: Client, dora: Client) -> None:
    charlie.post(SETUP)
    assert dora.get(f"/appstore/progress/?uctx={CTX}", headers=HTMX).status_code == 204


def test_the_set_up_goes_on_without_the_session_of_who_began_it(
    charlie: Client, hears: Receiver, sandbox: Sandbox
) -> None:
    """And the page that watches leads him to sign in, and back to itself."""
    charlie.post(SETUP)
    charlie.post("/signout/", {"ctx": CTX})

    for answer in (charlie.get(f"/appstore/progress/?uctx={CTX}", headers=HTMX), charlie.post(SETUP, headers=HTMX)):
        assert answer.headers["HX-Redirect"] == f"/signin/?next=%2Fappstore%2Fsetup%2F&uctx={CTX}"
    assert work().state == Setup.State.DONE

    assert sign_in(charlie, CTX, "charlie", sandbox, next_path="/appstore/setup/") == SETUP
    assert "Everything is set up" in text(charlie.get(SETUP))


def test_where_we_were_removed_only_an_administrator_brings_us_back(installed: Client, sandbox: Sandbox) -> None:
    installed.post(UNINSTALL, {"sure": "1"})
    work()

    page = Client(headers={"Accept-Language": "en"})
    with pytest.raises(AssertionError, match="Your company has removed Sidecard"):
        sign_in(page, CTX, "dora", sandbox)
    sign_in(page, CTX, "charlie", sandbox, next_path="/appstore/setup/?begin=1")
    page.post(SETUP)
    assert work().state == Setup.State.DONE


def test_the_diary_says_what_happened_and_who_asked(installed: Client, tenant: Tenant) -> None:
    entries = Happening.objects.of(tenant).values_list("what", "by")

    assert list(entries) == [("set-up", ""), ("installing", "Charlie Kjær")]
