-- Amounts are cents, times are text in UTC.
PRAGMA foreign_keys = ON;

CREATE TABLE IF NOT EXISTS clients (
    id    TEXT PRIMARY KEY,
    name  TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    cpf   TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS products (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    price       INTEGER NOT NULL,
    quantity    INTEGER NOT NULL CHECK (quantity >= 0)
) STRICT;

CREATE TABLE IF NOT EXISTS orders (
    id         TEXT PRIMARY KEY,
    client_id  TEXT NOT NULL REFERENCES clients (id),
    status     TEXT NOT NULL,
    total      INTEGER NOT NULL,
    payments   TEXT NOT NULL, -- JSON: only ever read as a whole
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS items (
    order_id   TEXT NOT NULL REFERENCES orders (id),
    line       INTEGER NOT NULL,
    product_id TEXT NOT NULL REFERENCES products (id),
    quantity   INTEGER NOT NULL,
    price      INTEGER NOT NULL,
    PRIMARY KEY (order_id, line)
) STRICT;
