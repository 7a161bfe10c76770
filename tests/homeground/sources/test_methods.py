"""Method files: the shipped ones, the schema, and files that are not methods."""

from __future__ import annotations

import json

import pytest

from homeground.errors import BadMethod
from homeground.method import Method
from homeground.sources import methods


@pytest.mark.parametrize("name", methods.shipped())
def test_every_shipped_method_loads_and_says_where_it_comes_from(name):
    """Name, title, publisher, licence, reference, data sets and the published result."""
    method = methods.load(name)
    assert method.name == name
    assert method.title and method.publisher and method.licence and method.reference
    assert method.datasets and method.published
    assert method.areas.kind in ("lsoa", "ward") and method.areas.year and method.areas.code and method.areas.expected


def test_the_issue_names_are_all_shipped():
    """The two editions of both indices, and five domains of 2025."""
    assert {
        "iod2019", "iod2025", "cni2019", "cni2023", "iod2025-health", "iod2025-crime", "iod2025-education",
        "iod2025-barriers", "iod2025-living-environment",
    } <= set(methods.shipped())  # fmt: skip


def test_the_published_schema_is_the_schema_of_the_code():
    """The JSON Schema beside the methods cannot fall behind (write it anew from Method.model_json_schema())."""
    published = methods.json_schema()
    published.pop("$schema")
    published.pop("$id")
    assert published == json.loads(json.dumps(Method.model_json_schema()))


def test_weights_are_kept_exact():
    """0.093 is 93/1000 and '2/3' is two thirds."""
    assert methods.load("iod2025").parts["crime"].weight.as_integer_ratio() == (93, 1000)
    assert methods.load("iod2019-living-environment").parts["indoors"].weight.as_integer_ratio() == (2, 3)


@pytest.mark.parametrize("content", [b"", b"name = 'x'", b"\xff\xfe\x00", b"[index", b"name = 1\n[index]\n[parts]"])
def test_what_is_not_a_method_is_refused_with_its_name(tmp_path, content):
    """Empty, half, binary, broken and wrong: a clear error that names the file."""
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(BadMethod) as caught:
        methods.load(path)
    assert "mine.toml" in str(caught.value)


def test_a_missing_method_file_is_told(tmp_path):
    """A path that leads nowhere."""
    with pytest.raises(BadMethod, match="does not exist"):
        methods.load(tmp_path / "nowhere.toml")
