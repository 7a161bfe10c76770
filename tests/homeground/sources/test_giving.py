"""Grants in the 360Giving standard are read to the penny, and every problem is told with its place and remedy."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeground.errors import BadSpecification, BadTable, MissingDataset
from homeground.sources import workbooks
from homeground.sources.giving import Grants, read_grants, write_grants
from homeground.sources.giving_files import json_file
from homeground.sources.giving_files.checking import doubtful
from homeground.sources.giving_files.from_json import batch_of
from homeground.sources.giving_files.from_sheets import headings_of
from homeground.sources.giving_files.json_pieces import Piece, Shell, pieces
from homeground.sources.giving_files.standard import broken_rules

TODAY = dt.date(2026, 11, 25)


def read(*files: Path, on_problems: Any = "keep-good") -> Grants:
    """Read files as of a fixed day."""
    return read_grants(files, on_problems=on_problems, today=TODAY)


def grant(**changes: Any) -> dict[str, Any]:
    """Return a grant that holds to the standard, with changes; None leaves a field out."""
    made = {
        "id": "360G-xx-1",
        "title": "A hall",
        "description": "A roof for the hall",
        "currency": "GBP",
        "amountAwarded": 1234.56,
        "awardDate": "2020-05-01",
        "recipientOrganization": [{"id": "GB-CHC-1", "name": "The Hall", "postalCode": "xq1 1aa"}],
        "fundingOrganization": [{"id": "GB-CHC-1000001", "name": "A Fund"}],
    }
    return {name: value for name, value in {**made, **changes}.items() if value is not None}


def package(folder: Path, *grants: Any, name: str = "grants.json", **around: Any) -> Path:
    """Write a file of grants."""
    path = folder / name
    path.write_text(json.dumps({**around, "grants": list(grants)}), encoding="utf-8")
    return path


# ---------------------------------------------------------------------------------------------------------------------
# The rules
# ---------------------------------------------------------------------------------------------------------------------


def official(real_data: Path) -> jsonschema.Draft202012Validator:
    """Return the standard's own schema, as an independent library checks it."""
    schema = json.loads((real_data / "grants/standard/360-giving-schema.json").read_text(encoding="utf-8"))
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def kinds(found: list[tuple[str, tuple[Any, ...]]]) -> dict[str, int]:
    """Count broken rules by keyword and path."""
    counted: dict[str, int] = {}
    for keyword, path in found:
        name = f"{keyword} {'/'.join('*' if isinstance(step, int) else str(step) for step in path)}"
        counted[name] = counted.get(name, 0) + 1
    return counted


def test_our_rules_break_where_the_standards_own_checker_says(real_data: Path) -> None:
    """For each file the known answer: how many grants break a rule, and which rules."""
    expected = json.loads((real_data / "grants/expected_schema_errors.json").read_text(encoding="utf-8"))
    for name, answer in expected.items():
        path = next((real_data / "grants").glob(f"*/{name}"))
        if "json_error" in answer:
            problems = read(path).problems
            assert "line 10 column 15" in problems["problem"][0]
            continue
        grants = json.loads(path.read_text(encoding="utf-8"))["grants"]
        broken = [broken_rules(one) for one in grants]
        assert (len(grants), sum(map(bool, broken))) == (answer["grants"], answer["grants_with_schema_errors"]), name
        assert kinds([(rule.keyword, rule.path) for rules in broken for rule in rules]) == answer["error_kinds"], name


VALUES = st.sampled_from(
    [None, "", "x", 5, -1, 2.5, True, [], {}, ["x"], "2020-02-30", "2020-13-01", "2020-05-01T10:00:00Z", "04/12/2014",
     "2020", "https://example.org/a", "www.example.org", "GBP", "gbp", "GB", [{"id": "a", "name": "b"}], [{"id": "a"}]]
)  # fmt: skip
FIELDS = st.sampled_from(
    ["id", "title", "description", "currency", "amountAwarded", "awardDate", "recipientOrganization", "url",
     "dateModified", "fundingOrganization", "plannedDates", "beneficiaryLocation", "dataSource", "fromOpenCall",
     "grantProgramme",
     "recipientIndividual", "amountDisbursed", "classifications", "relatedDocument", "regrantType"]
)  # fmt: skip


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(FIELDS, VALUES, max_size=3), without=st.sets(FIELDS, max_size=1))
def test_any_changed_grant_gets_the_same_verdict_from_the_official_schema(
    real_data: Path, changes: dict[str, Any], without: set[str]
) -> None:
    """Our statement of the rules and the official one agree on what breaks, and where."""
    changed = {name: value for name, value in (grant() | changes).items() if name not in without}
    theirs = [(error.validator, tuple(error.absolute_path)) for error in official(real_data).iter_errors(changed)]
    # The independent library knows addresses only with a further package; ours checks them, as the standard asks.
    ours = [(r.keyword, r.path) for r in broken_rules(changed)]
    lenient = [item for item in ours if not (item[0] == "format" and item[1][-1] in ("url", "dataSource"))]
    assert kinds(lenient) == kinds([(str(keyword), path) for keyword, path in theirs])


