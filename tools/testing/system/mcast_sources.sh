#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Source filters as the kernel has them: a host on the kernel's stack and one on Strata do the same at random, get the same answers, are entered by the kernel's bridge with the same sources, and hear the same of two senders, of every TTL.
# shellcheck source=tools/testing/lib.sh
. "${0%/*}/../lib.sh"

topology
# The bridge snoops and asks; behind it Strata at k0, the kernel at c1.
C=c-$$
EXTRA_NAMESPACES=$C
ip netns add "$C"
ip -n "$B" link add br0 type bridge mcast_snooping 1 mcast_querier 1 mcast_igmp_version 3 mcast_mld_version 2 mcast_startup_query_interval 100 mcast_query_interval 100 mcast_query_response_interval 20 mcast_last_member_interval 20
ip -n "$B" link add c1 type veth peer name c0 netns "$C"
ip -n "$B" addr flush dev k0
ip -n "$B" link set k0 master br0
ip -n "$B" link set c1 master br0 up
ip -n "$B" link set br0 up
for host in 2 3; do
	ip -n "$B" addr add 10.0.0.$host/24 dev br0
	ip -n "$B" addr add fd00::$host/64 dev br0 nodad
done
in_a strata addr add fd00::1/64 dev s0
ip -n "$C" link set c0 up
ip -n "$C" addr add 10.0.0.4/24 dev c0
ip -n "$C" addr add fd00::4/64 dev c0 nodad
in_b ping -qc 1 -W 5 10.0.0.4 >"$WORK/ping"
until_ok in_b ping -c 1 -W 1 fd00::1

cat >"$WORK/member.py" <<'PY'
import ctypes, errno, re, socket, struct, sys, zlib

# member.py DEVICE LOCAL: does on its sockets what it reads, a line each, and says
# what came of it. LOCAL is the device's IPv4 address.
libc = ctypes.CDLL(None, use_errno=True)
index = socket.if_nametoindex(sys.argv[1])
local = socket.inet_aton(sys.argv[2])
IP, IPV6 = socket.IPPROTO_IP, socket.IPPROTO_IPV6
NAMES = {"add": 35, "drop": 36, "unblock": 37, "block": 38, "add_source": 39, "drop_source": 40, "msfilter": 41,
         "join": 42, "mblock": 43, "munblock": 44, "leave": 45, "join_source": 46, "leave_source": 47, "mfilter": 48}
sockets = {}

def pack(address):
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)

def storage(address):
    if ":" in address:
        return (struct.pack("HHI", socket.AF_INET6, 0, 0) + pack(address)).ljust(128, b"\0")
    return (struct.pack("HH", socket.AF_INET, 0) + pack(address)).ljust(128, b"\0")

def value(name, group, sources, mode, where, count):
    """The value of an option; where: the device, "nowhere", or "" for none."""
    ifindex = {"dev": index, "nowhere": 4711, "": 0}[where]
    address = {"dev": local, "nowhere": socket.inet_aton("10.9.9.9"), "": bytes(4)}[where]
    if name in ("add", "drop"):
        return pack(group) + bytes(4) + struct.pack("i", ifindex)
    if name in ("block", "unblock", "add_source", "drop_source"):
        return pack(group) + address + pack(sources[0])
    if name == "msfilter":
        return pack(group) + address + struct.pack("II", mode, count) + b"".join(map(pack, sources))
    if name in ("join", "leave"):
        return struct.pack("I4x", ifindex) + storage(group)
    if name == "mfilter":
        return (struct.pack("I4x", ifindex) + storage(group) + struct.pack("II", mode, count) +
                b"".join(map(storage, sources)))
    return struct.pack("I4x", ifindex) + storage(group) + storage(sources[0])

def set_option(key, level, name, group, mode, where, count, cut, *sources):
    raw = value(name, group, sources, int(mode), where.strip("-"), int(count))
    sockets[key].setsockopt(IPV6 if level == "6" else IP, NAMES[name], raw[:len(raw) + int(cut)] + bytes(max(0, int(cut))))
    return "ok"

