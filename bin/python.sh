# Sets $python to a Python that is new enough, or says what to do. Sourced by the programs beside it.
python=''
for name in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
    [ -n "$name" ] || continue
    if "$name" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        python=$name
        break
    fi
done
if [ -z "$python" ] && command -v uv >/dev/null 2>&1; then
    python=$(uv python find '>=3.11' 2>/dev/null || true)
fi
if [ -z "$python" ]; then
    found=$(python3 --version 2>&1 || true)
    echo "minga needs Python 3.11 or newer; found here: ${found:-none}." >&2
    echo "Install a newer one, or name it: PYTHON=/path/to/python3.12 $0" >&2
    exit 2
fi
