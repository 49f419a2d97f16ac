--
-- The three uses: a SELECT over live usage, a join with a table of one's own,
-- and a materialized view.
--
\i test/lib/setup.sql
\i test/lib/same.sql
\set endpoint completions
\i test/lib/oracle.sql
\set endpoint costs
\i test/lib/oracle.sql
SET client_min_messages = warning;
\set QUIET on
CREATE SCHEMA report;

-- 1. a SELECT over live usage
SELECT pg_temp.same($$
  SELECT day, model, sum(num_model_requests), sum(input_tokens), sum(output_tokens)
  FROM usage.completions
  WHERE day >= pg_temp.today() - 30 AND NOT batch
  GROUP BY 1, 2$$, $$
  SELECT day, model, sum(num_model_requests), sum(input_tokens), sum(output_tokens)
  FROM oracle.completions
  WHERE day >= pg_temp.today() - 30 AND NOT batch
  GROUP BY 1, 2$$);
\i test/lib/requests.sql

-- it is live: a day that is restated counts at once
SELECT max(day) AS day, extract(epoch FROM max(start_time))::bigint AS start,
       extract(epoch FROM max(end_time))::bigint AS end
FROM oracle.completions WHERE day < pg_temp.today() - 30 \gset
\setenv RESTATE_FROM :start
\setenv RESTATE_TO :end
SELECT sum(input_tokens) AS before FROM usage.completions WHERE day = :'day' \gset
\! "$USAGE_SIMULATOR_CONTROL" restate completions from=$RESTATE_FROM to=$RESTATE_TO factor=10
SELECT trim_scale(sum(input_tokens) / :before) AS factor FROM usage.completions WHERE day = :'day';
\! "$USAGE_SIMULATOR_CONTROL" reset-requests

-- 2. a join with a table of one's own: cost per team and month
CREATE TABLE report.projects (openai_id text PRIMARY KEY, team text NOT NULL);
INSERT INTO report.projects VALUES
  ('proj_web', 'growth'), ('proj_data pipeline', 'data'), ('proj_größe+50%', 'data'),
  ('proj_nobody', 'idle');
SELECT pg_temp.same($$
  SELECT p.team, date_trunc('month', c.day) AS month, c.currency, sum(c.amount)
  FROM usage.costs AS c JOIN report.projects AS p ON p.openai_id = c.project_id
  WHERE c.day >= pg_temp.today() - 90
  GROUP BY 1, 2, 3$$, $$
  SELECT p.team, date_trunc('month', c.day) AS month, c.currency, sum(c.amount)
  FROM oracle.costs AS c JOIN report.projects AS p ON p.openai_id = c.project_id
  WHERE c.day >= pg_temp.today() - 90
  GROUP BY 1, 2, 3$$);
\i test/lib/requests.sql

-- teams without usage, and usage without a team
SELECT p.team, count(c.day) AS rows FROM report.projects AS p
LEFT JOIN usage.costs AS c ON p.openai_id = c.project_id AND c.day >= pg_temp.today() - 30
WHERE p.team = 'idle' GROUP BY 1;
SELECT pg_temp.same($$
  SELECT coalesce(p.team, 'unknown'), sum(c.amount)
  FROM usage.costs AS c LEFT JOIN report.projects AS p ON p.openai_id = c.project_id
  WHERE c.day >= pg_temp.today() - 30 GROUP BY 1$$, $$
  SELECT coalesce(p.team, 'unknown'), sum(c.amount)
  FROM oracle.costs AS c LEFT JOIN report.projects AS p ON p.openai_id = c.project_id
  WHERE c.day >= pg_temp.today() - 30 GROUP BY 1$$);

-- the same join, filtered by the one's own table
SELECT pg_temp.same($$
  SELECT c.* FROM usage.costs AS c
  WHERE c.day >= pg_temp.today() - 30
  AND c.project_id = ANY (ARRAY(SELECT openai_id FROM report.projects WHERE team = 'data'))$$, $$
  SELECT c.* FROM oracle.costs AS c
  WHERE c.day >= pg_temp.today() - 30
  AND c.project_id IN (SELECT openai_id FROM report.projects WHERE team = 'data')$$);

-- 3. a materialized view
\! "$USAGE_SIMULATOR_CONTROL" reset-requests
\set endpoint completions
\i test/lib/oracle.sql
\set QUIET on
CREATE MATERIALIZED VIEW report.tokens AS
SELECT day, coalesce(model, 'unknown') AS model, sum(input_tokens) AS input_tokens,
       sum(output_tokens) AS output_tokens
FROM usage.completions
WHERE day >= (now() AT TIME ZONE 'UTC')::date - 60
GROUP BY 1, 2;
CREATE UNIQUE INDEX ON report.tokens (day, model);
\i test/lib/requests.sql
CREATE FUNCTION pg_temp.compare_tokens() RETURNS text LANGUAGE sql AS $f$
  SELECT pg_temp.same('TABLE report.tokens', $$
    SELECT day, coalesce(model, 'unknown'), sum(input_tokens), sum(output_tokens)
    FROM oracle.completions
    WHERE day >= (now() AT TIME ZONE 'UTC')::date - 60
    GROUP BY 1, 2$$)
$f$;
SELECT pg_temp.compare_tokens();

-- a day is restated: the view is behind until it is refreshed
\set QUIET on
CREATE TABLE report.before AS TABLE report.tokens;
SELECT max(day) AS day, extract(epoch FROM max(start_time))::bigint AS start,
       extract(epoch FROM max(end_time))::bigint AS end
FROM oracle.completions WHERE day < pg_temp.today() \gset
\setenv RESTATE_FROM :start
\setenv RESTATE_TO :end
\! "$USAGE_SIMULATOR_CONTROL" restate completions from=$RESTATE_FROM to=$RESTATE_TO factor=3
\i test/lib/oracle.sql
SELECT pg_temp.compare_tokens() <> 'same' AS is_behind;
REFRESH MATERIALIZED VIEW CONCURRENTLY report.tokens;
SELECT pg_temp.compare_tokens();
SELECT DISTINCT t.day = :'day' AS that_day, trim_scale(t.input_tokens / b.input_tokens) AS factor
FROM report.tokens AS t JOIN report.before AS b USING (day, model)
WHERE t <> b;
\i test/lib/requests.sql

-- and not concurrently, by a cron job under another time zone
SET TimeZone = 'Asia/Kolkata';
REFRESH MATERIALIZED VIEW report.tokens;
SELECT pg_temp.compare_tokens();
RESET TimeZone;

-- costs, exact to the last digit
\set QUIET on
CREATE MATERIALIZED VIEW report.invoice AS
SELECT date_trunc('month', day::timestamp) AS month, project_id, line_item, currency,
  sum(amount) AS amount
FROM usage.costs GROUP BY 1, 2, 3, 4;
SELECT pg_temp.same('SELECT *, amount::text FROM report.invoice', $$
  SELECT *, amount::text FROM (
    SELECT date_trunc('month', day::timestamp), project_id, line_item, currency,
      sum(amount) AS amount
    FROM oracle.costs GROUP BY 1, 2, 3, 4) AS o$$);

SET client_min_messages = warning;
DROP SCHEMA report CASCADE;
