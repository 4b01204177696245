"""The drawing of all tables and what they point at, as Mermaid reads it."""

from minga.interfaces.cli.docs.domains import DOMAINS, load, tables_of


def page() -> str:
    """docs/erd.md"""
    load()
    from minga.kit.db import Base

    parts = [
        "# Tables and what they point at",
        "Keys point down the layers or stay in their domain. Columns that are neither key nor reference are left out;"
        " the models say them.",
    ]
    for domain in ("kit", *DOMAINS):
        names = [name for name, _ in tables_of(domain)]
        if not names:
            continue
        lines = ["erDiagram"]
        for name in names:
            table = Base.metadata.tables[name]
            lines.append(f"    {name} {{")
            for column in table.columns:
                marks = [*(["PK"] if column.primary_key else []), *(["FK"] if column.foreign_keys else [])]
                if marks:
                    lines.append(f"        {_type(column.type)} {column.name} {','.join(marks)}")
            lines.append("    }")
        for name in names:
            for column in Base.metadata.tables[name].columns:
                for key in sorted(column.foreign_keys, key=lambda one: one.target_fullname):
                    line = "|o" if column.nullable else "||"
                    lines.append(f"    {key.column.table.name} {line}--o{{ {name} : {column.name}")
        parts.append(f"## {domain}\n\n```mermaid\n" + "\n".join(lines) + "\n```")
    return "\n\n".join(parts)


def _type(kind: object) -> str:
    return type(kind).__name__.lower()
