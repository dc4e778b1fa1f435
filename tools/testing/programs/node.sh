#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Node.js: http with kept connections and many at once, http2, a net echo with half-closed connections, datagrams.
# Packages: nodejs
# shellcheck source=tools/testing/programs/lib.sh
USES="tcp udp"
. "$(dirname "$0")/lib.sh"

prepare() {
	random_file "$WORK/data" 300
	cat >"$WORK/server.js" <<-'JS'
		const fs = require('fs');
		const [port, name] = [Number(process.argv[2]), process.argv[3]];
		const answer = (req, res) => {
		  if (req.method === 'POST') return req.pipe(res);
		  fs.createReadStream(name).pipe(res);
		};
		require('http').createServer(answer).listen(port);
		require('net').createServer({ allowHalfOpen: true }, s => s.pipe(s)).listen(port + 1);
		require('http2').createServer(answer).listen(port + 2);
		const datagrams = require('dgram').createSocket('udp6');
		datagrams.on('message', (m, from) => datagrams.send(m.toString().toUpperCase(), from.port, from.address));
		datagrams.bind(port);
	JS
	cat >"$WORK/client.js" <<-'JS'
		const assert = require('assert'), fs = require('fs');
		const http = require('http'), http2 = require('http2'), net = require('net'), dgram = require('dgram');
		const [host, port] = [process.argv[2], Number(process.argv[3])];
		const content = fs.readFileSync(process.argv[4]);
		const agent = new http.Agent({ keepAlive: true, maxSockets: 5 });
		const all = stream => new Promise((done, failed) => {
		  const parts = [];
		  stream.on('data', part => parts.push(part)).on('error', failed);
		  stream.on('end', () => done(Buffer.concat(parts)));
		});
		const ask = (method, body) => new Promise((done, failed) => {
		  http.request({ host, port, agent, method, path: '/' }, res => done(all(res))).on('error', failed).end(body);
		});
		const same = got => assert(got.equals(content));
		const echo = () => {
		  const s = net.connect({ host, port: port + 1 });
		  s.end(content);
		  return all(s);
		};
		const datagram = () => new Promise((done, failed) => {
		  const s = dgram.createSocket(net.isIPv6(host) ? 'udp6' : 'udp4');
		  s.on('message', (m, from) => { s.close(); done([String(m), from.port]); }).on('error', failed);
		  s.connect(port, host, () => s.send('hello'));
		});
		async function main() {
		  for (let i = 0; i < 3; i++)
		    same(await ask('GET'));
		  (await Promise.all([...Array(12)].map((_, i) => i % 2 ? ask('GET') : ask('POST', content)))).forEach(same);
		  (await Promise.all([...Array(8)].map(echo))).forEach(same);
		  const session = http2.connect('http://' + (net.isIPv6(host) ? '[' + host + ']' : host) + ':' + (port + 2));
		  (await Promise.all([...Array(6)].map(() => all(session.request({ ':path': '/' }))))).forEach(same);
		  session.close();
		  assert.deepStrictEqual(await datagram(), ['HELLO', port]);
		  agent.destroy();
		}
		setTimeout(() => { console.log('no end'); process.exit(2); }, 120000).unref();
		main().catch(why => { console.log(why); process.exit(1); });
	JS
}

server() {
	exec node "$WORK/server.js" "$PORT" "$WORK/data"
}

client() {
	node "$WORK/client.js" "$HOST" "$PORT" "$WORK/data"
}

everywhere
