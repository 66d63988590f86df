"""The users of SuperOffice, which the API calls associates [oas Associate, arch AllUsers].

Who holds the token is in ``users``. Changing users is not for applications: online those calls are restricted
[ws/index].
"""

from __future__ import annotations

from crm_client.archive import Archive, is_true
from crm_client.calls import Call, Operation
from crm_client.fields import Word, flag_at, number_at, read_at, text_at, word_at
from crm_client.frozen import dataclass
from crm_client.records import Kind, Record
from crm_client.rows import Line, column, key, lines
from crm_client.values import integer, text, yes


class UserType(Word):
    UNKNOWN = "Unknown"
    INTERNAL = "InternalAssociate"
    RESOURCE = "ResourceAssociate"
    """A room, a projector."""
    EXTERNAL = "ExternalAssociate"
    ANONYMOUS = "AnonymousAssociate"
    SYSTEM = "SystemAssociate"


@dataclass(frozen=True)
class Associate(Record):
    """One user."""

    associate_id: int = read_at("AssociateId", integer)
    name: str = text_at("Name", reads_only=True)
    """Initials or login name."""
    full_name: str = text_at("FullName", reads_only=True)
    user_name: str = text_at("UserName", reads_only=True)
    """What he signs in with."""
    person_id: int = number_at("PersonId", reads_only=True)
    type: UserType = word_at("Type", UserType, reads_only=True)
    group_id: int = number_at("GroupIdx", reads_only=True)
    """Primary user group."""
    is_retired: bool = flag_at("Deleted", reads_only=True)


ASSOCIATE = Kind("User/currentAssociate", "AssociateId", Associate)


def current_associate() -> Operation[Associate]:
    """Whoever holds the token, as a user. Raises ``BadAnswer`` if NetServer names nobody."""
    return ASSOCIATE.parse((yield Call("GET", ASSOCIATE.path)))


@dataclass(frozen=True)
class AssociateRow(Line):
    """A user in a list."""

    associate_id: int = key("associateDbId")
    name: str = column("assocName", text)
    full_name: str = column("fullName", text)
    group: str = column("usergroup", text)
    group_id: int = column("usergroupId", integer)
    person_id: int = column("personId", integer)
    company_id: int = column("contactId", integer)
    email: str = column("personEmail", text)
    type: str = column("assocType", text)
    is_active: bool = column("isActive", yes)


def associates(active: bool = True) -> Operation[list[AssociateRow]]:
    """All users by name, or also those who may no longer sign in. Good to remember for a day [dp/best-practices]."""
    query = Archive("v1/User").where(*[is_true("isActive")] if active else []).entities("all")
    return lines(AssociateRow, query.order_by("fullName"))
