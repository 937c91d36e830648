// Lays out the reports of the Go vulnerability database, as its module
// golang.org/x/vulndb has them, in the form that govulncheck reads:
// https://go.dev/doc/security/vuln/database. Usage: node vulndb.mjs MODULE OUT
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [, , module, out] = process.argv;
const from = join(module, "data", "osv");
for (const dir of ["ID", "index"]) mkdirSync(join(out, dir), { recursive: true });

const modules = new Map();
const vulns = [];
for (const name of readdirSync(from).filter((name) => /^GO-.*\.json$/.test(name)).sort()) {
  const report = JSON.parse(readFileSync(join(from, name), "utf8"));
  copyFileSync(join(from, name), join(out, "ID", name));
  vulns.push({ id: report.id, modified: report.modified, aliases: report.aliases ?? [] });
  for (const affected of report.affected) {
    const events = affected.ranges?.flatMap((range) => range.events) ?? [];
    const fixed = events.findLast((event) => event.fixed)?.fixed;
    const path = affected.package.name;
    if (!modules.has(path)) modules.set(path, []);
    modules.get(path).push({ id: report.id, modified: report.modified, fixed });
  }
}
if (vulns.length < 1000) throw new Error(`only ${vulns.length} reports in ${from}`);
const write = (name, value) => writeFileSync(join(out, "index", name), JSON.stringify(value));
write("vulns.json", vulns);
write("modules.json", [...modules].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, list]) => ({ path, vulns: list })));
write("db.json", { modified: vulns.map((v) => v.modified).sort().at(-1) });
console.log(`${vulns.length} reports on ${modules.size} modules`);
