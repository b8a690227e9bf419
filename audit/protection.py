"""The database's own refusal to change or empty the audit, below Django, psql and whatever else connects.

Whoever owns the database can take it off again; then the chain and its anchors show what was done (docs/audit.md).
SQLite rebuilds a table in order to alter it and drops its triggers: a migration that alters ``AuditEntry`` ends with
``protect`` once more. ``check --database default`` and ``verify_audit`` say where they are missing.
"""

from __future__ import annotations

from typing import Any

TABLE = "audit_auditentry"
NAMES = ("audit_no_update", "audit_no_delete", "audit_no_truncate")
_MESSAGE = "the audit is appended to, never changed or deleted"

_POSTGRESQL = [
    f"""
    CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'insufficient_privilege'; END $$
    """,
    f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    f"CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
]
_SQLITE = [
    f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END",
    f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END",
]


def on_statements(connection: Any) -> list[str]:
    """What puts the protection on."""
    return [*off_statements(connection), *(_POSTGRESQL if connection.vendor == "postgresql" else _SQLITE)]


def off_statements(connection: Any) -> list[str]:
    """What takes it off."""
    on_table = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    return [f"DROP TRIGGER IF EXISTS {name}{on_table}" for name in NAMES]


def missing(connection: Any) -> list[str]:
    """The triggers that should stand and do not, or are switched off; none where there is no table yet."""
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return []
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled <> 'D' AND NOT tgisinternal",
                [TABLE],
            )
            asked: tuple[str, ...] = NAMES
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE])
            asked = NAMES[:2]  # SQLite has no TRUNCATE
        standing = {name for (name,) in cursor.fetchall()}
    return [name for name in asked if name not in standing]
