"""Listings are also found by pieces of their words; fields of a kind are searched apart from the description."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = {
    "postgresql": [
        "ALTER TABLE listing_words DROP COLUMN vector",
        "ALTER TABLE listing_words ADD COLUMN extra VARCHAR(4000) DEFAULT '' NOT NULL CONSTRAINT "
        "ck_listing_words_extra_length CHECK (length(extra) <= 4000)",
        "CREATE OR REPLACE FUNCTION minga_pieces(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE "
        "PARALLEL SAFE AS $$ SELECT array_to_tsvector(ARRAY(SELECT DISTINCT substr(word, n, 3) FROM "
        "(SELECT ' ' || said || ' ' AS word) AS padded, generate_series(1, length(word) - 2) AS n)) "
        "$$",
        "ALTER TABLE listing_words ADD COLUMN vector tsvector GENERATED ALWAYS AS "
        "(setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', category), "
        "'B') || setweight(to_tsvector('simple', extra), 'D') || setweight(to_tsvector('simple', "
        "description), 'D')) STORED",
        "CREATE INDEX ix_listing_words_vector ON listing_words USING gin (vector)",
        "ALTER TABLE listing_words ADD COLUMN pieces_vector tsvector GENERATED ALWAYS AS "
        "(minga_pieces(title || ' ' || category || ' ' || extra)) STORED",
        "CREATE INDEX ix_listing_words_pieces_vector ON listing_words USING gin (pieces_vector)",
    ],
    "sqlite": [
        "DROP TRIGGER listing_words_in",
        "DROP TRIGGER listing_words_out",
        "DROP TRIGGER listing_words_new",
        "DROP TABLE listing_fts",
        "ALTER TABLE listing_words ADD COLUMN extra TEXT DEFAULT '' NOT NULL CONSTRAINT "
        "ck_listing_words_extra_length CHECK (length(extra) <= 4000)",
        "CREATE VIRTUAL TABLE listing_fts USING fts5(title, category, extra, description, "
        "content='listing_words', content_rowid='n', tokenize='unicode61 remove_diacritics 2')",
        "CREATE VIRTUAL TABLE listing_pieces_fts USING fts5(title, category, extra, "
        "content='listing_words', content_rowid='n', tokenize='trigram')",
        "CREATE TRIGGER listing_words_in AFTER INSERT ON listing_words BEGIN INSERT INTO "
        "listing_fts(rowid, title, category, extra, description) VALUES (new.n, new.title, new.category, "
        "new.extra, new.description); INSERT INTO listing_pieces_fts(rowid, title, category, extra) "
        "VALUES (new.n, new.title, new.category, new.extra); END",
        "CREATE TRIGGER listing_words_out AFTER DELETE ON listing_words BEGIN INSERT INTO "
        "listing_fts(listing_fts, rowid, title, category, extra, description) VALUES ('delete', old.n, "
        "old.title, old.category, old.extra, old.description); INSERT INTO "
        "listing_pieces_fts(listing_pieces_fts, rowid, title, category, extra) VALUES ('delete', old.n, "
        "old.title, old.category, old.extra); END",
        "CREATE TRIGGER listing_words_new AFTER UPDATE ON listing_words BEGIN INSERT INTO "
        "listing_fts(listing_fts, rowid, title, category, extra, description) VALUES ('delete', old.n, "
        "old.title, old.category, old.extra, old.description); INSERT INTO "
        "listing_pieces_fts(listing_pieces_fts, rowid, title, category, extra) VALUES ('delete', old.n, "
        "old.title, old.category, old.extra); INSERT INTO listing_fts(rowid, title, category, extra, "
        "description) VALUES (new.n, new.title, new.category, new.extra, new.description); INSERT INTO "
        "listing_pieces_fts(rowid, title, category, extra) VALUES (new.n, new.title, new.category, "
        "new.extra); END",
        "INSERT INTO listing_fts(listing_fts) VALUES ('rebuild')",
        "INSERT INTO listing_pieces_fts(listing_pieces_fts) VALUES ('rebuild')",
    ],
}


def upgrade() -> None:
    for statement in STATEMENTS[op.get_bind().dialect.name]:
        op.get_bind().exec_driver_sql(statement)
