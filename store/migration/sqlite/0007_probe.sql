-- +goose Up
CREATE TABLE probe_state (
    check_id TEXT NOT NULL PRIMARY KEY,
    state    TEXT NOT NULL,
    fresh    INTEGER NOT NULL,
    version  INTEGER NOT NULL
) STRICT;

CREATE TABLE probe_verdict (
    id        TEXT NOT NULL PRIMARY KEY,
    check_id  TEXT NOT NULL,
    service   TEXT NOT NULL,
    region    TEXT NOT NULL,
    zone      TEXT NOT NULL,
    symptom   TEXT NOT NULL,
    raised_at INTEGER NOT NULL,
    from_at   INTEGER NOT NULL,
    to_at     INTEGER NOT NULL,
    vantages  TEXT NOT NULL,
    probes    INTEGER NOT NULL,
    failed    INTEGER NOT NULL,
    level     TEXT NOT NULL,
    version   INTEGER NOT NULL
) STRICT;
CREATE INDEX probe_verdict_from ON probe_verdict (from_at, id);
