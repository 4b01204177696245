"""The rules of posting as triggers of PostgreSQL, with the locks that make them hold between transactions.

Balance rows are locked in the order of accounts before anything is applied, so that two entries cannot wait for each
other; the period is locked for reading, so that it cannot be closed meanwhile.
"""

_PATH = "SET search_path = public, pg_temp"


def _function(name: str, body: str, declared: str = "") -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {_PATH} AS "
        f"$$ {declared} BEGIN {body} END $$"
    )


def _trigger(name: str, when: str, table: str, function: str, *, only: str = "", each: str = "ROW") -> str:
    return (
        f"CREATE TRIGGER {name} {when} ON {table} FOR EACH {each} "
        f"{f'WHEN ({only}) ' if only else ''}EXECUTE FUNCTION {function}()"
    )


def _no(code: str) -> str:
    return f"RAISE EXCEPTION USING MESSAGE = 'minga:{code}', ERRCODE = '23000';"


def _refuses(table: str, verbs: str, code: str = "append_only") -> tuple[str, ...]:
    """Refuse these verbs on a table, and TRUNCATE always."""
    name = f"{table}_refuses"
    rows = " OR ".join(f"{verb}" for verb in verbs.split())
    return (
        _function(name, _no(code)),
        _trigger(f"{table}_refuses_change", f"BEFORE {rows}", table, name),
        _trigger(f"{table}_refuses_truncate", "BEFORE TRUNCATE", table, name, each="STATEMENT"),
    )


_CHANGES = (
    "(SELECT l.account_id, sum(l.amount)::bigint AS amount, count(*) AS lines FROM line l "
    "WHERE l.entry_id = NEW.id GROUP BY l.account_id)"
)

_ENTRY_COMES = f"""
  IF NEW.state <> 'draft' OR NEW.no IS NOT NULL OR NEW.posted_at IS NOT NULL OR NEW.applying <> 0 THEN
    {_no("append_only")}
  END IF;
  IF EXISTS (SELECT 1 FROM entry e WHERE e.id = NEW.id) THEN {_no("entry_exists")} END IF;
  IF NEW.reverses IS NOT NULL AND EXISTS (SELECT 1 FROM entry e WHERE e.reverses = NEW.reverses) THEN
    {_no("already_reversed")}
  END IF;
  RETURN NEW;
"""  # nosec B608 # constants of this module

