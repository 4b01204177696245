"""`python -m minga.kit.i18n extract` brings the catalogues up to date, `check` says what is missing (exit 1)."""

import sys

from minga.kit.i18n import LANGUAGES, catalogue_path
from minga.kit.i18n.catalogues import check, gather, update


def main(words: list[str]) -> int:
    if words == ["extract"]:
        gathered = gather()
        for language in LANGUAGES:
            if language != "en":
                update(language, gathered)
                sys.stdout.write(f"{catalogue_path(language)}: {len(gathered)} sentences\n")
        return 0
    if words == ["check"]:
        found = check()
        sys.stdout.writelines(f"{fault}\n" for fault in found)
        return 1 if found else 0
    sys.stderr.write("Use extract or check.\n")
    return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
