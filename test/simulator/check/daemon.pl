#
# That the simulator runs, ends with its parent, and speaks TLS.
#
use strict;
use warnings;

use FindBin;
use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(sleep);

use lib $FindBin::Bin;
use Check;

# Has a process that start() began ended by itself?
sub has_ended
{
	my ($pid) = @_;
	for (1 .. 50)
	{
		return 1 if waitpid($pid, WNOHANG) == $pid;
		sleep 0.1;
	}
	return 0;
}

sub check_parent_and_tls
{
	defined(my $parent = fork) or die;
	if ($parent == 0)
	{
		sleep 60;
		exit 0;
	}
	my ($key, $certificate) = ("$directory/key.pem", "$directory/cert.pem");
	my $made = !system "openssl req -x509 -newkey rsa:2048 -nodes -keyout $key"
	  . " -out $certificate -days 2 -subj /CN=localhost"
	  . ' -addext subjectAltName=IP:127.0.0.1 2>/dev/null';
	my $other = start('usage_simulator', '--daemon-parent', $parent,
		$made ? ('--tls-port', 0, '--cert', $certificate, '--key-file', $key) : ());
  SKIP:
	{
		skip 'needs openssl and curl', 1 if !$made || system 'curl -V >/dev/null 2>&1';
		my $url = "https://127.0.0.1:$other->{tls_port}" . path_of('costs');
		like(`curl -s --cacert $certificate $url`, qr/invalid_api_key/, 'TLS');
	}
	kill TERM => $parent;
	waitpid $parent, 0;
	ok(has_ended($other->{pid}), 'ends with its parent');
}

is(control('reset'), "ok\n", 'the simulator runs');
check_parent_and_tls();
done_testing();
