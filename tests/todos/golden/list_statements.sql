-- created_at, first page
SELECT "todos_todo"."id" AS "id", "todos_todo"."id" AS "address", "todos_todo"."title" AS "title", "todos_todo"."description" AS "description", "todos_todo"."completed" AS "completed", "todos_todo"."completed_at" AS "completed_at", "todos_todo"."order" AS "order", "todos_todo"."due_at" AS "due_at", "todos_todo"."created_at" AS "created_at", "todos_todo"."updated_at" AS "updated_at", "todos_todo"."version" AS "version"
    FROM "todos_todo"
    WHERE "todos_todo"."owner_id" = ($1)
    ORDER BY 9 ASC, 1 ASC
    LIMIT $2
-- created_at, behind a cursor
SELECT "todos_todo"."id" AS "id", "todos_todo"."id" AS "address", "todos_todo"."title" AS "title", "todos_todo"."description" AS "description", "todos_todo"."completed" AS "completed", "todos_todo"."completed_at" AS "completed_at", "todos_todo"."order" AS "order", "todos_todo"."due_at" AS "due_at", "todos_todo"."created_at" AS "created_at", "todos_todo"."updated_at" AS "updated_at", "todos_todo"."version" AS "version",
    (SELECT U0."id" AS "pk"
    FROM "todos_todo" U0
    WHERE (U0."owner_id" = ($1) AND ROW(U0."created_at", U0."id") <= (ROW($2, $3)))
    ORDER BY U0."created_at" DESC, U0."id" DESC
    LIMIT $7) AS "row_behind"
    FROM "todos_todo"
    WHERE ("todos_todo"."owner_id" = ($4) AND ROW("todos_todo"."created_at", "todos_todo"."id") > (ROW($5, $6)))
    ORDER BY 9 ASC, 1 ASC
    LIMIT $8
-- -due_at, first page
SELECT "todos_todo"."id" AS "id", "todos_todo"."id" AS "address", "todos_todo"."title" AS "title", "todos_todo"."description" AS "description", "todos_todo"."completed" AS "completed", "todos_todo"."completed_at" AS "completed_at", "todos_todo"."order" AS "order", "todos_todo"."due_at" AS "due_at", "todos_todo"."created_at" AS "created_at", "todos_todo"."updated_at" AS "updated_at", "todos_todo"."version" AS "version"
    FROM "todos_todo"
    WHERE "todos_todo"."owner_id" = ($1)
    ORDER BY COALESCE("todos_todo"."due_at", $2::timestamptz) DESC, 1 DESC
    LIMIT $3
-- -due_at, behind a cursor
SELECT "todos_todo"."id" AS "id", "todos_todo"."id" AS "address", "todos_todo"."title" AS "title", "todos_todo"."description" AS "description", "todos_todo"."completed" AS "completed", "todos_todo"."completed_at" AS "completed_at", "todos_todo"."order" AS "order", "todos_todo"."due_at" AS "due_at", "todos_todo"."created_at" AS "created_at", "todos_todo"."updated_at" AS "updated_at", "todos_todo"."version" AS "version",
    (SELECT U0."id" AS "pk"
    FROM "todos_todo" U0
    WHERE (U0."owner_id" = ($1) AND ROW(COALESCE(U0."due_at", $7::timestamptz), U0."id") >= (ROW($2, $3)))
    ORDER BY COALESCE(U0."due_at", $8::timestamptz) ASC, U0."id" ASC
    LIMIT $9) AS "row_behind"
    FROM "todos_todo"
    WHERE ("todos_todo"."owner_id" = ($4) AND ROW(COALESCE("todos_todo"."due_at", $10::timestamptz), "todos_todo"."id") < (ROW($5, $6)))
    ORDER BY COALESCE("todos_todo"."due_at", $11::timestamptz) DESC, 1 DESC
    LIMIT $12
