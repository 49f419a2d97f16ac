--
-- A result has one currency, whatever a request groups by.  So it is as good as a
-- dimension that each request groups by, and is never asked for.  Every other
-- project pays in another currency here.
--
\set endpoints costs
\set simulated two_currencies=on
\i test/lib/opening.sql
\i test/lib/coarse.sql
CREATE SCHEMA own;
CREATE TABLE own.rate (currency text, rate numeric(10,4));
INSERT INTO own.rate VALUES ('usd', 1), ('eur', 1.17), ('chf', 1.26);

\echo By currency, in every place.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('nothing', 'SELECT currency, sum(amount) AS s FROM usage.costs GROUP BY 1'),
('nothing', 'SELECT day, currency, sum(amount) AS s FROM usage.costs GROUP BY 1, 2'),
('nothing', 'SELECT sum(amount) AS s FROM usage.costs WHERE currency = $a$eur$a$'),
('nothing', 'SELECT sum(amount) FILTER (WHERE currency <> $a$eur$a$) AS s FROM usage.costs'),
('nothing', 'SELECT count(DISTINCT currency) AS n, max(currency) AS m FROM usage.costs'),
('nothing', 'SELECT DISTINCT currency FROM usage.costs'),
('nothing', $$
  SELECT sum(CASE WHEN currency = 'eur' THEN amount * 1.17 ELSE amount END) AS s FROM usage.costs
$$),
('nothing', $$
  SELECT c.day, sum(c.amount * r.rate) AS s
  FROM usage.costs AS c JOIN own.rate AS r USING (currency) GROUP BY 1
$$),
('project_id', $$
  SELECT project_id, currency, round(sum(amount), 2) AS s FROM usage.costs
  GROUP BY 1, 2 HAVING sum(amount) > 10
$$),
('line_item', 'SELECT line_item, currency, sum(amount) AS s FROM usage.costs GROUP BY 1, 2')
) AS c(grain, query);

\echo A coarser row still stands for several: they may not be counted.
SELECT pg_temp.grain(grain, query) FROM (VALUES
('all', 'SELECT currency, count(*) AS n FROM usage.costs GROUP BY 1'),
('all', 'SELECT count(currency) AS n FROM usage.costs'),
('all', 'SELECT string_agg(currency, $a$,$a$ ORDER BY currency) AS n FROM usage.costs'),
('all', 'SELECT quantity_unit, currency, sum(amount) AS s FROM usage.costs GROUP BY 1, 2')
) AS c(grain, query);

DROP SCHEMA own CASCADE;
\! "$USAGE_SIMULATOR_CONTROL" reset >/dev/null