def get_option(key, level, name, group, where, room, cut):
    raw = value(name, group, [], 9, where.strip("-"), int(room))
    size = len(raw) + int(room) * (4 if name == "msfilter" else 128)
    buffer = ctypes.create_string_buffer(raw, size)
    length = ctypes.c_int(size + int(cut))
    if libc.getsockopt(sockets[key].fileno(), IPV6 if level == "6" else IP, NAMES[name], buffer, ctypes.byref(length)):
        raise OSError(ctypes.get_errno(), "getsockopt")
    # Without the index and the address of the device, which are each host's own.
    raw = buffer.raw[8:]
    return "%d %08x %s" % (length.value, zlib.crc32(raw), re.sub("(00){6,}", "..", raw.hex()))

def open_socket(key, family, everything, kind):
    s = socket.socket(socket.AF_INET6 if family == "6" else socket.AF_INET,
                      socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == "6":
        s.setsockopt(IPV6, 29, int(everything))
    else:
        s.setsockopt(IP, 49, int(everything))
    if kind == "udp":
        s.bind(("", 5006 if family == "6" else 5004))
    s.setblocking(False)
    sockets[key] = s
    return "ok"

def hear(mark):
    """What each socket heard until the mark came, which was sent last, to this host."""
    while control.recv(100).decode() != mark:
        pass
    heard = []
    for key, s in sorted(sockets.items()):
        texts = []
        while s.type == socket.SOCK_DGRAM:
            try:
                texts.append(s.recv(100).decode())
            except BlockingIOError:
                break
        heard.append("%s:%s" % (key, ",".join(sorted(texts))))
    return " ".join(heard)

def say(group, ttl, text):
    if ":" in group:
        s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        s.setsockopt(IPV6, socket.IPV6_MULTICAST_IF, index)
        s.setsockopt(IPV6, socket.IPV6_MULTICAST_HOPS, int(ttl))
        s.sendto(text.encode(), (group, 5006))
    else:
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(IP, socket.IP_MULTICAST_IF, bytes(8) + struct.pack("i", index))
        s.setsockopt(IP, socket.IP_MULTICAST_TTL, int(ttl))
        s.sendto(text.encode(), (group, 5004))
    return "ok"

control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
control.bind((sys.argv[2], 6000))
control.settimeout(30)
DO = {"open": open_socket, "set": set_option, "get": get_option, "hear": hear, "say": say}
for line in sys.stdin:
    words = line.split()
    try:
        print(DO[words[0]](*words[1:]), flush=True)
    except OSError as e:
        print(errno.errorcode.get(e.errno, e), flush=True)
PY
cat >"$WORK/compare.py" <<'PY'
import itertools, json, os, random, socket, struct, subprocess, sys, time

# In the namespace of the bridge: two members do the same.
a, b, c, work, strata = sys.argv[1:]
GROUPS = {"4": ["239.9.0.1", "239.9.0.2"], "6": ["ff05::9:1", "ff05::9:2"]}
# The first two send.
SOURCES = {"4": ["10.0.0.2", "10.0.0.3", "10.0.0.77", "10.0.0.78"], "6": ["fd00::2", "fd00::3", "fd00::77", "fd00::78"]}
PORT = {"4": 5004, "6": 5006}
INCLUDE, EXCLUDE = 1, 0

def member(namespace, *command):
    return subprocess.Popen(["ip", "netns", "exec", namespace, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            text=True, bufsize=1)

members = [member(c, "/usr/bin/python3", work + "/member.py", "c0", "10.0.0.4"),
           member(a, strata, "run", "--", "/usr/bin/python3", work + "/member.py", "s0", "10.0.0.1")]
log = []

def both(line):
    for m in members:
        m.stdin.write(line + "\n")
    kernel, strata = (m.stdout.readline().strip() for m in members)
    log.append("%s: %s" % (line, kernel))
    if kernel != strata or not kernel:
        sys.exit("%s: the kernel %s, Strata %s; before:\n%s" % (line, kernel, strata, "\n".join(log[-40:])))
    return kernel

def mdb():
    """Who listens to what behind the kernel's port and behind Strata's, without timers that run: of a group in mode EXCLUDE those count whose
    timers have ended, for they are blocked."""
    text = subprocess.run(["bridge", "-d", "-s", "-j", "mdb", "show", "dev", "br0"], capture_output=True, text=True, check=True).stdout
    entries = {"c1": [], "k0": []}
    for entry in itertools.chain.from_iterable(part.get("mdb", []) for part in json.loads(text)):
        if entry["port"] not in entries or entry["grp"] not in GROUPS["4"] + GROUPS["6"] or "src" in entry:
            continue
        include = entry.get("filter_mode") == "include"
        sources = [s["address"] for s in entry.get("source_list", []) if include == (float(s["timer"]) > 0)]
        entries[entry["port"]].append((entry["grp"], entry.get("filter_mode"), tuple(sorted(sources))))
    return sorted(entries["c1"]), sorted(entries["k0"])

def settle(expected=None):
    """Until the bridge has both ports alike, and twice in turn."""
    before, end = None, time.monotonic() + 60
    while time.monotonic() < end:
        kernel, strata = mdb()
        if kernel == strata == before and (expected is None or kernel == expected):
            return
        before = kernel if kernel == strata else None
        time.sleep(0.15)
    sys.exit("the bridge has\n%s of the kernel,\n%s of Strata; before:\n%s" % (kernel, strata, "\n".join(log[-40:])))

def forget():
    for port, entries in zip(("c1", "k0"), mdb()):
        for group, _, _ in entries:
            subprocess.run(["bridge", "mdb", "del", "dev", "br0", "port", port, "grp", group], stderr=subprocess.DEVNULL)

control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
control.bind(("10.0.0.2", 0))
senders = {}
for family in "46":
    for source in SOURCES[family][:2]:
        s = socket.socket(socket.AF_INET6 if family == "6" else socket.AF_INET, socket.SOCK_DGRAM)
        s.bind((source, 0))
        if family == "6":
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex("br0"))
        else:
            s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(source))
        senders[source] = s
