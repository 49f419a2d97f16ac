#
# What typical reports ask of the API, with and without grain reduction and width
# coarsening: the answers are the same, and the bytes are as many times fewer as
# said here.
#
use strict;
use warnings;

use Test::More;

use UsageFdw::Session;
use UsageFdw::Test;

# The day must not end in the middle.
sleep 86401 - time() % 86400 if time() % 86400 > 86340;

my $simulator = simulator();
my $node = cluster('main');
control($simulator, 'set', 'now=' . int time);
connect_server($node, $simulator);
connect_server($node, $simulator, server => 'by_minute', schema => 'usage_minutely',
	import => q{OPTIONS (bucket_width '1m')});
my $session = UsageFdw::Session->new($node);
$session->rows(q{CREATE TABLE team AS SELECT project_id, 'team ' || row_number() OVER () % 3 AS team
	FROM (SELECT DISTINCT project_id FROM usage.completions WHERE project_id IS NOT NULL) AS p});
$session->rows(q{CREATE TABLE price AS SELECT model, 0.25::numeric(8,4) AS input
	FROM (SELECT DISTINCT model FROM usage.completions WHERE model IS NOT NULL) AS m});

# Rows, requests and bytes of a query.
sub cost_of
{
	my ($api, $setting, $sql) = @_;
	$session->rows("SET usage_fdw.enable_$_ = $setting") for qw(grain_reduction width_coarsening);
	control($api, 'reset-requests');
	my $rows = [ $session->rows($sql) ];
	my @requests = requests($api);
	my $bytes = 0;
	$bytes += $_->{bytes} for @requests;
	return ($rows, scalar @requests, $bytes);
}

sub report
{
	my ($api, $name, $times, $sql) = @_;
	my ($rows, $requests, $bytes) = cost_of($api, 'on', $sql);
	my ($off_rows, $off_requests, $off_bytes) = cost_of($api, 'off', $sql);
	is_deeply($rows, $off_rows, "$name: the same answer");
	ok(@$rows > 0, "$name: an answer");
	cmp_ok($requests, '<=', $off_requests, "$name: no more requests");
	cmp_ok($bytes * $times, '<=', $off_bytes, "$name: bytes at least $times times fewer");
	note sprintf '%-22s %2d requests %8d bytes, without %2d requests %9d bytes, %.1f times', $name,
	  $requests, $bytes, $off_requests, $off_bytes, $off_bytes / $bytes;
	return $requests;
}

my $month = q{day > (now() AT TIME ZONE 'UTC')::date - 31};

report($simulator, 'total', 20, "SELECT sum(input_tokens), sum(output_tokens) FROM usage.completions WHERE $month");
report($simulator, 'by day', 20, "SELECT day, sum(input_tokens) FROM usage.completions WHERE $month GROUP BY day ORDER BY day");
report($simulator, 'cost by day', 20, "SELECT day, sum((input_tokens - coalesce(input_cached_tokens, 0)) * 0.00000125
	+ coalesce(input_cached_tokens, 0) * 0.000000125 + output_tokens * 0.00001)
	FROM usage.completions WHERE $month GROUP BY day HAVING count(*) > 0 ORDER BY day");
report($simulator, 'cost by model', 4, "SELECT c.model, round(sum(c.input_tokens * p.input
	+ coalesce(c.output_audio_tokens, 0) * p.input * 4 + c.output_tokens * (p.input / 2)), 2)
	FROM usage.completions AS c JOIN price AS p USING (model) WHERE $month GROUP BY 1 ORDER BY 1");
report($simulator, 'by model', 4, "SELECT model, sum(output_tokens) FROM usage.completions WHERE $month GROUP BY model ORDER BY model");
report($simulator, 'by project and month', 4, q{SELECT project_id, date_trunc('month', day::timestamp) AS month, sum(input_tokens)
	FROM usage.completions GROUP BY 1, 2 ORDER BY 1, 2});
report($simulator, 'top users', 3, "SELECT user_id, sum(num_model_requests) AS requests FROM usage.completions WHERE $month
	GROUP BY user_id ORDER BY requests DESC, user_id LIMIT 5");
report($simulator, 'cache hits by day', 20, "SELECT day, round(sum(input_cached_tokens) / nullif(sum(input_tokens), 0), 4)
	FROM usage.completions WHERE $month GROUP BY day ORDER BY day");
report($simulator, 'costs by team', 3, "SELECT t.team, round(sum(c.amount), 2) FROM usage.costs AS c JOIN team AS t USING (project_id)
	WHERE $month GROUP BY t.team ORDER BY t.team");
report($simulator, 'prices by model', 4, "SELECT model, sum(c.input_tokens * p.input) FROM usage.completions AS c JOIN price AS p USING (model)
	WHERE $month GROUP BY model ORDER BY model");
report($simulator, 'days of a time zone', 20, "SELECT (start_time AT TIME ZONE 'Asia/Kolkata')::date AS local, sum(input_tokens)
	FROM usage.completions WHERE $month GROUP BY local ORDER BY local");
report($simulator, 'distinct models', 4, "SELECT count(DISTINCT model) FROM usage.completions WHERE $month");
report($simulator, 'month of minutes', 100, "SELECT sum(input_tokens), sum(output_tokens) FROM usage_minutely.completions
	WHERE start_time >= now() - interval '31 days'");
report($simulator, 'days of minutes', 20, "SELECT day, model, sum(input_tokens) FROM usage_minutely.completions
	WHERE $month GROUP BY day, model ORDER BY day, model");

# Fifty groups in each minute, at both ends in the middle of an hour and of a day.
my $busy = simulator('--now', int(time / 86400) * 86400 - 30_180, '--days', 34, '--events-per-day', 72_000);
connect_server($node, $busy, server => 'busy', schema => 'busy',
	import => q{OPTIONS (bucket_width '1m')});
my $requests = report($busy, 'month of busy minutes', 1000, q{SELECT sum(input_tokens) FROM busy.completions
	WHERE start_time >= date_trunc('day', now(), 'UTC') - interval '31 days 20 hours 7 minutes'
	AND start_time < date_trunc('day', now(), 'UTC') - interval '9 hours 23 minutes'});
cmp_ok($requests, '<=', 6, 'a month of busy minutes: at most 6 requests');

done_testing();
