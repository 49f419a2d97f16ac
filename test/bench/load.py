#!/usr/bin/python3
#
# load.py URL
#	  What one does without the extension: fetch a page, take it apart, COPY it
#	  into a table, and ask that.
#
# The protocol is that of bench.h; the times are that of the load, and that of
# load and sum.  The database is where libpq's variables say.
#
import http.client
import io
import json
import sys
import time
import urllib.parse

import psycopg2

DIMENSIONS = ('project_id', 'user_id', 'api_key_id', 'model', 'batch', 'service_tier')
MEASURES = (
    'num_model_requests', 'input_tokens', 'output_tokens', 'input_cached_tokens',
    'input_cache_write_tokens', 'input_cache_write_30m_tokens',
    'input_cache_write_12h_tokens', 'input_uncached_tokens', 'input_text_tokens',
    'output_text_tokens', 'input_cached_text_tokens', 'input_audio_tokens',
    'input_cached_audio_tokens', 'output_audio_tokens', 'input_image_tokens',
    'input_cached_image_tokens', 'output_image_tokens')
COLUMNS = DIMENSIONS + MEASURES
NAMES = ', '.join(('start_time', 'end_time') + COLUMNS)

url = urllib.parse.urlsplit(sys.argv[1])
connection = http.client.HTTPConnection(url.netloc)
database = psycopg2.connect('')
cursor = database.cursor()
cursor.execute('DROP TABLE IF EXISTS loaded; '
               'CREATE UNLOGGED TABLE loaded (start_time bigint, end_time bigint, '
               'project_id text, user_id text, api_key_id text, model text, '
               'batch boolean, service_tier text, '
               + ', '.join(name + ' bigint' for name in MEASURES) + ')')
database.commit()


def fetch():
    connection.request('GET', url.path + '?' + url.query,
                       headers={'Authorization': 'Bearer sk-admin-simulator'})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(body)
    return json.loads(body)


def quoted(value):
    """A value in COPY's text format."""
    if value is None:
        return '\\N'
    if isinstance(value, str) and '\\' in value:
        value = value.replace('\\', '\\\\')
    return str(value)


def lines(page):
    for bucket in page['data']:
        head = '%d\t%d\t' % (bucket['start_time'], bucket['end_time'])
        for result in bucket['results']:
            yield head + '\t'.join([quoted(result.get(name)) for name in COLUMNS]) + '\n'


def load():
    cursor.execute('TRUNCATE loaded')
    cursor.copy_expert('COPY loaded (' + NAMES + ') FROM STDIN',
                       io.StringIO(''.join(lines(fetch()))))
    database.commit()


for line in sys.stdin:
    start = time.monotonic()
    load()
    loaded = time.monotonic()
    cursor.execute('SELECT sum(input_tokens), count(*) FROM loaded')
    total, results = cursor.fetchone()
    database.commit()
    summed = time.monotonic()
    print('%.3f %.3f %d %d' % ((loaded - start) * 1000, (summed - start) * 1000,
                               total, results), flush=True)
