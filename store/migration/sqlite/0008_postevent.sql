-- +goose Up
CREATE TABLE summary (
    id           TEXT NOT NULL PRIMARY KEY,
    incident     TEXT NOT NULL UNIQUE REFERENCES incident (id),
    title        TEXT NOT NULL,
    content      TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    published_by TEXT NOT NULL,
    version      INTEGER NOT NULL
) STRICT;
