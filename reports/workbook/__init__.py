"""Workbooks drawn from payloads: pure layout, no clock, no database, the same bytes each time."""

# Raised whenever the drawing changes: a kept file's hash is compared only under the version that drew it.
RENDERER_VERSION = "2"
