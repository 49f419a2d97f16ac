--
-- Clauses on time that go through the session's time zone, or a named one: the
-- forms of the test "time" in five zones, around the last end of daylight
-- saving time in Havana: a day with two midnights.  Around the anniversary of
-- that there is none to be had; a zone by rules has its own in April.
--
\i test/lib/setup.sql
\i test/lib/pushdown.sql
\i test/lib/time_cases.sql
\i test/lib/time_judged.sql

CREATE TEMP TABLE transition AS
SELECT h AS instant, zone
FROM generate_series(pg_temp.today() - interval '8400 hours',
  pg_temp.today() - interval '72 hours', interval '1 hour') AS h,
     unnest('{America/Havana,"CST5CDT,M10.1.0/0,M4.1.0/1"}'::text[]) AS zone
WHERE h AT TIME ZONE zone = date_trunc('day', h AT TIME ZONE zone)
  AND h AT TIME ZONE zone = (h - interval '1 hour') AT TIME ZONE zone
ORDER BY zone, h DESC LIMIT 1;
SELECT instant AT TIME ZONE zone - date_trunc('day', instant AT TIME ZONE zone) AS local_time,
       (instant - interval '1 hour') AT TIME ZONE zone = instant AT TIME ZONE zone AS twice
FROM transition;

-- Constants in each zone, and prepared statements executed in one zone after
-- the other.
SET client_min_messages = error;
CREATE PROCEDURE pg_temp.add_all() LANGUAGE plpgsql AS $$
DECLARE
  instant timestamptz := (SELECT instant FROM transition);
  midnight timestamptz := date_trunc('day', instant, 'UTC');
  zones text[] := '{UTC,America/New_York,Asia/Kolkata,America/Havana,
    "CST5CDT,M10.1.0/0,M4.1.0/1"}';
  forms text := '^(start_time|day) (<|=|>=) (timestamp|date|timestamptz)$|\$1|date|::|ZONE|day'
    || '|current|local|date_trunc|infinit|BETWEEN';
  fewer text := '^day = (timestamp|date|timestamptz)$|[\$]1 (timestamp|date)$|::|ZONE'
    || '|date_trunc (day|month) =|date_trunc \w+ (in|at) ';
BEGIN
  CALL pg_temp.add_time_cases(fewer, '1d', midnight, midnight + interval '72 hours',
    midnight - interval '240 hours', midnight + interval '240 hours', zones);
  CALL pg_temp.add_time_cases(forms, '1h', instant, instant + interval '25 hours',
    midnight - interval '120 hours', midnight + interval '120 hours', zones);
  CALL pg_temp.add_time_cases(fewer, '1m', instant - interval '30 minutes',
    instant + interval '150 minutes',
    midnight - interval '12 hours', midnight + interval '36 hours', zones);
END $$;
CALL pg_temp.add_all();
CALL pg_temp.run_cases();
\i test/lib/recorded.sql
SELECT zone, width, count(*) AS cases,
  count(*) FILTER (WHERE plan = 'force_generic_plan') AS generic
FROM judged GROUP BY GROUPING SETS ((zone, width), ()) ORDER BY 1, 2;
SELECT * FROM failed ORDER BY id LIMIT 20;

-- the zone does matter: the same statement asks for different times
SELECT width, bool_or(zones > 1) AS different
FROM (SELECT width, form, count(DISTINCT asked) AS zones
  FROM judged WHERE plan = 'force_generic_plan' GROUP BY 1, 2) AS f
GROUP BY width ORDER BY width;

DROP SCHEMA relation, usage_extra CASCADE;
