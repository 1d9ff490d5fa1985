-- +goose Up
CREATE TABLE api_key (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    account    TEXT NOT NULL,
    digest     TEXT NOT NULL UNIQUE,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL,
    version    INTEGER NOT NULL
) STRICT;

CREATE TABLE sign_in_link (
    digest     TEXT NOT NULL PRIMARY KEY,
    endpoint   TEXT NOT NULL,
    language   TEXT NOT NULL,
    accounts   TEXT NOT NULL,
    next       TEXT NOT NULL,
    issued_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,
    version    INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_link_expires ON sign_in_link (expires_at);

CREATE TABLE session (
    digest     TEXT NOT NULL PRIMARY KEY,
    endpoint   TEXT NOT NULL,
    language   TEXT NOT NULL,
    accounts   TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at   INTEGER NOT NULL,
    version    INTEGER NOT NULL
) STRICT;
CREATE INDEX session_expires ON session (expires_at);
