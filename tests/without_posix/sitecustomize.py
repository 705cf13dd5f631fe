"""Take from Python what it lacks on Windows; it runs before the program, from PYTHONPATH.

Modules that are not there cannot be imported, functions and flags of `os` and `signal` are gone,
no folder can be opened, no file opened for reading be synced, and no open file be deleted, renamed
or replaced. What stays: `os.name`, since the standard library could not run with another one, and
what `subprocess` reads when it is imported.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# These two have modules of their own for Windows (LockFileEx, known folders), and take them by
# `sys.platform`: imported here, they keep those of this machine, and the rest has none.
import filelock  # noqa: F401
import platformdirs.unix  # noqa: F401

# NumPy calls os.uname where `sys.platform` is Linux and this is not set.
os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "1")

MODULES = ("fcntl", "grp", "pwd", "resource", "termios", "tty", "pty", "syslog", "readline")
OF_OS = """
O_ACCMODE O_ASYNC O_CLOEXEC O_DIRECT O_DIRECTORY O_DSYNC O_LARGEFILE O_NDELAY O_NOATIME O_NOCTTY
O_NOFOLLOW O_NONBLOCK O_PATH O_RSYNC O_SYNC O_TMPFILE chown chroot confstr ctermid fchdir fchmod
fchown fdatasync fork forkpty fpathconf fstatvfs getegid geteuid getgid getgroups getloadavg
getpgid getpgrp getpriority getresgid getresuid getsid getuid initgroups killpg lchown lockf major
minor mkfifo mknod nice openpty pathconf posix_fadvise posix_fallocate pread preadv pwrite pwritev
readv register_at_fork sched_getaffinity sched_setaffinity sched_yield sendfile setegid seteuid
setgid setgroups setpgid setpriority setsid setuid statvfs sync sysconf tcgetpgrp tcsetpgrp
ttyname uname wait3 wait4 writev
"""
OF_SIGNAL = """
SIGALRM SIGBUS SIGCHLD SIGCONT SIGHUP SIGIO SIGKILL SIGPIPE SIGPROF SIGQUIT SIGSTOP SIGTSTP
SIGTTIN SIGTTOU SIGURG SIGUSR1 SIGUSR2 SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ alarm getitimer pause
pthread_kill pthread_sigmask setitimer siginterrupt sigpending sigtimedwait sigwait sigwaitinfo
"""


def _refused(number: int) -> OSError:
    return OSError(number, os.strerror(number))


def _opening(real: Callable[..., int]) -> Callable[..., int]:
    def opened(path: Any, *values: Any, **named: Any) -> int:
        if Path(os.fsdecode(path)).is_dir():
            raise _refused(errno.EACCES)
        return real(path, *values, **named)

    return opened


def _syncing(real: Callable[[Any], None]) -> Callable[[Any], None]:
    def synced(descriptor: Any) -> None:
        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & 3 == os.O_RDONLY:
            raise _refused(errno.EBADF)
        real(descriptor)

    return synced


def _moving(real: Callable[..., None]) -> Callable[..., None]:
    def moved(*paths: Any, **named: Any) -> None:
        names = [os.path.abspath(os.fsdecode(path)) for path in paths]  # noqa: PTH100
        for descriptor in os.listdir("/proc/self/fd"):  # noqa: PTH208
            try:
                found = os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115
            except OSError:  # of the listing itself
                continue
            if any(found == name or found.startswith(f"{name}/") for name in names):
                raise _refused(errno.EACCES)
        real(*paths, **named)

    return moved


def _without_posix() -> None:
    import shutil
    import tempfile

    os.open, os.fsync = _opening(os.open), _syncing(os.fsync)  # type: ignore[assignment]
    for name in ("unlink", "remove", "rename", "replace", "rmdir"):
        setattr(os, name, _moving(getattr(os, name)))
    for of, names in ((os, OF_OS), (signal, OF_SIGNAL)):
        for name in names.split():
            if hasattr(of, name):
                delattr(of, name)
    os.supports_dir_fd.clear()
    os.supports_fd.clear()
    tempfile.TemporaryFile = tempfile.NamedTemporaryFile  # type: ignore[assignment]
    shutil._use_fd_functions = False  # type: ignore[attr-defined]
    for name in MODULES:
        sys.modules[name] = None  # type: ignore[assignment]


_without_posix()
