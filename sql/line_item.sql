--
-- Line items of costs, in model, kind and unit.
--
SELECT item, l.* FROM (VALUES
  ('gpt-5.4-2026-03-05, input'),
  ('gpt-5.4-2026-03-05, cached input'),
  ('gpt-5.4-2026-03-05, output'),
  ('gpt-6-astra, input_tokens'),
  ('gpt-6-astra, cached_input_tokens'),
  ('gpt-6-astra, output_tokens'),
  ('ft:gpt-5.4-mini:acme & co/prüf+100%, v2, output'),
  ('tts-1+hd, characters'),
  ('web search tool calls'),
  ('Image models'),
  ('Text tokens'),
  ('gpt-9, thoughts'),
  ('file search storage, größe & 100%'),
  ('a,b'), (', input'), ('x, '), (''), (NULL)
) AS v(item), usage_fdw_line_item(item) AS l;

-- it is of no hindrance to fewer groups
\i test/lib/setup.sql
EXPLAIN (COSTS OFF) SELECT (usage_fdw_line_item(line_item)).model, sum(amount) FROM usage.costs
WHERE day >= '2026-11-01' AND (usage_fdw_line_item(line_item)).kind <> 'output' GROUP BY 1
\g | grep -E 'Group By|Filter'
SELECT count(DISTINCT (usage_fdw_line_item(line_item)).kind) > 5 AS kinds, count(*) FILTER (WHERE
  (usage_fdw_line_item(line_item)).unit <> quantity_unit AND quantity_unit <> '1000_tokens') AS other_unit
FROM usage.costs WHERE day >= current_date - 30;
