"""Which passwords are refused. Length first; then what everybody tries first. Pure.

No list of leaked passwords is shipped. `COMMONEST` below was written by hand: words and keyboard walks that every
public study names. `pattern` covers what such lists consist of beyond words: repeats, runs, years and a word with
digits or signs behind it. Because twelve characters are the least, nearly all of a list of the ten thousand
commonest is refused by its length already; what remains long enough is built from these words and patterns.
"""

import re
import unicodedata
from collections.abc import Iterable

from minga.kit.errors import Invalid
from minga.kit.i18n import N_

LENGTH_MIN, LENGTH_MAX = 12, 128
COMMONEST = frozenset(
    [
        "123456",
        "password",
        "qwerty",
        "abc123",
        "letmein",
        "monkey",
        "dragon",
        "iloveyou",
        "trustno1",
        "sunshine",
        "master",
        "welcome",
        "shadow",
        "ashley",
        "football",
        "jesus",
        "michael",
        "ninja",
        "mustang",
        "baseball",
        "superman",
        "batman",
        "princess",
        "admin",
        "login",
        "starwars",
        "passw0rd",
        "hello",
        "freedom",
        "whatever",
        "qazwsx",
        "zaq1",
        "1q2w3e",
        "1q2w3e4r",
        "1q2w3e4r5t",
        "1qaz2wsx",
        "1qaz2wsx3edc",
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "qwerty123",
        "password1",
        "password12",
        "password123",
        "password1234",
        "passwort",
        "kennwort",
        "geheim",
        "schatz",
        "hallo",
        "contraseña",
        "contrasena",
        "clave",
        "teamo",
        "tequiero",
        "estrella",
        "motdepasse",
        "azerty",
        "azertyuiop",
        "bonjour",
        "jetaime",
        "soleil",
        "senha",
        "senha123",
        "changeme",
        "default",
        "secret",
        "computer",
        "internet",
        "google",
        "facebook",
        "samsung",
        "android",
        "iphone",
        "windows",
        "microsoft",
        "test",
        "test123",
        "guest",
        "root",
        "administrator",
        "user",
        "temp",
        "temporary",
        "summer",
        "winter",
        "spring",
        "autumn",
        "monday",
        "friday",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "love",
        "lovely",
        "lover",
        "family",
        "forever",
        "flower",
        "buddy",
        "charlie",
        "jordan",
        "jennifer",
        "michelle",
        "jessica",
        "nicole",
        "daniel",
        "thomas",
        "robert",
        "matthew",
        "andrew",
        "joshua",
        "anthony",
        "william",
        "maggie",
        "pepper",
        "ginger",
        "cookie",
        "cheese",
        "chocolate",
        "butterfly",
        "purple",
        "orange",
        "banana",
        "apple",
        "summer2024",
        "killer",
        "soccer",
        "hockey",
        "basketball",
        "liverpool",
        "chelsea",
        "arsenal",
        "barcelona",
        "realmadrid",
        "juventus",
        "manchester",
        "ferrari",
        "mercedes",
        "porsche",
        "yankees",
        "cowboys",
        "eagles",
        "dolphins",
        "tigers",
        "pokemon",
        "naruto",
        "minecraft",
        "fortnite",
        "roblox",
        "matrix",
        "gandalf",
        "hobbit",
        "blink182",
        "metallica",
        "nirvana",
        "slipknot",
        "mother",
        "father",
        "sister",
        "brother",
        "angel",
        "angels",
        "heaven",
        "jesuschrist",
        "god",
        "blessed",
        "correcthorsebatterystaple",
        "opensesame",
        "thisismypassword",
        "mypassword",
        "yourpassword",
        "nopassword",
        "letmein123",
        "welcome123",
        "iloveyou123",
        "minga",
        "cooperative",
        "community",
        "neighbour",
        "neighbourhood",
    ]
)
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn")
_RUNS = tuple(
    line
    for row in (
        *_ROWS,
        "01234567890",
        "abcdefghijklmnopqrstuvwxyz",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
        "1q2w3e4r5t6y7u8i9o0p",
    )
    for line in (row, row[::-1])
)
_LOOKS_LIKE = str.maketrans("013457@$!|", "oieastasil")


def normal(password: str) -> str:
    """The form that is hashed: NFC, so that two keyboards write the same password."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str, own: Iterable[str] = ()) -> str:
    """The password to hash, or a refusal; `own` are handle, name and names of the person's communities.

    >>> check_password("barley tram october")
    'barley tram october'
    """
    text = normal(password)
    if len(text) < LENGTH_MIN:
        sentence = N_(
            "A password has at least 12 characters. Three words that do not belong together work well: "
            "barley tram october."
        )
        raise Invalid(sentence, code="weak_password", fields={"password": sentence})
    if len(text) > LENGTH_MAX:
        sentence = N_("A password has at most 128 characters.")
        raise Invalid(sentence, code="too_long", fields={"password": sentence})
    if is_common(text, own):
        sentence = N_(
            "This password is among the commonest. Three words that do not belong together work well: "
            "barley tram october."
        )
        raise Invalid(sentence, code="weak_password", fields={"password": sentence})
    return text


def is_common(password: str, own: Iterable[str] = ()) -> bool:
    """Whether it is what somebody would try first.

    >>> [is_common(text) for text in ("password1234", "P@ssw0rd2024!", "aaaaaaaaaaaa", "abcabcabcabc", "qwertyuiop12")]
    [True, True, True, True, True]
    >>> is_common("bruno bruno 1", own=["Bruno"]), is_common("barley tram october")
    (True, False)
    """
    plain = password.casefold()
    squeezed = "".join(char for char in plain if char.isalnum())
    candidates = {plain, squeezed, plain.translate(_LOOKS_LIKE), squeezed.translate(_LOOKS_LIKE)}
    candidates |= {_core(one) for one in tuple(candidates)}
    candidates |= {_core(one).translate(_LOOKS_LIKE) for one in (plain, squeezed)}
    names = {"".join(char for char in name.casefold() if char.isalnum()) for name in own}
    words = COMMONEST | {name for name in names if len(name) >= 3}
    return any(_easy(one, words) for one in candidates)


def _core(text: str) -> str:
    """The word without digits and signs around it: most changed passwords differ in nothing else."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)


def _easy(text: str, words: frozenset[str] | set[str]) -> bool:
    if text in words:
        return True
    if len(text) < 6:
        return False
    return _repeats(text) or _run(text) or _made_of(text, words)


def _repeats(text: str) -> bool:
    """A piece of up to four characters, or a word, again and again; or hardly any different characters."""
    if len(set(text)) <= 3:
        return True
    return any(
        len(text) % size == 0 and text == text[:size] * (len(text) // size)
        for size in range(1, len(text) // 2 + 1)
    )


def _run(text: str) -> bool:
    """Walks on the keyboard, in the alphabet or in digits, one behind the other.

    >>> _run("qwerty123456"), _run("barleytram")
    (True, False)
    """
    at = 0
    while at < len(text):
        longest = max(
            (
                size
                for size in range(3, len(text) - at + 1)
                if any(text[at : at + size] in run for run in _RUNS)
            ),
            default=0,
        )
        if not longest:
            return len(text) - at <= 2 and at > 0
        at += longest
    return True


def _made_of(text: str, words: frozenset[str] | set[str]) -> bool:
    """Two commonest words, or one and a year or number, with nothing else."""
    rest = re.sub(r"[\W\d_]+", "", text)
    if rest in words:
        return True
    return any(rest[:cut] in words and rest[cut:] in words for cut in range(3, len(rest) - 2))
