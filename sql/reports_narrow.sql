--
-- Reports ask for no more than the SQL that one would write by hand for the same answer,
-- over foreign tables and over live views.
--
\i test/lib/reports.sql
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
\set reports_table `echo "$USAGE_REPORTS_TABLE"`
CREATE TEMP TABLE pair (
  n int GENERATED ALWAYS AS IDENTITY, name text, report text, by_hand text, answer text);
INSERT INTO pair (name, report, by_hand) VALUES
  ('month to date', 'SELECT currency, amount FROM over_live.cost_month_to_date',
    $$SELECT c.currency, coalesce(sum(c.amount)
        FILTER (WHERE day >= date_trunc('month', usage_fdw_today())), 0)
      FROM (SELECT day, currency, sum(amount) AS amount FROM live.costs
        WHERE day >= least(date_trunc('month', usage_fdw_today())::date, usage_fdw_today() - 28)
        GROUP BY 1, 2) AS c LEFT JOIN live.spend_limits AS l ON l.currency = c.currency
      GROUP BY 1$$),
  ('month to date, by project', $$
    SELECT project_id, currency, budget FROM over_live.cost_month_to_date_by_project$$, $$
    SELECT c.project_id, c.currency, threshold_cents * 0.01
    FROM (SELECT project_id, currency, sum(amount) FROM live.costs
      WHERE day >= least(date_trunc('month', usage_fdw_today())::date, usage_fdw_today() - 28)
      GROUP BY 1, 2) AS c LEFT JOIN live.project_spend_limits AS l
      ON l.currency = c.currency AND l.project_id = c.project_id AND period = 'month'$$),
  ('period: yesterday', $$
    SELECT currency, amount FROM over_live.cost_period WHERE period = 'day'$$, $$
    SELECT currency, coalesce(sum(amount) FILTER (WHERE day = usage_fdw_today() - 1), 0)
    FROM live.costs WHERE day >= (date_trunc('month', usage_fdw_today() - 1)
      - interval '1 month')::date AND day < usage_fdw_today() GROUP BY 1$$),
  ('by model, of a month', $$
    SELECT model, currency, sum(amount) FROM over_live.cost_by_model
    WHERE day >= pg_temp.today() - 30 GROUP BY 1, 2$$, $$
    SELECT (usage_fdw_line_item(line_item)).model, currency, sum(amount) FROM live.costs
    WHERE day >= pg_temp.today() - 30 GROUP BY 1, 2$$),
  ('by model, with quantities', $$
    SELECT day, model, kind, amount, quantity FROM over_live.cost_by_model
    WHERE day = pg_temp.today() - 3 AND unit = 'calls'$$, $$
    SELECT day, l.model, l.kind, sum(amount) AS amount, sum(quantity) AS quantity
    FROM live.costs, usage_fdw_line_item(line_item) AS l
    WHERE day = pg_temp.today() - 3 GROUP BY 1, 2, 3, currency
    HAVING min(quantity_unit) = 'calls' AND max(quantity_unit) = 'calls'$$),
  ('by project, of a month', $$
    SELECT project_name, currency, sum(amount) FROM over_live.cost_by_project
    WHERE day >= pg_temp.today() - 30 GROUP BY 1, 2$$, $$
    SELECT p.name, currency, sum(amount) FROM live.costs AS c
    LEFT JOIN live.projects AS p ON p.id = c.project_id
    WHERE day >= pg_temp.today() - 30 GROUP BY 1, 2$$),
  -- of one, PostgreSQL 17 keeps the join that nobody needs
  ('by project, of two, no names', $$
    SELECT currency, sum(amount) FROM over_live.cost_by_project
    WHERE day >= pg_temp.today() - 30 AND project_id IN ('proj_web', 'proj_empty') GROUP BY 1$$, $$
    SELECT currency, sum(amount) FROM live.costs
    WHERE day >= pg_temp.today() - 30 AND project_id IN ('proj_web', 'proj_empty') GROUP BY 1$$),
  ('by owner, of a month', $$
    SELECT owner_name, currency, sum(amount) FROM over_live.cost_by_owner
    WHERE day >= pg_temp.today() - 30 GROUP BY 1, 2$$, $$
    SELECT coalesce(k.owner_name, u.name), currency, sum(amount) FROM live.costs AS c
    LEFT JOIN live.project_api_keys AS k ON k.id = c.api_key_id
    LEFT JOIN live.users AS u ON u.id = c.user_id AND k.id IS NULL
    WHERE day >= pg_temp.today() - 30 GROUP BY 1, 2$$),
  ('anomalies', $$
    SELECT day, project_id, currency, amount FROM over_live.cost_anomaly WHERE amount > 0$$, $$
    SELECT day, project_id, currency, sum(amount) FROM live.costs
    WHERE day >= usage_fdw_today() - 84 AND day < usage_fdw_today() GROUP BY 1, 2, 3
    HAVING sum(amount) FILTER (WHERE day >= usage_fdw_today() - 28) > 0$$),
  ('allocation, of a week', $$
    SELECT currency, sum(amount) FROM over_live.cost_allocation
    WHERE day >= pg_temp.today() - 7 GROUP BY 1$$, $$
    SELECT currency, sum(amount)
    FROM (SELECT day, project_id, api_key_id, user_id, currency, sum(amount) AS amount
      FROM live.costs GROUP BY 1, 2, 3, 4, 5
      UNION ALL
      SELECT day, project_id, api_key_id, user_id, NULL, sum(input_tokens)
      FROM (SELECT day, project_id, api_key_id, user_id, input_tokens, output_tokens
          FROM live.completions UNION ALL
        SELECT day, project_id, api_key_id, user_id, input_tokens, output_tokens
          FROM live.decisions UNION ALL
        SELECT day, project_id, api_key_id, user_id, input_tokens, 0 FROM live.embeddings UNION ALL
        SELECT day, project_id, api_key_id, user_id, input_tokens, 0 FROM live.moderations) AS t
      GROUP BY 1, 2, 3, 4) AS u
    WHERE day >= pg_temp.today() - 7 GROUP BY 1 HAVING max(currency) IS NOT NULL$$),
  ('top models', $$
    SELECT id, requests FROM over_live.usage_top WHERE dimension = 'model'$$, $$
    SELECT model, sum(num_model_requests)
    FROM (SELECT day, model, num_model_requests FROM live.completions UNION ALL
      SELECT day, model, num_model_requests FROM live.decisions UNION ALL
      SELECT day, model, num_model_requests FROM live.embeddings UNION ALL
      SELECT day, model, num_model_requests FROM live.moderations) AS u
    WHERE day >= usage_fdw_today() - 29 GROUP BY 1$$),
  ('top projects', $$
    SELECT id, name FROM over_live.usage_top WHERE dimension = 'project' AND rank > 0$$, $$
    SELECT u.id, p.name FROM (SELECT project_id AS id, sum(tokens)
      FROM (SELECT day, project_id, input_tokens AS tokens FROM live.completions UNION ALL
        SELECT day, project_id, input_tokens FROM live.decisions UNION ALL
        SELECT day, project_id, input_tokens FROM live.embeddings UNION ALL
        SELECT day, project_id, input_tokens FROM live.moderations) AS u
      WHERE day >= usage_fdw_today() - 29 GROUP BY 1) AS u
    LEFT JOIN live.projects AS p ON p.id = u.id$$),
  ('cache share of a project', $$
    SELECT day, sum(cached_tokens) FROM over_live.cache_share
    WHERE day >= pg_temp.today() - 30 AND project_id = 'proj_web' GROUP BY 1$$, $$
    SELECT day, sum(coalesce(input_cached_tokens, 0))
    FROM (SELECT day, project_id, model, input_cached_tokens FROM live.completions UNION ALL
      SELECT day, project_id, model, input_cached_tokens FROM live.decisions) AS u
    WHERE day >= pg_temp.today() - 30 AND project_id = 'proj_web'
      AND model IS NOT DISTINCT FROM model
    GROUP BY 1$$),
  ('batch share', $$
    SELECT project_id, sum(batch_requests) FROM over_live.batch_share
    WHERE day >= pg_temp.today() - 30 GROUP BY 1$$, $$
    SELECT project_id, coalesce(sum(num_model_requests) FILTER (WHERE batch), 0)
    FROM (SELECT day, project_id, model, batch, num_model_requests FROM live.completions UNION ALL
      SELECT day, project_id, model, batch, num_model_requests FROM live.decisions) AS u
    WHERE day >= pg_temp.today() - 30 AND model IS NOT DISTINCT FROM model GROUP BY 1$$),
  ('unused keys', 'SELECT api_key_id, project_name FROM over_live.keys_unused', $$
    SELECT k.id, p.name FROM live.project_api_keys AS k
    LEFT JOIN live.projects AS p ON p.id = k.project_id
    WHERE coalesce(k.last_used_at, k.created_at) <= now() - interval '30 days'$$),
  ('one metric of one endpoint', $$
    SELECT day, model, sum(value) FROM over_live.usage_long WHERE endpoint = 'completions'
      AND metric = 'output_tokens' AND day >= pg_temp.today() - 30 GROUP BY 1, 2$$, $$
    SELECT day, model, sum(output_tokens) FROM live.completions
    WHERE day >= pg_temp.today() - 30 GROUP BY 1, 2$$),
  ('one metric, that one endpoint has', $$
    SELECT project_id, sum(value) FROM over_live.usage_long WHERE metric = 'characters'
      AND day >= pg_temp.today() - 30 AND project_id = 'proj_web' GROUP BY 1$$, $$
    SELECT project_id, sum(characters) FROM live.audio_speeches
    WHERE day >= pg_temp.today() - 30 AND project_id = 'proj_web' GROUP BY 1$$),
  ('FOCUS, a day', $$
    SELECT "ChargeDescription", "SubAccountName", "BilledCost" FROM over_live.focus_cost_and_usage
    WHERE "ChargePeriodStart" = (pg_temp.today() - 3)::timestamp AT TIME ZONE 'UTC'$$, $$
    SELECT line_item, p.name, amount FROM live.costs AS c
    LEFT JOIN live.projects AS p ON p.id = c.project_id
    WHERE start_time = (pg_temp.today() - 3)::timestamp AT TIME ZONE 'UTC'$$),
  ('FOCUS, a period', $$
    SELECT "SubAccountId", sum("BilledCost") FROM over_live.focus_cost_and_usage
    WHERE "BillingPeriodStart" = date_trunc('month', now(), 'UTC') GROUP BY 1$$, $$
    SELECT project_id, sum(amount) FROM live.costs
    WHERE start_time >= date_trunc('month', now(), 'UTC') GROUP BY 1$$),
  ('live view: by project, of a month', $$
    SELECT project_name, currency, sum(amount) FROM over_mixed.cost_by_project
    WHERE day >= pg_temp.today() - 30 GROUP BY 1, 2$$, $$
    SELECT p.name, c.currency, sum(c.amount)
    FROM (SELECT project_id, currency, sum(amount) AS amount
      FROM mixed.costs_live WHERE day >= pg_temp.today() - 30 GROUP BY 1, 2) AS c
    LEFT JOIN live.projects AS p ON p.id = c.project_id GROUP BY 1, 2$$),
  ('live view: kept days', $$
    SELECT currency, sum(amount) FROM over_mixed.cost_by_project
    WHERE day BETWEEN pg_temp.today() - 30 AND pg_temp.today() - 20 GROUP BY 1$$, $$
    SELECT currency, sum(amount) FROM oracle.costs
    WHERE day BETWEEN pg_temp.today() - 30 AND pg_temp.today() - 20 GROUP BY 1$$),
  ('live view: month to date', 'SELECT currency, amount FROM over_mixed.cost_month_to_date',
    $$SELECT c.currency, coalesce(sum(c.amount)
        FILTER (WHERE day >= date_trunc('month', usage_fdw_today())), 0)
      FROM (SELECT day, currency, sum(amount) AS amount FROM mixed.costs_live
        WHERE day >= least(date_trunc('month', usage_fdw_today())::date, usage_fdw_today() - 28)
        GROUP BY 1, 2) AS c LEFT JOIN live.spend_limits AS l ON l.currency = c.currency
      GROUP BY 1$$);