@settings(max_examples=300)
@given(changes=st.dictionaries(FIELDS, VALUES, max_size=2), without=st.sets(FIELDS, max_size=1))
def test_the_quick_look_never_passes_what_breaks_a_rule(changes: dict[str, Any], without: set[str]) -> None:
    """A grant that is not doubted holds to the standard; one that is doubted is looked at one by one."""
    changed = {name: value for name, value in (grant() | changes).items() if name not in without}
    content = json.dumps(changed).encode()
    import numpy as np

    batch, odd = batch_of(Piece(0, content, (np.array([0]), np.array([len(content)]))))
    passed = not odd and not doubtful(batch)[0]
    assert not (passed and broken_rules(changed))


# ---------------------------------------------------------------------------------------------------------------------
# Real files
# ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "rows", "pounds"),
    [
        ("360giving-json/a002400000nO46WAAS.json", 870, "51625696.54"),
        ("360giving-json/a001p00000zgyHZAAY.json", 783, "12785625"),
        ("360giving-xlsx/a001p00000zgyHZAAY.xlsx", 783, "12785625"),
        ("360giving-json/a002400000KeYdsAAF.json", 379, "31178456"),
        ("360giving-json/awefw001p00000zgyHZAAY.json", 154, "16589361.49"),
        ("360giving-json/grantnav-20180903134856.json", 5, "1946486"),
        ("360giving-csv/Sport-England_lottery-awards.csv", 11140, "1180852146"),
        ("360giving-csv/Arts-Council-England.csv", 2162, "43057543"),
        ("360giving-csv/Arts-Council-England.xlsx", 2162, "43057543"),
        ("360giving-csv/oxford-city-council-grants-awarded-214-15-to-2017-18.csv", 105, "1255243"),
    ],
)
def test_totals_equal_the_files_to_the_penny(real_data: Path, name: str, rows: int, pounds: str) -> None:
    """Published totals, of all rows whose amount can be read, whether they hold to the standard or not."""
    found = read(real_data / "grants" / name)
    assert (found.rows, found.totals) == (rows, {"GBP": Decimal(pounds)})


def test_a_workbook_and_the_json_made_of_it_give_the_same_grants(real_data: Path) -> None:
    """The publisher's XLSX and the JSON that was converted from it."""
    shown = [
        "grant_id",
        "amount_pence",
        "award_date",
        "funder_id",
        "recipient_id",
        "recipient_name",
        "recipient_postcode",
    ]
    one = read(real_data / "grants/360giving-xlsx/a001p00000zgyHZAAY.xlsx").awards.select(shown).sort("grant_id")
    other = read(real_data / "grants/360giving-json/a001p00000zgyHZAAY.json").awards.select(shown).sort("grant_id")
    assert one.equals(other)


def test_dates_that_can_only_be_day_first_are_mended_when_asked(real_data: Path) -> None:
    """Wolfson writes dd/mm/yyyy throughout: refused as it stands, mended without guessing, to the penny."""
    path = real_data / "grants/360giving-json/a002400000KeYdsAAF.json"
    refused, mended = read(path), read(path, on_problems="mend")
    assert (refused.awards.height, mended.awards.height) == (0, 379)
    assert refused.errors == mended.errors == 758
    assert mended.awards["amount_pence"].sum() == 3_117_845_600
    assert mended.awards.filter(pl.col("row") == 1)["award_date"][0] == dt.date(2014, 6, 5)
    assert (mended.problems["rule"] == "amount-none").sum() == 114


