"""Users: who the caller is, and whom else there is [oas User].

The User agent is not open to applications online by default; the sandbox lets them read by it and refuses (403) what
would change users.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from .answers import Call, denied, not_found
from .asking import administrates, asked, fitting, nothing, number
from .carriers import associate, user, user_name
from .facts import carrier
from .lights import person_light
from .list_items import View
from .list_kinds import BY_MDO
from .roles import groups_of, role_of, roles
from .world import Associate

Given = dict[str, Any]

LICENCES = ("Sales", "Marketing", "Service", "Web Tools")

GROUPS = View(BY_MDO["usergroup"], "UserGroup")


def group_of(call: Call, who: Associate) -> int:
    """Somebody's primary user group."""
    return int(call.tenant.table("associate").get(who.associate_id, {}).get("group", 1))


def current_principal(call: Call) -> Response:
    """A SoPrincipalCarrier of the bearer of the token."""
    me, tenant = call.associate, call.tenant
    owner = tenant.table("contact")[tenant.owner_contact_id]
    group = group_of(call, me)
    principal = carrier(
        "SoPrincipalCarrier",
        UserType="SystemAssociate" if me.system else "InternalAssociate",
        Associate=me.initials,
        AssociateId=me.associate_id,
        IsPerson=not me.system,
        PersonId=me.person_id,
        CountryId=owner["country"],
        HomeCountryId=owner["country"],
        ContactId=tenant.owner_contact_id,
        GroupId=group,
        SecondaryGroups=sorted(groups_of(tenant, me.associate_id) - {group}),
        BusinessId=owner["business"],
        CategoryId=owner["category"],
        ContactOwner=owner["associate"],
        RoleId=me.role,
        RoleName=role_of(tenant, me)["name"],
        RoleType="System" if me.system else "Employee",
        Licenses=[_licence(call, name, rank) for rank, name in enumerate(LICENCES, 1)],
        FullName=user_name(tenant, me.associate_id),
        EMailAddress=call.world.email(me),
        FunctionRights=role_of(tenant, me)["functions"],
        EjUserId=me.associate_id,
        EjUserStatus="StatusNormal",
        DatabaseContextIdentifier=tenant.ctx,
        UserName=call.world.email(me),
    )
    return call.answer(principal)


def _licence(call: Call, name: str, rank: int) -> Given:
    given = {"OwnerName": "SUPEROFFICE", "Name": name, "LicenseType": "UserLicense", "LicenseNumber": 25}
    return carrier("GrantedModuleLicense", ModuleId=rank, OwnerId=1, SortOrder=rank, Version="11.10", **given)


def current_associate(call: Call) -> Response:
    """The caller's Associate carrier."""
    return call.answer(associate(call, call.associate.associate_id))


def shown(call: Call, who: Associate) -> Given:
    """A User: what an administrator sees."""
    person = call.tenant.table("person").get(who.person_id)
    groups = sorted(groups_of(call.tenant, who.associate_id) - {group_of(call, who)})
    return carrier(
        "User",
        AssociateId=who.associate_id,
        Name=who.initials,
        Rank=who.associate_id,
        Role=role(call, who.role),
        UserGroup=GROUPS.one(call, group_of(call, who)),
        OtherGroups=GROUPS.some(call, groups),
        Person=person_light(call, who.person_id, person) if person else None,
        EjUserId=who.associate_id,
        Type="InternalAssociate",
        UserName=call.world.email(who),
    )


def role(call: Call, key: int) -> Given | None:
    """A Role: its id and name, None for none."""
    row = roles(call.tenant).get(key)
    return carrier("Role", Id=key, Value=row["name"], Tooltip=row["tooltip"]) if row else None


def info(call: Call, who: Associate) -> Given:
    """A UserInfo: what is told of a user in few words."""
    group = GROUPS.one(call, group_of(call, who)) or {}
    return carrier(
        "UserInfo",
        UserInfoId=who.associate_id,
        UserName=call.world.email(who),
        PersonId=who.person_id,
        Rank=who.associate_id,
        UserGroupId=group.get("Id", 0),
        UserGroupName=group.get("Value", ""),
        EjUserId=who.associate_id,
        UserType="InternalAssociate",
        GrantedLicenses=list(LICENCES),
        CanLogon=True,
        RoleName=role_of(call.tenant, who)["name"],
    )


def named(call: Call, name: str) -> Associate | None:
    """A user by user name, login or initials."""
    wanted = name.casefold()
    everybody = call.tenant.associates.values()
    return next((a for a in everybody if wanted in (call.world.email(a).casefold(), a.initials.casefold())), None)


def of_person(call: Call, person_id: int) -> Associate | None:
    """The user who is a person."""
    return next((a for a in call.tenant.associates.values() if a.person_id == person_id), None)


def _one(call: Call, key: int) -> Response:
    return _shown(call, user(call.tenant, key), key, {"_Links": {"Self": f"{call.api}v1/User/{key}"}})


def _by_name(call: Call, name: str) -> Response:
    return _shown(call, named(call, name), name, {})


def _shown(call: Call, who: Associate | None, key: object, more: Given) -> Response:
    if who is None:
        raise not_found("User", key)
    return call.answer(shown(call, who) | more)


def _presence(call: Call, key: int) -> Response:
    if user(call.tenant, key) is None:
        raise not_found("User", key)
    return call.answer(presence(call, key))


