EXTENSION = usage_fdw
MODULE_big = usage_fdw
PGFILEDESC = "usage_fdw - SQL over the OpenAI organization usage and costs API"

# Where the sources are, also when it is built elsewhere:
# make -f /path/to/usage_fdw/Makefile VPATH=/path/to/usage_fdw
top := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
OBJS = $(patsubst $(top)/%.c,%.o,$(sort $(wildcard $(top)/src/*.c $(top)/src/*/*.c)))
EXTVERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" $(top)/$(EXTENSION).control)
RELEASE = $(shell sed -n 's/^    "version": "\(.*\)",/\1/p' $(top)/META.json)
# The install script, which is made of parts.
SCRIPT = sql/$(EXTENSION)--$(EXTVERSION).sql
SCRIPT_PARTS = $(addprefix $(top)/extension/,wrapper.sql diagnosis.sql tables.sql line_item.sql sync.sql \
		live_view.sql report.sql) \
	$(sort $(wildcard $(top)/extension/report/*.sql))
DATA = $(filter-out $(SCRIPT),$(patsubst $(top)/%,%,$(wildcard $(top)/sql/$(EXTENSION)--*.sql)))
DATA_built = $(SCRIPT)
REGRESS = $(filter-out $(EXTENSION)--%,$(patsubst $(top)/sql/%.sql,%,$(sort $(wildcard $(top)/sql/*.sql))))
REGRESS_OPTS = --load-extension=$(EXTENSION)
# Whatever the cluster's are
ENCODING = UTF8
NO_LOCALE = 1
EXTRA_CLEAN = tmp_check tmp_demo

PG_CPPFLAGS = -I$(srcdir)/src -DUSAGE_FDW_VERSION='"$(EXTVERSION)"'
# For who works on this: a compiler that finds more must not keep anybody from building.
# PostgreSQL's own headers trip these four.
ifneq ($(STRICT),)
PG_CPPFLAGS += -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare \
	-Wno-missing-field-initializers -Wno-cast-function-type
endif
PG_CFLAGS = -fvisibility=hidden $(shell pkg-config --cflags libcurl json-c)
SHLIB_LINK = $(shell pkg-config --libs libcurl json-c)

# Ours starts the simulator, and leaves the TAP tests to "make prove": PGXS
# would clear tmp_check before them, and the staged extension is in there.
NO_INSTALLCHECK = 1

all:

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
SERVER_HEADER := $(shell $(PG_CONFIG) --includedir-server 2>/dev/null)/postgres.h

# A client's package may have PGXS, but no headers of the server.
ifneq ($(and $(wildcard $(PGXS)),$(wildcard $(SERVER_HEADER))),)
# Some packages of PostgreSQL are built with LLVM and come without clang.
CLANG_USED := $(shell sed -n 's/^CLANG = //p' $(dir $(PGXS))../Makefile.global)
ifeq ($(shell command -v $(CLANG_USED)),)
override with_llvm = no
endif

include $(PGXS)

$(OBJS) $(OBJS:.o=.bc): $(top)/$(EXTENSION).control $(wildcard $(top)/src/*.h $(top)/src/*/*.h)

# A rule would find these directories where the sources are.
ifneq ($(top),.)
$(shell mkdir -p $(dir $(OBJS)))
endif

$(SCRIPT): $(SCRIPT_PARTS)
	mkdir -p $(@D)
	cat $^ >$@

# The tests read files by their places in the tree.
installcheck:
	$(MAKE) -C $(top)/test/simulator usage_simulator
	cd $(srcdir) && test/with_simulator $(top_builddir)/src/test/regress/pg_regress \
		--inputdir=. --outputdir='$(CURDIR)' --bindir='$(bindir)' \
		$(pg_regress_locale_flags) $(EXTRA_REGRESS_OPTS) $(REGRESS_OPTS) $(REGRESS)

# How a header is compiled by itself; for test/t/001_headers.pl.
compile-command:
	@echo $(CC) $(CFLAGS) $(CPPFLAGS)
else
all install installcheck:
	@echo "pg_config, PGXS or the server's headers were not found: run test/setup, or set PG_CONFIG" >&2
	@exit 1
endif

simulator:
	$(MAKE) -C $(top)/test/simulator

# These install what is missing first, so they work without PGXS as well.
test:
	@exec env PG_CONFIG='$(PG_CONFIG)' test/run

# On each version of PostgreSQL, or on those of ROWS; see test/matrix.
matrix:
	@exec test/matrix $(ROWS)

prove:
	@exec env PG_CONFIG='$(PG_CONFIG)' test/run tap

demo:
	@exec env PG_CONFIG='$(PG_CONFIG)' test/demo/run

# FUZZ_SECONDS for each target; what is new is kept in the corpus.
fuzz:
	@$(MAKE) -C test/fuzz keep FUZZ_SECONDS=$(or $(FUZZ_SECONDS),600)

bench:
	@exec env PG_CONFIG='$(PG_CONFIG)' test/bench/run

# A release as PGXN takes it: what is committed, but for what .gitattributes leaves out.
dist:
	@file=$(EXTENSION)-$(RELEASE).zip; \
	git -C $(top) archive -o $(CURDIR)/$$file --prefix=$(EXTENSION)-$(RELEASE)/ HEAD && echo $$file

format format-check:
	@test/format $@

clean: clean-test
clean-test:
	-test ! -e test/simulator/Makefile || $(MAKE) -C test/simulator clean
	-test ! -e test/unit/Makefile || $(MAKE) -C test/unit clean
	-test ! -e test/fuzz/Makefile || $(MAKE) -C test/fuzz clean
	-test ! -e test/bench/Makefile || $(MAKE) -C test/bench clean

.PHONY: all install installcheck compile-command simulator test matrix prove demo bench fuzz \
	dist format format-check clean clean-test
