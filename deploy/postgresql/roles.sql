-- Roles and database of Sáu Rõ. Run it with psql as an administrator of PostgreSQL, as often as you like:
--
--     psql -h db.example -U postgres -f roles.sql
--     psql -h db.example -U postgres -c '\password sauro_owner' -c '\password sauro_app' -c '\password sauro_read'
--
-- sauro_owner  owns the tables. Used by `sauro up --prepare`, `sauro upgrade` and `sauro restore`, by nothing else.
-- sauro_app    what pages, workers and the live edge connect as. It owns nothing, and never changes the journal.
-- sauro_read   reads figures for reports, and neither personal text nor keys, accounts or sessions. Leave it without a
--              password where nobody needs it.
--
-- Which tables each may touch is said by the program itself, after each migration (src/sauro/project/rights.py).

\set ON_ERROR_STOP on

SELECT format('CREATE ROLE %I', wanted.name)
FROM (VALUES ('sauro_owner'), ('sauro_app'), ('sauro_read')) AS wanted(name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name) \gexec

ALTER ROLE sauro_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE sauro_app   LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE sauro_read  LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 5;

-- A report must hold nothing up: the sealer looks again at what commits late.
ALTER ROLE sauro_read SET default_transaction_read_only = on;
ALTER ROLE sauro_read SET statement_timeout = '60s';
ALTER ROLE sauro_read SET idle_in_transaction_session_timeout = '30s';

SELECT 'CREATE DATABASE sauro OWNER sauro_owner TEMPLATE template0 ENCODING ''UTF8'''
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'sauro') \gexec

-- Nobody else's account on this server gets in, and only the owner makes anything.
REVOKE ALL ON DATABASE sauro FROM PUBLIC;
GRANT CONNECT ON DATABASE sauro TO sauro_app, sauro_read;

\connect sauro
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO sauro_owner;
GRANT USAGE ON SCHEMA public TO sauro_app, sauro_read;

-- A table that a later version makes is nobody's until that version has said whose it is.
ALTER DEFAULT PRIVILEGES FOR ROLE sauro_owner IN SCHEMA public REVOKE ALL ON TABLES FROM PUBLIC, sauro_app, sauro_read;
ALTER DEFAULT PRIVILEGES FOR ROLE sauro_owner IN SCHEMA public REVOKE ALL ON SEQUENCES FROM PUBLIC, sauro_app, sauro_read;
