// IDs: HTTP-27
"use strict";
const t = require("./trace");
const http = require("http");
const net = require("net");
const EVENTS = ["close", "connect", "continue", "drain", "error", "finish", "timeout", "upgrade"];
let behave, base;
const server = net.createServer((socket) => {
  socket.on("error", () => {});
  let heard = "";
  socket.on("data", (data) => { heard += data; behave(socket, heard); });
});
const watch = (req) => {
  t.on(req, "req", EVENTS.filter((name) => name !== "upgrade" && name !== "connect"));
  req.on("information", (info) => t("information", info.statusCode, info.statusMessage, info.httpVersion, info.httpVersionMajor, info.httpVersionMinor, info.headers, info.rawHeaders));
  req.on("response", (res) => { t("response", res.statusCode, res.upgrade); res.on("data", (d) => t("data", d)); res.on("end", () => t("end")); });
  req.on("close", () => setImmediate(step));
};
const switched = (req, name) => req.on(name, (res, socket, head) => {
  t(name, res.statusCode, res.statusMessage, res.headers, head, socket === req.socket, socket.destroyed, req.res === res);
  socket.on("data", (d) => t("socket data", d));
  socket.on("end", () => t("socket end"));
  socket.on("close", () => t("socket close"));
  socket.end("from the client");
});
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const steps = [
  () => {
    t("Expect: 100-continue");
    behave = (socket, heard) => {
      if (heard.endsWith("body")) socket.write(OK);
      else socket.write("HTTP/1.1 100 Continue\r\n\r\n");
    };
    const req = http.request({ ...base, method: "POST", headers: ["Host", "x", "Expect", "100-continue", "Content-Length", "4"] });
    t("sent at once", req.headersSent);
    watch(req);
    req.on("continue", () => req.end("body"));
  },
  () => {
    t("interim answers");
    behave = (socket) => socket.write("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>\r\n\r\n" + OK);
    const req = http.request(base);
    watch(req);
    req.end();
  },
  () => {
    t("upgrade");
    behave = (socket, heard) => {
      if (heard.endsWith("from the client")) socket.end("last words");
      else if (!heard.includes("client")) socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\nfirst bytes");
    };
    const req = http.request({ ...base, headers: { Connection: "Upgrade", Upgrade: "chat" } });
    watch(req);
    switched(req, "upgrade");
    req.end();
  },
  () => {
    t("upgrade that nobody listens to");
    const req = http.request({ ...base, headers: { Connection: "Upgrade", Upgrade: "chat" } });
    watch(req);
    req.on("close", () => t("socket", req.socket.destroyed));
    req.end();
  },
  () => {
    t("an answer to an offer to upgrade");
    behave = (socket) => socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
    const req = http.request({ ...base, headers: { Connection: "Upgrade", Upgrade: "chat" } });
    watch(req);
    switched(req, "upgrade");
    req.end();
  },
  () => {
    t("CONNECT");
    behave = (socket, heard) => {
      if (heard.endsWith("from the client")) socket.end("last words");
      else if (!heard.includes("client")) socket.write("HTTP/1.1 200 Established\r\n\r\n");
    };
    const req = http.request({ ...base, method: "CONNECT", path: "somewhere:80" });
    watch(req);
    switched(req, "connect");
    req.end();
  },
  () => {
    t("a body larger than the buffer");
    let size = 0;
    const big = http.createServer((req, res) => { req.on("data", (d) => { size += d.length; }).on("end", () => res.end("got " + size)); });
    big.listen(0, "127.0.0.1", () => {
      const req = http.request({ ...base, port: big.address().port, method: "POST" });
      watch(req);
      t("write", req.write("x".repeat(1000)), req.write("y".repeat(20000000)));
      t("need", req.writableNeedDrain);
      req.once("drain", () => { t("drained", req.writableNeedDrain); req.end(); big.close(); });
    });
  },
  () => {
    const path = process.env.TRACE_DIR + "/http.sock";
    const unix = http.createServer((req, res) => { t("over a path", req.headers.host, req.url); res.end("ok"); });
    unix.listen(path, () => {
      const req = http.get({ socketPath: path, path: "/u", agent: false });
      watch(req);
      req.on("close", () => unix.close());
    });
  },
  () => {
    behave = (socket) => socket.write(OK);
    const req = http.get({ ...base, localAddress: "127.0.0.1", createConnection: (options, callback) => {
      t("createConnection", options.host, options.port === base.port, options.localAddress, typeof callback);
      return net.connect(options);
    } });
    watch(req);
  },
  () => server.close(() => t("closed")),
];
const step = () => steps.shift()();
server.listen(0, "127.0.0.1", () => {
  base = { host: "127.0.0.1", port: server.address().port, agent: false };
  step();
});
