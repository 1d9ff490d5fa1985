-- +goose Up
-- What happened of one kind is asked at every start, such as when probes were
-- silent.
CREATE INDEX journal_type ON journal (type, number);

-- When a check was last saved: whoever takes it up again says since when nobody saw
-- the component.
ALTER TABLE probe_state ADD COLUMN saved_at bigint NOT NULL DEFAULT 0;
