"""HTTP: the only place that knows statuses, headers and camelCase."""
