-- created_at, first page
SELECT "todos_todo"."id", "todos_todo"."owner_id", "todos_todo"."title", "todos_todo"."description", "todos_todo"."completed", "todos_todo"."completed_at", "todos_todo"."order", "todos_todo"."due_at", "todos_todo"."created_at", "todos_todo"."updated_at", "todos_todo"."version"
    FROM "todos_todo"
    WHERE "todos_todo"."owner_id" = $1
    ORDER BY "todos_todo"."created_at" ASC, "todos_todo"."id" ASC
    LIMIT $2
-- created_at, behind a cursor
SELECT "todos_todo"."id", "todos_todo"."owner_id", "todos_todo"."title", "todos_todo"."description", "todos_todo"."completed", "todos_todo"."completed_at", "todos_todo"."order", "todos_todo"."due_at", "todos_todo"."created_at", "todos_todo"."updated_at", "todos_todo"."version",
    (SELECT U0."id" AS "pk"
    FROM "todos_todo" U0
    WHERE (U0."owner_id" = $1 AND ROW(U0."created_at", U0."id") <= (ROW($2::timestamptz, $3)))
    ORDER BY U0."created_at" DESC, U0."id" DESC
    LIMIT $4) AS "row_behind"
    FROM "todos_todo"
    WHERE ("todos_todo"."owner_id" = $5 AND ROW("todos_todo"."created_at", "todos_todo"."id") > (ROW($6::timestamptz, $7)))
    ORDER BY "todos_todo"."created_at" ASC, "todos_todo"."id" ASC
    LIMIT $8
-- -due_at, first page
SELECT "todos_todo"."id", "todos_todo"."owner_id", "todos_todo"."title", "todos_todo"."description", "todos_todo"."completed", "todos_todo"."completed_at", "todos_todo"."order", "todos_todo"."due_at", "todos_todo"."created_at", "todos_todo"."updated_at", "todos_todo"."version"
    FROM "todos_todo"
    WHERE "todos_todo"."owner_id" = $1
    ORDER BY COALESCE("todos_todo"."due_at", $2::timestamptz) DESC, "todos_todo"."id" DESC
    LIMIT $3
-- -due_at, behind a cursor
SELECT "todos_todo"."id", "todos_todo"."owner_id", "todos_todo"."title", "todos_todo"."description", "todos_todo"."completed", "todos_todo"."completed_at", "todos_todo"."order", "todos_todo"."due_at", "todos_todo"."created_at", "todos_todo"."updated_at", "todos_todo"."version",
    (SELECT U0."id" AS "pk"
    FROM "todos_todo" U0
    WHERE (U0."owner_id" = $1 AND ROW(COALESCE(U0."due_at", $2::timestamptz), U0."id") >= (ROW($3::timestamptz, $4)))
    ORDER BY COALESCE(U0."due_at", $5::timestamptz) ASC, U0."id" ASC
    LIMIT $6) AS "row_behind"
    FROM "todos_todo"
    WHERE ("todos_todo"."owner_id" = $7 AND ROW(COALESCE("todos_todo"."due_at", $8::timestamptz), "todos_todo"."id") < (ROW($9::timestamptz, $10)))
    ORDER BY COALESCE("todos_todo"."due_at", $11::timestamptz) DESC, "todos_todo"."id" DESC
    LIMIT $12
-- order, first page
SELECT "todos_todo"."id", "todos_todo"."owner_id", "todos_todo"."title", "todos_todo"."description", "todos_todo"."completed", "todos_todo"."completed_at", "todos_todo"."order", "todos_todo"."due_at", "todos_todo"."created_at", "todos_todo"."updated_at", "todos_todo"."version"
    FROM "todos_todo"
    WHERE "todos_todo"."owner_id" = $1
    ORDER BY COALESCE(("todos_todo"."order")::bigint, $2) ASC, "todos_todo"."id" ASC
    LIMIT $3
-- order, behind a cursor
SELECT "todos_todo"."id", "todos_todo"."owner_id", "todos_todo"."title", "todos_todo"."description", "todos_todo"."completed", "todos_todo"."completed_at", "todos_todo"."order", "todos_todo"."due_at", "todos_todo"."created_at", "todos_todo"."updated_at", "todos_todo"."version",
    (SELECT U0."id" AS "pk"
    FROM "todos_todo" U0
    WHERE (U0."owner_id" = $1 AND ROW(COALESCE((U0."order")::bigint, $2), U0."id") <= (ROW($3, $4)))
    ORDER BY COALESCE((U0."order")::bigint, $5) DESC, U0."id" DESC
    LIMIT $6) AS "row_behind"
    FROM "todos_todo"
    WHERE ("todos_todo"."owner_id" = $7 AND ROW(COALESCE(("todos_todo"."order")::bigint, $8), "todos_todo"."id") > (ROW($9, $10)))
    ORDER BY COALESCE(("todos_todo"."order")::bigint, $11) ASC, "todos_todo"."id" ASC
    LIMIT $12
-- title, first page
SELECT "todos_todo"."id", "todos_todo"."owner_id", "todos_todo"."title", "todos_todo"."description", "todos_todo"."completed", "todos_todo"."completed_at", "todos_todo"."order", "todos_todo"."due_at", "todos_todo"."created_at", "todos_todo"."updated_at", "todos_todo"."version"
    FROM "todos_todo"
    WHERE "todos_todo"."owner_id" = $1
    ORDER BY "todos_todo"."title" COLLATE "C" ASC, "todos_todo"."id" ASC
    LIMIT $2
-- title, behind a cursor
SELECT "todos_todo"."id", "todos_todo"."owner_id", "todos_todo"."title", "todos_todo"."description", "todos_todo"."completed", "todos_todo"."completed_at", "todos_todo"."order", "todos_todo"."due_at", "todos_todo"."created_at", "todos_todo"."updated_at", "todos_todo"."version",
    (SELECT U0."id" AS "pk"
    FROM "todos_todo" U0
    WHERE (U0."owner_id" = $1 AND ROW(U0."title" COLLATE "C", U0."id") <= (ROW($2, $3)))
    ORDER BY U0."title" COLLATE "C" DESC, U0."id" DESC
    LIMIT $4) AS "row_behind"
    FROM "todos_todo"
    WHERE ("todos_todo"."owner_id" = $5 AND ROW("todos_todo"."title" COLLATE "C", "todos_todo"."id") > (ROW($6, $7)))
    ORDER BY "todos_todo"."title" COLLATE "C" ASC, "todos_todo"."id" ASC
    LIMIT $8
