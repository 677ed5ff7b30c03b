// IDs: HTTP-02 HTTP-17
"use strict";
const t = require("./trace");
const http = require("http");
const asks = [
  "GET /nohost HTTP/1.1\r\n\r\n",
  "HEAD /nohost HTTP/1.1\r\n\r\n",
  "POST /nohost HTTP/1.1\r\nContent-Length: 2\r\n\r\nab",
  "GET /first HTTP/1.1\r\nHost: x\r\n\r\nGET /nohost HTTP/1.1\r\n\r\n",
  "GET /empty HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n",
  "GET /old HTTP/1.0\r\n\r\n",
];
const server = http.createServer((req, res) => { t("request", req.url, req.headers.host); res.end("ok"); });
const lax = http.createServer({ requireHostHeader: false }, (req, res) => { t("lax", req.url, req.headers.host); res.end("ok"); });
t.throws("no boolean", () => http.createServer({ requireHostHeader: "yes" }));
for (const s of [server, lax]) s.on("clientError", () => t("never"));
(function run(list, target, done) {
  target.listen(0, "127.0.0.1", () => {
    (function next(i) {
      if (i === list.length) return target.close(done);
      t.ask(target.address().port, list[i], (text) => { t("answer", text); next(i + 1); });
    })(0);
  });
  return run;
})(asks, server, () => {
  lax.listen(0, "127.0.0.1", () => t.ask(lax.address().port, "GET /nohost HTTP/1.1\r\nConnection: close\r\n\r\n", (text) => { t("answer", text); lax.close(); }));
});