marks = itertools.count()

def ask_heard():
    mark = "mark%d" % next(marks)
    for host in ("10.0.0.1", "10.0.0.4"):
        control.sendto(mark.encode(), (host, 6000))
    return both("hear " + mark)

def deliver():
    for family in "46":
        for group in GROUPS[family]:
            for source in SOURCES[family][:2]:
                senders[source].sendto(("%s>%s" % (source, group)).encode(), (group, PORT[family]))
    return ask_heard()

def querier(on):
    subprocess.run(["ip", "link", "set", "br0", "type", "bridge", "mcast_querier", str(on)], check=True)

# Each step of a filter, as the bridge hears of it unasked, and what comes through.
querier(0)
def step(family, name, group, *sources, mode=0, level=None, key=None):
    return both("set %s %s %s %s %d dev %d 0 %s" % (key or "u" + family, level or family, name, group, mode, len(sources), " ".join(sources)))

for family in "46":
    both("open u%s %s 0 udp" % (family, family))
one = {f: GROUPS[f][0] for f in "46"}
def steps(name, want, *numbers, mode=0):
    """The same in both families; want: mode and sources that the bridge then has."""
    expected = []
    for f in "46":
        step(f, name, one[f], *[SOURCES[f][n] for n in numbers], mode=mode)
        if want:
            expected.append((one[f], want[0], tuple(sorted(SOURCES[f][n] for n in want[1]))))
    settle(sorted(expected))
    heard = deliver()
    passed = [n for n in (0, 1) if want and (n in want[1]) == (want[0] == "include")]
    for f in "46":
        for n in (0, 1):
            if (">".join((SOURCES[f][n], one[f])) in heard) != (n in passed):
                sys.exit("after %s, of which %s is expected, it was heard: %s" % (name, passed, heard))

steps("join_source", ("include", [0]), 0)
steps("join_source", ("include", [0, 1]), 1)
steps("leave_source", ("include", [1]), 0)
steps("mfilter", ("exclude", [0, 2]), 0, 2, mode=EXCLUDE)
steps("mblock", ("exclude", [0, 1, 2]), 1)
steps("munblock", ("exclude", [1, 2]), 0)
steps("mfilter", ("include", [0, 2]), 0, 2, mode=INCLUDE)
steps("leave", None)
querier(1)
print("steps heard and entered alike")

