#
# test/lib/UsageFdw/Session.pm
#	  A session with the server, in the server's own protocol.
#
# psql would add its own latency, and shows an error as text.  This one says to
# the millisecond when an error came, has all its fields, and does not wait
# unless told to:
#
#	my $session = UsageFdw::Session->new($node);
#	my $answer = $session->query('SELECT 1/0');
#	is($answer->{error}{C}, '22012');		# fields as in the protocol: C M D H W
#	$session->send('SELECT pg_sleep(100)');
#	$other->query('SELECT pg_cancel_backend(' . $session->pid . ')');
#	$answer = $session->finish;
#
# An answer is a reference to a hash: rows (of all statements), error (or
# undef), notices, and time, when the error or the end came.  A session that
# the server ended has answer->{closed}.
#
package UsageFdw::Session;

use strict;
use warnings;

use IO::Select;
use IO::Socket::UNIX;
use PostgreSQL::Test::Utils ();
use Time::HiRes qw(time);

use constant PROTOCOL => 3 << 16;

sub new
{
	my ($class, $node, %options) = @_;
	my $path = $node->host . '/.s.PGSQL.' . $node->port;
	my $socket = IO::Socket::UNIX->new(Peer => $path)
	  or die "could not connect to $path: $!";
	my $self = bless { socket => $socket, buffer => '' }, $class;
	my %start = (
		user => scalar getpwuid($<),
		database => 'postgres',
		client_encoding => 'UTF8',
		%options);
	$self->write('', pack 'N(Z*)*', PROTOCOL, %start, '');
	my $answer = $self->finish;
	die "could not connect: $answer->{error}{M}" if $answer->{error};
	return $self;
}

sub pid { return $_[0]{pid} }

# A message's length counts itself, but not its type.
sub write
{
	my ($self, $type, $body) = @_;
	my $bytes = $type . pack('N', 4 + length $body) . $body;
	$self->{socket}->syswrite($bytes) == length $bytes
	  or die "could not write to the server: $!";
	return;
}

# Ask, without waiting for the answer.
sub send
{
	my ($self, $sql) = @_;
	utf8::encode($sql) if utf8::is_utf8($sql);
	$self->write('Q', "$sql\0");
	return;
}

# The next message, as its type and body; an empty list if the server is gone.
sub message
{
	my ($self, $deadline) = @_;
	my $ready = IO::Select->new($self->{socket});
	while (1)
	{
		if (length $self->{buffer} >= 5)
		{
			my ($type, $length) = unpack 'aN', $self->{buffer};
			return ($type, substr substr($self->{buffer}, 0, $length + 1, ''), 5)
			  if length $self->{buffer} > $length;
		}
		my $left = $deadline - time();
		die "the server did not answer in time\n" if $left <= 0 || !$ready->can_read($left);
		$self->{socket}->sysread($self->{buffer}, 65536, length $self->{buffer})
		  or return;
	}
}

sub fields
{
	my %fields = map { /^(.)(.*)/s } split /\0/, shift;
	utf8::decode($_) for values %fields;
	return \%fields;
}

sub row
{
	my ($count, $rest) = unpack 'na*', shift;
	my @values;
	for (1 .. $count)
	{
		my $length = unpack 'l>', substr $rest, 0, 4, '';
		push @values, $length < 0 ? undef : substr $rest, 0, $length, '';
	}
	return \@values;
}

# Wait for the answer to what was sent.
sub finish
{
	my ($self, $timeout) = @_;
	my $deadline = time() + ($timeout // $PostgreSQL::Test::Utils::timeout_default);
	my $answer = { rows => [], notices => [] };
	while (my ($type, $body) = $self->message($deadline))
	{
		push @{ $answer->{rows} }, row($body) if $type eq 'D';
		push @{ $answer->{notices} }, fields($body) if $type eq 'N';
		($answer->{error}, $answer->{time}) = (fields($body), time()) if $type eq 'E';
		$self->{pid} = unpack 'N', $body if $type eq 'K';
		next if $type ne 'Z';
		$answer->{time} //= time();
		return $answer;
	}
	$answer->{time} //= time();
	$answer->{closed} = 1;
	return $answer;
}

# Wait so many seconds for the answer to begin; true if it did.
sub is_answering
{
	my ($self, $seconds) = @_;
	return scalar IO::Select->new($self->{socket})->can_read($seconds);
}

sub query
{
	my ($self, $sql, $timeout) = @_;
	$self->send($sql);
	return $self->finish($timeout);
}

# The rows of a query that must not fail, each a text with | between values.
sub rows
{
	my ($self, $sql) = @_;
	my $answer = $self->query($sql);
	die "$answer->{error}{M}\n$sql\n" if $answer->{error};
	return map { join '|', map { $_ // '' } @$_ } @{ $answer->{rows} };
}

# All of them as one text.
sub value
{
	my ($self, $sql) = @_;
	return join "\n", $self->rows($sql);
}

# The messages of notices and warnings of statements that must not fail.
sub notices
{
	my ($self, $sql) = @_;
	my $answer = $self->query($sql);
	die "$answer->{error}{M}\n$sql\n" if $answer->{error};
	return map { $_->{M} } @{ $answer->{notices} };
}

# Change options that a server has: texts such as "max_retries '1'".
sub set_options
{
	my ($self, $server, @settings) = @_;
	$self->rows("ALTER SERVER $server OPTIONS (" . join(', ', map { "SET $_" } @settings) . ')');
	return;
}

# How a kept table differs from its source's rows of some days, as value() has it: whether
# it has more rows than $least, how many are not those of the source, and how many it lacks.
sub kept_differences
{
	my ($self, $target, $source, $days, $least) = @_;
	return $self->value("SELECT (SELECT count(*) > $least FROM $target),
		(SELECT count(*) FROM (TABLE $target EXCEPT ALL SELECT * FROM $source WHERE $days) AS e),
		(SELECT count(*) FROM (SELECT * FROM $source WHERE $days EXCEPT ALL TABLE $target) AS m)");
}

# A function attempt(query): its answer, or the SQLSTATE of its error, which a
# subtransaction catches.
sub create_attempt
{
	my $self = shift;
	$self->rows(<<'SQL');
CREATE FUNCTION attempt(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE query INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$
SQL
	return;
}

# A number of the backend's /proc/PID/status, such as VmHWM or RssAnon; 0 under a sanitizer,
# whose own memory it would be.
sub memory_kb
{
	my ($self, $what) = @_;
	return 0 if $ENV{USAGE_SANITIZER};
	my $status = PostgreSQL::Test::Utils::slurp_file('/proc/' . $self->pid . '/status');
	return $status =~ /^$what:\s*(\d+)/m ? $1 : die "no $what";
}

# How many descriptors of the backend are links to something like this?
sub descriptors
{
	my ($self, $pattern) = @_;
	return scalar grep { (readlink($_) // '') =~ $pattern } glob '/proc/' . $self->pid . '/fd/*';
}

sub close
{
	my $self = shift;
	$self->write('X', '');
	$self->{socket}->close;
	return;
}

1;
