--
-- Grain reduction: an aggregate that can't tell the difference asks the API for
-- fewer groups.  Each query is run with it, without it, and on the oracle; and
-- what it groups by is what it needs, or all where one of the conditions does
-- not hold (docs/design.md section 3).
--
\i test/lib/setup.sql
SET client_min_messages = warning;
\set QUIET on
\set endpoint completions
\i test/lib/oracle.sql
\set endpoint costs
\i test/lib/oracle.sql
\set endpoint vector_stores
\i test/lib/oracle.sql
\set endpoint images
\i test/lib/oracle.sql
SET client_min_messages = warning;
\set QUIET on

CREATE SCHEMA own;
CREATE TABLE own.project (id text PRIMARY KEY, team text, note text, most int);
INSERT INTO own.project
SELECT id, 'team ' || row_number() OVER (ORDER BY id) % 3, repeat('x', 9), (SELECT min(input_tokens) + 1 FROM oracle.completions AS c WHERE c.project_id = p.id AND day BETWEEN now()::date - 9 AND now()::date - 1)
FROM (SELECT DISTINCT project_id FROM oracle.completions WHERE project_id IS NOT NULL) AS p(id);
CREATE TABLE own.price (model text, price numeric(12,6), any_price numeric, valid_from timestamptz, valid_to timestamptz);
INSERT INTO own.price
SELECT model, 0.25 * row_number() OVER (ORDER BY model), CASE row_number() OVER (ORDER BY model) WHEN 1 THEN 'Infinity' ELSE 1.5 END::numeric,
       '-infinity', now() - interval '10 days'
FROM (SELECT DISTINCT model FROM oracle.completions WHERE model IS NOT NULL) AS m;
CREATE SEQUENCE own.counter;
CREATE AGGREGATE own.tally(text) (sfunc = int8inc_any, stype = bigint, initcond = '0', sortop = >);

\i test/lib/coarse.sql

