-- +goose Up
CREATE TABLE incident (
    id        TEXT NOT NULL PRIMARY KEY,
    kind      TEXT NOT NULL,
    state     TEXT NOT NULL,
    title     TEXT NOT NULL,
    cause     TEXT NOT NULL,
    verdict   TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    request   TEXT NOT NULL,
    version   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX incident_request ON incident (request) WHERE request <> '';
CREATE UNIQUE INDEX incident_verdict ON incident (verdict) WHERE verdict <> '';
CREATE INDEX incident_opened ON incident (opened_at, id);

-- Append-only: a restatement is a further row that names the one it replaces.
CREATE TABLE impact (
    incident      TEXT NOT NULL REFERENCES incident (id),
    position      INTEGER NOT NULL,
    id            TEXT NOT NULL UNIQUE,
    replaces      TEXT NOT NULL,
    service       TEXT NOT NULL,
    region        TEXT NOT NULL,
    zone          TEXT NOT NULL,
    symptom       TEXT NOT NULL,
    level         TEXT NOT NULL,
    starts        INTEGER NOT NULL,
    ends          INTEGER NOT NULL,
    share_ppm     INTEGER NOT NULL,
    determination TEXT NOT NULL,
    evidence      TEXT NOT NULL,
    reason        TEXT NOT NULL,
    stated_by     TEXT NOT NULL,
    stated_at     INTEGER NOT NULL,
    request       TEXT NOT NULL,
    PRIMARY KEY (incident, position)
) STRICT;

-- Append-only: what was published is never changed.
CREATE TABLE incident_update (
    incident     TEXT NOT NULL REFERENCES incident (id),
    sequence     INTEGER NOT NULL,
    id           TEXT NOT NULL UNIQUE,
    state        TEXT NOT NULL,
    content      TEXT NOT NULL,
    next_update  INTEGER NOT NULL,
    corrects     TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    published_by TEXT NOT NULL,
    request      TEXT NOT NULL,
    PRIMARY KEY (incident, sequence)
) STRICT;
