// IDs: HTTP-13
"use strict";
const t = require("./trace");
const http = require("http");
const server = http.createServer((req, res) => { res.setHeader("Transfer-Encoding", "chunked"); res.end("x"); });
server.listen(0, "127.0.0.1", () => {
  t.ask(server.address().port, "GET / HTTP/1.0\r\n\r\n", (text) => { t("answer", text); server.close(); });
});
