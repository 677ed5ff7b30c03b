// IDs: HTTP-17
"use strict";
const t = require("./trace");
const http = require("http");
const server = http.createServer(() => t("never")).listen(0, "127.0.0.1", () => {
  t.ask(server.address().port, "GET /nohost HTTP/1.1\r\n\r\n", (text) => { t("answer", text); server.close(); });
});