# A datagram that may not leave the host, and one that comes with such a TTL.
for f in "46":
    step(f, "join", one[f])
    both("say %s 0 nothing%s" % (one[f], f))
heard = ask_heard()
if "nothing4" not in heard or "nothing6" not in heard:
    sys.exit("what has TTL 0 was not heard by its own host: " + heard)
settle()

def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff

wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("br0", 0))
own = wire.getsockname()[4]
def frame(family, ttl, text):
    """From the first sender, to the first group."""
    inet = socket.AF_INET6 if family == "6" else socket.AF_INET
    source, group = (socket.inet_pton(inet, x) for x in (SOURCES[family][0], one[family]))
    udp = struct.pack("!HHHH", 5555, PORT[family], 8 + len(text), 0) + text
    pseudo = source + group + struct.pack("!IBBH", len(udp), 0, 0, 17)
    udp = udp[:6] + struct.pack("!H", checksum(pseudo + udp)) + udp[8:]
    if family == "6":
        mac = bytes([0x33, 0x33]) + group[12:]
        return mac + own + struct.pack("!HIHBB", 0x86dd, 6 << 28, len(udp), 17, ttl) + source + group + udp
    mac = bytes([1, 0, 0x5e, group[1] & 0x7f]) + group[2:]
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, ttl, 17, 0) + source + group
    return mac + own + struct.pack("!H", 0x800) + head[:10] + struct.pack("!H", checksum(head)) + head[12:] + udp
for f, ttl in itertools.product("46", (0, 1)):
    wire.send(frame(f, ttl, b"ttl%d" % ttl))
heard = ask_heard()
if heard.count("ttl0") != 2 or heard.count("ttl1") != 2:
    sys.exit("of TTL 0 and 1 was heard: " + heard)
for f in "46":
    step(f, "leave", one[f])

# At random, on sockets that hear what others have joined, and on ones that do not.
random.seed(4)
for key, family, everything, kind in (("v", "4", 1, "udp"), ("w", "6", 1, "udp"), ("t", "4", 1, "tcp")):
    both("open %s %s %d %s" % (key, family, everything, kind))
SOCKETS = {"4": ["u4", "v", "t", "w"], "6": ["u6", "w", "v"]}
FOUR = ["add", "drop", "unblock", "block", "add_source", "drop_source", "msfilter"]
BOTH = ["join", "mblock", "munblock", "leave", "join_source", "leave_source", "mfilter"]
def anything():
    family = random.choice("46")
    name = random.choice(FOUR + BOTH if family == "4" else BOTH)
    pool = SOURCES[family] + (SOURCES["46".replace(family, "")][:1] if random.random() < .02 and name in BOTH else [])
    count = 0 if name in ("add", "drop", "join", "leave") else random.choice((0, 1, 2, 3, 3, 11, 66)) if "filter" in name else 1
    # None twice: the kernel counts such a source twice, and then no longer excludes it.
    sources = random.sample(pool, count) if count < 4 else ["%s%d" % ({"4": "10.0.1.", "6": "fd00::1:"}[family], n) for n in range(count)]
    group = random.choice(GROUPS[family] * 12 + [SOURCES[family][0]])
    said = count if random.random() < .95 else random.choice((count + 1, 65, 2 ** 31))
    cut = 0 if random.random() < .95 else random.choice((-1, 1, -60))
    both("set %s %s %s %s %d %s %d %d %s" % (random.choice(SOCKETS[family]), family, name, group, random.choice((0, 1, 1, 0, 2)),
         random.choice(["dev"] * 20 + ["nowhere", "-"]), said, cut, " ".join(sources)))

def see_filters():
    for family in "46":
        for key, group in itertools.product(SOCKETS[family], GROUPS[family] + SOURCES[family][:1]):
            for name, where, room, cut in (("mfilter", "dev", 80, 0), ("mfilter", "dev", 1, 0), ("mfilter", "-", 9, 0),
                                           ("mfilter", "dev", 0, -1), ("msfilter", "dev", 80, 0), ("msfilter", "nowhere", 2, 0)):
                if family == "4" or name == "mfilter":
                    both("get %s %s %s %s %s %d %d" % (key, family, name, group, where, room, cut))