EDGES = {
    "ExampleTrust-grants-broken.csv": (2, 0, "24/07/2014"),
    "ExampleTrust-grants-broken.xlsx": (2, 0, "24/07/2014"),
    "ExampleTrust-grants-fixed.csv": (10, 10, "CTRY"),
    "ExampleTrust-grants-fixed.json": (10, 10, "CTRY"),
    "ExampleTrust-grants-fixed.xlsx": (10, 10, "CTRY"),
    "ExampleTrust-grants-metadata.xlsx": (10, 10, "CTRY"),
    "GeoCodePostcode.xlsx": (3, 0, "is a postcode"),
    "RecipientIndDEI.json": (1, 0, "Funding Org are missing"),
    "RecipientIndWithoutToIndividualsDetails.xlsx": (3, 3, "went to a person"),
    "SOURCES": (0, 0, "cells where the headings have"),
    "additional_fields.json": (1, 1, ""),
    "bad.xlsx": (0, 0, "empty (0 bytes)"),
    "badfile_all_validation_errors.json": (1, 0, "bad currency"),
    "badfile_all_validation_errors.xlsx": (1, 0, "'This should be a number'"),
    "badfile_too_many_rows.xlsx": (50_000, 0, "are missing"),
    "bom.csv": (1, 0, "'Award Date' is missing"),
    "codelist.csv": (2, 0, "'Identifier' is missing"),
    "decimal_amounts.json": (7, 0, "are missing"),
    "dei_extension.xlsx": (9, 9, ""),
    "duration_usefulness.json": (1, 1, ""),
    "fundingproviders-grants-email.json": (3, 0, "e-mail"),
    "fundingproviders-grants_2_grants.xlsx": (2, 0, "'Description' is missing"),
    "fundingproviders-grants_2_grants_cp1252.csv": (2, 0, "'Description' is missing"),
    "fundingproviders-grants_broken_grants.json": (4, 0, "Recipient Org:Identifier is missing"),
    "fundingproviders-grants_fixed_2_grants.json": (4, 0, "Description is missing"),
    "fundingproviders-grants_malformed.json": (4, 0, "line 10 column 15"),
    "fundingproviders_grants_2_grants.csv": (2, 0, "13-03-2015"),
    "fundingtrust-grants_dc.txt": (9, 0, "www.co.org"),
    "oneof.csv": (1, 0, "both an organisation and a person"),
    "publishers.json": (0, 0, "no list called 'grants'"),
    "tenders_releases_2_releases.xlsx": (0, 0, "no sheet has the headings of grants"),
}


@pytest.mark.parametrize("name", EDGES)
def test_every_bad_or_odd_file_gets_its_own_answer(real_data: Path, name: str) -> None:
    """Rows that were read, grants that can be used, and words that name what is wrong; every error has its remedy."""
    rows, good, words = EDGES[name]
    found = read(real_data / "grants/bad-and-edge" / name)
    assert (found.rows, found.awards.height) == (rows, good)
    assert any(words in text for text in found.problems["problem"].to_list()) if words else found.errors == 0
    assert found.problems.filter((pl.col("remedy") == "") | pl.col("row").is_null()).height == 0


def test_every_file_of_the_folder_is_in_the_list_above(real_data: Path) -> None:
    """A new odd file must get its line."""
    assert {path.name for path in (real_data / "grants/bad-and-edge").iterdir()} == set(EDGES)


# ---------------------------------------------------------------------------------------------------------------------
# Made files
# ---------------------------------------------------------------------------------------------------------------------


