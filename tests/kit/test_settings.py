"""Settings: where they come from, that all faults are told at once, and what a node refuses to start with."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from minga.kit.settings import Settings, SettingsRefused, described, find_home, load

GOOD = "9wq2mZ-7yTnB4vXcR8sLdK1fHgJ6pQeU3aOi5tWzYkM0bNxC"


def safe(**more: str) -> dict[str, str]:
    return {"MINGA_SECRET": GOOD, **more}


def refused(environ: Mapping[str, str], home: Path) -> SettingsRefused:
    with pytest.raises(SettingsRefused) as caught:
        load(environ, home)
    return caught.value


def variables(refusal: SettingsRefused) -> set[str]:
    return {fault.variable for fault in refusal.faults}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "minga-data"
    folder.mkdir(mode=0o700)
    return folder


def write_file(home: Path, text: str) -> None:
    (home / "minga.toml").write_text(text, encoding="utf-8")
    (home / "minga.toml").chmod(0o600)


def test_defaults_serve_one_machine_on_sqlite(home: Path) -> None:
    settings = load(safe(), home)
    assert settings.site_url == "http://127.0.0.1:8000"
    assert settings.database_url == f"sqlite:///{home}/minga.db"
    assert settings.mail_from == "minga@127.0.0.1"
    assert settings.env == "prod"
    assert not settings.assistant
    assert settings.dialect == "sqlite"


def test_the_command_line_wins_over_the_environment_over_the_file_over_defaults(home: Path) -> None:
    write_file(home, 'port = 7001\nhost = "127.0.0.2"\nlog_level = "error"\n')
    settings = load(safe(MINGA_PORT="7002", MINGA_HOST="127.0.0.3"), home, {"port": 7003, "host": None})
    assert (settings.port, settings.host, settings.log_level) == (7003, "127.0.0.3", "error")
    assert settings.sources["port"] == "command line"
    assert settings.sources["host"] == "MINGA_HOST"
    assert settings.sources["log_level"] == "minga.toml"
    assert "default_language" not in settings.sources


def test_all_faults_are_told_at_once_with_kind_allowed_and_example(home: Path) -> None:
    write_file(home, "photo_bytes_max = 1\n")
    refusal = refused(
        safe(MINGA_PORT="many", MINGA_LOG_LEVEL="loud", MINGA_SITE_URL="ftp://x", MINGA_DEBUG="perhaps"), home
    )
    assert variables(refusal) == {
        "MINGA_PORT",
        "MINGA_LOG_LEVEL",
        "MINGA_SITE_URL",
        "MINGA_DEBUG",
        "MINGA_PHOTO_BYTES_MAX",
    }
    assert all(fault.kind and fault.allowed and fault.example for fault in refusal.faults)
    assert "debug, info, warning, error" in str(refusal)


def test_an_unknown_name_is_an_error_and_the_nearest_is_named(home: Path) -> None:
    refusal = refused(safe(MINGA_SITE_ULR="https://minga.example", MINGA_QWXYZ="1"), home)
    assert variables(refusal) == {"MINGA_SITE_ULR", "MINGA_QWXYZ"}
    assert "Did you mean MINGA_SITE_URL?" in str(refusal)


def test_an_unknown_name_in_the_file_is_an_error_too(home: Path) -> None:
    write_file(home, "prot = 8000\n")
    assert "Did you mean port?" in str(refused(safe(), home))


def test_a_file_that_is_no_toml_is_one_fault_among_others(home: Path) -> None:
    write_file(home, "port = = 1\n")
    assert variables(refused(safe(MINGA_PORT="x"), home)) == {"minga.toml", "MINGA_PORT"}


def test_names_of_tests_are_tolerated_and_ignored(home: Path) -> None:
    load(safe(MINGA_DATA_DIR="/nowhere", MINGA_TEST_DATABASES="sqlite"), home)


@pytest.mark.parametrize(
    ("older", "value", "name", "expected"),
    [
        ("SITE_URL", "https://valley.example", "site_url", "https://valley.example"),
        ("PREFERRED_HOST", "valley.example", "site_url", "https://valley.example"),
        ("SYNC_PUBLIC_SCOPE", "private", "node_ceiling", "private"),
        ("SYNC_PUBLIC_SCOPE", "public", "node_ceiling", "network"),
        ("ENABLE_COPILOT", "true", "assistant", True),
        ("DATABASE_URL", "postgres://me@db/minga", "database_url", "postgresql+psycopg://me@db/minga"),
    ],
)
def test_names_of_the_predecessors_are_read_and_reported(
    home: Path, older: str, value: str, name: str, expected: object
) -> None:
    settings = load(safe(**{older: value}), home)
    assert getattr(settings, name) == expected
    assert settings.sources[name] == f"{older}, now MINGA_{name.upper()}"


@pytest.mark.parametrize("older", ["SESSION_SECRET", "SECRET_KEY", "MINGA_SECRET"])
def test_each_name_of_the_secret_is_read(home: Path, older: str) -> None:
    assert load({older: GOOD}, home).secret.reveal() == GOOD


def test_the_key_of_the_model_is_read_by_its_older_name(home: Path) -> None:
    assert load(safe(DEDALUS_API_KEY="sk-1"), home).llm_api_key.reveal() == "sk-1"


@pytest.mark.parametrize(
    ("variable", "environ"),
    [
        ("MINGA_SECRET", {"MINGA_SECRET": GOOD, "SECRET_KEY": GOOD[::-1]}),
        ("MINGA_SECRET", {"SESSION_SECRET": GOOD, "SECRET_KEY": GOOD[::-1]}),
        ("MINGA_SITE_URL", safe(MINGA_SITE_URL="https://a.example", SITE_URL="https://b.example")),
        ("MINGA_SITE_URL", safe(MINGA_SITE_URL="https://a.example", PREFERRED_HOST="b.example")),
        ("MINGA_SITE_URL", safe(SITE_URL="https://a.example", PREFERRED_HOST="b.example")),
    ],
)
def test_two_names_of_one_setting_with_different_values_stop_the_start(
    home: Path, variable: str, environ: Mapping[str, str]
) -> None:
    refusal = refused(environ, home)
    assert variable in variables(refusal)
    assert "Keep one of them" in str(refusal)
    assert GOOD not in str(refusal)


def test_two_names_of_one_setting_with_equal_values_are_fine(home: Path) -> None:
    both = safe(SECRET_KEY=GOOD, MINGA_SITE_URL="https://a.example/", SITE_URL="https://a.example")
    assert load(both | {"PREFERRED_HOST": "a.example"}, home).site_url == "https://a.example"


@pytest.mark.parametrize(
    "secret", ["", "changeme", "secret", "x" * 31, "a" * 64, "changeme" * 8, "please-changeme-" + "z" * 40]
)
def test_a_default_empty_or_short_secret_is_refused(home: Path, secret: str) -> None:
    assert variables(refused({"MINGA_SECRET": secret}, home)) == {"MINGA_SECRET"}


def test_everything_unsafe_is_told_together(home: Path) -> None:
    home.chmod(0o755)
    refusal = refused(
        {
            "MINGA_SECRET": "changeme",
            "MINGA_DEBUG": "on",
            "MINGA_SITE_URL": "http://minga.example",
            "MINGA_SMTP_URL": "smtp://me:word@mail.example",
        },
        home,
    )
    assert variables(refusal) == {
        "MINGA_HOME",
        "MINGA_DEBUG",
        "MINGA_SITE_URL",
        "MINGA_SECRET",
        "MINGA_SMTP_URL",
    }
    assert "word" not in str(refusal).replace("passwords", "").replace("password", "")


def test_development_allows_what_is_unsafe_for_real_people(home: Path) -> None:
    home.chmod(0o755)
    settings = load(
        {"MINGA_ENV": "dev", "MINGA_DEBUG": "yes", "MINGA_SITE_URL": "http://minga.example"},
        home,
    )
    assert settings.debug


def test_nobody_can_declare_a_real_node_a_test(home: Path) -> None:
    assert "MINGA_ENV" in variables(refused(safe(MINGA_ENV="test"), home))


@pytest.mark.parametrize("site", ["http://127.0.0.1:9", "http://localhost", "http://[::1]:8000"])
def test_plain_http_is_fine_on_the_machine_itself(home: Path, site: str) -> None:
    assert load(safe(MINGA_SITE_URL=site), home).on_loopback


def test_plain_http_elsewhere_has_to_be_allowed_in_words(home: Path) -> None:
    address = {"MINGA_SITE_URL": "http://192.168.1.20:8000"}
    assert variables(refused(safe(**address), home)) == {"MINGA_SITE_URL"}
    assert not load(safe(**address, MINGA_ALLOW_PLAIN_HTTP="yes"), home).https


def test_listening_everywhere_needs_an_address_that_people_can_open(home: Path) -> None:
    assert "MINGA_SITE_URL" in variables(refused(safe(MINGA_HOST="0.0.0.0"), home))
    settings = load(safe(MINGA_HOST="0.0.0.0", MINGA_SITE_URL="https://minga.example"), home)
    assert settings.allowed_hosts == {"minga.example", "127.0.0.1", "localhost", "::1"}


def test_the_file_must_not_be_readable_by_others(home: Path) -> None:
    write_file(home, "port = 8001\n")
    (home / "minga.toml").chmod(0o644)
    assert variables(refused(safe(), home)) == {"MINGA_HOME"}


def test_sign_ins_may_only_be_made_shorter(home: Path) -> None:
    longer = safe(MINGA_SIGN_IN_IDLE_DAYS="31", MINGA_SIGN_IN_ABSOLUTE_DAYS="91")
    assert variables(refused(longer, home)) == {"MINGA_SIGN_IN_IDLE_DAYS", "MINGA_SIGN_IN_ABSOLUTE_DAYS"}
    crossed = safe(MINGA_SIGN_IN_IDLE_DAYS="20", MINGA_SIGN_IN_ABSOLUTE_DAYS="10")
    assert variables(refused(crossed, home)) == {"MINGA_SIGN_IN_IDLE_DAYS"}


def test_passwords_cannot_be_made_cheaper_to_guess(home: Path) -> None:
    assert "MINGA_PASSWORD_MEMORY_KIB" in variables(refused(safe(MINGA_PASSWORD_MEMORY_KIB="1024"), home))


def test_the_default_language_is_one_that_is_offered(home: Path) -> None:
    assert "MINGA_DEFAULT_LANGUAGE" in variables(refused(safe(MINGA_LANGUAGES="es"), home))
    spanish = load(safe(MINGA_LANGUAGES="es", MINGA_DEFAULT_LANGUAGE="es"), home)
    assert spanish.languages == ("es",)


def test_celery_needs_a_redis(home: Path) -> None:
    assert variables(refused(safe(MINGA_QUEUE="celery"), home)) == {"MINGA_BROKER"}
    assert load(safe(MINGA_QUEUE="celery", MINGA_BROKER="redis://localhost:6379/0"), home).queue == "celery"
    assert load(safe(MINGA_BROKER="redis://localhost:6379/0"), home).queue == "database"


def test_a_list_in_the_file_is_a_list(home: Path) -> None:
    write_file(home, 'languages = ["es", "en"]\ntrusted_proxies = ["10.0.0.0/8"]\n')
    settings = load(safe(), home)
    assert settings.languages == ("es", "en")
    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8"]


def test_nothing_that_is_secret_is_seen_in_any_form_of_the_settings(home: Path) -> None:
    settings = load(safe(DEDALUS_API_KEY="sk-12345678"), home)
    for seen in (repr(settings), str(settings), f"{settings.secret}", f"{settings.secret!r}"):
        assert GOOD not in seen
        assert "sk-12345678" not in seen


def test_the_passwords_in_addresses_are_not_seen_either(home: Path) -> None:
    settings = load(
        safe(
            MINGA_DATABASE_URL="postgresql://minga:pa55word@db/minga",
            MINGA_SMTP_URL="smtps://me:pa55word@mail.example",
        ),
        home,
    )
    assert "pa55word" not in repr(settings)


def test_settings_do_not_change_after_the_start(home: Path) -> None:
    settings = Settings(home=home)
    with pytest.raises(AttributeError):
        settings.port = 1  # type: ignore[misc]


def test_every_setting_has_words_and_an_example_that_its_kind_reads() -> None:
    for one in described():
        assert one.about.words.endswith("."), one.name
        if not one.about.example.startswith(("output of", "the key")):
            one.about.kind.read(one.about.example)


def test_the_folder_of_the_node_is_here_unless_another_is_known(tmp_path: Path) -> None:
    house = {"HOME": str(tmp_path / "house")}
    assert find_home(house, tmp_path) == tmp_path / "minga-data"
    shared = tmp_path / "house/.local/share/minga"
    shared.mkdir(parents=True)
    assert find_home(house, tmp_path) == shared
    (tmp_path / "minga-data").mkdir()
    assert find_home(house, tmp_path) == tmp_path / "minga-data"
    assert find_home(house | {"MINGA_HOME": "/var/lib/minga"}, tmp_path) == Path("/var/lib/minga")
