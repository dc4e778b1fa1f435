#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# -j prints valid JSON everywhere, also with names that need escaping, with the same content as the text.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
# Quotes, a backslash, a control character, and bytes that are no UTF-8.
odd=$'q"\\\x01\xff\xc3\xa9'
ip -n "$A" link add s8 type strata_nic peer name s9
ip -n "$A" link set s8 name "$odd"
in_a strata link attach "$odd"
ip -n "$A" link set "$odd" up
in_a strata addr add 10.0.8.1/24 dev "$odd"
in_a strata route add 10.1.0.0/16 via $B_ADDR metric 3 mtu 1300
in_a strata neigh add 10.0.8.9 lladdr 02:00:00:00:00:09 dev "$odd"
serve_files run_a "$WORK" 8001
until_ok listening_a 8001

for line in "link show" "link show s0" "addr show" "addr show dev s0" "route show" "route get 10.1.2.3" \
	"route get $A_ADDR" "neigh show" "socket -a" "socket -ltn" "socket -u" "stat" "stat -a" "stat tcp"; do
	for option in "-j" "-j -p" "--json"; do
		# shellcheck disable=SC2086 # the words of the lines
		in_a strata $option $line >"$WORK/json"
		/usr/bin/python3 -m json.tool <"$WORK/json" >/dev/null || fail "strata $option $line: $(cat "$WORK/json")"
	done
done

in_a strata -j addr show >"$WORK/addr"
in_a strata -j route show >"$WORK/route"
in_a strata -j neigh show >"$WORK/neigh"
in_a strata socket -j -l -t >"$WORK/socket"
in_a strata -j stat >"$WORK/stat"
cd "$WORK"
/usr/bin/python3 <<'PYTHON'
import json

def load(name):
    with open(name, encoding='utf-8') as file:
        return json.load(file)

links = {link['ifname']: link for link in load('addr')}
odd = 'q"\\\x01\ufffd\u00e9'
assert set(links) == {'slo', 's0', odd}, set(links)
addresses = {address['family']: address for address in links['s0']['addr_info']}
assert addresses['inet'] == {'family': 'inet', 'local': '10.0.0.1', 'prefixlen': 24, 'broadcast': '10.0.0.255'}, links['s0']
assert addresses['inet6']['local'].startswith('fe80::') and addresses['inet6']['prefixlen'] == 64, links['s0']
assert 'LOWER_UP' in links['s0']['flags'] and 'LOOPBACK' in links['slo']['flags']
routes = {route['dst']: route for route in load('route')}
assert routes['10.1.0.0/16'] == {'dst': '10.1.0.0/16', 'protocol': 'static', 'gateway': '10.0.0.2',
                                 'dev': 's0', 'metric': 3, 'mtu': 1300}, routes
assert routes['10.0.8.0/24']['dev'] == odd
neighbours = {neigh['dst']: neigh for neigh in load('neigh')}
assert neighbours['10.0.8.9']['state'] == ['PERMANENT']
assert neighbours['10.0.8.9']['lladdr'] == '02:00:00:00:00:09'
[listener] = load('socket')
assert (listener['state'], listener['local']) == ('LISTEN', {'address': '0.0.0.0', 'port': 8001}), listener
stats = load('stat')
assert all(stat['value'] > 0 for stat in stats)
assert any((stat['layer'], stat['name']) == ('icmp', 'echo') for stat in stats)
PYTHON
pass
