#
# test/bench/Bench/Server.pm
#	  The tables that are asked, and what the simulator saw of it.
#
package Bench::Server;

use strict;
use warnings;

use Exporter 'import';
use FindBin;

use Bench::Contest;

our @EXPORT = qw(control requests_of set_up set_option);

require "$FindBin::RealBin/../simulator/control";

sub control { return Control::ask(@_) }

# The URLs that a query asks for, and their parameters, in order.
sub requests_of
{
	my ($session, $sql) = @_;
	control('reset-requests');
	query($session, $sql);
	return map { { %$_, url => "$ENV{USAGE_SIMULATOR_URL}$_->{path}?$_->{query}" } }
	  Control::csv_rows(control('requests'));
}

# A schema of tables whose server is a bench page.
sub make_tables
{
	my ($session, $name, $page, $width) = @_;
	query($session, <<~END);
		CREATE SERVER $name FOREIGN DATA WRAPPER usage_fdw
			OPTIONS (base_url '$ENV{USAGE_SIMULATOR_URL}/bench/$page/v1');
		CREATE USER MAPPING FOR CURRENT_USER SERVER $name OPTIONS (api_key 'sk-admin-simulator');
		CREATE SCHEMA $name;
		IMPORT FOREIGN SCHEMA usage LIMIT TO (completions)
			FROM SERVER $name INTO $name OPTIONS (bucket_width '$width')
		END
	return;
}

# Every query shall read the full grain in the tables' own buckets, so that all do
# the same work.
sub set_up
{
	my $session = shift;
	query($session, 'CREATE EXTENSION usage_fdw');
	make_tables($session, 'days', '31x1000', '1d');
	make_tables($session, 'minutes', '1440x50', '1m');
	make_tables($session, 'thin', '31x10', '1d');
	make_tables($session, 'dense', '31x6000', '1d');
	for my $setting ('usage_fdw.enable_grain_reduction', 'usage_fdw.enable_width_coarsening')
	{
		query($session, "ALTER DATABASE postgres SET $setting = off")
		  if query($session, "SELECT count(*) FROM pg_settings WHERE name = '$setting'");
	}
	return;
}

sub set_option
{
	my ($session, $server, $name, $value) = @_;
	my $there = query($session,
		"SELECT count(*) FROM pg_foreign_server WHERE srvname = '$server' "
		  . "AND '$name' IN (SELECT option_name FROM pg_options_to_table(srvoptions))");
	my $action = $there ? 'SET' : 'ADD';
	query($session, "ALTER SERVER $server OPTIONS ($action $name '$value')");
	return;
}

1;
