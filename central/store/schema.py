"""Every table of the centre, as SQLAlchemy Core describes it. The migrations make them; the store uses them.

* Everything that belongs to a ward carries `ward_id`, from the first migration: `scope` adds the condition.
* Every row a person changes carries `version`, compared and raised on every change (`If-Match`).
* Kinds, states and reasons are codes in text columns, never database enums: a new one needs no migration.
"""

from central.store.fact_tables import dead_letter, event, evidence, evidence_name, intake, record
from central.store.ground import metadata
from central.store.judged_tables import alert, alert_event, alert_history, case, case_history, photo
from central.store.order_tables import node_order
from central.store.people_tables import account, audit, change, grant, idempotency, session, sign_in_link
from central.store.registry_tables import device, device_ward, node, unit, ward, zone
from central.store.watch_tables import watch_day

__all__ = [
    "account",
    "alert",
    "alert_event",
    "alert_history",
    "audit",
    "case",
    "case_history",
    "change",
    "dead_letter",
    "device",
    "device_ward",
    "event",
    "evidence",
    "evidence_name",
    "grant",
    "idempotency",
    "intake",
    "metadata",
    "node",
    "node_order",
    "photo",
    "record",
    "session",
    "sign_in_link",
    "unit",
    "ward",
    "watch_day",
    "zone",
]
