#
# An answer that means harm: it is told as broken, costs little memory, and
# gets no part of the key into a message.
#
use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time);

use UsageFdw::Hostile;
use UsageFdw::Session;
use UsageFdw::Test;

my $LIMIT_KB = 32 * 1024;
my $MB = 1_000_000;

# No "sk-", which is masked in any case, and a slash, which JSON may escape.
my $KEY = 'gateway/' . join '/', map { sprintf '%08x', $_ * 2654435761 % 2**32 } 1 .. 20;

my $GOOD = '{"input_tokens":1,"output_tokens":1,"num_model_requests":1,"project_id":"p"}';

# --- what the server does ---

# A page of one result, in chunks, with so many bytes of a morsel in it.
sub endless
{
	my ($before, $morsel, $behind, $bytes) = @_;
	return sub {
		my ($client, $head) = @_;
		my $start = parameter($head, 'start_time');
		my $piece = $morsel x (60_000 / length $morsel);
		begin_chunks($client);
		chunk($client, sprintf '{"data":[{"start_time":%d,"end_time":%d,"results":[%s',
			$start, $start + 86400, $before);
		for (my $done = 0; !defined $bytes || $done < $bytes; $done += length $piece)
		{
			chunk($client, $piece);
		}
		chunk($client, "$behind]}]}");
		chunk($client, '');
	};
}

sub bomb
{
	my ($results, $morsel) = @_;
	return sub { gzip_bomb(@_, $results, $morsel, 10 * $MB) };
}

sub result
{
	my $result = shift;
	return sub { answer($_[0], 200, page($_[1], $result)) };
}