def presence(call: Call, key: int) -> Given:
    """Whether a user is at work, as he said."""
    row = call.tenant.table("associate").get(key, {})
    return carrier("UserPresenceStatus", Status=row.get("status", "StatusNormal"), Message=row.get("message", ""))


def _set_presence(call: Call, key: int) -> Response:
    return call.answer(set_presence(call, key, call.json))


def set_presence(call: Call, key: int, sent: Any) -> Given:
    """Say whether somebody is at work: himself, or an administrator for him."""
    if key != call.associate.associate_id and not administrates(call):
        raise denied("speak for another user")
    if user(call.tenant, key) is None:
        raise not_found("User", key)
    given = carrier("UserPresenceStatus") | fitting(sent, "UserPresenceStatus")
    row = call.tenant.table("associate").setdefault(key, {})
    row |= {"status": given["Status"], "message": given["Message"] or ""}
    return presence(call, key)


def _refused(call: Call, **names: Any) -> Response:
    raise denied("manage users: the User agent is restricted online")


def _maybe(call: Call, work: Callable[[Call, Associate], Given | None], who: Associate | None) -> Response:
    """Null for somebody who does not exist, as agents answer."""
    return call.answer(work(call, who) if who else None)


def _carried(call: Call, who: Associate) -> Given | None:
    return associate(call, who.associate_id)


def _some(call: Call, work: Callable[[Call, Associate], Given | None]) -> Response:
    found = (user(call.tenant, key) for key in fitting(call.json, "[int]"))
    return call.answer([work(call, who) for who in found if who is not None])


def _in_group(call: Call) -> Response:
    """Users of a group; all groups for 0."""
    given = asked(call)
    group, kind = given["GroupId"], given["Type"]
    if kind not in (0, 1):
        return call.answer([])
    found = [a for a in call.tenant.associates.values() if group in (0, *groups_of(call.tenant, a.associate_id))]
    return call.answer([_carried(call, who) for who in found])


def _of_person_list(call: Call) -> Response:
    who = of_person(call, asked(call)["PersonId"])
    return call.answer([shown(call, who)] if who else [])


def _note(call: Call) -> Response:
    row = call.tenant.table("associate").get(asked(call)["AssociateId"], {})
    return call.answer(list(row.get("note", [])))


def _save_note(call: Call) -> Response:
    given = asked(call)
    key = given["AssociateId"]
    if key != call.associate.associate_id and not administrates(call):
        raise denied("change the note of another user")
    call.tenant.table("associate").setdefault(key, {})["note"] = given["Note"] or []
    return nothing()


def _id(call: Call, name: str) -> Associate | None:
    return user(call.tenant, number(call, name))


Handler = Callable[..., Response]

AGENTS: dict[str, Handler] = {
    "Associate/GetAssociate": lambda c: _maybe(c, _carried, _id(c, "associateId")),
    "Associate/GetAssociateByPersonId": lambda c: _maybe(c, _carried, of_person(c, asked(c)["PersonId"])),
    "Associate/GetAssociateList": lambda c: _some(c, _carried),
    "Associate/GetAssociatesByGroup": _in_group,
    "Associate/GetNote": _note,
    "Associate/SaveNote": _save_note,
    "User/GetUser": lambda c: _maybe(c, shown, _id(c, "userId")),
    "User/GetUserFromName": lambda c: _maybe(c, shown, named(c, asked(c)["UserName"] or "")),
    "User/GetUserFromPersonId": _of_person_list,
    "User/GetUserInfo": lambda c: _maybe(c, info, _id(c, "userInfoId")),
    "User/GetUserInfoList": lambda c: _some(c, info),
    "User/GetAllUserGroups": lambda c: c.answer(GROUPS.all(c, bool(asked(c)["IncludeDeleted"]))),
    "User/GetUserGroup": lambda c: c.answer(GROUPS.one(c, number(c, "userGroupId"))),
    "User/GetUserGroupList": lambda c: c.answer(GROUPS.some(c, fitting(c.json, "[int]"))),
    "User/GetUserPresenceStatus": lambda c: c.answer(presence(c, asked(c)["AssociateId"])),
    "User/SetUserPresenceStatus": lambda c: c.answer(
        set_presence(c, asked(c)["AssociateId"], asked(c)["UserPresenceStatus"])
    ),
    **dict.fromkeys(("User/SaveUser", "User/SaveUserFromName", "User/DeleteUser", "User/DeleteUserFromName"), _refused),
    **dict.fromkeys(
        ("User/SetPassword", "User/ChangePassword", "User/MakeRetired", "User/CreateDefaultUser"), _refused
    ),
}

PATHS: dict[str, dict[str, Handler]] = {
    "v1/User": {"POST": _refused},
    "v1/User/currentPrincipal": {"GET": current_principal},
    "v1/User/currentAssociate": {"GET": current_associate},
    "v1/User/current": {"GET": _refused},
    "v1/User/Default": {"GET": _refused},
    "v1/User/Validate": {"POST": _refused},
    "v1/User/CredentialTypes": {"GET": _refused},
    r"v1/User/(?P<key>\d+)": {"GET": _one, "PUT": _refused, "DELETE": _refused},
    r"v1/User/(?P<key>\d+)/UserPresenceStatus": {"GET": _presence, "PUT": _set_presence},
    r"v1/User/(?P<name>(?!(?:CustomField|current\w+|Default|Validate|CredentialTypes)$)[^/]+)": {
        "GET": _by_name,
        "PUT": _refused,
        "DELETE": _refused,
    },
    **{f"v1/Agents/{name}": {"POST": work} for name, work in AGENTS.items()},
}
