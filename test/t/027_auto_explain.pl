#
# auto_explain shows what EXPLAIN shows, with the settings that the documents name.
#
use strict;
use warnings;

use Test::More;

use UsageFdw::Session;
use UsageFdw::Test;

keep_day(60);
my $simulator = simulator();
my $node = cluster('main', conf => "session_preload_libraries = 'auto_explain'\nauto_explain.log_min_duration = -1\n");
connect_server($node, $simulator);
my $session = UsageFdw::Session->new($node);
my $sql = 'SELECT sum(input_tokens) FROM usage.completions WHERE day >= current_date - 3';

# What is logged of a statement under these settings.
sub logged
{
	my ($statement, %settings) = @_;
	my $before = -s $node->logfile;
	$session->rows("SET auto_explain.$_ = '$settings{$_}'") for sort keys %settings;
	$session->rows('SET auto_explain.log_min_duration = 0');
	$session->rows($statement);
	$session->rows('SET auto_explain.log_min_duration = -1');
	$session->rows("RESET auto_explain.$_") for sort keys %settings;
	return substr PostgreSQL::Test::Utils::slurp_file($node->logfile), $before;
}

my $plan = logged($sql);
like($plan, qr/Foreign Scan on completions.*?Endpoint: completions/s, 'the plan');
unlike($plan, qr/Requests|Request URL/, 'without counters');
$plan = logged($sql, log_analyze => 'on');
like($plan, qr/Requests: 1\n.*Pages: 1\n.*Retries: 0\n.*Rows Received: \d+\n.*Bytes Received: [1-9]\d*\n/, 'log_analyze: counters');
like($plan, qr/Wait Time: \d+\.\d+ ms/, 'with the time');
like($plan, qr/Time: \[?\d{4}-/, 'and the times asked for');
$plan = logged($sql, log_analyze => 'on', log_timing => 'off');
like($plan, qr/Requests: 1\n/, 'log_timing off: counters');
unlike($plan, qr/Wait Time/, 'without the time');
like(logged($sql, log_verbose => 'on'), qr{Request URL: http://127\.0\.0\.1}, 'log_verbose: the URL');
like(logged($sql, log_analyze => 'on', log_format => 'json'), qr/"Requests": 1,/, 'log_format: other formats');

# Statements in functions
$session->rows(qq(CREATE FUNCTION total() RETURNS numeric LANGUAGE plpgsql AS \$\$ BEGIN RETURN ($sql); END \$\$));
unlike(logged('SELECT total()', log_analyze => 'on'), qr/Requests: 1/, 'a function hides its statements');
like(logged('SELECT total()', log_analyze => 'on', log_nested_statements => 'on'), qr/Requests: 1/,
	'log_nested_statements: it does not');

done_testing();
