"""The JSON API under ``/api/v1``: the same desk and the same rights as the pages."""
