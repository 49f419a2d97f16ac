#
# Connections: kept, encrypted, led nowhere else, and not leaked.
#
use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use List::Util qw(max);
use Test::More;
use Time::HiRes qw(time);

use UsageFdw::Session;
use UsageFdw::Test;

my $QUERIES = 1000;
my $LEAK_KB = 1024;

my ($certificate, $key) = tls_certificate('own', '127.0.0.1');
my $simulator = simulator('--tls-port', 0, '--cert', $certificate, '--key-file', $key);
my $proxy = fault_proxy($simulator);

# Whatever is set here must not lead requests anywhere.
my $trap = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1');
my $node = start_node();
my $session = UsageFdw::Session->new($node);
my $good = 'SELECT count(DISTINCT day), sum(input_tokens) FROM usage.completions WHERE day >= current_date - 20';

sub start_node
{
	my $url = 'http://127.0.0.1:' . $trap->sockport;
	local @ENV{qw(http_proxy https_proxy HTTPS_PROXY ALL_PROXY all_proxy)} = ($url) x 5;
	delete local @ENV{qw(no_proxy NO_PROXY)};
	return cluster('main');
}

control($simulator, 'set', 'now=' . int time);
connect_server($node, $simulator);
my $right = $session->value($good);
ok(!IO::Select->new($trap)->can_read(0), 'the environment does not choose a proxy');

