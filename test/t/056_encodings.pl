#
# The API speaks UTF-8, a database may have another encoding: what comes and what
# goes is converted, messages lose but a character, and filters change no answer.
#
use strict;
use warnings;
use utf8;

use Encode qw(encode);
use Test::More;

use UsageFdw::Hostile;
use UsageFdw::Session;
use UsageFdw::Test;

my $NUMBERS = '"input_tokens":1,"output_tokens":1,"num_model_requests":1';

# A row of that model, which shows in project_id what models were asked for, and
# in user_id what was grouped by.
sub row_of
{
	my $model = shift;
	return sub {
		my ($client, $head) = @_;
		my $models = parameter($head, 'models') // 'all';
		my $groups = join ' ', $head =~ /group_by=([^& ]*)/g;
		answer($client, 200, page($head, encode('UTF-8',
			qq({$NUMBERS,"model":"$model","größe":"$model","project_id":"$models","user_id":"$groups"}))));
	};
}

my $hostile = hostile_server(
	error => sub {
		answer($_[0], 400, encode('UTF-8', '{"error":{"message":"Schlüssel ungültig 日本語 😀","param":"größe"}}'));
	},
	complaint => sub { answer($_[0], 200, page($_[1], encode('UTF-8', '{"input_tokens":"größe 日本語"}'))) },
	latin => row_of('größe'),
	japanese => row_of('日本語'),
	plain => row_of('gpt-5'));
my @cases = qw(error complaint latin japanese plain);

