"""What docs/downstream.md draws from results.json, as heads and rows."""
import json
from pathlib import Path

from libraries import LIBRARIES, VERSIONS

RESULTS = json.loads((Path(__file__).resolve().parent / 'results.json').read_text())
WORKS = 'works'


def downstream():
    """For each library and interpreter: without the package, and with it."""
    head = ['library'] + ['%s%s' % (version, kind) for version in VERSIONS for kind in ('', ' with it')]
    return head, [[library.name] + [cell for version in VERSIONS for cell in cells(library, version)]
                  for library in LIBRARIES]


def cells(library, version):
    seen = RESULTS[library.name][version]
    without = seen['stock']
    text = 'yes' if without['own'] == WORKS else 'one loop' if without['policy'] == WORKS else 'no'
    if any(result != WORKS for mode in ('pure', 'compiled') for result in seen[mode].values()):
        return text, '**no**'
    return text, 'yes, `typing`' if version < library.typing else 'yes'


def downstream_errors():
    """How the libraries fail in the policy's loop, and with the package; versions that are alike share a row."""
    rows = []
    for library in LIBRARIES:
        alike = {}
        for version in VERSIONS:
            seen = RESULTS[library.name][version]
            without = seen['stock']['policy']
            if without != WORKS:
                alike.setdefault((without, library.fails.get(version)), []).append(version)
        rows += [[library.name, ', '.join(versions), '`%s`' % without, why or 'works']
                 for (without, why), versions in alike.items()]
    return ['library', 'on', 'without the package', 'with it'], rows
