-- test/lib/level_tables.sql: views that the cases of query levels read
--
-- Needs test/lib/grain_tables.sql.

-- What is kept, and what is live: a view of both; and views that PostgreSQL
-- does not pull up.
CREATE TABLE own.kept AS
SELECT day, project_id, line_item, amount FROM oracle.costs
WHERE day < (now() AT TIME ZONE 'UTC')::date - 30;
SELECT format($$
  CREATE VIEW %1$I.both_costs AS
  SELECT day, project_id, line_item, amount FROM own.kept
  UNION ALL
  SELECT day, project_id, line_item, amount FROM %1$I.costs
  WHERE day > (SELECT max(day) FROM own.kept);
  CREATE VIEW %1$I.ordered AS SELECT * FROM %1$I.completions ORDER BY day, model;
  CREATE VIEW %1$I.guarded WITH (security_barrier) AS
  SELECT * FROM %1$I.completions WHERE batch IS NOT NULL
$$, schema) FROM (VALUES ('usage'), ('oracle')) AS s(schema) \gexec
CREATE FUNCTION own.leaky(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE
AS 'BEGIN RETURN $1 IS NULL OR length($1) < 11; END';