def test_a_grant_comes_out_as_it_was_written(tmp_path: Path) -> None:
    """Worked by hand."""
    place = {"name": "Sandhaven", "geoCode": "E01000001", "geoCodeType": "LSOA"}
    dates = [{"startDate": "2020-06", "endDate": "2021-05-31", "duration": 12}]
    path = package(
        tmp_path, grant(beneficiaryLocation=[place, place], plannedDates=dates), license="CC", publisher={"name": "P"}
    )
    found = read(path)
    row = found.awards.row(0, named=True)
    assert (row["amount_pence"], row["award_date"], row["award_year"]) == (123456, dt.date(2020, 5, 1), 2020)
    assert (row["recipient_kind"], row["recipient_postcode"], row["row"]) == ("organisation", "XQ1 1AA", 1)
    assert (row["start_date"], row["end_date"], row["duration_months"]) == (
        dt.date(2020, 6, 1),
        dt.date(2021, 5, 31),
        12,
    )
    assert found.locations["geo_code"].to_list() == ["E01000001"] * 2
    assert found.files.row(0, named=True)["publisher"] == "P"
    assert found.sources[0].licence == "CC"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"amountAwarded": 0}, "amount-none"),
        ({"amountAwarded": -5}, "amount-below-none"),
        ({"amountAwarded": 1.005}, "amount-fraction"),
        ({"awardDate": "2031-01-01"}, "award-in-future"),
        ({"awardDate": "1820-01-01"}, "award-long-ago"),
        ({"awardDate": "2021-02-30"}, "award-no-day"),
        ({"id": "1"}, "id-form"),
        ({"fundingOrganization": [{"id": "fund", "name": "A Fund"}]}, "funder-form"),
        ({"description": "Write to jo@example.org"}, "email"),
        ({"description": "Ring 01632 960 001 for more"}, "phone"),
        ({"title": "Â£5 for a hall"}, "mojibake"),
        ({"regrantType": "FRG999"}, "regrant-unknown"),
        ({"beneficiaryLocation": [{"geoCode": "XQ1 1AA", "geoCodeType": "LSOA"}]}, "postcode-as-code"),
        ({"beneficiaryLocation": [{"geoCode": "E01000001", "geoCodeType": "QQ"}]}, "place-type-unknown"),
        ({"plannedDates": [{"startDate": "2021-05-01", "endDate": "2020-05-01"}]}, "ends-before-start"),
        ({"recipientOrganization": None, "recipientIndividual": {"id": "p", "name": "P"}}, "person-without-details"),
    ],
)
def test_what_is_valid_but_to_be_known_is_told_and_kept(tmp_path: Path, changes: dict[str, Any], rule: str) -> None:
    """It stops nobody: the grant is kept."""
    found = read(package(tmp_path, grant(**changes)))
    assert (found.awards.height, found.errors) == (1, 0)
    assert found.problems["rule"].to_list() == [rule]