-- reduced
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage.completions$$);
CALL pg_temp.try($$SELECT model, sum(input_tokens) AS s, sum(output_tokens) AS t FROM usage.completions GROUP BY model$$);
CALL pg_temp.try($$SELECT day, sum(amount) AS s FROM usage.costs GROUP BY day$$);
CALL pg_temp.try($$SELECT day, sum(usage_bytes) AS s FROM usage.vector_stores GROUP BY day$$);
CALL pg_temp.try($$SELECT max(day) AS s, min(model) AS m, bool_or(batch) AS b, bool_and(batch) AS c, every(batch) AS e, count(DISTINCT model) AS n FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(input_tokens + output_tokens) AS s FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(input_tokens - output_tokens + num_model_requests) AS s FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(input_tokens * 0.25) AS s, sum(3.5 * input_cached_tokens) AS t FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(amount * 1.19) AS s, sum(0.5 * amount) AS t FROM usage.costs$$);
CALL pg_temp.try($$SELECT sum(CASE WHEN batch THEN input_tokens ELSE 0 END) AS s, sum(CASE model WHEN 'gpt-6-luna' THEN input_tokens END) AS t FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(input_tokens) FILTER (WHERE model LIKE 'gpt%') AS s FROM usage.completions$$);
CALL pg_temp.try($$SELECT model FROM usage.completions GROUP BY model$$);
CALL pg_temp.try($$SELECT DISTINCT model, batch FROM usage.completions$$);
CALL pg_temp.try($$SELECT DISTINCT ON (model) model, day FROM usage.completions ORDER BY model, day DESC$$);
CALL pg_temp.try($$SELECT model, batch, sum(input_tokens) AS s, grouping(model, batch) AS g FROM usage.completions GROUP BY ROLLUP (model, batch)$$);
CALL pg_temp.try($$SELECT model, project_id, sum(input_tokens) AS s FROM usage.completions GROUP BY GROUPING SETS ((model), (project_id), ())$$);
CALL pg_temp.try($$SELECT model, sum(input_tokens) AS s FROM usage.completions GROUP BY 1 HAVING sum(output_tokens) > 1000 AND min(day) IS NOT NULL$$);
CALL pg_temp.try($$SELECT model, sum(input_tokens) AS s, rank() OVER (ORDER BY sum(input_tokens)) AS r FROM usage.completions GROUP BY 1$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage.completions WHERE project_id = 'proj_web' AND day > now()::date - 40$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage.completions WHERE user_id LIKE 'user-a%' OR user_id IS NULL$$);
CALL pg_temp.try($$SELECT p.team, sum(c.input_tokens) AS s FROM usage.completions AS c JOIN own.project AS p ON p.id = c.project_id GROUP BY 1$$);
CALL pg_temp.try($$SELECT p.team, sum(c.input_tokens) AS s FROM own.project AS p LEFT JOIN usage.completions AS c ON p.id = c.project_id AND c.batch GROUP BY 1$$);
CALL pg_temp.try($$SELECT c.model, sum(c.input_tokens * p.price) AS s FROM usage.completions AS c JOIN own.price AS p USING (model) GROUP BY 1$$);
CALL pg_temp.try($$SELECT sum(c.input_tokens * p.price) AS s FROM usage.completions AS c JOIN own.price AS p ON p.model = c.model AND c.start_time >= p.valid_from AND c.start_time < p.valid_to$$);
CALL pg_temp.try($$SELECT count(DISTINCT p.team) AS n, sum(c.input_tokens) AS s FROM usage.completions AS c JOIN own.project AS p ON p.id = c.project_id$$);
CALL pg_temp.try($$SELECT model, sum(input_tokens) AS s FROM (SELECT model, batch, input_tokens FROM usage.completions WHERE day > now()::date - 90) AS v GROUP BY 1$$);
CALL pg_temp.try($$WITH v AS (SELECT model, batch, input_tokens FROM usage.completions) SELECT sum(input_tokens) AS s FROM v$$);
CALL pg_temp.try($$SELECT id FROM own.project AS p WHERE EXISTS (SELECT FROM usage.completions AS c WHERE c.project_id = p.id AND c.batch)$$);
CALL pg_temp.try($$SELECT id FROM own.project AS p WHERE id IN (SELECT project_id FROM usage.completions WHERE day > now()::date - 9)$$);
CALL pg_temp.try($$SELECT id FROM own.project AS p WHERE NOT EXISTS (SELECT FROM usage.completions AS c WHERE c.project_id = p.id AND c.model = 'gpt-6-luna')$$);
CALL pg_temp.try($$SELECT extract(month FROM day) AS m, source, sum(images) AS s FROM usage.images GROUP BY 1, 2$$);
CALL pg_temp.try($$SELECT date_trunc('day', start_time) AS d, sum(input_tokens) AS s FROM usage_hourly.completions WHERE day > now()::date - 30 GROUP BY 1$$);
CALL pg_temp.try($$SELECT sum(a.input_tokens) AS s, max(b.model) AS m FROM usage.completions AS a JOIN (SELECT DISTINCT day, model FROM usage.completions) AS b ON a.day = b.day AND a.model = b.model$$);
CALL pg_temp.try($$SELECT c.m, sum(c.input_tokens) AS s FROM own.project AS p LEFT JOIN (SELECT project_id, input_tokens, coalesce(model, 'none') AS m FROM usage.completions) AS c ON c.project_id = p.id GROUP BY 1$$);
-- members of UNION ALL, and of members of it; children of a table
CALL pg_temp.try($$SELECT model, sum(t) AS s FROM (SELECT model, input_tokens AS t FROM usage.completions UNION ALL SELECT model, images FROM usage.images) AS u GROUP BY 1$$);
CALL pg_temp.try($$SELECT k, sum(t) AS s FROM (SELECT upper(model) AS k, day, input_tokens::numeric AS t FROM usage.completions WHERE NOT batch UNION ALL SELECT line_item, day, amount * 2 FROM usage.costs) AS u WHERE day > now()::date - 40 GROUP BY 1$$);
CALL pg_temp.try($$SELECT k, sum(t) AS s, max(k) AS m FROM (SELECT model AS k, output_tokens AS t FROM usage.completions UNION ALL (SELECT source, images FROM usage.images UNION ALL SELECT 'cached', CASE WHEN batch THEN input_cached_tokens END FROM usage.completions)) AS u GROUP BY 1$$);
CALL pg_temp.try($$SELECT p.team, sum(u.t) AS s FROM own.project AS p LEFT JOIN (SELECT project_id AS id, input_tokens AS t FROM usage.completions UNION ALL SELECT project_id, images FROM usage.images) AS u USING (id) GROUP BY 1$$);
CALL pg_temp.try($$SELECT id FROM own.project AS p WHERE EXISTS (SELECT FROM (SELECT project_id, batch AS b FROM usage.completions UNION ALL SELECT project_id, true FROM usage.images) AS u WHERE u.project_id = p.id AND u.b)$$);
CREATE TABLE usage.shared (day date, project_id text, model text, input_tokens bigint);
CREATE FOREIGN TABLE usage.child () INHERITS (usage.shared) SERVER openai OPTIONS (endpoint 'completions');
CREATE TABLE usage.heir () INHERITS (usage.shared);
INSERT INTO usage.heir VALUES (now()::date - 1, 'proj_web', 'mine', 7), (now()::date - 1, 'proj_web', 'mine', 7);
CREATE VIEW oracle.shared AS SELECT day, project_id, model, sum(input_tokens)::bigint AS input_tokens FROM oracle.completions GROUP BY 1, 2, 3 UNION ALL SELECT * FROM usage.heir;
CALL pg_temp.try($$SELECT s.model, sum(s.input_tokens) AS s FROM usage.shared AS s GROUP BY 1$$);
CALL pg_temp.try($$SELECT sum(s.input_tokens) AS s, count(DISTINCT s.project_id) AS n FROM usage.shared AS s JOIN own.project AS p ON p.id = s.project_id$$);

