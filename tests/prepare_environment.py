"""First command of a tox environment: fails unless this interpreter is the one that the environment's name claims.

tox may take another interpreter without a word. cp352 means exactly 3.5.2, py311 means 3.11.
It also makes every Python process of the environment measure its coverage, the children of the tests included.
"""
import glob
import os
import re
import sys
import sysconfig


def main(env_name):
    prefix, major, rest = re.match(r'(cp|py)(\d)(\d+)$', env_name).groups()
    claimed = (int(major), int(rest[0]), int(rest[1:])) if prefix == 'cp' else (int(major), int(rest))
    found = sys.version_info[:len(claimed)]
    print('%s: %s %s' % (env_name, sys.implementation.name, '.'.join(map(str, sys.version_info[:3]))))
    if found != claimed:
        sys.exit('%s claims Python %s' % (env_name, '.'.join(map(str, claimed))))

    with open(os.path.join(sysconfig.get_path('purelib'), 'coverage_of_children.pth'), 'w') as stream:
        stream.write('import coverage; coverage.process_startup()\n')
    for old in glob.glob(os.environ['COVERAGE_FILE'] + '.*'):
        os.remove(old)
    os.makedirs(os.path.dirname(os.environ['COVERAGE_FILE']), exist_ok=True)


if __name__ == '__main__':
    main(sys.argv[1])
