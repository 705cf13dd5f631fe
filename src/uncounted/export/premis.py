"""Custody as PREMIS 3.0 events, in the Library of Congress's event types.

An event says that something happened, when, and under which key: no content, as in
the log itself. See https://www.loc.gov/standards/premis/v3/ and id.loc.gov's eventType.
A kind that has no word there (a linkage, an estimate) keeps its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from uncounted.vault.log.entries import Entry

_PREMIS = "http://www.loc.gov/premis/v3"
_TYPES = {
    "create": "creation",
    "report": "ingestion",
    "import": "ingestion",
    "attachment": "ingestion",
    "amendment": "modification",
    "consent": "metadata modification",
    "decision": "metadata modification",
    "decisions": "metadata modification",
    "decision-undo": "metadata modification",
    "withdrawal": "deletion",
    "undo": "deletion",
    # A new key for everything is an encryption; who may open it is a policy. "recovery" is
    # a word of the vocabulary, too, and means there that something lost was brought back.
    "rotation": "encryption",
    "revocation": "encryption",
    "grant": "policy assignment",
    "join": "policy assignment",
    "recovery": "policy assignment",
    "release": "dissemination",
    "timestamp": "digital signature generation",
}


def events(case_id: str, entries: Iterable[Entry]) -> bytes:
    """A PREMIS document: the case file as an object, an event an entry, an agent a key."""
    # Plain names under a default namespace: prefixes would only be harder to read.
    root = ElementTree.Element("premis", {"xmlns": _PREMIS, "version": "3.0"})
    object_ = _add(root, "object")
    object_.set("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
    object_.set("xsi:type", "intellectualEntity")
    _identifier(object_, "objectIdentifier", "uncounted case", case_id)
    agents: dict[str, None] = {}
    for entry in entries:
        agents[entry.by] = None
        event = _add(root, "event")
        _identifier(event, "eventIdentifier", "entry of the log", str(entry.seq))
        _add(event, "eventType", _TYPES.get(entry.kind, entry.kind))
        _add(event, "eventDateTime", entry.when)
        detail = _add(event, "eventDetailInformation")
        _add(detail, "eventDetail", entry.kind)
        _identifier(event, "linkingAgentIdentifier", "verifier key", entry.by)
        _identifier(event, "linkingObjectIdentifier", "uncounted case", case_id)
    for agent in agents:
        element = _add(root, "agent")
        _identifier(element, "agentIdentifier", "verifier key", agent)
        _add(element, "agentType", "person")
    ElementTree.indent(root, " ")
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _add(parent: ElementTree.Element, name: str, text: str | None = None) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, name)
    element.text = text
    return element


def _identifier(parent: ElementTree.Element, what: str, kind: str, value: str) -> None:
    holder = _add(parent, what)
    _add(holder, f"{what}Type", kind)
    _add(holder, f"{what}Value", value)
