"""The rules of posting as triggers of SQLite.

SQLite does not tell a trigger who called it. So that nobody writes balances by hand, an entry is `applying` while the
statement that changes its state runs: only that statement can set it, and it is 0 again before the statement ends.
"""


def _refuses(table: str, verb: str, code: str = "append_only") -> str:
    return (
        f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'minga:{code}'); END"
    )


_CHANGES = (
    "(SELECT l.account_id AS account_id, sum(l.amount) AS amount, count(*) AS lines FROM line l "
    "WHERE l.entry_id = NEW.id GROUP BY l.account_id)"
)

_ENTRY_COMES = """
CREATE TRIGGER entry_comes_as_draft BEFORE INSERT ON entry BEGIN
  SELECT RAISE(ABORT, 'minga:entry_exists') WHERE EXISTS (SELECT 1 FROM entry e WHERE e.id = NEW.id);
  SELECT RAISE(ABORT, 'minga:append_only')
    WHERE NEW.state <> 'draft' OR NEW.no IS NOT NULL OR NEW.posted_at IS NOT NULL OR NEW.applying <> 0;
  SELECT RAISE(ABORT, 'minga:already_reversed')
    WHERE NEW.reverses IS NOT NULL AND EXISTS (SELECT 1 FROM entry e WHERE e.reverses = NEW.reverses);
END"""

_ENTRY_FIXED = """
CREATE TRIGGER entry_keeps_its_facts BEFORE UPDATE ON entry BEGIN
  SELECT CASE
    WHEN (NEW.id, NEW.book_id, NEW.kind, NEW.effective_on, NEW.recorded_at, NEW.actor_id, NEW.source_ref)
      IS NOT (OLD.id, OLD.book_id, OLD.kind, OLD.effective_on, OLD.recorded_at, OLD.actor_id, OLD.source_ref)
      OR (NEW.reverses, NEW.settles, NEW.request_hash, NEW.expires_at, NEW.memo_id)
      IS NOT (OLD.reverses, OLD.settles, OLD.request_hash, OLD.expires_at, OLD.memo_id)
      OR (NEW.state <> OLD.state AND NOT ((OLD.state = 'draft' AND NEW.state IN ('held', 'posted'))
        OR (OLD.state = 'held' AND NEW.state IN ('posted', 'void'))))
      OR (NEW.state <> OLD.state) <> (NEW.applying = 1 AND OLD.applying = 0)
      OR (NEW.state = OLD.state AND NEW.applying = 1)
      OR (NEW.no IS NOT OLD.no AND (OLD.no IS NOT NULL OR OLD.state <> 'posted'))
      OR (NEW.state = OLD.state AND (NEW.posted_at, NEW.period_id, NEW.voided_at, NEW.void_reason)
        IS NOT (OLD.posted_at, OLD.period_id, OLD.voided_at, OLD.void_reason))
    THEN RAISE(ABORT, 'minga:append_only') END;
END"""

_ENTRY_CHECKED = f"""
CREATE TRIGGER entry_is_checked BEFORE UPDATE OF state ON entry WHEN OLD.state = 'draft' AND NEW.state <> 'draft' BEGIN
  SELECT RAISE(ABORT, 'minga:too_few_lines') WHERE (SELECT count(*) FROM line l WHERE l.entry_id = NEW.id) < 2;
  SELECT RAISE(ABORT, 'minga:unbalanced')
    WHERE EXISTS (SELECT 1 FROM line l WHERE l.entry_id = NEW.id GROUP BY l.unit HAVING sum(l.amount) <> 0);
  SELECT CASE
    WHEN a.closed_on IS NOT NULL OR a.opened_on > NEW.effective_on THEN RAISE(ABORT, 'minga:account_closed')
    WHEN (a.may_spend = 0 AND a.sign * c.amount < 0) OR (a.may_receive = 0 AND a.sign * c.amount > 0)
      THEN RAISE(ABORT, 'minga:account_frozen') END
    FROM {_CHANGES} c JOIN account a ON a.id = c.account_id;
  SELECT RAISE(ABORT, 'minga:bad_reversal') WHERE NEW.reverses IS NOT NULL AND (
    NEW.state <> 'posted'
    OR NOT EXISTS (SELECT 1 FROM entry e
      WHERE e.id = NEW.reverses AND e.state = 'posted' AND e.reverses IS NULL AND e.book_id = NEW.book_id)
    OR (SELECT count(*) FROM line l WHERE l.entry_id = NEW.id)
      <> (SELECT count(*) FROM line l WHERE l.entry_id = NEW.reverses)
    OR EXISTS (SELECT 1 FROM line l WHERE l.entry_id = NEW.id AND NOT EXISTS (
      SELECT 1 FROM line o WHERE o.entry_id = NEW.reverses AND o.n = l.n AND o.account_id = l.account_id
        AND o.unit = l.unit AND o.amount = -l.amount)));
  SELECT RAISE(ABORT, 'minga:no_expiry') WHERE NEW.state = 'held' AND (
    NEW.expires_at IS NULL OR julianday(NEW.expires_at) - julianday(NEW.recorded_at) > 400);
END"""  # nosec B608 # constants of this module

