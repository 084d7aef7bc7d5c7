-- Roles for a PostgreSQL database: what serves may add, read and change rows, and nothing else. Run it as the database's
-- owner once any `chesil` command has made the tables, and again after each new version (which the owner opens first:
-- `chesil account list --database …` as the owner is enough). Give chesil_serve a password or a certificate.

DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'chesil_serve') THEN
    CREATE ROLE chesil_serve LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
  END IF;
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO chesil_serve;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO chesil_serve;

-- What was seen and by whom is only added to.
REVOKE UPDATE, DELETE ON audit, audit_seal FROM chesil_serve;
-- Which version made the tables is for the owner to say.
REVOKE INSERT, UPDATE, DELETE ON migration, audit_migration FROM chesil_serve;
