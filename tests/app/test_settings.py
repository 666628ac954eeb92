from pathlib import Path

import pytest

from app.settings import Settings, env_name, origins, unknown_variables
from shop.errors import SetupError


def test_flags_win_over_environment_env_file_toml_and_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A setting comes from the strongest of flag, environment, .env, shophand.toml and default."""
    seen = [(Settings.load().turn_steps, origins()["turn_steps"])]
    Path("shophand.toml").write_text("turn_steps = 1\n")
    seen.append((Settings.load().turn_steps, origins()["turn_steps"]))
    Path(".env").write_text("SHOPHAND_TURN_STEPS=2\n")
    seen.append((Settings.load().turn_steps, origins()["turn_steps"]))
    monkeypatch.setenv("SHOPHAND_TURN_STEPS", "3")
    seen.append((Settings.load().turn_steps, origins()["turn_steps"]))
    flags = {"turn_steps": 4}
    seen.append((Settings.load(flags).turn_steps, origins(flags)["turn_steps"]))
    assert seen == [(24, "default"), (1, "shophand.toml"), (2, ".env"), (3, "environment"), (4, "flag")]


def test_an_unknown_key_of_the_file_is_an_error_with_a_suggestion() -> None:
    """A misspelt key of shophand.toml is refused, and the right one is named."""
    Path("shophand.toml").write_text("modle = 'offline'\n")
    with pytest.raises(SetupError, match="unknown setting 'modle'; did you mean 'model'"):
        Settings.load()


def test_a_secret_in_the_file_is_refused() -> None:
    """A file that is usually committed must not carry the model's key."""
    Path("shophand.toml").write_text("openai_api_key = 'sk-1'\n")
    with pytest.raises(SetupError, match="is a secret"):
        Settings.load()


def test_a_damaged_file_is_an_error_with_its_place() -> None:
    """A file that is not TOML is one clear error."""
    Path("shophand.toml").write_text("model = \n")
    with pytest.raises(SetupError, match=r"shophand\.toml: .*line 1"):
        Settings.load()


@pytest.mark.parametrize(
    ("name", "value"),
    [("SHOPHAND_MODEL", "gpt"), ("SHOPHAND_MODEL", "openai:"), ("SHOPHAND_TURN_STEPS", "many")],
)
def test_a_value_that_does_not_fit_is_an_error(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """A wrong value is refused at the start, not when it is used."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SetupError, match="configuration: "):
        Settings.load()


def test_an_empty_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """SHOPHAND_MODEL= in a service file means: not set."""
    monkeypatch.setenv("SHOPHAND_MODEL", "")
    assert (Settings.load().model, origins()["model"]) == ("offline", "default")


def test_a_model_without_a_key_is_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """openai:NAME without a key or an address says what to set."""
    monkeypatch.setenv("SHOPHAND_MODEL", "openai:gpt-5")
    with pytest.raises(SetupError, match="OPENAI_API_KEY"):
        Settings.load().for_model()


def test_the_model_layer_gets_what_was_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Key, address, prices and caps arrive in the model layer's own settings."""
    for name, value in {
        "SHOPHAND_MODEL": "openai:llama",
        "OPENAI_BASE_URL": "http://127.0.0.1:11434/v1",
        "SHOPHAND_PRICE_INPUT_PER_1K": "0.001",
        "SHOPHAND_PRICE_OUTPUT_PER_1K": "0.002",
        "SHOPHAND_TURN_STEPS": "7",
    }.items():
        monkeypatch.setenv(name, value)
    model = Settings.load().for_model()
    assert (model.names, model.endpoint, model.turn.steps) == (("llama",), "127.0.0.1", 7)
    assert model.price is not None
    assert str(model.price.of(1000, 1000)) == "0.003"


def test_a_variable_that_only_looks_like_a_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """SHOPHAND_MODLE is found, with what was probably meant."""
    monkeypatch.setenv("SHOPHAND_MODLE", "offline")
    assert unknown_variables() == ["SHOPHAND_MODLE; did you mean 'SHOPHAND_MODEL'?"]


def test_every_setting_has_a_description_and_a_variable() -> None:
    """The reference page is made from the settings themselves, so each says what it is."""
    assert all(field.description for field in Settings.model_fields.values())
    assert env_name("openai_api_key") == "OPENAI_API_KEY"
