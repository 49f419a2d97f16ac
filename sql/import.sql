--
-- IMPORT FOREIGN SCHEMA: which tables and columns it makes, and what it
-- refuses.
--
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS usage CASCADE;
CREATE SERVER "Usage API" FOREIGN DATA WRAPPER usage_fdw;
CREATE USER MAPPING FOR CURRENT_USER SERVER "Usage API" OPTIONS (api_key 'sk-admin-secret');

CREATE VIEW imported AS
SELECT n.nspname, c.relname, t.ftoptions, a.attnum, a.attname,
       format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull, a.attfdwoptions
FROM pg_foreign_table t
JOIN pg_class c ON c.oid = t.ftrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
JOIN pg_foreign_server s ON s.oid = t.ftserver
WHERE s.srvname = 'Usage API';
CREATE VIEW imported_tables AS
SELECT nspname, relname, ftoptions, count(*) AS columns
FROM imported GROUP BY 1, 2, 3;

-- everything
CREATE SCHEMA usage;
IMPORT FOREIGN SCHEMA usage FROM SERVER "Usage API" INTO usage;
SELECT * FROM imported_tables ORDER BY relname;
SELECT relname, attname, type, attnotnull FROM imported
WHERE relname IN ('completions', 'images', 'costs', 'vector_stores') ORDER BY relname, attnum;

-- it is what the catalogue says, and nothing more
SELECT endpoint, column_name, data_type::text FROM usage_fdw_columns() WHERE imported
EXCEPT SELECT relname, attname, type FROM imported;
SELECT relname, attname, type FROM imported
EXCEPT SELECT endpoint, column_name, data_type::text FROM usage_fdw_columns() WHERE imported;
SELECT * FROM imported WHERE attfdwoptions IS NOT NULL;

-- twice into the same schema
IMPORT FOREIGN SCHEMA usage FROM SERVER "Usage API" INTO usage;  -- ERROR

-- some
CREATE SCHEMA few;
IMPORT FOREIGN SCHEMA usage LIMIT TO (costs, embeddings) FROM SERVER "Usage API" INTO few;
SELECT * FROM imported_tables WHERE nspname = 'few' ORDER BY relname;
IMPORT FOREIGN SCHEMA usage
  EXCEPT (costs, embeddings, completions, decisions, moderations, images, vector_stores)
  FROM SERVER "Usage API" INTO few;
SELECT * FROM imported_tables WHERE nspname = 'few' ORDER BY relname;

-- some kinds
CREATE SCHEMA kinds;
IMPORT FOREIGN SCHEMA usage EXCEPT (projects, users) FROM SERVER "Usage API" INTO kinds
  OPTIONS (kinds ' list , object ', bucket_width '1h');
SELECT * FROM imported_tables WHERE nspname = 'kinds' ORDER BY relname;
SELECT relname, attname, type, attnotnull FROM imported
WHERE nspname = 'kinds' ORDER BY relname, attnum;
IMPORT FOREIGN SCHEMA usage LIMIT TO (costs, spend_limits) FROM SERVER "Usage API" INTO kinds
  OPTIONS (kinds 'usage');  -- ERROR
IMPORT FOREIGN SCHEMA usage LIMIT TO (costs) FROM SERVER "Usage API" INTO kinds
  OPTIONS (kinds 'usage');
SELECT * FROM imported_tables WHERE nspname = 'kinds' AND relname LIKE '%s' ORDER BY relname LIMIT 2;

-- names that do not exist
CREATE SCHEMA none;
IMPORT FOREIGN SCHEMA usage FROM SERVER "Usage API" INTO none OPTIONS (kinds 'lists');  -- ERROR
IMPORT FOREIGN SCHEMA usage FROM SERVER "Usage API" INTO none OPTIONS (kinds '');  -- ERROR
IMPORT FOREIGN SCHEMA usage FROM SERVER "Usage API" INTO none OPTIONS (kinds 'usage list,object');  -- ERROR
IMPORT FOREIGN SCHEMA public FROM SERVER "Usage API" INTO none;  -- ERROR
IMPORT FOREIGN SCHEMA usage LIMIT TO (costs, weather) FROM SERVER "Usage API" INTO none;  -- ERROR
IMPORT FOREIGN SCHEMA usage EXCEPT ("Costs") FROM SERVER "Usage API" INTO none;  -- ERROR
IMPORT FOREIGN SCHEMA usage
  FROM SERVER "Usage API" INTO none OPTIONS (bucket_widht '1h');  -- ERROR
IMPORT FOREIGN SCHEMA usage
  FROM SERVER "Usage API" INTO none OPTIONS (history '90 days');  -- ERROR
IMPORT FOREIGN SCHEMA usage
  FROM SERVER "Usage API" INTO none OPTIONS (bucket_width '2h');  -- ERROR
IMPORT FOREIGN SCHEMA usage
  FROM SERVER "Usage API" INTO none OPTIONS (extra_dimensions 'some');  -- ERROR
IMPORT FOREIGN SCHEMA usage FROM SERVER "Usage API" INTO none
  OPTIONS (bucket_width '1h', bucket_width '1d');  -- ERROR
SELECT * FROM imported_tables WHERE nspname = 'none';

-- widths: costs has its own
CREATE SCHEMA hourly;
IMPORT FOREIGN SCHEMA usage LIMIT TO (completions, costs) FROM SERVER "Usage API" INTO hourly
  OPTIONS (bucket_width '1h');
CREATE SCHEMA minutely;
IMPORT FOREIGN SCHEMA usage LIMIT TO (completions, costs) FROM SERVER "Usage API" INTO minutely
  OPTIONS (bucket_width '1m');
SELECT * FROM imported_tables WHERE nspname IN ('hourly', 'minutely') ORDER BY 1, 2;

-- all dimensions that are known
CREATE SCHEMA finest;
IMPORT FOREIGN SCHEMA usage FROM SERVER "Usage API" INTO finest OPTIONS (extra_dimensions 'true');
SELECT f.relname, f.attname, f.type FROM imported f
LEFT JOIN imported u ON u.nspname = 'usage' AND (u.relname, u.attname) = (f.relname, f.attname)
WHERE f.nspname = 'finest' AND u.attname IS NULL ORDER BY f.relname, f.attnum;
CREATE SCHEMA plain;
IMPORT FOREIGN SCHEMA usage LIMIT TO (costs) FROM SERVER "Usage API" INTO plain
  OPTIONS (extra_dimensions 'off');
SELECT * FROM imported_tables WHERE nspname = 'plain';

DROP SERVER "Usage API" CASCADE;
DROP VIEW imported_tables, imported;
DROP SCHEMA usage, few, kinds, none, hourly, minutely, finest, plain;
