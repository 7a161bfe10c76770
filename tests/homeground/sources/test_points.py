"""Lists of places: found on the map, closed ones left out, swapped columns caught, everything counted."""

from __future__ import annotations

import contextlib
import json
import warnings
import zipfile

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeground.errors import BadInput, BadTable, BadValue, HomegroundError, MissingColumns
from homeground.sources.grid import from_grid, from_web_mercator, inside_grid, to_grid
from homeground.sources.osm import read_osm
from homeground.sources.points import read_points
from homeground.sources.postcode_points import postcode_points

OSM = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6" generator="hand">
 <node id="1" lat="53.48" lon="-2.24" version="1"><tag k="amenity" v="pub"/><tag k="name" v="The Crown"/></node>
 <node id="2" lat="53.49" lon="-2.25" version="1"><tag k="highway" v="bus_stop"/></node>
 <node id="3" lat="53.50" lon="-2.26" version="1"><tag k="amenity" v="bench"/></node>
 <node id="4" lat="53.50" lon="-2.20" version="1"/><node id="5" lat="53.50" lon="-2.19" version="1"/>
 <node id="6" lat="53.51" lon="-2.19" version="1"/><node id="7" lat="53.51" lon="-2.20" version="1"/>
 <way id="9" version="1"><nd ref="4"/><nd ref="5"/><nd ref="6"/><nd ref="7"/><nd ref="4"/>
  <tag k="leisure" v="park"/><tag k="name" v="Long Meadow"/></way>
</osm>
"""


def places(tmp_path, text, name="places.csv", **how):
    """Read a file with this text."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_points(tmp_path / name, **how)


def told(found):
    """Return the notes in one text."""
    return " ".join(note.text for note in found.notes)


def test_the_worked_example_of_ordnance_survey_comes_out_on_the_grid():
    """OS's own point: 52°39'28.8282"N 1°42'57.8663"E is E 651409.804, N 313177.450 by the true grid (OSTN15)."""
    east, north = to_grid(np.array([1 + 42 / 60 + 57.8663 / 3600]), np.array([52 + 39 / 60 + 28.8282 / 3600]))
    assert np.hypot(east[0] - 651409.804, north[0] - 313177.450) < 5


