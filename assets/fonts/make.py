#!/usr/bin/env python3
"""Makes HaorenKai-Regular.ttf, the type of the certificates, from LXGW WenKai. See README.md beside this file.

    make.py LXGWWenKai-Regular.ttf Unihan_OtherMappings.txt[.bz2] HaorenKai-Regular.ttf

The same input gives the same bytes.
"""

import bz2
import sys

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

NAME = "Haoren Kai"
COPYRIGHT = 0
SUBFAMILY = 2
VERSION = 5
LICENSE = 13
LICENSE_URL = 14
OWN_NAMES = {1: NAME, 2: "Regular", 3: f"{NAME} 1.0", 4: NAME, 5: "Version 1.0", 6: "HaorenKai-Regular"}


def gb_2312():
    """Everything that GB 2312 has: 6763 characters, punctuation, letters."""
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                yield ord(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:
                pass


def general_standard(path):
    """The 8105 characters of 通用规范汉字表 (2013), as Unicode's own database lists them (kTGH)."""
    opened = bz2.open if path.endswith(".bz2") else open
    with opened(path, "rt", encoding="utf-8") as lines:
        fields = (line.split("\t") for line in lines if not line.startswith("#"))
        found = {int(field[0][2:], 16) for field in fields if len(field) == 3 and field[1] == "kTGH"}
    assert len(found) == 8105, f"{len(found)} characters of 通用规范汉字表, not 8105"
    return found


def wanted(unihan):
    ranges = [
        (0x20, 0x7F), (0xA0, 0x180),  # Latin
        (0x2010, 0x2028), (0x2030, 0x2040),  # general punctuation
        (0x2460, 0x2474),  # ① …
        (0x3001, 0x3020), (0x30FB, 0x30FC),  # Chinese punctuation, and the middle dot of Japanese keyboards
        (0xFF01, 0xFF5F), (0xFFE0, 0xFFE6),  # full-width forms
    ]
    return set(gb_2312()) | general_standard(unihan) | {code for first, end in ranges for code in range(first, end)}


def rename(font):
    """Own names; the copyright and the license stay as they are."""
    names = font["name"]
    kept = {COPYRIGHT, LICENSE, LICENSE_URL}
    names.names = [record for record in names.names if record.nameID in kept and record.platformID == 3]
    for name_id, text in OWN_NAMES.items():
        names.setName(text, name_id, 3, 1, 0x409)
    names.names.sort(key=lambda record: (record.platformID, record.langID, record.nameID))


def main(source, unihan, target):
    font = TTFont(source, recalcTimestamp=False)
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.drop_tables += ["BASE", "GSUB", "GDEF", "vhea", "vmtx", "gasp"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted(unihan))
    subsetter.subset(font)
    rename(font)
    lacking = general_standard(unihan) - set(font.getBestCmap())
    assert not lacking, f"the source lacks {sorted(map(hex, lacking))}"
    font.save(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
