#
# test/lib/UsageFdw/Hostile.pm
#	  A server that answers as no API should.
#
# Answers are made by cases, each a function that is given the socket and the
# head of the request, and writes whatever it likes.  The first component of
# the URL's path is the name of the case:
#
#	my $hostile = hostile_server(empty => sub { answer($_[0], 200, '{}') });
#	connect_server($node, hostile_api($hostile, 'empty'), server => 'empty');
#
# Each connection has a process of its own, so a case may take as long as it
# likes.  They go with the test, however that ends.
#
package UsageFdw::Hostile;

use strict;
use warnings;

use Exporter 'import';
use IO::Compress::Gzip qw(gzip $GzipError);
use IO::Select;
use IO::Socket::INET;
use POSIX ();

our @EXPORT = qw(hostile_server hostile_api parameter bearer page put answer
  begin_chunks chunk gzip_bomb);

use constant { WIDTH_S => 86400, ORPHAN_CHECK_S => 1 };

my @servers;

END
{
	my $status = $?;
	kill 'KILL', map { -$_ } @servers;
	waitpid $_, 0 for @servers;
	$? = $status;
}

# --- the server ---

# Answer all requests of a connection.  An orphan would hang forever.
sub serve
{
	my ($client, $cases) = @_;
	my $head = '';
	while (1)
	{
		POSIX::_exit(0) if !$client->sysread($head, 65536, length $head);
		next if $head !~ /\r\n\r\n/;
		my ($name) = $head =~ m{^\S+ /(\w+)};
		my $case = $cases->{ $name // '' } // sub { answer($_[0], 404, '{}') };
		$case->($client, $head);
		$head = '';
	}
	return;
}

# Accept connections as long as that process lives.
sub run
{
	my ($listener, $cases, $parent) = @_;
	my $ready = IO::Select->new($listener);
	# a SIGPIPE is the end of a client, and so of its process
	local @SIG{qw(CHLD TERM INT)} = ('IGNORE', 'DEFAULT', 'DEFAULT');
	while (getppid() == $parent)
	{
		next if !$ready->can_read(ORPHAN_CHECK_S);
		my $client = $listener->accept or next;
		my $pid = fork();
		next if $pid;
		$listener->close;
		eval { serve($client, $cases) };
		POSIX::_exit(1);
	}
	POSIX::_exit(0);
}

# A server of these cases on a free port of loopback: its port and url.
sub hostile_server
{
	my %cases = @_;
	my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 64)
	  or die "could not listen: $!";
	my $parent = $$;
	my $pid = fork() // die "could not fork: $!";
	if (!$pid)
	{
		POSIX::setpgid(0, 0);
		eval { run($listener, \%cases, $parent) };
		POSIX::_exit(1);
	}
	POSIX::setpgid($pid, $pid);	# whichever comes first
	push @servers, $pid;
	my $port = $listener->sockport;
	$listener->close;
	return { port => $port, url => "http://127.0.0.1:$port" };
}

# The API that answers by that case, for connect_server().
sub hostile_api
{
	my ($hostile, $case) = @_;
	return { url => "$hostile->{url}/$case" };
}

# --- for cases ---

# A parameter of the request, as it is in the URL.
sub parameter
{
	my ($head, $name) = @_;
	my ($value) = $head =~ /^\S+ \S*[?&]\Q$name\E=([^& ]*)/;
	return $value;
}

# The key that came with it.
sub bearer
{
	my ($key) = shift =~ /^Authorization: Bearer ([^\r]*)/mi;
	return $key;
}

# A page of one bucket of a day, the first that was asked for, with these
# results; `more` stands behind its data.
sub page
{
	my ($head, $results, $more) = @_;
	my $start = parameter($head, 'start_time');
	return sprintf '{"data":[{"start_time":%d,"end_time":%d,"results":[%s]}]%s}',
	  $start, $start + WIDTH_S, $results, $more // '';
}

# Send all of it; if the client is gone, the connection's process ends.
sub put
{
	my ($client, $bytes) = @_;
	while (length $bytes)
	{
		my $written = $client->syswrite($bytes) // POSIX::_exit(0);
		substr $bytes, 0, $written, '';
	}
	return;
}

# A whole answer.  Headers are lines without their ends.
sub answer
{
	my ($client, $status, $body, @headers) = @_;
	put($client, join "\r\n", "HTTP/1.1 $status X", 'Content-Type: application/json',
		'Content-Length: ' . length $body, @headers, '', $body);
	return;
}

# An answer of any length: begin, then give it piece by piece; '' ends it.
sub begin_chunks
{
	my ($client, @headers) = @_;
	put($client, join "\r\n", 'HTTP/1.1 200 OK', 'Content-Type: application/json',
		'Transfer-Encoding: chunked', @headers, '', '');
	return;
}

sub chunk
{
	my ($client, $bytes) = @_;
	put($client, sprintf "%x\r\n%s\r\n", length $bytes, $bytes);
	return;
}

# An answer of which gzip makes next to nothing: a page with these results, of
# which `%s` is the morsel, over and over, up to so many bytes.
sub gzip_bomb
{
	my ($client, $head, $results, $morsel, $bytes) = @_;
	my $text = page($head, $results);
	my $filling = $morsel x ($bytes / length $morsel);
	$text =~ s/%s/$filling/;
	gzip(\$text => \my $zipped, -Level => 9) or die $GzipError;
	answer($client, 200, $zipped, 'Content-Encoding: gzip');
	return;
}

1;
