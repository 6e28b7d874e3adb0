"""Templates -> text: the shipped files, overridden one by one by the operator's. The only file that knows
Jinja2.

A template cannot reach beyond what it is given: it runs in Jinja's sandbox, a name that is not there is a
fault, and what stands in ``.html`` is escaped. Every failure is a TemplateFault that names the real file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial, update_wrapper, wraps
from gettext import NullTranslations
from pathlib import Path
from threading import local
from types import TracebackType
from typing import Any, cast
from zoneinfo import ZoneInfo

from jinja2 import (
    BaseLoader,
    Environment,
    StrictUndefined,
    Template,
    TemplateNotFound,
    nodes,
    select_autoescape,
)
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import TemplateSyntaxError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from syndicate import i18n, templatebounds
from syndicate.errors import SyndicateError, TemplateFault
from syndicate.model import Fault
from syndicate.overtime import Overtime, limited

SHIPPED = "shipped/"  # `{% extends "shipped/pages/layout.html" %}` passes by the operator's file of that name
_KINDS = frozenset({".html", ".txt", ".css"})
_MOST_ENVIRONMENTS = 64
_MOST_TEXTS = 512
_LETTERS = "mail/"
_LARGEST_PAGE = 20_000_000  # characters: of a page, which has an article's whole text; a letter has far less
_LARGEST_SUM = 5 * _LARGEST_PAGE  # of all that is made on the way, which is held in memory
_spent = local()  # how much the template that a thread is at has made
SECONDS = 2.0  # of processor time, for one page or letter


@dataclass(frozen=True, slots=True)
class _Found:
    """The file behind a name, and what tells that it has changed."""

    path: Path
    mtime_ns: int
    size: int


class Templates:
    """The templates in the folder `shipped`, each overridden by a file of its name below `override`.

    Safe to share between threads. A file that changes, comes or goes is seen by the next `render`.
    """

    def __init__(self, shipped: Path, override: Path | None = None) -> None:
        self._roots = (override, shipped) if override else (shipped,)
        self._loader = _Loader(self._roots)
        self._words = override
        self._environments: dict[tuple[str, str], tuple[NullTranslations, Environment]] = {}
        self._texts: dict[tuple[Environment, str, str], Template] = {}

    def render(self, name: str, *, language: str, zone: ZoneInfo, **context: object) -> str:
        """Return the template `name` filled with `context`, in the words and dates of `language` and `zone`.

        Raises TemplateFault with file and line for whatever goes wrong in it.
        """
        environment = self._environment(language, zone)
        return self._rendered(name, lambda: environment.get_template(name), context)

    def render_text(self, label: str, text: str, *, language: str, zone: ZoneInfo, **context: object) -> str:
        """Return `text`, a template that stands in the configuration, filled as `render` fills a file.

        It makes plain text: nothing is escaped. Raises TemplateFault that names `label`, the setting, and the
        line within `text`.
        """
        environment = self._environment(language, zone)
        return self._rendered(label, lambda: self._compiled(environment, label, text), context, Path(label))

    def _rendered(
        self, name: str, found: Callable[[], Template], context: dict[str, object], path: Path | None = None
    ) -> str:
        most = templatebounds.MOST if path or name.startswith(_LETTERS) else _LARGEST_PAGE
        try:
            return limited(SECONDS, lambda: _written(found().generate(context), most))
        except TemplateFault:
            raise
        except Overtime as error:
            file, line = self._last_template_line(error.__traceback__, name)
            message = f"took longer than {SECONDS:.0f} seconds and was given up; look for loops in loops"
            raise TemplateFault(file or str(path or self._likely_path(name)), message, line=line) from None
        except Exception as error:
            raise self._fault(name, error, path=path) from error

    def _compiled(self, environment: Environment, label: str, text: str) -> Template:
        """Return a text of the configuration as a template, compiled once for each language."""
        key = (environment, label, text)
        found = self._texts.get(key)
        if found is None:
            if len(self._texts) >= _MOST_TEXTS:
                self._texts.clear()
            code = environment.compile(text, label, label)
            found = Template.from_code(environment, code, environment.make_globals(None))
            self._texts[key] = found
        return found

    def source(self, name: str) -> str:
        """Return a file such as a style sheet as it is, the operator's before ours. Raises TemplateFault."""
        try:
            return _read(self._loader.find(name).path)
        except TemplateNotFound as error:
            raise self._fault(name, error) from error

    def place(self, name: str) -> Path:
        """Return the file that an operator would open for a template: his own before ours."""
        return self._likely_path(name)

    def names(self) -> list[str]:
        """Return the names of all templates and style sheets, shipped or the operator's, sorted."""
        return sorted({name for root in self._roots for name in _names(root)})

    def stamps(self) -> list[tuple[str, int, int, int]]:
        """Return name, size and times of every file a template may be or include."""
        return [_stamp(path) for root in self._roots for path in sorted(root.rglob("*"))]

    def check(self) -> list[Fault]:
        """Return what is wrong with every file, shipped and overriding; never raises."""
        environment = self._environment(i18n.SOURCE_LANGUAGE, ZoneInfo("UTC"))
        faults = [
            fault
            for root in reversed(self._roots)
            for name in _names(root)
            for fault in self._check_file(environment, root, name)
        ]
        return faults + i18n.unreadable(self._words)

    def _check_file(self, environment: Environment, root: Path, name: str) -> Iterator[Fault]:
        path = root / name
        try:
            text = _read(_Loader((root,)).find(name).path)
            if path.suffix == ".css":
                return
            tree = environment.parse(text, name, str(path))
            environment.compile(text, name, str(path))
        except TemplateFault as error:
            yield error.fault
        except Exception as error:
            yield self._fault(name, error, path=path).fault
        else:
            yield from self._missing(tree, path)

    def _missing(self, tree: nodes.Template, path: Path) -> Iterator[Fault]:
        """Yield a fault for each template that is extended, included or imported by name and is not there."""
        kinds = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
        for node in tree.find_all(kinds):
            wanted = getattr(node, "template", None)
            if not isinstance(wanted, nodes.Const) or getattr(node, "ignore_missing", False):
                continue
            try:
                self._loader.find(str(wanted.value))
            except TemplateNotFound:
                yield Fault("template", str(path), node.lineno, f"there is no template {wanted.value!r}")
            except TemplateFault as error:
                yield error.fault

    def _environment(self, language: str, zone: ZoneInfo) -> Environment:
        """Return Jinja's environment of one language and zone; each compiles for itself."""
        key = (language, str(zone))
        words = i18n.translations(language, self._words)
        found = self._environments.get(key)
        if found is None or found[0] is not words:
            if len(self._environments) >= _MOST_ENVIRONMENTS:
                self._environments.clear()
            found = self._environments[key] = (words, self._new_environment(language, zone, words))
        return found[1]

    def _new_environment(self, language: str, zone: ZoneInfo, words: NullTranslations) -> Environment:
        environment = _Sandbox(
            loader=self._loader,
            undefined=StrictUndefined,
            autoescape=select_autoescape(["html"], default_for_string=False, default=False),
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=True,
            extensions=["jinja2.ext.i18n"],
        )
        environment.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
        environment.filters |= {
            "date": partial(i18n.format_date, language=language, zone=zone),
            "datetime": partial(i18n.format_datetime, language=language, zone=zone),
            "iso": partial(_iso, zone=zone),
            "number": partial(i18n.format_number, language=language),
            "size": partial(i18n.format_size, language=language),
        }
        environment.globals |= {
            "language": language,
            "direction": i18n.direction,
            "language_name": i18n.language_name,
            "style_sheet": self._style_sheet,
        }
        return environment

    def _style_sheet(self, name: str) -> Markup:
        """Return a style sheet for a ``<style>`` element, which it cannot end."""
        return Markup(self.source(name).replace("</", "<\\/"))  # noqa: S704 the operator's own file

    def _fault(self, name: str, error: Exception, *, path: Path | None = None) -> TemplateFault:
        """Return `error` as a fault at the template line it came from."""
        if isinstance(error, TemplateSyntaxError):
            where = error.filename or error.name or name
            return TemplateFault(where, error.message or "cannot be read", line=error.lineno)
        file, line = self._last_template_line(error.__traceback__, name)
        message = _message(error)
        return TemplateFault(file or str(path or self._likely_path(name)), message, line=line)

    def _last_template_line(self, trace: TracebackType | None, label: str) -> tuple[str | None, int | None]:
        """Return the innermost template and line of a traceback, which Jinja has put in there."""
        roots = [str(root) + "/" for root in self._roots]
        found: tuple[str | None, int | None] = (None, None)
        while trace is not None:
            file = trace.tb_frame.f_code.co_filename
            if file == label or any(file.startswith(root) for root in roots):
                # Jinja sets right the lines of exceptions, not those of Overtime.
                raw = trace.tb_frame.f_globals.get("__jinja_template__")
                line = raw.get_corresponding_lineno(trace.tb_lineno) if raw else trace.tb_lineno
                found = (file, line)
            trace = trace.tb_next
        return found

    def _likely_path(self, name: str) -> Path:
        paths = [root / name.removeprefix(SHIPPED) for root in self._roots]
        return next((path for path in paths if path.is_file()), paths[-1])


