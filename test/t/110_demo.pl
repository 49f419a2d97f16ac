#
# "make demo" shows the tour in less than two minutes and leaves a page of charts,
# against the simulator and, with a key, against an API that it is told of; the key is
# not shown, and nothing is left running.
#
use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

use UsageFdw::Test;
use UsageFdw::Tree;

use constant max_seconds => 120;
use constant key => 'sk-admin-not-to-be-seen';

my $scratch = copy_tree();

sub has_d3 { return -r($ENV{USAGE_D3} // '/usr/share/nodejs/d3/dist/d3.min.js') }

# The page that the output names; t/111_page.pl looks at what is in it.
sub has_page
{
	my ($page) = shift =~ /^The same as charts, in a browser: (.*)$/m or return 0;
	return slurp_file($page) =~ /<\/html>\s*\z/ && unlink $page;
}

sub demo
{
	my ($name, %env) = @_;
	my $out = '';
	my $start = time();
	delete local @ENV{ grep { /^(?:PG|OPENAI_|USAGE_|MAKE|MFLAGS)/ && $_ ne 'PG_CONFIG' } keys %ENV };
	local @ENV{ keys %env } = values %env;
	ok(IPC::Run::run([ 'make', '-C', "$scratch/tree", 'demo' ], '<', '/dev/null', '>', \$out, '2>&1'),
		"$name: make demo succeeds")
	  or diag($out);
	my $seconds = time() - $start;
	cmp_ok($seconds, '<', max_seconds, sprintf('%s: it took %.1f s', $name, $seconds));
	unlike($out, qr/ERROR|FATAL|WARNING/, "$name: without errors and warnings");
	is_deeply([ processes_of($scratch) ], [], "$name: nothing is left running");
	is_deeply([ glob "$scratch/tree/tmp_check/demo.*" ], [], "$name: no files are left");
	is(has_page($out), has_d3() ? 1 : 0, "$name: a page of charts");
	return $out;
}

my $shown = demo('simulator');
like($shown, qr/^CREATE USER MAPPING .*:'key'/m, 'the SQL is shown');
like($shown, qr/^ gpt-\S+ +\| +\d+ \|/m, 'usage by model');
like($shown, qr/^ \d{4}-\d\d-\d\d \| usd .*█/m, 'a chart');
like($shown, qr/^ (?:Web|Data|Research) +\| +\d+ \| usd/m, 'a join');
like($shown, qr/^REFRESH MATERIALIZED VIEW CONCURRENTLY/m, 'a materialized view');
like($shown, qr/^ \d{4}-\d\d-01 \| usd .* \| 5000\.00 \|/m, 'a report: the budget');
like($shown, qr/\| proj_research \| usd/, 'a report: the job that ran away');
like($shown, qr/^ +Requests: 1$/m, 'EXPLAIN');
unlike($shown, qr/sk-admin/, 'no key');

my $api = simulator('--api-key', key);
$shown = demo('key', OPENAI_ADMIN_KEY => key, USAGE_DEMO_URL => "$api->{url}/v1");
unlike($shown, qr/${\key}/, 'the key is not shown');
is((requests($api))[0]{status}, 200, 'the key is used');

my $empty = simulator('--api-key', key, '--events-per-day', 0);
$shown = demo('empty organization', OPENAI_ADMIN_KEY => key, USAGE_DEMO_URL => "$empty->{url}/v1");
like($shown, qr/^\(0 rows\)$/m, 'an organization without usage');

my $out = '';
{
	delete local @ENV{ grep { /^PG/ && $_ ne 'PG_CONFIG' } keys %ENV };
	local @ENV{qw(OPENAI_ADMIN_KEY USAGE_DEMO_URL)} = (key . '-wrong', "$api->{url}/v1");
	ok(!IPC::Run::run([ 'make', '-C', "$scratch/tree", 'demo' ], '<', '/dev/null', '>', \$out, '2>&1'),
		'a wrong key: make demo fails');
}
like($out, qr/ERROR: .* the API answered with status 401\n.*\nHINT: /, 'a wrong key: it says so');
unlike($out, qr/${\key}/, 'a wrong key: it is not shown');
is_deeply([ processes_of($scratch) ], [], 'a wrong key: nothing is left running');

done_testing();
