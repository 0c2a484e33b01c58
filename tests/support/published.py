"""Key-question scores as the two inspection reports print them, typed from the documents."""

INSPECTION_2018 = "northumbria-crc-2018"
INSPECTION_2019 = "northumbria-crc-2019"

# Share of cases done well, in percent.

# 2018 report, Annex 2, table "2. Case supervision" (where 2.1.1 is misprinted 1.1.1, and so on) and
# table "4. CRC-specific work" (where the figures of 4.1.1 and 4.2.2 stand before their questions).
KEY_QUESTIONS_2018 = {
    "2.1.1": 81,
    "2.1.2": 70,
    "2.1.3": 54,
    "2.2.1": 74,
    "2.2.2": 66,
    "2.2.3": 45,
    "2.3.1": 75,
    "2.3.2": 61,
    "2.3.3": 41,
    "2.4.1": 65,
    "2.4.2": 66,
    "2.4.3": 38,
    "4.1.1": 69,
    "4.1.2": 84,
    "4.1.3": 76,
    "4.1.4": 96,
    "4.2.1": 90,
    "4.2.2": 70,
    "4.2.3": 55,
}

# 2020 report of the 2019 inspection, column "Current inspection" of the tables headed "Our rating
# for ... is based on the following ... questions", chapter 2 (2.1 to 2.4) and chapter 3 (4.1 and,
# headed 3.2, 4.2). 4.1.3 "produces qualitative evidence only". Small figures after 2.4.3, 4.1.1
# and 4.2.1 are footnotes 44, 50 and 55.
KEY_QUESTIONS_2019 = {
    "2.1.1": 74,
    "2.1.2": 80,
    "2.1.3": 58,
    "2.2.1": 78,
    "2.2.2": 74,
    "2.2.3": 51,
    "2.3.1": 79,
    "2.3.2": 68,
    "2.3.3": 56,
    "2.4.1": 65,
    "2.4.2": 70,
    "2.4.3": 48,
    "4.1.1": 48,
    "4.1.2": 79,
    "4.1.3": None,
    "4.1.4": 84,
    "4.2.1": 64,
    "4.2.2": 82,
    "4.2.3": 91,
}
