-- The roles of a real database (terraform/lambda/database_access/roles.py), for a local one: who owns the schema, who
-- may write rows, who logs in. tests/project/test_database_roles.py runs this file and migrates with it.
CREATE ROLE todo_owner NOLOGIN;
CREATE ROLE todo_rw NOLOGIN;
CREATE ROLE todo_migrate LOGIN NOINHERIT;
CREATE ROLE todo_app LOGIN;

GRANT todo_owner TO todo_migrate;
GRANT todo_rw TO todo_app;

ALTER SCHEMA public OWNER TO todo_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO todo_rw;
ALTER DEFAULT PRIVILEGES FOR ROLE todo_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO todo_rw;
ALTER DEFAULT PRIVILEGES FOR ROLE todo_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO todo_rw;
