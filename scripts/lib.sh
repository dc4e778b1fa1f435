# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What several scripts share: where things are, and how to stop with a reason.

STRATA_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
STRATA_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/strata
STRATA_BUILD=$STRATA_TOP/build
# The kernels that scripts/kernel can provide.
# shellcheck disable=SC2034 # read by the scripts that source this file
STRATA_KERNELS="uml uml-perf smp 6.1 6.12"
export STRATA_TOP STRATA_CACHE STRATA_BUILD
# The distribution's own tools first: another python3 may lack its modules.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH

say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
	say "$*"
	exit 1
}

# A wrong argument, as opposed to something that went wrong.
usage_error() {
	say "$*"
	exit 2
}

# known_kernel NAME: refuse a name nobody can build or boot.
known_kernel() {
	case " $STRATA_KERNELS " in
	*" ${1:-} "*) ;;
	*) usage_error "unknown kernel '${1:-}', known are: $STRATA_KERNELS" ;;
	esac
}
