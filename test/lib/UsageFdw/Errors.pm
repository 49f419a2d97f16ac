#
# test/lib/UsageFdw/Errors.pm
#	  Errors, field by field, and a session that goes on after each of them.
#
#	my $session = begin_errors($node, $simulator);
#	add_api('down', 'http://127.0.0.1:9');
#	is_error('server down', $session->query('SELECT * FROM down.completions'),
#		C => qr/^HV00N$/, W => $unidentified);
#
# Each check is two: of the error, and of a query that must still be answered.
#
package UsageFdw::Errors;

use strict;
use warnings;

use Exporter 'import';
use Test::More;

use UsageFdw::Session;
use UsageFdw::Test;

our @EXPORT = qw($request $unidentified begin_errors add_api is_error with_fault);

# The context of every error about a request.
our $request = qr/^request "req_\w+" to endpoint "completions"$/;
our $unidentified = qr/^request to endpoint "completions"$/;

my $good = 'SELECT count(*), sum(input_tokens) FROM usage.completions WHERE day >= current_date - 20';
my ($node, $simulator, $session, $right);

# A session with a server whose tables of this API are in the schema "usage".
sub begin_errors
{
	($node, $simulator) = @_;
	control($simulator, 'set', 'now=' . int time);
	# One request after another, so that it is known which one meets a fault.
	connect_server($node, $simulator, options => { max_retries => 0, max_concurrent_requests => 1 });
	$session = UsageFdw::Session->new($node);
	$right = $session->value($good);
	return $session;
}

# A server that does not try again, and a table of it, both of this name.
sub add_api
{
	my ($name, $url, %options) = @_;
	my $mapping = delete $options{mapping};
	connect_tables($node, { url => $url }, $name, options => { max_retries => 0, %options },
		$mapping ? (mapping => $mapping) : ());
	return;
}

# Does an answer hold this error?  %wanted: patterns by the protocol's letter;
# undef: the field is absent.
sub is_error
{
	my ($name, $answer, %wanted) = @_;
	my $error = $answer->{error} // {};
	my @wrong = grep {
		defined $wanted{$_} ? ($error->{$_} // '') !~ $wanted{$_} : defined $error->{$_}
	} sort keys %wanted;
	ok($answer->{error} && !@wrong, $name)
	  or diag "wrong: @wrong\n", explain $answer;
	is($session->value($good), $right, "$name: the session is intact");
	return;
}

# The same for a query while the simulator has a fault; arguments as for
# control.
sub with_fault
{
	my ($name, $fault, %wanted) = @_;
	my $sql = delete $wanted{sql} // 'SELECT count(*), sum(input_tokens) FROM usage.completions';
	control($simulator, 'fault', @$fault);
	my $answer = $session->query($sql);
	control($simulator, 'reset-faults');
	is_error($name, $answer, %wanted);
	return;
}

1;
