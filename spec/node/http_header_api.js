// IDs: HTTP-06 HTTP-08 HTTP-09 HTTP-16
"use strict";
const t = require("./trace");
const http = require("http");
const server = http.createServer((req, res) => {
  res.setHeader("X-A", "1");
  res.setHeader("X-List", ["a", "b"]);
  t("get", res.getHeader("x-a"), res.getHeader("X-LIST"), res.getHeader("none"), res.hasHeader("x-A"), res.hasHeader("y"));
  t("names", res.getHeaderNames());
  res.appendHeader("X-A", "2");
  t("appended", res.getHeader("x-a"));
  res.removeHeader("x-list");
  t("names", res.getHeaderNames());
  const code = (label, fn) => { try { fn(); t(label, "nothing"); } catch (err) { t(label, err.name, err.code); } };
  code("bad name", () => res.setHeader("a b", "x"));
  code("empty name", () => res.setHeader("", "x"));
  code("no value", () => res.setHeader("X-B"));
  code("bad value", () => res.setHeader("X-B", "a\nb"));
  code("bad status", () => res.writeHead(99));
  code("bad status", () => res.writeHead(1000));
  code("write null", () => res.write(null));
  code("write number", () => res.write(5));
  res.flushHeaders();
  t("sent", res.headersSent);
  code("late set", () => res.setHeader("X-C", "x"));
  code("late remove", () => res.removeHeader("X-A"));
  code("late head", () => res.writeHead(200));
  res.end("done");
  t("ended", res.writableEnded);
});
server.listen(0, "127.0.0.1", () => {
  t.ask(server.address().port, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", (text) => { t("answer", text); server.close(); });
});
