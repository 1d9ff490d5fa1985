-- +goose Up
-- What was said above every page in an emergency. Append-only: each is signed, and
-- the one said last counts.
CREATE TABLE banner (
    id        text COLLATE "C" NOT NULL PRIMARY KEY,
    said_at   bigint NOT NULL,
    said_by   text NOT NULL,
    content   text NOT NULL, -- JSON: the text by language; null: the one before is taken back
    signature text NOT NULL
);
CREATE INDEX banner_said ON banner (said_at, id);
