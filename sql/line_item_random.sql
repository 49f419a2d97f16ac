--
-- Line items made of pieces at random, taken apart by usage_fdw_line_item() and by
-- hand, character by character.  USAGE_RANDOM_COUNT says how many hundreds, from the
-- number USAGE_RANDOM_FIRST on.
--
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
\set count `echo "${USAGE_RANDOM_COUNT:-300}"`
\set first `echo "${USAGE_RANDOM_FIRST:-1}"`

-- The same item for a number, wherever it is made.
CREATE FUNCTION item_of(number bigint) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(piece[1 + abs(hashtextextended(number::text, n) % array_length(piece, 1))],
    '' ORDER BY n)
  FROM generate_series(1, 1 + abs(hashtextextended('length', number) % 7)) AS n, (SELECT ARRAY[
    ', ', ', ', ', ', ',', ' ', '  ', E'\n', 'gpt-6', 'input', 'cached input', 'output',
    'input_tokens', 'output_tokens', 'cached_input_tokens', 'input_cached_tokens', ' tokens',
    ' calls', ' images', 'tokens', 'calls', 'characters', 'images', '_', '-', 'x', 'é', '😀',
    '%', '\', '$', '.*']) AS p(piece)
$$;

-- The last comma and blank with something before and behind.
CREATE FUNCTION by_hand(item text, OUT model text, OUT kind text, OUT unit text)
LANGUAGE plpgsql AS $$
DECLARE
  word text;
BEGIN
  kind := item;
  FOR i IN REVERSE length(item) - 2 .. 2 LOOP
    IF substr(item, i, 2) = ', ' THEN
      model := left(item, i - 1);
      kind := substr(item, i + 2);
      EXIT;
    END IF;
  END LOOP;
  kind := CASE WHEN kind = 'input_tokens' THEN 'input' WHEN kind = 'output_tokens' THEN 'output'
    WHEN kind IN ('cached_input_tokens', 'input_cached_tokens') THEN 'cached input'
    ELSE kind END;
  FOREACH word IN ARRAY ARRAY['tokens', 'calls', 'characters', 'images'] LOOP
    IF kind = word OR right(kind, length(word) + 1) = ' ' || word THEN
      unit := word;
    END IF;
  END LOOP;
  IF kind IN ('input', 'cached input', 'output') THEN
    unit := 'tokens';
  END IF;
END
$$;

CREATE TEMP TABLE item AS
SELECT item, f.model, f.kind, f.unit, h.model AS hand_model, h.kind AS hand_kind,
  h.unit AS hand_unit
FROM (SELECT DISTINCT item_of(n) AS item FROM generate_series(100 * :first::bigint,
    100 * (:first::bigint + :count) - 1) AS n) AS i,
  usage_fdw_line_item(item) AS f, by_hand(item) AS h;

SELECT 'NOT the answer: ' || to_json(item) || ' is ' || row(model, kind, unit)::text
  || ', by hand ' || row(hand_model, hand_kind, hand_unit)::text
FROM item WHERE (model, kind, unit) IS DISTINCT FROM (hand_model, hand_kind, hand_unit)
ORDER BY item LIMIT 20;
-- whatever the parts are, they are those of the item
SELECT 'NOT the answer: parts of ' || to_json(item) FROM item
WHERE (model IS NULL AND kind <> item AND item !~ '^(input|output|cached_input|input_cached)_')
  OR (model IS NOT NULL AND left(item, length(model) + 2) <> model || ', ')
  OR kind = '' OR model = '' ORDER BY item LIMIT 20;
SELECT count(*) >= 50 * :count AS many, count(model) > 0.1 * count(*) AS with_model,
  count(unit) > 0.05 * count(*) AS with_unit,
  count(*) FILTER (WHERE model LIKE '%, %') > 0.02 * count(*) AS with_commas
FROM item;
DROP FUNCTION item_of, by_hand;
