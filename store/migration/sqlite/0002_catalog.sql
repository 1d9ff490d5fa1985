-- +goose Up
-- Revisions are numbered without gaps and never change; the head names the one
-- in force.
CREATE TABLE catalog_head (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO catalog_head (id, revision) VALUES (1, 0);

CREATE TABLE catalog_revision (
    revision   INTEGER NOT NULL PRIMARY KEY,
    hash       TEXT NOT NULL,
    applied_at INTEGER NOT NULL,
    applied_by TEXT NOT NULL,
    document   TEXT NOT NULL
) STRICT;
