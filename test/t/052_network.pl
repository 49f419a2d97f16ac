#
# A request goes to the host that base_url names, with the headers that it should
# have, and to nobody else: whatever base_url looks like, whatever the server
# answers, whatever is in an option, a key, a value or the environment.
#
use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use PostgreSQL::Test::Utils;
use Test::More;

use UsageFdw::Hostile;
use UsageFdw::Session;
use UsageFdw::Test;

my $KEY = 'gateway-Zq7Xv0Wk4';
my $GOOD = '{"input_tokens":1,"output_tokens":1,"num_model_requests":1,"project_id":"p"}';

# Whoever comes here was led astray.
my $trap = IO::Socket::INET->new(Listen => 20, LocalAddr => '127.0.0.1') or die "could not listen: $!";
my $trap_host = '127.0.0.1:' . $trap->sockport;
my $home = PostgreSQL::Test::Utils::tempdir();
my $heads = "$home/heads";

# A case that notes the head of the request, and answers.
sub noting
{
	my $answer = shift;
	return sub {
		append_to_file($heads, "$_[1]\0");
		$answer->(@_);
	};
}

sub redirect
{
	my ($status, @headers) = @_;
	return noting(sub { answer($_[0], $status, '{}', @headers) });
}

# Pages by a cursor: the first says which, the second is the last.
my @cursors = ("https://$trap_host/", "//$trap_host", '&bucket_width=1m', '#', '?x=1', "\@$trap_host",
	'\r\nHost: evil.test\r\nX-Evil: 1', '\u0000', ' HTTP/1.1', '\u2028', '%0d%0aX-Evil: 1', '../../x');
my %cursors = map { my $cursor = $cursors[$_]; ("cursor$_" => noting(sub {
	my ($client, $head) = @_;
	my $more = defined parameter($head, 'page') ? ',"has_more":false,"next_page":null' : qq(,"has_more":true,"next_page":"$cursor");
	answer($client, 200, page($head, $GOOD, $more));
})) } 0 .. $#cursors;

# A list of projects of these ids; nothing is below them.
sub projects
{
	my @ids = @_;
	return noting(sub {
		my ($client, $head) = @_;
		return answer($client, 200, '{"object":"list","data":[],"has_more":false}') if $head !~ m{/organization/projects\?};
		answer($client, 200, sprintf '{"object":"list","data":[%s],"has_more":false}',
			join ',', map { qq({"id":"$_","name":"x","status":"active"}) } @ids);
	});
}

my %redirects = map { ("r$_" => redirect($_, "Location: http://$trap_host/v1")) } 300 .. 305, 307, 308;
my $hostile = hostile_server(
	good => noting(sub { answer($_[0], 200, page($_[1], $GOOD)) }),
	%redirects, %cursors,
	scheme => redirect(302, "Location: //$trap_host/v1"),
	refresh => noting(sub { answer($_[0], 200, page($_[1], $GOOD), "Refresh: 0; url=http://$trap_host/",
		"Alt-Svc: h2=\"$trap_host\"; ma=86400", "Content-Location: http://$trap_host/", "Link: <http://$trap_host/>; rel=next",
		"Set-Cookie: a=b", 'Strict-Transport-Security: max-age=1000') }),
	auth => redirect(401, 'WWW-Authenticate: Basic realm="x"', 'WWW-Authenticate: Negotiate'),
	proxyauth => redirect(407, 'Proxy-Authenticate: Basic realm="x"'),
	projects => projects('//' . $trap_host, "\@$trap_host", '../../x', '%2e%2e', '%2e', 'a?b', 'a#b', 'a\r\nX-Evil: 1', 'a b', 'a\\\\b'),
	repeats => noting(sub {
		my ($client, $head) = @_;
		return answer($client, 403, '{"error":{"message":"no"}}') if $head !~ m{/organization/projects\?};
		answer($client, 200, qq({"object":"list","data":[{"id":"$KEY","name":"x"}],"has_more":false}));
	}),
	empty => projects('fine', ''), here => projects('.'), above => projects('..', 'fine'));

my $node = start_node();
my $session = UsageFdw::Session->new($node);

# The environment that must not count: proxies, and passwords for the host.
sub start_node
{
	append_to_file("$home/.netrc", "machine 127.0.0.1 login evil password evil\ndefault login evil password evil\n");
	append_to_file("$home/.curlrc", qq(proxy = "http://$trap_host"\nuser = "evil:evil"\n));
	chmod 0600, "$home/.netrc";
	local @ENV{qw(HOME CURL_HOME XDG_CONFIG_HOME)} = ($home) x 3;
	local $ENV{NETRC} = "$home/.netrc";
	local @ENV{qw(http_proxy https_proxy HTTPS_PROXY ALL_PROXY all_proxy)} = ("http://$trap_host") x 5;
	local @ENV{qw(no_proxy NO_PROXY)} = ('') x 2;
	return cluster('main');
}

