-- +goose Up
CREATE TABLE api_key (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    name       text NOT NULL,
    role       text NOT NULL,
    account    text COLLATE "C" NOT NULL,
    digest     text COLLATE "C" NOT NULL UNIQUE,
    created_by text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    revoked_at bigint NOT NULL,
    version    bigint NOT NULL
);

CREATE TABLE sign_in_link (
    digest     text COLLATE "C" NOT NULL PRIMARY KEY,
    endpoint   text NOT NULL,
    language   text NOT NULL,
    accounts   text NOT NULL,
    next       text NOT NULL,
    issued_at  bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at    bigint NOT NULL,
    version    bigint NOT NULL
);
CREATE INDEX sign_in_link_expires ON sign_in_link (expires_at);

CREATE TABLE session (
    digest     text COLLATE "C" NOT NULL PRIMARY KEY,
    endpoint   text NOT NULL,
    language   text NOT NULL,
    accounts   text NOT NULL,
    created_at bigint NOT NULL,
    seen_at    bigint NOT NULL,
    expires_at bigint NOT NULL,
    ended_at   bigint NOT NULL,
    version    bigint NOT NULL
);
CREATE INDEX session_expires ON session (expires_at);
