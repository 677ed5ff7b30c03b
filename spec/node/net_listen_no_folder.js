// IDs: NET-05
"use strict";
const t = require("./trace");
const net = require("net");
net.createServer().on("error", (err) => t("error", err)).listen("/no/such/folder/socket");
