"""What applications set up beside lists and panels: fields on the screens, values of preferences, banners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.server import Sandbox
from tests.sandbox.world import Tenant

from .netserver.caller import Caller
from .web_user import WebUser

MORE = "contact.udef?contact_id=17"


@pytest.fixture
def alice(sandbox: Sandbox) -> Caller:
    return Caller(sandbox)


@pytest.fixture
def bob(sandbox: Sandbox) -> Iterator[WebUser]:
    user = WebUser(sandbox, "bob")
    yield user
    user.close()


@pytest.fixture
def tenant(sandbox: Sandbox) -> Tenant:
    return sandbox.world.tenants["Cust12345"]


# Fields


@pytest.fixture
def scored(alice: Caller) -> dict[str, Any]:
    """A number in the draft of the company's fields."""
    made = alice("POST", "v1/Contact/UdefLayout?udefFieldType=Number")
    named = made | {"ProgId": "Acme.Score", "FieldLabel": 'US:"Score";NO:"Poeng"'}
    saved = alice("PUT", "v1/Contact/UdefLayout", json=[named])
    return next(field for field in saved if field["ProgId"] == "Acme.Score")


def test_a_field_has_values_once_it_is_published_and_a_new_id(alice: Caller, scored: dict[str, Any]) -> None:
    assert "Acme.Score" not in alice("GET", "v1/Contact/17")["CustomFields"]
    before = {field["ProgId"]: field["UDefFieldId"] for field in alice("GET", "v1/Contact/UdefLayout")}
    alice("POST", "v1/Contact/UdefLayout/Publish")
    after = {field["ProgId"]: field["UDefFieldId"] for field in alice("GET", "v1/Contact/UdefLayout/Published")}
    assert before.keys() == after.keys()
    assert not set(before.values()) & set(after.values())
    assert alice("GET", "v1/Contact/17")["CustomFields"]["Acme.Score"] == "[I:0]"


def test_the_screen_shows_a_field_once_it_is_rebuilt(
    alice: Caller, bob: WebUser, tenant: Tenant, scored: dict[str, Any]
) -> None:
    alice("POST", "v1/Contact/UdefLayout/Publish")
    alice("PATCH", "v1/Contact/17", json=[{"op": "replace", "path": "/CustomFields/Acme.Score", "value": "[I:77]"}])
    assert "Poeng" not in bob.open(MORE).text
    alice("POST", "v1/Agents/Configuration/RebuildUdefDeltas", 204)
    page = bob.open(MORE).text
    assert "Poeng:" in page
    assert ">77<" in page


def test_bob_publishes_and_rebuilds_nothing(sandbox: Sandbox) -> None:
    bob = Caller(sandbox, "bob")
    bob("POST", "v1/Contact/UdefLayout/Publish", 403)
    bob("POST", "v1/Agents/Configuration/RebuildUdefDeltas", 403)
    bob("POST", "v1/Agents/Diagnostics/FlushCaches", 403)


def test_publishing_waits_for_somebody_else_s(alice: Caller, scored: dict[str, Any]) -> None:
    agent = "v1/Agents/UserDefinedFieldInfo"
    alice("POST", f"{agent}/SetPublishStartSystemEvent", 204, json={"OwnerType": "Person"})
    assert alice("GET", "v1/Contact/UdefLayout/Publish") is False
    assert alice("POST", f"{agent}/IsAnyPublishEventActive") is True
    alice("POST", "v1/Contact/UdefLayout/Publish", 400)


@pytest.mark.parametrize("way", ["agent", "cookie", "token"])
def test_flushing_rebuilds_too(sandbox: Sandbox, alice: Caller, bob: WebUser, scored: dict[str, Any], way: str) -> None:
    alice("POST", "v1/Contact/UdefLayout/Publish")
    if way == "agent":
        alice("POST", "v1/Agents/Diagnostics/FlushCaches", 204)
    else:
        administrator = WebUser(sandbox, "alice" if way == "cookie" else "")
        if way == "token":
            administrator.http.headers["Authorization"] = f"Bearer {alice.token}"
        assert administrator.open("flush").status_code == 200
        administrator.close()
    assert "Poeng:" in bob.open(MORE).text


def test_a_token_opens_no_card_and_not_another_tenant(sandbox: Sandbox, alice: Caller) -> None:
    charlie = Caller(sandbox, "charlie", "Cust67890")
    nobody = WebUser(sandbox)
    for token, place in ((alice.token, "contact"), (charlie.token, "flush")):
        nobody.http.headers["Authorization"] = f"Bearer {token}"
        assert "/login/web" in nobody.open(place).headers["location"]
    nobody.close()


def test_bob_flushes_nothing(bob: WebUser) -> None:
    assert bob.open("flush").status_code == 403


# Values of preferences


