-- +goose Up
-- Revisions are numbered without gaps and never change; the head names the one
-- in force.
CREATE TABLE catalog_head (
    id       bigint NOT NULL PRIMARY KEY CHECK (id = 1),
    revision bigint NOT NULL
);
INSERT INTO catalog_head (id, revision) VALUES (1, 0);

CREATE TABLE catalog_revision (
    revision   bigint NOT NULL PRIMARY KEY,
    hash       text NOT NULL,
    applied_at bigint NOT NULL,
    applied_by text NOT NULL,
    document   text NOT NULL
);