# The key is what the request had.
sub repeats_key
{
	my ($status, $format, $write, @headers) = @_;
	return sub {
		my ($client, $head) = @_;
		my $key = ($write // sub { shift })->(bearer($head));
		my $body = $status == 200 ? page($head, sprintf $format, $key) : sprintf $format, $key;
		answer($client, $status, $body, map { sprintf $_, $key } @headers);
	};
}

sub in_escapes { return join '', map { sprintf '\\u%04x', ord } split //, shift }

my $ERROR = '{"error":{"message":"Incorrect API key provided: %s.","param":"%1$s"}}';

my %cases = (
	good => result($GOOD),

	# nobody asked for them
	bombarr => bomb('{"input_tokens":1,"a":[1%s]}', ',{}'),
	bombmembers => bomb('{"input_tokens":1%s}', ',"a":[],"b":{"c":"d"}'),
	bombname => bomb('{"input_tokens":1,"%s":1}', 'x'),
	bombnumber => bomb('{"input_tokens":1,"a":1%s}', '0'),

	# they are wanted
	bomb => bomb('{"input_tokens":1,"model":"%s"}', 'x'),
	bombescapes => bomb('{"input_tokens":1,"model":"%s"}', '\\u0001'),
	bigstring => endless('{"input_tokens":1,"model":"', 'x', '"}', 100 * $MB),
	bigwide => endless('{"model":"', "\xe6\x97\xa5", '"}', 100 * $MB),
	bigdigits => endless('{"input_tokens":1', '1', '}', 100 * $MB),
	manytimes => endless('{"input_tokens":1', ',"input_tokens":1', '}', 100 * $MB),
	objects => result('{"a":[0' . ',{}' x 21_000 . ']}'),
	lists => result('{"a":[0' . ',[[]]' x 13_000 . ']}'),

	# they have no end
	endlessmembers => endless('{"input_tokens":1', ',"a":1', '}'),
	endlessspace => endless('', ' ', ''),
	endlessname => endless('{"', 'x', '":1}'),

	# they are no answer to what was asked
	switch => sub { $_[0]->syswrite("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"); sleep 60 },
	switchclose => sub { $_[0]->syswrite("HTTP/1.1 101 Switching Protocols\r\n\r\n"); $_[0]->close },
	interim => sub { 1 while $_[0]->syswrite("HTTP/1.1 100 Continue\r\n\r\n" x 500) },
	headers => sub {
		$_[0]->syswrite("HTTP/1.1 200 OK\r\n");
		1 while $_[0]->syswrite(join '', map { "X-H$_: " . 'y' x 100 . "\r\n" } 1 .. 200);
	},
	header => sub {
		$_[0]->syswrite("HTTP/1.1 200 OK\r\nX: ");
		1 while $_[0]->syswrite('y' x 65536);
	},
	unpacks => sub { gzip_bomb(@_, '{"input_tokens":1}%s', ' ', 100 * $MB) },

	# they are in other places
	longcursor => sub {
		answer($_[0], 200, page($_[1], $GOOD, ',"has_more":true,"next_page":"' . 'x' x (9 * $MB) . '"'));
	},
	longtime => sub { answer($_[0], 200, '{"data":[{"start_time":' . '1' x (9 * $MB) . '}]}') },
	longerror => sub {
		answer($_[0], 400, '{"error":{"message":"No.","a":[0' . ',{}' x 21_000 . ']}}');
	},

	# they are no JSON
	deep => result('{"a":' . '[' x 40 . ']' x 40 . '}'),
	nan => result('{"input_tokens":NaN}'),
	comment => result('{"input_tokens":1/**/}'),
	keynul => result('{"input_tokens\\u0000x":77}'),
	keynulwithin => result('{"model":{"a\\u0000":1}}'),

	# they repeat the key
	plain => repeats_key(401, $ERROR),
	escslash => repeats_key(401, $ERROR, sub { shift =~ s{/}{\\/}gr }),
	escu => repeats_key(401, $ERROR, \&in_escapes),
	part => repeats_key(401, $ERROR, sub { substr shift, 40, 60 }),
	truncated => repeats_key(401, '{"error":{"message":"' . 'x' x 480 . '%s"}}'),
	badrequest => repeats_key(400, $ERROR, sub { substr shift, 3 }),
	longkey => repeats_key(200, '{"input_tokens":"%s"}'),
	longkeycut => repeats_key(200, '{"input_tokens":"%s"}', sub { 'x' x 50 . in_escapes(shift) }),
	keynumber => repeats_key(200, '{"amount":{"value":"%s","currency":"usd"}}'),
	keypart => repeats_key(200, '{"amount":{"value":"%s","currency":"usd"}}', sub { 'is ' . substr shift, 90, 30 }),
	keydomain => repeats_key(200, '{"model":"%s"}'),
	keyname => repeats_key(200, '{"%s":1}{'),
	keyid => repeats_key(500, '{}', sub { substr shift, 20, 40 }, 'x-request-id: a%s'),
	keytype => repeats_key(403, '{}', sub { substr shift, 0, 30 }, 'Content-Type: text/%s'));

# --- how they are asked for ---

my $hostile = hostile_server(%cases);
my $node = cluster('main', conf => "log_min_messages = debug1\nlog_statement = none\n" .
	"log_min_error_statement = panic\n");
my @told;
my @table;

for my $case (sort keys %cases)
{
	connect_server($node, hostile_api($hostile, $case), server => $case, schema => $case,
		options => { max_retries => 0 }, mapping => { api_key => $KEY });
	$node->safe_psql('postgres',
		"ALTER FOREIGN TABLE $case.completions ADD COLUMN a jsonb OPTIONS (field 'a'); " .
		"ALTER FOREIGN TABLE $case.embeddings ADD COLUMN a jsonb OPTIONS (field '*')");
}

# In a backend of its own, which has read a page before: what comes of a query,
# and the peak of memory over what the backend had.
sub ask
{
	my ($case, $select, %options) = @_;
	my $session = UsageFdw::Session->new($node);
	my $table = $options{table} // 'completions';
	$session->rows('SELECT count(*), sum(input_tokens) FROM good.completions WHERE day = current_date');
	$session->rows("SET statement_timeout = '$options{timeout}'") if $options{timeout};
	my $idle_kb = $session->memory_kb('VmHWM');
	my $start = time();
	my $answer = $session->query("SELECT $select FROM $case.$table WHERE day = current_date");
	my $peak_kb = $session->memory_kb('VmHWM') - $idle_kb;
	push @told, map { values %$_ } @{ $answer->{notices} }, $answer->{error} // ();
	push @table, sprintf '%-16s %-28s %6d kB %5.1f s  %s', $case, $select, $peak_kb, time() - $start,
	  $answer->{error} ? "$answer->{error}{C}: " . ($answer->{error}{D} // $answer->{error}{M}) : 'rows';
	cmp_ok($peak_kb, '<', $LIMIT_KB, "$case: peak memory");
	$session->close;
	return $answer;
}

sub gives
{
	my ($case, $select, $value, %options) = @_;
	my $answer = ask($case, $select, %options);
	is($answer->{error}, undef, "$case: no error") or diag explain $answer->{error};
	is($answer->{rows}[0][0], $value, "$case: the value");
	return;
}

sub fails
{
	my ($case, $select, $state, $detail, %options) = @_;
	my $error = ask($case, $select, %options)->{error};
	is($error->{C}, $state, "$case: SQLSTATE");
	like($error->{D} // '', $detail, "$case: detail");
	return $error;
}

#
# Memory
#
my $unread = 'sum(input_tokens)';
gives($_, $unread, 1) for qw(bombarr bombmembers bombname bombnumber bomb bombescapes bigstring);

my $too_large = qr/^A result is larger than the 65536 bytes of "max_result_bytes"\.$/;
for ([ bombarr => 'a' ], [ bomb => 'model' ], [ bombescapes => 'model' ], [ bigstring => 'model' ],
	[ bigwide => 'model' ], [ bigdigits => 'input_tokens' ], [ manytimes => 'input_tokens' ])
{
	my $error = fails(@$_, 'HV00M', $too_large);
	like($error->{H}, qr/max_result_bytes/, "$_->[0]: hint");
}
fails('bombmembers', 'a', 'HV00M', $too_large, table => 'embeddings');
$node->safe_psql('postgres', q{ALTER SERVER bombescapes OPTIONS (ADD max_result_bytes '11MB')});
gives('bombescapes', 'length(model)', int(10 * $MB / 6));
$node->safe_psql('postgres', q{ALTER FOREIGN TABLE bombescapes.completions OPTIONS (ADD max_result_bytes '1kB')});
fails('bombescapes', 'model', 'HV00M', qr/the 1024 bytes of/);

gives('objects', 'jsonb_array_length(a)', 21_001);
gives('lists', 'jsonb_array_length(a)', 13_001);
gives('objects', "jsonb_array_length(a->'a')", 21_001, table => 'embeddings');

for my $case (qw(endlessmembers endlessspace endlessname))
{
	my $start = time();
	fails($case, $unread, '57014', qr/^$/, timeout => '1s');
	cmp_ok(time() - $start, '<', 5, "$case: it is canceled in time");
}

# at once, whatever request_timeout says
for ([ switch => 'HV00M', qr/^$/, qr/the API answered with status 101$/ ],
	[ switchclose => 'HV00M', qr/^$/, qr/the API answered with status 101$/ ],
	[ interim => 'HV00N', qr/^$/, qr/its headers have no end$/ ],
	[ headers => 'HV00N', qr/^$/, qr/: .*header/i ],
	# libcurl's own bound for a line, in its own words
	[ header => 'HV00N', qr/^$/, qr/: .*(?:header|larger than allowed)/i ],
	[ unpacks => 'HV00N', qr/^$/, qr/it unpacks to far more than what was sent$/ ])
{
	my ($case, $state, $detail, $message) = @$_;
	my $start = time();
	like(fails($case, 'count(*)', $state, $detail)->{M}, $message, "$case: message");
	cmp_ok(time() - $start, '<', 5, "$case: at once");
}

fails('longcursor', 'count(*)', 'HV00M', qr/^The "next_page" of a page is longer than 8192 bytes\.$/);
fails('longtime', 'count(*)', 'HV00M', qr/^The "start_time" of a bucket is longer than 8192 bytes\.$/);
fails('longerror', 'count(*)', 'HV024', qr/^The API says: No\.$/);

#
# JSON
#
fails('deep', 'count(*)', 'HV00M', qr/^The answer is not valid JSON at byte \d+: brackets nested too deeply\.$/);
fails('nan', $unread, 'HV00M', qr/^The answer is not valid JSON at byte \d+: value expected\.$/);
fails('comment', $unread, 'HV00M', qr/^The answer is not valid JSON at byte \d+: comma or end expected\.$/);
gives('keynul', $unread, undef);
fails('keynulwithin', 'model', 'HV00M', qr/^The name of a member within a result contains a null character\.$/);

#
# The key
#
my $masked = qr/\*{20}/;
fails($_, $unread, '28000', $masked) for qw(plain escslash escu part truncated);
fails('badrequest', $unread, 'HV024', $masked);
fails('longkey', $unread, 'HV00M', qr/is the string "\*{64}\.\.\.", not an integer/);
fails('longkeycut', $unread, 'HV00M', qr/is the string "x{50}\*{14}\.\.\.", not an integer/);
fails('keynumber', 'sum(amount)', 'HV00M', $masked, table => 'costs');
fails('keypart', 'sum(amount)', 'HV00M', $masked, table => 'costs');
$node->safe_psql('postgres', q{
	CREATE FUNCTION accepts(text) RETURNS bool LANGUAGE plpgsql AS
	$$ BEGIN RAISE EXCEPTION 'not %', $1 USING DETAIL = $1, HINT = $1; END $$;
	CREATE DOMAIN picky AS text CHECK (accepts(VALUE));
	CREATE FOREIGN TABLE keydomain.own (day date, x picky OPTIONS (field 'model'))
	SERVER keydomain OPTIONS (endpoint 'completions')});
like(fails('keydomain', 'x', 'P0001', $masked, table => 'own')->{M}, $masked, 'keydomain: message');
fails('keyname', 'count(*)', 'HV00M', qr/not valid JSON/);
my $silent = qr/^The answer is of type "application\/json" and holds no message of the API\.$/;
unlike(fails('keyid', 'count(*)', 'HV00N', $silent)->{W}, qr/request "/, 'keyid: no id is shown');
fails('keytype', 'count(*)', '42501', $silent);

# Somebody else's view is read with its owner's key.
$node->safe_psql('postgres', 'CREATE ROLE reader LOGIN; ' .
	join '; ', map { "CREATE VIEW v_$_ AS SELECT * FROM $_.completions; GRANT SELECT ON v_$_ TO reader" }
	qw(escslash escu longkey));
my $reader = UsageFdw::Session->new($node, user => 'reader');
for my $case (qw(escslash escu longkey))
{
	my $error = $reader->query("SELECT sum(input_tokens) FROM v_$case WHERE day = current_date")->{error};
	like($error->{D}, $masked, "$case: what a view's reader is told");
	push @told, values %$error;
}

# No part of it of eight bytes anywhere.
sub parts_in
{
	my $text = shift;
	return grep { index($text, $_) >= 0 } map { substr $KEY, $_, 8 } 0 .. length($KEY) - 8;
}

is(scalar(map { parts_in($_) } @told), 0, 'no part of the key in what clients are told')
  or diag grep { parts_in($_) } @told;
my $log = PostgreSQL::Test::Utils::slurp_file($node->logfile);
like($log, qr/The API says: Incorrect API key provided/, 'the log has the errors');
is(scalar parts_in($log), 0, 'no part of the key in the log');

diag join "\n", 'peaks over idle:', @table;
done_testing();
