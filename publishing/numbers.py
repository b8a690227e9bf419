"""Document numbers (số ký hiệu) as people type them."""

from organizations.names import folded


def folded_number(number: str) -> str:
    """Letters and digits only, without accents or capitals: ``52-NQ/TW`` and ``52 nq tw`` both become ``52nqtw``."""
    return "".join(char for char in folded(number) if char.isalnum())
