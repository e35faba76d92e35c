"""Run by the W3C feed validator's own Python: `ask_feed_validator.py SOURCE ADDRESS FOLDER`.

Prints one line for everything it finds at level AA, the one of its public
page, in every RSS and Atom file below FOLDER, read as from ADDRESS; at the end
the number of files.
"""

import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    source, address, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    sys.path.insert(0, source)
    validator = import_module("feedvalidator")
    level = import_module("feedvalidator.compatibility").AA
    formatter = import_module("feedvalidator.formatter.text_plain").Formatter
    files = sorted(folder.rglob("*.xml"))
    for file in files:
        name = file.relative_to(folder).as_posix()
        with file.open("rb") as stream:
            # Not only the first of each kind: a second may be another fault.
            events = validator.validateStream(stream, firstOccurrenceOnly=0, base=f"{address}/{name}")["loggedEvents"]
        for line in formatter(level(events)):
            print(f"{name}: {line}")
    print(len(files))
