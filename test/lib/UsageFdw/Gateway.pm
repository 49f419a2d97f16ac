#
# test/lib/UsageFdw/Gateway.pm
#	  The gateway of docs/gateway: nginx with the very configuration that the documents
#	  give, in front of a simulator that says with TLS that it is api.openai.com.
#
#	use UsageFdw::Gateway;
#	my $simulator = openai_simulator('--api-key', 'sk-admin-real');
#	my $gateway = gateway($simulator, key => 'sk-admin-real', words => { word => 'dashboards' });
#	connect_server($node, $gateway, mapping => { api_key => 'word' });
#
# What is replaced in the configuration is in replacements(), and each of it must be there.
#
package UsageFdw::Gateway;

use strict;
use warnings;

use Cwd;
use Exporter 'import';
use File::Find;
use File::Temp;
use IO::Socket::INET;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

use UsageFdw::Test;

our @EXPORT = qw(find_nginx openai_simulator chunking_edge gateway gateway_files);

use constant host => 'api.openai.com';

# Before a test changes its directory
my $source = Cwd::abs_path('docs/gateway');

# The program, which is not in the PATH of everybody; undef if it is not installed.
sub find_nginx
{
	my ($nginx) = grep { -x } map { "$_/nginx" } split(/:/, $ENV{PATH}), '/usr/sbin', '/usr/local/sbin';
	return $nginx;
}

# A simulator with these arguments and a certificate of the API's name, in its members certificate and
# certificate_key.
sub openai_simulator
{
	my ($certificate, $key) = tls_certificate('api', host);
	my $simulator = simulator('--tls-port', 0, '--cert', $certificate, '--key-file', $key, @_);
	@{$simulator}{qw(certificate certificate_key)} = ($certificate, $key);
	return $simulator;
}

# Replace each key of the hash in a text; dies if one is not there.
sub replaced
{
	my ($text, %new) = @_;
	for my $old (sort keys %new)
	{
		$text =~ s/\Q$old\E/$new{$old}/g or die "the gateway's configuration has no \"$old\"";
	}
	return $text;
}

# What is other than on a machine of the gateway's own: places, ports and certificates.
sub replacements
{
	my ($gateway, $simulator, %options) = @_;
	return (
		'/etc/nginx/' => "$gateway->{dir}/",
		'/run/usage_fdw_gateway' => "$gateway->{dir}/cache",
		'/var/log/nginx/' => "$gateway->{dir}/",
		'127.0.0.1:8080' => "127.0.0.1:$gateway->{port}",
		'127.0.0.1:8081' => "127.0.0.1:$gateway->{inner_port}",
		host . ':443' => host . ':' . ($options{port} // $simulator->{tls_port}),
		'/etc/ssl/certs/ca-certificates.crt' => $options{certificate} // $simulator->{certificate},
		%{ $options{replace} // {} });
}

# What Debian's own nginx.conf says around it, without what needs root.  Workers have only
# those variables of the environment that are named.
sub main_conf
{
	my ($dir, @environment) = @_;
	my $environment = join '', map { "env $_;\n" } @environment;
	my $temporary = join '', map { "\t${_}_temp_path $dir/$_;\n" } qw(client_body proxy fastcgi uwsgi scgi);
	return <<"END";
${environment}worker_processes 2;
pid $dir/pid;
error_log $dir/error.log info;
events {
	worker_connections 768;
}
http {
$temporary	sendfile on;
	tcp_nopush on;
	types_hash_max_size 2048;
	default_type application/octet-stream;
	access_log $dir/access.log;
	gzip on;
	include $dir/usage_fdw.conf;
}
END
}

sub clients_conf
{
	my ($resolver, %options) = @_;
	my $own = !defined $options{key};
	my $text = slurp_file("$source/usage_fdw_clients" . ($own ? '_own_keys' : '') . '.conf');
	$text = replaced($text, 'resolver 192.0.2.53;' => "resolver $resolver;");
	return $text if $own;
	my %words = %{ $options{words} };
	my %names = map { $_ => 1 } values %words;
	return replaced($text,
		'"Bearer WORD" dashboards;' => join("\n\t", map { qq("Bearer $_" $words{$_};) } sort keys %words),
		'dashboards "Bearer sk-admin-...";' => join("\n\t", map { qq($_ "Bearer $options{key}";) } sort keys %names));
}

sub is_listening { return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => shift) }

# Start nginx with the nginx.conf of a folder, and wait until it listens on these ports.
sub start_nginx
{
	my ($dir, $ports, @environment) = @_;
	return UsageFdw::Test::start_command($dir, sub { !grep { !is_listening($_) } @$ports },
		'setpriv', '--pdeathsig', 'TERM', 'env', @environment,
		find_nginx(), '-e', 'stderr', '-c', "$dir/nginx.conf", '-g', 'daemon off;');
}

# What stands before the API: it sends chunks, whose length nobody knows before the last one,
# as the simulator does not.  Its member port speaks TLS.
sub chunking_edge
{
	my $simulator = shift;
	my $dir = File::Temp->newdir;
	my $port = PostgreSQL::Test::Cluster::get_free_port();
	append_to_file("$dir/nginx.conf", main_conf($dir));
	append_to_file("$dir/usage_fdw.conf", <<"END");
server {
	listen 127.0.0.1:$port ssl;
	ssl_certificate $simulator->{certificate};
	ssl_certificate_key $simulator->{certificate_key};
	gzip off;
	location / {
		proxy_pass $simulator->{url};
		proxy_set_header Accept-Encoding "";
		sub_filter_types application/json;
		sub_filter "what is nowhere in it" "";
	}
}
END
	return { %{ start_nginx($dir, [$port]) }, port => $port };
}

# A running gateway: its members url, dir and, of what asks the API, inner_url.  Options:
#	key => '...'		it holds that key; else each client has one of its own
#	words => {...}		words of clients, and their names
#	replace => {...}	in the configuration, such as times and the rate, to see them in a test
#	clock => N			Unix seconds at which it starts, instead of now
#	port, certificate	of what is asked instead of the simulator, and what it is trusted by
sub gateway
{
	my ($simulator, %options) = @_;
	my $resolver = UsageFdw::Test::start_daemon('lib/name_server', host);
	my $dir = File::Temp->newdir;
	my %gateway = (map { $_ => PostgreSQL::Test::Cluster::get_free_port() } qw(port inner_port));
	$gateway{dir} = $dir;
	my %env = defined $options{clock} ? UsageFdw::Test::faketime_env($options{clock} - int time) : ();
	my %conf = ('nginx.conf' => main_conf($dir, sort keys %env),
		'usage_fdw_clients.conf' => clients_conf("127.0.0.1:$resolver->{port}", %options),
		'usage_fdw.conf' =>
		  replaced(slurp_file("$source/usage_fdw.conf"), replacements(\%gateway, $simulator, %options)));
	append_to_file("$dir/$_", $conf{$_}) for keys %conf;
	chmod 0600, "$dir/usage_fdw_clients.conf";

	my $daemon = start_nginx($dir, [ @gateway{qw(port inner_port)} ], map { "$_=$env{$_}" } keys %env);
	return { %$daemon, %gateway, url => "http://127.0.0.1:$gateway{port}",
		inner_url => "http://127.0.0.1:$gateway{inner_port}" };
}

# All that a gateway has written so far, answers and logs: names of files and their contents.
sub gateway_files
{
	my $gateway = shift;
	my %content;
	File::Find::find({ no_chdir => 1, wanted => sub {
		$content{$_} = slurp_file($_) if -f && !/\.conf$/;
	} }, "$gateway->{dir}");
	return %content;
}

1;
