#!/usr/bin/env python3
"""Makes digits.bin.gz from the test file of the UCI data set
Optical Recognition of Handwritten Digits (https://doi.org/10.24432/C50P49).

    python3 make_digits.py optdigits.tes

The input has one line for each of 1,797 images: 64 levels of ink from 0 to 16, row by row, and the digit,
separated by commas. It may be gzipped. scikit-learn's load_digits carries the same lines.

The output is 1,797 records of 65 bytes, 64 levels and the digit, gzipped without a time stamp, so that the
same input always makes the same file.
"""

import gzip
import pathlib
import sys

IMAGES, LEVELS = 1797, 64

source = pathlib.Path(sys.argv[1])
content = source.read_bytes()
if content[:2] == b"\x1f\x8b":
    content = gzip.decompress(content)

records = bytearray()
for number, line in enumerate(content.decode("ascii").split(), start=1):
    values = [int(field) for field in line.split(",")]
    *levels, digit = values
    if len(levels) != LEVELS or not all(0 <= level <= 16 for level in levels) or not 0 <= digit <= 9:
        sys.exit(f"{source}, line {number}: expected 64 levels from 0 to 16 and a digit, found {line}")
    records += bytes(values)

found = len(records) // (LEVELS + 1)
if found != IMAGES:
    sys.exit(f"{source}: expected {IMAGES} images, found {found}")

target = pathlib.Path(__file__).with_name("digits.bin.gz")
target.write_bytes(gzip.compress(bytes(records), compresslevel=9, mtime=0))
print(f"{target}: {found} images, {target.stat().st_size} bytes")
