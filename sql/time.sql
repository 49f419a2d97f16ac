--
-- Clauses on time: what is asked of the API is just the buckets for which the
-- clause holds, or a few more where it goes through a time zone; and the
-- answer is the oracle's.
--
\i test/lib/setup.sql
\i test/lib/pushdown.sql
\i test/lib/time_cases.sql
\i test/lib/time_judged.sql

-- What it looks like.
SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS today \gset
SELECT * FROM usage.costs \g /dev/null
\i test/lib/requests.sql
SELECT * FROM usage.costs WHERE day >= :'today'::date - 2 \g /dev/null
\i test/lib/requests.sql
SELECT * FROM usage.costs WHERE day IN (:'today', :'today'::date - 40, :'today'::date - 41,
  :'today'::date - 90) \g /dev/null
\i test/lib/requests.sql
SELECT * FROM usage.embeddings
WHERE day BETWEEN :'today'::date - 100 AND :'today'::date - 30 \g /dev/null
\i test/lib/requests.sql
SELECT * FROM usage_hourly.embeddings
WHERE day >= :'today'::date - 15 AND day < :'today'::date - 4 \g /dev/null
\i test/lib/requests.sql
SELECT * FROM usage_minutely.embeddings WHERE day = :'today'::date - 1
  AND start_time < timestamptz :'today' - interval '500 years' \g /dev/null
\i test/lib/requests.sql
SELECT * FROM usage_minutely.embeddings
WHERE start_time > (:'today'::timestamp AT TIME ZONE 'UTC') - interval '40 hours'
  AND end_time <= (:'today'::timestamp AT TIME ZONE 'UTC')
    - interval '2 hours 10 seconds' \g /dev/null
\i test/lib/requests.sql
SELECT * FROM usage.embeddings WHERE day > :'today'::date + 1 \g /dev/null
\i test/lib/requests.sql

-- Each form, within the last 100 days, 15 days and 2 days; and at the width of
-- a day also with nothing else to bound it.  What asks for times before the
-- table's history is warned of: that is another test's.
SET client_min_messages = error;
CREATE PROCEDURE pg_temp.add_all() LANGUAGE plpgsql AS $$
DECLARE
  today timestamptz := pg_temp.today();
BEGIN
  CALL pg_temp.add_time_cases('.', '1d', today - interval '480 hours',
    today - interval '288 hours',
    today - interval '2400 hours', NULL);
  CALL pg_temp.add_time_cases('.', '1h', today - interval '67 hours', today - interval '43 hours',
    today - interval '360 hours', NULL);
  CALL pg_temp.add_time_cases('.', '1m', today - interval '1423 minutes',
    today - interval '1317 minutes',
    today - interval '36 hours', NULL);
  CALL pg_temp.add_time_cases('^\w+ (<|=|>=) (timestamptz|date|\$1 date)$|infin|BC|last|IS |future'
    || '|date_trunc (year|month) |contra|^OR',
    '1d', today - interval '4800 hours', today - interval '2880 hours', NULL, NULL);
  CALL pg_temp.add_time_cases('^\w+ (<|=|>=) (timestamptz|date|\$1 date)$',
    '1d', today - interval '9600 hours', today - interval '8760 hours', NULL, NULL);
END $$;
CALL pg_temp.add_all();
CALL pg_temp.run_cases();
\i test/lib/recorded.sql
SELECT width, fit, count(*) AS cases
FROM judged GROUP BY ROLLUP (1, 2) ORDER BY 1, 2;
SELECT count(*) > 100 AS many_without_request, count(DISTINCT form) > 20 AS of_many_forms
FROM judged WHERE requests = 0;
SELECT * FROM failed ORDER BY id LIMIT 20;

DROP SCHEMA relation, usage_extra CASCADE;
