#
# A key from a file is in the memory of a session while it is sent, and no longer:
# it is wiped where it is freed.  The whole memory of the backend is searched.
#
use strict;
use warnings;
no warnings 'portable';		# addresses have 64 bits

use Test::More;

use UsageFdw::Session;
use UsageFdw::Test;

my $NOBODY = 'gateway-' . join '', map { sprintf '%08x', $_ * 2654435761 % 2**32 } 1 .. 4;
my $LONG = 'gateway-' . join '', map { sprintf '%08x', $_ * 2246822519 % 2**32 } 1 .. 14;

# How often is the key in the memory of a session, as a string, and as a line of
# libcurl's requests?  An empty list if nobody can know.
sub copies
{
	my ($session, $key) = @_;
	my ($ours, $sent, $pid) = (0, 0, $session->pid);
	# what a buffer of 128 bytes would have of the header
	my $cut = substr "Authorization: Bearer $key", 0, 127;
	open my $maps, '<', "/proc/$pid/maps" or return;
	open my $memory, '<:raw', "/proc/$pid/mem" or return;
	while (<$maps>)
	{
		my ($start, $end) = /^(\w+)-(\w+) rw-p / or next;
		my $bytes = '';
		sysseek $memory, hex $start, 0 or next;
		1 while sysread $memory, $bytes, hex($end) - hex($start) - length $bytes, length $bytes;
		$ours += () = $bytes =~ /\Q$key\E[\0\n]|\Q$cut\E\0/g;
		$sent += () = $bytes =~ /\Q$key\E\r/g;
	}
	return ($ours, $sent);
}

my $simulator = simulator('--api-key', $LONG);
my $node = cluster('main');
my $key_file = PostgreSQL::Test::Utils::tempdir() . '/key';

sub write_key
{
	my $key = shift;
	unlink $key_file;
	PostgreSQL::Test::Utils::append_to_file($key_file, $key);
	chmod 0600, $key_file;
	return;
}

control($simulator, 'set', 'now=' . int time);
write_key("$LONG\n");
connect_server($node, $simulator, mapping => { api_key_file => $key_file }, options => { max_retries => 0 });
my $session = UsageFdw::Session->new($node);
plan skip_all => 'the memory of a session can not be read' if !(() = copies($session, 'a'x99));

# While it reads, it has the key: the search finds what is there.
my $week = 'WHERE day >= current_date - 6';
$session->rows("BEGIN; DECLARE c CURSOR FOR SELECT * FROM usage.completions; FETCH 1 FROM c");
cmp_ok((copies($session, $LONG))[0], '>', 0, 'a session that reads has the key');
$session->rows('COMMIT');

sub is_wiped
{
	my ($what, $key) = @_;
	my ($ours, $sent) = copies($session, $key // $LONG);
	is("$ours $sent", '0 0', "no key is left after $what, neither by itself nor in a request");
	return;
}

is_wiped('a cursor');
for my $case (
	[ 'a scan', "SELECT count(*) FROM usage.completions $week" ],
	[ 'a limit', 'SELECT * FROM usage.completions LIMIT 1' ],
	[ 'rescans', "SELECT count(*) FROM generate_series(1, 3) AS n, LATERAL (SELECT FROM usage.completions
		WHERE day = current_date - n OFFSET 0) AS l" ],
	[ 'parents', 'SELECT count(*) FROM usage.project_users' ],
	[ 'an analyze', 'ANALYZE usage.embeddings' ],
	[ 'the first day', q{SELECT usage_fdw_first_day('usage.costs')} ])
{
	my ($what, $sql) = @$case;
	$session->rows($sql);
	is_wiped($what);
}
is($session->query("SELECT 1 / (input_tokens - input_tokens) FROM usage.completions $week")->{error}{C},
	'22012', 'an error in mid-scan');
is_wiped('an error');
control($simulator, 'set', 'delay_ms=10000');
is($session->query("SET statement_timeout = 50; SELECT count(*) FROM usage.completions $week")->{error}{C},
	'57014', 'a timeout');
is_wiped('a timeout');
control($simulator, 'set', 'delay_ms=0');
$session->rows('RESET statement_timeout');

# Files that are refused, after they were read
for my $case ([ 'with a space', "$NOBODY x\n" ], [ 'with a NUL', "$NOBODY\0\n" ], [ 'too large', $NOBODY x 200 ])
{
	my ($what, $text) = @$case;
	write_key($text);
	is($session->query('SELECT * FROM usage.completions')->{error}{C}, '28000', "a file $what is refused");
	is_wiped("a file $what", $NOBODY);
}

done_testing();
