"""The public Todo-Backend specification, for a caller whose requests carry a token.

Our own port of its 16 specs; each test is named by the spec that it holds.
https://github.com/TodoBackend/todo-backend-js-spec/blob/master/js/specs.js
"""

from tests.api.client import ApiClient, parsed


def listed(api: ApiClient) -> list[dict[str, object]]:
    todos: list[dict[str, object]] = parsed(api.send("GET", "/todos"))
    return todos


class TestThePreRequisites:
    def test_the_api_root_responds_to_a_get(self, api: ApiClient) -> None:
        """The server is up and accessible, CORS headers are set up."""
        response = api.send("GET", "/todos", headers={"Origin": "http://localhost:3000"})
        assert response.status_code == 200
        assert response["Access-Control-Allow-Origin"] == "http://localhost:3000"

    def test_the_api_root_responds_to_a_post_with_the_todo_which_was_posted_to_it(self, api: ApiClient) -> None:
        assert parsed(api.send("POST", "/todos", {"title": "a todo"}))["title"] == "a todo"

    def test_the_api_root_responds_successfully_to_a_delete(self, api: ApiClient) -> None:
        assert api.send("DELETE", "/todos").status_code == 204

    def test_after_a_delete_the_api_root_responds_to_a_get_with_an_empty_array(self, api: ApiClient) -> None:
        api.create()
        api.send("DELETE", "/todos")
        assert listed(api) == []


class TestStoringNewTodosByPostingToTheRootUrl:
    def test_adds_a_new_todo_to_the_list_of_todos_at_the_root_url(self, api: ApiClient) -> None:
        api.send("POST", "/todos", {"title": "walk the dog"})
        assert [todo["title"] for todo in listed(api)] == ["walk the dog"]

    def test_sets_up_a_new_todo_as_initially_not_completed(self, api: ApiClient) -> None:
        created = api.create(title="blah")
        assert [created["completed"], listed(api)[0]["completed"]] == [False, False]

    def test_each_new_todo_has_a_url(self, api: ApiClient) -> None:
        created = api.create(title="blah")
        assert isinstance(created["url"], str)
        assert listed(api)[0]["url"] == created["url"]

    def test_each_new_todo_has_a_url_which_returns_a_todo(self, api: ApiClient) -> None:
        assert parsed(api.send("GET", api.create(title="my todo")["url"]))["title"] == "my todo"


class TestWorkingWithAnExistingTodo:
    def test_can_navigate_from_a_list_of_todos_to_an_individual_todo_via_urls(self, api: ApiClient) -> None:
        api.create(title="todo the first")
        api.create(title="todo the second")
        todos = listed(api)
        assert len(todos) == 2
        assert parsed(api.send("GET", str(todos[0]["url"])))["title"] == todos[0]["title"]

    def test_can_change_the_todos_title_by_patching_to_the_todos_url(self, api: ApiClient) -> None:
        url = api.create(title="initial title")["url"]
        assert parsed(api.send("PATCH", url, {"title": "bathe the cat"}))["title"] == "bathe the cat"

    def test_can_change_the_todos_completedness_by_patching_to_the_todos_url(self, api: ApiClient) -> None:
        assert parsed(api.send("PATCH", api.create()["url"], {"completed": True}))["completed"] is True

    def test_changes_to_a_todo_are_persisted_and_show_up_when_refetching_the_todo(self, api: ApiClient) -> None:
        changed = parsed(api.send("PATCH", api.create()["url"], {"title": "changed title", "completed": True}))
        assert (changed["title"], changed["completed"]) == ("changed title", True)
        assert parsed(api.send("GET", changed["url"])) == changed
        assert listed(api) == [changed]

    def test_can_delete_a_todo_making_a_delete_request_to_the_todos_url(self, api: ApiClient) -> None:
        api.send("DELETE", api.create()["url"])
        assert listed(api) == []


class TestTrackingTodoOrder:
    def test_can_create_a_todo_with_an_order_field(self, api: ApiClient) -> None:
        assert api.create(order=523)["order"] == 523

    def test_can_patch_a_todo_to_change_its_order(self, api: ApiClient) -> None:
        assert parsed(api.send("PATCH", api.create(order=10)["url"], {"order": 95}))["order"] == 95

    def test_remembers_changes_to_a_todos_order(self, api: ApiClient) -> None:
        url = api.create(order=10)["url"]
        api.send("PATCH", url, {"order": 95})
        assert parsed(api.send("GET", url))["order"] == 95
