--
-- Joins by time: a row of another table says from when, or which day.  Each case's
-- requests are those that it should make; whatever they are, the answer is the
-- oracle's.
--
\i test/lib/join.sql
\set ECHO none
\set QUIET on
CREATE TABLE own.kept AS SELECT * FROM own.completions WHERE day < pg_temp.today() - 3;
CREATE TABLE own.cursor AS SELECT max(start_time) AS until FROM own.kept;
CREATE TABLE own.day AS SELECT pg_temp.today() - n AS day FROM unnest(ARRAY[40, 7, 12]) AS n;
ANALYZE own.kept, own.cursor, own.day;

INSERT INTO cases (how, name, plan, query, answer, asks) VALUES
  ('once', 'none is kept', 'Nested Loop(Aggregate(Seq Scan), Scan)', $$
    SELECT u.* FROM usage.completions AS u
    CROSS JOIN (SELECT max(start_time) AS until FROM own.kept WHERE model = 'none') AS k
    WHERE u.start_time > k.until$$, 'both are empty', '');
INSERT INTO cases (how, name, plan, query, asks) VALUES
  ('once', 'from the latest kept', 'Nested Loop(Aggregate(Seq Scan), Scan)', $$
    SELECT u.* FROM usage.completions AS u
    CROSS JOIN (SELECT max(start_time) AS until FROM own.kept) AS k
    WHERE u.start_time > k.until$$, '
    completions today-3..now 1d limit=4'),
  ('once', 'a table of one row', 'Nested Loop(Seq Scan, Scan)', $$
    SELECT u.* FROM usage.completions AS u JOIN own.cursor AS k ON u.start_time > k.until$$, '
    completions today-3..now 1d limit=4'),
  ('looped', 'functions of both', 'Nested Loop(Aggregate(Seq Scan), Scan)', $$
    SELECT u.* FROM usage.completions AS u
    CROSS JOIN (SELECT max(day) AS until FROM own.kept) AS k
    WHERE date_trunc('day', u.end_time AT TIME ZONE 'UTC') > k.until + 2$$, '
    completions today-2..now 1d limit=3'),
  ('looped', 'days', 'Nested Loop(Seq Scan, Scan)', $$
    SELECT u.* FROM own.day AS d JOIN usage.completions AS u USING (day)$$, '
    completions today-40..today-39 1d limit=1
    completions today-7..today-6 1d limit=1
    completions today-12..today-11 1d limit=1'),
  ('looped', 'days in a zone', 'Nested Loop(Seq Scan, Scan)', $$
    SELECT u.* FROM own.day AS d
    JOIN usage.completions AS u ON (u.start_time AT TIME ZONE 'Asia/Kolkata')::date = d.day$$, '
    completions today-40..today-39 1d limit=1
    completions today-7..today-6 1d limit=1
    completions today-12..today-11 1d limit=1'),
  ('looped', 'a time and a dimension',
    'Nested Loop(Limit(Sort(Seq Scan)), Scan[project_ids])', $$
    SELECT u.* FROM (SELECT * FROM own.project ORDER BY since LIMIT 2) AS p
    JOIN usage.completions AS u ON u.project_id = p.id AND u.day = p.since$$, NULL),
  ('looped', 'many days', 'Nested Loop(Seq Scan, Scan)', $$
    SELECT m.n, u.* FROM own.many AS m JOIN usage.completions AS u ON u.day = m.at_day - 3$$, NULL),
  ('looped', 'many times', 'Nested Loop Left(Seq Scan, Scan)', $$
    SELECT p.id, u.day, u.model FROM own.project AS p
    LEFT JOIN usage.completions AS u ON u.start_time >= p.since AND u.day < p.since + 2$$, NULL);
CALL pg_temp.run_cases();

-- where a bucket has few rows, one read of all is soon cheaper
ALTER FOREIGN TABLE usage.images OPTIONS (SET rows_per_bucket '10');
INSERT INTO cases (how, name, plan, query, asks) VALUES
  ('looped', 'many days of few rows', 'Nested Loop(Seq Scan, Scan)', $$
    SELECT m.n, u.* FROM (SELECT * FROM own.many WHERE n % 50 = 7) AS m
    JOIN usage.images AS u ON u.day = m.at_day - n / 50$$, '
    images today..now 1d limit=1
    images today-1..today 1d limit=1
    images today-60..today-29 1d limit=31
    images today-29..now 1d limit=30'),
  ('looped', 'many days of few rows, and a dimension', 'Nested Loop(Seq Scan, Scan[sizes])', $$
    SELECT m.n, u.* FROM (SELECT * FROM own.many WHERE n % 17 = 7) AS m
    JOIN usage.images AS u ON u.day = m.at_day - n / 50 AND u.size = m.size$$, NULL);
CALL pg_temp.run_cases();
\i test/lib/report.sql

DROP SCHEMA own CASCADE;