def _written(pieces: Iterator[str], most: int) -> str:
    """Return the whole text of a template; OverflowError, in its line, where that is longer than `most`."""
    kept, size = [], 0
    _spent.characters = 0
    for piece in pieces:
        kept.append(piece)
        size += len(piece)
        if size > most:
            cast("Generator[str]", pieces).throw(
                OverflowError(f"the whole has more than {most:,} characters")
            )
    return "".join(kept)


class _Generator(CodeGenerator):
    """Jinja's compiler, which has ``a ~ b`` measured."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 Jinja's name
        self.write("environment.measured(")
        super().visit_Concat(node, frame)
        self.write(")")


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, which limits ranges but not ``"x" * 10000000000``, that no timer can interrupt."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})
    code_generator_class = _Generator

    def __init__(self, **options: Any) -> None:
        super().__init__(finalize=self.measured, **options)
        self.filters = {name: _limited_filter(name, made) for name, made in self.filters.items()}

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Return what the operator makes of `left` and `right`; OverflowError where that is huge."""
        makes = templatebounds.operator_makes(operator, left, right)
        whole = isinstance(left, int) and isinstance(right, int)
        _refuse(operator, makes, what="bits" if whole else "characters or members")
        return super().call_binop(context, operator, left, right)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        """Return what a function, macro or method gives; OverflowError where that would be huge."""
        name = getattr(__obj, "__name__", "")
        owner = getattr(__obj, "__self__", None)
        if isinstance(owner, str | bytes | int) and isinstance(name, str):
            _refuse(name, templatebounds.method_makes(owner, name, args, kwargs))
        elif getattr(__obj, "__module__", "") == "jinja2.ext" and kwargs:
            words = (one for one in args if isinstance(one, str))
            _refuse("gettext", max((templatebounds.percent_makes(one, kwargs) for one in words), default=0))
        return super().call(__context, __obj, *args, **kwargs)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Return a format method that refuses to make what is huge; None where `value` is none."""
        made = super().wrap_str_format(value)
        if made is None:
            return None
        text, takes_one = str(value.__self__), value.__name__ == "format_map"

        def limited_format(*args: Any, **kwargs: Any) -> str:
            named = args[0] if takes_one and args and isinstance(args[0], Mapping) else kwargs
            _refuse("format", templatebounds.format_makes(text, args, named))
            return made(*args, **kwargs)

        return update_wrapper(limited_format, value)

    def measured(self, value: Any) -> Any:
        """Return `value`; OverflowError where it is huge as text."""
        if isinstance(value, str):
            _refuse("this", len(value), _LARGEST_PAGE)
        elif isinstance(value, list | tuple | dict | set | frozenset):
            _refuse("this", templatebounds.size_of(value))
        return value

    @staticmethod
    def concat(pieces: Iterable[str]) -> str:
        """Return `pieces` as one text, as at the end of a macro; OverflowError where that is huge."""
        kept = list(pieces)
        _refuse("this", sum(map(len, kept)), _LARGEST_PAGE)
        return "".join(kept)


def _limited_filter(name: str, made: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that refuses to make what is huge."""
    at = 1 if hasattr(made, "jinja_pass_arg") else 0  # after what Jinja itself gives it

    @wraps(made)
    def limited_filter(*args: Any, **kwargs: Any) -> Any:
        _refuse(name, templatebounds.filter_makes(name, args[at:], kwargs))
        return made(*args, **kwargs)

    return limited_filter


