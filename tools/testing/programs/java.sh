#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Java: an HTTP server and many clients at once, blocking sockets with half-closed connections, channels with a selector, datagrams.
# Packages: openjdk-17-jdk-headless
# shellcheck source=tools/testing/programs/lib.sh
USES="tcp udp"
. "$(dirname "$0")/lib.sh"

prepare() {
	random_file "$WORK/data" 300
	# Java leaves IPv6 alone where /proc/net/if_inet6 has no address: ::1 makes one.
	ip -n "$A" link set lo up
	cat >"$WORK/Server.java" <<-'JAVA'
		import com.sun.net.httpserver.HttpServer;
		import java.net.*;
		import java.nio.ByteBuffer;
		import java.nio.channels.*;
		import java.nio.file.*;
		import java.util.concurrent.Executors;

		public class Server {
		    static void echo(Socket socket) {
		        try (socket) {
		            socket.getInputStream().transferTo(socket.getOutputStream());
		        } catch (Exception e) {
		            e.printStackTrace();
		        }
		    }
		    static void datagrams(int port) throws Exception {
		        DatagramSocket socket = new DatagramSocket(port);
		        DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
		        while (true) {
		            packet.setLength(2000);
		            socket.receive(packet);
		            socket.send(packet);
		        }
		    }
		    static void channels(int port) throws Exception {
		        Selector selector = Selector.open();
		        ServerSocketChannel listener = ServerSocketChannel.open();
		        listener.bind(new InetSocketAddress(port)).configureBlocking(false);
		        listener.register(selector, SelectionKey.OP_ACCEPT);
		        ByteBuffer buffer = ByteBuffer.allocate(100000);
		        while (true) {
		            selector.select(key -> {
		                try {
		                    if (key.isAcceptable()) {
		                        SocketChannel one = listener.accept();
		                        one.configureBlocking(false).register(selector, SelectionKey.OP_READ);
		                        return;
		                    }
		                    SocketChannel one = (SocketChannel)key.channel();
		                    if (one.read(buffer.clear()) < 0)
		                        one.close();
		                    else
		                        for (buffer.flip(); buffer.hasRemaining();)
		                            one.write(buffer);
		                } catch (Exception e) {
		                    e.printStackTrace();
		                }
		            });
		        }
		    }
		    interface Task { void run() throws Exception; }
		    static void start(Task task) {
		        new Thread(() -> {
		            try {
		                task.run();
		            } catch (Exception e) {
		                e.printStackTrace();
		                System.exit(1);
		            }
		        }).start();
		    }
		    public static void main(String[] words) throws Exception {
		        int port = Integer.parseInt(words[0]);
		        byte[] content = Files.readAllBytes(Path.of(words[1]));
		        ServerSocket listener = new ServerSocket(port + 1);
		        start(() -> { while (true) { Socket one = listener.accept(); start(() -> echo(one)); } });
		        start(() -> channels(port + 2));
		        start(() -> datagrams(port));
		        HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
		        server.createContext("/", exchange -> {
		            exchange.sendResponseHeaders(200, content.length);
		            exchange.getResponseBody().write(content);
		            exchange.close();
		        });
		        server.setExecutor(Executors.newFixedThreadPool(4));
		        server.start();
		    }
		}
	JAVA
	cat >"$WORK/Client.java" <<-'JAVA'
		import java.net.*;
		import java.net.http.*;
		import java.nio.file.*;
		import java.util.*;
		import java.util.concurrent.*;

		public class Client {
		    static void check(boolean fine, String what) throws Exception {
		        if (!fine)
		            throw new Exception(what);
		    }
		    static byte[] echo(InetSocketAddress at, byte[] content) throws Exception {
		        try (Socket socket = new Socket()) {
		            socket.setSoTimeout(60000);
		            socket.setTcpNoDelay(true);
		            socket.connect(at, 60000);
		            Thread writer = new Thread(() -> {
		                try {
		                    socket.getOutputStream().write(content);
		                    socket.shutdownOutput();
		                } catch (Exception e) {
		                    e.printStackTrace();
		                }
		            });
		            writer.start();
		            byte[] back = socket.getInputStream().readAllBytes();
		            writer.join();
		            return back;
		        }
		    }
		    public static void main(String[] words) throws Exception {
		        String host = words[0];
		        int port = Integer.parseInt(words[1]);
		        byte[] content = Files.readAllBytes(Path.of(words[2]));
		        URI uri = URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port + "/");
		        HttpClient client = HttpClient.newHttpClient();
		        List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
		        for (int i = 0; i < 10; i++)
		            answers.add(client.sendAsync(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofByteArray()));
		        for (var answer : answers)
		            check(Arrays.equals(answer.get(60, TimeUnit.SECONDS).body(), content), "http");
		        for (int i = 1; i <= 2; i++)
		            check(Arrays.equals(echo(new InetSocketAddress(host, port + i), content), content), "echo " + i);
		        DatagramSocket socket = new DatagramSocket();
		        socket.setSoTimeout(30000);
		        socket.connect(InetAddress.getByName(host), port);
		        socket.send(new DatagramPacket(content, 1000));
		        DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
		        socket.receive(packet);
		        check(packet.getLength() == 1000 && Arrays.equals(packet.getData(), 0, 1000, content, 0, 1000), "datagram");
		        System.exit(0);
		    }
		}
	JAVA
	javac -J-XX:+UseSerialGC -J-XX:TieredStopAtLevel=1 -d "$WORK" "$WORK"/*.java
}

# small NAME…: a java of few threads and little memory.
small() {
	exec java -Xmx64m -Xss512k -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$WORK" "$@"
}

server() {
	small Server "$PORT" "$WORK/data"
}

client() {
	small Client "$HOST" "$PORT" "$WORK/data"
}

everywhere
