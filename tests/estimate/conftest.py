"""Published tables, typed in, with where they come from."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from uncounted.captures import CaptureTable

TABLES = {
    # Killings in Kosovo, 20 March to 22 June 1999. Ball, Betts, Scheuren, Dudukovich and
    # Asher (2002), report to the ICTY; counts as in R LCMCR 0.4.14, data(kosovo_aggregate).
    "kosovo": CaptureTable.of(
        ["EXH", "ABA", "OSCE", "HRW"],
        {
            "1000": 1131, "0100": 845, "0010": 936, "0001": 306, "1100": 177, "1010": 228,
            "1001": 106, "0110": 217, "0101": 31, "0011": 123, "1110": 181, "1101": 18,
            "1011": 42, "0111": 32, "1111": 27,
        },
    ),
    # Spina bifida, upstate New York. Hook, Albright and Cross (1980); Madigan and York
    # (1997) Biometrika 84:19; counts as in R dga 2.0.2.
    "spina-bifida": CaptureTable.of(
        ["L1", "L2", "L3"],
        {"100": 60, "010": 49, "110": 4, "001": 247, "101": 112, "011": 142, "111": 12},
    ),
    # Congenital anomaly, Massachusetts. Wittes, Colton and Sidel (1974); Madigan and York
    # (1997); counts as in R dga 2.0.2.
    "congenital": CaptureTable.of(
        ["L1", "L2", "L3", "L4", "L5"],
        {
            "10000": 27, "01000": 37, "11000": 19, "00100": 4, "10100": 4, "01100": 1,
            "11100": 1, "00010": 97, "10010": 22, "01010": 37, "11010": 25, "00110": 2,
            "10110": 1, "01110": 3, "11110": 5, "00001": 83, "10001": 36, "01001": 34,
            "11001": 18, "00101": 3, "10101": 5, "11101": 2, "00011": 30, "10011": 5,
            "01011": 23, "11011": 8, "10111": 3, "11111": 2,
        },
    ),
    # Hepatitis A among students, Taiwan 1995 (545 in truth). Chao, Tsay, Lin, Shau and Chao
    # (2001) Statistics in Medicine 20:3123.
    "hepatitis": CaptureTable.of(
        "PQE",
        {"001": 63, "010": 55, "011": 18, "100": 69, "101": 17, "110": 21, "111": 28},
    ),
    # Women held in sexual slavery, Palembang. Ball, Shin and Yang (2018); counts as in R
    # MultipleSystemsEstimation, data(Korea).
    "korea": CaptureTable.of(
        "bcd", {"001": 41, "010": 5, "100": 5, "110": 54, "101": 6, "111": 12}
    ),
    # Potential victims of trafficking, United Kingdom 2013, police and National Crime Agency
    # joined. Silverman (2014); counts as in R SparseMSE, data(UKdat_5).
    "uk": CaptureTable.of(
        ["LA", "NG", "PFNCA", "GO", "GP"],
        {
            "10000": 54, "01000": 463, "00100": 995, "00010": 695, "00001": 316, "11000": 15,
            "10100": 19, "10010": 3, "01100": 62, "01010": 19, "01001": 1, "00110": 76,
            "00101": 11, "00011": 8, "11100": 1, "11010": 1, "01110": 4, "11110": 1,
        },
    ),
}  # fmt: skip


@pytest.fixture(scope="session")
def tables() -> Mapping[str, CaptureTable]:
    return TABLES


@pytest.fixture(scope="session")
def kosovo() -> CaptureTable:
    return TABLES["kosovo"]
