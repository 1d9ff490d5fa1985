-- +goose Up
CREATE TABLE opinion (
    id       TEXT NOT NULL PRIMARY KEY,
    page     TEXT NOT NULL,
    lang     TEXT NOT NULL,
    useful   INTEGER NOT NULL,
    remark   TEXT NOT NULL,
    given_at INTEGER NOT NULL
) STRICT;
CREATE INDEX opinion_page ON opinion (page, id);
