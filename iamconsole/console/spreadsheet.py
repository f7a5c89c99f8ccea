"""Tables that a spreadsheet may open."""

__all__ = ["harmless"]

_FORMULA = "=+-@\t\r"


def harmless(cell: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula."""
    return f"'{cell}" if cell[:1] and cell[0] in _FORMULA else cell