_ENTRY_MOVES = f"""
  IF (NEW.id, NEW.book_id, NEW.kind, NEW.effective_on, NEW.recorded_at, NEW.request_hash)
      IS DISTINCT FROM (OLD.id, OLD.book_id, OLD.kind, OLD.effective_on, OLD.recorded_at, OLD.request_hash)
    OR (NEW.actor_id, NEW.source_ref, NEW.reverses, NEW.settles, NEW.expires_at, NEW.memo_id)
      IS DISTINCT FROM (OLD.actor_id, OLD.source_ref, OLD.reverses, OLD.settles, OLD.expires_at, OLD.memo_id)
    OR (NEW.no IS DISTINCT FROM OLD.no AND (OLD.no IS NOT NULL OR OLD.state <> 'posted')) THEN
    {_no("append_only")}
  END IF;
  IF NEW.state = OLD.state THEN
    IF NEW.applying <> 0 OR (NEW.posted_at, NEW.period_id, NEW.voided_at, NEW.void_reason)
        IS DISTINCT FROM (OLD.posted_at, OLD.period_id, OLD.voided_at, OLD.void_reason) THEN
      {_no("append_only")}
    END IF;
    RETURN NEW;
  END IF;
  IF NOT ((OLD.state = 'draft' AND NEW.state IN ('held', 'posted'))
      OR (OLD.state = 'held' AND NEW.state IN ('posted', 'void'))) OR NEW.applying <> 1 THEN
    {_no("append_only")}
  END IF;
  NEW.applying := 0;
  IF OLD.state = 'draft' THEN
    SELECT count(*) INTO lines_found FROM line l WHERE l.entry_id = NEW.id;
    IF lines_found < 2 THEN {_no("too_few_lines")} END IF;
    IF EXISTS (SELECT 1 FROM line l WHERE l.entry_id = NEW.id GROUP BY l.unit HAVING sum(l.amount) <> 0) THEN
      {_no("unbalanced")}
    END IF;
    IF NEW.reverses IS NOT NULL THEN
      IF NEW.state <> 'posted'
        OR NOT EXISTS (SELECT 1 FROM entry e
          WHERE e.id = NEW.reverses AND e.state = 'posted' AND e.reverses IS NULL AND e.book_id = NEW.book_id)
        OR lines_found <> (SELECT count(*) FROM line l WHERE l.entry_id = NEW.reverses)
        OR EXISTS (SELECT 1 FROM line l WHERE l.entry_id = NEW.id AND NOT EXISTS (
          SELECT 1 FROM line o WHERE o.entry_id = NEW.reverses AND o.n = l.n AND o.account_id = l.account_id
            AND o.unit = l.unit AND o.amount = -l.amount)) THEN
        {_no("bad_reversal")}
      END IF;
    END IF;
    IF NEW.state = 'held' AND (NEW.expires_at IS NULL OR NEW.expires_at > NEW.recorded_at + interval '400 days') THEN
      {_no("no_expiry")}
    END IF;
  END IF;
  IF NEW.state = 'posted' THEN
    SELECT p.closed_at IS NULL INTO is_open FROM period p
      WHERE p.id = NEW.period_id AND p.book_id = NEW.book_id
        AND NEW.effective_on BETWEEN p.from_on AND p.to_on FOR SHARE;
    IF is_open IS NULL THEN {_no("no_period")} END IF;
    IF NOT is_open THEN {_no("period_closed")} END IF;
  END IF;
  PERFORM 1 FROM balance b WHERE b.account_id IN (SELECT l.account_id FROM line l WHERE l.entry_id = NEW.id)
    ORDER BY b.account_id FOR NO KEY UPDATE;
  IF OLD.state = 'draft' THEN
    IF EXISTS (SELECT 1 FROM line l JOIN account a ON a.id = l.account_id
        WHERE l.entry_id = NEW.id AND (a.closed_on IS NOT NULL OR a.opened_on > NEW.effective_on)) THEN
      {_no("account_closed")}
    END IF;
    IF EXISTS (SELECT 1 FROM {_CHANGES} c JOIN account a ON a.id = c.account_id
        WHERE (NOT a.may_spend AND a.sign * c.amount < 0) OR (NOT a.may_receive AND a.sign * c.amount > 0)) THEN
      {_no("account_frozen")}
    END IF;
  END IF;
  RETURN NEW;
"""  # nosec B608 # constants of this module

_ENTRY_APPLIED = f"""
  UPDATE balance b SET
    posted = b.posted + CASE WHEN NEW.state = 'posted' THEN c.amount ELSE 0 END,
    lines = b.lines + CASE WHEN NEW.state = 'posted' THEN c.lines ELSE 0 END,
    held_out = b.held_out + GREATEST(0, -a.sign * c.amount)
      * (CASE WHEN NEW.state = 'held' THEN 1 WHEN OLD.state = 'held' THEN -1 ELSE 0 END),
    held_in = b.held_in + GREATEST(0, a.sign * c.amount)
      * (CASE WHEN NEW.state = 'held' THEN 1 WHEN OLD.state = 'held' THEN -1 ELSE 0 END)
    FROM {_CHANGES} c JOIN account a ON a.id = c.account_id WHERE b.account_id = c.account_id;
  IF NEW.state <> 'void' THEN
    IF EXISTS (SELECT 1 FROM balance b JOIN account a ON a.id = b.account_id
        WHERE b.account_id IN (SELECT l.account_id FROM line l WHERE l.entry_id = NEW.id)
          AND a.sign * b.posted - b.held_out < a.min_balance) THEN
      {_no("below_minimum")}
    END IF;
    IF EXISTS (SELECT 1 FROM balance b JOIN account a ON a.id = b.account_id
        WHERE b.account_id IN (SELECT l.account_id FROM line l WHERE l.entry_id = NEW.id)
          AND a.sign * b.posted + b.held_in > a.max_balance) THEN
      {_no("above_maximum")}
    END IF;
  END IF;
  RETURN NULL;
"""  # nosec B608 # constants of this module

