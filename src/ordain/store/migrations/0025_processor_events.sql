-- What the card processor told is forgotten when it is old (flows/webhooks.sweep).

CREATE INDEX processor_event_heard ON processor_event (heard);
