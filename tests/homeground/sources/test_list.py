"""``homeground data list``."""

from __future__ import annotations

from homeground.sources.datasets import datasets


def test_every_data_set_is_listed_with_its_title(homeground):
    """For people: one line each, on standard output."""
    ran = homeground("data", "list")
    assert ran.code == 0
    for entry in datasets().values():
        assert f"{entry.id} " in ran.out
        assert entry.title in ran.out


def test_the_list_for_scripts_has_columns_units_and_directions(homeground):
    """One object; every entry of the catalogue, whole."""
    ran = homeground("data", "list", "--json")
    listed = {entry["id"]: entry for entry in ran.json["datasets"]}
    assert set(listed) == set(datasets())
    rank = next(column for column in listed["cni2023-lsoa"]["columns"] if column["name"].endswith("2023 Rank"))
    assert (rank["holds"], rank["tied"], rank["higher_is"]) == ("rank", 17, "better")
    assert listed["cni2023-lsoa"]["redistributable"] is False


def test_data_sets_of_ones_own_are_listed_with_their_folder(homeground, tmp_path):
    """A folder's own catalogue files count."""
    (tmp_path / "pubs.dataset.toml").write_text(
        'id = "pubs"\ntitle = "Pubs"\narea_column = "code"\nrecognise = ["code", "pubs"]\n'
        'columns = [{ name = "code", holds = "code" }, { name = "pubs", holds = "count" }]\n'
    )
    assert "pubs" in [
        entry["id"] for entry in homeground("data", "list", "--data", tmp_path, "--json").json["datasets"]
    ]