my $node = cluster('main');
my %session;
for my $encoding (qw(UTF8 LATIN1 EUC_JP SQL_ASCII))
{
	my $database = lc $encoding;
	$node->safe_psql('postgres',
		"CREATE DATABASE $database TEMPLATE template0 ENCODING '$encoding' LOCALE 'C'");
	connect_server($node, hostile_api($hostile, $_), database => $database, server => $_, schema => $_,
		options => { max_retries => 0 })
	  for @cases;
	# what a client sends to SQL_ASCII is what is there
	$session{$encoding} = UsageFdw::Session->new($node, database => $database,
		client_encoding => $encoding eq 'SQL_ASCII' ? 'SQL_ASCII' : 'UTF8');
	# one bucket, with pushdown or without
	$session{$encoding}->rows("ALTER FOREIGN TABLE $_.completions OPTIONS (ADD history '1 day')") for @cases;
	$session{$encoding}->rows(<<'END');
CREATE TABLE kept (detail text, message text);
CREATE FUNCTION keep(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE d text; m text;
BEGIN
	EXECUTE query;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL, m = MESSAGE_TEXT;
	INSERT INTO kept VALUES (d, m);
	RETURN SQLSTATE;
END $$;
END
}

sub ask
{
	my ($encoding, $sql) = @_;
	return $session{$encoding}->query(encode('UTF-8', $sql));
}

# The values of the one row of an answer, or its SQLSTATE.
sub told
{
	my $answer = ask(@_);
	return $answer->{error}{C} if $answer->{error};
	return 'no row' if !@{ $answer->{rows} };
	return join '|', map { my $text = $_ // ''; utf8::decode($text); $text } @{ $answer->{rows}[0] };
}

my $day = "day < (now() AT TIME ZONE 'UTC')::date";

#
# Messages
#
my %shown = (
	UTF8 => 'Schlüssel ungültig 日本語 😀',
	LATIN1 => 'Schlüssel ungültig ??? ?',
	EUC_JP => 'Schlüssel ungültig 日本語 ?',
	SQL_ASCII => 'Schlüssel ungültig 日本語 😀');
for my $encoding (sort keys %session)
{
	my $error = ask($encoding, "SELECT count(*) FROM error.completions WHERE $day")->{error};
	is($error->{C}, 'HV024', "$encoding: a 400 with words of all kinds is a 400");
	is($error->{D}, "The API says: $shown{$encoding}", "$encoding: its message");
	like($error->{M}, qr/the parameter "größe"/, "$encoding: its parameter");

	$error = ask($encoding, "SELECT sum(input_tokens) FROM complaint.completions WHERE $day")->{error};
	is($error->{C}, 'HV00M', "$encoding: a broken answer");
	my $quoted = $encoding eq 'LATIN1' ? 'größe ???' : 'größe 日本語';
	like($error->{D}, qr/is the string "\Q$quoted\E", not/, "$encoding: what was wrong with it");

	# what is stored can be read and converted again
	is(told($encoding, "SELECT keep('SELECT sum(input_tokens) FROM $_.completions WHERE ' || " . literal($day) . ')'),
		$_ eq 'error' ? 'HV024' : 'HV00M', "$encoding: $_ is caught")
	  for qw(error complaint);
	my $to = $encoding eq 'SQL_ASCII' ? 'SQL_ASCII' : 'UTF8';
	is(told($encoding, "SELECT count(convert_to(detail || message, '$to')) FROM kept"),
		'2', "$encoding: messages are of the database's encoding");
}

#
# Rows, with filters and without
#
sub both_ways
{
	my ($encoding, $sql, $expected, $name) = @_;
	for my $pushdown (qw(on off))
	{
		$session{$encoding}->rows("SET usage_fdw.enable_pushdown = $pushdown");
		my $answer = $expected =~ s/\|sent=(.*)$//r;
		my $sent = $pushdown eq 'on' && $expected =~ /\|sent=(.*)$/ ? $1 : 'all';
		is(told($encoding, $sql), $answer eq 'no row' || $answer =~ /^[0-9A-Z]{5}$/ ? $answer : "$answer|$sent",
			encode('UTF-8', "$encoding: $name, pushdown $pushdown"));
	}
	$session{$encoding}->rows('RESET usage_fdw.enable_pushdown');
	return;
}

my $model = 'SELECT model, project_id FROM %s.completions WHERE %s AND ' . $day;
my ($LATIN, $JAPANESE) = ('gr%C3%B6%C3%9Fe', '%E6%97%A5%E6%9C%AC%E8%AA%9E');
for my $case (
	# encoding, table, model, what comes: the model and what was asked for
	[ 'UTF8', 'latin', 'größe', "größe|sent=$LATIN" ],
	[ 'UTF8', 'japanese', '日本語', "日本語|sent=$JAPANESE" ],
	[ 'LATIN1', 'latin', 'größe', "größe|sent=$LATIN" ],
	[ 'LATIN1', 'plain', 'gpt-5', 'gpt-5|sent=gpt-5' ],
	# several texts of UTF-8 may be one here, so the API is not asked to compare
	[ 'EUC_JP', 'japanese', '日本語', '日本語|sent=all' ],
	[ 'EUC_JP', 'latin', 'größe', 'größe|sent=all' ],
	[ 'EUC_JP', 'plain', 'gpt-5', 'gpt-5|sent=gpt-5' ],
	[ 'SQL_ASCII', 'latin', 'größe', "größe|sent=$LATIN" ],
	[ 'SQL_ASCII', 'japanese', '日本語', "日本語|sent=$JAPANESE" ])
{
	my ($encoding, $table, $value, $expected) = @$case;
	both_ways($encoding, sprintf($model, $table, "model = '$value'"), $expected, "model = '$value'");
	both_ways($encoding, sprintf($model, $table, "model IN ('$value', 'another')"),
		$expected, "a list with '$value'");
}
both_ways('SQL_ASCII', sprintf($model, 'latin', q{model = E'\xff'}), 'no row', 'what is no UTF-8 equals nothing');
both_ways('SQL_ASCII', sprintf($model, 'latin', q{model IN (E'\xff', 'größe')}), 'größe|sent=all', 'not even in a list');

# a character that the database has no place for
my $error = ask('LATIN1', "SELECT model FROM japanese.completions WHERE $day")->{error};
is($error->{C}, '22P05', 'LATIN1: a value that it has no characters for is an error');
like($error->{M}, qr/column "model" that has no equivalent in encoding "LATIN1"/, 'which names the column');
like($error->{W}, qr/request to endpoint "completions"/, 'and the request');
is(told('LATIN1', "SELECT input_tokens FROM japanese.completions WHERE $day"), '1', 'but only where it is read');

# a join that is answered from rows that were kept
$session{$_}->rows('CREATE TABLE wanted (model text)'), ask($_, "INSERT INTO wanted SELECT m FROM
	generate_series(1, 20), (VALUES ('größe'), ('gpt-5')) AS v(m)")
  for qw(LATIN1 EUC_JP SQL_ASCII);
is(told($_, "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off;
		SELECT count(*) FROM wanted AS w JOIN latin.completions AS c USING (model) WHERE $day"),
	'20', "$_: a join by model")
  for qw(LATIN1 EUC_JP SQL_ASCII);

#
# Names
#
for my $encoding (sort keys %session)
{
	is(ask($encoding, q{CREATE FOREIGN TABLE named (day date, "größe" text OPTIONS (role 'dimension'),
		user_id text, input_tokens bigint) SERVER latin OPTIONS (endpoint 'completions', history '1 day')})->{error},
		undef, "$encoding: a column with a name of its own");
	is(told($encoding, qq{SELECT "größe", user_id FROM named WHERE $day}),
		"größe|$LATIN user_id", "$encoding: is grouped by, and read, in UTF-8");
	like(join("\n", map { my $line = $_->[0]; utf8::decode($line); $line }
			@{ ask($encoding, qq{EXPLAIN SELECT "größe" FROM named WHERE $day})->{rows} }),
		qr/Group By: größe/, "$encoding: and shown as it is");
}
my $error_of_name = $session{SQL_ASCII}->query(
	qq{CREATE FOREIGN TABLE odd (day date, "\xff" text OPTIONS (role 'dimension')) SERVER latin OPTIONS (endpoint 'completions', history '1 day');
	SELECT * FROM odd})->{error};
is($error_of_name->{C}, '22P05', 'SQL_ASCII: a name that is no UTF-8 cannot be asked for');

done_testing();
