"""Figures that a run of the tests has measured, printed at its end."""


class Figures:
    """Figures with their bound, in the order in which they were measured."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def hold(self, what: str, figure: float, unit: str, *, at_most: float) -> None:
        """Note a figure, and fail when it is above its bound."""
        line = f"image: {what}: {figure:.1f} {unit} (at most {at_most:.0f})"
        self._lines.append(line)
        assert figure <= at_most, line

    def note(self, what: str, text: str) -> None:
        """Note something that has no bound."""
        self._lines.append(f"image: {what}: {text}")

    def lines(self) -> list[str]:
        return list(self._lines)
