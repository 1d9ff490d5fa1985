-- +goose Up
-- What happened of one kind is asked at every start, such as when probes were
-- silent.
CREATE INDEX journal_type ON journal (type, number);