sub asked
{
	my ($sql, $in) = @_;
	control($simulator, 'reset-requests');
	($in // $session)->rows($sql);
	return requests($simulator);
}

# How many connections did requests come by?
sub connections
{
	my %connections = map { $_->{connection} => 1 } @_;
	return scalar keys %connections;
}

# A server with one table of days, both of this name.
sub add_api
{
	my ($name, $url, %options) = @_;
	connect_tables($node, { url => $url }, $name, options => { max_retries => 0, %options });
	(my $sql = $good) =~ s/usage\.completions/$name.completions/;
	return $sql;
}

#
# Kept alive
#
$session->rows("ALTER SERVER openai OPTIONS (ADD max_concurrent_requests '1')");
my @first = asked('SELECT count(*) FROM usage.completions');
cmp_ok(scalar @first, '>', 10, 'a scan has many requests');
my @then = asked('SELECT count(*) FROM usage.costs');
is(connections(@first, @then), 1, 'all requests of two queries go through one connection');
$session->rows("ALTER SERVER openai OPTIONS (SET max_concurrent_requests '4')");
cmp_ok(connections(asked('SELECT count(*) FROM usage.completions'),
		asked('SELECT count(*) FROM usage.costs')), '<=', 4, 'or through as many as are in flight');

asked('BEGIN; DECLARE c CURSOR FOR SELECT * FROM usage.completions; FETCH 1 FROM c; ROLLBACK');
asked('SELECT * FROM usage.completions LIMIT 1');
is($session->value($good), $right, 'after scans that were given up, the next one is right');
my @failed = $session->query("SELECT 1/(input_tokens - input_tokens) FROM usage.completions");
is($session->value($good), $right, 'after an error in mid-scan, too');

# The server closes what it had kept open.
my $proxied = add_api('proxied', $proxy->{url});
is($session->value($proxied), $right, 'through a relay');
control($proxy, 'drop');
is($session->value($proxied), $right, 'a connection that the server has closed is no error');

# A connection that is reset before it was of use; nobody waits for it to become so.
my $again = add_api('again', $proxy->{url}, max_retries => 3, retry_delay => '1ms', connect_timeout => '20s');
my ($slowest, %answers) = (0);
for (1 .. 100)
{
	control($proxy, 'drop');
	control($proxy, 'refuse after=0 count=1');
	my $begin = time();
	$answers{ $session->value($again) } = 1;
	$slowest = max($slowest, time() - $begin);
}
control($proxy, 'clear');
is_deeply([ keys %answers ], [$right], 'connections that are reset at once are no error');
cmp_ok($slowest, '<', 10, 'and are not waited for');

# In mid-scan nobody looks at an idle cursor's connection.
$session->rows('BEGIN; DECLARE c CURSOR FOR SELECT day, input_tokens FROM proxied.completions
	WHERE day >= current_date - 20');
my @rows = $session->rows('FETCH 100 FROM c');
control($proxy, 'drop');
push @rows, $session->rows('FETCH ALL FROM c');
my ($sum, %days) = (0);
for (@rows)
{
	my ($day, $tokens) = split /\|/;
	$days{$day} = 1;
	$sum += $tokens;
}
is(keys(%days) . "|$sum", $right, 'a cursor goes on after its connection was cut');
$session->rows('COMMIT');

# The same with an answer that is too large to be taken in ahead: it is broken
# when the cursor goes on, but that costs none of the retries, of which there
# are none here.
connect_server($node, { url => "$proxy->{url}/bench/31x1000" }, server => 'large',
	schema => 'large', options => { max_retries => 0 });
my $large = 'SELECT * FROM large.completions WHERE day BETWEEN current_date - 10 AND current_date - 2';
my @whole = $session->rows($large);
$session->rows("BEGIN; DECLARE c CURSOR FOR $large");
@rows = $session->rows('FETCH 100 FROM c; SELECT pg_sleep(1.1)');
pop @rows;
control($proxy, 'drop');
push @rows, $session->rows('FETCH ALL FROM c');
ok("@rows" eq "@whole", 'one that has been idle for a second goes on without a retry');
$session->rows('COMMIT');

#
# What is sent
#
my ($plain) = asked($good);
is($plain->{organization} . $plain->{project}, '', 'no organization or project unless they are set');
like($plain->{accept_encoding}, qr/\bgzip\b/, 'gzip is asked for');
cmp_ok($plain->{wire_bytes}, '<', $plain->{bytes} / 3, 'gzip is used');
my ($sent) = asked(add_api('named', $simulator->{url}, organization => 'org-1', project => 'proj_1'));
is($sent->{organization} . ' ' . $sent->{project}, 'org-1 proj_1', 'organization and project are sent');
control($simulator, 'set', 'gzip=off');
is($session->value($good), $right, 'an answer that is not compressed');
control($simulator, 'set', 'gzip=on');

#
# Where it is sent
#
my $trap_url = 'http://127.0.0.1:' . $trap->sockport;
control($simulator, 'fault', 'redirect', "location=$trap_url/v1/organization/usage/completions");
is($session->query($good)->{error}{C}, 'HV00M', 'a redirect is an error');
ok(!IO::Select->new($trap)->can_read(0), 'nobody goes there');

sub create_error
{
	my $error = $session->query('CREATE SERVER refused FOREIGN DATA WRAPPER usage_fdw OPTIONS (' . shift . ')')
	  ->{error};
	return $error ? $error->{C} . ' ' . $error->{M} : 'none';
}

for my $url ('http://api.openai.com/v1', 'http://10.0.0.1/v1', 'http://localhost.example.com/v1',
	'http://127.0.0.1.example.com/v1', 'http://0.0.0.0/v1', 'http://[::2]/v1', 'http://2130706433.example/v1')
{
	is(create_error("base_url '$url'"), 'HV024 API key would be sent unencrypted', "$url is refused");
}
for my $url ('https://user:secret@127.0.0.1/v1', 'ftp://127.0.0.1/v1', 'file:///etc/passwd', '127.0.0.1')
{
	my $error = create_error("base_url '$url'");
	like($error, qr/^HV024 invalid value for option "base_url"/, "$url is refused");
	unlike($error, qr/secret/, 'and not repeated') if $url =~ /secret/;
}
is(create_error("base_url 'http://127.0.0.1/v1', proxy 'http://proxy.example.com:3128'"),
	'HV024 API key would be sent unencrypted', 'plain http through a proxy elsewhere is refused');
for my $url ('http://127.8.7.6:80/v1', 'http://LOCALHOST/v1', 'http://[::1]:8080/v1', 'https://api.openai.com/v1')
{
	$session->rows("CREATE SERVER allowed FOREIGN DATA WRAPPER usage_fdw OPTIONS (base_url '$url');
		DROP SERVER allowed");
	pass("$url is allowed");
}
$session->rows(q{CREATE SERVER allowed FOREIGN DATA WRAPPER usage_fdw
	OPTIONS (base_url 'http://api.example.com/v1', allow_http 'true')});
my $error = $session->query(q{ALTER SERVER allowed OPTIONS (DROP allow_http)})->{error};
is($error->{C}, 'HV024', 'allow_http can only be taken away with its need');

my $listener = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1');
$session->send(add_api('through', 'http://127.0.0.1:9', proxy => 'http://127.0.0.1:' . $listener->sockport));
my $client = $listener->accept;
$client->sysread(my $line, 4096);
$client->close;
like($line, qr{^GET http://127\.0\.0\.1:9/v1/organization/usage/completions\?\S+ HTTP/1\.1\r\n},
	'the option proxy is used');
$session->finish;

#
# TLS
#
my $tls_url = "https://127.0.0.1:$simulator->{tls_port}";
my $tls = add_api('tls', $tls_url, ca_file => $certificate);
is($session->value($tls), $right, 'TLS with ca_file');
my @tls = map { asked($tls) } 1 .. 3;
is(connections(@tls), 1, 'TLS connections are kept alive');
is($session->query(add_api('untrusted', $tls_url))->{error}{C}, 'HV00N',
	'the certificate is checked without ca_file');
is($session->value($tls), $right, 'a connection for one server does not serve the other');

#
# Nothing is left behind
#
# How many sockets and the like the session's process has, and how much memory.
sub process
{
	return ($session->descriptors(qr{^[^/]}), $session->memory_kb('RssAnon'));
}

my $small = 'SELECT count(*) FROM usage.embeddings WHERE day >= current_date - 5';
sub many
{
	my $count = shift;
	for (1 .. $count / 10)
	{
		$session->rows($small) for 1 .. 6;
		$session->query($tls);
		$session->query('SELECT 1/0 FROM usage.embeddings');
		$session->query('SELECT * FROM usage.embeddings LIMIT 1');
		$session->query('SELECT * FROM untrusted.completions');
	}
	return;
}

# Until caches are filled, and what is freed between is used again.
many(600);
my ($files, $kb) = process();
many($QUERIES);
my ($files_then, $kb_then) = process();
diag "after $QUERIES queries: $files to $files_then descriptors, $kb to $kb_then kB";
cmp_ok($files_then, '<=', $files, 'no descriptor is leaked');
cmp_ok($kb_then - $kb, '<', $LEAK_KB, 'no memory is leaked');

my ($open) = control($simulator, 'stat') =~ /open_connections=(\d+)/;
cmp_ok($open, '<', 10, "$open connections are open");
$session->close;
ok(poll_until(sub { (control($simulator, 'stat') =~ /open_connections=(\d+)/)[0] <= 2 }),
	'none is when the session has ended');

done_testing();
