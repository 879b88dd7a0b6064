DROP TABLE outbox_events;
DROP TABLE audit_events;
DROP TABLE idempotency_keys;
DROP TABLE campaign_clock;
DROP TABLE server_keys;
