"""Run a program as python itself would: its own __main__, its own path, and
tracebacks that begin where the program does.
"""

import builtins
import io
import os
import pkgutil
import runpy
import sys
import types
from importlib import machinery

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.abc import Loader
    from typing import Callable, List, Optional, Type
    Traceback = Optional[types.TracebackType]
    Hook = Callable[[Type[BaseException], BaseException, Traceback], object]


def run_module(name: str, arguments: 'List[str]') -> None:
    """Do what ``python -m name arguments`` does."""
    sys.argv[:] = ['-m'] + arguments
    _new_main()
    _run(runpy._run_module_as_main, name)   # type: ignore[attr-defined]


def run_path(path: str, arguments: 'List[str]') -> None:
    """Do what ``python path arguments`` does.

    path: a script, or a directory or zip file that has a __main__.py.
    """
    sys.argv[:] = [path] + arguments
    filename = _as_python_names_it(path)
    if pkgutil.get_importer(filename) is None:
        _run(_run_script, filename)
    else:
        _set_first_of_path(filename)
        _new_main()
        _run(runpy._run_module_as_main,     # type: ignore[attr-defined]
             '__main__', False)


def _as_python_names_it(path: str) -> str:
    # 3.9 and later know what they run by an absolute name (bpo-20443).
    if sys.version_info < (3, 9):
        return path
    return os.path.join(os.getcwd(), path)


def _run_script(filename: str) -> None:
    try:
        stream = open(filename, 'rb')
    except OSError as exc:
        sys.stderr.write("%s: can't open file %r: [Errno %d] %s\n" % (
            sys.executable, filename,
            exc.errno, exc.strerror))   # type: ignore[str-format]
        sys.exit(2)
    if not _is_isolated():
        _set_first_of_path(os.path.dirname(os.path.realpath(filename)))
    main = _new_main()
    main.__file__ = filename
    main.__cached__ = None  # type: ignore[attr-defined]
    with stream:
        source = stream.read()
    loader = machinery.SourcelessFileLoader  # type: Callable[..., Loader]
    code = pkgutil.read_code(io.BytesIO(source))
    if code is None:
        loader = machinery.SourceFileLoader
        code = _compile(source, filename)
    main.__loader__ = loader('__main__', filename)
    exec(code, vars(main))


def _compile(source: bytes, filename: str) -> types.CodeType:
    try:
        return compile(source, filename, 'exec', dont_inherit=True)
    except SyntaxError:
        if not os.path.isfile(filename):
            raise
        # Python words some of them otherwise when it reads the file itself.
        import subprocess
        sys.exit(subprocess.call(
            [sys.executable] +
            subprocess._args_from_interpreter_flags() +  # type: ignore
            sys.argv))


def _new_main() -> types.ModuleType:
    """Put an empty __main__ in the place of asyncio_compat's own."""
    main = types.ModuleType('__main__')
    main.__builtins__ = builtins    # type: ignore[attr-defined]
    # 3.6 to 3.13 give every __main__ one.
    if '__annotations__' in vars(sys.modules['__main__']):
        main.__annotations__ = {}
    sys.modules['__main__'] = main
    return main


def _set_first_of_path(path: str) -> None:
    """Have *path* where python -m has put the current directory."""
    if _is_isolated():
        sys.path.insert(0, path)
    else:
        sys.path[0] = path


def _is_isolated() -> bool:
    """True if python has put nothing before the path: options -I and -P."""
    return bool(sys.flags.isolated or getattr(sys.flags, 'safe_path', False))


def _run(function: 'Callable[..., object]', *args: object) -> None:
    try:
        function(*args)
    except SystemExit:
        raise
    except BaseException:
        # Raised on, for python to report and to choose the exit status.
        _hide_frames(getattr(sys, 'excepthook', _no_excepthook))
        raise


def _no_excepthook(kind: 'Type[BaseException]', value: BaseException,
                   traceback: 'Traceback') -> None:
    sys.stderr.write('sys.excepthook is missing\n')
    sys.__excepthook__(kind, value, traceback)


def _hide_frames(excepthook: 'Hook') -> None:
    """Have python call *excepthook* with the program's own frames only."""
    def hook(kind: 'Type[BaseException]', value: BaseException,
             traceback: 'Traceback') -> None:
        sys.excepthook = excepthook
        sys.last_traceback = traceback = _below_this_module(traceback)
        value.with_traceback(traceback)
        try:
            excepthook(kind, value, traceback)
        except SystemExit:
            raise
        except BaseException as exc:
            # As python does it, but again without a frame of this module.
            sys.stderr.write('Error in sys.excepthook:\n')
            _display(exc, _below_this_module(exc.__traceback__))
            sys.stderr.write('\nOriginal exception was:\n')
            _display(value, traceback)

    sys.excepthook = hook


def _below_this_module(traceback: 'Traceback') -> 'Traceback':
    below = entry = traceback
    while entry is not None:
        if entry.tb_frame.f_globals is globals():
            below = entry.tb_next
        entry = entry.tb_next
    return below


def _display(exc: BaseException, traceback: 'Traceback') -> None:
    sys.__excepthook__(type(exc), exc.with_traceback(traceback), traceback)
