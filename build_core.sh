set -e
cd /root/wt4/compat/asyncio_compat/_speedups
/root/cyenv/bin/cython -3 core.pyx -o core.c
V=${1:-3.5.0}
I=/root/.pyenv/versions/$V/include/python3.5m
gcc -shared -fPIC -O2 -fno-tree-vectorize -fwrapv -DNDEBUG -I$I core.c -o core.cpython-35m-x86_64-linux-gnu.so 
strip core*.so; ls -l core*.so