SELECT groups, query FROM own.result WHERE off = 0 AND oracle = 0 ORDER BY n;
SELECT * FROM own.result WHERE off <> 0 OR oracle <> 0;
TRUNCATE own.result;

-- not reduced, as one condition does not hold
-- 1: the level has nothing that makes one row of several, or more than that
CALL pg_temp.try($$SELECT model FROM usage.completions WHERE day > now()::date - 9$$);
CALL pg_temp.try($$SELECT p.id, c.model FROM own.project AS p LEFT JOIN usage.completions AS c ON c.project_id = p.id AND c.day > now()::date - 9$$);
CALL pg_temp.try($$SELECT c.model FROM usage.completions AS c WHERE day > now()::date - 9 AND EXISTS (SELECT FROM own.price AS p WHERE p.model = c.model)$$);
CALL pg_temp.try($$SELECT max(nextval('own.counter')) - min(nextval('own.counter')) AS n FROM usage.completions WHERE day > now()::date - 9$$);
CALL pg_temp.try($$SELECT max((SELECT nextval('own.counter') WHERE c.model IS NULL OR c.model <> '')) - min((SELECT nextval('own.counter') WHERE c.model IS NULL OR c.model <> '')) AS n FROM usage.completions AS c WHERE day > now()::date - 9$$);
CALL pg_temp.try($$SELECT max((SELECT nextval('own.counter') WHERE p.team <> '')) - min((SELECT nextval('own.counter') WHERE p.team <> '')) AS n FROM usage.completions AS c JOIN own.project AS p ON p.id = c.project_id WHERE day > now()::date - 9$$);
CALL pg_temp.try($$SELECT model, input_tokens FROM usage.completions$$);
CALL pg_temp.try($$SELECT DISTINCT model, count(*) OVER () AS n FROM usage.completions$$);
CALL pg_temp.try($$SELECT model, sum(input_tokens) OVER (PARTITION BY model) AS n FROM usage.completions$$);
CALL pg_temp.try($$SELECT DISTINCT model, generate_series(1, 2) AS g FROM usage.completions$$);
CALL pg_temp.try($$SELECT max((SELECT max(p.note) FROM own.project AS p WHERE p.id = c.project_id)) AS m, sum(input_tokens) AS s FROM usage.completions AS c$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage.completions AS c WHERE (SELECT count(*) FROM own.project AS p WHERE p.id = c.project_id) = 1$$);
CALL pg_temp.try($$SELECT * FROM (SELECT model, batch, input_tokens FROM usage.completions WHERE day > now()::date - 90) AS v WHERE false OR model IS NOT NULL$$);
-- 2: an aggregate that counts, of this table, of none, of another one
CALL pg_temp.try($$SELECT count(*) AS n, sum(input_tokens) AS s FROM usage.completions$$);
CALL pg_temp.try($$SELECT count(model) AS n FROM usage.completions$$);
CALL pg_temp.try($$SELECT avg(input_tokens) AS n FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(length(p.note)) AS n, sum(c.input_tokens) AS s FROM usage.completions AS c JOIN own.project AS p ON p.id = c.project_id$$);
CALL pg_temp.try($$SELECT sum(a.input_tokens) AS a, sum(b.amount) AS b FROM usage.completions AS a JOIN usage.costs AS b USING (day, project_id) WHERE day > now()::date - 9$$);
CALL pg_temp.try($$SELECT sum(1) AS n FROM usage.completions$$);
CALL pg_temp.try($$SELECT string_agg(model, ',' ORDER BY model) AS n FROM usage.completions WHERE day > now()::date - 9$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage.completions HAVING count(*) > 1000$$);
CALL pg_temp.try($$SELECT model, sum(input_tokens) AS s FROM usage.completions GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 4$$);
CALL pg_temp.try($$SELECT own.tally(model) AS n FROM usage.completions$$);
CALL pg_temp.try($$SELECT mode() WITHIN GROUP (ORDER BY model) AS n FROM usage.completions$$);
-- 3: a sum that does not add up
CALL pg_temp.try($$SELECT sum(mod(input_tokens, 7::bigint)) AS s FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(input_tokens * num_model_requests) AS s FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(input_tokens::numeric % 7) AS s FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(input_cached_tokens * 'Infinity'::numeric) AS s FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(CASE input_tokens % 2 WHEN 0 THEN output_tokens END) AS s FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(CASE WHEN batch THEN 1 ELSE input_tokens END) AS s FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(DISTINCT input_tokens) AS s FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(input_tokens + input_image_tokens) AS s FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(input_tokens * output_tokens::numeric) AS s FROM usage.completions WHERE day > now()::date - 9$$);
CALL pg_temp.try($$SELECT sum(input_tokens / 7) AS s FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(coalesce(input_image_tokens, 1)) AS s FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(CASE WHEN batch THEN input_tokens ELSE 1 END) AS s FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(CASE WHEN input_tokens > 5000 THEN input_tokens ELSE 0 END) AS s FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(input_tokens) FILTER (WHERE output_tokens > 500) AS s FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(-input_tokens) AS s, sum(abs(input_tokens)) AS t FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(c.input_cached_tokens * p.any_price) AS s FROM usage.completions AS c JOIN own.price AS p ON p.any_price = 'Infinity'$$);
CALL pg_temp.try($$SELECT sum(input_tokens::float8) AS s FROM (SELECT (input_tokens % 8)::bigint AS input_tokens FROM usage.completions) AS c$$);
CREATE FOREIGN TABLE usage.rounded (day date, project_id text, line_item text, amount numeric(12,2)) SERVER openai OPTIONS (endpoint 'costs');
CREATE VIEW oracle.rounded AS SELECT day, project_id, line_item, amount::numeric(12,2) FROM oracle.costs;
CALL pg_temp.try($$SELECT sum(amount) AS s FROM usage.rounded$$);
CALL pg_temp.try($$SELECT line_item, sum(quantity) AS s FROM usage.costs GROUP BY 1$$);
CALL pg_temp.try($$SELECT sum(quantity) AS s FROM usage.costs$$);
-- 4: a number that is seen by itself
CALL pg_temp.try($$SELECT max(input_tokens) AS s FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s, min(output_tokens) AS m FROM usage.completions$$);
CALL pg_temp.try($$SELECT sum(input_tokens) AS s FROM usage.completions WHERE output_tokens > 500$$);
CALL pg_temp.try($$SELECT input_tokens > 5000 AS big, sum(input_tokens) AS s FROM usage.completions GROUP BY 1$$);
CALL pg_temp.try($$SELECT DISTINCT model, input_tokens FROM usage.completions WHERE day > now()::date - 9$$);
CALL pg_temp.try($$SELECT sum(c.input_tokens) AS s FROM usage.completions AS c JOIN own.price AS p ON p.price * 1000 < c.input_tokens AND p.model = c.model$$);
CALL pg_temp.try($$SELECT sum(c.input_tokens) AS s, min(x.n) AS n FROM usage.completions AS c, LATERAL (SELECT count(*) AS n FROM own.price AS p WHERE p.price * 1000 < c.output_tokens) AS x WHERE day > now()::date - 9$$);
CALL pg_temp.try($$SELECT line_item, currency, sum(amount) AS s FROM usage.costs GROUP BY 1, 2$$);
CALL pg_temp.try($$SELECT project_id, max(quantity_unit) AS u FROM usage.costs GROUP BY 1$$);
CALL pg_temp.try($$SELECT sum(c.num_model_requests) AS s FROM usage.completions AS c LEFT JOIN own.price AS p ON p.model = c.model AND c.input_tokens > 1000 WHERE day > now()::date - 9$$);
CALL pg_temp.try($$SELECT sum(c.input_tokens) AS s FROM usage.completions AS c LEFT JOIN own.price AS p ON p.model <> c.model AND c.input_tokens > 1000 WHERE day > now()::date - 9$$);
CALL pg_temp.try($$SELECT id FROM own.project AS p WHERE EXISTS (SELECT FROM usage.completions AS c WHERE c.project_id = p.id AND c.input_tokens < p.most AND c.day BETWEEN now()::date - 9 AND now()::date - 1)$$);
-- seen above an outer join by a function that the scan itself evaluates
CALL pg_temp.try($$SELECT p.team, sum(c.input_tokens) AS s FROM own.project AS p LEFT JOIN (SELECT project_id, input_tokens, coalesce(output_tokens, 0) AS t FROM usage.completions WHERE day BETWEEN now()::date - 9 AND now()::date - 1) AS c ON c.project_id = p.id WHERE coalesce(c.t, 1) < 500 GROUP BY 1$$);
CALL pg_temp.try($$SELECT DISTINCT p.id FROM own.project AS p LEFT JOIN (SELECT project_id, coalesce(input_tokens, 0) AS t FROM usage.completions WHERE day BETWEEN now()::date - 9 AND now()::date - 1) AS c ON c.project_id = p.id WHERE c.t IS NULL OR c.t < p.most$$);
CALL pg_temp.try($$SELECT count(DISTINCT g) AS n FROM own.project AS p LEFT JOIN (SELECT project_id, coalesce(input_tokens, 0) % 50 AS t FROM usage.completions WHERE day BETWEEN now()::date - 9 AND now()::date - 1) AS c ON c.project_id = p.id, LATERAL generate_series(c.t, c.t) AS g$$);
CALL pg_temp.try($$SELECT p.team, sum(c.i) AS s FROM own.project AS p LEFT JOIN (SELECT project_id, i, coalesce(i, 0) AS t FROM (SELECT project_id, day, input_tokens AS i FROM usage.completions UNION ALL SELECT project_id, day, images FROM usage.images) AS v WHERE day BETWEEN now()::date - 9 AND now()::date - 1) AS c ON c.project_id = p.id WHERE coalesce(c.t, p.most) < 3000 GROUP BY 1$$);
CALL pg_temp.try($$SELECT max(c::text) AS s FROM usage.completions AS c$$);
CALL pg_temp.try($$SELECT id FROM own.project AS p WHERE EXISTS (SELECT FROM usage.completions AS c WHERE c.project_id = p.id AND c.input_tokens > 20000)$$);
CALL pg_temp.try($$SELECT x.s FROM (SELECT 1 AS one) AS o LEFT JOIN (SELECT input_tokens + 0 AS t, model FROM usage.completions WHERE day > now()::date - 9) AS c ON true, LATERAL (SELECT c.t AS s) AS x GROUP BY 1$$);
-- members of UNION ALL and of a table with children, of which one does not hold
CALL pg_temp.try($$SELECT max(t) AS s FROM (SELECT model, input_tokens AS t FROM usage.completions UNION ALL SELECT model, images FROM usage.images) AS u$$);
CALL pg_temp.try($$SELECT model, sum(t) AS s FROM (SELECT model, input_tokens AS t FROM usage.completions UNION ALL SELECT model, images * images FROM usage.images) AS u GROUP BY 1$$);
CALL pg_temp.try($$SELECT model, sum(t) AS s FROM (SELECT model, 1::bigint AS t FROM usage.completions UNION ALL SELECT model, images FROM usage.images) AS u GROUP BY 1$$);
CALL pg_temp.try($$SELECT k, sum(t) AS s FROM (SELECT (input_tokens % 3)::text AS k, input_tokens AS t FROM usage.completions UNION ALL SELECT model, images FROM usage.images) AS u GROUP BY 1$$);
CALL pg_temp.try($$SELECT sum(u.t) AS s FROM (SELECT model AS m, output_tokens AS n, input_tokens AS t FROM usage.completions UNION ALL SELECT size, 0::bigint, images FROM usage.images) AS u JOIN own.price AS p ON p.model = u.m AND p.price * 1000 < u.n$$);
CALL pg_temp.try($$SELECT p.model, u.n FROM own.price AS p LEFT JOIN (SELECT model, 1 AS n, images AS t FROM usage.images UNION ALL SELECT model, 2, input_tokens FROM usage.completions) AS u ON u.model = p.model AND u.t > 2000 GROUP BY 1, 2$$);
CALL pg_temp.try($$SELECT max(u::text) AS s FROM (SELECT model, images AS t FROM usage.images UNION ALL SELECT model, input_tokens FROM usage.completions) AS u$$);
CALL pg_temp.try($$SELECT count(*) AS n, sum(s.input_tokens) AS s FROM usage.shared AS s$$);
CALL pg_temp.try($$SELECT sum(s.input_tokens) AS s FROM usage.shared AS s WHERE s.input_tokens > 500$$);
SELECT groups FROM pg_temp.asked('SELECT sum(input_tokens) FROM usage.completions WHERE random() < 2');

