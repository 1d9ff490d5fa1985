-- +goose Up
CREATE TABLE incident (
    id        text COLLATE "C" NOT NULL PRIMARY KEY,
    kind      text NOT NULL,
    state     text NOT NULL,
    title     text NOT NULL,
    cause     text NOT NULL,
    verdict   text NOT NULL,
    opened_at bigint NOT NULL,
    request   text NOT NULL,
    version   bigint NOT NULL
);
CREATE UNIQUE INDEX incident_request ON incident (request) WHERE request <> '';
CREATE UNIQUE INDEX incident_verdict ON incident (verdict) WHERE verdict <> '';
CREATE INDEX incident_opened ON incident (opened_at, id);

-- Append-only: a restatement is a further row that names the one it replaces.
CREATE TABLE impact (
    incident      text COLLATE "C" NOT NULL REFERENCES incident (id),
    position      bigint NOT NULL,
    id            text NOT NULL UNIQUE,
    replaces      text NOT NULL,
    service       text NOT NULL,
    region        text NOT NULL,
    zone          text NOT NULL,
    symptom       text NOT NULL,
    level         text NOT NULL,
    starts        bigint NOT NULL,
    ends          bigint NOT NULL,
    share_ppm     bigint NOT NULL,
    determination text NOT NULL,
    evidence      text NOT NULL,
    reason        text NOT NULL,
    stated_by     text NOT NULL,
    stated_at     bigint NOT NULL,
    request       text NOT NULL,
    PRIMARY KEY (incident, position)
);

-- Append-only: what was published is never changed.
CREATE TABLE incident_update (
    incident     text COLLATE "C" NOT NULL REFERENCES incident (id),
    sequence     bigint NOT NULL,
    id           text NOT NULL UNIQUE,
    state        text NOT NULL,
    content      text NOT NULL,
    next_update  bigint NOT NULL,
    corrects     text NOT NULL,
    published_at bigint NOT NULL,
    published_by text NOT NULL,
    request      text NOT NULL,
    PRIMARY KEY (incident, sequence)
);
