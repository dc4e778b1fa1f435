#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Python: http.server and urllib, an asyncio echo with many connections, a threaded server, datagrams.
# Packages: python3
# shellcheck source=tools/testing/programs/lib.sh
USES="tcp udp"
. "$(dirname "$0")/lib.sh"

prepare() {
	mkdir "$WORK/files"
	random_file "$WORK/files/data" 500
	cat >"$WORK/server.py" <<-'PYTHON'
		import asyncio, sys
		port = int(sys.argv[1])

		async def echo(reader, writer):
		    while data := await reader.read(65536):
		        writer.write(data)
		        await writer.drain()
		    writer.close()

		class Datagrams(asyncio.DatagramProtocol):
		    def connection_made(self, transport):
		        self.transport = transport
		    def datagram_received(self, data, peer):
		        self.transport.sendto(data.upper(), peer)

		async def main():
		    loop = asyncio.get_running_loop()
		    await loop.create_datagram_endpoint(Datagrams, ("::", port))
		    await (await asyncio.start_server(echo, None, port + 1)).serve_forever()
		asyncio.run(main())
	PYTHON
	cat >"$WORK/client.py" <<-'PYTHON'
		import asyncio, http.client, socket, sys, urllib.request
		host, port, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]
		content = open(name, "rb").read()
		url = "http://[%s]:%d/data" if ":" in host else "http://%s:%d/data"
		assert urllib.request.urlopen(url % (host, port), timeout=60).read() == content

		async def echo(i):
		    reader, writer = await asyncio.open_connection(host, port + 1)
		    async def send():
		        writer.write(content[i * 10000:][:100000])
		        await writer.drain()
		        writer.write_eof()
		    back, _ = await asyncio.gather(reader.read(-1), send())
		    assert back == content[i * 10000:][:100000]
		    writer.close()
		async def main():
		    await asyncio.gather(*(echo(i) for i in range(15)))
		asyncio.run(main())

		family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
		sock = socket.socket(family, kind, proto)
		sock.settimeout(20)
		sock.sendto(b"hello", address)
		assert sock.recvfrom(100)[0] == b"HELLO"
	PYTHON
}

server() {
	/usr/bin/python3 "$WORK/server.py" "$PORT" &
	exec /usr/bin/python3 -m http.server --bind :: --directory "$WORK/files" "$PORT"
}

client() {
	/usr/bin/python3 "$WORK/client.py" "$HOST" "$PORT" "$WORK/files/data"
}

everywhere