_ENTRY_DATED = """
CREATE TRIGGER entry_is_dated BEFORE UPDATE OF state ON entry WHEN NEW.state = 'posted' AND OLD.state <> 'posted' BEGIN
  SELECT CASE
    WHEN p.book_id IS NOT NEW.book_id OR NEW.effective_on NOT BETWEEN p.from_on AND p.to_on
      THEN RAISE(ABORT, 'minga:no_period')
    WHEN p.closed_at IS NOT NULL THEN RAISE(ABORT, 'minga:period_closed') END
    FROM (SELECT 1) LEFT JOIN period p ON p.id = NEW.period_id;
END"""

_ENTRY_APPLIED = """
CREATE TRIGGER entry_is_applied AFTER UPDATE OF state ON entry WHEN NEW.state <> OLD.state BEGIN
  UPDATE balance SET
    posted = balance.posted + CASE WHEN NEW.state = 'posted' THEN c.amount ELSE 0 END,
    lines = balance.lines + CASE WHEN NEW.state = 'posted' THEN c.lines ELSE 0 END,
    held_out = balance.held_out + max(0, -c.sign * c.amount)
      * (CASE WHEN NEW.state = 'held' THEN 1 WHEN OLD.state = 'held' THEN -1 ELSE 0 END),
    held_in = balance.held_in + max(0, c.sign * c.amount)
      * (CASE WHEN NEW.state = 'held' THEN 1 WHEN OLD.state = 'held' THEN -1 ELSE 0 END)
    FROM (SELECT l.account_id AS account_id, a.sign AS sign, sum(l.amount) AS amount, count(*) AS lines
      FROM line l JOIN account a ON a.id = l.account_id WHERE l.entry_id = NEW.id GROUP BY l.account_id) c
    WHERE balance.account_id = c.account_id;
  SELECT CASE
    WHEN a.sign * b.posted - b.held_out < a.min_balance THEN RAISE(ABORT, 'minga:below_minimum')
    WHEN a.sign * b.posted + b.held_in > a.max_balance THEN RAISE(ABORT, 'minga:above_maximum') END
    FROM line l JOIN account a ON a.id = l.account_id JOIN balance b ON b.account_id = l.account_id
    WHERE l.entry_id = NEW.id AND NEW.state <> 'void';
  UPDATE entry SET applying = 0 WHERE id = NEW.id;
END"""

_LINE_COMES = """
CREATE TRIGGER line_joins_a_draft BEFORE INSERT ON line BEGIN
  SELECT CASE
    WHEN e.state IS NOT 'draft' THEN RAISE(ABORT, 'minga:entry_sealed')
    WHEN a.book_id IS NOT e.book_id THEN RAISE(ABORT, 'minga:other_book')
    WHEN a.closed_on IS NOT NULL OR a.opened_on > e.effective_on THEN RAISE(ABORT, 'minga:account_closed')
    WHEN a.unit IS NOT NEW.unit THEN RAISE(ABORT, 'minga:unit_mismatch') END
    FROM (SELECT 1) LEFT JOIN entry e ON e.id = NEW.entry_id LEFT JOIN account a ON a.id = NEW.account_id;
END"""

_ACCOUNT_COMES = """
CREATE TRIGGER account_comes_once BEFORE INSERT ON account BEGIN
  SELECT RAISE(ABORT, 'minga:append_only') WHERE EXISTS (
    SELECT 1 FROM account a WHERE a.id = NEW.id OR (a.book_id = NEW.book_id AND a.code = NEW.code));
  SELECT RAISE(ABORT, 'minga:limit_violated') WHERE NEW.min_balance > 0 OR NEW.max_balance < 0;
END"""

_ACCOUNT_BALANCE = """
CREATE TRIGGER account_has_a_balance AFTER INSERT ON account BEGIN
  INSERT INTO balance (account_id, posted, held_out, held_in, lines) VALUES (NEW.id, 0, 0, 0, 0);
END"""

_ACCOUNT_KEEPS = """
CREATE TRIGGER account_keeps_its_nature BEFORE UPDATE ON account BEGIN
  SELECT RAISE(ABORT, 'minga:append_only') WHERE
    NEW.id IS NOT OLD.id OR NEW.book_id IS NOT OLD.book_id OR NEW.type IS NOT OLD.type OR NEW.sign IS NOT OLD.sign
    OR NEW.unit IS NOT OLD.unit OR NEW.code IS NOT OLD.code OR NEW.opened_on IS NOT OLD.opened_on
    OR (OLD.closed_on IS NOT NULL AND NEW.closed_on IS NOT OLD.closed_on);
  SELECT RAISE(ABORT, 'minga:not_empty') WHERE NEW.closed_on IS NOT NULL AND OLD.closed_on IS NULL AND EXISTS (
    SELECT 1 FROM balance b WHERE b.account_id = NEW.id AND (b.posted <> 0 OR b.held_out <> 0 OR b.held_in <> 0));
  SELECT RAISE(ABORT, 'minga:limit_violated')
    WHERE (NEW.min_balance IS NOT OLD.min_balance OR NEW.max_balance IS NOT OLD.max_balance) AND EXISTS (
      SELECT 1 FROM balance b WHERE b.account_id = NEW.id AND (
        NEW.sign * b.posted - b.held_out < NEW.min_balance OR NEW.sign * b.posted + b.held_in > NEW.max_balance));
END"""

