// IDs: HTTP-04 HTTP-05
"use strict";
const t = require("./trace");
const http = require("http");
const ONCE = ["age", "authorization", "content-length", "content-type", "etag", "expires", "from", "host", "if-modified-since", "if-unmodified-since",
  "last-modified", "location", "max-forwards", "proxy-authorization", "referer", "retry-after", "server", "user-agent"];
const JOINED = ["accept", "cache-control", "x-mine", "via", "forwarded", "date", "cookie", "set-cookie"];
const lines = ["GET / HTTP/1.1"];
for (const name of ONCE.concat(JOINED)) {
  if (name === "content-length") { lines.push("Content-Length: 0"); continue; }
  lines.push(name.toUpperCase() + ": first of " + name);
  if (name !== "host") lines.push(name + ":\t second of " + name + " \t");
}
lines.push("X-Empty:", "x-empty: full", "X-EMPTY:", "Proto__: 1", "Connection: close", "", "");
const server = http.createServer((req, res) => {
  t("headers", req.headers);
  t("raw", req.rawHeaders.length, req.rawHeaders.slice(0, 8));
  t("same", req.headers === req.headers, req.headers["X-Mine"], req.headers["x-mine"]);
  t("trailers", req.trailers, req.rawTrailers);
  res.setHeader("Set-Cookie", ["a=1", "b=2"]);
  res.setHeader("X-List", ["1", "2"]);
  res.setHeader("Age", ["1", "2"]);
  res.end();
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  t.mask("port", port);
  t.ask(port, lines.join("\r\n"), (text) => {
    t("answer", text);
    http.get({ host: "127.0.0.1", port, agent: false }, (res) => {
      t("answer's headers", { ...res.headers, date: undefined });
      res.resume().on("end", () => server.close());
    });
  });
});
