#
# The key goes to the API, and nowhere else.
#
use strict;
use warnings;

use POSIX ();
use Test::More;

use UsageFdw::Session;
use UsageFdw::Test;

# Names that occur nowhere by chance, and files that hold them.
my $KEY = 'gateway-Zq7Xv0Wk4';
my $ESCAPED = join '', map { sprintf '\\u%04x', ord } split //, $KEY;
my $FILE_KEY = 'sk-admin-Jd2Mp9Ty6';
my $NEW_FILE_KEY = 'sk-admin-Bf5Rh8Cn1';
my $SECRET = qr/Zq7Xv0Wk4|Jd2Mp9Ty6|Bf5Rh8Cn1/;

my $simulator = simulator('--api-key', $KEY);
my $proxy = fault_proxy($simulator);
my $conf = <<'END';
log_statement = none
log_min_messages = debug5
log_min_error_statement = panic
log_error_verbosity = verbose
debug_print_parse = on
debug_print_rewritten = on
debug_print_plan = on
log_parameter_max_length = -1
shared_preload_libraries = 'auto_explain'
auto_explain.log_min_duration = 0
auto_explain.log_verbose = on
auto_explain.log_analyze = on
auto_explain.log_settings = on
usage_fdw.log_requests = 'all'
END
my $node = cluster('main', conf => $conf);
my $session = UsageFdw::Session->new($node);
my $small = 'WHERE day >= current_date - 3';
my $good = "SELECT count(*), sum(input_tokens) FROM usage.completions $small";
my $key_file = PostgreSQL::Test::Utils::tempdir() . '/key';

# All that the session is ever told.
my @told;

