#
# What ten typical reports ask of the API, with and without grain reduction: the
# answers are the same, and the bytes are as many times fewer as said here.
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
my $session = UsageFdw::Session->new($node);
$session->rows(q{CREATE TABLE team AS SELECT project_id, 'team ' || row_number() OVER () % 3 AS team
	FROM (SELECT DISTINCT project_id FROM usage.completions WHERE project_id IS NOT NULL) AS p});
$session->rows(q{CREATE TABLE price AS SELECT model, 0.25::numeric(8,4) AS input
	FROM (SELECT DISTINCT model FROM usage.completions WHERE model IS NOT NULL) AS m});

# Rows, requests and bytes of a query.
sub cost_of
{
	my ($setting, $sql) = @_;
	$session->rows("SET usage_fdw.enable_grain_reduction = $setting");
	control($simulator, 'reset-requests');
	my $rows = [ $session->rows($sql) ];
	my @requests = requests($simulator);
	my $bytes = 0;
	$bytes += $_->{bytes} for @requests;
	return ($rows, scalar @requests, $bytes);
}

sub report
{
	my ($name, $times, $sql) = @_;
	my ($rows, $requests, $bytes) = cost_of('on', $sql);
	my ($off_rows, $off_requests, $off_bytes) = cost_of('off', $sql);
	is_deeply($rows, $off_rows, "$name: the same answer");
	ok(@$rows > 0, "$name: an answer");
	cmp_ok($requests, '<=', $off_requests, "$name: no more requests");
	cmp_ok($bytes * $times, '<=', $off_bytes, "$name: bytes at least $times times fewer");
	note sprintf '%-22s %2d requests %8d bytes, without %2d requests %9d bytes, %.1f times', $name,
	  $requests, $bytes, $off_requests, $off_bytes, $off_bytes / $bytes;
	return;
}

my $month = q{day > (now() AT TIME ZONE 'UTC')::date - 31};

report('total', 20, "SELECT sum(input_tokens), sum(output_tokens) FROM usage.completions WHERE $month");
report('by day', 20, "SELECT day, sum(input_tokens) FROM usage.completions WHERE $month GROUP BY day ORDER BY day");
report('by model', 4, "SELECT model, sum(output_tokens) FROM usage.completions WHERE $month GROUP BY model ORDER BY model");
report('by project and month', 4, q{SELECT project_id, date_trunc('month', day::timestamp) AS month, sum(input_tokens)
	FROM usage.completions GROUP BY 1, 2 ORDER BY 1, 2});
report('top users', 3, "SELECT user_id, sum(num_model_requests) AS requests FROM usage.completions WHERE $month
	GROUP BY user_id ORDER BY requests DESC, user_id LIMIT 5");
report('cache hits by day', 20, "SELECT day, round(sum(input_cached_tokens) / nullif(sum(input_tokens), 0), 4)
	FROM usage.completions WHERE $month GROUP BY day ORDER BY day");
report('costs by team', 3, "SELECT t.team, round(sum(c.amount), 2) FROM usage.costs AS c JOIN team AS t USING (project_id)
	WHERE $month GROUP BY t.team ORDER BY t.team");
report('prices by model', 4, "SELECT model, sum(c.input_tokens * p.input) FROM usage.completions AS c JOIN price AS p USING (model)
	WHERE $month GROUP BY model ORDER BY model");
report('days of a time zone', 20, "SELECT (start_time AT TIME ZONE 'Asia/Kolkata')::date AS local, sum(input_tokens)
	FROM usage.completions WHERE $month GROUP BY local ORDER BY local");
report('distinct models', 4, "SELECT count(DISTINCT model) FROM usage.completions WHERE $month");

done_testing();
