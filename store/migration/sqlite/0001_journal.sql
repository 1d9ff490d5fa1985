-- +goose Up
CREATE TABLE journal_head (
    id     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    epoch  INTEGER NOT NULL,
    number INTEGER NOT NULL
) STRICT;
INSERT INTO journal_head (id, epoch, number) VALUES (1, 1, 0);

CREATE TABLE journal (
    number  INTEGER NOT NULL PRIMARY KEY,
    epoch   INTEGER NOT NULL,
    type    TEXT NOT NULL,
    version INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    subject TEXT NOT NULL,
    actor   TEXT NOT NULL,
    payload TEXT NOT NULL
) STRICT;
CREATE INDEX journal_subject ON journal (subject, number);

CREATE TABLE lease (
    name     TEXT NOT NULL PRIMARY KEY,
    holder   TEXT NOT NULL,
    fence    INTEGER NOT NULL,
    renewals INTEGER NOT NULL
) STRICT;

CREATE TABLE follower_cursor (
    name   TEXT NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT;