def test_the_grid_is_that_of_pyproj_without_its_correction_file():
    """The same seven parameters and projection: one centimetre at most, all over Great Britain."""
    pyproj = pytest.importorskip("pyproj")
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(-8, 1.8, 2000), rng.uniform(49.9, 60.8, 2000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the correction file is not there
        group = pyproj.transformer.TransformerGroup(4326, 27700, always_xy=True)
    best = min((t for t in group.transformers if t.accuracy > 0), key=lambda t: t.accuracy)
    east, north = best.transform(lon, lat)
    ours = to_grid(lon, lat)
    assert np.hypot(ours[0] - east, ours[1] - north).max() < (0.01 if best.accuracy >= 2 else 5)


@given(st.floats(-8, 1.8), st.floats(49.9, 60.8))
def test_there_and_back_again_is_where_it_began(lon, lat):
    """Degrees to metres to degrees, to a few centimetres."""
    east, north = to_grid(np.array([lon]), np.array([lat]))
    back = from_grid(east, north)
    assert abs(back[0][0] - lon) < 1e-6
    assert abs(back[1][0] - lat) < 1e-6


def test_web_mercator_is_that_of_pyproj():
    """The metres of web maps."""
    pyproj = pytest.importorskip("pyproj")
    x, y = pyproj.Transformer.from_crs(4326, 3857, always_xy=True).transform(-2.24, 53.48)
    lon, lat = from_web_mercator(np.array([x]), np.array([y]))
    assert (round(lon[0], 9), round(lat[0], 9)) == (-2.24, 53.48)


@pytest.mark.parametrize(
    "heading", ["lon,lat", "Long,Lat", "LONGITUDE,LATITUDE", "lng,lat", "x,y", "geo_longitude,geo_latitude"]
)
def test_degrees_are_known_by_their_headings(tmp_path, heading):
    """Any usual spelling will do; x and y are told apart from metres by their size."""
    found = places(tmp_path, f"name,{heading}\nHall,-2.24,53.48\n")
    east, north = to_grid(np.array([-2.24]), np.array([53.48]))
    assert found.table.select("place", "easting", "northing").row(0) == ("Hall", east[0], north[0])


@pytest.mark.parametrize("heading", ["Easting,Northing", "oseast1m,osnrth1m", "x,y", "bng_easting,bng_northing"])
def test_metres_are_taken_as_they_are(tmp_path, heading):
    """British National Grid."""
    found = places(tmp_path, f"name,{heading}\nHall,383860,397950\n")
    assert found.table.select("easting", "northing").row(0) == (383860.0, 397950.0)


def test_well_known_text_is_read(tmp_path):
    """WKT points, in degrees or metres."""
    found = places(tmp_path, 'name,wkt\nHall,POINT (383860 397950)\nHut,"SRID=27700;POINT(383861 397951)"\nNone,\n')
    assert found.table["easting"].to_list() == [383860.0, 383861.0]
    assert "1 without coordinates" in told(found)


def test_swapped_columns_are_caught_and_never_mended_in_silence(tmp_path):
    """The message asks the question, --swap answers it."""
    text = "name,lat,lon\nA,-2.01,53.74\nB,-2.02,53.75\n"
    with pytest.raises(BadInput, match="these points fall outside Great Britain: columns swapped") as caught:
        places(tmp_path, text)
    assert "--swap" in str(caught.value)
    assert places(tmp_path, text, swap=True).table.height == 2
    with pytest.raises(BadInput, match="take --swap away"):
        places(tmp_path, "name,lat,lon\nA,53.74,-2.01\n", swap=True)


def test_the_real_swapped_list_is_caught(real_data):
    """hebdenplaces.csv: 'lat' holds -2.01 and 'lon' 53.74; its GeoJSON twin is right, and both give the same places."""
    folder = real_data / "assets" / "hebden-places"
    with pytest.raises(BadInput, match="columns swapped"):
        read_points(folder / "hebdenplaces.csv")
    swapped = read_points(folder / "hebdenplaces.csv", swap=True)
    twin = read_points(folder / "hebdenplaces.json")
    assert "12 without coordinates" in told(swapped)
    named = ~pl.col("place").str.starts_with("row ")
    assert swapped.table.filter(named)["place"].to_list() == twin.table.filter(named)["place"].to_list()
    assert np.allclose(swapped.table["easting"].to_numpy(), twin.table["easting"].to_numpy(), atol=0.1)


def test_what_is_left_out_is_counted_by_reason(tmp_path):
    """Noughts, gaps, points abroad and repeats; every row is used or counted once."""
    text = "name,lat,lon\nA,53.7,-2.0\nA,53.7,-2.0\nB,0,0\nC,,\nD,NA,NA\nE,48.85,2.35\nF,53.8,-2.1\nG,-2.2,53.9\n"
    found = places(tmp_path, text)
    assert found.table["place"].to_list() == ["A", "F"]
    said = told(found)
    assert "2 of 8 rows are used" in said
    for reason in ("2 without coordinates", "2 outside Great Britain", "1 at the coordinates (0, 0)", "1 that stands"):
        assert reason in said
    assert "(row 7 and 9); 1 of them would lie inside with the two coordinates swapped" in said


def test_two_places_at_one_address_are_two(tmp_path):
    """Only the same name at the same spot is a repeat; capitals and full stops do not make another."""
    found = places(tmp_path, "name,lat,lon\nSt. Ann's,53.7,-2.0\nst anns,53.7,-2.00001\nScout hut,53.7,-2.0\n")
    assert found.table["place"].to_list() == ["St. Ann's", "Scout hut"]


def test_closed_places_are_left_out_by_the_newest_status(tmp_path):
    """The rule is in standards/places-to-meet.toml and is told; an unknown status is kept and told."""
    text = "name,operation_22,operation_23,lat,lon\n"
    text += "".join(
        f"{at},LA,{status},53.7,-2.{at}\n" for at, status in enumerate(["LA", "Closed", "closed", "C", "c"])
    )
    text += "5,Closed,[Unknown],53.7,-2.5\n6,LA,Temporary Closure,53.7,-2.6\n"
    found = places(tmp_path, text)
    assert found.table["place"].to_list() == ["0", "3", "4", "5"]
    assert "'operation_23' is Closed, Temporary Closure and closed were left out" in told(found)
    assert "1 places whose 'operation_23' is unknown were kept" in told(found)


def test_a_year_of_closing_closes_a_place(tmp_path):
    """The shared library schema says it so."""
    found = places(tmp_path, "Library name,Year closed,lat,lon\nOld,2012,53.7,-2.0\nNew,,53.8,-2.0\n")
    assert found.table["place"].to_list() == ["New"]
    assert "'Year closed'" in told(found)


def test_the_real_libraries_need_a_lookup_and_lose_their_closed_ones(real_data, tmp_path):
    """3,487 rows, of them 375 closed (352 + 1 Closed, 22 Temporary Closure); they have postcodes only."""
    file = real_data / "assets" / "libraries" / "libraries_england_2023.csv"
    with pytest.raises(MissingColumns, match="postcodes but no coordinates"):
        read_points(file)
    codes = pl.read_csv(file, infer_schema=False)["postcode"].drop_nulls().unique().sort()
    lookup = tmp_path / "onspd.csv"
    made_up = pl.DataFrame({"pcds": codes}).with_columns(oseast1m=pl.lit(400000), osnrth1m=pl.lit(300000))
    made_up.write_csv(lookup)
    found = read_points(file, postcodes=lookup)
    assert found.rows == 3487
    assert "375 closed" in told(found)
    assert "10 places whose 'operation_23' is unknown were kept" in told(found)
    assert "stand at their postcode, not at their door" in told(found)


def test_rows_without_coordinates_take_those_of_their_postcode(tmp_path):
    """A lookup fills gaps only; what it lacks is counted."""
    (tmp_path / "pc.csv").write_text("\ufeffpcds,oseast1m,osnrth1m,doterm\nM1 1AA,384500,398000,\n", encoding="utf-8")
    text = "name,postcode,lat,lon\nA,m11aa,,\nB,M1 1AA,53.7,-2.0\nC,ZZ9 9ZZ,,\n"
    found = places(tmp_path, text, postcodes=tmp_path / "pc.csv")
    assert found.table.select("place", "easting").row(0) == ("A", 384500.0)
    assert found.table["easting"][1] != 384500.0
    assert "1 without coordinates" in told(found)
    only = places(tmp_path, "name,postcode\nA,M1 1AA\nB,\nC,ZZ9 9ZZ\n", postcodes=tmp_path / "pc.csv")
    assert "1 without a postcode" in told(only)
    assert "1 with a postcode that the lookup lacks" in told(only)


def test_a_lookup_of_another_layout_is_named(tmp_path):
    """It must have postcodes and what is asked for."""
    (tmp_path / "pc.csv").write_text("pcds,lat\nM1 1AA,53\n")
    with pytest.raises(MissingColumns, match="'oseast1m'"):
        postcode_points(tmp_path / "pc.csv", pl.Series(["M1 1AA"]))


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("name,lat,lon\nA,398000,383860\n", BadValue, "these are metres"),
        ("name,easting,northing\nA,-2.2,53.5\n", BadInput, "hold degrees"),
        ("name,lat,lon\nA,fifty,-2\n", BadValue, "'fifty' is not a number"),
        ("name,lat,lat,lon\nA,53,53,-2\n", BadTable, "stands twice"),
        ("name,lat\nA,53\n", MissingColumns, "no column of its longitude"),
        ("name,street\nA,High Street\n", MissingColumns, "no coordinates"),
        ("name,lat,lon\nA,0,0\n", BadTable, "none of the 1 rows could be put on the map"),
        ("name,x,y\nA,-249000,7070000\n", BadInput, "web maps"),
        ("name,lat,lon\n", BadTable, "no rows"),
        ("", BadTable, "empty"),
        ("name,status,lat,lon\nA,closed,53.7,-2\n", BadTable, "no place is left"),
    ],
)
def test_what_is_wrong_with_a_list_is_said(tmp_path, text, error, words):
    """Each with the file's name and a remedy."""
    with pytest.raises(error, match=words) as caught:
        places(tmp_path, text)
    assert "places.csv" in str(caught.value)
    assert caught.value.remedy


