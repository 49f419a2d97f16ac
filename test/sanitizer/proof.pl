#
# Faults that are planted in the module (planted.c) are reported.  test/sanitize runs
# this before anything else, in the build and by the server that others run in.
#
use strict;
use warnings;

use Test::More;

use UsageFdw::Session;
use UsageFdw::Test;

my $mode = $ENV{USAGE_SANITIZER} // '';
my $reports = $ENV{USAGE_SANITIZER_REPORTS};

# What is said of each, in a process's report; "asserts" has none, but the server's log.
my %said = (
	address => {
		'heap over-read' => qr/AddressSanitizer: heap-buffer-overflow.*\bREAD of size 1\b.*heap_overread/s,
		'heap use after free' => qr/AddressSanitizer: heap-use-after-free.*heap_use_after_free/s,
		'stack over-read' => qr/AddressSanitizer: stack-buffer-overflow.*stack_overread/s,
		'overflow' => qr/planted\.c:\d+:\d+: runtime error: signed integer overflow.*\n.*\boverflow\b/,
		'leak' => qr/leak of 1000 byte\(s\).*\bleak\b.*planted\.c/s
	},
	valgrind => {
		'heap over-read' => qr/Invalid read of size 1\n.*heap_overread/,
		'heap use after free' => qr/Invalid read of size 1\n.*heap_use_after_free/,
		'palloc over-read' => qr/Invalid read of size 1\n.*palloc_overread/,
		'palloc use after free' => qr/Invalid read of size 1\n.*palloc_use_after_free/,
		'uninitialized' => qr/depends on uninitialised value\(s\)\n.*uninitialized/,
		'leak' => qr/1,000 bytes in 1 blocks are definitely lost.*\bleak \(planted\.c/s
	},
	asserts => {
		'palloc over-write' => qr/detected write past chunk end/,
		'assertion' => qr/TRAP: FailedAssertion\("one == 2"|TRAP: failed Assert\("one == 2"\)/
	});

my %wanted = %{ $said{$mode} // plan skip_all => 'is for test/sanitize' };
my $node = cluster('main', conf => "restart_after_crash = on\n");
$node->safe_psql('postgres', "CREATE EXTENSION usage_fdw;
	CREATE FUNCTION planted(text) RETURNS void LANGUAGE c STRICT AS '\$libdir/usage_fdw'");

# The reports of a process, so far.
sub report_of
{
	my $pid = shift;
	return PostgreSQL::Test::Utils::slurp_file($node->logfile) if $mode eq 'asserts';
	return join '', map { PostgreSQL::Test::Utils::slurp_file($_) } glob "$reports/*.$pid";
}

# Connect, also while the server recovers from what came before.
sub connect_again
{
	my $session;
	poll_until(sub { $session = eval { UsageFdw::Session->new($node) } });
	return $session // die 'the server does not come back';
}

for my $name (sort keys %wanted)
{
	my $session = connect_again();
	my $pid = $session->pid;
	my $before = report_of($pid);
	$session->query("SELECT planted('$name')");
	# or the server has ended it
	eval { $session->close };
	ok(poll_until(sub { report_of($pid) =~ $wanted{$name} }, $mode eq 'valgrind' ? 180 : 30), "$name is reported")
	  or diag report_of($pid);
	is($mode eq 'asserts' ? '' : $before, '', "$name: nothing was before");
	# It ends all sessions, also one that began before the server knew of it.
	poll_until(sub { report_of($pid) =~ /TRAP:.*reinitializing.*ready to accept connections/s }) or BAIL_OUT('no recovery')
	  if $name eq 'assertion';
	unlink glob "$reports/*.$pid";
}

# A session in which nothing is wrong; what the server leaves behind is not ours.
my $session = connect_again();
my $pid = $session->pid;
is($session->value('SELECT usage_fdw_version() IS NOT NULL'), 't', 'the module works');
$session->close;
$node->stop;
is(`perl test/sanitizer/reports '$reports'`, '', 'nothing else is reported') if $mode ne 'asserts';

done_testing();
