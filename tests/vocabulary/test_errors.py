"""Errors of input: one line, and no longer than a reader reads."""

from glunet.errors import MOST_NAMES, InputError


def test_few_names_are_all_told():
    line = str(InputError("a.toml", "x", "unknown 'vv'", ["v", "w", "E_K"], "vv"))
    assert line == "a.toml: x: unknown 'vv'; allowed: E_K, v, w (did you mean 'v'?)"


def test_of_very_many_names_the_nearest_are_told_and_the_others_counted():
    names = [f"J_{i}" for i in range(3 * MOST_NAMES)] + ["K_e", "K_i"]
    line = str(InputError("a.toml", "x", "unknown 'K_ee'", names, "K_ee"))
    assert "K_e" in line
    assert f"and {len(names) - 12} more" in line
    assert "did you mean 'K_e'?" in line
    assert len(line) < 250


def test_a_long_list_needs_no_word_to_be_near_to():
    assert "more" in str(InputError("a.toml", "x", "missing", [f"name_{i}" for i in range(100)]))
