// IDs: PR-71
"use strict";
const t = require("./trace");
const fs = require("fs");
const { spawn } = require("child_process");
const dir = process.env.TRACE_DIR;
const read = (name) => JSON.parse(fs.readFileSync(`${dir}/${name}`, "utf8"));
const how = process.argv[2];
if (how) {
  t.role(how);
  process.report.directory = dir;
  process.report.filename = `${how}.json`;
  if (how === "signal") {
    process.report.reportOnSignal = true;
    process.report.signal = "SIGHUP";
    t("listens", process.listenerCount("SIGUSR2"), process.listenerCount("SIGHUP"));
    process.kill(process.pid, "SIGHUP");
    const watch = setInterval(() => {
      if (!fs.existsSync(`${dir}/signal.json`)) return;
      clearInterval(watch);
      process.report.reportOnSignal = false;
      t("listens", process.listenerCount("SIGHUP"));
    }, 20);
  } else {
    process.report.reportOnUncaughtException = true;
    if (how === "caught") process.on("uncaughtException", () => t("caught"));
    setTimeout(() => { throw Object.assign(new Error("too much"), { code: "E_MUCH" }); }, 1);
  }
} else {
  const { report } = process;
  t("defaults", report.directory, report.filename, report.compact, report.excludeNetwork, report.signal,
    report.reportOnFatalError, report.reportOnSignal, report.reportOnUncaughtException);
  for (const name of ["directory", "filename", "compact", "excludeNetwork", "signal", "reportOnFatalError", "reportOnSignal",
    "reportOnUncaughtException"]) {
    t.throws(name, () => { report[name] = 5; });
  }
  for (const bad of ["SIGNOPE", "sigusr1", ""]) t.throws("signal", () => { report.signal = bad; });
  t("as they were", report.directory, report.compact, report.signal);
  t.throws("file", () => report.writeReport(5));
  t.throws("err", () => report.writeReport("x", 5));
  t.throws("err", () => report.getReport("x"));

  const got = report.getReport();
  const { header } = got;
  t("header", header.event, header.trigger, header.filename, header.processId === process.pid, header.threadId,
    header.cwd === process.cwd(), header.wordSize, header.arch, header.platform, header.osName);
  t("kinds", typeof header.reportVersion, header.dumpEventTime.length, typeof header.dumpEventTimeStamp, typeof header.host,
    header.commandLine.length, header.componentVersions.uv === process.versions.uv, header.release.name === process.release.name);
  const lo = header.networkInterfaces.find((each) => each.name === "lo" && each.family === "IPv4");
  t("network", lo.internal, lo.mac, lo.address, lo.netmask);
  t("stack", got.javascriptStack.stack.some((line) => line.includes("process_report")));
  t("heap", got.javascriptHeap.usedMemory > 0);
  t("usage", ["rss", "maxRss", "total_memory", "available_memory", "userCpuSeconds", "kernelCpuSeconds"].every((name) =>
    got.resourceUsage[name] >= 0), got.resourceUsage.pageFaults.IONotRequired > 0, got.resourceUsage.fsActivity.reads >= 0);
  t("environment", got.environmentVariables.TRACE_DIR === dir);
  t("limits", Object.keys(got.userLimits).sort(), got.userLimits.open_files.soft > 0);
  t("libraries", got.sharedObjects.some((name) => /\/libc\.so/.test(name)));
  t("workers", got.workers.length);
  const about = report.getReport(Object.assign(new TypeError("mine"), { code: "E_MINE" }));
  t("about an error", about.javascriptStack.message.endsWith("mine"), about.javascriptStack.errorProperties.code);
  report.excludeNetwork = true;
  t("without network", report.getReport().header.networkInterfaces);

  process.chdir(dir);
  const name = report.writeReport();
  t("name", /^report\.\d{8}\.\d{6}\.\d+\.0\.\d{3}\.json$/.test(name), name.includes(`.${process.pid}.`), read(name).header.trigger);
  t("named", report.writeReport("a.json"), read("a.json").header.filename, read("a.json").header.event);
  t("about", report.writeReport("b.json", new Error("bad")), read("b.json").javascriptStack.message.endsWith("bad"));
  t("only about", report.writeReport(new Error("bad")).startsWith("report."));
  const lines = (file) => fs.readFileSync(`${dir}/${file}`, "utf8").trim().split("\n").length;
  report.compact = true;
  t("compact", report.writeReport("c.json"), lines("c.json"), lines("b.json") > 10);
  fs.mkdirSync(dir + "/sub");
  process.chdir("/");
  report.directory = dir + "/sub";
  report.filename = "d.json";
  t("directory", report.writeReport(), read("sub/d.json").header.filename);
  report.directory = dir + "/nowhere";
  t("cannot be written", report.writeReport());

  (function next(names) {
    if (!names.length) return;
    const child = spawn(process.execPath, [process.argv[1], names[0]], { cwd: __dirname, stdio: "ignore" });
    child.on("close", (code, signal) => {
      const file = `${dir}/${names[0]}.json`;
      t(names[0], code, signal, fs.existsSync(file));
      if (fs.existsSync(file)) {
        const made = JSON.parse(fs.readFileSync(file, "utf8"));
        t("of it", made.header.event, made.header.trigger, made.header.filename, made.javascriptStack.message.includes("too much"),
          made.javascriptStack.errorProperties && made.javascriptStack.errorProperties.code);
      }
      next(names.slice(1));
    });
  })(["signal", "uncaught", "caught"]);
}
