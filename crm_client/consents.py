"""What a person allowed us to do with his data (GDPR) [privacy/consent-management].

A consent is for a purpose (``STORE``, ``EMARKETING``), on a legal base (``61A`` he agreed, ``61F`` legitimate interest
…), from a source (``API``, ``USER``, ``WEBFORM`` …). Always by key: names are translated, ids and names differ between
customers. The keys a customer has are in the lists ``ConsentPurpose``, ``LegalBase`` and ``ConsentSource``.

Electronic marketing in several countries needs ``61A``, given by the person himself [privacy/e-marketing-consent].
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote

from crm_client.calls import Call, Operation
from crm_client.errors import BadAnswer
from crm_client.fields import read_at
from crm_client.frozen import dataclass
from crm_client.records import Record
from crm_client.values import integer, moment, objects, text, yes

STORE = "STORE"
"""Sales and service."""
EMARKETING = "EMARKETING"
WITHDRAWN = "WITHDRAWN"
"""Legal base of a consent that is no more."""
AGREED = "61A"
LEGITIMATE_INTEREST = "61F"
API = "API"
"""Source: another integration."""


@dataclass(frozen=True)
class Consent(Record):
    """One consent, also a withdrawn one [oas ConsentInfo]. Names are for people, in the person's language."""

    consent_id: int = read_at("ConsentPersonId", integer)
    purpose: str = read_at("ConsentPurposeKey", text)
    purpose_name: str = read_at("ConsentPurposeName", text)
    legal_base: str = read_at("LegalBaseKey", text)
    legal_base_name: str = read_at("LegalBaseName", text)
    source: str = read_at("ConsentSourceKey", text)
    source_name: str = read_at("ConsentSourceName", text)
    comment: str = read_at("Comment", text)
    registered: datetime | None = read_at("Registered", moment)
    updated: datetime | None = read_at("Updated", moment)

    @property
    def is_given(self) -> bool:
        return self.legal_base != WITHDRAWN


@dataclass(frozen=True)
class Keyword(Record):
    """An item of ``ConsentSource``, ``LegalBase`` or ``ConsentPurpose`` [oas ConsentSource]."""

    key: str = read_at("Key", text)
    name: str = read_at("Name", text)
    is_deleted: bool = read_at("Deleted", yes)


def keywords(name: str) -> Operation[list[Keyword]]:
    """The keys a customer has in one of those lists, with names; deleted ones and those without a key left out."""
    items = yield Call("GET", f"v1/List/{quote(name, safe='')}/Items")
    if not isinstance(items, list):
        raise BadAnswer(f"v1/List/{name}/Items: the answer is no array")
    found = map(Keyword.parse, objects(items))
    return [one for one in found if one.key and not one.is_deleted]


def consent_info(purpose: str, *, legal_base: str, source: str = API) -> dict[str, str]:
    """A consent as a new person brings it along [oas ConsentInfo]."""
    return {"ConsentPurposeKey": purpose, "LegalBaseKey": legal_base, "ConsentSourceKey": source}


def consents_in(infos: Any) -> tuple[Consent, ...]:
    """The consents in an array; null is none."""
    return tuple(map(Consent.parse, objects(infos)))


def consents_of(person_id: int) -> Operation[tuple[Consent, ...]]:
    """All consents of a person, withdrawn ones too."""
    infos = yield Call("GET", f"v1/Person/{int(person_id)}/Consent")
    if not isinstance(infos, list):
        raise BadAnswer("v1/Person/Consent: the answer is no array")
    return consents_in(infos)


def has_consent(person_id: int, purpose: str) -> Operation[bool]:
    """Whether a person allows a purpose; a withdrawn consent is none."""
    return (yield Call("GET", _path(person_id, purpose))) is True


def give_consent(
    person_id: int, purpose: str, *, legal_base: str, source: str = API, comment: str = ""
) -> Operation[None]:
    """Note that a person allows a purpose, on what base and how we know.

    SuperOffice may confirm it to him by e-mail, if the source is set up so [privacy/admin/add-source]. The comment goes
    in the body, unlike REST's: it is text about a person.
    """
    wanted = {"PersonId": int(person_id), "Purpose": purpose, "Source": source, "LegalBase": legal_base}
    yield Call("POST", "v1/Agents/Person/SetConsent", json={**wanted, "Comment": comment})


def withdraw_consent(person_id: int, purpose: str) -> Operation[None]:
    """Note that a person no longer allows a purpose."""
    yield Call("DELETE", _path(person_id, purpose))


def _path(person_id: int, purpose: str) -> str:
    return f"v1/Person/{int(person_id)}/Consent/{quote(purpose, safe='')}"
