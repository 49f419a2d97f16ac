#
# Who may do what is decided when it is done, not only when it was set up: whose
# key is sent, where it is sent, and what options may say.
#
use strict;
use warnings;

use Test::More;

use UsageFdw::Session;
use UsageFdw::Test;

my $KEY = 'gateway-Zq7Xv0Wk4';
my $OTHER_KEY = 'gateway-Jd2Mp9Ty6';
my $SECRET = qr/Zq7Xv0Wk4|Jd2Mp9Ty6/;

my $simulator = simulator('--api-key', $KEY);
my $node = cluster('main');
my $session = UsageFdw::Session->new($node);
my $key_file = PostgreSQL::Test::Utils::tempdir() . '/key';
PostgreSQL::Test::Utils::append_to_file($key_file, "$KEY\n");
my $count = 'SELECT count(*) > 0 FROM usage.completions WHERE day >= current_date - 3';

control($simulator, 'set', 'now=' . int time);
connect_server($node, $simulator, mapping => { api_key => $KEY }, options => { max_retries => 0 });
$session->rows('CREATE ROLE boss SUPERUSER LOGIN; CREATE ROLE reader LOGIN; CREATE ROLE owner LOGIN;
	CREATE ROLE third LOGIN; GRANT USAGE ON SCHEMA usage TO PUBLIC;
	GRANT SELECT ON ALL TABLES IN SCHEMA usage TO reader, owner, boss;
	GRANT USAGE ON FOREIGN SERVER openai TO reader, third; GRANT USAGE ON FOREIGN DATA WRAPPER usage_fdw TO owner;
	GRANT CREATE ON DATABASE postgres TO owner');
my %as = map { $_ => UsageFdw::Session->new($node, user => $_) } qw(boss reader owner third);

sub state_of
{
	my ($sql, $in) = @_;
	my $answer = ($in // $session)->query($sql);
	return $answer->{error} ? $answer->{error}{C} : 'none';
}

# An error of that state, and no request for it.
sub refused
{
	my ($sql, $state, $name, $in) = @_;
	control($simulator, 'reset-requests');
	is(state_of($sql, $in), $state, "$name is refused");
	is(scalar requests($simulator), 0, 'without a request') if $state ne '28000';
	return;
}

#
# Who may not read a table sends nothing for it
#
$session->rows('CREATE TABLE public.kept (LIKE usage.costs); GRANT ALL ON public.kept TO third');
for my $sql ('SELECT * FROM usage.completions', 'EXPLAIN (ANALYZE) SELECT * FROM usage.completions',
	q{SELECT usage_fdw_first_day('usage.completions')}, 'TABLE usage.projects',
	q{SELECT usage_fdw_sync('usage.costs', 'kept')})
{
	refused($sql, '42501', $sql, $as{third});
}
refused('SET usage_fdw.require_time_clause = off', '42501', 'what an administrator requires', $as{third});

# Nor if he says so before the library is there.
$session->rows('ALTER ROLE reader SET usage_fdw.require_time_clause = error');
my $early = UsageFdw::Session->new($node, user => 'reader');
$early->rows('SET usage_fdw.require_time_clause = off');
is(state_of('SELECT * FROM usage.completions', $early), '54000', 'not even before the library is there');
$session->rows('ALTER ROLE reader RESET usage_fdw.require_time_clause');

#
# Each sends a key of his own, and a view its owner's
#
is(state_of($count, $as{reader}), '28000', 'a reader without a mapping has no key');
is(state_of(q{SELECT usage_fdw_first_day('usage.completions')}, $as{reader}), '28000', 'nor for the first day');
$session->rows("CREATE USER MAPPING FOR PUBLIC SERVER openai OPTIONS (api_key '$KEY')");
is($as{reader}->value($count), 't', 'a mapping for PUBLIC is for all');
$as{reader}->rows("CREATE USER MAPPING FOR reader SERVER openai OPTIONS (api_key '$OTHER_KEY')");
is(state_of($count, $as{reader}), '28000', 'but a mapping of his own comes first');
$session->rows("CREATE VIEW public.week AS SELECT * FROM usage.completions WHERE day >= current_date - 7;
	GRANT SELECT ON public.week TO reader;
	CREATE FUNCTION public.definer() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS \$\$
	BEGIN RETURN (SELECT count(*) > 0 FROM usage.completions WHERE day >= current_date - 3); END \$\$");
is($as{reader}->value('SELECT count(*) > 0 FROM week'), 't', q{a view sends its owner's});
is($as{reader}->value('SELECT definer()'), 't', q{and a SECURITY DEFINER function its owner's});
is(state_of($count, $as{reader}), '28000', 'what came before changes nothing');
$session->rows('SET ROLE reader');
is(state_of($count), '28000', 'SET ROLE takes that role');
$session->rows('RESET ROLE; DROP USER MAPPING FOR PUBLIC SERVER openai; DROP USER MAPPING FOR reader SERVER openai');
is(state_of($count, $as{reader}), '28000', 'a mapping that is dropped is not remembered');

#
# A key in a file goes where a superuser says: as long as he is one
#
my @uses = ($count, 'EXECUTE p', q{SELECT usage_fdw_first_day('bossy.completions')}, 'SELECT count(*) FROM bossy.project_users');
$as{boss}->rows(connect_sql($simulator, server => 'bossy', schema => 'bossy', mapping => { api_key_file => $key_file }));
s/usage\.completions/bossy.completions/ for @uses;
$as{boss}->rows("SET plan_cache_mode = force_generic_plan; PREPARE p AS $uses[0]");
for (@uses)
{
	is(state_of($_, $as{boss}), 'none', "a superuser's server: $_");
}
$session->rows('ALTER ROLE boss NOSUPERUSER');
for (@uses)
{
	refused($_, '42501', "once its owner is none: $_", $as{boss});
}
control($simulator, 'reset-requests');
like(join("\n", $as{boss}->notices('ANALYZE bossy.completions')), qr/option "api_key_file" cannot be used/, 'ANALYZE says so');
is(scalar requests($simulator), 0, 'and sends nothing');
$session->rows('ALTER ROLE boss SUPERUSER');
is(state_of('EXECUTE p', $as{boss}), 'none', 'and again, once he is one');

# An owner who is not one
$as{owner}->rows("CREATE SERVER theirs FOREIGN DATA WRAPPER usage_fdw OPTIONS (base_url '$simulator->{url}/v1');
	CREATE SCHEMA theirs; CREATE FOREIGN TABLE theirs.completions (day date) SERVER theirs;
	GRANT USAGE ON SCHEMA theirs TO PUBLIC; GRANT SELECT ON theirs.completions TO PUBLIC");
$session->rows("CREATE USER MAPPING FOR CURRENT_USER SERVER theirs OPTIONS (api_key_file '$key_file');
	CREATE USER MAPPING FOR owner SERVER theirs OPTIONS (api_key_file '$key_file')");
refused('SELECT * FROM theirs.completions', '42501', "a superuser's query of an owner's server");
refused('SELECT * FROM theirs.completions', '42501', "an owner's query of his server", $as{owner});
$as{owner}->rows('DROP USER MAPPING FOR owner SERVER theirs');
for my $options ("api_key_file '$key_file'", "api_key 'x', api_key_file '$key_file'", "api_key_file '/etc/passwd'")
{
	is(state_of("CREATE USER MAPPING FOR owner SERVER theirs OPTIONS ($options)", $as{owner}), '42501',
		'only a superuser names a file with a key');
}
is(state_of("ALTER SERVER theirs OPTIONS (ADD ca_file '$key_file')", $as{owner}), '42501', 'or with certificates');
is(state_of("ALTER SERVER openai OPTIONS (SET base_url 'http://127.0.0.1:9')", $as{owner}), '42501',
	'a server has one owner');

# An owner may keep what a superuser has set, and not change it.
$session->rows("ALTER SERVER theirs OPTIONS (ADD ca_file '$key_file')");
is(state_of("ALTER SERVER theirs OPTIONS (ADD max_retries '1')", $as{owner}), 'none', 'an owner changes other options');
is(state_of("ALTER SERVER theirs OPTIONS (SET ca_file '/etc/passwd')", $as{owner}), '42501', 'but not that one');

#
# Options are checked when they are read, whoever wrote them into the catalogs
#
sub tampered
{
	my ($catalog, $where, $column, $options, $sql) = @_;
	my $old = $session->value("SELECT CAST($column AS text) FROM $catalog WHERE $where");
	$session->rows("UPDATE $catalog SET $column = $options WHERE $where");
	control($simulator, 'reset-requests');
	my $error = $session->query($sql)->{error};
	is($error->{C}, 'HV024', "$column = $options is refused when it is read");
	unlike(join(' ', values %$error), $SECRET, 'and no key is shown');
	is(scalar requests($simulator), 0, 'nor sent');
	$session->rows("UPDATE $catalog SET $column = " . ($old eq '' ? 'NULL' : literal($old)) . " WHERE $where");
	return;
}

for my $options (q{base_url=http://api.example.com/v1}, q{base_url=https://user:x@api.example.com}, 'base_url=file:///etc/passwd',
	'organization=a\r\nX-Evil: 1', 'project=a b', 'proxy=http://u@127.0.0.1:9', 'allow_http=perhaps')
{
	tampered('pg_foreign_server', q{srvname = 'openai'}, 'srvoptions', "ARRAY[E'$options']", $count);
}
for my $options ("api_key=$KEY\\r\\nX-Evil: 1", "api_key=$KEY\\n", "api_key=a $KEY")
{
	tampered('pg_user_mapping', q{umserver = (SELECT oid FROM pg_foreign_server WHERE srvname = 'openai')}, 'umoptions',
		"ARRAY[E'$options']", $count);
}
for my $options ('path=/../x', 'path=@example.com/', 'path=/a?b', 'path=x', 'path=/a\r\nX-Evil: 1')
{
	tampered('pg_foreign_table', q{ftrelid = 'usage.completions'::regclass}, 'ftoptions', "ARRAY[E'$options']", $count);
}
is($session->value($count), 't', 'once all is as it was, it works');

done_testing();
