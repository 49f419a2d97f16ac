\set base_url `echo "$USAGE_DEMO_URL"`
\set key `echo "$USAGE_DEMO_KEY"`
\set ECHO all

-- The organization's usage, as tables.
CREATE EXTENSION usage_fdw;
CREATE SERVER openai FOREIGN DATA WRAPPER usage_fdw OPTIONS (base_url :'base_url');
CREATE USER MAPPING FOR CURRENT_USER SERVER openai OPTIONS (api_key :'key');
CREATE SCHEMA usage;
IMPORT FOREIGN SCHEMA usage FROM SERVER openai INTO usage;

-- Live: tokens by model in the last seven days.
SELECT model, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens
FROM usage.completions
WHERE start_time >= now() - interval '7 days'
GROUP BY model
ORDER BY model;
