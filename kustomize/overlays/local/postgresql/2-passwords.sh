# shellcheck shell=bash
# Sourced by the image's entry point, before PostgreSQL listens to anyone else.
for role in service_app service_migrate; do
    psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set ON_ERROR_STOP=1 \
        --set role="$role" --set password="$(cat "/run/secrets/postgresql/$role")" <<'SQL'
ALTER ROLE :"role" PASSWORD :'password'
SQL
done
