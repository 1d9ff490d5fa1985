-- +goose Up
-- One thing told to many, for ever as it was said. Its audience is worked out from
-- number and the rows of 0003, and is not kept.
CREATE TABLE publication (
    id               text COLLATE "C" NOT NULL PRIMARY KEY,
    number           bigint NOT NULL UNIQUE, -- journal number of the fact it tells
    thread           text COLLATE "C" NOT NULL,
    sequence         bigint NOT NULL, -- within the thread, from 1
    kind             text NOT NULL,
    template         text NOT NULL,
    template_version bigint NOT NULL,
    slots            text NOT NULL, -- JSON: language to slots
    hash             text NOT NULL, -- JSON: language to SHA-256
    at               bigint NOT NULL, -- world time of the fact
    UNIQUE (thread, sequence)
);

-- Where and when it happened, as known at the number.
CREATE TABLE publication_scope (
    thread    text COLLATE "C" NOT NULL,
    sequence  bigint NOT NULL,
    part      bigint NOT NULL,
    number    bigint NOT NULL, -- the publication's
    service   text COLLATE "C" NOT NULL,
    region    text COLLATE "C" NOT NULL,
    zone      text COLLATE "C" NOT NULL, -- empty: the whole region
    life_from bigint NOT NULL, -- half-open, never open
    life_to   bigint NOT NULL,
    PRIMARY KEY (thread, sequence, part)
);

-- What a credit publication tells each account.
CREATE TABLE notice (
    thread     text COLLATE "C" NOT NULL,
    account    text COLLATE "C" NOT NULL,
    part       bigint NOT NULL,
    sequence   bigint NOT NULL,
    number     bigint NOT NULL, -- the publication's
    amount     bigint NOT NULL, -- minor units
    currency   text NOT NULL,
    service    text NOT NULL,
    region     text NOT NULL,
    month      text NOT NULL,
    bill_month text NOT NULL,
    PRIMARY KEY (thread, account, part)
);

-- A range of endpoint keys, low to high, with the lease of who may write to them.
CREATE TABLE chunk (
    thread   text COLLATE "C" NOT NULL,
    low      text COLLATE "C" NOT NULL, -- empty: from the beginning
    high     text COLLATE "C" NOT NULL, -- first key after it; empty: to the end
    goal     bigint NOT NULL, -- the thread's newest sequence
    done     bigint NOT NULL, -- everything up to here is final
    holder   text NOT NULL, -- empty: nobody
    fence    bigint NOT NULL,
    renewals bigint NOT NULL,
    due      bigint NOT NULL, -- wall time
    PRIMARY KEY (thread, low)
);
CREATE INDEX chunk_open ON chunk (due) WHERE done < goal;

-- What became of one publication for one endpoint.
CREATE TABLE outcome (
    thread      text COLLATE "C" NOT NULL,
    sequence    bigint NOT NULL,
    endpoint    text COLLATE "C" NOT NULL,
    publication text COLLATE "C" NOT NULL,
    state       text NOT NULL CHECK (state IN ('delivered', 'superseded', 'suppressed', 'failed', 'pending', 'sending', 'ambiguous')),
    hash        text NOT NULL, -- of the bytes sent
    language    text NOT NULL,
    reason      text NOT NULL,
    personal    text NOT NULL, -- JSON: the slots of this endpoint alone
    reply       text NOT NULL,
    connection  text NOT NULL,
    fence       bigint NOT NULL, -- of the chunk's lease when it was sent
    attempts    bigint NOT NULL,
    due         bigint NOT NULL, -- wall time; 0: at once
    at          bigint NOT NULL, -- world time
    wall        bigint NOT NULL, -- wall time
    marked      bigint NOT NULL, -- 1: it may have arrived more than once
    PRIMARY KEY (thread, sequence, endpoint)
);

-- Endpoints not to be used.
CREATE TABLE suppression (
    endpoint text COLLATE "C" NOT NULL PRIMARY KEY,
    reason   text NOT NULL,
    at       bigint NOT NULL -- world time
);