def test_a_large_list_takes_no_more_than_its_columns(tmp_path):
    """A hundred thousand rows, most of them a repeat of another."""
    rows = "".join(f"Hall {at % 100},53.{at % 100:02},-2.0\n" for at in range(100_000))
    found = places(tmp_path, "name,lat,lon\n" + rows)
    assert (found.rows, found.table.height) == (100_000, 100)


def test_maps_of_any_kind_are_read(tmp_path):
    """GeoJSON, GeoPackage, zipped Shapefile: the same place; a polygon stands at its middle."""
    pyogrio = pytest.importorskip("pyogrio")
    geopandas = pytest.importorskip("geopandas")
    shapely = pytest.importorskip("shapely")
    frame = geopandas.GeoDataFrame(
        {"name": ["Hall", "Park"]},
        geometry=[shapely.Point(383860, 397950), shapely.box(383000, 397000, 384000, 398000)],
        crs="EPSG:27700",
    )
    assert pyogrio
    frame.to_file(tmp_path / "a.gpkg")
    frame.to_crs(4326).to_file(tmp_path / "a.geojson")
    frame.iloc[:1].to_file(tmp_path / "shape.shp")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for part in tmp_path.glob("shape.*"):
            archive.write(part, part.name)
    for name in ("a.gpkg", "a.geojson", "a.zip"):
        found = read_points(tmp_path / name)
        assert np.hypot(found.table["easting"][0] - 383860, found.table["northing"][0] - 397950) < 5
    assert abs(read_points(tmp_path / "a.gpkg").table["easting"][1] - 383500) < 1e-6
    with pytest.raises(BadTable, match="several files"):
        read_points(tmp_path / "shape.shp")
    frame.to_crs(2154).to_file(tmp_path / "other.gpkg")
    with pytest.raises(BadInput, match="coordinate system EPSG:2154"):
        read_points(tmp_path / "other.gpkg")


