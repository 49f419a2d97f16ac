#
# The API's memory: a plain bound further back is answered as far as possible,
# with a warning; otherwise there is none.
#
use strict;
use warnings;

use Test::More;

use UsageFdw::Errors;
use UsageFdw::Test;

my $simulator = simulator();
my $session = begin_errors(cluster('main'), $simulator);

$session->rows(q{CREATE FOREIGN TABLE long
	(day date, start_time timestamptz, project_id text, input_tokens bigint)
	SERVER openai OPTIONS (endpoint 'completions', history '300 days')});

# Where the API knows 100 days: the rows are those from `first` on, and a warning
# says that there is nothing before `warned`, where that is defined.
sub is_cut
{
	my ($name, $where, $first, $warned) = @_;
	control($simulator, 'set', 'lookback_days=100');
	my $answer = $session->query("SELECT count(*), sum(input_tokens) FROM long $where");
	my @warnings = map { $_->{M} } @{ $answer->{notices} };
	control($simulator, 'reset-faults');
	control($simulator, 'set', 'lookback_days=365');
	is_deeply($answer->{rows}, [ [ split /\|/, $session->value("SELECT count(*), sum(input_tokens)
		FROM long WHERE day >= '$first'") ] ], "$name: rows")
	  or diag explain $answer;
	is_deeply(\@warnings, $warned ? [qq{endpoint "completions" has nothing before $warned}] : [],
		"$name: warnings");
	return;
}

is_cut('horizon at the start, asked for more', "WHERE day >= '" . days_ago(200) . "'", days_ago(100), days_ago(100));
is_cut('horizon at the start, not asked for more', '', days_ago(100), undef);
is_cut('horizon within what is asked', "WHERE day >= '" . days_ago(100) . "'", days_ago(100), undef);
control($simulator, 'set', 'lookback_days=100');
is($session->value("SELECT count(*) FROM long WHERE day < '" . days_ago(150) . "'"), 0,
	'horizon after all that is asked: no rows');
control($simulator, 'set', 'lookback_days=365');

# The third window is refused from its fourth day on: what came before stays.
my $windows_start = 300;
my $third = $windows_start - 62;
control($simulator, 'fault', 'lookback', 'after=2', 'date=' . days_ago($third - 3));
my $answer = $session->query("SELECT count(*), sum(input_tokens) FROM long WHERE day >= '" . days_ago(300) . "'");
is($answer->{error}, undef, 'horizon in mid-scan is no error');
is_deeply([ map { $_->{M} } @{ $answer->{notices} } ],
	[ 'endpoint "completions" has nothing before ' . days_ago($third - 3) ],
	'horizon in mid-scan: a warning');
is(join('|', @{ $answer->{rows}[0] }),
	$session->value("SELECT count(*), sum(input_tokens) FROM long
		WHERE day < '" . days_ago($third) . "' OR day >= '" . days_ago($third - 3) . "'"),
	'horizon in mid-scan: rows');

# The same between two pages of a window.
control($simulator, 'set', 'page_limit=5');
control($simulator, 'fault', 'lookback', 'match=page=', 'after=1', 'date=' . days_ago(300 - 12));
$answer = $session->query('SELECT count(*), sum(input_tokens) FROM long');
is(join('|', @{ $answer->{rows}[0] }),
	$session->value("SELECT count(*), sum(input_tokens) FROM long
		WHERE day < '" . days_ago(300 - 10) . "' OR day >= '" . days_ago(300 - 12) . "'"),
	'horizon in mid-window: rows');
is(scalar @{ $answer->{notices} }, 0, 'horizon in mid-window: no warning');
control($simulator, 'set', 'page_limit=0');

with_fault('a horizon that does not move', [ 'lookback', 'count=-1', 'date=' . days_ago(400) ],
	C => qr/^HV024$/, D => qr/^The API says: Usage and cost data are available/);
with_fault('a horizon without a date',
	[ 'status', 'code=400', 'body={"error":{"message":"Too old.","code":"reporting_lookback_exceeded"}}' ],
	C => qr/^HV024$/, D => qr/Too old/);
with_fault('a date of another error',
	[ 'status', 'code=400', 'body={"error":{"message":"No costs since ' . days_ago(5) . '.","code":"other"}}' ],
	C => qr/^HV024$/, D => qr/No costs since/);

done_testing();