SELECT groups, query FROM own.result WHERE off = 0 AND oracle = 0 ORDER BY n;
SELECT * FROM own.result WHERE off <> 0 OR oracle <> 0;

-- the request carries it; the setting turns it off
\! "$USAGE_SIMULATOR_CONTROL" reset-requests
SELECT FROM (SELECT model, sum(input_tokens) FROM usage.completions WHERE day > now()::date - 9 AND NOT batch GROUP BY 1) AS q \g /dev/null
SET usage_fdw.enable_grain_reduction = off;
SELECT FROM (SELECT model, sum(input_tokens) FROM usage.completions WHERE day > now()::date - 9 AND NOT batch GROUP BY 1) AS q \g /dev/null
RESET usage_fdw.enable_grain_reduction;
TRUNCATE request;
\copy request FROM PROGRAM '"$USAGE_SIMULATOR_CONTROL" requests' (FORMAT csv, HEADER)
SELECT (SELECT string_agg(g[1], ' ') FROM regexp_matches(query, 'group_by=(\w+)', 'g') AS g) AS group_by FROM request ORDER BY seq;
SET usage_fdw.enable_grain_reduction = off;
EXPLAIN (COSTS OFF, SETTINGS) SELECT sum(input_tokens) FROM usage.completions;
RESET usage_fdw.enable_grain_reduction;
EXPLAIN (COSTS OFF) SELECT sum(input_tokens) FROM usage.completions;
DROP SCHEMA own CASCADE;
