#
# Who can't be reached, and answers that break off.
#
use strict;
use warnings;

use IO::Socket::INET;
use Test::More;

use UsageFdw::Errors;
use UsageFdw::Test;

my ($certificate, $key) = tls_certificate('own', '127.0.0.1');
my ($foreign_certificate) = tls_certificate('foreign', '127.0.0.1');
my ($old_certificate, $old_key) = tls_certificate('old', '127.0.0.1', -10 * 86400);
my $old = simulator('--tls-port', 0, '--cert', $old_certificate, '--key-file', $old_key);
my $simulator = simulator('--tls-port', 0, '--cert', $certificate, '--key-file', $key);
my $proxy = fault_proxy($simulator);
my $resolver = slow_resolver();
my $node = start_node();
my $session = begin_errors($node, $simulator);
connect_server($node, $proxy, server => 'proxied', schema => 'proxied',
	options => { max_retries => 0, max_concurrent_requests => 1 });

sub start_node
{
	local $ENV{LD_PRELOAD} = $resolver if $resolver;
	return cluster('main');
}

#
# Who can't be reached
#
sub closed_port
{
	my $socket = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1');
	return $socket->sockport;
}

add_api('down', 'http://127.0.0.1:' . closed_port());
is_error('server down', $session->query('SELECT * FROM down.completions'),
	C => qr/^HV00N$/,
	M => qr/^could not read endpoint "completions": could not connect to host "127\.0\.0\.1": Connection refused$/,
	H => qr/^Check host and port of the server option "base_url".*firewall.*"proxy"/, W => $unidentified);
add_api('down_through', 'http://127.0.0.1:' . closed_port(), proxy => 'http://127.0.0.1:' . closed_port());
is_error('proxy down', $session->query('SELECT * FROM down_through.completions'),
	C => qr/^HV00N$/, M => qr/through the proxy: Connection refused$/, H => qr/^Check the server option "proxy"/);

SKIP:
{
	skip 'no compiler', 2 if !$resolver;
	add_api('unknown', 'https://api.unknown.test');
	is_error('unknown host', $session->query('SELECT * FROM unknown.completions'),
		C => qr/^HV00N$/, M => qr/could not resolve host "api\.unknown\.test"$/,
		H => qr/^Check the host of the server option "base_url".*look up/, W => $unidentified);
}
my $tls_port = $simulator->{tls_port};
for (
	[ 'a certificate that nobody vouches for', "https://127.0.0.1:$tls_port", {},
		qr/could not set up TLS with host "127\.0\.0\.1": .*certificate/, qr/"ca_file"/ ],
	[ 'a certificate that somebody else vouches for', "https://127.0.0.1:$tls_port",
		{ ca_file => $foreign_certificate }, qr/could not set up TLS with .*certificate/, qr/"ca_file"/ ],
	[ 'a certificate that has expired', "https://127.0.0.1:$old->{tls_port}", { ca_file => $old_certificate },
		qr/could not set up TLS with .*expired/, qr/^Check the clock .*new certificate/ ],
	[ 'a certificate of another host', "https://localhost:$tls_port", { ca_file => $certificate },
		qr/could not set up TLS with host "localhost": .*name/, qr/must be one that the certificate names/ ],
	[ 'a ca_file that is not there', "https://127.0.0.1:$tls_port", { ca_file => '/nonexistent/ca.pem' },
		qr/could not set up TLS with/, qr/^The file of the server option "ca_file"/ ],
	[ 'https to a port of http', "https://127.0.0.1:$simulator->{port}", {}, qr/could not set up TLS with/,
		qr/is one of https/ ])
{
	my ($name, $url, $options, $message, $hint) = @$_;
	my $server = $name =~ tr/ /_/r;
	add_api($server, $url, %$options);
	is_error($name, $session->query("SELECT * FROM $server.completions"),
		C => qr/^HV00N$/, M => $message, H => $hint, W => $unidentified);
}
add_api('plain_to_tls', "http://127.0.0.1:$tls_port");
is_error('http to a port of https', $session->query('SELECT * FROM plain_to_tls.completions'),
	C => qr/^HV00[NM]$/);

