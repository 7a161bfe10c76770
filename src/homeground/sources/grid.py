"""Longitude and latitude to British National Grid metres, and back.

The transformation is the seven-parameter one that Ordnance Survey publishes for use without its correction grid
(OSTN15): it is within about 5 metres of the true grid everywhere in Great Britain. Enough for how far it is to a
library; not for a boundary dispute.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["from_grid", "from_web_mercator", "in_degrees", "inside_grid", "to_grid"]

FloatArray = NDArray[np.float64]

# Ordnance Survey, A guide to coordinate systems in Great Britain (version 3.6), annexes B and C.
_WGS84 = (6378137.0, 6356752.314245)
_AIRY = (6377563.396, 6356256.909)
_SHIFT = np.array([-446.448, 125.157, -542.060])
_TURN = np.deg2rad(np.array([-0.1502, -0.2470, -0.8421]) / 3600)
_SCALE = 20.4894e-6
_F0, _E0, _N0 = 0.9996012717, 400_000.0, -100_000.0
_LAT0, _LON0 = np.deg2rad(49.0), np.deg2rad(-2.0)
_BOX_DEGREES = (-8.8, 1.9, 49.8, 60.95)
_BOX_METRES = (0.0, 700_000.0, 0.0, 1_300_000.0)
_EARTH = 6378137.0


def to_grid(longitude: FloatArray, latitude: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return eastings and northings (metres, EPSG:27700) of points in degrees (WGS84).

    Source
    ------
    Ordnance Survey, A guide to coordinate systems in Great Britain: Helmert transformation (section 6.2) and the
    transverse Mercator projection (annexe C). Height above the ellipsoid is taken as nought.

    Examples
    --------
    >>> east, north = to_grid(np.array([-2.244644]), np.array([53.478061]))
    >>> east.round(-1), north.round(-1)
    (array([383860.]), array([397950.]))
    """
    lon, lat = np.deg2rad(np.asarray(longitude, dtype=np.float64)), np.deg2rad(np.asarray(latitude, dtype=np.float64))
    lon, lat = _geographic(_helmert(_cartesian(lon, lat, _WGS84), forward=True), _AIRY)
    return _project(lon, lat)


