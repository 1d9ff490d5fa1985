-- +goose Up
CREATE TABLE journal_head (
    id     bigint NOT NULL PRIMARY KEY CHECK (id = 1),
    epoch  bigint NOT NULL,
    number bigint NOT NULL
);
INSERT INTO journal_head (id, epoch, number) VALUES (1, 1, 0);

CREATE TABLE journal (
    number  bigint NOT NULL PRIMARY KEY,
    epoch   bigint NOT NULL,
    type    text NOT NULL,
    version bigint NOT NULL,
    at      bigint NOT NULL,
    subject text COLLATE "C" NOT NULL,
    actor   text NOT NULL,
    payload text NOT NULL
);
CREATE INDEX journal_subject ON journal (subject, number);

CREATE TABLE lease (
    name     text COLLATE "C" NOT NULL PRIMARY KEY,
    holder   text NOT NULL,
    fence    bigint NOT NULL,
    renewals bigint NOT NULL
);

CREATE TABLE follower_cursor (
    name   text COLLATE "C" NOT NULL PRIMARY KEY,
    number bigint NOT NULL
);