def _refuse(
    name: str, makes: int, most: int = templatebounds.MOST, what: str = "characters or members"
) -> None:
    """Raise OverflowError where one step makes more than `most`, or all steps together too much to hold."""
    _spent.characters = getattr(_spent, "characters", 0) + makes
    if makes > most:
        raise OverflowError(f"{name} makes more than {most:,} {what}")
    if _spent.characters > _LARGEST_SUM:
        raise OverflowError(f"{name} makes, with what was made before, more than {_LARGEST_SUM:,} characters")


class _Loader(BaseLoader):
    """Finds a template by name: the first folder that has the file."""

    def __init__(self, roots: tuple[Path, ...]) -> None:
        self._roots = roots

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        del environment
        found = self.find(template)
        return _read(found.path), str(found.path), lambda: self._still(template, found)

    def find(self, name: str) -> _Found:
        """Return the file for `name`.

        Raises TemplateNotFound where there is none, and TemplateFault where the operator's file is a link
        that leads out of his folder or is no file.
        """
        if not _is_plain(name.removeprefix(SHIPPED)):
            raise TemplateNotFound(name, f"{name!r} is not the name of a template")
        for root, path in self._places(name):
            if os.path.lexists(path):
                return _inside(root, path)
        raise TemplateNotFound(name, f"there is no template {name!r}")

    def _places(self, name: str) -> list[tuple[Path, Path]]:
        roots = self._roots[-1:] if name.startswith(SHIPPED) else self._roots
        return [(root, root / name.removeprefix(SHIPPED)) for root in roots]

    def _still(self, name: str, before: _Found) -> bool:
        """Tell whether the same file is found with the same stamp; where it is not, `find` looks closely."""
        try:
            path = next((path for _, path in self._places(name) if os.path.lexists(path)), None)
            status = path.stat() if path else None
        except OSError:
            return False
        return status is not None and before == _Found(
            path or before.path, status.st_mtime_ns, status.st_size
        )


