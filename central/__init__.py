"""The place where it all arrives: ingest, alerts, cases, accounts, and the API. It sees words, never pixels."""