_BALANCE_COMES = """
CREATE TRIGGER balance_comes_empty BEFORE INSERT ON balance BEGIN
  SELECT RAISE(ABORT, 'minga:append_only')
    WHERE NEW.posted <> 0 OR NEW.held_out <> 0 OR NEW.held_in <> 0 OR NEW.lines <> 0
    OR EXISTS (SELECT 1 FROM balance b WHERE b.account_id = NEW.account_id);
END"""

_BALANCE_KEPT = """
CREATE TRIGGER balance_is_kept_by_entries BEFORE UPDATE ON balance BEGIN
  SELECT RAISE(ABORT, 'minga:append_only')
    WHERE NEW.account_id IS NOT OLD.account_id OR NOT EXISTS (SELECT 1 FROM entry e WHERE e.applying = 1);
END"""

_PERIOD_COMES = """
CREATE TRIGGER period_is_adjacent BEFORE INSERT ON period BEGIN
  SELECT RAISE(ABORT, 'minga:period_order') WHERE NEW.closed_at IS NOT NULL
    OR EXISTS (SELECT 1 FROM period p WHERE p.id = NEW.id);
  SELECT RAISE(ABORT, 'minga:period_order')
    WHERE EXISTS (SELECT 1 FROM period p WHERE p.book_id = NEW.book_id)
    AND NOT EXISTS (SELECT 1 FROM period p WHERE p.book_id = NEW.book_id
      AND p.from_on = NEW.from_on AND p.to_on = NEW.to_on)
    AND NEW.from_on <> (SELECT date(max(p.to_on), '+1 day') FROM period p WHERE p.book_id = NEW.book_id)
    AND (NEW.to_on <> (SELECT date(min(p.from_on), '-1 day') FROM period p WHERE p.book_id = NEW.book_id)
      OR EXISTS (SELECT 1 FROM period p WHERE p.book_id = NEW.book_id AND p.closed_at IS NOT NULL));
END"""

_PERIOD_CLOSES = """
CREATE TRIGGER period_closes_in_order BEFORE UPDATE ON period BEGIN
  SELECT RAISE(ABORT, 'minga:period_order') WHERE
    NEW.id IS NOT OLD.id OR NEW.book_id IS NOT OLD.book_id OR NEW.from_on IS NOT OLD.from_on
    OR NEW.to_on IS NOT OLD.to_on OR OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL
    OR EXISTS (SELECT 1 FROM period p
      WHERE p.book_id = NEW.book_id AND p.from_on < NEW.from_on AND p.closed_at IS NULL);
END"""

_MEMO_ERASED = """
CREATE TRIGGER memo_is_only_erased BEFORE UPDATE ON memo BEGIN
  SELECT RAISE(ABORT, 'minga:append_only') WHERE
    NEW.id IS NOT OLD.id OR NEW.digest IS NOT OLD.digest OR NEW.text IS NOT NULL OR NEW.salt IS NOT NULL;
END"""

_UNIT_FIXED = """
CREATE TRIGGER unit_is_fixed BEFORE UPDATE ON unit BEGIN
  SELECT RAISE(ABORT, 'minga:append_only') WHERE
    NEW.id IS NOT OLD.id OR NEW.code IS NOT OLD.code OR NEW.community_id IS NOT OLD.community_id
    OR NEW.kind IS NOT OLD.kind OR NEW.exponent IS NOT OLD.exponent;
END"""

TRIGGERS: dict[str, tuple[str, ...]] = {
    "unit": (_UNIT_FIXED, _refuses("unit", "DELETE")),
    "period": (_PERIOD_COMES, _PERIOD_CLOSES, _refuses("period", "DELETE", "period_order")),
    "account": (_ACCOUNT_COMES, _ACCOUNT_BALANCE, _ACCOUNT_KEEPS, _refuses("account", "DELETE")),
    "balance": (_BALANCE_COMES, _BALANCE_KEPT, _refuses("balance", "DELETE")),
    "limit_change": (_refuses("limit_change", "UPDATE"), _refuses("limit_change", "DELETE")),
    "ledger_seal": (_refuses("ledger_seal", "UPDATE"), _refuses("ledger_seal", "DELETE")),
    "memo": (_MEMO_ERASED, _refuses("memo", "DELETE")),
    "entry": (
        _ENTRY_COMES,
        _ENTRY_FIXED,
        _ENTRY_CHECKED,
        _ENTRY_DATED,
        _ENTRY_APPLIED,
        _refuses("entry", "DELETE"),
    ),
    "line": (_LINE_COMES, _refuses("line", "UPDATE"), _refuses("line", "DELETE")),
}