sub ask
{
	my ($sql, $in) = @_;
	my $answer = ($in // $session)->query($sql);
	push @told, map { values %$_ } @{ $answer->{notices} }, $answer->{error} // ();
	push @told, map { map { $_ // '' } @$_ } @{ $answer->{rows} };
	return $answer;
}

sub value { return join '|', map { $_ // '' } map { @$_ } @{ ask(@_)->{rows} } }

sub write_key
{
	my ($text, $mode) = @_;
	unlink $key_file;
	open my $file, '>', $key_file or die "could not write: $!";
	print $file $text;
	close $file;
	chmod $mode // 0600, $key_file;
	return;
}

control($simulator, 'set', 'now=' . int time);
write_key("$FILE_KEY\n");
connect_server($node, $simulator, options => { max_retries => 1, retry_delay => '1ms' },
	mapping => { api_key => $KEY });
connect_server($node, $proxy, server => 'proxied', schema => 'proxied',
	options => { max_retries => 1, retry_delay => '1ms' }, mapping => { api_key => $KEY });
my $right = value($good);
like($right, qr/^[1-9]\d*\|/, 'the key works');

# What a check and the requests tell is all told.
my ($checks, $requests) = (0, 0);

sub diagnose
{
	my $in = shift;
	$checks += @{ ask($_, $in)->{rows} }
	  for q{SELECT * FROM usage_fdw_check('openai')}, q{SELECT * FROM usage_fdw_check('proxied')};
	$requests += @{ ask('SELECT r, * FROM usage_fdw_requests() r', $in)->{rows} };
	return;
}
diagnose();

#
# Queries of all kinds, right and wrong, and logged: of what is told above only the
# commands of user mappings have keys in them
#
ask('SET log_statement = mod; SET log_min_duration_statement = 0; SET log_executor_stats = on; SET log_min_error_statement = error');
for my $options ('VERBOSE', 'ANALYZE, VERBOSE', 'ANALYZE, VERBOSE, FORMAT json', 'VERBOSE, SETTINGS, FORMAT yaml')
{
	ask("EXPLAIN ($options) SELECT * FROM usage.completions $small");
}
ask("PREPARE p(date) AS SELECT count(*) FROM usage.completions WHERE day >= \$1");
ask('SET plan_cache_mode = force_generic_plan; EXECUTE p(current_date); EXPLAIN (VERBOSE) EXECUTE p(current_date)');
ask("CREATE MATERIALIZED VIEW m AS SELECT * FROM usage.completions $small; REFRESH MATERIALIZED VIEW m");
ask("CREATE VIEW v AS SELECT * FROM usage.completions $small; SELECT * FROM v");
ask("DO \$\$ BEGIN PERFORM * FROM usage.completions $small; END \$\$");
ask("BEGIN; DECLARE c CURSOR FOR SELECT * FROM usage.completions; FETCH 3 FROM c");

# What a session that reads says of its memory, when asked.
my $asking = UsageFdw::Session->new($node);
ask('SELECT pg_log_backend_memory_contexts(' . $session->pid . ')', $asking);
ask('SELECT * FROM pg_backend_memory_contexts');
ask('FETCH 3 FROM c');

# What is running shows its text, which has no key in it.
my $other = UsageFdw::Session->new($node);
like(value('SELECT query FROM pg_stat_activity', $other), qr/FETCH 3/, 'pg_stat_activity is looked at');
ask('ROLLBACK');

# A server that repeats the key in what it says.
for my $fault (
	[ 'status', 'code=401', qq(body={"error":{"message":"Incorrect API key: $KEY.","code":"$KEY","param":"$KEY","type":"$KEY"}}) ],
	[ 'status', 'code=400', qq(body={"error":{"message":"Bad: $KEY","param":"$KEY"}}) ],
	[ 'status', 'code=500', qq(body={"error":"$KEY"}) ],
	[ 'status', 'code=401', qq(body={"error":{"message":"Incorrect API key: $ESCAPED."}}) ],
	[ 'status', 'code=401', sprintf 'body={"error":{"message":"%s%s"}}', 'x' x 490, $KEY ],
	[ 'body', qq(body={"data":[{"results":[{"input_tokens":"$ESCAPED"}]}]}) ],
	[ 'status', 'code=403', "headers=x-request-id: $KEY" ],
	[ 'html', "content_type=text/$KEY" ],
	[ 'redirect', "location=https://example.com/$KEY" ],
	[ 'garbage' ], [ 'body', qq(body={"data":"$KEY"}) ],
	[ 'body', qq(body={"data":[{"results":[{"input_tokens":"$KEY"}]}]}) ],
	[ 'wrong_type', 'field=input_tokens', qq(value="Bearer $KEY") ])
{
	control($simulator, 'fault', @$fault, 'count=-1');
	ok(ask($good)->{error}, "an error after $fault->[0]");
	diagnose();
	control($simulator, 'reset-faults');
}
for ('truncate 500 count=-1', 'reset 500 count=-1', 'truncate 0 count=-1', 'refuse count=-1')
{
	control($proxy, $_);
	ok(ask("SELECT * FROM proxied.completions $small")->{error}, "an error after $_");
	diagnose();
	control($proxy, 'clear');
}
ask('SET statement_timeout = 20');
control($simulator, 'set', 'delay_ms=10000');
is(ask($good)->{error}{C}, '57014', 'a timeout');
control($simulator, 'set', 'delay_ms=0');
ask('RESET statement_timeout');

ask('RESET log_statement; RESET log_min_duration_statement; RESET log_min_error_statement');

# The mapping, changed for worse.  With log_statement the server would log
# that by itself, and the statement of an error; nothing else may.
for ("api_key 'a b $KEY'", "api_key E'$KEY\\n'", "api_key '$KEY', api_key_file '/x'")
{
	ok(ask("ALTER USER MAPPING FOR CURRENT_USER SERVER openai OPTIONS (" .
			s/^api_key /SET api_key /r =~ s/, api_key_file/, ADD api_key_file/r . ')')->{error},
		'a bad mapping is refused');
}
is(value($good), $right, 'the session is intact');

#
# Who sees the mapping
#
ask('CREATE ROLE nobody LOGIN; CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA usage TO reader;
	GRANT USAGE ON FOREIGN SERVER openai TO nobody;
	GRANT SELECT ON usage.completions, v, m TO reader');
my $nobody = UsageFdw::Session->new($node, user => 'nobody');
is(value('SELECT umoptions::text FROM pg_user_mappings', $nobody), '|', 'other users do not see the options');
ok(ask('SELECT umoptions FROM pg_user_mapping', $nobody)->{error}, 'nor in the catalog itself');
my $reader = UsageFdw::Session->new($node, user => 'reader');
is(ask('SELECT * FROM usage.completions', $reader)->{error}{C}, '28000', 'a reader without a mapping reads nothing');
like(value('SELECT count(*) FROM v', $reader), qr/^[1-9]/, 'but what a view shows him');
ask("EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM v", $reader);
diagnose($reader);

#
# Keys in files
#
is(ask("CREATE USER MAPPING FOR nobody SERVER openai OPTIONS (api_key_file '$key_file')", $nobody)
	  ->{error}{C}, '42501', 'only a superuser names a file');
ask("ALTER USER MAPPING FOR CURRENT_USER SERVER openai OPTIONS (DROP api_key, ADD api_key_file '$key_file')");
is(ask($good)->{error}{C}, '28000', 'the key in the file is used: a wrong one');
control($simulator, 'set', "api_key=$FILE_KEY");
is(value($good), $right, 'and the right one');
control($simulator, 'set', "api_key=$NEW_FILE_KEY");
is(ask($good)->{error}{C}, '28000', 'the key is replaced');
write_key("$NEW_FILE_KEY\r\nand a comment\n");
is(value($good), $right, 'a new file is read by the next query');
write_key($NEW_FILE_KEY);
is(value($good), $right, 'a file without an end of line');

for my $case ([ 'empty', '' ], [ 'blank', "\n$NEW_FILE_KEY\n" ], [ 'too large', 'x' x 5000 ],
	[ 'with a NUL', "$NEW_FILE_KEY\0\n" ], [ 'with a space', "$NEW_FILE_KEY x\n" ],
	[ 'unreadable', $NEW_FILE_KEY, 0000 ])
{
	my ($name, $text, $mode) = @$case;
	write_key($text, $mode);
	my $error = ask($good)->{error};
	is($error->{C}, '28000', "a file that is $name is an error");
	like($error->{D}, qr/^File "\Q$key_file\E": /, 'that says which file');
	diagnose();
}
write_key($NEW_FILE_KEY);
unlink $key_file;
is(ask($good)->{error}{C}, '28000', 'no file is an error');
mkdir $key_file;
is(ask($good)->{error}{C}, '28000', 'a directory is an error');
rmdir $key_file;
POSIX::mkfifo($key_file, 0600);
is(ask($good, undef)->{error}{C}, '28000', 'a pipe is an error, not a wait');
write_key($NEW_FILE_KEY);
is(value($good), $right, 'the session is intact');

# Who may lead the key of a file elsewhere?
ask('CREATE ROLE owner LOGIN; GRANT USAGE ON FOREIGN DATA WRAPPER usage_fdw TO owner;
	ALTER SERVER openai OWNER TO owner');
my $error = ask($good)->{error};
is($error->{C}, '42501', 'a key from a file is not sent where a lesser user says');
like($error->{M}, qr/api_key_file/, 'and the error says why');
ask('ALTER SERVER openai OWNER TO CURRENT_USER');
is(value($good), $right, 'the superuser has it back');
my $owner = UsageFdw::Session->new($node, user => 'owner');
is(ask("CREATE SERVER theirs FOREIGN DATA WRAPPER usage_fdw OPTIONS (ca_file '$key_file')", $owner)
	  ->{error}{C}, '42501', 'ca_file is for superusers');

#
# Nothing of it anywhere
#
my $log = PostgreSQL::Test::Utils::slurp_file($node->logfile);
cmp_ok(length $log, '>', 1_000_000, 'the server has logged all it can');
like($log, qr/auto_explain|Query Text:/, 'auto_explain too');
like($log, qr/API request: server "openai", GET .*, status 401, .*error: Incorrect API key/,
	'requests too');
cmp_ok($checks, '>', 100, "$checks steps of checks");
cmp_ok($requests, '>', 100, "$requests rows of requests");
like($log, qr/level: \d+; usage_fdw HTTP transfer/, 'and the memory of a scan');
my @urls = map { join ' ', %$_ } requests($simulator);
cmp_ok(scalar @urls, '>', 10, 'requests are known');
is(scalar(grep { $_ =~ $SECRET } @urls), 0, 'no key in a URL');
# From version 16 on debug_print_parse shows the options of a command, too.
my $OPTION = major_version() >= 16 ? qr/^\s*:arg "/ : qr/(?!)/;
my @lines = grep { $_ =~ $SECRET && $_ !~ $OPTION } split /\n/, $log;
is(scalar @lines, 0, 'no key in the log') or diag join "\n", @lines[ 0 .. ($#lines > 4 ? 4 : $#lines) ];
my @heard = grep { $_ =~ $SECRET } @told;
is(scalar @heard, 0, 'no key in what clients are told') or diag join "\n", @heard;

done_testing();
