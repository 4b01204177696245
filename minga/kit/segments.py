"""Signed text files of records: `minga-sync 1`, the form in which data leaves a node and comes to another.

A segment is a block of headers, lines `+ kind/id stamp {json}`, and checkpoints that chain and sign everything before
them, so that a file can be read by people, cut anywhere, and changed nowhere (specification of peers, section 5).
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from minga.kit.canonical import canonical_json
from minga.kit.ciphers import ed25519, exceptions
from minga.kit.dids import key_of_did
from minga.kit.errors import Refused
from minga.kit.i18n import N_

MAGIC = b"minga-sync 1\n"
CONTEXT = b"minga-sync/1\x00"
LINE_MAX, HEADERS_MAX, ENTRIES_MAX = 1 << 20, 64 << 10, 1_000
NAMES = (
    "Origin", "Origin-Name", "Key", "Key-Log", "Audience", "Feed", "Form", "Epoch", "Seq", "Prev", "At", "Level",
    "Kinds", "Created", "Note",
)  # fmt: skip
OPTIONAL = frozenset({"At", "Note"})

_HEADER = re.compile(rb"([A-Za-z][A-Za-z-]{0,39}): ([^\x00-\x1f\x7f]{1,1024})\n")
_PUT = re.compile(rb"\+ ([a-z][a-z0-9_]{0,39})/([A-Za-z0-9_.:-]{1,80}) ([0-9a-f]{15}) (\{.*\})\n")
_MARK = re.compile(rb"([=.]) (0|[1-9][0-9]{0,15}) ([0-9a-f]{64}) ([A-Za-z0-9+/]{86}==)\n")

SENTENCES = {
    "bad_grammar": N_(
        "Line {line} is not written as such a file is. It was changed or is damaged: ask for it anew."
    ),
    "too_large": N_("Line {line} is longer than any such file has. Ask for the file anew."),
    "not_canonical": N_("Line {line} was written by another program than it says. Ask for the file anew."),
    "unknown_version": N_(
        "This file is of another version than this node reads. Update the node and try again."
    ),
    "unknown_header": N_(
        "Line {line} says something that this node does not know. Update the node and try again."
    ),
    "bad_key": N_("Nobody's key is named in this file, so it is nobody's word. Ask for the file anew."),
    "bad_chain": N_("Line {line}: something before it was changed. Ask for the file anew."),
    "bad_signature": N_("Line {line} is not signed by whom the file names. Do not use it; ask for it anew."),
    "cut_off": N_("The end of the file is missing. Copy it again, whole."),
}


class BadSegment(Refused):
    """A file that is not what was signed; `line` is where that shows. Nothing of it is used."""

    code, status = "bad_segment", 422

    def __init__(self, name: str, line: int) -> None:
        super().__init__(SENTENCES[name], code=name, line=line)
        self.line = line


@dataclass(frozen=True)
class Put:
    """One record."""

    kind: str
    id: str
    stamp: str
    record: dict[str, Any]


@dataclass
class Writer:
    """Writes one segment. `headers` has every name of `NAMES` but the optional ones, in any order."""

    out: IO[bytes]
    key: "ed25519.Ed25519PrivateKey"
    headers: Mapping[str, str]
    count: int = 0
    last_line: bytes = b""
    _chain: bytes = b""
    _part: Any = field(default_factory=hashlib.sha256)
    _waiting: int = 0

    def begin(self) -> "Writer":
        """Write the headers and the first checkpoint."""
        kinds = self.headers["Kinds"].split(",")
        if kinds != sorted(set(kinds)) or set(self.headers) - set(NAMES):
            raise ValueError("headers of a segment are known, and its kinds are sorted")
        lines = [f"{name}: {self.headers[name]}\n".encode() for name in NAMES if name in self.headers]
        head = MAGIC + b"".join(lines) + b"\n"
        if len(lines) < len(NAMES) - len(OPTIONAL) or not all(_HEADER.fullmatch(line) for line in lines):
            raise ValueError("a header is missing, too long or of more than one line")
        self.out.write(head)
        self._chain = hashlib.sha256(CONTEXT + head).digest()
        self._mark(b"=")
        return self

    def put(self, kind: str, id: str, stamp: str, record: Mapping[str, Any]) -> None:
        """Write one record; a line that a reader would refuse raises ValueError before a byte is written."""
        line = f"+ {kind}/{id} {stamp} ".encode() + canonical_json(dict(record)) + b"\n"
        if len(line) > LINE_MAX or not _PUT.fullmatch(line):
            raise ValueError(f"{kind}/{id} does not fit into a line")
        if self._waiting == ENTRIES_MAX:
            self._mark(b"=")
        self.out.write(line)
        self._part.update(line)
        self.count, self._waiting = self.count + 1, self._waiting + 1

    def end(self) -> str:
        """Write the last checkpoint; answers what the next segment names in `Prev`."""
        self._mark(b".")
        return hashlib.sha256(self.last_line).hexdigest()

    def _mark(self, mark: bytes) -> None:
        self._chain = hashlib.sha256(self._chain + self._part.digest()).digest()
        self._part, self._waiting = hashlib.sha256(), 0
        self._sign(mark)

    def _sign(self, mark: bytes) -> None:
        signature = base64.b64encode(self.key.sign(_said(mark, self.count, self._chain)))
        self.last_line = b"%b %d %b %b" % (mark, self.count, self._chain.hex().encode(), signature)
        self.out.write(self.last_line + b"\n")


def _said(mark: bytes, count: int, chain: bytes) -> bytes:
    return CONTEXT + mark + count.to_bytes(8, "big") + chain


@dataclass
class Reader:
    """Reads segments from a file, in constant memory; raises BadSegment with the line where it is wrong."""

    file: IO[bytes]
    line: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    segments: int = 0
    _prev: str = "-"

    def records(self) -> Iterator[Put]:
        """Every record once the checkpoint behind it is verified; `headers` are those of its segment."""
        first = self._line()
        if not first:
            raise BadSegment("cut_off", self.line)
        while first:
            if first != MAGIC:
                newer = re.fullmatch(rb"minga-sync [0-9]{1,9}\n", first)
                raise BadSegment("unknown_version" if newer else "bad_grammar", self.line)
            yield from self._segment()
            self.segments += 1
            first = self._line()

    def _segment(self) -> Iterator[Put]:
        head = self._heads()
        key = _public(self.headers["Origin"], self.line)
        if self.headers["Prev"] != self._prev:
            raise BadSegment("bad_chain", self.line)
        chain, count = hashlib.sha256(CONTEXT + head).digest(), 0
        kinds = set(self.headers["Kinds"].split(","))
        waiting, part, first = list[Put](), hashlib.sha256(), True
        while True:
            line = self._line()
            if not line:
                raise BadSegment("cut_off", self.line)
            found = _MARK.fullmatch(line)
            if not found:
                waiting.append(self._put(line, kinds, first or len(waiting) == ENTRIES_MAX))
                part.update(line)
                continue
            count += len(waiting)
            chain = hashlib.sha256(chain + part.digest()).digest()
            self._check(found, key, chain, count)
            yield from waiting
            waiting, part, first = [], hashlib.sha256(), False
            if found[1] == b".":
                self._prev = hashlib.sha256(line[:-1]).hexdigest()
                return

    def _put(self, line: bytes, kinds: set[str], refused: bool) -> Put:
        found = _PUT.fullmatch(line)
        if not found or refused or found[1].decode() not in kinds:
            raise BadSegment("bad_grammar", self.line)
        try:
            record = json.loads(found[4])
            same = canonical_json(record) == found[4]
        except (ValueError, RecursionError):
            raise BadSegment("not_canonical", self.line) from None
        if not same:
            raise BadSegment("not_canonical", self.line)
        return Put(found[1].decode(), found[2].decode(), found[3].decode(), record)

    def _check(
        self, found: re.Match[bytes], key: "ed25519.Ed25519PublicKey", chain: bytes, count: int
    ) -> None:
        if (int(found[2]), found[3].decode()) != (count, chain.hex()):
            raise BadSegment("bad_chain", self.line)
        try:
            key.verify(base64.b64decode(found[4]), _said(found[1], count, chain))
        except exceptions.InvalidSignature:
            raise BadSegment("bad_signature", self.line) from None

    def _heads(self) -> bytes:
        """Read the headers into `headers`; answers all bytes from the magic to the empty line."""
        head, self.headers, place = bytearray(MAGIC), {}, -1
        while True:
            line = self._line()
            head += line
            if line == b"\n":
                break
            found = _HEADER.fullmatch(line)
            if not found or len(head) > HEADERS_MAX:
                raise BadSegment("bad_grammar", self.line)
            name = found[1].decode()
            if name not in NAMES:
                raise BadSegment("unknown_header", self.line)
            if NAMES.index(name) <= place:
                raise BadSegment("bad_grammar", self.line)
            place = NAMES.index(name)
            self.headers[name] = _text(found[2], self.line)
        if set(NAMES) - OPTIONAL - set(self.headers):
            raise BadSegment("bad_grammar", self.line)
        return bytes(head)

    def _line(self) -> bytes:
        line = self.file.readline(LINE_MAX + 1)
        self.line += 1
        if len(line) > LINE_MAX:
            raise BadSegment("too_large", self.line)
        if line and not line.endswith(b"\n"):
            raise BadSegment("cut_off", self.line)
        return line


def _text(data: bytes, line: int) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise BadSegment("bad_grammar", line) from None


def _public(did: str, line: int) -> "ed25519.Ed25519PublicKey":
    found = key_of_did(did)
    if found is None:
        raise BadSegment("bad_key", line)
    return ed25519.Ed25519PublicKey.from_public_bytes(found)
