"""How a reader likes the pages: theme, text size, density, navigation, rows a page. Kept in a cookie."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse

__all__ = ["COOKIE", "Preferences", "read", "write"]

COOKIE = "prefs"
_YEAR = 365 * 24 * 3600
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "theme": ("auto", "light", "dark"),
    "text": ("normal", "large"),
    "density": ("comfortable", "compact"),
    "nav": ("open", "closed"),
    "size": ("50", "10", "20", "100"),
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """One reader's choices; the first of each kind is the default."""

    theme: str = "auto"
    text: str = "normal"
    density: str = "comfortable"
    nav: str = "open"
    size: str = "50"

    @property
    def rows(self) -> int:
        """Rows on a page of a list."""
        return int(self.size)

    def changed(self, values: Mapping[str, str]) -> "Preferences":
        """Give the preferences with those of `values` that are known choices."""
        known = {name: value for name, value in values.items() if value in _CHOICES.get(name, ())}
        return replace(self, **known)

    def __getitem__(self, name: str) -> str:
        return str(getattr(self, name))


def read(request: HttpRequest) -> Preferences:
    """Read the cookie; what it says that we do not know is ignored."""
    return Preferences().changed(dict(parse_qsl(request.COOKIES.get(COOKIE, ""))))


def write(response: HttpResponse, prefs: Preferences, *, secure: bool) -> None:
    """Keep the preferences in the reader's browser; the script that switches the theme at once reads them too."""
    response.set_cookie(COOKIE, urlencode(asdict(prefs)), max_age=_YEAR, samesite="Lax", secure=secure, httponly=False)