@pytest.fixture
def choice(alice: Caller) -> int:
    given = {"Section": "Acme", "Key": "Mode", "Name": "Mode", "ValueType": "ListOfValues"}
    key: int = alice("POST", "v1/PreferenceDescription", json=given)["PrefDescId"]
    return key


def line(choice: int, value: str = "fast") -> dict[str, Any]:
    return {"PrefDescId": choice, "PrefValue": value, "PrefShowValue": 'US:"Fast";NO:"Raskt"'}


def test_a_value_is_added_changed_and_removed(alice: Caller, choice: int) -> None:
    made = alice("POST", "v1/PreferenceDescriptionLine", json=line(choice))
    path = f"v1/PreferenceDescriptionLine/{made['PrefDescLineId']}"
    assert alice("GET", path)["PrefValue"] == "fast"
    assert alice("PUT", path, json=made | {"PrefValue": "slow"})["PrefValue"] == "slow"
    alice("DELETE", path, 204)
    alice("GET", path, 404)


def test_the_agent_does_the_same(alice: Caller, choice: int) -> None:
    agent = "v1/Agents/Preference"
    lines = [line(choice), line(choice, "slow")]
    made = alice("POST", f"{agent}/SavePreferenceDescriptionLines", json={"PreferenceDescriptionLines": lines})
    listed = alice("POST", f"{agent}/GetPreferenceDescriptionLinesByPrefDescId", json={"PrefDescId": choice})
    assert listed == made
    wanted = {"PrefDescId": choice, "PrefValue": "slow"}
    assert alice("POST", f"{agent}/GetPreferenceDescriptionLineFromIdAndValue", json=wanted) == made[1]
    alice("POST", f"{agent}/DeletePrefDescLinesByPrefDescId", 204, json={"PrefDescId": choice})
    assert alice("POST", f"{agent}/GetPreferenceDescriptionLinesByPrefDescId", json={"PrefDescId": choice}) == []


def test_a_value_belongs_to_a_preference_and_is_there_once(alice: Caller, choice: int) -> None:
    alice("POST", "v1/PreferenceDescriptionLine", 404, json=line(9999))
    alice("POST", "v1/PreferenceDescriptionLine", json=line(choice))
    alice("POST", "v1/PreferenceDescriptionLine", 400, json=line(choice))


def test_bob_describes_nothing(sandbox: Sandbox, choice: int, tenant: Tenant) -> None:
    Caller(sandbox, "bob")("POST", "v1/PreferenceDescriptionLine", 403, json=line(choice))
    assert tenant.table("preference_line") == {}


# Banners


def banner(caller: Caller, associate: int, status: int = 204, **given: Any) -> None:
    whole = {"SystemMessageId": "sign-in", "AssociateId": associate, "MarkdownMessage": "Sign in to <b>Acme</b>"}
    caller("POST", "v1/Agents/Diagnostics/SendSystemMessage", status, json=whole | {"Type": "Warning"} | given)


def test_a_banner_is_shown_to_its_user_until_it_is_removed(alice: Caller, bob: WebUser, sandbox: Sandbox) -> None:
    banner(alice, 6)
    assert "Sign in to &lt;b&gt;Acme&lt;/b&gt;" in bob.open("contact").text
    kim = WebUser(sandbox, "kim")
    assert "Acme&lt;" not in kim.open("contact").text
    kim.close()
    gone = {"SystemMessageId": "sign-in", "AssociateId": 6}
    alice("POST", "v1/Agents/Diagnostics/RemoveSystemMessageForAssociate", 204, json=gone)
    assert "Acme&lt;" not in bob.open("contact").text


def test_the_same_banner_is_changed(alice: Caller) -> None:
    for text in ("first", "second"):
        banner(alice, 5, MarkdownMessage=text)
    (message,) = alice("POST", "v1/Agents/Diagnostics/GetSystemMessages", json={"AssociateId": 5})
    assert (message["MarkdownMessage"], message["SystemMessageId"], message["OnlineappId"]) == ("second", "sign-in", 1)


def test_a_banner_ends_by_itself(alice: Caller, tenant: Tenant) -> None:
    banner(alice, 5, Expire="2020-01-01T00:00:00Z")
    assert alice("POST", "v1/Agents/Diagnostics/GetSystemMessages", json={"AssociateId": 5}) == []
    alice("POST", "v1/Agents/Diagnostics/RemoveExpiredSystemMessages", 204)
    assert tenant.table("system_message") == {}


def test_bob_writes_to_himself_only(sandbox: Sandbox, tenant: Tenant) -> None:
    bob = Caller(sandbox, "bob")
    banner(bob, 7, 403)
    banner(bob, 0)
    assert [row["associate"] for row in tenant.table("system_message").values()] == [6]
    banner(bob, 0, 400, MarkdownMessage="")
