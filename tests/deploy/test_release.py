"""A release goes through, whatever size and history the colours have."""

from tests.deploy.world import Scene, image


def test_the_first_release_needs_to_be_called_so_and_then_serves(empty: Scene) -> None:
    assert empty.release("a") == 14
    assert "--first" in empty.output
    assert empty.release("a", "--first") == 0, empty.output
    assert empty.live == "blue"


def test_a_release_moves_users_to_the_other_colour(scene: Scene) -> None:
    assert scene.release("b") == 0, scene.output
    assert scene.live == "green"
