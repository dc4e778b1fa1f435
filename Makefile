# SPDX-License-Identifier: GPL-2.0
# Every command a person types. The modules themselves are described in Kbuild.

ifneq ($(KERNELRELEASE),)
# A kernel's build reads Kbuild first; only one without it comes here.
include $(src)/Kbuild
else

MAKEFLAGS += --no-print-directory
SHELL := /bin/bash

# The defaults of what can be chosen on the command line.
KERNEL ?= 6.1
LANE ?= uml
BENCH ?= *
SEED ?= $(shell date +%s)
DURATION ?= 600

.PHONY: help deps kernels modules tools vm kunit system random programs tcp-scripts bench profile grid lint demo check install clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | \
		awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

deps: ## install the Debian packages that are missing (says what and why)
	@scripts/deps

kernels: ## build the debug and performance kernels into the cache
	@scripts/deps build vm
	@for name in uml smp uml-perf; do scripts/kernel $$name || exit; done

modules: ## build the modules for both stock kernels, or for KDIR=…
	@scripts/deps build
ifdef KDIR
	@scripts/build "$(KDIR)"
else
	@scripts/build 6.1
	@scripts/build 6.12
endif

tools: ## build the strata command and the plugins for ip
	@scripts/deps tools
	@$(MAKE) -C tools

vm: tools ## a shell in a fresh machine: KERNEL=uml, uml-perf, 6.1, 6.12, smp
	@scripts/vm $(KERNEL)

kunit: ## the unit tests in the uml debug kernel: SUITE=glob
	@scripts/kunit $(if $(SUITE),'$(SUITE)')

system: tools ## the system tests: LANE=uml, 6.1, 6.12, smp  TEST=glob
	@scripts/deps test
	@tools/testing/run --lane $(LANE) $(if $(TEST),--test '$(TEST)')

random: tools ## system calls drawn at random, on both stacks: LANE=uml, 6.1, 6.12, smp  SEED=number  DURATION=seconds
	@scripts/deps test
	@scripts/vm $(LANE) --timeout $$(($(DURATION) + 600)) -- tools/testing/system/syscalls_random.sh $(SEED) $(DURATION)

programs: tools ## Debian's programs over Strata, installed first: LANE=uml, 6.1, 6.12, smp  TEST=glob
	@scripts/deps test programs
	@tools/testing/run --lane $(LANE) --programs $(if $(TEST),--test '$(TEST)')

tcp-scripts: tools ## the TCP scripts on both stacks, in virtual time: SCRIPT=glob
	@scripts/deps test
	@scripts/tcp-scripts $(if $(SCRIPT),'$(SCRIPT)')

bench: tools ## Strata against the kernel's stack: LANE=icount, native (both when left out)  BENCH=glob
	@scripts/deps bench
	@tools/bench/run $(if $(filter file,$(origin LANE)),,--lane $(LANE)) --bench '$(BENCH)'

profile: tools ## which functions the instructions go to, of both stacks: BENCH=tcp_rr and its like
	@scripts/deps bench profile
	@tools/bench/run --profile --runs 1 --bench '$(if $(filter file,$(origin BENCH)),tcp_*,$(BENCH))'

grid: tools ## what TCP carries over bad paths, both stacks, in virtual time: GRID="--loss '1 5' --delay 100", GRID=--fair
	@scripts/deps build tools vm
	@tools/bench/grid $(GRID)

lint: ## form: checkpatch, sparse, kernel-doc, layers, shellcheck, netlink spec
	@scripts/deps lint build
	@scripts/lint

demo: ## see it work: real programs over Strata on the stock 6.1 kernel
	@scripts/deps build tools vm demo
	@$(MAKE) tools
	@scripts/demo

check: ## everything: builds, lint, unit tests, system tests, bench, demo
	@scripts/check

install: modules tools ## how to load what was built on this machine
	@echo "The modules are in build/6.1 and build/6.12, the command is build/tools/strata."
	@echo "On this machine, running $$(uname -r), as root:"
	@echo "  make modules KDIR=/lib/modules/\$$(uname -r)/build"
	@echo "  insmod build/NAME/strata_nic.ko; insmod build/NAME/strata.ko"

clean: ## remove build/ (built kernels stay in ~/.cache/strata)
	@rm -rf build
	@[ ! -e tools/Makefile ] || $(MAKE) -C tools clean

endif
