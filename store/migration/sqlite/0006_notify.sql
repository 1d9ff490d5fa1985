-- +goose Up
-- One thing told to many, for ever as it was said. Its audience is worked out from
-- number and the rows of 0003, and is not kept.
CREATE TABLE publication (
    id               TEXT NOT NULL PRIMARY KEY,
    number           INTEGER NOT NULL UNIQUE, -- journal number of the fact it tells
    thread           TEXT NOT NULL,
    sequence         INTEGER NOT NULL, -- within the thread, from 1
    kind             TEXT NOT NULL,
    template         TEXT NOT NULL,
    template_version INTEGER NOT NULL,
    slots            TEXT NOT NULL, -- JSON: language to slots
    hash             TEXT NOT NULL, -- JSON: language to SHA-256
    at               INTEGER NOT NULL, -- world time of the fact
    UNIQUE (thread, sequence)
) STRICT;

-- Where and when it happened, as known at the number.
CREATE TABLE publication_scope (
    thread    TEXT NOT NULL,
    sequence  INTEGER NOT NULL,
    part      INTEGER NOT NULL,
    number    INTEGER NOT NULL, -- the publication's
    service   TEXT NOT NULL,
    region    TEXT NOT NULL,
    zone      TEXT NOT NULL, -- empty: the whole region
    life_from INTEGER NOT NULL, -- half-open, never open
    life_to   INTEGER NOT NULL,
    PRIMARY KEY (thread, sequence, part)
) STRICT, WITHOUT ROWID;

-- What a credit publication tells each account.
CREATE TABLE notice (
    thread     TEXT NOT NULL,
    account    TEXT NOT NULL,
    part       INTEGER NOT NULL,
    sequence   INTEGER NOT NULL,
    number     INTEGER NOT NULL, -- the publication's
    amount     INTEGER NOT NULL, -- minor units
    currency   TEXT NOT NULL,
    service    TEXT NOT NULL,
    region     TEXT NOT NULL,
    month      TEXT NOT NULL,
    bill_month TEXT NOT NULL,
    PRIMARY KEY (thread, account, part)
) STRICT, WITHOUT ROWID;

-- A range of endpoint keys, low to high, with the lease of who may write to them.
CREATE TABLE chunk (
    thread   TEXT NOT NULL,
    low      TEXT NOT NULL, -- empty: from the beginning
    high     TEXT NOT NULL, -- first key after it; empty: to the end
    goal     INTEGER NOT NULL, -- the thread's newest sequence
    done     INTEGER NOT NULL, -- everything up to here is final
    holder   TEXT NOT NULL, -- empty: nobody
    fence    INTEGER NOT NULL,
    renewals INTEGER NOT NULL,
    due      INTEGER NOT NULL, -- wall time
    PRIMARY KEY (thread, low)
) STRICT, WITHOUT ROWID;
CREATE INDEX chunk_open ON chunk (due) WHERE done < goal;

-- What became of one publication for one endpoint.
CREATE TABLE outcome (
    thread      TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    endpoint    TEXT NOT NULL,
    publication TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('delivered', 'superseded', 'suppressed', 'failed', 'pending', 'sending', 'ambiguous')),
    hash        TEXT NOT NULL, -- of the bytes sent
    language    TEXT NOT NULL,
    reason      TEXT NOT NULL,
    personal    TEXT NOT NULL, -- JSON: the slots of this endpoint alone
    reply       TEXT NOT NULL,
    connection  TEXT NOT NULL,
    fence       INTEGER NOT NULL, -- of the chunk's lease when it was sent
    attempts    INTEGER NOT NULL,
    due         INTEGER NOT NULL, -- wall time; 0: at once
    at          INTEGER NOT NULL, -- world time
    wall        INTEGER NOT NULL, -- wall time
    marked      INTEGER NOT NULL, -- 1: it may have arrived more than once
    PRIMARY KEY (thread, sequence, endpoint)
) STRICT, WITHOUT ROWID;

-- Endpoints not to be used.
CREATE TABLE suppression (
    endpoint TEXT NOT NULL PRIMARY KEY,
    reason   TEXT NOT NULL,
    at       INTEGER NOT NULL -- world time
) STRICT, WITHOUT ROWID;