def test_a_feature_without_a_shape_is_counted(tmp_path):
    """GeoJSON allows it."""
    pytest.importorskip("pyogrio")
    features = [
        {"type": "Feature", "properties": {"name": "A"}, "geometry": {"type": "Point", "coordinates": [-2.0, 53.7]}},
        {"type": "Feature", "properties": {"name": "B"}, "geometry": None},
    ]
    found = places(tmp_path, json.dumps({"type": "FeatureCollection", "features": features}), "a.geojson")
    assert "1 without coordinates" in told(found)


def test_an_openstreetmap_extract_gives_its_places_to_meet(tmp_path):
    """Points and outlines, by the tags of the parameter file; a bench is no place to meet."""
    pytest.importorskip("pyogrio")
    found = places(tmp_path, OSM, "town.osm")
    assert sorted(found.table.select("place", "kind").rows()) == [
        ("Long Meadow", "park"), ("The Crown", "pub"), ("row 2", "bus-stop"),
    ]  # fmt: skip
    assert found.source.licence.startswith("Open Database Licence")
    middle = to_grid(np.array([-2.195]), np.array([53.505]))
    park = found.table.filter(pl.col("kind") == "park")
    assert np.hypot(park["easting"][0] - middle[0][0], park["northing"][0] - middle[1][0]) < 20


def test_the_real_extract_is_read_and_is_not_in_great_britain(real_data):
    """Helsinki: read well, then refused, since it lies in Finland."""
    pytest.importorskip("pyogrio")
    file = real_data / "assets" / "osm" / "Helsinki.osm.pbf"
    kinds = dict(read_osm(file)["kind"].value_counts().iter_rows())
    assert kinds["bus-stop"] > 100
    assert kinds["library"] >= 5
    with pytest.raises(BadInput, match="fall outside Great Britain"):
        read_points(file)


def test_the_real_warm_spaces_are_read(real_data):
    """3,281 rows all with coordinates; some stand there twice."""
    found = read_points(real_data / "assets" / "warm-spaces" / "warm_spaces.csv")
    assert found.rows == 3281
    assert 3200 < found.table.height <= 3281
    assert bool(inside_grid(found.table["easting"].to_numpy(), found.table["northing"].to_numpy()).all())


def test_csv_and_geojson_of_the_same_libraries_agree(real_data):
    """Greater Manchester: 141 libraries in both forms."""
    folder = real_data / "assets" / "greater-manchester"
    a, b = read_points(folder / "gm_libraries.csv").table, read_points(folder / "gm_libraries.geojson").table
    assert a.height == b.height == 141
    assert np.allclose(a["easting"].to_numpy(), b["easting"].to_numpy())


@given(st.text(alphabet="name,latlon\n-2.5 53\"';\t\ufeff", max_size=80))
def test_no_text_makes_it_stumble(tmp_path_factory, text):
    """Whatever stands in a file, it is read or refused in our own words."""
    file = tmp_path_factory.mktemp("any") / "any.csv"
    file.write_text(text, encoding="utf-8")
    with contextlib.suppress(HomegroundError):
        assert read_points(file).table.height


def test_a_map_library_without_openstreetmap_says_so(tmp_path, monkeypatch):
    """Some builds of GDAL lack it: the remedy is a line to type."""
    pyogrio = pytest.importorskip("pyogrio")
    monkeypatch.setattr(pyogrio, "list_drivers", lambda: {"GPKG": "rw"})
    with pytest.raises(BadTable, match="without OpenStreetMap support") as caught:
        places(tmp_path, OSM, "town.osm")
    assert "pip install" in caught.value.remedy
