# Check.pm
#	  Starts and asks the simulator, for the checks of it.  SIMULATOR_PREFIX may
#	  name a command to run it under, such as valgrind.

package Check;

use strict;
use warnings;

use Exporter 'import';
use File::Temp ();
use FindBin;
use HTTP::Tiny;
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep);

our @EXPORT = qw(MINUTE HOUR DAY NOW KEY %width $directory $http $json $server
  $base start serve nano control get path_of query_of ask ask_all
  events_of forget_events is_error);

use constant { MINUTE => 60, HOUR => 3600, DAY => 86400 };
use constant NOW => 1795212345;    # in the middle of a minute
use constant KEY => 'sk-admin-simulator';

require "$FindBin::Bin/../control";

our %width = ('1m' => MINUTE, '1h' => HOUR, '1d' => DAY);
our $directory = File::Temp->newdir;
my @children;
our $http = HTTP::Tiny->new(timeout => 60, keep_alive => 1);
our $json = JSON::PP->new->utf8;

sub start
{
	my ($name, @arguments) = @_;
	my $file = "$directory/$name." . @children . '.ready';
	my @prefix = split ' ', $ENV{SIMULATOR_PREFIX} // '';
	defined(my $pid = fork) or die;
	if ($pid == 0)
	{
		exec @prefix, "$FindBin::Bin/../$name", '--ready-file', $file,
		  '--daemon-parent', getppid, @arguments;
		die "could not run $name: $!\n";
	}
	push @children, $pid;
	for (1 .. 300)
	{
		last if -e $file;
		sleep 0.1;
	}
	open my $handle, '<', $file or die "$name did not get ready\n";
	return { map { /^(\w+)=(\d+)$/ } <$handle> };
}

END
{
	my $status = $?;
	kill TERM => @children if @children;
	waitpid $_, 0 for @children;
	$? = $status;
}

our ($server, $base);

# Start another simulator, and ask that one from now on.
sub serve
{
	$server = start('usage_simulator', '--now', NOW, @_);
	$base = $ENV{USAGE_SIMULATOR_URL} = "http://127.0.0.1:$server->{port}";
	forget_events();
	return;
}

# An action, and names and values of its parameters.
sub control
{
	my ($action, @parameters) = @_;
	my @arguments;
	while (my ($name, $value) = splice @parameters, 0, 2)
	{
		push @arguments, "$name=$value";
	}
	return Control::ask($action, @arguments);
}

# The answer to a raw path and query.
sub get
{
	my ($path, %headers) = @_;
	return $http->get("$base$path",
		{ headers => { Authorization => 'Bearer ' . KEY, %headers } });
}

sub path_of
{
	my ($endpoint) = @_;
	return '/v1/organization/' . ($endpoint eq 'costs' ? 'costs' : "usage/$endpoint");
}

# Parameters in order; an array gives repeated ones.
sub query_of
{
	my (@parameters) = @_;
	my @items;
	while (my ($name, $value) = splice @parameters, 0, 2)
	{
		push @items, map { Control::encode($name) . '=' . Control::encode($_) }
		  ref $value ? @$value : $value;
	}
	return join '&', @items;
}

sub ask
{
	my ($endpoint, @parameters) = @_;
	return get(path_of($endpoint) . '?' . query_of(@parameters));
}

# All buckets, page by page, and the number of pages.
sub ask_all
{
	my ($endpoint, @parameters) = @_;
	my ($pages, $cursor, @buckets) = (0);
	do
	{
		my $answer = ask($endpoint, @parameters,
			defined $cursor ? (page => $cursor) : ());
		die "$answer->{status} $answer->{content}" if $answer->{status} != 200;
		my $page = $json->decode($answer->{content});
		push @buckets, @{ $page->{data} };
		$cursor = $page->{has_more} ? $page->{next_page} : undef;
		$pages++;
	} while (defined $cursor);
	return (\@buckets, $pages);
}

# A decimal in whole 10^-9, exactly.
sub nano
{
	my ($text) = @_;
	my ($sign, $whole, $fraction) = $text =~ /^(-?)(\d+)(?:\.(\d+))?$/
	  or die "not a decimal: $text";
	return $sign . ($whole * 1_000_000_000 + substr(($fraction // '') . '0' x 9, 0, 9));
}

my %events;

sub events_of
{
	my ($endpoint) = @_;
	return $events{$endpoint} if $events{$endpoint};
	my $content = control('events', endpoint => $endpoint);
	utf8::decode($content);
	return $events{$endpoint} = [ Control::csv_rows($content) ];
}

# After a restatement, say.
sub forget_events
{
	%events = ();
	return;
}

# An answer with this status, about this parameter; returns its error.
sub is_error
{
	my ($answer, $status, $param, $what) = @_;
	my $error = eval { $json->decode($answer->{content})->{error} };
	is($answer->{status}, $status, "$what: status");
	is(ref $error ? $error->{param} : 'none', $param, "$what: parameter");
	return $error;
}

serve();

1;
