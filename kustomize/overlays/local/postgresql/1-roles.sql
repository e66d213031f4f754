-- The roles of a real database (terraform/lambda/database_access/roles.py), for a local one: who owns the schema, who
-- may write rows, who logs in. tests/project/test_database_roles.py runs this file and migrates with it.
CREATE ROLE service_owner NOLOGIN;
CREATE ROLE service_rw NOLOGIN;
CREATE ROLE service_migrate LOGIN NOINHERIT;
CREATE ROLE service_app LOGIN;

GRANT service_owner TO service_migrate;
GRANT service_rw TO service_app;

ALTER SCHEMA public OWNER TO service_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO service_rw;
ALTER DEFAULT PRIVILEGES FOR ROLE service_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO service_rw;
ALTER DEFAULT PRIVILEGES FOR ROLE service_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO service_rw;
