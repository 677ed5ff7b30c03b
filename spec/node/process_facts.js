// IDs: PR-66
"use strict";
const t = require("./trace");
t("platform", process.platform, process.arch);
t("version", /^v\d+\.\d+\.\d+$/.test(process.version), process.version === "v" + process.versions[process.release.name]);
t("versions", Object.values(process.versions).every((text) => typeof text === "string" && /\d/.test(text)), /^1\.\d+\.\d+$/.test(process.versions.uv), /^\d+\.\d+/.test(process.versions.llhttp));
t("release", typeof process.release.name);
const features = ["cached_builtins", "debug", "inspector", "ipv6", "require_module", "tls", "tls_alpn", "tls_ocsp", "tls_sni", "uv"];
t("features", Object.keys(process.features).sort(), features.every((name) => typeof process.features[name] === "boolean"), process.features.uv, process.features.ipv6);
t("config", Object.keys(process.config).sort(), typeof process.config.variables === "object");