#
# Answers that break off: by the proxy, and byte by byte as written here
#
control($proxy, 'truncate 5000');
is_error('a body that is shorter than it says', $session->query('SELECT * FROM proxied.completions'),
	C => qr/^HV00N$/, M => qr/: lost the answer of host "127\.0\.0\.1" after \d+ bytes: /,
	H => qr/^Try again, or raise the option "max_retries"/, W => $request);
control($proxy, 'reset 5000');
is_error('a connection that is reset', $session->query('SELECT * FROM proxied.completions'),
	C => qr/^HV00N$/, M => qr/: lost the answer of host "127\.0\.0\.1" after \d+ bytes: /);
control($proxy, 'truncate 0');
is_error('no answer', $session->query('SELECT * FROM proxied.completions'),
	C => qr/^HV00N$/, M => qr/: got no answer from host "127\.0\.0\.1": /,
	H => qr/"base_url" leads to an API/, W => $unidentified);

my $listener = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1');
add_api('by_hand', 'http://127.0.0.1:' . $listener->sockport, request_timeout => '200ms');

# The answer to a query whose first request is answered by these bytes.
sub answer_by_hand
{
	my ($bytes, $linger) = @_;
	$session->send('SELECT day, input_tokens FROM by_hand.completions WHERE day = current_date - 3');
	my $client = $listener->accept;
	my $asked = '';
	$client->sysread($asked, 4096, length $asked) while $asked !~ /\r\n\r\n/;
	$client->syswrite($bytes);
	$client->close if !$linger;
	return $session->finish;
}

my $head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
my $page = '{"object":"page","data":[{"object":"bucket","start_time":0,';
is_error('a chunked body that breaks off',
	answer_by_hand($head . "Transfer-Encoding: chunked\r\n\r\n" . sprintf("%x\r\n%s\r\n", length $page, $page)),
	C => qr/^HV00N$/, M => qr/lost the answer .* after \d+ bytes/, W => $unidentified);
is_error('a chunk size that is none',
	answer_by_hand($head . "Transfer-Encoding: chunked\r\n\r\nzz\r\n$page\r\n"),
	C => qr/^HV00N$/, M => qr/lost the answer/);
is_error('a body without a length that breaks off', answer_by_hand("$head\r\n$page"),
	C => qr/^HV00M$/, M => qr/broken answer/, D => qr/end/);
is_error('a broken gzip stream', answer_by_hand("${head}Content-Encoding: gzip\r\nContent-Length: 20\r\n\r\n" . 'x' x 20),
	C => qr/^HV00N$/, M => qr/lost the answer/);
is_error('something that is not HTTP', answer_by_hand("SSH-2.0-OpenSSH_9.2\r\n"),
	C => qr/^HV00N$/, M => qr/got no answer|lost the answer/);
is_error('a head without an end', answer_by_hand("HTTP/1.1 200 OK\r\nX-A: " . 'a' x 200000),
	C => qr/^HV00N$/, M => qr/got no answer|lost the answer/);
is_error('no answer in time', answer_by_hand('', 1),
	C => qr/^HV00N$/, M => qr/: nothing came for 0\.2 s \(request_timeout\)$/,
	H => qr/"request_timeout"/);
is_error('half an answer in time', answer_by_hand("${head}Content-Length: 1000\r\n\r\n$page", 1),
	C => qr/^HV00N$/, M => qr/lost the answer .*: nothing came for 0\.2 s \(request_timeout\)$/,
	H => qr/"request_timeout"/);
is_error('status 204', answer_by_hand("HTTP/1.1 204 No Content\r\n\r\n"), C => qr/^HV00M$/, M => qr/status 204$/);

done_testing();