_LINE_COMES = f"""
  SELECT e.state, e.book_id, e.effective_on INTO found FROM entry e WHERE e.id = NEW.entry_id;
  IF found.state IS DISTINCT FROM 'draft' THEN {_no("entry_sealed")} END IF;
  SELECT a.book_id, a.unit, a.opened_on, a.closed_on INTO account_found FROM account a WHERE a.id = NEW.account_id;
  IF account_found.book_id IS DISTINCT FROM found.book_id THEN {_no("other_book")} END IF;
  IF account_found.closed_on IS NOT NULL OR account_found.opened_on > found.effective_on THEN
    {_no("account_closed")}
  END IF;
  IF account_found.unit IS DISTINCT FROM NEW.unit THEN {_no("unit_mismatch")} END IF;
  RETURN NEW;
"""  # nosec B608 # constants of this module

_ACCOUNT_COMES = f"""
  IF NEW.min_balance > 0 OR NEW.max_balance < 0 THEN {_no("limit_violated")} END IF;
  RETURN NEW;
"""

_ACCOUNT_BALANCE = """
  INSERT INTO balance (account_id, posted, held_out, held_in, lines) VALUES (NEW.id, 0, 0, 0, 0);
  RETURN NULL;
"""

_ACCOUNT_KEEPS = f"""
  IF (NEW.id, NEW.book_id, NEW.type, NEW.sign, NEW.unit, NEW.code, NEW.opened_on)
      IS DISTINCT FROM (OLD.id, OLD.book_id, OLD.type, OLD.sign, OLD.unit, OLD.code, OLD.opened_on)
    OR (OLD.closed_on IS NOT NULL AND NEW.closed_on IS DISTINCT FROM OLD.closed_on) THEN
    {_no("append_only")}
  END IF;
  IF (NEW.min_balance, NEW.max_balance, NEW.closed_on)
      IS NOT DISTINCT FROM (OLD.min_balance, OLD.max_balance, OLD.closed_on) THEN
    RETURN NEW;
  END IF;
  SELECT * INTO found FROM balance b WHERE b.account_id = NEW.id FOR NO KEY UPDATE;
  IF NEW.closed_on IS NOT NULL AND OLD.closed_on IS NULL
      AND (found.posted <> 0 OR found.held_out <> 0 OR found.held_in <> 0) THEN
    {_no("not_empty")}
  END IF;
  IF (NEW.min_balance, NEW.max_balance) IS DISTINCT FROM (OLD.min_balance, OLD.max_balance)
      AND (NEW.sign * found.posted - found.held_out < NEW.min_balance
        OR NEW.sign * found.posted + found.held_in > NEW.max_balance) THEN
    {_no("limit_violated")}
  END IF;
  RETURN NEW;
"""  # nosec B608 # constants of this module

_BALANCE_GUARDED = f"""
  IF TG_OP = 'INSERT' THEN
    IF NEW.posted <> 0 OR NEW.held_out <> 0 OR NEW.held_in <> 0 OR NEW.lines <> 0 THEN {_no("append_only")} END IF;
  ELSIF pg_trigger_depth() < 2 OR NEW.account_id IS DISTINCT FROM OLD.account_id THEN
    {_no("append_only")}
  END IF;
  RETURN NEW;
"""

_PERIOD_COMES = f"""
  PERFORM 1 FROM book b WHERE b.id = NEW.book_id FOR NO KEY UPDATE;
  IF NEW.closed_at IS NOT NULL THEN {_no("period_order")} END IF;
  IF EXISTS (SELECT 1 FROM period p WHERE p.book_id = NEW.book_id)
    AND NOT EXISTS (SELECT 1 FROM period p WHERE p.book_id = NEW.book_id
      AND p.from_on = NEW.from_on AND p.to_on = NEW.to_on)
    AND NEW.from_on <> (SELECT max(p.to_on) + 1 FROM period p WHERE p.book_id = NEW.book_id)
    AND (NEW.to_on <> (SELECT min(p.from_on) - 1 FROM period p WHERE p.book_id = NEW.book_id)
      OR EXISTS (SELECT 1 FROM period p WHERE p.book_id = NEW.book_id AND p.closed_at IS NOT NULL)) THEN
    {_no("period_order")}
  END IF;
  RETURN NEW;
"""  # nosec B608 # constants of this module

