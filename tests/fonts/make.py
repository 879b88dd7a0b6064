#!/usr/bin/env python3
"""Makes rare.ttf, a font of three rare characters for the tests, from HanaMinB. See README.md beside this file.

    make.py HanaMinB.ttf rare.ttf
"""

import sys

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

NAME = "Haoren Rare Test"


def main(source, target):
    font = TTFont(source, recalcTimestamp=False)
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.glyph_names = False
    options.drop_tables += ["BASE", "GSUB", "GDEF", "vhea", "vmtx", "gasp", "FFTM", "prop"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[0x20000, 0x2B740, 0x2EBE0])
    subsetter.subset(font)
    font["name"].names = []
    names = {0: "Created by GlyphWiki. (http://glyphwiki.org/)", 1: NAME, 2: "Regular", 4: NAME, 6: "HaorenRareTest"}
    for name_id, text in names.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)
    font.save(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