def from_grid(easting: FloatArray, northing: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return longitude and latitude (degrees, WGS84) of points on the British National Grid.

    Examples
    --------
    >>> east, north = to_grid(np.array([-2.0]), np.array([53.0]))
    >>> lon, lat = from_grid(east, north)
    >>> bool(abs(lon[0] + 2) < 1e-7 and abs(lat[0] - 53) < 1e-7)
    True
    """
    lon, lat = _unproject(np.asarray(easting, dtype=np.float64), np.asarray(northing, dtype=np.float64))
    lon, lat = _geographic(_helmert(_cartesian(lon, lat, _AIRY), forward=False), _WGS84)
    return np.rad2deg(lon), np.rad2deg(lat)


def from_web_mercator(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return longitude and latitude (degrees) of points in the metres of web maps (EPSG:3857).

    Examples
    --------
    >>> lon, lat = from_web_mercator(np.array([-222638.98]), np.array([6982997.92]))
    >>> lon.round(4), lat.round(4)
    (array([-2.]), array([53.]))
    """
    return np.rad2deg(np.asarray(x) / _EARTH), np.rad2deg(2 * np.arctan(np.exp(np.asarray(y) / _EARTH)) - np.pi / 2)


def in_degrees(longitude: FloatArray, latitude: FloatArray) -> NDArray[np.bool_]:
    """Return which points in degrees lie in the box around Great Britain (Northern Ireland lies in it too).

    Examples
    --------
    >>> in_degrees(np.array([-2.0, 53.7, 24.9]), np.array([53.7, -2.0, 60.2]))
    array([ True, False, False])
    """
    west, east, south, north = _BOX_DEGREES
    return np.asarray((longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north))


def inside_grid(easting: FloatArray, northing: FloatArray) -> NDArray[np.bool_]:
    """Return which points in metres lie on the British National Grid; (0, 0), which means 'not known', does not.

    Examples
    --------
    >>> inside_grid(np.array([383860.0, 0.0]), np.array([398000.0, 0.0]))
    array([ True, False])
    """
    west, east, south, north = _BOX_METRES
    inside = (easting >= west) & (easting <= east) & (northing >= south) & (northing <= north)
    return np.asarray(inside & ~((easting == 0) & (northing == 0)))


def _cartesian(lon: FloatArray, lat: FloatArray, ellipsoid: tuple[float, float]) -> FloatArray:
    a, b = ellipsoid
    e2 = 1 - (b / a) ** 2
    nu = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    return np.stack(
        [nu * np.cos(lat) * np.cos(lon), nu * np.cos(lat) * np.sin(lon), nu * (1 - e2) * np.sin(lat)], axis=-1
    )


def _helmert(xyz: FloatArray, *, forward: bool) -> FloatArray:
    rx, ry, rz = _TURN
    turn = (1 + _SCALE) * np.eye(3) + np.array([[0, -rz, ry], [rz, 0, -rx], [-ry, rx, 0]])
    if forward:
        return np.asarray(_SHIFT + xyz @ turn.T)
    return np.asarray((xyz - _SHIFT) @ np.linalg.inv(turn).T)


def _geographic(xyz: FloatArray, ellipsoid: tuple[float, float]) -> tuple[FloatArray, FloatArray]:
    a, b = ellipsoid
    e2 = 1 - (b / a) ** 2
    x, y, z = xyz[..., 0], xyz[..., 1], xyz[..., 2]
    p = np.hypot(x, y)
    lat = np.arctan2(z, p * (1 - e2))
    for _ in range(6):  # each round gains some five digits: far below a millimetre
        nu = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
        lat = np.arctan2(z + e2 * nu * np.sin(lat), p)
    return np.arctan2(y, x), lat


def _arc(lat: FloatArray) -> FloatArray:
    """Return the length of the meridian from the true origin."""
    a, b = _AIRY
    n = (a - b) / (a + b)
    minus, plus = lat - _LAT0, lat + _LAT0
    return np.asarray(
        b
        * _F0
        * (
            (1 + n + 1.25 * n**2 + 1.25 * n**3) * minus
            - (3 * n + 3 * n**2 + 2.625 * n**3) * np.sin(minus) * np.cos(plus)
            + (1.875 * n**2 + 1.875 * n**3) * np.sin(2 * minus) * np.cos(2 * plus)
            - 35 / 24 * n**3 * np.sin(3 * minus) * np.cos(3 * plus)
        )
    )


def _radii(lat: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    a, b = _AIRY
    e2 = 1 - (b / a) ** 2
    inner = 1 - e2 * np.sin(lat) ** 2
    nu = a * _F0 / np.sqrt(inner)
    rho = a * _F0 * (1 - e2) * inner**-1.5
    return nu, rho, nu / rho - 1


def _project(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    nu, rho, eta2 = _radii(lat)
    s, c, t2 = np.sin(lat), np.cos(lat), np.tan(lat) ** 2
    d = lon - _LON0
    north = (
        _arc(lat)
        + _N0
        + nu / 2 * s * c * d**2
        + nu / 24 * s * c**3 * (5 - t2 + 9 * eta2) * d**4
        + nu / 720 * s * c**5 * (61 - 58 * t2 + t2**2) * d**6
    )
    east = (
        _E0
        + nu * c * d
        + nu / 6 * c**3 * (nu / rho - t2) * d**3
        + nu / 120 * c**5 * (5 - 18 * t2 + t2**2 + 14 * eta2 - 58 * t2 * eta2) * d**5
    )
    return east, north


def _unproject(east: FloatArray, north: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return longitude and latitude on the Airy ellipsoid: the projection turned round by Newton's steps."""
    lat = _LAT0 + (north - _N0) / (_AIRY[0] * _F0)
    lon = _LON0 + (east - _E0) / (_AIRY[0] * _F0 * np.cos(lat))
    for _ in range(8):
        e, n = _project(lon, lat)
        nu, rho, _ = _radii(lat)
        # The grid's own turn towards true north makes the two steps lean on each other.
        lean = (lon - _LON0) * np.sin(lat)
        de, dn = east - e, north - n
        lon = lon + (de * np.cos(lean) - dn * np.sin(lean)) / (nu * np.cos(lat))
        lat = lat + (de * np.sin(lean) + dn * np.cos(lean)) / rho
    return lon, lat