# The heads of requests since the last call.
sub heads
{
	my @seen = -e $heads ? split /\0/, slurp_file($heads) : ();
	unlink $heads;
	return @seen;
}

sub is_alone { return ok(!IO::Select->new($trap)->can_read(0), "$_[0]: nobody else hears of it") }

# A head as it should be: one of each header, from us alone.
sub is_proper
{
	my ($head, $name, $host) = @_;
	my ($line, @lines) = split /\r\n/, $head;
	like($line, qr{^GET /[!-~]* HTTP/1\.1$}, "$name: the line of the request is one");
	my %headers = map { /^([\w-]+): (.*)/ ? (lc $1 => $2) : ('?' => $_) } @lines;
	is(scalar keys %headers, scalar @lines, "$name: each header once");
	is(join(' ', sort keys %headers), join(' ', sort grep { exists $headers{$_} } qw(host user-agent accept accept-encoding
		authorization openai-organization openai-project)), "$name: no other headers");
	is($headers{authorization}, "Bearer $KEY", "$name: the key, and no other");
	is($headers{host}, $host // "127.0.0.1:$hostile->{port}", "$name: the host");
	return;
}

sub add_api
{
	my ($name, %options) = @_;
	my $mapping = delete $options{mapping} // { api_key => $KEY };
	connect_tables($node, hostile_api($hostile, $name), $name, mapping => $mapping,
		options => { max_retries => 0, request_timeout => '2s', %options }, table => "history '2 days'",
		columns => 'day date, project_id text, model text, input_tokens bigint');
	return;
}

#
# Answers that would lead elsewhere
#
for my $case (sort keys %redirects, 'scheme', 'auth', 'proxyauth')
{
	add_api($case);
	ok($session->query("SELECT * FROM $case.completions")->{error}, "$case is an error");
	my @seen = heads();
	is(scalar @seen, 1, "$case: one request");
	is_proper($seen[0], $case);
	is_alone($case);
}
add_api('refresh');
is(scalar $session->rows('SELECT * FROM refresh.completions'), 1, 'headers that lead elsewhere are read over') for 1 .. 2;
is_proper($_, 'refresh') for heads();
is_alone('refresh');

for my $i (0 .. $#cursors)
{
	add_api("cursor$i");
	$session->query("SELECT * FROM cursor$i.completions");
	my @seen = heads();
	like($seen[0], qr{^GET /cursor$i/v1/organization/usage/completions\?}, "cursor $cursors[$i] is met");
	for (@seen)
	{
		is_proper($_, "cursor $cursors[$i]");
		like($_, qr{^GET /cursor$i/v1/organization/usage/completions\?start_time=\d+&end_time=\d+&bucket_width=1d&[^ #?]* },
			'the path is the same, and the width');
	}
	is_alone("cursor $cursors[$i]");
}

# Parents' ids become a segment of the path, or an error.
for my $case ('projects', 'empty', 'here', 'above')
{
	add_api($case);
	$session->rows("CREATE FOREIGN TABLE $case.project_users (project_id text, id text) SERVER $case");
	my $error = $session->query("SELECT * FROM $case.project_users")->{error};
	is($error ? $error->{M} =~ s/:.*//r : '', $case eq 'projects' ? '' : 'the API sent an id that cannot stand in a path',
		"parents: $case");
	my @seen = heads();
	cmp_ok(scalar @seen, $case eq 'projects' ? '>' : '==', $case eq 'projects' ? 10 : 1, 'are asked for, or none of them');
	for (@seen)
	{
		is_proper($_, 'parents');
		like($_, qr{^GET /$case/v1/organization/projects(?:/[A-Za-z0-9._~%-]{3,}/users)?\?}, 'a parent is one segment of the path');
	}
	is_alone("parents: $case");
}

# An id that is the key, and then an error about it.
add_api('repeats');
$session->rows('CREATE FOREIGN TABLE repeats.project_users (project_id text, id text) SERVER repeats');
my $error = $session->query('SELECT * FROM repeats.project_users')->{error};
like($error->{W}, qr/column "project_id" is "\*+"/, 'an error says which parent it is about, but not if that is the key');
unlike(join(' ', values %$error), qr/$KEY/, 'which is nowhere in it');
heads();

#
# Headers
#
for my $case ([ organization => 'openai-organization' ], [ project => 'openai-project' ])
{
	my ($option, $header) = @$case;
	for my $value (map { utf8::upgrade($_); $_ } "a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\tb", "a b", "a\x7f", "a\x{e9}", "a\x01")
	{
		is($session->query(sprintf "CREATE SERVER x FOREIGN DATA WRAPPER usage_fdw OPTIONS ($option %s)", literal($value))->{error}{C},
			'HV024', "$option with what ends a header, or is none, is refused");
	}
}
$session->rows('CREATE SERVER keys FOREIGN DATA WRAPPER usage_fdw');
for my $value (map { utf8::upgrade($_); $_ } "a\r\nX-Evil: 1", "a\nX: 1", "a b", "a\x7f", "a\x{e9}", "\x01")
{
	is($session->query('CREATE USER MAPPING FOR PUBLIC SERVER keys OPTIONS (api_key ' . literal($value) . ')')->{error}{C},
		'HV024', 'api_key, too');
}
append_to_file("$home/key", "$KEY\r\nX-Evil: 1\r\n");
add_api('good', mapping => { api_key_file => "$home/key" }, organization => 'org:1', project => 'p;"q"');
for my $value ("a\r\nX-Evil: 1", 'a&bucket_width=1m', 'a#b', 'a?b', "a\x{2028}b", 'a b', '%0d%0a', '+', "\x{ff}")
{
	utf8::upgrade($value);
	$session->rows('SELECT * FROM good.completions WHERE model = ' . literal($value));
	my @seen = heads();
	ok(@seen > 0, 'a value is asked for');
	is_proper($_, 'a value') for @seen;
	like($_, qr{&models=[A-Za-z0-9._~%-]+(?:&| )}, 'it is encoded') for @seen;
}
is_alone('values');

#
# Hosts: this machine itself is what is never looked up, in whatever form
#
sub set_url
{
	my ($url, @more) = @_;
	my $error = $session->query(sprintf 'ALTER SERVER good OPTIONS (SET base_url %s)', literal($url))->{error};
	return $error ? $error->{C} : 'none';
}

for my $url (
	# another host, and what may be one
	map({ "http://$_/good/v1" } 'localhost.', 'LOCALHOST.', 'localhost.evil.test', 'a.localhost', 'localhost%2eevil.test', '127.0.0.1.evil.test',
		libcurl_is_from('8.21') ? () : '127.0.0.1.',
		'0.0.0.0', '0', '128.0.0.1', '[::]', '[::2]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[fe80::1]', '[::1', '::1', '[localhost]',
		'127.0.0.1%00.evil.test', 'localhost%00', '127.0.0.1%20', '%E2%84%93ocalhost', '127.0.0.1%40evil.test'),
	# a user, a query, a fragment, or what some read as one
	map({ "http://$_" } 'localhost@evil.test/', 'localhost:80@evil.test/', 'evil.test#@localhost/', 'evil.test?@localhost/',
		'evil.test\\@localhost/', 'localhost\\@evil.test/', 'localhost\\.evil.test/', '127.0.0.1:80:81/', 'localhost:x/', 'localhost:99999/', ':80/', '@/'),
	'http:\\\\localhost/', 'http:localhost', '//localhost/', 'httpx://localhost/', 'gopher://127.0.0.1/', 'javascript:x', 'unix:///tmp/x',
	"http://\x{ff4c}ocalhost/", "http://\x{2460}27.0.0.1/", "http://127\x{3002}0.0.1/", map { utf8::upgrade($_); $_ } "http://localhost\x{ad}/")
{
	is(set_url($url), 'HV024', $url =~ s/[^ -~]/?/gr . ' is refused');
}
# Other forms of an address are read by libcurl; before 7.80, not all of them.
my @forms = ('127.1', '127.0.1', '2130706433', '0x7f.1', '0177.0.0.1', '0x7f000001', '%6cocalhost', '%31%32%37.0.0.1');
my $reads_forms = libcurl_is_from('7.80');
if (!$reads_forms)
{
	is(set_url("http://$_:$hostile->{port}/good/v1"), 'HV024', "$_ is refused by an old libcurl") for @forms;
}
for my $host ('127.0.0.1', 'localhost', 'LocalHost', $reads_forms ? @forms : ())
{
	is(set_url("http://$host:$hostile->{port}/good/v1"), 'none', "$host is this machine");
	is($session->query('SELECT * FROM good.completions')->{error}, undef, 'and is what is asked') or diag $host;
	my ($head) = heads();
	like($head, qr/^Host: (?:127\.0\.0\.1|localhost):$hostile->{port}\r$/mi, 'by its name') if $head;
}
is_alone('hosts');

#
# A proxy gets the key only where it has to pass it on
#
my $proxy = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1');
$session->rows("ALTER SERVER good OPTIONS (SET base_url 'https://api.example.test/v1', ADD proxy 'http://127.0.0.1:" . $proxy->sockport . "')");
$session->send('SELECT * FROM good.completions');
my $client = $proxy->accept;
$client->sysread(my $head, 4096);
$client->close;
like($head, qr{^CONNECT api\.example\.test:443 HTTP/1\.1\r\n}, 'a tunnel for https');
unlike($head, qr/authorization|$KEY|openai/i, 'without the key, and whose it is');
ok($session->finish->{error}, 'a proxy that refuses is an error');
is_alone('the proxy of the environment');

done_testing();
