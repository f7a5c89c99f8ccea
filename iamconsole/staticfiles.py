"""Static files as they are served: hashed, compressed, and style sheets without what only people read."""

from collections.abc import Iterator
from typing import Any

import rcssmin
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

__all__ = ["ServedFiles"]


class ServedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Strip comments and white space from style sheets before they are hashed and compressed."""

    def post_process(self, paths: dict[str, Any], *args: Any, **options: Any) -> Iterator[Any]:
        """Shorten the style sheets that were collected, then go on with what was shortened."""
        if options.get("dry_run"):
            return
        short = {name: self._shortened(name) if name.endswith(".css") else where for name, where in paths.items()}
        yield from super().post_process(short, *args, **options)

    def _shortened(self, name: str) -> tuple[Any, str]:
        with self.open(name) as file:
            text = file.read().decode()
        self.delete(name)
        self._save(name, ContentFile(rcssmin.cssmin(text).encode()))
        return self, name
