#
# The gateway of docs/gateway.md, with the very configuration that it gives: requests are
# counted, and answers are those without it.  What a minute is there takes MINUTE seconds here.
#
use strict;
use warnings;

use HTTP::Tiny;
use Test::More;
use Time::HiRes qw(sleep time);

use UsageFdw::Gateway;
use UsageFdw::Session;
use UsageFdw::Test;

plan skip_all => 'nginx is not installed' if !find_nginx();

use constant { KEY => 'sk-admin-held-by-nginx', WORD => 'a-word', MINUTE => 3, REFRESH => 1 };

# All clocks are set to a noon, for which the certificate is valid still.
my $noon = 86400 * (1 + int(time() / 86400)) + 43200;
my $ahead = $noon - int time();
my $simulator = openai_simulator('--api-key', KEY, '--now', $noon);
my $gateway = gateway($simulator, key => KEY, words => { WORD, 'dashboards' }, clock => $noon,
	replace => { ' 60;' => ' ' . MINUTE . ';', 'rate=5r/s' => 'rate=500r/s' });
my $node = cluster('main', clock => $noon);
connect_server($node, $simulator, server => 'direct', schema => 'direct', mapping => { api_key => KEY });
connect_server($node, $gateway, options => { max_retries => 0 }, mapping => { api_key => WORD });
$node->safe_psql('postgres', "CREATE SCHEMA $_->[0]; IMPORT FOREIGN SCHEMA usage LIMIT TO (completions)
	FROM SERVER $_->[1] INTO $_->[0] OPTIONS (bucket_width '1h')")
  for [ 'usage_hourly', 'openai' ], [ 'direct_hourly', 'direct' ];

my $WEEK = 'day > current_date - 7';
my @panels = (
	"SELECT day, sum(amount) FROM usage.costs WHERE $WEEK GROUP BY 1 ORDER BY 1",
	'SELECT sum(amount) FROM usage.costs WHERE day >= date_trunc(\'month\', now() AT TIME ZONE \'UTC\') HAVING count(*) > 0',
	"SELECT project_id, sum(amount) FROM usage.costs WHERE $WEEK GROUP BY 1 ORDER BY 1",
	"SELECT line_item, sum(amount) FROM usage.costs WHERE $WEEK GROUP BY 1 ORDER BY 1",
	"SELECT model, sum(output_tokens) FROM usage.completions WHERE $WEEK GROUP BY 1 ORDER BY 1",
	"SELECT day, sum(input_cached_tokens) FROM usage.completions WHERE $WEEK GROUP BY 1 ORDER BY 1",
	"SELECT batch, sum(num_model_requests) FROM usage.completions WHERE $WEEK GROUP BY 1 ORDER BY 1",
	"SELECT start_time, sum(num_model_requests) FROM usage_hourly.completions
		WHERE start_time > now() - interval '24 hours' GROUP BY 1 ORDER BY 1",
	"SELECT model, sum(input_tokens) FROM usage.embeddings WHERE $WEEK GROUP BY 1 ORDER BY 1",
	"SELECT day, sum(images) FROM usage.images WHERE $WEEK GROUP BY 1 ORDER BY 1",
	"SELECT context_level, sum(num_requests) FROM usage.web_search_calls WHERE $WEEK GROUP BY 1 ORDER BY 1",
	'SELECT id, name, status FROM usage.projects ORDER BY 1');

sub text_of { return join "\n", map { join '|', map { $_ // '' } @$_ } @{ $_[0]{rows} } }

# The answers of sessions that ask at the same moment, as texts; errors as such.
sub at_once
{
	my ($sessions, @sql) = @_;
	$sessions->[$_]->send($sql[$_]) for 0 .. $#sql;
	return map { $_->{error} ? "ERROR $_->{error}{C}: $_->{error}{M}" : text_of($_) }
	  map { $sessions->[$_]->finish } 0 .. $#sql;
}

sub as_direct { return map { s/\busage(?=\.|_hourly)/direct/gr } @_ }

# What was asked of the API since the last reset: URIs, and how often each.
sub asked
{
	my %count;
	$count{"$_->{path}?$_->{query}"}++ for requests($simulator);
	return \%count;
}

my @sessions = map { UsageFdw::Session->new($node) } 1 .. 20;
my $session = $sessions[0];

#
# Twelve panels
#
my @right = at_once(\@sessions, as_direct(@panels));
is(scalar(grep { /^ERROR|^$/ } @right), 0, 'each panel shows something') or diag join "\n", @right;
control($simulator, 'reset-requests');
my $begun = time();
my ($rounds, $wrong) = (0, 0);
do
{
	my $round = time();
	my @answers = at_once(\@sessions, @panels);
	$rounds++;
	$wrong += grep { $answers[$_] ne $right[$_] } 0 .. $#panels;
	my $left = REFRESH - (time() - $round);
	sleep $left if $left > 0;
} while (time() - $begun < 4 * MINUTE);
my $minutes = (time() - $begun) / MINUTE;
my $asked = asked();
is($wrong, 0, "twelve panels, $rounds times: the answers are those without the gateway");
is(scalar keys %$asked, 12, 'each is one request');
my ($fewest, $most) = (sort { $a <=> $b } values %$asked)[ 0, -1 ];
cmp_ok($most, '<=', 1 + int $minutes, sprintf 'of at most one a minute, in %.1f minutes', $minutes);
cmp_ok($fewest, '>=', 2, 'and after a minute it is asked again');
note sprintf '%d refreshes of 12 panels in %.1f minutes: %d requests, without the gateway %d',
  $rounds, $minutes, scalar(requests($simulator)), 12 * $rounds;

#
# Twenty at once
#
my $panel = "SELECT project_id, sum(amount) FROM usage.costs WHERE day > current_date - 8 GROUP BY 1 ORDER BY 1";
my ($answer) = at_once(\@sessions, as_direct($panel));
control($simulator, 'set', 'delay_ms=1000');
control($simulator, 'reset-requests');
my @same = at_once(\@sessions, ($panel) x 20);
is(scalar(grep { $_ eq $answer } @same), 20, 'twenty ask at once, and get the answer');
is_deeply([ values %{ asked() } ], [1], 'of one request');
control($simulator, 'set', 'delay_ms=0');

# One of them gives up: the answer comes for the others.
control($simulator, 'set', 'delay_ms=2000');
$panel =~ s/- 8/- 9/;
control($simulator, 'reset-requests');
$session->send($panel);
poll_until(sub { stat_of($simulator, 'in_flight') == 1 });
$sessions[$_]->send($panel) for 1 .. 4;
$sessions[5]->query('SELECT pg_cancel_backend(' . $session->pid . ')');
is($session->finish->{error}{C}, '57014', 'one gives up');
my @others = map { text_of($sessions[$_]->finish) } 1 .. 4;
control($simulator, 'set', 'delay_ms=0');
is_deeply([ values %{ asked() } ], [1], 'the others get the answer of the request that he had begun');
($answer) = at_once(\@sessions, as_direct($panel));
is_deeply(\@others, [ ($answer) x 4 ], 'which is right');

#
# How old an answer is
#
$panel = 'SELECT sum(amount) FROM usage.costs WHERE day > current_date - 10 HAVING count(*) > 0';
my $over = 'SELECT sum(amount) FROM usage.costs WHERE day BETWEEN current_date - 40 AND current_date - 30';
sub gateway_at
{
	my ($name, $clock) = @_;
	my $other = gateway($simulator, key => KEY, words => { WORD, 'dashboards' }, clock => $clock,
		replace => { ' 60;' => ' 1;' });
	connect_server($node, $other, server => $name, schema => $name, mapping => { api_key => WORD });
	return map { s/\busage\./$name./r } $over, $panel;
}

my @midday = gateway_at('midday', $noon);
my @midnight = gateway_at('midnight', $noon - 43200 + 1800);
my ($old_over, $old_panel) = at_once(\@sessions, @midday);
is_deeply([ at_once(\@sessions, @midnight) ], [ $old_over, $old_panel ], 'before numbers are corrected');
control($simulator, 'restate', 'endpoint=costs', 'factor=3');
ok(poll_until(sub { (at_once(\@sessions, $midday[1]))[0] ne $old_panel }), 'an answer is a minute old at most');
is((at_once(\@sessions, $midday[1]))[0], (at_once(\@sessions, as_direct($panel)))[0], 'then it is the new one');
is((at_once(\@sessions, $midday[0]))[0], $old_over, 'of days that are over it is older');
ok(poll_until(sub { (at_once(\@sessions, $midnight[0]))[0] ne $old_over }), 'but not in the hour after midnight');

# The comparison of two times, digit by digit; X-Accel-Expires says for how long.
my $inner = HTTP::Tiny->new(default_headers => { Authorization => 'Bearer ' . WORD });

sub seconds_of
{
	my ($end, $width) = @_;
	my $start = $noon - 43200 - 300 * 86400;
	my $answer = $inner->get("$gateway->{inner_url}/v1/organization/usage/completions"
		  . "?start_time=$start&end_time=$end&bucket_width=$width&limit=1");
	return $answer->{status} == 200 ? $answer->{headers}{'x-accel-expires'} // '' : $answer->{status};
}

my (@bad, %seen);
for my $distance (map { my $power = 10**$_; map { int($power * (3 + rand 7)) } 1 .. 12 } 1 .. 7)
{
	next if $distance > 299 * 86400;
	for ([ $distance, MINUTE ], [ -$distance, 3600 ])
	{
		my $end = int(time()) + $ahead + $_->[0];
		my $seconds = seconds_of($end, '1d');
		$seen{$seconds}++;
		push @bad, "$end: $seconds" if $seconds ne $_->[1];
	}
}
is_deeply(\@bad, [], 'an end in the past is told from one to come');
note join ', ', map { "$seen{$_} times $_" } sort keys %seen;
is(seconds_of($noon - 1e6, '1h'), MINUTE, 'hours are kept for a minute');
is(seconds_of('', '1d'), 400, 'and what the API refuses is not kept');

#
# Pages of different age
#
control($simulator, 'reset');
control($simulator, 'set', 'page_limit=4');
my $days = 'SELECT day, sum(amount) FROM usage.costs WHERE day BETWEEN current_date - 60 AND current_date - 41
	GROUP BY 1 ORDER BY 1';
my ($before) = at_once(\@sessions, $days);
control($simulator, 'reset-requests');
is((at_once(\@sessions, $days))[0], $before, 'a walk of pages that are all kept');
is(scalar(requests($simulator)), 0, 'asks for none');
my %files = gateway_files($gateway);
my @next_pages = grep { $files{$_} =~ m{^KEY: /v1/organization/costs\S*[?&]page=}m } keys %files;
cmp_ok(@next_pages, '>', 2, 'pages that follow others are kept by their cursor');
unlink @next_pages;
control($simulator, 'restate', 'endpoint=costs', 'factor=2');
my ($after) = at_once(\@sessions, $days);
my %old = map { split /\|/ } split /\n/, $before;
my @factors = map { my ($day, $sum) = split /\|/; $sum / $old{$day} } split /\n/, $after;
is(join('', sort @factors), '1' x (grep { $_ == 1 } @factors) . '2' x (grep { $_ == 2 } @factors),
	'a first page that is older than the others: no day is twice or missing');
is(scalar @factors, scalar keys %old, 'as many days as before');
is("@factors", join(' ', sort @factors), 'and each is of one time, in the pages\' order');
cmp_ok($factors[0], '<', $factors[-1], 'of which there are two');

done_testing();