_PERIOD_CLOSES = f"""
  IF (NEW.id, NEW.book_id, NEW.from_on, NEW.to_on) IS DISTINCT FROM (OLD.id, OLD.book_id, OLD.from_on, OLD.to_on)
    OR OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL
    OR EXISTS (SELECT 1 FROM period p
      WHERE p.book_id = NEW.book_id AND p.from_on < NEW.from_on AND p.closed_at IS NULL) THEN
    {_no("period_order")}
  END IF;
  RETURN NEW;
"""  # nosec B608 # constants of this module

_MEMO_ERASED = f"""
  IF NEW.id IS DISTINCT FROM OLD.id OR NEW.digest IS DISTINCT FROM OLD.digest
    OR NEW.text IS NOT NULL OR NEW.salt IS NOT NULL THEN
    {_no("append_only")}
  END IF;
  RETURN NEW;
"""

_UNIT_FIXED = f"""
  IF (NEW.id, NEW.code, NEW.community_id, NEW.kind, NEW.exponent)
      IS DISTINCT FROM (OLD.id, OLD.code, OLD.community_id, OLD.kind, OLD.exponent) THEN
    {_no("append_only")}
  END IF;
  RETURN NEW;
"""

TRIGGERS: dict[str, tuple[str, ...]] = {
    "unit": (
        _function("unit_is_fixed", _UNIT_FIXED),
        _trigger("unit_is_fixed", "BEFORE UPDATE", "unit", "unit_is_fixed"),
        *_refuses("unit", "DELETE"),
    ),
    "period": (
        _function("period_is_adjacent", _PERIOD_COMES),
        _trigger("period_is_adjacent", "BEFORE INSERT", "period", "period_is_adjacent"),
        _function("period_closes_in_order", _PERIOD_CLOSES),
        _trigger("period_closes_in_order", "BEFORE UPDATE", "period", "period_closes_in_order"),
        *_refuses("period", "DELETE", "period_order"),
    ),
    "account": (
        _function("account_comes_once", _ACCOUNT_COMES),
        _trigger("account_comes_once", "BEFORE INSERT", "account", "account_comes_once"),
        _function("account_has_a_balance", _ACCOUNT_BALANCE),
        _trigger("account_has_a_balance", "AFTER INSERT", "account", "account_has_a_balance"),
        _function("account_keeps_its_nature", _ACCOUNT_KEEPS, "DECLARE found record;"),
        _trigger("account_keeps_its_nature", "BEFORE UPDATE", "account", "account_keeps_its_nature"),
        *_refuses("account", "DELETE"),
    ),
    "balance": (
        _function("balance_is_kept_by_entries", _BALANCE_GUARDED),
        _trigger(
            "balance_is_kept_by_entries", "BEFORE INSERT OR UPDATE", "balance", "balance_is_kept_by_entries"
        ),
        *_refuses("balance", "DELETE"),
    ),
    "ledger_seal": _refuses("ledger_seal", "UPDATE DELETE"),
    "limit_change": _refuses("limit_change", "UPDATE DELETE"),
    "memo": (
        _function("memo_is_only_erased", _MEMO_ERASED),
        _trigger("memo_is_only_erased", "BEFORE UPDATE", "memo", "memo_is_only_erased"),
        *_refuses("memo", "DELETE"),
    ),
    "entry": (
        _function("entry_comes_as_draft", _ENTRY_COMES),
        _trigger("entry_comes_as_draft", "BEFORE INSERT", "entry", "entry_comes_as_draft"),
        _function("entry_moves", _ENTRY_MOVES, "DECLARE lines_found bigint; is_open boolean;"),
        _trigger("entry_moves", "BEFORE UPDATE", "entry", "entry_moves"),
        _function("entry_is_applied", _ENTRY_APPLIED),
        _trigger(
            "entry_is_applied",
            "AFTER UPDATE",
            "entry",
            "entry_is_applied",
            only="OLD.state IS DISTINCT FROM NEW.state",
        ),
        *_refuses("entry", "DELETE"),
    ),
    "line": (
        _function("line_joins_a_draft", _LINE_COMES, "DECLARE found record; account_found record;"),
        _trigger("line_joins_a_draft", "BEFORE INSERT", "line", "line_joins_a_draft"),
        *_refuses("line", "UPDATE DELETE"),
    ),
}
