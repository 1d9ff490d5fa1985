-- +goose Up
-- What was said above every page in an emergency. Append-only: each is signed, and
-- the one said last counts.
CREATE TABLE banner (
    id        TEXT NOT NULL PRIMARY KEY,
    said_at   INTEGER NOT NULL,
    said_by   TEXT NOT NULL,
    content   TEXT NOT NULL, -- JSON: the text by language; null: the one before is taken back
    signature TEXT NOT NULL
) STRICT;
CREATE INDEX banner_said ON banner (said_at, id);
