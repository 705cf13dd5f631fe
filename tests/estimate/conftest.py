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
    # The same with the National Crime Agency on its own. R SparseMSE, data(UKdat).
    "uk6": CaptureTable.of(
        ["LA", "NG", "PF", "GO", "GP", "NCA"],
        {
            "100000": 54, "010000": 463, "001000": 907, "000100": 695, "000010": 316,
            "000001": 57, "110000": 15, "101000": 19, "100100": 3, "011000": 56, "010100": 19,
            "010010": 1, "010001": 3, "001100": 69, "001010": 10, "001001": 31, "000110": 8,
            "000101": 6, "000011": 1, "111000": 1, "110100": 1, "011100": 4, "011001": 3,
            "001101": 1, "111100": 1,
        },
    ),
    # People with HIV, Lazio. Abeni, Brancato and Perucci (1994); counts as in R Rcapture,
    # data(HIV).
    "hiv": CaptureTable.of(
        ["c1", "c2", "c3", "c4"],
        {
            "1110": 3, "1101": 1, "1100": 33, "1010": 20, "1001": 6, "1000": 403, "0111": 3,
            "0110": 35, "0101": 10, "0100": 545, "0011": 11, "0010": 621, "0001": 205,
        },
    ),
    # Diabetes, Casale Monferrato. Bruno, LaPorte, Merletti, Biggeri, McCarty and Pagano
    # (1994) Diabetes Care 17:548: clinic or physician, hospital, prescriptions, strips.
    "diabetes": CaptureTable.of(
        ["clinic", "hospital", "prescriptions", "strips"],
        {
            "1111": 58, "1110": 157, "1101": 18, "1100": 104, "1011": 46, "1010": 650,
            "1001": 12, "1000": 709, "0111": 14, "0110": 20, "0101": 7, "0100": 74, "0011": 8,
            "0010": 182, "0001": 10,
        },
    ),
    # Made up so that many models have no estimate. Chan, Silverman and Vincent (2021), Tables
    # 2 and 3; R SparseMSE, data(Artificial_3).
    "artificial": CaptureTable.of("ABC", {"100": 40, "010": 30, "001": 20, "110": 6}),
}  # fmt: skip


@pytest.fixture(scope="session")
def tables() -> Mapping[str, CaptureTable]:
    return TABLES


@pytest.fixture(scope="session")
def kosovo() -> CaptureTable:
    return TABLES["kosovo"]
