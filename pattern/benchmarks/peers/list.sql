SELECT id, title, description, completed, completed_at, "order", due_at, created_at, updated_at
FROM todos_todo WHERE owner_id = :owner ORDER BY created_at DESC, id DESC LIMIT 20