def _is_plain(name: str) -> bool:
    """Tell whether `name` is a relative path that goes only down."""
    parts = name.split("/")
    return not any(part in ("", ".", "..") for part in parts) and not re.search(r"[\x00-\x1f\\]", name)


def _inside(root: Path, path: Path) -> _Found:
    try:
        real = path.resolve(strict=True)
        status = real.stat()
    except (OSError, RuntimeError) as error:
        raise TemplateFault(str(path), f"cannot be read: {error}") from None
    if not real.is_relative_to(root.resolve()):
        raise TemplateFault(str(path), "is a link that leads out of the templates folder; put a copy there")
    if not real.is_file():
        raise TemplateFault(str(path), "is not a file")
    return _Found(path, status.st_mtime_ns, status.st_size)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise TemplateFault(str(path), "is not UTF-8; save it as UTF-8", line=line) from None
    except OSError as error:
        raise TemplateFault(str(path), f"cannot be read: {error.strerror}") from None


def _names(root: Path) -> list[str]:
    """Return the relative names of the templates and style sheets below `root`, hidden ones left out."""
    return sorted(
        str(relative.as_posix())
        for path in root.rglob("*")
        if path.suffix in _KINDS and (path.is_symlink() or not path.is_dir())
        for relative in [path.relative_to(root)]
        if not any(part.startswith(".") for part in relative.parts)
    )


def _stamp(path: Path) -> tuple[str, int, int, int]:
    try:
        status = path.stat()
    except OSError:
        return (str(path), -1, 0, 0)
    return (str(path), status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _message(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "includes or extends itself without end"
    if isinstance(error, TemplateNotFound):
        return error.message or f"there is no template {error.name!r}"
    text = " ".join(str(error).split()) or type(error).__name__
    known = isinstance(error, SyndicateError) or type(error).__module__.startswith("jinja2")
    return text if known else f"{type(error).__name__}: {text}"


def as_html(text: str) -> Markup:
    """Return HTML that no template escapes: what was escaped, or written, by ourselves."""
    return Markup(text)  # noqa: S704 the caller's word


def _iso(value: date, *, zone: ZoneInfo) -> str:
    """Return `value` for the attribute ``datetime`` of a ``time`` element, in whole seconds."""
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    return value.isoformat()
