"""The doors: REST under /v1, the change stream, metrics and health."""
