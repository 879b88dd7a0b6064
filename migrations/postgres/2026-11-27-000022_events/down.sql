DROP TABLE cycle_marks;
DROP TABLE event_seals;
DROP INDEX outbox_events_waiting;
DROP INDEX outbox_events_sealed_page;
UPDATE outbox_events SET number = NULL, sealed_at = NULL;
ALTER TABLE outbox_events DROP CONSTRAINT outbox_events_pkey, DROP CONSTRAINT outbox_events_id, ADD PRIMARY KEY (id),
    DROP CONSTRAINT outbox_events_sealed, DROP COLUMN sealed_at, DROP COLUMN arrived;