errors = set()
for turn in range(int(os.environ.get("TURNS", 1))):
    begun = len(log)
    for _ in range(320):
        anything()
    see_filters()
    errors |= {line.rsplit(": ", 1)[1] for line in log[begun:] if line.startswith("set")}
    # Groups and sources as the bridge hears of them when it asks.
    forget()
    settle()
    deliver()
missing = {"ok", "EINVAL", "EADDRINUSE", "EADDRNOTAVAIL", "ENOBUFS", "ENODEV", "ENOPROTOOPT"} - errors
if missing:
    sys.exit("nothing said %s" % missing)
print("%d calls answered alike" % len(log))
PY
in_b /usr/bin/python3 "$WORK/compare.py" "$A" "$B" "$C" "$WORK" "$(command -v strata)" || fail "not as the kernel"
[ "$(counter "$A" drop socket_source)" -gt 0 ] || fail "nothing was dropped for its source"

# What it all comes to can be seen, also when one user wants what another does not.
cat >"$WORK/stay.py" <<'PY'
import socket, struct, sys, time

s = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(3)]
pack = socket.inet_aton
for n, (option, source) in enumerate(((39, "10.0.0.2"), (39, "10.0.0.3"))):
    s[n].setsockopt(0, option, pack("239.9.0.3") + pack("10.0.0.1") + pack(source))
# Over the loopback, which leads nowhere else, TTL 0 is as good as any.
lo = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
lo.bind(("", 5007))
lo.settimeout(9)
lo.setsockopt(0, 35, pack("239.9.0.4") + pack("127.0.0.1"))
lo.setsockopt(0, socket.IP_MULTICAST_IF, pack("127.0.0.1"))
lo.setsockopt(0, socket.IP_MULTICAST_TTL, 0)
lo.sendto(b"near", ("239.9.0.4", 5007))
assert lo.recv(9) == b"near"
print("included", flush=True)
sys.stdin.readline()
s[2].setsockopt(0, 35, pack("239.9.0.3") + pack("10.0.0.1"))
for source in ("10.0.0.2", "10.0.0.77"):
    s[2].setsockopt(0, 38, pack("239.9.0.3") + pack("10.0.0.1") + pack(source))
print("excluded", flush=True)
member = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
def six(option, *addresses, where=0):
    value = struct.pack("I4x", where)
    for address in addresses:
        value += (struct.pack("HHI", socket.AF_INET6, 0, 0) + socket.inet_pton(socket.AF_INET6, address)).ljust(128, b"\0")
    member.setsockopt(41, option, value)
six(42, "ff05::9:3", where=socket.if_nametoindex("s0"))
sys.stdin.readline()
six(46, "ff05::9:3", "fd00::2")
six(46, "ff05::9:3", "fd00::3")
print("changed", flush=True)
sys.stdin.readline()
PY
mkfifo "$WORK/go"
run_a /usr/bin/python3 "$WORK/stay.py" <"$WORK/go" >"$WORK/stayed" &
exec 9>"$WORK/go"
until_ok grep -q included "$WORK/stayed"
expect "239.9.0.3 dev s0 users 2 include 10.0.0.3 10.0.0.2" "$(in_a strata group show dev s0 | grep -F 239.9.0.3)" "two sources"
echo >&9
until_ok grep -q excluded "$WORK/stayed"
expect "239.9.0.3 dev s0 users 3 exclude 10.0.0.77" "$(in_a strata -4 group | grep -F 239.9.0.3)" "all sources but one"
in_a strata -j group show s0 | /usr/bin/python3 -c 'import json, sys
(group,) = [g for g in json.load(sys.stdin) if g["address"] == "239.9.0.3"]
assert group == {"address": "239.9.0.3", "dev": "s0", "users": 3, "filter_mode": "exclude", "sources": ["10.0.0.77"]}, group'

# A link takes its groups with it when it goes, whatever a member of one changes afterwards.
in_a strata link detach s0
in_a strata link attach s0
echo >&9
until_ok grep -q changed "$WORK/stayed"
! in_a strata group | grep -F ff05::9:3 || fail "a link that went is in a group"
exec 9>&-
wait
pass