def test_the_same_identifier_again_is_told(tmp_path: Path) -> None:
    """Over all files."""
    found = read(package(tmp_path, grant()), package(tmp_path, grant(), name="again.json"))
    assert found.awards["award"].to_list() == [0, 1]
    assert found.problems.select("file", "rule").rows() == [("again.json", "id-again")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("{", "not JSON"),
        ('{"grants": [{"id": 1}, {"id"', "ends in the middle"),
        ('{"grants": [' + '{"a":' * 100 + "1" + "}" * 100 + "]}", "nested"),
        ('{"grants": [{"amountAwarded": NaN}]}', "not JSON"),
        ('{"grants": []}', "empty"),
        ('{"grants": [{}], "publisher": }', "not JSON"),
        ('{"releases": []}', "no list called 'grants'"),
        ("\x00\x01\x02\x03", "not text"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_keeps_nothing(tmp_path: Path, text: str, words: str) -> None:
    """One problem row, with its remedy; other files are still read."""
    bad = tmp_path / "bad.json"
    bad.write_text(text, encoding="utf-8")
    found = read(bad, package(tmp_path, grant()))
    told = found.problems.filter(pl.col("file") == "bad.json")
    assert told.height == 1
    assert words in told["problem"][0]
    assert found.awards["file"].to_list() == ["grants.json"]


@pytest.mark.parametrize(
    ("between", "words"),
    [
        ("{0} {1}", "a comma is missing between two grants: line 2 column"),
        ("{0},,{1}", "a comma too many"),
        ("{0},{1},", "a comma too many"),
        (",{0}", "a comma too many"),
        ("7, {0}", "'7,' stands in the list of grants"),
        ("{0}, null, {1}", "', null,' stands in the list of grants"),
        ("{0}, [1]", "', [1]' stands in the list of grants"),
        ("{0} oops {1}", "'oops' stands in the list of grants"),
        ("7", "'7' stands in the list of grants"),
    ],
)
@pytest.mark.parametrize("size", [50, 1 << 20])
def test_what_stands_between_grants_is_looked_at_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, between: str, words: str, size: int
) -> None:
    """One comma and nothing else, wherever a portion of the file ends: else nothing of the file is kept."""
    monkeypatch.setattr(json_file, "pieces", lambda path, shell: pieces(path, shell, size=size))
    path = tmp_path / "grants.json"
    items = between.replace("{0}", json.dumps(grant())).replace("{1}", json.dumps(grant(id="360G-xx-2")))
    path.write_text('{"grants":\n [' + items + "]}", encoding="utf-8")
    found = read(path)
    assert found.awards.height == 0
    assert found.problems.height == 1
    assert words in found.problems["problem"][0]


def test_json_in_another_dress_says_so(tmp_path: Path) -> None:
    """UTF-16 and gzip are named, with what to do."""
    text = json.dumps({"grants": [grant()]})
    (tmp_path / "wide.json").write_bytes(text.encode("utf-16"))
    (tmp_path / "packed.json.gz").write_bytes(gzip.compress(text.encode()))
    assert "UTF-16" in read(tmp_path / "wide.json").problems["problem"][0]
    assert "gzip" in read(tmp_path / "packed.json.gz").problems["problem"][0]


def test_braces_and_quotes_in_text_do_not_end_a_grant(tmp_path: Path) -> None:
    """Whatever stands in a text, and wherever a portion of the file ends."""
    odd = ['a } ] "b" {', "back\\slash\\\\", '\\" ends with a backslash \\', "Trefŵr é 🏠", "\n\t"]
    path = package(tmp_path, *[grant(id=f"360G-{n}", description=text) for n, text in enumerate(odd * 5)])
    for size in (7, 64, 1000, 1 << 20):
        shell = Shell({})
        found = [
            json.loads(piece.grant(place))["description"]
            for piece in pieces(path, shell, size=size)
            for place in range(piece.many)
        ]
        assert found == odd * 5


def test_two_processes_give_what_one_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large file is read side by side; the result is the same to the last cell."""
    path = package(
        tmp_path, *[grant(id=f"360G-{n}", amountAwarded=n, title=None if n % 7 == 3 else "t") for n in range(300)]
    )
    one = read(path)
    monkeypatch.setattr(json_file, "_LARGE", 0)
    two = read(path)
    assert one.awards.equals(two.awards)
    assert one.problems.equals(two.problems)
    assert one.totals == two.totals == {"GBP": Decimal(sum(range(300)))}


CSV = (
    "Identifier,Title,Description,Currency,Amount Awarded,Award Date,Recipient Org:Identifier,Recipient Org:Name,"
    "Funding Org:Identifier,Funding Org:Name,Beneficiary Location:0:Geographic Code,"
    "Beneficiary Location:1:Geographic Code\n"
)
ROW = "360G-xx-{0},Roof,A roof,GBP,{1},2020-05-01,GB-CHC-1,Hall,GB-CHC-1000001,Fund,E01000001,E01000002\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_sheet_is_read_in_any_encoding_and_with_any_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    """The same grants come out."""
    path = tmp_path / "grants.csv"
    text = (CSV + ROW.format(1, "1234.5").replace("Hall", "Café") + ROW.format(2, "10")).replace(",", separator)
    path.write_bytes(text.encode(encoding))
    found = read(path)
    assert (found.errors, found.awards["amount_pence"].to_list()) == (0, [123450, 1000])
    assert found.awards["recipient_name"][0] == "Café"
    assert found.locations["geo_code"].to_list() == ["E01000001", "E01000002"] * 2


def test_a_number_with_a_pound_sign_is_refused_with_its_row_and_mended_when_asked(tmp_path: Path) -> None:
    """The problem names the row of the sheet and what to write."""
    path = tmp_path / "grants.csv"
    path.write_text(CSV + ROW.format(1, "10") + ROW.format(2, '"£1,234.50"'), encoding="utf-8")
    problem = read(path).problems.row(0, named=True)
    assert (problem["row"], problem["field"]) == (3, "amountAwarded")
    assert "£1,234.50" in problem["problem"]
    assert "1234.50" in problem["remedy"]
    assert read(path, on_problems="mend").awards["amount_pence"].to_list() == [1000, 123450]


def test_a_column_that_says_a_grant_was_withdrawn_is_read(tmp_path: Path) -> None:
    """It is beyond the standard, and the ledger needs it."""
    path = tmp_path / "grants.csv"
    path.write_text(CSV.strip() + ",Status\n" + ROW.format(1, "10").strip() + ",withdrawn\n", encoding="utf-8")
    found = read(path)
    assert (found.errors, found.awards["status"].to_list(), found.notes) == (0, ["withdrawn"], ())


def test_headings_are_understood_as_paths_and_as_titles() -> None:
    """And with other capitals and blanks; what is unknown is given back."""
    known, others = headings_of(["recipientOrganization/0/name", "AWARD date", "Planned Dates:Start Date", "Colour"])
    assert [heading.path for heading in known] == [
        ("recipientOrganization", 0, "name"), ("awardDate",), ("plannedDates", 0, "startDate")
    ]  # fmt: skip
    assert others == ["Colour"]


@pytest.mark.parametrize("ending", [".json", ".csv"])
def test_what_is_written_is_valid_and_reads_back_the_same(real_data: Path, tmp_path: Path, ending: str) -> None:
    """Out and in again: no error, equal totals, equal places."""
    found = read(real_data / "grants/360giving-json/a002400000nO46WAAS.json")
    out = tmp_path / f"out{ending}"
    write_grants(found.awards, found.locations, out, sources=found.sources)
    again = read(out)
    assert again.errors == 0
    assert again.totals == found.totals
    shown = ["grant_id", "amount_pence", "award_date", "recipient_id", "recipient_postcode", "programme"]
    assert again.awards.select(shown).equals(found.awards.select(shown))
    assert again.locations["geo_code"].drop_nulls().equals(found.locations["geo_code"].drop_nulls())


def test_a_grant_that_cannot_be_published_stops_the_writing(tmp_path: Path) -> None:
    """Nothing is half-written."""
    found = read(package(tmp_path, grant()))
    lacking = found.awards.with_columns(recipient_id=pl.lit(None, dtype=pl.String))
    with pytest.raises(BadTable, match="360G-xx-1"):
        write_grants(lacking, found.locations, tmp_path / "out.json")
    assert not (tmp_path / "out.json").exists()
    with pytest.raises(BadSpecification):
        write_grants(found.awards, found.locations, tmp_path / "out.docx")


def test_a_file_that_is_not_there_is_an_error_at_once(tmp_path: Path) -> None:
    """Before anything is read."""
    with pytest.raises(MissingDataset, match="no such file"):
        read(tmp_path / "none.json")


@pytest.mark.parametrize(
    "spare", ['"id": "360G-xx-1", ', '"note": {"a": 1, "b": 2, "a": 3}, ', '"url": null, "url": null, ']
)
def test_a_field_that_stands_twice_in_one_object_is_told(tmp_path: Path, spare: str) -> None:
    """JSON readers keep the last of two: which was meant, only the publisher knows."""
    text = json.dumps({"grants": [grant(id=f"360G-xx-{n}", description='say "id": twice') for n in range(3)]})
    (tmp_path / "once.json").write_text(text, encoding="utf-8")
    first, second = text.rsplit('{"id"', 1)
    (tmp_path / "twice.json").write_text(f'{first}{{{spare}"id"{second}', encoding="utf-8")
    assert "name-twice" not in read(tmp_path / "once.json").problems["rule"]
    told = read(tmp_path / "twice.json").problems.filter(pl.col("rule") == "name-twice")
    assert told["row"].to_list() == [3]
    assert f"'{told['field'][0]}' stands twice" in told["problem"][0]


def test_the_portions_of_a_file_are_the_same_wherever_the_guesses_of_their_ends_fall(tmp_path: Path) -> None:
    """Ends are guessed by what stood between grants before; only a guess that decodes counts."""
    odd = [
        {},
        {"beneficiaryLocation": [{"id": "a"}, {"id": "b"}]},
        {"description": '}, {"id": "no"}, {"id": '},
        {"x": 1},
    ]
    for indent, separators in ((None, (",", ":")), (None, (", ", ": ")), (2, None)):
        given = [grant(id=f"360G-{n}") | odd[n % len(odd)] for n in range(200)]
        path = tmp_path / "grants.json"
        path.write_text(json.dumps({"grants": given}, indent=indent, separators=separators), encoding="utf-8")
        for size in (900, 3_000, 20_000, 1 << 20):
            found = list(pieces(path, Shell({}), size=size))
            assert [json.loads(piece.grant(n)) for piece in found for n in range(piece.many)] == given
            assert [piece.first for piece in found] == [sum(one.many for one in found[:n]) for n in range(len(found))]
            assert any(piece.at >= 0 for piece in found) == (size < 1 << 20)


def test_nesting_too_deep_is_refused_behind_thousands_of_plain_grants_too(tmp_path: Path) -> None:
    """The limit holds where portions are guessed, not only in the first."""
    text = json.dumps({"grants": [grant(id=f"360G-{n}") for n in range(400)]})
    deep = json.dumps(grant(id="deep"))[:-1] + ', "x": ' + "[" * 70 + "]" * 70 + "}"
    path = tmp_path / "grants.json"
    path.write_text(text.replace("}]}", "}, " + deep + ", " + text[len('{"grants": [') :]), encoding="utf-8")
    with pytest.raises(BadTable, match="nested more than 64 deep"):
        list(pieces(path, Shell({}), size=20_000))


def test_amounts_are_counted_for_each_currency_of_a_file(tmp_path: Path) -> None:
    """Euros are never added to pounds: not those of good grants, nor of others."""
    broken = grant(id="360G-5", currency="EUR", amountAwarded=7.5, awardDate="soon")
    given = [grant(id=f"360G-{n}", currency=("GBP", "EUR")[n % 2], amountAwarded=10 + n) for n in range(4)]
    found = read(package(tmp_path, *given, broken))
    assert found.totals == {"EUR": Decimal("31.5"), "GBP": Decimal(22)}
    rows = found.files.select("currency", "good_rows", "amount_pence", "good_amount_pence").rows()
    assert rows == [("EUR", 2, 3150, 2400), ("GBP", 2, 2200, 2200)]


@pytest.mark.parametrize("heading", ["Recipient Org:Name", "Notes", "Grant Programme:Title"])
@pytest.mark.parametrize(("cell", "rule"), [("ask jo.doe@example.org", "email"), ("ring 01632 960123", "phone")])
def test_an_address_or_number_in_any_column_of_a_sheet_is_told(
    tmp_path: Path, heading: str, cell: str, rule: str
) -> None:
    """Whether the standard knows the column or not."""
    path = tmp_path / "grants.csv"
    head, row = CSV.strip(), ROW.strip()
    if heading not in head:
        head, row = f"{head},{heading}", row.replace("Hall", "Shed") + ",Hall"
    path.write_text("\n".join([head, row.format(1, 5), row.format(2, 6).replace("Hall", cell)]), encoding="utf-8")
    told = read(path).problems.filter(pl.col("rule").is_in(["email", "phone"]))
    assert told.select("row", "rule").rows() == [(3, rule)]
    assert f"'{heading}'" in told["problem"][0]


@pytest.mark.parametrize(("heading", "cell"), [("Weight", "0.01632960123"), ("Ref Number", "01632960123")])
def test_a_long_number_is_not_taken_for_a_phone_number(tmp_path: Path, heading: str, cell: str) -> None:
    """Fractions and reference numbers are as long as a phone number, and are none."""
    path = tmp_path / "grants.csv"
    path.write_text(f"{CSV.strip()},{heading}\n{ROW.strip().format(1, 5)},{cell}\n", encoding="utf-8")
    assert "phone" not in read(path).problems["rule"]


def test_a_workbook_that_unpacks_beyond_memory_is_refused_with_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where its first sheet is no table, and where the blanks are among its styles."""
    book = openpyxl.Workbook()
    book.active.append(["Identifier,Title,Amount Awarded"])
    book.save(tmp_path / "small.xlsx")
    monkeypatch.setattr(workbooks, "_MOST_UNPACKED", 1 << 20)
    for part, end in (("xl/worksheets/sheet1.xml", b"</sheetData>"), ("xl/styles.xml", b"</styleSheet>")):
        with zipfile.ZipFile(tmp_path / "small.xlsx") as small, zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", 8) as bomb:
            for name in small.namelist():
                content = small.read(name)
                bomb.writestr(name, content.replace(end, b" " * 3_000_000 + end) if name == part else content)
        assert (tmp_path / "bomb.xlsx").stat().st_size < 100_000
        found = read(tmp_path / "bomb.xlsx")
        assert "unpacks to more than 1 MB" in found.problems["problem"][0]
