-- +goose Up
CREATE TABLE probe_state (
    check_id text COLLATE "C" NOT NULL PRIMARY KEY,
    state    text NOT NULL,
    fresh    bigint NOT NULL,
    version  bigint NOT NULL
);

CREATE TABLE probe_verdict (
    id        text COLLATE "C" NOT NULL PRIMARY KEY,
    check_id  text NOT NULL,
    service   text NOT NULL,
    region    text NOT NULL,
    zone      text NOT NULL,
    symptom   text NOT NULL,
    raised_at bigint NOT NULL,
    from_at   bigint NOT NULL,
    to_at     bigint NOT NULL,
    vantages  text NOT NULL,
    probes    bigint NOT NULL,
    failed    bigint NOT NULL,
    level     text NOT NULL,
    version   bigint NOT NULL
);
CREATE INDEX probe_verdict_from ON probe_verdict (from_at, id);
