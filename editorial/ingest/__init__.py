"""How content from outside becomes drafts: fetched with limits, made safe, never published by itself (docs/ingest.md).

``actions.ingest_item`` is the one entry for all of it: feeds now, uploaded files and the office document system later.
"""
