"""Imports one module without one of its guards, as GUANBAO_MUTANT (`file:number`) says: a plugin of pytest."""

import importlib.machinery
import os

from mutants import SOURCE, mutated

FILE, NUMBER = os.environ["GUANBAO_MUTANT"].rsplit(":", 1)
_get_code = importlib.machinery.SourceFileLoader.get_code


def get_code(self, fullname):
    """The module's code, changed where it is the mutant."""
    if self.path == str(SOURCE / FILE):
        return compile(mutated(SOURCE / FILE, int(NUMBER)), self.path, "exec", dont_inherit=True)
    return _get_code(self, fullname)


importlib.machinery.SourceFileLoader.get_code = get_code
