#
# A scan's memory does not depend on how much it reads.
#
use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time);

use UsageFdw::Session;
use UsageFdw::Test;

my $LIMIT_KB = 24 * 1024;
my $RESULTS = 2000;

my $simulator = simulator();
my ($bench) = split /\n/, control($simulator, 'bench', 'buckets=31', "results=$RESULTS");
$bench =~ s{/v1$}{};

# Tables that end up on disk would fill the page cache, not the process: what
# counts is memory of its own.
my $node = cluster('main', conf => "shared_buffers = 16MB\n");
control($simulator, 'set', 'now=' . int time);
connect_server($node, { url => "$simulator->{url}$bench" });

# Peak of anonymous memory while a query runs, looked at from outside; and how
# much it read.
sub read_much
{
	my ($name, $least_bytes, $sql) = @_;
	my $session = UsageFdw::Session->new($node);
	$session->rows('SELECT count(*) FROM usage.embeddings WHERE day = current_date');
	my $idle = $session->memory_kb('RssAnon');
	my $peak = $idle;
	control($simulator, 'reset-requests');
	my $start = time();
	$session->send($sql);
	until ($session->is_answering(0.01))
	{
		my $now = $session->memory_kb('RssAnon');
		$peak = $now if $now > $peak;
	}
	my $answer = $session->finish;
	my $seconds = time() - $start;
	my $bytes = 0;
	$bytes += $_->{bytes} for requests($simulator);
	diag sprintf '%s: %.0f MB in %.1f s, %d kB over idle', $name, $bytes / 1e6, $seconds, $peak - $idle;
	is($answer->{error}, undef, "$name succeeds") or diag explain $answer;
	cmp_ok($bytes, '>', $least_bytes, "$name: a lot was read");
	cmp_ok($peak - $idle, '<', $LIMIT_KB, "$name: memory");
	return $answer;
}

my $all = read_much('aggregate', 300e6, 'SELECT count(*), sum(input_tokens) FROM usage.completions');
cmp_ok($all->{rows}[0][0], '>', 365 * $RESULTS, 'all of it was read');
read_much('insert', 300e6, 'CREATE UNLOGGED TABLE copy AS SELECT * FROM usage.completions');
read_much('sort', 300e6, 'SELECT count(*) FROM (SELECT * FROM usage.completions ORDER BY input_tokens OFFSET 0) AS s');

# One bucket that is larger than work_mem goes to disk.
my ($huge) = split /\n/, control($simulator, 'bench', 'buckets=1', 'results=90000');
$huge =~ s{/v1$}{};
connect_server($node, { url => "$simulator->{url}$huge" }, server => 'huge', schema => 'huge');
my $one = read_much('one bucket', 40e6, 'SELECT count(*) FROM huge.completions WHERE day = current_date - 1');
is($one->{rows}[0][0], 90000, 'all of the bucket was read');

done_testing();
