"""Scripts: ES modules, put together to the one text that a component is made of.

Of each module the names at its top are its own: it stands in a function that returns what it
exports. So a module is written as any browser takes it, but in this much of the language:
`import { one, other } from "./file.js";` before all else, and `export` before a function, a class
or a single constant. The first module, that of the component, exports its default alone.
"""

import re
from collections.abc import Callable

IMPORT = re.compile(r'^import \{(\s*\w+(?:,\s*\w+)*,?\s*)\} from "\./(\w+)\.js";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
DEFAULT = "export default "


def bundled(first: str, read: Callable[[str], str]) -> str:
    """Return one module with all that it needs in it, each after those it imports.

    Parameters
    ----------
    first : str
        The name of the module to begin with, `viewer` for viewer.js.
    read : function that returns the source of a module by its name

    Raises
    ------
    ValueError
        If modules import each other in a circle, or what another does not export, or if one
        imports or exports in another way.
    """
    exports: dict[str, list[str]] = {}
    parts: list[str] = []

    def add(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise ValueError(f"{' imports '.join([*above, name])}: a circle")
        if name in exports:
            return
        source = read(name)
        for names, other in IMPORT.findall(source):
            add(other, (*above, name))
            _check(name, _words(names), other, exports[other])
        exports[name] = EXPORT.findall(source)
        if above:
            parts.append(_wrapped(name, source, exports[name]))
        else:
            parts.append(_plain(name, source, DEFAULT))

    add(first, ())
    return "\n".join(parts)


def _check(name: str, wanted: list[str], other: str, there: list[str]) -> None:
    missing = ", ".join(each for each in wanted if each not in there)
    if missing:
        raise ValueError(f"{name}.js imports {missing}, which {other}.js does not export")


def _words(names: str) -> list[str]:
    return re.findall(r"\w+", names)


def _wrapped(name: str, source: str, exports: list[str]) -> str:
    body = _plain(name, source)
    return f"const ${name} = (() => {{\n{body}return {{ {', '.join(exports)} }};\n}})();\n"


def _plain(name: str, source: str, may: str = "") -> str:
    """Return the source with its imports taken from the functions above, its exports not marked.

    Of other ways to import and export it may have the one given.
    """
    plain = EXPORT.sub("", IMPORT.sub(r"const {\1} = $\2;", source))
    for found in OTHER.findall(plain):
        if not may or not found.startswith(may):
            raise ValueError(f"{name}.js has {found!r}, which cannot be put together")
    return plain
