// IDs: HTTP-18 HTTP-02
"use strict";
const t = require("./trace");
const http = require("http");
const net = require("net");
const asks = [
  ["method", "NONSENSE / HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["another protocol", "GET / FTP/1.1\r\nHost: x\r\n\r\n"],
  ["header name", "GET / HTTP/1.1\r\nHost: x\r\nX Y: z\r\n\r\n"],
  ["no colon", "GET / HTTP/1.1\r\nHost: x\r\nX\r\n\r\n"],
  ["control character", "GET / HTTP/1.1\r\nHost: x\r\nX: \u0001\r\n\r\n"],
  ["header overflow", "GET / HTTP/1.1\r\nHost: x\r\nX: " + "y".repeat(20000) + "\r\n\r\n"],
  ["url overflow", "GET /" + "y".repeat(20000) + " HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["content length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1x\r\n\r\n"],
  ["negative length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"],
  ["huge length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n"],
  ["encoding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n"],
  ["chunk size", "POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
  ["chunk end", "POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n"],
  ["cut head", "GET / HTTP/1.1\r\nHost", true],
  ["cut body", "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc", true],
  ["nothing", "", true],
];
const ask = (port, request, end, done) => {
  const socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => (end ? socket.end(request) : socket.write(request)));
  let text = "";
  socket.on("data", (d) => { text += d; });
  socket.on("end", () => socket.end());
  socket.on("error", () => {});
  socket.on("close", () => done(text.replace(/Date: [^\r]*/g, "Date: <date>")));
};
const handler = (req) => { t("request", req.url); req.on("data", () => {}); req.on("error", (err) => t("req error", err)); req.on("close", () => t("req close")); };
const server = http.createServer(handler);
const begin = (label, done) => {
  t(label);
  server.listen(0, "127.0.0.1", () => {
    (function next(i) {
      if (i === asks.length) return server.close(done);
      t(asks[i][0]);
      ask(server.address().port, asks[i][1], asks[i][2], (text) => { t("answer", text); next(i + 1); });
    })(0);
  });
};
const slow = () => {
  const impatient = http.createServer({ headersTimeout: 50, requestTimeout: 80, connectionsCheckingInterval: 20 }, handler);
  impatient.listen(0, "127.0.0.1", () => {
    const { port } = impatient.address();
    ask(port, "GET / HTTP/1.1\r\nHo", false, (text) => {
      t("slow head", text);
      ask(port, "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\na", false, (slow) => {
        t("slow body", slow);
        impatient.once("clientError", (err, socket) => { t("clientError", err.code, err.message, socket.writable); socket.end("HTTP/1.1 408 Mine\r\n\r\n"); });
        ask(port, "GET / HTTP/1.1\r\nHo", false, (mine) => { t("answered by hand", mine); impatient.close(() => t("closed")); });
      });
    });
  });
};
begin("nobody listens", () => {
  server.on("clientError", (err, socket) => {
    t("clientError", err.name, err.code, err.message.slice(0, 12), socket.writable, socket.destroyed, socket.remoteAddress);
    t("packet", err.rawPacket === undefined ? undefined : err.rawPacket.length > 100 ? "long" : err.rawPacket);
    socket.end("HTTP/1.1 400 Mine\r\n\r\n");
  });
  begin("clientError listens", slow);
});