-- Requests carry the number of their pair, and which of the two it is.
CREATE PROCEDURE pg_temp.run_pairs() LANGUAGE plpgsql AS $$
DECLARE
  p pair;
BEGIN
  FOR p IN SELECT * FROM pair ORDER BY n LOOP
    EXECUTE format('ALTER SERVER openai OPTIONS (SET project %L)', p.n || '.1');
    EXECUTE 'CREATE TEMP TABLE ours AS ' || p.report;
    EXECUTE format('ALTER SERVER openai OPTIONS (SET project %L)', p.n || '.2');
    EXECUTE 'CREATE TEMP TABLE theirs AS ' || p.by_hand;
    UPDATE pair SET answer = pg_temp.same('TABLE ours', 'TABLE theirs') WHERE n = p.n;
    DROP TABLE ours, theirs;
  END LOOP;
  ALTER SERVER openai OPTIONS (SET project 'none');
END $$;
\! "$USAGE_SIMULATOR_CONTROL" reset-requests >/dev/null
CALL pg_temp.run_pairs();
TRUNCATE request;
\copy request FROM PROGRAM '"$USAGE_SIMULATOR_CONTROL" requests' (FORMAT csv, HEADER)

CREATE TEMP VIEW asked AS
SELECT n, which, count(r.seq) AS requests, coalesce(sum(r.bytes), 0) AS bytes,
  string_agg(pg_temp.show_request(r.path, '', 200) || ' ' || r.query, E'\n'
    ORDER BY r.path, r.query) AS all_requests
FROM pair CROSS JOIN (VALUES (1), (2)) AS w(which)
LEFT JOIN request AS r ON r.project = n || '.' || which
GROUP BY n, which;

\echo Requests: those by hand are the same.
SELECT concat_ws(' | ', name, a.requests,
  CASE WHEN a.all_requests IS NOT DISTINCT FROM b.all_requests THEN answer
    ELSE format(E'%s\nNOT %s\nBUT %s', answer, a.all_requests, b.all_requests) END)
FROM pair JOIN asked AS a USING (n) JOIN asked AS b USING (n)
WHERE a.which = 1 AND b.which = 2 ORDER BY n;

-- $USAGE_REPORTS_TABLE, the name of a file: the same with bytes, for docs/reports.md
SELECT :'reports_table' <> '' AS reporting \gset
\if :reporting
CREATE TEMP VIEW report_line AS
SELECT name, requests, round(bytes / 1000.0, 1) AS kb FROM pair JOIN asked USING (n)
WHERE which = 1 ORDER BY n;
\copy (TABLE report_line) TO PROGRAM 'cat > "$USAGE_REPORTS_TABLE"'
\endif
